"""Rendering: a Feed becomes the bytes of one format. Pure; one module a format, none knows another.

This one is the table of formats: it imports a renderer when it is asked for, since most runs need few.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cache, partial
from importlib import import_module
from itertools import islice
from typing import Any

import msgspec

from syndicate.model import Document, Feed, Item

FILE_NAMES = {
    "rss": "rss.xml",
    "atom": "atom.xml",
    "json": "feed.json",
    "page": "index.html",
    "embed": "embed.html",
}
"""The file of each format, of the page for people and of that for an iframe, in the folder of its feed."""

FEED_FILES = frozenset(FILE_NAMES[name] for name in ("rss", "atom", "json"))
"""The files that readers subscribe to, by their names."""

LABELS = {"rss": "RSS", "atom": "Atom", "json": "JSON Feed"}
"""What people call each format."""

MEDIA_TYPES = {
    "rss": "application/rss+xml",
    "atom": "application/atom+xml",
    "json": "application/feed+json",
    "page": "text/html",
    "embed": "text/html",
}
"""What a link to each says it leads to."""

_MODULES = {"rss": "rss", "atom": "atom", "json": "jsonfeed", "page": "page", "embed": "embed"}


class Renderer(msgspec.Struct, frozen=True, kw_only=True):
    """One format: a document is a head, the items, rendered once each, and the end.

    A page takes the newest of the items only: at most `most_items`, and while it has at most `most_bytes`;
    `empty` stands in the place of items where there are none.
    """

    file_name: str
    media_type: str
    separator: bytes
    end: bytes
    head: Callable[[Feed], bytes]
    item: Callable[[Item], bytes]
    empty: bytes = b""
    most_items: int | None = None
    most_bytes: int | None = None

    def join(self, head: bytes, items: Iterable[bytes]) -> bytes:
        """Put rendered items between the head of a feed and the end."""
        taken: Iterable[bytes] = islice(items, self.most_items)
        if self.most_bytes is not None:
            taken = _fitting(taken, self.most_bytes - len(head) - len(self.end), len(self.separator))
        return b"".join((head, self.separator.join(taken) or self.empty, self.end))

    def document(self, feed: Feed) -> Document:
        """Render a feed with its items as a whole document."""
        body = self.join(self.head(feed), map(self.item, feed.items))
        return Document(path=f"{feed.path}/{self.file_name}", media_type=self.media_type, body=body)


@cache
def renderer(name: str, *, first_only: bool = False) -> Renderer:
    """Give the renderer of a format, `rss`, `atom` or `json`, or of a page, `page` or `embed`.

    `first_only` concerns RSS enclosures.
    """
    module: Any = import_module(f"syndicate.render.{_MODULES[name]}")
    item = (
        partial(module.render_item, first_only=True) if first_only and name == "rss" else module.render_item
    )
    return Renderer(
        file_name=FILE_NAMES[name],
        media_type=MEDIA_TYPES[name],
        separator=module.SEPARATOR,
        end=module.END,
        head=module.render_head,
        item=item,
        empty=getattr(module, "EMPTY", b""),
        most_items=getattr(module, "MOST_ITEMS", None),
        most_bytes=getattr(module, "MOST_BYTES", None),
    )


def _fitting(items: Iterable[bytes], room: int, between: int) -> Iterator[bytes]:
    """Give items, the first first, while there is room for them."""
    for item in items:
        room -= len(item) + between
        if room < 0:
            return
        yield item
