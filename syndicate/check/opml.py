"""OPML 2.0 (opml.org/spec2.opml), and 1.0: the head, the outlines, and the feeds that a list names.

May know: an element tree with lines, and the rules of all formats; neither files nor other formats.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

from syndicate.check import forms
from syndicate.check.clauses import Clause, error, warning
from syndicate.check.finding import Rule
from syndicate.check.inspection import Inspection, shown


def _section(title: str) -> Clause:
    # The specification is itself an outline, without addresses of its sections.
    return Clause(f"OPML 2.0, {title}", "http://opml.org/spec2.opml")


VERSION = error(
    "opml-version",
    "`opml` has a version: 2.0, or 1.0 for what conforms to the older specification.",
    "Readers that look at it before they import take the file for none of theirs.",
    _section("What is an <opml>?"),
)
STRUCTURE = error(
    "opml-structure",
    "`opml` holds one `head` and after it one `body`.",
    "Readers look for the feeds in the first `body`, and for the title in the first `head`.",
    _section("What is an <opml>?"),
)
OUTLINES = error(
    "opml-outlines",
    "`body` holds at least one `outline`.",
    "There is nothing to import; many readers say that the file is broken.",
    _section("What is a <body>?"),
)
ELEMENT = error(
    "opml-element",
    "An element that the specification does not name is in a namespace.",
    "Readers ignore it: most often it is another element, misspelled, or in the wrong place.",
    _section("Extending OPML"),
)
HEAD_REPEATED = error(
    "opml-head-repeated",
    "No element of `head` is repeated.",
    "Which of them counts depends on the reader.",
    _section("Notes, 7"),
)
DATE = error(
    "opml-date",
    "A date is written as RFC 822 has it; the year may have four digits, and should.",
    "Readers cannot tell whether the list is newer than the one they have.",
    _section("Notes, 1"),
)
OWNER_EMAIL = error(
    "opml-owner-email",
    "`ownerEmail` is an e-mail address.",
    "Nobody can write to the owner.",
    _section("What is a <head>?"),
)
NUMBER = error(
    "opml-number",
    "The window's place and the scroll state are whole numbers, the expansion state a list of them.",
    "An outliner opens the file in the wrong place, or not at all.",
    _section("What is a <head>?"),
)
TEXT = error(
    "opml-text",
    "Every `outline` has a `text` that is not empty.",
    "Readers show a feed or a group without a name, or leave it out.",
    _section("Text attribute"),
)
FLAG = error(
    "opml-flag",
    '`isComment` and `isBreakpoint` are "true" or "false".',
    "An outliner takes a comment for content, or content for a comment.",
    _section("What is an <outline>?"),
)
XML_URL = error(
    "opml-xml-url",
    'An `outline` of type "rss" has an `xmlUrl`.',
    "A reader cannot subscribe to it.",
    _section("Subscription lists"),
)
TYPE = warning(
    "opml-type",
    'An `outline` that has an `xmlUrl` is of type "rss", whatever the format of the feed.',
    "Readers that go by the type take it for a group or a text.",
    _section("Subscription lists"),
)
LINK_URL = error(
    "opml-link-url",
    'An `outline` of type "link" or "include" has a `url`.',
    "There is nothing that it could lead to or include.",
    _section("Inclusion"),
)
TITLE = warning(
    "opml-title",
    'An `outline` of type "rss" has a `title` beside its `text`.',
    "Readers that look for the feed's own title show its address instead.",
    _section("Subscription lists"),
)
URL = error(
    "opml-url",
    "An address is an absolute URL of http or https, percent-encoded where it has to be.",
    "A reader has no page that it could be relative to: there is nothing to fetch.",
    _section("Subscription lists"),
)
LANGUAGE = error(
    "opml-language",
    "`language` is a language tag, such as `en` or `pt-BR`.",
    "Readers that sort feeds by language put it nowhere.",
    _section("Subscription lists"),
)
REPEATED = warning(
    "opml-repeated",
    "A list names each feed once.",
    "Readers subscribe twice, or move the feed from one group to the other.",
    _section("Subscription lists"),
)
EMPTY_GROUP = warning(
    "opml-empty-group",
    "In a list of feeds, an `outline` that is no feed holds some.",
    "Readers show an empty folder, or take it for a feed without an address.",
    _section("Subscription lists"),
)

RULES = (
    VERSION,
    STRUCTURE,
    OUTLINES,
    ELEMENT,
    HEAD_REPEATED,
    DATE,
    OWNER_EMAIL,
    NUMBER,
    TEXT,
    FLAG,
    XML_URL,
    TYPE,
    LINK_URL,
    TITLE,
    URL,
    LANGUAGE,
    REPEATED,
    EMPTY_GROUP,
)

_DATES = {"dateCreated", "dateModified"}
_NUMBERS = {"vertScrollState", "windowTop", "windowLeft", "windowBottom", "windowRight"}
_HEAD = _DATES | _NUMBERS | {"title", "ownerName", "ownerEmail", "ownerId", "docs", "expansionState"}
_WHOLE = re.compile(r"-?[0-9]+")
_WHOLE_LIST = re.compile(r"(?:[0-9]+(?:\s*,\s*[0-9]+)*)?")
_FLAGS = ("isComment", "isBreakpoint")
_ADDRESSES = ("xmlUrl", "htmlUrl", "url")


def check(inspection: Inspection) -> None:
    """Check a document whose root element is `opml`."""
    root = inspection.root
    version = root.get("version")
    if version not in ("1.0", "1.1", "2.0"):
        what = "there is no version" if version is None else f"version is {shown(version)}"
        inspection.find(VERSION, _line(root), what)
    parts = [child for child in root if _known(inspection, child, {"head", "body"})]
    names = [part.tag for part in parts]
    if names != ["head", "body"]:
        held = " and ".join(f"<{name}>" for name in names[:4]) or "neither <head> nor <body>"
        inspection.find(STRUCTURE, _line(root), f"<opml> holds {held}")
    for part in parts:
        if part.tag == "head":
            _check_head(inspection, part)
        else:
            _check_body(inspection, part)


def _line(element: Any) -> int:
    return int(element.sourceline or 0)


def _known(inspection: Inspection, element: Any, names: set[str]) -> bool:
    """Tell whether an element is one of some; one that is none, and in no namespace, is a finding."""
    if element.tag in names:
        return True
    if isinstance(element.tag, str) and not element.tag.startswith("{"):
        within = element.getparent().tag
        inspection.find(ELEMENT, _line(element), f"<{shown(element.tag)[1:-1]}> in <{within}>")
    return False


def _check_head(inspection: Inspection, head: Any) -> None:
    seen: Counter[str] = Counter()
    for element in head:
        if not _known(inspection, element, _HEAD):
            continue
        seen[element.tag] += 1
        if seen[element.tag] == 2:
            inspection.find(HEAD_REPEATED, _line(element), f"a second <{element.tag}>")
        text = (element.text or "").strip()
        if text and (rule := _head_fault(element.tag, text)):
            inspection.find(rule, _line(element), f"{element.tag} is {shown(text)}")


def _head_fault(name: str, text: str) -> Rule | None:
    """Tell which rule the text of an element of the head breaks."""
    if name in _DATES:
        return None if forms.rfc822(text) else DATE
    if name in _NUMBERS:
        return None if _WHOLE.fullmatch(text) else NUMBER
    if name == "expansionState":
        return None if _WHOLE_LIST.fullmatch(text) else NUMBER
    if name == "ownerEmail":
        return None if forms.is_email(text) else OWNER_EMAIL
    return URL if name in ("ownerId", "docs") and _url_fault(text) else None


def _url_fault(text: str) -> str | None:
    reason = forms.url_fault(text)
    if reason is None and not text.lower().startswith(("http:", "https:")):
        return "is of another scheme than http and https"
    return reason


def _check_body(inspection: Inspection, body: Any) -> None:
    outlines = [element for element in body.iter() if element is not body]
    outlines = [element for element in outlines if _known(inspection, element, {"outline"})]
    if not any(element.getparent() is body for element in outlines):
        inspection.find(OUTLINES, _line(body), "<body> holds no <outline>")
    is_list = any(element.get("xmlUrl") for element in outlines)
    seen: dict[str, int] = {}
    for outline in outlines:
        _check_outline(inspection, outline)
        line, url = _line(outline), outline.get("xmlUrl")
        if url and (first := seen.setdefault(url, line)) and seen[url] != line:
            inspection.find(REPEATED, line, f"{shown(url)} is in line {first}, too")
        leads = any(outline.get(name) for name in ("type", *_ADDRESSES))
        if is_list and not leads and outline.find("outline") is None:
            inspection.find(EMPTY_GROUP, line, f"the group {shown(outline.get('text', ''))} is empty")


def _check_outline(inspection: Inspection, outline: Any) -> None:
    line, kind = _line(outline), outline.get("type", "").lower()
    name = shown(outline.get("text", ""))
    if not outline.get("text", "").strip():
        inspection.find(TEXT, line, "an <outline> without text")
    if kind == "rss" and not outline.get("xmlUrl"):
        inspection.find(XML_URL, line, f"{name} has no xmlUrl")
    if kind == "rss" and not outline.get("title"):
        inspection.find(TITLE, line, f"{name} has no title")
    if kind != "rss" and outline.get("xmlUrl"):
        what = f"of type {shown(outline.get('type'))}" if kind else "without a type"
        inspection.find(TYPE, line, f"{name}, which has an xmlUrl, is {what}")
    if kind in ("link", "include") and not outline.get("url"):
        inspection.find(LINK_URL, line, f"{name} is of type {kind} and has no url")
    for flag in _FLAGS:
        if outline.get(flag, "true") not in ("true", "false"):
            inspection.find(FLAG, line, f"{flag} is {shown(outline.get(flag))}")
    for address in _ADDRESSES:
        url = outline.get(address)
        if url and (reason := _url_fault(url)):
            inspection.find(URL, line, f"{address} {reason}: {shown(url)}")
    if (created := outline.get("created")) and not forms.rfc822(created):
        inspection.find(DATE, line, f"created is {shown(created)}")
    language = outline.get("language")
    # "unknown" is what the specification's own program wrote where it did not know.
    if language and language != "unknown" and not forms.is_language(language):
        inspection.find(LANGUAGE, line, f"language is {shown(language)}")
