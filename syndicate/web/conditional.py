"""What a conditional request comes to (RFC 9110 §13). Pure: headers and validators in, a word out.

May know: nothing of files; the clock does not matter either.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Literal

import msgspec

Outcome = Literal["send", "not modified", "failed"]

_TAG = re.compile(r'(W/)?("[\x21\x23-\x7e\x80-\xff]*")')
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_CLOCK = r"(?P<hour>\d\d):(?P<minute>\d\d):(?P<second>\d\d)"
# RFC 9110 §5.6.7: the form to write, and two that have to be read.
_DATES = tuple(
    re.compile(form, re.ASCII)
    for form in (
        rf"\w{{3}}, (?P<day>\d\d) (?P<month>\w{{3}}) (?P<year>\d{{4}}) {_CLOCK} GMT",
        rf"\w{{6,9}}, (?P<day>\d\d)-(?P<month>\w{{3}})-(?P<year>\d\d) {_CLOCK} GMT",
        rf"\w{{3}} (?P<month>\w{{3}}) (?P<day>[ \d]\d) {_CLOCK} (?P<year>\d{{4}})",
    )
)


class Validators(msgspec.Struct, frozen=True, kw_only=True):
    """What tells one version of a representation from another: a strong entity tag, a time in seconds."""

    etag: str
    modified: int | None = None


def http_date(seconds: int) -> str:
    """Write an instant as HTTP wants it (RFC 9110 §5.6.7): `Sun, 06 Nov 1994 08:49:37 GMT`."""
    when = datetime.fromtimestamp(seconds, UTC)
    return (
        f"{_DAYS[when.weekday()]}, {when.day:02} {_MONTHS[when.month - 1]} {when.year:04} {when:%H:%M:%S} GMT"
    )


def parse_http_date(text: str) -> int | None:
    """Read an instant in any of the three forms of HTTP; None for what is none."""
    match = next(filter(None, (form.fullmatch(text.strip(" \t")) for form in _DATES)), None)
    if match is None or match["month"] not in _MONTHS:
        return None
    year = int(match["year"])
    if len(match["year"]) == 2:
        year += 1900 if year >= 69 else 2000
    # A leap second, which the syntax allows, is the second before it.
    numbers = (int(match["day"]), int(match["hour"]), int(match["minute"]), min(int(match["second"]), 59))
    try:
        when = datetime(year, _MONTHS.index(match["month"]) + 1, *numbers, tzinfo=UTC)
    except ValueError:
        return None
    return int(when.timestamp())


def evaluate(header: Callable[[str], str | None], validators: Validators) -> Outcome:
    """Say what the preconditions of a GET or HEAD come to, in the order of RFC 9110 §13.2.2."""
    if (wanted := header("if-match")) is not None:
        if not _lists(wanted, validators.etag, weak=False):
            return "failed"
    elif _is_later(validators.modified, header("if-unmodified-since")):
        return "failed"
    if (known := header("if-none-match")) is not None:
        return "not modified" if _lists(known, validators.etag, weak=True) else "send"
    return "not modified" if _is_later(validators.modified, header("if-modified-since")) is False else "send"


def range_applies(if_range: str | None, validators: Validators) -> bool:
    """Tell whether a Range is to be heeded (RFC 9110 §13.1.5).

    Only an entity tag will do: a feed may be replaced twice within the second that a date can tell,
    so ours are no strong validators (§8.8.2.2).
    """
    return if_range is None or if_range.strip(" \t") == validators.etag


def _lists(header: str, etag: str, *, weak: bool) -> bool:
    if header.strip(" \t") == "*":
        return True
    return any(tag == etag and (weak or not mark) for mark, tag in _TAG.findall(header))


def _is_later(modified: int | None, header: str | None) -> bool | None:
    """Tell whether something was modified later than a header says; None where either says nothing."""
    since = None if header is None else parse_http_date(header)
    return None if since is None or modified is None else modified > since
