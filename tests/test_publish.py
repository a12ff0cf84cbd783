from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from syndicate import Report, build, load_settings
from syndicate.errors import PublishError
from syndicate.plan import Plan
from syndicate.publish import MANIFEST, Publication, count_foreign, is_inside, read_manifest

NOW = datetime(2024, 6, 1, tzinfo=UTC)
FEEDS = ["all/atom.xml", "all/feed.json", "all/rss.xml"]


def run(site: Path, **options: Any) -> Report:
    """Build the site."""
    return build(load_settings(site / "config" / "syndicate.yaml"), **{"now": NOW, **options})


def written(site: Path) -> dict[str, bytes]:
    """Every file of the output that readers see."""
    output = site / "feeds"
    return {
        str(file.relative_to(output)): file.read_bytes()
        for file in sorted(output.rglob("*"))
        if file.is_file() and "/." not in str(file.relative_to(site))
    }


def leftovers(site: Path) -> list[str]:
    """The hidden names in the output but the list of our files."""
    return [file.name for file in (site / "feeds").rglob(".*") if file.name != MANIFEST]


def test_a_build_leaves_nothing_but_the_feeds(site: Path, write_article: Callable[..., Path]) -> None:
    """After a build the output holds the feeds and the list of them, and no temporary file."""
    write_article("a.md")
    run(site)
    assert list(written(site)) == FEEDS
    assert leftovers(site) == []


class Crash(BaseException):
    """The machine stops."""


def crash_at(monkeypatch: pytest.MonkeyPatch, name: str, count: int) -> None:
    """Let the machine stop at one call of a function of os that changes files."""
    real = getattr(os, name)
    calls = iter(range(count))

    def call(*arguments: Any, **options: Any) -> Any:
        if next(calls, None) is None:
            raise Crash
        return real(*arguments, **options)

    monkeypatch.setattr(f"os.{name}", call)


@pytest.mark.parametrize("name", ["replace", "fsync", "unlink", "rmdir"])
@pytest.mark.parametrize("count", range(5))
def test_a_crash_leaves_every_file_old_or_new(
    name: str, count: int, site: Path, write_article: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Wherever a build is cut off, no file is half written, and the next build makes everything right."""
    write_article("a.md", topics="[Old, Stays]")
    run(site)
    old = written(site)
    write_article("a.md", title="Another title", topics="[New, Stays]")
    with monkeypatch.context() as patch:
        crash_at(patch, name, count)
        try:
            run(site)
        except Crash:
            pass
    between = written(site)
    run(site)
    new = written(site)
    assert "topics/old/rss.xml" not in new
    assert leftovers(site) == []
    for path, body in between.items():
        assert body in (old.get(path), new.get(path)), path
    assert {path for path in old if path in new} <= set(between)


def test_only_files_of_ours_are_pruned(site: Path, write_article: Callable[..., Path]) -> None:
    """A feed that nothing wants goes with its folder; a foreign file keeps its folder."""
    write_article("a.md", topics="[One, Two]")
    run(site)
    foreign = site / "feeds" / "topics" / "two" / "mine.txt"
    foreign.write_text("mine")
    write_article("a.md")
    report = run(site)
    assert report.changes.delete == tuple(
        f"topics/{topic}/{name}" for topic in ("one", "two") for name in ("atom.xml", "feed.json", "rss.xml")
    )
    assert list(written(site)) == [*FEEDS, "topics/two/mine.txt"]
    assert not (site / "feeds" / "topics" / "one").exists()


def test_files_that_went_are_written_again(site: Path, write_article: Callable[..., Path]) -> None:
    """A feed that somebody deleted or changed is as it should be after the next build."""
    write_article("a.md")
    run(site)
    before = written(site)
    (site / "feeds" / "all" / "rss.xml").unlink()
    (site / "feeds" / "all" / "atom.xml").write_text("changed")
    report = run(site)
    assert (report.changes.create, report.changes.update) == (("all/rss.xml",), ("all/atom.xml",))
    assert written(site) == before


@pytest.mark.parametrize("entry", ["../outside.txt", "/OUTSIDE", "all/../../outside.txt", "a\\b", "", "."])
def test_a_list_that_leads_outside_is_not_believed(
    entry: str, site: Path, write_article: Callable[..., Path]
) -> None:
    """Nobody can make a build delete files elsewhere by writing into the list of its files."""
    write_article("a.md")
    outside = site / "outside.txt"
    outside.write_text("stays")
    (site / "feeds").mkdir()
    entry = entry.replace("/OUTSIDE", str(outside))
    (site / "feeds" / MANIFEST).write_text(f"{entry}\nall/rss.xml\n")
    assert run(site).changes.delete == ()
    assert outside.read_text() == "stays"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe",
        b"<<<<<<< HEAD\n",
        b"\x00\x00",
        b"all/\x00.xml\n",
        b"all\n",
        b"all/rss.xml/below\n",
    ],
)
def test_a_broken_list_is_no_list(content: bytes, site: Path, write_article: Callable[..., Path]) -> None:
    """A list that somebody broke prunes nothing and is written anew."""
    write_article("a.md")
    run(site)
    manifest = site / "feeds" / MANIFEST
    whole = manifest.read_bytes()
    manifest.write_bytes(content)
    run(site)
    assert manifest.read_bytes() == whole


INSIDE = ["a", "a/b", "a/b/c.xml", "...", "a/..b", ".a"]
OUTSIDE = ["", ".", "..", "/a", "a/", "a//b", "./a", "a/./b", "a/../b", "../a", "a/..", "a\\b", "a\0"]


@pytest.mark.parametrize(
    ("path", "inside"), [*((path, True) for path in INSIDE), *((path, False) for path in OUTSIDE)]
)
def test_a_path_stays_inside(path: str, inside: bool) -> None:
    """Only a plain path downward is inside: no root, no empty or dotted step, no backslash, no NUL."""
    assert is_inside(path) is inside


@pytest.mark.parametrize("path", OUTSIDE)
def test_no_path_outside_is_ever_touched(path: str, tmp_path: Path) -> None:
    """A document that leads out of the output is refused, and nothing is written, not even inside."""
    output = tmp_path / "site" / "out"
    output.mkdir(parents=True)
    with Publication(str(output)) as publication:
        publication.offer("a", b"a")
        with pytest.raises(PublishError, match="refuses to touch a path outside"):
            publication.offer(path, b"b")
    assert [file.name for file in tmp_path.rglob("*")] == ["site", "out"]


def offered(output: Path, documents: dict[str, bytes], **options: Any) -> tuple[dict[str, str], Plan]:
    """Offer documents to an output: how each compares, and what was done."""
    with Publication(str(output), **options) as publication:
        states = {path: publication.offer(path, body) for path, body in documents.items()}
        return dict(states), publication.finish()


def test_documents_are_compared_by_their_bytes(tmp_path: Path) -> None:
    """A document is absent, different, of the same length or not, or the same, which is not written."""
    output = tmp_path / "out"
    first = dict.fromkeys(("same", "longer", "other", "gone"), b"1234")
    assert offered(output, first) == (dict.fromkeys(first, "absent"), Plan(create=tuple(sorted(first))))
    before = (output / "same").stat()
    second = {"same": b"1234", "longer": b"12345", "other": b"4321", "new": b""}
    states, plan = offered(output, second)
    assert list(states.values()) == ["same", "different", "different", "absent"]
    assert plan == Plan(create=("new",), update=("longer", "other"), keep=("same",), delete=("gone",))
    assert {name: (output / name).read_bytes() for name in second} == second
    after = (output / "same").stat()
    assert (before.st_mtime_ns, before.st_ino) == (after.st_mtime_ns, after.st_ino)


def test_what_is_kept_is_owned_without_being_read(tmp_path: Path) -> None:
    """A file that is said to be as it should stays, stays owned, and is not looked at."""
    output = tmp_path / "out"
    offered(output, {"a": b"a", "b": b"b"})
    with Publication(str(output)) as publication:
        publication.keep("a")
        assert publication.finish() == Plan(keep=("a",), delete=("b",))
    assert read_manifest(str(output)) == {"a"}


def test_a_dry_run_touches_nothing(tmp_path: Path) -> None:
    """A dry run says what would be done, and leaves the output as it was, even absent."""
    output = tmp_path / "out"
    assert offered(output, {"a": b"a"}, dry_run=True) == ({"a": "absent"}, Plan(create=("a",)))
    assert not output.exists()
    offered(output, {"a": b"a", "b": b"b"})
    (output / ".syndicate-new").mkdir()
    assert offered(output, {"a": b"A"}, dry_run=True)[1] == Plan(update=("a",), delete=("b",))
    assert {file.name for file in output.iterdir()} == {"a", "b", MANIFEST, ".syndicate-new"}
    assert (output / "a").read_bytes() == b"a"


def test_what_is_not_finished_leaves_no_trace(tmp_path: Path) -> None:
    """A publication that is left early publishes nothing and clears its staging folder."""
    output = tmp_path / "out"
    offered(output, {"a": b"a"})
    with Publication(str(output)) as publication:
        assert publication.offer("a", b"b") == "different"
        assert publication.offer("c", b"c") == "absent"
        assert (output / ".syndicate-new").exists()
    assert {file.name: file.read_bytes() for file in output.iterdir() if file.name != MANIFEST} == {"a": b"a"}


def test_the_status_of_a_file_is_its_size_and_time(tmp_path: Path) -> None:
    """A published file has a size and an mtime; where there is none, or a file is in its way, nothing."""
    offered(tmp_path, {"a": b"abc"})
    publication = Publication(str(tmp_path))
    assert publication.status("a") == (3, (tmp_path / "a").stat().st_mtime_ns)
    assert publication.status("b") is None
    assert publication.status("a/b") is None
    with pytest.raises(PublishError, match="file name too long"):
        publication.status("x" * 5000)


def test_foreign_files_are_counted(tmp_path: Path) -> None:
    """Files that are not ours are counted wherever they are, but for hidden ones."""
    offered(tmp_path, {"a": b"a", "x/b": b"b"})
    for name in ("mine.txt", "x/mine.txt", ".hidden", ".git/config", "x/.hidden"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("")
    assert count_foreign(str(tmp_path), {"a", "x/b"}) == 2
    assert count_foreign(str(tmp_path), set()) == 4
    assert count_foreign(str(tmp_path / "nowhere"), set()) == 0


@pytest.mark.parametrize("blocked", ["feeds", "feeds/all", "feeds/all/rss.xml/x", f"feeds/{MANIFEST}/x"])
def test_an_output_in_the_way_is_one_clear_error(
    blocked: str, site: Path, write_article: Callable[..., Path]
) -> None:
    """A file where a folder should be, or the other way round, is a PublishError that names the path."""
    write_article("a.md")
    file = site / blocked
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("in the way")
    with pytest.raises(PublishError) as caught:
        run(site)
    assert caught.value.path.startswith(str(site / "feeds"))
    assert "cannot be written: " in str(caught.value)
    assert file.read_text() == "in the way"


@pytest.mark.parametrize("blocked", [".syndicate", ".syndicate/lock/x"])
def test_a_lock_that_cannot_be_is_one_clear_error(
    blocked: str, site: Path, write_article: Callable[..., Path]
) -> None:
    """Where the lock cannot be written the build says so, and nothing is published."""
    write_article("a.md")
    (site / blocked).parent.mkdir(parents=True, exist_ok=True)
    (site / blocked).write_text("")
    with pytest.raises(PublishError, match="lock: cannot be written: "):
        run(site)
    assert not (site / "feeds").exists()


def test_a_document_that_cannot_be_read_is_one_clear_error(tmp_path: Path) -> None:
    """A folder where a document should be is told when it is compared, before anything is written."""
    (tmp_path / "a").mkdir()
    body = bytes((tmp_path / "a").stat().st_size)
    with Publication(str(tmp_path)) as publication, pytest.raises(PublishError, match="is a directory"):
        publication.offer("a", body)
    assert [file.name for file in tmp_path.iterdir()] == ["a"]


def test_what_an_earlier_run_left_is_cleared(site: Path, write_article: Callable[..., Path]) -> None:
    """The staging folder of a run that was cut off does not stay."""
    write_article("a.md")
    run(site)
    before = written(site)
    staging = site / "feeds" / ".syndicate-new"
    staging.mkdir()
    (staging / "0").write_text("half")
    write_article("b.md")
    run(site)
    assert leftovers(site) == []
    assert written(site) != before


def test_many_files_are_flushed_together(
    site: Path, write_article: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Thousands of files do not cost as many waits for the disk."""
    write_article("a.md", topics=str([f"T{number}" for number in range(40)]))
    waits: list[int] = []
    monkeypatch.setattr("os.fsync", waits.append)
    monkeypatch.setattr("os.sync", lambda: waits.append(-1))
    run(site)
    assert len(written(site)) == 123
    assert 0 < len(waits) < 10
