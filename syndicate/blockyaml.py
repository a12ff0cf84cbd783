"""The plain part of YAML that nearly every front matter is written in, read line by line.

Block mappings and sequences of keys, plain words, quoted texts and flow collections on one line each: what
it reads, it reads as `yamltext` does, ten times faster. Anything else (escapes, folded lines, anchors, a
key given twice) it leaves to the parser. May know: neither paths nor names of fields.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from syndicate.dates import IN_UTC

# Every repetition is possessive or atomic, so that a text that does not match is given up at once. Possessive
# only of single characters, and nothing is captured inside: Python 3.11.0 to 3.11.4 goes wrong there.
_QUOTED = r""""[^"\\]*+(?>(?:\\["\\/nrt][^"\\]*+)*)"|'[^']*+'"""
_FIRST = r"""(?:[^-?:,\[\]{}\#&*!|>'"%@`~=<\ ]|-[0-9]|~(?=/))"""
_PLAIN = rf"{_FIRST}(?>(?:[^:\ ]++|:(?!\ |\Z)|\ ++(?!\#|\Z))*)"
_WORD = rf"{_FIRST}(?>(?:[^?:,\[\]{{}}\#\ ]++|:(?=/)|\ ++(?![,\]}}]))*)"
_KEY = "[A-Za-z_][A-Za-z0-9_.-]{0,99}+"
_COMMENT = r"(?:(?<=\ )\#.*+)?"


# Each is compiled when it is first asked: `--version` reads nothing.
@cache
def _line() -> re.Pattern[str]:
    head = rf"(\ *+)(-\ ++)?(?:({_KEY}):(?:\ ++|\Z))?"
    # What follows a bracket is for `_flow` to read.
    value = rf"{_QUOTED}|{_PLAIN}|[\[{{].*+"
    return re.compile(rf"{head}({value})?\ *+{_COMMENT}|\ *+\#.*+", re.X)


@cache
def _token() -> re.Pattern[str]:
    return re.compile(rf"\ *+(?:({_KEY}):\ ++|({_QUOTED}|{_WORD})|([\[\]{{}},]))", re.X)


@cache
def _rest() -> re.Pattern[str]:
    return re.compile(rf"\ *+{_COMMENT}", re.X)


@cache
def _odd() -> re.Pattern[str]:
    # What libyaml refuses or takes for a line break, and tabs: these mean one thing here, another there.
    return re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")


_ESCAPE = re.compile(r"\\(.)")
_ESCAPED = {"n": "\n", "r": "\r", "t": "\t"}
_DEEPEST, _DEEPEST_FLOW = 32, 16

_Read = tuple[int, int, str | None, Any]
"""A line: the column it begins in, the width of its dash, its key, and its value or _NONE."""

_NONE = object()


class _NotPlain(Exception):
    """A value that is for the parser to read."""


# Most lines of a site's articles stand in thousands of them: what one reads as is remembered, and what
# stands before a text in quotes, too.
_lines: dict[str, _Read] = {}
_heads: dict[str, _Read] = {}
_MOST_KNOWN, _LONGEST_KNOWN = 16_384, 80


def _read_line(line: str) -> _Read | None:
    """Read one line, without its end; None for one that is not plain."""
    # An instant is seldom seen twice: to remember it would make forget the others.
    head, _, written = line.partition(": ")
    instant = IN_UTC.fullmatch(written)
    known = _heads.get(head) if instant else None
    if known:
        return (*known[:3], written)
    if not line.isprintable() and _odd().search(line):
        return None
    match = _line().fullmatch(line)
    if not match:
        return None
    blanks, dash, key, written = match.groups()
    try:
        value = _NONE if written is None else _value(written)
    except _NotPlain:
        return None
    read = (len(blanks or ""), len(dash or ""), key, value)
    if instant and value == instant[0] and head[read[0] + read[1] :] == key:
        _remember(_heads, head, read)
    # A collection would be one object in many articles.
    elif type(value) not in (list, dict):
        _remember(_lines, line, read)
    return read


def _remember(known: dict[str, _Read], text: str, read: _Read) -> None:
    if len(text) <= _LONGEST_KNOWN:
        if len(known) >= _MOST_KNOWN:
            known.clear()
        known[text] = read


def _value(written: str) -> Any:
    first = written[0]
    if first == '"':
        text = written[1:-1]
        return _ESCAPE.sub(lambda escape: _ESCAPED.get(escape[1], escape[1]), text) if "\\" in text else text
    if first == "'":
        return written[1:-1]
    if first in "[{":
        value, end = _flow(written, 0, _DEEPEST_FLOW)
        if not _rest().fullmatch(written, end):
            raise _NotPlain
        return value
    return None if written == "null" else written


def _flow(written: str, place: int, deepest: int) -> tuple[Any, int]:
    """Read the flow collection whose bracket stands at a place; gives the place behind it, too."""
    if not deepest:
        raise _NotPlain
    keyed = written[place] == "{"
    closing = "}" if keyed else "]"
    mapping: dict[str, Any] = {}
    entries: list[Any] = []
    token = _next(written, place + 1)
    while token[3] != closing:
        key = token[1]
        if (key is None) is keyed or key in mapping:
            raise _NotPlain
        if keyed:
            token = _next(written, token.end())
        if token[2]:
            value, place = _value(token[2]), token.end()
        elif token[3] in ("[", "{"):
            value, place = _flow(written, token.start(3), deepest - 1)
        else:
            raise _NotPlain
        if keyed:
            mapping[key] = value
        else:
            entries.append(value)
        token = _next(written, place)
        if token[3] == ",":
            token = _next(written, token.end())
        elif token[3] != closing:
            raise _NotPlain
    return mapping if keyed else entries, token.end()


def _next(written: str, place: int) -> re.Match[str]:
    if token := _token().match(written, place):
        return token
    raise _NotPlain


def _is_list(lines: list[str]) -> bool:
    """Tell whether the first line that says something begins an entry."""
    return next((line.startswith("- ") for line in lines if line and line[0] not in "# "), False)


# One loop: a call for each line would cost half as much again.
def parse_block(text: str) -> Any:  # noqa: PLR0912, PLR0915
    """Read a mapping, or a list, as `yamltext.parse_yaml` does; None is for what is not as plain as that."""
    lines = text.split("\n")
    if lines.pop():
        return None  # It does not end with a line.
    known, heads = _lines, _heads
    # Nearly every text begins with a key.
    root: Any = [] if text[:1] in ("-", "#") and _is_list(lines) else {}
    # The collection that is being read, the column its entries begin in, and those around it.
    holder: Any = root
    column = 0
    around: list[tuple[Any, int]] = []
    # The key of this mapping that has no value yet: what is written below it may be one.
    opened: str | None = None
    for line in lines:
        head, quote, value = line.partition(': "')
        read = heads.get(head) if quote else known.get(line)
        # A text without escapes in quotes, behind a key that was seen before, is what it looks like.
        if (
            quote
            and read
            and 0 <= value.find('"') == len(value) - 1
            and "\\" not in value
            and value.isprintable()
        ):
            place, dash, key, _ = read
            value = value[:-1]
        else:
            if quote or not read:
                read = _read_line(line)
                if read is None:
                    return None
                if quote and head[read[0] + read[1] :] == read[2]:
                    _remember(heads, head, read)
            place, dash, key, value = read
        if dash:
            if opened is not None and place >= column:
                around.append((holder, column))
                holder[opened] = holder = []
                column = place
            else:
                while column > place and around:
                    holder, column = around.pop()
                if column != place or type(holder) is not list:
                    return None
            opened = None
            if key is None:
                if value is _NONE:
                    return None
                holder.append(value)
                continue
            if len(around) >= _DEEPEST:
                return None
            around.append((holder, column))
            inner: dict[str, Any] = {}
            holder.append(inner)
            holder = inner
            column = place + dash
        elif key is None:
            if value is not _NONE:
                return None  # The next line of a text, or no mapping at all.
            continue
        elif place != column or type(holder) is list:
            if place > column:
                if opened is None or len(around) >= _DEEPEST:
                    return None
                around.append((holder, column))
                holder[opened] = holder = {}
                column = place
            else:
                while (column > place or type(holder) is list) and around:
                    holder, column = around.pop()
                if column != place or type(holder) is list:
                    return None
        if key in holder:
            return None
        if value is _NONE:
            holder[key] = None
            opened = key
        else:
            holder[key] = value
            opened = None
    return root or None
