"""Links as Atom writes them (RFC 4287 §4.2.7), in Atom or in RSS, and what RFC 5005 makes of them.

May know: elements of XML and the forms of values; nothing of feeds and entries.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from syndicate.check.clauses import Clause, error, rfc, w3c_error, w3c_warning, warning
from syndicate.check.elements import Scope, based, is_blank, name_of
from syndicate.check.forms import is_language, is_media_type, reference_fault, url_fault
from syndicate.check.inspection import shown

HISTORY = "http://purl.org/syndication/history/1.0"

HREF = error(
    "atom-link-href",
    "A link has an href, and it is an IRI.",
    "The link leads nowhere.",
    rfc(4287, "4.2.7.1"),
)
REL = error(
    "atom-link-rel",
    "The rel of a link is a name without colon or blank, or an absolute IRI.",
    "Readers do not know what the link is for.",
    rfc(4287, "4.2.7.2"),
)
UNREGISTERED_REL = warning(
    "atom-link-rel-unregistered",
    "A rel that is a name is registered with IANA.",
    "Readers leave such a link out, or take it for another.",
    w3c_warning("UnregisteredAtomLinkRel"),
)
TYPE = error(
    "atom-link-type",
    "The type of a link is a media type.",
    "Readers choose by it what to do with the link.",
    rfc(4287, "4.2.7.3"),
)
HREFLANG = error(
    "atom-link-hreflang",
    "The hreflang of a link is a language tag.",
    "Readers cannot offer the version in somebody's language.",
    rfc(4287, "4.2.7.4"),
)
LENGTH = error(
    "atom-link-length",
    "The length of a link is a number of bytes.",
    "Readers show no size, or a wrong one, and podcast players no progress.",
    Clause(
        "RFC 4287 §4.2.7.6; W3C feed validator: InvalidNonNegativeInteger",
        "https://www.rfc-editor.org/rfc/rfc4287#section-4.2.7.6",
    ),
)
EMPTY = warning(
    "atom-link-empty",
    "A link holds nothing; what it says is in its attributes.",
    "What is in it, readers do not see.",
    w3c_warning("AtomLinkNotEmpty"),
)
RELATIVE_SELF = warning(
    "feed-self-relative",
    "The address that a feed calls its own is absolute.",
    "A reader that has the document from elsewhere cannot tell what to subscribe to.",
    w3c_warning("RelativeSelf"),
)
COMPLETE = error(
    "feed-archive-complete",
    "A feed that is complete is no archive, and links to no earlier or later part.",
    "A reader that believes the one deletes what it got through the other.",
    Clause(
        "RFC 5005 §2; W3C feed validator: FeedRelInCompleteFeed",
        "https://www.rfc-editor.org/rfc/rfc5005#section-2",
    ),
)
ARCHIVE_LINKS = warning(
    "feed-archive-links",
    "prev-archive, next-archive and current are given once each, and are absolute.",
    "A reader that looks for older entries does not know where to go on.",
    rfc(5005, "4"),
)
ARCHIVE_CURRENT = warning(
    "feed-archive-current",
    "A document of an archive links to the current one.",
    "Who comes upon it cannot find the feed that goes on.",
    w3c_warning("MissingCurrentInArchive"),
)
ARCHIVE_LINK_IN_ENTRY = warning(
    "feed-archive-link-in-entry",
    "Links from one part of a feed to another stand in its head, not in an entry.",
    "Readers look for them there only.",
    w3c_warning("FeedHistoryRelInEntry"),
)
ARCHIVE_ELEMENT = warning(
    "feed-archive-element",
    "<fh:archive> and <fh:complete> stand once in the head of a feed, and hold nothing.",
    "Readers look for them there only, or take the one in an entry for the feed's.",
    rfc(5005, "4"),
)
SELF_REPEATED = error(
    "feed-self-repeated",
    "A feed has at most one link to itself.",
    "Readers subscribe to the one or to the other, and to some twice.",
    w3c_error("DuplicateAtomLink"),
)

RULES = (
    HREF,
    REL,
    UNREGISTERED_REL,
    TYPE,
    HREFLANG,
    LENGTH,
    EMPTY,
    RELATIVE_SELF,
    COMPLETE,
    ARCHIVE_LINKS,
    ARCHIVE_CURRENT,
    ARCHIVE_LINK_IN_ENTRY,
    ARCHIVE_ELEMENT,
    SELF_REPEATED,
)

# IANA, Link Relations.
_REGISTERED = frozenset(
    """
    about acl alternate api-catalog appendix apple-touch-icon apple-touch-startup-image archives author
    blocked-by bookmark c2pa-manifest canonical chapter cite-as collection compression-dictionary
    contents convertedfrom copyright create-form current deprecation describedby describes disclosure
    dns-prefetch duplicate edit edit-form edit-media enclosure external first geofeed glossary help
    hosts hub ice-server icon implements index intervalafter intervalbefore intervalcontains
    intervaldisjoint intervalduring intervalequals intervalfinishedby intervalfinishes intervalin
    intervalmeets intervalmetby intervaloverlappedby intervaloverlaps intervalstartedby intervalstarts
    item last latest-version license linkset lrdd manifest mask-icon me media-feed memento micropub
    modulepreload monitor monitor-group next next-archive nofollow noopener noreferrer opener
    openid2.local_id openid2.provider original p3pv1 payment pingback preconnect predecessor-version
    prefetch preload prerender prev preview previous prev-archive privacy-policy profile publication
    rdap-active rdap-bottom rdap-down rdap-top rdap-up related restconf replies ruleinput search section
    self service service-desc service-doc service-meta sip-trunking-capability sponsored start status
    stylesheet subsection successor-version sunset tag terms-of-service timegate timemap type ugc up
    version-history via webmention working-copy working-copy-of
    """.split()
)
_IANA = "http://www.iana.org/assignments/relation/"
_PARTS = ("prev-archive", "next-archive", "current")
_PAGES = ("first", "last", "next", "previous", "prev")


def rel_of(link: Any) -> str:
    """Give the relation of a link; `alternate` where it has none (RFC 4287 §4.2.7.2)."""
    rel: str = link.get("rel", "alternate")
    return rel.removeprefix(_IANA)


def check_link(scope: Scope, link: Any) -> None:
    """Check one link by itself."""
    href = link.get("href")
    called = f"{name_of(link)} of rel {shown(rel_of(link))}"
    if href is None:
        scope.find(HREF, link, f"<{name_of(link)}> has no href")
    # A relative one is resolved (RFC 4287 §4.2.7.1).
    elif fault := reference_fault(href):
        scope.find(HREF, link, f"{called}: {shown(href)} {fault}")
    elif rel_of(link) == "self" and not based(link) and url_fault(href, iri=True):
        scope.find(RELATIVE_SELF, link, f"{called}: {shown(href)} is not absolute")
    _check_rel(scope, link)
    kind, language, length = (link.get(name) for name in ("type", "hreflang", "length"))
    if kind is not None and not is_media_type(kind):
        scope.find(TYPE, link, f"{called}: {shown(kind)} is no media type")
    if language is not None and not is_language(language):
        scope.find(HREFLANG, link, f"{called}: {shown(language)} is no language tag")
    if length is not None and not (length.isascii() and length.isdigit()):
        scope.find(LENGTH, link, f"{called}: {shown(length)} is no number of bytes")
    if len(link) or not is_blank(link.text):
        scope.find(EMPTY, link, f"{called} is not empty")


def _check_rel(scope: Scope, link: Any) -> None:
    rel = rel_of(link)
    if ":" in rel:
        if fault := url_fault(rel, iri=True):
            scope.find(REL, link, f"rel {shown(rel)} {fault}")
    elif not rel or any(each.isspace() or each in "/?#[]@" for each in rel):
        scope.find(REL, link, f"rel {shown(rel)} is neither a name nor an IRI")
    elif rel.lower() not in _REGISTERED:
        scope.find(UNREGISTERED_REL, link, f"rel {shown(rel)} is not registered")


def check_head(scope: Scope, head: Any, links: Iterable[Any]) -> None:
    """Check what the links of a feed's head say together, with the elements of RFC 5005."""
    by_rel: dict[str, list[Any]] = {}
    for link in links:
        by_rel.setdefault(rel_of(link), []).append(link)
    for link in by_rel.get("self", [])[1:]:
        scope.find(SELF_REPEATED, link, "there is more than one link to the feed itself")
    for rel in _PARTS:
        for position, link in enumerate(by_rel.get(rel, [])):
            if position:
                scope.find(ARCHIVE_LINKS, link, f"there is more than one link of rel '{rel}'")
            elif not based(link) and url_fault(link.get("href", ""), iri=True) == "is not absolute":
                scope.find(ARCHIVE_LINKS, link, f"{shown(link.get('href'))} of rel '{rel}' is not absolute")
    complete, archive = (head.find(f"{{{HISTORY}}}{name}") for name in ("complete", "archive"))
    if archive is not None and "current" not in by_rel:
        scope.find(ARCHIVE_CURRENT, archive, "there is no link of rel 'current'")
    if complete is not None:
        if archive is not None:
            scope.find(COMPLETE, complete, "the feed is complete and an archive")
        for rel in (*_PARTS[:2], *_PAGES):
            for link in by_rel.get(rel, [])[:1]:
                scope.find(COMPLETE, link, f"the feed is complete and has a link of rel '{rel}'")
    _check_history(scope, head)


def _check_history(scope: Scope, head: Any) -> None:
    names: Counter[str] = Counter()
    for name in ("archive", "complete"):
        for element in head.iter(f"{{{HISTORY}}}{name}"):
            names[name] += 1
            if element.getparent() is not head:
                scope.find(ARCHIVE_ELEMENT, element, f"<{name_of(element)}> is not in the head")
            elif names[name] > 1:
                scope.find(ARCHIVE_ELEMENT, element, f"<{name_of(element)}> is given again")
            elif len(element) or not is_blank(element.text):
                scope.find(ARCHIVE_ELEMENT, element, f"<{name_of(element)}> is not empty")


def check_entry_links(scope: Scope, links: Iterable[Any]) -> None:
    """Check that no link of an entry is one that belongs to the head."""
    for link in links:
        if rel_of(link) in (*_PARTS, *_PAGES):
            scope.find(ARCHIVE_LINK_IN_ENTRY, link, f"a link of rel {shown(rel_of(link))} is in an entry")
