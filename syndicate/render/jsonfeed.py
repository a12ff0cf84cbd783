"""JSON Feed 1.1 (jsonfeed.org), with the older single `author` for readers of version 1.0.

May know: the model; neither RSS's renderer nor Atom's nor where a feed is written.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from syndicate.dates import rfc3339
from syndicate.model import Enclosure, Feed, Item, Person
from syndicate.render import FILE_NAMES

_FILE_NAME = FILE_NAMES["json"]
SEPARATOR = b","
END = b"]}\n"
VERSION = "https://jsonfeed.org/version/1.1"
_encode = msgspec.json.Encoder().encode


class _Author(msgspec.Struct, frozen=True, omit_defaults=True):
    """JSON Feed 1.1, `authors`. Here and below, what is absent is left out: None, an empty text or list."""

    name: str = ""
    url: str | None = None


class _Attachment(msgspec.Struct, frozen=True, omit_defaults=True):
    """JSON Feed 1.1, `attachments`."""

    url: str
    mime_type: str
    title: str | None = None
    size_in_bytes: int | None = None
    duration_in_seconds: int | None = None


class _Item(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """JSON Feed 1.1, Items."""

    id: str
    url: str
    title: str
    content_html: str | None = None
    content_text: str | None = None
    summary: str = ""
    image: str | None = None
    date_published: str
    date_modified: str | None = None
    authors: list[_Author] = []
    author: _Author | None = None
    tags: list[str] = []
    attachments: list[_Attachment] = []


class _Hub(msgspec.Struct, frozen=True):
    """JSON Feed 1.1, `hubs`."""

    type: str
    url: str


class _Top(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """JSON Feed 1.1, Top-level, but for the items."""

    version: str
    title: str = ""
    home_page_url: str = ""
    feed_url: str = ""
    next_url: str | None = None
    description: str = ""
    icon: str | None = None
    favicon: str | None = None
    authors: list[_Author] = []
    author: _Author
    language: str = ""
    hubs: list[_Hub] = []
    expired: bool = False


def _authors(persons: Sequence[Person]) -> list[_Author]:
    return [_Author(each.name, each.url or None) for each in persons]


def _attachments(enclosures: Sequence[Enclosure]) -> list[_Attachment]:
    # Attachments that share a title are alternatives of one thing (JSON Feed 1.1, `attachments`);
    # ours are different things, so a title that came before is numbered.
    used: set[str] = set()
    found = []
    for each in enclosures:
        title, number = each.title, 1
        while title in used:
            number += 1
            title = f"{each.title} ({number})"
        if title:
            used.add(title)
        found.append(_Attachment(each.url, each.media_type, title or None, each.length, each.duration))
    return found


def render_item(item: Item) -> bytes:
    """Render one item (JSON Feed 1.1, Items), to be spliced into every feed that holds it.

    An item has content_html or content_text, as the format requires: without the former it is the
    summary, without that the title.
    """
    authors = _authors(item.authors)
    html = item.content_html or None
    image = item.lead_image
    return _encode(
        _Item(
            id=item.id,
            url=item.permalink,
            title=item.title,
            content_html=html,
            content_text=None if html else item.summary or item.title,
            summary=item.summary,
            image=image.url if image else None,
            date_published=rfc3339(item.published),
            date_modified=rfc3339(item.updated) if item.updated > item.published else None,
            authors=authors,
            author=authors[0] if authors else None,
            tags=[term.name for term in item.terms],
            attachments=_attachments((*item.enclosures, *item.related)),
        )
    )


def render_head(feed: Feed) -> bytes:
    """Render the top object (JSON Feed 1.1, Top-level) up to its first item.

    Its `next_url` leads to older items, the way of `prev-archive` (RFC 5005 §4).
    """
    authors = _authors(feed.authors)
    top = _encode(
        _Top(
            version=VERSION,
            title=feed.title,
            home_page_url=feed.home_url,
            feed_url=feed.self_url(_FILE_NAME),
            next_url=f"{feed.older_url}{_FILE_NAME}" if feed.older_url else None,
            description=feed.description,
            icon=feed.icon or None,
            favicon=feed.image.url if feed.image else None,
            authors=authors,
            author=authors[0],
            language=feed.language,
            hubs=[_Hub("WebSub", hub) for hub in feed.hubs],
            expired=feed.expired,
        )
    )
    return top[:-1] + b',"items":['
