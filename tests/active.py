"""Looking for what runs, loads or leads away: in HTML by three parsers, in XML, in JSON.

It knows nothing of the code that is to keep such things out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import html5lib
from lxml import etree
from lxml import html as lxml_html

Element = tuple[str, dict[str, str]]

# What an article's HTML may have; whatever is not listed is found.
_ELEMENTS = frozenset(
    "a abbr b blockquote br caption cite code col colgroup dd del details dfn div dl dt em figcaption figure"
    " h1 h2 h3 h4 h5 h6 hr i img ins kbd li mark ol p pre q rp rt ruby s samp small span strong sub summary"
    " sup table tbody td tfoot th thead time tr u ul var wbr".split()
)
_ATTRIBUTES = frozenset(
    "abbr alt cite colspan datetime dir headers height href hreflang lang rel reversed rowspan scope span src"
    " start title width".split()
)
_ADDRESSES = ("href", "src", "cite", "url", "action", "data", "poster", "formaction", "background", "srcset")
# Pages and embeds have more, of our own.
_PAGE_ELEMENTS = _ELEMENTS | frozenset(
    "html head meta title link body header main nav section article aside footer button input label script"
    " style".split()
)
_PAGE_ATTRIBUTES = _ATTRIBUTES | frozenset(
    "aria-label aria-labelledby autocomplete charset class content decoding defer for hidden http-equiv id"
    " loading name placeholder property role spellcheck tabindex target type".split()
)


class _Collector(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[Element] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, {name: value or "" for name, value in attrs}))


def elements(html: str) -> Iterator[Element]:
    """Give every element of an HTML text, as three parsers understand it: WHATWG's, libxml2's, Python's."""
    standard = html5lib.parseFragment(html, namespaceHTMLElements=False)
    yield from ((str(each.tag), dict(each.attrib)) for each in list(standard.iter())[1:])
    if html.strip():
        parser = lxml_html.HTMLParser(huge_tree=True)
        loose = lxml_html.fromstring(f"<div>{html}</div>", parser=parser)
        yield from ((str(each.tag), dict(each.attrib)) for each in loose.iter())
    collector = _Collector()
    collector.feed(html)
    collector.close()
    yield from collector.found


def is_web(url: str) -> bool:
    """Tell whether an address is absolute, http or https, with a host and without a user."""
    return bool(re.fullmatch(r"https?://[^\s/?#@\\]+(?:[/?#][^\s]*)?", url))


def active_in_content(html: str) -> list[str]:
    """Name what should not be in the HTML of an article."""
    found = []
    for tag, attributes in elements(html):
        if tag not in _ELEMENTS:
            found.append(f"<{tag}>")
        for name, value in attributes.items():
            if name not in _ATTRIBUTES:
                found.append(f"<{tag} {name}>")
            elif name in _ADDRESSES and not is_web(value):
                found.append(f"<{tag} {name}={value!r}>")
    return found


def active_in_page(html: str, scripts: frozenset[str], styles: frozenset[str] = frozenset()) -> list[str]:
    """Name what should not be in a page of ours: `scripts` may run, `styles` may be inside."""
    found = []
    for each in html5lib.parse(html, namespaceHTMLElements=False).iter():
        if not isinstance(each.tag, str):
            continue  # A comment or the document type.
        if each.tag not in _PAGE_ELEMENTS:
            found.append(f"<{each.tag}>")
        if each.tag == "script" and (each.get("src", "").rpartition("/")[2] not in scripts or each.text):
            found.append(f"<script src={each.get('src')!r}>")
        if each.tag == "style" and (each.text or "") not in styles:
            found.append("<style>")
        if each.get("http-equiv", "Content-Security-Policy") != "Content-Security-Policy":
            found.append(f"<meta http-equiv={each.get('http-equiv')!r}>")
        for name, value in each.attrib.items():
            if name not in _PAGE_ATTRIBUTES and not name.startswith("data-"):
                found.append(f"<{each.tag} {name}>")
            elif name in _ADDRESSES and not is_web(value) and not re.fullmatch(r"[#\w./-]*", value, re.ASCII):
                found.append(f"<{each.tag} {name}={value!r}>")
    return found


def _name(element: Any) -> str:
    return "" if element is None else str(etree.QName(element).localname)


_XML_TEXTS = {"link", "url", "id", "icon", "logo", "uri", "docs", "comments", "loc"}


def active_in_xml(body: bytes) -> tuple[list[str], list[str]]:
    """Name what should not be in a feed; and give the texts in it that are HTML."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)
    root = etree.fromstring(body, parser)
    found, texts = [], []
    if root.getroottree().docinfo.doctype:
        found.append("a document type")
    for each in root.iter():
        if not isinstance(each.tag, str):
            found.append(f"{each!r}")
            continue
        name = etree.QName(each).localname
        # The description of an item is HTML, that of a channel is not (RSS Best Practices Profile).
        holds_html = name in ("encoded", "content") or (name, _name(each.getparent())) == (
            "description",
            "item",
        )
        if holds_html and each.text:
            texts.append(each.text)
        if name in _XML_TEXTS - {"id"} and each.text and each.text.strip() and not is_web(each.text):
            found.append(f"<{name}>{each.text}")
        for attribute in ("href", "url", "src", "domain", "scheme", "xmlUrl", "htmlUrl"):
            if (value := each.get(attribute)) is not None and not is_web(value):
                found.append(f"<{name} {attribute}={value!r}>")
    return found, texts


_JSON_ADDRESSES = (
    "url",
    "external_url",
    "feed_url",
    "home_page_url",
    "next_url",
    "icon",
    "favicon",
    "image",
    "page_url",
)


def active_in_json(body: bytes) -> tuple[list[str], list[str]]:
    """Name what should not be in a JSON document; and give the texts in it that are HTML."""
    found: list[str] = []
    texts: list[str] = []

    def look(value: Any) -> None:
        if isinstance(value, list):
            for each in value:
                look(each)
        elif isinstance(value, dict):
            for name, each in value.items():
                if name in _JSON_ADDRESSES and not is_web(each):
                    found.append(f"{name}: {each!r}")
                if name == "content_html":
                    texts.append(each)
                look(each)

    look(json.loads(body.decode("utf-8")))
    return found, texts
