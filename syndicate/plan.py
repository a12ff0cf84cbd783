"""Planning what to write: wanted documents against published ones, without touching either.

May know: neither the file system nor what is in the documents.
"""

from __future__ import annotations

from collections.abc import Mapping, Set

import msgspec


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What is to happen to each path, in the order of the paths."""

    create: tuple[str, ...] = ()
    update: tuple[str, ...] = ()
    keep: tuple[str, ...] = ()
    delete: tuple[str, ...] = ()

    @property
    def write(self) -> tuple[str, ...]:
        """The paths whose bytes are to be written."""
        return self.create + self.update


def plan_changes(wanted: Mapping[str, bytes], published: Mapping[str, bytes], owned: Set[str]) -> Plan:
    """Compare digests of what is wanted with digests of what is there.

    `published` may name any files; only those in `owned`, which an earlier build wrote, are ever deleted.
    """
    paths = sorted(wanted)
    return Plan(
        create=tuple(path for path in paths if path not in published),
        update=tuple(path for path in paths if path in published and published[path] != wanted[path]),
        keep=tuple(path for path in paths if published.get(path) == wanted[path]),
        delete=tuple(sorted(path for path in owned if path in published and path not in wanted)),
    )
