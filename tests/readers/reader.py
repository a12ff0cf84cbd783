"""What an adapter is: a real reader with a folder for what it remembers, asked to poll addresses."""

from __future__ import annotations

import os
import shutil
import subprocess
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ClassVar

from .record import Format, SeenFeed, Shows

TIMEOUT = 120


class Reader(ABC):
    """A feed reader: the program, what it shows of each format that it reads, and what it remembers."""

    name: ClassVar[str]
    shows: ClassVar[Mapping[Format, Shows]]
    settles: ClassVar[int] = 1
    """After how many polls it asks conditionally."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @staticmethod
    @abstractmethod
    def missing() -> str | None:
        """Name what would have to be installed first."""

    @staticmethod
    @abstractmethod
    def version() -> str:
        """Tell which version is installed."""

    @abstractmethod
    def poll(self, addresses: Sequence[str]) -> dict[str, SeenFeed]:
        """Fetch what changed at each address since the last poll, and give what the reader now holds."""


class Keeper(Reader):
    """A reader that keeps the items it has read, so that it can tell which are new."""

    same_item: ClassVar[str]
    """By what it knows an item again."""

    @abstractmethod
    def mark_read(self, address: str) -> None:
        """Read every item that the reader has of an address."""

    @abstractmethod
    def unread(self, address: str) -> int:
        """Count the items of an address that nobody has read yet."""


def absent(*programs: str) -> str | None:
    """Name the first program that is not installed."""
    return next((f"{name} is not installed" for name in programs if shutil.which(name) is None), None)


def run(*command: str, folder: Path, stdin: str = "") -> str:
    """Run a program in a home of its own, and give what it printed."""
    environment = {**os.environ, "HOME": str(folder), "XDG_CONFIG_HOME": str(folder), "LC_ALL": "C.UTF-8"}
    done = subprocess.run(
        command,
        check=False,
        cwd=folder,
        env=environment,
        input=stdin,
        capture_output=True,
        encoding="utf-8",
        timeout=TIMEOUT,
    )
    assert done.returncode == 0, f"{command[0]}: {done.returncode}: {done.stdout}{done.stderr}"
    return done.stdout
