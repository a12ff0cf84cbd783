"""What a build did, as data: the command line prints it, `--report` writes it, a caller reads it.

May know: nothing of how any of it came about.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import msgspec

from syndicate.dates import rfc3339
from syndicate.errors import Problem
from syndicate.plan import Plan


class FeedReport(msgspec.Struct, frozen=True, kw_only=True):
    """One feed: where it is, what it is called, how many items its window holds and its date."""

    path: str
    title: str
    kind: str
    items: int
    updated: datetime
    files: tuple[str, ...]


class Merged(msgspec.Struct, frozen=True, kw_only=True):
    """Two files with one id: the one that went and the one that stayed."""

    id: str
    dropped: str
    kept: str


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a build has to say. Instants are in UTC; paths are relative to the output."""

    now: datetime
    read: int
    published: int
    unpublished: int
    removed: int
    not_due: int
    failed: tuple[Problem, ...]
    notes: tuple[Problem, ...]
    merged: tuple[Merged, ...]
    related_capped: int
    repeated: int
    feeds: tuple[FeedReport, ...]
    too_few: int
    changes: Plan
    foreign_files: int = 0
    next_event: datetime | None = None
    libyaml: bool = True
    dry_run: bool = False

    @property
    def ok(self) -> bool:
        """Whether every article could be used."""
        return not self.failed

    def summary(self) -> Iterator[str]:
        """Say in a few lines what was read and what was written; empty counts are left out."""
        yield f"{self.read:,} articles: " + _counts(
            published=self.published,
            unpublished=self.unpublished,
            removed=self.removed,
            not_due=self.not_due,
            merged=len(self.merged),
            failed=len(self.failed),
        )
        plan = self.changes
        yield f"{len(self.feeds):,} feeds, files: " + _counts(
            created=len(plan.create), updated=len(plan.update), kept=len(plan.keep), deleted=len(plan.delete)
        )
        left_out = _counts(
            related_links_beyond_the_limit=self.related_capped,
            repeated_links_or_names=self.repeated,
            values_that_cannot_be_used=len(self.notes),
            feeds_below_min_items=self.too_few,
        )
        if left_out != "none":
            yield f"left out: {left_out}"
        if self.foreign_files:
            yield f"the output folder holds {self.foreign_files:,} files that are not ours; they stay"
        if self.next_event:
            yield f"next change by time alone: {rfc3339(self.next_event)}"
        if not self.libyaml:
            yield "PyYAML came without libyaml: everything reads the same, but slower"
        if self.dry_run:
            yield "dry run: nothing was written"

    def details(self) -> Iterator[str]:
        """Name every article merged and every value left out, and every file that changed."""
        for merged in self.merged:
            yield encodable(f"merged: {merged.dropped} is {merged.kept} again ({merged.id})")
        for note in self.notes:
            yield f"left out: {note}"
        plan = self.changes
        for word, paths in (("created", plan.create), ("updated", plan.update), ("deleted", plan.delete)):
            for path in paths:
                yield f"{word}: {path}"


def _counts(**counts: int) -> str:
    parts = [f"{count:,} {name.replace('_', ' ')}" for name, count in counts.items() if count]
    return ", ".join(parts) or "none"


def encodable(value: Any) -> Any:
    """Spell out what UTF-8 cannot hold: the bytes of a file's name that were none, as Python keeps them."""
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode()
    if isinstance(value, list | tuple):
        return [encodable(each) for each in value]
    if isinstance(value, dict):
        return {key: encodable(each) for key, each in value.items()}
    return value


def report_json(report: Report) -> bytes:
    """Write a report as JSON: the fields of `Report`, failures and notes with their text as well."""
    values = msgspec.to_builtins(report)
    for name, problems in (("failed", report.failed), ("notes", report.notes)):
        for value, problem in zip(values[name], problems, strict=True):
            value["text"] = str(problem)
    return msgspec.json.format(msgspec.json.encode(encodable(values)), indent=2) + b"\n"
