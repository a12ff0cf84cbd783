"""The sitemap of the pages (sitemaps.org protocol 0.9): where they are, and when each last changed.

May know: the model; nothing of what the pages say.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from html import escape

from syndicate.dates import rfc3339
from syndicate.model import Catalogue, Document

MEDIA_TYPE = "application/xml"
MOST_URLS = 50_000
_NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"


def render_sitemaps(catalogue: Catalogue, *, most: int = MOST_URLS) -> list[Document]:
    """Write `sitemap.xml`; beyond `most` pages as an index of `sitemap-1.xml` and so on."""
    pages = [(catalogue.url, catalogue.updated)]
    pages += [(f"{catalogue.url}{entry.path}/", entry.updated) for entry in catalogue.entries]
    if len(pages) <= most:
        return [_document("sitemap.xml", "urlset", "url", pages)]
    parts = [pages[start : start + most] for start in range(0, len(pages), most)]
    names = [f"sitemap-{number}.xml" for number in range(1, len(parts) + 1)]
    index = [
        (f"{catalogue.url}{name}", max(updated for _, updated in part))
        for name, part in zip(names, parts, strict=True)
    ]
    return [
        _document("sitemap.xml", "sitemapindex", "sitemap", index),
        *(_document(name, "urlset", "url", part) for name, part in zip(names, parts, strict=True)),
    ]


def _document(path: str, root: str, element: str, places: Sequence[tuple[str, datetime]]) -> Document:
    lines = [f'<?xml version="1.0" encoding="UTF-8"?>\n<{root} xmlns="{_NAMESPACE}">']
    lines += [
        f"<{element}><loc>{escape(url)}</loc><lastmod>{rfc3339(updated)}</lastmod></{element}>"
        for url, updated in places
    ]
    return Document(path=path, media_type=MEDIA_TYPE, body="\n".join([*lines, f"</{root}>\n"]).encode())
