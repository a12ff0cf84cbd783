"""One table of requests and of what has to be answered, for our own server and for those of others.

Each server gets the same site, made by `make_site`, at /feeds/. A header that is expected is equal, or
matches where it is a pattern, or is absent where it is None. Where a server answers otherwise than HTTP
would have it, `differs` says how, and the case is not tried there.
"""

from __future__ import annotations

import http.client
import os
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from syndicate import build, load_settings
from syndicate.settings import Settings

STRONG = re.compile(r'"[^"]+"')
HTTP_DATE = re.compile(r"\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT")
SECRET = b"nobody may read this"
BIG = bytes(range(256)) * 8192
"""A file of two megabytes: more than is held at once."""

AGING = "public, max-age=1800, stale-while-revalidate=1800, stale-if-error=86400"

Expected = str | re.Pattern[str] | None


class Reply(msgspec.Struct, frozen=True):
    """What came back; header names in lower case, the lines of one name joined."""

    status: int
    headers: dict[str, str]
    body: bytes


Fetch = Callable[[str, str, Mapping[str, str]], Reply]
"""Sends a method, a target as it is, and headers."""


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """One request and its answer. In `send`, {etag} and {modified} are those of a plain GET before."""

    name: str
    target: str
    status: int | tuple[int, ...]
    method: str = "GET"
    send: dict[str, str] = {}
    expect: dict[str, Expected] = {}
    body: str | None = None
    differs: dict[str, str] = {}


EVERYWHERE: dict[str, Expected] = {"access-control-allow-origin": "*", "x-content-type-options": "nosniff"}


def link(path: str) -> str:
    """The Link header of a feed of the site."""
    return f'<https://site.example/feeds/{path}>; rel="self"'


def typed(name: str, target: str, media_type: str, **more: Expected) -> Case:
    """A file, found with its media type and everything that a file has."""
    expect: dict[str, Expected] = {
        "content-type": media_type,
        "cache-control": AGING,
        "etag": STRONG,
        "last-modified": HTTP_DATE,
        "content-length": re.compile(r"[1-9]\d*"),
        "content-encoding": None,
        **EVERYWHERE,
        **more,
    }
    return Case(name=name, target=target, status=200, expect=expect, body=target)


RSS = "/feeds/all/rss.xml"
BOTH_TIMES = "asks for both conditions to hold, where If-None-Match alone should decide (RFC 9110 §13.1.3)"

CASES = [
    # Media types and the headers of every file.
    typed("rss", RSS, "application/rss+xml; charset=utf-8", vary="Accept-Encoding", link=link("all/rss.xml")),
    typed("atom", "/feeds/all/atom.xml", "application/atom+xml; charset=utf-8", link=link("all/atom.xml")),
    typed("json", "/feeds/all/feed.json", "application/feed+json", link=link("all/feed.json")),
    typed(
        "topic",
        "/feeds/topics/one/atom.xml",
        "application/atom+xml; charset=utf-8",
        link=link("topics/one/atom.xml"),
    ),
    typed("page", "/feeds/all/index.html", "text/html; charset=utf-8", vary="Accept-Encoding", link=None),
    typed("folder", "/feeds/all/", "text/html; charset=utf-8", link=None),
    typed("root", "/feeds/", "text/html; charset=utf-8", link=None),
    typed("css", "/feeds/feed.css", "text/css; charset=utf-8"),
    typed("js", "/feeds/embed.js", "text/javascript; charset=utf-8"),
    typed("opml", "/feeds/feeds.opml", "text/x-opml; charset=utf-8"),
    typed("catalogue", "/feeds/index.json", "application/json"),
    typed("sitemap", "/feeds/sitemap.xml", "application/xml; charset=utf-8"),
    typed("svg", "/feeds/icon.svg", "image/svg+xml; charset=utf-8"),
    typed("png", "/feeds/icon.png", "image/png"),
    # HEAD.
    Case(
        name="head",
        target=RSS,
        method="HEAD",
        status=200,
        body="",
        expect={
            "content-type": "application/rss+xml; charset=utf-8",
            "etag": STRONG,
            "content-length": re.compile(r"\d{4,}"),
            "link": link("all/rss.xml"),
            **EVERYWHERE,
        },
    ),
    Case(name="head-304", target=RSS, method="HEAD", status=304, body="", send={"If-None-Match": "{etag}"}),
    Case(name="head-404", target="/feeds/nothing", method="HEAD", status=404, body=""),
    # RFC 9110 §13: conditions.
    Case(
        name="304-tag",
        target=RSS,
        status=304,
        body="",
        send={"If-None-Match": "{etag}"},
        expect={
            "etag": STRONG,
            "cache-control": AGING,
            "vary": "Accept-Encoding",
            "content-length": None,
            "access-control-allow-origin": "*",
        },
    ),
    Case(name="304-one-of-several", target=RSS, status=304, send={"If-None-Match": '"x", W/{etag}'}),
    Case(name="304-any", target=RSS, status=304, send={"If-None-Match": "*"}),
    Case(name="200-other-tag", target=RSS, status=200, body=RSS, send={"If-None-Match": '"x"'}),
    Case(name="304-time", target=RSS, status=304, body="", send={"If-Modified-Since": "{modified}"}),
    Case(
        name="304-later-time",
        target=RSS,
        status=304,
        send={"If-Modified-Since": "Fri, 01 Jan 2100 00:00:00 GMT"},
        differs={"apache": "takes a time of the future for none"},
    ),
    Case(
        name="200-earlier-time",
        target=RSS,
        status=200,
        send={"If-Modified-Since": "Sat, 01 Jan 2000 00:00:00 GMT"},
    ),
    Case(name="200-no-time", target=RSS, status=200, send={"If-Modified-Since": "yesterday"}),
    Case(
        name="200-tag-before-time",
        target=RSS,
        status=200,
        send={"If-None-Match": '"x"', "If-Modified-Since": "{modified}"},
    ),
    Case(
        name="304-tag-before-time",
        target=RSS,
        status=304,
        send={"If-None-Match": "{etag}", "If-Modified-Since": "Sat, 01 Jan 2000 00:00:00 GMT"},
        differs={"nginx": BOTH_TIMES, "apache": BOTH_TIMES},
    ),
    Case(name="200-if-match", target=RSS, status=200, send={"If-Match": "{etag}"}),
    Case(name="412-if-match", target=RSS, status=412, send={"If-Match": '"x"'}),
    Case(
        name="412-unmodified",
        target=RSS,
        status=412,
        send={"If-Unmodified-Since": "Sat, 01 Jan 2000 00:00:00 GMT"},
    ),
    Case(name="200-unmodified", target=RSS, status=200, send={"If-Unmodified-Since": "{modified}"}),
    # RFC 9110 §14: ranges.
    Case(
        name="206-first",
        target=RSS,
        status=206,
        send={"Range": "bytes=0-99"},
        body=f"{RSS}[0:100]",
        expect={
            "content-range": re.compile(r"bytes 0-99/\d+"),
            "content-length": "100",
            "etag": STRONG,
            "content-type": "application/rss+xml; charset=utf-8",
        },
    ),
    Case(name="206-last", target=RSS, status=206, send={"Range": "bytes=-7"}, body=f"{RSS}[-7:]"),
    Case(name="206-open", target=RSS, status=206, send={"Range": "bytes=10-"}, body=f"{RSS}[10:]"),
    Case(name="206-beyond", target=RSS, status=206, send={"Range": "bytes=10-999999999"}, body=f"{RSS}[10:]"),
    Case(
        name="416",
        target=RSS,
        status=416,
        send={"Range": "bytes=999999999-"},
        expect={"content-range": re.compile(r"bytes \*/\d+")},
        differs={"apache": "leaves out Content-Range"},
    ),
    Case(
        name="200-other-unit",
        target=RSS,
        status=200,
        send={"Range": "items=0-1"},
        body=RSS,
        differs={
            "nginx": "answers 416 to a unit that it does not know",
            "caddy": "answers 416 to a unit that it does not know",
        },
    ),
    Case(
        name="200-several-ranges",
        target=RSS,
        status=200,
        send={"Range": "bytes=0-1,4-5"},
        body=RSS,
        differs=dict.fromkeys(("nginx", "apache", "caddy"), "sends multipart/byteranges, which is allowed"),
    ),
    Case(name="206-if-range", target=RSS, status=206, send={"Range": "bytes=0-9", "If-Range": "{etag}"}),
    Case(
        name="200-if-range", target=RSS, status=200, body=RSS, send={"Range": "bytes=0-9", "If-Range": '"x"'}
    ),
    Case(
        name="200-if-range-time",
        target=RSS,
        status=200,
        body=RSS,
        send={"Range": "bytes=0-9", "If-Range": "{modified}"},
        differs=dict.fromkeys(("nginx", "apache", "caddy"), "trusts a time to the second"),
    ),
    Case(
        name="304-before-range",
        target=RSS,
        status=304,
        send={"If-None-Match": "{etag}", "Range": "bytes=0-9"},
    ),
    Case(
        name="head-range",
        target=RSS,
        method="HEAD",
        status=200,
        send={"Range": "bytes=0-9"},
        differs=dict.fromkeys(("nginx", "apache", "caddy"), "heeds Range with HEAD, against RFC 9110 §14.2"),
    ),
    Case(
        name="206-of-much",
        target="/feeds/big.bin",
        status=206,
        send={"Range": "bytes=1000000-1999999"},
        body="/feeds/big.bin[1000000:2000000]",
    ),
    Case(
        name="200-much",
        target="/feeds/big.bin",
        status=200,
        body="/feeds/big.bin",
        expect={"content-type": "application/octet-stream", "content-length": str(len(BIG))},
        differs={"caddy": "says no type where it knows none"},
    ),
    # RFC 9110 §12.5.3: content codings.
    Case(
        name="gzip",
        target=RSS,
        status=200,
        send={"Accept-Encoding": "gzip"},
        body=f"{RSS}.gz",
        expect={
            "content-encoding": "gzip",
            "vary": "Accept-Encoding",
            "etag": STRONG,
            "link": link("all/rss.xml"),
            "content-type": "application/rss+xml; charset=utf-8",
            "cache-control": AGING,
        },
    ),
    Case(
        name="gzip-page",
        target="/feeds/all/",
        status=200,
        send={"Accept-Encoding": "gzip"},
        body="/feeds/all/index.html.gz",
        expect={"content-type": "text/html; charset=utf-8"},
        differs={"apache": "rewrites the address of a folder before it is that of its page"},
    ),
    Case(
        name="br",
        target=RSS,
        status=200,
        send={"Accept-Encoding": "gzip, deflate, br"},
        body=f"{RSS}.br",
        expect={"content-encoding": "br", "content-type": "application/rss+xml; charset=utf-8"},
        differs={"nginx": "needs a module"},
    ),
    Case(
        name="br-weighed",
        target=RSS,
        status=200,
        send={"Accept-Encoding": "br;q=0.5, gzip;q=0.8"},
        body=f"{RSS}.gz",
        differs={
            "nginx": "needs a module",
            "apache": "rules, which do not weigh",
            "caddy": "prefers by its own order",
        },
    ),
    Case(
        name="gzip-refused",
        target=RSS,
        status=200,
        send={"Accept-Encoding": "gzip;q=0"},
        body=RSS,
        expect={"content-encoding": None},
    ),
    Case(
        name="no-coding-known",
        target=RSS,
        status=200,
        send={"Accept-Encoding": "zstd"},
        body=RSS,
        expect={"content-encoding": None, "vary": "Accept-Encoding"},
    ),
    Case(
        name="gzip-range",
        target=RSS,
        status=206,
        body=f"{RSS}.gz[0:10]",
        send={"Accept-Encoding": "gzip", "Range": "bytes=0-9"},
        expect={"content-encoding": "gzip"},
        differs={"nginx": "sends the whole of a sibling"},
    ),
    Case(
        name="older-sibling",
        target="/feeds/stale.txt",
        status=200,
        send={"Accept-Encoding": "gzip"},
        body="/feeds/stale.txt",
        differs=dict.fromkeys(("nginx", "apache", "caddy"), "does not compare the times of siblings"),
    ),
    # RFC 9110 §15.5.6, §9.3.7; Fetch §3.2: methods.
    Case(
        name="post",
        target=RSS,
        method="POST",
        status=405,
        expect={"allow": "GET, HEAD, OPTIONS"},
        differs={"apache": "lists methods of its own in Allow"},
    ),
    Case(name="put", target=RSS, method="PUT", status=405),
    Case(name="delete", target="/feeds/nothing", method="DELETE", status=405),
    Case(
        name="preflight",
        target=RSS,
        method="OPTIONS",
        status=204,
        body="",
        send={
            "Origin": "https://other.example",
            "Access-Control-Request-Method": "GET",
            "Access-Control-Request-Headers": "if-none-match",
        },
        expect={
            "access-control-allow-origin": "*",
            "access-control-allow-methods": "GET, HEAD, OPTIONS",
            "access-control-allow-headers": re.compile(".*If-None-Match.*"),
            "access-control-max-age": "86400",
        },
    ),
    # Addresses.
    Case(name="slash", target="/feeds/all", status=(301, 308), expect={"location": "/feeds/all/"}),
    Case(name="slash-root", target="/feeds", status=301, expect={"location": "/feeds/"}),
    Case(
        name="moved-feed",
        target="/feeds/topics/old/rss.xml",
        status=301,
        expect={"location": "/feeds/topics/one/rss.xml"},
    ),
    Case(
        name="moved-folder",
        target="/feeds/topics/old/",
        status=301,
        expect={"location": "/feeds/topics/one/"},
    ),
    Case(name="missing", target="/feeds/all/none.xml", status=404),
    Case(
        name="no-index",
        target="/feeds/topics/",
        status=404,
        differs={"nginx": "answers 403", "apache": "answers 403"},
    ),
    Case(name="our-list", target="/feeds/.syndicate-files", status=404),
    Case(name="hidden-folder", target="/feeds/.hidden/rss.xml", status=404),
    Case(name="above", target="/feeds/../secret.txt", status=(400, 404)),
    Case(name="above-escaped", target="/feeds/%2e%2e/secret.txt", status=(400, 404)),
    Case(name="above-slash", target="/feeds/..%2fsecret.txt", status=(400, 404)),
    Case(name="above-twice", target="/feeds/%252e%252e/secret.txt", status=404),
    Case(name="above-below", target="/feeds/all/../../secret.txt", status=(400, 404)),
    Case(name="backslash", target="/feeds/..%5csecret.txt", status=(400, 404)),
    Case(
        name="nul", target="/feeds/all/rss.xml%00.html", status=(400, 404), differs={"caddy": "answers 500"}
    ),
    Case(
        name="absolute",
        target="/feeds//etc/passwd",
        status=404,
        differs=dict.fromkeys(("caddy",), "leads to the address with one slash"),
    ),
    Case(name="bytes", target="/feeds/%ff%fe", status=(400, 404)),
    Case(
        name="link-outside",
        target="/feeds/outside.txt",
        status=404,
        differs=dict.fromkeys(("nginx", "apache", "caddy"), "follows links, unless it is told not to"),
    ),
    Case(name="link-inside", target="/feeds/inside.xml", status=200),
    Case(
        name="pipe",
        target="/feeds/pipe.txt",
        status=404,
        differs=dict.fromkeys(("apache", "caddy"), "answers 403 or waits"),
    ),
]


def make_site(folder: Path, codings: str = "[gzip, br]") -> Settings:
    """Build a site with a file of every kind, and with everything that must not be found."""
    (folder / "config").mkdir()
    (folder / "articles").mkdir()
    (folder / "config" / "syndicate.yaml").write_text(
        "site: {title: The Site, url: https://site.example/, feeds_url: https://site.example/feeds/,"
        " id: 'site.example,2020', ttl: 30}\n"
        f"sources: [{{path: ../articles}}]\nprecompress: {codings}\n"
    )
    for number in range(1, 30):
        (folder / "articles" / f"2024-01-{number:02}-a.md").write_text(
            f"---\ntitle: Article {number}\ntopics: [One]\nwebUrl: https://site.example/{number}/\n---\nText\n"
        )
    settings = load_settings(folder / "config" / "syndicate.yaml")
    build(settings, now=datetime(2024, 6, 1, tzinfo=UTC), jobs=1)
    output = folder / "feeds"
    from syndicate.encoding import gzip

    texts = {
        "index.html": "<title>Feeds</title>", "all/index.html": "<title>All</title>", "feed.css": "a {}",
        "embed.js": "let a", "feeds.opml": "<opml/>", "index.json": "{}", "sitemap.xml": "<urlset/>",
        "icon.svg": "<svg/>", "icon.png": "png", ".hidden/rss.xml": "<rss/>",
    }  # fmt: skip
    for name, text in texts.items():
        (output / name).parent.mkdir(exist_ok=True)
        (output / name).write_text(text)
        if not name.endswith(".png"):
            (output / f"{name}.gz").write_bytes(gzip(text.encode()))
    (output / "big.bin").write_bytes(BIG)
    (output / "stale.txt").write_text("a newer text")
    (output / "stale.txt.gz").write_bytes(gzip(b"older"))
    # A file of this very second is one that servers do not trust yet.
    for file in output.rglob("*.*"):
        os.utime(file, (1_710_000_000, 1_710_000_000))
    os.utime(output / "stale.txt.gz", (1_700_000_000, 1_700_000_000))
    (folder / "secret.txt").write_bytes(SECRET)
    (output / "outside.txt").symlink_to(folder / "secret.txt")
    (output / "inside.xml").symlink_to(output / "all" / "rss.xml")
    os.mkfifo(output / "pipe.txt")
    return settings


REDIRECTS = {"topics/old": "topics/one"}


def check(case: Case, fetch: Fetch, output: Path) -> None:
    """Send the request of a case and compare the answer."""
    plain: dict[str, str] = {}
    if any("{" in value for value in case.send.values()):
        before = fetch("GET", case.target, {}).headers
        plain = {"etag": before["etag"], "modified": before["last-modified"]}
    send = {name: value.format(**plain) for name, value in case.send.items()}
    reply = fetch(case.method, case.target, send)
    allowed = case.status if isinstance(case.status, tuple) else (case.status,)
    assert reply.status in allowed, reply
    assert SECRET not in reply.body
    for name, expected in case.expect.items():
        found = reply.headers.get(name)
        if name == "location" and found:
            found = absolute(case.target, found)
        if isinstance(expected, re.Pattern):
            assert expected.fullmatch(found or ""), (name, found, reply.headers)
        else:
            assert found == expected, (name, reply.headers)
    if case.body is not None:
        assert reply.body == body_of(case.body, output), reply.headers
    if "content-length" in reply.headers and case.method != "HEAD":
        assert int(reply.headers["content-length"]) == len(reply.body)


def absolute(target: str, location: str) -> str:
    """The path that a Location leads to."""
    from urllib.parse import urljoin, urlsplit

    return urlsplit(urljoin(f"http://127.0.0.1{target}", location)).path


def body_of(described: str, output: Path) -> bytes:
    """The bytes of a file of the output, or `/feeds/name[from:to]` of them."""
    if not described:
        return b""
    name, _, part = described.removeprefix("/feeds/").partition("[")
    whole = (output / (f"{name}index.html" if not name or name.endswith("/") else name)).read_bytes()
    start, _, stop = part.rstrip("]").partition(":")
    return whole[int(start) if start else None : int(stop) if stop else None]


def over_http(port: int) -> Fetch:
    """Fetch from a server on the loopback interface; a target goes out as it is."""

    def fetch(method: str, target: str, headers: Mapping[str, str]) -> Reply:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        try:
            connection.putrequest(method, target, skip_accept_encoding=True)
            for name, value in headers.items():
                connection.putheader(name, value)
            if method in ("POST", "PUT"):
                connection.putheader("Content-Length", "0")
            connection.endheaders()
            response = connection.getresponse()
            joined: dict[str, str] = {}
            for name, value in response.getheaders():
                key = name.lower()
                joined[key] = f"{joined[key]}, {value}" if key in joined else value
            return Reply(response.status, joined, response.read())
        finally:
            connection.close()

    return fetch
