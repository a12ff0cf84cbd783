from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from syndicate import Report, build, load_settings
from syndicate.errors import NoArticlesError, PublishError

NOW = datetime(2024, 6, 1, tzinfo=UTC)
LONG_AGO = 1_500_000_000_000_000_000
WriteArticle = Callable[..., Path]
Act = Callable[[Path, WriteArticle], object]


def run(site: Path, **options: Any) -> Report:
    """Build the site as of NOW."""
    settings = load_settings(site / "config" / "syndicate.yaml")
    return build(settings, **{"now": NOW, "jobs": 1, **options})


def configure(site: Path, old: str, new: str) -> None:
    """Change some words of the configuration."""
    file = site / "config" / "syndicate.yaml"
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


def add(site: Path, text: str) -> None:
    """Add lines to the configuration."""
    file = site / "config" / "syndicate.yaml"
    file.write_text(file.read_text() + text)


def age(site: Path, instant: int = LONG_AGO) -> None:
    """Make the articles old enough that their size and date are believed."""
    for file in (site / "articles").rglob("*.md"):
        os.utime(file, ns=(instant, instant))


def tree(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, hidden ones too."""
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def clean(site: Path, tmp_path_factory: pytest.TempPathFactory, **options: Any) -> dict[str, bytes]:
    """The output of a clean build of the same sources in another folder."""
    other = tmp_path_factory.mktemp("clean")
    for name in ("articles", "config"):
        shutil.copytree(site / name, other / name)
    run(other, **options)
    return tree(other / "feeds")


def numbers(report: Report) -> tuple[int, int, int]:
    """How many files there are, how many were read and how many changed."""
    return report.read, report.files_read, report.articles_changed


def reasons(report: Report) -> dict[str, str]:
    """The changed feeds with the reason for each."""
    return {feed.path: feed.reason for feed in report.changed_feeds}


@pytest.fixture
def three(site: Path, write_article: WriteArticle) -> Path:
    """A site of three articles, built once; their dates on the disk are old."""
    write_article("a.md", title="a", topics="[One]", heat="1")
    write_article("b.md", title="b", topics="[Two]", provider="{name: P, domain: p.example}")
    write_article("c.md", title="c", topics="[Two, Three]", publishedDateTime="2024-07-01")
    age(site)
    run(site)
    return site


# What is read, and what is not.


def test_what_did_not_change_is_not_read(three: Path) -> None:
    """Without a change no file is read and none is written; the report says how many were as they were."""
    report = run(three)
    assert numbers(report) == (3, 0, 0)
    assert (report.changes.write, report.changes.delete, reasons(report)) == ((), (), {})
    assert "files: 0 read, 3 as they were" in list(report.summary())
    assert (report.published, report.not_due, len(report.feeds)) == (2, 1, 4)


def test_a_first_run_reads_everything(site: Path, write_article: WriteArticle) -> None:
    """A new index means that every file is read, and says so for every feed."""
    write_article("a.md", topics="[One]")
    write_article("b.md")
    report = run(site)
    assert numbers(report) == (2, 2, 2)
    assert reasons(report) == dict.fromkeys(["all", "topics/one"], "the index is new")
    assert "files: 2 read, 0 as they were" in list(report.summary())


def move(site: Path, write_article: WriteArticle) -> None:
    """Move an article whose name begins with a date to another folder."""
    (site / "articles" / "new").mkdir()
    os.rename(site / "articles" / "2024-01-02-x.md", site / "articles" / "new" / "2024-01-02-x.md")


@pytest.mark.parametrize(
    ("act", "read", "changed"),
    [
        pytest.param(lambda site, _: os.utime(site / "articles" / "a.md"), 1, 0, id="touched"),
        pytest.param(lambda site, _: age(site, LONG_AGO + 1), 3, 0, id="all touched"),
        pytest.param(lambda _, write: write("a.md", title="a", topics="[One]", heat="99.5"), 1, 1, id="heat"),
        pytest.param(
            lambda _, write: write("a.md", title="a", topics="[One]", secured="abc"), 1, 1, id="secured"
        ),
        pytest.param(
            lambda _, write: write("a.md", title='"a"', topics="\n  - One", heat="1"), 1, 1, id="spelling"
        ),
        pytest.param(move, 1, 2, id="moved"),
    ],
)
def test_what_no_reader_sees_writes_nothing(
    act: Act, read: int, changed: int, site: Path, write_article: WriteArticle
) -> None:
    """A touched date, changed heat or moved folder costs reading the file, and writes none."""
    write_article("a.md", title="a", topics="[One]", heat="1")
    write_article("b.md", title="b")
    write_article("2024-01-02-x.md", title="x", topics="[Two]")
    age(site)
    run(site)
    before = tree(site / "feeds")
    act(site, write_article)
    report = run(site)
    assert numbers(report) == (3, read, changed)
    assert (report.changes.write, report.changes.delete, reasons(report)) == ((), (), {})
    assert tree(site / "feeds") == before
    age(site)
    run(site)
    assert numbers(run(site)) == (3, 0, 0)


def test_a_file_that_was_just_written_is_not_believed(site: Path, write_article: WriteArticle) -> None:
    """An edit of one size within one tick of the file system's clock is seen all the same."""
    file = write_article("a.md", title="aaa")
    status = file.stat()
    run(site)
    write_article("a.md", title="bbb")
    os.utime(file, ns=(status.st_mtime_ns, status.st_mtime_ns))
    assert run(site).changes.update == ("all/atom.xml", "all/feed.json", "all/rss.xml")


# Which feeds changed, and why.


@pytest.mark.parametrize(
    ("act", "now", "expected"),
    [
        pytest.param(
            lambda _, write: write("a.md", title="A", topics="[One]"),
            NOW,
            {"all": "a.md changed", "topics/one": "a.md changed"},
            id="edit",
        ),
        pytest.param(
            lambda _, write: write("a.md", title="a", topics="[Two]"),
            NOW,
            # The feed of its old topic has no article any more: its files are deleted, none is written.
            {"all": "a.md changed", "topics/two": "a.md changed"},
            id="other topic",
        ),
        pytest.param(
            lambda _, write: write("sub/d.md", title="d", topics="[Four]"),
            NOW,
            {"all": "sub/d.md is new", "topics/four": "sub/d.md is new"},
            id="new",
        ),
        pytest.param(
            lambda site, _: (site / "articles" / "b.md").unlink(),
            NOW,
            {"all": "an article went"},
            id="delete",
        ),
        pytest.param(
            lambda *_: None,
            datetime(2024, 7, 2, tzinfo=UTC),
            dict.fromkeys(["all", "topics/three", "topics/two"], "an article became due"),
            id="due",
        ),
        pytest.param(
            lambda site, _: (site / "feeds" / "all" / "rss.xml").unlink(),
            NOW,
            {"all": "its files are missing or were altered"},
            id="missing",
        ),
        pytest.param(
            lambda _, write: write("d.md", title="d", topics="[ONE]", publishedDateTime="2024-05-01"),
            NOW,
            {"all": "d.md is new", "topics/one": "d.md is new"},
            id="another spelling",
        ),
    ],
)
def test_the_report_says_which_feeds_changed_and_why(
    act: Act, now: datetime, expected: dict[str, str], three: Path, write_article: WriteArticle
) -> None:
    """Each feed of which a file was written is named with its reason, and no other feed is."""
    act(three, write_article)
    report = run(three, now=now)
    assert reasons(report) == expected
    assert {path.rpartition("/")[0] for path in report.changes.write} == set(expected)
    for path, reason in expected.items():
        assert f"changed: {path} ({reason})" in list(report.details())
    assert reasons(run(three, now=now)) == {}


def test_an_article_grows_too_old(site: Path, write_article: WriteArticle) -> None:
    """A window of time moves: the feed that an article left is named, and only that one is written."""
    add(site, "feeds: {named: {new: {title: New, where: {newer_than: 10d}}}}\n")
    write_article("a.md", publishedDateTime="2024-05-30")
    run(site)
    report = run(site, now=datetime(2024, 6, 20, tzinfo=UTC))
    assert reasons(report) == {"new": "an article grew too old"}
    assert {path.rpartition("/")[0] for path in report.changes.write} == {"new"}


def test_a_name_that_is_spelled_anew_is_a_reason(site: Path, write_article: WriteArticle) -> None:
    """A topic takes its name from its newest article: all feeds that show items of it are named."""
    write_article("a.md", topics="[One, Two]", publishedDateTime="2024-01-01")
    write_article("z.md", publishedDateTime="2024-01-01", provider="P")
    run(site)
    write_article("b.md", topics="[ONE]", publishedDateTime="2024-02-02")
    report = run(site)
    expected = {"all": "b.md is new", "topics/one": "b.md is new", "topics/two": "one changed its name"}
    assert reasons(report) == expected


def test_a_category_that_is_spelled_anew_is_a_reason(
    site: Path, write_article: WriteArticle, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """A named feed shows the topics that it asks for by their names, though it holds no article of them."""
    add(site, "feeds: {named: {best: {title: Best, where: {topic: [ai], min_quality: 90}}}}\n")
    write_article("a.md", topics="[ai]")
    run(site)
    write_article("b.md", topics="[AI]", publishedDateTime="2024-02-01")
    assert reasons(run(site))["best"] == "ai changed its name"
    assert tree(site / "feeds") == clean(site, tmp_path_factory)


def test_a_rival_is_a_reason(site: Path, write_article: WriteArticle) -> None:
    """An article that returns because the file that stood in its place went is told."""
    write_article("a.md", title="a", id="same", topics="[One]")
    write_article("b.md", title="b", id="same", topics="[Two]")
    run(site)
    (site / "articles" / "b.md").unlink()
    report = run(site)
    assert reasons(report) == {"all": "an article went", "topics/one": "another file of the same id stays"}
    assert report.changes.delete == tuple(
        f"topics/two/{name}" for name in ("atom.xml", "feed.json", "rss.xml")
    )


# What failed.


def test_a_failure_is_a_failure_until_it_changes(three: Path, write_article: WriteArticle) -> None:
    """A broken file is not read again until it changes, and is reported at every run."""
    write_article("d.md", publishedDateTime="soon")
    age(three)
    assert numbers(run(three)) == (4, 1, 1)
    report = run(three)
    assert (numbers(report), len(report.failed), report.ok) == ((4, 0, 0), 1, False)
    assert report.failed[0].field == ("publishedDateTime",)
    write_article("d.md", publishedDateTime="later")
    report = run(three)
    assert (report.files_read, report.failed[0].found) == (1, "'later'")
    write_article("d.md", topics="[One]")
    report = run(three)
    assert (report.failed, reasons(report)) == ((), dict.fromkeys(["all", "topics/one"], "d.md changed"))


def test_the_last_good_version_stays(three: Path, write_article: WriteArticle) -> None:
    """An article that breaks stays published as it last was, until it is mended or goes."""
    before = tree(three / "feeds")
    write_article("a.md", title="''", topics="[One]")
    age(three)
    report = run(three)
    assert (report.ok, report.published, report.changes.write) == (False, 2, ())
    assert tree(three / "feeds") == before
    write_article("e.md", title="e", topics="[One]")
    report = run(three)
    assert (report.ok, report.published) == (False, 3)
    assert b"<title>a</title>" in tree(three / "feeds")["topics/one/rss.xml"]
    (three / "articles" / "e.md").unlink()
    (three / "articles" / "a.md").unlink()
    report = run(three)
    assert (report.ok, report.published) == (True, 1)
    assert "topics/one/rss.xml" not in tree(three / "feeds")


def test_a_last_good_version_is_grouped_anew(three: Path, write_article: WriteArticle) -> None:
    """Another configuration finds the feeds of an article that is broken just now, too."""
    write_article("a.md", title="''")
    run(three)
    add(three, "feeds: {named: {one: {title: The one, where: {topic: [one]}}}}\n")
    report = run(three)
    assert {feed.path: feed.items for feed in report.feeds}["one"] == 1
    assert not report.ok


def test_without_the_index_there_is_no_last_good_version(three: Path, write_article: WriteArticle) -> None:
    """The last good version outlives `full`, but goes with the index, which alone knew it; that is told."""
    write_article("a.md", title="''")
    report = run(three, full=True)
    assert (len(report.failed), report.published) == (1, 2)
    shutil.rmtree(three / ".syndicate")
    report = run(three)
    assert (len(report.failed), report.published) == (1, 1)
    assert "topics/one/rss.xml" not in tree(three / "feeds")


def test_another_folder_has_no_last_good_version(three: Path, write_article: WriteArticle) -> None:
    """A source that is another folder now publishes nothing of the old one, not even under a broken name."""
    (three / "other").mkdir()
    (three / "other" / "a.md").write_text("broken")
    os.rename(three / "articles" / "b.md", three / "other" / "b.md")
    configure(three, "../articles", "../other")
    report = run(three)
    assert (report.read, report.published, len(report.failed)) == (2, 1, 1)
    assert "topics/one/rss.xml" not in tree(three / "feeds")


# The same bytes by every way.


def clock_back(site: Path, write_article: WriteArticle) -> None:
    """Build at a later instant."""
    run(site, now=datetime(2030, 1, 1, tzinfo=UTC))


def unfinished(site: Path, write_article: WriteArticle) -> None:
    """End a build before it is finished: what it learnt must not last."""
    write_article("a.md", title="other", topics="[Other]")
    (site / "feeds" / "topics" / "other").write_text("in the way")
    with pytest.raises(PublishError):
        run(site)
    (site / "feeds" / "topics" / "other").unlink()
    write_article("a.md", title="a", topics="[One]", heat="1")


def emptied(site: Path, write_article: WriteArticle) -> None:
    """Let the sources hold nothing for a while."""
    os.rename(site / "articles", site / "kept")
    (site / "articles").mkdir()
    with pytest.raises(NoArticlesError):
        run(site)
    (site / "articles").rmdir()
    os.rename(site / "kept", site / "articles")


def everything(site: Path, write_article: WriteArticle) -> None:
    """Build with drafts, at another instant, and with another configuration."""
    run(site, include_unpublished=True, now=datetime(2024, 7, 2, tzinfo=UTC))
    add(site, "content: card\nformats: [json]\n")
    run(site)
    configure(site, "content: card\nformats: [json]\n", "")


@pytest.mark.parametrize("act", [clock_back, unfinished, emptied, everything], ids=lambda act: act.__name__)
def test_whatever_was_before_the_files_are_those_of_a_clean_build(
    act: Act, three: Path, write_article: WriteArticle, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """After the clock was set back, a run that failed or other options, the output is a clean build's."""
    before = tree(three / "feeds")
    act(three, write_article)
    run(three)
    assert tree(three / "feeds") == before == clean(three, tmp_path_factory)


def newer(path: Path) -> None:
    """Make the index one of a version to come."""
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 99")
    connection.close()


def foreign(path: Path) -> None:
    """Put another program's database there."""
    path.unlink()
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE notes (text)")
    connection.close()


def tableless(path: Path) -> None:
    """Take a table away."""
    connection = sqlite3.connect(path)
    connection.execute("DROP TABLE members")
    connection.close()


@pytest.mark.parametrize(
    ("harm", "warned"),
    [
        pytest.param(Path.unlink, False, id="deleted"),
        pytest.param(lambda path: shutil.rmtree(path.parent), False, id="folder deleted"),
        pytest.param(lambda path: path.write_bytes(b""), False, id="empty"),
        pytest.param(lambda path: path.write_bytes(b"no database" * 1000), True, id="no database"),
        pytest.param(lambda path: path.write_bytes(path.read_bytes()[:9000]), True, id="cut off"),
        pytest.param(
            lambda path: path.write_bytes(path.read_bytes()[:4096] + b"x" * 90000), True, id="broken"
        ),
        pytest.param(newer, True, id="newer"),
        pytest.param(foreign, True, id="foreign"),
        pytest.param(tableless, True, id="a table less"),
    ],
)
def test_an_index_that_cannot_be_used_costs_time_only(
    harm: Callable[[Path], object],
    warned: bool,
    three: Path,
    write_article: WriteArticle,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """A lost or broken index is begun anew, the broken one put aside with a warning; the output is right."""
    write_article("a.md", title="new", topics="[One]")
    harm(three / ".syndicate" / "index.db")
    report = run(three)
    assert (numbers(report), report.ok) == ((3, 3, 3), True)
    assert len(report.warnings) == (three / ".syndicate" / "index.db.broken").exists() == warned
    assert tree(three / "feeds") == clean(three, tmp_path_factory)
    age(three)
    run(three)
    assert (numbers(run(three)), run(three).warnings) == ((3, 0, 0), ())


def test_full_reads_everything_and_writes_what_differs(three: Path) -> None:
    """With `full` every file is read; what is published already is not written again."""
    before = tree(three / "feeds")
    report = run(three, full=True)
    assert (numbers(report), report.changes.write) == ((3, 3, 0), ())
    assert tree(three / "feeds") == before
    assert numbers(run(three)) == (3, 0, 0)


def test_full_finds_what_size_and_time_do_not_tell(three: Path) -> None:
    """An alteration that keeps both is seen where everything is compared byte by byte."""
    altered = three / "feeds" / "all" / "rss.xml"
    right, status = altered.read_bytes(), altered.stat()
    altered.write_bytes(right.replace(b"The Site", b"the site"))
    os.utime(altered, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert run(three).changes.write == ()
    assert run(three, full=True).changes.write == ("all/rss.xml",)
    assert altered.read_bytes() == right


@pytest.mark.parametrize(
    "harm",
    [
        pytest.param(lambda feeds: (feeds / "all" / "rss.xml").unlink(), id="file deleted"),
        pytest.param(lambda feeds: shutil.rmtree(feeds / "topics"), id="folder deleted"),
        pytest.param(shutil.rmtree, id="all deleted"),
        pytest.param(lambda feeds: (feeds / "all" / "rss.xml").write_bytes(b""), id="emptied"),
        pytest.param(
            lambda feeds: (feeds / "all" / "rss.xml").write_bytes(
                (feeds / "all" / "rss.xml").read_bytes().replace(b"The Site", b"the site")
            ),
            id="same size",
        ),
        pytest.param(lambda feeds: (feeds / ".syndicate-files").unlink(), id="manifest deleted"),
        pytest.param(lambda feeds: (feeds / ".syndicate-files").write_bytes(b"\xff"), id="manifest broken"),
        pytest.param(lambda feeds: (feeds / ".syndicate-new" / "1").mkdir(parents=True), id="staging left"),
    ],
)
def test_an_altered_output_is_repaired(harm: Callable[[Path], object], three: Path) -> None:
    """Whatever was done to the output, the next run puts it right, and reads no article for it."""
    before = tree(three / "feeds")
    harm(three / "feeds")
    report = run(three)
    assert numbers(report) == (3, 0, 0)
    assert tree(three / "feeds") == before
    assert run(three).changes.write == ()
    assert not (three / "feeds" / ".syndicate-new").exists()


def test_another_output_has_everything(three: Path) -> None:
    """The index knows where it published: another folder beside it is given every file."""
    before = tree(three / "feeds")
    add(three, "output: ../elsewhere\n")
    report = run(three)
    assert len(report.changes.create) == 12
    assert tree(three / "elsewhere") == before == tree(three / "feeds")


# A dry run.


@pytest.mark.parametrize("full", [False, True], ids=["", "full"])
def test_a_dry_run_leaves_everything_as_it_was(full: bool, three: Path, write_article: WriteArticle) -> None:
    """A dry run tells what a build then does, and leaves output and index as they were, to the byte."""
    write_article("a.md", title="A", topics="[New]")
    (three / "articles" / "b.md").unlink()
    age(three)
    before, index = tree(three / "feeds"), tree(three / ".syndicate")
    dry = run(three, dry_run=True, full=full)
    assert dry.dry_run
    assert tree(three / "feeds") == before
    assert tree(three / ".syndicate")["index.db"] == index["index.db"]
    wet = run(three, full=full)
    assert (dry.changes, dry.changed_feeds, numbers(dry)) == (wet.changes, wet.changed_feeds, numbers(wet))
    assert wet.changes.write
    assert wet.changes.delete


def test_a_dry_run_may_be_the_first(site: Path, write_article: WriteArticle) -> None:
    """A first dry run leaves nothing for the next run to believe."""
    write_article("a.md")
    age(site)
    assert len(run(site, dry_run=True).changes.create) == 3
    assert not (site / "feeds").exists()
    assert numbers(run(site)) == (1, 1, 1)


# Another configuration.


def files(*folders: str, names: tuple[str, ...] = ("atom.xml", "feed.json", "rss.xml")) -> set[str]:
    """The paths of some feeds' files."""
    return {f"{folder}/{name}" for folder in folders for name in names}


ALL = ("all", "providers/p.example", "topics/one", "topics/two")
LINKED = ("all", "topics/one")
CONFIGURATIONS = {
    "feeds: {topics: {limit: 1}}": (set(), set(), 0),
    "feeds: {all: {limit: 1}}": (files("all", "all/archive/2024-01"), set(), 0),
    "feeds: {all: {limit: 1, archive: none}}": (files("all"), set(), 0),
    "feeds: {all: {title: Other}}": (files("all"), set(), 0),
    "feeds: {topics: {title: 'On {name}'}}": (files(*ALL[2:]), set(), 0),
    "feeds: {named: {x: {title: X}}}": (files("x"), set(), 0),
    "feeds: {topics: false}": (set(), files(*ALL[2:]), 0),
    "feeds: {topics: {min_items: 2}}": (set(), files(*ALL[2:]), 0),
    "feeds: {all: {formats: [json]}}": (set(), files("all", names=("rss.xml", "atom.xml")), 0),
    "formats: [rss, atom]": (set(), files(*ALL, names=("feed.json",)), 0),
    "rss_enclosures: first": (files(*LINKED, names=("rss.xml",)), set(), 0),
    "# a comment": (set(), set(), 0),
    "index: ../other.db": (set(), set(), 3),
    "related: {limit: 1}": (files(*LINKED), set(), 3),
}
"""What is added to the configuration: the files it writes, those it deletes, the articles it reads."""


@pytest.fixture
def linked(three: Path, write_article: WriteArticle) -> Path:
    """The same site; one of its articles has two related links."""
    related = "[{webUrl: 'https://r.example/1'}, {webUrl: 'https://r.example/2'}]"
    write_article("a.md", title="a", topics="[One]", related=related)
    age(three)
    run(three)
    return three


@pytest.mark.parametrize(("text", "expected"), CONFIGURATIONS.items(), ids=CONFIGURATIONS)
def test_only_what_a_setting_concerns_is_written(
    text: str,
    expected: tuple[set[str], set[str], int],
    linked: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """A new setting writes the files whose bytes it changes, and reads articles only if it must."""
    written, deleted, read = expected
    add(linked, f"{text}\n")
    report = run(linked)
    assert (set(report.changes.write), set(report.changes.delete)) == (written, deleted)
    assert report.files_read == read
    assert tree(linked / "feeds") == clean(linked, tmp_path_factory)
    folders = {path.rpartition("/")[0] for path in written}
    assert set(reasons(report)) == {folder.partition("/archive/")[0] for folder in folders}
    if not read:
        assert set(reasons(report).values()) <= {"the configuration changed"}


def test_a_setting_about_reading_is_the_reason(linked: Path) -> None:
    """Where a setting has every article read again, the setting is the reason, and no article changed."""
    add(linked, "related: {limit: 1}\n")
    report = run(linked)
    assert reasons(report) == dict.fromkeys(LINKED, "the configuration changed")


def test_a_registry_is_configuration(three: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """A new name of a topic is written to the feeds that show its items, and no article is read for it."""
    (three / "config" / "topics.yaml").write_text("- {name: First, aliases: [One], slug: one}\n")
    report = run(three)
    assert set(report.changes.update) == files("all", "topics/one")
    assert report.files_read == 0
    assert tree(three / "feeds") == clean(three, tmp_path_factory)


def test_drafts_are_an_option_of_the_run(three: Path, write_article: WriteArticle) -> None:
    """Showing drafts, and hiding them again, touches the feeds they are in, and reads nothing again."""
    write_article("d.md", draft="true", topics="[Two]")
    age(three)
    run(three)
    before = tree(three / "feeds")
    for shown in (True, False):
        report = run(three, include_unpublished=shown)
        assert set(report.changes.update) == files("all", "topics/two")
        assert numbers(report) == (4, 0, 0)
    assert tree(three / "feeds") == before
