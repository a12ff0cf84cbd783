from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syndicate.check.jsonlines import DEEPEST, Value, read_json

Findings = list[tuple[str, int]]


def read(body: bytes) -> tuple[Value | None, Findings]:
    """The document, and rule and line of each finding."""
    found: Findings = []
    value = read_json(body, lambda rule, line, _: found.append((rule.name, line)))
    return value, found


def bare(value: Any) -> Any:
    """A value without its lines."""
    value = value.value
    if isinstance(value, dict):
        return {name: bare(member) for name, member in value.items()}
    return [bare(each) for each in value] if isinstance(value, list) else value


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(value=VALUES, indent=st.sampled_from([None, 0, 3]), ascii_only=st.booleans())
@settings(max_examples=60, deadline=None)
def test_what_json_writes_is_read(value: Any, indent: int | None, ascii_only: bool) -> None:
    """A document that Python's own writer makes is read as what was written, and nothing is noted."""
    if "Infinity" in (text := json.dumps(value, indent=indent, ensure_ascii=ascii_only)):
        return
    try:
        body = text.encode()
    except UnicodeEncodeError:
        return
    read_value, found = read(body)
    assert found == []
    assert bare(read_value) == value


@given(value=st.dictionaries(st.text('ab\\"\n', max_size=3), st.integers(), min_size=1, max_size=9))
@settings(max_examples=30, deadline=None)
def test_members_know_their_lines(value: dict[str, int]) -> None:
    """Each member has the line of its name, whatever breaks lines."""
    for line_break in ("\n", "\r\n", "\r"):
        body = json.dumps(value, indent=1).replace("\n", line_break).encode()
        root, _ = read(body)
        assert root is not None
        assert [member.line for member in root.value.values()] == list(range(2, len(value) + 2))


def test_a_member_has_the_line_of_its_name_and_an_element_its_own() -> None:
    """A value that begins below its name is found where the name is; an element where it begins."""
    root, _ = read(b'{\n"a"\n:\n[\n1\n,\n2]}')
    assert root is not None
    assert root.value["a"].line == 2
    assert [each.line for each in root.value["a"].value] == [5, 7]


GOES_ON = {
    b'\xef\xbb\xbf{"a":1}': ("json-byte-order-mark", {"a": 1}),
    b'{"a":"\xe9"}': ("json-encoding", {"a": "�"}),
    '{"a":1}'.encode("utf-16"): ("json-encoding", {"a": 1}),
    '{"a":1}'.encode("utf-32"): ("json-encoding", {"a": 1}),
    b'{"a":1,}': ("json-syntax", {"a": 1}),
    b"[1,2,]": ("json-syntax", [1, 2]),
    b"[NaN]": ("json-syntax", [None]),
    b"[-Infinity]": ("json-syntax", [None]),
    b'["a\tb"]': ("json-syntax", ["a\tb"]),
    b'{"a":1,"a":2}': ("json-duplicate-member", {"a": 2}),
    b'["\\ud800"]': ("json-surrogate", ["\ud800"]),
    b'{"\\udc00":0}': ("json-surrogate", {"\udc00": 0}),
    b"[9007199254740992]": ("json-number", [2**53]),
    b"[1e999]": ("json-number", [float("inf")]),
    b"[" + b"9" * 5_000 + b"]": ("json-number", [float("inf")]),
}


@pytest.mark.parametrize("body", GOES_ON, ids=ascii)
def test_a_mistake_without_doubt_costs_a_finding_only(body: bytes) -> None:
    """Where it is clear what was meant, the rest is read."""
    rule, expected = GOES_ON[body]
    value, found = read(body)
    assert [name for name, _ in found] == [rule]
    assert bare(value) == expected


BREAKS_OFF = [
    *(b"", b" ", b"{", b"[", b'{"a"', b'{"a":', b'{"a":1', b"[1", b'"abc', b'["\\x"]', b'["\\u12"]', b"nul"),
    *(
        b"True",
        b"[,]",
        b"[1 2]",
        b"{a:1}",
        b"{'a':1}",
        b'{"a" 1}',
        b"{1:2}",
        b"01",
        b"1.",
        b"-",
        b"+1",
        b".5",
    ),
    *(
        b"0x10",
        b"1e",
        b"{} x",
        b"{}{}",
        b"// a\n{}",
        b"{/* a */}",
        b"\0",
        b"[1}",
        b'{"a":1]',
        b"]",
        b"undefined",
    ),
]


@pytest.mark.parametrize("body", BREAKS_OFF, ids=ascii)
def test_what_is_no_json_is_one_finding(body: bytes) -> None:
    """A document that breaks off is none: the place where it does is the one thing that is said."""
    value, found = read(body)
    assert value is None
    assert [name for name, _ in found] == ["json-syntax"]


def test_a_break_is_found_on_its_line() -> None:
    """The line is that of the character which cannot be."""
    assert read(b'{\n"a": 1\n"b": 2\n}') == (None, [("json-syntax", 3)])
    assert read(b'{\n"a": 1,\n"b": "\xe9"}')[1] == [("json-encoding", 3)]


@pytest.mark.parametrize("opening", [b"[", b'{"a":'])
def test_depth_has_a_bound(opening: bytes) -> None:
    """What nests too deep is a finding, however deep: nothing recurses."""
    closing = b"]" if opening == b"[" else b"}"
    allowed = opening * DEEPEST + b"1" + closing * DEEPEST
    assert read(allowed)[1] == []
    for depth in (DEEPEST + 1, 300_000):
        assert read(opening * depth) == (None, [("json-nesting", 1)])


def test_length_has_none() -> None:
    """Neither a long string full of escapes nor a long array is too much."""
    value, found = read(b'["' + b"\\n" * 400_000 + b'"' + b",1" * 30_000 + b"]")
    assert found == []
    assert value is not None
    assert len(value.value) == 30_001


@given(body=st.binary(max_size=60) | st.text('{}[]:,"\\ux\n \t-+.0e1nultrfa', max_size=40).map(str.encode))
@settings(max_examples=300, deadline=None)
def test_it_agrees_with_the_standard_library(body: bytes) -> None:
    """No bytes raise, and what Python's reader refuses is never passed without a finding."""
    value, found = read(body)
    try:
        expected = json.loads(body.decode())
    except (ValueError, RecursionError):
        assert found
    else:
        assert value is not None
        # NaN is equal to nothing, and stands for no value here.
        assert bare(value) == expected or b"NaN" in body or b"Infinity" in body or found
