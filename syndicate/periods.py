"""Periods: the months or years of a time zone, by which archives are cut.

May know: neither feeds nor articles nor the clock.
"""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from typing import Literal

import msgspec

Unit = Literal["month", "year"]


class Period(msgspec.Struct, frozen=True, kw_only=True):
    """A month or a year: its name, `2021-08` or `2021`, and its first second since 1970, in UTC."""

    name: str
    start: int


def period_of(instant: int, unit: Unit, zone: tzinfo) -> Period:
    """Tell which month or year of a zone an instant lies in; it never begins after the instant."""
    try:
        local = datetime.fromtimestamp(instant, zone)
    except (OverflowError, ValueError):
        # Some hours of the first and the last year that there are lie in none elsewhere.
        local = datetime.fromtimestamp(instant, UTC)
    start = local.replace(
        month=local.month if unit == "month" else 1, day=1, hour=0, minute=0, second=0, fold=0
    )
    name = f"{start.year:04}-{start.month:02}" if unit == "month" else f"{start.year:04}"
    return Period(name=name, start=min(int(start.timestamp()), instant))
