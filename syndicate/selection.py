"""Which articles go where: identity, visibility, total order, the feeds of an article, windows.

May know: nothing of formats; the present instant is an argument.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Literal, cast

import msgspec

from syndicate.article import Article, Provider
from syndicate.model import Enclosure
from syndicate.registry import Entry, Registries
from syndicate.settings import Choice, Settings, Where
from syndicate.urls import name_key, slug

Kind = Literal["all", "topics", "providers", "named"]
FeedKey = str
"""A feed before it has a path: its kind, a `/`, and what tells it apart there, such as a provider's key."""
ROOT: FeedKey = "root/"
"""No feed, but touched like one: the files in the root of the output, which speak of all feeds."""


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
    home_url: str | None
    images: tuple[Enclosure, ...]
    entry: Entry | None = None


class Names:
    """The names that readers see: the registry's word, else the newest article's.

    A display name belongs to a topic or provider as a whole, so all of its items show the same one.
    `learnt` holds the newest articles' words by feed key.
    """

    def __init__(
        self, registries: Registries, learnt: Mapping[FeedKey, str | Provider] | None = None
    ) -> None:
        self.registries = registries
        self.learnt = learnt or {}
        self._topics: dict[str, Topic] = {}
        self._providers: dict[str, Shown] = {}
        # A parent that no article names and that has no entry of its own is known by its children's word.
        self._parents = {
            name_key(each.parent): each.parent for each in registries.topics.entries if each.parent
        }

    def topic(self, name: str) -> Topic:
        """Tell which topic a name means; one that no article names is shown as it is called here."""
        # By the spelling: what one caller calls such a topic must not be what another one shows.
        topic = self._topics.get(name)
        if topic is None:
            key = name_key(name)
            entry = self.registries.topics.find(name)
            if entry:
                topic = Topic(key=entry.key, name=entry.name, slug=entry.segment, entry=entry)
            else:
                shown = self.learnt.get(f"topics/{key}") or self._parents.get(key, name)
                topic = Topic(key=key, name=str(shown), slug=slug(name))
            self._topics[name] = topic
        return topic

    def provider_key(self, provider: Provider) -> str:
        """Tell which provider an article means: its domain or its name may be an alias of another."""
        known = self.registries.providers
        entry = known.find(provider.key) or (None if provider.domain else known.find(provider.name))
        return entry.key if entry else provider.key

    def provider(self, key: str) -> Shown:
        """Tell what a provider is shown as."""
        shown = self._providers.get(key)
        if shown is None:
            shown = self._providers[key] = self._shown(key)
        return shown

    def _shown(self, key: str) -> Shown:
        entry = self.registries.providers.find(key)
        newest = self.learnt.get(f"providers/{key}")
        newest = newest if isinstance(newest, Provider) else None
        domain = newest.domain if newest else None
        return Shown(
            name=entry.name if entry else newest.name if newest else key,
            url=(entry.url if entry else None) or (f"https://{domain}/" if domain else None),
            segment=entry.segment if entry else key,
            description=entry.description if entry else "",
            home_url=entry.url if entry else None,
            images=(entry.images if entry else ()) or (newest.images if newest else ()),
            entry=entry,
        )


class Selector:
    """Tells, for the settings of one site, in which feeds an article stands."""

    def __init__(self, settings: Settings, names: Names) -> None:
        self.settings = settings
        self.names = names
        self._rules = {name: _Rule(feed.where, names) for name, feed in settings.feeds.named.items()}

    def members(self, article: Article) -> dict[FeedKey, bool]:
        """List the feeds in which an article stands once it is published, windows and time not considered.

        The value says whether the article itself names the topic or provider. Those of kinds that are
        switched off are listed too, since they decide about names.
        """
        found: dict[FeedKey, bool] = {"all/": False}
        if article.provider:
            found[f"providers/{self.names.provider_key(article.provider)}"] = True
        for name in article.topics:
            found[f"topics/{self.names.topic(name).key}"] = True
        if self.settings.feeds.topics.include_children:
            for name in article.topics:
                for above in self.names.registries.topics.ancestors(name):
                    found.setdefault(f"topics/{self.names.topic(above).key}", False)
        for name, rule in self._rules.items():
            if rule.admits(article):
                found[f"named/{name}"] = False
        return found


def split_key(feed: FeedKey) -> tuple[Kind, str]:
    """Split a feed's key into its kind and what tells it apart there."""
    kind, _, which = feed.partition("/")
    return cast(Kind, kind), which


def standing_feeds(settings: Settings, registries: Registries) -> list[FeedKey]:
    """List the feeds that exist whether or not an article stands in them: what the publisher named stays."""
    feeds = settings.feeds
    standing = ["all/"] if feeds.all.enabled else []
    standing += (f"named/{name}" for name in feeds.named)
    if feeds.topics.enabled:
        standing += (f"topics/{entry.key}" for entry in registries.topics.entries)
    if feeds.providers.enabled:
        standing += (f"providers/{entry.key}" for entry in registries.providers.entries)
    return standing


def is_enabled(feed: FeedKey, settings: Settings) -> bool:
    """Tell whether the kind of a feed is switched on."""
    kind, _ = split_key(feed)
    return kind == "named" or bool(getattr(settings.feeds, kind).enabled)


def newer_than(feed: FeedKey, settings: Settings) -> timedelta | None:
    """Tell how old an article may be to stay in a feed, if that matters."""
    kind, name = split_key(feed)
    return settings.feeds.named[name].where.newer_than if kind == "named" else None


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
