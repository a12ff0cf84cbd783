"""OPML 2.0 (opml.org/spec2.opml): lists of feeds that readers import, grouped as nested outlines.

May know: the model and the table of formats; nothing of the feeds but what the catalogue says.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape

from syndicate.dates import rfc822
from syndicate.model import Catalogue, Document, Entry
from syndicate.render import FILE_NAMES

MEDIA_TYPE = "text/x-opml"
Group = tuple[str, Sequence[Entry]]


def render_outlines(catalogue: Catalogue) -> dict[str, str]:
    """Write the outline of each feed, by its path, once for all lists that it is in."""
    return {entry.path: _outline(entry, catalogue) for entry in catalogue.entries}


def render_opml(path: str, title: str, groups: Iterable[Group], outlines: Mapping[str, str]) -> Document:
    """Write a list of feeds in groups; its date is that of the newest change in it, not of the build.

    A group without feeds is left out: an outline that is nothing but a folder would be an empty one in
    every reader. `outlines` has that of each feed.
    """
    filled = [(name, entries) for name, entries in groups if entries]
    updated = max(entry.updated for _, entries in filled for entry in entries)
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<opml version="2.0">',
        "<head>",
        f"<title>{escape(title, quote=False)}</title>",
        f"<dateModified>{rfc822(updated)}</dateModified>",
        "<docs>https://opml.org/spec2.opml</docs>",
        "</head>",
        "<body>",
    ]
    for name, entries in filled:
        lines.append(f"<outline{_attributes(text=name, title=name)}>")
        lines.extend(outlines[entry.path] for entry in entries)
        lines.append("</outline>")
    lines += ["</body>", "</opml>", ""]
    return Document(path=path, media_type=MEDIA_TYPE, body="\n".join(lines).encode())


def _outline(entry: Entry, catalogue: Catalogue) -> str:
    # The formats are in the order of the configuration; most readers prefer RSS.
    known = next(name for name in ("rss", "atom", "json") if name in entry.formats)
    values = _attributes(
        type="rss",
        text=entry.title,
        title=entry.title,
        description=entry.description,
        language=catalogue.language,
        xmlUrl=f"{catalogue.url}{entry.path}/{FILE_NAMES[known]}",
        htmlUrl=entry.home_url,
    )
    return f"<outline{values}/>"


def _attributes(**values: str) -> str:
    # A line break in an attribute is read as a blank (XML 1.0 §3.3.3), so it is written as one.
    return "".join(f' {name}="{escape(" ".join(value.split()))}"' for name, value in values.items())
