"""Delivery: the media type and the headers that each file of the output is to be served with.

One table for our own server and for the configuration of others. May know: names of files and the
settings; neither files nor requests.
"""

from __future__ import annotations

from urllib.parse import quote

from syndicate.encoding import is_text
from syndicate.settings import Settings
from syndicate.urls import MEDIA_TYPES

FEED_TYPES = {
    "rss.xml": "application/rss+xml; charset=utf-8",
    "atom.xml": "application/atom+xml; charset=utf-8",
    "feed.json": "application/feed+json",
}
"""The media types of feeds by the names of their files.

Without `charset`, Chromium decodes RSS as windows-1252. JSON has none: it is UTF-8 (RFC 8259 §8.1, §11).
"""

TEXT_TYPES = {
    "css": "text/css; charset=utf-8",
    "htm": "text/html; charset=utf-8",
    "html": "text/html; charset=utf-8",
    "js": "text/javascript; charset=utf-8",  # RFC 9239 §6
    "json": "application/json",
    "md": "text/markdown; charset=utf-8",
    "opml": "text/x-opml; charset=utf-8",
    "svg": "image/svg+xml; charset=utf-8",
    "txt": "text/plain; charset=utf-8",
    "xml": "application/xml; charset=utf-8",
}
"""The media types of other texts by the endings of their names."""

ALLOWED_METHODS = "GET, HEAD, OPTIONS"
# What a script may ask for and see beyond what Fetch safelists: conditional requests and their answers.
PREFLIGHT = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": ALLOWED_METHODS,
    "Access-Control-Allow-Headers": "Cache-Control, If-Modified-Since, If-None-Match, If-Range, Range",
    "Access-Control-Max-Age": "86400",
}
EVERYWHERE = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "Content-Range, ETag, Link",
    "X-Content-Type-Options": "nosniff",
}
"""What every answer carries. All that is served is public, and no cookie is ever read."""

_DEFAULT_AGE, _LONGEST_AGE, _GRACE = 300, 86_400, 86_400


def media_type_of(path: str) -> str:
    """Tell the media type of a file of the output, with its charset where the type has one."""
    name = path.rpartition("/")[2]
    ending = name.rpartition(".")[2].lower() if "." in name else ""
    known = FEED_TYPES.get(name) or TEXT_TYPES.get(ending)
    return known or MEDIA_TYPES.get(ending, "application/octet-stream")


def is_feed(path: str) -> bool:
    """Tell whether a file of the output is a feed."""
    return path.rpartition("/")[2] in FEED_TYPES


def cache_control(settings: Settings, *, feed: bool) -> str:
    """Say how long an answer may be used again (RFC 9111 §5.2.2, RFC 5861).

    A feed's own word, `site.ttl`, else five minutes: enough to take a crowd off the server, short
    enough that nobody waits for news. A stale answer is better than none while the server is asked
    again or down. But where a hub is told of a change and fetches the feed, a shared cache that
    still held the old one would have every subscriber get that: it must ask first.
    """
    ttl = settings.site.ttl
    age = _DEFAULT_AGE if ttl is None else min(ttl * 60, _LONGEST_AGE)
    if feed and settings.hubs:
        return f"public, max-age={age}, s-maxage=0"
    return f"public, max-age={age}, stale-while-revalidate={age}, stale-if-error={_GRACE}"


def link(settings: Settings, self_url: str) -> str:
    """Write the Link header of a feed: its hubs and itself (WebSub §4, RFC 8288 §3)."""
    links = [(hub, "hub") for hub in settings.hubs] + [(self_url, "self")]
    return ", ".join(f'<{url}>; rel="{rel}"' for url, rel in links)


def headers_of(path: str, settings: Settings) -> dict[str, str]:
    """Give the headers of a file of the output, all but those of its one encoding."""
    feed = is_feed(path)
    headers = {
        "Content-Type": media_type_of(path),
        "Cache-Control": cache_control(settings, feed=feed),
        **EVERYWHERE,
    }
    if is_text(path):
        # RFC 9110 §12.5.5: where there is no encoded sibling just now, too, since there may be one later.
        headers["Vary"] = "Accept-Encoding"
    if feed:
        headers["Link"] = link(settings, settings.site.feeds_url + quote(path))
    return headers
