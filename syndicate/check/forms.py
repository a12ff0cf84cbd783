"""The forms of single values as their specifications write them: dates, addresses, types, languages, e-mail.

Strict where `dates` and `urls` are lenient: those read what others wrote, this says whether it is right.
May know: specifications of single values; neither formats nor rules.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone
from urllib.parse import urlsplit

import msgspec

# RFC 3339 §5.6, with the capital T and Z that RFC 4287 §3.3 asks for.
_RFC_3339 = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.\d+)?(?:Z|([+-])(\d\d):(\d\d))", re.ASCII
)
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
# RFC 822 §5.1, with the year of RSS 2.0 in two or four digits.
_RFC_822 = re.compile(
    rf"(?:({'|'.join(_DAYS)}), *)?(\d{{1,2}}) +({'|'.join(_MONTHS)}) +(\d{{4}}|\d\d) +"
    r"(\d\d):(\d\d)(?::(\d\d))? +(?:([+-])(\d\d)(\d\d)|([A-Z]{1,3}))( *\([^()\\]*\))?",
    re.ASCII,
)
_ZONES = {
    "UT": 0, "GMT": 0, "Z": 0, "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6,
    "PST": -8, "PDT": -7,
}  # fmt: skip

SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
"""How an absolute URI begins (RFC 3986 §3.1)."""

# RFC 3986 §2.2 and §2.3, and the percent sign.
_ILLEGAL_IN_IRI = re.compile(r"[\x00-\x20\x7f\"<>\\^`{|}]")
_ILLEGAL_IN_URI = re.compile(r"[^A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]")
_LONE_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_HOST = re.compile(
    r"(?:[A-Za-z0-9_](?:[A-Za-z0-9_-]*[A-Za-z0-9_])?\.)*[A-Za-z0-9_](?:[A-Za-z0-9_-]*[A-Za-z0-9_])?\.?"
)
_IRI_HOST = re.compile(r"[^\s/?#@:\[\]%]+")

# RFC 6838 §4.2, with parameters (RFC 9110 §5.6.6).
_NAME = r"[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}"
_WORD = r"[A-Za-z0-9!#$%&'*+.^_`|~-]+"
_MEDIA_TYPE = re.compile(
    rf"{_NAME}/{_NAME}(?:[ \t]*;[ \t]*{_WORD}=(?:{_WORD}|\"(?:[^\"\\\r\n]|\\.)*\"))*[ \t]*;?", re.ASCII
)
# RFC 5646 §2.1, the langtag and the private use, and what §2.2.8 keeps from before.
_LANGUAGE = re.compile(
    r"(?:[a-z]{2,3}(?:-[a-z]{3}){0,3}|[a-z]{4}|[a-z]{5,8})(?:-[a-z]{4})?(?:-(?:[a-z]{2}|\d{3}))?"
    r"(?:-(?:[a-z\d]{5,8}|\d[a-z\d]{3}))*(?:-[a-wy-z\d](?:-[a-z\d]{2,8})+)*(?:-x(?:-[a-z\d]{1,8})+)?"
    r"|x(?:-[a-z\d]{1,8})+"
    r"|i-(?:ami|bnn|default|enochian|hak|klingon|lux|mingo|navajo|pwn|tao|tay|tsu)|en-gb-oed"
    r"|sgn-(?:be-fr|be-nl|ch-de)|art-lojban|cel-gaulish|no-(?:bok|nyn)|zh-(?:guoyu|hakka|min-nan|xiang)",
    re.I | re.A,
)
# RFC 5322 §3.4.1, without quoted local parts and literal domains, which nobody's address has.
_EMAIL_WORD = r"[^\s@<>()\[\],;:\\\".\x00-\x1f]+"
_EMAIL = re.compile(rf"{_EMAIL_WORD}(?:\.{_EMAIL_WORD})*@{_EMAIL_WORD}(?:\.{_EMAIL_WORD})*")
_LONGEST_EMAIL = 320


class Date(msgspec.Struct, frozen=True, kw_only=True):
    """What a date says; `doubts` tells what is allowed in it and yet read differently by some."""

    instant: datetime
    doubts: tuple[str, ...] = ()


def rfc3339(text: str) -> datetime | None:
    """Read a date as RFC 3339 §5.6 writes it; None for any other text, and for a day that there is not."""
    match = _RFC_3339.fullmatch(text)
    if not match:
        return None
    numbers = [int(part) for part in match.groups()[:6]]
    return _instant(numbers, _offset(match[7], match[8], match[9]))


def rfc822(text: str) -> Date | None:
    """Read a date as RFC 822 §5 and RSS 2.0 write it; None for any other text, or for no such day."""
    match = _RFC_822.fullmatch(text)
    if not match:
        return None
    weekday, day, month, year, hour, minute, second, *numeric, zone, comment = match.groups()
    if zone is not None and zone not in _ZONES and not (len(zone) == 1 and zone != "J"):
        return None
    doubts = ["it ends with a comment"] if comment else []
    full_year = int(year)
    if len(year) == 2:
        doubts.append("the year has two digits")
        full_year += 1900 if full_year >= 69 else 2000
    if zone is not None and zone not in _ZONES:
        # RFC 1123 §5.2.14: RFC 822 had their signs the wrong way round, so they say nothing.
        doubts.append(f"the military zone {zone} is read as one thing and its opposite")
    offset = timedelta(hours=_ZONES.get(zone, 0)) if zone else _offset(*numeric)
    numbers = [full_year, _MONTHS.index(month) + 1, *(int(part or 0) for part in (day, hour, minute, second))]
    instant = _instant(numbers, offset)
    if instant is None:
        return None
    written = instant + (offset or timedelta())
    if weekday and _DAYS[written.weekday()] != weekday:
        return None  # RFC 822 §5.2: it must be the day that the date implies.
    return Date(instant=instant, doubts=tuple(doubts))


def _offset(sign: str | None, hours: str | None, minutes: str | None) -> timedelta | None:
    if sign is None:
        return timedelta()
    if int(hours or 0) > 23 or int(minutes or 0) > 59:
        return None
    size = timedelta(hours=int(hours or 0), minutes=int(minutes or 0))
    return -size if sign == "-" else size


def _instant(numbers: Sequence[int], offset: timedelta | None) -> datetime | None:
    year, month, day, hour, minute, second = numbers
    if offset is None or second > 60:
        return None
    try:
        # A leap second is a second that there is (RFC 3339 §5.7), though datetime knows none.
        local = datetime(year, month, day, hour, minute, min(second, 59), tzinfo=timezone(offset))
        return local.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def url_fault(text: str, *, iri: bool = False) -> str | None:
    """Say what keeps a text from being an absolute URI (RFC 3986 §4.3) or, with `iri`, IRI (RFC 3987 §2.2).

    None if nothing does. Of http and https the host and port are looked at, too.
    """
    if not text:
        return "is empty"
    if text != text.strip():
        return "has blanks around it"
    scheme = SCHEME.match(text)
    if not scheme:
        return "is not absolute"
    if found := _ILLEGAL_IN_IRI.search(text):
        return (
            "holds a blank" if found[0].isspace() else f"holds {found[0]!a}, which is to be percent-encoded"
        )
    if not iri and (found := _ILLEGAL_IN_URI.search(text)):
        return f"holds {found[0]!a}, which is beyond ASCII"
    if _LONE_PERCENT.search(text):
        return "has a percent sign that escapes nothing"
    if len(text) == scheme.end():
        return "ends after its scheme"
    if scheme[1].lower() in ("http", "https", "ftp"):
        return _host_fault(text, iri=iri)
    return None


def reference_fault(text: str) -> str | None:
    """Say what keeps a text from being an IRI reference (RFC 3987 §2.2), absolute or relative.

    The empty one is a reference to the document itself (RFC 3986 §4.4).
    """
    fault = url_fault(text, iri=True)
    if fault in ("is not absolute", "is empty"):
        return url_fault(f"http://relative/{text}", iri=True)
    return fault


def _host_fault(text: str, *, iri: bool) -> str | None:
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
    except ValueError:
        return "has no host or port that could be"
    if not host:
        return "has no host"
    if port == 0:
        return "has no port that could be"
    if ":" in host:
        return None
    if len(host) > 253 or not (_HOST.fullmatch(host) or (iri and _IRI_HOST.fullmatch(host))):
        return "has a host that is none"
    if "[" in text or "]" in text:
        return "holds a bracket, which is to be percent-encoded"
    return None


def is_media_type(text: str) -> bool:
    """Whether a text has the form of a media type (RFC 6838 §4.2), with or without parameters."""
    return len(text) < 1000 and _MEDIA_TYPE.fullmatch(text) is not None


def is_language(text: str) -> bool:
    """Whether a text has the form of a language tag (BCP 47, RFC 5646 §2.1)."""
    return len(text) < 100 and _LANGUAGE.fullmatch(text) is not None


def is_email(text: str) -> bool:
    """Whether a text has the form of a mailbox's address (RFC 5322 §3.4.1), quoted ones aside."""
    return len(text) <= _LONGEST_EMAIL and _EMAIL.fullmatch(text) is not None
