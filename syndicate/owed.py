"""What the hubs are owed: which documents changed, noted with the run, announced once it has lasted.

An announcement is owed from the transaction in which its document changed until a hub has taken it; so
neither a crash nor a hub that is down loses one. Losing the index costs a repeat at most. May know: the
index, its lock and WebSub; neither articles nor formats.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from threading import Event, Thread

from syndicate.digest import digest_bytes
from syndicate.errors import LockedError, PublishError
from syndicate.index import Index
from syndicate.indexfile import IndexBroken
from syndicate.lock import lock
from syndicate.plan import State
from syndicate.render import FEED_FILES
from syndicate.report import Announcement, Outcome, counted
from syndicate.settings import Settings
from syndicate.websub import Patience, announce

_WAIT_FOR_OTHERS = 5.0
_PATIENCE = Patience()

Owing = Mapping[tuple[str, str], bytes]
"""Hub and document, with the digest of the bytes that the announcement is owed for."""


def feed_of(path: str) -> str | None:
    """Name the feed that a file of the output is a document of, if it is one that hubs tell of."""
    # Neither the documents of its archives, which lie deeper, nor anybody's pages.
    folder, _, name = path.rpartition("/")
    depth = 1 if folder.startswith(("topics/", "providers/")) else 0
    return folder if folder and name in FEED_FILES and folder.count("/") == depth else None


class Accounting:
    """One run's account of the documents that hubs tell of. Without hubs it costs nothing."""

    def __init__(self, index: Index, hubs: tuple[str, ...]) -> None:
        self._index = index
        self._hubs = hubs
        self._known = index.topics() if hubs else {}
        self._seen: dict[str, bytes] = {}
        self._changed: list[str] = []

    def see(self, path: str, body: bytes, state: State) -> None:
        """Take note of a document as it is to be.

        Whether it changed is judged by the bytes that were last accounted for, not by the file: that one
        was replaced already if an earlier run was killed before its transaction lasted.
        """
        if not self._hubs or feed_of(path) is None or state == "foreign":
            return
        digest = self._seen[path] = digest_bytes(body)
        # Where nothing is known, as after the index was lost, the file is all there is to compare with.
        if self._known.get(path) != digest if self._known else state != "same":
            self._changed.append(path)

    def close(self, published: Collection[str]) -> None:
        """Note in the run's transaction what is owed now; what can no longer be announced is dropped."""
        self._index.owe_only(self._hubs)
        if self._hubs:
            self._index.forget_topics(path for path in self._known if path not in published)
            self._index.set_topics(self._seen)
            self._index.owe({(hub, path): self._seen[path] for hub in self._hubs for path in self._changed})


class Ledger:
    """The announcements owed by one site, from outside any run."""

    def __init__(self, settings: Settings, *, index: str, lock: str) -> None:
        self._settings = settings
        self._index = index
        self._lock = lock

    def owed(self) -> Owing:
        """List what is owed. Raises IndexBroken where the index cannot be used."""
        if not os.path.exists(self._index):
            return {}
        with Index.open(self._index) as index:
            return {each: digest for each, digest in index.owed().items() if each[0] in self._settings.hubs}

    def kept(self) -> Outcome:
        """Tell how much is owed, and announce nothing."""
        return self._with_owed(lambda owed: Outcome(owed=len(owed)))

    def settle_owed(self, *, patience: Patience | None = None, stop: Event | None = None) -> Outcome:
        """Announce what is owed. Whatever goes wrong is in the outcome: nothing of it fails a build."""
        return self._with_owed(lambda owed: self.settle(owed, patience=patience, stop=stop))

    def _with_owed(self, settle: Callable[[Owing], Outcome]) -> Outcome:
        try:
            owed = self.owed()
        except (IndexBroken, OSError) as error:
            return Outcome(warnings=(f"what the hubs are owed cannot be read: {error}",))
        return settle(owed)

    def settle(
        self, wanted: Owing, *, patience: Patience | None = None, stop: Event | None = None
    ) -> Outcome:
        """Announce, and strike what was taken, even if this is interrupted. Never raises for a hub.

        It holds no lock while it waits for hubs. Where another run is at work afterwards, nothing is
        struck, and the next run announces once more.
        """
        base = self._settings.site.feeds_url
        done: dict[tuple[str, str], Announcement] = {}
        warnings: list[str] = []

        def tell(announcement: Announcement) -> None:
            done[announcement.hub, announcement.topic.removeprefix(base)] = announcement

        try:
            announce(
                ((hub, f"{base}{path}") for hub, path in wanted),
                tell,
                patience=patience or _PATIENCE,
                stop=stop,
            )
        finally:
            taken = {key: wanted[key] for key, each in done.items() if each.failure is None}
            if taken and any(taken.values()):
                warnings.extend(self._strike(taken))
        if left := len(wanted) - len(done):
            warnings.append(f"the time for hubs was over: {counted(left, 'announcement')} left for later")
        return Outcome(
            announcements=tuple(done[key] for key in wanted if key in done),
            owed=len(wanted) - len(taken),
            warnings=(*failures(done.values()), *warnings),
        )

    def _strike(self, taken: Owing) -> Iterator[str]:
        try:
            with lock(self._lock, _WAIT_FOR_OTHERS), Index.open(self._index) as index:
                index.begin()
                index.pay(taken)
                index.commit()
        except (LockedError, PublishError, IndexBroken, OSError) as error:
            yield f"what was announced is announced once more at the next run: {error}"


def failures(announcements: Iterable[Announcement]) -> list[str]:
    """Say in one line for each hub and reason what failed."""
    counts = Counter((each.hub, each.failure) for each in announcements if each.failure)
    return [
        f"{hub}: {reason} ({counted(count, 'announcement')} to be made again)"
        for (hub, reason), count in counts.items()
    ]


class Announcer:
    """Pays what is owed in a thread of its own, so that whoever watches a site need not wait for hubs.

    It is called after each build; where a hub failed it tries again by itself after a while. `say` is
    told what was announced and what failed, the same failure once.
    """

    def __init__(self, say: Callable[[str], None], *, again: float = 300.0) -> None:
        self._say = say
        self._again = again
        self._ledger: Ledger | None = None
        self._call = Event()
        self._stop = Event()
        self._thread: Thread | None = None
        self._said: frozenset[tuple[str, str | None]] = frozenset()

    def call(self, ledger: Ledger) -> None:
        """Have what is owed announced, soon."""
        self._ledger = ledger
        self._call.set()
        if self._thread is None:
            self._thread = Thread(target=self._work, name="announcer")
            self._thread.start()

    def close(self) -> None:
        """End; what is still owed stays so."""
        self._stop.set()
        self._call.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def _work(self) -> None:
        pause = None
        while not self._stop.is_set():
            self._call.wait(pause)
            self._call.clear()
            if self._ledger is None or self._stop.is_set():
                continue
            outcome = self._ledger.settle_owed(stop=self._stop)
            if self._stop.is_set():
                return
            for line in self._lines(outcome):
                self._say(line)
            pause = self._again if outcome.owed else None

    def _lines(self, outcome: Outcome) -> Iterator[str]:
        if any(each.failure is None for each in outcome.announcements):
            yield from outcome.summary()
        new = [each for each in outcome.announcements if (each.hub, each.failure) not in self._said]
        for warning in (*failures(new), *outcome.warnings[len(failures(outcome.announcements)) :]):
            yield f"warning: {warning}"
        self._said = frozenset((each.hub, each.failure) for each in outcome.announcements)
