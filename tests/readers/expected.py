"""What readers have to see, by the library's model: articles read, selected and composed, not rendered."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from syndicate import Article, Feed, Item, load_registries, read_articles
from syndicate.article import Provider
from syndicate.catalogue import specify
from syndicate.compose import compose_feed, compose_item
from syndicate.selection import Names, Selector, is_enabled
from syndicate.settings import Settings
from syndicate.urls import name_key


def model_of(settings: Settings, now: datetime) -> dict[str, Feed]:
    """Compose every feed of a site, by its path."""
    articles, failed = read_articles(settings)
    assert failed == []
    visible = [each for each in articles if not (each.removed or each.draft) and each.published <= now]
    visible.sort(key=lambda article: article.id)
    visible.sort(key=lambda article: article.published, reverse=True)
    registries = load_registries(settings)
    plain = Names(registries)
    # Oldest first, so that the newest article has the last word on how a topic or a provider is shown.
    learnt: dict[str, str | Provider] = {}
    for article in reversed(visible):
        # Of two spellings in one article, the first.
        learnt |= {f"topics/{name_key(topic)}": topic for topic in reversed(article.topics)}
        if article.provider:
            learnt[f"providers/{plain.provider_key(article.provider)}"] = article.provider
    names = Names(registries, learnt)
    return dict(_feeds(settings, names, visible))


def _feeds(settings: Settings, names: Names, visible: list[Article]) -> Iterator[tuple[str, Feed]]:
    selector = Selector(settings, names)
    # Feeds that are named are there even if they hold nothing.
    standing: dict[str, list[Item]] = {f"named/{name}": [] for name in settings.feeds.named}
    for article in visible:
        item = compose_item(article, settings, names)
        for key in selector.members(article):
            standing.setdefault(key, []).append(item)
    for key, items in standing.items():
        if is_enabled(key, settings):
            spec = specify(key, settings, names)
            yield spec.path, compose_feed(spec, items[: spec.limit], settings)
