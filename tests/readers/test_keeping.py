"""Readers that keep what they read: an edit, a move or a new address of an article makes no second item."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from .conftest import KEEPERS, Serve
from .loopback import Loopback
from .reader import Keeper
from .record import Format, SeenFeed
from .sites import FILE_NAMES, NOW, Site, site_of, write_article
from .terminal import Newsboat, Sfeed

pytestmark = pytest.mark.readers

EDITED = "2025-01-02-edited.md"


def kept(*, by: str | None = None) -> list[object]:
    """Every reader that keeps items, or those that know one again by the same thing, with each format."""
    return [
        pytest.param(kind, form, id=f"{kind.name}-{form}")
        for kind in KEEPERS
        for form in kind.shows
        if by in (None, kind.same_item)
    ]


class Life:
    """A site, its server and a reader that has read everything there is."""

    def __init__(self, site: Site, server: Loopback, reader: Keeper, form: Format) -> None:
        self.site = site
        self.server = server
        self.reader = reader
        self.form = form
        self.address = f"{server.base_url}all/{FILE_NAMES[form]}"
        # Twice, for readers that ask conditionally only then.
        self.poll()
        self.poll()
        reader.mark_read(self.address)
        assert reader.unread(self.address) == 0

    def poll(self) -> SeenFeed:
        """Let the reader look again."""
        self.server.forget()
        return self.reader.poll([self.address])[self.address].in_order()

    def rebuild(self) -> SeenFeed:
        """Build the site again: what the reader has to show then."""
        self.site = self.site.rebuilt()
        return self.site.wanted("all", self.form, self.reader.shows[self.form]).in_order()

    @property
    def statuses(self) -> list[int]:
        """How the last poll was answered."""
        return [answer.status for answer in self.server.answers]


@pytest.fixture
def life(tmp_path: Path, serve: Serve, reader: Keeper, form: Format) -> Life:
    """Three articles at http addresses, read."""
    for name, title in {"2025-01-01-a.md": "A", EDITED: "Before", "2025-01-03-c.md": "C"}.items():
        write(tmp_path, name, title)
    site = site_of(tmp_path)
    # newsboat does not take an answer whose Last-Modified is that of the one before, to the second.
    age(site)
    return Life(site, serve(site.folder), reader, form)


def write(folder: Path, name: str, title: str, scheme: str = "http") -> Path:
    """Write an article whose address follows from its file's name."""
    address = f"{scheme}://hard.example/{Path(name).stem}/"
    return write_article(folder, name, {"title": title, "webUrl": address, "excerpt": f"Of {title}"})


def age(site: Site) -> None:
    """Date all files of a site back, as if it had been built on that day."""
    for file in site.folder.rglob("*.*"):
        os.utime(file, (NOW.timestamp(), NOW.timestamp()))


@pytest.mark.parametrize(("reader", "form"), kept(by="id"), indirect=["reader"])
def test_an_edited_title_is_the_same_item(life: Life, tmp_path: Path) -> None:
    """The item has its new title, there is no second one, and nobody has to read it again."""
    write(tmp_path, EDITED, "After")
    wanted = life.rebuild()
    assert [item.title for item in wanted.items] == ["A", "After", "C"]
    assert life.poll() == wanted
    assert life.statuses == [200]
    assert life.reader.unread(life.address) == 0


@pytest.mark.parametrize(("reader", "form"), kept(by="id"), indirect=["reader"])
def test_an_address_that_becomes_https_is_the_same_item(life: Life, tmp_path: Path) -> None:
    """The item leads to its new address, there is no second one, and nobody has to read it again."""
    for name, title in {"2025-01-01-a.md": "A", EDITED: "Before", "2025-01-03-c.md": "C"}.items():
        write(tmp_path, name, title, scheme="https")
    wanted = life.rebuild()
    assert all(item.link.startswith("https:") for item in wanted.items)
    assert life.poll() == wanted
    assert life.statuses == [200]
    assert life.reader.unread(life.address) == 0


@pytest.mark.parametrize(("reader", "form"), kept(), indirect=["reader"])
def test_a_moved_file_is_no_news(life: Life, tmp_path: Path) -> None:
    """A dated file moves to another folder, and the reader is told that nothing has changed."""
    before = life.poll()
    moved = tmp_path / "articles" / "2025" / "january" / EDITED
    moved.parent.mkdir(parents=True)
    (tmp_path / "articles" / EDITED).rename(moved)
    assert life.poll() == before == life.rebuild()
    assert life.poll() == before
    assert life.statuses == [304]
    assert life.reader.unread(life.address) == 0


@pytest.mark.parametrize(("reader", "form"), kept(), indirect=["reader"])
def test_a_new_article_is_the_only_news(life: Life, tmp_path: Path) -> None:
    """Of four items the reader has one to read: that of the article that was added."""
    write(tmp_path, "2025-01-04-d.md", "D")
    wanted = life.rebuild()
    assert life.poll() == wanted
    assert len(wanted.items) == 4
    assert life.reader.unread(life.address) == 1


@pytest.mark.parametrize(("reader", "form"), kept(by="id, title and link"), indirect=["reader"])
def test_sfeed_keeps_what_an_item_was(life: Life, tmp_path: Path) -> None:
    """A row for each title that an item has had stays, under the same id: sfeed's own way, as documented."""
    write(tmp_path, EDITED, "After")
    wanted = life.rebuild()
    found = life.poll().items
    assert {item for item in found if item.title != "Before"} == set(wanted.items)
    before, after = (item for item in found if item.title in ("Before", "After"))
    assert before.id == after.id
    assert life.reader.unread(life.address) == 0


@pytest.mark.parametrize(("reader", "form"), [(Newsboat, "rss"), (Newsboat, "atom")], indirect=["reader"])
def test_newsboat_goes_by_last_modified(life: Life, tmp_path: Path) -> None:
    """A changed file whose Last-Modified is no later is passed over, and is not asked for again."""
    before = life.poll()
    write(tmp_path, EDITED, "After")
    wanted = life.rebuild()
    age(life.site)
    assert life.poll() == before != wanted
    assert life.statuses == [200]
    assert life.poll() == before
    assert life.statuses == [304]


@pytest.mark.parametrize("reader", [Newsboat], indirect=True)
def test_newsboat_shows_an_article_once(reader: Newsboat, tmp_path: Path, serve: Serve) -> None:
    """Whoever subscribes to two feeds that share articles has each once: by its id."""
    for name in ("2025-01-01-a.md", "2025-01-02-b.md"):
        write_article(tmp_path, name, {"title": name, "topics": ["T"]})
    write_article(tmp_path, "2025-01-03-c.md", {"title": "c"})
    site = site_of(tmp_path)
    server = serve(site.folder)
    seen = reader.poll_together([server.base_url + path for path in ("all/rss.xml", "topics/t/rss.xml")])
    ids = [item.id for feed in seen.values() for item in feed.items]
    assert sorted(ids) == sorted(item.id for item in site.model["all"].items)


def test_every_keeper_is_covered() -> None:
    """The tests above speak of every way in which readers know an item again."""
    assert {kind.same_item for kind in KEEPERS} == {"id", Sfeed.same_item}
