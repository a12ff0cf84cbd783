"""The index: windows in order, one article an id, what a change touches; and nothing that cannot be lost."""

from __future__ import annotations

import itertools
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from syndicate import Report, build, load_settings
from syndicate.errors import Problem
from syndicate.index import Index
from syndicate.indexfile import SCHEMA_VERSION, ArticleRow, FileRow, IndexBroken, KnownFile, Member, put_aside
from syndicate.report import Failure, FeedReport

ALWAYS = {"after": -(10**12), "until": 10**12, "limit": None}
NOTE = Problem(path="a.md", field=("heat",), found="'x'", expected="a number")
FAILED = Problem(path="a.md", line=2, field=("title",), found="nothing", expected="a title")

BEGAN = datetime(2024, 6, 1, tzinfo=UTC)


@pytest.fixture
def index() -> Iterator[Index]:
    """An empty index in memory, with a run begun."""
    with Index.open(":memory:") as opened:
        opened.begin(int(BEGAN.timestamp()))
        yield opened


def row(path: str, *, source: int = 0, digest: bytes = b"1", **article: Any) -> FileRow:
    """A file with a good article; without further words it stands in the feed of everything."""
    members = article.pop("members", ("all/",))
    unseen, look = article.pop("unseen", path), article.pop("look", "")
    known: dict[str, Any] = {"id": path, "published": 10, "removed": False, "draft": False}
    known |= {"capped": 0, "repeated": 0, "notes": None}
    known |= article
    known.setdefault("updated", known["published"])
    seen = f"{unseen}#{known['id']} {known['published']} {known['updated']} {look}"
    whole = ArticleRow(
        **{"record": seen.encode(), **known},
        members=tuple(each if isinstance(each, tuple) else (each, True) for each in members),
    )
    return FileRow(source=source, path=path, size=1, mtime=2, read_at=3, digest=digest, article=whole)


def alike(one: bytes, other: bytes) -> bool:
    """Readers see of a record what follows its hash sign."""
    return one.partition(b"#")[2] == other.partition(b"#")[2]


def failed(path: str, *, source: int = 0, problem: Problem = FAILED) -> FileRow:
    """A file that could not be read."""
    encoded = msgspec.msgpack.encode(problem)
    return FileRow(source=source, path=path, size=9, mtime=9, read_at=9, digest=b"9", problem=encoded)


def failure(**facts: Any) -> Failure:
    """FAILED as the index tells it: broken since the run of the fixture, with further facts."""
    return Failure(**msgspec.structs.asdict(FAILED), broken_since=BEGAN, **facts)


def put(index: Index, wanted: FileRow, *, drafts: bool = False) -> set[str]:
    """Store a version of a file and settle: the feeds that this touches."""
    before = index.known_file(wanted.source, wanted.path)
    touched = index.replace_file(before, wanted, include_unpublished=drafts, alike=alike)
    return touched | index.settle(everything=False, include_unpublished=drafts)


def forget(index: Index, path: str, source: int = 0) -> set[str]:
    """Forget a file and settle: the feeds that this touches."""
    known = index.known_file(source, path)
    assert known
    touched = index.forget_files([known.file])
    return touched | index.settle(everything=False, include_unpublished=False)


def known_files(index: Index) -> dict[tuple[int, str], KnownFile]:
    """Every file that is known, by its source and path."""
    keys = [(source, path) for source, paths in enumerate(index.stamps(3, 0)) for path in paths]
    return {key: known for key in keys if (known := index.known_file(*key))}


def shown(index: Index, feed: str = "all/", **window: Any) -> list[str]:
    """The paths of the articles in a feed, newest first."""
    paths = {known.file: path for (_, path), known in known_files(index).items()}
    return [paths[member.file] for member in index.window(feed, **{**ALWAYS, **window})]


# Windows.


def test_a_window_is_newest_first_then_by_id(index: Index) -> None:
    """The order is total: published descending, then id ascending, whatever the order of arrival (law 9)."""
    rows = [row("a", id="3"), row("b", id="1"), row("c", id="2", published=11), row("d", id="0", published=9)]
    expected = ["c", "b", "a", "d"]
    for arrived in itertools.permutations(rows):
        index.clear()
        for each in arrived:
            put(index, each)
        assert shown(index) == expected
        index.clear()
        index.add_files(arrived, include_unpublished=False)
        assert shown(index) == expected


@pytest.mark.parametrize(
    ("window", "expected"),
    [
        ({}, ["14", "13", "12", "11"]),
        ({"limit": 2}, ["14", "13"]),
        ({"limit": 0}, []),
        ({"after": 12}, ["14", "13"]),
        ({"until": 12}, ["12", "11"]),
        ({"after": 11, "until": 13}, ["13", "12"]),
        ({"after": 11, "until": 13, "limit": 1}, ["13"]),
        ({"after": 13, "until": 13}, []),
    ],
)
def test_a_window_has_bounds(index: Index, window: dict[str, Any], expected: list[str]) -> None:
    """A window begins after one instant, ends with another, and holds no more than its limit."""
    index.add_files([row(str(n), published=n) for n in (11, 12, 13, 14)], include_unpublished=False)
    assert shown(index, **window) == expected


def test_a_window_tells_when_its_articles_were_updated(index: Index) -> None:
    """A feed's date comes from the members of its window."""
    put(index, row("a", published=10, updated=20))
    (known,) = known_files(index).values()
    assert index.window("all/", **ALWAYS) == [Member(known.file, 20)]


def test_instants_before_1970_are_ordered_too(index: Index) -> None:
    """Dates have no least one."""
    index.add_files([row("a", published=-(10**10)), row("b", published=-5)], include_unpublished=False)
    assert shown(index) == ["b", "a"]
    assert shown(index, until=-6) == ["a"]


def test_only_the_published_are_in_a_window(index: Index) -> None:
    """Removed and unpublished articles stand nowhere; the latter do where drafts are asked for (law 10)."""
    rows = [row("a"), row("b", draft=True), row("c", removed=True), row("d", draft=True, removed=True)]
    index.add_files(rows, include_unpublished=False)
    assert shown(index) == ["a"]
    index.clear()
    index.add_files(rows, include_unpublished=True)
    assert shown(index) == ["a", "b"]


# One article an id (law 3).

RIVALS = [
    ({"updated": 30, "path": "a"}, {"updated": 20, "path": "z"}),
    ({"path": "b/a"}, {"path": "a/a"}),
    ({"path": "a", "source": 0}, {"path": "a", "source": 1}),
    ({"path": "b", "source": 1}, {"path": "a", "source": 0}),
    ({"updated": 30, "draft": True, "path": "a"}, {"path": "z"}),
    ({"updated": 30, "removed": True, "path": "a"}, {"path": "z"}),
]


@pytest.mark.parametrize(
    ("winner", "loser"), RIVALS, ids=["updated", "path", "source", "path-first", "draft", "removed"]
)
@pytest.mark.parametrize("order", [0, 1], ids=["winner-first", "loser-first"])
@pytest.mark.parametrize("at_once", [False, True], ids=["one-by-one", "at-once"])
def test_two_files_with_one_id_are_one_article(
    index: Index, winner: Any, loser: Any, order: int, at_once: bool
) -> None:
    """The later `updated` stays, then the greater path, then the first source, in any order of arrival.

    The one that stays stays even where it is not published: it is the article's last word.
    """
    kept, gone = row(**winner, id="x"), row(**loser, id="x", record=b"loser")
    arrived = [gone, kept] if order else [kept, gone]
    if at_once:
        index.add_files(arrived, include_unpublished=False)
        index.settle(everything=True, include_unpublished=False)
    else:
        for each in arrived:
            put(index, each)
    assert index.merged() == [("x", (gone.source, gone.path), (kept.source, kept.path))]
    assert kept.article
    live = not (kept.article.draft or kept.article.removed)
    members = index.window("all/", **ALWAYS)
    assert [record for _, record in index.records([each.file for each in members])] == [
        kept.article.record
    ] * live


@pytest.mark.parametrize("leaves", ["forget", "other-id", "older"])
def test_the_loser_comes_back(index: Index, leaves: str) -> None:
    """When the winner goes, gets another id or becomes the older one, the other file shows, and is told."""
    put(index, row("a", id="x", updated=20, members=("all/", "topics/old")))
    put(index, row("b", id="x", updated=30))
    assert shown(index) == ["b"]
    assert shown(index, "topics/old") == []
    if leaves == "forget":
        touched = forget(index, "b")
    else:
        other = {"id": "y"} if leaves == "other-id" else {"id": "x", "updated": 10}
        touched = put(index, row("b", digest=b"2", **other))
    assert touched == {"all/", "topics/old"}
    assert shown(index, "topics/old") == ["a"]
    assert shown(index) == (["a", "b"] if leaves == "other-id" else ["a"])
    assert bool(index.merged()) == (leaves == "older")


def test_the_loser_goes_and_nobody_sees_it(index: Index) -> None:
    """A file that gave way may come, change and go without touching a feed."""
    put(index, row("b", id="x", updated=30))
    put(index, row("a", id="x", updated=20, members=("topics/t",)))
    assert put(index, row("a", id="x", updated=21, look="2", digest=b"2", members=("topics/t",))) <= {
        "topics/t"
    }
    assert shown(index, "topics/t") == []
    assert forget(index, "a") == set()
    assert shown(index) == ["b"]


def test_every_loser_is_told_with_the_winner(index: Index) -> None:
    """Of three files with one id both losers are paired with the one that stays, in the order of paths."""
    for path in "cab":
        put(index, row(f"{path}/x", id="x"))
    assert index.merged() == [("x", (0, "a/x"), (0, "c/x")), ("x", (0, "b/x"), (0, "c/x"))]


states = st.builds(
    lambda path, **article: row(path, **article, members=("all/", f"topics/{path}")),
    st.sampled_from("abcd"),
    source=st.sampled_from([0, 1]),
    id=st.sampled_from("xyz"),
    published=st.sampled_from([1, 2]),
    updated=st.sampled_from([3, 4]),
    draft=st.booleans(),
    removed=st.booleans(),
    look=st.sampled_from("12"),
)


def everything_of(index: Index) -> Any:
    """All that can be asked of an index, but for the numbers of its files."""
    feeds = sorted(index.member_feeds())
    return (
        {feed: shown(index, feed) for feed in feeds},
        index.merged(),
        index.counts(1, include_unpublished=False),
        index.next_due(1),
        {feed: index.newest_own(feed, 10) for feed in feeds},
    )


@hypothesis_settings(deadline=None, max_examples=100)
@given(st.lists(st.tuples(states, st.booleans()), max_size=12))
def test_steps_lead_where_a_clean_start_does(steps: list[tuple[FileRow, bool]]) -> None:
    """After any files came, changed and went, the index says what a new one does; what differs was told."""
    with Index.open(":memory:") as stepped, Index.open(":memory:") as clean:
        stepped.begin()
        present: dict[tuple[int, str], FileRow] = {}
        for number, (wanted, goes) in enumerate(steps):
            key = (wanted.source, wanted.path)
            before = {feed: shown_records(stepped, feed) for feed in stepped.member_feeds()}
            if goes and key in present:
                touched = forget(stepped, wanted.path, wanted.source)
                del present[key]
            elif not goes:
                present[key] = msgspec.structs.replace(wanted, digest=bytes([number]))
                touched = put(stepped, present[key])
            else:
                continue
            after = {feed: shown_records(stepped, feed) for feed in stepped.member_feeds()}
            changed = {feed for feed in before.keys() | after.keys() if before.get(feed) != after.get(feed)}
            assert changed <= touched
        clean.begin()
        clean.add_files(list(present.values()), include_unpublished=False)
        clean.settle(everything=True, include_unpublished=False)
        assert everything_of(stepped) == everything_of(clean)


def shown_records(index: Index, feed: str) -> list[tuple[int, bytes]]:
    """What a feed shows, in order."""
    members = index.window(feed, **ALWAYS)
    records = dict(index.records([member.file for member in members]))
    return [(member.updated, records[member.file]) for member in members]


# What a change touches (law 2).

BEFORE: dict[str, Any] = {"members": ("all/", "topics/a")}


@pytest.mark.parametrize(
    ("after", "touched"),
    [
        ({}, set()),
        ({"unseen": "another heat", "capped": 3, "notes": b"\x90"}, set()),
        ({"members": ("all/", "topics/a", "named/hot")}, {"named/hot"}),
        ({"members": ("all/",)}, {"topics/a"}),
        ({"members": ("all/", "topics/b")}, {"topics/a", "topics/b"}),
        ({"look": "2"}, {"all/", "topics/a"}),
        ({"updated": 20}, {"all/", "topics/a"}),
        ({"published": 11, "updated": 11}, {"all/", "topics/a"}),
        ({"id": "other"}, {"all/", "topics/a"}),
        ({"look": "2", "members": ("all/", "topics/b")}, {"all/", "topics/a", "topics/b"}),
        ({"draft": True}, {"all/", "topics/a"}),
        ({"removed": True, "look": "2"}, {"all/", "topics/a"}),
    ],
    ids=lambda value: "-".join(value) or "nothing" if isinstance(value, dict) else "",
)
def test_a_change_touches_the_feeds_that_show_it(
    index: Index, after: dict[str, Any], touched: set[str]
) -> None:
    """What nobody sees touches nothing; else the feeds that the article stood in, or stands in now."""
    assert put(index, row("a", **BEFORE)) == {"all/", "topics/a"}
    assert put(index, row("a", **{**BEFORE, **after}, digest=b"2")) == touched


def test_a_draft_comes_and_goes_unseen(index: Index) -> None:
    """An article that is not published touches nothing until it is, and then all of its feeds."""
    assert put(index, row("a", draft=True)) == set()
    assert put(index, row("a", draft=True, look="2", digest=b"2")) == set()
    assert put(index, row("a", look="2", digest=b"3")) == {"all/"}
    assert forget(index, "a") == {"all/"}
    assert known_files(index) == {}
    assert list(index.all_records()) == []


def test_a_file_that_fails_keeps_its_last_good_article(index: Index) -> None:
    """A broken version touches nothing and is told; a good one takes its place and ends that (law 5)."""
    put(index, row("a"))
    assert put(index, failed("a")) == set()
    assert (shown(index), *index.failures(99)) == (["a"], failure(version_of=BEGAN, stays_published=True))
    assert index.counts(99, include_unpublished=False)["articles"] == 1
    known = index.known_file(0, "a")
    assert known
    assert (known.size, known.digest) == (9, b"9")
    assert put(index, row("a", digest=b"2")) == set()
    assert index.failures(99) == ()
    assert put(index, failed("a")) == set()
    assert forget(index, "a") == {"all/"}
    assert index.failures(99) == ()


def test_a_file_that_never_was_good_is_a_failure_alone(index: Index) -> None:
    """A new file that fails is known, with its problem, and stands nowhere."""
    assert put(index, failed("a")) == set()
    assert index.failures(99) == (failure(),)
    assert index.count_files() == 1
    assert index.counts(99, include_unpublished=False)["articles"] == 0
    assert put(index, row("a", digest=b"2")) == {"all/"}


def test_a_touched_file_is_known_by_its_new_time(index: Index) -> None:
    """Size and mtime follow the file though its bytes, and so its article, stay."""
    put(index, row("a"))
    known = index.known_file(0, "a")
    assert known
    index.touch_files([(5, 6, 7, known.file)])
    assert index.known_file(0, "a") == msgspec.structs.replace(known, size=5, mtime=6, read_at=7)
    assert index.known_file(1, "a") is None


def test_files_below_a_folder_are_known(index: Index) -> None:
    """A folder that went held articles if a file is known below it, and not only beside it."""
    index.add_files([row("a/b/c.md"), row("a.md"), row("ab/c.md"), row("é/a.md")], include_unpublished=False)
    folders = ("a", "a/b", "ab", "é", "a/b/c.md", "b", "a/c", "a.md")
    assert [folder for folder in folders if index.has_below(0, folder)] == ["a", "a/b", "ab", "é"]
    assert not index.has_below(1, "a")


def test_the_feeds_of_a_file_are_those_it_shows_in(index: Index) -> None:
    """A file's feeds are listed in order; one that is not published, or gave way, has none."""
    index.add_files(
        [
            row("a", id="x", updated=30, members=("topics/t", "all/")),
            row("b", id="x"),
            row("c", draft=True),
        ],
        include_unpublished=False,
    )
    index.settle(everything=True, include_unpublished=False)
    files = {path: known.file for (_, path), known in known_files(index).items()}
    found = {path: index.feeds_of(file) for path, file in files.items()}
    assert found == {"a": ["all/", "topics/t"], "b": [], "c": []}


def test_a_new_grouping_puts_articles_elsewhere(index: Index) -> None:
    """When the configuration changes every article finds its feeds anew, and one an id shows as before."""
    rows = [row("a", id="x", updated=30), row("b", id="x", updated=20), row("c", draft=True)]
    index.add_files(rows, include_unpublished=False)
    index.settle(everything=True, include_unpublished=False)
    files = [file for file, _ in index.all_records()]
    index.replace_members(((file, [("named/n", False)]) for file in files), include_unpublished=True)
    index.settle(everything=True, include_unpublished=True)
    assert index.member_feeds() == {"named/n"}
    assert shown(index, "named/n") == ["c", "a"]
    assert [dropped for _, dropped, _ in index.merged()] == [(0, "b")]


# Time.

TIMES = [row("a", published=10), row("b", published=20, members=("all/", "topics/t")), row("c", published=30)]


@pytest.mark.parametrize(
    ("after", "until", "feeds"),
    [
        (0, 9, set()),
        (0, 10, {"all/"}),
        (10, 19, set()),
        (10, 20, {"all/", "topics/t"}),
        (20, 99, {"all/"}),
        (30, 99, set()),
    ],
)
def test_what_becomes_due_touches_its_feeds(index: Index, after: int, until: int, feeds: set[str]) -> None:
    """An article is due from its instant on: after the last run, and not after this one."""
    index.add_files(TIMES, include_unpublished=False)
    assert index.feeds_due_between(after, until) == feeds


@pytest.mark.parametrize(("now", "due"), [(0, 10), (9, 10), (10, 20), (29, 30), (30, None)])
def test_the_next_article_that_becomes_due(index: Index, now: int, due: int | None) -> None:
    """The next instant at which time alone changes something is that of the next article."""
    index.add_files(TIMES, include_unpublished=False)
    assert index.next_due(now) == due


@pytest.mark.parametrize("hidden", [{"draft": True}, {"removed": True}, {"id": "c", "updated": 0}])
def test_what_is_hidden_never_becomes_due(index: Index, hidden: dict[str, Any]) -> None:
    """Unpublished, removed and merged articles do not wait for their time."""
    rows = [*TIMES, row("d", **{"published": 40, **hidden})]
    index.add_files(rows, include_unpublished=False)
    index.settle(everything=True, include_unpublished=False)
    assert index.next_due(30) is None
    assert index.feeds_due_between(30, 99) == set()


@pytest.mark.parametrize(
    ("feed", "after", "until", "oldest"),
    [
        ("all/", 0, 99, 10),
        ("all/", 10, 99, 20),
        ("all/", 10, 19, None),
        ("all/", 30, 99, None),
        ("topics/t", 0, 99, 20),
        ("topics/none", 0, 99, None),
    ],
)
def test_the_oldest_of_a_feed(index: Index, feed: str, after: int, until: int, oldest: int | None) -> None:
    """What leaves a feed next by its age is the oldest one in it."""
    index.add_files(TIMES, include_unpublished=False)
    assert index.oldest_after(feed, after, until) == oldest


# Names, feeds, documents, meta.


def test_the_newest_own_word_decides_about_a_name(index: Index) -> None:
    """A topic is called as the newest published article that names it itself calls it."""
    child = (("topics/t", False),)
    rows = [
        row("old", published=10, members=("topics/t",), record=b"old"),
        row("new", published=20, members=("topics/t",), record=b"new"),
        row("child", published=30, members=child, record=b"child"),
        row("draft", published=30, members=("topics/t",), draft=True, record=b"draft"),
    ]
    index.add_files(rows, include_unpublished=False)
    found = [index.newest_own("topics/t", until) for until in (9, 10, 20, 99)]
    assert found == [None, b"old", b"new", b"new"]


def test_of_two_newest_the_lesser_id_decides(index: Index) -> None:
    """Names follow the total order too."""
    index.add_files([row("b", record=b"b"), row("a", record=b"a")], include_unpublished=False)
    assert index.newest_own("all/", 99) == b"a"


def test_a_new_name_touches_every_feed_that_shows_it(index: Index) -> None:
    """The feeds that share an article with a topic show the topic's name, if the article says it itself."""
    index.add_files(
        [
            row("a", members=("all/", "topics/t", "providers/p")),
            row("b", members=(("topics/t", False), "providers/q")),
            row("c", members=("topics/t", "providers/r"), draft=True),
            row("d", members=("providers/s",)),
        ],
        include_unpublished=False,
    )
    assert index.feeds_sharing_articles_with("topics/t") == {"all/", "topics/t", "providers/p"}


def test_names_are_kept_and_forgotten(index: Index) -> None:
    """A name can be set, replaced and forgotten."""
    index.set_name("topics/t", b"T")
    index.set_name("topics/t", b"T!")
    index.set_name("topics/u", b"U")
    index.set_name("topics/u", None)
    index.set_name("topics/u", None)
    assert index.names() == {"topics/t": b"T!"}


def feed_report(path: str, *files: str) -> FeedReport:
    """What the report says of a feed."""
    return FeedReport(
        path=path, title="T", kind="all", items=1, updated=datetime(2024, 1, 1, tzinfo=UTC), files=files
    )


def test_feeds_are_kept_in_the_order_of_their_paths(index: Index) -> None:
    """Feeds come back as they were, by path; those without files have none, and a forgotten one is gone."""
    z, a, few = feed_report("z", "z/1", "z/2"), feed_report("a", "a/1"), feed_report("few")
    for key, report in (("k/z", z), ("k/a", feed_report("b")), ("k/few", few), ("k/gone", a), ("k/a", a)):
        index.set_feed(key, report)
    index.set_feed("k/gone", None)
    assert list(index.feeds().items()) == [("k/a", a), ("k/few", few), ("k/z", z)]
    assert sorted(index.feed_paths()) == [("k/a", "a"), ("k/z", "z")]
    assert sorted(index.wanted_files()) == ["a/1", "z/1", "z/2"]


def test_an_archive_goes_with_its_feed(index: Index) -> None:
    """Periods are kept by feed, with their files among those that are wanted, until the feed has none."""
    feed = msgspec.structs.replace(feed_report("a", "a/1"), archives=2)
    index.set_feed("k/a", feed)
    for period, head in (("2023", b"old"), ("2024", b"x"), ("2023", b"new")):
        index.set_period("k/a", period, [f"a/{period}/1", f"a/{period}/2"], head)
    index.set_period("k/b", "2024", ["b/2024/1"], b"b")
    assert index.archive("k/a") == {"2023": b"new", "2024": b"x"}
    wanted = ["a/1", "a/2023/1", "a/2023/2", "a/2024/1", "a/2024/2", "b/2024/1"]
    assert sorted(index.wanted_files()) == wanted
    index.forget_periods("k/a", ["2024", "1999"])
    assert index.archive("k/a") == {"2023": b"new"}
    index.set_feed("k/a", msgspec.structs.replace(feed, archives=0))
    assert (index.archive("k/a"), index.archive("k/b")) == ({}, {"2024": b"b"})
    index.set_feed("k/b", None)
    assert index.wanted_files() == ["a/1"]


def test_a_lost_file_of_an_archive_costs_its_period(index: Index) -> None:
    """Of files that are not as they were left, the feeds are told; a period that had one is forgotten."""
    copied = msgspec.structs.replace(feed_report("a", "a/1", "a/2"), former=("old",), archives=2)
    index.set_feed("k/a", copied)
    index.set_feed("k/b", feed_report("b", "b/1"))
    index.set_feed("k/few", feed_report("few"))
    index.set_period("k/a", "2023", ["a/2023/1"], b"x")
    index.set_period("k/a", "2024", ["a/2024/1"], b"y")
    assert index.lose_files({"b/1", "elsewhere"}) == {"k/b"}
    assert index.lose_files({"old/2"}) == {"k/a"}
    assert index.archive("k/a") == {"2023": b"x", "2024": b"y"}
    assert index.lose_files({"a/2023/1"}) == {"k/a"}
    assert index.archive("k/a") == {"2024": b"y"}


def test_what_a_run_changed_is_known_by_its_date(index: Index) -> None:
    """The dates of what came, went or changed are told, before and after; the next run begins with none."""
    put(index, row("a", published=1))
    put(index, row("b", published=2))
    assert index.moved() == {1, 2}
    index.commit()
    index.begin()
    assert index.moved() == set()
    put(index, row("a", published=3))
    assert index.moved() == {1, 3}
    index.rollback()
    index.begin()
    forget(index, "a")
    assert index.moved() == {1}


def test_a_rival_that_gave_way_moved_too(index: Index) -> None:
    """Where another file of one id stays, the dates of both are told."""
    put(index, row("a", id="same", published=1, updated=5))
    index.commit()
    index.begin()
    put(index, row("b", id="same", published=2, updated=9))
    assert index.moved() == {1, 2}


def test_documents_are_known_by_size_and_time(index: Index) -> None:
    """What was published is known as it was left, until it is forgotten."""
    index.set_documents([("a", 1, 2), ("b", 3, 4)])
    index.set_documents([("a", 5, 2**62)])
    index.forget_documents(["b", "c"])
    assert index.documents() == {"a": (5, 2**62)}


@pytest.mark.parametrize("value", [b"\0", "text", 17, -(2**60)])
def test_a_value_is_kept_as_it_is(index: Index, value: Any) -> None:
    """What a run was about comes back at the next with its type; what was never set is None."""
    index.set_meta("x", 0)
    index.set_meta("x", value)
    assert index.meta("x") == value
    assert index.meta("y") is None


# What the report asks for.


@pytest.mark.parametrize(
    ("drafts", "expected"),
    [
        (False, {"published": 1, "not_due": 1, "unpublished": 2, "removed": 1}),
        (True, {"published": 2, "not_due": 2, "unpublished": 0, "removed": 1}),
    ],
)
def test_an_article_counts_for_the_first_reason(index: Index, drafts: bool, expected: dict[str, int]) -> None:
    """Removed goes before unpublished before not due; merged ones are none of these; drafts may be lifted."""
    rows = [
        row("a", published=10),
        row("b", published=11),
        row("c", draft=True),
        row("d", draft=True, published=11),
        row("e", removed=True, draft=True, published=11),
        row("f", id="a", updated=0, capped=100, repeated=100),
    ]
    index.add_files(rows, include_unpublished=drafts)
    index.settle(everything=True, include_unpublished=drafts)
    counts = index.counts(10, include_unpublished=drafts)
    assert counts == {**expected, "articles": 6, "capped": 0, "repeated": 0}
    assert len(index.window("all/", after=0, until=10, limit=None)) == expected["published"]


def test_an_empty_index_counts_nothing(index: Index) -> None:
    """Nothing is zero, not unknown."""
    assert set(index.counts(0, include_unpublished=False).values()) == {0}
    assert (index.failures(99), index.notes(), index.merged(), index.feeds()) == ((), (), [], {})


def test_what_was_left_out_is_summed_and_listed(index: Index) -> None:
    """Caps and repeats add up; notes and failures are listed by source and path, of used articles only."""
    other = msgspec.structs.replace(NOTE, path="b.md")
    notes = [msgspec.msgpack.encode((NOTE, other)), msgspec.msgpack.encode((other,))]
    index.add_files(
        [
            row("b", source=1, notes=notes[0], capped=2, repeated=3),
            row("b", id="x", notes=notes[1], capped=1, repeated=1),
            row("a", id="x", updated=0, notes=notes[1]),
            failed("z"),
            failed("c", problem=msgspec.structs.replace(FAILED, path="c.md")),
        ],
        include_unpublished=False,
    )
    index.settle(everything=True, include_unpublished=False)
    counts = index.counts(99, include_unpublished=False)
    assert (counts["capped"], counts["repeated"]) == (3, 4)
    assert index.notes() == (other, NOTE, other)
    assert [problem.path for problem in index.failures(99)] == ["c.md", "a.md"]


def test_records_of_many_files_come_in_chunks(index: Index) -> None:
    """However many files are asked for, each record comes once."""
    index.add_files([row(f"{n:04}") for n in range(1_203)], include_unpublished=False)
    files = [known.file for known in known_files(index).values()]
    assert len(dict(index.records(files))) == 1_203
    assert sorted(index.records(files)) == list(index.all_records())
    assert list(index.records([])) == []


# The file.


def test_what_was_not_committed_never_was(tmp_path: Path) -> None:
    """A run that is given up, or cut off, leaves the index as it was."""
    path = str(tmp_path / "sub" / "index.db")
    with Index.open(path) as index:
        index.begin()
        put(index, row("a"))
        index.commit()
    for ends in (False, True):
        with Index.open(path) as index:
            index.begin()
            put(index, row("b"))
            index.set_meta("x", 1)
            index.set_feed("all/", feed_report("all", "all/1"))
            assert shown(index) == ["a", "b"]
            if not ends:
                index.rollback()
                index.rollback()
                assert (shown(index), index.meta("x")) == (["a"], None)
    with Index.open(path) as index:
        assert (shown(index), index.meta("x"), index.feeds()) == (["a"], None, {})


def test_a_cleared_index_is_an_empty_one(index: Index) -> None:
    """`clear` forgets everything that could be asked for."""
    put(index, row("a"))
    put(index, failed("b"))
    index.set_meta("x", 1)
    index.set_name("topics/t", b"T")
    index.set_feed("all/", feed_report("all", "all/1"))
    index.set_documents([("a", 1, 2)])
    index.clear()
    assert known_files(index) == {}
    assert (index.meta("x"), index.names(), index.feeds(), index.documents()) == (None, {}, {}, {})
    assert (list(index.all_records()), index.member_feeds()) == ([], set())


def version_of(change: int) -> Callable[[Path], None]:
    """Let an index say that it is of another version."""

    def write(path: Path) -> None:
        with sqlite3.connect(path) as connection:
            connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION + change}")
        connection.close()

    return write


def cut(path: Path) -> None:
    """Leave a part of a file that does not end with a page."""
    os.truncate(path, path.stat().st_size // 2 - 100)


BROKEN: dict[str, Callable[[Path], Any]] = {
    "newer": version_of(+1),
    "older": version_of(-1),
    "garbage": lambda path: path.write_bytes(b"no database\n" * 1000),
    "truncated": cut,
    "overwritten": lambda path: path.write_bytes(path.read_bytes()[:100] + os.urandom(40_000)),
    "holes": lambda path: path.write_bytes(path.read_bytes()[:4096] + bytes(path.stat().st_size - 4096)),
}


def run(site: Path, **options: Any) -> Report:
    """Build the site, always at one instant."""
    settings = load_settings(site / "config" / "syndicate.yaml")
    return build(settings, now=datetime(2024, 6, 1, tzinfo=UTC), jobs=1, **options)


def written(site: Path) -> dict[str, bytes]:
    """Every file of the output."""
    output = site / "feeds"
    return {str(file.relative_to(output)): file.read_bytes() for file in output.rglob("*") if file.is_file()}


@pytest.mark.parametrize("how", BROKEN)
def test_a_broken_index_is_an_empty_one(how: str, site: Path, write_article: Callable[..., Path]) -> None:
    """An index that cannot be used is put aside with a warning, and the output is the right one."""
    for number in range(30):
        write_article(f"{number}.md", title=f"T{number}", topics=f"[T{number}]", excerpt="x" * 500)
    run(site)
    path = site / ".syndicate" / "index.db"
    BROKEN[how](path)
    write_article("3.md", title="Changed", topics="[Other]")
    report = run(site)
    (warning,) = report.warnings
    assert warning.startswith("the index could not be used (")
    assert warning.endswith(f"): it is begun anew, the old one is {path}.broken")
    assert path.with_name("index.db.broken").exists()
    assert report.files_read == 30
    found = written(site)
    assert b"Changed" in found["all/rss.xml"]
    assert run(site, full=True).changes.write == ()
    assert written(site) == found
    assert run(site).warnings == ()


@pytest.mark.parametrize("content", [b"", b"x"])
def test_an_empty_file_is_an_empty_index(
    content: bytes, site: Path, write_article: Callable[..., Path]
) -> None:
    """A file that was begun and never written is no damage, as SQLite sees it: it is filled."""
    write_article("a.md")
    run(site)
    (site / ".syndicate" / "index.db").write_bytes(content)
    report = run(site)
    assert (report.files_read, report.changes.write, report.warnings) == (1, (), ())


@pytest.mark.parametrize("how", ["newer", "older", "garbage"])
def test_an_index_that_cannot_be_used_is_refused(how: str, tmp_path: Path) -> None:
    """Opening says what is wrong; nobody reads another version's rows by guessing."""
    path = tmp_path / "index.db"
    Index.open(str(path)).close()
    BROKEN[how](path)
    with pytest.raises(IndexBroken, match="not a database" if how == "garbage" else "it is of version"):
        Index.open(str(path))


def test_an_index_is_put_aside_whole(tmp_path: Path) -> None:
    """The journal goes with its file, an older one aside is replaced, and nothing is not put anywhere."""
    path = tmp_path / "index.db"
    for name in ("index.db", "index.db-wal", "index.db.broken"):
        (tmp_path / name).write_text(name)
    assert put_aside(str(path)) == f"{path}.broken"
    assert {file.name: file.read_text() for file in tmp_path.iterdir()} == {
        "index.db.broken": "index.db",
        "index.db.broken-wal": "index.db-wal",
    }
    assert put_aside(str(path)) == f"{path}.broken"


def test_a_log_of_another_index_does_not_stay_beside_one_aside(tmp_path: Path) -> None:
    """SQLite would take it for what that one still has to be told, or to be rid of."""
    path = tmp_path / "index.db"
    for name in ("index.db", "index.db.broken", "index.db.broken-journal", "index.db.broken-wal"):
        (tmp_path / name).write_text(name)
    put_aside(str(path))
    assert {file.name: file.read_text() for file in tmp_path.iterdir()} == {"index.db.broken": "index.db"}


def journal_of(path: Path) -> str:
    """How an index on the disk is kept safe."""
    with closing(sqlite3.connect(path)) as connection:
        mode: str = connection.execute("PRAGMA journal_mode").fetchone()[0]
        return mode


def test_an_index_has_a_log_from_its_first_commit_on(tmp_path: Path) -> None:
    """Until then there is nothing to keep: it is filled without one, and a run that fails leaves it empty."""
    path = tmp_path / "index.db"
    with Index.open(str(path)) as index:
        index.begin()
        index.set_meta("a", 1)
    assert journal_of(path) == "delete"
    with Index.open(str(path)) as index:
        assert index.meta("a") is None
    assert journal_of(path) == "wal"
    path.unlink()
    with Index.open(str(path)) as index:
        index.begin()
        index.set_meta("a", 1)
        index.commit()
    assert journal_of(path) == "wal"


def test_a_reader_does_not_keep_a_new_index_from_lasting(tmp_path: Path) -> None:
    """Somebody who looks into it when it is committed is no error; its log is for the next run."""
    path = tmp_path / "index.db"
    with Index.open(str(path)) as index, closing(sqlite3.connect(path, isolation_level=None)) as reader:
        index._db.execute("PRAGMA busy_timeout = 1")
        index.begin()
        index.set_meta("a", 1)
        index.commit()
        # One who reads holds the file back from another kind of log, not from being read.
        assert reader.execute("SELECT value FROM meta WHERE name = 'a'").fetchone() == (1,)
    with Index.open(str(path)) as index:
        assert index.meta("a") == 1


def test_an_index_is_filled_with_all_of_its_indexes(tmp_path: Path) -> None:
    """What is sorted late is there afterwards, as in an index that was never filled, or not at all."""

    def schema(path: Path) -> list[tuple[str, str]]:
        with closing(sqlite3.connect(path)) as connection:
            return sorted(connection.execute("SELECT name, sql FROM sqlite_master WHERE sql NOTNULL"))

    with Index.open(str(tmp_path / "plain.db")):
        pass
    for name, error in (("filled.db", None), ("failed.db", OSError)):
        with Index.open(str(tmp_path / name)) as index:
            index.begin()
            with pytest.raises(OSError, match="x") if error else nullcontext(), index.filling():
                if error:
                    raise error("x")
            if not error:
                index.commit()
        assert schema(tmp_path / name) == schema(tmp_path / "plain.db")


def test_an_index_that_is_lost_costs_no_content(site: Path, write_article: Callable[..., Path]) -> None:
    """Deleting the index changes no byte of the output (law 4)."""
    write_article("a.md", topics="[A]")
    write_article("b.md", topics="[a, B]")
    run(site)
    before = written(site)
    for file in (site / ".syndicate").glob("index.db*"):
        file.unlink()
    report = run(site)
    assert (report.files_read, report.changes.write, report.warnings) == (2, (), ())
    assert written(site) == before
