"""Atom 1.0 by RFC 4287, RFC 5005 and the W3C feed validator: feeds, entries, sources.

May know: elements, values and the rules of Atom; nothing of RSS.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from syndicate.check import atomrules, links, media, moments
from syndicate.check import content as html
from syndicate.check.atomrules import (
    ALTERNATE_NEEDED,
    ALTERNATE_UNIQUE,
    AUTHOR,
    ID_REPEATED,
    ID_UNIQUE,
    NO_NAMESPACE,
    NO_TEXT,
    REPEATED,
    REQUIRED,
    SELF,
    SOURCE,
    SUMMARY_NEEDED,
    UNKNOWN_ELEMENT,
    UPDATED_FIRST,
)
from syndicate.check.atomvalues import (
    category,
    check_attributes,
    check_stray_text,
    content,
    date,
    generator,
    identity,
    person,
    text,
    uri,
)
from syndicate.check.elements import Scope, children, grouped, name_of, namespace_of
from syndicate.check.inspection import Inspection, shown
from syndicate.check.kinds import ATOM
from syndicate.check.moments import Instants
from syndicate.check.whole import check_self
from syndicate.dates import rfc3339

RULES = (*atomrules.RULES, *links.RULES, *media.RULES, *html.RULES, *moments.RULES)

_SEVERAL = {"author", "category", "contributor", "entry", "link"}
_Element = Callable[[Scope, Any], object]
_FEED: dict[str, _Element] = {
    "author": person,
    "category": category,
    "contributor": person,
    "generator": generator,
    "icon": uri,
    "id": identity,
    "link": links.check_link,
    "logo": uri,
    "rights": text,
    "subtitle": text,
    "updated": date,
}
_ENTRY: dict[str, _Element] = {
    "author": person,
    "category": category,
    "contributor": person,
    "link": links.check_link,
    "rights": text,
}
_LINK_ATTRIBUTES = ("href", "rel", "type", "hreflang", "title", "length")


def check(inspection: Inspection) -> None:
    """Check an Atom document, whose root was read: a feed, or an entry alone (RFC 4287 §2)."""
    root = inspection.root
    scope = Scope(inspection)
    if root.tag == f"{{{ATOM}}}entry":
        _Entries(inspection, has_author=False).check(root, Scope(inspection), "the entry")
    else:
        _check_feed(scope, root)
    media.check_media(scope, root)


def _atom(element: Any) -> dict[str, list[Any]]:
    # The children in Atom's namespace, by their names alone.
    prefix = f"{{{ATOM}}}"
    return {
        tag.removeprefix(prefix): elements
        for tag, elements in grouped(element).items()
        if tag.startswith(prefix)
    }


def _check_feed(scope: Scope, feed: Any) -> None:
    check_attributes(scope, feed)
    check_stray_text(scope, feed)
    present = _atom(feed)
    _check_required(scope, feed, present)
    entries = _Entries(scope.inspection, has_author="author" in present)
    for child in children(feed):
        if not _is_atom(scope, child, {*_FEED, "title", "entry"}):
            continue
        name = child.tag.rpartition("}")[2]
        if name == "entry":
            entries.next(child)
        elif name == "title":
            text(scope, child, wanted=True)
        else:
            _FEED[name](scope, child)
    _check_feed_links(scope, feed, present.get("link", []))


def _check_feed_links(scope: Scope, feed: Any, elements: list[Any]) -> None:
    _check_links(scope, elements)
    links.check_head(scope, feed, elements)
    own = [link for link in elements if links.rel_of(link) == "self"]
    if not own:
        scope.find(SELF, feed, "the feed has no link of rel 'self'")
    for link in own[:1]:
        check_self(scope.inspection, link.sourceline or 0, link.get("href", ""))


def _is_atom(scope: Scope, child: Any, known: set[str]) -> bool:
    # Extensions are allowed anywhere (RFC 4287 §6.3); what is Atom's own is not.
    namespace, name = namespace_of(child), child.tag.rpartition("}")[2]
    if not namespace:
        scope.find(NO_NAMESPACE, child, f"<{name_of(child)}> is in no namespace")
    elif namespace == ATOM and name not in known:
        scope.find(UNKNOWN_ELEMENT, child, f"<{name_of(child)}> is none of Atom in its place")
    return namespace == ATOM and name in known


def _check_required(scope: Scope, element: Any, present: dict[str, list[Any]]) -> None:
    for name in ("id", "title", "updated"):
        if name not in present:
            scope.find(REQUIRED, element, f"there is no <{name}>")
    for name, elements in present.items():
        for again in elements[1:] if name not in _SEVERAL else ():
            scope.find(REPEATED, again, f"<{name}> is given again")


def _check_links(scope: Scope, elements: list[Any]) -> None:
    seen: set[tuple[str | None, str | None]] = set()
    for link in elements:
        check_attributes(scope, link, _LINK_ATTRIBUTES)
        if links.rel_of(link) != "alternate":
            continue
        key = (link.get("type"), link.get("hreflang"))
        if key in seen:
            said = ", ".join(shown(part) if part else "none" for part in key)
            scope.find(ALTERNATE_UNIQUE, link, f"another alternate has this type and hreflang: {said}")
        seen.add(key)


class _Entries:
    """The entries of one feed, checked one after the other."""

    def __init__(self, inspection: Inspection, *, has_author: bool) -> None:
        self._inspection = inspection
        self._has_author = has_author
        self._count = 0
        self._ids: dict[str, dict[datetime | None, str]] = {}
        self._instants = Instants(inspection)

    def next(self, entry: Any) -> None:
        """Check the next entry of a feed."""
        self._count += 1
        called = f"entry {self._count}"
        self.check(entry, Scope(self._inspection, f"{called}: "), called)

    def check(self, entry: Any, scope: Scope, called: str) -> None:
        """Check an entry, and what it has in common with earlier ones."""
        check_attributes(scope, entry)
        check_stray_text(scope, entry)
        present = _atom(entry)
        _check_required(scope, entry, present)
        for child in children(entry):
            if _is_atom(scope, child, {*_ENTRY, *_IN_TURN}):
                name = child.tag.rpartition("}")[2]
                if name in _ENTRY:
                    _ENTRY[name](scope, child)
        self._check_identity(scope, present, called)
        _check_body(scope, entry, present)
        _check_links(scope, present.get("link", []))
        links.check_entry_links(scope, present.get("link", []))
        for source in present.get("source", []):
            _check_source(scope, source)
        if not self._has_author and "author" not in present and not _source_has_author(present):
            scope.find(AUTHOR, entry, "neither it nor the feed has an author")

    def _check_identity(self, scope: Scope, present: dict[str, list[Any]], called: str) -> None:
        dates = {
            name: [date(scope, element) for element in present.get(name, [])]
            for name in ("updated", "published")
        }
        updated, published = (next(iter(dates[name]), None) for name in ("updated", "published"))
        if updated and published and updated < published:
            what = f"updated {rfc3339(updated)}, published {rfc3339(published)}"
            scope.find(UPDATED_FIRST, present["updated"][0], what)
        again = False
        for element in present.get("id", []):
            value = identity(scope, element)
            versions = self._ids.setdefault(value, {})
            if updated in versions:
                what = f"<id>: {shown(value)} is that of {versions[updated]}, and so is <updated>"
                scope.find(ID_UNIQUE, element, what)
                again = True
            elif versions:
                first = next(iter(versions.values()))
                scope.find(ID_REPEATED, element, f"<id>: {shown(value)} is that of {first}, too")
            versions.setdefault(updated, called)
        # Of an entry that is there twice it is said already that it is.
        if updated and not again:
            self._instants.note(updated, present["updated"][0].sourceline or 0, called)


# What an entry holds beside `_ENTRY`, looked at together.
_IN_TURN = ("content", "id", "published", "source", "summary", "title", "updated")


def _check_body(scope: Scope, entry: Any, present: dict[str, list[Any]]) -> None:
    for element in present.get("title", []):
        text(scope, element, wanted=True)
    summaries = [text(scope, element) for element in present.get("summary", [])]
    needing = [element for element in present.get("content", []) if content(scope, element)]
    if needing and not summaries:
        scope.find(SUMMARY_NEEDED, needing[0], "there is no <summary> of a content elsewhere or in Base64")
    elif "content" not in present and not any(summaries):
        scope.find(NO_TEXT, entry, "there is neither a <summary> nor a <content>")
    rels = {links.rel_of(link) for link in present.get("link", [])}
    if "content" not in present and "alternate" not in rels:
        scope.find(ALTERNATE_NEEDED, entry, "there is neither a <content> nor a link of rel 'alternate'")


def _check_source(scope: Scope, source: Any) -> None:
    check_attributes(scope, source)
    check_stray_text(scope, source)
    inside = Scope(scope.inspection, f"{scope.called}source: ")
    present = _atom(source)
    for name in ("id", "title", "updated"):
        if name not in present:
            inside.find(SOURCE, source, f"there is no <{name}>")
    for child in children(source):
        if _is_atom(inside, child, {*_FEED, "title"}):
            name = child.tag.rpartition("}")[2]
            if name == "title":
                text(inside, child)
            else:
                _FEED[name](inside, child)
    for name, elements in present.items():
        for again in elements[1:] if name not in _SEVERAL else ():
            inside.find(REPEATED, again, f"<{name}> is given again")
    _check_links(inside, present.get("link", []))


def _source_has_author(present: dict[str, list[Any]]) -> bool:
    # RFC 4287 §4.2.1: the authors of a source hold for an entry that has none.
    return any("author" in _atom(source) for source in present.get("source", []))
