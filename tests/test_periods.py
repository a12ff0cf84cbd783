"""Periods: in which month or year of a zone an instant lies."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.dates import LONG_AGO, parse_zone
from syndicate.periods import period_of

LAST = int(datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC).timestamp())
ZONES = ("UTC", "Asia/Tokyo", "America/New_York", "America/Sao_Paulo", "Atlantic/Azores", "Pacific/Apia")
INSTANTS = [
    ("2021-08-31T23:59:59Z", "month", "UTC", "2021-08", "2021-08-01T00:00:00Z"),
    ("2021-09-01T00:00:00Z", "month", "UTC", "2021-09", "2021-09-01T00:00:00Z"),
    ("2021-08-31T15:00:00Z", "month", "Asia/Tokyo", "2021-09", "2021-08-31T15:00:00Z"),
    ("2021-12-31T23:59:59Z", "year", "UTC", "2021", "2021-01-01T00:00:00Z"),
    ("2022-01-01T04:59:59Z", "year", "America/New_York", "2021", "2021-01-01T05:00:00Z"),
    ("2022-01-01T05:00:00Z", "year", "America/New_York", "2022", "2022-01-01T05:00:00Z"),
    # Summer time began with this month: it has no midnight.
    ("2000-10-01T10:00:00Z", "month", "America/Sao_Paulo", "2000-10", "2000-10-01T03:00:00Z"),
    ("0987-03-01T00:00:00Z", "year", "UTC", "0987", "0987-01-01T00:00:00Z"),
]


def seconds(text: str) -> int:
    """An instant as the index counts it."""
    return int(datetime.fromisoformat(text).timestamp())


@pytest.mark.parametrize(("instant", "unit", "zone", "name", "start"), INSTANTS)
def test_a_period_is_that_of_the_zone(instant: str, unit: Any, zone: str, name: str, start: str) -> None:
    """A period is named, and begins, by the calendar of the site's own zone."""
    period = period_of(seconds(instant), unit, parse_zone(zone))
    assert (period.name, period.start) == (name, seconds(start))


@given(
    st.integers(LONG_AGO + 1, LAST),
    st.integers(LONG_AGO + 1, LAST),
    st.sampled_from(["month", "year"]),
    st.sampled_from(ZONES),
)
def test_periods_follow_each_other(one: int, other: int, unit: Literal["month", "year"], zone: str) -> None:
    """A period never begins after an instant in it, and a later one has no earlier name."""
    first, second = sorted((one, other))
    earlier, later = (period_of(instant, unit, parse_zone(zone)) for instant in (first, second))
    assert earlier.start <= first
    assert later.start <= second
    assert earlier.name <= later.name
    if earlier.name != later.name:
        assert first < later.start


@pytest.mark.parametrize("zone", ["Asia/Tokyo", "America/New_York"])
@pytest.mark.parametrize("instant", [LONG_AGO + 1, LAST])
def test_the_first_and_the_last_instant_have_a_period(instant: int, zone: str) -> None:
    """What lies in no year of the zone lies in that of UTC."""
    period = period_of(instant, "year", parse_zone(zone))
    assert period.name == ("0001" if instant < 0 else "9999")
    assert period.start <= instant
