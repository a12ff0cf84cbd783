"""The pipeline, in one place: sources, articles, selection, feeds, documents, publish.

May know: every stage; not how the command line asks or answers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import msgspec

from syndicate import yamltext
from syndicate.article import Article
from syndicate.catalogue import FeedSpec, collisions, specify
from syndicate.compose import compose_feed, compose_item
from syndicate.config import load_registries
from syndicate.digest import digest_bytes
from syndicate.errors import ArticleError, ConfigError, NoArticlesError, Problem
from syndicate.model import Document, Feed, Item
from syndicate.plan import Plan, plan_changes
from syndicate.publish import count_foreign, publish, read_manifest, read_published
from syndicate.registry import Registries
from syndicate.render import FILE_NAMES, Renderer, renderer
from syndicate.report import FeedReport, Merged, Report
from syndicate.selection import FeedKey, Names, Selector, hidden, newest_first, unify
from syndicate.settings import Settings
from syndicate.sources import read_article, scan_sources

Progress = Callable[[str, int, int], None]
"""Told the stage, how much of it is done and how much there is."""


class Collection(msgspec.Struct, frozen=True, kw_only=True):
    """What the sources hold: the articles, one an id, and what could not be used."""

    articles: tuple[Article, ...]
    merged: tuple[Merged, ...]
    failed: tuple[Problem, ...]
    read: int


class Window(msgspec.Struct, frozen=True, kw_only=True):
    """One feed and the articles that it shows, newest first."""

    spec: FeedSpec
    articles: tuple[Article, ...]


class Edition:
    """What is published at one instant: the visible articles, their names and the window of every feed."""

    def __init__(
        self,
        settings: Settings,
        registries: Registries,
        collection: Collection,
        now: datetime,
        *,
        include_unpublished: bool = False,
    ) -> None:
        self.settings = settings
        self.now = now
        self.reasons = {
            article.id: hidden(article, now, include_unpublished=include_unpublished)
            for article in collection.articles
        }
        self.hidden = [reason for reason in self.reasons.values() if reason]
        self.visible = newest_first(each for each in collection.articles if not self.reasons[each.id])
        self.names = Names(registries)
        self.names.learn(self.visible)
        self.selector = Selector(settings, self.names)
        self.too_few = 0
        self._kept = {article.id: article for article in collection.articles}
        self._groups: dict[FeedKey, list[Article]] = {}
        self.windows = tuple(self._windows())
        self.next_event = min(self._events(collection), default=None)

    def absence(self, article: Article) -> str | None:
        """Say why an article is in no feed, or None where it is visible."""
        kept = self._kept.get(article.id)
        if kept is None or (kept.source, kept.path) != (article.source, article.path):
            return f"{kept.path if kept else 'another file'} has the same id and stays in its place"
        return self.reasons[article.id]

    def places(self, article: Article) -> Iterator[tuple[str, int, int | None]]:
        """Tell, for each feed of a visible article, its path, the article's place from 1, and its limit."""
        for key, group in self._groups.items():
            places = [number for number, each in enumerate(group, start=1) if each.id == article.id]
            if places:
                spec = specify(key, self.settings, self.names)
                yield spec.path, places[0], spec.limit

    def _windows(self) -> Iterator[Window]:
        groups = self._groups
        for name in self.settings.feeds.named:
            groups["named", name] = []
        if self.settings.feeds.all.enabled:
            groups["all", ""] = []
        for article in self.visible:
            for key in self.selector.feeds_of(article, self.now):
                groups.setdefault(key, []).append(article)
        specs = {key: specify(key, self.settings, self.names) for key in groups}
        _refuse_collisions(list(specs.values()))
        for key, spec in sorted(specs.items(), key=lambda pair: pair[1].path):
            if len(groups[key]) < spec.min_items:
                self.too_few += 1
            else:
                yield Window(spec=spec, articles=tuple(groups[key][: spec.limit]))

    def _events(self, collection: Collection) -> Iterator[datetime]:
        for article in collection.articles:
            if self.reasons[article.id] == "not due":
                yield article.published
        for article in self.visible:
            yield from (instant for instant in self.selector.leaves_at(article) if instant > self.now)


def _refuse_collisions(specs: list[FeedSpec]) -> None:
    problems = [
        Problem(
            path=path, found=f"{len(feeds)} feeds ({', '.join(feeds)})", expected="one; give one a `slug`"
        )
        for path, feeds in collisions(specs)
    ]
    if problems:
        raise ConfigError(problems)


def read_articles(settings: Settings, progress: Progress | None = None) -> Collection:
    """Read every article of the sources; one that cannot be used costs only itself (law 5).

    Raises ConfigError where a source does not exist.
    """
    files = scan_sources(settings)
    readings = [settings.reading(number) for number in range(len(settings.sources))]
    articles, failed = [], []
    for done, file in enumerate(files):
        if progress:
            progress("reading articles", done, len(files))
        try:
            articles.append(read_article(file, readings[file.source]))
        except ArticleError as error:
            failed.append(error.problem)
    kept, losers = unify(articles)
    merged = (Merged(id=old.id, dropped=old.path, kept=new.path) for old, new in losers)
    return Collection(articles=tuple(kept), merged=tuple(merged), failed=tuple(failed), read=len(files))


def assemble(
    settings: Settings,
    *,
    now: datetime | None = None,
    include_unpublished: bool = False,
    allow_empty: bool = False,
    progress: Progress | None = None,
) -> tuple[Collection, Edition]:
    """Read the sources and decide what every feed holds at an instant; nothing is rendered or written.

    Raises ConfigError, and NoArticlesError where no article could be read unless `allow_empty`.
    """
    registries = load_registries(settings)
    collection = read_articles(settings, progress)
    if not collection.articles and not allow_empty:
        raise NoArticlesError([source.path for source in settings.sources], len(collection.failed))
    now = now or datetime.now(UTC)
    return collection, Edition(settings, registries, collection, now, include_unpublished=include_unpublished)


def render_edition(edition: Edition, progress: Progress | None = None) -> Iterator[tuple[Feed, Document]]:
    """Render every document of an edition; an item once per format, whatever the number of its feeds."""
    settings = edition.settings
    first_only = settings.rss_enclosures == "first"
    items: dict[str, Item] = {}
    rendered: dict[tuple[str, str], bytes] = {}

    def bytes_of(item: Item, name: str, format_: Renderer) -> bytes:
        key = (name, item.id)
        if key not in rendered:
            rendered[key] = format_.item(item)
        return rendered[key]

    for done, window in enumerate(edition.windows):
        if progress:
            progress("rendering feeds", done, len(edition.windows))
        for article in window.articles:
            if article.id not in items:
                items[article.id] = compose_item(article, settings, edition.names)
        feed = compose_feed(window.spec, [items[article.id] for article in window.articles], settings)
        for name in window.spec.formats:
            format_ = renderer(name, first_only=first_only)
            yield feed, format_.document(feed, [bytes_of(item, name, format_) for item in feed.items])


def build(
    settings: Settings,
    *,
    now: datetime | None = None,
    include_unpublished: bool = False,
    allow_empty: bool = False,
    dry_run: bool = False,
    progress: Progress | None = None,
) -> Report:
    """Build every feed into `settings.output` and say what was done.

    `now` is the present instant, used only to decide what is due; the default is the clock.
    Raises ConfigError, NoArticlesError or PublishError, each before anything is written or pruned.
    """
    collection, edition = assemble(
        settings,
        now=now,
        include_unpublished=include_unpublished,
        allow_empty=allow_empty,
        progress=progress,
    )
    bodies = {document.path: document.body for _, document in render_edition(edition, progress)}
    output = settings.output or "feeds"
    owned = read_manifest(output)
    published = read_published(output, owned.union(bodies))
    plan = plan_changes({path: digest_bytes(body) for path, body in bodies.items()}, published, owned)
    foreign = count_foreign(output, owned.union(bodies)) if not owned else 0
    if not dry_run:
        publish(output, plan, bodies)
    return _report(collection, edition, plan, foreign=foreign, dry_run=dry_run)


def feed_reports(edition: Edition) -> Iterator[FeedReport]:
    """Describe the feeds of an edition, in the order of their paths."""
    since = edition.settings.site.since
    for window in edition.windows:
        spec = window.spec
        yield FeedReport(
            path=spec.path,
            title=spec.title,
            kind=spec.kind,
            items=len(window.articles),
            updated=max((article.updated for article in window.articles), default=since),
            files=tuple(f"{spec.path}/{FILE_NAMES[name]}" for name in spec.formats),
        )


def _report(collection: Collection, edition: Edition, plan: Plan, *, foreign: int, dry_run: bool) -> Report:
    articles = collection.articles
    return Report(
        now=edition.now,
        read=collection.read,
        published=len(edition.visible),
        unpublished=edition.hidden.count("unpublished"),
        removed=edition.hidden.count("removed"),
        not_due=edition.hidden.count("not due"),
        failed=collection.failed,
        notes=tuple(note for article in articles for note in article.notes),
        merged=collection.merged,
        related_capped=sum(article.capped for article in articles),
        repeated=sum(article.repeated for article in articles),
        feeds=tuple(feed_reports(edition)),
        too_few=edition.too_few,
        changes=plan,
        foreign_files=foreign,
        next_event=edition.next_event,
        libyaml=yamltext.LIBYAML,
        dry_run=dry_run,
    )
