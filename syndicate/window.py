"""A window: what one document of a feed is to be, and the articles that it shows.

May know: the rows of the index and the catalogue; neither bytes nor the output folder.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import msgspec

from syndicate.catalogue import FeedSpec, Place
from syndicate.indexfile import Member
from syndicate.selection import FeedKey


class Window(msgspec.Struct, frozen=True, kw_only=True):
    """One document of a feed, in whatever formats: the articles it shows, newest first, and its date."""

    key: FeedKey
    spec: FeedSpec
    members: tuple[Member, ...]
    updated: datetime
    place: Place = Place()

    @property
    def folders(self) -> tuple[str, ...]:
        """The folders that hold it; the archive has no old addresses, since the feed leads to the new one."""
        own = self.spec.folder(self.place.period)
        return (own,) if self.place.period else (own, *self.spec.former)


def latest(members: Sequence[Member], since: datetime) -> datetime:
    """Tell the date of a document: the latest `updated` of the articles it shows (law 1)."""
    updated = max((member.updated for member in members), default=None)
    return since if updated is None else datetime.fromtimestamp(updated, UTC)
