"""Which articles go where: identity, visibility, total order, the feeds of an article, windows.

May know: nothing of formats; the present instant is an argument.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Literal

import msgspec

from syndicate.article import Article, Provider
from syndicate.model import Enclosure
from syndicate.registry import Entry, Registries
from syndicate.settings import Choice, Settings, Where
from syndicate.urls import name_key, slug

Kind = Literal["all", "topics", "providers", "named"]
FeedKey = tuple[Kind, str]
"""A feed before it has a path: its kind and what tells it apart there, such as a provider's key."""

Hidden = Literal["removed", "unpublished", "not due"]

_END = datetime.max.replace(tzinfo=UTC)


class Topic(msgspec.Struct, frozen=True, kw_only=True):
    """A topic under all of its spellings: the key, the name shown, the folder and what is said of it."""

    key: str
    name: str
    slug: str
    entry: Entry | None = None


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """What readers see of a provider, and the folder of its feed."""

    name: str
    url: str | None
    segment: str
    description: str
    images: tuple[Enclosure, ...]


class Names:
    """The names that readers see: the registry's word, else the newest article's (`learn` it first).

    Display names belong to a topic or provider as a whole, so all of its items show the same one.
    """

    def __init__(self, registries: Registries) -> None:
        self.registries = registries
        self._topics: dict[str, Topic] = {}
        self._providers: dict[str, Provider] = {}

    def learn(self, articles_newest_first: Iterable[Article]) -> None:
        """Take the spellings of articles; the first one that uses a topic or provider decides."""
        for article in articles_newest_first:
            for name in article.topics:
                self.topic(name)
            if article.provider:
                self._providers.setdefault(self.provider_key(article.provider), article.provider)

    def topic(self, name: str) -> Topic:
        """Tell which topic a name means."""
        key = name_key(name)
        topic = self._topics.get(key)
        if topic is None:
            entry = self.registries.topics.find(name)
            if entry:
                topic = Topic(key=entry.key, name=entry.name, slug=entry.segment, entry=entry)
            else:
                topic = Topic(key=key, name=name, slug=slug(name))
            self._topics[key] = topic
        return topic

    def provider_key(self, provider: Provider) -> str:
        """Tell which provider an article means: its domain or its name may be an alias of another."""
        known = self.registries.providers
        entry = known.find(provider.key) or (None if provider.domain else known.find(provider.name))
        return entry.key if entry else provider.key

    def provider(self, key: str) -> Shown:
        """Tell what a provider is shown as."""
        entry = self.registries.providers.find(key)
        newest = self._providers.get(key)
        domain = newest.domain if newest else None
        return Shown(
            name=entry.name if entry else newest.name if newest else key,
            url=(entry.url if entry else None) or (f"https://{domain}/" if domain else None),
            segment=entry.segment if entry else key,
            description=entry.description if entry else "",
            images=(entry.images if entry else ()) or (newest.images if newest else ()),
        )


def order(article: Article) -> tuple[float, str]:
    """Give the sort key of the total order: published descending, then id ascending (law 9)."""
    return -article.published.timestamp(), article.id


def newest_first(articles: Iterable[Article]) -> list[Article]:
    """Sort articles by the total order."""
    return sorted(articles, key=order)


def unify(articles: Iterable[Article]) -> tuple[list[Article], list[tuple[Article, Article]]]:
    """Make one article of those that share an id (law 3): the later `updated` wins, then the greater path.

    Returns those that stay and, for each that does not, the pair of it and the winner.
    """
    winners: dict[str, Article] = {}
    losers: list[Article] = []
    for article in articles:
        rival = winners.setdefault(article.id, article)
        if rival is article:
            continue
        loser, winners[article.id] = sorted((article, rival), key=_precedence)
        losers.append(loser)
    losers.sort(key=lambda article: (article.path, article.id))
    return list(winners.values()), [(loser, winners[loser.id]) for loser in losers]


def _precedence(article: Article) -> tuple[datetime, str, int]:
    return article.updated, article.path, -article.source


def hidden(article: Article, now: datetime, *, include_unpublished: bool = False) -> Hidden | None:
    """Tell why an article appears nowhere at an instant (law 10), or None where it is published."""
    if article.removed:
        return "removed"
    if article.draft and not include_unpublished:
        return "unpublished"
    if article.published > now:
        return "not due"
    return None


class Selector:
    """Tells, for the settings of one site, in which feeds an article stands."""

    def __init__(self, settings: Settings, names: Names) -> None:
        self.feeds = settings.feeds
        self.names = names
        self._named = [
            (name, _Rule(feed.where, names), feed.where.newer_than)
            for name, feed in settings.feeds.named.items()
        ]

    def feeds_of(self, article: Article, now: datetime) -> Iterator[FeedKey]:
        """List the feeds that hold a published article at an instant, windows not considered."""
        if self.feeds.all.enabled:
            yield "all", ""
        if self.feeds.topics.enabled:
            for key in self.topics_of(article):
                yield "topics", key
        if self.feeds.providers.enabled and article.provider:
            yield "providers", self.names.provider_key(article.provider)
        for name, rule, newer_than in self._named:
            if rule.admits(article) and (newer_than is None or now - article.published < newer_than):
                yield "named", name

    def topics_of(self, article: Article) -> list[str]:
        """List the keys of an article's topics, with the parents' where they include their children."""
        names = list(article.topics)
        if self.feeds.topics.include_children:
            ancestors = self.names.registries.topics.ancestors
            names += [above for name in names for above in ancestors(name)]
        return list(dict.fromkeys(self.names.topic(name).key for name in names))

    def leaves_at(self, article: Article) -> Iterator[datetime]:
        """List the instants at which an article falls out of a feed by its `newer_than`."""
        for _, rule, newer_than in self._named:
            # A span may reach beyond the last year that there is; nothing leaves then.
            if newer_than is None or newer_than > _END - article.published:
                continue
            if rule.admits(article):
                yield article.published + newer_than


class _Rule:
    """A `where` with its names resolved once."""

    def __init__(self, where: Where, names: Names) -> None:
        self.names = names
        self.where = where
        self.wanted = self._resolved(where)
        self.unwanted = self._resolved(where.not_)

    def admits(self, article: Article) -> bool:
        """Tell whether an article is chosen, time not considered."""
        where = self.where
        if where.min_quality is not None and (article.quality is None or article.quality < where.min_quality):
            return False
        if where.min_heat is not None and (article.heat is None or article.heat < where.min_heat):
            return False
        has = self._has(article)
        return all(words & has[name] for name, words in self.wanted.items()) and not any(
            words & has[name] for name, words in self.unwanted.items()
        )

    def _resolved(self, choice: Choice) -> dict[str, frozenset[str]]:
        resolved = {
            "topic": frozenset(self.names.topic(word).key for word in choice.topic),
            "provider": frozenset(self._provider_word(word) for word in choice.provider),
            "type": frozenset(map(name_key, choice.type)),
            "locale": frozenset(map(name_key, choice.locale)),
            "category": frozenset(map(name_key, choice.category)),
        }
        return {name: words for name, words in resolved.items() if words}

    def _has(self, article: Article) -> dict[str, frozenset[str]]:
        provider = article.provider
        return {
            "topic": frozenset(self.names.topic(name).key for name in article.topics),
            "provider": frozenset(
                (self.names.provider_key(provider), name_key(provider.name)) if provider else ()
            ),
            "type": frozenset((name_key(article.type or ""),)),
            "locale": frozenset((name_key(article.locale or ""),)),
            "category": frozenset((name_key(article.category or ""),)),
        }

    def _provider_word(self, word: str) -> str:
        entry = self.names.registries.providers.find(word)
        return entry.key if entry else name_key(word)
