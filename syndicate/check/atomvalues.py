"""What Atom's elements hold: texts, content, dates, persons, categories, IRIs (RFC 4287 §3, §4.1.3, §4.2).

May know: elements and the rules of Atom; nothing of which element stands where.
"""

from __future__ import annotations

import binascii
import re
from datetime import datetime
from typing import Any

from syndicate.check.atomrules import (
    CATEGORY,
    CONTENT_BODY,
    CONTENT_SRC,
    CONTENT_SRC_TYPE,
    CONTENT_TYPE,
    DATE,
    EMPTY,
    ID,
    PERSON,
    STRAY_TEXT,
    TEXT_CHILDREN,
    TEXT_TYPE,
    UNKNOWN_ATTRIBUTE,
    UNKNOWN_ELEMENT,
    URI,
    XHTML_DIV,
)
from syndicate.check.content import check_html, check_plain, check_tree
from syndicate.check.elements import (
    Scope,
    based,
    children,
    is_blank,
    name_of,
    namespace_of,
    raw_text_of,
    text_of,
)
from syndicate.check.forms import is_email, is_media_type, reference_fault, rfc3339, url_fault
from syndicate.check.inspection import shown
from syndicate.check.kinds import ATOM
from syndicate.check.moments import check_not_future

XHTML = "http://www.w3.org/1999/xhtml"
_TEXT_TYPES = ("text", "html", "xhtml")
_XML_TYPES = ("text/xml", "application/xml", "text/xml-external-parsed-entity", "application/xml-dtd")
_BASE64 = re.compile(r"[A-Za-z0-9+/\s]*={0,2}\s*", re.ASCII)


def check_attributes(scope: Scope, element: Any, known: tuple[str, ...] = ()) -> None:
    """Check that an element has no attributes but those that are known, and those of namespaces."""
    for name in element.attrib:
        if not name.startswith("{") and name not in known:
            called = name if name.isprintable() and len(name) < 60 else shown(name)
            scope.find(UNKNOWN_ATTRIBUTE, element, f"<{name_of(element)}> has an attribute {called}")


def check_stray_text(scope: Scope, element: Any) -> None:
    """Check that there is no text between the children of an element."""
    texts = [element.text, *(child.tail for child in element)]
    if stray := next((text for text in texts if not is_blank(text)), None):
        scope.find(STRAY_TEXT, element, f"{shown(stray.strip())} stands in <{name_of(element)}>")


def text(scope: Scope, element: Any, *, wanted: bool = False) -> bool:
    """Check a text construct (§3.1), and say whether there is anything in it."""
    check_attributes(scope, element, ("type",))
    kind = element.get("type", "text")
    if kind not in _TEXT_TYPES:
        scope.find(TEXT_TYPE, element, f"<{name_of(element)}> is of type {shown(kind)}")
        return True
    said = _typed(scope, element, kind)
    if not said and wanted:
        scope.find(EMPTY, element, f"<{name_of(element)}> is empty")
    return said


def _typed(scope: Scope, element: Any, kind: str) -> bool:
    line, called = element.sourceline or 0, f"{scope.called}<{name_of(element)}>"
    if kind == "xhtml":
        return _xhtml(scope, element)
    inner = next(children(element), None)
    if inner is not None:
        scope.find(TEXT_CHILDREN, inner, f"<{name_of(element)}> holds <{name_of(inner)}>")
        return True
    value = text_of(element)
    if kind == "html":
        check_html(scope.inspection, line, called, value, based=based(element))
    else:
        check_plain(scope.inspection, line, called, value)
    return bool(value) or len(element) > 0


def _xhtml(scope: Scope, element: Any) -> bool:
    inner = list(children(element))
    if [child.tag for child in inner] != [f"{{{XHTML}}}div"] or not is_blank(raw_text_of(element)):
        scope.find(XHTML_DIV, element, f"<{name_of(element)}> is not one <div> of XHTML")
    called = f"{scope.called}<{name_of(element)}>"
    check_tree(scope.inspection, element.sourceline or 0, called, element.iter(), based=based(element))
    return any(not is_blank(piece) for piece in element.itertext()) or any(len(child) for child in inner)


def content(scope: Scope, element: Any) -> bool:
    """Check <content> (§4.1.3), and say whether an entry that has it needs a summary (§4.1.2)."""
    check_attributes(scope, element, ("type", "src"))
    kind, src = element.get("type"), element.get("src")
    if kind is not None and kind not in _TEXT_TYPES and not is_media_type(kind):
        scope.find(CONTENT_TYPE, element, f"<content> is of type {shown(kind)}")
        return False
    bare = (kind or "text").partition(";")[0].strip().lower()
    if bare.startswith(("multipart/", "message/")):
        scope.find(CONTENT_TYPE, element, f"{shown(bare)} is a type of several parts")
    if src is not None:
        _check_src(scope, element, src, kind)
        return True
    if bare in _TEXT_TYPES:
        _typed(scope, element, bare)
        return False
    inner = next(children(element), None)
    if bare in _XML_TYPES or bare.endswith(("+xml", "/xml")):
        if inner is None and not is_blank(element.text):
            scope.find(CONTENT_BODY, element, f"<content> of type {shown(bare)} holds no XML")
        return False
    if inner is not None:
        scope.find(CONTENT_BODY, inner, f"<content> of type {shown(bare)} holds <{name_of(inner)}>")
    elif not bare.startswith("text/"):
        if not _is_base64(text_of(element)):
            scope.find(CONTENT_BODY, element, f"<content> of type {shown(bare)} is no Base64")
        return True
    return False


def _check_src(scope: Scope, element: Any, src: str, kind: str | None) -> None:
    if fault := reference_fault(src):
        scope.find(CONTENT_SRC, element, f"src {shown(src)} {fault}")
    if len(element) or not is_blank(element.text):
        scope.find(CONTENT_SRC, element, "<content> has a src and is not empty")
    if kind is None:
        scope.find(CONTENT_SRC_TYPE, element, "<content> has a src and no type")
    elif kind in _TEXT_TYPES:
        scope.find(CONTENT_SRC, element, f"<content> has a src, and {shown(kind)} is no media type")


def _is_base64(value: str) -> bool:
    if not _BASE64.fullmatch(value):
        return False
    try:
        binascii.a2b_base64("".join(value.split()))
    except binascii.Error:
        return False
    return True


def date(scope: Scope, element: Any) -> datetime | None:
    """Check a date construct (§3.3), and give its instant."""
    check_attributes(scope, element)
    value = raw_text_of(element)
    found = rfc3339(value)
    if found is None or len(element):
        scope.find(DATE, element, f"<{name_of(element)}>: {shown(value)} is no date of RFC 3339")
        return None
    called = f"{scope.called}<{name_of(element)}>"
    check_not_future(scope.inspection, element.sourceline or 0, called, found)
    return found


def identity(scope: Scope, element: Any) -> str:
    """Check an <id> (§4.2.6), and give it."""
    check_attributes(scope, element)
    value = raw_text_of(element)
    if fault := url_fault(value, iri=True):
        scope.find(ID, element, f"<id>: {shown(value)} {fault}")
    return value


def uri(scope: Scope, element: Any) -> None:
    """Check an element that holds an IRI (§4.2.5, §4.2.8)."""
    check_attributes(scope, element)
    value = raw_text_of(element)
    if fault := "is empty" if not value else reference_fault(value):
        scope.find(URI, element, f"<{name_of(element)}>: {shown(value)} {fault}")


def generator(scope: Scope, element: Any) -> None:
    """Check a <generator> (§4.2.4)."""
    check_attributes(scope, element, ("uri", "version"))
    value = element.get("uri")
    if value is not None and (fault := reference_fault(value)):
        scope.find(URI, element, f"uri of <generator>: {shown(value)} {fault}")


def category(scope: Scope, element: Any) -> None:
    """Check a <category> (§4.2.2)."""
    check_attributes(scope, element, ("term", "scheme", "label"))
    if element.get("term") is None:
        scope.find(CATEGORY, element, "<category> has no term")
    scheme = element.get("scheme")
    if scheme is not None and (fault := url_fault(scheme, iri=True)):
        scope.find(CATEGORY, element, f"scheme {shown(scheme)} {fault}")


def person(scope: Scope, element: Any) -> None:
    """Check a person construct (§3.2)."""
    check_attributes(scope, element)
    check_stray_text(scope, element)
    called = f"<{name_of(element)}>"
    parts: dict[str, list[Any]] = {}
    for child in children(element):
        name = child.tag.rpartition("}")[2]
        if namespace_of(child) == ATOM and name not in ("name", "uri", "email"):
            scope.find(UNKNOWN_ELEMENT, child, f"<{name_of(child)}> is none of Atom in {called}")
        elif namespace_of(child) == ATOM:
            parts.setdefault(name, []).append(child)
    for name, elements in parts.items():
        for each in elements[1:]:
            scope.find(PERSON, each, f"{called} has more than one <{name}>")
    if "name" not in parts:
        scope.find(PERSON, element, f"{called} has no <name>")
    elif not (name := text_of(parts["name"][0])):
        scope.find(EMPTY, parts["name"][0], f"the <name> of {called} is empty")
    else:
        line = parts["name"][0].sourceline or 0
        check_plain(scope.inspection, line, f"{scope.called}<name> of {called}", name)
    for each in parts.get("uri", []):
        value = raw_text_of(each)
        if fault := "is empty" if not value else reference_fault(value):
            scope.find(PERSON, each, f"<uri> of {called}: {shown(value)} {fault}")
    for each in parts.get("email", []):
        if not is_email(raw_text_of(each)):
            scope.find(PERSON, each, f"<email> of {called}: {shown(raw_text_of(each))} is no address")
