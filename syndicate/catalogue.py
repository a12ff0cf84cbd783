"""The catalogue: what each feed is to be before it has articles, and where two would be one.

May know: nothing of formats or files.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

import msgspec

from syndicate.model import Enclosure, Term
from syndicate.registry import Entry
from syndicate.selection import FeedKey, Kind, Names, Topic, split_key
from syndicate.settings import AllFeed, ArchiveBy, Format, NamedFeed, ProviderFeeds, Settings, TopicFeeds


class FeedSpec(msgspec.Struct, frozen=True, kw_only=True):
    """A feed's address, words, limit and formats. `path` is its folder under the output, with `/`.

    `former` are the folders that it had under other names, of the same form.
    """

    kind: Kind
    name: str
    path: str
    title: str
    description: str
    formats: tuple[Format, ...]
    limit: int | None
    home_url: str
    min_items: int = 0
    images: tuple[Enclosure, ...] = ()
    terms: tuple[Term, ...] = ()
    retired: bool = False
    former: tuple[str, ...] = ()
    archive: ArchiveBy = "none"
    pages: tuple[str, ...] = ()

    def documents(self, period: str = "") -> tuple[str, ...]:
        """Say what is rendered of it: its formats, then its pages; a period of its archive has none."""
        return self.formats if period else self.formats + self.pages

    def folder(self, period: str = "") -> str:
        """Tell the folder of the feed itself, or of a period of its archive."""
        return f"{self.path}/archive/{period}" if period else self.path


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where a document stands among those of its feed (RFC 5005 §4), by the names of periods.

    `period` is empty for the document that readers subscribe to, `older` and `newer` are the next ones
    to either side.
    """

    period: str = ""
    older: str | None = None
    newer: str | None = None


def term(topic: Topic, settings: Settings) -> Term:
    """Write a topic as a category; its scheme is the folder where the feeds of topics are served."""
    return _term(topic.name, topic.slug, settings.site.feeds_url)


@lru_cache(maxsize=1024)
def _term(name: str, slug: str, feeds_url: str) -> Term:
    return Term(name=name, slug=slug, scheme=f"{feeds_url}topics/")


def specify(key: FeedKey, settings: Settings, names: Names) -> FeedSpec:
    """Say what the feed of a key is to be: the registry's word, else the configuration's, else the site's."""
    kind, which = split_key(key)
    feeds, site = settings.feeds, settings.site
    if kind == "named":
        named = feeds.named[which]
        terms = tuple(term(names.topic(word), settings) for word in named.where.topic)
        return _spec(kind, which, path=which, title=named.title, chosen=named, settings=settings, terms=terms)
    if kind == "topics":
        topic = names.topic(which)
        entry = topic.entry
        return _spec(
            kind,
            topic.name,
            path=f"topics/{topic.slug}",
            title=_filled(feeds.topics.title, topic.name, site.title),
            chosen=feeds.topics,
            settings=settings,
            min_items=feeds.topics.min_items,
            terms=(term(topic, settings),),
            entry=entry,
            former=names.registries.topics.former_of(entry) if entry else (),
            home_url=entry.url if entry else None,
            images=entry.images if entry else (),
        )
    if kind == "providers":
        shown = names.provider(which)
        return _spec(
            kind,
            shown.name,
            path=f"providers/{shown.segment}",
            title=_filled(feeds.providers.title, shown.name, site.title),
            chosen=feeds.providers,
            settings=settings,
            min_items=feeds.providers.min_items,
            entry=shown.entry,
            former=names.registries.providers.former_of(shown.entry) if shown.entry else (),
            home_url=shown.home_url,
            images=shown.images,
        )
    title = _filled(feeds.all.title, site.title, site.title)
    return _spec(kind, site.title, path="all", title=title, chosen=feeds.all, settings=settings)


def _spec(
    kind: Kind,
    name: str,
    *,
    path: str,
    title: str,
    chosen: AllFeed | TopicFeeds | ProviderFeeds | NamedFeed,
    settings: Settings,
    entry: Entry | None = None,
    former: tuple[str, ...] = (),
    home_url: str | None = None,
    min_items: int = 0,
    images: tuple[Enclosure, ...] = (),
    terms: tuple[Term, ...] = (),
) -> FeedSpec:
    site = settings.site
    own = chosen.description if isinstance(chosen, AllFeed | NamedFeed) else ""
    about_all = site.description if kind == "all" else ""
    return FeedSpec(
        kind=kind,
        name=name,
        path=path,
        title=title,
        description=(entry.description if entry else own) or about_all or title,
        formats=tuple(dict.fromkeys(chosen.formats or settings.formats)),
        limit=chosen.limit,
        home_url=home_url or site.url,
        # What is in a registry has its feed however little is in it.
        min_items=0 if entry else min_items,
        images=images,
        terms=terms,
        retired=entry.retired if entry else False,
        former=tuple(f"{kind}/{segment}" for segment in former),
        archive=chosen.archive,
        pages=("page", "embed") if settings.pages else (),
    )


def redirects(settings: Settings, names: Names) -> tuple[tuple[str, str], ...]:
    """List the old addresses of feeds: the folder that an alias had, and the folder that it points to.

    Both are relative to the output and end with `/`. What another feed of a registry has for its
    address is no old one. All of this follows from the configuration alone.
    """
    found = []
    for kind in ("topics", "providers"):
        if getattr(settings.feeds, kind).enabled:
            registry = getattr(names.registries, kind)
            found += [(f"{kind}/{old}/", f"{kind}/{entry.segment}/") for old, entry in registry.former()]
    return tuple(sorted(found))


def _filled(template: str, name: str, site: str) -> str:
    words = {"{site}": site, "{name}": name}
    return re.sub(r"\{(?:site|name)\}", lambda match: words[match[0]], template)


def collisions(paths: Iterable[tuple[FeedKey, str]]) -> list[tuple[str, list[FeedKey]]]:
    """List every path that more than one feed would have, with the keys of those feeds, both in order.

    Paths are compared without case, as some file systems do.
    """
    found: dict[str, list[FeedKey]] = {}
    for key, path in paths:
        found.setdefault(path.casefold(), []).append(key)
    return sorted((path, sorted(feeds)) for path, feeds in found.items() if len(feeds) > 1)
