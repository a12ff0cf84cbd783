"""The members of feeds, as the index keeps them: which articles stand in a feed, in its own order.

A feed's window is a stretch of one table, so that the newest fifty are read without a look at the others.
May know: the tables of `indexfile`; nothing of how articles come into them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from syndicate.accounts import Accounts
from syndicate.indexfile import Member

_CHUNK = 500
decode_feeds = msgspec.msgpack.Decoder(tuple[tuple[str, bool], ...]).decode
"""Decodes `feeds` of an article: the key of each, and whether the article names it itself."""


class Members(Accounts):
    """The questions that are asked of the articles of feeds."""

    # Time.

    def feeds_due_between(self, after: int, until: int) -> set[str]:
        """List the feeds of articles that are published after one instant and not after another."""
        rows = self._db.execute(
            "SELECT feeds FROM articles WHERE published > ? AND published <= ? AND live", (after, until)
        )
        return {feed for (encoded,) in rows for feed, _ in decode_feeds(encoded)}

    def instants(self, feed: str, after: int, until: int) -> set[int]:
        """List the instants when articles of a feed were published, of those after one until another."""
        query = "SELECT DISTINCT published FROM members WHERE feed = ? AND published > ? AND published <= ?"
        return {published for (published,) in self._db.execute(query, (feed, after, until))}

    # Windows.

    def newest(self, feed: str, after: int, until: int) -> int | None:
        """Tell when the newest article of a feed was published, of those after one instant until another."""
        query = "SELECT max(published) FROM members WHERE feed = ? AND published > ? AND published <= ?"
        newest: int | None = self._db.execute(query, (feed, after, until)).fetchone()[0]
        return newest

    def member_feeds(self) -> set[str]:
        """List the keys of all feeds that any article stands in."""
        return {feed for (feed,) in self._db.execute("SELECT DISTINCT feed FROM members")}

    def window(self, feed: str, *, after: int, until: int, limit: int | None) -> list[Member]:
        """List the articles of a feed between two instants, newest first, then by id (law 9)."""
        rows = self._db.execute(
            "SELECT file, updated FROM members JOIN articles USING (file)"
            " WHERE feed = ? AND members.published > ? AND members.published <= ?"
            " ORDER BY members.published DESC, id LIMIT ?",
            (feed, after, until, -1 if limit is None else limit),
        )
        return [Member(*row) for row in rows]

    def newest_own(self, feed: str, until: int) -> bytes | None:
        """Give the record of the newest article that names a topic or provider itself."""
        row = self._db.execute(
            "SELECT record FROM records WHERE file = (SELECT file FROM members JOIN articles USING (file)"
            " WHERE feed = ? AND members.published <= ? AND own ORDER BY members.published DESC, id LIMIT 1)",
            (feed, until),
        ).fetchone()
        return row[0] if row else None

    def feeds_sharing_articles_with(self, feed: str) -> set[str]:
        """List the feeds that hold an article which stands in a feed by its own word."""
        rows = self._db.execute(
            "SELECT feeds FROM members JOIN articles USING (file) WHERE feed = ? AND own", (feed,)
        )
        return {other for (encoded,) in rows for other, _ in decode_feeds(encoded)}

    def records(self, files: Sequence[int]) -> Iterator[tuple[int, bytes]]:
        """Give the records of files, in any order."""
        for start in range(0, len(files), _CHUNK):
            some = files[start : start + _CHUNK]
            marks = ",".join("?" * len(some))
            yield from self._db.execute(
                f"SELECT file, record FROM records WHERE file IN ({marks})",  # noqa: S608 - marks only
                some,
            )

    def all_records(self) -> Iterator[tuple[int, bytes]]:
        """Give the record of every file, so that its feeds can be told anew."""
        yield from self._db.execute("SELECT file, record FROM records ORDER BY file")
