"""The plain part of YAML that nearly every front matter is written in, read line by line.

Block mappings and sequences of keys, plain words and quoted texts on one line each: what it reads, it
reads as `yamltext` does, ten times faster. Anything else (escapes, folded lines, flow collections,
anchors, a key given twice) it leaves to the parser. May know: neither paths nor names of fields.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from syndicate.dates import IN_UTC

# What libyaml refuses or takes for a line break, and tabs, which mean different things in different places.
_ODD = "\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff"
# Every repetition is possessive, so that a text that does not match is given up at once.
_QUOTED = rf""""[^"\\{_ODD}]*+(?:\\["\\/nrt][^"\\{_ODD}]*+)*+"|'[^'{_ODD}]*+'"""
_FIRST = rf"""(?:[^-?:,\[\]{{}}\#&*!|>'"%@`~=<\ {_ODD}]|-[0-9])"""
_PLAIN = rf"{_FIRST}(?:[^:\ {_ODD}]++|:(?!\ |\Z)|\ ++(?!\#|\Z))*+"
_WORD = rf"{_FIRST}(?:[^?:,\[\]{{}}\#\ {_ODD}]++|\ ++(?![,\]]))*+"
_ENTRY = rf"(?:{_QUOTED}|{_WORD})"
_HEAD = r"(\ *+)(-\ ++)?+(?:([A-Za-z_][A-Za-z0-9_-]{0,99}+):(?:\ ++|\Z))?+"


@cache
def _line() -> re.Pattern[str]:
    # Compiled when a line is first read: a run in which nothing changed reads none.
    flow = rf"\[\ *+(?:{_ENTRY}\ *+(?:,\ *+{_ENTRY}\ *+)*+)?+\]"
    comment = rf"\ *+\#[^{_ODD}]*+"
    return re.compile(rf"{_HEAD}({_QUOTED}|{_PLAIN}|{flow})?+\ *+|{comment}", re.X)


@cache
def _entries() -> re.Pattern[str]:
    return re.compile(_ENTRY, re.X)


_ESCAPE = re.compile(r"\\(.)")
_ESCAPED = {"n": "\n", "r": "\r", "t": "\t"}
_DEEPEST = 32

_Read = tuple[int, int, str | None, Any]
"""A line: the column it begins in, the width of its dash, its key, and its value or _NONE."""

_NONE = object()
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
    match = _line().fullmatch(line)
    if not match:
        return None
    blanks, dash, key, written = match.groups()
    value = _NONE if written is None else _value(written)
    read = (len(blanks or ""), len(dash or ""), key, value)
    if instant and value == instant[0] and head[read[0] + read[1] :] == key:
        _remember(_heads, head, read)
    # A list would be one object in many articles.
    elif type(value) is not list:
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
    if first == "[":
        return [_value(entry) for entry in _entries().findall(written, 1)]
    return None if written == "null" else written


# One loop: a call for each line would cost half as much again.
def parse_block(text: str) -> dict[str, Any] | None:  # noqa: PLR0912, PLR0915
    """Read a mapping as `yamltext.parse_yaml` reads it, or return None for what is not as plain as that."""
    lines = text.split("\n")
    if lines.pop():
        return None  # It does not end with a line.
    known, heads = _lines, _heads
    root: dict[str, Any] = {}
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
                if column != place:
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
