"""The work that other processes can do: reading articles, rendering items and the heads of feeds.

Plain functions of plain values, for any `concurrent.futures.Executor`. They return finished bytes and
records; the caller only stores. May know: how to read and to render; neither the index nor the output.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import msgspec

from syndicate.article import Article, Provider, look_alike
from syndicate.catalogue import FeedSpec, Place
from syndicate.digest import digest_bytes
from syndicate.errors import ArticleError, Problem, RenderError
from syndicate.indexfile import ArticleRow, FileRow
from syndicate.pool import in_batches
from syndicate.registry import Registries
from syndicate.render import Renderer, renderer
from syndicate.selection import FeedKey, Names, Selector
from syndicate.settings import Settings
from syndicate.sources import SourceFile, make_article, parse_front, read_file

Rendered = tuple[bytes, ...]
"""An item, or the head of a feed, in each format asked for."""

# How many files, or items, go through one stage before the next one begins: few enough for the caches.
_AT_ONCE = 16
_encode = msgspec.msgpack.Encoder().encode
_decode_article = msgspec.msgpack.Decoder(Article).decode
_decode_names = msgspec.msgpack.Decoder(dict[FeedKey, str | Provider]).decode
_decode_rows = msgspec.msgpack.Decoder(list[FileRow]).decode


class Tools:
    """What reading and rendering need, made once a process from the bytes that describe it."""

    def __init__(
        self, settings: Settings, registries: Registries, learnt: Mapping[FeedKey, str | Provider]
    ) -> None:
        self.settings = settings
        self.names = Names(registries, learnt)
        self.selector = Selector(settings, self.names)
        self.readings = [settings.reading(number) for number in range(len(settings.sources))]

    def renderer(self, name: str) -> Renderer:
        """Give the renderer of a format, tuned as the settings say."""
        return renderer(name, first_only=self.settings.rss_enclosures == "first")


def describe(
    settings: Settings, registries: Registries, learnt: Mapping[FeedKey, str | Provider] | None = None
) -> bytes:
    """Describe the tools of a run as bytes that any process can make them from."""
    import pickle

    # A large site has a thousand names: pickle takes ten times as long for them.
    return pickle.dumps((settings, registries, _encode(learnt or {})))


@lru_cache(maxsize=2)
def _tools(description: bytes) -> Tools:
    import pickle

    settings, registries, learnt = pickle.loads(description)  # noqa: S301 - our own, made by describe()
    return Tools(settings, registries, _decode_names(learnt))


def read_batch(description: bytes, files: Sequence[tuple[SourceFile, bytes | None]]) -> bytes:
    """Read files; each comes with the digest it is known by, or None.

    Returns the encoded list of FileRow, in the order of the files, of those still there. A row with
    neither an article nor a problem is a file whose bytes are the known ones.
    """
    tools = _tools(description)
    return _encode([row for some in in_batches(files, _AT_ONCE) for row in _read(tools, some)])


def read_rows(encoded: bytes) -> list[FileRow]:
    """Decode what `read_batch` returned."""
    return _decode_rows(encoded)


class _Work(msgspec.Struct):
    """One file on its way through the stages: what the last one made of it, or what is wrong with it."""

    file: SourceFile
    read_at: int
    digest: bytes = b""
    made: Any = None
    problem: Problem | None = None


def _read(tools: Tools, files: Sequence[tuple[SourceFile, bytes | None]]) -> Iterator[FileRow]:
    # Stage by stage, not file by file: what one stage needs then stays in the processor's caches.
    works = [work for file, known in files if (work := _fetch(file, known))]
    _do(works, lambda work: parse_front(work.made, work.file))
    _do(works, lambda work: make_article(work.made, work.file, tools.readings[work.file.source]))
    _do(works, lambda work: article_row(tools, work.made))
    for work in works:
        yield FileRow(
            source=work.file.source,
            path=work.file.path,
            size=work.file.size,
            mtime=work.file.mtime_ns,
            read_at=work.read_at,
            digest=work.digest,
            problem=_encode(work.problem) if work.problem else None,
            article=work.made,
        )


def _fetch(file: SourceFile, known: bytes | None) -> _Work | None:
    """Read a file; nothing more is made of bytes that are known.

    One that went since it was found has no row: the next run will see what became of it.
    """
    work = _Work(file, time.time_ns())
    try:
        raw = read_file(file)
    except ArticleError as error:
        if not os.path.lexists(file.file):
            return None
        work.problem = error.problem
        return work
    work.digest = digest_bytes(raw)
    work.made = None if work.digest == known else raw
    return work


def _do(works: Sequence[_Work], stage: Callable[[_Work], Any]) -> None:
    for work in works:
        if work.made is not None:
            try:
                work.made = stage(work)
            except ArticleError as error:
                work.made, work.problem = None, error.problem


def article_row(tools: Tools, article: Article) -> ArticleRow:
    """Make the row of an article for the index."""
    return ArticleRow(
        id=article.id,
        published=int(article.published.timestamp()),
        updated=int(article.updated.timestamp()),
        removed=article.removed,
        draft=article.draft,
        capped=article.capped,
        repeated=article.repeated,
        notes=_encode(article.notes) if article.notes else None,
        record=_encode(article),
        members=tuple(tools.selector.members(article).items()),
    )


def members_batch(
    description: bytes, records: Sequence[tuple[int, bytes]]
) -> list[tuple[int, tuple[tuple[FeedKey, bool], ...]]]:
    """Tell for each file, by its record, in which feeds its article stands."""
    selector = _tools(description).selector
    return [(file, tuple(selector.members(_decode_article(record)).items())) for file, record in records]


def render_batch(
    description: bytes,
    records: Sequence[bytes],
    heads: Sequence[tuple[FeedSpec, datetime, Place]],
    formats: tuple[str, ...],
) -> tuple[list[Rendered], list[Rendered]]:
    """Render items, by their records, in the given formats, and the heads of feeds in their own."""
    # As elsewhere here, imported where it is used: a run in which nothing changed renders nothing.
    from syndicate.compose import compose_item

    tools = _tools(description)
    renderers = [tools.renderer(name) for name in formats]
    items: list[Rendered] = []
    for some in in_batches(records, _AT_ONCE):
        articles = [_decode_article(record) for record in some]
        composed = [compose_item(article, tools.settings, tools.names) for article in articles]
        items += zip(*([each.item(item) for item in composed] for each in renderers), strict=True)
    return items, [_head(tools, spec, updated, place) for spec, updated, place in heads]


def _head(tools: Tools, spec: FeedSpec, updated: datetime, place: Place) -> Rendered:
    from syndicate.compose import compose_frame

    # A worker gets its own copy of every value, the time zone too.
    feed = compose_frame(spec, updated.astimezone(UTC), tools.settings, place)
    return tuple(tools.renderer(name).head(feed) for name in spec.documents(place.period))


def decode_article(record: bytes) -> Article:
    """Decode the record of an article."""
    return _decode_article(record)


def records_alike(old: bytes, new: bytes) -> bool:
    """Tell whether readers see the same of an article as before, by its records.

    An old one that cannot be decoded (it is damaged, or of a version that had other fields) is no reason
    to keep the new one away.
    """
    if old == new:
        return True
    try:
        before = _decode_article(old)
    except (msgspec.DecodeError, UnicodeDecodeError, RenderError):
        return False
    return look_alike(before, _decode_article(new))
