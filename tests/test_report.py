from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from syndicate.errors import Problem
from syndicate.plan import Plan
from syndicate.report import ChangedFeed, Failure, FeedReport, Merged, Report, report_json

NOW = datetime(2024, 6, 1, tzinfo=UTC)
PROBLEM = Failure(path="a.md", line=3, field=("title",), found="nothing", expected="a title")
NOTE = Problem(path="b.md", field=("images", 0, "url"), found="'x'", expected="an http or https URL")


def report(**known: Any) -> Report:
    """A report of one article, with further counts."""
    counts = dict.fromkeys(("unpublished", "removed", "not_due", "related_capped", "repeated", "too_few"), 0)
    things = {"failed": (), "notes": (), "merged": (), "feeds": (), "changes": Plan()}
    return Report(**{"now": NOW, "read": 1, "published": 1, **counts, **things, **known})


def test_a_report_without_failures_is_fine() -> None:
    """Notes and merges leave a report in order; a failed article does not."""
    assert report(notes=(NOTE,), merged=(Merged(id="i", dropped="a", kept="b"),)).ok
    assert not report(failed=(PROBLEM,)).ok


def test_the_shortest_summary() -> None:
    """Counts that are zero are left out."""
    assert list(report().summary()) == [
        "1 article: 1 published",
        "files: 0 read, 1 as they were",
        "0 feeds, files: none",
    ]


def test_everything_that_happened_is_counted() -> None:
    """Nothing is dropped in silence: every count has its words."""
    feed = FeedReport(path="all", title="T", kind="all", items=1, updated=NOW, files=("all/rss.xml",))
    full = report(
        read=1234,
        published=5,
        unpublished=6,
        removed=7,
        not_due=8,
        merged=(Merged(id="i", dropped="a", kept="b"),),
        failed=(PROBLEM,),
        notes=(NOTE, NOTE),
        related_capped=9,
        repeated=10,
        too_few=11,
        feeds=(feed,),
        changes=Plan(create=("a",), update=("b", "c"), keep=("d",), delete=("e",)),
        foreign_files=12,
        gone_feeds=("topics/a", "topics/b"),
        files_read=34,
        warnings=("the index could not be used",),
        next_event=datetime(2025, 1, 2, tzinfo=UTC),
        libyaml=False,
        dry_run=True,
    )
    assert list(full.summary()) == [
        "1,234 articles: 5 published, 6 unpublished, 7 removed, 8 not due, 1 merged, 1 failed",
        "files: 34 read, 1,200 as they were",
        "1 feed, files: 1 created, 2 updated, 1 kept, 1 deleted",
        "left out: 9 related links beyond the limit, 10 repeated links or names,"
        " 2 values that cannot be used, 11 feeds below min_items",
        "feeds that are no more: topics/a, topics/b",
        "the output folder holds 12 files that are not ours; what is there stays",
        "next change by time alone: 2025-01-02T00:00:00Z",
        "PyYAML came without libyaml: everything reads the same, but slower",
        "dry run: nothing was written",
    ]


def test_the_details_name_each_thing() -> None:
    """Every merge, note and changed file is named; kept files are not."""
    full = report(
        merged=(Merged(id="i", dropped="a.md", kept="b.md"),),
        notes=(NOTE,),
        changed_feeds=(ChangedFeed(path="all", reason="a.md changed"),),
        changes=Plan(create=("n",), update=("u",), keep=("k",), delete=("d",)),
    )
    assert list(full.details()) == [
        "merged: a.md is b.md again (i)",
        "left out: b.md: images[0].url: found 'x', expected an http or https URL",
        "changed: all (a.md changed)",
        "created: n",
        "updated: u",
        "deleted: d",
    ]


@pytest.mark.parametrize("name", ["failed", "notes"])
def test_json_holds_problems_as_data_and_as_text(name: str) -> None:
    """A machine finds path, line and field; a person finds the sentence."""
    (found,) = json.loads(report_json(report(**{name: (PROBLEM,)})))[name]
    assert (found["path"], found["line"], found["field"]) == ("a.md", 3, ["title"])
    assert found["text"] == "a.md:3: title: found nothing, expected a title"


def test_a_name_that_is_not_utf_8_is_spelled_out() -> None:
    """The bytes of a file's name that no text can hold stop neither the terminal nor the JSON."""
    odd = "\udcff.md"
    full = report(
        failed=(Failure(path=odd, found="a", expected="b"),),
        merged=(Merged(id="i", dropped=odd, kept=odd),),
    )
    assert b"udcff.md" in report_json(full)
    for line in (*full.summary(), *full.details()):
        assert line.encode().isascii()


def test_json_holds_every_field() -> None:
    """The report of a machine has all the fields of Report, instants in RFC 3339, and ends in a newline."""
    written = report_json(report())
    values = json.loads(written)
    assert list(values) == list(Report.__struct_fields__)
    assert values["now"] == "2024-06-01T00:00:00Z"
    assert written.endswith(b"}\n")
