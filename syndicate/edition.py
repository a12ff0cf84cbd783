"""An edition: what every feed shows at one instant, told from the index.

May know: the index, the settings and the names; neither bytes nor the output folder.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

import msgspec

from syndicate.catalogue import FeedSpec, collisions, specify
from syndicate.errors import ConfigError, Problem
from syndicate.index import Index
from syndicate.indexfile import Member
from syndicate.render import FILE_NAMES
from syndicate.report import FeedReport
from syndicate.selection import ROOT, FeedKey, Names, is_enabled, newer_than, split_key, standing_feeds
from syndicate.settings import Settings

_LONG_AGO = int(datetime(1, 1, 1, tzinfo=UTC).timestamp()) - 1


class Window(msgspec.Struct, frozen=True, kw_only=True):
    """One feed: what it is to be, the articles it shows, newest first, and its date."""

    key: FeedKey
    spec: FeedSpec
    members: tuple[Member, ...]
    updated: datetime

    def report(self) -> FeedReport:
        """Describe the feed; one with too few articles has no files."""
        spec = self.spec
        enough = len(self.members) >= spec.min_items
        documents = spec.documents if enough else ()
        return FeedReport(
            path=spec.path,
            title=spec.title,
            kind=spec.kind,
            items=len(self.members),
            updated=self.updated,
            files=tuple(f"{spec.path}/{FILE_NAMES[name]}" for name in documents),
            name=spec.name if spec.kind in ("topics", "providers") else spec.title,
            description=spec.description,
            home_url=spec.home_url,
            formats=spec.formats if enough else (),
        )


class Edition:
    """The feeds of one site at one instant."""

    def __init__(self, index: Index, settings: Settings, names: Names, now: datetime) -> None:
        self.index = index
        self.settings = settings
        self.names = names
        self.now = int(now.timestamp())

    def update(self, keys: Iterable[FeedKey]) -> list[Window]:
        """Find the windows of feeds anew, note them in the index and forget those that are no more.

        Raises ConfigError where two feeds would have one path; every such path is named.
        """
        standing = set(standing_feeds(self.settings))
        found = []
        for key in keys:
            if key == ROOT:
                continue
            window = self._window(key) if self._exists(key) else None
            if window is None or not (window.members or key in standing):
                self.index.set_feed(key, None)
                continue
            report = window.report()
            self.index.set_feed(key, report)
            if report.files:
                found.append(window)
        self._refuse_collisions()
        # Feeds that share items stand together, so that few rendered items have to be kept.
        return sorted(found, key=lambda window: (window.spec.kind == "providers", window.spec.path))

    def members(self, key: FeedKey, limit: int | None) -> list[Member]:
        """List the articles of a feed at the present instant, newest first."""
        span = newer_than(key, self.settings)
        after = _LONG_AGO if span is None else self.now - int(span.total_seconds())
        return self.index.window(key, after=after, until=self.now, limit=limit)

    def _exists(self, key: FeedKey) -> bool:
        kind, name = split_key(key)
        if kind == "named":
            return name in self.settings.feeds.named
        return is_enabled(key, self.settings)

    def _window(self, key: FeedKey) -> Window:
        spec = specify(key, self.settings, self.names)
        members = self.members(key, None if spec.limit is None else max(spec.limit, spec.min_items))
        shown = members if len(members) < spec.min_items else members[: spec.limit]
        updated = max((member.updated for member in shown), default=None)
        return Window(
            key=key,
            spec=spec,
            members=tuple(shown),
            updated=self.settings.site.since if updated is None else datetime.fromtimestamp(updated, UTC),
        )

    def _refuse_collisions(self) -> None:
        problems = [
            Problem(
                path=path,
                found=f"{len(keys)} feeds ({', '.join(keys)})",
                expected="one; give one another `slug` in its registry",
            )
            for path, keys in collisions(self.index.feed_paths())
        ]
        if problems:
            raise ConfigError(problems)
