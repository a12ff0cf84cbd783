"""`GET /query` over ASGI: the headers of its answers, what it refuses, what it keeps and for how long."""

from __future__ import annotations

import asyncio
import gzip
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from anyio import to_thread
from conftest import WriteArticle
from http_cases import AGING, STRONG
from starlette.applications import Starlette
from starlette.routing import Route
from test_web import asgi

from syndicate import build, load_settings
from syndicate.config import load_registries
from syndicate.ondemand import Desk
from syndicate.web import query as module
from syndicate.web.query import MOST_WAITING, Query
from syndicate.web.site import Site

NOW = datetime(2024, 6, 1, tzinfo=UTC)


class Served:
    """A site whose queries are served, at an instant that can be changed."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.now = int(NOW.timestamp())
        settings = load_settings(root / "config" / "syndicate.yaml")
        self.site = Site(settings, load_registries(settings))
        self.query = Query(self.site, lambda: self.now)
        self.application = Starlette(routes=[Route("/query", self.query)])
        self.fetch = asgi(self.application)

    def build(self) -> None:
        """Build the site as it is."""
        settings = load_settings(self.root / "config" / "syndicate.yaml")
        build(settings, now=datetime.fromtimestamp(self.now, UTC), jobs=1)

    def get(self, query: str = "", **headers: str) -> Any:
        """Ask."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.fetch("GET", f"/query?{query}" if query else "/query", sent)

    def titles(self, query: str = "") -> list[str]:
        """The titles of the items that are found, as a JSON Feed has them."""
        reply = self.get(f"{query}&format=json".lstrip("&"))
        assert reply.status == 200, reply
        return [item["title"] for item in json.loads(reply.body)["items"]]


@pytest.fixture
def served(site: Path, write_article: WriteArticle) -> Served:
    """A site of three articles, one of which is due tomorrow, built and served."""
    config = site / "config" / "syndicate.yaml"
    config.write_text(config.read_text().replace("site:\n", "site:\n  ttl: 30\n"))
    write_article("a.md", title="A", topics="[One]", type="podcast")
    write_article("b.md", title="B", topics="[Two]", publishedDateTime="2024-02-01")
    write_article("c.md", title="C", topics="[One]", publishedDateTime="2024-06-02")
    found = Served(site)
    found.build()
    return found


def counting(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Note every feed that is made."""
    made: list[Any] = []
    original = Desk.make

    def make(self: Desk, question: Any, now: int) -> Any:
        made.append(question)
        return original(self, question, now)

    monkeypatch.setattr(Desk, "make", make)
    return made


def test_an_answer_has_the_headers_of_a_file(served: Served) -> None:
    """Type, caching, tag, CORS, nosniff, the canonical address as self link; no Last-Modified."""
    reply = served.get("format=atom&topic=ONE")
    assert reply.status == 200
    assert reply.headers["content-type"] == "application/atom+xml; charset=utf-8"
    assert reply.headers["cache-control"] == AGING
    assert STRONG.fullmatch(reply.headers["etag"])
    assert reply.headers["access-control-allow-origin"] == "*"
    assert reply.headers["x-content-type-options"] == "nosniff"
    assert reply.headers["vary"] == "Accept-Encoding"
    assert reply.headers["link"] == '<https://site.example/feeds/query?topic=one&format=atom>; rel="self"'
    assert "last-modified" not in reply.headers
    assert int(reply.headers["content-length"]) == len(reply.body)


def test_conditions_head_ranges_and_codings(served: Served) -> None:
    """What files can do, queries can: 304, HEAD, a part, gzip with a tag of its own."""
    plain = served.get("topic=one")
    tag = plain.headers["etag"]
    assert served.get("topic=one", If_None_Match=tag).status == 304
    head = served.fetch("HEAD", "/query?topic=one", {})
    assert (head.status, head.body, head.headers["etag"]) == (200, b"", tag)
    part = served.get("topic=one", Range="bytes=0-9")
    assert (part.status, part.body) == (206, plain.body[:10])
    packed = served.get("topic=one", Accept_Encoding="gzip")
    assert packed.headers["content-encoding"] == "gzip"
    assert gzip.decompress(packed.body) == plain.body
    assert packed.headers["etag"] != tag
    assert served.get("topic=one", Accept_Encoding="gzip", If_None_Match=packed.headers["etag"]).status == 304


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_other_methods(method: str, served: Served) -> None:
    """A query is asked, not sent."""
    reply = served.fetch(method, "/query", {})
    assert (reply.status, reply.headers["allow"]) == (405, "GET, HEAD, OPTIONS")


def test_a_preflight_is_answered(served: Served) -> None:
    """Scripts of other sites may ask with conditions."""
    reply = served.fetch("OPTIONS", "/query?x", {"Origin": "https://other.example"})
    assert (reply.status, reply.headers["access-control-allow-origin"]) == (204, "*")


UNREADABLE = "found a query that cannot be read, expected name=value&name=value, UTF-8, percent-encoded\n"


@pytest.mark.parametrize(
    ("query", "words"),
    [
        (
            "limit=0&topic=Onee",
            "topic: found 'Onee', expected 'one'\nlimit: found '0', expected a whole number from 1 to 200\n",
        ),
        (
            "foo=1",
            "found the unknown parameter 'foo',"
            " expected one of topic, provider, type, since, limit, format\n",
        ),
        (
            "topic",
            UNREADABLE,
        ),
        (
            "topic=%ff",
            UNREADABLE,
        ),
        ("topic=" + "x" * 5000, "found a query of 5006 characters, expected at most 4096\n"),
        ("&".join(["topic=One"] * 30), "found 30 parameters, expected at most 20\n"),
        (
            "&".join(["a=b"] * 500),
            UNREADABLE,
        ),
    ],
)
def test_what_makes_no_sense_is_refused(query: str, words: str, served: Served) -> None:
    """A 400 in plain text names the parameter, what was found and what was expected."""
    reply = served.get(query)
    assert (reply.status, reply.headers["content-type"]) == (400, "text/plain; charset=utf-8")
    assert reply.body.decode() == words


def test_without_an_index_there_is_no_answer_yet(site: Path, write_article: WriteArticle) -> None:
    """A 503 says what is missing; once it is there, questions are answered."""
    write_article("a.md", title="A")
    served = Served(site)
    reply = served.get()
    assert (reply.status, reply.headers["retry-after"]) == (503, "60")
    assert b"syndicate build" in reply.body
    served.build()
    assert served.titles() == ["A"]


def test_what_was_made_is_kept(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same query is made once, as long as index, configuration and time leave it as it is."""
    made = counting(monkeypatch)
    for _ in range(3):
        assert served.titles("topic=one") == ["A"]
    assert len(made) == 1


def test_another_index_is_seen(
    served: Served, write_article: WriteArticle, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a build commits is found at once."""
    made = counting(monkeypatch)
    assert served.titles() == ["B", "A"]
    write_article("d.md", title="D", topics="[Three]", publishedDateTime="2024-03-01")
    served.build()
    assert served.titles() == ["D", "B", "A"]
    assert served.titles("topic=three") == ["D"]
    assert len(made) == 3


def test_time_is_seen(served: Served) -> None:
    """An article that becomes due is found the moment that it does, without a build (law 10)."""
    assert served.titles("topic=one") == ["A"]
    served.now = int(datetime(2024, 6, 2, tzinfo=UTC).timestamp()) - 1
    assert served.titles("topic=one") == ["A"]
    served.now += 1
    assert served.titles("topic=one") == ["C", "A"]


def test_another_configuration_is_seen(served: Served) -> None:
    """A configuration that is replaced while it is served changes what was kept."""
    assert b"The Site" in served.get().body
    import msgspec

    site = msgspec.structs.replace(served.site.settings.site, title="Another Title")
    served.site.replace(msgspec.structs.replace(served.site.settings, site=site), served.site.state[1])
    assert b"Another Title" in served.get().body


def test_little_is_kept(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many questions are asked, the number and the size of what is kept are bounded."""
    monkeypatch.setattr(module, "MOST_KEPT", 3)
    for limit in range(1, 9):
        served.get(f"limit={limit}")
    assert list(served.query._kept) == [b"limit=6", b"limit=7", b"limit=8"]
    monkeypatch.setattr(module, "MOST_BYTES", 1)
    served.get("limit=9")
    assert not served.query._kept


def test_a_crowd_is_sent_away(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """One feed is made at a time, some may wait, and whoever comes then is told to come back."""
    from threading import Event

    gate = Event()
    original = Desk.make

    def make(self: Desk, question: Any, now: int) -> Any:
        assert gate.wait(20)
        return original(self, question, now)

    monkeypatch.setattr(Desk, "make", make)
    statuses: list[int] = []

    async def ask(number: int) -> None:
        scope = {
            "type": "http", "method": "GET", "path": "/query", "root_path": "", "headers": [],
            "query_string": f"limit={number + 1}".encode(),
        }  # fmt: skip

        async def send(message: Any) -> None:
            if message["type"] == "http.response.start":
                statuses.append(message["status"])

        async def receive() -> Any:
            return {"type": "http.request"}

        await served.application(scope, receive, send)

    async def crowd() -> None:
        tasks = [asyncio.ensure_future(ask(number)) for number in range(MOST_WAITING + 6)]
        while len(statuses) < 5:
            await asyncio.sleep(0.001)
        await to_thread.run_sync(gate.set)
        await asyncio.gather(*tasks)

    asyncio.run(asyncio.wait_for(crowd(), 60))
    assert sorted(statuses) == [200] * (MOST_WAITING + 1) + [503] * 5


def test_whoever_waited_finds_it_made(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """Several who ask for the same at once get it from one making."""
    made = counting(monkeypatch)

    async def together() -> None:
        scope = {
            "type": "http", "method": "GET", "path": "/query", "root_path": "", "headers": [],
            "query_string": b"topic=one",
        }  # fmt: skip

        async def send(message: Any) -> None:
            assert message.get("status", 200) == 200

        async def receive() -> Any:
            return {"type": "http.request"}

        await asyncio.gather(*(served.application(scope, receive, send) for _ in range(20)))

    asyncio.run(together())
    assert len(made) == 1
