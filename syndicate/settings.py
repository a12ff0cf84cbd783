"""The configuration as values: a mapping of strings becomes Settings, or all that is wrong with it.

Every key is a field of a Struct below, with its type and its default; `docs/configuration.md` is held
against these by a test. May know: neither files nor lines; a ConfigError names dotted paths.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal

import msgspec

from syndicate.article import Reading
from syndicate.border import NATIVE_NAMES
from syndicate.errors import ConfigError, FieldPath, Problem, quoted
from syndicate.registry import is_segment
from syndicate.schema import Notation, Schema, convert
from syndicate.yamltext import Mapping, Value

Format = Literal["rss", "atom", "json"]
Formats = tuple[Format, ...]
ArchiveBy = Literal["month", "year", "none"]
Count = Annotated[int, Notation("count")]
Limit = Annotated[int | None, Notation("limit")]
Span = Annotated[timedelta, Notation("span")]
Instant = Annotated[datetime, Notation("instant")]
Url = Annotated[str, Notation("url")]
Zone = Annotated[str, Notation("zone")]
Words = Annotated[tuple[str, ...], Notation("words")]

DEFAULT_LIMIT = 50
ROOT_FILES = frozenset(
    "index.html index.json feeds.opml topics.opml providers.opml sitemap.xml"
    " page.css page.js feed.css feed.svg embed.js".split()
)
"""The files that `pages` puts into the root of the output, beside the folders of the feeds."""
_SITEMAP = re.compile(r"sitemap-\d+\.xml")


class Author(Schema, frozen=True, kw_only=True):
    """The author of last resort: of every feed, and of items that name nobody."""

    name: str
    url: Url | None = None
    email: Annotated[str, Notation("email")] | None = None


class Site(Schema, frozen=True, kw_only=True):
    """The publisher's site: what every feed says of itself."""

    title: str
    url: Url
    feeds_url: Url
    id: Annotated[str, Notation("authority")]
    description: str = ""
    language: Annotated[str, Notation("language")] = "en"
    time_zone: Zone = "UTC"
    icon: Url | None = None
    author: Author | None = None
    rights: str | None = None
    ttl: Count | None = None
    since: Instant = datetime(1970, 1, 1, tzinfo=UTC)


class Source(Schema, frozen=True, kw_only=True):
    """A folder, a file or a glob of articles, and how they are to be understood."""

    path: str
    include: Words = ("**/*.md", "**/*.markdown", "**/*.html")
    exclude: Words = ()
    defaults: Annotated[Mapping, Notation("front matter")] = {}
    fields: dict[str, Words] = {}
    ids: Literal["tag", "permalink"] = "tag"
    permalink: Annotated[str, Notation("permalink template")] | None = None


class Choice(Schema, frozen=True, kw_only=True):
    """What an article must have, or with `not` must not have, one of."""

    topic: Words = ()
    provider: Words = ()
    type: Words = ()
    locale: Words = ()
    category: Words = ()


class Where(Choice, frozen=True, kw_only=True):
    """Which articles a named feed holds: all that is said here must be true of them."""

    not_: Choice = msgspec.field(default_factory=Choice, name="not")
    min_quality: float | None = None
    min_heat: float | None = None
    newer_than: Span | None = None


class AllFeed(Schema, frozen=True, kw_only=True):
    """The feed of everything."""

    enabled: bool = True
    limit: Limit = DEFAULT_LIMIT
    formats: Formats = ()
    title: Annotated[str, Notation("title template")] = "{site}"
    description: str = ""
    archive: ArchiveBy = "month"


class TopicFeeds(Schema, frozen=True, kw_only=True):
    """One feed per topic."""

    enabled: bool = True
    limit: Limit = DEFAULT_LIMIT
    formats: Formats = ()
    title: Annotated[str, Notation("title template")] = "{name} – {site}"
    min_items: Count = 1
    registry: str | None = None
    include_children: bool = False
    archive: ArchiveBy = "year"


class ProviderFeeds(Schema, frozen=True, kw_only=True):
    """One feed per provider."""

    enabled: bool = True
    limit: Limit = DEFAULT_LIMIT
    formats: Formats = ()
    title: Annotated[str, Notation("title template")] = "{name} – {site}"
    min_items: Count = 1
    registry: str | None = None
    archive: ArchiveBy = "year"


class NamedFeed(Schema, frozen=True, kw_only=True):
    """A feed that the publisher named, of the articles that `where` chooses."""

    title: str
    description: str = ""
    limit: Limit = DEFAULT_LIMIT
    formats: Formats = ()
    where: Where = msgspec.field(default_factory=Where)
    archive: ArchiveBy = "year"


class Feeds(Schema, frozen=True, kw_only=True):
    """Which feeds there are; `false` in place of a kind's settings switches it off."""

    all: AllFeed = msgspec.field(default_factory=AllFeed)
    topics: TopicFeeds = msgspec.field(default_factory=TopicFeeds)
    providers: ProviderFeeds = msgspec.field(default_factory=ProviderFeeds)
    named: dict[str, NamedFeed] = {}


class Related(Schema, frozen=True, kw_only=True):
    """The related links of an item; 0 leaves them out."""

    limit: Annotated[int | None, Notation("related limit")] = 10


class Settings(Schema, frozen=True, kw_only=True):
    """The whole configuration, with every default filled in."""

    site: Site
    sources: tuple[Source, ...]
    output: str | None = None
    index: str | None = None
    formats: Formats = ("rss", "atom", "json")
    pages: bool = True
    precompress: tuple[Literal["gzip", "br"], ...] = ()
    feeds: Feeds = msgspec.field(default_factory=Feeds)
    content: Literal["card", "body", "summary"] = "card"
    rss_enclosures: Literal["all", "first"] = "all"
    related: Related = msgspec.field(default_factory=Related)
    hubs: tuple[Url, ...] = ()
    on_error: Literal["keep", "drop", "fail"] = "keep"

    def reading(self, number: int) -> Reading:
        """Say how the articles of a source, by its place in the list, are to be understood."""
        source = self.sources[number]
        return Reading(
            source=number,
            site_url=self.site.url,
            site_id=self.site.id,
            time_zone=self.site.time_zone,
            related_limit=self.related.limit,
            ids=source.ids,
            permalink=source.permalink,
            defaults=source.defaults,
            fields=source.fields,
        )


def parse_settings(mapping: Value) -> Settings:
    """Turn the mapping of a configuration file into Settings.

    Raises ConfigError with every problem at once: unknown keys (with the closest known one), values of
    the wrong type, required keys that are missing.
    """
    problems: list[Problem] = []
    settings = convert(_with_switches(mapping), Settings, (), problems)
    if not problems:
        assert isinstance(settings, Settings)
        problems.extend(_contradictions(settings))
    if problems:
        raise ConfigError(problems)
    return _with_slashes(settings)


def _with_switches(mapping: Value) -> Value:
    """Let `all: false` (or `true`) stand for `all: {enabled: false}`."""
    feeds = mapping.get("feeds") if isinstance(mapping, dict) else None
    if not isinstance(feeds, dict) or not isinstance(mapping, dict):
        return mapping
    kinds: Mapping = dict(feeds)
    for kind in ("all", "topics", "providers"):
        if isinstance(feeds.get(kind), str):
            kinds[kind] = {"enabled": feeds[kind]}
    return {**mapping, "feeds": kinds}


def _with_slashes(settings: Settings) -> Settings:
    site = settings.site
    slashed = msgspec.structs.replace(site, feeds_url=site.feeds_url.rstrip("/") + "/")
    return msgspec.structs.replace(settings, site=slashed)


def _contradictions(settings: Settings) -> Iterator[Problem]:
    if not settings.sources:
        yield _refused(("sources",), "an empty list", "at least one source")
    if not settings.formats:
        yield _refused(("formats",), "an empty list", "at least one of rss, atom, json")
    feeds_url = settings.site.feeds_url
    if "?" in feeds_url or "#" in feeds_url:
        expected = "a URL without '?' and '#': the names of files are appended"
        yield _refused(("site", "feeds_url"), quoted(feeds_url), expected)
    yield from _wrong_hubs(settings)
    for number, source in enumerate(settings.sources):
        for key in ("fields", "defaults"):
            for name in getattr(source, key):
                if name not in NATIVE_NAMES:
                    from difflib import get_close_matches

                    close = get_close_matches(name, sorted(NATIVE_NAMES), n=1, cutoff=0.5)
                    expected = f"'{close[0]}'" if close else "the native name of a field"
                    yield _refused(("sources", number, key, name), "an unknown field", expected)
    yield from _wrong_names(settings)


def _refused(field: FieldPath, found: str, expected: str) -> Problem:
    return Problem(field=field, found=found, expected=expected)


def _wrong_hubs(settings: Settings) -> Iterator[Problem]:
    for number, hub in enumerate(settings.hubs):
        if "#" in hub:
            yield _refused(("hubs", number), f"'{hub}'", "a URL without '#': hubs are sent requests")
        elif hub in settings.hubs[:number]:
            yield _refused(("hubs", number), f"'{hub}' again", "each hub once")


def _wrong_names(settings: Settings) -> Iterator[Problem]:
    for name in settings.feeds.named:
        field = ("feeds", "named", name)
        if not is_segment(name):
            yield _refused(field, quoted(name), "a name of letters a-z, digits, '-', '_' and '.'")
        elif name in ("topics", "providers") or (name == "all" and settings.feeds.all.enabled):
            yield _refused(field, quoted(name), "a name that no other feed has")
        elif name in ROOT_FILES or _SITEMAP.fullmatch(name):
            yield _refused(field, quoted(name), "a name that no file of the output has")
