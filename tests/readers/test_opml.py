"""Lists of feeds: real readers import them, subscribe to every feed, and fetch it."""

from __future__ import annotations

import json
import re
import shlex
from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar, NamedTuple

import pytest

from .conftest import Serve
from .loopback import Loopback
from .npm import Feedsmith
from .pypi import PyPIReader
from .reader import Reader, run
from .sites import HARD_SITE, Site, site_of, write_article
from .terminal import Newsboat, Sfeed

pytestmark = pytest.mark.readers

LISTS = {"feeds.opml": "", "topics.opml": "topics/", "providers.opml": "providers/"}


class Importer(ABC):
    """How a reader imports a list of feeds; `reader` says whether it is installed."""

    reader: ClassVar[type[Reader]]
    keeps_titles: ClassVar[bool]

    @abstractmethod
    def subscribe(self, opml: Path, folder: Path) -> dict[str, str]:
        """Import a list: the titles of the feeds that the reader is then subscribed to, by address."""


class Fetcher(Importer):
    """How a reader imports a list and goes by it."""

    @abstractmethod
    def fetch(self, opml: Path, folder: Path) -> None:
        """Import a list and fetch what it names."""


class NewsboatImport(Fetcher):
    """newsboat writes a file of addresses, with the groups of the list as tags."""

    reader = Newsboat
    keeps_titles = False

    def subscribe(self, opml: Path, folder: Path) -> dict[str, str]:
        """Import a list into an empty file of addresses."""
        (folder / "urls").write_text("", encoding="utf-8")
        self._run(folder, f"--import-from-opml={opml}")
        return {line.split(" ")[0]: "" for line in (folder / "urls").read_text("utf-8").splitlines()}

    def fetch(self, opml: Path, folder: Path) -> None:
        """Import a list and reload."""
        self.subscribe(opml, folder)
        self._run(folder, "--execute=reload")

    def _run(self, folder: Path, *options: str) -> None:
        (folder / "config").write_text("", encoding="utf-8")
        run("newsboat", "--quiet", "-u", "urls", "-c", "cache.db", "-C", "config", *options, folder=folder)


class SfeedImport(Fetcher):
    """sfeed writes a configuration, which its updater runs as it is."""

    reader = Sfeed
    keeps_titles = True

    def subscribe(self, opml: Path, folder: Path) -> dict[str, str]:
        """Write the configuration, and read the feeds in it as a shell does."""
        found = run("sfeed_opml_import", folder=folder, stdin=opml.read_text("utf-8"))
        (folder / "sfeedrc").write_text(found, encoding="utf-8")
        feeds = [shlex.split(line) for line in re.findall(r"^\s*(feed .*)$", found, re.M)]
        return {address: title for _, title, address, *_ in feeds}

    def fetch(self, opml: Path, folder: Path) -> None:
        """Write the configuration and update by it."""
        self.subscribe(opml, folder)
        run("sfeed_update", "sfeedrc", folder=folder)


class ReaderImport(Fetcher):
    """reader imports a list into its database; titles are those of the feeds themselves."""

    reader = PyPIReader
    keeps_titles = False

    def subscribe(self, opml: Path, folder: Path) -> dict[str, str]:
        """Import a list into a new database."""
        with PyPIReader(folder).opened() as reader:
            with opml.open("rb") as file:
                reader.import_feeds(file)
            return {feed.url: "" for feed in reader.get_feeds()}

    def fetch(self, opml: Path, folder: Path) -> None:
        """Import a list and update."""
        PyPIReader(folder).poll(list(self.subscribe(opml, folder)))


class FeedsmithImport(Importer):
    """feedsmith parses OPML as it parses feeds; it fetches nothing."""

    reader = Feedsmith
    keeps_titles = True

    def subscribe(self, opml: Path, folder: Path) -> dict[str, str]:
        """Parse a list."""
        script = str(Path(__file__).parent / "node" / "opml.mjs")
        return dict(json.loads(run("node", script, str(opml), folder=folder)))


FETCHERS: Sequence[type[Fetcher]] = [NewsboatImport, SfeedImport, ReaderImport]
IMPORTERS: Sequence[type[Importer]] = [*FETCHERS, FeedsmithImport]


@pytest.fixture
def importer(request: pytest.FixtureRequest) -> Importer:
    """A reader's way to import; skipped, with its name, where the reader is not installed."""
    kind: type[Importer] = request.param
    if missing := kind.reader.missing():
        pytest.skip(missing)
    return kind()


class Listed(NamedTuple):
    """A site whose lists name the addresses at which it is served, its server, and a reader's empty home."""

    site: Site
    server: Loopback
    home: Path


@pytest.fixture
def listed(tmp_path: Path, serve: Serve) -> Listed:
    """Build a site of a few feeds with names that are hard on lists."""
    (tmp_path / "feeds").mkdir()
    server = serve(tmp_path / "feeds")
    write_article(tmp_path, "2025-01-01-a.md", {"title": "A", "topics": ["R&D", "“C++”", "O'Brien's $HOME"]})
    write_article(
        tmp_path, "2025-01-02-b.md", {"title": "B", "provider": {"name": "P & Q", "domain": "p.example"}}
    )
    home = tmp_path / "reader"
    home.mkdir()
    site = site_of(tmp_path, site={**HARD_SITE["site"], "feeds_url": server.base_url})
    return Listed(site, server, home)


def by_name(kinds: Sequence[type[Importer]]) -> pytest.MarkDecorator:
    """Run a test with each of some importers, called by their readers' names."""
    ids = [kind.reader.name for kind in kinds]
    return pytest.mark.parametrize("importer", kinds, ids=ids, indirect=True)


@by_name(IMPORTERS)
@pytest.mark.parametrize("name", LISTS)
def test_a_reader_imports_a_list(importer: Importer, name: str, listed: Listed) -> None:
    """Whoever imports a list is subscribed to each of its feeds, by the title that the feed has."""
    wanted = {
        feed.self_url("rss.xml"): feed.title if importer.keeps_titles else ""
        for path, feed in listed.site.model.items()
        if path.startswith(LISTS[name])
    }
    assert wanted
    assert importer.subscribe(listed.site.folder / name, listed.home) == wanted


@by_name(FETCHERS)
def test_a_reader_fetches_what_a_list_names(importer: Fetcher, listed: Listed) -> None:
    """Every address of the list of all feeds is there: fetched once, and nothing else is."""
    importer.fetch(listed.site.folder / "feeds.opml", listed.home)
    asked = sorted((answer.path, answer.status) for answer in listed.server.answers)
    assert asked == sorted((f"/{path}", 200) for path in listed.site.addresses("rss"))
