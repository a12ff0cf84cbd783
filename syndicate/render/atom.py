"""Atom 1.0 (RFC 4287), with Media RSS for images and players.

May know: the model; neither RSS's renderer nor JSON Feed's nor where a feed is written.
"""

from __future__ import annotations

from typing import Any

from syndicate.model import Enclosure, Feed, Item
from syndicate.render import xmlfeed
from syndicate.render.xmlfeed import MEDIA, add, person

FILE_NAME = "atom.xml"
MEDIA_TYPE = "application/atom+xml"
_NAMESPACES = {"media": MEDIA}
SEPARATOR = b""
END = b"</feed>\n"
_splicer = xmlfeed.Splicer("feed", _NAMESPACES)


class _EntryExtension(xmlfeed.Extension):
    subject: Item

    def extend_atom(self, feed: Any) -> Any:
        """Write the links of an `<entry>` whole (RFC 4287 §4.2.7), the alternate one first."""
        item = self.subject
        _splicer.adopt(feed)
        alternate = feed.find("link")
        alternate.set("rel", "alternate")
        alternate.set("type", "text/html")
        for enclosure in (*item.enclosures, *item.related):
            _add_link(feed, "enclosure", enclosure)
        for related in item.related:
            _add_link(feed, "related", related)
        xmlfeed.add_media(feed, item)
        return feed


class _FeedExtension(xmlfeed.Extension):
    namespaces = _NAMESPACES


def _add_link(entry: Any, rel: str, enclosure: Enclosure) -> None:
    add(
        entry,
        "link",
        rel=rel,
        href=enclosure.url,
        type=enclosure.media_type,
        title=enclosure.title,
        length=enclosure.length,
    )


def render_item(item: Item) -> bytes:
    """Render an `<entry>` (RFC 4287 §4.1.2), to be spliced into every feed that holds it."""
    entry = xmlfeed.Entry(item, _EntryExtension)
    entry.published(item.published)
    entry.updated(item.updated)
    if item.authors:
        entry.author([person(each) for each in item.authors])
    if item.content_html is not None:
        entry.content(item.content_html, type="html")
    if item.summary:
        entry.summary(item.summary)
    return _splicer.serialise(entry.atom_entry())


def render_head(feed: Feed) -> bytes:
    """Render the `<feed>` (RFC 4287 §4.1.1) up to its first entry."""
    frame = xmlfeed.Frame(feed, _FeedExtension)
    frame.id(feed.id)
    frame.updated(feed.updated)
    frame.author([person(each) for each in feed.authors])
    frame.subtitle(feed.description)
    frame.link(href=feed.home_url, rel="alternate", type="text/html")
    frame.link(href=feed.self_url(FILE_NAME), rel="self", type=MEDIA_TYPE)
    if feed.icon:
        frame.icon(feed.icon)
    if feed.image:
        frame.logo(feed.image.url)
    return xmlfeed.without_end(xmlfeed.styled(frame.atom_str(), feed.root), END)
