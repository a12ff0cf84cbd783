"""Parsers from npm, run by Node.js: each has a script in node/ that gives what it sees in our shape."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

import msgspec

from .reader import Reader, absent, run
from .record import SeenFeed, Shows

HERE = Path(__file__).parent
MODULES = HERE / "node_modules"


class NodeReader(Reader):
    """A parser from npm; `package` is its name there, `name` that of its script."""

    package: ClassVar[str]

    @classmethod
    def missing(cls) -> str | None:
        """Name what would have to be installed first."""
        if found := absent("node"):
            return found
        return None if (MODULES / cls.package).is_dir() else f"{cls.package} is not installed"

    @classmethod
    def version(cls) -> str:
        """Tell which version is installed."""
        return str(json.loads((MODULES / cls.package / "package.json").read_text("utf-8"))["version"])

    def poll(self, addresses: Sequence[str]) -> dict[str, SeenFeed]:
        """Fetch what changed at each address, and parse all."""
        script = str(HERE / "node" / "poll.mjs")
        printed = run("node", script, self.name, "store.json", *addresses, folder=self.folder)
        return msgspec.json.decode(printed, type=dict[str, SeenFeed])


class RssParser(NodeReader):
    """rss-parser: of an Atom entry it knows neither enclosures nor categories."""

    name = "rss-parser"
    package = "rss-parser"
    shows = {
        "rss": Shows(
            feed=("title", "home", "address", "updated"),
            updated="no",
            summary="html",
            authors="first",
            enclosures="first",
        ),
        "atom": Shows(
            feed=("title", "home", "address", "updated"),
            updated="no",
            authors="first",
            topics="no",
            enclosures="no",
        ),
    }


class Feedsmith(NodeReader):
    """feedsmith: everything, in every format."""

    name = "feedsmith"
    package = "feedsmith"
    shows = {
        "rss": Shows(feed=("title", "home", "address", "updated"), summary="html"),
        "atom": Shows(feed=("title", "home", "address", "updated")),
        "json": Shows(feed=("title", "home", "address")),
    }


class FeedParser(NodeReader):
    """@rowanmanning/feed-parser: RSS and Atom."""

    name = "feed-parser"
    package = "@rowanmanning/feed-parser"
    shows = {
        "rss": Shows(
            feed=("title", "home", "address", "updated"),
            updated="published",
            when_first="media",
            apostrophe=False,
        ),
        "atom": Shows(feed=("title", "home", "address", "updated"), summary="decoded", apostrophe=False),
    }
