"""Publishing: a plan is applied to the output folder so that no reader ever sees half a file.

Everything is written to a staging folder inside the output, flushed together, and only then renamed
into place; a crash at any instant leaves every file old or new. A list of the files we own, kept in the
output, decides what may be pruned. May know: the file system; neither sources nor feeds.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager

from syndicate.digest import digest_bytes
from syndicate.errors import PublishError
from syndicate.plan import Plan

MANIFEST = ".syndicate-files"
_STAGING = ".syndicate-new"
_ABOUT = "# The files that syndicate wrote here, and may delete when nothing wants them. Do not edit.\n"
# One flush of everything costs about as much as this many flushes of one file.
_FEW = 32


def read_manifest(output: str) -> frozenset[str]:
    """Read which files of the output an earlier build wrote; paths that lead outside are not believed."""
    try:
        with open(os.path.join(output, MANIFEST), encoding="utf-8", errors="replace") as stream:
            lines = stream.read().splitlines()
    except FileNotFoundError:
        return frozenset()
    except OSError as error:
        raise _refusal(output, error) from None
    return frozenset(line for line in lines if line and not line.startswith("#") and is_inside(line))


def is_inside(path: str) -> bool:
    """Tell whether a relative path stays inside the folder that it is relative to."""
    return not path.startswith("/") and "\\" not in path and not {"", ".", ".."}.intersection(path.split("/"))


def read_published(output: str, paths: Iterable[str]) -> dict[str, bytes]:
    """Digest those of the given files that exist."""
    found = {}
    for path in paths:
        try:
            with open(os.path.join(output, path), "rb") as stream:
                found[path] = digest_bytes(stream.read())
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError as error:
            raise _refusal(os.path.join(output, path), error) from None
    return found


def count_foreign(output: str, owned: frozenset[str]) -> int:
    """Count the files in the output that no build of ours wrote."""
    count = 0
    for folder, names, files in os.walk(output):
        names[:] = [name for name in names if not name.startswith(".")]
        prefix = os.path.relpath(folder, output).replace(os.sep, "/")
        for name in files:
            path = name if prefix == "." else f"{prefix}/{name}"
            count += not name.startswith(".") and path not in owned
    return count


def publish(output: str, plan: Plan, bodies: Mapping[str, bytes]) -> None:
    """Apply a plan: write all, flush, rename all, prune, and remove the folders that this emptied.

    `bodies` holds the bytes of what the plan creates or updates. Raises PublishError where the output
    cannot be written; what was published before then stays whole.
    """
    outside = [path for path in (*plan.write, *plan.delete) if not is_inside(path)]
    if outside:
        raise PublishError(output, f"refuses to touch paths outside it: {', '.join(outside)}")
    with _refusals(output):
        staging = os.path.join(output, _STAGING)
        if os.path.lexists(staging):
            shutil.rmtree(staging)  # An earlier run was cut off.
        owned = sorted({*plan.write, *plan.keep, *plan.delete})
        kept = sorted({*plan.write, *plan.keep})
        _write_manifest(output, owned)
        if plan.write:
            os.makedirs(staging)
            _write_all(output, staging, plan.write, bodies)
            os.rmdir(staging)
        for path in plan.delete:
            _delete(output, path)
        if owned != kept:
            _write_manifest(output, kept)


def _write_all(output: str, staging: str, paths: Iterable[str], bodies: Mapping[str, bytes]) -> None:
    staged = []
    for number, path in enumerate(paths):
        temporary = os.path.join(staging, str(number))
        _write(temporary, bodies[path])
        staged.append((temporary, os.path.join(output, path)))
    _flush([temporary for temporary, _ in staged])
    for folder in {os.path.dirname(target) for _, target in staged}:
        os.makedirs(folder, exist_ok=True)
    for temporary, target in staged:
        os.replace(temporary, target)


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
    except FileNotFoundError:
        return
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
    return PublishError(path, f"cannot be written: {(error.strerror or str(error)).lower()}")
