"""Push from end to end: a build tells a real hub, which fetches the feed and sends it, signed, to others.

The hub is Flask-WebSub, in a process of its own; `make hub-test` installs it.
"""

from __future__ import annotations

import hashlib
import hmac
import importlib.util
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from http.server import BaseHTTPRequestHandler, SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from conftest import WriteArticle, article_text

from syndicate import Report, build, load_settings, owed
from syndicate.websub import Patience

if not all(importlib.util.find_spec(name) for name in ("flask_websub", "celery")):
    pytest.skip("Flask-WebSub is not installed (make hub-test)", allow_module_level=True)

SECRET = "known to hub and subscriber alone"
LOOPBACK = "127.0.0.1"
HUB = str(Path(__file__).with_name("real_hub.py"))
NAMES = ("atom.xml", "feed.json", "rss.xml")


@contextmanager
def serving(handler: Any) -> Iterator[str]:
    """Serve on the loopback; gives the address."""
    with ThreadingHTTPServer((LOOPBACK, 0), handler) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://{LOOPBACK}:{server.server_port}/"
        finally:
            server.shutdown()
            thread.join()


class Files(SimpleHTTPRequestHandler):
    """A static server that says in its headers where the hub is and who it is itself (WebSub §4)."""

    hub = ""

    def end_headers(self) -> None:
        """Add the two links."""
        own = f"http://{self.headers['Host']}{self.path}"
        self.send_header("Link", f'<{self.hub}>; rel="hub", <{own}>; rel="self"')
        super().end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class Subscriber:
    """Subscribes to topics, answers the hub's question, and keeps what is sent, if the signature is right."""

    def __init__(self) -> None:
        self.received: list[tuple[str, bytes]] = []
        self.forged: list[str] = []
        subscriber = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                """Confirm that the subscription was meant (WebSub §5.3)."""
                asked = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
                wanted = asked["hub.mode"] == "subscribe" and asked["hub.topic"] == self._topic()
                self._answer(200 if wanted else 404, asked["hub.challenge"].encode())

            def do_POST(self) -> None:
                """Take content (WebSub §7) whose signature is that of the secret (§7.1)."""
                body = self.rfile.read(int(self.headers["Content-Length"]))
                method, _, signature = self.headers["X-Hub-Signature"].partition("=")
                expected = hmac.new(SECRET.encode(), body, getattr(hashlib, method)).hexdigest()
                if hmac.compare_digest(signature, expected):
                    assert f'<{self._topic()}>; rel="self"' in self.headers["Link"]
                    subscriber.received.append((self._topic(), body))
                else:
                    subscriber.forged.append(self._topic())
                self._answer(204, b"")

            def _topic(self) -> str:
                return parse_qs(urlsplit(self.path).query)["topic"][0]

            def _answer(self, status: int, body: bytes) -> None:
                self.send_response(status)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self.handler = Handler
        self.url = ""

    def subscribe(self, hub: str, topic: str) -> None:
        """Ask the hub for a topic; it asks back before it answers."""
        form = {
            "hub.mode": "subscribe",
            "hub.topic": topic,
            "hub.callback": str(httpx.URL(self.url, params={"topic": topic})),
            "hub.secret": SECRET,
        }
        httpx.post(hub, data=form, timeout=20).raise_for_status()

    def taken(self) -> dict[str, bytes]:
        """Give what was received since this was asked last, each topic once."""
        received, self.received = self.received, []
        assert len(dict(received)) == len(received)
        return dict(received)


@contextmanager
def real_hub(file: Path, port: int = 0) -> Iterator[str]:
    """Run the hub in a process of its own; gives its address."""
    command = [sys.executable, HUB, str(file), str(port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            url = process.stdout.readline().strip()
            assert url, process.stderr.read() if process.stderr else ""
            yield url
        finally:
            process.kill()
            process.communicate()


@pytest.fixture
def subscriber() -> Iterator[Subscriber]:
    """A subscriber that is there."""
    found = Subscriber()
    with serving(found.handler) as found.url:
        yield found
    assert found.forged == []


@pytest.fixture
def feeds(site: Path, write_article: WriteArticle) -> Iterator[str]:
    """A site of two articles, served as it is built; gives the address of its feeds."""
    write_article("2024-01-01-a.md", title="A", topics="[One]")
    write_article("2024-01-02-b.md", title="B", topics="[Two]")
    (site / "feeds").mkdir()
    with serving(partial(Files, directory=str(site))) as url:
        config = site / "config" / "syndicate.yaml"
        config.write_text(config.read_text().replace("https://site.example/feeds/", f"{url}feeds/"))
        yield f"{url}feeds/"


def run(site: Path) -> Report:
    """Build the site."""
    config = load_settings(site / "config" / "syndicate.yaml")
    return build(config, now=datetime(2024, 6, 1, tzinfo=UTC), jobs=1)


def name_hub(site: Path, hub: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put the hub into the configuration and into the headers of the server."""
    config = site / "config" / "syndicate.yaml"
    config.write_text(config.read_text() + f"hubs: ['{hub}']\n")
    monkeypatch.setattr(Files, "hub", hub)


def edit(site: Path, title: str) -> None:
    """Change what readers see of one article."""
    (site / "articles" / "2024-01-02-b.md").write_text(article_text(title=title, topics="[Two]"))


def test_a_subscriber_receives_what_changed(
    site: Path, feeds: str, subscriber: Subscriber, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Subscribers of changed feeds receive, signed, the bytes that were published; the others nothing."""
    with real_hub(tmp_path / "hub.db") as hub:
        name_hub(site, hub, monkeypatch)
        assert run(site).owed == 0
        published = [f"{feed}/{name}" for feed in ("all", "topics/one", "topics/two") for name in NAMES]
        for path in published:
            assert httpx.get(feeds + path).text.count(hub) == 1
            subscriber.subscribe(hub, feeds + path)
        assert subscriber.taken() == {}

        edit(site, "Changed")
        report = run(site)
        changed = [f"{feed}/{name}" for feed in ("all", "topics/two") for name in NAMES]
        assert (report.owed, report.warnings) == (0, ())
        received = subscriber.taken()
        assert received == {feeds + path: (site / "feeds" / path).read_bytes() for path in changed}
        assert all(b"Changed" in body for body in received.values())

        assert run(site).announcements == ()
        assert subscriber.taken() == {}


def test_a_hub_that_comes_back_makes_up_for_it(
    site: Path, feeds: str, subscriber: Subscriber, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What changed while the hub was gone reaches the subscriber by the next run, as it is by then."""
    topic = f"{feeds}all/rss.xml"
    with real_hub(tmp_path / "hub.db") as hub:
        name_hub(site, hub, monkeypatch)
        run(site)
        subscriber.subscribe(hub, topic)
    monkeypatch.setattr(owed, "_PATIENCE", Patience(pause=0.0))
    edit(site, "While it was gone")
    report = run(site)
    assert report.ok
    assert report.owed == 6
    assert subscriber.taken() == {}
    with real_hub(tmp_path / "hub.db", urlsplit(hub).port or 0):
        report = run(site)
        assert (report.owed, report.changes.write) == (0, ())
        assert subscriber.taken() == {topic: (site / "feeds" / "all" / "rss.xml").read_bytes()}
        assert b"While it was gone" in (site / "feeds" / "all" / "rss.xml").read_bytes()


def test_a_hub_that_does_not_publish_refuses(site: Path, feeds: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """An address that is no hub refuses, and the build is well all the same."""
    monkeypatch.setattr(owed, "_PATIENCE", Patience(pause=0.0))
    with serving(BaseHTTPRequestHandler) as nobody:
        name_hub(site, nobody, monkeypatch)
        report = run(site)
    assert report.ok
    assert [each.failure for each in report.announcements] == ["answered 501 Unsupported method ('POST')"] * 9
