"""Looking without building: the feeds there would be, one article as it is understood, all articles.

May know: what the pipeline knows; it writes nothing.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import datetime

import msgspec

from syndicate.article import Article
from syndicate.catalogue import specify
from syndicate.config import load_registries
from syndicate.edition import Edition
from syndicate.errors import ArticleError, ConfigError, Problem
from syndicate.index import Index
from syndicate.pipeline import Options, Run
from syndicate.places import index_path
from syndicate.report import FeedReport
from syndicate.selection import is_enabled
from syndicate.settings import Settings
from syndicate.sources import read_article, scan_sources
from syndicate.upkeep import over_copy


def read_articles(settings: Settings) -> tuple[list[Article], list[ArticleError]]:
    """Read every article of the sources: those that can be used, and what is wrong with the others.

    Raises ConfigError where a source does not exist.
    """
    articles, failed = [], []
    for file in scan_sources(settings):
        try:
            articles.append(read_article(file, settings.reading(file.source)))
        except ArticleError as error:
            failed.append(error)
    return articles, failed


def list_feeds(
    settings: Settings, *, now: datetime | None = None, include_unpublished: bool = False
) -> list[FeedReport]:
    """List the feeds that a build would publish, in the order of their paths; nothing is written."""
    options = _options(now, include_unpublished=include_unpublished)

    def look(index: Index) -> list[FeedReport]:
        _, edition = _up_to_date(index, settings, options)
        return [feed for feed in edition.index.feeds().values() if feed.files]

    return over_copy(index_path(settings), look)


class Understood(msgspec.Struct, frozen=True, kw_only=True):
    """How one article is understood: itself, why it is in no feed, and its feeds with its place in each."""

    article: Article
    absence: str | None
    places: tuple[tuple[str, int, int | None], ...]


def understand(
    settings: Settings, file: str, *, now: datetime | None = None, include_unpublished: bool = False
) -> Understood:
    """Say how the article in a file is understood.

    Raises ConfigError for a file that no source includes, ArticleError for one that cannot be used.
    """
    wanted = os.path.realpath(file)
    found = [each for each in scan_sources(settings) if os.path.realpath(each.file) == wanted]
    if not found:
        what = "a file that no source includes" if os.path.exists(file) else "no such file"
        expected = "a file of one of the sources: " + ", ".join(source.path for source in settings.sources)
        raise ConfigError([Problem(path=file, found=what, expected=expected)])
    article = read_article(found[0], settings.reading(found[0].source))
    options = _options(now, include_unpublished=include_unpublished)

    def look(index: Index) -> Understood:
        run, edition = _up_to_date(index, settings, options)
        absence = _absence(run, article)
        places = () if absence else tuple(_places(edition, article))
        return Understood(article=article, absence=absence, places=places)

    return over_copy(index_path(settings), look)


def _options(now: datetime | None, *, include_unpublished: bool) -> Options:
    return Options(now=now, include_unpublished=include_unpublished, allow_empty=True, dry_run=True)


def _up_to_date(index: Index, settings: Settings, options: Options) -> tuple[Run, Edition]:
    """Bring a copy of the index up to date; the index itself stays as it is."""
    run = Run(index, settings, options, load_registries(settings))
    changes = run.update()
    edition = run.edition()
    edition.update(changes.feeds)
    return run, edition


def _absence(run: Run, article: Article) -> str | None:
    for id_, dropped, (_, kept) in run.index.merged():
        if (id_, dropped) == (article.id, (article.source, article.path)):
            return f"{kept} has the same id and stays in its place"
    if article.removed:
        return "removed"
    if article.draft and not run.options.include_unpublished:
        return "unpublished"
    if article.published > run.now:
        return "not due"
    return None


def _places(edition: Edition, article: Article) -> Iterator[tuple[str, int, int | None]]:
    known = edition.index.known_file(article.source, article.path)
    if known is None:
        return
    for key in edition.index.feeds_of(known.file):
        if is_enabled(key, edition.settings):
            spec = specify(key, edition.settings, edition.names)
            files = [member.file for member in edition.members(key, None)]
            if known.file in files:
                yield spec.path, files.index(known.file) + 1, spec.limit
