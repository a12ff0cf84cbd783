"""An article: what was read and cleaned, how a source is to be read, and the name it keeps for life.

May know: nothing of front matter, feeds, formats or files; a path is a name here.
"""

from __future__ import annotations

import re
from datetime import datetime
from operator import attrgetter
from typing import Literal

import msgspec

from syndicate.errors import Problem
from syndicate.model import Enclosure, Person
from syndicate.yamltext import Mapping

DATED_STEM = re.compile(r"(\d{4}-\d\d-\d\d)(?:-(.*))?", re.ASCII | re.S)
"""The name of a file that begins with a date."""


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """How the articles of one source are understood: what the configuration says of them."""

    site_url: str
    site_id: str
    source: int = 0
    time_zone: str = "UTC"
    related_limit: int | None = 10
    ids: Literal["tag", "permalink"] = "tag"
    permalink: str | None = None
    defaults: Mapping = {}
    fields: dict[str, tuple[str, ...]] = {}


class Provider(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who published an article first; `key` is its domain, or the slug of its name."""

    key: str
    name: str
    domain: str | None = None
    images: tuple[Enclosure, ...] = ()


class Article(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One article, read and cleaned.

    `path` and `source` (its place among the sources) tell where it stood and reach no output.
    """

    id: str
    path: str
    source: int = 0
    title: str
    permalink: str
    published: datetime
    updated: datetime
    summary: str = ""
    body_html: str | None = None
    amp_url: str | None = None
    cdn_amp_url: str | None = None
    provider: Provider | None = None
    authors: tuple[Person, ...] = ()
    topics: tuple[str, ...] = ()
    enclosures: tuple[Enclosure, ...] = ()
    related: tuple[Enclosure, ...] = ()
    player: str | None = None
    type: str | None = None
    category: str | None = None
    locale: str | None = None
    quality: float | None = None
    heat: float | None = None
    length: int | None = None
    removed: bool = False
    draft: bool = False
    capped: int = 0
    repeated: int = 0
    notes: tuple[Problem, ...] = ()


_seen = attrgetter(
    *("id", "title", "permalink", "published", "updated", "summary", "body_html", "provider", "authors"),
    *("topics", "enclosures", "related", "player"),
)


def look_alike(one: Article, other: Article) -> bool:
    """Tell whether readers see the same of both: what only filters read, or nobody, is no change (law 2)."""
    return bool(_seen(one) == _seen(other))


def article_key(path: str) -> str:
    """Name an article for life by its path under its source (law 3).

    The stem where that begins with a date, so that a file may move; else the path without its
    suffix and a final `/index`.
    """
    folder, _, name = path.rpartition("/")
    stem = name.rpartition(".")[0] or name
    if DATED_STEM.fullmatch(stem):
        return stem
    whole = f"{folder}/{stem}" if folder else stem
    return whole.removesuffix("/index")
