"""RSS 2.0 (RSS Advisory Board), with content:encoded, dc:creator, atom:link and Media RSS.

May know: the model; neither Atom's renderer nor JSON Feed's nor where a feed is written.
"""

from __future__ import annotations

from typing import Any

from syndicate.dates import rfc822, rfc3339
from syndicate.model import Enclosure, Feed, Item
from syndicate.render import xmlfeed
from syndicate.render.xmlfeed import ATOM, CONTENT, DC, MEDIA, add

FILE_NAME = "rss.xml"
MEDIA_TYPE = "application/rss+xml"
_NAMESPACES = {"dc": DC, "media": MEDIA, "atom": ATOM, "content": CONTENT}
SEPARATOR = b""
END = b"</channel></rss>\n"
_splicer = xmlfeed.Splicer("rss", _NAMESPACES)


class _ItemExtension(xmlfeed.Extension):
    subject: Item
    first_only = False

    def extend_rss(self, feed: Any) -> Any:
        """Write the dates, the persons, the content and every enclosure of an `<item>`."""
        item = self.subject
        _splicer.adopt(feed)
        add(feed, "pubDate", rfc822(item.published))
        if item.updated > item.published:
            add(feed, f"{{{ATOM}}}updated", rfc3339(item.updated))
        for person in item.authors:
            add(feed, f"{{{DC}}}creator", person.name)
        if item.content_html is not None:
            add(feed, f"{{{CONTENT}}}encoded", item.content_html)
        enclosures = (*item.enclosures, *item.related)
        shown = 1 if self.first_only else len(enclosures)
        for enclosure in enclosures[:shown]:
            _add_enclosure(feed, enclosure)
        for enclosure in enclosures[shown:]:
            _add_link(feed, "enclosure", enclosure)
        for related in item.related:
            _add_link(feed, "related", related)
        xmlfeed.add_media(feed, item)
        return feed


class _FirstOnlyExtension(_ItemExtension):
    first_only = True


class _ChannelExtension(xmlfeed.Extension):
    subject: Feed
    namespaces = _NAMESPACES

    def extend_rss(self, feed: Any) -> Any:
        """Write the date of a `<channel>`: that of its newest item, not of the build."""
        add(feed[0], "lastBuildDate", rfc822(self.subject.updated))
        return feed


def _add_enclosure(item: Any, enclosure: Enclosure) -> None:
    # RSS 2.0 `<enclosure>` requires all three; a length of 0 says that it is not known.
    add(
        item,
        "enclosure",
        url=enclosure.url,
        length=enclosure.length or 0,
        type=enclosure.media_type,
    )


def _add_link(item: Any, rel: str, enclosure: Enclosure) -> None:
    add(
        item,
        f"{{{ATOM}}}link",
        rel=rel,
        href=enclosure.url,
        type=enclosure.media_type,
        title=enclosure.title,
        length=enclosure.length,
    )


def render_item(item: Item, *, first_only: bool = False) -> bytes:
    """Render an `<item>`, to be spliced into every feed that holds it.

    `first_only` leaves one `<enclosure>` and makes the others `atom:link rel="enclosure"`, as the RSS
    Best Practices Profile advises.
    """
    entry = xmlfeed.Entry(item, _FirstOnlyExtension if first_only else _ItemExtension)
    # Not entry.id's default: permalinks change, ids do not (RSS 2.0 `<guid>`).
    entry.guid(item.id, permalink=False)
    if item.summary:
        entry.description(item.summary, isSummary=True)
    return _splicer.serialise(entry.rss_entry())


def render_head(feed: Feed) -> bytes:
    """Render the `<channel>` of a feed up to its first item."""
    frame = xmlfeed.Frame(feed, _ChannelExtension)
    frame.description(feed.description)
    # feedgen takes the last link for the home page.
    frame.link(href=feed.self_url(FILE_NAME), rel="self", type=MEDIA_TYPE)
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
    return xmlfeed.without_end(xmlfeed.styled(frame.rss_str(), feed.root), END)
