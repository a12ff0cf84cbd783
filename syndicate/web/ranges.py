"""Which bytes a Range header asks for (RFC 9110 §14). Pure: a header and a size in, a stretch of bytes out.

May know: nothing of files or of the rest of the request.
"""

from __future__ import annotations

import re

import msgspec

_RANGE = re.compile(r"(\d+)-(\d*)|-(\d+)", re.ASCII)
# Beyond any file; what is written with more digits is as far beyond.
_FAR = 10**18


class Stretch(msgspec.Struct, frozen=True):
    """Some bytes of a representation: the first, and the first that no longer belongs to them."""

    start: int
    stop: int

    @property
    def length(self) -> int:
        """How many bytes it has."""
        return self.stop - self.start


class Unsatisfiable(msgspec.Struct, frozen=True):
    """A range that begins beyond the end (RFC 9110 §15.5.17)."""


def parse_range(header: str | None, size: int) -> Stretch | Unsatisfiable | None:
    """Tell which stretch of so many bytes is asked for; None means all of them.

    A header that is malformed, of another unit or of several ranges is passed over, which §14.2 leaves
    to the server: nobody reads a feed in pieces, and many small ones are a known way to make work.
    """
    unit, _, listed = (header or "").partition("=")
    wanted = [each.strip(" \t") for each in listed.split(",") if each.strip(" \t")]
    if unit.strip(" \t").lower() != "bytes" or len(wanted) != 1:
        return None
    match = _RANGE.fullmatch(wanted[0])
    if match is None:
        return None
    if match[3] is not None:
        length = _number(match[3])
        if length == 0:
            return Unsatisfiable()
        # The last bytes of nothing are nothing, for which Content-Range has no words.
        return Stretch(max(size - length, 0), size) if size else None
    first = _number(match[1])
    last = _number(match[2]) if match[2] else _FAR
    if last < first:
        return None
    return Stretch(first, min(last + 1, size)) if first < size else Unsatisfiable()


def _number(digits: str) -> int:
    digits = digits.lstrip("0")
    return _FAR if len(digits) > 18 else int(digits or "0")
