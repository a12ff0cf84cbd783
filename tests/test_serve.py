"""`syndicate serve`: the real command on the loopback interface, with and without a watch, under load."""

from __future__ import annotations

import hashlib
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from conftest import PATIENCE, WriteArticle, article_text, until
from http_cases import Fetch, over_http

from syndicate import build, load_settings
from syndicate.errors import ConfigError, PublishError
from syndicate.web.run import serve

pytestmark = pytest.mark.xdist_group("servers")
COMMAND = str(Path(sys.executable).with_name("syndicate"))


@contextmanager
def served(site: Path, *options: str) -> Iterator[tuple[Fetch, list[str], subprocess.Popen[str]]]:
    """Run the command in the folder of a site; gives how to fetch, what it said, and the process."""
    command = [COMMAND, "serve", "--port", "0", *options]
    with subprocess.Popen(
        command, cwd=site, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        first = process.stdout.readline()
        said = [first, process.stdout.readline()]
        assert first.startswith("http://127.0.0.1:"), process.communicate()
        port = int(first.removeprefix("http://127.0.0.1:").partition("/")[0])
        reader = threading.Thread(target=lambda: said.extend(process.stdout or ()), daemon=True)
        reader.start()
        try:
            yield over_http(port), said, process
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGINT)
            process.wait(PATIENCE)
            reader.join(PATIENCE)


def configured(site: Path) -> Any:
    """The settings of the site."""
    return load_settings(site / "config" / "syndicate.yaml")


def test_it_serves_what_was_built(site: Path, write_article: WriteArticle) -> None:
    """The command says where it serves what, serves it, and ends on Ctrl-C without a complaint."""
    write_article("a.md", title="A")
    build(configured(site), jobs=1)
    with served(site) as (fetch, said, process):
        assert said[0].endswith(f"/feeds/ serves {site / 'feeds'}\n")
        reply = fetch("GET", "/feeds/all/rss.xml", {})
        assert (reply.status, reply.body) == (200, (site / "feeds" / "all" / "rss.xml").read_bytes())
        assert fetch("GET", "/feeds/all/rss.xml", {"If-None-Match": reply.headers["etag"]}).status == 304
        assert fetch("GET", "/feeds/%2e%2e/config/syndicate.yaml", {}).status == 404
        assert "server" not in reply.headers
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE) == 0
        assert process.stderr is not None
        assert process.stderr.read() == ""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda number: number.name)
def test_a_signal_before_it_serves_ends_it_in_order(number: signal.Signals, site: Path) -> None:
    """A signal that comes as soon as the address is told ends the server as it begins, and comes out."""
    said: list[str] = []

    def say(line: str) -> None:
        said.append(line)
        if len(said) == 1:
            signal.raise_signal(number)

    def end(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(number, end)
    try:
        with pytest.raises(KeyboardInterrupt):
            serve(
                configured(site),
                host="127.0.0.1",
                port=0,
                say=say,
                config=None,
                load=lambda: configured(site),
            )
    finally:
        signal.signal(number, before)
    assert len(said) == 3


def test_watching_it_serves_what_changes(site: Path, write_article: WriteArticle) -> None:
    """With --watch nothing has to be built before; articles and configuration are followed."""
    path = write_article("a.md", title="A")
    with served(site, "--watch") as (fetch, _, process):
        assert until(lambda: b'"A"' in fetch("GET", "/feeds/all/feed.json", {}).body)
        path.write_text(article_text(title="Bee"))
        assert until(lambda: b'"Bee"' in fetch("GET", "/feeds/all/feed.json", {}).body)
        config = site / "config" / "syndicate.yaml"
        config.write_text(config.read_text().replace("site:\n", "site:\n  ttl: 7\n"))
        assert until(
            lambda: "max-age=420," in fetch("GET", "/feeds/all/feed.json", {}).headers["cache-control"]
        )
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE) == 0


def test_an_output_that_is_not_there_yet(site: Path, write_article: WriteArticle) -> None:
    """Without anything built, the command says so, answers 404, and serves it as soon as it is there."""
    write_article("a.md", title="A")
    with served(site) as (fetch, said, _):
        assert until(lambda: any("is not there yet: syndicate build" in line for line in said))
        assert fetch("GET", "/feeds/all/rss.xml", {}).status == 404
        build(configured(site), jobs=1)
        assert fetch("GET", "/feeds/all/rss.xml", {}).status == 200


def test_an_address_that_is_taken(site: Path) -> None:
    """Where somebody else listens, the error names the address."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        command = [COMMAND, "serve", "--port", str(port)]
        done = subprocess.run(command, cwd=site, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr == f"error: 127.0.0.1:{port}: cannot be listened at: address already in use\n"


def test_a_host_that_is_none(site: Path) -> None:
    """A host without an address is an error, not a traceback."""
    with pytest.raises(PublishError, match="cannot be listened at"):
        serve(
            configured(site),
            host="no.such.host.invalid",
            port=0,
            say=print,
            config=None,
            load=lambda: configured(site),
        )


def test_a_watch_that_cannot_begin_ends_the_server(site: Path) -> None:
    """What ends the watch before its time is raised, once the server is down."""

    def broken() -> Any:
        raise ConfigError([])

    with pytest.raises(ConfigError):
        serve(
            configured(site),
            host="::1" if socket.has_ipv6 and _has_loopback_6() else "127.0.0.1",
            port=0,
            say=lambda _: None,
            config=str(site / "config" / "syndicate.yaml"),
            load=broken,
        )


def _has_loopback_6() -> bool:
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        return False
    return True


REQUESTS, CLIENTS = int(os.environ.get("SYNDICATE_REQUESTS", "640")), 32
"""3,000 requests in CI."""


@pytest.mark.processes
def test_no_error_under_load_while_it_is_rebuilt(site: Path, write_article: WriteArticle) -> None:
    """Requests of 32 clients at once, while the feeds change all the time: every answer is whole.

    Each is a 200 whose tag is the digest of its bytes, or a 304 to the tag that a client had.
    """
    config = site / "config" / "syndicate.yaml"
    config.write_text(config.read_text() + "precompress: [gzip]\n")
    for number in range(20):
        write_article(f"2024-01-{number + 1:02}-a.md", title=f"A{number}", topics="[One]")
    build(configured(site), jobs=1)
    stop = threading.Event()
    rebuilds = 0

    def rebuild() -> None:
        nonlocal rebuilds
        while not stop.is_set():
            rebuilds += 1
            write_article("2024-01-01-a.md", title=f"Rebuild {rebuilds}", topics="[One]")
            build(configured(site), jobs=1)

    def client(fetch: Fetch, number: int) -> dict[int, int]:
        statuses: dict[int, int] = {}
        tag = '"none"'
        for turn in count():
            # However slow the rebuilds are, some happen.
            if turn >= REQUESTS // CLIENTS and rebuilds > 2:
                break
            name = ("all", "topics/one")[turn % 2] + ("/rss.xml", "/atom.xml", "/feed.json")[turn % 3]
            target = "/feeds/query?topic=one&limit=5" if turn % 10 == 9 else f"/feeds/{name}"
            send = {"If-None-Match": tag, "Accept-Encoding": ("gzip", "identity")[number % 2]}
            reply = fetch("GET", target, send)
            statuses[reply.status] = statuses.get(reply.status, 0) + 1
            if reply.status == 200:
                digest = hashlib.blake2b(reply.body, digest_size=16).hexdigest()
                assert reply.headers["etag"] == f'"{digest}"'
                assert int(reply.headers["content-length"]) == len(reply.body)
                tag = reply.headers["etag"]
            else:
                assert (reply.status, reply.headers["etag"]) == (304, tag)
        return statuses

    with served(site) as (fetch, _, process), ThreadPoolExecutor(CLIENTS) as pool:
        builder = threading.Thread(target=rebuild)
        builder.start()
        try:
            counts = list(pool.map(lambda number: client(fetch, number), range(CLIENTS)))
        finally:
            stop.set()
            builder.join(PATIENCE)
        assert sum(sum(each.values()) for each in counts) >= REQUESTS // CLIENTS * CLIENTS
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE) == 0
        assert process.stderr is not None
        assert process.stderr.read() == ""
