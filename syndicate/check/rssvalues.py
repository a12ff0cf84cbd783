"""Values in RSS: texts, addresses, dates, people, numbers, each checked by its form.

May know: elements and the rules of RSS; nothing of which element holds which value.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from syndicate.check.content import check_html, check_plain
from syndicate.check.elements import Scope, based, children, name_of, text_of
from syndicate.check.finding import Rule
from syndicate.check.forms import is_email, is_language, rfc822, url_fault
from syndicate.check.inspection import shown
from syndicate.check.moments import check_not_future
from syndicate.check.rssrules import (
    DATE,
    DATE_DOUBTFUL,
    DC_DATE,
    EMAIL,
    EMAIL_FORM,
    EMPTY,
    LANGUAGE,
    MARKUP,
    REPEATED,
    UNKNOWN_ATTRIBUTE,
    URL,
)

_WITH_NAME = re.compile(r"(\S+) +\((?=[^)]*\S)[^()]*(?:\([^()]*\)[^()]*)*\)")
# https://www.w3.org/TR/NOTE-datetime
_W3CDTF = re.compile(
    r"\d{4}(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01])"
    r"(?:T(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d+)?)?(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d))?)?)?",
    re.ASCII,
)


def filled(scope: Scope, element: Any) -> str:
    """Give the text of an element that is to have one; none at all is a finding, so are elements in it."""
    inner = next(children(element), None)
    text = text_of(element)
    if inner is not None:
        scope.find(MARKUP, inner, f"<{name_of(element)}> holds <{name_of(inner)}>")
    elif not text and not len(element):
        scope.find(EMPTY, element, f"<{name_of(element)}> is empty")
    return text


def plain(scope: Scope, element: Any) -> None:
    """Check a text that readers show as it is."""
    text = filled(scope, element)
    check_plain(scope.inspection, element.sourceline or 0, f"{scope.called}<{name_of(element)}>", text)


def html(scope: Scope, element: Any) -> None:
    """Check a text that readers show as HTML."""
    text = filled(scope, element)
    called = f"{scope.called}<{name_of(element)}>"
    check_html(scope.inspection, element.sourceline or 0, called, text, based=based(element))


def anything(scope: Scope, element: Any) -> None:
    """Check a text of which nothing is known."""
    filled(scope, element)


def address(scope: Scope, element: Any) -> None:
    """Check a text that is an address."""
    if text := filled(scope, element):
        check_address(scope, element, f"<{name_of(element)}>", text)


def check_address(scope: Scope, element: Any, called: str, text: str, rule: Rule = URL) -> None:
    """Check an address."""
    if fault := url_fault(text):
        scope.find(rule, element, f"{called}: {shown(text)} {fault}")


def date(scope: Scope, element: Any) -> datetime | None:
    """Check a date of RFC 822, and give its instant."""
    text = filled(scope, element)
    if not text:
        return None
    found = rfc822(text)
    if found is None:
        day, _, rest = text.partition(",")
        reason = f"was no {day}" if rfc822(rest.strip()) else "is no date of RFC 822"
        scope.find(DATE, element, f"<{name_of(element)}>: {shown(text)} {reason}")
        return None
    for doubt in found.doubts:
        scope.find(DATE_DOUBTFUL, element, f"<{name_of(element)}>: {shown(text)}: {doubt}")
    called = f"{scope.called}<{name_of(element)}>"
    check_not_future(scope.inspection, element.sourceline or 0, called, found.instant)
    return found.instant


def dc_date(scope: Scope, element: Any) -> None:
    """Check a date as Dublin Core recommends it."""
    text = text_of(element)
    if not _W3CDTF.fullmatch(text):
        scope.find(DC_DATE, element, f"<{name_of(element)}>: {shown(text)} is none of W3C's forms")


def person(scope: Scope, element: Any) -> None:
    """Check an e-mail address, with a name or without."""
    text = filled(scope, element)
    if not text:
        return
    named = _WITH_NAME.fullmatch(text) if len(text) < 1000 else None
    if not is_email(named[1] if named else text):
        scope.find(EMAIL, element, f"<{name_of(element)}>: {shown(text)} is no e-mail address")
    elif not named:
        scope.find(EMAIL_FORM, element, f"<{name_of(element)}>: {shown(text)} has no name in brackets")


def language(scope: Scope, element: Any) -> None:
    """Check a language tag."""
    text = filled(scope, element)
    if text and not is_language(text):
        scope.find(LANGUAGE, element, f"<{name_of(element)}>: {shown(text)} is no language tag")


def once(scope: Scope, elements: list[Any]) -> None:
    """Check that an element stands once."""
    for element in elements[1:]:
        scope.find(REPEATED, element, f"<{name_of(element)}> is given again")


def check_attributes(scope: Scope, element: Any, known: tuple[str, ...] = ()) -> None:
    """Check that an element has no attributes but those that are known, and those of namespaces."""
    for name in element.attrib:
        if not name.startswith("{") and name not in known:
            called = name if name.isprintable() and len(name) < 60 else shown(name)
            scope.find(UNKNOWN_ATTRIBUTE, element, f"<{name_of(element)}> has an attribute {called}")


def check_parts(scope: Scope, element: Any, rule: Rule, required: tuple[str, ...]) -> dict[str, str]:
    """Check that an element has certain children with a text, each once; give the texts of all by name."""
    parts: dict[str, str] = {}
    for child in children(element):
        if child.tag in parts:
            scope.find(REPEATED, child, f"<{name_of(element)}> has more than one <{name_of(child)}>")
        else:
            parts[child.tag] = text_of(child)
    for name in required:
        if not parts.get(name):
            scope.find(rule, element, f"<{name_of(element)}> has no <{name}>")
    return parts
