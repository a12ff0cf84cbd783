"""Rules for texts that are HTML, and for plain texts that are not to be: what strangers' readers run or show.

May know: HTML as readers parse it; nothing of the formats that carry it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from typing import Any

from lxml import etree

from syndicate.check.clauses import Clause, profile, w3c_warning, warning
from syndicate.check.forms import SCHEME
from syndicate.check.inspection import Inspection, shown
from syndicate.check.xmldocument import BOUNDARIES
from syndicate.text import strip_tags

ACTIVE = warning(
    "feed-active-content",
    "HTML holds no scripts, frames, forms, plug-ins, event handlers, or addresses that run something.",
    "Readers take them out, and with some the rest of the text; where one does not, a stranger's code runs.",
    Clause(
        "W3C feed validator: SecurityRisk, SecurityRiskAttr, DangerousStyleAttr; RFC 4287 §8.1",
        "https://validator.w3.org/feed/docs/warning/SecurityRisk.html",
    ),
)
RELATIVE = warning(
    "feed-relative-url",
    "Addresses in HTML are absolute.",
    "A feed is read elsewhere: pictures stay empty and links lead to the reader's own site.",
    w3c_warning("ContainsRelRef"),
)
DOUBLE_ESCAPED = warning(
    "feed-double-escaped",
    "A text is escaped once.",
    "People see `&amp;` or `<p>` in place of what it stands for.",
    profile("Character Data", "data-types-characterdata"),
)
HTML_IN_PLAIN_TEXT = warning(
    "feed-html-in-plain-text",
    "A plain text, such as a title, holds no HTML.",
    "Some readers show the tags, others take out what only looks like one.",
    Clause(
        "W3C feed validator: ContainsHTML, ContainsUndeclaredHTML",
        "https://validator.w3.org/feed/docs/warning/ContainsHTML.html",
    ),
)

RULES = (ACTIVE, RELATIVE, DOUBLE_ESCAPED, HTML_IN_PLAIN_TEXT)

_ACTIVE_ELEMENTS = {
    *("applet", "base", "embed", "form", "frame", "frameset", "iframe", "link", "meta", "object", "script"),
    *("style", "input", "button", "textarea", "select"),
}
_ADDRESSES = {
    *("action", "background", "cite", "data", "formaction", "href", "longdesc", "poster", "src", "usemap"),
}
_RUNNING = re.compile(r"(?:javascript|vbscript|livescript|mocha|data(?!:image/(?!svg)))\s*:", re.I)
_RUNNING_STYLE = re.compile(r"expression\s*\(|javascript\s*:|vbscript\s*:|-moz-binding|behaviou?r\s*:", re.I)
_BLANKS = re.compile(r"[\x00-\x20]+")
_REFERENCE = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_ESCAPED_REFERENCE = re.compile(
    r"&amp;(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|amp|lt|gt|quot|apos|nbsp|hellip|[lr][sd]quo|[mn]dash);"
)
_MARKUP = re.compile(r"</(?:p|a|div|span|b|i|em|strong|ul|ol|li|h[1-6]|blockquote)>|<br ?/?>|<p>|<a href=")
_CODE = re.compile(r"<(?:code|pre|kbd|samp|tt|textarea)\b", re.I)


def check_plain(inspection: Inspection, line: int, called: str, text: str) -> None:
    """Check a text that readers show as it is: no tags, and no references that would be shown."""
    if "<" in text and strip_tags(text) != text:
        inspection.find(HTML_IN_PLAIN_TEXT, line, f"{called} holds HTML: {shown(text)}")
    if "&" in text:
        found = next((each[0] for each in _REFERENCE.finditer(text) if unescape(each[0]) != each[0]), None)
        if found:
            inspection.find(DOUBLE_ESCAPED, line, f"{called} shows {shown(found)}")


def check_html(inspection: Inspection, line: int, called: str, html: str, *, based: bool = False) -> None:
    """Check a text that readers show as HTML; `based` says that its relative addresses have a base."""
    if "&" in html and not _CODE.search(html):
        escaped = _ESCAPED_REFERENCE.search(html)
        # Markup that is shown where there is none that works: all of it was escaped once too often.
        markup = "<" not in html and _MARKUP.search(unescape(html))
        if escaped or markup:
            found = unescape(escaped[0]) if escaped else markup[0] if markup else ""
            inspection.find(DOUBLE_ESCAPED, line, f"{called} shows {shown(found)}")
    if "<" in html:
        root, whole = _parsed(html)
        if root is not None:
            check_tree(inspection, line, called, root.iter(etree.Element), based=based)
        if not whole:
            inspection.find(ACTIVE, line, f"{called} nests too deep to be looked through")


def check_tree(
    inspection: Inspection, line: int, called: str, elements: Iterator[Any], *, based: bool = False
) -> None:
    """Check elements of HTML, of whichever namespace, as `check_html` does."""
    active: dict[str, None] = {}
    relative: dict[str, None] = {}
    for element in elements:
        if not isinstance(element.tag, str):
            continue
        name = element.tag.rpartition("}")[2].lower()
        if name in _ACTIVE_ELEMENTS:
            active[f"<{name}>"] = None
        for attribute, value in element.attrib.items():
            _check_attribute(attribute.rpartition("}")[2].lower(), value, active, relative)
    if active:
        inspection.find(ACTIVE, line, f"{called} holds {_some(active)}")
    if relative and not based:
        inspection.find(RELATIVE, line, f"{called} refers to {_some(relative)}")


def _check_attribute(name: str, value: str, active: dict[str, None], relative: dict[str, None]) -> None:
    if name.startswith("on"):
        active[f"{name}="] = None
    elif name == "style":
        if _RUNNING_STYLE.search(value):
            active["style= that runs something"] = None
    elif name == "srcdoc":
        active["srcdoc="] = None
    elif name in _ADDRESSES:
        if _RUNNING.match(_BLANKS.sub("", value)):
            active[f"{name}={shown(value)}"] = None
        elif value.strip() and not SCHEME.match(value.strip()):
            relative[shown(value)] = None


def _some(names: dict[str, None]) -> str:
    listed = [name if name.isprintable() else ascii(name) for name in names][:3]
    return ", ".join(listed) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


# A slash ends the name of a tag (HTML, "Tag name state"): `<svg/onload=...>`. Older parsers do not know that.
_SLASHED_NAME = re.compile(r"(<[A-Za-z][A-Za-z0-9:-]*)/(?=[^\s>])")


def _parsed(html: str) -> tuple[Any, bool]:
    # Not only the root of what a parser makes of a text, but also whether that is all of it.
    parser = etree.HTMLParser(
        encoding="utf-8", recover=True, no_network=True, huge_tree=False, remove_comments=True
    )
    clean = _SLASHED_NAME.sub(r"\1 ", html.replace("\0", ""))
    root = None
    try:
        root = etree.fromstring(clean.encode("utf-8", "replace"), parser)
    except etree.XMLSyntaxError:
        pass  # There is no element in it at all, or one that is too large.
    return root, not any(fault.type in BOUNDARIES for fault in parser.error_log)
