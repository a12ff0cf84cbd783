"""Errors carry their facts; the text is built from them."""

from __future__ import annotations

import pickle

import pytest

from syndicate.errors import (
    ArticleError,
    ConfigError,
    FetchError,
    FieldPath,
    NoArticlesError,
    Problem,
    PublishError,
    RenderError,
    SyndicateError,
    below,
    dotted,
    quoted,
)

PROBLEM = Problem(found="'x'", expected="a date", path="a.md", line=3, field=("images", 0, "url"))


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ((), ""),
        (("title",), "title"),
        (("provider", "domain"), "provider.domain"),
        (("images", 0, "url"), "images[0].url"),
        (("a", 1, 2), "a[1][2]"),
        ((0, "a"), "[0].a"),
    ],
)
def test_dotted(field: FieldPath, text: str) -> None:
    """A field path is written the way people do."""
    assert dotted(field) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "nothing"),
        ({}, "a mapping"),
        ([1], "a list"),
        ((), "a list"),
        ("", "''"),
        ("è", "'è'"),
        (3, "'3'"),
        ("a\nb\x1b[31m", r"'a\nb\x1b[31m'"),
        ("\u202eabc", r"'\u202eabc'"),
        ("x" * 1000, "'" + "x" * 118 + "…"),
    ],
    ids=lambda value: ascii(value)[:20],
)
def test_quoted(value: object, text: str) -> None:
    """A found value is one short line that a terminal can show."""
    assert quoted(value) == text


@pytest.mark.parametrize(
    ("path", "folder", "shown"),
    [("/a/b/c.md", "/a/b", "c.md"), ("/a/b/c.md", "/a/b/", "c.md"), ("/ab/c.md", "/a", "/ab/c.md")],
)
def test_below(path: str, folder: str, shown: str) -> None:
    """A path is shortened by a folder that holds it, and by no other."""
    assert below(path, folder) == shown


@pytest.mark.parametrize(
    ("problem", "text"),
    [
        (PROBLEM, "a.md:3: images[0].url: found 'x', expected a date"),
        (Problem(found="1", expected="2"), "found 1, expected 2"),
        (Problem(found="1", expected="2", path="a\nb.md"), r"a\nb.md: found 1, expected 2"),
        (Problem(found="1", expected="2", path="x\udcff.md"), r"x\udcff.md: found 1, expected 2"),
        (Problem(found="1", expected="2", field=("a",)), "a: found 1, expected 2"),
    ],
    ids=["all", "least", "line-break-in-path", "bytes-in-path", "field"],
)
def test_problem(problem: Problem, text: str) -> None:
    """A problem says where it is, what was found and what was expected, on one line."""
    assert str(problem) == text


def test_problem_at() -> None:
    """A problem learns its place later, and keeps a line that it knows already."""
    bare = Problem(found="1", expected="2", line=7)
    assert bare.at("b.md", None) == Problem(found="1", expected="2", path="b.md", line=7)
    assert bare.at("b.md", 9).line == 9


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (ConfigError([PROBLEM, PROBLEM]), f"{PROBLEM}\n{PROBLEM}"),
        (ArticleError(PROBLEM), str(PROBLEM)),
        (RenderError("all", "no author"), "all: no author"),
        (PublishError("feeds/a", "is a file"), "feeds/a: is a file"),
        (FetchError("https://a.example/\n", "silent"), r"https://a.example/\n: silent"),
        (
            NoArticlesError(["a", "b"], []),
            "no articles in a, b; nothing was changed (--allow-empty builds empty feeds)",
        ),
        (
            NoArticlesError(["a"], [PROBLEM, PROBLEM]),
            "no articles in a (2 failed); nothing was changed (--allow-empty builds empty feeds)",
        ),
    ],
    ids=["config", "article", "render", "publish", "fetch", "no-articles", "failed-articles"],
)
def test_errors_say_their_facts(error: SyndicateError, text: str) -> None:
    """Every error is a SyndicateError whose text holds its facts, and it survives another process."""
    assert isinstance(error, SyndicateError)
    assert str(error) == text
    copy = pickle.loads(pickle.dumps(error))
    assert type(copy) is type(error)
    assert str(copy) == text


def test_errors_hold_data() -> None:
    """What an error knows can be read without parsing its text."""
    assert ConfigError(iter([PROBLEM])).problems == (PROBLEM,)
    assert ArticleError(PROBLEM).problem is PROBLEM
    assert (RenderError("s", "r").subject, RenderError("s", "r").reason) == ("s", "r")
    assert (PublishError("p", "r").path, PublishError("p", "r").reason) == ("p", "r")
    assert NoArticlesError(iter("ab"), iter([PROBLEM])).sources == ("a", "b")
    assert NoArticlesError("", iter([PROBLEM])).failed == (PROBLEM,)
