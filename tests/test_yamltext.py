"""YAML as strings as written, the same with and without libyaml."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from syndicate import yamlevents
from syndicate.errors import ArticleError, FieldPath
from syndicate.text import join_surrogates
from syndicate.yamlevents import DEEPEST, LARGEST_EXPANSION
from syndicate.yamltext import Value, line_in_yaml, parse_yaml

PRINTABLE = st.characters(
    blacklist_categories=("Cs", "Cc", "Zl", "Zp"), blacklist_characters="\ufeff\ufffe\uffff"
)
BOTH = settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(params=[True, False], ids=["libyaml", "pure"])
def parser(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Read with libyaml where it is there, and once more as if it were not."""
    monkeypatch.setattr(yamlevents, "LIBYAML", request.param and yamlevents.LIBYAML)


def outcome(text: str, *, libyaml: bool) -> Any:
    """What a text is, or what is wrong with it, with one parser."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(yamlevents, "LIBYAML", libyaml and yamlevents.LIBYAML)
        try:
            return parse_yaml(text)
        except ArticleError as error:
            return str(error)


@pytest.mark.usefixtures("parser")
@pytest.mark.parametrize(
    ("text", "value"),
    [
        pytest.param("a: 1.10", {"a": "1.10"}, id="number"),
        pytest.param("a: No", {"a": "No"}, id="boolean"),
        pytest.param("a: 12:30:45", {"a": "12:30:45"}, id="sexagesimal"),
        pytest.param("a: 0o17\nb: 0x1F\nc: 1_000", {"a": "0o17", "b": "0x1F", "c": "1_000"}, id="integers"),
        pytest.param("a: 2021-12-29", {"a": "2021-12-29"}, id="date"),
        pytest.param("a:\nb: ~\nc: null\nd: ''", {"a": None, "b": None, "c": None, "d": ""}, id="nothing"),
        pytest.param("a: '~'\nb: \"null\"", {"a": "~", "b": "null"}, id="quoted-nothing"),
        pytest.param("No: 1\n1.0: 2\n~: 3", {"No": "1", "1.0": "2", "~": "3"}, id="keys"),
        pytest.param("a: [b, {c: d}, [e]]", {"a": ["b", {"c": "d"}, ["e"]]}, id="flow"),
        pytest.param("[https://h.example/a?147, b?]", ["https://h.example/a?147", "b?"], id="question"),
        pytest.param("- a\n-\n- b", ["a", None, "b"], id="list"),
        pytest.param("a: |\n  x\n  y\nb: >-\n  x\n  y", {"a": "x\ny\n", "b": "x y"}, id="blocks"),
        pytest.param("a: |\t\n  x\nb: | # c\n  y", {"a": "x\n", "b": "y"}, id="block-headers"),
        pytest.param("a: !!str\tb\nc: !!str\t\n", {"a": "b", "c": ""}, id="tab-after-a-tag"),
        pytest.param("a:\tb\nc: d\t\nh: i\tj", {"a": "b", "c": "d", "h": "i\tj"}, id="tabs"),
        pytest.param('a: "f"\t# g', {"a": "f"}, id="tab-before-a-comment"),
        pytest.param("a: b\n  c\n\n  d", {"a": "b c\nd"}, id="lines"),
        pytest.param("a: b\n \tc", {"a": "b c"}, id="tab-after-indentation"),
        pytest.param("a: b\r\nc: d\r\n", {"a": "b", "c": "d"}, id="crlf"),
        pytest.param("\ufeffa: b\n\ufeff\nc: d", {"a": "b", "c": "d"}, id="byte-order-marks"),
        pytest.param("# only this\n", None, id="comment"),
        pytest.param("", None, id="empty"),
        pytest.param("text", "text", id="scalar"),
        pytest.param("%YAML 1.1\n---\na: b\n...\n", {"a": "b"}, id="directive"),
        pytest.param(r'"\ud83d\ude00 \U0001F600"', "😀 😀", id="surrogate-pair"),
        pytest.param(r'{"\ud83d\ude00": "\ud83d"}', {"😀": ""}, id="surrogates-in-a-key"),
        pytest.param("a: 😀", {"a": "😀"}, id="emoji"),
        pytest.param("[!!str 1, !!int 1, ! ~, ! ]", ["1", "1", "~", ""], id="core-tags"),
        pytest.param("a: !!map {b: !!seq [c]}", {"a": {"b": ["c"]}}, id="tagged-collections"),
        pytest.param("a: &x b\nc: *x", {"a": "b", "c": "b"}, id="alias"),
        pytest.param("&x a: 1\nb: *x", {"a": "1", "b": "a"}, id="alias-of-a-key"),
        pytest.param("[&x [1], *x, &x ~, *x]", [["1"], ["1"], None, None], id="anchor-again"),
        pytest.param(
            "- &x {b: 1, c: 2}\n- {<<: *x, c: 3}", [{"b": "1", "c": "2"}, {"b": "1", "c": "3"}], id="merge"
        ),
        pytest.param(
            "<<: [{a: 1, b: 2}, {b: 3, c: 4}]\na: ~", {"a": None, "b": "2", "c": "4"}, id="merge-list"
        ),
        pytest.param("<<: {a: 1}\nb: 2\n<<: {a: 3, c: 4}", {"b": "2", "a": "1", "c": "4"}, id="merge-twice"),
        pytest.param("'<<': {a: 1}", {"<<": {"a": "1"}}, id="quoted-merge"),
        pytest.param("<<: {a: 1}\n'<<': 2", {"<<": "2", "a": "1"}, id="merge-and-quoted"),
        pytest.param("? a\n: b", {"a": "b"}, id="explicit-key"),
    ],
)
def test_values(text: str, value: Value) -> None:
    """A scalar is the text that was written, whatever YAML would guess; only nothing is None."""
    assert parse_yaml(text) == value


@pytest.mark.usefixtures("parser")
@pytest.mark.parametrize(
    ("text", "line", "found"),
    [
        pytest.param("a: 1\nb: 2\na: 3", 3, "the key 'a' a second time", id="duplicate-key"),
        pytest.param("x:\n  a: 1\n  'a': 2", 3, "the key 'a' a second time", id="duplicate-inside"),
        pytest.param("{a: , a: }", 1, "the key 'a' a second time", id="duplicate-of-nothing"),
        pytest.param('"\\e": 1\n"\\e": 2', 2, r"the key '\x1b' a second time", id="duplicate-unprintable"),
        pytest.param("'<<': 1\n<<: {a: 1}", 2, "the key '<<' a second time", id="duplicate-merge"),
        pytest.param(
            "a: b\nc: !!python/object:os.system x", 2, "the tag 'tag:yaml.org,2002:python/", id="tag"
        ),
        pytest.param("a: !custom [b]", 1, "the tag '!custom'", id="tag-of-a-list"),
        pytest.param("a: 1\n---\nb: 2", 2, "a second document", id="second-document"),
        pytest.param("a: *x", 1, "the alias '*x'", id="alias-without-anchor"),
        pytest.param("a: &x\n  b: *x", 2, "the alias '*x'", id="alias-of-itself"),
        pytest.param("a: &x [*x]", 1, "the alias '*x'", id="list-of-itself"),
        pytest.param("a: &x b\n*x : c", 2, "an alias as a key", id="alias-as-key"),
        pytest.param("[a]: b", 1, "a collection as a key", id="list-as-key"),
        pytest.param("? {a: b}\n: c", 1, "a collection as a key", id="mapping-as-key"),
        pytest.param("a:\n  b: 1\n  <<: text\n\nc: 2", 3, "'<<' with something else", id="merge-of-text"),
        pytest.param("<<: [{a: 1}, text]", 1, "'<<' with something else", id="merge-of-a-list"),
        pytest.param("a:\n " + "[" * DEEPEST, 2, "collections nested too deep", id="too-deep"),
        pytest.param("a: b: c", 1, "broken YAML (mapping values are not allowed here)", id="colon"),
        pytest.param("a: 1\nb: [c", 2, "broken YAML (while parsing a flow sequence", id="open-bracket"),
        pytest.param("a: 'b\n", 2, "broken YAML (while scanning a quoted scalar", id="open-quote"),
        pytest.param("a:\n\tb: c", 2, "broken YAML (while scanning for the next token", id="tab-indents"),
        pytest.param(
            "a: b\n\tc", 2, "broken YAML (while scanning a plain scalar found a tab", id="tab-in-a-text"
        ),
        pytest.param("a: 1\n\nb: \x1b", 3, "the character U+001B", id="control-character"),
        pytest.param("a: \x00", 1, "the character U+0000", id="nul"),
        pytest.param("a: \ud83d", 1, "the character U+D83D", id="lone-surrogate"),
        pytest.param("%YAML 2.0\n---\na: b", 1, "broken YAML", id="future-version"),
        pytest.param('a: "\\q"', 1, "broken YAML", id="unknown-escape"),
    ],
)
def test_refused(text: str, line: int, found: str) -> None:
    """What cannot be read says its line and what was found there, the same with both parsers."""
    with pytest.raises(ArticleError) as caught:
        parse_yaml(text)
    problem = caught.value.problem
    assert problem.found.startswith(found)
    assert problem.line == line
    with pytest.raises(ArticleError) as caught:
        parse_yaml(text, first_line=11)
    assert caught.value.problem.line == line + 10


@pytest.mark.usefixtures("parser")
def test_nesting_up_to_the_bound() -> None:
    """Collections nest as deep as promised, and a hundred thousand deep costs nothing."""
    value = parse_yaml("[" * DEEPEST + "]" * DEEPEST)
    for _ in range(DEEPEST - 1):
        assert isinstance(value, list)
        (value,) = value
    assert value == []
    start = time.process_time()
    for text in ("[" * 100_000, "{a: " * 100_000, "- " * 100_000):
        with pytest.raises(ArticleError, match="nested too deep"):
            parse_yaml(text)
    assert time.process_time() - start < 20


LAUGHS = "\n".join(
    ["a0: &a0 [" + ", ".join(["lol"] * 10) + "]"]
    + [f"a{n}: &a{n} [" + ", ".join([f"*a{n - 1}"] * 10) + "]" for n in range(1, 10)]
)


@pytest.mark.usefixtures("parser")
@pytest.mark.parametrize(
    "text",
    [
        pytest.param(LAUGHS, id="billion-laughs"),
        pytest.param(LAUGHS.replace(": &", ": &").replace("[*", "[ *"), id="with-blanks"),
        pytest.param("a: &a " + "x" * 64_000 + "\nb: [" + "*a, " * 1000 + "]", id="long-text"),
        pytest.param(
            "a: &a {"
            + ", ".join(f"k{n}: v" for n in range(1000))
            + "}\nb: ["
            + ", ".join(["{<<: *a}"] * 1000)
            + "]",
            id="merges",
        ),
    ],
)
def test_aliases_do_not_expand_without_bounds(text: str) -> None:
    """A file that expands to a billion nodes is stopped early, with its line."""
    start = time.process_time()
    with pytest.raises(ArticleError, match=f"at most {LARGEST_EXPANSION:,} nodes") as caught:
        parse_yaml(text)
    assert caught.value.problem.line
    assert time.process_time() - start < 20


@pytest.mark.usefixtures("parser")
def test_honest_aliases_have_room() -> None:
    """A list that a few hundred articles share by alias is no attack."""
    value = parse_yaml("a: &a [1, 2, 3]\nb: [" + "*a, " * 500 + "]")
    assert isinstance(value, dict)
    assert value["b"] == [["1", "2", "3"]] * 500


def in_double_quotes(text: str) -> str:
    """A text as YAML spells it in double quotes when it trusts nobody."""
    escaped = (f"\\U{ord(each):08x}" if ord(each) > 0xFFFF else f"\\u{ord(each):04x}" for each in text)
    return f'"{"".join(escaped)}"'


@pytest.mark.usefixtures("parser")
@BOTH
@given(st.text(alphabet=st.characters()))
def test_double_quotes_come_back(text: str) -> None:
    """Any text that is escaped in double quotes comes back as written, pairs of surrogates joined."""
    assert parse_yaml(f"a: {in_double_quotes(text)}") == {"a": join_surrogates(text)}


@pytest.mark.usefixtures("parser")
@BOTH
@given(st.text(alphabet=PRINTABLE))
def test_single_quotes_come_back(text: str) -> None:
    """Any text on one line in single quotes comes back as written."""
    doubled = text.replace("'", "''")
    assert parse_yaml(f"a: '{doubled}'") == {"a": text}


_SPELLINGS = (
    "a b : - ? , [ ] { } | > |- >2 # &x *x <<: 'q' \" ' ~ null --- ... http://h/b?c é 😀 !!str".split()
)
_BREAKS = [" ", "\n", "\n  ", "\n- ", "k: ", "\na: ", "\t", "\r\n", "\u2028", "\ufeff"]


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from([*_SPELLINGS, *_BREAKS]), max_size=12).map("".join))
def test_both_parsers_read_the_same(text: str) -> None:
    """A text has the same value, or the same error, with and without libyaml."""
    assert outcome(text, libyaml=True) == outcome(text, libyaml=False)


TEXT = """\
title: A
images:
  - url: a
  - url: b
    width: 1
provider: {name: N,
  domain: d}
tab:\tx
"""


@pytest.mark.parametrize(
    ("field", "line"),
    [
        (("title",), 1),
        (("images",), 2),
        (("images", 1), 4),
        (("images", 1, "width"), 5),
        (("images", 1, "height"), 4),
        (("images", 7, "url"), 2),
        (("provider", "domain"), 7),
        (("provider", 0), 6),
        (("title", "x"), 1),
        (("tab",), 8),
        (("absent",), 1),
        ((), 1),
    ],
    ids=str,
)
def test_line_in_yaml(field: FieldPath, line: int) -> None:
    """A field's line is found, or the line of the nearest thing that would hold it."""
    assert line_in_yaml(TEXT, field) == line
    assert line_in_yaml(TEXT, field, first_line=2) == line + 1
