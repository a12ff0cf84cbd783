"""The catalogue of all feeds: `index.html` for people, `index.json` for machines.

May know: the model and the table of formats; nothing of the feeds but what the catalogue says.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

import msgspec

from syndicate.dates import rfc3339
from syndicate.model import Catalogue, Document, Entry
from syndicate.render import FILE_NAMES, LABELS, html

VERSION = 1
_LONGEST_DESCRIPTION = 1_000
# Many rows hold these: each letter counts a thousand times.
_SHORT = {name: label.removesuffix(" Feed") for name, label in LABELS.items()}
_GROUPS = (
    ("everything", "Everything", ("all",)),
    ("named", "Selected", ("named",)),
    ("topics", "Topics", ("topics",)),
    ("providers", "Providers", ("providers",)),
)


def render_page(catalogue: Catalogue, lists: Iterable[tuple[str, str]]) -> Document:
    """Render the page; `lists` are the files of OPML there are, each with what its link says."""
    groups = [(name, label, catalogue.of(*kinds)) for name, label, kinds in _GROUPS]
    description = catalogue.description
    body = html.render(
        "catalogue.html",
        root="",
        catalogue=catalogue,
        about=html.shortened(description, _LONGEST_DESCRIPTION),
        home=html.bare(catalogue.home_url),
        lists=list(lists),
        groups=[
            {"id": name, "label": label, "count": _count(len(entries)), "feeds": list(map(_row, entries))}
            for name, label, entries in groups
            if entries
        ],
    )
    return Document(path="index.html", media_type=html.MEDIA_TYPE, body=body)


def _count(feeds: int) -> str:
    return f"{feeds:,}" if feeds > 1 else ""


def _row(entry: Entry) -> tuple[object, ...]:
    told = entry.kind in ("all", "named") and entry.description not in (entry.name, entry.title)
    return (
        entry.path,
        entry.name,
        f"{entry.items:,} {'item' if entry.items == 1 else 'items'}",
        rfc3339(entry.updated)[:10] if entry.items else "",
        _links(entry.formats),
        entry.description if told else "",
    )


@cache
def _links(formats: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    return tuple((FILE_NAMES[name], _SHORT[name]) for name in formats)


def render_json(catalogue: Catalogue) -> Document:
    """Write the catalogue as JSON, in the shape that docs/formats.md tells."""
    body = msgspec.json.encode(
        {
            "version": VERSION,
            "title": catalogue.title,
            "description": catalogue.description,
            "language": catalogue.language,
            "home_page_url": catalogue.home_url,
            "url": catalogue.url,
            "updated": rfc3339(catalogue.updated),
            "feeds": [_feed(entry, f"{catalogue.url}{entry.path}/") for entry in catalogue.entries],
        }
    )
    return Document(path="index.json", media_type="application/json", body=body + b"\n")


def _feed(entry: Entry, folder: str) -> dict[str, Any]:
    return {
        "path": entry.path,
        "kind": entry.kind,
        "name": entry.name,
        "title": entry.title,
        "description": entry.description,
        "home_page_url": entry.home_url,
        "page_url": folder,
        "items": entry.items,
        "updated": rfc3339(entry.updated),
        "urls": {name: f"{folder}{FILE_NAMES[name]}" for name in entry.formats},
    }
