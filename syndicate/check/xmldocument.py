"""XML read safely and with lines: no network, no DTD, no entity but the five of XML, within bounds.

May know: bytes; nothing of the formats written in XML.
"""

from __future__ import annotations

import codecs
import re
from typing import Any

from lxml import etree

from syndicate.check.clauses import Clause, error, w3c_error, w3c_warning, warning
from syndicate.check.elements import XML
from syndicate.check.forms import is_language, reference_fault
from syndicate.check.inspection import Inspection, shown
from syndicate.errors import printable

_XML = "https://www.w3.org/TR/xml/"

WELL_FORMED = error(
    "xml-well-formed",
    "A document is well-formed XML.",
    "Most readers show an error in place of the feed; the others guess, and lose what they guess wrong.",
    Clause("XML 1.0 §2.1", f"{_XML}#sec-well-formed"),
)
NAMESPACE = error(
    "xml-namespace",
    "Every prefix is declared.",
    "Readers that know namespaces, which are nearly all, take the document for broken.",
    Clause("Namespaces in XML 1.0 §5", "https://www.w3.org/TR/xml-names/#scoping-defaulting"),
)
ENTITY = error(
    "xml-entity",
    "No entity is used but &amp;, &lt;, &gt;, &quot; and &apos;, unless the document declares it.",
    "`&nbsp;` and the like are HTML's: an XML parser stops there.",
    Clause("XML 1.0 §4.1 (Entity Declared)", f"{_XML}#wf-entdeclared"),
)
ENTITY_DECLARED = warning(
    "xml-entity-declaration",
    "A feed declares no entities of its own.",
    "Readers do not expand them, since they have been used to read files and to exhaust memory: the text"
    " is missing.",
    w3c_error("ContainsSystemEntity"),
)
BOUNDS = error(
    "xml-bounds",
    "Elements nest less than 256 deep, a text has less than 10 MB, entities do not multiply.",
    "Parsers guard against such documents and refuse them as an attack.",
    Clause(
        "RFC 4287 §8 and RFC 3470 §7 (the bounds are libxml2's)",
        "https://www.rfc-editor.org/rfc/rfc3470#section-7",
    ),
)
ENCODING = error(
    "xml-encoding",
    "The bytes are in the encoding that the document declares, and parsers know it.",
    "Readers show an error, or wrong letters.",
    Clause("XML 1.0 §4.3.3", f"{_XML}#charencoding"),
)
OBSCURE_ENCODING = warning(
    "xml-obscure-encoding",
    "The encoding is UTF-8 or another that every parser knows.",
    "Parsers need to know UTF-8 and UTF-16 only; where another is unknown there is no feed.",
    w3c_warning("ObscureEncoding"),
)
CHARSET = warning(
    "xml-charset",
    "The charset of the Content-Type and the encoding in the document are the same.",
    "One of them is wrong, and which one a reader believes differs: wrong letters for some.",
    w3c_warning("EncodingMismatch"),
)
CONTROL_CHARACTERS = warning(
    "xml-control-characters",
    "No text holds control characters (U+0080 to U+009F).",
    "They are letters of windows-1252 that somebody took for ISO-8859-1: people see boxes for quotes.",
    w3c_warning("BadCharacters"),
)
LANGUAGE = error(
    "xml-lang",
    "An xml:lang is a language tag, or empty.",
    "Readers break words, sort and speak by it.",
    Clause("XML 1.0 §2.12", f"{_XML}#sec-lang-tag"),
)
BASE = error(
    "xml-base",
    "An xml:base is an address.",
    "All relative addresses below it lead nowhere.",
    Clause("XML Base §3.1", "https://www.w3.org/TR/xmlbase/#syntax"),
)

RULES = (
    WELL_FORMED,
    NAMESPACE,
    ENTITY,
    ENTITY_DECLARED,
    BOUNDS,
    ENCODING,
    OBSCURE_ENCODING,
    CHARSET,
    CONTROL_CHARACTERS,
    LANGUAGE,
    BASE,
)

_DECLARED = re.compile(r"<\?xml\s[^<>]{0,200}?\bencoding\s*=\s*[\"']([A-Za-z0-9._-]{1,40})[\"']")
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_COMMON_ENCODINGS = {"utf-8", "utf-16", "iso8859-1", "ascii", "cp1252"}
_CONTROLS = re.compile("[\x80-\x9f]")

# libxml2's numbers (xmlerror.h). A fault of these leaves the structure as it was meant: what else is wrong
# with the document can be told, too. After any other the recovering parser only guesses.
_UNDECLARED = {26, 27}
BOUNDARIES = {1, 89, 110, 114}
"""Its numbers for a document that nests too deep, or whose texts or entities are too large."""
_OF_ENCODING = {6, 31, 32, 79, 81}
_OF_NAMESPACE = {200, 201, 202, 203}
_PLAINLY = {
    9: "a character that XML does not allow",
    23: "an & without a ; to end its name: an ampersand is written as &amp;",
    68: "an & or < that begins nothing: they are written as &amp; and &lt;",
}
_HARMLESS = _UNDECLARED | {9, 23, 42, 64, 68}


def read_xml(inspection: Inspection) -> Any:
    """Read the root element of a document, or None where its structure is lost.

    Entities are neither expanded nor fetched (XML 1.0 §4.4), and no DTD is loaded.
    """
    body = _in_its_encoding(inspection)
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        recover=True,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError, LookupError):
        root = None
    faults = [
        (error.type, error.line, error.message.strip())
        for error in parser.error_log
        if error.level_name != "WARNING" or error.type in _UNDECLARED
    ]
    if faults:
        _find_fault(inspection, *faults[0])
    elif root is None:
        inspection.find(WELL_FORMED, 1, "there is no element")
    if root is None or any(kind not in _HARMLESS for kind, _, _ in faults):
        return None
    if faults and not _is_text(root):
        return None
    _check_encoding(inspection)
    _check_elements(inspection, root)
    if root.getroottree().docinfo.internalDTD is not None and b"<!ENTITY" in body.replace(b"\0", b""):
        inspection.find(ENTITY_DECLARED, _line_of(body, b"<!ENTITY"), "an entity is declared")
    return root


def _is_text(root: Any) -> bool:
    # Behind a reference to half a character, `&#55296;`, libxml2 goes on with bytes that lxml cannot give.
    try:
        for element in root.iter():
            _ = element.text, element.tail, element.attrib.values()
    except UnicodeDecodeError:
        return False
    return True


def _in_its_encoding(inspection: Inspection) -> bytes:
    # What is no UTF-8 is told with its line, and is then no reason to say nothing of the rest.
    body = inspection.body
    if encoding_of(body)[0] != "utf-8":
        return body
    try:
        body.decode("utf-8")
    except UnicodeDecodeError as fault:
        line = body.count(b"\n", 0, fault.start) + 1
        what = f"the byte 0x{body[fault.start]:02X} is no UTF-8, which the document is to be in"
        inspection.find(ENCODING, line, what)
        return body.decode("utf-8", "replace").encode()
    return body


def _find_fault(inspection: Inspection, kind: int, line: int, message: str) -> None:
    message = _PLAINLY.get(kind) or message.partition("\n")[0][:200].rstrip(".")
    if kind in _UNDECLARED:
        rule = ENTITY
    elif kind in _OF_NAMESPACE:
        rule = NAMESPACE
    elif kind in BOUNDARIES:
        rule = BOUNDS
    elif kind in _OF_ENCODING:
        rule = ENCODING
    else:
        rule = WELL_FORMED
    inspection.find(rule, max(line, 1), printable(message))


def _line_of(body: bytes, part: bytes) -> int:
    return body.replace(b"\0", b"").partition(part)[0].count(b"\n") + 1


def _named(encoding: str) -> str:
    try:
        return codecs.lookup(encoding).name
    except LookupError:
        return encoding.lower()


def encoding_of(body: bytes) -> tuple[str, str | None]:
    """Tell the encoding that a document is in by its first bytes, and the one that it declares."""
    mark = next((name for start, name in _MARKS if body.startswith(start)), None)
    text = body[:600].replace(b"\0", b"").decode("latin-1")
    declared = _DECLARED.search(text)
    found = _named(declared[1]) if declared else None
    return mark or found or "utf-8", found


def _check_encoding(inspection: Inspection) -> None:
    actual, declared = encoding_of(inspection.body)
    if declared is not None and declared.removesuffix("-le").removesuffix("-be") != actual:
        inspection.find(ENCODING, 1, f"{declared} is declared, and the byte order mark is that of {actual}")
    if actual not in _COMMON_ENCODINGS:
        inspection.find(OBSCURE_ENCODING, 1, f"the encoding is {actual}")
    charset = re.search(r";\s*charset\s*=\s*\"?([^\s\";]+)", inspection.media_type or "", re.I)
    if charset and _named(charset[1]) != actual:
        inspection.find(CHARSET, 1, f"served with charset {shown(charset[1])}, written as {actual}")


def _check_elements(inspection: Inspection, root: Any) -> None:
    for element in root.iter(etree.Element):
        for text in (element.text, element.tail):
            if text and not text.isascii() and (found := _CONTROLS.search(text)):
                line = element.sourceline or 0
                inspection.find(CONTROL_CHARACTERS, line, f"a text holds U+{ord(found[0]):04X}")
        if element.attrib:
            _check_attributes(inspection, element)


def _check_attributes(inspection: Inspection, element: Any) -> None:
    language, base = (element.get(f"{{{XML}}}{name}") for name in ("lang", "base"))
    if language and not is_language(language):
        inspection.find(LANGUAGE, element.sourceline or 0, f"xml:lang: {shown(language)} is no language tag")
    if base is not None and (fault := reference_fault(base)):
        inspection.find(BASE, element.sourceline or 0, f"xml:base: {shown(base)} {fault}")
