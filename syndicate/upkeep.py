"""What stands around a run: the index opened, or begun anew where it is damaged; the run itself noted.

May know: the index and the note of the last run; nothing of what a run does.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeVar

from syndicate import __version__
from syndicate.errors import PublishError
from syndicate.index import Index
from syndicate.indexfile import INDEX_ERRORS, fault_of, is_damage, put_aside
from syndicate.lastrun import LastRun, note_run, read_last_run
from syndicate.report import Report

Result = TypeVar("Result")


def open_index(path: str) -> Index:
    """Open an index. Raises PublishError where it can have no place, and INDEX_ERRORS where it is damaged."""
    try:
        return Index.open(path)
    except OSError as error:
        raise no_index(path, error) from None


def begin_anew(path: str, error: Exception) -> str:
    """Put an index aside in which an error shows damage; returns where it is now.

    Raises PublishError where the error is not the file's, which then stays where it is.
    """
    if not is_damage(error):
        raise no_index(path, error) from None
    try:
        return put_aside(path)
    except OSError as obstacle:
        raise no_index(path, obstacle) from None


def no_index(path: str, error: Exception) -> PublishError:
    """Say that there can be no index at a path."""
    return PublishError(path, f"no index can be kept there: {fault_of(error)}")


def over_copy(path: str, work: Callable[[Index], Result]) -> Result:
    """Do some work over a copy of an index in memory, or over an empty one where the index is damaged."""
    try:
        with Index.copy(path) as index:
            return work(index)
    except INDEX_ERRORS:
        with Index.open(":memory:") as index:
            return work(index)


def noted(path: str, build: Callable[[], Report]) -> Report:
    """Build, while the lock is held, and note at a path when that was and how it ended.

    It is for `syndicate doctor` alone: nothing of it reaches an output or decides what a run does.
    """
    before, began = read_last_run(path), datetime.now(UTC)
    run = before.next(__version__, began) if before else LastRun(version=__version__, began=began)
    note_run(path, run)
    try:
        report = build()
    except BaseException as error:
        note_run(path, run.stopped(datetime.now(UTC), str(error) or type(error).__name__.lower()))
        raise
    note_run(path, run.published(datetime.now(UTC)))
    return report
