"""Readers of the terminal, from Debian: newsboat and sfeed, run as a person runs them."""

from __future__ import annotations

import hashlib
import shlex
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from .reader import Keeper, absent, run
from .record import SeenEnclosure, SeenFeed, SeenItem, Shows


def _instant(seconds: int | str) -> datetime:
    return datetime.fromtimestamp(int(seconds), UTC)


def _named(address: str) -> str:
    return hashlib.sha256(address.encode()).hexdigest()[:16]


class Newsboat(Keeper):
    """newsboat, told to reload; what it shows is what its cache then holds.

    Its cache has one row for an id, whatever feeds it stands in, so each address has a cache of its own.
    """

    name = "newsboat"
    shows = {
        "rss": Shows(
            feed=("title", "home"),
            sorts=True,
            updated="no",
            summary="no",
            authors="last",
            topics="no",
            enclosures="last recording",
            sizes=False,
            apostrophe=False,
        ),
        "atom": Shows(
            feed=("title", "home"),
            sorts=True,
            updated="no",
            summary="no",
            authors="joined",
            topics="no",
            enclosures="last recording",
            sizes=False,
            apostrophe=False,
        ),
    }
    same_item = "id"
    # 2.21 notes the validators of its first answer in a row of its cache that is not there yet.
    settles = 2

    @staticmethod
    def missing() -> str | None:
        """Name what would have to be installed first."""
        return absent("newsboat")

    @staticmethod
    def version() -> str:
        """Tell which version is installed."""
        return run("newsboat", "--version", folder=Path.cwd()).split()[1]

    def poll(self, addresses: Sequence[str]) -> dict[str, SeenFeed]:
        """Reload each address."""
        return {address: self._polled(address) for address in addresses}

    def poll_together(self, addresses: Sequence[str]) -> dict[str, SeenFeed]:
        """Reload addresses that one person subscribed to, so in one cache."""
        self._reload("together", addresses, "reload")
        return {address: self._seen("together", address) for address in addresses}

    def mark_read(self, address: str) -> None:
        """Read every item that the reader has of an address."""
        with self._cache(_named(address)) as cache, cache:
            cache.execute("UPDATE rss_item SET unread = 0")

    def unread(self, address: str) -> int:
        """Count the items of an address that nobody has read yet: newsboat's own count."""
        return int(self._reload(_named(address), [address], "print-unread").split()[0])

    def _polled(self, address: str) -> SeenFeed:
        self._reload(_named(address), [address], "reload")
        return self._seen(_named(address), address)

    def _reload(self, name: str, addresses: Sequence[str], command: str) -> str:
        (self.folder / "config").write_text("", encoding="utf-8")
        (self.folder / f"{name}.urls").write_text(
            "".join(f"{each}\n" for each in addresses), encoding="utf-8"
        )
        files = ["-u", f"{name}.urls", "-c", f"{name}.db", "-C", "config"]
        return run("newsboat", "--quiet", *files, f"--execute={command}", folder=self.folder)

    @contextmanager
    def _cache(self, name: str) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(self.folder / f"{name}.db")) as cache:
            yield cache

    def _seen(self, name: str, address: str) -> SeenFeed:
        with self._cache(name) as cache:
            ((title, home),) = cache.execute("SELECT title, url FROM rss_feed WHERE rssurl = ?", [address])
            rows = cache.execute(
                "SELECT guid, title, url, pubDate, author, enclosure_url, enclosure_type"
                " FROM rss_item WHERE feedurl = ? AND deleted = 0",
                [address],
            ).fetchall()
        return SeenFeed(
            title=title,
            home=home,
            items=tuple(
                SeenItem(
                    id=guid,
                    title=item_title,
                    link=link,
                    published=_instant(date),
                    authors=(author,),
                    enclosures=(SeenEnclosure(url=url, type=kind),) if url else (),
                )
                for guid, item_title, link, date, author, url, kind in rows
            ),
        )


# Conditional requests as sfeed's README has them: curl keeps the ETag of each feed in a file.
SFEEDRC = """
sfeedpath="$HOME/feeds"
fetch() {
	curl -L --max-redirs 0 -H "User-Agent: sfeed" -f -s -m 15 \
		--etag-save "$HOME/etags/$1" --etag-compare "$HOME/etags/$1" "$2" 2>/dev/null
}
feeds() {
%s
}
"""


class Sfeed(Keeper):
    """sfeed: its updater fetches, parses, merges and sorts into a file of tab-separated values a feed."""

    name = "sfeed"
    shows = {
        "rss": Shows(
            sorts=True,
            updated="no",
            summary="no",
            authors="first",
            enclosures="first",
            types=False,
            sizes=False,
        ),
        "atom": Shows(
            sorts=True,
            updated="no",
            summary="no",
            authors="first",
            topics="slugs",
            enclosures="first",
            types=False,
            sizes=False,
        ),
    }
    same_item = "id, title and link"

    @staticmethod
    def missing() -> str | None:
        """Name what would have to be installed first."""
        return absent("sfeed_update", "curl")

    @staticmethod
    def version() -> str:
        """Tell which version is installed; only the package manager knows."""
        if absent("dpkg-query"):
            return "?"
        return run("dpkg-query", "-W", "-f", "${Version}", "sfeed", folder=Path.cwd())

    def poll(self, addresses: Sequence[str]) -> dict[str, SeenFeed]:
        """Update every address."""
        for name in ("feeds", "etags"):
            (self.folder / name).mkdir(exist_ok=True)
        lines = "\n".join(f"feed {_named(address)} {shlex.quote(address)}" for address in addresses)
        (self.folder / "sfeedrc").write_text(SFEEDRC % lines, encoding="utf-8")
        run("sfeed_update", "sfeedrc", folder=self.folder)
        return {address: self._seen(address) for address in addresses}

    def mark_read(self, address: str) -> None:
        """Read every item that the reader has of an address, as sfeed_markread does: by its link."""
        with self._urls.open("a", encoding="utf-8") as urls:
            urls.writelines(f"{item.link}\n" for item in self._seen(address).items)

    def unread(self, address: str) -> int:
        """Count the items of an address whose links are not among those that were read."""
        read = set(self._urls.read_text("utf-8").splitlines())
        return sum(item.link not in read for item in self._seen(address).items)

    @property
    def _urls(self) -> Path:
        return self.folder / "urls"

    def _seen(self, address: str) -> SeenFeed:
        return _seen_by_sfeed((self.folder / "feeds" / _named(address)).read_text("utf-8"))


def _seen_by_sfeed(rows: str) -> SeenFeed:
    cells = [line.split("\t") for line in rows.split("\n") if line]
    return SeenFeed(
        items=tuple(
            SeenItem(
                id=guid,
                title=title,
                link=link,
                published=_instant(date),
                authors=(author,),
                topics=tuple(topics.split("|")) if topics else (),
                enclosures=(SeenEnclosure(url=enclosure),) if enclosure else (),
            )
            for date, title, link, _, _, guid, author, enclosure, topics in cells
        )
    )
