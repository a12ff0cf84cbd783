"""Faults on demand: a small site that turns from one state to another, and steps of a run that fail.

A step is a touch of a file of the site: it is opened, made, renamed, removed or listed, or bytes are
written to it. Python's audit hooks tell of all but the last; they stay for as long as the process does.
"""

from __future__ import annotations

import errno
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from conftest import article_text

from syndicate import Report, build, load_settings, publish
from syndicate.cli import main
from syndicate.publish import MANIFEST

NOW = datetime(2024, 6, 1, tzinfo=UTC)
STEPS = int(os.environ.get("SYNDICATE_FAULT_STEPS", "5"))
"""How many steps of each sweep are tried: five unless it says otherwise, all of them in CI."""
READING = frozenset({"os.scandir", "os.listdir"})
MAKING = frozenset({"os.mkdir", "os.rename", "os.remove", "os.rmdir", "write"})
Tree = dict[str, bytes]
Harm = Callable[[str], object]

_outputs: dict[tuple[str, int], Tree] = {}


class Armed:
    """Whom the hook tells of steps just now."""

    step: Callable[[str, str], None] | None = None


def tell(event: str, path: str) -> None:
    """Tell of a step."""
    if Armed.step is not None:
        Armed.step(event, path)


def _audit(event: str, arguments: tuple[Any, ...]) -> None:
    if Armed.step is None or not arguments or not isinstance(arguments[0], str | os.PathLike):
        return
    if event == "open":
        flags = arguments[2] if isinstance(arguments[2], int) else 0
        tell("write" if flags & (os.O_WRONLY | os.O_RDWR) else "open", os.fspath(arguments[0]))
    elif event in READING or event in MAKING:
        tell(event, os.fspath(arguments[0]))


sys.addaudithook(_audit)


class Fault:
    """Does harm at the n-th step that touches a folder, or from there on; counts them meanwhile."""

    def __init__(
        self, folder: Path, at: int, harm: Harm, *, lasting: bool = False, only: frozenset[str] | None = None
    ) -> None:
        self.folder = str(folder)
        self.at = at
        self.harm = harm
        self.lasting = lasting
        self.only = only
        self.steps = 0

    def __enter__(self) -> Fault:
        Armed.step = self.step
        return self

    def __exit__(self, *_: object) -> None:
        Armed.step = None

    def step(self, event: str, path: str) -> None:
        """Take notice of a step, and do harm if it is the one."""
        if not path.startswith(self.folder) or (self.only and event not in self.only):
            return
        self.steps += 1
        if self.steps == self.at or (self.lasting and self.steps > self.at):
            Armed.step = None  # The harm itself is no step.
            try:
                self.harm(path)
            finally:
                Armed.step = self.step


def refusing(code: int) -> Harm:
    """Refuse a step with an error of the system."""

    def refuse(path: str) -> None:
        raise OSError(code, os.strerror(code), path)

    return refuse


def half_written(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let each file that is written be a step between its two halves, and each flush one before it."""

    def write(path: str, body: bytes) -> None:
        with open(path, "wb") as stream:
            stream.write(body[: len(body) // 2])
            stream.flush()
            tell("write", path)
            stream.write(body[len(body) // 2 :])

    def flush(paths: list[str]) -> None:
        for path in paths:
            tell("write", path)

    monkeypatch.setattr(publish, "_write", write)
    monkeypatch.setattr(publish, "_flush", flush)


class Turning:
    """A site with two states of its articles; each has its output, which a clean build gave."""

    def __init__(self, site: Path) -> None:
        self.site = site
        self.state = 0
        self.outputs = [self._clean(state) for state in (0, 1)]
        self.turn(0)
        self.run()
        assert tree(site) == self.outputs[0]

    @property
    def old(self) -> Tree:
        """The output before the last turn."""
        return self.outputs[1 - self.state]

    @property
    def new(self) -> Tree:
        """The output that there should be."""
        return self.outputs[self.state]

    def turn(self, state: int | None = None) -> None:
        """Put the articles into the other state: some change, some go, some come."""
        self.state = 1 - self.state if state is None else state
        self._write(self.site, self.state)

    def run(self, **options: Any) -> Report:
        """Build the site, in this process."""
        return run(self.site, **options)

    def command(self, *arguments: str) -> Result:
        """Run the command on the site, in this process; whatever comes out is no traceback."""
        return command(self.site, *arguments)

    def check_whole(self) -> None:
        """Every file is whole, old or new, and the list of our files names it; what both have is there."""
        found = {path: body for path, body in tree(self.site).items() if ".syndicate-" not in path}
        owned = set((self.site / "feeds" / MANIFEST).read_text().splitlines()) if found else set()
        assert found.keys() <= owned
        for path in found.keys() | (self.old.keys() & self.new.keys() - {MANIFEST}):
            assert found.get(path) in (self.old.get(path), self.new.get(path)), path

    def check_mended(self, *, damaged: bool = False) -> Report:
        """The next run ends in the clean state and leaves nothing beside it; the one after has nothing to do.

        A warning tells of an index that was put aside, which only a damaged one may be.
        """
        report = self.run()
        assert report.ok
        assert tree(self.site) == self.new
        aside = (self.site / ".syndicate" / "index.db.broken").exists()
        assert aside == len(report.warnings) <= damaged
        again = self.run()
        assert (again.ok, again.changes.write, again.changes.delete, again.warnings) == (True, (), (), ())
        return report

    def _clean(self, state: int) -> Tree:
        # The articles are always the same ones, and so is what a clean build makes of them.
        key = (self.site / "config" / "syndicate.yaml").read_text(), state
        if key in _outputs:
            return _outputs[key]
        other = self.site.parent / f"{self.site.name}-clean"
        shutil.copytree(self.site / "config", other / "config")
        self._write(other, state)
        run(other)
        found = tree(other)
        shutil.rmtree(other)
        return _outputs.setdefault(key, found)

    @staticmethod
    def _write(site: Path, state: int) -> None:
        (site / "articles" / "deep").mkdir(parents=True, exist_ok=True)
        for number in range(8):
            name = f"deep/{number}.md" if number % 2 else f"{number}.md"
            file = site / "articles" / name
            if number == 4 + state:
                file.unlink(missing_ok=True)
                continue
            topics = f"[Always, Topic {number if number > 2 else number + 10 * state}]"
            text = article_text("word " * 900 * (number % 2), title=f"Title {number}", topics=topics)
            file.write_text(text)


def run(site: Path, **options: Any) -> Report:
    """Build a site as of NOW, in this process."""
    settings = load_settings(site / "config" / "syndicate.yaml")
    return build(settings, **{"now": NOW, "jobs": 1, **options})


def command(site: Path, *arguments: str) -> Result:
    """Run the command on a site, in this process; whatever comes out is no traceback."""
    config = ("--config", str(site / "config" / "syndicate.yaml"), "--now", "2024-06-01", "--jobs", "1")
    result = CliRunner().invoke(main, ["build", "-q", *config, *arguments])
    if not isinstance(result.exception, SystemExit | None):
        raise result.exception  # With its traceback, which nobody should have to see.
    assert "Traceback" not in result.output
    return result


def one_line(result: Result) -> str:
    """The one line that a refused run says; it ends with 2."""
    assert (result.exit_code, result.stdout) == (2, ""), result.output
    (line,) = result.stderr.splitlines()
    assert line.startswith("error: ")
    return line


def tree(site: Path) -> Tree:
    """Every file of the output, hidden ones too."""
    output = site / "feeds"
    return {str(path.relative_to(output)): path.read_bytes() for path in output.rglob("*") if path.is_file()}


def some(steps: int) -> Iterator[int]:
    """Some of so many steps: the first, the last, and others evenly between them."""
    wanted = min(steps, STEPS)
    yield from sorted({1 + number * (steps - 1) // max(wanted - 1, 1) for number in range(wanted)})


@contextmanager
def no_waits() -> Iterator[None]:
    """Do not wait for the disk of the machine that tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("os.sync", lambda: None)
        patch.setattr("os.fsync", lambda _: None)
        yield


FULL, DENIED, READ_ONLY = errno.ENOSPC, errno.EACCES, errno.EROFS
EXHAUSTED, BROKEN = errno.EMFILE, errno.EIO
