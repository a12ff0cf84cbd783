"""The plain part of YAML that nearly every front matter is written in, read by one pattern.

Block mappings and sequences of keys, plain words and quoted texts on one line each: what it reads, it
reads as `yamltext` does, ten times faster. Anything else (escapes, folded lines, flow collections,
anchors, comments, a key given twice) it leaves to the parser. May know: neither paths nor names of
fields.
"""

from __future__ import annotations

import re
from typing import Any

# What libyaml refuses or takes for a line break, and tabs, which mean different things in different places.
_ODD = "\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff"
# Every repetition is possessive, so that a text that does not match is given up at once.
_QUOTED = rf""""[^"\\{_ODD}]*+(?:\\["\\/nrt][^"\\{_ODD}]*+)*+"|'[^'{_ODD}]*+'"""
_FIRST = rf"""(?:[^-?:,\[\]{{}}\#&*!|>'"%@`~=<\ {_ODD}]|-[0-9])"""
_PLAIN = rf"{_FIRST}(?:[^:\ {_ODD}]++|:(?![\ \n])|\ ++(?![\n\#]))*+"
_WORD = rf"{_FIRST}(?:[^?:,\[\]{{}}\#\ {_ODD}]++|\ ++(?![,\]]))*+"
_ENTRY = rf"(?:{_QUOTED}|{_WORD})"
_LINE = re.compile(
    r"(\ *+)(-\ ++)?+"
    r"(?:([A-Za-z_][A-Za-z0-9_-]{0,99}+):(?:\ ++|(?=\n)))?+"
    rf"({_QUOTED}|{_PLAIN}|\[\ *+(?:{_ENTRY}\ *+(?:,\ *+{_ENTRY}\ *+)*+)?+\])?+"
    r"\ *+\n"
    rf"|\ *+\#[^{_ODD}]*+\n"
    r"|(?s:(.++))",
    re.X,
)
_ENTRIES = re.compile(_ENTRY, re.X)
_ESCAPE = re.compile(r"\\(.)")
_ESCAPED = {"n": "\n", "r": "\r", "t": "\t"}
_DEEPEST = 32


# One loop: a call for each line would cost half as much again.
def parse_block(text: str) -> dict[str, Any] | None:  # noqa: PLR0912
    """Read a mapping as `yamltext.parse_yaml` reads it, or return None for what is not as plain as that."""
    lines = _LINE.findall(text)
    if not lines or lines[-1][4]:
        return None
    root: dict[str, Any] = {}
    # The collection that is being read, the column its entries begin in, and those around it.
    holder: Any = root
    column = 0
    around: list[tuple[Any, int]] = []
    # The key of this mapping that has no value yet: what is written below it may be one.
    opened: str | None = None
    for blanks, dash, key, value, _ in lines:
        place = len(blanks)
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
            if not key:
                if not value:
                    return None
                holder.append(_value(value))
                continue
            if len(around) >= _DEEPEST:
                return None
            around.append((holder, column))
            inner: dict[str, Any] = {}
            holder.append(inner)
            holder = inner
            column = place + len(dash)
        elif not key:
            if value:
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
        if value:
            holder[key] = _value(value)
            opened = None
        else:
            holder[key] = None
            opened = key
    return root or None


def _value(written: str) -> Any:
    first = written[0]
    if first == '"':
        text = written[1:-1]
        return _ESCAPE.sub(lambda escape: _ESCAPED.get(escape[1], escape[1]), text) if "\\" in text else text
    if first == "'":
        return written[1:-1]
    if first == "[":
        return [_value(entry) for entry in _ENTRIES.findall(written, 1)]
    return None if written == "null" else written
