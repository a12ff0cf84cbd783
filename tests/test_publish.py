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
from syndicate.publish import MANIFEST, publish

NOW = datetime(2024, 6, 1, tzinfo=UTC)
FEEDS = ["all/atom.xml", "all/feed.json", "all/rss.xml"]


@pytest.fixture(autouse=True)
def _no_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Do not wait for the disk of the machine that tests."""
    monkeypatch.setattr("os.sync", lambda: None)
    monkeypatch.setattr("os.fsync", lambda _: None)


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
        pytest.param(
            b"\x00\x00", marks=pytest.mark.xfail(strict=True, reason="ValueError: embedded null byte")
        ),
        pytest.param(
            b"all\n", marks=pytest.mark.xfail(strict=True, reason="PublishError: all is a directory")
        ),
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


def test_no_path_outside_is_ever_touched(tmp_path: Path) -> None:
    """A plan that leads out of the output is refused whole."""
    (tmp_path / "outside.txt").write_text("stays")
    for plan in (Plan(delete=("../outside.txt",)), Plan(create=("a", "../b"))):
        with pytest.raises(PublishError, match="refuses to touch paths outside"):
            publish(str(tmp_path / "out"), plan, {"a": b"a", "../b": b"b"})
    assert [file.name for file in tmp_path.iterdir()] == ["outside.txt"]


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
