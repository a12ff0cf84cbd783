"""The `<feed>` of Atom (RFC 4287 §4.1.1) before its entries, by feedgen.

May know: the model; neither RSS's frame nor where a feed is written.
"""

from __future__ import annotations

from typing import Any

from syndicate.model import Feed
from syndicate.render import FILE_NAMES, MEDIA_TYPES
from syndicate.render.frames import MEDIA, Extension, Frame, add_archive_links, person

_FILE_NAME = FILE_NAMES["atom"]
_MEDIA_TYPE = MEDIA_TYPES["atom"]


class _FeedExtension(Extension):
    namespaces = {"media": MEDIA}

    def extend_atom(self, feed: Any) -> Any:
        """Write where a `<feed>` stands in its archive."""
        add_archive_links(feed, "link", self.subject, _FILE_NAME, _MEDIA_TYPE)
        return feed


def write_feed(feed: Feed) -> bytes:
    """Write a whole document without an entry."""
    frame = Frame(feed, _FeedExtension)
    frame.id(feed.id)
    frame.updated(feed.updated)
    frame.author([person(each) for each in feed.authors])
    frame.subtitle(feed.description)
    frame.link(href=feed.home_url, rel="alternate", type="text/html")
    frame.link(href=feed.self_url(_FILE_NAME), rel="self", type=_MEDIA_TYPE)
    for hub in feed.hubs:
        frame.link(href=hub, rel="hub")
    if feed.icon:
        frame.icon(feed.icon)
    if feed.image:
        frame.logo(feed.image.url)
    document: bytes = frame.atom_str()
    return document
