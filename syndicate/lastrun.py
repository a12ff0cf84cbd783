"""The last run of a site, in a small file beside its lock: when it was and how it ended.

The index cannot say it: what a run that failed wrote there is rolled back, and one that is killed says
nothing. May know: that one file; nothing of what the runs do.
"""

from __future__ import annotations

import os
from contextlib import suppress
from datetime import datetime
from typing import Literal

import msgspec


class LastRun(msgspec.Struct, frozen=True, kw_only=True):
    """One run. Without `ended` it is at work, or was killed.

    `message` is why it was stopped. `good` is when a run last published, `bad_since` when the first run
    after it began that did not.
    """

    version: str
    began: datetime
    ended: datetime | None = None
    outcome: Literal["unfinished", "published", "stopped"] = "unfinished"
    message: str = ""
    good: datetime | None = None
    bad_since: datetime | None = None

    def next(self, version: str, began: datetime) -> LastRun:
        """Give the run that begins after this one."""
        bad_since = None if self.outcome == "published" else self.bad_since or self.began
        return LastRun(version=version, began=began, good=self.good, bad_since=bad_since)

    def published(self, ended: datetime) -> LastRun:
        """Give this run as one that published all it could."""
        return msgspec.structs.replace(self, ended=ended, outcome="published", good=ended, bad_since=None)

    def stopped(self, ended: datetime, message: str) -> LastRun:
        """Give this run as one that was given up."""
        bad_since = self.bad_since or self.began
        return msgspec.structs.replace(
            self, ended=ended, outcome="stopped", message=message, bad_since=bad_since
        )


def read_last_run(path: str) -> LastRun | None:
    """Read what was noted; a file that is not there, or that cannot be used, says nothing."""
    try:
        with open(path, "rb") as stream:
            return msgspec.json.decode(stream.read(), type=LastRun)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return None


def note_run(path: str, run: LastRun) -> None:
    """Note a run. What cannot be written, on a full disk, is not noted: the run is what matters."""
    with suppress(OSError):
        with open(f"{path}.new", "wb") as stream:
            stream.write(msgspec.json.encode(run))
        os.replace(f"{path}.new", path)
