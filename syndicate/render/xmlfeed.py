"""feedgen, corrected: the only module that knows the library behind RSS and Atom.

What feedgen 1.0 gets wrong is left unsaid to it and written here through its extension interface:
links of an Atom entry lose all but their address, RSS keeps one enclosure, dates default to the
clock and are written through the process's locale, Media RSS forms one group. May know: the model;
neither Article nor settings nor the clock.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from feedgen.entry import FeedEntry
from feedgen.ext.base import BaseEntryExtension, BaseExtension
from feedgen.feed import FeedGenerator
from lxml import etree

from syndicate.errors import RenderError
from syndicate.model import Enclosure, Feed, Item, Person

ATOM = "http://www.w3.org/2005/Atom"
CONTENT = "http://purl.org/rss/1.0/modules/content/"
DC = "http://purl.org/dc/elements/1.1/"
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


class Entry(FeedEntry):  # type: ignore[misc]
    """An entry whose extension writes what feedgen cannot."""

    def __init__(self, item: Item, extension: type[Extension]) -> None:
        super().__init__()
        self.register_extension(NAME, extension)
        getattr(self, NAME).subject = item
        self.id(item.id)
        self.title(item.title)
        self.link(href=item.permalink, rel="alternate")
        if item.terms:
            self.category([category(term.slug, term.name, term.scheme) for term in item.terms])


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


def add_media(parent: Any, item: Item) -> None:
    """Append Media RSS: one ungrouped `media:content` a file (a group means renditions of one thing)."""
    for each in item.enclosures:
        if each.medium != "document":
            _add_media_content(parent, each)
    if item.player:
        add(parent, f"{{{MEDIA}}}player", url=item.player)


def _add_media_content(parent: Any, file: Enclosure) -> None:
    content = add(
        parent,
        f"{{{MEDIA}}}content",
        url=file.url,
        fileSize=file.length or None,
        type=file.media_type,
        medium=file.medium,
        duration=file.duration,
        height=file.height,
        width=file.width,
    )
    if file.title:
        add(content, f"{{{MEDIA}}}title", file.title)
    if file.credit:
        add(content, f"{{{MEDIA}}}credit", file.credit)


class Splicer:
    """Serialises entries once, so that every feed that holds one can take the same bytes.

    An entry is written inside a root that declares the namespaces, and that root is cut away again:
    the entry itself repeats none of them. It is adopted before anything is added to it.
    """

    def __init__(self, root: str, namespaces: Mapping[str, str]) -> None:
        self._name = root
        self._namespaces = dict(namespaces)
        marked = etree.Element(root, nsmap=self._namespaces)
        etree.SubElement(marked, "mark")
        self._head = etree.tostring(marked).index(b"<mark/>")
        self._tail = len(f"</{root}>")

    def adopt(self, element: Any) -> None:
        """Put an entry under a root whose prefixes it is to use; each gets its own, as threads may render."""
        etree.Element(self._name, nsmap=self._namespaces).append(element)

    def serialise(self, element: Any) -> bytes:
        """Serialise an adopted entry as UTF-8."""
        whole = etree.tostring(element.getparent(), encoding="UTF-8", xml_declaration=False)
        return whole[self._head : -self._tail]


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
