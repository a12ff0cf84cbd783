"""What no format could show is refused when it is made."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from syndicate.errors import RenderError
from syndicate.model import Enclosure, Feed, Item, Person, Term

NOW = datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC)
NAIVE = datetime(2024, 1, 2, 3, 4, 5)
ELSEWHERE = NOW.astimezone(timezone(timedelta(hours=1)))
PICTURE = Enclosure(url="https://h.example/a.png", media_type="image/png")
SOUND = Enclosure(url="https://h.example/a.mp3", media_type="audio/mpeg")


def item(**fields: Any) -> Item:
    """Make an item that is right but for the fields given."""
    known = {"id": "tag:1", "title": "T", "permalink": "https://h.example/", "published": NOW, "updated": NOW}
    return Item(**{**known, **fields})


def feed(**fields: Any) -> Feed:
    """Make a feed that is right but for the fields given."""
    known = {
        "id": "tag:f",
        "path": "all",
        "title": "T",
        "description": "D",
        "home_url": "https://h.example/",
        "folder_url": "https://h.example/feeds/all/",
        "updated": NOW,
        "language": "en",
        "authors": (Person(name="A"),),
    }
    return Feed(**{**known, **fields})


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"id": ""}, "id is empty"),
        ({"title": ""}, "title is empty"),
        ({"permalink": ""}, "permalink is empty"),
        ({"id": "", "permalink": "", "title": ""}, "an item: id is empty"),
        ({"title": "a\x00"}, "XML"),
        ({"summary": "a\x0b"}, "XML"),
        ({"content_html": "<p>\ufffe</p>"}, "XML"),
        ({"id": "a\ud800"}, "XML"),
        ({"published": NAIVE}, "UTC"),
        ({"updated": ELSEWHERE}, "UTC"),
        ({"published": NOW, "updated": NOW - timedelta(seconds=1)}, "before"),
    ],
)
def test_items_that_no_format_shows(fields: dict[str, Any], reason: str) -> None:
    """An item lacks nothing required, holds legal text and instants in UTC, in their order."""
    with pytest.raises(RenderError, match=reason):
        item(**fields)


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"id": ""}, "id is empty"),
        ({"path": ""}, "a feed: path is empty"),
        ({"title": ""}, "title is empty"),
        ({"description": ""}, "description is empty"),
        ({"home_url": ""}, "home_url is empty"),
        ({"folder_url": ""}, "folder_url is empty"),
        ({"language": ""}, "language is empty"),
        ({"updated": NAIVE}, "UTC"),
        ({"updated": ELSEWHERE}, "UTC"),
        ({"authors": ()}, "author"),
    ],
)
def test_feeds_that_no_format_shows(fields: dict[str, Any], reason: str) -> None:
    """A feed lacks nothing that a format requires, an author neither."""
    with pytest.raises(RenderError, match=reason):
        feed(**fields)


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        (Person, {"name": "a\x01"}),
        (Person, {"name": "A", "email": "a\x01@h.example"}),
        (Term, {"name": "a\ufffe", "slug": "a"}),
        (Enclosure, {"url": "https://h.example/", "media_type": "image/png", "title": "\ud800"}),
        (Enclosure, {"url": "https://h.example/", "media_type": "image/png", "credit": "\x00"}),
    ],
    ids=["name", "email", "term", "title", "credit"],
)
def test_parts_that_no_format_shows(kind: Any, fields: dict[str, Any]) -> None:
    """What an item is made of holds legal text as well."""
    with pytest.raises(RenderError, match="XML"):
        kind(**fields)


def test_least() -> None:
    """What is required is enough."""
    assert item().lead_image is None
    assert feed().self_url("rss.xml") == "https://h.example/feeds/all/rss.xml"


@pytest.mark.parametrize(
    "made", [item(), feed(), PICTURE, Person(name="A")], ids=lambda made: type(made).__name__
)
def test_frozen(made: Any) -> None:
    """What was made is not changed."""
    with pytest.raises(AttributeError):
        made.id = made.url = made.name = "other"


def test_keywords_only() -> None:
    """No value is given by its position."""
    with pytest.raises(TypeError):
        Person("A")  # type: ignore[misc]


def test_lead_image() -> None:
    """The lead image is the first image, whatever stands before it."""
    other = Enclosure(url="https://h.example/b.png", media_type="image/png")
    assert item(enclosures=(SOUND, PICTURE, other)).lead_image is PICTURE


@pytest.mark.parametrize(
    ("media_type", "medium"),
    [
        ("image/png", "image"),
        ("audio/mpeg", "audio"),
        ("video/mp4", "video"),
        ("application/pdf", "document"),
        ("text/html", "document"),
    ],
)
def test_medium(media_type: str, medium: str) -> None:
    """Media RSS has a name for every kind of file."""
    assert Enclosure(url="https://h.example/", media_type=media_type).medium == medium
