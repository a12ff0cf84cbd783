"""Instants: what is read, what is refused, and how they are written."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syndicate.dates import parse_duration, parse_instant, parse_span, parse_zone, rfc822, rfc3339

INSTANTS = st.datetimes(timezones=st.just(UTC)).map(lambda instant: instant.replace(microsecond=0))

READ = {
    "2021-12-29T05:46:00Z": "2021-12-29T05:46:00Z",
    "2021-12-29t05:46:00z": "2021-12-29T05:46:00Z",
    "2021-12-29 05:46:00+02:00": "2021-12-29T03:46:00Z",
    "2021-12-29T05:46:00.999999999-05:30": "2021-12-29T11:16:00Z",
    "2021-12-29T05:46:00,5Z": "2021-12-29T05:46:00Z",
    "2016-12-31T23:59:60Z": "2016-12-31T23:59:59Z",
    "  2021-12-29\n": "2021-12-29T00:00:00Z",
    "2021-12-29T05:46:00": "2021-12-29T05:46:00Z",
    "2021-12-29 05:46": "2021-12-29T05:46:00Z",
    "2021-12-29 05:46z": "2021-12-29T05:46:00Z",
    "20211229T054600Z": "2021-12-29T05:46:00Z",
    "Wed, 29 Dec 2021 05:46:00 GMT": "2021-12-29T05:46:00Z",
    "Wed Dec 29 2021 05:46:00 GMT+0100 (Central European Standard Time)": "2021-12-29T04:46:00Z",
    "Wed Dec 29 2021 05:46:00 GMT-0500 (EST)": "2021-12-29T10:46:00Z",
    "2021-12-29 05:46 UTC+3": "2021-12-29T02:46:00Z",
    "2021-12-29T05:46:00Z-01:00": "2021-12-29T06:46:00Z",
    "Wed, 29 Dec 2021 05:46:00 +0100": "2021-12-29T04:46:00Z",
    "Wed, 29 Dec 2021 05:46:00 EST": "2021-12-29T10:46:00Z",
    "29 Dec 21 05:46 PDT": "2021-12-29T12:46:00Z",
    "29 Dec 68 05:46 UT": "2068-12-29T05:46:00Z",
    "29 Dec 69 05:46 UT": "1969-12-29T05:46:00Z",
    "29 Dec 2021 05:46 CEST": "2021-12-29T03:46:00Z",
    "December 29th, 2021, 5:46 pm": "2021-12-29T17:46:00Z",
    "12/29/2021": "2021-12-29T00:00:00Z",
    "01/02/2024": "2024-01-02T00:00:00Z",
    "March 2021": "2021-03-01T00:00:00Z",
    "2021": "2021-01-01T00:00:00Z",
    "29 Feb 2020": "2020-02-29T00:00:00Z",
    "0001-01-01": "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59Z": "9999-12-31T23:59:59Z",
}
REFUSED = [
    "",
    "soon",
    "10:30",
    "29 Dec",
    "Monday",
    "29 Feb",
    "2021-02-30",
    "30 February 2021",
    "2021-02-29T00:00:00Z",
    "2021-13-01",
    "2021-12-29T24:00:00Z",
    "2021-12-29T05:61:00Z",
    "10000-01-01",
    "10000-01-01T00:00:00Z",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-01:00",
    "2021-12-29T05:46:00+99:99",
    "29 Dec 2021 05:46 XYZ",
    "29 Dec 2021 05:46 IST",
    "29 Dec 2021 05:46 EST+5",
    "29 Dec 2021 05:46 CET+0100",
    "1640756760",
    "2021-12-29" + " " * 60 + "x",
    "1e999 Jan 2021",
    "0" * 5000,
]


@pytest.fixture
def machine_zone() -> Iterator[None]:
    """A machine far from UTC, whose zone has a name of its own."""
    before = os.environ.get("TZ")
    os.environ["TZ"] = "XYZ-11"
    time.tzset()
    yield
    os.environ.pop("TZ")
    if before is not None:
        os.environ["TZ"] = before
    time.tzset()


@pytest.mark.parametrize(("text", "expected"), READ.items(), ids=READ)
def test_read(text: str, expected: str) -> None:
    """Every form of a date becomes the same instant, aware, in UTC and in whole seconds."""
    instant = parse_instant(text)
    assert instant.tzinfo is UTC
    assert instant.microsecond == 0
    assert rfc3339(instant) == expected


@pytest.mark.parametrize("text", REFUSED, ids=lambda text: text[:30] or "empty")
def test_refused(text: str) -> None:
    """What names no year, no such day, no known zone or no such instant is no date."""
    with pytest.raises(ValueError, match="date"):
        parse_instant(text)


@pytest.mark.usefixtures("machine_zone")
def test_the_machine_has_no_say() -> None:
    """A machine in another time zone reads the same instants, and refuses its own zone's name."""
    assert {text: rfc3339(parse_instant(text)) for text in READ} == READ
    with pytest.raises(ValueError, match="XYZ"):
        parse_instant("29 Dec 2021 05:46 XYZ")


@pytest.mark.parametrize(
    ("text", "zone", "expected"),
    [
        pytest.param("2021-07-01T12:00:00", "Europe/Berlin", "2021-07-01T10:00:00Z", id="summer"),
        pytest.param("2021-12-01 12:00", "Europe/Berlin", "2021-12-01T11:00:00Z", id="winter"),
        pytest.param("2021-12-01", "Asia/Tokyo", "2021-11-30T15:00:00Z", id="date-alone"),
        pytest.param("1 Dec 2021", "America/New_York", "2021-12-01T05:00:00Z", id="words"),
        pytest.param("2021-12-01T12:00:00+01:00", "Asia/Tokyo", "2021-12-01T11:00:00Z", id="says-its-own"),
        pytest.param("2021-12-01T12:00:00Z", "Asia/Tokyo", "2021-12-01T12:00:00Z", id="says-utc"),
    ],
)
def test_naive_dates_are_in_the_given_zone(text: str, zone: str, expected: str) -> None:
    """The configured zone counts for a date that names none, and for no other."""
    assert rfc3339(parse_instant(text, parse_zone(zone))) == expected


@settings(max_examples=200)
@given(st.one_of(st.text(max_size=70), st.text(alphabet="0123456789-/:.,+TZGMJanpm ", max_size=30)))
def test_any_text_is_a_date_or_a_value_error(text: str) -> None:
    """No text makes anything but an aware UTC instant or a ValueError."""
    try:
        found = parse_instant(text)
    except ValueError:
        return
    assert found.tzinfo is UTC


@settings(max_examples=200)
@given(INSTANTS)
def test_both_forms_come_back(instant: datetime) -> None:
    """An instant written as RFC 3339 or RFC 822 reads as the same instant."""
    assert parse_instant(rfc3339(instant)) == instant
    if instant.year >= 1000:
        assert parse_instant(rfc822(instant)) == instant
        assert parsedate_to_datetime(rfc822(instant)) == instant


@settings(max_examples=100)
@given(INSTANTS.filter(lambda instant: 1 < instant.year < 9999), st.integers(-14 * 60, 14 * 60))
def test_offsets_name_the_same_instant(instant: datetime, minutes: int) -> None:
    """An instant is the same whatever offset it is written with."""
    local = instant.astimezone(timezone(timedelta(minutes=minutes)))
    assert parse_instant(local.isoformat()) == instant


def test_written_forms() -> None:
    """RFC 822 has English names and a four-digit year, RFC 3339 ends in Z."""
    instant = datetime(2021, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert rfc822(instant) == "Sat, 02 Jan 2021 03:04:05 +0000"
    assert rfc3339(instant) == "2021-01-02T03:04:05Z"


@pytest.mark.parametrize("name", ["UTC", "utc"])
def test_utc_is_utc(name: str) -> None:
    """UTC is found without a table of zones."""
    assert parse_zone(name) is UTC


def test_zone_of_the_table() -> None:
    """A name of the IANA table is that zone."""
    assert parse_zone("Europe/Berlin") == ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize("name", ["Mars/Olympus", "", "../etc/passwd", "Europe", "a\0b"])
def test_unknown_zones(name: str) -> None:
    """What names no zone, be it a folder of zones, is an error that says so."""
    with pytest.raises(ValueError, match="unknown time zone"):
        parse_zone(name)


@pytest.mark.parametrize(
    ("text", "hours"),
    [("12h", 12), ("30d", 720), (" 2w ", 336), ("6 m", 4320), ("1y", 8760), ("0h", 0)],
)
def test_spans(text: str, hours: int) -> None:
    """A span counts hours, days, weeks, months of 30 and years of 365 days."""
    assert parse_span(text) == timedelta(hours=hours)


@pytest.mark.parametrize("text", ["", "d", "12", "-1d", "1.5h", "999999d", "1d2h", "١d"])
def test_no_spans(text: str) -> None:
    """Anything else is no span."""
    with pytest.raises(ValueError, match="span"):
        parse_span(text)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("PT15M43S", 943),
        ("pt1h", 3600),
        ("P1DT1S", 86401),
        ("PT1.9S", 1),
        ("15:43", 943),
        ("1:02:03", 3723),
        (" 90 ", 90),
        ("0", 0),
        ("PT", None),
        ("P", None),
        ("", None),
        ("a while", None),
        ("1:2:3", None),
        ("-5", None),
        ("9" * 10, None),
        ("9" * 5000, None),
        ("PT" + "9" * 5000 + "S", None),
    ],
    ids=lambda value: str(value)[:12] or "empty",
)
def test_durations(text: str, seconds: int | None) -> None:
    """A playing time is seconds, and what is none is None, however long."""
    assert parse_duration(text) == seconds
