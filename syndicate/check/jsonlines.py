"""JSON with lines: every value knows the line it stands on, and what JSON forbids is noted, not guessed.

As strict as RFC 8259, and as RFC 7493 where the former leaves it to the reader; it goes on behind a mistake
that leaves no doubt, such as a comma too many. It never raises, and neither depth nor length of a document
exhausts it. May know: RFC 8259 and RFC 7493; nothing of feeds.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable
from json import JSONDecodeError, JSONDecoder
from typing import Any

import msgspec

from syndicate.check.clauses import error, rfc, warning
from syndicate.check.finding import Rule
from syndicate.check.inspection import shown

ENCODING = error(
    "json-encoding",
    "JSON is encoded as UTF-8.",
    "Readers decode JSON as UTF-8, whatever the server says: they show garbage, or refuse the feed.",
    rfc(8259, "8.1"),
)
MARK = error(
    "json-byte-order-mark",
    "JSON begins with no byte order mark.",
    "Many readers refuse a document whose first character is none of JSON.",
    rfc(8259, "8.1"),
)
SYNTAX = error(
    "json-syntax",
    "The document is JSON as its grammar has it.",
    "A reader refuses the whole document for one character that is wrong.",
    rfc(8259, "2"),
)
DUPLICATE = error(
    "json-duplicate-member",
    "The names within an object differ.",
    "Which of the two values counts depends on the reader: the last, the first, or none.",
    rfc(7493, "2.3"),
)
SURROGATE = error(
    "json-surrogate",
    "An escaped surrogate is one half of a pair.",
    "Half a character can neither be shown nor stored: readers drop it, replace it, or fail.",
    rfc(7493, "2.1"),
)
NUMBER = warning(
    "json-number",
    "A number fits a double-precision float: a whole one is below 2 to the 53rd.",
    "JavaScript and others round a larger number, so that two ids may become one.",
    rfc(7493, "2.2"),
)
NESTING = error(
    "json-nesting",
    "Arrays and objects are nested at most 100 deep.",
    "Readers protect themselves by a limit, and refuse what is nested deeper.",
    rfc(8259, "9"),
)
RULES = (ENCODING, MARK, SYNTAX, DUPLICATE, SURROGATE, NUMBER, NESTING)

Note = Callable[[Rule, int, str], None]
"""Where what was found goes: the rule, the line, and what was found."""

DEEPEST = 100
_EXACT = 2**53
_BLANK = " \t\n\r"
_BLANKS = re.compile(rf"[{_BLANK}]*")
_LINE_BREAK = re.compile(r"\r\n?|\n")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_WORD = re.compile(r"[+-]?[A-Za-z_$][A-Za-z0-9_$]*")
_WORDS = {"true": True, "false": False, "null": None}
_NO_NUMBERS = ("NaN", "Infinity", "-Infinity")
_CONTROL = re.compile(r"[\x00-\x1f]")
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
# Without `strict` it lets control characters pass, which are noted here and cost nobody the rest.
_read_string = JSONDecoder(strict=False).raw_decode
_WIDE_MARKS = (
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)


class Value(msgspec.Struct, frozen=True):
    """A value and the line it begins on; for a member of an object, that of its name.

    `value` is a dict or a list of further `Value`s, a str, an int, a float, a bool or None.
    """

    line: int
    value: Any


class _Broken(Exception):
    """The rest cannot be read."""

    def __init__(self, rule: Rule, position: int, what: str) -> None:
        self.rule = rule
        self.position = position
        self.what = what
        super().__init__(rule, position, what)


def read_json(body: bytes, note: Note) -> Value | None:
    """Read a document (RFC 8259 §2); None where it breaks off, which is noted like all that is wrong."""
    text = _decoded(body, note)
    reader = _Reader(text, note)
    try:
        return reader.document()
    except _Broken as broken:
        note(broken.rule, reader.line(broken.position), broken.what)
        return None


def _decoded(body: bytes, note: Note) -> str:
    for mark, encoding in _WIDE_MARKS:
        if body.startswith(mark):
            note(ENCODING, 1, f"it is {encoding[:6].upper()}")
            return body[len(mark) :].decode(encoding, "replace")
    if body.startswith(b"\xef\xbb\xbf"):
        note(MARK, 1, "it begins with a byte order mark")
        body = body[3:]
    try:
        return body.decode()
    except UnicodeDecodeError as error:
        before = body[: error.start].decode()
        note(ENCODING, len(_LINE_BREAK.findall(before)) + 1, f"byte 0x{body[error.start]:02x} is no UTF-8")
        return body.decode(errors="replace")


class _Reader:
    """Reads one text from its beginning to its end, without recursion."""

    def __init__(self, text: str, note: Note) -> None:
        self._text = text
        self._note = note
        self._position = 0
        self._open: list[Value] = []
        self._line_ends = [match.end() for match in _LINE_BREAK.finditer(text)]

    def line(self, position: int) -> int:
        """Tell the line of a position, counted from 1."""
        return bisect_right(self._line_ends, position) + 1

    def document(self) -> Value:
        """Read one value and make sure that nothing follows."""
        root = self._value(self._here())
        while self._open:
            self._step(self._open[-1].value)
        if self._next():
            raise self._broken(f"{self._shown()} after the end of the document")
        return root

    def _step(self, container: Any) -> None:
        """Read what comes next in the innermost object or array that is open: its end, or one more value."""
        closing = "}" if isinstance(container, dict) else "]"
        if self._took(closing):
            self._open.pop()
            return
        if container:
            comma = self._position
            if not self._took(","):
                raise self._broken(f"{self._shown()} where a comma or `{closing}` is expected")
            if self._took(closing):
                self._note(SYNTAX, self.line(comma), f"a comma before `{closing}`")
                self._open.pop()
                return
        if isinstance(container, list):
            container.append(self._value(self._here()))
            return
        line = self._here()
        name = self._name()
        if name in container:
            self._note(DUPLICATE, line, f"a second member {shown(name)}")
        # The last one counts, as in most readers.
        container[name] = self._value(line)

    def _name(self) -> str:
        if self._next() != '"':
            raise self._broken(f"{self._shown()} where the name of a member is expected")
        name = self._string()
        if not self._took(":"):
            raise self._broken(f"{self._shown()} where a colon is expected")
        return name

    def _value(self, line: int) -> Value:
        """Read a value, or open an object or an array."""
        mark = self._next()
        if mark in ("{", "["):
            if len(self._open) == DEEPEST:
                raise _Broken(NESTING, self._position, f"more than {DEEPEST} levels")
            self._position += 1
            container: Value = Value(line, {} if mark == "{" else [])
            self._open.append(container)
            return container
        if mark == '"':
            return Value(line, self._string())
        return Value(line, self._scalar())

    def _string(self) -> str:
        start = self._position
        try:
            text, self._position = _read_string(self._text, start)
        except JSONDecodeError as error:
            raise _Broken(SYNTAX, error.pos, f"in a string: {error.msg.lower()}") from None
        if control := _CONTROL.search(self._text, start, self._position):
            what = f"a string holds {control[0]!a} unescaped"
            self._note(SYNTAX, self.line(control.start()), what)
        if _LONE_SURROGATE.search(text):
            self._note(SURROGATE, self.line(start), f"half a character in {shown(text)}")
        return str(text)

    def _scalar(self) -> object:
        if word := _WORD.match(self._text, self._position):
            return self._word(word[0])
        number = _NUMBER.match(self._text, self._position)
        if not number:
            raise self._broken(f"{self._shown()} where a value is expected")
        line = self.line(self._position)
        self._position = number.end()
        if self._text[self._position : self._position + 1].isalnum() or self._text.startswith(
            ".", self._position
        ):
            raise _Broken(SYNTAX, number.start(), f"a number goes on with {self._shown()}")
        whole = not number[1] and not number[2]
        # More digits than a double can tell apart; thousands of them would take long to read.
        found: float = int(number[0]) if whole and len(number[0]) < 20 else float(number[0])
        if abs(found) >= (_EXACT if whole else float("inf")):
            self._note(NUMBER, line, f"{shown(number[0])} is rounded")
        return found

    def _word(self, word: str) -> object:
        if word in _NO_NUMBERS:
            self._note(SYNTAX, self.line(self._position), f"{word} is no number of JSON")
        elif word not in _WORDS:
            raise self._broken(f"{shown(word)} where a value is expected")
        self._position += len(word)
        return _WORDS.get(word)

    def _next(self) -> str:
        """Pass blanks and give the character that follows; nothing at the end."""
        mark = self._text[self._position : self._position + 1]
        if mark in _BLANK and (blanks := _BLANKS.match(self._text, self._position)):
            self._position = blanks.end()
            return self._text[self._position : self._position + 1]
        return mark

    def _took(self, mark: str) -> bool:
        if self._next() != mark:
            return False
        self._position += 1
        return True

    def _here(self) -> int:
        self._next()
        return self.line(self._position)

    def _shown(self) -> str:
        mark = self._next()
        return shown(mark) if mark else "the end"

    def _broken(self, what: str) -> _Broken:
        return _Broken(SYNTAX, self._position, what)
