"""The pattern for plain front matter: it reads what PyYAML reads, or leaves it to PyYAML."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from syndicate import blockyaml, frontmatter, yamlevents
from syndicate.blockyaml import parse_block
from syndicate.errors import ArticleError
from syndicate.yamlevents import parse_events
from syndicate.yamltext import parse_yaml

EXAMPLES = Path(__file__).parent.parent / "examples" / "articles"


def by_events(text: str, *, libyaml: bool) -> Any:
    """What PyYAML's events say a text is, or what is wrong with it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(yamlevents, "LIBYAML", libyaml and yamlevents.LIBYAML)
        try:
            return parse_events(text)
        except ArticleError as error:
            return str(error)


# Keys, marks and values from which lines are put together: whole ones, odd ones and parts of some.
PLACES = st.sampled_from(["", "", "", " ", "  ", "  ", "    ", "      ", "\t"])
MARKS = st.sampled_from(["", "", "", "- ", "-   ", "-", "- - ", "? "])
KEYS = st.sampled_from(
    ["", "a:", "b:", "c_d-1:", "e.f:", "No:", "null:", "<<:", '"q":', "a :", "a:b:", "ö:", "1:"]
)
GAPS = st.sampled_from(["", " ", " ", "  ", "\t"])
VALUES = st.lists(
    st.sampled_from(
        [
            *("x", "null", "~", "-1", "1.10", "2021-12-29T05:46:00Z", "https://a.example/b?c=d&e#f"),
            *('"q"', '""', "''", "'it''s'", '"a\\"b"', '"\\r\\n\\t\\/"', '"\\u00e9"', '"\\x41"', '"a\\'),
            *("[]", "[ ]", "[a, b]", "[\"a\", 'b']", "[a, ]", "[a b , c]", "[a: b]", "[[a]]", "[a#b]"),
            *(
                "{}",
                "{ }",
                "{a: b}",
                "{a: [b], c: {d: 'e'}}",
                "{a: }",
                "{a}",
                "{a:b}",
                "{a: b, a: c}",
                "{a: b: c}",
            ),
            *("[https://a.example/]", "{u: http://b/c, d.e: f}", "~/a", "[~/b, ~]", "[a:/]", "[a:/ b]"),
            *("[a, {b: c}]", "[[a], [ ]]", '[{}, "#" ]', "{a: b,}", "[,]", "{a: b # c", "{a: 'b'#", " # [c]"),
            *("#", " # c", "#c", ": ", ":", "a: b", "a:b", "- ", "-", "--- ", "...", "*a", "&a", "&a b"),
            *("|", ">", "%", "@", "`", "=", "<", "<<", ",", "]", "}", "!t x", "'", '"'),
            *("\\", "\u00a0", "\u0085", "\u2028", "\ufeff", "  ", " ", "\t", "\r", "\x07", "é", "😀"),
        ]
    ),
    max_size=3,
).map("".join)
LINES = st.tuples(PLACES, MARKS, KEYS, GAPS, VALUES).map("".join)
TEXTS = st.lists(st.one_of(LINES, LINES, st.just("")), max_size=8).map("\n".join).map("{}\n".format)


@settings(max_examples=600, suppress_health_check=[HealthCheck.too_slow])
@given(TEXTS)
@example("a:\n- b\n- c\nd: e\n")
@example("a:\n  - b: c\n    d:\n      - e\n  - f\ng:\n")
@example("a: b\n  c\n")
@example("a: b\n  - c\n")
@example("a: b\n   c: d\n")
@example("a:\n  b: c\n d: e\n")
@example("- a: b\n")
@example("# a\n- b: c\nd: e\n")
@example('k: \'x: "y"\'\nl: "z"\n')
@example('a: "b"\na: "\n')
@example('a: "b"\nc:\n  - a: "\n')
@example("a: null\na2: 'null'\nb: [null, \"null\"]\n")
def test_it_reads_what_the_events_say(text: str) -> None:
    """Whatever it reads, both of PyYAML's parsers read the same."""
    value = parse_block(text)
    if value is not None:
        assert value == by_events(text, libyaml=True)
        assert value == by_events(text, libyaml=False)


@settings(max_examples=300)
@given(st.text(), st.sampled_from(["", '"', "'", "[", "- "]))
def test_it_reads_any_characters_as_the_events_do(value: str, before: str) -> None:
    """No character of Unicode, at any place of a value, reads differently."""
    after = {'"': '"', "'": "'", "[": "]"}.get(before, "")
    text = f"key: {before}{value}{after}\n"
    found = parse_block(text)
    if found is not None:
        assert found == by_events(text, libyaml=True)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        pytest.param("a: 1.10\nb: No\n", {"a": "1.10", "b": "No"}, id="words"),
        pytest.param("a: \"b\"\nc: 'd'\ne: ''\n", {"a": "b", "c": "d", "e": ""}, id="quotes"),
        pytest.param('a: "b\\r\\n\\"c\\\\ \\/"\n', {"a": 'b\r\n"c\\ /'}, id="escapes"),
        pytest.param("a:\nb: null\n", {"a": None, "b": None}, id="nothing"),
        pytest.param(
            "a: [b, 'c', \"d e\", null]\nf: []\n", {"a": ["b", "c", "d e", None], "f": []}, id="flow"
        ),
        pytest.param("a:\n- b\n-  c\n", {"a": ["b", "c"]}, id="list-not-indented"),
        pytest.param(
            "a:\n  - b: c\n    d: e\n  - b: f\n", {"a": [{"b": "c", "d": "e"}, {"b": "f"}]}, id="list"
        ),
        pytest.param("a:\n    b:\n      c: d\n    e: f\n", {"a": {"b": {"c": "d"}, "e": "f"}}, id="nested"),
        pytest.param("# one\na: b\n\n  # two\nc: d#e\n", {"a": "b", "c": "d#e"}, id="comments"),
        pytest.param(
            'a: b  # c\nd: # e\n  f: "g" #\nh: [i] # {j\n',
            {"a": "b", "d": {"f": "g"}, "h": ["i"]},
            id="comments-behind",
        ),
        pytest.param(
            "# a\n\n- b: c\n  d: [e]\n- b: f\n- g\n", [{"b": "c", "d": ["e"]}, {"b": "f"}, "g"], id="entries"
        ),
        pytest.param(
            "a: {b: c d, e: [f, {g: 'h'}], i: {}}\nj: [[], [k, ], null]\n",
            {"a": {"b": "c d", "e": ["f", {"g": "h"}], "i": {}}, "j": [[], ["k"], None]},
            id="flow-nested",
        ),
        pytest.param(
            "a: -1\nb: https://c.example/?d\n", {"a": "-1", "b": "https://c.example/?d"}, id="marks"
        ),
    ],
)
def test_it_reads_what_front_matter_is_made_of(text: str, value: object) -> None:
    """Plain words, quotes, lists and nested mappings need no other parser."""
    assert parse_block(text) == value


def test_what_was_read_before_is_no_pattern_for_what_looks_alike() -> None:
    """A quote inside another text is not remembered as one that begins a text."""
    assert parse_block("k: 'x: \"y\"'\n") == {"k": 'x: "y"'}
    assert parse_block('k: \'x: "z"\n') is None
    assert parse_block('- k: "x"\n') == [{"k": "x"}]
    assert parse_block('k: "x"\n') == {"k": "x"}


def test_values_of_two_articles_are_two() -> None:
    """A list that was read before is made anew: nobody changes another article by its own."""
    first, second = parse_yaml("a: [b]\n"), parse_yaml("a: [b]\n")
    assert first == second == {"a": ["b"]}
    assert isinstance(first, dict)
    assert isinstance(second, dict)
    assert first["a"] is not second["a"]


def test_it_remembers_within_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many lines there are, few are kept, and all read right."""
    monkeypatch.setattr(blockyaml, "_MOST_KNOWN", 3)
    for number in range(10):
        assert parse_block(f'a: {number}\nb{number}: "c"\n') == {"a": str(number), f"b{number}": "c"}
    assert parse_block("a: " + "b" * 100 + "\n") == {"a": "b" * 100}
    assert max(map(len, blockyaml._lines)) <= 80


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("a: b\na: c\n", id="twice"),
        pytest.param("a: |\n  b\n", id="block-text"),
        pytest.param("a: &b c\n", id="anchor"),
        pytest.param("a: !!int 1\n", id="tag"),
        pytest.param('a: "\\ud83d\\ude00"\n', id="code-points"),
        pytest.param("<<: b\n", id="merge"),
        pytest.param("a: b\r\n", id="crlf"),
        pytest.param("a: b", id="no-last-line-end"),
        pytest.param("a: 'b'# c\n", id="comment-too-close"),
        pytest.param("a: [b: c]\n", id="pair-in-a-list"),
        pytest.param("a: {b: c, b: d}\n", id="flow-twice"),
        pytest.param("a: {b:c}\n", id="flow-word"),
        pytest.param("a: [b\n", id="flow-open"),
        pytest.param("a: [b] c\n", id="behind-flow"),
        pytest.param("a: " + "[" * 40 + "]" * 40 + "\n", id="flow-deep"),
        pytest.param("a: \x07\n", id="control"),
        pytest.param("a\n", id="no-mapping"),
        pytest.param("- a\nb: c\n", id="key-in-a-list"),
        pytest.param("# a\nb: c\n- d\n", id="entry-in-a-mapping"),
        pytest.param("\n", id="nothing"),
        pytest.param("".join(f"{' ' * depth}a:\n" for depth in range(70)), id="deep"),
    ],
)
def test_it_leaves_the_rest(text: str) -> None:
    """What needs more than a pattern, or is wrong, is for the parser that knows YAML."""
    assert parse_block(text) is None


def test_both_ways_are_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    """`parse_yaml` asks the events only for what the pattern leaves."""
    asked: list[str] = []
    monkeypatch.setattr(yamlevents, "parse_events", lambda text, _line: asked.append(text))
    parse_yaml("a: b\n")
    parse_yaml("a: &b c\n")
    assert asked == ["a: &b c\n"]


def test_a_long_line_that_does_not_match_is_given_up_at_once() -> None:
    """Text that almost matches is looked at once, not once a character."""
    text = 'a: "' + "b " * 1_000_000 + "\n"
    assert parse_block(text) is None


@pytest.mark.parametrize("path", sorted(EXAMPLES.rglob("*.md")), ids=lambda path: path.stem[:30])
def test_the_sample_reads_the_same(path: Path) -> None:
    """Every article of the sample site reads as PyYAML alone reads it."""
    front, _ = frontmatter.split(path.read_text("utf-8"))
    assert parse_yaml(front) == parse_events(front)
