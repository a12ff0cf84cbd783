"""Elements of XML as the rules look at them: names, texts, children by name, the place that findings name.

May know: lxml's elements; nothing of any format.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from syndicate.check.finding import Rule
from syndicate.check.inspection import Inspection, shown

XML = "http://www.w3.org/XML/1998/namespace"


class Scope:
    """A part of a document that is checked, such as an item, and what findings call it."""

    def __init__(self, inspection: Inspection, called: str = "") -> None:
        self.inspection = inspection
        self.called = called

    def find(self, rule: Rule, element: Any, what: str) -> None:
        """Note that an element breaks a rule."""
        self.inspection.find(rule, element.sourceline or 0, f"{self.called}{what}")


def children(element: Any) -> Iterator[Any]:
    """Give the child elements; entities that were left as they are, are none."""
    return (child for child in element if isinstance(child.tag, str))


def grouped(element: Any) -> dict[str, list[Any]]:
    """Give the child elements by their tag, `{namespace}name`, each in document order."""
    groups: dict[str, list[Any]] = {}
    for child in children(element):
        groups.setdefault(child.tag, []).append(child)
    return groups


def namespace_of(element: Any) -> str:
    """Give the namespace of an element; empty for none."""
    tag: str = element.tag
    return tag[1:].partition("}")[0] if tag.startswith("{") else ""


def name_of(element: Any) -> str:
    """Give an element's name as a person writes it: `<media:content>`."""
    local = element.tag.rpartition("}")[2]
    full = f"{element.prefix}:{local}" if element.prefix else local
    return full if full.isprintable() and len(full) <= 60 else shown(full)[1:-1]


def text_of(element: Any) -> str:
    """Give the text of an element, those of its children left out, without the blanks around it."""
    return raw_text_of(element).strip()


def raw_text_of(element: Any) -> str:
    """Give the text of an element as it is, those of its children left out."""
    text: str = element.text or ""
    if len(element):
        text += "".join(child.tail or "" for child in element)
    return text


def is_blank(text: str | None) -> bool:
    """Whether there is nothing but the blanks of XML."""
    return not text or not text.strip()


def based(element: Any) -> bool:
    """Whether an xml:base stands on an element or above it, against which addresses are resolved."""
    while element is not None:
        if element.get(f"{{{XML}}}base"):
            return True
        element = element.getparent()
    return False
