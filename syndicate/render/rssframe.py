"""The `<channel>` of RSS 2.0 before its items, by feedgen.

May know: the model; neither Atom's frame nor where a feed is written.
"""

from __future__ import annotations

from typing import Any

from syndicate.dates import rfc822
from syndicate.model import Feed
from syndicate.render import FILE_NAMES, MEDIA_TYPES
from syndicate.render.frames import (
    ATOM,
    CONTENT,
    DC,
    MEDIA,
    Extension,
    Frame,
    add,
    add_archive_links,
)

_FILE_NAME = FILE_NAMES["rss"]
_MEDIA_TYPE = MEDIA_TYPES["rss"]


class _ChannelExtension(Extension):
    namespaces = {"dc": DC, "media": MEDIA, "atom": ATOM, "content": CONTENT}

    def extend_rss(self, feed: Any) -> Any:
        """Write the hubs of a `<channel>` (WebSub §4), the date of its newest item, and its archive."""
        for hub in self.subject.hubs:
            add(feed[0], f"{{{ATOM}}}link", rel="hub", href=hub)
        add(feed[0], "lastBuildDate", rfc822(self.subject.updated))
        add_archive_links(feed[0], f"{{{ATOM}}}link", self.subject, _FILE_NAME, _MEDIA_TYPE)
        return feed


def write_channel(feed: Feed) -> bytes:
    """Write a whole document without an item."""
    frame = Frame(feed, _ChannelExtension)
    frame.description(feed.description)
    # feedgen takes the last link for the home page.
    frame.link(href=feed.self_url(_FILE_NAME), rel="self", type=_MEDIA_TYPE)
    frame.link(href=feed.home_url, rel="alternate")
    if feed.image:
        size = {
            name: str(value)
            for name, value in (("width", feed.image.width), ("height", feed.image.height))
            if value
        }
        frame.image(url=feed.image.url, title=feed.title, link=feed.home_url, **size)
    if feed.ttl:
        frame.ttl(feed.ttl)
    if feed.authors[0].email:
        frame.managingEditor(f"{feed.authors[0].email} ({feed.authors[0].name})")
    document: bytes = frame.rss_str()
    return document
