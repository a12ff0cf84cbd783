"""Checking: which documents there are to check, from files, folders, addresses and standard input.

May know: where documents come from; nothing of what is right in them.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime

import msgspec

from syndicate.check import check_document, has_rules
from syndicate.check.finding import Finding, Severity
from syndicate.errors import FetchError, below, printable, reason_of
from syndicate.fetching import LARGEST, Fetched, fetch
from syndicate.linking import check_folder

STANDARD_INPUT = "-"


class Checked(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a check: how many documents there were, what was found, what could not be read."""

    documents: int
    findings: tuple[Finding, ...]
    unreadable: tuple[FetchError, ...] = ()

    def count(self, severity: Severity) -> int:
        """Count the findings of a severity."""
        return sum(finding.rule.severity == severity for finding in self.findings)

    def reaches(self, severity: Severity) -> bool:
        """Whether there is a finding that is as bad as that, or worse."""
        return any(finding.rule.severity in (severity, Severity.ERROR) for finding in self.findings)


def check_places(places: Sequence[str], *, now: datetime | None = None, base: str | None = None) -> Checked:
    """Check documents: files, all feeds and lists below folders, addresses, or `-` for standard input.

    Each place that cannot be read is told in the result; the others are checked all the same. `now` is the
    present instant; default the clock. Of a folder the links between its files are checked, too; `base` is
    the address that it is served at, which is otherwise told from its feeds.
    """
    checked = _check(_documents(places), now)
    findings = list(checked.findings)
    for folder in filter(os.path.isdir, places):
        findings += check_folder(folder, called=below(folder, os.getcwd()), largest=LARGEST, base=base)
    return msgspec.structs.replace(checked, findings=tuple(findings))


class _Document(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    body: bytes
    address: str | None = None
    media_type: str | None = None


def _check(documents: Iterable[_Document | FetchError], now: datetime | None) -> Checked:
    present = datetime.now(UTC) if now is None else now
    count, findings, unreadable = 0, list[Finding](), list[FetchError]()
    for each in documents:
        if isinstance(each, FetchError):
            unreadable.append(each)
            continue
        count += 1
        findings += check_document(
            each.body, document=each.name, address=each.address, now=present, media_type=each.media_type
        )
    return Checked(documents=count, findings=tuple(findings), unreadable=tuple(unreadable))


def _documents(places: Iterable[str]) -> Iterator[_Document | FetchError]:
    for place in places:
        try:
            if place == STANDARD_INPUT:
                yield _Document(name=place, body=_bounded(sys.stdin.buffer.read(LARGEST + 1), place))
            elif place.lower().startswith(("http://", "https://")):
                yield _of_address(place, fetch(place))
            elif os.path.isdir(place):
                yield from _in_folder(place)
            else:
                yield _of_file(place)
        except FetchError as error:
            yield error


def _of_address(place: str, fetched: Fetched) -> _Document:
    return _Document(
        name=printable(place),
        body=fetched.body,
        address=fetched.address,
        # A server that does not say is one that says nothing specific (RFC 9110 §8.3).
        media_type=fetched.media_type or "application/octet-stream",
    )


def _of_file(path: str) -> _Document:
    try:
        with open(path, "rb") as file:
            body = file.read(LARGEST + 1)
    except OSError as error:
        raise FetchError(path, reason_of(error)) from None
    except ValueError as error:
        raise FetchError(path, str(error)) from None  # A name with a zero byte.
    return _Document(name=printable(below(path, os.getcwd())), body=_bounded(body, path))


def _bounded(body: bytes, place: str) -> bytes:
    if len(body) > LARGEST:
        raise FetchError(place, f"there are more than {LARGEST} bytes")
    return body


def _in_folder(folder: str) -> Iterator[_Document | FetchError]:
    paths = list(documents_in(folder))
    if not paths:
        raise FetchError(folder, "there is no rss.xml, atom.xml, feed.json or *.opml below it")
    for path in paths:
        try:
            yield _of_file(_no_pipe(path))
        except FetchError as error:
            yield error


def _no_pipe(path: str) -> str:
    # Who names one means what comes through it; who names the folder that it is in would wait for ever.
    if os.path.exists(path) and not os.path.isfile(path):
        raise FetchError(path, "it is no regular file")
    return path


def documents_in(folder: str) -> Iterator[str]:
    """Give the paths of all feeds and lists of feeds below a folder, in the order of their names."""
    waiting = _entries(folder)
    while waiting:
        entry = waiting.pop()
        if entry.is_dir(follow_symlinks=False):
            if not entry.name.startswith("."):
                waiting += _entries(entry.path)
        elif has_rules(entry.name):
            yield entry.path


def _entries(folder: str) -> list[os.DirEntry[str]]:
    # The last comes first, so that they can be taken from the end.
    try:
        with os.scandir(folder) as entries:
            return sorted(entries, key=lambda entry: entry.name, reverse=True)
    except OSError as error:
        raise FetchError(folder, reason_of(error)) from None
