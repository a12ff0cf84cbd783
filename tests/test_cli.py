from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from syndicate import __version__, terminal
from syndicate.cli import main
from syndicate.report import FeedReport

NOW = ("--now", "2024-06-01T00:00:00Z")
FIRST = ["1 article: 1 published", "files: 1 read, 0 as they were", "1 feed, files: 3 created"]
"""What a first build of one article says."""
COMMAND = str(Path(sys.executable).parent / "syndicate")
WriteArticle = Callable[..., Path]


@pytest.fixture
def run(site: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Type a command in the folder of the site; nothing may end in a traceback."""
    monkeypatch.chdir(site)

    def call(*arguments: str, code: int = 0) -> Result:
        result = CliRunner().invoke(main, arguments)
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        assert result.exit_code == code, result.output
        assert "Traceback" not in result.output
        return result

    return call


def command(site: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the real command in the folder of the site."""
    return subprocess.run(
        [COMMAND, *arguments],
        cwd=site,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def add(site: Path, text: str) -> None:
    """Add lines to the configuration."""
    file = site / "config" / "syndicate.yaml"
    file.write_text(file.read_text() + text)


def feed_files(site: Path) -> list[str]:
    """The files of the output that readers see."""
    output = site / "feeds"
    return sorted(str(file.relative_to(output)) for file in output.rglob("*.*") if file.name[0] != ".")


# build


def test_build_writes_and_tells(site: Path, run: Callable[..., Result], write_article: WriteArticle) -> None:
    """A build writes the feeds, says what it read and wrote, and ends with 0."""
    write_article("a.md")
    result = run("build", *NOW)
    assert result.output.splitlines() == FIRST
    assert feed_files(site) == ["all/atom.xml", "all/feed.json", "all/rss.xml"]
    assert run("build", *NOW).output.splitlines()[-1] == "1 feed, files: 3 kept"


def test_build_as_a_command(site: Path, write_article: WriteArticle) -> None:
    """The installed command does the same, finds its configuration and writes nothing to the wrong stream."""
    write_article("a.md")
    done = command(site, "build", *NOW)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("1 article: 1 published\n")
    assert len(feed_files(site)) == 3


def test_a_failed_article_is_exit_code_1(
    site: Path, run: Callable[..., Result], write_article: WriteArticle
) -> None:
    """A bad article is told on standard error with path, line and field; the others are published."""
    write_article("a.md")
    write_article("b.md", publishedDateTime="soon")
    result = run("build", *NOW, code=1)
    expected = "failed: articles/b.md:3: publishedDateTime: found 'soon', expected a date such as"
    assert result.stderr.startswith(expected)
    assert result.stdout.splitlines()[0] == "2 articles: 1 published, 1 failed"
    assert len(feed_files(site)) == 3


def test_quiet_prints_failures_only(run: Callable[..., Result], write_article: WriteArticle) -> None:
    """With -q a build that is fine says nothing; failed articles are told."""
    write_article("a.md")
    assert run("build", "-q", *NOW).output == ""
    write_article("b.md", publishedDateTime="soon")
    result = run("build", "--quiet", *NOW, code=1)
    assert result.stdout == ""
    assert result.stderr.count("\n") == 1


def test_verbose_names_everything(run: Callable[..., Result], write_article: WriteArticle) -> None:
    """With -v every merged article, value left out and changed file is named."""
    write_article("a/2024-01-01-x.md", images="['ftp://x.example/']")
    write_article("b/2024-01-01-x.md", images="['ftp://x.example/']")
    lines = run("build", "-v", *NOW).output.splitlines()
    merged = "merged: articles/a/2024-01-01-x.md is articles/b/2024-01-01-x.md again"
    assert any(line.startswith(merged) for line in lines)
    assert [line for line in lines if line.startswith("changed: all (")]
    assert any(re.match(r"left out: articles/b/\S+:5: images\[0\]", line) for line in lines)
    assert [line for line in lines if line.startswith("created: ")] == [
        f"created: all/{name}" for name in ("atom.xml", "feed.json", "rss.xml")
    ]


def test_a_dry_run_writes_nothing(
    site: Path, run: Callable[..., Result], write_article: WriteArticle
) -> None:
    """--dry-run says what would be written."""
    write_article("a.md")
    assert run("build", "--dry-run", *NOW).output.splitlines()[-1] == "dry run: nothing was written"
    assert not (site / "feeds").exists()


@pytest.mark.parametrize(
    ("options", "published"),
    [
        (("--now", "2024-01-01"), 0),
        (("--now", "2024-01-03T00:00:00+02:00"), 1),
        (("--now", "2024-01-04"), 2),
        (("--now", "2024-01-04", "--include-unpublished"), 3),
        ((), 2),
    ],
)
def test_the_instant_decides_what_is_due(
    options: tuple[str, ...], published: int, run: Callable[..., Result], write_article: WriteArticle
) -> None:
    """--now is the present of a build; --include-unpublished lifts `published: false`."""
    write_article("a.md", publishedDateTime="2024-01-02")
    write_article("b.md", publishedDateTime="2024-01-03")
    write_article("c.md", publishedDateTime="2024-01-03", published="false")
    run("build", "--report", "report.json", *options)
    assert json.loads(Path("report.json").read_text())["published"] == published


def test_a_name_that_is_not_utf_8_is_told(site: Path, write_article: WriteArticle) -> None:
    """Files whose names are other bytes are articles, and are told wherever they must be, by all means."""
    for folder in ("a", "b"):
        whole = write_article(f"{folder}/2024-01-01.md", images="['ftp://x.example/']")
        os.rename(whole, os.fsencode(whole.parent) + b"/2024-01-01-\xe9.md")
        broken = write_article(f"{folder}/broken.md", title="''")
        os.rename(broken, os.fsencode(broken.parent) + b"/\xe9.md")
    strict = {"PYTHONIOENCODING": "utf-8:strict"}
    done = command(site, "build", "-v", "--report", "report.json", *NOW, **strict)
    assert "Traceback" not in done.stderr
    assert done.returncode == 1
    assert done.stderr.startswith("failed: articles/a/\\xe9.md:2: title: found nothing")
    merged = "merged: articles/a/2024-01-01-\\xe9.md is articles/b/2024-01-01-\\xe9.md again"
    assert merged in done.stdout
    report = json.loads((site / "report.json").read_text())
    assert report["merged"][0]["kept"] == "articles/b/2024-01-01-\\xe9.md"
    (file,) = (os.fsdecode(name) for name in os.listdir(site / "articles" / "b") if "2024" in name)
    done = command(site, "show", f"articles/b/{file}", *NOW, **strict)
    assert (done.returncode, done.stderr) == (0, "")
    assert "path: b/2024-01-01-\\xe9.md" in done.stdout


def test_the_report_is_data(site: Path, run: Callable[..., Result], write_article: WriteArticle) -> None:
    """--report writes what happened, failures with their text, as JSON."""
    write_article("a.md")
    write_article("b.md", title="''")
    run("build", "--report", "report.json", *NOW, code=1)
    report = json.loads((site / "report.json").read_text())
    assert (report["read"], report["published"], report["now"]) == (2, 1, "2024-06-01T00:00:00Z")
    assert report["failed"][0]["text"] == "articles/b.md:2: title: found nothing, expected a title"
    assert report["changes"]["create"] == ["all/atom.xml", "all/feed.json", "all/rss.xml"]


def test_the_output_may_be_elsewhere(
    site: Path, run: Callable[..., Result], write_article: WriteArticle
) -> None:
    """--output is relative to where the command is typed, --config may be any file."""
    write_article("a.md")
    text = (site / "config" / "syndicate.yaml").read_text()
    (site / "other.yaml").write_text(text.replace("../articles", "articles"))
    run("build", "--config", "other.yaml", "--output", "elsewhere/feeds", *NOW)
    assert (site / "elsewhere" / "feeds" / "all" / "rss.xml").exists()
    assert not (site / "feeds").exists()


@pytest.mark.parametrize("empty", ["no file", "all failed"])
def test_no_articles_stop_the_build(
    empty: str, site: Path, run: Callable[..., Result], write_article: WriteArticle
) -> None:
    """Without a usable article the build ends with 1 and changes nothing; --allow-empty builds."""
    if empty == "all failed":
        write_article("a.md", title="''")
    result = run("build", *NOW, code=1)
    assert re.search(r"^error: no articles in ", result.stderr, re.M)
    assert result.stderr.count("failed: articles/a.md:2: title") == (empty == "all failed")
    assert "--allow-empty" in result.stderr
    assert not (site / "feeds").exists()
    run("build", "--allow-empty", *NOW, code=1 if empty == "all failed" else 0)
    assert len(feed_files(site)) == 3


def test_only_what_changed_is_read(
    site: Path, run: Callable[..., Result], write_article: WriteArticle
) -> None:
    """A second build tells what it read and which feeds changed; --full reads everything, with any --jobs."""
    for name in "abc":
        os.utime(write_article(f"{name}.md", topics=f"[{name}]"), (1, 1))
    run("build", *NOW)
    write_article("a.md", topics="[a]", title="Other")
    lines = run("build", "-v", *NOW).output.splitlines()
    assert lines[:2] == ["changed: all (a.md changed)", "changed: topics/a (a.md changed)"]
    assert "files: 1 read, 2 as they were" in lines
    for options in (("--full",), ("--full", "--jobs", "1"), ("--full", "--jobs", "2")):
        lines = run("build", *options, *NOW).output.splitlines()
        assert lines[1:] == ["files: 3 read, 0 as they were", "4 feeds, files: 12 kept"]


@pytest.mark.parametrize("options", [(), ("-q",)], ids=["", "-q"])
def test_a_broken_index_is_a_warning(
    options: tuple[str, ...], site: Path, run: Callable[..., Result], write_article: WriteArticle
) -> None:
    """An index that cannot be used is told on standard error, and the build is fine."""
    write_article("a.md")
    run("build", *NOW)
    (site / ".syndicate" / "index.db").write_bytes(b"no database" * 1000)
    (line,) = run("build", *options, *NOW).stderr.splitlines()
    assert line.startswith("warning: the index could not be used (")
    assert line.endswith("index.db.broken")
    assert run("build", *options, *NOW).stderr == ""


def test_ctrl_c_is_one_line(
    run: Callable[..., Result], write_article: WriteArticle, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An interrupted build says so in one line and ends with 130, as a shell expects."""

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    write_article("a.md")
    monkeypatch.setattr("syndicate.workers.read_file", interrupt)
    result = run("build", *NOW, code=130)
    assert (result.stdout, result.stderr) == ("", "interrupted\n")


# Usage and configuration.


@pytest.mark.parametrize(
    "arguments",
    [
        ("biuld",),
        ("build", "--nothing"),
        ("build", "--now", "soon"),
        ("build", "--now", ""),
        ("build", "--jobs", "0"),
        ("build", "--jobs", "two"),
        ("build", "--wait", "-1"),
        ("build", "--config", "none.yaml"),
        ("build", "--config", "articles"),
        ("build", "--output", "config/syndicate.yaml"),
        ("build", "--report", "articles"),
        ("list", "--config", "none.yaml"),
        ("show",),
        ("show", "none.md"),
        ("show", "config/syndicate.yaml"),
        ("show", "--config", "none.yaml", "a.md"),
        ("init", "config/syndicate.yaml"),
        ("init", "config"),
    ],
    ids=" ".join,
)
def test_a_mistake_is_exit_code_2(
    arguments: tuple[str, ...], site: Path, run: Callable[..., Result], write_article: WriteArticle
) -> None:
    """A mistake in the command line or the configuration ends with 2, one message, and no change."""
    write_article("a.md")
    before = sorted(site.rglob("*"))
    result = run(*arguments, code=2)
    assert re.search(r"^error: |^Error: ", result.stderr, re.I | re.M)
    assert result.stdout == ""
    assert sorted(site.rglob("*")) == before


def test_no_configuration_is_told(
    tmp_path: Path, run: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where there is no configuration, the message names `syndicate init`."""
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path / "empty")
    assert "syndicate init" in run("build", code=2).stderr


CONFIG_MISTAKES = [
    ("feeds: {topic: {limit: 5}}\n", ":8: feeds.topic: found an unknown key, expected 'topics'"),
    ("feeds:\n  all:\n    limt: 5\n", ":10: feeds.all.limt: found an unknown key, expected 'limit'"),
    (
        "feeds: {topics: {registry: none.yaml}}\n",
        ":8: feeds.topics.registry: found 'config/none.yaml'",
    ),
    ("content: [\n", ": found broken YAML"),
    ("site: {}\n", ":8: found the key 'site' a second time, expected each key once"),
]


@pytest.mark.parametrize(("text", "expected"), CONFIG_MISTAKES)
def test_a_mistake_in_the_configuration_has_its_line(
    text: str, expected: str, site: Path, run: Callable[..., Result]
) -> None:
    """An unknown key is told with its line and the closest known one; nothing is written."""
    add(site, text)
    for arguments in (("build",), ("list",), ("show", "articles/a.md")):
        result = run(*arguments, code=2)
        assert result.stderr.startswith("error: config/syndicate.yaml:")
        assert expected in result.stderr
    assert not (site / "feeds").exists()


def test_all_mistakes_are_told_at_once(site: Path) -> None:
    """The real command prints one line for each mistake of a file, and no traceback."""
    add(site, "contents: card\nformats: [rss, pdf]\nfeeds: {all: {limit: 0}}\n")
    done = command(site, "build")
    assert done.returncode == 2
    assert done.stdout == ""
    lines = done.stderr.splitlines()
    assert [line.partition(": found")[0] for line in lines] == [
        "error: config/syndicate.yaml:8: contents",
        "error: config/syndicate.yaml:9: formats[1]",
        "error: config/syndicate.yaml:10: feeds.all.limit",
    ]


@pytest.mark.parametrize("arguments", [("build",), ("list",), ("show", "a.md")], ids=" ".join)
def test_a_missing_folder_is_one_line(
    arguments: tuple[str, ...], site: Path, run: Callable[..., Result]
) -> None:
    """A source that is not there is told in one line with its place in the configuration."""
    (site / "articles").rmdir()
    result = run(*arguments, code=2)
    (line,) = result.stderr.splitlines()
    assert "sources[0].path: found no such file or directory" in line


@pytest.mark.parametrize("blocked", ["feeds", "feeds/all", "feeds/all/rss.xml/x"])
def test_an_output_that_cannot_be_written_is_one_line(
    blocked: str, site: Path, run: Callable[..., Result], write_article: WriteArticle
) -> None:
    """A file in the place of a folder, or a folder in that of a file, is told in one line."""
    write_article("a.md")
    (site / blocked).parent.mkdir(parents=True, exist_ok=True)
    (site / blocked).write_text("in the way")
    (line,) = run("build", *NOW, code=2).stderr.splitlines()
    assert re.match(r"error: .*/feeds\S*: cannot be written: (not|is) a directory|.*file exists", line)
    assert (site / blocked).read_text() == "in the way"


def test_a_report_that_cannot_be_written_is_one_line(
    run: Callable[..., Result], write_article: WriteArticle
) -> None:
    """The feeds are built; that the report could not be written is told."""
    write_article("a.md")
    result = run("build", "--report", "articles/a.md/report.json", *NOW, code=2)
    assert result.stderr == "error: articles/a.md/report.json: cannot be written: not a directory\n"


def test_colliding_feeds_are_told(
    site: Path, run: Callable[..., Result], write_article: WriteArticle
) -> None:
    """Two feeds on one path end the build with 2 and a line for each path."""
    write_article("a.md", topics="[A, B]")
    (site / "config" / "topics.yaml").write_text("- {name: A, slug: x}\n- {name: B, slug: x}\n")
    (line,) = run("build", *NOW, code=2).stderr.splitlines()
    assert line == (
        "error: topics/x: found 2 feeds (topics/a, topics/b),"
        " expected one; give one another `slug` in its registry"
    )


# list, show, init, the rest.


def test_list_prints_lines_where_nobody_looks(
    site: Path, run: Callable[..., Result], write_article: WriteArticle
) -> None:
    """In a pipe the list is tab-separated: path, title, items, newest date; nothing is written."""
    write_article("a.md", topics="[AI]")
    assert run("list", *NOW).output.splitlines() == [
        "all\tThe Site\t1\t2024-01-02T03:04:05Z",
        "topics/ai\tAI – The Site\t1\t2024-01-02T03:04:05Z",
    ]
    assert not (site / "feeds").exists()


def test_list_prints_json(run: Callable[..., Result], write_article: WriteArticle) -> None:
    """--json prints the same as data, with the files of each feed."""
    write_article("a.md")
    (feed,) = json.loads(run("list", "--json", *NOW).output)
    assert feed == {
        "path": "all",
        "title": "The Site",
        "kind": "all",
        "items": 1,
        "updated": "2024-01-02T03:04:05Z",
        "files": ["all/rss.xml", "all/atom.xml", "all/feed.json"],
        "former": [],
        "archives": 0,
        "name": "The Site",
        "description": "The Site",
        "home_url": "https://site.example/",
        "formats": ["rss", "atom", "json"],
    }


def test_list_counts_as_a_build_would(run: Callable[..., Result], write_article: WriteArticle) -> None:
    """--now and --include-unpublished decide as in a build; an empty site has its feed of everything."""
    assert run("list", *NOW).output == "all\tThe Site\t0\t1970-01-01T00:00:00Z\n"
    write_article("a.md", published="false")
    assert run("list", *NOW).output.split("\t")[2] == "0"
    assert run("list", "--include-unpublished", *NOW).output.split("\t")[2] == "1"
    assert run("list", "--include-unpublished", "--now", "2000-01-01").output.split("\t")[2] == "0"


def test_show_tells_how_an_article_is_understood(
    run: Callable[..., Result], write_article: WriteArticle
) -> None:
    """Every field, the id, what was left out, the feeds and the place in each."""
    write_article("newer.md", publishedDateTime="2024-05-05")
    write_article(
        "2024-01-02-a.md",
        "word " * 100,
        excerpt="Tides &amp; tables",
        topics="[AI, Open Data]",
        provider="{name: P, domain: p.example, images: ['https://i.example/p.png']}",
        images="[{url: 'https://i.example/a.png', width: 40}, 'ftp://x.example/']",
    )
    lines = run("show", "articles/2024-01-02-a.md", *NOW).output.splitlines()
    for line in (
        "id: tag:site.example,2020:2024-01-02-a",
        "title: A title",
        "permalink: https://site.example/a/",
        "published: 2024-01-02T03:04:05Z",
        "summary: Tides & tables",
        "topics: AI",
        "topics: Open Data",
        "provider: key=p.example, name=P, domain=p.example",
        "provider.images: url=https://i.example/p.png, media_type=image/png",
        "enclosures: url=https://i.example/a.png, media_type=image/png, width=40",
        "feed all: item 2",
        "feed topics/ai: item 1",
        "feed topics/open-data: item 1",
        "feed providers/p.example: item 1",
    ):
        assert line in lines
    assert any(line.startswith("left out: articles/2024-01-02-a.md:8: images[1]") for line in lines)
    assert not [line for line in lines if line.endswith((": ", "()", "[]"))]
    assert any(line.startswith("body_html: <p>word word") and line.endswith("…") for line in lines)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"published": "false"}, "in no feed: unpublished"),
        ({"removed": "true"}, "in no feed: removed"),
        ({"publishedDateTime": "2099-01-01"}, "in no feed: not due"),
        ({"id": "twice"}, "in no feed: z.md has the same id and stays in its place"),
        ({"publishedDateTime": "2020-01-01"}, "feed all: beyond the limit"),
    ],
)
def test_show_tells_why_an_article_is_missing(
    fields: dict[str, str],
    expected: str,
    site: Path,
    run: Callable[..., Result],
    write_article: WriteArticle,
) -> None:
    """The reason why an article is in no feed, or in none that shows it, is the last line."""
    add(site, "feeds: {all: {limit: 1}}\n")
    write_article("a.md", **fields)
    write_article("z.md", id="twice")
    assert run("show", str(site / "articles" / "a.md"), *NOW).output.splitlines()[-1] == expected


def test_show_lifts_what_a_build_lifts(run: Callable[..., Result], write_article: WriteArticle) -> None:
    """--include-unpublished shows the feeds that an unpublished article would be in."""
    write_article("a.md", published="false")
    result = run("show", "articles/a.md", "--include-unpublished", *NOW)
    assert result.output.splitlines()[-1] == "feed all: item 1"


def test_show_tells_what_is_wrong(run: Callable[..., Result], write_article: WriteArticle) -> None:
    """An article that failed is told with its line, and ends with 1."""
    write_article("a.md", publishedDateTime="soon")
    result = run("show", "articles/a.md", code=1)
    assert result.stderr.startswith("failed: articles/a.md:3: publishedDateTime: found 'soon'")


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        ("articles/none.md", "found no such file"),
        ("config/syndicate.yaml", "found a file that no source includes"),
    ],
)
def test_show_knows_the_files_of_the_sources_only(
    file: str, expected: str, run: Callable[..., Result]
) -> None:
    """A file that no source includes is told apart from one that is not there."""
    assert expected in run("show", file, code=2).stderr


@pytest.mark.parametrize("where", [(), ("new",), ("deep/new",)])
def test_init_makes_a_site_that_builds(
    where: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`init` writes a configuration and an article, and `build` makes feeds of them at once."""
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(main, ["init", *where])
    assert result.exit_code == 0
    folder = Path(*where)
    files = [str(folder / "config/syndicate.yaml"), str(folder / "articles/2024-01-01-the-first-article.md")]
    assert result.output.splitlines() == [*(f"wrote {file}" for file in files), "now: syndicate build"]
    monkeypatch.chdir(tmp_path / folder)
    built = CliRunner().invoke(main, ["build"])
    assert built.output.splitlines()[0] == "1 article: 1 published"
    assert (tmp_path / folder / "feeds/topics/examples/rss.xml").exists()


def test_init_overwrites_nothing(tmp_path: Path) -> None:
    """Into a folder that holds anything but hidden files, `init` writes nothing."""
    (tmp_path / ".git").mkdir()
    assert CliRunner().invoke(main, ["init", str(tmp_path)]).exit_code == 0
    before = {file: file.read_bytes() for file in tmp_path.rglob("*.*") if file.is_file()}
    result = CliRunner().invoke(main, ["init", str(tmp_path)])
    assert result.exit_code == 2
    assert result.stderr == (
        f"error: {tmp_path}: holds articles already; init writes into an empty folder only\n"
    )
    assert {file: file.read_bytes() for file in tmp_path.rglob("*.*") if file.is_file()} == before


def test_init_below_a_file_is_one_line(tmp_path: Path) -> None:
    """A folder that cannot be made is told in one line."""
    (tmp_path / "file").write_text("")
    result = CliRunner().invoke(main, ["init", str(tmp_path / "file" / "new")])
    assert result.exit_code == 2
    assert result.stderr.endswith("cannot be written: not a directory\n")


def test_the_version_is_told(site: Path) -> None:
    """`--version` prints the name and the version."""
    done = command(site, "--version")
    assert (done.returncode, done.stdout) == (0, f"syndicate {__version__}\n")


@pytest.mark.parametrize("name", ["", *main.commands])
def test_help_is_there(name: str, run: Callable[..., Result]) -> None:
    """Every command explains itself."""
    assert "Usage: " in run(*([name] if name else []), "--help").output


def test_the_shell_can_complete(site: Path) -> None:
    """Click's completion knows the commands."""
    done = command(site, COMP_WORDS="syndicate ", COMP_CWORD="1", _SYNDICATE_COMPLETE="bash_complete")
    assert "plain,build" in done.stdout.splitlines()


# On a terminal.


def on_terminal(site: Path, *arguments: str, **environment: str) -> str:
    """Run the real command on a terminal, and give all that it draws."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [COMMAND, *arguments],
        cwd=site,
        env={**os.environ, "TERM": "xterm-256color", "COLUMNS": "100", **environment},
        stdout=theirs,
        stderr=theirs,
        stdin=theirs,
    ) as process:
        os.close(theirs)
        drawn = b"".join(_chunks(ours))
        assert process.wait() == 0
    os.close(ours)
    return drawn.decode()


def _chunks(descriptor: int) -> Iterator[bytes]:
    try:
        while chunk := os.read(descriptor, 65536):
            yield chunk
    except OSError:
        return  # On Linux the end of a terminal is an error.


@pytest.mark.parametrize("environment", [{}, {"NO_COLOR": "1"}], ids=["plain", "NO_COLOR"])
def test_list_draws_a_table_on_a_terminal(
    environment: dict[str, str], site: Path, write_article: WriteArticle
) -> None:
    """A person sees a table, titles as they are, and no colour where none is wanted."""
    write_article("a.md", topics=r"['Odd \[bold]name[/]']")
    drawn = on_terminal(site, "list", *NOW, **environment)
    plain = re.sub(r"\x1b\[[0-9;]*m", "", drawn)
    assert re.search(r"^path +title +items +newest", plain, re.M)
    assert re.search(r"^all +The Site +1 +2024-01-02T03:04:05Z", plain, re.M)
    assert r"Odd \[bold]name[/] – The Site" in plain
    if environment:
        assert not re.search(r"\x1b\[(?:\d+;)*(?:3|4|9|10)\d(?:;\d+)*m", drawn)


def test_short_work_draws_no_bar(site: Path, write_article: WriteArticle) -> None:
    """On a terminal, work under a second draws nothing but its report."""
    write_article("a.md")
    drawn = on_terminal(site, "build", *NOW)
    assert drawn.splitlines() == FIRST


def test_long_work_draws_a_bar(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Work that lasts longer than a moment is drawn, stage by stage, on standard error, and taken away."""
    monkeypatch.setattr(terminal, "_PATIENCE", 0.0)
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm-256color")
    with terminal.progress_bar() as advance:
        for done in range(3):
            advance("reading articles", done, 3)
        advance("rendering feeds", 0, 1)
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "rendering feeds" in shown.err


def test_a_bar_waits(capsys: pytest.CaptureFixture[str]) -> None:
    """Before its moment has come, progress is not drawn, and rich is not asked."""
    with terminal.progress_bar() as advance:
        advance("reading articles", 0, 1)
    assert capsys.readouterr().err == ""


def test_a_bar_is_drawn_where_somebody_looks(
    run: Callable[..., Result], write_article: WriteArticle, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With standard error on a terminal a build reports its progress there, unless it is quiet."""
    stages: list[Any] = []

    class Bar:
        def __enter__(self) -> Callable[..., None]:
            return lambda *step: stages.append(step)

        def __exit__(self, *error: object) -> None:
            pass

    monkeypatch.setattr(terminal, "progress_bar", Bar)
    monkeypatch.setattr("click.testing._NamedTextIOWrapper.isatty", lambda _: True, raising=False)
    write_article("a.md")
    run("build", "-q", *NOW)
    assert stages == []
    run("build", *NOW)
    assert stages


def test_a_table_is_drawn_for_a_person(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The table of feeds is for terminals; brackets in a title are no markup."""
    since = datetime(2024, 1, 2, tzinfo=UTC)
    feed = FeedReport(path="all", title=r"A \[red]b", kind="all", items=3, updated=since, files=())
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "100")
    terminal.print_feeds([feed])
    assert r"A \[red]b" in capsys.readouterr().out
