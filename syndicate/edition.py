"""An edition: what every feed shows at one instant, told from the index.

May know: the index, the settings and the names; neither bytes nor the output folder.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from syndicate.archive import Archive
from syndicate.catalogue import Place, collisions, redirects, specify
from syndicate.dates import LONG_AGO
from syndicate.errors import ConfigError, Problem
from syndicate.index import Index
from syndicate.indexfile import Member
from syndicate.render import FILE_NAMES
from syndicate.report import FeedReport
from syndicate.selection import ROOT, FeedKey, Names, is_enabled, newer_than, split_key, standing_feeds
from syndicate.settings import Settings
from syndicate.window import Window, latest


class Edition:
    """The feeds of one site at one instant."""

    def __init__(self, index: Index, settings: Settings, names: Names, now: datetime) -> None:
        self.index = index
        self.settings = settings
        self.names = names
        self.now = int(now.timestamp())
        self.archive = Archive(index, settings, self.now)
        self.gone: tuple[str, ...] = ()
        """The paths that had a feed before the update, and have none now."""

    def update(self, keys: Collection[FeedKey], moved: Iterable[int] | None = None) -> list[Window]:
        """Find the windows of feeds anew, note them in the index and forget those that are no more.

        `moved` says when the articles that changed were published; without it, any may have changed.
        It decides what `archive.windows()` gives, the documents of the archives to be rendered.
        Raises ConfigError where two feeds would have one path; every such path is named.
        """
        if not keys:
            return []
        before = dict(self.index.feed_paths())
        standing = set(standing_feeds(self.settings, self.names.registries))
        instants = None if moved is None else sorted(moved)
        found = []
        for key in keys:
            if key == ROOT:
                continue
            window = None
            if not self._exists(key):
                self.index.set_feed(key, None)
            elif window := self._update(key, instants, standing=key in standing):
                found.append(window)
        after = self.index.feed_paths()
        self._refuse_collisions(after)
        self.gone = tuple(sorted(set(before.values()).difference(path for _, path in after)))
        # Feeds that share items stand together, so that items are looked up soon after they were rendered.
        return sorted(found, key=lambda window: (window.spec.kind == "providers", window.spec.path))

    def members(self, key: FeedKey, limit: int | None) -> list[Member]:
        """List the articles of a feed at the present instant, newest first."""
        return self.index.window(key, after=self._begin(key), until=self.now, limit=limit)

    def _begin(self, key: FeedKey) -> int:
        """Tell after which instant an article of a feed must have been published."""
        span = newer_than(key, self.settings)
        return LONG_AGO if span is None else self.now - int(span.total_seconds())

    def _exists(self, key: FeedKey) -> bool:
        kind, name = split_key(key)
        if kind == "named":
            return name in self.settings.feeds.named
        return is_enabled(key, self.settings)

    def _update(self, key: FeedKey, moved: Sequence[int] | None, *, standing: bool) -> Window | None:
        """Find one window and its archive, and note both; None where the feed has no files."""
        spec = specify(key, self.settings, self.names)
        # One more than the window shows says whether there is anything to archive.
        members = self.members(key, None if spec.limit is None else max(spec.limit + 1, spec.min_items))
        enough = len(members) >= spec.min_items
        shown = members[: spec.limit] if enough else members
        if not (shown or standing):
            self.index.set_feed(key, None)
            return None
        begin = self._begin(key)
        periods = self.archive.periods(key, spec, begin) if len(members) > len(shown) else []
        window = Window(
            key=key,
            spec=spec,
            members=tuple(shown),
            updated=latest(shown, self.settings.site.since),
            place=Place(older=periods[0].name if periods else None),
        )
        report = FeedReport(
            path=spec.path,
            title=spec.title,
            kind=spec.kind,
            items=len(shown),
            updated=window.updated,
            files=tuple(f"{spec.path}/{FILE_NAMES[name]}" for name in spec.documents()) if enough else (),
            name=spec.name if spec.kind in ("topics", "providers") else spec.title,
            description=spec.description,
            home_url=spec.home_url,
            formats=spec.formats if enough else (),
            former=spec.former,
            archives=len(periods),
        )
        self.index.set_feed(key, report)
        if periods:
            self.archive.update(key, spec, periods, after=begin, moved=moved)
        return window if enough else None

    def _refuse_collisions(self, paths: list[tuple[FeedKey, str]]) -> None:
        former = [(f"{new}, by an alias", old[:-1]) for old, new in redirects(self.settings, self.names)]
        problems = [
            Problem(
                path=path,
                found=f"{len(keys)} feeds ({', '.join(keys)})",
                expected="one; give one another `slug` in its registry",
            )
            for path, keys in collisions([*paths, *former])
        ]
        if problems:
            raise ConfigError(problems)
