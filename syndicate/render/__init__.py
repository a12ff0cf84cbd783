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
    """One format: `item` renders an item once, `feed` puts rendered items into a feed's frame."""

    file_name: str
    media_type: str
    item: Callable[[Item], bytes]
    feed: Callable[[Feed, Iterable[bytes]], bytes]

    def document(self, feed: Feed, items: Iterable[bytes] | None = None) -> Document:
        """Render a whole document; `items` are the feed's own, where they are rendered already."""
        rendered = map(self.item, feed.items) if items is None else items
        path = f"{feed.path}/{self.file_name}"
        return Document(path=path, media_type=self.media_type, body=self.feed(feed, rendered))


def renderer(name: str, *, first_only: bool = False) -> Renderer:
    """Give the renderer of a format: `rss`, `atom` or `json`. `first_only` concerns RSS enclosures."""
    module: Any = import_module(f"syndicate.render.{_MODULES[name]}")
    item = (
        partial(module.render_item, first_only=True) if first_only and name == "rss" else module.render_item
    )
    return Renderer(
        file_name=module.FILE_NAME, media_type=module.MEDIA_TYPE, item=item, feed=module.render_feed
    )
