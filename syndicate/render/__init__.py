"""Rendering: a Feed becomes the bytes of one format. Pure; one module a format, none knows another.

This one is the table of formats: it imports a renderer when it is asked for, since the XML ones cost
a tenth of a second to load.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from importlib import import_module
from typing import Any

import msgspec

from syndicate.model import Document, Feed, Item

FILE_NAMES = {"rss": "rss.xml", "atom": "atom.xml", "json": "feed.json"}
"""The file of each format, in the folder of its feed."""

_MODULES = {"rss": "rss", "atom": "atom", "json": "jsonfeed"}


class Renderer(msgspec.Struct, frozen=True, kw_only=True):
    """One format: a document is a head, the items, rendered once each, and the end."""

    file_name: str
    media_type: str
    separator: bytes
    end: bytes
    head: Callable[[Feed], bytes]
    item: Callable[[Item], bytes]

    def join(self, head: bytes, items: Iterable[bytes]) -> bytes:
        """Put rendered items between the head of a feed and the end."""
        return b"".join((head, self.separator.join(items), self.end))

    def document(self, feed: Feed) -> Document:
        """Render a feed with its items as a whole document."""
        body = self.join(self.head(feed), map(self.item, feed.items))
        return Document(path=f"{feed.path}/{self.file_name}", media_type=self.media_type, body=body)


def renderer(name: str, *, first_only: bool = False) -> Renderer:
    """Give the renderer of a format: `rss`, `atom` or `json`. `first_only` concerns RSS enclosures."""
    module: Any = import_module(f"syndicate.render.{_MODULES[name]}")
    item = (
        partial(module.render_item, first_only=True) if first_only and name == "rss" else module.render_item
    )
    return Renderer(
        file_name=module.FILE_NAME,
        media_type=module.MEDIA_TYPE,
        separator=module.SEPARATOR,
        end=module.END,
        head=module.render_head,
        item=item,
    )
