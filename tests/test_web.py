"""Serving the files of the output, over ASGI: the table of cases, paths that lead out, mounting."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import msgspec
import pytest
from conftest import SITE, settings_of
from http_cases import BIG, CASES, REDIRECTS, SECRET, Case, Reply, absolute, check, make_site
from hypothesis import example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.routing import Mount

from syndicate import load_settings, parse_settings
from syndicate.config import load_registries
from syndicate.delivery import cache_control, headers_of, is_feed, media_type_of
from syndicate.errors import ConfigError
from syndicate.registry import Entry, Registries, Registry
from syndicate.render import renderer
from syndicate.settings import Settings
from syndicate.web import app
from syndicate.web.answers import Asked, Streamed
from syndicate.web.files import FileContent, Folder, is_visible
from syndicate.web.run import standing_alone
from syndicate.web.site import Site
from syndicate.web.static import StaticFiles, redirected


def asgi(application: Any) -> Any:
    """Fetch from an ASGI application, without a server; the path is decoded as uvicorn does."""

    def fetch(method: str, target: str, headers: Mapping[str, str]) -> Reply:
        path, _, query = target.partition("?")
        scope = {
            "type": "http", "asgi": {"version": "3.0", "spec_version": "2.3"}, "http_version": "1.1",
            "method": method, "scheme": "http", "path": unquote(path), "raw_path": path.encode(),
            "query_string": query.encode(), "root_path": "", "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 80),
            "headers": [(name.lower().encode(), value.encode("latin-1")) for name, value in headers.items()],
        }  # fmt: skip
        sent: list[Any] = []

        async def receive() -> Any:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: Any) -> None:
            sent.append(message)

        asyncio.run(application(scope, receive, send))
        start, *parts = sent
        assert start["type"] == "http.response.start"
        assert not parts[-1].get("more_body")
        received: dict[str, str] = {}
        for name, value in start["headers"]:
            assert name == name.lower()
            key, text = name.decode(), value.decode("latin-1")
            received[key] = f"{received[key]}, {text}" if key in received else text
        return Reply(start["status"], received, b"".join(part.get("body", b"") for part in parts))

    return fetch


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a built site."""
    found = tmp_path_factory.mktemp("web")
    make_site(found)
    return found


@pytest.fixture(scope="module")
def settings(folder: Path) -> Settings:
    """The settings of the site."""
    return load_settings(folder / "config" / "syndicate.yaml")


@pytest.fixture(scope="module")
def fetch(settings: Settings) -> Any:
    """Fetch from our own application, at the path of the feeds."""
    return asgi(standing_alone(Site(settings, load_registries(settings), REDIRECTS)))


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_the_table(case: Case, fetch: Any, folder: Path) -> None:
    """Each request of the table gets its answer from our own server, without an exception."""
    check(case, fetch, folder / "feeds")


# Paths.

names = st.sampled_from(
    ["..", ".", "", "all", "rss.xml", "secret.txt", ".syndicate-files", "outside.txt", "topics"]
)
segments = st.one_of(names, st.text(max_size=8), names.map(lambda name: f"..%2f{name}"))
paths = st.lists(segments, max_size=6).map("/".join)


@hypothesis_settings(deadline=None)
@example(path="\n/", escaped=False)
@example(path="/\n", escaped=False)
@given(path=paths, escaped=st.booleans())
def test_no_byte_comes_from_outside(path: str, escaped: bool, fetch: Any, folder: Path) -> None:
    """Whatever a path holds, the answer is a visible file of the output, a redirect inside it, or none."""
    target = "/feeds/" + quote(path, safe="/" if escaped else "/%", errors="surrogatepass")
    reply = fetch("GET", target, {})
    assert SECRET not in reply.body
    if reply.status == 200:
        name = unquote(target.removeprefix("/feeds/"))
        shown = f"{name}index.html" if not name or name.endswith("/") else name
        assert not [part for part in shown.split("/") if part.startswith(".")]
        assert (folder / "feeds" / shown).read_bytes() == reply.body
    elif reply.status == 301:
        assert reply.headers["location"].startswith(("./", "../"))
        assert absolute(target, reply.headers["location"]).startswith("/feeds/")
    else:
        assert reply.status == 404


@pytest.mark.parametrize(
    "path", ["", ".", "..", "a/..", "a//b", "/a", "a/", ".a", "a/.b", "a\\b", "a\0", "a\n", "a\ud800"]
)
def test_what_is_hidden(path: str) -> None:
    """Nothing empty, dotted, parted otherwise or unprintable is even looked for."""
    assert not is_visible(path)


def find(folder: Folder, settings: Settings, root: Path, path: str) -> FileContent:
    """Find a file that is there."""
    content = folder.find(settings, str(root), path, None)
    assert isinstance(content, FileContent)
    return content


def test_only_files_are_opened(tmp_path: Path, settings: Settings) -> None:
    """A pipe is not waited for, and a root that is not there holds nothing."""
    os.mkfifo(tmp_path / "pipe")
    assert Folder().find(settings, str(tmp_path), "pipe", None) is None
    assert Folder().find(settings, str(tmp_path / "none"), "rss.xml", None) is None


def test_links_may_not_lead_out_even_half_way(tmp_path: Path, settings: Settings) -> None:
    """A linked folder outside is none of ours, even where its name begins with the root's."""
    (tmp_path / "feeds").mkdir()
    (tmp_path / "feeds-private").mkdir()
    (tmp_path / "feeds-private" / "rss.xml").write_bytes(SECRET)
    (tmp_path / "feeds" / "all").symlink_to(tmp_path / "feeds-private")
    assert Folder().find(settings, str(tmp_path / "feeds"), "all/rss.xml", None) is None


# What is served is one file, whole, whatever happens to it.


def test_validators_and_bytes_are_of_one_file(tmp_path: Path, settings: Settings) -> None:
    """A file that is replaced while it is served is served as it was, under the tag that it had."""
    (tmp_path / "rss.xml").write_bytes(b"old bytes")
    folder = Folder()
    before = find(folder, settings, tmp_path, "rss.xml")
    (tmp_path / "new").write_bytes(b"new")
    os.replace(tmp_path / "new", tmp_path / "rss.xml")
    after = find(folder, settings, tmp_path, "rss.xml")
    assert before.file.read(0, before.size) == b"old bytes"
    assert after.file.read(0, after.size) == b"new"
    assert before.validators.etag != after.validators.etag
    for content in (before, after):
        content.file.close()
        content.file.close()
    with pytest.raises(ValueError, match="closed"):
        before.file.read(0, 1)
    with pytest.raises(ValueError, match="closed"):
        before.file.again()


def test_the_same_bytes_have_the_same_tag(tmp_path: Path, settings: Settings) -> None:
    """Two machines with the same bytes agree on the tag, whatever the times of their files."""
    tags = set()
    for name, when in (("a", 1_000_000_000), ("b", 1_600_000_000)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "rss.xml").write_bytes(b"<rss/>")
        os.utime(tmp_path / name / "rss.xml", (when, when))
        content = find(Folder(), settings, tmp_path / name, "rss.xml")
        tags.add(content.validators.etag)
        content.file.close()
    assert len(tags) == 1


def test_an_edit_in_place_changes_the_tag(tmp_path: Path, settings: Settings) -> None:
    """A file that somebody writes over, with the same size and time, gets another tag."""
    folder, tags = Folder(), []
    for body in (b"one", b"two"):
        (tmp_path / "rss.xml").write_bytes(body)
        os.utime(tmp_path / "rss.xml", (1_000_000_000, 1_000_000_000))
        content = find(folder, settings, tmp_path, "rss.xml")
        tags.append(content.validators.etag)
        content.file.close()
    assert tags[0] != tags[1]


def test_few_tags_are_remembered(tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many files are asked for, what is remembered of them is bounded."""
    monkeypatch.setattr("syndicate.web.files._REMEMBERED", 2)
    folder = Folder()
    for number in (1, 2, 3, 1):
        (tmp_path / f"{number}.txt").write_text(str(number))
        find(folder, settings, tmp_path, f"{number}.txt").file.close()
    assert len(folder._tags) == 2


@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="/proc is not there")
def test_every_file_is_closed(fetch: Any, folder: Path) -> None:
    """No answer leaves a file open: whole, part, none, encoded or too large to hold."""
    for case in CASES:
        check(case, fetch, folder / "feeds")
    links = [f"/proc/self/fd/{name}" for name in os.listdir("/proc/self/fd")]
    opened = [os.readlink(name) for name in links if os.path.islink(name)]
    assert not [name for name in opened if name.startswith(str(folder / "feeds"))]


def test_a_client_that_leaves_ends_nothing_but_its_answer(settings: Settings) -> None:
    """Where a large file cannot be sent on, it is closed, and the next request is answered."""
    application = app(settings)

    async def gone(_: Any) -> None:
        raise OSError("the client is gone")

    async def receive() -> Any:
        return {"type": "http.disconnect"}

    scope = {
        "type": "http", "method": "GET", "path": "/big.bin", "root_path": "", "query_string": b"",
        "headers": [],
    }  # fmt: skip
    with pytest.raises(OSError, match="gone"):
        asyncio.run(application(scope, receive, gone))
    assert asgi(application)("GET", "/big.bin", {}).body == BIG


def test_large_files_are_not_held(settings: Settings) -> None:
    """More than a megabyte is sent piece by piece."""
    static = StaticFiles(Site(settings, load_registries(settings)))
    reply = static.reply(Asked("GET", {}), "big.bin")
    assert isinstance(reply.body, Streamed)
    reply.body.file.close()


# Headers.


def test_media_types_are_those_of_the_formats() -> None:
    """What is served as a feed is what its renderer says it is."""
    for name in ("rss", "atom", "json"):
        each = renderer(name)
        assert is_feed(f"all/{each.file_name}")
        assert media_type_of(f"all/{each.file_name}").partition(";")[0] == each.media_type
    assert not is_feed("all/index.html")
    assert media_type_of("all/README") == "application/octet-stream"


class Hubbed:
    """Settings with hubs."""

    def __init__(self, settings: Settings) -> None:
        self.site = settings.site
        self.hubs = ("https://hub.example/", "https://other.example/hub")


def test_hubs_are_named_and_ask_first(settings: Settings) -> None:
    """With hubs, feeds name them and themselves, and shared caches ask before they answer."""
    hubbed: Any = Hubbed(settings)
    headers = headers_of("all/rss.xml", hubbed)
    assert headers["Link"] == (
        '<https://hub.example/>; rel="hub", <https://other.example/hub>; rel="hub", '
        '<https://site.example/feeds/all/rss.xml>; rel="self"'
    )
    assert headers["Cache-Control"] == "public, max-age=1800, s-maxage=0"
    assert "s-maxage" not in headers_of("index.html", hubbed)["Cache-Control"]


@pytest.mark.parametrize(("ttl", "age"), [("0", 0), ("5", 300), ("999999", 86_400), (None, 300)])
def test_a_feed_may_be_kept_as_long_as_it_says(ttl: str | None, age: int) -> None:
    """`site.ttl` is the max-age, up to a day; without it, five minutes."""
    site = SITE if ttl is None else {**SITE, "ttl": ttl}
    found = cache_control(parse_settings({"site": site, "sources": [{"path": "a"}]}), feed=True)
    assert found.startswith(f"public, max-age={age}, ")


# Mounting.


@pytest.mark.parametrize("prefix", ["/feeds", "/a/b", ""])
def test_it_can_be_mounted_anywhere(prefix: str, settings: Settings, folder: Path) -> None:
    """Mounted at any path, files, redirects and queries are found below it."""
    fetch = asgi(Starlette(routes=[Mount(prefix, app(settings, redirects=REDIRECTS))]))
    expected = (folder / "feeds" / "all" / "rss.xml").read_bytes()
    assert fetch("GET", f"{prefix}/all/rss.xml", {}).body == expected
    slashed = fetch("GET", f"{prefix}/all", {})
    assert absolute(f"{prefix}/all", slashed.headers["location"]) == f"{prefix}/all/"
    moved = fetch("GET", f"{prefix}/topics/old/rss.xml?a=b", {}).headers["location"]
    assert absolute(f"{prefix}/topics/old/rss.xml", moved) == f"{prefix}/topics/one/rss.xml"
    assert moved.endswith("?a=b")


def test_a_header_is_one_line_of_ascii(tmp_path: Path, settings: Settings) -> None:
    """Whatever a folder is called and whatever is asked, addresses in headers are escaped."""
    (tmp_path / 'é">' / "x:y").mkdir(parents=True)
    (tmp_path / 'é">' / "rss.xml").write_text("<rss/>")
    static = StaticFiles(Site(msgspec.structs.replace(settings, output=str(tmp_path)), Registries()))
    found = static.reply(Asked("GET", {}), 'é">/rss.xml')
    assert found.headers["Link"] == '<https://site.example/feeds/%C3%A9%22%3E/rss.xml>; rel="self"'
    moved = static.reply(Asked("GET", {}), 'é">/x:y', b"a=%20b\xff\r\nc")
    assert moved.headers["Location"] == "./x%3Ay/?a=%20b%FF%0D%0Ac"


def test_the_root_leads_to_the_feeds(fetch: Any) -> None:
    """A person who opens the server's root gets to the feeds, for now."""
    reply = fetch("GET", "/", {})
    assert (reply.status, reply.headers["location"]) == (307, "/feeds/")


def test_a_site_may_be_a_root(settings: Settings) -> None:
    """Where the feeds have a host of their own, they are served at its root."""
    site = msgspec.structs.replace(settings.site, feeds_url="https://feeds.example/")
    rooted = msgspec.structs.replace(settings, site=site)
    fetch = asgi(standing_alone(Site(rooted, load_registries(rooted))))
    link = fetch("GET", "/all/rss.xml", {}).headers["link"]
    assert link == '<https://feeds.example/all/rss.xml>; rel="self"'


@pytest.mark.parametrize(
    ("path", "target"),
    [
        ("old", "new/feed"),
        ("old/", "new/feed/"),
        ("old/rss.xml", "new/feed/rss.xml"),
        ("old/archive/2024/rss.xml", "new/feed/archive/2024/rss.xml"),
        ("older/rss.xml", None),
        ("a/old", None),
        ("single.xml", "all/rss.xml"),
        ("old/../x", None),
        ("", None),
    ],
)
def test_redirects(path: str, target: str | None) -> None:
    """A redirect moves a file, or a folder with all that is in it, and nothing else."""
    assert redirected(path, {"old": "new/feed", "single.xml": "all/rss.xml"}) == target


def test_old_addresses_of_registries_lead_to_the_new(settings: Settings, folder: Path) -> None:
    """What an alias of a registry was served at leads to what it is now, though files are there, too."""
    config = settings_of(feeds={"topics": {"enabled": "true"}})
    entry = Entry(key="one", name="One", segment="one", aliases=("Uno",), former=("uno",))
    registries = Registries(topics=Registry([entry]))
    site = Site(msgspec.structs.replace(config, output=str(folder / "feeds")), Registries(), {"x": "y"})
    assert dict(site.redirects) == {"x": "y"}
    site.replace(site.settings, registries)
    assert dict(site.redirects) == {"topics/uno": "topics/one", "x": "y"}
    reply = StaticFiles(site).reply(Asked("GET", {}), "topics/uno/rss.xml")
    assert (reply.status, reply.headers["Location"]) == (301, "../../topics/one/rss.xml")


def test_what_is_missing_is_named(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the extra, the error says what to install."""
    monkeypatch.setitem(sys.modules, "starlette", None)
    with pytest.raises(ConfigError, match=r"no package starlette.*pip install 'syndicate\[serve\]'"):
        app(settings)
