"""Atom 1.0 (RFC 4287), with Media RSS for images and players.

May know: the model; neither RSS's renderer nor JSON Feed's nor where a feed is written.
"""

from __future__ import annotations

from syndicate.model import Enclosure, Feed, Item, Person
from syndicate.render import xmlfeed
from syndicate.render.markup import element
from syndicate.render.xmlfeed import MEDIA, person

FILE_NAME = "atom.xml"
MEDIA_TYPE = "application/atom+xml"
_NAMESPACES = {"media": MEDIA}
SEPARATOR = b""
END = b"</feed>\n"


class _FeedExtension(xmlfeed.Extension):
    namespaces = _NAMESPACES


def _link(rel: str, enclosure: Enclosure) -> str:
    return element(
        "link",
        rel=rel,
        href=enclosure.url,
        type=enclosure.media_type,
        title=enclosure.title,
        length=enclosure.length,
    )


def _author(person: Person) -> str:
    # RFC 4287 §3.2: the name is required, an address may follow.
    parts = [element("name", person.name)]
    if person.email:
        parts.append(element("email", person.email))
    if person.url:
        parts.append(element("uri", person.url))
    return f"<author>{''.join(parts)}</author>"


def render_item(item: Item) -> bytes:
    """Render an `<entry>` (RFC 4287 §4.1.2), to be spliced into every feed that holds it.

    The alternate link (§4.2.7) stands before the others: readers that take the first get the article.
    """
    parts = [
        "<entry>",
        element("id", item.id),
        element("title", item.title),
        element("updated", item.updated.isoformat()),
        *[_author(each) for each in item.authors],
    ]
    if item.content_html is not None:
        parts.append(element("content", item.content_html, type="html"))
    parts.append(element("link", href=item.permalink, rel="alternate", type="text/html"))
    if item.summary:
        parts.append(element("summary", item.summary))
    for term in item.terms:
        parts.append(element("category", term=term.slug, scheme=term.scheme, label=term.name))
    parts.append(element("published", item.published.isoformat()))
    parts += [_link("enclosure", each) for each in (*item.enclosures, *item.related)]
    parts += [_link("related", each) for each in item.related]
    parts += xmlfeed.media(item)
    parts.append("</entry>")
    return "".join(parts).encode()


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
    return xmlfeed.without_end(frame.atom_str(), END)
