"""Watching: what each change rebuilds, what is said of it, and that nothing ends it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, Thread

import pytest
from conftest import PATIENCE, WriteArticle, article_text, until

from syndicate import build, load_settings
from syndicate.pipeline import Options
from syndicate.watch import Interrupts, Watcher, watch


def watching(site: Path) -> Watcher:
    """A watcher of the test site."""
    config = site / "config" / "syndicate.yaml"
    return Watcher(str(config), lambda: load_settings(config), Options(jobs=1))


@pytest.fixture
def watcher(site: Path, write_article: WriteArticle) -> Iterator[Watcher]:
    """A watcher of a site of two articles, after its first build."""
    write_article("2024-01-01-a.md", title="A", topics="[One]")
    write_article("2024-01-02-b.md", title="B", topics="[Two]")
    with watching(site) as found:
        assert found.rebuild()[-1].startswith("2 articles: all, topics/one, topics/two (9 files, ")
        yield found


def same_as_clean(site: Path) -> bool:
    """Tell whether the output is what a clean build gives."""
    clean = site / "clean"
    shutil.rmtree(clean, ignore_errors=True)
    shutil.copytree(site / "config", clean / "config")
    shutil.copytree(site / "articles", clean / "articles")
    build(load_settings(clean / "config" / "syndicate.yaml"), jobs=1)
    return tree(site / "feeds") == tree(clean / "feeds")


def tree(folder: Path) -> dict[str, bytes]:
    """Every file below a folder."""
    return {str(each.relative_to(folder)): each.read_bytes() for each in folder.rglob("*") if each.is_file()}


def test_a_changed_article_rebuilds_its_feeds(watcher: Watcher, site: Path) -> None:
    """One line says what changed, which feeds differ and how many files were written."""
    path = site / "articles" / "2024-01-01-a.md"
    path.write_text(article_text(title="New", topics="[One]"))
    (line,) = watcher.rebuild([str(path)])
    assert line.startswith(f"{path}: all, topics/one (6 files, ")
    assert same_as_clean(site)


def test_what_nobody_sees_changes_no_feed(watcher: Watcher, site: Path) -> None:
    """A new heat is a line that says that no feed differs."""
    path = site / "articles" / "2024-01-01-a.md"
    path.write_text(article_text(title="A", topics="[One]", heat="9"))
    (line,) = watcher.rebuild([str(path)])
    assert line.startswith(f"{path}: no feed differs (0 files, ")


def test_articles_come_and_go(watcher: Watcher, site: Path, write_article: WriteArticle) -> None:
    """New, deleted and moved articles, alone or with their folder, are seen."""
    new = write_article("sub/2024-01-03-c.md", title="C", topics="[Three]")
    assert "topics/three" in watcher.rebuild([str(new)])[-1]
    assert same_as_clean(site)
    os.replace(site / "articles" / "sub", site / "articles" / "moved")
    changed = [str(site / "articles" / name) for name in ("moved", "sub")]
    assert "no feed differs" in watcher.rebuild(changed)[-1]
    shutil.rmtree(site / "articles" / "moved")
    assert "(9 files, " not in watcher.rebuild([str(site / "articles" / "moved")])[-1]
    assert not (site / "feeds" / "topics" / "three").exists()
    assert same_as_clean(site)


def test_a_bad_article_is_named_once(watcher: Watcher, site: Path) -> None:
    """An article that breaks is named, its last good version stays, and it is named once."""
    path = site / "articles" / "2024-01-01-a.md"
    before = tree(site / "feeds")
    path.write_text("---\ntitle: [\n---\n")
    failed, line = watcher.rebuild([str(path)])
    assert failed.startswith(f"failed: {path}:")
    assert "no feed differs" in line
    assert tree(site / "feeds") == before
    other = site / "articles" / "2024-01-02-b.md"
    other.write_text(article_text(title="B again", topics="[Two]"))
    assert len(watcher.rebuild([str(other)])) == 1


def test_a_bad_configuration_is_survived(watcher: Watcher, site: Path) -> None:
    """A mistake in the configuration is named; the old one goes on until it is mended."""
    config = site / "config" / "syndicate.yaml"
    good = config.read_text()
    config.write_text(good + "langauge: x\n")
    assert watcher.rebuild([str(config)])[0].startswith("error: ")
    config.write_text(good + "feeds: {all: {title: Everything}}\n")
    assert "all" in watcher.rebuild([str(config)])[-1]
    assert "Everything" in (site / "feeds" / "all" / "feed.json").read_text()
    assert same_as_clean(site)


def test_a_registry_is_configuration(watcher: Watcher, site: Path) -> None:
    """A registry that appears beside the configuration is used at once."""
    registry = site / "config" / "topics.yaml"
    registry.write_text("- {name: One, slug: first}\n")
    assert "topics/first" in watcher.rebuild([str(registry)])[-1]
    assert same_as_clean(site)


def test_no_articles_are_survived(watcher: Watcher, site: Path) -> None:
    """Sources that suddenly hold nothing are an error, and no feed is emptied."""
    before = tree(site / "feeds")
    shutil.rmtree(site / "articles")
    (site / "articles").mkdir()
    assert watcher.rebuild([str(site / "articles")])[0].startswith("error: no articles")
    assert tree(site / "feeds") == before


def test_a_broken_index_is_begun_anew(watcher: Watcher, site: Path) -> None:
    """An index that is damaged while it is watched is put aside, and everything is built again."""
    index = site / ".syndicate" / "index.db"
    for suffix in ("-wal", "-shm"):
        Path(f"{index}{suffix}").unlink(missing_ok=True)
    size = index.stat().st_size
    with index.open("r+b") as stream:
        stream.write(b"\xff" * size)
    path = site / "articles" / "2024-01-01-a.md"
    path.write_text(article_text(title="New", topics="[One]"))
    watcher.rebuild([str(path)])
    watcher.rebuild()
    assert same_as_clean(site)


@pytest.mark.parametrize(
    ("name", "concerned"),
    [
        ("articles/x.md", True),
        ("articles/x.md.swp", False),
        ("articles/.x.md", False),
        ("articles", True),
        ("config/syndicate.yaml", True),
        ("config/providers.yaml", True),
        ("config/notes.txt", False),
        ("feeds/all/rss.xml", False),
        (".syndicate/index.db", False),
    ],
)
def test_only_what_matters_is_looked_at(name: str, concerned: bool, watcher: Watcher, site: Path) -> None:
    """Articles, their folders and the configuration matter; our own files and others do not."""
    assert watcher.concerns(str(site / name)) is concerned


def test_changes_are_seen_as_they_come(site: Path, write_article: WriteArticle) -> None:
    """A first build, then one for each burst and one when an article is due, until it is stopped."""
    write_article("2024-01-01-a.md", title="A")
    soon = datetime.fromtimestamp(int(time.time()) + 2, UTC)
    write_article("soon.md", title="Soon", publishedDateTime=f"{soon:%Y-%m-%dT%H:%M:%SZ}")
    lines: list[str] = []
    stop = Event()
    thread = Thread(target=_watch, args=(site, lines.append, stop))
    thread.start()
    try:
        assert until(lambda: lines)
        feed = site / "feeds" / "all" / "feed.json"
        assert until(lambda: '"Soon"' in feed.read_text())
        write_article("2024-01-01-a.md", title="Changed")
        assert until(lambda: '"Changed"' in feed.read_text())
    finally:
        stop.set()
        thread.join(PATIENCE)
    assert not thread.is_alive()


def test_nothing_is_missed_before_the_watch_begins(site: Path, write_article: WriteArticle) -> None:
    """What changes after the first build and before the system is asked for changes is built, too."""
    write_article("2024-01-01-a.md", title="A")
    config = site / "config" / "syndicate.yaml"
    stop = Event()
    lines: list[str] = []

    def say(line: str) -> None:
        lines.append(line)
        if len(lines) == 1:
            write_article("2024-01-01-a.md", title="Changed")
            config.write_text(config.read_text() + "feeds: {topics: false, all: {title: Everything}}\n")

    thread = Thread(target=_watch, args=(site, say, stop))
    thread.start()
    try:
        feed = site / "feeds" / "all" / "feed.json"
        assert until(lambda: len(lines) > 1)
        assert '"Changed"' in feed.read_text()
        assert "Everything" in feed.read_text()
    finally:
        stop.set()
        thread.join(PATIENCE)
    assert not thread.is_alive()


def test_nothing_unseen_is_no_line(watcher: Watcher, site: Path) -> None:
    """Looking once more for what nobody saw says nothing where there was nothing."""
    assert watcher.rebuild([]) == []
    (site / "articles" / "2024-01-01-a.md").write_text("---\ntitle: [\n---\n")
    (failed,) = watcher.rebuild([])
    assert failed.startswith("failed: ")
    assert watcher.rebuild([]) == []


def _watch(site: Path, say: Callable[[str], None], stop: Event) -> None:
    with watching(site) as watcher:
        watch(watcher, say, stop)


def test_a_ctrl_c_that_python_drops_ends_a_watch(site: Path, write_article: WriteArticle) -> None:
    """An interrupt is remembered, wherever it was raised and lost; afterwards it is what it was."""
    before = signal.getsignal(signal.SIGINT)
    lines: list[str] = []

    def say(line: str) -> None:
        lines.append(line)
        with suppress(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)

    write_article("2024-01-01-a.md", title="A")
    with watching(site) as watcher, Interrupts() as interrupts:
        watch(watcher, say, interrupts)
    assert len(lines) == 1
    assert signal.getsignal(signal.SIGINT) is before


def test_an_interrupt_that_is_ignored_stays_so() -> None:
    """Where whoever started the process had Ctrl-C ignored, a watch does not change that."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with Interrupts() as interrupts:
            signal.raise_signal(signal.SIGINT)
        assert not interrupts.is_set()
    finally:
        signal.signal(signal.SIGINT, before)


def test_ctrl_c_ends_the_command(site: Path, write_article: WriteArticle) -> None:
    """`syndicate watch` says a line a rebuild and ends on Ctrl-C without a complaint."""
    write_article("2024-01-01-a.md", title="A")
    command = [str(Path(sys.executable).with_name("syndicate")), "watch", "--config", "config/syndicate.yaml"]
    with subprocess.Popen(
        command, cwd=site, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("1 article: all (3 files, ")
        process.send_signal(signal.SIGINT)
        _, error = process.communicate(timeout=PATIENCE)
    assert (process.returncode, error) == (0, "")
