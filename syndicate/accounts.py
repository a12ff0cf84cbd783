"""The accounts of the index: what a run leaves for the next one, and what the report asks for.

May know: the tables of `indexfile`; nothing of how articles come into them.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Mapping, Set
from datetime import UTC, datetime
from typing import Any

import msgspec

from syndicate.digest import digest_bytes
from syndicate.errors import Problem
from syndicate.report import Failure, FeedReport


class Accounts:
    """The values, names, feeds and documents of an index, and its counts."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection

    def meta(self, name: str) -> Any:
        """Look up a value of an earlier run."""
        row = self._db.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
        return row[0] if row else None

    def set_meta(self, name: str, value: Any) -> None:
        """Keep a value for later runs."""
        self._db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (name, value))

    # Names, feeds, documents.

    def names(self) -> dict[str, bytes]:
        """List what every topic and provider is shown as."""
        return dict(self._db.execute("SELECT key, shown FROM names"))

    def set_name(self, key: str, shown: bytes | None) -> None:
        """Keep what a topic or provider is shown as, or forget it."""
        if shown is None:
            self._db.execute("DELETE FROM names WHERE key = ?", (key,))
        else:
            self._db.execute("INSERT OR REPLACE INTO names VALUES (?, ?)", (key, shown))

    def feeds(self) -> dict[str, FeedReport]:
        """List the feeds that exist, in the order of their paths; the root of the output is none."""
        decode = msgspec.msgpack.Decoder(FeedReport).decode
        rows = self._db.execute("SELECT feed, report FROM feeds WHERE path <> '' ORDER BY path, feed")
        return {feed: decode(report) for feed, report in rows}

    def set_feed(self, feed: str, report: FeedReport | None) -> None:
        """Keep what the report says of a feed, or forget a feed that is no more."""
        if report is None:
            self._db.execute("DELETE FROM feeds WHERE feed = ?", (feed,))
        if report is None or not report.archives:
            self._db.execute("DELETE FROM archives WHERE feed = ?", (feed,))
        if report is not None:
            values = (
                feed,
                report.path,
                "\n".join(report.files + report.copies),
                msgspec.msgpack.encode(report),
            )
            self._db.execute("INSERT OR REPLACE INTO feeds VALUES (?, ?, ?, ?)", values)

    def digest_feeds(self) -> bytes:
        """Digest what the report says of the feeds that have files and a folder."""
        rows = self._db.execute("SELECT report FROM feeds WHERE files <> '' AND path <> '' ORDER BY path")
        return digest_bytes(*(report for (report,) in rows))

    def feed_paths(self) -> list[tuple[str, str]]:
        """List the keys and paths of the feeds that have files and a folder."""
        return self._db.execute("SELECT feed, path FROM feeds WHERE files <> '' AND path <> ''").fetchall()

    def wanted_files(self) -> list[str]:
        """List the files of all feeds, of their archives and of the root."""
        rows = self._db.execute(
            "SELECT files FROM feeds WHERE files <> '' UNION ALL SELECT files FROM archives"
        )
        return [path for (files,) in rows for path in files.split("\n")]

    def lose_files(self, paths: Set[str]) -> set[str]:
        """Tell which feeds have one of some files; periods that have one count as never written."""

        def holders(table: str) -> list[tuple[str, ...]]:
            rows = self._db.execute(f"SELECT * FROM {table} WHERE files <> ''")  # noqa: S608 - named below
            return [row for row in rows if not paths.isdisjoint(row[2].split("\n"))]

        lost = holders("archives")
        for feed, period, *_ in lost:
            self.forget_periods(feed, [period])
        return {feed for feed, *_ in (*holders("feeds"), *lost)}

    def archive(self, feed: str) -> dict[str, bytes]:
        """List the periods of a feed's archive, each with the digest of its head."""
        return dict(self._db.execute("SELECT period, head FROM archives WHERE feed = ?", (feed,)))

    def set_period(self, feed: str, period: str, files: Iterable[str], head: bytes) -> None:
        """Keep the files of a period of a feed's archive and the digest of its head."""
        values = (feed, period, "\n".join(files), head)
        self._db.execute("INSERT OR REPLACE INTO archives VALUES (?, ?, ?, ?)", values)

    def forget_periods(self, feed: str, periods: Iterable[str]) -> None:
        """Forget periods of a feed's archive."""
        self._db.executemany(
            "DELETE FROM archives WHERE feed = ? AND period = ?", ((feed, period) for period in periods)
        )

    def documents(self) -> dict[str, tuple[int, int]]:
        """List the published files with size and mtime as they were left."""
        return {path: (size, mtime) for path, size, mtime in self._db.execute("SELECT * FROM documents")}

    def set_documents(self, stats: Iterable[tuple[str, int, int]]) -> None:
        """Keep path, size and mtime of files as they are left."""
        self._db.executemany("INSERT OR REPLACE INTO documents VALUES (?, ?, ?)", stats)

    def forget_documents(self, paths: Iterable[str]) -> None:
        """Forget files that are no more."""
        self._db.executemany("DELETE FROM documents WHERE path = ?", ((path,) for path in paths))

    # What the hubs are owed.

    def topics(self) -> dict[str, bytes]:
        """List the documents that hubs tell of, each with the digest of its bytes."""
        return dict(self._db.execute("SELECT path, digest FROM topics"))

    def set_topics(self, digests: Mapping[str, bytes]) -> None:
        """Keep the digests of documents."""
        self._db.executemany("INSERT OR REPLACE INTO topics VALUES (?, ?)", digests.items())

    def forget_topics(self, paths: Iterable[str]) -> None:
        """Forget documents that are no more; no hub needs to be told of them."""
        for path in paths:
            self._db.execute("DELETE FROM topics WHERE path = ?", (path,))
            self._db.execute("DELETE FROM announcements WHERE path = ?", (path,))

    def owed(self) -> dict[tuple[str, str], bytes]:
        """List what is still to be announced: hub and document, with the digest that is owed for."""
        rows = self._db.execute("SELECT hub, path, digest FROM announcements ORDER BY path, hub")
        return {(hub, path): digest for hub, path, digest in rows}

    def owe(self, announcements: Mapping[tuple[str, str], bytes]) -> None:
        """Note what is to be announced."""
        self._db.executemany(
            "INSERT OR REPLACE INTO announcements VALUES (?, ?, ?)",
            ((hub, path, digest) for (hub, path), digest in announcements.items()),
        )

    def owe_only(self, hubs: Collection[str]) -> None:
        """Drop what other hubs are owed; without any hub, everything that is known of topics."""
        known = [hub for (hub,) in self._db.execute("SELECT DISTINCT hub FROM announcements")]
        gone = ((hub,) for hub in known if hub not in hubs)
        self._db.executemany("DELETE FROM announcements WHERE hub = ?", gone)
        if not hubs:
            self._db.execute("DELETE FROM topics")

    def pay(self, announcements: Mapping[tuple[str, str], bytes]) -> None:
        """Strike what was announced, unless the document has changed again since."""
        self._db.executemany(
            "DELETE FROM announcements WHERE hub = ? AND path = ? AND digest = ?",
            ((hub, path, digest) for (hub, path), digest in announcements.items()),
        )

    # What the report asks for.

    def counts(self, now: int, *, include_unpublished: bool) -> dict[str, int]:
        """Count files and articles the way the report does: removed, then unpublished, then not due."""
        articles = self._db.execute("SELECT count(*) FROM articles").fetchone()[0]
        # What is to come is few and found by its date; the other conditions are asked of each article once.
        kept, removed, drafts, capped, repeated = self._db.execute(
            "SELECT count(*), count(*) FILTER (WHERE removed), count(*) FILTER (WHERE draft AND NOT removed),"
            " sum(capped), sum(repeated) FROM articles WHERE kept"
        ).fetchone()
        unpublished = 0 if include_unpublished else drafts
        (not_due,) = self._db.execute(
            "SELECT count(*) FROM articles"
            " WHERE published > :now AND kept AND NOT removed AND (:all OR NOT draft)",
            {"all": include_unpublished, "now": now},
        ).fetchone()
        return {
            "articles": articles,
            "removed": removed,
            "unpublished": unpublished,
            "not_due": not_due,
            "published": kept - removed - unpublished - not_due,
            "capped": capped or 0,
            "repeated": repeated or 0,
        }

    def count_files(self) -> int:
        """Count the known files."""
        count: int = self._db.execute("SELECT count(*) FROM files").fetchone()[0]
        return count

    def has_articles(self) -> bool:
        """Tell whether there is any article."""
        return self._db.execute("SELECT 1 FROM articles LIMIT 1").fetchone() is not None

    def next_due(self, now: int) -> int | None:
        """Tell when the next article becomes due."""
        query = "SELECT min(published) FROM articles WHERE published > ? AND live"
        due: int | None = self._db.execute(query, (now,)).fetchone()[0]
        return due

    def oldest_after(self, feed: str, after: int, until: int) -> int | None:
        """Tell when the oldest article of a feed was published, of those after one instant until another."""
        query = "SELECT min(published) FROM members WHERE feed = ? AND published > ? AND published <= ?"
        oldest: int | None = self._db.execute(query, (feed, after, until)).fetchone()[0]
        return oldest

    def failures(self, now: int) -> tuple[Failure, ...]:
        """List what is wrong with the files that could not be read, in their order.

        Each says since when, and of when the last good version is that stands in for it at an instant.
        """
        rows = self._db.execute(
            "SELECT source, path, problem, broken_since, good_at, live AND published <= ?"
            " FROM files INDEXED BY files_failed LEFT JOIN articles USING (file)"
            " WHERE problem NOTNULL ORDER BY source, path",
            (now,),
        )
        decode = msgspec.msgpack.Decoder(Problem).decode
        return tuple(
            Failure(
                **msgspec.structs.asdict(decode(problem)),
                broken_since=datetime.fromtimestamp(since, UTC),
                version_of=None if good_at is None else datetime.fromtimestamp(good_at, UTC),
                stays_published=bool(stays),
            )
            for *_, problem, since, good_at, stays in rows
        )

    def notes(self) -> tuple[Problem, ...]:
        """List what was left out of the articles that are used."""
        rows = self._db.execute(
            "SELECT source, path, notes FROM articles INDEXED BY articles_noted"
            " CROSS JOIN files USING (file) WHERE notes NOTNULL AND kept"
        )
        decode = msgspec.msgpack.Decoder(tuple[Problem, ...]).decode
        return tuple(note for *_, notes in sorted(rows) for note in decode(notes))

    def merged(self) -> list[tuple[str, tuple[int, str], tuple[int, str]]]:
        """List the files that gave way to another with their id: the id, source and path, the other's."""
        rows = self._db.execute(
            "SELECT articles.id, files.source, files.path, winner.source, winner.path"
            " FROM articles JOIN files USING (file)"
            " JOIN articles AS kept ON kept.id = articles.id AND kept.kept = 1"
            " JOIN files AS winner ON winner.file = kept.file"
            " WHERE articles.kept = 0 ORDER BY files.path, articles.id, files.source"
        )
        return [(id_, (source, path), (other, place)) for id_, source, path, other, place in rows]
