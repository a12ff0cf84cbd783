"""Linking: what the files of one folder say of each other, for a check of that folder.

May know: files and the list of those that a build left; neither rules nor formats.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import msgspec

from syndicate.check.crosslinks import check_links
from syndicate.check.finding import Finding
from syndicate.check.references import Said, read_references
from syndicate.encoding import SUFFIXES, is_text
from syndicate.errors import PublishError, printable
from syndicate.publish import is_inside, read_manifest


def check_folder(folder: str, *, called: str, largest: int, base: str | None = None) -> tuple[Finding, ...]:
    """Check what the files below a folder say of each other.

    `called` is what findings call the folder, `base` the address that it is served at, where that is known.
    A file that cannot be read, or has more than `largest` bytes, is there and says nothing.
    """
    files = sorted(_files(folder))
    said = {path: each for path in files if (each := _read(folder, path, largest)) is not None}
    findings = check_links(said, files=files, base=base, owned=_owned(folder))
    return tuple(
        msgspec.structs.replace(each, document=printable(os.path.join(called, each.document)))
        for each in findings
    )


def _files(folder: str) -> Iterator[str]:
    for below, names, files in os.walk(folder):
        names[:] = [name for name in names if not name.startswith(".")]
        prefix = os.path.relpath(below, folder).replace(os.sep, "/")
        for name in files:
            if not name.startswith(".") and os.path.isfile(os.path.join(below, name)):
                yield name if prefix == "." else f"{prefix}/{name}"


def _read(folder: str, path: str, largest: int) -> Said | None:
    document = path
    for suffix in SUFFIXES.values():
        document = document.removesuffix(suffix)
    if not is_text(document):
        return None
    try:
        with open(os.path.join(folder, path), "rb") as stream:
            body = stream.read(largest + 1)
    except OSError:
        return None  # The check of the documents says so; one that nobody can read says nothing of others.
    return None if len(body) > largest else read_references(path, body)


def _owned(folder: str) -> list[str]:
    try:
        return sorted(path for path in read_manifest(folder) if is_inside(path))
    except PublishError:
        return []
