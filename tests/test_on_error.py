"""What becomes of an article that breaks: `on_error`, and what the report tells of its last good version."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from syndicate import BrokenArticlesError, ConfigError, NoArticlesError, Report, build, load_settings
from syndicate.cli import main
from syndicate.dates import spell_age
from syndicate.pipeline import Options
from syndicate.report import Failure
from syndicate.watch import Watcher

DAY = timedelta(days=1)
NOW = datetime(2024, 6, 1, 12, tzinfo=UTC)
BROKEN = "found 'soon', expected a date such as 2021-12-29T05:46:00Z"
WriteArticle = Callable[..., Path]


@pytest.fixture
def two(site: Path, write_article: WriteArticle) -> Path:
    """A site of two articles, one in a topic of its own, built at NOW."""
    write_article("a.md", title="a", topics="[Alone]")
    write_article("b.md", title="b")
    run(site)
    return site


def run(site: Path, at: datetime = NOW, **options: Any) -> Report:
    """Build the site."""
    return build(load_settings(site / "config" / "syndicate.yaml"), now=at, jobs=1, **options)


def policy(site: Path, word: str) -> None:
    """Put a policy into the configuration, in place of the one that is there."""
    file = site / "config" / "syndicate.yaml"
    kept = [line for line in file.read_text().splitlines() if not line.startswith("on_error")]
    file.write_text("\n".join([*kept, f"on_error: {word}", ""]))


def tree(site: Path) -> dict[str, bytes]:
    """Every file of the output."""
    output = site / "feeds"
    return {str(path.relative_to(output)): path.read_bytes() for path in output.rglob("*") if path.is_file()}


def told(report: Report) -> list[str]:
    """What is said of each broken article after what is wrong with it."""
    return [failure.fate(report.now).strip() for failure in report.failed]


def command(site: Path, *arguments: str) -> Result:
    """Run the command on the site, in this process."""
    return CliRunner().invoke(main, ["build", "--config", f"{site}/config/syndicate.yaml", *arguments])


def test_the_default_keeps(two: Path, write_article: WriteArticle) -> None:
    """Without a word, and with `keep`, a broken article stays published as it last was."""
    before = tree(two)
    write_article("a.md", publishedDateTime="soon")
    assert (run(two).ok, tree(two)) == (False, before)
    policy(two, "keep")
    assert (run(two).published, tree(two)) == (2, before)


def test_drop_takes_the_item_out_until_it_is_mended(two: Path, write_article: WriteArticle) -> None:
    """With `drop` the item is in no feed while it is broken; mended, everything is as it was."""
    policy(two, "drop")
    run(two)
    before = tree(two)
    write_article("a.md", publishedDateTime="soon")
    report = run(two)
    assert (report.ok, report.published, len(report.failed)) == (False, 1, 1)
    assert report.changed_feeds[0].reason == "an article is broken"
    assert report.gone_feeds == ("topics/alone",)
    assert "topics/alone/rss.xml" not in tree(two)
    write_article("a.md", title="a", topics="[Alone]")
    assert run(two).ok
    assert tree(two) == before


def test_drop_needs_no_index(two: Path, write_article: WriteArticle) -> None:
    """With `drop` the output follows from the sources alone: without the index it comes out the same."""
    policy(two, "drop")
    write_article("a.md", publishedDateTime="soon")
    run(two)
    before = tree(two)
    for path in (two / ".syndicate").iterdir():
        path.unlink()
    run(two)
    assert tree(two) == before


def test_drop_gives_way_to_another_file_of_the_id(two: Path, write_article: WriteArticle) -> None:
    """Where two files have one id, the one that stays is published when the other breaks and is dropped."""
    write_article("c.md", title="c one", id="x", updatedDateTime="2024-02-01")
    write_article("d.md", title="d one", id="x", updatedDateTime="2024-03-01")
    policy(two, "drop")
    run(two)
    assert b"d one" in tree(two)["all/rss.xml"]
    write_article("d.md", publishedDateTime="soon", id="x")
    assert run(two).merged == ()
    assert b"c one" in tree(two)["all/rss.xml"]


def test_a_policy_may_change(two: Path, write_article: WriteArticle) -> None:
    """From `keep` to `drop` what stood in for broken articles goes at once; no way back brings it back."""
    write_article("a.md", publishedDateTime="soon")
    assert run(two).published == 2
    policy(two, "drop")
    report = run(two)
    assert (report.published, told(report)) == (1, [""])
    policy(two, "keep")
    assert (run(two).published, len(run(two).failed)) == (1, 1)


def test_drop_does_not_empty_the_feeds(two: Path, write_article: WriteArticle) -> None:
    """Where every article breaks, `drop` stops as sources without articles do; nothing is changed."""
    policy(two, "drop")
    run(two)
    before = tree(two)
    for name in ("a.md", "b.md"):
        write_article(name, publishedDateTime="soon")
    with pytest.raises(NoArticlesError, match=r"\(2 failed\)"):
        run(two)
    assert tree(two) == before


def test_fail_changes_nothing_and_names_everything(two: Path, write_article: WriteArticle) -> None:
    """With `fail` any broken article stops the run: exit 1, each one named, no file of the output touched."""
    policy(two, "fail")
    run(two)
    before = tree(two)
    write_article("a.md", publishedDateTime="soon")
    write_article("c.md", publishedDateTime="soon")
    write_article("b.md", title="a new title")
    for _ in range(2):
        result = command(two, "--now", "2024-06-02")
        assert (result.exit_code, result.stdout) == (1, "")
        *failed, error = result.stderr.splitlines()
        assert [line.partition(": publishedDateTime: ")[2] for line in failed] == [BROKEN, BROKEN]
        assert error == "error: 2 articles failed, and on_error is fail: nothing was changed"
    assert tree(two) == before
    (two / "articles" / "c.md").unlink()
    write_article("a.md", title="a", topics="[Alone]")
    report = run(two)
    assert (report.ok, {each.path for each in report.changed_feeds}) == (True, {"all"})


def test_fail_publishes_nothing_the_first_time(site: Path, write_article: WriteArticle) -> None:
    """With `fail` a first run over a broken article makes no output, and its error holds what failed."""
    write_article("a.md")
    write_article("b.md", publishedDateTime="soon")
    policy(site, "fail")
    with pytest.raises(BrokenArticlesError, match=r"^1 article failed") as caught:
        run(site)
    assert [problem.field for problem in caught.value.failed] == [("publishedDateTime",)]
    assert not (site / "feeds").exists()


def test_another_word_is_refused(site: Path) -> None:
    """Only the three policies are known."""
    policy(site, "ignore")
    with pytest.raises(ConfigError, match=r"on_error: found 'ignore', expected .*keep"):
        run(site)


# What the report tells.


def test_the_age_of_the_last_good_version(two: Path, write_article: WriteArticle) -> None:
    """The report tells of when the version is that stays, and for how long the article has been broken."""
    run(two, NOW + DAY, full=True)
    write_article("a.md", publishedDateTime="soon")
    assert told(run(two, NOW + 5 * DAY)) == ["(its version of 2024-06-01 stays published)"]
    write_article("a.md", publishedDateTime="soonest")
    report = run(two, NOW + 8 * DAY)
    assert told(report) == ["(its version of 2024-06-01 stays published, broken for 3 days)"]
    assert "1 broken article stays published in the last good version" in list(report.summary())
    write_article("a.md", title="mended")
    assert run(two, NOW + 9 * DAY).ok
    write_article("a.md", publishedDateTime="soon")
    assert told(run(two, NOW + 10 * DAY)) == ["(its version of 2024-06-10 stays published)"]


def test_a_version_that_is_read_again_keeps_its_age(two: Path, write_article: WriteArticle) -> None:
    """Neither another configuration nor `--full` makes an old version, or a failure, look young."""
    policy(two, "keep")
    run(two, NOW + DAY)
    write_article("a.md", publishedDateTime="soon")
    run(two, NOW + 2 * DAY)
    report = run(two, NOW + 4 * DAY, full=True)
    assert told(report) == ["(its version of 2024-06-01 stays published, broken for 2 days)"]


def test_what_was_never_good_has_no_version(two: Path, write_article: WriteArticle) -> None:
    """An article that was never good says only how long it has been broken."""
    write_article("c.md", publishedDateTime="soon")
    assert told(run(two)) == [""]
    report = run(two, NOW + timedelta(hours=2))
    assert told(report) == ["(broken for 2 hours)"]
    assert not [line for line in report.summary() if "last good version" in line]


@pytest.mark.parametrize(
    "fields", [{"draft": "true"}, {"publishedDateTime": "2025-01-01"}, {"removed": "true"}]
)
def test_a_version_that_no_reader_sees_is_only_kept(
    fields: dict[str, str], two: Path, write_article: WriteArticle
) -> None:
    """A last good version that is a draft, removed or not due is not said to be published."""
    write_article("c.md", **fields)
    run(two)
    write_article("c.md", publishedDateTime="soon")
    assert told(run(two, NOW + DAY)) == ["(its version of 2024-06-01 is kept)"]


def test_a_clock_that_was_set_back_gives_no_age(two: Path, write_article: WriteArticle) -> None:
    """Where the present lies before the failure, no age is told."""
    write_article("a.md", publishedDateTime="soon")
    run(two)
    assert told(run(two, NOW - DAY)) == ["(its version of 2024-06-01 stays published)"]


def test_the_oldest_version_is_named() -> None:
    """Where several stay published, the summary says how many and of when the oldest one is."""
    old, new = (datetime(2024, 5, day, tzinfo=UTC) for day in (1, 9))
    failed = tuple(
        Failure(found="a", expected="b", version_of=version, stays_published=stays)
        for version, stays in (
            (new, True),
            (old, True),
            (datetime(2020, 1, 1, tzinfo=UTC), False),
            (None, False),
        )
    )
    from test_report import report

    expected = "2 broken articles stay published in the last good version, the oldest of 2024-05-01"
    assert expected in list(report(failed=failed).summary())


def test_the_report_tells_machines_and_people_the_same(two: Path, write_article: WriteArticle) -> None:
    """`--report` has both instants as fields, and the line as it was printed."""
    write_article("a.md", publishedDateTime="soon")
    run(two)
    result = command(two, "--now", "2024-06-06T12:00:00Z", "--report", str(two / "report.json"))
    (failed,) = json.loads((two / "report.json").read_text())["failed"]
    assert failed["broken_since"] == failed["version_of"] == "2024-06-01T12:00:00Z"
    assert failed["stays_published"] is True
    assert result.stderr.splitlines() == [f"failed: {failed['text']}"]
    assert failed["text"].endswith("(its version of 2024-06-01 stays published, broken for 5 days)")


def test_a_watch_tells_it_too(two: Path, write_article: WriteArticle) -> None:
    """`watch` tells of the version that stays; with `fail` it tells what failed, and that this stops it."""
    config = two / "config" / "syndicate.yaml"
    options = Options(now=NOW + DAY, jobs=1)
    with Watcher(str(config), lambda: load_settings(config), options) as watcher:
        watcher.rebuild()
        path = str(write_article("a.md", publishedDateTime="soon"))
        failed, _ = watcher.rebuild([path])
        assert failed.endswith(f"{BROKEN} (its version of 2024-06-01 stays published)")
        policy(two, "fail")
        error = "error: 1 article failed, and on_error is fail: nothing was changed"
        assert watcher.rebuild([str(config)]) == [error]
        other = str(write_article("b.md", publishedDateTime="soon"))
        new, stopped = watcher.rebuild([other])
        assert (new.endswith(BROKEN), stopped) == (True, error.replace("1 article", "2 articles"))


def test_a_watch_forgets_nothing_that_it_was_refused(two: Path, write_article: WriteArticle) -> None:
    """What changed while `fail` stopped everything is taken in as soon as nothing is broken any more."""
    policy(two, "fail")
    run(two)
    before = tree(two)
    config = two / "config" / "syndicate.yaml"
    options = Options(now=NOW, jobs=1)
    with Watcher(str(config), lambda: load_settings(config), options) as watcher:
        watcher.rebuild()
        broken, good = write_article("a.md", publishedDateTime="soon"), write_article("b.md", title="new")
        assert watcher.rebuild([str(broken), str(good)])[-1].startswith("error: 1 article failed")
        assert watcher.rebuild([str(write_article("c.md"))])[-1].startswith("error: 1 article failed")
        assert tree(two) == before
        watcher.rebuild([str(write_article("a.md", title="a", topics="[Alone]"))])
    found = tree(two)
    assert b"<title>new</title>" in found["all/rss.xml"]
    run(two)
    assert tree(two) == found


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        *((-90, ""), (0, ""), (59, ""), (60, "1 minute"), (3599, "59 minutes"), (3600, "1 hour")),
        *((86_399, "23 hours"), (86_400, "1 day"), (5 * 86_400 + 1, "5 days"), (1200 * 86_400, "1,200 days")),
    ],
)
def test_an_age_is_told_in_its_largest_unit(seconds: int, text: str) -> None:
    """An age is whole days, else hours, else minutes; below a minute, and before now, it is none."""
    assert spell_age(timedelta(seconds=seconds)) == text
