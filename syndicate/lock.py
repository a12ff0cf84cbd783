"""The lock that keeps two runs on one output apart.

May know: one file; nothing of what the runs do.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from syndicate.errors import LockedError, PublishError, reason_of

_PAUSE = 0.05
_held: set[int] = set()


def _leave_to_the_parent() -> None:
    # A forked worker shares the open file, and with it the lock, which it would hold beyond the run's end.
    while _held:
        os.close(_held.pop())


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_leave_to_the_parent)


def holder_of(path: str) -> str | None:
    """Tell who holds a lock, without taking it; None where nobody does.

    Raises OSError where it cannot be told: only Linux lists what is locked.
    """
    try:
        with open(path, encoding="utf-8", errors="replace") as stream:
            named, status = stream.read(200).strip(), os.fstat(stream.fileno())
    except FileNotFoundError:
        return None
    with open("/proc/locks", encoding="ascii") as stream:
        lines = [line.split() for line in stream]
    device = f"{os.major(status.st_dev):02x}:{os.minor(status.st_dev):02x}"
    for _, kind, _, _, pid, file, *_ in (line for line in lines if "->" not in line):
        where, _, inode = file.rpartition(":")
        # Some file systems are listed under another device than the one that their files name.
        if (
            kind == "FLOCK"
            and inode == str(status.st_ino)
            and (where == device or f"process {pid} " in named)
        ):
            return named if f"process {pid} " in named else f"process {pid}"
    return None


@contextmanager
def lock(path: str, wait: float = 0.0) -> Iterator[None]:
    """Hold the lock at a path; the system lets go of it when the process ends, however it ends.

    Raises LockedError, naming the holder, where somebody else holds it for longer than `wait` seconds,
    PublishError where there can be none.
    """
    import fcntl

    try:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
    except OSError as error:
        raise PublishError(path, f"cannot be written: {reason_of(error)}") from None
    _held.add(descriptor)
    try:
        deadline = time.monotonic() + wait
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() >= deadline:
                    holder = os.pread(descriptor, 200, 0).decode("utf-8", "replace").strip()
                    raise LockedError(path, holder or "another process") from None
                time.sleep(_PAUSE)
        # The name is for the message alone: a full disk, which may refuse it, keeps nobody out.
        with suppress(OSError):
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, f"process {os.getpid()} on {os.uname().nodename}\n".encode(), 0)
        yield
    finally:
        if descriptor in _held:
            _held.remove(descriptor)
            os.close(descriptor)
