"""RSS 2.0: the items of a channel.

May know: elements, values and the rules of RSS; nothing of Atom but its links.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from syndicate.check.content import check_html
from syndicate.check.elements import Scope, based, children, grouped, is_blank, name_of, namespace_of, text_of
from syndicate.check.forms import is_media_type, url_fault
from syndicate.check.inspection import shown
from syndicate.check.kinds import ATOM
from syndicate.check.links import check_entry_links, check_link
from syndicate.check.moments import Instants
from syndicate.check.rssrules import (
    CONTENT_ORDER,
    ENCLOSURE,
    ENCLOSURES,
    GUID_MISSING,
    GUID_PERMALINK,
    GUID_UNIQUE,
    ITEM_CONTENT,
    SAME_MEANING,
    SOURCE,
    STRAY_TEXT,
    UNKNOWN_ELEMENT,
)
from syndicate.check.rssvalues import (
    address,
    check_address,
    check_attributes,
    date,
    dc_date,
    filled,
    html,
    language,
    once,
    person,
    plain,
)

CONTENT = "http://purl.org/rss/1.0/modules/content/"
DC = "http://purl.org/dc/elements/1.1/"

_ENCODED = f"{{{CONTENT}}}encoded"
_ATOM_LINK = f"{{{ATOM}}}link"
_LENGTH = re.compile(r"\d{1,18}", re.ASCII)
_SAME_MEANING = {
    "author": "creator", "category": "subject", "description": "description", "pubDate": "date",
    "source": "source", "title": "title",
}  # fmt: skip


class Items:
    """The items of one channel, checked one after the other."""

    def __init__(self, scope: Scope) -> None:
        self._inspection = scope.inspection
        self._count = 0
        self._guids: dict[str, str] = {}
        self._instants = Instants(scope.inspection)

    def check(self, item: Any) -> None:
        """Check an item, and what it has in common with earlier ones."""
        self._count += 1
        entry = f"item {self._count}"
        scope = Scope(self._inspection, f"{entry}: ")
        check_attributes(scope, item)
        _check_stray_text(scope, item)
        present = grouped(item)
        if not any(text_of(each) for name in ("title", "description") for each in present.get(name, ())):
            scope.find(ITEM_CONTENT, item, "there is neither a <title> nor a <description>")
        for tag, elements in present.items():
            self._check_elements(scope, tag, elements, entry)
        if "guid" not in present:
            scope.find(GUID_MISSING, item, "there is no <guid>")
        _check_together(scope, item, present)

    def _check_elements(self, scope: Scope, tag: str, elements: list[Any], entry: str) -> None:
        if tag == "pubDate":
            for element in elements:
                instant = date(scope, element)
                if instant is not None:
                    self._instants.note(instant, element.sourceline or 0, entry)
        elif tag == "guid":
            for element in elements:
                self._check_guid(scope, element, entry)
        elif tag in _ITEM_ELEMENTS:
            for element in elements:
                _ITEM_ELEMENTS[tag](scope, element)
        elif not namespace_of(elements[0]):
            for element in elements:
                scope.find(UNKNOWN_ELEMENT, element, f"<{name_of(element)}> is none of RSS in an item")
            return
        if tag not in _SEVERAL and (tag in _ITEM_ELEMENTS or not tag.startswith("{")):
            once(scope, elements)

    def _check_guid(self, scope: Scope, element: Any, entry: str) -> None:
        check_attributes(scope, element, ("isPermaLink",))
        text = filled(scope, element)
        permalink = element.get("isPermaLink", "true")
        if permalink not in ("true", "false"):
            scope.find(GUID_PERMALINK, element, f"isPermaLink={shown(permalink)} is neither true nor false")
        if not text:
            return
        if permalink == "true" and (fault := url_fault(text)):
            scope.find(GUID_PERMALINK, element, f"<guid>: {shown(text)} {fault}")
        first = self._guids.setdefault(text, entry)
        if first != entry:
            scope.find(GUID_UNIQUE, element, f"<guid>: {shown(text)} is that of {first}, too")


def _check_stray_text(scope: Scope, item: Any) -> None:
    texts = [item.text, *(child.tail for child in item)]
    if stray := next((text for text in texts if not is_blank(text)), None):
        scope.find(STRAY_TEXT, item, f"{shown(stray.strip())} stands between its elements")


def _check_together(scope: Scope, item: Any, present: dict[str, list[Any]]) -> None:
    for element in present.get("enclosure", [])[1:2]:
        count = len(present["enclosure"])
        scope.find(ENCLOSURES, element, f"there are {count} <enclosure>")
    for name, other in _SAME_MEANING.items():
        if name in present and (same := present.get(f"{{{DC}}}{other}")):
            scope.find(SAME_MEANING, same[0], f"there is a <{name}>, and a <{name_of(same[0])}>")
    if _ENCODED in present and "description" in present:
        tags = [child.tag for child in children(item)]
        if tags.index(_ENCODED) < tags.index("description"):
            scope.find(CONTENT_ORDER, present[_ENCODED][0], "<content:encoded> comes before <description>")
    check_entry_links(scope, present.get(_ATOM_LINK, ()))


def _encoded(scope: Scope, element: Any) -> None:
    text = filled(scope, element)
    called = f"{scope.called}<{name_of(element)}>"
    check_html(scope.inspection, element.sourceline or 0, called, text, based=based(element))


def _category(scope: Scope, element: Any) -> None:
    check_attributes(scope, element, ("domain",))
    plain(scope, element)


def _enclosure(scope: Scope, element: Any) -> None:
    check_attributes(scope, element, ("url", "length", "type"))
    for name in ("url", "length", "type"):
        if element.get(name) is None:
            scope.find(ENCLOSURE, element, f"<enclosure> has no {name}")
    url, length, kind = (element.get(name) for name in ("url", "length", "type"))
    if url is not None:
        if not url.startswith(("http://", "https://")):
            scope.find(ENCLOSURE, element, f"<enclosure>: {shown(url)} is no address of http or https")
        else:
            check_address(scope, element, "<enclosure>", url, ENCLOSURE)
    if length is not None and not _LENGTH.fullmatch(length):
        scope.find(ENCLOSURE, element, f"<enclosure>: {shown(length)} is no number of bytes")
    if kind is not None and not is_media_type(kind):
        scope.find(ENCLOSURE, element, f"<enclosure>: {shown(kind)} is no media type")


def _source(scope: Scope, element: Any) -> None:
    check_attributes(scope, element, ("url",))
    filled(scope, element)
    url = element.get("url")
    if url is None:
        scope.find(SOURCE, element, "<source> has no url")
    else:
        check_address(scope, element, "<source>", url, SOURCE)


_SEVERAL = {"category", "enclosure", _ATOM_LINK, f"{{{DC}}}date", f"{{{DC}}}language"}
_ITEM_ELEMENTS: dict[str, Callable[[Scope, Any], object]] = {
    "title": plain,
    "link": address,
    "description": html,
    "author": person,
    "category": _category,
    "comments": address,
    "enclosure": _enclosure,
    "source": _source,
    _ENCODED: _encoded,
    _ATOM_LINK: check_link,
    f"{{{DC}}}date": dc_date,
    f"{{{DC}}}language": language,
}
