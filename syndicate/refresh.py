"""Bringing the index up to date: what changed in the sources, in time and in the configuration.

The answer is the feeds that may look different now, each with the reason; nothing is rendered here.
May know: sources, index and the rules of selection; neither formats nor the output folder.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from functools import cache
from importlib.machinery import PathFinder
from importlib.util import find_spec
from itertools import chain, islice

import msgspec

from syndicate import __version__, pool, workers
from syndicate.article import Provider
from syndicate.dates import LONG_AGO
from syndicate.digest import digest_of
from syndicate.errors import NoArticlesError
from syndicate.index import Index
from syndicate.indexfile import FileRow, KnownFile
from syndicate.registry import Registries
from syndicate.selection import FeedKey, Names, newer_than, split_key, standing_feeds
from syndicate.settings import Settings
from syndicate.sources import SourceFile, Stamps, find_files, walk_sources

Progress = Callable[[str, int, int], None]
"""Told the stage, how much of it is done and how much there is."""

_LAST = int(datetime.max.replace(tzinfo=UTC).timestamp())
# A file that was written this long (2 s, in ns) before it was read may have been written again
# within the same tick of its clock.
_TICK = 2_000_000_000
# How many files, or how many bytes of them, make starting a pool pay.
_MANY_FILES, _MANY_BYTES = 400, 2_000_000
_READ_BATCH = 256
_AHEAD = 8
# The packages whose versions decide about bytes.
_RENDERING = frozenset(
    "feedgen jinja2 lxml markdown-it-py markupsafe msgspec nh3 python-dateutil python-slugify"
    " pyyaml text-unidecode tzdata".split()
)


class Changes(msgspec.Struct, kw_only=True):
    """What a refresh found: how many files it read, and the feeds that may differ, with the reason.

    `moved` are the instants when those articles were published that came, went or look different now,
    so that of a feed's archive the periods of these are rendered, and no others.
    """

    total: int = 0
    read: int = 0
    changed: int = 0
    everything: bool = False
    feeds: dict[FeedKey, str] = {}
    moved: set[int] = set()

    def touch(self, feeds: Iterable[FeedKey], reason: str) -> None:
        """Remember feeds; the first reason stays."""
        for feed in feeds:
            self.feeds.setdefault(feed, reason)


class Refresh:
    """One refresh of one index."""

    def __init__(
        self,
        index: Index,
        settings: Settings,
        registries: Registries,
        now: datetime,
        *,
        include_unpublished: bool = False,
    ) -> None:
        self.index = index
        self.settings = settings
        self.registries = registries
        self.now = int(now.timestamp())
        self.include_unpublished = include_unpublished
        self.changes = Changes()

    def run(
        self,
        executor: pool.Executors,
        *,
        full: bool = False,
        allow_empty: bool = False,
        only: Sequence[str] | None = None,
        progress: Progress | None = None,
    ) -> Changes:
        """Bring the index up to date. `executor` is called only if there is much to do.

        `only` names the files that may have changed; without it all sources are scanned.

        Raises ConfigError for sources that do not exist, NoArticlesError where they hold no article.
        """
        index, changes = self.index, self.changes
        reread, regroup = self._compare_configuration()
        if full:
            reread = regroup = True
        changes.everything = regroup
        if only is None or reread or regroup:
            before = self._scan(executor, reread=reread, progress=progress)
        else:
            before = self._look_at(only)
        if self.settings.on_error == "drop":
            changes.touch(index.forget_broken(), "an article is broken")
        if regroup and before:
            # Those that were read just now are right already; a last good version is not read again.
            self._regroup(executor)
        settled = index.settle(everything=regroup, include_unpublished=self.include_unpublished)
        changes.touch(settled, "another file of the same id stays")
        changes.moved |= index.moved()
        self._pass_time()
        if not allow_empty and not index.has_articles():
            raise NoArticlesError([source.path for source in self.settings.sources], index.failures(self.now))
        if changes.everything:
            reason = "the configuration changed" if index.meta("now") is not None else "the index is new"
            changes.touch(standing_feeds(self.settings, self.registries), reason)
            changes.touch(index.member_feeds(), reason)
            changes.touch(index.feeds(), reason)
        self._rename()
        index.set_meta("now", self.now)
        return changes

    # The configuration.

    def _compare_configuration(self) -> tuple[bool, bool]:
        """Tell whether every file must be read again, and whether every article must find its feeds again."""
        readings = [self.settings.reading(number) for number in range(len(self.settings.sources))]
        roots = digest_of([source.path for source in self.settings.sources])
        if self.index.meta("roots") != roots:
            # Another site, or other sources: what was last good there is nothing here.
            self.index.clear()
            self.index.set_meta("roots", roots)
        reading = digest_of(_versions(), readings, roots)
        neutral = msgspec.structs.replace(self.settings, output=None, index=None)
        registries = [self.registries.topics.entries, self.registries.providers.entries]
        grouping = digest_of(reading, neutral, registries, self.include_unpublished)
        reread = self.index.meta("reading") != reading
        regroup = self.index.meta("grouping") != grouping
        self.index.set_meta("reading", reading)
        self.index.set_meta("grouping", grouping)
        return reread, regroup

    def _regroup(self, executor: pool.Executors) -> None:
        description = workers.describe(self.settings, self.registries)
        batches = pool.in_batches(self.index.all_records(), 512)
        results = pool.spread(
            executor(), workers.members_batch, ((description, batch) for batch in batches), 8
        )
        self.index.replace_members(
            (each for batch in results for each in batch), include_unpublished=self.include_unpublished
        )

    # The sources.

    def _scan(self, executor: pool.Executors, *, reread: bool, progress: Progress | None) -> int:
        """Read what changed, forget what is gone; returns how many files were known before."""
        stamps = self.index.stamps(len(self.settings.sources), _TICK)
        before = sum(map(len, stamps))
        wanted = self._changed(stamps, reread=reread)
        if before:
            self._read(wanted, executor, progress)
        else:
            with self.index.filling():
                self._read(wanted, executor, progress, anew=True)
        gone = [self.index.known_file(source, path) for source, left in enumerate(stamps) for path in left]
        self._forget([known for known in gone if known])
        self.changes.total = self.index.count_files()
        return before

    def _changed(
        self, stamps: Sequence[Stamps], *, reread: bool
    ) -> Iterator[tuple[SourceFile, bytes | None]]:
        """Give the files to be read, with the digests they are known by; those still there leave `stamps`."""
        for file in walk_sources(self.settings, () if reread else stamps):
            self.changes.total += 1
            was_known = stamps[file.source].pop(file.path, None) is not None
            known = self.index.known_file(file.source, file.path) if was_known and not reread else None
            yield file, known.digest if known else None

    def _look_at(self, paths: Sequence[str]) -> int:
        """Read, or forget, the files at some paths, and leave the others alone."""
        wanted: list[tuple[SourceFile, bytes | None]] = []
        gone: list[KnownFile] = []
        for source, path, file in find_files(self.settings, paths):
            known = self.index.known_file(source, path)
            if file is not None:
                wanted.append((file, known.digest if known else None))
            elif known is not None:
                gone.append(known)
        self._forget(gone)
        self._read(wanted, lambda: None, None)
        self.changes.total = self.index.count_files()
        return self.changes.total

    def _forget(self, gone: Collection[KnownFile]) -> None:
        self.changes.touch(self.index.forget_files(each.file for each in gone), "an article went")
        self.changes.changed += len(gone)

    def _read(
        self,
        wanted: Iterable[tuple[SourceFile, bytes | None]],
        executor: pool.Executors,
        progress: Progress | None,
        *,
        anew: bool = False,
    ) -> None:
        wanted = iter(wanted)
        first = list(islice(wanted, _MANY_FILES + 1))
        many = len(first) > _MANY_FILES or sum(file.size for file, _ in first) > _MANY_BYTES
        everything = pool.in_batches(chain(first, wanted), _READ_BATCH)
        description = workers.describe(self.settings, self.registries) if first else b""
        batches = ((description, batch) for batch in everything)
        for encoded in pool.spread(executor() if many else None, workers.read_batch, batches, _AHEAD):
            rows = workers.read_rows(encoded)
            self.changes.read += len(rows)
            self._store(rows, anew=anew)
            if progress:
                progress("reading articles", self.changes.read, self.changes.total)

    def _store(self, rows: list[FileRow], *, anew: bool) -> None:
        index, changes, shown = self.index, self.changes, self.include_unpublished
        alike = workers.records_alike
        new = []
        for row in rows:
            before = None if anew else index.known_file(row.source, row.path)
            if before is None:
                new.append(row)
            elif row.article is None and row.problem is None:
                index.touch_files([(row.size, row.mtime, row.read_at, before.file)])
            else:
                changes.changed += row.digest != before.digest
                touched = index.replace_file(before, row, include_unpublished=shown, alike=alike)
                same = row.digest == before.digest
                changes.touch(touched, "the configuration changed" if same else f"{row.path} changed")
        changes.changed += len(new)
        if len(new) > 1 and changes.everything:
            index.add_files(new, include_unpublished=shown)
            return
        for row in new:
            touched = index.replace_file(None, row, include_unpublished=shown, alike=alike)
            changes.touch(touched, f"{row.path} is new")

    # Time.

    def _pass_time(self) -> None:
        """Touch the feeds of what became due, or stopped being so, since the last run."""
        last = self.index.meta("now")
        if last is None or last == self.now:
            return
        after, until = sorted((last, self.now))
        self.changes.touch(self.index.feeds_due_between(after, until), "an article became due")
        # Every article is in the feed of everything, even where that one is switched off.
        self.changes.moved |= self.index.instants("all/", after, until)
        for name in self.settings.feeds.named:
            feed = f"named/{name}"
            span = newer_than(feed, self.settings)
            if span is not None:
                age = int(span.total_seconds())
                if left := self.index.instants(feed, after - age, until - age):
                    self.changes.touch([feed], "an article grew too old")
                    self.changes.moved |= left

    def next_event(self) -> int | None:
        """Tell when the next article becomes due, or leaves a feed, by time alone."""
        events = [self.index.next_due(self.now)]
        for name in self.settings.feeds.named:
            feed = f"named/{name}"
            span = newer_than(feed, self.settings)
            if span is not None:
                age = int(span.total_seconds())
                oldest = self.index.oldest_after(feed, self.now - age, self.now)
                events.append(None if oldest is None else oldest + age)
        # A span may reach beyond the last year that there is; nothing leaves then.
        return min((event for event in events if event is not None and event <= _LAST), default=None)

    # Names.

    def _rename(self) -> None:
        """Learn anew what the topics and providers of touched feeds are shown as."""
        changes, index = self.changes, self.index
        names = Names(self.registries)
        shown = index.names()
        for feed in [feed for feed in changes.feeds if split_key(feed)[0] in ("topics", "providers")]:
            record = index.newest_own(feed, self.now)
            word = _word(feed, _decode_named(record), names) if record else None
            if word == shown.get(feed):
                continue
            index.set_name(feed, word)
            if changes.everything:
                continue
            reason = f"{split_key(feed)[1]} changed its name"
            changes.touch(self._about(feed, names), reason)
            if feed in shown:
                changes.touch(index.feeds_sharing_articles_with(feed), reason)
                changes.moved |= index.instants(feed, LONG_AGO, self.now)

    def _about(self, feed: FeedKey, names: Names) -> Iterator[FeedKey]:
        """Give the named feeds that show a topic as their category, even those without an article of it."""
        for name, named in self.settings.feeds.named.items():
            if feed in (f"topics/{names.topic(word).key}" for word in named.where.topic):
                yield f"named/{name}"

    def learnt(self) -> dict[FeedKey, str | Provider]:
        """Give what the newest articles call every topic and provider."""
        decode = msgspec.msgpack.Decoder(str | Provider).decode
        return {feed: decode(word) for feed, word in self.index.names().items()}


class _Named(msgspec.Struct):
    """What an article says of names, of all that its record holds."""

    provider: Provider | None = None
    topics: tuple[str, ...] = ()


_decode_named = msgspec.msgpack.Decoder(_Named).decode


def _word(feed: FeedKey, article: _Named, names: Names) -> bytes | None:
    kind, key = split_key(feed)
    if kind == "providers":
        return msgspec.msgpack.encode(article.provider)
    spelled = (name for name in article.topics if names.topic(name).key == key)
    return msgspec.msgpack.encode(next(spelled, key))


def has_libyaml() -> bool:
    """Tell whether PyYAML came with libyaml: by its file, where nothing had to be read by PyYAML."""
    if loaded := sys.modules.get("syndicate.yamlevents"):
        return bool(loaded.LIBYAML)
    package = find_spec("yaml")
    return package is None or bool(PathFinder.find_spec("yaml._yaml", package.submodule_search_locations))


@cache
def _versions() -> list[str]:
    """List what, beside the configuration, decides about the bytes of a feed.

    The versions of packages are read off the names of their folders: asking importlib.metadata for
    them takes longer than a run in which nothing changed should.
    """
    found = set()
    for folder in filter(os.path.isdir, sys.path):
        for name in os.listdir(folder):
            package, _, version = name.removesuffix(".dist-info").partition("-")
            if version and name.endswith(".dist-info") and package.lower().replace("_", "-") in _RENDERING:
                found.add(f"{package} {version}")
    return [__version__, sys.version, *sorted(found)]
