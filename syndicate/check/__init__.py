"""Checks documents by the rules of their specifications: RSS 2.0, Atom 1.0, JSON Feed 1.0 and 1.1, OPML 2.0.

May know: bytes and the address they came from; no files, no network, no clock. A format is a module with
`RULES` and `check(inspection)`, and a line in the table here.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from importlib import import_module
from typing import Any

from syndicate.check import kinds, whole
from syndicate.check.finding import Finding, Rule
from syndicate.check.inspection import Inspection
from syndicate.render import FEED_FILES

_FORMATS = {
    "rss": "rss",
    "atom": "atom",
    "json": "jsonfeed",
    "opml": "opml",
}
"""The module of each format, imported when there is such a document: XML is slow to load."""

_SHARED = ("kinds", "whole", "moments", "content", "xmldocument", "crosslinks")
"""The modules of the rules that hold for several formats."""


def has_rules(name: str) -> bool:
    """Tell whether there are rules for a file of this name, among those that a build writes."""
    return name in FEED_FILES or name.endswith(".opml")


def rules() -> tuple[Rule, ...]:
    """Give every rule there is, by name."""
    return tuple(sorted(_rules(), key=lambda rule: rule.name))


def _rules() -> Iterator[Rule]:
    # A rule that two formats share is declared once, and may be named by both.
    modules = (*_SHARED, *_FORMATS.values())
    yield from dict.fromkeys(rule for name in modules for rule in _module(name).RULES)


def _module(name: str) -> Any:
    return import_module(f"syndicate.check.{name}")


def check_document(
    body: bytes,
    *,
    document: str,
    address: str | None = None,
    now: datetime | None = None,
    media_type: str | None = None,
) -> tuple[Finding, ...]:
    """Check a document by the rules of its format, which is told from its bytes.

    `document` is what findings call it; `address` is where it was fetched from and `media_type` its
    Content-Type, where they are known; without `now` no date is too late. The findings come in a total order:
    by line, rule and text.
    """
    inspection = Inspection(body, document=document, address=address, now=now, media_type=media_type)
    kind = _kind(inspection)
    whole.check_whole(inspection, kind)
    if kind is not None and kind in _FORMATS:
        _module(_FORMATS[kind]).check(inspection)
    return inspection.findings()


def _kind(inspection: Inspection) -> str | None:
    begins = kinds.beginning(inspection.body)
    if begins == "json":
        return "json"
    if begins == "xml":
        inspection.root = _module("xmldocument").read_xml(inspection)
        return None if inspection.root is None else kinds.kind_of_root(inspection, inspection.root)
    called = {"html": "an HTML page", "nothing": "an empty document"}.get(begins, "a text")
    inspection.find(
        kinds.KIND, 1 if begins != "nothing" else 0, f"{called} is none of the formats that are checked"
    )
    return None
