"""The files of the output, as a request finds them: inside the folder, whole, with a strong entity tag.

Everything here waits for the disk and is called in a thread. May know: the file system and which
headers a file has; neither feeds nor how an answer is sent.
"""

from __future__ import annotations

import errno
import os
import stat
from collections import OrderedDict
from contextlib import ExitStack
from hashlib import blake2b
from threading import Lock
from typing import Literal

import msgspec

from syndicate.delivery import headers_of
from syndicate.encoding import SUFFIXES, is_text
from syndicate.settings import Settings
from syndicate.web.answers import Streamed
from syndicate.web.conditional import Validators
from syndicate.web.negotiation import IDENTITY, choose
from syndicate.web.ranges import Stretch

# What is read at once; feeds are smaller. And how much of a large file is.
AT_ONCE, PIECE = 1 << 20, 1 << 18
_REMEMBERED = 65_536


class OpenFile:
    """An open regular file or folder. What it reads is of this one, whatever takes its name meanwhile."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor: int | None = descriptor
        self.status = os.fstat(descriptor)

    def read(self, start: int, length: int) -> bytes:
        """Read so many bytes from a place; fewer only where the file ends."""
        if self._descriptor is None:
            raise ValueError("the file is closed")
        pieces = []
        while length and (piece := os.pread(self._descriptor, length, start)):
            pieces.append(piece)
            start += len(piece)
            length -= len(piece)
        return b"".join(pieces)

    def again(self) -> OpenFile:
        """Give it a second life, beyond the closing of this one."""
        if self._descriptor is None:
            raise ValueError("the file is closed")
        return OpenFile(os.dup(self._descriptor))

    def close(self) -> None:
        """Let go of it; a second time does nothing."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


class FileContent(msgspec.Struct, frozen=True):
    """One open file, or its encoded sibling, chosen for a request."""

    file: OpenFile
    headers: dict[str, str]
    validators: Validators

    @property
    def size(self) -> int:
        """How many bytes it has."""
        return self.file.status.st_size

    def take(self, stretch: Stretch) -> bytes | Streamed:
        """Read some bytes, or leave it to the sender where they are many."""
        if stretch.length > AT_ONCE:
            return Streamed(self.file, stretch)
        return self.file.read(stretch.start, stretch.length)


class Folder:
    """One output folder. Safe to be asked by several threads."""

    def __init__(self) -> None:
        self._tags: OrderedDict[tuple[int, ...], str] = OrderedDict()
        self._lock = Lock()

    def find(
        self, settings: Settings, root: str, path: str, accept: str | None
    ) -> FileContent | Literal["folder"] | None:
        """Open what a path below the root names, in the coding that suits best; None where nothing is.

        Whoever gets content closes its file. Its validators are those of the bytes that it reads.
        """
        if not is_visible(path):
            return None
        with ExitStack() as stack:
            document = _open(root, path)
            if document is None:
                return None
            stack.callback(document.close)
            if stat.S_ISDIR(document.status.st_mode):
                return "folder"
            headers = headers_of(path, settings)
            coding, chosen = IDENTITY, document
            if accept and is_text(path):
                coding, chosen = _encoded(root, path, document, accept, stack)
            if coding != IDENTITY:
                headers["Content-Encoding"] = coding
            validators = Validators(etag=self._tag(chosen), modified=int(document.status.st_mtime))
            return FileContent(chosen.again(), headers, validators)

    def _tag(self, file: OpenFile) -> str:
        """Give the entity tag of an open file: a digest of its bytes, remembered while it is as it is."""
        status = file.status
        identity = (
            status.st_dev,
            status.st_ino,
            status.st_size,
            status.st_mtime_ns,
            status.st_ctime_ns,
        )
        with self._lock:
            if identity in self._tags:
                self._tags.move_to_end(identity)
                return self._tags[identity]
        state, place = blake2b(digest_size=16), 0
        while piece := file.read(place, PIECE):
            state.update(piece)
            place += len(piece)
        tag = f'"{state.hexdigest()}"'
        with self._lock:
            self._tags[identity] = tag
            if len(self._tags) > _REMEMBERED:
                self._tags.popitem(last=False)
        return tag


def is_visible(path: str) -> bool:
    """Tell whether a path may be looked for: plain names below the root, none hidden (`.syndicate-files`).

    Empty names, `.` and `..` are hidden too; a backslash parts names on some systems, and a control
    character is never part of ours.
    """
    names = path.split("/")
    return all(name and name[0] != "." and "\\" not in name and name.isprintable() for name in names)


# A link that is put there in this moment is not followed, a pipe is not waited for.
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC


def _open(root: str, path: str) -> OpenFile | None:
    """Open a file or a folder that really lies below the root, wherever links lead."""
    descriptor: int | None = None
    try:
        descriptor = _step_down(root, path.split("/"))
    except OSError as error:
        # A link in the way, for which systems have two names; where it leads is looked up at some cost.
        if error.errno in (errno.ELOOP, errno.ENOTDIR):
            descriptor = _follow(root, path)
    if descriptor is None:
        return None
    file = OpenFile(descriptor)
    if not (stat.S_ISREG(file.status.st_mode) or stat.S_ISDIR(file.status.st_mode)):
        file.close()
        return None
    return file


def _step_down(root: str, names: list[str]) -> int:
    """Open what is at the end of some names, one after the other, without following any link."""
    place = os.open(root, _FOLDER)
    for name in names[:-1]:
        try:
            below = os.open(name, _FOLDER | os.O_NOFOLLOW, dir_fd=place)
        finally:
            os.close(place)
        place = below
    try:
        return os.open(names[-1], _FILE, dir_fd=place)
    finally:
        os.close(place)


def _follow(root: str, path: str) -> int | None:
    """Open what links lead to, if that is below the root."""
    try:
        top = os.path.realpath(root)
        place = os.path.realpath(os.path.join(top, path))
        return os.open(place, _FILE) if place.startswith(top.rstrip(os.sep) + os.sep) else None
    except OSError:
        return None


def _encoded(root: str, path: str, document: OpenFile, accept: str, stack: ExitStack) -> tuple[str, OpenFile]:
    """Choose among a document and its encoded siblings.

    A sibling that is older than the document is one of an earlier document: in the moment between the
    two renames of a build, or where somebody replaced the document alone.
    """
    there = {IDENTITY: document}
    for coding, suffix in SUFFIXES.items():
        sibling = _open(root, path + suffix)
        if sibling is None:
            continue
        stack.callback(sibling.close)
        if stat.S_ISREG(sibling.status.st_mode) and sibling.status.st_mtime_ns >= document.status.st_mtime_ns:
            there[coding] = sibling
    coding = choose(accept, {name: each.status.st_size for name, each in there.items()})
    return coding, there[coding]
