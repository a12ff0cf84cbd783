"""Push by hand: announce the published documents of feeds, all of them or those that somebody names.

May know: what is published, the index and the hubs; neither articles nor how a build goes.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from syndicate.errors import ConfigError, Problem, PublishError
from syndicate.indexfile import IndexBroken
from syndicate.owed import Owing, feed_of
from syndicate.pipeline import ledger
from syndicate.places import index_path, output_folder
from syndicate.publish import read_manifest
from syndicate.report import Outcome
from syndicate.settings import Settings
from syndicate.websub import Patience

# Somebody waits for it, and wants all of it.
_PATIENCE = Patience(total=600.0)


def ping(settings: Settings, feeds: Sequence[str] = (), *, owed: bool = False) -> Outcome:
    """Announce the published documents of the feeds at these paths, or of all feeds, to every hub.

    With `owed`, only what an earlier build left to be announced. What a hub takes is no longer owed.
    Raises ConfigError where there is no hub, or no such feed is published, PublishError where what is
    owed cannot be read.
    """
    if not settings.hubs:
        raise ConfigError([Problem(field=("hubs",), found="nothing", expected="the URL of a hub")])
    account = ledger(settings)
    try:
        known = account.owed()
    except IndexBroken as error:
        if owed:
            raise PublishError(index_path(settings), f"the index cannot be used: {error}") from None
        known = {}
    paths = _documents(settings, [feed.strip("/") for feed in feeds])
    wanted: Owing = {
        (hub, path): known.get((hub, path), b"")
        for path in paths
        for hub in settings.hubs
        if not owed or (hub, path) in known
    }
    return account.settle(wanted, patience=_PATIENCE)


def _documents(settings: Settings, feeds: Collection[str]) -> list[str]:
    output = output_folder(settings)
    published = {path: feed for path in sorted(read_manifest(output)) if (feed := feed_of(path))}
    unknown = [feed for feed in feeds if feed not in published.values()]
    if unknown or not published:
        expected = "a feed that is published there, such as all" if published else "a build before"
        raise ConfigError(
            Problem(path=output, found=f"no feed {feed}" if feed else "no feed", expected=expected)
            for feed in unknown or [""]
        )
    return [path for path, feed in published.items() if not feeds or feed in feeds]
