"""What a reader shows, in one shape for all of them, and what it is able to show.

An adapter runs the real program and gives a SeenFeed. `as_shown` gives the SeenFeed that the library's
model asks for, as far as a reader is able: what it is not able to show is said by its Shows, a row of the
table in docs/readers.md, and nowhere else.
"""

from __future__ import annotations

from datetime import datetime
from html import unescape
from typing import Literal

import lxml.html
import msgspec

from syndicate.model import Enclosure, Feed, Item

Format = Literal["rss", "atom", "json"]
FORMATS: tuple[Format, ...] = ("rss", "atom", "json")


class SeenEnclosure(msgspec.Struct, frozen=True, kw_only=True):
    """A file that goes with an item. Length 0 is RSS's word for an unknown one, None here."""

    url: str
    type: str | None = None
    length: int | None = None

    def __post_init__(self) -> None:
        if self.length == 0:
            msgspec.structs.force_setattr(self, "length", None)


class SeenItem(msgspec.Struct, frozen=True, kw_only=True):
    """An item as a reader has it; None where the reader has no such thing."""

    id: str
    title: str
    link: str
    published: datetime | None
    updated: datetime | None = None
    summary: str | None = None
    authors: tuple[str, ...] | None = None
    topics: tuple[str, ...] | None = None
    enclosures: tuple[SeenEnclosure, ...] = ()


class SeenFeed(msgspec.Struct, frozen=True, kw_only=True):
    """A feed as a reader has it; None where the reader has no such thing."""

    title: str | None = None
    home: str | None = None
    address: str | None = None
    updated: datetime | None = None
    items: tuple[SeenItem, ...] = ()

    def with_summaries_shown(self) -> SeenFeed:
        """Give the same feed with what its summaries show, which are HTML."""
        items = (
            msgspec.structs.replace(item, summary=item.summary and shown_by_html(item.summary))
            for item in self.items
        )
        return msgspec.structs.replace(self, items=tuple(items))

    def in_order(self) -> SeenFeed:
        """Give the same feed with its items in the order of their ids: some readers sort by themselves."""
        return msgspec.structs.replace(self, items=tuple(sorted(self.items, key=lambda item: item.id)))


def shown_by_html(markup: str) -> str | None:
    """Tell what a summary given as HTML shows: its text, up to the first element, should there be one."""
    return lxml.html.fragment_fromstring(markup, create_parent="p").text


class Shows(msgspec.Struct, frozen=True, kw_only=True):
    """What a reader is able to show of one format.

    `feed`: what it keeps of the feed itself. `sorts`: it orders items by itself. `updated`: the date of
    an item's change as the document has it, the published date in its place, or none. `summary`: given as
    text, as text with entities decoded, as HTML that shows it, or not as such. `authors`: all,
    their names joined by commas, the first, the last, the last one cut at commas, or none. `enclosures`:
    every one, the first, the last recording, or none; `types` and `sizes`: with their types and lengths;
    `when_first`: with `rss_enclosures: first` it finds all in `atom:link`, or images and recordings in
    Media RSS, or only the one.
    `apostrophe`: it leaves that character in an address as it is, and does not write %27. `bare_ids`: it
    keeps an id that is no URI, and does not resolve it against the feed's address.
    """

    feed: tuple[Literal["title", "home", "address", "updated"], ...] = ()
    sorts: bool = False
    updated: Literal["yes", "published", "no"] = "yes"
    summary: Literal["text", "decoded", "html", "no"] = "text"
    authors: Literal["all", "joined", "first", "last", "last, in parts", "no"] = "all"
    topics: Literal["names", "slugs", "no"] = "names"
    enclosures: Literal["all", "first", "last recording", "no"] = "all"
    types: bool = True
    sizes: bool = True
    when_first: Literal["all", "media", "one"] = "one"
    apostrophe: bool = True
    bare_ids: bool = True


def as_shown(feed: Feed, form: Format, shows: Shows, *, file_name: str, first_only: bool = False) -> SeenFeed:
    """Give what a reader has to show of a feed of the model in one of the formats.

    `first_only` is `rss_enclosures: first`.
    """
    return SeenFeed(
        title=feed.title if "title" in shows.feed else None,
        home=feed.home_url if "home" in shows.feed else None,
        address=feed.self_url(file_name) if "address" in shows.feed else None,
        updated=feed.updated if "updated" in shows.feed else None,
        items=tuple(_item(item, form, shows, first_only and form == "rss") for item in feed.items),
    )


def _item(item: Item, form: Format, shows: Shows, first_only: bool) -> SeenItem:
    # RSS and JSON Feed name a change only where there was one; Atom requires the date (RFC 4287 §4.2.15).
    changed = item.updated if form == "atom" or item.updated > item.published else None
    return SeenItem(
        id=item.id,
        title=item.title,
        link=item.permalink if shows.apostrophe else item.permalink.replace("'", "%27"),
        published=item.published,
        summary=_summary(item.summary, shows) if item.summary else None,
        updated={"yes": changed, "published": item.published, "no": None}[shows.updated],
        authors=_authors(item, shows),
        topics=_topics(item, shows),
        enclosures=tuple(
            SeenEnclosure(
                url=each.url,
                type=each.media_type if shows.types else None,
                length=each.length if shows.sizes else None,
            )
            for each in _enclosures(item, shows, first_only)
        ),
    )


def _summary(summary: str, shows: Shows) -> str | None:
    return {"text": summary, "html": summary, "decoded": unescape(summary), "no": None}[shows.summary]


def _authors(item: Item, shows: Shows) -> tuple[str, ...] | None:
    names = tuple(person.name for person in item.authors)
    return {
        "all": names,
        "joined": (", ".join(names),),
        "first": names[:1],
        "last": names[-1:],
        "last, in parts": tuple(part.strip() for part in names[-1].split(",")),
        "no": None,
    }[shows.authors]


def _topics(item: Item, shows: Shows) -> tuple[str, ...] | None:
    return {
        "names": tuple(term.name for term in item.terms),
        "slugs": tuple(term.slug for term in item.terms),
        "no": None,
    }[shows.topics]


def _enclosures(item: Item, shows: Shows, first_only: bool) -> tuple[Enclosure, ...]:
    every = (*item.enclosures, *item.related)
    if first_only and shows.enclosures == "all" and shows.when_first != "all":
        media = tuple(each for each in item.enclosures[1:] if each.medium != "document")
        return (*every[:1], *(media if shows.when_first == "media" else ()))
    recordings = tuple(each for each in every if each.medium in ("audio", "video"))
    return {"all": every, "first": every[:1], "last recording": recordings[-1:], "no": ()}[shows.enclosures]
