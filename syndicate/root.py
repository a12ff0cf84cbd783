"""The root of the output: the files that speak of all feeds, as one entry that is touched like a feed.

What they say follows from the settings and from what the index says of the feeds; so they are rendered
only where that differs from what they were rendered from, or where one of them is gone or was altered.
May know: the index and the settings; not how the files come into the output.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC

from syndicate.index import Index
from syndicate.model import Catalogue, Document, Entry
from syndicate.refresh import Changes
from syndicate.report import FeedReport
from syndicate.selection import ROOT
from syndicate.settings import Settings

_ASSETS = {
    "page.css": "text/css",
    "page.js": "text/javascript",
    "embed.js": "text/javascript",
    "feed.css": "text/css",
    "feed.svg": "image/svg+xml",
}


def update_root(
    index: Index, settings: Settings, changes: Changes, offer: Callable[[Document], object]
) -> None:
    """Offer the files of the root if they may differ, and note in the index which there are.

    They may if the configuration changed, if one of them is not as it was left, or if something else
    is said now of a feed that this run looked at: what nobody touched says what it said before.
    """
    anew = changes.everything or ROOT in changes.feeds
    if not anew and not changes.feeds:
        return
    said = index.digest_feeds()
    if not anew and index.meta("root") == said:
        return
    index.set_meta("root", said)
    if not settings.pages:
        index.set_feed(ROOT, None)
        return
    catalogue = make_catalogue(settings, [feed for feed in index.feeds().values() if feed.files])
    documents = render_root(catalogue)
    for document in documents:
        offer(document)
    report = FeedReport(
        path="",
        kind="root",
        title=catalogue.title,
        items=len(catalogue.entries),
        updated=catalogue.updated,
        files=tuple(document.path for document in documents),
    )
    index.set_feed(ROOT, report)


def make_catalogue(settings: Settings, feeds: Iterable[FeedReport]) -> Catalogue:
    """List the feeds of a site by kind, then by name without regard to case, then by path."""
    site = settings.site
    kinds = ("all", "named", "topics", "providers")
    ordered = sorted(feeds, key=lambda feed: (kinds.index(feed.kind), feed.name.casefold(), feed.path))
    entries = tuple(
        Entry(
            path=feed.path,
            kind=feed.kind,
            name=feed.name,
            title=feed.title,
            description=feed.description,
            home_url=feed.home_url,
            items=feed.items,
            # What comes out of the index has the zone of msgspec's making.
            updated=feed.updated.astimezone(UTC),
            formats=feed.formats,
        )
        for feed in ordered
    )
    return Catalogue(
        title=site.title,
        description=site.description,
        home_url=site.url,
        url=site.feeds_url,
        language=site.language,
        updated=max((entry.updated for entry in entries), default=site.since),
        icon=site.icon,
        entries=entries,
    )


def render_root(catalogue: Catalogue) -> list[Document]:
    """Render the files of the root."""
    # Imported where it is needed: a run in which nothing changed renders nothing.
    from syndicate.render import listing, sitemap

    lists = _lists(catalogue)
    return [
        listing.render_page(catalogue, [(document.path, label) for label, document in lists]),
        listing.render_json(catalogue),
        *(document for _, document in lists),
        *sitemap.render_sitemaps(catalogue),
        *(_asset(name) for name in _ASSETS),
    ]


def _lists(catalogue: Catalogue) -> list[tuple[str, Document]]:
    """Write the lists of feeds, each with what a link to it says; an OPML without feeds is none."""
    from syndicate.render.opml import render_opml, render_outlines

    title, outlines = catalogue.title, render_outlines(catalogue)
    first, topics, providers = (
        catalogue.of("all", "named"),
        catalogue.of("topics"),
        catalogue.of("providers"),
    )
    wanted = (
        ("All feeds", "feeds.opml", title, ((title, first), ("Topics", topics), ("Providers", providers))),
        ("Topics", "topics.opml", f"Topics – {title}", (("Topics", topics),)),
        ("Providers", "providers.opml", f"Providers – {title}", (("Providers", providers),)),
    )
    return [
        (label, render_opml(path, name, groups, outlines))
        for label, path, name, groups in wanted
        if any(entries for _, entries in groups)
    ]


def _asset(name: str) -> Document:
    from pkgutil import get_data

    body = get_data("syndicate", f"assets/{name}")
    assert body is not None
    return Document(path=name, media_type=_ASSETS[name], body=body)
