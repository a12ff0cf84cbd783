"""Watching: every change of an article or of the configuration rebuilds what it touches, at once.

The index stays open and the settings stay in memory; a change costs what it touches. May know: the
pipeline, the configuration and the clock; not how the command line prints.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from threading import Event

from syndicate.config import load_registries
from syndicate.errors import (
    BrokenArticlesError,
    NoArticlesError,
    Problem,
    PublishError,
    SyndicateError,
    below,
)
from syndicate.index import Index
from syndicate.indexfile import INDEX_ERRORS
from syndicate.lock import lock
from syndicate.owed import Announcer
from syndicate.pipeline import Options, build_with, ledger
from syndicate.places import index_path, last_run_path, lock_path, output_folder, state_folder
from syndicate.registry import Registries
from syndicate.report import Report, counted
from syndicate.settings import Settings
from syndicate.sources import is_source_file, watched_folders
from syndicate.upkeep import begin_anew, noted, open_index

# A burst of changes ends when this many milliseconds pass without one, and in any case after so many.
_QUIET_MS, _BURST_MS = 10, 400
# How often the clock is looked at, for articles that become due.
_TICK_MS = 1_000
_WAIT_FOR_OTHERS = 30.0
_NAMED = 3


class Watcher:
    """One site that is being watched; `rebuild` may be called for as long as it is open."""

    def __init__(
        self,
        config: str,
        load: Callable[[], Settings],
        options: Options,
        say: Callable[[str], None] = lambda _: None,
    ) -> None:
        """`load` reads the configuration at the path `config`, whenever that changes.

        `say` is told what becomes of announcements to hubs, from another thread and between rebuilds.
        """
        self.config = os.path.abspath(config)
        self.options = options
        self._load = load
        self._stack = ExitStack()
        self._known_failures: set[str] = set()
        self._known_obstacles: set[str] = set()
        # Whether a rebuild failed, so that nobody knows any more what changed; whether the index is closed.
        self._missed = False
        self._closed = True
        self._announcer = Announcer(say)
        self.next_event: datetime | None = None
        self.settings: Settings
        self.registries: Registries
        self._index: Index
        self._begin()

    def __enter__(self) -> Watcher:
        return self

    def __exit__(self, *_: object) -> None:
        self._announcer.close()
        self._stack.close()

    def _begin(self) -> None:
        settings = self._load()
        registries = load_registries(settings)
        self._closed = True
        self._stack.close()
        path = index_path(settings)
        try:
            index = open_index(path)
        except INDEX_ERRORS as error:
            begin_anew(path, error)
            index = open_index(path)
        self._index = self._stack.enter_context(index)
        self._closed = False
        self.settings, self.registries = settings, registries

    def folders(self) -> list[str]:
        """List the folders in which a change matters."""
        feeds = self.settings.feeds
        registries = [path for path in (feeds.topics.registry, feeds.providers.registry) if path]
        folders = {os.path.dirname(self.config), *watched_folders(self.settings)}
        folders.update(path if os.path.isdir(path) else os.path.dirname(path) for path in registries)
        return sorted(folder for folder in folders if os.path.isdir(folder))

    def concerns(self, path: str) -> bool:
        """Tell whether a change of a path may matter: our own files and hidden ones do not."""
        ours = (output_folder(self.settings), state_folder(self.settings))
        if any(path == folder or path.startswith(folder + os.sep) for folder in ours):
            return False
        if os.path.basename(path).startswith("."):
            return False
        return (
            self.is_configuration(path)
            or is_source_file(self.settings, path)
            or os.path.isdir(path)
            or self._was_folder(path)
        )

    def is_configuration(self, path: str) -> bool:
        """Tell whether a path is the configuration or belongs to a registry."""
        feeds = self.settings.feeds
        registries = [each for each in (feeds.topics.registry, feeds.providers.registry) if each]
        beside = [
            os.path.join(os.path.dirname(self.config), name) for name in ("topics.yaml", "providers.yaml")
        ]
        return path in (self.config, *registries, *beside) or any(
            path.startswith(registry + os.sep) for registry in registries
        )

    def rebuild(self, paths: Sequence[str] | None = None) -> list[str]:
        """Rebuild what a change of paths touches, or all that changed; says what was done, in lines.

        An empty list of paths stands for what nobody saw: the configuration is read again, too, and nothing
        is said if it was nothing. Whatever is wrong is said, and nothing of it ends the watch.
        """
        started = time.perf_counter()
        unseen = paths is not None and not paths
        try:
            if unseen or self._closed or (paths and any(map(self.is_configuration, paths))):
                self._begin()
                report = self._build(None)
            else:
                report = self._build(self._only(paths))
        except (BrokenArticlesError, NoArticlesError) as error:
            return [*self._new_failures(error.failed, map(str, error.failed)), f"error: {error}"]
        except SyndicateError as error:
            return [f"error: {line}" for line in str(error).splitlines()]
        except INDEX_ERRORS as error:
            try:
                aside = begin_anew(index_path(self.settings), error)
            except PublishError as obstacle:
                return [f"error: {obstacle}"]
            self._begin()
            return [f"the index could not be used ({error}); it is now {aside}", *self.rebuild()]
        failures = [*self._new_failures(report.failed, report.failures()), *self._new_obstacles(report)]
        if unseen and not report.changes.write and not report.changes.delete:
            return failures
        elapsed = (time.perf_counter() - started) * 1000
        return [*failures, _line(paths or None, report, elapsed)]

    def _only(self, paths: Sequence[str] | None) -> Sequence[str] | None:
        # A folder that came or went tells nothing of the files in it.
        if (
            self._missed
            or paths is None
            or any(os.path.isdir(path) or self._was_folder(path) for path in paths)
        ):
            return None
        return paths

    def _was_folder(self, path: str) -> bool:
        roots = enumerate(source.path for source in self.settings.sources)
        return not os.path.exists(path) and any(
            self._index.has_below(number, below(path, root)) for number, root in roots if root != path
        )

    def _build(self, only: Sequence[str] | None) -> Report:
        self._missed = True
        with lock(lock_path(self.settings), _WAIT_FOR_OTHERS):
            report = noted(
                last_run_path(self.settings),
                lambda: build_with(
                    self._index, self.settings, self.options, registries=self.registries, only=only
                ),
            )
        self._missed = False
        self.next_event = report.next_event
        if self.settings.hubs and self.options.ping:
            self._announcer.call(ledger(self.settings))
        return report

    def _new_failures(self, failed: Sequence[Problem], lines: Iterable[str]) -> Iterator[str]:
        for problem, line in zip(failed, lines, strict=True):
            if str(problem) not in self._known_failures:
                yield f"failed: {line}"
        self._known_failures = set(map(str, failed))

    def _new_obstacles(self, report: Report) -> Iterator[str]:
        obstacles = set(report.obstacles())
        yield from (f"blocked: {line}" for line in sorted(obstacles - self._known_obstacles))
        self._known_obstacles = obstacles


class Interrupts:
    """Remembers a Ctrl-C or SIGTERM, beside raising it: Python drops what some of its own callbacks raise.

    Those of its import lock are such: a watch that was told to end while it imported would go on for ever.
    A context manager, for the main thread.
    """

    def __init__(self) -> None:
        self._came = False

    def __enter__(self) -> Interrupts:
        # Where a shell had it ignored, as in the background, it stays so.
        self._before = {each: signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM)}
        for each, before in self._before.items():
            if before is not signal.SIG_IGN:
                signal.signal(each, self._take)
        return self

    def __exit__(self, *_: object) -> None:
        for each, before in self._before.items():
            signal.signal(each, before)

    def is_set(self) -> bool:
        """Tell whether it came."""
        return self._came

    def _take(self, *_: object) -> None:
        self._came = True
        raise KeyboardInterrupt


def watch(watcher: Watcher, say: Callable[[str], None], stop: Event | Interrupts | None = None) -> None:
    """Rebuild now, and then whenever something changes or becomes due, until `stop` is set."""
    for line in watcher.rebuild():
        say(line)
    for paths in _changes(watcher, stop):
        for line in watcher.rebuild(paths):
            say(line)


def _changes(watcher: Watcher, stop: Event | Interrupts | None) -> Iterator[list[str] | None]:
    """Give the paths of each burst of changes, none at first, or None when an article becomes due."""
    while stop is None or not stop.is_set():
        folders = watcher.folders()
        for paths in _changes_in(folders, watcher, stop):
            yield paths
            if watcher.folders() != folders:
                break


def _changes_in(
    folders: list[str], watcher: Watcher, stop: Event | Interrupts | None
) -> Iterator[list[str] | None]:
    from watchfiles import watch as watch_files

    stream = watch_files(
        *folders,
        watch_filter=lambda _, path: watcher.concerns(path),
        debounce=_BURST_MS,
        step=_QUIET_MS,
        stop_event=stop,
        rust_timeout=_TICK_MS,
        yield_on_timeout=True,
    )
    # What changed since the last rebuild and before this watch began was seen by nobody.
    if next(stream, None) is None:
        return
    yield []
    for changes in stream:
        if changes:
            yield sorted({path for _, path in changes})
        elif watcher.next_event and datetime.now(UTC) >= watcher.next_event:
            yield None
        elif stop is not None and stop.is_set():
            return


def _line(paths: Sequence[str] | None, report: Report, elapsed: float) -> str:
    feeds = [feed.path for feed in report.changed_feeds]
    if paths is None:
        what = counted(report.read, "article")
    else:
        what = _some([below(path, os.getcwd()) for path in paths])
    which = _some(feeds) if feeds else "no feed differs"
    plan = report.changes
    files = len(plan.write) + len(plan.delete)
    return f"{what}: {which} ({counted(files, 'file')}, {elapsed:.0f} ms)"


def _some(names: Iterable[str]) -> str:
    names = list(names)
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {more} more" if more > 0 else "")
