"""The links between files: what they say of each other, against what there is.

Works on what was read of each file, so that it knows of thousands without holding one. May know: which files
there are and what they say; not where they lie.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from urllib.parse import quote, unquote, urljoin

from syndicate.check.clauses import Clause, error, rfc, warning
from syndicate.check.finding import Finding, Rule
from syndicate.check.inspection import shown
from syndicate.check.references import FEEDS, Said
from syndicate.encoding import SUFFIXES

SELF = error(
    "link-self",
    "A feed calls its own the address where it lies.",
    "Readers that follow the address subscribe to another feed, or to none.",
    rfc(4287, "4.2.7.2"),
)
FORMATS = error(
    "link-formats",
    "The formats of one feed hold the same ids in the same order.",
    "What a person sees depends on the reader, and who changes it reads old items as new ones.",
    rfc(4287, "4.2.6"),
)
FEED = error(
    "link-feed",
    "Where a feed names another of its documents, that one is there and of the same format.",
    "Readers follow the link to nothing, and older items are out of reach.",
    rfc(5005, "4"),
)
CHAIN = error(
    "link-archive",
    "The documents of an archive form one chain: each names the one before and after, and it ends.",
    "Readers that fetch the whole feed lose a part of it, or never come to an end.",
    rfc(5005, "4"),
)
ARCHIVED_TWICE = warning(
    "link-archived-twice",
    "An item is in one document of an archive only.",
    "Readers that put the archive together show it twice, or an old state of it.",
    rfc(5005, "4"),
)
LISTED = error(
    "link-list",
    "A list of feeds, as OPML or as a catalogue, names feeds that are there.",
    "Whoever imports the list subscribes to feeds that do not exist.",
    Clause("OPML 2.0, Subscription lists", "http://opml.org/spec2.opml"),
)
UNLISTED = error(
    "link-unlisted",
    "The lists that a build left in a folder name every feed that is published in it.",
    "Nobody finds the feed who looks for it in the list.",
    Clause("OPML 2.0, Subscription lists", "http://opml.org/spec2.opml"),
)
MAPPED = error(
    "link-sitemap",
    "A sitemap names pages that are there.",
    "Search engines ask for pages that do not exist, and trust the map less.",
    Clause(
        "Sitemaps protocol, XML tag definitions", "https://www.sitemaps.org/protocol.html#xmlTagDefinitions"
    ),
)
PAGE = error(
    "link-page",
    "The feeds that a page names are there; of a page that a build left, all that it links to in its folder"
    " and offers to copy.",
    "People who click or paste get an error.",
    Clause("HTML Living Standard, Links", "https://html.spec.whatwg.org/multipage/links.html#introduction-2"),
)
OWNED = error(
    "link-missing-file",
    "Every file of the list `.syndicate-files` is there.",
    "Readers that had the file get an error; the next build makes it again.",
    rfc(9110, "15.5.5"),
)
ENCODED = error(
    "link-encoded",
    "An encoded sibling stands for the bytes of its document.",
    "Readers that accept the encoding, nearly all, get another state of the feed, or none.",
    rfc(9110, "8.4"),
)
RULES = (
    SELF,
    FORMATS,
    FEED,
    CHAIN,
    ARCHIVED_TWICE,
    LISTED,
    UNLISTED,
    MAPPED,
    PAGE,
    OWNED,
    ENCODED,
)

_NOWHERE = "https://folder.invalid/"
_LISTS = {"opml": LISTED, "catalogue": LISTED, "sitemap": MAPPED}


def base_of(said: Mapping[str, Said]) -> str | None:
    """Tell where a folder is served: by what most of its feeds call themselves."""
    found: Counter[str] = Counter()
    for path, each in said.items():
        own = each.named("self")
        if own and own.url.endswith(f"/{path}"):
            found[own.url.removesuffix(path)] += 1
    # Of two that are as frequent, the lesser one: the order of the files decides nothing.
    return min(found, key=lambda base: (-found[base], base)) if found else None


def check_links(
    said: Mapping[str, Said],
    *,
    files: Collection[str],
    base: str | None = None,
    owned: Collection[str] = (),
) -> tuple[Finding, ...]:
    """Check what the files of a folder say of each other.

    `said` is what was read of them by their paths within the folder, `files` all there are, `owned` those
    that a build left there. `base` is the address of the folder; without it, that is told from the feeds, and
    where they say nothing, addresses are not looked at. The findings are in the order of paths, lines, rules.
    """
    folder = _Folder(said, frozenset(files), base_of(said) if base is None else base)
    folder.check(owned)
    return tuple(sorted(folder.found, key=lambda each: (each.document, each.line, each.rule.name, each.what)))


class _Folder:
    """The files of one folder; a method for each rule or two."""

    def __init__(self, said: Mapping[str, Said], files: frozenset[str], base: str | None) -> None:
        self.said = said
        self.files = files
        self.base = base
        self.found: list[Finding] = []
        self.feeds = sorted(path for path, each in said.items() if each.kind in FEEDS)
        self.copies: set[str] = set()
        self.archives: set[str] = set()
        self.indexed = {path.rpartition("/")[0] for path in files if path.rpartition("/")[2][:6] == "index."}

    def find(self, rule: Rule, path: str, line: int, what: str) -> None:
        self.found.append(Finding(rule=rule, document=path, line=line, what=what))

    def check(self, owned: Collection[str]) -> None:
        owned = frozenset(owned)
        for path in self.feeds:
            self._check_self(path)
        for path in self.feeds:
            self._check_feed(path)
        self._check_formats()
        self._check_chains()
        for path, each in self.said.items():
            if each.kind in _LISTS:
                self._check_list(path, each, _LISTS[each.kind], ours=path in owned)
            elif each.kind == "page":
                self._check_page(path, each, ours=path in owned)
            elif each.kind == "encoded":
                self._check_encoded(path, each)
        for path in sorted(owned):
            if path not in self.files:
                self.find(OWNED, path, 0, "a build wrote this file, and it is not there")

    # Addresses.

    def _path(self, url: str) -> str | None:
        """Tell the path of the file that an address leads to; None where that is not in this folder."""
        return None if self.base is None else _beneath(self.base, url)

    def _is_there(self, path: str) -> bool:
        """Tell whether a server would find a file, or what stands for it: the index of a folder, a page."""
        folder, _, name = path.rpartition("/")
        return (
            path in self.files
            or (name == "index.html" and folder in self.indexed)
            or f"{path}.html" in self.files
        )

    def _target(self, path: str, rel: str) -> str | None:
        """Tell the file that a document names for something, if it is there."""
        reference = self.said[path].named(rel)
        target = self._path(reference.url) if reference else None
        return target if target in self.said else None

    # Feeds.

    def _check_self(self, path: str) -> None:
        own = self.said[path].named("self")
        if own is None or self.base is None:
            return
        target = self._path(own.url)
        if target == path:
            return
        other = self.said.get(target or "")
        if other is not None and other.digest == self.said[path].digest:
            self.copies.add(path)  # What lies at a former address names the one that is to be used.
            return
        self.find(SELF, path, own.line, f"calls itself {shown(own.url)}, and lies at {self.base}{path}")

    def _check_feed(self, path: str) -> None:
        kind = self.said[path].kind
        for reference in self.said[path].references:
            target = self._path(reference.url)
            if reference.rel == "self" or target is None:
                continue
            if not self._is_there(target):
                self.find(FEED, path, reference.line, f"{shown(reference.url)} is not there")
            elif reference.rel != "alternate" and (other := self.said.get(target)) and other.kind != kind:
                what = f"{shown(reference.url)}, its {reference.rel} document, is {other.kind or 'no feed'}"
                self.find(FEED, path, reference.line, what)

    def _check_formats(self) -> None:
        folders: dict[str, list[str]] = {}
        for path in self.feeds:
            folders.setdefault(path.rpartition("/")[0], []).append(path)
        for paths in folders.values():
            kinds = [self.said[path].kind for path in paths]
            if len(set(kinds)) < len(kinds):
                continue  # Several feeds lie here: nothing tells which of them are one.
            first, *others = sorted(paths, key=lambda path: FEEDS.index(self.said[path].kind))
            for path in others:
                if self.said[path].ids != self.said[first].ids:
                    self.find(FORMATS, path, 0, _difference(self.said[path].ids, self.said[first].ids, first))

    # Archives (RFC 5005 §4), and pages of JSON Feed.

    def _check_chains(self) -> None:
        chained = [path for path in self.feeds if path not in self.copies]
        older = {path: target for path in chained if (target := self._older(path))}
        walked: set[str] = set()
        named = set(older.values())
        # Whatever none leads to that is first itself is a ring; the feed is what lies highest in it.
        rings = sorted(named.intersection(older), key=lambda path: (path.count("/"), path))
        for start in (*(path for path in older if path not in named), *rings):
            if start not in walked:
                walked.update(self._walk(start, older))

    def _older(self, path: str) -> str | None:
        target = self._target(path, "older")
        return target if target and self.said[target].kind == self.said[path].kind else None

    def _walk(self, start: str, older: Mapping[str, str]) -> list[str]:
        """Follow a chain from its newest document to the oldest."""
        chain = [start]
        holders: dict[str, str] = {}
        while (path := older.get(chain[-1])) is not None:
            if path in chain:
                line = self._line(chain[-1], "older")
                self.find(
                    CHAIN, chain[-1], line, f"leads back to {path}: whoever follows goes round for ever"
                )
                break
            self._check_place(path, chain)
            for name in self.said[path].ids:
                if (first := holders.setdefault(name, path)) != path:
                    self.find(ARCHIVED_TWICE, path, 0, f"{shown(name)} is in {first}, too")
            chain.append(path)
            self.archives.add(path)
        return chain

    def _check_place(self, path: str, chain: list[str]) -> None:
        start, before = chain[0], chain[-1]
        newer = self._target(path, "newer")
        if newer not in (None, before):
            line = self._line(path, "newer")
            self.find(CHAIN, path, line, f"the one after it is {before}, and it names {newer}")
        elif newer is None and before != start and self.said[path].kind != "json":
            self.find(CHAIN, path, 0, f"does not name the one after it, {before}")
        feed, current = self._target(start, "current") or start, self._target(path, "current")
        if current not in (None, feed):
            line = self._line(path, "current")
            self.find(CHAIN, path, line, f"belongs to {feed}, and names {current} as its feed")

    def _line(self, path: str, rel: str) -> int:
        reference = self.said[path].named(rel)
        return reference.line if reference else 0

    # Lists, pages and encoded siblings.

    def _check_list(self, path: str, each: Said, rule: Rule, *, ours: bool) -> None:
        named = set()
        for reference in each.references:
            target = self._path(reference.url)
            if target is not None and not self._is_there(target):
                self.find(rule, path, reference.line, f"{shown(reference.url)} is not there")
            named.add(target)
        if rule is LISTED and ours and "/" not in path and self.base is not None:
            for missing in self._unlisted(path, each.kind, {target for target in named if target}):
                self.find(UNLISTED, path, 0, f"{missing} is not in it")

    def _unlisted(self, path: str, kind: str, named: set[str]) -> Iterator[str]:
        """Give what a list should name: a catalogue every document, an OPML one of each folder."""
        published = [each for each in self.feeds if self._is_published(each)]
        if kind == "catalogue":
            yield from (each for each in published if each not in named)
            return
        group = path.removesuffix(".opml")
        folders = {each.rpartition("/")[0] for each in published}
        wanted = folders if group == "feeds" else {each for each in folders if each.startswith(f"{group}/")}
        yield from sorted(wanted - {each.rpartition("/")[0] for each in named})

    def _is_published(self, path: str) -> bool:
        """Tell whether readers are to subscribe to a document: neither a copy nor one of an archive."""
        others = self._target(path, "self"), self._target(path, "current")
        return path not in self.archives and not {*others} - {path, None}

    def _check_page(self, path: str, each: Said, *, ours: bool) -> None:
        """Check a page: one that a build left for all its links, one of somebody else for its feeds alone."""
        # Relative links are the same wherever the folder is served, but for those from the top of a site.
        base = self.base or _NOWHERE
        for reference in each.references:
            top = self.base is None and reference.url.startswith("/")
            if top or not (ours or reference.rel == "alternate"):
                continue
            try:
                url = urljoin(base + quote(path), reference.url)
            except ValueError:
                continue  # It is no address at all.
            target = _beneath(base, url)
            if target is not None and not self._is_there(target):
                self.find(PAGE, path, reference.line, f"{shown(reference.url)} is not there")

    def _check_encoded(self, path: str, each: Said) -> None:
        suffix = next(suffix for suffix in SUFFIXES.values() if path.endswith(suffix))
        document = self.said.get(path.removesuffix(suffix))
        if document and document.digest and each.digest not in (None, document.digest):
            self.find(ENCODED, path, 0, f"stands for other bytes than {path.removesuffix(suffix)} has")


def _beneath(base: str, url: str) -> str | None:
    """Tell the path of a file from its address and that of its folder; None where it is elsewhere."""
    if not url.startswith(base):
        return None
    path = unquote(url[len(base) :].partition("#")[0].partition("?")[0])
    return f"{path}index.html" if path.endswith("/") or not path else path


def _difference(ids: tuple[str, ...], others: tuple[str, ...], other: str) -> str:
    """Say how the ids of one document differ from those of another."""
    extra, missing = (Counter(ids) - Counter(others)), (Counter(others) - Counter(ids))
    if not extra and not missing:
        return f"holds the items of {other} in another order"
    found = next(iter(extra or missing))
    return f"{'holds' if extra else 'does not hold'} {shown(found)}, unlike {other}"
