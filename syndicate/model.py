"""What a feed reader sees, in the field's own terms and in no format: Feed, Item, Enclosure, Person, Term.

All are frozen, keyword-only and hold tuples; what no format could show is refused at construction.
May know: nothing of formats, files or YAML.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

import msgspec

from syndicate.errors import RenderError
from syndicate.text import legal


def _refuse_illegal(subject: str, *texts: str | None) -> None:
    for text in texts:
        # What can be printed is legal; nearly every text is asked no more.
        if text and not text.isprintable() and legal(text) != text:
            raise RenderError(legal(subject), "a text holds characters that XML 1.0 §2.2 forbids")


class Person(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An author or a provider: Atom's Person construct (RFC 4287 §3.2)."""

    name: str
    url: str | None = None
    email: str | None = None

    def __post_init__(self) -> None:
        _refuse_illegal(self.name, self.name, self.url, self.email)


class Term(msgspec.Struct, frozen=True, kw_only=True):
    """A topic of an item: `category` of RSS and Atom (RFC 4287 §4.2.2), a tag of JSON Feed."""

    name: str
    slug: str
    scheme: str | None = None

    def __post_init__(self) -> None:
        _refuse_illegal(self.slug, self.name, self.slug, self.scheme)


class Enclosure(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A file or a page that goes with an item.

    An `<enclosure>` of RSS 2.0, a `link rel="enclosure"` of Atom (RFC 4287 §4.2.7.2), an attachment of
    JSON Feed 1.1. `length` is in bytes, `duration` in seconds, `width` and `height` in pixels;
    None is unknown, which is not zero.
    """

    url: str
    media_type: str
    length: int | None = None
    title: str | None = None
    width: int | None = None
    height: int | None = None
    duration: int | None = None
    credit: str | None = None

    def __post_init__(self) -> None:
        _refuse_illegal(self.url, self.url, self.media_type, self.title, self.credit)

    @property
    def medium(self) -> str:
        """The kind of the thing, as Media RSS names it: image, audio, video or document."""
        kind = self.media_type.partition("/")[0]
        return kind if kind in ("image", "audio", "video") else "document"


def lead_image(enclosures: Iterable[Enclosure]) -> Enclosure | None:
    """Find the first image among enclosures: the one that stands for the whole item."""
    return next((each for each in enclosures if each.medium == "image"), None)


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of a feed: `item` of RSS and JSON Feed, `entry` of Atom (RFC 4287 §4.1.2).

    `enclosures` are the item's own files, the one that a reader of one enclosure should get first;
    `related` are the pages it points to, enclosures of type text/html.
    """

    id: str
    title: str
    permalink: str
    published: datetime
    updated: datetime
    summary: str = ""
    content_html: str | None = None
    authors: tuple[Person, ...] = ()
    terms: tuple[Term, ...] = ()
    enclosures: tuple[Enclosure, ...] = ()
    related: tuple[Enclosure, ...] = ()
    player: str | None = None

    def __post_init__(self) -> None:
        for name in ("id", "title", "permalink"):
            if not getattr(self, name):
                raise RenderError(self.id or self.permalink or "an item", f"{name} is empty")
        _refuse_illegal(
            self.id, self.id, self.title, self.permalink, self.summary, self.content_html, self.player
        )
        for instant in (self.published, self.updated):
            if instant.tzinfo is not UTC:
                raise RenderError(self.id, "an instant is not in UTC")
        if self.updated < self.published:
            raise RenderError(self.id, "updated lies before published")

    @property
    def lead_image(self) -> Enclosure | None:
        """The first image of the item, if it has one."""
        return lead_image(self.enclosures)


class Feed(msgspec.Struct, frozen=True, kw_only=True):
    """One feed: `channel` of RSS, `feed` of Atom (RFC 4287 §4.1.1), the top object of JSON Feed.

    `path` is its folder under the output, `folder_url` where that folder is served; `updated` is the
    latest of its items, never the time of the build. `expired` says that nothing new will come. `items`
    are newest first. `hubs` are those that tell subscribers of its changes (WebSub §4). `formats` are those
    it is written in; `root` is the way from its folder to the root of the output, such as `../../`, where
    the pages and their style sheets are, or nothing where no pages are wanted. `document_url` is the
    address of a feed that is no file.

    A feed may be told in several documents (RFC 5005 §4): the one that readers subscribe to, and those
    of its archive. `older_url` and `newer_url` are the folders of the archive documents before and after
    this one; `current_url` is that of the former, and only the latter have it.
    """

    id: str
    path: str
    title: str
    description: str
    home_url: str
    folder_url: str
    updated: datetime
    language: str
    image: Enclosure | None = None
    icon: str | None = None
    authors: tuple[Person, ...] = ()
    terms: tuple[Term, ...] = ()
    rights: str | None = None
    ttl: int | None = None
    hubs: tuple[str, ...] = ()
    expired: bool = False
    current_url: str | None = None
    older_url: str | None = None
    newer_url: str | None = None
    formats: tuple[str, ...] = ()
    root: str = ""
    document_url: str | None = None
    items: tuple[Item, ...] = ()

    def __post_init__(self) -> None:
        for name in ("id", "path", "title", "description", "home_url", "folder_url", "language"):
            if not getattr(self, name):
                raise RenderError(self.path or "a feed", f"{name} is empty")
            _refuse_illegal(self.path, getattr(self, name))
        _refuse_illegal(self.path, self.icon, self.rights, *self.hubs)
        if self.updated.tzinfo is not UTC:
            raise RenderError(self.path, "updated is not in UTC")
        if not self.authors:
            raise RenderError(self.path, "a feed needs an author (RFC 4287 §4.1.1)")

    def archive_links(self, file_name: str) -> tuple[tuple[str, str], ...]:
        """List the links of RFC 5005 §4 to documents of the same format, each with its relation."""
        folders = (
            ("current", self.current_url),
            ("prev-archive", self.older_url),
            ("next-archive", self.newer_url),
        )
        return tuple((rel, f"{folder}{file_name}") for rel, folder in folders if folder)

    def self_url(self, file_name: str) -> str:
        """Where one of its documents is served: `rel="self"` of Atom, `feed_url` of JSON Feed."""
        return self.document_url or f"{self.folder_url}{file_name}"


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One feed as the catalogue lists it: `outline` of OPML 2.0.

    `name` is what it is called among its kind, `updated` the date of its newest change.
    """

    path: str
    kind: str
    name: str
    title: str
    description: str
    home_url: str
    items: int
    updated: datetime
    formats: tuple[str, ...]


class Catalogue(msgspec.Struct, frozen=True, kw_only=True):
    """All feeds of a site, each once, in the order in which they are shown.

    `url` is where the output is served, `updated` the date of the newest change in any feed.
    """

    title: str
    description: str
    home_url: str
    url: str
    language: str
    updated: datetime
    icon: str | None = None
    entries: tuple[Entry, ...] = ()

    def of(self, *kinds: str) -> tuple[Entry, ...]:
        """List the feeds of some kinds."""
        return tuple(entry for entry in self.entries if entry.kind in kinds)


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """The bytes of one file of the output: its path under the output folder and its media type."""

    path: str
    media_type: str
    body: bytes
