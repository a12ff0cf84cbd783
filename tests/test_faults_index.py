"""Faults of the index: lost, cut off or overwritten at any page, it costs time and no byte of the output.

SYNDICATE_FAULT_STEPS is how many pages are tried for each kind of damage.
"""

from __future__ import annotations

import json
import random
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from conftest import WriteArticle
from faulty import NOW, Turning, run, some

from syndicate import list_feeds, load_settings, understand
from syndicate.indexfile import INDEX_ERRORS, is_damage
from syndicate.pipeline import Options
from syndicate.watch import Watcher

PAGE = 4096
Damage = Callable[[bytearray, int], None]


@pytest.fixture
def turning(site: Path) -> Turning:
    """A site in its first state, built."""
    return Turning(site)


@pytest.fixture
def index(turning: Turning) -> Path:
    """The site's index, of one file."""
    path = turning.site / ".syndicate" / "index.db"
    assert path.stat().st_size > 15 * PAGE
    assert not path.with_name("index.db-wal").exists()
    return path


def cut(whole: bytearray, page: int) -> None:
    """End the file before a page."""
    del whole[page * PAGE :]


def garble(whole: bytearray, page: int) -> None:
    """Put anything in the place of a page, the same for the same page."""
    whole[page * PAGE : (page + 1) * PAGE] = random.Random(page).randbytes(PAGE)


def blank(whole: bytearray, page: int) -> None:
    """Leave zeros in the place of a page, as a machine that lost power may."""
    whole[page * PAGE : (page + 1) * PAGE] = bytes(PAGE)


@pytest.mark.parametrize("damage", [cut, garble, blank])
def test_a_damaged_page_costs_no_content(damage: Damage, turning: Turning, index: Path) -> None:
    """Whichever page it is: one warning, the damaged file put aside, and the output of a clean build."""
    told = 0
    for number in some(index.stat().st_size // PAGE):
        turning.turn()
        whole = bytearray(index.read_bytes())
        damage(whole, number - 1)
        index.write_bytes(whole)
        for warning in turning.check_mended(damaged=True).warnings:
            assert warning.startswith("the index could not be used (")
            assert index.with_name("index.db.broken").read_bytes() == whole
            index.with_name("index.db.broken").unlink()
            told += 1
    # An empty file is no damage, and of a page that the run does not need nobody knows.
    assert told > 2


@pytest.mark.parametrize("lost", ["index.db", "."])
def test_a_lost_index_costs_no_content(lost: str, turning: Turning, index: Path) -> None:
    """Deleted, alone or with its folder, it is begun anew without a word."""
    turning.turn()
    place = index.parent / lost
    place.unlink() if place.is_file() else shutil.rmtree(place)
    assert turning.check_mended().warnings == ()


@pytest.mark.parametrize("lost", ["index.db", "."])
def test_an_index_that_is_lost_under_a_watch(lost: str, turning: Turning, index: Path) -> None:
    """A watch that has it open goes on, and what it publishes is right."""
    config = turning.site / "config" / "syndicate.yaml"
    with Watcher(str(config), lambda: load_settings(config), Options(now=NOW, jobs=1)) as watcher:
        watcher.rebuild()
        place = index.parent / lost
        place.unlink() if place.is_file() else shutil.rmtree(place)
        turning.turn()
        lines = watcher.rebuild()
    assert not [line for line in lines if line.startswith("error")]
    shutil.rmtree(index.parent, ignore_errors=True)
    turning.check_mended()


def test_a_record_that_is_none_is_damage(turning: Turning, index: Path) -> None:
    """A row that SQLite gives out, and that holds no article of ours, is a broken index as well."""
    for content in (b"\xc1", b"\xa3\xff\xfe\xfd", b""):
        with sqlite3.connect(index) as connection:
            connection.execute("UPDATE records SET record = ?", (content,))
        connection.close()
        turning.turn()
        report = turning.check_mended(damaged=True)
        assert len(report.warnings) == 1
        index.with_name("index.db.broken").unlink()


UNREADABLE = {
    "no-record": b"\xc1",
    "other-types": msgspec.msgpack.encode({"id": 1}),
    "illegal": msgspec.msgpack.encode({"authors": [{"name": "A\x01"}]}),
}


@pytest.mark.parametrize("full", [False, True])
@pytest.mark.parametrize("content", UNREADABLE.values(), ids=UNREADABLE)
def test_a_record_that_cannot_be_read_gives_way(
    content: bytes, full: bool, site: Path, write_article: WriteArticle
) -> None:
    """An article that is read again replaces what was left of it, and nothing else is lost with that."""
    write_article("2024-01-01-a.md", title="First")
    write_article("2024-01-02-b.md", title="Kept")
    run(site)
    (site / "articles" / "2024-01-02-b.md").write_text("---\ntitle: [\n---\n")
    run(site)
    with sqlite3.connect(site / ".syndicate" / "index.db") as connection:
        changed = (
            "UPDATE records SET record = ? WHERE file = (SELECT file FROM files WHERE path LIKE '%-a.md')"
        )
        assert connection.execute(changed, (content,)).rowcount == 1
    connection.close()
    if not full:
        write_article("2024-01-01-a.md", title="Second")
    assert run(site, full=full).warnings == ()
    items = json.loads((site / "feeds" / "all" / "feed.json").read_text())["items"]
    assert {item["title"] for item in items} == {"Kept", "First" if full else "Second"}


def error_of(code: int | None) -> Exception:
    """An error as SQLite gives it, or as we raise it ourselves."""
    error = sqlite3.OperationalError("x")
    if code is not None:
        error.sqlite_errorcode = code
    return error


@pytest.mark.parametrize(
    ("error", "damaged"),
    [
        *((error_of(code), True) for code in (None, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)),
        *((error_of(code), True) for code in (sqlite3.SQLITE_IOERR_READ, sqlite3.SQLITE_IOERR_SHORT_READ)),
        (error_of(sqlite3.SQLITE_READONLY_DBMOVED), True),
        *((error_of(code), False) for code in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_READONLY)),
        *((error_of(code), False) for code in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY_DIRECTORY)),
        *((error_of(code), False) for code in (sqlite3.SQLITE_IOERR_WRITE, sqlite3.SQLITE_IOERR_FSYNC)),
        (msgspec.DecodeError("x"), True),
        (UnicodeDecodeError("utf-8", b"\xff", 0, 1, "x"), True),
    ],
    ids=str,
)
def test_only_damage_is_damage(error: Exception, damaged: bool) -> None:
    """What SQLite says of the disk, of permissions or of memory is nothing that another file would mend."""
    assert isinstance(error, INDEX_ERRORS)
    assert is_damage(error) is damaged


def test_a_folder_in_the_place_of_the_index_stays(turning: Turning, index: Path) -> None:
    """Somebody's folder where the index is to be is an error, and is not put anywhere."""
    index.unlink()
    (index / "mine").mkdir(parents=True)
    result = turning.command()
    assert (result.exit_code, result.stderr.count("\n")) == (2, 1)
    assert "no index can be kept there: unable to open database file" in result.stderr
    assert (index / "mine").is_dir()
    shutil.rmtree(index)
    turning.check_mended()


@pytest.mark.parametrize("damage", [cut, garble, blank])
def test_who_only_looks_needs_no_index(damage: Damage, turning: Turning, index: Path) -> None:
    """`--dry-run`, `list` and `show` over a damaged index say the same as over none, and leave it there."""
    settings = load_settings(turning.site / "config" / "syndicate.yaml")
    article = str(turning.site / "articles" / "0.md")
    feeds, understood = list_feeds(settings, now=NOW), understand(settings, article, now=NOW)
    sound = index.read_bytes()
    for page in list(some(len(sound) // PAGE))[1:3]:
        whole = bytearray(sound)
        damage(whole, page)
        index.write_bytes(whole)
        assert turning.run(dry_run=True).changes.write == ()
        assert list_feeds(settings, now=NOW) == feeds
        assert understand(settings, article, now=NOW) == understood
        assert index.read_bytes() == whole
