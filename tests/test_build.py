from __future__ import annotations

import json
import os
import random
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from conftest import article_text

from syndicate import ConfigError, NoArticlesError, PublishError, Report, build, load_settings, read_articles

NOW = datetime(2024, 6, 1, tzinfo=UTC)
NAMES = ("atom.xml", "feed.json", "rss.xml")
WriteArticle = Callable[..., Path]


def run(site: Path, more: str = "", **options: Any) -> Report:
    """Build the site as of NOW, with further lines of configuration."""
    file = site / "config" / "syndicate.yaml"
    if more:
        file.write_text(file.read_text() + more)
    return build(load_settings(file), **{"now": NOW, **options})


def written(site: Path) -> dict[str, bytes]:
    """Every file of the output, hidden ones too."""
    output = site / "feeds"
    return {str(file.relative_to(output)): file.read_bytes() for file in output.rglob("*") if file.is_file()}


def feed(site: Path, path: str) -> dict[str, Any]:
    """A feed as its JSON says it."""
    found: dict[str, Any] = json.loads((site / "feeds" / path / "feed.json").read_text())
    return found


def titles(site: Path, path: str = "all") -> list[str]:
    """The titles of a feed's items, in their order."""
    return [item["title"] for item in feed(site, path)["items"]]


def folders(site: Path) -> set[str]:
    """The folders of the output that hold a feed."""
    return {str(file.parent.relative_to(site / "feeds")) for file in (site / "feeds").rglob("rss.xml")}


# Which feeds there are, and what they hold.


def test_there_is_a_feed_of_each_kind(site: Path, write_article: WriteArticle) -> None:
    """Everything, each topic, each provider and each named feed has a folder with three formats."""
    write_article("a.md", topics="[AI, Open Data]", provider="{name: A, domain: A.example}")
    write_article("b.md", topics="[AI]", provider="Signal Hill")
    report = run(site, "feeds: {named: {best: {title: The best}}}\n")
    expected = {
        "all",
        "best",
        "topics/ai",
        "topics/open-data",
        "providers/a.example",
        "providers/signal-hill",
    }
    assert folders(site) == {feed.path for feed in report.feeds} == expected
    paths = {path for path in written(site) if "/" in path}
    assert paths == {f"{folder}/{name}" for folder in expected for name in NAMES}
    assert {feed.path: feed.items for feed in report.feeds} == {
        **dict.fromkeys(expected, 1),
        "all": 2,
        "best": 2,
        "topics/ai": 2,
    }


def test_items_stand_newest_first(site: Path, write_article: WriteArticle) -> None:
    """The newest item comes first; of one instant, the lesser id."""
    for name, day in (("c", 1), ("a", 2), ("b", 2), ("d", 3)):
        write_article(f"{name}.md", title=name, publishedDateTime=f"2024-01-0{day}")
    run(site)
    assert titles(site) == ["d", "a", "b", "c"]


@pytest.mark.parametrize(
    ("limit", "count"), [("1", 1), ("2", 2), ("60", 60), ("100", 60), ("none", 60), ("~", 50)]
)
def test_a_limit_keeps_the_newest(limit: str, count: int, site: Path, write_article: WriteArticle) -> None:
    """A feed holds its limit of items, the newest; `none` lifts it; 50 is the default."""
    for number in range(60):
        write_article(
            f"{number:02}.md", title=f"{number:02}", publishedDateTime=f"2024-01-01T00:{number:02}:00"
        )
    run(site, f"feeds: {{all: {{limit: {limit}}}}}\n")
    assert titles(site) == [f"{number:02}" for number in range(59, -1, -1)][:count]


def test_every_kind_has_a_limit_of_its_own(site: Path, write_article: WriteArticle) -> None:
    """Limits of topics, providers and named feeds do not touch one another."""
    for number in range(5):
        write_article(f"{number}.md", topics="[T]", provider="P")
    run(
        site,
        "feeds: {all: {limit: 4}, topics: {limit: 1}, providers: {limit: 2},"
        " named: {x: {title: X, limit: 3}}}\n",
    )
    assert [len(titles(site, path)) for path in ("all", "topics/t", "providers/p", "x")] == [4, 1, 2, 3]


def test_the_date_of_a_feed_is_that_of_its_window(site: Path, write_article: WriteArticle) -> None:
    """An article beyond the limit, or hidden, does not move a feed's date, however late it was updated."""
    write_article("a.md", publishedDateTime="2024-01-01", updatedDateTime="2024-05-01")
    write_article("b.md", publishedDateTime="2024-01-02", updatedDateTime="2024-01-03")
    write_article("c.md", publishedDateTime="2024-01-05", published="false")
    report = run(site, "feeds: {all: {limit: 1}}\n")
    assert report.feeds[0].updated == datetime(2024, 1, 3, tzinfo=UTC)
    assert b"<updated>2024-01-03T00:00:00" in written(site)["all/atom.xml"]


@pytest.mark.parametrize(
    ("least", "expected", "too_few"),
    [(1, {"topics/one", "topics/two"}, 0), (2, {"topics/two"}, 1), (3, set(), 2)],
)
def test_a_topic_needs_min_items(
    least: int, expected: set[str], too_few: int, site: Path, write_article: WriteArticle
) -> None:
    """A topic with fewer articles has no feed, and the report counts it."""
    write_article("a.md", topics="[One, Two]")
    write_article("b.md", topics="[Two]")
    report = run(site, f"feeds: {{topics: {{min_items: {least}}}}}\n")
    assert folders(site) - {"all"} == expected
    assert report.too_few == too_few


@pytest.mark.parametrize(("include", "expected"), [("true", ["map", "tide"]), ("false", ["map"])])
def test_a_parent_may_include_its_children(
    include: str, expected: list[str], site: Path, write_article: WriteArticle
) -> None:
    """With `include_children` a topic's feed holds the articles of the topics below it, once each."""
    (site / "config" / "topics.yaml").write_text("- name: Maps\n- {name: Tides, parent: Maps}\n")
    write_article("m.md", title="map", topics="[Maps]")
    write_article("t.md", title="tide", topics="[Tides, Tides]")
    run(site, f"feeds: {{topics: {{include_children: {include}}}}}\n")
    assert titles(site, "topics/maps") == expected
    assert titles(site, "topics/tides") == ["tide"]


@pytest.mark.parametrize("kind", ["all", "topics", "providers"])
def test_a_kind_can_be_switched_off(kind: str, site: Path, write_article: WriteArticle) -> None:
    """`false` in place of a kind's settings leaves its feeds out, and prunes those that were there."""
    write_article("a.md", topics="[T]", provider="P")
    run(site)
    report = run(site, f"feeds: {{{kind}: false}}\n")
    assert {path.partition("/")[0] for path in folders(site)} == {"all", "topics", "providers"} - {kind}
    assert len(report.changes.delete) == 3


def test_formats_are_chosen(site: Path, write_article: WriteArticle) -> None:
    """The site's formats hold for every feed that names none."""
    write_article("a.md")
    run(site, "formats: [json]\nfeeds: {named: {x: {title: X, formats: [rss, atom]}}}\n")
    assert {path for path in written(site) if "/" in path} == {"all/feed.json", "x/rss.xml", "x/atom.xml"}


def test_a_named_feed_chooses(site: Path, write_article: WriteArticle) -> None:
    """`where`, `not` and `newer_than` together choose the articles of a named feed."""
    common = {"topics": "[AI]", "quality": "90", "publishedDateTime": "2024-05-20"}
    write_article("yes.md", **{**common, "title": "yes"})
    write_article("other-topic.md", **{**common, "topics": "[IoT]"})
    write_article("poor.md", **{**common, "quality": "10"})
    write_article("old.md", **{**common, "publishedDateTime": "2024-01-20"})
    write_article("excluded.md", **{**common, "provider": "{name: B, domain: b.example}"})
    run(
        site,
        "feeds: {named: {x: {title: X, where: {topic: [ai], min_quality: 80, newer_than: 30d,"
        " not: {provider: b.example}}}}}\n",
    )
    assert titles(site, "x") == ["yes"]
    assert len(titles(site)) == 5


def test_a_named_feed_stays_when_it_is_empty(site: Path, write_article: WriteArticle) -> None:
    """A feed that readers know does not go because nothing is in it; its date is `site.since`."""
    write_article("a.md")
    report = run(site, "feeds: {named: {x: {title: X, where: {topic: none}}}}\n")
    assert feed(site, "x")["items"] == []
    assert next(each for each in report.feeds if each.path == "x").updated == datetime(1970, 1, 1, tzinfo=UTC)


def test_topics_never_merge(site: Path, write_article: WriteArticle) -> None:
    """Names that look alike to a slug stay separate feeds; a later topic moves no address."""
    write_article("a.md", topics='[C, C++, "C#"]')
    run(site)
    before = folders(site)
    assert len(before) == 4
    write_article("b.md", topics='["c", "C--", "…", "C +", "日本", "Con"]')
    run(site)
    assert before < folders(site)
    assert len(folders(site)) == 9


# What is left out, and what is said of it.


def test_everything_hidden_is_counted(site: Path, write_article: WriteArticle) -> None:
    """Removed goes before unpublished before not due; each is counted once and appears nowhere."""
    write_article("a.md", title="shown", topics="[A]")
    write_article("b.md", published="false", topics="[B]")
    write_article("c.md", draft="true", publishedDateTime="2099-01-01")
    write_article("d.md", removed="true", published="false", publishedDateTime="2099-01-01")
    write_article("e.md", publishedDateTime="2024-06-01T00:00:01Z", topics="[E]")
    report = run(site)
    counts = (report.read, report.published, report.unpublished, report.removed, report.not_due)
    assert counts == (5, 1, 2, 1, 1)
    assert folders(site) == {"all", "topics/a"}
    report = run(site, include_unpublished=True)
    assert (report.published, report.unpublished, report.removed, report.not_due) == (2, 0, 1, 2)


def test_an_article_becomes_due(site: Path, write_article: WriteArticle) -> None:
    """The report names the next instant at which something changes by time alone; then it does."""
    write_article("a.md", title="a", publishedDateTime="2024-05-25")
    write_article("b.md", title="b", publishedDateTime="2024-06-10T12:00:00Z")
    write_article("c.md", publishedDateTime="2024-06-03", published="false")
    write_article("d.md", publishedDateTime="2024-06-03", removed="true")
    named = "feeds: {named: {new: {title: New, where: {newer_than: 2w}}}}\n"
    report = run(site, named)
    leaves, due = datetime(2024, 6, 8, tzinfo=UTC), datetime(2024, 6, 10, 12, tzinfo=UTC)
    assert report.next_event == leaves
    report = run(site, now=leaves)
    assert (titles(site), titles(site, "new")) == (["a"], [])
    assert report.next_event == due
    report = run(site, now=due)
    assert (titles(site), titles(site, "new")) == (["b", "a"], ["b"])
    assert report.next_event == datetime(2024, 6, 24, 12, tzinfo=UTC)
    assert run(site, now=datetime(2024, 7, 1, tzinfo=UTC)).next_event is None


@pytest.mark.parametrize(
    ("first", "second", "winner"),
    [
        ({"updatedDateTime": "2024-03-01"}, {}, 0),
        ({}, {"updatedDateTime": "2024-03-01"}, 1),
        ({}, {}, 1),
    ],
)
def test_two_files_with_one_id_are_one_article(
    first: dict[str, str], second: dict[str, str], winner: int, site: Path, write_article: WriteArticle
) -> None:
    """The later `updated` wins, then the greater path; the report says so."""
    names = ("a/2024-01-02-x.md", "b/2024-01-02-x.md")
    for name, fields in zip(names, (first, second), strict=True):
        write_article(name, title=name[0], **fields)
    report = run(site)
    assert titles(site) == ["ab"[winner]]
    (merged,) = report.merged
    shown = [str(site / "articles" / name) for name in names]
    assert (merged.kept, merged.dropped) == (shown[winner], shown[1 - winner])
    assert any("1 merged" in line for line in report.summary())


def test_a_bad_article_costs_one_article(site: Path, write_article: WriteArticle) -> None:
    """What cannot be used is told with path, line and field; the others go out."""
    write_article("a.md", title="good")
    write_article("b.md", publishedDateTime="yesterday")
    (site / "articles" / "c.md").write_bytes(b"---\ntitle: \xff\n---\n")
    (site / "articles" / "d.md").write_text("no front matter")
    report = run(site)
    assert not report.ok
    assert titles(site) == ["good"]
    assert [(os.path.basename(each.path), each.line) for each in report.failed] == [
        ("b.md", 3),
        ("c.md", 2),
        ("d.md", 1),
    ]
    assert report.failed[0].field == ("publishedDateTime",)


def test_nothing_is_dropped_in_silence(site: Path, write_article: WriteArticle) -> None:
    """Capped links, repeated names and values that cannot be used are counted."""
    links = "[" + ", ".join(f"{{webUrl: 'https://r.example/{number}'}}" for number in range(5)) + "]"
    write_article("a.md", related=links, topics="[AI, ai, AI]", images="['ftp://x.example/a.png']")
    report = run(site, "related: {limit: 2}\n")
    assert (report.related_capped, report.repeated, len(report.notes)) == (3, 1, 1)
    assert any(line.startswith("left out: 3 related links") for line in report.summary())


# What stops a build.


def test_empty_sources_stop_the_build(site: Path, write_article: WriteArticle) -> None:
    """Sources that suddenly hold nothing stop the build with nothing pruned, unless it is meant."""
    write_article("a.md", topics="[T]")
    run(site)
    before = written(site)
    (site / "articles" / "a.md").unlink()
    with pytest.raises(NoArticlesError, match="no articles in "):
        run(site)
    assert written(site) == before
    report = run(site, allow_empty=True)
    assert (report.read, folders(site), feed(site, "all")["items"]) == (0, {"all"}, [])


def test_articles_that_all_fail_are_none(site: Path, write_article: WriteArticle) -> None:
    """Where every article fails, the feeds stay as they are; without a last good version the build stops."""
    write_article("a.md")
    run(site)
    before = written(site)
    write_article("a.md", title="''")
    report = run(site)
    assert (report.ok, len(report.failed), report.changes.write) == (False, 1, ())
    shutil.rmtree(site / ".syndicate")
    with pytest.raises(NoArticlesError, match=r"\(1 failed\)"):
        run(site)
    assert written(site) == before


def test_every_collision_is_listed_and_nothing_written(site: Path, write_article: WriteArticle) -> None:
    """Two feeds on one path: all such paths are named, and no file is touched."""
    write_article("a.md", topics="[A, B, C, D]")
    (site / "config" / "topics.yaml").write_text(
        "- {name: A, slug: x}\n- {name: B, slug: x}\n- {name: C, slug: y}\n- {name: D, slug: y}\n"
    )
    with pytest.raises(ConfigError) as caught:
        run(site)
    assert [problem.path for problem in caught.value.problems] == ["topics/x", "topics/y"]
    assert "(topics/a, topics/b)" in caught.value.problems[0].found
    assert not (site / "feeds").exists()


def test_a_dry_run_writes_nothing(site: Path, write_article: WriteArticle) -> None:
    """A dry run tells what would be written, and leaves the output as it is."""
    write_article("a.md")
    report = run(site, dry_run=True)
    assert report.changes.create == tuple(f"all/{name}" for name in NAMES)
    assert not (site / "feeds").exists()
    run(site)
    before = written(site)
    write_article("a.md", title="Another", topics="[T]")
    report = run(site, dry_run=True)
    assert (len(report.changes.create), len(report.changes.update)) == (3, 3)
    assert written(site) == before


# The files.


def test_foreign_files_stay_and_are_counted(site: Path, write_article: WriteArticle) -> None:
    """A first build into a folder that holds other files leaves them there and says how many."""
    write_article("a.md")
    for name in ("index.html", "all/notes.txt", "old/rss.xml"):
        (site / "feeds" / name).parent.mkdir(parents=True, exist_ok=True)
        (site / "feeds" / name).write_text("foreign")
    report = run(site)
    assert report.foreign_files == 3
    for _ in range(2):
        assert {written(site)[name] for name in ("index.html", "all/notes.txt", "old/rss.xml")} == {
            b"foreign"
        }
        run(site)


def test_only_what_nothing_wants_is_pruned(site: Path, write_article: WriteArticle) -> None:
    """A feed whose last article went is deleted; every other file stays."""
    write_article("a.md", topics="[One]")
    write_article("b.md", topics="[Two]")
    run(site)
    (site / "feeds" / "topics" / "one" / "mine.txt").write_text("mine")
    (site / "articles" / "a.md").unlink()
    report = run(site)
    assert report.changes.delete == tuple(f"topics/one/{name}" for name in NAMES)
    assert sorted(file.name for file in (site / "feeds" / "topics").rglob("*") if file.is_file()) == [
        "atom.xml",
        "feed.json",
        "mine.txt",
        "rss.xml",
    ]


def test_a_second_build_writes_nothing(site: Path, write_article: WriteArticle) -> None:
    """A file whose bytes did not change is not touched, so its date on the disk stays."""
    for number in range(3):
        write_article(f"{number}.md", topics="[T]", provider="P")
    run(site)
    output = site / "feeds"
    for path in output.rglob("*"):
        os.utime(path, ns=(1, 1))
    report = run(site)
    assert (report.changes.write, report.changes.delete, len(report.changes.keep)) == ((), (), 9)
    assert {path.stat().st_mtime_ns for path in output.rglob("*")} == {1}


def test_only_the_feeds_that_hold_it_change(site: Path, write_article: WriteArticle) -> None:
    """An edit of one article rewrites the feeds that show it, and no other."""
    write_article("a.md", topics="[One]")
    write_article("b.md", topics="[Two]")
    run(site)
    write_article("a.md", topics="[One]", title="Another title")
    report = run(site)
    assert {os.path.dirname(path) for path in report.changes.update} == {"all", "topics/one"}
    assert (report.changes.create, report.changes.delete, len(report.changes.keep)) == ((), (), 3)


@pytest.mark.parametrize("target", ["2023/2024-01-02-x.md", "deep/er/2024-01-02-x.markdown"])
def test_a_dated_file_may_move(target: str, site: Path, write_article: WriteArticle) -> None:
    """A file whose name begins with a date changes no byte by moving to another folder."""
    old = write_article("2024-01-02-x.md", body="Text", topics="[T]")
    run(site)
    before = written(site)
    new = site / "articles" / target
    new.parent.mkdir(parents=True)
    old.rename(new)
    assert run(site).changes.write == ()
    assert written(site) == before


@pytest.mark.parametrize(
    "fields",
    [
        {"heat": "99.5"},
        {"quality": "1"},
        {"secured": "true"},
        {"images": "[{url: 'https://i.example/a.png', isCached: true}]"},
        {"type": "other", "category": "other", "locale": "xx", "length": "PT9M"},
        {"ampWebUrl": "https://amp.example/", "cdnAmpWebUrl": "https://cdn.example/"},
        {"somethingUnknown": "{a: [b]}"},
    ],
    ids=",".join,
)
def test_what_no_reader_sees_changes_no_byte(
    fields: dict[str, str], site: Path, write_article: WriteArticle
) -> None:
    """Volatile numbers, unknown fields and those that are only for filters touch no file."""
    known = {"heat": "1", "quality": "50", "images": "[{url: 'https://i.example/a.png', isCached: false}]"}
    write_article("a.md", **known)
    run(site)
    before = written(site)
    write_article("a.md", **{**known, **fields})
    report = run(site)
    assert (report.changes.write, report.changes.delete) == ((), ())
    assert written(site) == before


def test_secured_never_gets_out(site: Path, write_article: WriteArticle) -> None:
    """What is in `secured`, in an unknown field or beside a known one is in no file of the output."""
    write_article(
        "a.md",
        secured="SECRET-1",
        topics="[T]",
        provider="{name: P, domain: p.example, secured: SECRET-2, key: SECRET-3}",
        images="[{url: 'https://i.example/a.png', secured: SECRET-4}]",
        related="[{webUrl: 'https://r.example/', title: R, secured: SECRET-5, provider: {name: SECRET-6}}]",
        unknown="{a: {b: [SECRET-7]}}",
        actions="[{url: 'https://d.example/f.zip', type: download, secured: SECRET-8}]",
    )
    run(site)
    assert len(written(site)) == 10
    assert [path for path, body in written(site).items() if b"SECRET" in body] == []


def test_ids_survive_edits(site: Path, write_article: WriteArticle) -> None:
    """Title, address, date and body may change; the id stays, also from http to https."""
    write_article("a.md", webUrl="http://site.example/a/")
    run(site)
    before = feed(site, "all")["items"][0]["id"]
    write_article("a.md", "A body", title="B", webUrl="https://o.example/", publishedDateTime="2024-02-02")
    run(site)
    assert feed(site, "all")["items"][0]["id"] == before == "tag:site.example,2020:a"


def library(seed: int) -> list[tuple[str, str]]:
    """Articles as names and texts, of one collection for every seed: only order and folders differ."""
    steady = random.Random(7)
    articles = []
    for number in range(40):
        fields = {
            "title": f"Title {number} & <{steady.choice('abc')}>",
            "publishedDateTime": f"2024-0{steady.randint(1, 5)}-0{steady.randint(1, 2)}T00:00:00Z",
            "topics": str(steady.sample(["AI", "ai", "C", "C++", "日本", "Open Data", "open  data"], 3)),
            "provider": steady.choice(
                ["{name: One, domain: p.example}", "{name: ONE, domain: P.example}", "Q"]
            ),
            "webUrl": f"https://site.example/{number}/",
            "related": f"[{{webUrl: 'https://r.example/{number}'}}]",
            "draft": steady.choice(["true", "false", "false"]),
        }
        if number % 10 == 0:
            fields["id"] = "shared"
            fields["updatedDateTime"] = f"2024-05-{10 + number // 10}T00:00:00Z"
        articles.append((f"2024-01-02-{number}.md", article_text("Body" if number % 2 else "", **fields)))
    chance = random.Random(seed)
    chance.shuffle(articles)
    return [(f"{chance.choice(['', 'a/', 'b/c/', 'z/'])}{name}", text) for name, text in articles]


def test_no_order_of_files_reaches_a_byte(site: Path) -> None:
    """The same articles, written in any order into any folders, give the same bytes."""
    results = []
    for seed in range(6):
        shutil.rmtree(site / "articles")
        shutil.rmtree(site / "feeds", ignore_errors=True)
        for name, text in library(seed):
            file = site / "articles" / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        report = run(site)
        assert len(report.merged) == 3
        results.append(written(site))
    assert all(result == results[0] for result in results)


def test_a_build_after_others_is_a_clean_build(site: Path, write_article: WriteArticle) -> None:
    """After edits, moves, deletions and time, the files are those of a clean build, byte for byte."""
    chance = random.Random(11)
    names = [f"2024-0{number}-01-x.md" for number in range(1, 9)]
    for step in range(12):
        for name in chance.sample(names, 3):
            for old in (site / "articles").rglob(name):
                old.unlink()
            if chance.random() < 0.8:
                topics = str(chance.sample(["A", "B", "C"], chance.randint(0, 2)))
                folder = chance.choice(["", "moved/"])
                write_article(f"{folder}{name}", title=f"T{step}", publishedDateTime=name[:10], topics=topics)
        now = datetime(2024, 1 + step % 9, 15, tzinfo=UTC)
        run(site, now=now, allow_empty=True)
        after = written(site)
        shutil.rmtree(site / "feeds")
        run(site, now=now, allow_empty=True)
        assert written(site) == after


def test_a_library_caller_reads_articles(site: Path, write_article: WriteArticle) -> None:
    """`read_articles` gives what can be used, hidden or not, and what is wrong with the rest."""
    for number in range(3):
        write_article(f"{number}.md", title=f"T{number}", draft="true" if number else "false")
    write_article("3.md", publishedDateTime="soon")
    articles, failed = read_articles(load_settings(site / "config" / "syndicate.yaml"))
    assert [each.title for each in articles] == ["T0", "T1", "T2"]
    assert [(Path(each.problem.path).name, each.problem.field) for each in failed] == [
        ("3.md", ("publishedDateTime",))
    ]
    assert not (site / ".syndicate").exists()


def test_a_library_caller_is_told_how_far_it_is(site: Path, write_article: WriteArticle) -> None:
    """`build` tells its progress: each stage, how much of it is done and how much there is."""
    for number in range(3):
        write_article(f"{number}.md", topics=f"[T{number}]")
    told: list[tuple[str, int, int]] = []
    run(site, progress=lambda *step: told.append(step))
    assert {(stage, total) for stage, _, total in told} == {("reading articles", 3), ("rendering feeds", 4)}
    assert all(0 <= done <= total for _, done, total in told)


def test_the_clock_is_the_default(site: Path, write_article: WriteArticle) -> None:
    """Without an instant the present one decides."""
    write_article("a.md", title="past")
    write_article("b.md", publishedDateTime="9999-01-01")
    report = run(site, now=None)
    assert (titles(site), report.not_due) == (["past"], 1)
    assert report.now.tzinfo is UTC


# An index that cannot be kept.


def _index_below_a_file(site: Path) -> None:
    config = site / "config" / "syndicate.yaml"
    config.write_text(config.read_text() + "index: ../articles/a.md/index.db\n")


def _no_room_beside_a_broken_one(site: Path) -> None:
    state = site / ".syndicate"
    (state / "index.db.broken" / "folder").mkdir(parents=True)
    (state / "index.db").write_bytes(b"no database" * 500)


@pytest.mark.parametrize("harm", [_index_below_a_file, _no_room_beside_a_broken_one])
def test_no_place_for_an_index_is_an_error(
    harm: Callable[[Path], None], site: Path, write_article: WriteArticle
) -> None:
    """Where no index can be kept, that is said with the path, and nothing is published."""
    write_article("a.md")
    harm(site)
    with pytest.raises(PublishError, match="no index can be kept there"):
        build(load_settings(site / "config" / "syndicate.yaml"))
    assert not (site / "feeds" / "all").exists()
