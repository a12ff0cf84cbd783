"""What a file says of itself and of other files: its own address, its items, the addresses that it names.

It is all that is kept of a file while the links between thousands of them are checked. Whatever cannot be
read says nothing here; that it cannot is for the rules of its format. May know: the formats of the output;
nothing of which other files there are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import msgspec

from syndicate.check.forms import SCHEME
from syndicate.check.jsonlines import Value, read_json
from syndicate.check.kinds import ATOM
from syndicate.check.whole import MEDIA_TYPES
from syndicate.digest import digest_bytes
from syndicate.encoding import SUFFIXES, decode

FEEDS = ("rss", "atom", "json")
"""The kinds of files that readers subscribe to."""

LARGEST_DECODED = 100_000_000
_ATOM = f"{{{ATOM}}}"
_SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
_ROOTS = {"rss": "rss", f"{_ATOM}feed": "atom", "opml": "opml"}
_ROOTS |= {f"{_SITEMAP}urlset": "sitemap", f"{_SITEMAP}sitemapindex": "sitemap"}
_FEED_TYPES = tuple(MEDIA_TYPES[kind][0] for kind in FEEDS)
_SNIPPET_ADDRESS = re.compile(r"\bsrc=\"([^\"]+)\"")


class Reference(msgspec.Struct, frozen=True):
    """An address that a file names, and what for.

    `rel` is `self`, `current`, `older`, `newer` or `alternate` of a feed, `feed` of a list of feeds, `page`
    of a map of pages. Of a page it is `alternate` for a feed or a list of feeds, `link` for another address
    in its head or a relative one, `snippet` for one that it offers to be copied.
    """

    rel: str
    url: str
    line: int


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """What one file says.

    `kind` is `rss`, `atom`, `json`, `opml`, `catalogue`, `sitemap`, `page` or `encoded`; empty for others.
    `digest` is that of its bytes, of an encoded one those of what it stands for; None where that is unknown.
    """

    kind: str = ""
    digest: bytes | None = None
    ids: tuple[str, ...] = ()
    references: tuple[Reference, ...] = ()

    def named(self, rel: str) -> Reference | None:
        """Give the first address that is named for something."""
        return next((each for each in self.references if each.rel == rel), None)


def read_references(path: str, body: bytes) -> Said:
    """Read what a file says; `path` tells encoded siblings and pages from other files."""
    for coding, suffix in SUFFIXES.items():
        if path.endswith(suffix):
            return Said(kind="encoded", digest=_decoded(coding, body))
    digest = digest_bytes(body)
    if path.endswith((".html", ".htm")):
        return Said(kind="page", digest=digest, references=tuple(_of_page(body)))
    begins = body[:1000].lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    if begins == b"{":
        return _of_json(body, digest)
    if begins == b"<":
        return _of_xml(body, digest)
    return Said(digest=digest)


def _decoded(coding: str, body: bytes) -> bytes | None:
    try:
        decoded = decode(coding, body, LARGEST_DECODED)
    except ImportError:
        return None  # Nobody can say what it stands for.
    return b"" if decoded is None else digest_bytes(decoded)


# JSON.


def _of_json(body: bytes, digest: bytes) -> Said:
    root = read_json(body, lambda *_: None)
    if root is None or not isinstance(root.value, dict):
        return Said(digest=digest)
    if "version" in root.value and "items" in root.value:
        ids = (_member(item, "id") for item in _elements(root, "items"))
        known = tuple(str(each.value) for each in ids if each and isinstance(each.value, str | int))
        found = (
            Reference(rel, str(each.value), each.line)
            for rel, name in (("self", "feed_url"), ("older", "next_url"))
            if (each := _member(root, name)) and isinstance(each.value, str)
        )
        return Said(kind="json", digest=digest, ids=known, references=tuple(found))
    if "version" in root.value and "feeds" in root.value:
        return Said(kind="catalogue", digest=digest, references=tuple(_of_catalogue(root)))
    return Said(digest=digest)


def _of_catalogue(root: Value) -> Iterator[Reference]:
    for feed in _elements(root, "feeds"):
        urls, page = _member(feed, "urls"), _member(feed, "page_url")
        addresses = urls.value.values() if urls and isinstance(urls.value, dict) else ()
        yield from (
            Reference("feed", each.value, each.line) for each in addresses if isinstance(each.value, str)
        )
        if page and isinstance(page.value, str):
            yield Reference("page", page.value, page.line)


def _member(value: Value, name: str) -> Value | None:
    found: Value | None = value.value.get(name) if isinstance(value.value, dict) else None
    return found


def _elements(value: Value, name: str) -> list[Value]:
    member = _member(value, name)
    return member.value if member and isinstance(member.value, list) else []


# XML and HTML.


def _of_xml(body: bytes, digest: bytes) -> Said:
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True)
    try:
        root = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError, LookupError):
        return Said(digest=digest)
    kind = _ROOTS.get(root.tag, "")
    if kind == "opml":
        found = [
            Reference("feed", url, _line(outline))
            for outline in root.iter("outline")
            if (url := outline.get("xmlUrl"))
        ]
        return Said(kind=kind, digest=digest, references=tuple(found))
    if kind == "sitemap":
        found = [Reference("page", _text(each), _line(each)) for each in root.iter(f"{_SITEMAP}loc")]
        return Said(kind=kind, digest=digest, references=tuple(found))
    if kind in FEEDS:
        feed = root if kind == "atom" else root.find("channel")
        items = () if feed is None else feed.findall(f"{_ATOM}entry" if kind == "atom" else "item")
        ids = (item.find(f"{_ATOM}id" if kind == "atom" else "guid") for item in items)
        links = () if feed is None else feed.findall(f"{_ATOM}link")
        return Said(
            kind=kind,
            digest=digest,
            ids=tuple(_text(each) for each in ids if each is not None),
            references=tuple(_of_links(links)),
        )
    return Said(digest=digest)


def _of_links(links: Any) -> Iterator[Reference]:
    """Read the links of a feed (RFC 4287 §4.2.7, RFC 5005 §4) that may lead to other files of ours."""
    names = {"self": "self", "current": "current", "prev-archive": "older", "next-archive": "newer"}
    for link in links:
        rel, url = link.get("rel", "alternate"), link.get("href")
        kind = names.get(rel)
        if rel == "alternate" and link.get("type") in _FEED_TYPES:
            kind = "alternate"
        if kind and url:
            yield Reference(kind, url, _line(link))


def _of_page(body: bytes) -> Iterator[Reference]:
    """Read what a page needs (styles, scripts, icons), its relative links and the snippets it offers."""
    from lxml import etree

    parser = etree.HTMLParser(encoding="utf-8", recover=True, no_network=True, remove_comments=True)
    try:
        root = etree.fromstring(body.replace(b"\0", b""), parser)
    except etree.XMLSyntaxError:
        return  # There is nothing in it.
    for element in () if root is None else root.iter(etree.Element):
        line = _line(element)
        for name in ("href", "src"):
            url = element.get(name)
            # What is absolute in the body of a page is the articles'.
            if url and (element.tag == "link" or not (SCHEME.match(url) or url.startswith(("//", "#")))):
                yield Reference("alternate" if _is_discovery(element) else "link", url, line)
        if copied := element.get("data-copy"):
            addresses = [copied] if SCHEME.match(copied) else _SNIPPET_ADDRESS.findall(copied)
            yield from (Reference("snippet", url, line) for url in addresses)


def _is_discovery(element: Any) -> bool:
    """Tell whether an element is what readers look for in a page to find its feeds."""
    kinds = (*_FEED_TYPES, "text/x-opml")
    return element.tag == "link" and element.get("rel") == "alternate" and element.get("type") in kinds


def _line(element: Any) -> int:
    return int(element.sourceline or 0)


def _text(element: Any) -> str:
    return (element.text or "").strip()
