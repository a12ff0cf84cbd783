"""What a build did, as data: the command line prints it, `--report` writes it, a caller reads it.

May know: nothing of how any of it came about.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, Literal

import msgspec

from syndicate.dates import rfc3339, spell_age
from syndicate.errors import Problem
from syndicate.plan import Plan

# So many files are named one by one where there may be thousands.
_NAMED = 10


class FeedReport(msgspec.Struct, frozen=True, kw_only=True):
    """One feed: where it is, what it is called, how many items its window holds and its date.

    `name` is what it is called among its kind, such as a topic's name; `formats` are those it is written in.
    `former` are old addresses, where the same files are; `archives` is how many periods its archive has.
    """

    path: str
    title: str
    kind: str
    items: int
    updated: datetime
    files: tuple[str, ...]
    name: str = ""
    description: str = ""
    home_url: str = ""
    formats: tuple[str, ...] = ()
    former: tuple[str, ...] = ()
    archives: int = 0

    @property
    def copies(self) -> tuple[str, ...]:
        """The files at the old addresses."""
        cut = len(self.path)
        return tuple(folder + file[cut:] for folder in self.former for file in self.files)


class ChangedFeed(msgspec.Struct, frozen=True, kw_only=True):
    """One feed of which a file was written, and why it was looked at."""

    path: str
    reason: str


class Merged(msgspec.Struct, frozen=True, kw_only=True):
    """Two files with one id: the one that went and the one that stayed."""

    id: str
    dropped: str
    kept: str


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """One rule that a document broke which was about to be written, in a line; 0 is the whole of it."""

    path: str
    line: int
    rule: str
    severity: Literal["error", "warning"]
    what: str

    def __str__(self) -> str:
        place = f"{self.path}:{self.line}" if self.line else self.path
        return f"{place}: {self.what} [{self.rule}]"


class Failure(Problem, frozen=True, kw_only=True, omit_defaults=True):
    """One broken article: since when, and of when the last good version is that stands in for it, if any.

    `stays_published` says whether readers see that version. All of it is what the index knows.
    """

    broken_since: datetime | None = None
    version_of: datetime | None = None
    stays_published: bool = False

    def fate(self, now: datetime) -> str:
        """Say what readers see instead, and for how long: all that the problem itself does not tell."""
        facts = []
        if self.version_of:
            stays = "stays published" if self.stays_published else "is kept"
            facts.append(f"its version of {self.version_of:%Y-%m-%d} {stays}")
        if self.broken_since and (age := spell_age(now - self.broken_since)):
            facts.append(f"broken for {age}")
        return f" ({', '.join(facts)})" if facts else ""


class Announcement(msgspec.Struct, frozen=True, kw_only=True):
    """One topic, the address of a document, that a hub was told of; `failure` says why it was not."""

    hub: str
    topic: str
    failure: str | None = None


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What came of telling hubs: each announcement that was tried, and how many are still to be made."""

    announcements: tuple[Announcement, ...] = ()
    owed: int = 0
    warnings: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether every hub was told everything."""
        return not self.owed

    def summary(self) -> Iterator[str]:
        """Say in a line how many announcements were made, and how many were not."""
        made = sum(not each.failure for each in self.announcements)
        owed = f", {self.owed:,} still to be made" if self.owed else ""
        yield f"hubs: {counted(made, 'announcement')} made{owed}"

    def details(self) -> Iterator[str]:
        """Name every announcement that was tried."""
        for each in self.announcements:
            failure = f" ({each.failure})" if each.failure else ""
            yield f"{'not ' if failure else ''}announced: {each.topic} to {each.hub}{failure}"


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a build has to say. Instants are in UTC; paths are relative to the output."""

    now: datetime
    read: int
    published: int
    unpublished: int
    removed: int
    not_due: int
    failed: tuple[Failure, ...]
    notes: tuple[Problem, ...]
    merged: tuple[Merged, ...]
    related_capped: int
    repeated: int
    feeds: tuple[FeedReport, ...]
    too_few: int
    changes: Plan
    foreign_files: int = 0
    next_event: datetime | None = None
    changed_feeds: tuple[ChangedFeed, ...] = ()
    gone_feeds: tuple[str, ...] = ()
    files_read: int = 0
    articles_changed: int = 0
    announcements: tuple[Announcement, ...] = ()
    owed: int = 0
    warnings: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    faults: tuple[Fault, ...] = ()
    libyaml: bool = True
    dry_run: bool = False

    @property
    def ok(self) -> bool:
        """Whether every article could be used, and every document written."""
        return not self.failed and not self.changes.blocked and not self.refused

    @property
    def _outcome(self) -> Outcome:
        return Outcome(announcements=self.announcements, owed=self.owed)

    def failures(self) -> Iterator[str]:
        """Say in a line what is wrong with each broken article, and what readers see instead of it."""
        for failure in self.failed:
            yield f"{failure}{failure.fate(self.now)}"

    def summary(self) -> Iterator[str]:
        """Say in a few lines what was read and what was written; empty counts are left out."""
        yield (
            counted(self.read, "article")
            + ": "
            + _listed(
                f"{count:,} {what}"
                for count, what in (
                    (self.published, "published"),
                    (self.unpublished, "unpublished"),
                    (self.removed, "removed"),
                    (self.not_due, "not due"),
                    (len(self.merged), "merged"),
                    (len(self.failed), "failed"),
                )
                if count
            )
        )
        yield f"files: {self.files_read:,} read, {self.read - self.files_read:,} as they were"
        plan = self.changes
        archives = sum(feed.archives for feed in self.feeds)
        yield (
            counted(len(self.feeds), "feed")
            + (f" with {counted(archives, 'archived period')}" if archives else "")
            + ", files: "
            + _listed(
                f"{len(paths):,} {what}"
                for paths, what in (
                    (plan.create, "created"),
                    (plan.update, "updated"),
                    (plan.keep, "kept"),
                    (plan.delete, "deleted"),
                    (plan.blocked, "blocked"),
                )
                if paths
            )
        )
        left_out = [
            counted(count, one, many)
            for count, one, many in (
                (self.related_capped, "related link beyond the limit", "related links beyond the limit"),
                (self.repeated, "repeated link or name", "repeated links or names"),
                (len(self.notes), "value that cannot be used", "values that cannot be used"),
                (self.too_few, "feed below min_items", "feeds below min_items"),
            )
            if count
        ]
        if left_out:
            yield "left out: " + _listed(left_out)
        if self.refused:
            yield f"not published for their errors: {counted(len(self.refused), 'document')}"
        yield from self._standing_in()
        if self.gone_feeds:
            yield "feeds that are no more: " + _listed(self.gone_feeds)
        if self.foreign_files:
            foreign = counted(self.foreign_files, "file that is not ours", "files that are not ours")
            yield f"the output folder holds {foreign}; what is there stays"
        if self.announcements or self.owed:
            yield from self._outcome.summary()
        if self.next_event:
            yield f"next change by time alone: {rfc3339(self.next_event)}"
        if not self.libyaml:
            yield "PyYAML came without libyaml: everything reads the same, but slower"
        if self.dry_run:
            yield "dry run: nothing was written"

    def obstacles(self) -> Iterator[str]:
        """Name the files that are not ours and in the way of ours: the first ones, and how many more."""
        blocked = self.changes.blocked
        for path in blocked[:_NAMED]:
            yield f"{path}: a file that is not ours is there, and stays; move it away, or say --adopt"
        if len(blocked) > _NAMED:
            yield f"and {counted(len(blocked) - _NAMED, 'more file')}"

    def _standing_in(self) -> Iterator[str]:
        versions = [each.version_of for each in self.failed if each.version_of and each.stays_published]
        if versions:
            many = counted(len(versions), "broken article stays", "broken articles stay")
            oldest = f", the oldest of {min(versions):%Y-%m-%d}" if len(versions) > 1 else ""
            yield f"{many} published in the last good version{oldest}"

    def details(self) -> Iterator[str]:
        """Name every article merged and every value left out, and every file that changed."""
        for merged in self.merged:
            yield encodable(f"merged: {merged.dropped} is {merged.kept} again ({merged.id})")
        for note in self.notes:
            yield f"left out: {note}"
        for feed in self.changed_feeds:
            yield f"changed: {feed.path} ({feed.reason})"
        for fault in self.faults:
            if fault.severity == "warning":
                yield f"warning: {fault}"
        plan = self.changes
        written = (("created", plan.create), ("updated", plan.update), ("deleted", plan.delete))
        for word, paths in (*written, ("blocked", plan.blocked)):
            for path in paths:
                yield f"{word}: {path}"
        yield from self._outcome.details()


def counted(count: int, one: str, many: str | None = None) -> str:
    """Write a count with its noun: `1 article`, `4,958 articles`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def _listed(parts: Iterable[str]) -> str:
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
    for name, lines in (("failed", report.failures()), ("notes", map(str, report.notes))):
        for value, line in zip(values[name], lines, strict=True):
            value["text"] = line
    return msgspec.json.format(msgspec.json.encode(encodable(values)), indent=2) + b"\n"
