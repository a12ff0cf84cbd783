"""Where the front matter ends and the body begins."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syndicate.errors import ArticleError
from syndicate.frontmatter import lines_of, parse, split
from syndicate.yamltext import Mapping


@pytest.mark.parametrize(
    ("text", "front", "body"),
    [
        pytest.param("---\na: b\n---\nbody\n", {"a": "b"}, "body\n", id="plain"),
        pytest.param("---\na: b\n---", {"a": "b"}, "", id="ends-with-the-line"),
        pytest.param("---\na: b\n---\n", {"a": "b"}, "", id="no-body"),
        pytest.param("\ufeff---\na: b\n---\nx", {"a": "b"}, "x", id="byte-order-mark"),
        pytest.param("---\r\na: b\r\n---\r\nx\r\n", {"a": "b"}, "x\r\n", id="crlf"),
        pytest.param("--- \na: b\n---\t \nx", {"a": "b"}, "x", id="blanks-after"),
        pytest.param("---\n---\nx", {}, "x", id="empty"),
        pytest.param("---\n\n# c\n---\n", {}, "", id="comment"),
        pytest.param(
            "---\na: b\n---\nx\n---\ny: z\n---\n", {"a": "b"}, "x\n---\ny: z\n---\n", id="rule-in-body"
        ),
        pytest.param("---\na: b\n---\n\n---\n", {"a": "b"}, "\n---\n", id="body-is-a-rule"),
        pytest.param("---\na: |\n  ---\n  x\n---\n", {"a": "---\nx\n"}, "", id="indented-line"),
        pytest.param("---\na: b\n----\n---\nx", None, "", id="four-hyphens"),
        pytest.param("---\na: b ---\nc: ---d\n---\nx", {"a": "b ---", "c": "---d"}, "x", id="hyphens-inside"),
    ],
)
def test_split(text: str, front: Mapping | None, body: str) -> None:
    """Front matter is what stands between the first two lines of three hyphens; the rest is the body."""
    if front is None:
        with pytest.raises(ArticleError, match=":4: found broken YAML"):
            parse(text)
    else:
        assert parse(text) == (front, body)


@pytest.mark.parametrize(
    ("text", "line", "found", "expected"),
    [
        pytest.param("", 1, "an empty file", "begins with a line '---'", id="empty"),
        pytest.param("\ufeff \n\n", 1, "an empty file", "begins with a line '---'", id="blank"),
        pytest.param("# Title\n", 1, "no front matter", "begins with a line '---'", id="none"),
        pytest.param(
            "\n---\na: b\n---\n", 1, "no front matter", "begins with a line '---'", id="blank-line-first"
        ),
        pytest.param(" ---\na: b\n---\n", 1, "no front matter", "begins with a line '---'", id="indented"),
        pytest.param("---x\n---\n", 1, "no front matter", "begins with a line '---'", id="more-than-hyphens"),
        pytest.param("+++\na = 1\n+++\n", 1, "TOML front matter ('+++')", "TOML is not read yet", id="toml"),
        pytest.param('{\n"a": 1\n}\n', 1, "JSON front matter ('{')", "JSON is not read yet", id="json"),
        pytest.param('{"a": 1}', 1, "JSON front matter ('{')", "JSON is not read yet", id="json-line"),
        pytest.param("---\na: b\n", 1, "the end of the file", "a closing line '---'", id="not-closed"),
        pytest.param("---", 1, "the end of the file", "a closing line '---'", id="opening-alone"),
        pytest.param(
            "---\na: b\n ---\n", 1, "the end of the file", "a closing line '---'", id="closing-indented"
        ),
        pytest.param("---\n- a\n---\n", 2, "a list or a text", "'key: value'", id="list"),
        pytest.param("---\ntext\n---\n", 2, "a list or a text", "'key: value'", id="text"),
        pytest.param(
            "---\na: 1\nb: 2\na: 3\n---\n", 4, "the key 'a' a second time", "each key once", id="key"
        ),
        pytest.param("---\r\na: 1\r\nb: [\r\n---\r\n", 4, "broken YAML", "valid YAML", id="broken"),
    ],
)
def test_refused(text: str, line: int, found: str, expected: str) -> None:
    """What is no front matter in YAML says so, with the line of the file."""
    with pytest.raises(ArticleError) as caught:
        parse(text)
    problem = caught.value.problem
    assert problem.found.startswith(found)
    assert expected in problem.expected
    assert problem.line == line


@settings(max_examples=100)
@given(st.text(), st.sampled_from(["", "\ufeff"]))
def test_the_body_is_untouched(body: str, mark: str) -> None:
    """Whatever the body holds, it comes back character for character."""
    assert split(f"{mark}---\na: b\n---\n{body}") == ("a: b\n", body)


def test_lines_of() -> None:
    """Lines of fields are counted from the top of the file."""
    text = "---\ntitle: A\nimages:\n- url: x\n  width: y\n---\nbody\n"
    assert lines_of(text, [("title",), ("images", 0, "width"), ("absent",)]) == [2, 5, 2]
