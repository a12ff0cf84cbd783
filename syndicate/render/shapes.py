"""Frames by their shape: feeds that differ in their words alone share what feedgen writes around these.

Most feeds of a site are of two or three shapes, and a thousand of them. feedgen writes one of each, with
marks for words; the words are put in here. May know: the model; neither RSS nor Atom.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from operator import attrgetter
from typing import Any

import msgspec

from syndicate.model import Feed

_WORDS = (
    "id", "title", "description", "home_url", "folder_url", "icon", "current_url", "older_url", "newer_url",
    "document_url",
)  # fmt: skip
_words_of = attrgetter(*_WORDS)
# All else that a frame may say, but for the image and the date.
_rest_of = attrgetter("language", "authors", "terms", "rights", "ttl", "hubs", "expired", "formats", "root")
_IMAGE, _DATE = len(_WORDS), len(_WORDS) + 1
# Of the private use area, which no plain text holds.
_MARK = re.compile("\ue000([0-9]+)\ue001")
# What an element or an attribute would hold in another way than it is written.
_ESCAPED = re.compile('[&<>"]')
_SOME_DATE = datetime(1, 2, 3, 4, 5, 6, tzinfo=UTC)
_MOST_KNOWN = 256

_Template = tuple[str, tuple[tuple[int, str], ...]]
"""What stands before the first word, and each word's number with what follows it."""

# By shape: True for one that was met once, since many are of one feed alone; False where there can be none.
_known: dict[Any, _Template | bool] = {}


def fill(feed: Feed, write: Callable[[Feed], bytes], spell: Callable[[datetime], str]) -> bytes:
    """Write the frame of a feed as `write` would; `spell` is how a date is written in it."""
    words = (*_words_of(feed), feed.image.url if feed.image else None)
    text = "".join([word for word in words if word])
    if not text.isprintable() or _ESCAPED.search(text):
        return write(feed)
    size = (feed.image.width, feed.image.height) if feed.image else None
    shape = (write, size, tuple([bool(word) for word in words]), _rest_of(feed))
    template = _known.get(shape)
    if template is None:
        if len(_known) >= _MOST_KNOWN:
            _known.clear()
        _known[shape] = True
    elif template is True:
        template = _known[shape] = _template(feed, write, spell(_SOME_DATE)) or False
    if not isinstance(template, tuple):
        return write(feed)
    values = (*words, spell(feed.updated))
    start, places = template
    return "".join([start, *[f"{values[number]}{rest}" for number, rest in places]]).encode()


def _template(feed: Feed, write: Callable[[Feed], bytes], date: str) -> _Template | None:
    """Write a frame with marks for its words; None where something else in it looks like one of these."""
    if _MARK.search(write(feed).decode()):
        return None
    image = feed.image and msgspec.structs.replace(feed.image, url=_mark(_IMAGE))
    words = {name: _mark(number) for number, name in enumerate(_WORDS) if getattr(feed, name)}
    marked = msgspec.structs.replace(feed, image=image, updated=_SOME_DATE, items=(), **words)
    text = write(marked).decode()
    if text.count(date) != 1:
        return None
    start, *rest = _MARK.split(text.replace(date, _mark(_DATE)))
    return start, tuple(zip(map(int, rest[::2]), rest[1::2], strict=True))


def _mark(number: int) -> str:
    return f"\ue000{number}\ue001"
