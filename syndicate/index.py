"""The index: what was parsed and published, in one SQLite file, so that a run costs what changed.

It may be deleted at any time: that costs time, never content. A file that cannot be used (corrupt,
locked, of a newer version) is put aside and begun anew. Everything of a run happens in one transaction,
committed when the output is in place. May know: rows and windows of feeds by their keys; nothing of
formats, sources or the output folder.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from typing import Any
from urllib.parse import quote

import msgspec

from syndicate.indexfile import (
    SORTED_LATE,
    WRITE_AHEAD,
    ArticleRow,
    FileRow,
    IndexBroken,
    KnownFile,
    check_version,
    connect,
    insert_rows,
)
from syndicate.members import Members, decode_feeds

_encode = msgspec.msgpack.Encoder().encode


class Index(Members):
    """One site's index; a context manager that rolls back, on its way out, what was not committed."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        super().__init__(connection)
        self._now = 0

    @classmethod
    def open(cls, path: str) -> Index:
        """Open the index at a path, or `:memory:`. Raises IndexBroken for one that cannot be used."""
        if path != ":memory:":
            os.makedirs(os.path.dirname(path), exist_ok=True)
        return cls(connect(path))

    @classmethod
    def copy(cls, path: str) -> Index:
        """Copy the index at a path into memory, to be changed without anybody's notice.

        An index that is not there, or cannot be used, is copied as an empty one.
        """
        copied = connect(":memory:")
        try:
            original = sqlite3.connect(f"file:{quote(path)}?mode=ro", uri=True)
            with closing(original):
                check_version(original)
                original.backup(copied)
        except IndexBroken:
            copied.close()
            copied = connect(":memory:")
        return cls(copied)

    def __enter__(self) -> Index:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def rollback(self) -> None:
        """Undo the running transaction, if there is one."""
        if self._db.in_transaction:
            self._db.rollback()

    def close(self) -> None:
        """Roll back what was not committed and let go of the file."""
        self.rollback()
        self._db.close()

    def begin(self, now: int = 0) -> None:
        """Begin the transaction of a run at an instant; nobody else writes until it ends."""
        self._now = now
        self._db.execute("BEGIN IMMEDIATE")
        self._db.execute(
            "CREATE TEMP TABLE IF NOT EXISTS unsettled ("
            "id TEXT NOT NULL, published INTEGER NOT NULL, PRIMARY KEY (id, published)) WITHOUT ROWID"
        )
        self._db.execute("DELETE FROM unsettled")

    def commit(self) -> None:
        """Make the run's changes last."""
        self._db.commit()
        # A reader who holds on to a new index is waited for; if that takes long, the next run does it.
        with suppress(sqlite3.OperationalError):
            self._db.execute(WRITE_AHEAD)

    def clear(self) -> None:
        """Forget everything, inside the running transaction; what hubs are owed is not about the sources."""
        tables = "meta files articles records members names feeds archives documents"
        for table in tables.split():
            self._db.execute(f"DELETE FROM {table}")  # noqa: S608 - the names stand above

    # What was known.

    def stamps(self, sources: int, tick: int) -> list[dict[str, tuple[int, int | None]]]:
        """Give for each source, by path, the size and the mtime that its files were read at.

        A file that was read within `tick` ns of its mtime may have changed since without another one. One
        that could not be read has none: what that lay in, such as a permission, shows in no time.
        """
        known_at = "CASE WHEN mtime + ? < read_at AND digest <> x'' THEN mtime END"
        query = f"SELECT source, path, size, {known_at} FROM files"  # noqa: S608 - as above
        known: list[dict[str, tuple[int, int | None]]] = [{} for _ in range(sources)]
        for source, path, size, mtime in self._db.execute(query, (tick,)):
            known[source][path] = size, mtime
        return known

    def known_file(self, source: int, path: str) -> KnownFile | None:
        """Look up one file."""
        query = "SELECT file, size, mtime, read_at, digest FROM files WHERE source = ? AND path = ?"
        row = self._db.execute(query, (source, path)).fetchone()
        return KnownFile(*row) if row else None

    def has_below(self, source: int, folder: str) -> bool:
        """Tell whether files are known below a folder of a source."""
        query = "SELECT 1 FROM files WHERE source = ? AND path > ? AND path < ? LIMIT 1"
        return self._db.execute(query, (source, f"{folder}/", f"{folder}0")).fetchone() is not None

    # Files and their articles.

    @contextmanager
    def filling(self) -> Iterator[None]:
        """Fill an index that is empty: what is kept sorted is sorted once, at the end."""
        for name in SORTED_LATE:
            self._db.execute(f"DROP INDEX {name}")
        yield
        for made in SORTED_LATE.values():
            self._db.execute(made)

    def forget_files(self, files: Iterable[int]) -> set[str]:
        """Forget files that are gone, with their articles; returns the feeds they stood in."""
        touched: set[str] = set()
        for file in files:
            touched |= self._forget_article(file)
            self._db.execute("DELETE FROM files WHERE file = ?", (file,))
        return touched

    def forget_broken(self) -> set[str]:
        """Forget the last good versions of files that are broken; returns the feeds they stood in."""
        query = "SELECT file FROM files NATURAL JOIN articles WHERE problem NOTNULL"
        broken = self._db.execute(query).fetchall()
        return {feed for (file,) in broken for feed in self._forget_article(file)}

    def _forget_article(self, file: int) -> set[str]:
        touched = self._withdraw(file)
        self._settle_later(file)
        for table in ("articles", "records"):
            self._db.execute(f"DELETE FROM {table} WHERE file = ?", (file,))  # noqa: S608
        return touched

    def touch_files(self, stats: Iterable[tuple[int, int, int, int]]) -> None:
        """Keep the new (size, mtime, read_at, file) of files whose bytes are the same."""
        self._db.executemany("UPDATE files SET size = ?, mtime = ?, read_at = ? WHERE file = ?", stats)

    def add_files(self, rows: Sequence[FileRow], *, include_unpublished: bool) -> None:
        """Add files that were not known; every feed is to be rendered anyway."""
        self._insert(rows, include_unpublished=include_unpublished)

    def replace_file(
        self,
        known: KnownFile | None,
        row: FileRow,
        *,
        include_unpublished: bool,
        alike: Callable[[bytes, bytes], bool],
    ) -> set[str]:
        """Put a file's new version in place of the known one; returns the feeds that show a difference.

        `alike` tells whether readers see the same of two articles, by their records. A version that
        failed leaves the last good article where it is.
        """
        if known is None:
            file = self._insert([row], include_unpublished=include_unpublished)
            self._settle_later(file)
            return self._live_feeds(file)
        file = known.file
        good_at = self._good_at(file, row.digest)
        self._db.execute(
            "UPDATE files SET source=?, path=?, size=?, mtime=?, read_at=?, digest=?, problem=?,"
            " broken_since=CASE WHEN ? NOTNULL THEN coalesce(broken_since, ?) END WHERE file=?",
            (*_as_read(row), row.problem, self._now, file),
        )
        article = row.article
        if article is None:
            return set()
        last_good = dict(self.records([file])).get(file)
        same = last_good is not None and alike(last_good, article.record)
        before = self._forget_article(file)
        self._insert_articles([(file, article)], include_unpublished=include_unpublished, good_at=good_at)
        self._settle_later(file)
        after = self._live_feeds(file)
        return before ^ after if same else before | after

    def _good_at(self, file: int, digest: bytes) -> int:
        """Tell since when a version is known to be good: reading the same bytes once more is no news."""
        query = "SELECT good_at FROM articles JOIN files USING (file) WHERE file = ? AND digest = ?"
        row = self._db.execute(f"{query} AND problem IS NULL", (file, digest)).fetchone()
        good_at: int = row[0] if row else self._now
        return good_at

    def feeds_of(self, file: int) -> list[str]:
        """List the feeds in which a file's article stands, in order."""
        return sorted(self._live_feeds(file))

    def _live_feeds(self, file: int) -> set[str]:
        row = self._db.execute("SELECT feeds FROM articles WHERE file = ? AND live", (file,)).fetchone()
        return {feed for feed, _ in decode_feeds(row[0])} if row else set()

    def _insert(self, rows: Sequence[FileRow], *, include_unpublished: bool) -> int:
        first: int = self._db.execute("SELECT coalesce(max(file), 0) FROM files").fetchone()[0] + 1
        insert_rows(
            self._db,
            "files",
            (
                (file, *_as_read(row), self._now if row.problem else None)
                for file, row in enumerate(rows, start=first)
            ),
        )
        articles = [(file, row.article) for file, row in enumerate(rows, start=first) if row.article]
        self._insert_articles(articles, include_unpublished=include_unpublished, good_at=self._now)
        return first

    def _insert_articles(
        self, articles: Sequence[tuple[int, ArticleRow]], *, include_unpublished: bool, good_at: int
    ) -> None:
        live = {file: _is_live(row.removed, row.draft, include_unpublished) for file, row in articles}
        insert_rows(
            self._db,
            "articles",
            (
                (
                    file,
                    row.id,
                    row.published,
                    row.updated,
                    row.removed,
                    row.draft,
                    True,
                    live[file],
                    _encode(row.members),
                    row.capped,
                    row.repeated,
                    row.notes,
                    good_at,
                )
                for file, row in articles
            ),
        )
        insert_rows(self._db, "records", ((file, row.record) for file, row in articles))
        insert_rows(
            self._db,
            "members",
            sorted(
                (feed, row.published, file, own)
                for file, row in articles
                if live[file]
                for feed, own in row.members
            ),
        )

    def _withdraw(self, file: int) -> set[str]:
        """Take an article out of its feeds; returns those it stood in."""
        query = "SELECT published, feeds FROM articles WHERE file = ? AND live"
        row = self._db.execute(query, (file,)).fetchone()
        if row is None:
            return set()
        published, encoded = row
        feeds = [feed for feed, _ in decode_feeds(encoded)]
        self._db.executemany(
            "DELETE FROM members WHERE feed = ? AND published = ? AND file = ?",
            ((feed, published, file) for feed in feeds),
        )
        self._db.execute("UPDATE articles SET live = 0 WHERE file = ?", (file,))
        return set(feeds)

    def _admit(self, file: int) -> set[str]:
        """Put an article into its feeds; returns them."""
        query = "SELECT published, feeds FROM articles WHERE file = ?"
        published, encoded = self._db.execute(query, (file,)).fetchone()
        feeds = decode_feeds(encoded)
        self._db.executemany(
            "INSERT INTO members VALUES (?, ?, ?, ?)",
            ((feed, published, file, own) for feed, own in feeds),
        )
        self._db.execute("UPDATE articles SET live = 1 WHERE file = ?", (file,))
        return {feed for feed, _ in feeds}

    # One article an id.

    def _settle_later(self, file: int) -> None:
        query = "INSERT OR IGNORE INTO unsettled SELECT id, published FROM articles WHERE file = ?"
        self._db.execute(query, (file,))

    def settle(self, *, everything: bool, include_unpublished: bool) -> set[str]:
        """Decide which file stays where several share an id (law 3); returns the feeds that this touches."""
        ids = "SELECT id FROM unsettled"
        if everything:
            # Found by the index of ids alone: nearly every id is of one file.
            several = "SELECT id FROM articles GROUP BY id HAVING count(*) > 1"
            ids = f"{several} UNION SELECT id FROM articles WHERE kept = 0"  # noqa: S608 - as above
        ranked = (
            "SELECT file, kept, live, removed, draft, count(*) OVER (PARTITION BY id) AS rivals,"
            "  row_number() OVER (PARTITION BY id ORDER BY updated DESC, path DESC, source) AS place"
            " FROM articles JOIN files USING (file) WHERE id IN"
        )
        query = f"SELECT * FROM ({ranked} ({ids})) WHERE rivals > 1 OR NOT kept"  # noqa: S608 - as above
        rows = self._db.execute(query).fetchall()
        touched: set[str] = set()
        for file, kept, live, removed, draft, _, place in rows:
            keep = place == 1
            if keep != bool(kept):
                self._db.execute("UPDATE articles SET kept = ? WHERE file = ?", (keep, file))
            admitted = keep and _is_live(removed, draft, include_unpublished)
            if admitted != bool(live):
                touched |= self._admit(file) if admitted else self._withdraw(file)
                self._settle_later(file)
        return touched

    def moved(self) -> set[int]:
        """List when the articles were published that this run changed, before and after the change."""
        return {published for (published,) in self._db.execute("SELECT published FROM unsettled")}

    def replace_members(
        self, members: Iterable[tuple[int, Sequence[tuple[str, bool]]]], *, include_unpublished: bool
    ) -> None:
        """Put every article into other feeds, as another configuration has them."""
        self._db.execute("DELETE FROM members")
        self._db.executemany(
            "UPDATE articles SET feeds = ?, kept = 1, live = NOT removed AND (? OR NOT draft) WHERE file = ?",
            ((_encode(feeds), include_unpublished, file) for file, feeds in members),
        )
        insert_rows(
            self._db,
            "members",
            (
                (feed, published, file, own)
                for encoded, published, file in self._db.execute(
                    "SELECT feeds, published, file FROM articles WHERE live"
                )
                for feed, own in decode_feeds(encoded)
            ),
        )


def _as_read(row: FileRow) -> tuple[Any, ...]:
    return row.source, row.path, row.size, row.mtime, row.read_at, row.digest, row.problem


def _is_live(removed: bool, draft: bool, include_unpublished: bool) -> bool:
    return not removed and (include_unpublished or not draft)
