"""Atom 1.0 (RFC 4287), with Media RSS for images and players.

May know: the model; neither RSS's renderer nor JSON Feed's nor where a feed is written.
"""

from __future__ import annotations

from datetime import datetime

from syndicate.model import Feed, Item, Person, Term
from syndicate.render import xmlfeed
from syndicate.render.markup import escaped, quoted
from syndicate.render.shapes import fill

SEPARATOR = b""
END = b"</feed>\n"


def _author(person: Person) -> str:
    # RFC 4287 §3.2: the name is required, an address may follow.
    email = f"<email>{escaped(person.email)}</email>" if person.email else ""
    uri = f"<uri>{escaped(person.url)}</uri>" if person.url else ""
    return f"<author><name>{escaped(person.name)}</name>{email}{uri}</author>"


def _category(term: Term) -> str:
    scheme = f' scheme="{quoted(term.scheme)}"' if term.scheme is not None else ""
    return f'<category term="{quoted(term.slug)}"{scheme} label="{quoted(term.name)}"/>'


def render_item(item: Item) -> bytes:
    """Render an `<entry>` (RFC 4287 §4.1.2), to be spliced into every feed that holds it.

    The alternate link (§4.2.7) stands before the others: readers that take the first get the article.
    """
    parts = [
        f"<entry><id>{escaped(item.id)}</id><title>{escaped(item.title)}</title>"
        f"<updated>{item.updated.isoformat()}</updated>",
        *[_author(each) for each in item.authors],
    ]
    if item.content_html is not None:
        parts.append(f'<content type="html">{escaped(item.content_html)}</content>')
    parts.append(f'<link href="{quoted(item.permalink)}" rel="alternate" type="text/html"/>')
    if item.summary:
        parts.append(f"<summary>{escaped(item.summary)}</summary>")
    parts += [_category(each) for each in item.terms]
    parts.append(f"<published>{item.published.isoformat()}</published>")
    parts += [xmlfeed.link("link", "enclosure", each) for each in (*item.enclosures, *item.related)]
    parts += [xmlfeed.link("link", "related", each) for each in item.related]
    parts += xmlfeed.media(item)
    parts.append("</entry>")
    return "".join(parts).encode()


def render_head(feed: Feed) -> bytes:
    """Render the `<feed>` (RFC 4287 §4.1.1) up to its first entry."""
    return fill(feed, _write_head, datetime.isoformat)


def _write_head(feed: Feed) -> bytes:
    # feedgen takes long to load: the process that only joins what others rendered does without.
    from syndicate.render.atomframe import write_feed

    return xmlfeed.without_end(xmlfeed.styled(write_feed(feed), feed.root), END)
