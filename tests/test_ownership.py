"""Whose file is it: what is not ours is neither replaced nor deleted, and what is ours is known again."""

from __future__ import annotations

import json
import os
import shutil
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from syndicate import Report, build, load_settings
from syndicate.cli import main
from syndicate.index import Index
from syndicate.pipeline import Options
from syndicate.plan import Plan
from syndicate.publish import MANIFEST, Publication
from syndicate.report import Report as BuildReport
from syndicate.watch import Watcher

NOW = datetime(2024, 6, 1, tzinfo=UTC)
FEED = ["all/atom.xml", "all/feed.json", "all/rss.xml"]
WriteArticle = Callable[..., Path]


@pytest.fixture
def one(site: Path, write_article: WriteArticle) -> Path:
    """A site of one article in one feed, not built yet."""
    write_article("a.md", title="a")
    (site / "feeds" / "all").mkdir(parents=True)
    return site


def run(site: Path, **options: Any) -> Report:
    """Build the site."""
    return build(load_settings(site / "config" / "syndicate.yaml"), now=NOW, jobs=1, **options)


def command(site: Path, *arguments: str) -> Result:
    """Run the command on the site, in this process."""
    config = ["--config", f"{site}/config/syndicate.yaml", "--now", "2024-06-01"]
    return CliRunner().invoke(main, ["build", *config, *arguments])


def tree(site: Path) -> dict[str, bytes]:
    """Every file of the output."""
    output = site / "feeds"
    return {str(path.relative_to(output)): path.read_bytes() for path in output.rglob("*") if path.is_file()}


def listed(site: Path) -> list[str]:
    """The files that the output's list claims."""
    return [line for line in (site / "feeds" / MANIFEST).read_text().splitlines() if line[0] != "#"]


def add(site: Path, lines: str) -> None:
    """Add lines to the configuration."""
    with (site / "config" / "syndicate.yaml").open("a") as stream:
        stream.write(lines)


# Files of others.


def test_a_file_that_is_not_ours_is_not_replaced(one: Path) -> None:
    """It stays, byte for byte; the other documents go out; one line names it, at every run; exit 1."""
    (one / "feeds" / "all" / "rss.xml").write_text("mine")
    for _ in range(3):
        result = command(one, "-q")
        assert (result.exit_code, result.stdout) == (1, "")
        assert result.stderr.splitlines() == [
            "blocked: all/rss.xml: a file that is not ours is there, and stays; move it away, or say --adopt"
        ]
        assert tree(one)["all/rss.xml"] == b"mine"
        assert listed(one) == FEED[:2]
    assert "1 blocked" in command(one).stdout


def test_what_was_in_the_way_goes_and_the_document_comes(one: Path) -> None:
    """Once the file is moved away, the next run writes the document, and it is ours from then on."""
    foreign = one / "feeds" / "all" / "rss.xml"
    foreign.write_text("mine")
    run(one)
    foreign.rename(one / "mine.xml")
    report = run(one)
    assert (report.ok, report.changes.create) == (True, ("all/rss.xml",))
    assert listed(one) == FEED
    assert not run(one).changes.write


def test_adopt_replaces_what_is_in_the_way(one: Path) -> None:
    """`--adopt` takes such files for ours, in one run for good."""
    for name in FEED:
        (one / "feeds" / name).write_text("mine")
    assert run(one, adopt=True, dry_run=True).changes == Plan(update=tuple(FEED))
    assert command(one, "--adopt").exit_code == 0
    assert listed(one) == FEED
    assert b"mine" not in tree(one).values()
    (one / "feeds" / "all" / "rss.xml").write_text("altered")
    assert (run(one).ok, b"altered" in tree(one).values()) == (True, False)


def test_a_dry_run_tells_what_is_in_the_way(one: Path) -> None:
    """`--dry-run` says the same as the run would, and touches nothing."""
    (one / "feeds" / "all" / "rss.xml").write_text("mine")
    report = run(one, dry_run=True)
    assert report.changes == Plan(create=tuple(FEED[:2]), blocked=("all/rss.xml",))
    assert tree(one) == {"all/rss.xml": b"mine"}


def test_a_file_in_the_way_is_not_pruned_either(one: Path, write_article: WriteArticle) -> None:
    """When nothing wants the path any more, the file of others is still there, and so is its folder."""
    write_article("b.md", topics="[New]")
    foreign = one / "feeds" / "topics" / "new" / "rss.xml"
    foreign.parent.mkdir(parents=True)
    foreign.write_text("mine")
    run(one)
    write_article("b.md")
    report = run(one)
    assert (report.ok, foreign.read_text()) == (True, "mine")
    assert report.changes.delete == ("topics/new/atom.xml", "topics/new/feed.json")


def test_a_link_is_somebodys_too(one: Path) -> None:
    """A link at the path of a document, even to nowhere, is neither followed for writing nor replaced."""
    elsewhere = one / "elsewhere.xml"
    link = one / "feeds" / "all" / "rss.xml"
    link.symlink_to(elsewhere)
    for content in (None, "mine"):
        if content:
            elsewhere.write_text(content)
        assert run(one).changes.blocked == ("all/rss.xml",)
        assert (link.is_symlink(), elsewhere.exists()) == (True, content is not None)


def test_no_sibling_is_made_of_a_file_of_others(one: Path) -> None:
    """Beside a file that is not ours there is no encoded sibling of a document that is not there."""
    add(one, "precompress: [gzip]\n")
    (one / "feeds" / "all" / "rss.xml").write_text("mine")
    (one / "feeds" / "all" / "atom.xml.gz").write_text("mine, too")
    assert run(one).changes.blocked == ("all/atom.xml.gz", "all/rss.xml")
    assert set(tree(one)) - {MANIFEST} == {*FEED, "all/atom.xml.gz", "all/feed.json.gz"}


def test_hubs_are_not_told_of_what_is_not_there(one: Path) -> None:
    """A document that could not be written is announced when it is."""
    add(one, "hubs: ['https://hub.example/']\n")
    foreign = one / "feeds" / "all" / "rss.xml"
    foreign.write_text("mine")
    run(one, ping=False)

    def owed() -> list[str]:
        with Index.open(str(one / ".syndicate" / "index.db")) as index:
            return [path for _, path in index.owed()]

    assert owed() == FEED[:2]
    foreign.unlink()
    run(one, ping=False)
    assert owed() == FEED


def test_a_watch_tells_once_and_claims_nothing(one: Path, write_article: WriteArticle) -> None:
    """`watch` names what is in the way once; a rebuild that looks at one file alone does not claim it."""
    write_article("b.md", topics="[New]")
    (one / "feeds" / "all" / "rss.xml").write_text("mine")
    config = one / "config" / "syndicate.yaml"
    with Watcher(str(config), lambda: load_settings(config), Options(now=NOW, jobs=1)) as watcher:
        blocked, _ = watcher.rebuild()
        assert blocked.startswith("blocked: all/rss.xml: ")
        (line,) = watcher.rebuild([str(write_article("b.md", topics="[Newer]"))])
        assert "topics/newer" in line
        # Nothing differs in any feed of it, so that none of its documents is looked at.
        watcher.rebuild([str(write_article("b.md", topics="[Newer]", heat="3"))])
    assert tree(one)["all/rss.xml"] == b"mine"
    assert "all/rss.xml" not in listed(one)


def test_many_are_counted_not_named() -> None:
    """Ten are named, and how many more there are; `-v` names all of them."""
    from test_report import report

    blocked = tuple(f"{number:02}/rss.xml" for number in range(12))
    found: BuildReport = report(changes=Plan(blocked=blocked))
    lines = list(found.obstacles())
    assert (len(lines), lines[-1], found.ok) == (11, "and 2 more files", False)
    assert [line for line in found.details() if line.startswith("blocked: ")][-1] == "blocked: 11/rss.xml"


def test_the_first_build_says_what_else_is_there(one: Path) -> None:
    """Into a folder with files of others: one line says how many; they stay; later runs say nothing."""
    for name in ("notes.txt", "all/picture.png", "deep/er/file"):
        (one / "feeds" / name).parent.mkdir(parents=True, exist_ok=True)
        (one / "feeds" / name).write_text("mine")
    line = "the output folder holds 3 files that are not ours; what is there stays"
    assert line in command(one).stdout.splitlines()
    assert line not in command(one).stdout.splitlines()
    shutil.rmtree(one / "articles")
    (one / "articles").mkdir()
    run(one, allow_empty=True)
    assert list(tree(one).values()).count(b"mine") == 3


# Files of ours whose list was lost.


def test_a_lost_list_is_made_again(one: Path, write_article: WriteArticle) -> None:
    """Without the list, the index knows our files by size and time: they are replaced and pruned as ever."""
    write_article("b.md", topics="[Old]")
    run(one)
    (one / "feeds" / MANIFEST).unlink()
    write_article("b.md", title="new", topics="[New]")
    report = run(one)
    assert (report.ok, report.changes.update) == (True, tuple(FEED))
    assert report.changes.delete == tuple(f"topics/old/{name[4:]}" for name in FEED)
    assert listed(one) == sorted([*FEED, *(f"topics/new/{name[4:]}" for name in FEED)])


def test_a_lost_list_and_index_are_made_again(one: Path) -> None:
    """Without list and index, files that hold the bytes that are wanted are ours again."""
    run(one)
    before = tree(one)
    shutil.rmtree(one / ".syndicate")
    (one / "feeds" / MANIFEST).unlink()
    report = run(one)
    assert (report.ok, report.changes.keep, tree(one)) == (True, tuple(FEED), before)


def test_what_nobody_knows_any_more_is_told(one: Path, write_article: WriteArticle) -> None:
    """Without list and index, an old version of ours is like a file of others, until `--adopt`."""
    run(one)
    shutil.rmtree(one / ".syndicate")
    (one / "feeds" / MANIFEST).unlink()
    write_article("a.md", title="new")
    assert run(one).changes.blocked == tuple(FEED)
    assert run(one, adopt=True).changes.update == tuple(FEED)
    assert run(one).ok


def test_a_file_altered_after_the_list_was_lost_is_not_ours(one: Path) -> None:
    """Of a file that is no longer as the index knows it, nobody can tell who wrote it: it stays."""
    run(one)
    (one / "feeds" / MANIFEST).unlink()
    (one / "feeds" / "all" / "rss.xml").write_text("mine")
    assert run(one).changes.blocked == ("all/rss.xml",)
    assert tree(one)["all/rss.xml"] == b"mine"


@pytest.mark.parametrize("path", ["../outside", "/outside", "a/../../outside"])
def test_an_index_that_leads_outside_is_not_believed(path: str, tmp_path: Path) -> None:
    """What an index says is ours lies in the output, or it is not."""
    (tmp_path / "outside").write_text("mine")
    status = (tmp_path / "outside").stat()
    (tmp_path / "out").mkdir()
    with Publication(str(tmp_path / "out")) as publication:
        publication.recognise({path: (status.st_size, status.st_mtime_ns)})
        assert publication.owned == frozenset()


# Permissions.


@contextmanager
def umask(mask: int) -> Iterator[None]:
    """Have another umask."""
    before = os.umask(mask)
    try:
        yield
    finally:
        os.umask(before)


@pytest.mark.parametrize("mask", [0o022, 0o027])
def test_files_are_created_with_the_umask(mask: int, one: Path, write_article: WriteArticle) -> None:
    """Files are 0666 and folders 0777 without what the umask takes, also where a file is replaced."""
    shutil.rmtree(one / "feeds")
    write_article("b.md", topics="[T]")
    add(one, "precompress: [gzip]\n")
    with umask(mask):
        run(one)
        (one / "feeds" / "all" / "rss.xml").chmod(0o600)
        write_article("a.md", title="new")
        assert "all/rss.xml" in run(one).changes.update
    for path in [one / "feeds", *(one / "feeds").rglob("*")]:
        mode = stat.S_IMODE(path.stat().st_mode)
        assert mode == (0o777 if path.is_dir() else 0o666) & ~mask, path


def test_the_report_lists_what_is_blocked(one: Path) -> None:
    """`--report` holds the paths beside the other changes."""
    (one / "feeds" / "all" / "rss.xml").write_text("mine")
    command(one, "--report", str(one / "report.json"))
    assert json.loads((one / "report.json").read_text())["changes"]["blocked"] == ["all/rss.xml"]
