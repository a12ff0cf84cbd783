"""What a folder of strangers may hold beside articles, and what stands where the output should be."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from conftest import WriteArticle, article_text

from syndicate import Report, build, load_settings, sources
from syndicate.errors import ConfigError, PublishError

NOW = datetime(2025, 1, 1, tzinfo=UTC)
NEWLINE = "a\n\x1b[31m: b.md"
NO_UTF_8 = os.fsdecode(b"caf\xe9.md")
# What neither is an article nor can be read as one; each with what is said of it, if anything is.
ODD: dict[str, tuple[Callable[[str], Any], str | None]] = {
    "loop.md": (lambda path: os.symlink("loop.md", path), "too many levels of symbolic links"),
    "there.md": (lambda path: os.symlink("back.md", path), "too many levels of symbolic links"),
    "back.md": (lambda path: os.symlink("there.md", path), "too many levels of symbolic links"),
    "nowhere.md": (lambda path: os.symlink("/nowhere/at/all", path), "no such file or directory"),
    # It can be opened by everybody, and its first byte by nobody: unreadable for root as well.
    "unreadable.md": (lambda path: os.symlink("/proc/self/mem", path), "input/output error"),
    "folder.md": (os.mkdir, None),
    "up.md": (lambda path: os.symlink("..", path), None),
    "self.md": (lambda path: os.symlink(".", path), None),
    "pipe.md": (os.mkfifo, None),
    "link-to-a-device.md": (lambda path: os.symlink("/dev/zero", path), None),
    "link-to-a-terminal.md": (lambda path: os.symlink("/dev/tty", path), None),
}


def built(site: Path) -> Report:
    """Build a site of the tests."""
    return build(load_settings(site / "config" / "syndicate.yaml"), now=NOW, jobs=1)


def titles(site: Path) -> list[str]:
    """The titles in the feed of everything."""
    feed = json.loads((site / "feeds" / "all" / "feed.json").read_bytes())
    return sorted(item["title"] for item in feed["items"])


@pytest.mark.skipif(not os.path.exists("/proc/self/mem"), reason="/proc is not mounted")
def test_what_is_no_article_costs_no_other(site: Path, write_article: WriteArticle) -> None:
    """Links in circles, pipes, sockets, devices and what cannot be read: each is told or passed over."""
    articles = site / "articles"
    write_article("good.md", title="Good")
    for name, (make, _) in ODD.items():
        make(str(articles / name))
    with socket.socket(socket.AF_UNIX) as listener:
        here = os.getcwd()
        os.chdir(articles)  # The address of a socket has at most a hundred characters.
        try:
            listener.bind("socket.md")
        finally:
            os.chdir(here)
        report = built(site)
    assert titles(site) == ["Good"]
    assert {(Path(each.path).name, each.found) for each in report.failed} == {
        (name, said) for name, (_, said) in ODD.items() if said
    }


def test_odd_names_are_names(site: Path, write_article: WriteArticle) -> None:
    """A line end, an escape sequence or bytes that are no UTF-8 in a name reach no message as such."""
    write_article("good.md", title="Good")
    for name in (NEWLINE, NO_UTF_8):
        (site / "articles" / name).write_text(article_text())
        (site / "articles" / f"broken {name}").write_text("no article")
    report = built(site)
    assert report.published == 3
    for line in (*map(str, report.failed), *report.details()):
        assert line.isprintable()
    items = json.loads((site / "feeds" / "all" / "feed.json").read_bytes())["items"]
    assert sorted(item["id"].removeprefix("tag:site.example,2020:") for item in items) == [
        "a%0A%1B%5B31m:%20b",
        "caf%5Cxe9",
        "good",
    ]


def test_twins_are_two(site: Path, write_article: WriteArticle) -> None:
    """Files whose names differ by case are two articles; topics whose names do are one feed."""
    write_article("a.md", title="Lower", topics="[harbour]")
    write_article("A.md", title="Upper", topics="[HARBOUR]")
    write_article("a.html", title="Another suffix", topics="[Harbour]")
    report = built(site)
    # Two files of one stem have one id: they are one article, and the report says so.
    assert (report.published, len(report.merged)) == (2, 1)
    assert [path.name for path in (site / "feeds" / "topics").iterdir()] == ["harbour"]


@pytest.mark.parametrize("becomes", ["nothing", "a pipe", "a folder", "longer"])
def test_a_file_may_change_between_scan_and_reading(
    becomes: str, site: Path, write_article: WriteArticle, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What an article has become since it was found costs that article; one that went costs nothing."""
    write_article("a.md", title="Good")
    victim = write_article("b.md", title="Found")
    opened = os.open

    def open_late(path: Any, *how: Any) -> int:
        if path == str(victim) and not victim.with_suffix(".done").exists():
            victim.with_suffix(".done").touch()
            victim.unlink()
            if becomes == "a pipe":
                os.mkfifo(victim)
            elif becomes == "a folder":
                victim.mkdir()
            elif becomes == "longer":
                victim.write_text(article_text("x" * 100_000, title="Changed"))
        return opened(path, *how)

    monkeypatch.setattr(sources.os, "open", open_late)
    report = built(site)
    said = {
        "nothing": [],
        "a pipe": ["a pipe, a socket or a device"],
        "a folder": ["is a directory"],
        "longer": [],
    }
    assert [each.found for each in report.failed] == said[becomes]
    assert titles(site) == (["Changed", "Good"] if becomes == "longer" else ["Good"])


# What stands where the output, or the index, should be.


@pytest.mark.parametrize(
    ("key", "path", "said"),
    [
        ("output", "../taken", r"taken.*cannot be written: (not a directory|file exists)"),
        ("output", "../taken/feeds", "cannot be written|no index|not a directory"),
        ("output", "/dev/null/feeds", "not a directory|cannot be written"),
        ("output", "/proc/feeds", "no such file|cannot be|not permitted|denied"),
        ("index", "../articles", "no index can be kept there"),
        ("index", "../taken/index.db", "no index can be kept there"),
    ],
)
def test_what_is_in_the_way_is_one_line(
    key: str, path: str, said: str, site: Path, write_article: WriteArticle
) -> None:
    """An output or index that cannot be is refused in a line, and what stands there stays."""
    write_article("a.md")
    (site / "taken").write_text("a file")
    config = site / "config" / "syndicate.yaml"
    config.write_text(f"{config.read_text()}{key}: {path}\n")
    with pytest.raises(PublishError, match=said):
        built(site)
    assert (site / "taken").read_text() == "a file"
    assert (site / "articles" / "a.md").exists()


def test_an_index_is_never_an_article(site: Path, write_article: WriteArticle) -> None:
    """A file that is no index is put aside, and not written over: nothing of it is lost."""
    article = write_article("a.md", title="A")
    write_article("b.md", title="B")
    config = site / "config" / "syndicate.yaml"
    config.write_text(f"{config.read_text()}index: ../articles/a.md\n")
    text = article.read_text()
    report = built(site)
    assert report.warnings
    assert article.with_name("a.md.broken").read_text() == text


@pytest.mark.parametrize("kind", ["topics", "providers"])
def test_a_registry_in_the_way_is_one_line(kind: str, site: Path, write_article: WriteArticle) -> None:
    """A registry that is a link in a circle, or holds one, is a mistake of the configuration."""
    write_article("a.md")
    folder = site / "config" / "known"
    folder.mkdir()
    (folder / "loop.yaml").symlink_to("loop.yaml")
    config = site / "config" / "syndicate.yaml"
    config.write_text(f"{config.read_text()}feeds: {{{kind}: {{registry: known}}}}\n")
    with pytest.raises(ConfigError, match="too many levels of symbolic links"):
        built(site)


def test_the_output_may_lie_in_a_source(site: Path, write_article: WriteArticle) -> None:
    """A site whose articles, configuration and output share one folder builds again and again."""
    (site / "syndicate.yaml").write_text(
        (site / "config" / "syndicate.yaml")
        .read_text()
        .replace("../articles", ".")
        .replace("pages: false\n", "")
    )
    write_article("a.md", title="A")
    for _ in range(2):
        report = build(load_settings(site / "syndicate.yaml"), now=NOW, jobs=1)
        assert (report.read, report.failed) == (1, ())
    assert (site / "feeds" / "index.html").exists()
