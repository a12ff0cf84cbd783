"""The plain part of the border: what is read there is what the border reads, and nothing else is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from test_border import LEAST, READING

from syndicate import frontmatter, native
from syndicate.article import Article
from syndicate.border import (
    COMMON_NAMES,
    LONGEST_KNOWN,
    LONGEST_SUMMARY,
    MOST_VALUES,
    NATIVE_NAMES,
    parse_article,
)
from syndicate.errors import ArticleError
from syndicate.fields import LONGEST_TEXT
from syndicate.native import to_article
from syndicate.yamltext import Value

EXAMPLES = Path(__file__).parent.parent / "examples" / "articles"
PLAIN: dict[str, Value] = {
    **LEAST,
    "excerpt": "An “excerpt”&nbsp;&mdash; in short",
    "updatedDateTime": "2024-02-02T03:04:05Z",
    "originalUrl": "https://h.example/a/",
    "ampWebUrl": "https://h.example/amp/",
    "cdnAmpWebUrl": "https://cdn.example/amp/",
    "provider": {
        "name": "News",
        "domain": "news.example",
        "images": [{"url": "https://news.example/n.png", "width": "50", "height": "50"}],
    },
    "topics": ["Cloud", "cloud", "AI"],
    "images": [
        {"url": "https://i.example/1.png?2", "width": "0", "title": "An&nbsp;image", "isCached": "true"}
    ],
    "related": [
        {"title": "Near &amp; far", "webUrl": "https://r.example/1", "provider": {"name": "R"}},
        {"webUrl": "https://r.example/1"},
        {"webUrl": "https://h.example/a/"},
        {"webUrl": "https://r.example/2"},
        {"webUrl": "https://r.example/3"},
    ],
    "type": "article",
    "category": "news",
    "locale": "en-US",
    "quality": "106",
    "heat": "6.5",
    "published": "true",
    "secured": "abc",
}

TEXTS = st.sampled_from(
    [
        *("A title", "", " ", "  two  blanks ", "R&amp;D", "a <b>b</b>", "\u200b", "\u3164", "é", "x\u202ey"),
        *("line\nbreak", "tab\there", "\ud83d\ude00", "\ud83d", "\x07", "null", "true", "No", "1", "1.5"),
        *("x" * LONGEST_TEXT, "x" * (LONGEST_TEXT + 1), "x " * LONGEST_SUMMARY, "Inc%2c", "100%"),
        *("2024-01-02", "2024-01-02T03:04:05Z", "2024-13-02T03:04:05Z", "9999-12-31T23:59:60Z", "-5", "1e16"),
        *("https://a.example/", "https://A.example/ü", "/relative", "ftp://a.example/", "javascript:x"),
        *(
            "https://a.example/?b=1&amp;c=2",
            "https://a.example/i.png",
            "news.example",
            "not a host",
            "nan",
            "50",
        ),
    ]
)
SCALARS = st.one_of(st.none(), TEXTS, st.text(max_size=8))
KEYS = st.sampled_from(
    [*"url webUrl originalUrl title width height type length name domain images duration attribution".split()]
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=8,
)
FRONTS = st.dictionaries(
    st.sampled_from(sorted(NATIVE_NAMES)) | st.sampled_from(["date", "tags", "unknown"]), VALUES, max_size=4
)
READINGS = st.builds(
    msgspec.structs.replace,
    st.just(READING),
    related_limit=st.sampled_from([None, 0, 1, 10]),
    ids=st.sampled_from(["tag", "permalink"]),
    defaults=st.sampled_from([{}, {}, {}, {"type": "x"}]),
    fields=st.sampled_from([{}, {}, {}, {"title": ("kop",)}]),
    source=st.integers(0, 2),
)
PATHS = st.sampled_from(["2024-01-02-a.md", "a/index.md", "b.html", "c é.md"])
BODIES = st.sampled_from(["", "\n", "# A *body*\n", "<p>A body</p>"])


def outcome(read: Any, *given: Any, **how: Any) -> Article | str:
    """The article, or what is wrong with it."""
    try:
        article: Article = read(*given, **how)
    except ArticleError as error:
        return str(error)
    return article


@given(front=FRONTS, body=BODIES, path=PATHS, reading=READINGS, whole=st.booleans())
@example(front={}, body="", path="2024-01-02-a.md", reading=READING, whole=True)
def test_it_reads_what_the_border_reads(
    front: dict[str, Value], body: str, path: str, reading: Any, whole: bool
) -> None:
    """Any front matter, plain but for some fields, is the same article, with the same notes and errors."""
    front = {**(PLAIN if whole else LEAST), **front}
    expected = outcome(parse_article, front, body, path=path, reading=reading)
    assert outcome(to_article, front, body, path=path, reading=reading) == expected


@pytest.fixture
def left(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The paths of the articles that were left to the border."""
    paths: list[str] = []

    def noted(front: Any, body: str, *, path: str, reading: Any) -> Article:
        paths.append(path)
        return parse_article(front, body, path=path, reading=reading)

    monkeypatch.setattr(native, "parse_article", noted)
    return paths


@pytest.mark.parametrize("without", [None, *sorted(PLAIN.keys() - LEAST.keys())])
def test_plain_articles_are_read_here(without: str | None, left: list[str]) -> None:
    """An article in native fields, all or some of them as they should be, is not left to the border."""
    front = {name: value for name, value in PLAIN.items() if name != without}
    article = to_article(front, "", path="2024-01-02-a.md", reading=READING)
    assert left == []
    assert article == parse_article(front, "", path="2024-01-02-a.md", reading=READING)
    assert not article.notes


@pytest.mark.parametrize(
    ("front", "how"),
    [
        *(pytest.param({name: "x"}, {}, id=name) for names in COMMON_NAMES.values() for name in names),
        *(pytest.param({name: "x"}, {}, id=name) for name in ("id", "guid", "authors", "actions", "length")),
        pytest.param({"published": "maybe"}, {}, id="neither-yes-nor-no"),
        pytest.param({"topics": [str(number) for number in range(MOST_VALUES + 1)]}, {}, id="many-topics"),
        pytest.param({"images": [{"url": "https://a.example/1"}] * 2}, {}, id="one-image-twice"),
        pytest.param({"type": "x " + " " * LONGEST_KNOWN}, {}, id="too-long-to-be-remembered"),
        pytest.param({"excerpt": "x" * (LONGEST_SUMMARY + 1)}, {}, id="a-long-excerpt"),
        pytest.param({}, {"defaults": {"type": "x"}}, id="defaults"),
        pytest.param({}, {"fields": {"title": ("kop",)}}, id="other-names"),
    ],
)
def test_what_is_not_plain_is_left(front: dict[str, Value], how: dict[str, Any], left: list[str]) -> None:
    """Other names, defaults, and whatever would be mended, cut or refused, are the border's."""
    reading = msgspec.structs.replace(READING, **how)
    outcome(to_article, {**LEAST, **front}, "", path="2024-01-02-a.md", reading=reading)
    assert left == ["2024-01-02-a.md"]


@pytest.mark.parametrize("path", sorted(EXAMPLES.rglob("*.md")), ids=lambda path: path.stem)
def test_the_examples_are_the_same(path: Path) -> None:
    """Every article of the sample site is what the border reads."""
    front, body = frontmatter.parse(path.read_text("utf-8"))
    name = path.relative_to(EXAMPLES).as_posix()
    expected = outcome(parse_article, front, body, path=name, reading=READING)
    assert outcome(to_article, front, body, path=name, reading=READING) == expected
