"""Readers from PyPI: feedparser, the parser in many programs, and reader, a library with a database."""

from __future__ import annotations

import calendar
import time
import warnings
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from .reader import Keeper, Reader
from .record import SeenEnclosure, SeenFeed, SeenItem, Shows


def _absent(*modules: str) -> str | None:
    return next((f"{name} is not installed" for name in modules if find_spec(name) is None), None)


def _instant(parsed: time.struct_time | None) -> datetime | None:
    return datetime.fromtimestamp(calendar.timegm(parsed), UTC) if parsed else None


class Feedparser(Reader):
    """feedparser with its defaults, which fetches by itself and is handed the validators of the last time."""

    name = "feedparser"
    shows = {
        "rss": Shows(feed=("title", "home", "address", "updated"), summary="html", when_first="all"),
        "atom": Shows(feed=("title", "home", "address", "updated"), bare_ids=False),
    }

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._known: dict[str, tuple[str, str, SeenFeed]] = {}

    @staticmethod
    def missing() -> str | None:
        """Name what would have to be installed first."""
        return _absent("feedparser")

    @staticmethod
    def version() -> str:
        """Tell which version is installed."""
        return version("feedparser")

    def poll(self, addresses: Sequence[str]) -> dict[str, SeenFeed]:
        """Fetch what changed at each address."""
        return {address: self._polled(address) for address in addresses}

    def _polled(self, address: str) -> SeenFeed:
        with warnings.catch_warnings():
            # It loads the deprecated module cgi on some versions of Python.
            warnings.simplefilter("ignore", DeprecationWarning)
            import feedparser

        etag, modified, seen = self._known.get(address, (None, None, None))
        parsed = feedparser.parse(address, etag=etag, modified=modified)
        if parsed.status == 304 and seen:
            return seen
        assert not parsed.bozo, parsed.bozo_exception
        seen = _seen_by_feedparser(parsed)
        self._known[address] = parsed.etag, parsed.modified, seen
        return seen


def _summary(summary: str | None, contents: Sequence[str]) -> str | None:
    """Give a summary; feedparser has the content in the place of one that is missing."""
    return None if summary in contents else summary


def _seen_by_feedparser(parsed: Any) -> SeenFeed:
    feed = parsed.feed
    return SeenFeed(
        title=feed.title,
        home=feed.link,
        address=next(link.href for link in feed.links if link.rel == "self"),
        updated=_instant(feed.updated_parsed),
        items=tuple(
            SeenItem(
                id=entry.id,
                title=entry.title,
                link=entry.link,
                published=_instant(entry.published_parsed),
                # A plain lookup would answer for a missing `updated` with `published`, and warn.
                updated=_instant(dict.get(entry, "updated_parsed")),
                summary=_summary(
                    entry.get("summary"), [each.value for each in dict.get(entry, "content", [])]
                ),
                authors=tuple(author.name for author in entry.authors),
                topics=tuple(tag.label or tag.term for tag in dict.get(entry, "tags", [])),
                enclosures=tuple(
                    SeenEnclosure(url=each.href, type=each.type, length=int(each.get("length", 0)))
                    for each in entry.enclosures
                ),
            )
            for entry in parsed.entries
        ),
    )


class PyPIReader(Keeper):
    """reader, a library with a database, which does everything by itself."""

    name = "reader"
    shows = {
        "rss": Shows(
            feed=("title", "home", "updated"),
            sorts=True,
            summary="html",
            authors="last, in parts",
            topics="no",
            when_first="all",
        ),
        "atom": Shows(
            feed=("title", "home", "updated"), sorts=True, authors="last", topics="no", bare_ids=False
        ),
        "json": Shows(feed=("title", "home"), sorts=True, topics="no"),
    }
    same_item = "id"

    @staticmethod
    def missing() -> str | None:
        """Name what would have to be installed first; it reads with sgmllib but does not ask for it."""
        return _absent("reader", "sgmllib")

    @staticmethod
    def version() -> str:
        """Tell which version is installed."""
        return version("reader")

    def poll(self, addresses: Sequence[str]) -> dict[str, SeenFeed]:
        """Subscribe to addresses that are new, and update all."""
        with self.opened() as reader:
            for address in addresses:
                reader.add_feed(address, exist_ok=True)
            for result in reader.update_feeds_iter(scheduled=False):
                assert not isinstance(result.value, Exception), result
            return {address: self._seen(reader, address) for address in addresses}

    def mark_read(self, address: str) -> None:
        """Read every item that the reader has of an address."""
        with self.opened() as reader:
            for entry in list(reader.get_entries(feed=address)):
                reader.mark_entry_as_read(entry)

    def unread(self, address: str) -> int:
        """Count the items of an address that nobody has read yet."""
        with self.opened() as reader:
            return int(reader.get_entry_counts(feed=address, read=False).total)

    def opened(self) -> Any:
        """Open the database: the library's own object."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            import reader

            # Loaded when it is first used, and it loads the deprecated module cgi.
            import reader._parser.feedparser

        return reader.make_reader(str(self.folder / "reader.sqlite"))

    def _seen(self, reader: Any, address: str) -> SeenFeed:
        feed = reader.get_feed(address)
        return SeenFeed(
            title=feed.title,
            home=feed.link,
            updated=feed.updated,
            items=tuple(
                SeenItem(
                    id=entry.id,
                    title=entry.title,
                    link=entry.link,
                    published=entry.published,
                    updated=entry.updated,
                    # Of JSON Feed, which it parses by itself, nothing stands in for a summary.
                    summary=entry.summary
                    if feed.version.startswith("json")
                    else _summary(entry.summary, [each.value for each in entry.content]),
                    authors=tuple(author.name for author in entry.authors),
                    enclosures=tuple(
                        SeenEnclosure(url=each.href, type=each.type, length=each.length)
                        for each in entry.enclosures
                    ),
                )
                for entry in reader.get_entries(feed=address)
            ),
        )
