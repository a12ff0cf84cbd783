"""JSON Feed 1.1 (jsonfeed.org), with the older single `author` for readers of version 1.0.

May know: the model; neither RSS's renderer nor Atom's nor where a feed is written.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from syndicate.dates import rfc3339
from syndicate.model import Enclosure, Feed, Item, Person

FILE_NAME = "feed.json"
MEDIA_TYPE = "application/feed+json"
SEPARATOR = b","
END = b"]}\n"
VERSION = "https://jsonfeed.org/version/1.1"
_encode = msgspec.json.Encoder().encode


def _present(**members: Any) -> dict[str, Any]:
    """Leave out what is absent: None, an empty text or an empty list. The one place where that is done."""
    return {name: value for name, value in members.items() if value not in (None, "", [])}


def _authors(persons: Sequence[Person]) -> list[dict[str, Any]]:
    return [_present(name=each.name, url=each.url) for each in persons]


def _attachments(enclosures: Sequence[Enclosure]) -> list[dict[str, Any]]:
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
        found.append(
            _present(
                url=each.url,
                mime_type=each.media_type,
                title=title,
                size_in_bytes=each.length,
                duration_in_seconds=each.duration,
            )
        )
    return found


def render_item(item: Item) -> bytes:
    """Render one item (JSON Feed 1.1, Items), to be spliced into every feed that holds it.

    An item has content_html or content_text, as the format requires: without the former it is the
    summary, without that the title.
    """
    authors = _authors(item.authors)
    html = item.content_html
    return _encode(
        _present(
            id=item.id,
            url=item.permalink,
            title=item.title,
            content_html=html,
            content_text=None if html else item.summary or item.title,
            summary=item.summary,
            image=item.lead_image.url if item.lead_image else None,
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
        _present(
            version=VERSION,
            title=feed.title,
            home_page_url=feed.home_url,
            feed_url=feed.self_url(FILE_NAME),
            next_url=f"{feed.older_url}{FILE_NAME}" if feed.older_url else None,
            description=feed.description,
            icon=feed.icon,
            favicon=feed.image.url if feed.image else None,
            authors=authors,
            author=authors[0],
            language=feed.language,
            hubs=[{"type": "WebSub", "url": hub} for hub in feed.hubs],
            expired=feed.expired or None,
        )
    )
    return top[:-1] + b',"items":['
