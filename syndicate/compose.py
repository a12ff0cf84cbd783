"""Composing what readers see: an Article becomes an Item, a FeedSpec and its items become a Feed.

May know: neither XML nor JSON; the HTML of a card is content here, not a format.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from html import escape

import msgspec

from syndicate.article import Article
from syndicate.catalogue import FeedSpec, Place, term
from syndicate.model import Enclosure, Feed, Item, Person, lead_image
from syndicate.selection import Names
from syndicate.settings import Settings
from syndicate.urls import IMAGE_TYPES, media_type, tag_uri

RETIRED = "This feed is retired: nothing new will appear in it."
"""What the description of a feed says in addition, for the formats that have no word of their own for it."""

# RSS 2.0 `<image>`: at most 144 wide and 400 high.
_RSS_WIDTH, _RSS_HEIGHT = 144, 400


def compose_item(article: Article, settings: Settings, names: Names) -> Item:
    """Compose the item that shows an article, the same in every feed that holds it."""
    topics = {topic.slug: topic for topic in map(names.topic, article.topics)}
    provider = _provider(article, names)
    authors = (*article.authors, *((provider,) if provider else ()))
    content = article.body_html if settings.content != "summary" else None
    if settings.content == "card" and content is None:
        content = card(article, provider)
    return Item(
        id=article.id,
        title=article.title,
        permalink=article.permalink,
        published=article.published,
        updated=article.updated,
        summary=article.summary,
        authors=authors or (site_author(settings),),
        terms=tuple(term(topic, settings) for topic in topics.values()),
        enclosures=article.enclosures,
        related=article.related,
        player=article.player,
        content_html=content,
    )


def _provider(article: Article, names: Names) -> Person | None:
    if article.provider is None:
        return None
    shown = names.provider(names.provider_key(article.provider))
    return _person(shown.name, shown.url)


# A site has a few providers, and many articles of each.
@lru_cache(maxsize=4096)
def _person(name: str, url: str | None) -> Person:
    return Person(name=name, url=url)


def site_author(settings: Settings) -> Person:
    """Name the author of last resort: the configured one, else the site itself."""
    author, site = settings.site.author, settings.site
    if author:
        return Person(name=author.name, url=author.url or site.url, email=author.email)
    return Person(name=site.title, url=site.url)


def card(article: Article, provider: Person | None) -> str:
    """Compose the content of an article that has no body: image, excerpt, related links, provider."""
    parts = []
    if image := lead_image(article.enclosures):
        parts.append(f'<p><a href="{escape(article.permalink)}">{_image(image, article.title)}</a></p>')
    if article.summary:
        parts.append(f"<p>{escape(article.summary)}</p>")
    if article.related:
        links = "".join(f"<li>{_link(each.url, each.title or each.url)}</li>" for each in article.related)
        parts.append(f"<p>Related</p><ul>{links}</ul>")
    if provider:
        name = _link(provider.url, provider.name) if provider.url else escape(provider.name)
        parts.append(f"<p>{name}</p>")
    return "".join(parts) or f"<p>{_link(article.permalink, article.title)}</p>"


def _image(image: Enclosure, title: str) -> str:
    size = "".join(
        f' {name}="{value}"' for name, value in (("width", image.width), ("height", image.height)) if value
    )
    return f'<img src="{escape(image.url)}" alt="{escape(image.title or title)}"{size}>'


def _link(url: str, text: str) -> str:
    return f'<a href="{escape(url)}">{escape(text)}</a>'


def compose_feed(spec: FeedSpec, items: Sequence[Item], settings: Settings) -> Feed:
    """Compose a feed of the items of its window, newest first.

    Its date is the latest `updated` of these, or `site.since` where there is none (law 1).
    """
    updated = max((item.updated for item in items), default=settings.site.since)
    return msgspec.structs.replace(compose_frame(spec, updated, settings), items=tuple(items))


_ALONE = Place()


def compose_frame(spec: FeedSpec, updated: datetime, settings: Settings, place: Place = _ALONE) -> Feed:
    """Compose what one document of a feed says of it, without the items.

    The documents of an archive have the id of the feed: they are one feed (RFC 5005 §4). They show no
    image: a provider's is that of its newest article, and would change what is closed.
    """
    site = settings.site

    def served(period: str | None) -> str | None:
        return None if period is None else f"{site.feeds_url}{spec.folder(period)}/"

    images = () if place.period else spec.images or _site_icon(settings)
    fitting = [each for each in images if _fits_rss(each)]
    icons = sorted(images, key=lambda image: -(image.width or 0))
    return Feed(
        id=tag_uri(site.id, f"{spec.path}/"),
        path=spec.folder(place.period),
        title=spec.title,
        description=f"{spec.description}\n{RETIRED}" if spec.retired else spec.description,
        home_url=spec.home_url,
        folder_url=f"{site.feeds_url}{spec.folder(place.period)}/",
        updated=updated,
        language=site.language,
        image=fitting[0] if fitting else None,
        icon=icons[0].url if icons else None,
        authors=(site_author(settings),),
        terms=spec.terms,
        rights=site.rights,
        ttl=site.ttl,
        # Nobody waits for an archive: only what is subscribed to is announced.
        hubs=() if place.period else settings.hubs,
        expired=spec.retired,
        current_url=served("") if place.period else None,
        older_url=served(place.older),
        newer_url=served(place.newer),
        formats=spec.formats,
        root="../" * (spec.folder(place.period).count("/") + 1) if settings.pages else "",
    )


def _site_icon(settings: Settings) -> tuple[Enclosure, ...]:
    icon = settings.site.icon
    return (Enclosure(url=icon, media_type=media_type(icon, "image/png", IMAGE_TYPES)),) if icon else ()


def _fits_rss(image: Enclosure) -> bool:
    return (image.width or 0) <= _RSS_WIDTH and (image.height or 0) <= _RSS_HEIGHT
