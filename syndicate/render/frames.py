"""The frames of RSS and Atom by feedgen, corrected.

The only module that knows the library, which takes a fiftieth of a second to load: whoever needs it
imports it where a frame is written. What feedgen 1.0 gets wrong is left unsaid to it and written
through its extension interface: dates default to the clock and are written through the process's
locale, the last link takes the place of the home page. Entries are no concern of its: it loses all of
their links but the address, and all enclosures but the last. May know: the model; neither Article nor
settings nor the clock.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from feedgen.ext.base import BaseExtension
from feedgen.feed import FeedGenerator
from lxml import etree

from syndicate.model import Feed, Person

ATOM = "http://www.w3.org/2005/Atom"
CONTENT = "http://purl.org/rss/1.0/modules/content/"
DC = "http://purl.org/dc/elements/1.1/"
HISTORY = "http://purl.org/syndication/history/1.0"
MEDIA = "http://search.yahoo.com/mrss/"
GENERATOR = "syndicate"
NAME = "syndicate"


class Extension(BaseExtension):  # type: ignore[misc]
    """What a feed has to say beyond what feedgen says; `subject` is set by the frame."""

    namespaces: Mapping[str, str] = {}
    subject: Feed

    def extend_ns(self) -> dict[str, str]:
        """Declare the namespaces once, on the root."""
        return {**self.namespaces, **({"fh": HISTORY} if self.subject.current_url else {})}


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
