"""What RSS and Atom share: their frames by feedgen, corrected, and Media RSS.

The only module that knows the library. What feedgen 1.0 gets wrong is left unsaid to it and written
here through its extension interface: dates default to the clock and are written through the process's
locale, the last link takes the place of the home page. Entries are no concern of its: it loses all of
their links but the address, and all enclosures but the last. May know: the model; neither Article nor
settings nor the clock.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from feedgen.ext.base import BaseEntryExtension, BaseExtension
from feedgen.feed import FeedGenerator
from lxml import etree

from syndicate.errors import RenderError
from syndicate.model import Enclosure, Feed, Item, Person
from syndicate.render.markup import escaped, quoted

ATOM = "http://www.w3.org/2005/Atom"
CONTENT = "http://purl.org/rss/1.0/modules/content/"
DC = "http://purl.org/dc/elements/1.1/"
HISTORY = "http://purl.org/syndication/history/1.0"
MEDIA = "http://search.yahoo.com/mrss/"
GENERATOR = "syndicate"
NAME = "syndicate"


class Extension(BaseEntryExtension, BaseExtension):  # type: ignore[misc]
    """What one entry or one feed has to say beyond what feedgen says; `subject` is set by its owner."""

    namespaces: Mapping[str, str] = {}
    subject: Any = None

    def extend_ns(self) -> dict[str, str]:
        """Declare the namespaces once, on the root."""
        return dict(self.namespaces)


class Frame(FeedGenerator):  # type: ignore[misc]
    """A feed without its entries."""

    def __init__(self, feed: Feed, extension: type[Extension]) -> None:
        super().__init__()
        # The library sets this to the present instant, offers no way to unset it, and would switch the
        # locale of the process to write it; the extension writes the feed's own date.
        self._FeedGenerator__rss_lastBuildDate = None
        self.register_extension(NAME, extension)
        getattr(self, NAME).subject = feed
        self.generator(GENERATOR)
        self.title(feed.title)
        self.language(feed.language)
        for term in feed.terms:
            self.category(category(term.slug, term.name, term.scheme))
        if feed.rights:
            self.rights(feed.rights)


def category(term: str, label: str, scheme: str | None) -> dict[str, str]:
    """Write a term as feedgen takes it."""
    return {"term": term, "label": label, **({"scheme": scheme} if scheme else {})}


def person(someone: Person) -> dict[str, str]:
    """Write a person as feedgen takes it; an absent value is left out."""
    values = {"name": someone.name, "uri": someone.url, "email": someone.email}
    return {name: value for name, value in values.items() if value}


def add(parent: Any, name: str, text: str | None = None, **attributes: object) -> Any:
    """Append an element, `{namespace}name` or plain; attributes that are None are left out.

    The prefix of a namespace is the one that a root above the parent declares.
    """
    given = {key: str(value) for key, value in attributes.items() if value is not None}
    element = etree.SubElement(parent, name, given)
    if text is not None:
        element.text = text
    return element


def add_archive_links(parent: Any, tag: str, feed: Feed, file_name: str, media_type: str) -> None:
    """Append where a document stands among those of its feed (RFC 5005 §4), by links that `tag` names."""
    if feed.current_url:
        add(parent, f"{{{HISTORY}}}archive")
    for rel, url in feed.archive_links(file_name):
        add(parent, tag, rel=rel, href=url, type=media_type)


def link(name: str, rel: str, to: Enclosure) -> str:
    """Write a link of Atom's (RFC 4287 §4.2.7) to a file or a page; `name` may carry a prefix."""
    more = f' title="{quoted(to.title)}"' if to.title else ""
    if to.length is not None:
        more += f' length="{to.length}"'
    return f'<{name} rel="{rel}" href="{quoted(to.url)}" type="{quoted(to.media_type)}"{more}/>'


def media(item: Item) -> Iterator[str]:
    """Write Media RSS: one ungrouped `media:content` a file (a group means renditions of one thing)."""
    for each in item.enclosures:
        if each.medium != "document":
            yield _media_content(each)
    if item.player:
        yield f'<media:player url="{quoted(item.player)}"/>'


def _media_content(file: Enclosure) -> str:
    size = f' fileSize="{file.length}"' if file.length else ""
    more = "" if file.duration is None else f' duration="{file.duration}"'
    if file.height is not None:
        more += f' height="{file.height}"'
    if file.width is not None:
        more += f' width="{file.width}"'
    kind = f' type="{quoted(file.media_type)}" medium="{file.medium}"'
    start = f'media:content url="{quoted(file.url)}"{size}{kind}{more}'
    title = f"<media:title>{escaped(file.title)}</media:title>" if file.title else ""
    credit = f"<media:credit>{escaped(file.credit)}</media:credit>" if file.credit else ""
    return f"<{start}>{title}{credit}</media:content>" if title or credit else f"<{start}/>"


def styled(document: bytes, root: str) -> bytes:
    """Say that a style sheet in the root of the output makes an XML document readable in a browser.

    Of type text/css (xml-stylesheet 1.0 §4), since browsers are giving up XSLT. Without a way to the
    root there are no pages, and the document stays as it is.
    """
    if not root:
        return document
    declaration, _, rest = document.partition(b"?>\n")
    return declaration + f'?>\n<?xml-stylesheet type="text/css" href="{root}feed.css"?>\n'.encode() + rest


def without_end(frame: bytes, end: bytes) -> bytes:
    """Take the closing tags off a frame, so that entries can follow."""
    tags = end.rstrip(b"\n")
    if not frame.endswith(tags):
        raise RenderError("a frame", f"it does not end with {tags.decode()}")
    return frame[: -len(tags)]
