"""RSS 2.0 (RSS Advisory Board), with content:encoded, dc:creator, atom:link and Media RSS.

May know: the model; neither Atom's renderer nor JSON Feed's nor where a feed is written.
"""

from __future__ import annotations

from html import unescape
from typing import Any

from syndicate.dates import rfc822, rfc3339
from syndicate.model import Enclosure, Feed, Item
from syndicate.render import xmlfeed
from syndicate.render.markup import escaped, quoted
from syndicate.render.shapes import fill
from syndicate.render.xmlfeed import ATOM, CONTENT, DC, HISTORY, MEDIA, add

FILE_NAME = "rss.xml"
MEDIA_TYPE = "application/rss+xml"
_NAMESPACES = {"dc": DC, "media": MEDIA, "atom": ATOM, "content": CONTENT}
SEPARATOR = b""
END = b"</channel></rss>\n"


class _ChannelExtension(xmlfeed.Extension):
    subject: Feed
    namespaces = _NAMESPACES

    def extend_rss(self, feed: Any) -> Any:
        """Write the hubs of a `<channel>` (WebSub §4), the date of its newest item, and its archive."""
        for hub in self.subject.hubs:
            add(feed[0], f"{{{ATOM}}}link", rel="hub", href=hub)
        add(feed[0], "lastBuildDate", rfc822(self.subject.updated))
        xmlfeed.add_archive_links(feed[0], f"{{{ATOM}}}link", self.subject, FILE_NAME, MEDIA_TYPE)
        return feed


class _ArchiveExtension(_ChannelExtension):
    namespaces = {**_NAMESPACES, "fh": HISTORY}


def _enclosure(enclosure: Enclosure) -> str:
    # RSS 2.0 `<enclosure>` requires all three; a length of 0 says that it is not known.
    length = enclosure.length or 0
    return (
        f'<enclosure url="{quoted(enclosure.url)}" length="{length}" type="{quoted(enclosure.media_type)}"/>'
    )


def _as_html(text: str) -> str:
    """Write a plain text as the HTML that shows it, since readers take a `<description>` for HTML.

    So says the RSS Best Practices Profile. `&` is escaped only in a text that would be read otherwise:
    most texts are the same either way, for readers that take them as plain, too.
    """
    if unescape(text) != text:
        text = text.replace("&", "&amp;")
    return text.replace("<", "&lt;")


def render_item(item: Item, *, first_only: bool = False) -> bytes:
    """Render an `<item>`, to be spliced into every feed that holds it.

    `first_only` leaves one `<enclosure>` and makes the others `atom:link rel="enclosure"`, as the RSS
    Best Practices Profile advises.
    """
    parts = [f"<item><title>{escaped(item.title)}</title><link>{escaped(item.permalink)}</link>"]
    if item.summary:
        parts.append(f"<description>{escaped(_as_html(item.summary))}</description>")
    # Not a permalink: these change, ids do not (RSS 2.0 `<guid>`).
    parts.append(f'<guid isPermaLink="false">{escaped(item.id)}</guid>')
    for term in item.terms:
        domain = f' domain="{quoted(term.scheme)}"' if term.scheme is not None else ""
        parts.append(f"<category{domain}>{escaped(term.name)}</category>")
    parts.append(f"<pubDate>{rfc822(item.published)}</pubDate>")
    if item.updated > item.published:
        parts.append(f"<atom:updated>{rfc3339(item.updated)}</atom:updated>")
    for person in item.authors:
        parts.append(f"<dc:creator>{escaped(person.name)}</dc:creator>")
    if item.content_html is not None:
        parts.append(f"<content:encoded>{escaped(item.content_html)}</content:encoded>")
    enclosures = (*item.enclosures, *item.related)
    shown = 1 if first_only else len(enclosures)
    parts += [_enclosure(each) for each in enclosures[:shown]]
    parts += [xmlfeed.link("atom:link", "enclosure", each) for each in enclosures[shown:]]
    parts += [xmlfeed.link("atom:link", "related", each) for each in item.related]
    parts += xmlfeed.media(item)
    parts.append("</item>")
    return "".join(parts).encode()


def render_head(feed: Feed) -> bytes:
    """Render the `<channel>` of a feed up to its first item."""
    return fill(feed, _write_head, rfc822)


def _write_head(feed: Feed) -> bytes:
    frame = xmlfeed.Frame(feed, _ArchiveExtension if feed.current_url else _ChannelExtension)
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
