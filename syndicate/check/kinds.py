"""Which format a document has, told from its bytes alone: RSS, Atom, JSON Feed, OPML, or none of them.

May know: how each of them begins; nothing of their rules.
"""

from __future__ import annotations

import re
from typing import Any

from syndicate.check.clauses import error, w3c_error
from syndicate.check.inspection import Inspection, shown

ATOM = "http://www.w3.org/2005/Atom"

KIND = error(
    "feed-kind",
    "A document is RSS 2.0, Atom 1.0, JSON Feed or OPML, and says so at its beginning.",
    "No reader can subscribe to it.",
    w3c_error("UndefinedElement"),
)

RULES = (KIND,)

_HTML = re.compile(rb"\s*(?:<!--.{0,2000}?-->\s*)?<(?:!doctype\s+html|html)\b", re.I | re.S)
_KNOWN = {"rss": "rss", f"{{{ATOM}}}feed": "atom", f"{{{ATOM}}}entry": "atom", "opml": "opml"}
_FORMER = {
    "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}RDF": "RSS 1.0 or 0.90",
    "{http://purl.org/atom/ns#}feed": "Atom 0.3",
    "{http://purl.org/atom/ns#}entry": "Atom 0.3",
    "feed": "a <feed> without the namespace of Atom",
}


def beginning(body: bytes) -> str:
    """Tell what a document begins as: `xml`, `json`, `html`, `nothing`, or `other`."""
    # The zero bytes are those of UTF-16, the others byte order marks.
    start = body[:4096].lstrip(b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n\f")
    if not start:
        return "nothing" if len(body) <= 4096 else "other"
    if start[:1] in b"{[":
        return "json"
    if start[:1] != b"<":
        return "other"
    return "html" if _HTML.match(start.replace(b"\0", b"")) else "xml"


def kind_of_root(inspection: Inspection, root: Any) -> str | None:
    """Tell the format of an XML document from its root element; a root that is none is a finding."""
    kind = _KNOWN.get(root.tag)
    if kind is None:
        what = _FORMER.get(root.tag) or f"a document of <{shown(root.tag.rpartition('}')[2])[1:-1]}>"
        inspection.find(KIND, root.sourceline or 0, f"{what} is none of the formats that are checked")
    return kind
