"""An article: the name it keeps for life, and what of it readers see."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from syndicate.article import Article, Provider, article_key, look_alike
from syndicate.errors import Problem
from syndicate.model import Enclosure, Person

DAY = datetime(2024, 5, 1, tzinfo=UTC)
LATER = datetime(2024, 5, 2, tzinfo=UTC)
FILE = Enclosure(url="https://h.example/a.png", media_type="image/png")
ARTICLE = Article(id="a", path="a.md", title="A", permalink="https://h.example/", published=DAY, updated=DAY)


@pytest.mark.parametrize(
    ("path", "key"),
    [
        ("2021-12-29-slug.md", "2021-12-29-slug"),
        ("news/2021/2021-12-29-slug.markdown", "2021-12-29-slug"),
        ("2021-12-29.md", "2021-12-29"),
        ("a/2021-12-29-x/index.md", "a/2021-12-29-x"),
        ("2021-12-29x.md", "2021-12-29x"),
        ("posts/slug.md", "posts/slug"),
        ("posts/slug/index.html", "posts/slug"),
        ("index.md", "index"),
        ("posts/reindex.md", "posts/reindex"),
        ("a.b.md", "a.b"),
        ("dir.d/plain", "dir.d/plain"),
        (".md", ".md"),
    ],
)
def test_article_key(path: str, key: str) -> None:
    """A dated stem survives any move; any other article is its path without suffix and `/index`."""
    assert article_key(path) == key


SEEN: dict[str, Any] = {
    "id": "b",
    "title": "B",
    "permalink": "https://h.example/b",
    "published": LATER,
    "updated": LATER,
    "summary": "S",
    "body_html": "<p>B</p>",
    "provider": Provider(key="n", name="N"),
    "authors": (Person(name="P"),),
    "topics": ("T",),
    "enclosures": (FILE,),
    "related": (FILE,),
    "player": "https://h.example/p",
}
UNSEEN: dict[str, Any] = {
    "path": "b/a.md",
    "source": 1,
    "amp_url": "https://h.example/amp",
    "cdn_amp_url": "https://h.example/cdn",
    "type": "t",
    "category": "c",
    "locale": "en",
    "quality": 1.0,
    "heat": 2.0,
    "length": 3,
    "removed": True,
    "draft": True,
    "capped": 1,
    "repeated": 2,
    "notes": (Problem(found="a", expected="b"),),
}


@pytest.mark.parametrize("field", SEEN)
def test_what_readers_see_tells_versions_apart(field: str) -> None:
    """Each field that reaches an item makes another version of an article."""
    assert not look_alike(msgspec.structs.replace(ARTICLE, **{field: SEEN[field]}), ARTICLE)


@pytest.mark.parametrize("field", UNSEEN)
def test_what_nobody_sees_makes_no_other_version(field: str) -> None:
    """What only filters and counts read makes no other version (law 2)."""
    assert look_alike(msgspec.structs.replace(ARTICLE, **{field: UNSEEN[field]}), ARTICLE)


def test_every_field_is_seen_or_not() -> None:
    """A new field of an article has to say here whether readers see it."""
    assert {*SEEN, *UNSEEN} == set(Article.__struct_fields__)
    assert not SEEN.keys() & UNSEEN.keys()
