"""The pipeline, in one place: sources, articles, index, selection, feeds, documents, publish.

May know: every stage; not how the command line asks or answers.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec

from syndicate import encoding, pool, workers
from syndicate.catalogue import FeedSpec
from syndicate.config import load_registries
from syndicate.edition import Edition
from syndicate.errors import BrokenArticlesError, PublishError, WorkerError, below, reason_of
from syndicate.gate import Gate
from syndicate.index import Index
from syndicate.indexfile import INDEX_ERRORS
from syndicate.lock import lock
from syndicate.model import Document
from syndicate.owed import Accounting, Ledger
from syndicate.places import index_path, last_run_path, lock_path, output_folder
from syndicate.plan import Plan, State
from syndicate.publish import Publication, count_foreign
from syndicate.refresh import Changes, Progress, Refresh, has_libyaml
from syndicate.registry import Registries
from syndicate.rendering import Rendering
from syndicate.report import ChangedFeed, FeedReport, Merged, Report
from syndicate.root import update_root
from syndicate.selection import Names
from syndicate.settings import Settings
from syndicate.siblings import offer_siblings
from syndicate.upkeep import begin_anew, no_index, noted, open_index, over_copy
from syndicate.window import Window

if TYPE_CHECKING:
    from concurrent.futures import Executor


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """How one run differs from the next: the keywords of `build`."""

    now: datetime | None = None
    include_unpublished: bool = False
    allow_empty: bool = False
    dry_run: bool = False
    full: bool = False
    adopt: bool = False
    jobs: int | None = None
    wait: float = 0.0
    ping: bool = True
    check: bool = False


def build(
    settings: Settings,
    *,
    now: datetime | None = None,
    include_unpublished: bool = False,
    allow_empty: bool = False,
    dry_run: bool = False,
    full: bool = False,
    adopt: bool = False,
    jobs: int | None = None,
    wait: float = 0.0,
    ping: bool = True,
    check: bool = False,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> Report:
    """Build what changed since the last run into `settings.output` and say what was done.

    `now` is the present instant, used only to decide what is due; the default is the clock. `full`
    trusts nothing that the index knows but the last good version of an article that is broken.
    `adopt` replaces files in the output that are in the way and not ours; else they stay and are reported.
    `jobs` is how many processes may work (default: one a processor); `executor` takes their place.
    `wait` is how many seconds another run on the same output is waited for. Without `ping` the hubs
    are not told of what changed, and what they are owed is kept for later. `check` holds back every
    document that has an error; what is published in its place stays.
    Raises ConfigError, NoArticlesError, BrokenArticlesError, PublishError, LockedError or WorkerError,
    each before any file is pruned; a file that was replaced is whole, old or new.
    """
    options = Options(
        now=now,
        include_unpublished=include_unpublished,
        allow_empty=allow_empty,
        dry_run=dry_run,
        full=full,
        adopt=adopt,
        jobs=jobs,
        wait=wait,
        ping=ping,
        check=check,
    )
    if dry_run:
        return over_copy(
            index_path(settings),
            lambda index: build_with(index, settings, options, executor=executor, progress=progress),
        )
    with lock(lock_path(settings), wait):
        report = noted(
            last_run_path(settings),
            lambda: build_locked(settings, options, executor=executor, progress=progress),
        )
    return _announced(report, settings, options) if settings.hubs else report


def ledger(settings: Settings) -> Ledger:
    """Open the account of what the hubs are owed."""
    return Ledger(settings, index=index_path(settings), lock=lock_path(settings))


def _announced(report: Report, settings: Settings, options: Options) -> Report:
    """Announce what is owed, by this run or an earlier one, now that it lasts and the lock is free."""
    outcome = ledger(settings).settle_owed() if options.ping else ledger(settings).kept()
    return msgspec.structs.replace(
        report,
        announcements=outcome.announcements,
        owed=outcome.owed,
        warnings=(*report.warnings, *outcome.warnings),
    )


def build_locked(
    settings: Settings,
    options: Options,
    *,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> Report:
    """Build while the lock is held. A corrupt index is an empty index: it is put aside, with a warning."""
    path = index_path(settings)
    try:
        with open_index(path) as index:
            return build_with(index, settings, options, executor=executor, progress=progress)
    except INDEX_ERRORS as error:
        aside = begin_anew(path, error)
        warning = f"the index could not be used ({error}): it is begun anew, the old one is {aside}"
    try:
        with open_index(path) as index:
            report = build_with(index, settings, options, executor=executor, progress=progress)
    except INDEX_ERRORS as error:
        raise no_index(path, error) from None
    return msgspec.structs.replace(report, warnings=(warning, *report.warnings))


def build_with(
    index: Index,
    settings: Settings,
    options: Options,
    *,
    registries: Registries | None = None,
    only: Sequence[str] | None = None,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> Report:
    """Build over an open index, in one transaction: nothing of a run lasts unless all of it succeeds.

    `only` names the files that may have changed, for a caller who knows; the rest is not looked at.
    """
    with ExitStack() as stack:
        stack.callback(index.rollback)
        try:
            run = Run(index, settings, options, registries or load_registries(settings))
            run.executor = pool.Lazy(stack, executor, run.jobs)
            return run.build(only, progress)
        except pool.broken_executor():
            raise WorkerError from None
        except OSError as error:
            # Whatever the machine is out of, such as open files: each stage tells of its own files.
            reason = reason_of(error)
            raise PublishError(error.filename or output_folder(settings), f"was given up: {reason}") from None


class Run:
    """One run over one index: refresh it, find what may differ, render that, publish."""

    def __init__(self, index: Index, settings: Settings, options: Options, registries: Registries) -> None:
        self.index = index
        self.settings = settings
        self.options = options
        self.registries = registries
        self.now = (options.now or datetime.now(UTC)).replace(microsecond=0)
        self.instant = int(self.now.timestamp())
        self.jobs = options.jobs or pool.default_jobs()
        self.executor: pool.Executors = lambda: None
        self.refresh = Refresh(
            index, settings, registries, self.now, include_unpublished=options.include_unpublished
        )
        self.accounting = Accounting(index, settings.hubs)
        self.publication = Publication(output_folder(settings), dry_run=options.dry_run, adopt=options.adopt)
        self.gate = Gate(self.now) if options.check else None

    def build(self, only: Sequence[str] | None = None, progress: Progress | None = None) -> Report:
        """Do the whole run."""
        encoding.check(self.settings.precompress)
        with self.publication:
            left = self._left()
            self.publication.recognise(left)
            changes = self.update(only, progress)
            failed = self.index.failures(self.instant)
            if failed and self.settings.on_error == "fail":
                raise BrokenArticlesError(failed)
            if only is None:
                self._touch_altered(changes, left)
            if not changes.feeds and not changes.everything:
                return self._finish(changes, {}, ())
            edition = self.edition()
            windows = edition.update(changes.feeds, None if changes.everything else changes.moved)
            specs = [*(each.spec for each in windows), *(each.spec for each in edition.archive.chapters)]
            changed = self._offer(windows, edition.archive.windows(), specs, progress)
            update_root(self.index, self.settings, changes, self._offer_one)
            return self._finish(changes, changed, edition.gone)

    def update(self, only: Sequence[str] | None = None, progress: Progress | None = None) -> Changes:
        """Bring the index up to date, in a transaction that only a finished build commits."""
        self.index.begin(self.instant)
        return self.refresh.run(
            self.executor,
            full=self.options.full,
            allow_empty=self.options.allow_empty,
            only=only,
            progress=progress,
        )

    def edition(self) -> Edition:
        """Give the edition of the present instant, once the index is up to date."""
        self.learnt = self.refresh.learnt()
        return Edition(self.index, self.settings, Names(self.registries, self.learnt), self.now)

    def _left(self) -> dict[str, tuple[int, int]]:
        """Tell the size and mtime of each file of this output as the last run left it."""
        return self.index.documents() if self.index.meta("output") == self.publication.output else {}

    def _touch_altered(self, changes: Changes, left: Mapping[str, tuple[int, int]]) -> None:
        """Touch the feeds whose files are not as they were left."""
        if changes.everything:
            return
        status = self.publication.status
        # A file that is gone differs from everything, from one that was never known too.
        altered = {path for path in self.index.wanted_files() if left.get(path, 0) != status(path)}
        if altered:
            changes.touch(sorted(self.index.lose_files(altered)), "its files are missing or were altered")

    def _offer(
        self,
        windows: Sequence[Window],
        archives: Iterator[Window],
        specs: Sequence[FeedSpec],
        progress: Progress | None,
    ) -> dict[str, Window]:
        """Offer every document of the windows; tells which feeds have one whose bytes differ, by path."""
        description = workers.describe(self.settings, self.registries, self.learnt)
        tools = workers.Tools(self.settings, self.registries, self.learnt)
        changed: dict[str, Window] = {}
        with Rendering(self.index, tools, description, specs) as rendering:
            rendered = rendering.documents(windows, archives, self.executor, self.jobs + 4)
            for done, (window, documents) in enumerate(rendered):
                if progress:
                    progress("rendering feeds", done, len(specs))
                states = {self._offer_one(each) for each in documents}
                if not states <= {"same", "foreign"}:
                    changed.setdefault(window.spec.path, window)
        return changed

    def _offer_one(self, document: Document) -> State:
        if self.gate and self._is_refused(self.gate, document):
            return "same"
        state = self.publication.offer(document.path, document.body)
        self.accounting.see(document.path, document.body, state)
        return state

    def _is_refused(self, gate: Gate, document: Document) -> bool:
        """Tell whether a document that would be written has an error; then what is there stays."""
        same = self.publication.compare(document.path, document.body) == "same"
        if same or gate.passes(document):
            return False
        self.publication.refuse(document.path)
        return True

    def _finish(self, changes: Changes, changed: dict[str, Window], gone: tuple[str, ...]) -> Report:
        index, publication = self.index, self.publication
        refused = self.gate.refused if self.gate else set()
        rendered = set(publication.states)
        for path in index.wanted_files():
            if path not in rendered and path not in refused:
                publication.keep(path)
        if self.settings.precompress:
            rendered |= self._offer_siblings()
        ours = {path for path, state in publication.states.items() if state != "foreign"}
        foreign = 0 if publication.owned else count_foreign(publication.output, ours)
        plan = publication.finish()
        reasons = (
            ChangedFeed(path=path, reason=changes.feeds[window.key]) for path, window in changed.items()
        )
        report = msgspec.structs.replace(
            self._report(changes, plan, foreign, tuple(reasons)),
            gone_feeds=gone,
            refused=tuple(sorted(refused)),
            faults=tuple(self.gate.faults) if self.gate else (),
        )
        if not self.options.dry_run:
            self._remember(plan, rendered & ours)
            # As if somebody had altered their files: so the next run renders them again.
            index.forget_documents(refused)
            self.accounting.close(ours)
            index.commit()
        return report

    def _offer_siblings(self) -> set[str]:
        codings = self.settings.precompress
        identity = encoding.identity(codings)
        same = self.index.meta("codings") == identity and not self.options.full
        known = self._left() if same else {}
        self.index.set_meta("codings", identity)
        return offer_siblings(self.publication, codings, known, self.executor, self.jobs + 2)

    def _remember(self, plan: Plan, paths: Iterable[str]) -> None:
        index, publication = self.index, self.publication
        index.forget_documents((*plan.delete, *plan.blocked))
        stats = ((path, publication.status(path)) for path in paths)
        index.set_documents((path, *status) for path, status in stats if status)
        index.set_meta("output", publication.output)

    def _report(self, changes: Changes, plan: Plan, foreign: int, changed: tuple[ChangedFeed, ...]) -> Report:
        index, event = self.index, self.refresh.next_event()
        counts = index.counts(self.instant, include_unpublished=self.options.include_unpublished)
        feeds: list[FeedReport] = list(index.feeds().values())
        return Report(
            now=self.now,
            read=changes.total,
            published=counts["published"],
            unpublished=counts["unpublished"],
            removed=counts["removed"],
            not_due=counts["not_due"],
            failed=index.failures(self.instant),
            notes=index.notes(),
            merged=tuple(self._merged()),
            related_capped=counts["capped"],
            repeated=counts["repeated"],
            feeds=tuple(feed for feed in feeds if feed.files),
            too_few=sum(not feed.files for feed in feeds),
            changes=plan,
            changed_feeds=changed,
            files_read=changes.read,
            articles_changed=changes.changed,
            foreign_files=foreign,
            next_event=None if event is None else datetime.fromtimestamp(event, UTC),
            libyaml=has_libyaml(),
            dry_run=self.options.dry_run,
        )

    def _merged(self) -> Iterable[Merged]:
        def shown(source: int, path: str) -> str:
            root = self.settings.sources[source].path
            return below(os.path.join(root, path) if os.path.isdir(root) else root, os.getcwd())

        for id_, dropped, kept in self.index.merged():
            yield Merged(id=id_, dropped=shown(*dropped), kept=shown(*kept))
