"""Publishing: a plan is applied to the output folder so that no reader ever sees half a file.

Everything is written to a staging folder inside the output, flushed together, and only then renamed
into place; a crash at any instant leaves every file old or new. A list of the files we own, kept in the
output, decides what may be pruned. May know: the file system; neither sources nor feeds.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping, Set
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from syndicate.errors import PublishError, reason_of
from syndicate.plan import Plan, State, plan_changes

if TYPE_CHECKING:
    from threading import Thread

MANIFEST = ".syndicate-files"
STAGING = ".syndicate-new"
_ABOUT = "# The files that syndicate wrote here, and may delete when nothing wants them. Do not edit.\n"
# One flush of everything costs about as much as this many flushes of one file.
_FEW = 32
# After how many new files the disk is given something to do.
_MANY = 256


def read_manifest(output: str) -> frozenset[str]:
    """Read which files of the output an earlier build wrote; paths that lead outside are never deleted."""
    try:
        with open(os.path.join(output, MANIFEST), encoding="utf-8", errors="replace") as stream:
            lines = stream.read().splitlines()
    except FileNotFoundError:
        return frozenset()
    except OSError as error:
        raise _refusal(output, error) from None
    return frozenset(line for line in lines if line and not line.startswith("#"))


def is_inside(path: str) -> bool:
    """Tell whether a relative path stays inside the folder that it is relative to."""
    if path.startswith("/") or "\\" in path or "\0" in path:
        return False
    return not {"", ".", ".."}.intersection(path.split("/"))


def count_foreign(output: str, owned: Set[str]) -> int:
    """Count the files in the output that no build of ours wrote."""
    count = 0
    for folder, names, files in os.walk(output):
        names[:] = [name for name in names if not name.startswith(".")]
        prefix = os.path.relpath(folder, output).replace(os.sep, "/")
        for name in files:
            path = name if prefix == "." else f"{prefix}/{name}"
            count += not name.startswith(".") and path not in owned
    return count


class Publication:
    """One run's changes to an output folder: documents are offered, staged if they differ, then published.

    A file that no build of ours wrote is not replaced, unless its bytes are those wanted, or `adopt` says
    so. Used as a context manager, it leaves no staging folder behind. With `dry_run` it only compares.
    """

    def __init__(self, output: str, *, dry_run: bool = False, adopt: bool = False) -> None:
        self.output = output
        self.dry_run = dry_run
        self._adopt = adopt
        self.owned = read_manifest(output)
        self.states: dict[str, State] = {}
        self._staging = os.path.join(output, STAGING)
        self._staged: dict[str, str] = {}
        self._flushing: Thread | None = None

    def __enter__(self) -> Publication:
        with _refusals(self.output):
            if not self.dry_run and os.path.lexists(self._staging):
                # An earlier run was cut off.
                from shutil import rmtree

                rmtree(self._staging)
        return self

    def __exit__(self, *_: object) -> None:
        if not self.dry_run and self._staged:
            from shutil import rmtree

            rmtree(self._staging, ignore_errors=True)

    def recognise(self, known: Mapping[str, tuple[int, int]]) -> None:
        """Take for ours what is still as an earlier run left it, though the list of our files was lost.

        `known` are the size and mtime of files as they were left.
        """
        unlisted = (path for path in known.keys() - self.owned if is_inside(path))
        self.owned |= {path for path in unlisted if self.status(path) == known[path]}

    def status(self, path: str) -> tuple[int, int] | None:
        """Give the size and mtime of a published file, or None where there is none."""
        status = self._look(os.stat, path)
        return (status.st_size, status.st_mtime_ns) if status else None

    def _look(self, how: Callable[[str], os.stat_result], path: str) -> os.stat_result | None:
        try:
            return how(f"{self.output}/{path}")
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise _refusal(os.path.join(self.output, path), error) from None

    def keep(self, path: str) -> None:
        """Say that a published file is wanted as it is."""
        self.states[path] = "same" if path in self.owned else "foreign"

    def offer(self, path: str, body: bytes) -> State:
        """Say what bytes are wanted at a path; they are staged where others of ours, or none, are there."""
        if not is_inside(path):
            raise PublishError(self.output, f"refuses to touch a path outside it: {path}")
        state = self.compare(path, body)
        if state == "different" and path not in self.owned and not self._adopt:
            state = "foreign"
        self.states[path] = state
        if state in ("absent", "different") and not self.dry_run:
            with _refusals(self.output):
                if not self._staged:
                    os.makedirs(self._staging, exist_ok=True)
                new = f"{self._staging}/{len(self._staged)}"
                _write(self._staged.setdefault(path, new), body)
                self._begin_flush()
        return state

    def _begin_flush(self) -> None:
        """Let the disk begin with many files while others are rendered; `finish` waits for the last ones."""
        if len(self._staged) % _MANY or sys.platform != "linux":
            return
        from threading import Thread

        if not (self._flushing and self._flushing.is_alive()):
            self._flushing = Thread(target=os.sync, daemon=True)
            with suppress(RuntimeError):  # No more threads: then the disk begins at the end.
                self._flushing.start()

    def body(self, path: str) -> bytes:
        """Give the bytes that a path will have: those staged, else those published."""
        place = self._staged.get(path) or os.path.join(self.output, path)
        with _refusals(self.output), open(place, "rb") as stream:
            return stream.read()

    def refuse(self, path: str) -> None:
        """Say that what a path should have is not to be published: what an earlier build left there stays."""
        if path in self.owned and self.status(path) is not None:
            self.keep(path)

    def compare(self, path: str, body: bytes) -> State:
        """Tell how a published file compares with the bytes wanted there."""
        if self._look(os.lstat, path) is None:
            return "absent"
        place = f"{self.output}/{path}"
        status = self.status(path)
        if status is None:
            return "different"  # A link to nowhere is somebody's, too.
        if status[0] != len(body) and not os.path.isdir(place):
            return "different"
        try:
            with open(place, "rb") as stream:
                return "same" if stream.read() == body else "different"
        except OSError as error:
            raise _refusal(place, error) from None

    def finish(self) -> Plan:
        """Flush what was staged, rename it into place, prune what nothing wants, and say what was done.

        Raises PublishError where the output cannot be written; what was published before stays whole.
        """
        unwanted = {path for path in self.owned - self.states.keys() if is_inside(path)}
        plan = plan_changes(self.states, unwanted)
        if self.dry_run:
            return plan
        with _refusals(self.output):
            wanted = sorted(self.states.keys() - set(plan.blocked))
            _write_manifest(self.output, sorted({*wanted, *plan.delete}))
            self._rename()
            for path in plan.delete:
                _delete(self.output, path)
            _write_manifest(self.output, wanted)
        return plan

    def _rename(self) -> None:
        if not self._staged:
            return
        _flush(list(self._staged.values()))
        for folder in {path.rpartition("/")[0] for path in self._staged}:
            os.makedirs(f"{self.output}/{folder}", exist_ok=True)
        # In the order of the paths, so that `rss.xml.gz` follows `rss.xml` at once.
        for path in sorted(self._staged):
            os.replace(self._staged[path], f"{self.output}/{path}")
        os.rmdir(self._staging)
        self._staged.clear()


def _write(path: str, body: bytes) -> None:
    with open(path, "wb") as stream:
        stream.write(body)


def _flush(paths: list[str]) -> None:
    """Bring the bytes of files to the disk before their names: a batch at once, since each wait is long."""
    if len(paths) > _FEW and sys.platform == "linux":
        os.sync()
        return
    for path in paths:
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _write_manifest(output: str, paths: list[str]) -> None:
    text = _ABOUT + "".join(f"{path}\n" for path in paths)
    target = os.path.join(output, MANIFEST)
    try:
        with open(target, encoding="utf-8") as stream:
            if stream.read() == text:
                return
    except (FileNotFoundError, UnicodeDecodeError):
        pass  # There is none yet, or one that somebody broke: it is written anew.
    os.makedirs(output, exist_ok=True)
    temporary = target + ".new"
    _write(temporary, text.encode("utf-8"))
    _flush([temporary])
    os.replace(temporary, target)


def _delete(output: str, path: str) -> None:
    try:
        os.unlink(os.path.join(output, path))
    except (FileNotFoundError, NotADirectoryError):
        return
    except (IsADirectoryError, PermissionError):
        if os.path.isdir(os.path.join(output, path)):
            return  # Somebody put a folder where our file was; it is not ours to remove.
        raise
    folder = os.path.dirname(path)
    while folder:
        try:
            os.rmdir(os.path.join(output, folder))
        except OSError:
            return  # It holds something else, which is not ours to remove.
        folder = os.path.dirname(folder)


@contextmanager
def _refusals(output: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise _refusal(error.filename or output, error) from None


def _refusal(path: str, error: OSError) -> PublishError:
    return PublishError(path, f"cannot be written: {reason_of(error)}")
