"""docs/readers.md says of each reader what the tests hold it to; this needs no reader."""

from __future__ import annotations

import json
import re
from pathlib import Path

from .conftest import READERS
from .reader import Keeper, Reader
from .record import FORMATS, Format, Shows
from .sites import ROOT
from .test_opml import IMPORTERS

PAGE = (ROOT / "docs" / "readers.md").read_text("utf-8")
FORMAT_NAMES: dict[Format, str] = {"rss": "RSS", "atom": "Atom", "json": "JSON Feed"}
SUMMARIES = {"text": "text", "decoded": "text, decoded", "html": "HTML", "no": "no"}
WHEN_FIRST = {"all": "all", "media": "media", "one": "the first"}


def rows_under(heading: str) -> list[list[str]]:
    """The rows of the first table under a heading, without its head, cell by cell."""
    table = PAGE.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    lines = [line for line in table.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines[2:]]


def row(kind: type[Reader], form: Format) -> list[str]:
    """Say in a row of the table what a reader shows of a format."""
    shows = kind.shows[form]
    return [
        kind.name,
        FORMAT_NAMES[form],
        ", ".join(shows.feed) or "no",
        shows.updated,
        SUMMARIES[shows.summary],
        shows.authors,
        shows.topics,
        enclosures(shows),
        WHEN_FIRST[shows.when_first] if form == "rss" and shows.enclosures == "all" else "",
    ]


def enclosures(shows: Shows) -> str:
    """Say which enclosures a reader shows, and what it leaves out of them."""
    if shows.enclosures == "no":
        return "no"
    lacking = [name for name in ("types", "sizes") if not getattr(shows, name)]
    return shows.enclosures + (f", no {' or '.join(lacking)}" if lacking else "")


def test_the_table_is_what_the_tests_hold_readers_to() -> None:
    """Every reader has its row for each format that it reads, and nothing stands there that is not tested."""
    assert rows_under("What each one shows") == [
        row(kind, form) for kind in READERS for form in FORMATS if form in kind.shows
    ]


def test_every_reader_is_listed_with_its_version() -> None:
    """Each reader is named with where it comes from, the version that was seen, and how it knows an item."""
    listed = {cells[0]: cells for cells in rows_under("The readers")}
    assert list(listed) == [kind.name for kind in READERS]
    for kind in READERS:
        _, _, version, knows = listed[kind.name]
        assert re.search(r"\d", version)
        assert knows == (kind.same_item if issubclass(kind, Keeper) else "keeps nothing")


def test_the_notes_name_who_does_otherwise() -> None:
    """Each of a reader's ways that needs a note has one that names the reader."""
    notes = PAGE.partition("\n## Ways of their own\n")[2].partition("\n## ")[0].split("\n- ")

    def named(words: str) -> set[str]:
        (note,) = (each for each in notes if words in each)
        return {kind.name for kind in READERS if f"`{kind.name}`" in note}

    def who(name: str) -> set[str]:
        return {kind.name for kind in READERS for shows in kind.shows.values() if not getattr(shows, name)}

    assert named("`%27`") == who("apostrophe")
    assert named("no URI") == who("bare_ids")
    assert named("second poll") == {kind.name for kind in READERS if kind.settles > 1}
    assert named("in their own order") == {
        kind.name for kind in READERS if any(shows.sorts for shows in kind.shows.values())
    }


def test_every_importer_is_listed() -> None:
    """The readers that the tests let import lists of feeds are those that the page names."""
    section = PAGE.partition("\n## Lists of feeds\n")[2].partition("\n## ")[0]
    names = {kind.name for kind in READERS if re.search(rf"(?<![\w-]){kind.name}(?![\w-])", section)}
    assert names == {kind.reader.name for kind in IMPORTERS}


def test_every_package_of_npm_has_its_reason() -> None:
    """What package.json asks for is named in docs/decisions.md."""
    decisions = (ROOT / "docs" / "decisions.md").read_text("utf-8")
    wanted = json.loads((Path(__file__).parent / "package.json").read_text("utf-8"))["dependencies"]
    assert [name for name in wanted if name not in decisions] == []
