"""RSS 2.0 (RSS Advisory Board), with content:encoded, dc:creator, atom:link and Media RSS.

May know: the model; neither Atom's renderer nor JSON Feed's nor where a feed is written.
"""

from __future__ import annotations

from syndicate.dates import rfc822, rfc3339
from syndicate.model import Enclosure, Feed, Item
from syndicate.render import xmlfeed
from syndicate.render.markup import escaped, quoted
from syndicate.render.shapes import fill

SEPARATOR = b""
END = b"</channel></rss>\n"


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
    if "&" in text:
        from html import unescape  # It loads the list of all names.

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
    # feedgen takes long to load: the process that only joins what others rendered does without.
    from syndicate.render.rssframe import write_channel

    return xmlfeed.without_end(xmlfeed.styled(write_channel(feed), feed.root), END)
