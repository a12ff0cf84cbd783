"""Instants: read from anything, kept as aware UTC, written as RFC 822 and RFC 3339.

May know: neither the clock nor the locale nor the time zone of the machine; what it reads means the
same everywhere and for ever.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LONG_AGO = int(datetime(1, 1, 1, tzinfo=UTC).timestamp()) - 1
"""A second before every instant there is, since 1970."""
_RFC_3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:[Zz]|[+-]\d\d:\d\d)", re.ASCII)
# What nearly every date is: nothing of it has to be changed.
IN_UTC = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:[0-5]\dZ", re.ASCII)
_DATE_ALONE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_DURATION = re.compile(r"(\d{1,5}) ?([hdwmy])", re.ASCII)
# Nine digits of seconds are 31 years; what says more is no playing time, and no number for a database.
_ISO_DURATION = re.compile(
    r"P(?:(\d{1,9})D)?(?:T(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,9})(?:\.\d+)?S)?)?", re.ASCII
)
_CLOCK_DURATION = re.compile(r"(?:(\d{1,9}):)?(\d{1,2}):(\d{2})|(\d{1,9})", re.ASCII)
_HOURS = {"h": 1, "d": 24, "w": 24 * 7, "m": 24 * 30, "y": 24 * 365}
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
# RFC 822 §5.1 and the European names seen in feeds; a name that is not here is refused, since
# dateutil would take it for the machine's own zone or for none.
_ZONE_HOURS = {
    "Z": 0, "UT": 0, "UTC": 0, "GMT": 0, "WET": 0, "WEST": 1, "BST": 1, "CET": 1, "CEST": 2,
    "EET": 2, "EEST": 3, "MSK": 3, "JST": 9, "EST": -5, "EDT": -4, "CST": -6, "CDT": -5,
    "MST": -7, "MDT": -6, "PST": -8, "PDT": -7,
}  # fmt: skip


def _zone(name: str | None, offset: int | None) -> tzinfo | None:
    if offset is not None:
        return timezone(timedelta(seconds=offset))
    if name is None:
        return None
    if name not in _ZONE_HOURS:
        raise ValueError(f"unknown time zone {name}")
    return timezone(timedelta(hours=_ZONE_HOURS[name]))


# dateutil reads `GMT+3` as POSIX does, three hours west; whoever writes it, JavaScript first, means east.
_FROM_UTC = re.compile(r"(?<![A-Za-z])(?:GMT|UTC?|Z)(?=[+-]\d)")
_FROM_ANOTHER = re.compile(rf"(?<![A-Za-z])(?:{'|'.join(_ZONE_HOURS)})[+-]\d")
# What JavaScript says of an offset once more, in the words of the machine's language.
_COMMENT = re.compile(r"(?<=[+-]\d{4})\s*\([^()]*\)\Z")


def _parse_freely(text: str) -> datetime:
    # Imported when a date is not RFC 3339: it is slow to load and most corpora never need it.
    from dateutil import parser

    class FixedCentury(parser.parserinfo):
        """Two-digit years by the rule of POSIX: dateutil's own depends on the clock."""

        def convertyear(self, year: int, century_specified: bool = False) -> int:
            if year < 100 and not century_specified:
                return year + (1900 if year >= 69 else 2000)
            return year

    text = _COMMENT.sub("", _FROM_UTC.sub("", text))
    if _FROM_ANOTHER.search(text):
        raise ValueError("a zone and an offset from it")
    reader = parser.parser(FixedCentury())
    # What a text leaves out, dateutil fills in from `default`: read against two defaults, a year
    # that differs was never written.
    first, second = (reader.parse(text, default=datetime(year, 1, 1), tzinfos=_zone) for year in (2000, 2004))
    if first.year != second.year:
        raise ValueError("no year")
    return first


def parse_instant(text: str, zone: tzinfo = UTC) -> datetime:
    """Read an instant in any form that python-dateutil reads; a naive one is in `zone`.

    Returns an aware datetime in UTC, cut to whole seconds, since RFC 822 holds no more.
    Raises ValueError where there is no year, no such day, an unknown zone name or no such instant.
    """
    text = text.strip()
    if len(text) > 100:
        raise ValueError("too long for a date")
    try:
        if IN_UTC.fullmatch(text):
            return datetime.fromisoformat(text)
        if _RFC_3339.fullmatch(text):
            # RFC 3339 §5.6 allows a leap second, datetime knows none.
            known = text[:17] + "59" + text[19:] if text[17:19] == "60" else text
            found = datetime.fromisoformat(known.upper().replace(",", "."))
        elif _DATE_ALONE.fullmatch(text):
            found = datetime.fromisoformat(text)
        else:
            found = _parse_freely(text)
        if found.tzinfo is None:
            found = found.replace(tzinfo=zone)
        return found.astimezone(UTC).replace(microsecond=0)
    except (ValueError, OverflowError, TypeError, AttributeError, ArithmeticError) as error:
        # dateutil lets errors of its insides out for some odd texts; all of them mean the same.
        raise ValueError(f"no date: {error}") from error


def parse_zone(name: str) -> tzinfo:
    """Look up an IANA time zone by name. Raises ValueError for one that does not exist."""
    if name.upper() == "UTC":
        return UTC
    try:
        from zoneinfo import ZoneInfo

        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError(f"unknown time zone {name}") from error


def parse_span(text: str) -> timedelta:
    """Read a span such as `12h`, `30d`, `2w`, `6m` (30 days each) or `1y` (365 days)."""
    match = _DURATION.fullmatch(text.strip())
    if not match:
        raise ValueError("no span of time")
    return timedelta(hours=int(match[1]) * _HOURS[match[2]])


def parse_duration(text: str) -> int | None:
    """Read a playing time, `PT15M43S`, `15:43` or seconds, as seconds; None for anything else."""
    text = text.strip()
    match = _ISO_DURATION.fullmatch(text.upper())
    if match and any(match.groups()):
        days, hours, minutes, seconds = (int(part or 0) for part in match.groups())
        return ((days * 24 + hours) * 60 + minutes) * 60 + seconds
    match = _CLOCK_DURATION.fullmatch(text)
    if not match:
        return None
    if match[4]:
        return int(match[4])
    return (int(match[1] or 0) * 60 + int(match[2])) * 60 + int(match[3])


def spell_age(age: timedelta) -> str:
    """Spell a span of time for people by its largest unit, cut to whole ones; nothing below a minute."""
    seconds = int(age.total_seconds())
    for unit, length in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        if seconds >= length:
            count = seconds // length
            return f"{count:,} {unit}{'s' if count > 1 else ''}"
    return ""


def rfc822(instant: datetime) -> str:
    """Write an instant as RFC 822 §5 wants it, with the four-digit year of RFC 1123 §5.2.14."""
    return (
        f"{_DAYS[instant.weekday()]}, {instant.day:02} {_MONTHS[instant.month - 1]} {instant.year:04}"
        f" {instant.hour:02}:{instant.minute:02}:{instant.second:02} +0000"
    )


def rfc3339(instant: datetime) -> str:
    """Write an instant as RFC 3339 §5.6 wants it, in UTC: `2021-12-29T05:46:00Z`."""
    return (
        f"{instant.year:04}-{instant.month:02}-{instant.day:02}"
        f"T{instant.hour:02}:{instant.minute:02}:{instant.second:02}Z"
    )
