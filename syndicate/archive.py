"""Archives (RFC 5005 §4): the months or years of feeds that outgrew their window.

A feed whose articles all fit its window has none. Every other has one document for each period that
holds an article of it, with all of them; the newest one is still open. May know: the index, the
catalogue and periods; neither bytes nor the output folder.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

import msgspec

from syndicate.catalogue import FeedSpec, Place
from syndicate.dates import parse_zone
from syndicate.digest import digest_of
from syndicate.index import Index
from syndicate.periods import Period, period_of
from syndicate.render import FILE_NAMES
from syndicate.selection import FeedKey
from syndicate.settings import Settings
from syndicate.window import Window, latest

_FOREVER = int(datetime.max.replace(tzinfo=UTC).timestamp())


class _Chapter(msgspec.Struct, frozen=True, kw_only=True):
    """One document of an archive, before it is asked which articles it shows."""

    key: FeedKey
    spec: FeedSpec
    place: Place
    after: int
    until: int


class Archive:
    """The archives of the feeds of one site at one instant; collects what is to be rendered of them."""

    def __init__(self, index: Index, settings: Settings, now: int) -> None:
        self.index = index
        self.since = settings.site.since
        self.zone = parse_zone(settings.site.time_zone)
        self.now = now
        self.chapters: list[_Chapter] = []

    def periods(self, key: FeedKey, spec: FeedSpec, after: int) -> list[Period]:
        """List the periods that hold an article published after an instant, the newest first."""
        found: list[Period] = []
        if spec.archive == "none":
            return found
        until = self.now
        while (newest := self.index.newest(key, after, until)) is not None:
            period = period_of(newest, spec.archive, self.zone)
            # Beside the first and the last year that there are, two stretches may have one name.
            if found and found[-1].name == period.name:
                found.pop()
            found.append(period)
            until = period.start - 1
        return found

    def update(
        self,
        key: FeedKey,
        spec: FeedSpec,
        periods: Sequence[Period],
        *,
        after: int,
        moved: Sequence[int] | None,
    ) -> None:
        """Note the archive of a feed in the index, and which of its documents are to be rendered.

        Those are the ones whose head differs from the one noted (they are new, or got another
        neighbour, or the feed another title), and those in whose stretch of time an article `moved`:
        it came, went or looks different. `moved` is in order; None is for anything.
        """
        known = self.index.archive(key)
        # What moved may be out of the feed by now: not due again, or too old.
        until, end = self.now, _FOREVER
        for number, period in enumerate(periods):
            place = Place(
                period=period.name,
                older=periods[number + 1].name if number + 1 < len(periods) else None,
                newer=periods[number - 1].name if number else None,
            )
            head = digest_of(spec, place)
            start = period.start - 1
            if known.pop(period.name, None) != head or moved is None or _any_between(moved, start, end):
                self.index.set_period(key, period.name, _files(spec, period.name), head)
                chapter = _Chapter(key=key, spec=spec, place=place, after=max(start, after), until=until)
                self.chapters.append(chapter)
            until = end = start
        self.index.forget_periods(key, known)

    def windows(self) -> Iterator[Window]:
        """Give the documents to be rendered one by one: all at once, they would be the whole collection."""
        for each in self.chapters:
            members = self.index.window(each.key, after=each.after, until=each.until, limit=None)
            yield Window(
                key=each.key,
                spec=each.spec,
                place=each.place,
                members=tuple(members),
                updated=latest(members, self.since),
            )


def _files(spec: FeedSpec, period: str) -> list[str]:
    return [f"{spec.folder(period)}/{FILE_NAMES[name]}" for name in spec.formats]


def _any_between(instants: Sequence[int], after: int, until: int) -> bool:
    return bisect_left(instants, after + 1) < bisect_left(instants, until + 1)
