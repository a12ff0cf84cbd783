"""Faults at every step: wherever the machine refuses a run, files are whole, and one line says why.

SYNDICATE_FAULT_STEPS is how many steps of each sweep are tried.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import shutil
import sqlite3
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from faulty import (
    BROKEN,
    DENIED,
    EXHAUSTED,
    FULL,
    MAKING,
    READ_ONLY,
    Fault,
    Harm,
    Tree,
    Turning,
    half_written,
    one_line,
    refusing,
    some,
    tree,
)

from syndicate import PublishError, index, indexfile, refresh

# Newer Pythons warn of forking beside threads, of which the test runner has one.
pytestmark = pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")


@pytest.fixture
def turning(site: Path, monkeypatch: pytest.MonkeyPatch) -> Turning:
    """A site in its first state, built; files are written in two halves."""
    half_written(monkeypatch)
    return Turning(site)


def count_steps(turning: Turning, folder: Path, only: frozenset[str] | None = None) -> int:
    """How many steps a whole run has."""
    turning.turn()
    with Fault(folder, 0, str, only=only) as fault:
        turning.run()
    assert fault.steps > 5
    return fault.steps


SWEEPS = {
    "disk full": (FULL, True, MAKING),
    "output read-only": (READ_ONLY, True, MAKING),
    "permission lost": (DENIED, True, None),
    "too many open files": (EXHAUSTED, False, None),
    "input or output error": (BROKEN, False, None),
}


@pytest.mark.parametrize(("code", "lasting", "only"), SWEEPS.values(), ids=SWEEPS)
def test_whatever_is_refused_leaves_every_file_whole(
    code: int, lasting: bool, only: frozenset[str] | None, turning: Turning
) -> None:
    """Refused at one step, or from it on: one line and exit 2, or nothing of it matters; then all is well."""
    site, refused = turning.site, 0
    for step in some(count_steps(turning, site, only)):
        turning.turn()
        with Fault(site, step, refusing(code), lasting=lasting, only=only):
            result = turning.command()
        if result.exit_code == 2:
            refused += os.strerror(code).lower() in one_line(result)
        # An article that cannot be read fails by itself, and its old version stays beside new ones.
        assert result.exit_code in (0, 2) or result.stderr.startswith("failed: ")
        if result.exit_code != 1:
            turning.check_whole()
        turning.check_mended()
    assert refused > 1


def test_a_full_disk_is_full_for_the_index_too(turning: Turning, monkeypatch: pytest.MonkeyPatch) -> None:
    """SQLite's own "disk is full", wherever in a run: one line, and the good index is not put aside."""

    def connect(path: str, spare: int) -> sqlite3.Connection:
        connection = indexfile.connect(path)
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count = {pages + spare}")
        return connection

    write_many(turning.site)
    for spare in (0, 1, 2, 4, 8):
        with monkeypatch.context() as patch:
            patch.setattr(index, "connect", partial(connect, spare=spare))
            line = one_line(turning.command())
        assert line.endswith("index.db: no index can be kept there: database or disk is full")
        assert not list((turning.site / ".syndicate").glob("*.broken"))
    assert turning.command().exit_code == 0


def write_many(site: Path) -> None:
    """Add so many articles that the index grows."""
    text = (site / "articles" / "0.md").read_text()
    for number in range(60):
        (site / "articles" / f"many-{number}.md").write_text(
            text.replace("Title 0", f"Number {number} " * 20)
        )


def titles(output: Tree) -> set[str]:
    """The titles in the feed of everything."""
    return {item["title"] for item in json.loads(output["all/feed.json"])["items"]}


def removed(path: Path) -> Harm:
    """Remove a folder with all that is in it."""
    return lambda _: shutil.rmtree(path)


def replaced(path: Path) -> Harm:
    """Put an empty folder in the place of one, as where a file system is unmounted."""

    def replace(_: str) -> None:
        path.rename(path.with_name("away"))
        path.mkdir()

    return replace


def test_an_output_that_is_removed_midway_is_made_again(turning: Turning) -> None:
    """The whole output goes during a run: at most one line is said, and the next run makes it anew."""
    output = turning.site / "feeds"
    for step in some(count_steps(turning, output)):
        turning.turn()
        with Fault(output, step, removed(output)):
            result = turning.command()
        if result.exit_code:
            one_line(result)
        found = {path: body for path, body in tree(turning.site).items() if ".syndicate-" not in path}
        assert found.items() <= turning.new.items()
        turning.check_mended()


@pytest.mark.parametrize("how", [removed, replaced])
@pytest.mark.parametrize("policy", ["keep", "drop"])
def test_sources_that_go_midway_take_nothing_with_them(how: Any, policy: str, turning: Turning) -> None:
    """The folder of a source goes, or is another one, during a run: nothing is deleted from the output."""
    site, articles = turning.site, turning.site / "articles"
    with (site / "config" / "syndicate.yaml").open("a") as stream:
        stream.write(f"on_error: {policy}\n")
    turning.run()
    for step in some(count_steps(turning, articles)):
        turning.turn()
        with Fault(articles, step, how(articles)):
            result = turning.command()
        assert result.exit_code in (0, 2)
        if result.exit_code:
            assert "articles: sources[0].path: found " in one_line(result)
            assert tree(site) == turning.old
        # It may have gone after half of it was read: of the others the old versions stay.
        assert titles(turning.old) & titles(turning.new) <= titles(tree(site))
        shutil.rmtree(articles, ignore_errors=True)
        shutil.rmtree(site / "away", ignore_errors=True)
        turning.turn(turning.state)
        turning.check_mended()


@pytest.mark.parametrize("mode", [0o444, 0o000])
def test_an_article_that_may_be_read_again_is(mode: int, turning: Turning) -> None:
    """An article that could not be read for a while is tried at every run, though its time stays the same."""
    file = turning.site / "articles" / "0.md"
    os.utime(file, (1_700_000_000, 1_700_000_000))
    turning.run()
    turning.run()
    os.utime(file, (1_600_000_000, 1_600_000_000))
    with Fault(file, 1, refusing(DENIED), lasting=True):
        for _ in range(2):
            report = turning.run()
            assert [failure.found for failure in report.failed] == ["permission denied"]
            assert report.failed[0].stays_published
    file.chmod(mode)
    try:
        if os.access(file, os.R_OK):
            turning.check_mended()
    finally:
        file.chmod(0o644)
    turning.check_mended()


def test_a_folder_that_may_only_be_listed_is_an_error(turning: Turning) -> None:
    """Where the files of a folder can be seen and nothing be known of them, none of them is gone."""
    before, stat = tree(turning.site), os.DirEntry.stat

    class Entry:
        """An entry whose status may not be asked for."""

        def __init__(self, entry: os.DirEntry[str]) -> None:
            self._entry = entry

        def __getattr__(self, name: str) -> Any:
            return getattr(self._entry, name)

        def stat(self) -> os.stat_result:
            """Refuse, below the folder `deep`."""
            if "/deep/" in self._entry.path:
                raise PermissionError(DENIED, "Permission denied", self._entry.path)
            return stat(self._entry)

    with pytest.MonkeyPatch.context() as patch:
        walk = refresh.walk_sources.__globals__["_walk"]
        patch.setitem(
            refresh.walk_sources.__globals__,
            "_walk",
            lambda *where: ((prefix, [Entry(each) for each in found]) for prefix, found in walk(*where)),
        )
        line = one_line(turning.command())
    assert "/deep/" in line
    assert "permission denied" in line
    assert tree(turning.site) == before
    turning.check_mended()


def test_a_pool_that_cannot_be_started_leaves_nobody_behind(
    turning: Turning, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the system refuses the second process, the first one ends too, and one error says so."""
    fork, left = os.fork, [1]

    def refuse() -> int:
        left[0] -= 1
        if left[0] < 0:
            raise BlockingIOError(11, "Resource temporarily unavailable")
        return fork()

    turning.turn()
    with monkeypatch.context() as patch:
        patch.setattr(refresh, "_MANY_FILES", 0)
        patch.setattr(os, "fork", refuse)
        with pytest.raises(PublishError, match="was given up: resource temporarily unavailable"):
            turning.run(jobs=3, full=True)
    assert left[0] < 0
    assert multiprocessing.active_children() == []
    turning.check_whole()
    turning.check_mended()
