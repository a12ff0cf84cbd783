"""Looking things up in an index that somebody else writes: read-only, one consistent state at a time.

May know: the tables of the index and how a feed's members are ordered; nothing of formats or requests.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from heapq import merge
from itertools import islice
from urllib.parse import quote

from syndicate.index import Index
from syndicate.indexfile import IndexBroken, Member, check_version

_ALSO = (
    " AND EXISTS (SELECT 1 FROM members AS o WHERE o.published = m.published AND o.file = m.file"
    " AND o.own AND o.feed IN ({}))"
)

State = tuple[tuple[int, ...], ...]
"""Tells one state of an index from another, without opening it."""


def state_of(path: str) -> State | None:
    """Tell the state that an index is in, or None where there is none.

    What a run commits goes to the log first and to the database later: either shows in a size or a time.
    An empty log is none; whoever only reads makes one, too.
    """
    found = []
    for name in (path, f"{path}-wal"):
        try:
            status = os.stat(name)
        except OSError:
            if name == path:
                return None
            continue
        if status.st_size:
            found.append((status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns))
    return tuple(found)


class Lookup(Index):
    """An index opened for reading. It belongs to the thread that opened it."""

    @classmethod
    def open(cls, path: str) -> Lookup:
        """Open an index and hold on to its present state. Raises IndexBroken where it cannot be used."""
        connection = sqlite3.connect(f"file:{quote(path)}?mode=ro", uri=True, isolation_level=None)
        try:
            connection.execute("BEGIN")
            check_version(connection)  # The first look is the one that is held on to.
        except BaseException:
            connection.close()
            raise
        return cls(connection)

    def matching(
        self,
        topics: Sequence[str],
        providers: Sequence[str],
        *,
        after: int,
        until: int,
        limit: int,
        accepts: Callable[[bytes], bool] | None = None,
    ) -> list[Member]:
        """List the newest articles that name one of the topics and come from one of the providers.

        No topic, or no provider, is any. They were published after one instant and not after another;
        drafts are left out, whatever the last build showed. `accepts` judges a record. At most as
        many rows are looked at as the topics, else the providers, else the site have articles.
        """
        kinds = [feeds for feeds in (topics, providers) if feeds] or [("all/",)]
        streams = [
            self._stream(feed, kinds[1:], after, until, records=accepts is not None) for feed in kinds[0]
        ]
        rows = merge(*streams, key=lambda row: (-row[0], row[1], row[2]))
        return list(islice(_once(rows, accepts), limit))

    def _stream(
        self, feed: str, others: Sequence[Sequence[str]], after: int, until: int, *, records: bool
    ) -> Iterator[tuple[int, str, int, int, bytes]]:
        record, source = ("record", " CROSS JOIN records USING (file)") if records else ("x''", "")
        own = "" if feed == "all/" else " AND m.own"
        also = "".join(_ALSO.format(",".join("?" * len(feeds))) for feeds in others)
        query = (
            f"SELECT m.published, id, m.file, articles.updated, {record}"  # noqa: S608 - marks only
            f" FROM members AS m CROSS JOIN articles USING (file){source}"
            f" WHERE m.feed = ? AND m.published > ? AND m.published <= ?{own}{also}"
            " AND NOT articles.draft AND NOT articles.removed ORDER BY m.published DESC, id, m.file"
        )
        given = [feed, after, until, *(each for feeds in others for each in feeds)]
        yield from self._db.execute(query, given)


def _once(
    rows: Iterator[tuple[int, str, int, int, bytes]], accepts: Callable[[bytes], bool] | None
) -> Iterator[Member]:
    seen = set()
    for _, _, file, updated, record in rows:
        if file not in seen:
            seen.add(file)
            if accepts is None or accepts(record):
                yield Member(file, updated)


__all__ = ["IndexBroken", "Lookup", "State", "state_of"]
