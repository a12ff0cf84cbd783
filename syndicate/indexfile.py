"""The file of the index: its tables, the rows that stand in them, how it is opened or put aside.

May know: SQLite; nothing of what the rows are asked for.
"""

from __future__ import annotations

import errno
import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from itertools import chain, islice
from typing import Any
from urllib.parse import quote

import msgspec

from syndicate.errors import reason_of

SCHEMA_VERSION = 8
SORTED_LATE = {
    "files_by_path": "CREATE UNIQUE INDEX files_by_path ON files (source, path)",
    "articles_by_id": "CREATE INDEX articles_by_id ON articles (id)",
    "articles_by_date": "CREATE INDEX articles_by_date ON articles"
    " (published, live, removed, draft, kept, capped, repeated)",
}
"""The indexes that are made anew once an empty index was filled: that takes half as long."""
# Of both at most: every SQLite takes so many values.
_ROWS_AT_ONCE, _VALUES_AT_ONCE = 64, 999
WRITE_AHEAD = "PRAGMA journal_mode = WAL"
"""From its first commit on an index has a log, so that whoever reads it waits for nobody who writes."""
_LOGS = ("-wal", "-journal")
_SCHEMA = f"""
CREATE TABLE meta (name TEXT PRIMARY KEY, value BLOB) WITHOUT ROWID;
CREATE TABLE files (
    file INTEGER PRIMARY KEY,
    source INTEGER NOT NULL,
    path TEXT NOT NULL,
    size INTEGER NOT NULL,
    mtime INTEGER NOT NULL,
    read_at INTEGER NOT NULL,
    digest BLOB NOT NULL,
    problem BLOB,
    broken_since INTEGER
);
CREATE INDEX files_failed ON files (file) WHERE problem NOTNULL;
CREATE TABLE articles (
    file INTEGER PRIMARY KEY,
    id TEXT NOT NULL,
    published INTEGER NOT NULL,
    updated INTEGER NOT NULL,
    removed INTEGER NOT NULL,
    draft INTEGER NOT NULL,
    kept INTEGER NOT NULL,
    live INTEGER NOT NULL,
    feeds BLOB NOT NULL,
    capped INTEGER NOT NULL,
    repeated INTEGER NOT NULL,
    notes BLOB,
    good_at INTEGER NOT NULL
);
{";".join(SORTED_LATE.values())};
CREATE INDEX articles_merged ON articles (id) WHERE kept = 0;
CREATE INDEX articles_noted ON articles (file) WHERE notes NOTNULL;
CREATE TABLE records (file INTEGER PRIMARY KEY, record BLOB NOT NULL);
CREATE TABLE members (
    feed TEXT NOT NULL,
    published INTEGER NOT NULL,
    file INTEGER NOT NULL,
    own INTEGER NOT NULL,
    PRIMARY KEY (feed, published DESC, file)
) WITHOUT ROWID;
CREATE TABLE names (key TEXT PRIMARY KEY, shown BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE feeds (
    feed TEXT PRIMARY KEY, path TEXT NOT NULL, files TEXT NOT NULL, report BLOB NOT NULL
) WITHOUT ROWID;
CREATE TABLE archives (
    feed TEXT NOT NULL,
    period TEXT NOT NULL,
    files TEXT NOT NULL,
    head BLOB NOT NULL,
    PRIMARY KEY (feed, period)
) WITHOUT ROWID;
CREATE TABLE documents (path TEXT PRIMARY KEY, size INTEGER NOT NULL, mtime INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE topics (path TEXT PRIMARY KEY, digest BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE announcements (
    hub TEXT NOT NULL, path TEXT NOT NULL, digest BLOB NOT NULL, PRIMARY KEY (hub, path)
) WITHOUT ROWID;
"""
"""
files     every file of the sources as it was last read; `problem` where that failed, and `broken_since`
          the instant of the first run that failed to read it
articles  the last good version of each file; `kept` is 0 where another file with its id stays,
          `live` is 1 where it is published as soon as it is due; `feeds` lists the feeds it stands in,
          and `good_at` is the instant of the run that read it
records   the article itself, as it is rendered from
members   the live articles of each feed, newest first; `own` where one names the topic or provider
          itself rather than a child of it
names     what a topic or provider is shown as
feeds     the feeds that exist and what the report says of them; the root of the output, too
archives  the periods of their archives; `head` digests what a document says before its items
documents each published file's size and mtime as we left them
topics    the feed documents that hubs tell of, each with a digest of the bytes that were last accounted for
announcements
          which documents each hub is still to be told of, with the digest of the bytes that it is owed for
"""

IndexBroken = sqlite3.DatabaseError
"""Raised by any call where the file is corrupt, locked by somebody else or of another version."""

INDEX_ERRORS = (sqlite3.DatabaseError, msgspec.DecodeError, UnicodeDecodeError)
"""All that a broken index may raise: a row that SQLite gives out can still be no record of ours."""

# What SQLite says of the disk, the permissions and the memory, and not of the file;
_SURROUNDINGS = frozenset(
    (
        *(sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY),
        *(sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, sqlite3.SQLITE_NOMEM),
    )
)
# but for a part of it that cannot be read, and a file that is no longer where it was opened.
_THE_FILE = frozenset(
    (sqlite3.SQLITE_IOERR_READ, sqlite3.SQLITE_IOERR_SHORT_READ, sqlite3.SQLITE_READONLY_DBMOVED)
)


class FileRow(msgspec.Struct, frozen=True, kw_only=True):
    """One file as it was read: what is known of it, and its article or its problem."""

    source: int
    path: str
    size: int
    mtime: int
    read_at: int
    digest: bytes
    problem: bytes | None = None
    article: ArticleRow | None = None


class ArticleRow(msgspec.Struct, frozen=True, kw_only=True):
    """One article as a row: what selection asks for, and the record itself."""

    id: str
    published: int
    updated: int
    removed: bool
    draft: bool
    capped: int
    repeated: int
    notes: bytes | None
    record: bytes
    members: tuple[tuple[str, bool], ...]


class KnownFile(msgspec.Struct, frozen=True, gc=False):
    """What the index knows of a file before it is read again."""

    file: int
    size: int
    mtime: int
    read_at: int
    digest: bytes


class Member(msgspec.Struct, frozen=True):
    """One article of a window: its file and when it was last updated."""

    file: int
    updated: int


def connect(path: str) -> sqlite3.Connection:
    """Open the database at a path, with its tables. Raises IndexBroken for one that cannot be used.

    Raises OSError for one that may not be written: SQLite would leave a log beside it that may not be.
    """
    if os.path.exists(path) and not os.access(path, os.R_OK | os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), path)
    connection = sqlite3.connect(path, isolation_level=None, timeout=5.0)
    try:
        # A crash may cost the last run's entries, never the file; the output is compared anyway.
        connection.executescript(
            "PRAGMA synchronous = OFF; PRAGMA cache_size = -16384; PRAGMA temp_store = MEMORY;"
        )
        if connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
            check_version(connection)
            connection.execute(WRITE_AHEAD)
        else:
            # It is filled without a log: everything would be written twice, and there is nothing to keep.
            connection.executescript(f"BEGIN; {_SCHEMA} PRAGMA user_version = {SCHEMA_VERSION}; COMMIT;")
    except BaseException:
        connection.close()
        raise
    return connection


def insert_rows(db: sqlite3.Connection, table: str, rows: Iterable[Sequence[Any]]) -> None:
    """Insert whole rows into a table, some at once: to begin and end a statement costs as much as a row."""
    source = iter(rows)
    for first in source:
        most = min(_ROWS_AT_ONCE, _VALUES_AT_ONCE // len(first))
        some = [first, *islice(source, most - 1)]
        row = "(" + ",".join("?" * len(first)) + ")"
        values = ",".join([row] * len(some))
        db.execute(f"INSERT INTO {table} VALUES {values}", list(chain.from_iterable(some)))  # noqa: S608


@contextmanager
def looked_at(path: str) -> Iterator[sqlite3.Connection]:
    """Open a database to look at it, without a trace: neither a lock nor a log of its own comes beside it.

    What a run that was killed left in a log counts too, in a copy of both. Nobody may be at work on it.
    """
    import shutil
    from tempfile import TemporaryDirectory

    logs = [log for log in _LOGS if os.path.exists(path + log) and os.path.getsize(path + log)]
    with ExitStack() as stack:
        if logs:
            folder = stack.enter_context(TemporaryDirectory(prefix="syndicate-"))
            copy = os.path.join(folder, "index.db")
            for suffix in ("", *logs):
                shutil.copyfile(path + suffix, copy + suffix)
            address = f"file:{quote(copy)}"
        else:
            address = f"file:{quote(path)}?mode=ro&immutable=1"
        connection = sqlite3.connect(address, uri=True, isolation_level=None)
        stack.callback(connection.close)
        yield connection


def damage_in(connection: sqlite3.Connection) -> str | None:
    """Look through a whole database; tells the first thing that is wrong with its file, if any."""
    found = [str(line) for (line,) in connection.execute("PRAGMA quick_check(1)")]
    return None if found == ["ok"] else " ".join(found)


def version_in(connection: sqlite3.Connection) -> int:
    """Tell by which version of the project a database was made."""
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    return version


def check_version(connection: sqlite3.Connection) -> None:
    """Raise IndexBroken for a database that another version of the project made."""
    version = version_in(connection)
    if version != SCHEMA_VERSION:
        raise IndexBroken(f"it is of version {version}, this is {SCHEMA_VERSION}")


def is_damage(error: Exception) -> bool:
    """Tell whether an error is about the file itself, so that another one in its place would do.

    A full disk or a lost permission is not: to put a good index aside for that would lose what only it
    knows, and the next one could not be written either.
    """
    code = getattr(error, "sqlite_errorcode", None)
    return code is None or code in _THE_FILE or code & 0xFF not in _SURROUNDINGS


def fault_of(error: Exception) -> str:
    """Say why an index cannot be used; SQLite calls it an I/O error where its shared memory finds no room."""
    if isinstance(error, OSError):
        return reason_of(error)
    full = getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_IOERR_SHMSIZE
    return "database or disk is full" if full else str(error)


def put_aside(path: str) -> str:
    """Put an index that cannot be used out of the way; returns where it is now.

    Raises OSError where that cannot be done, or where it is a folder: somebody named one by mistake.
    """
    if os.path.isdir(path):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), path)
    aside = f"{path}.broken"
    found = os.path.exists(path)
    for suffix in ("", *_LOGS, "-shm"):
        if os.path.exists(path + suffix):
            os.replace(path + suffix, aside + suffix)
        elif found and os.path.exists(aside + suffix):
            os.unlink(aside + suffix)  # Of one that was put aside before.
    return aside
