"""Planning what to write: wanted documents against what is there, without touching either.

May know: neither the file system nor what is in the documents.
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from typing import Literal

import msgspec

State = Literal["absent", "different", "same", "foreign"]
"""How the file at a wanted path compares with the document wanted there; a foreign one is not ours."""


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What is to happen to each path, in the order of the paths.

    Nothing happens to what is blocked: a file is there that is not ours.
    """

    create: tuple[str, ...] = ()
    update: tuple[str, ...] = ()
    keep: tuple[str, ...] = ()
    delete: tuple[str, ...] = ()
    blocked: tuple[str, ...] = ()

    @property
    def write(self) -> tuple[str, ...]:
        """The paths whose bytes are to be written."""
        return self.create + self.update


def plan_changes(wanted: Mapping[str, State], owned: Set[str]) -> Plan:
    """Decide what becomes of every wanted path, and of every owned one that nothing wants.

    `owned` are the files that an earlier build wrote; no others are ever deleted.
    """
    paths = sorted(wanted)
    return Plan(
        create=tuple(path for path in paths if wanted[path] == "absent"),
        update=tuple(path for path in paths if wanted[path] == "different"),
        keep=tuple(path for path in paths if wanted[path] == "same"),
        delete=tuple(sorted(owned - wanted.keys())),
        blocked=tuple(path for path in paths if wanted[path] == "foreign"),
    )
