"""Announcing: what a hub is sent, how long it is waited for, and what is said of each topic."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread
from urllib.parse import parse_qs

import httpx
import pytest

from syndicate import websub
from syndicate.report import Announcement
from syndicate.websub import Patience, announce

HUB = "https://hub.example/push"
OTHER = "https://other.example/"
TOPICS = [f"https://site.example/feeds/{name}/rss.xml" for name in ("all", "best", "topics/ai")]
NO_PAUSE = Patience(pause=0.0, at_once=1)
Answer = Callable[[httpx.Request], httpx.Response]


def told(wanted: list[tuple[str, str]], answer: Answer, patience: Patience = NO_PAUSE) -> list[Announcement]:
    """Announce to hubs that answer so; gives what was told of it."""
    heard: list[Announcement] = []
    announce(wanted, heard.append, patience=patience, transport=httpx.MockTransport(answer))
    return heard


def failures(topics: list[str], answer: Answer, patience: Patience = NO_PAUSE) -> list[str | None]:
    """Announce topics to one hub; gives the failure of each, in the order of the topics."""
    heard = {each.topic: each.failure for each in told([(HUB, topic) for topic in topics], answer, patience)}
    assert heard.keys() == set(topics)
    return [heard[topic] for topic in topics]


def answers(*responses: httpx.Response | Exception) -> tuple[Answer, list[httpx.Request]]:
    """A hub that gives these answers one after the other, the last for ever; and what it was asked."""
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        response = responses[min(len(asked), len(responses)) - 1]
        if isinstance(response, Exception):
            raise response
        return response

    return answer, asked


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses that were made, none of which takes any time."""
    made: list[float] = []
    sleep = asyncio.sleep

    async def note(seconds: float) -> None:
        made.append(seconds)
        await sleep(0)

    monkeypatch.setattr(asyncio, "sleep", note)
    return made


def test_a_hub_is_sent_what_hubs_understand() -> None:
    """One form a topic: hub.mode, and the topic under both names that hubs read."""
    answer, asked = answers(httpx.Response(204))
    assert failures(TOPICS, answer) == [None, None, None]
    assert [str(request.url) for request in asked] == [HUB] * 3
    for request, topic in zip(asked, TOPICS, strict=True):
        assert request.method == "POST"
        assert request.headers["content-type"] == "application/x-www-form-urlencoded"
        form = parse_qs(request.content.decode())
        assert form == {"hub.mode": ["publish"], "hub.url": [topic], "hub.topic": [topic]}


def test_nothing_to_announce_needs_no_client() -> None:
    """Without a topic there is no request."""
    answer, asked = answers(httpx.Response(204))
    assert told([], answer) == []
    assert asked == []


@pytest.mark.parametrize("status", [200, 202, 204])
def test_any_success_is_one(status: int) -> None:
    """Hubs answer an announcement with one success or another."""
    assert failures(TOPICS[:1], answers(httpx.Response(status))[0]) == [None]


@pytest.mark.parametrize("status", [400, 403, 404, 410])
def test_a_refusal_is_final_and_concerns_one_topic(status: int) -> None:
    """What the hub refuses is not asked again, and its other topics are announced."""
    answer, asked = answers(httpx.Response(status), httpx.Response(204))
    reason = f"answered {status} {httpx.codes.get_reason_phrase(status)}"
    assert failures(TOPICS, answer) == [reason, None, None]
    assert len(asked) == 3


@pytest.mark.parametrize(
    "bad",
    [
        httpx.Response(500),
        httpx.Response(503),
        httpx.Response(429),
        httpx.ConnectError("connection refused"),
        httpx.ReadTimeout("slow"),
        httpx.RemoteProtocolError("gone"),
    ],
    ids=lambda bad: type(bad).__name__ if isinstance(bad, Exception) else str(bad.status_code),
)
def test_what_may_pass_is_tried_again(bad: httpx.Response | Exception, pauses: list[float]) -> None:
    """Server errors, 429 and lost connections are tried again, after pauses that double."""
    answer, asked = answers(bad, bad, httpx.Response(204))
    assert failures(TOPICS[:1], answer, Patience(at_once=1)) == [None]
    assert len(asked) == 3
    assert pauses == [1.0, 2.0]


def test_a_hub_that_is_down_is_left_alone(pauses: list[float]) -> None:
    """After all attempts for one topic the others are not tried; each has the reason."""
    answer, asked = answers(httpx.ConnectError("connection refused"))
    assert failures(TOPICS, answer) == ["connection refused"] * 3
    assert len(asked) == NO_PAUSE.attempts


def test_one_hub_does_not_stand_for_another(pauses: list[float]) -> None:
    """A hub that is down costs the others nothing."""

    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(503 if request.url.host == "hub.example" else 204)

    heard = told([(hub, topic) for topic in TOPICS for hub in (HUB, OTHER)], answer)
    assert Counter((each.hub, each.failure) for each in heard) == {
        (HUB, "answered 503 Service Unavailable"): 3,
        (OTHER, None): 3,
    }


@pytest.mark.parametrize(
    ("headers", "pause"),
    [
        ({"Retry-After": "7"}, 7.0),
        ({"Retry-After": "0"}, 1.0),
        ({"Retry-After": "-5"}, 1.0),
        ({"Retry-After": "soon"}, 1.0),
        ({"Retry-After": "٣"}, 1.0),
        ({"Retry-After": "Wed, 01 May 2024 00:00:05 GMT", "Date": "Wed, 01 May 2024 00:00:00 GMT"}, 5.0),
        ({"Retry-After": "Wed, 01 May 2024 00:00:05 GMT"}, 1.0),
        ({"Retry-After": "Wed, 01 May 2023 00:00:00 GMT", "Date": "Wed, 01 May 2024 00:00:00 GMT"}, 1.0),
    ],
    ids=str,
)
def test_retry_after_is_honoured(headers: dict[str, str], pause: float, pauses: list[float]) -> None:
    """A hub says how long to wait, in seconds or by an instant against its own clock (RFC 9110 §10.2.3)."""
    encoded = [(name.encode(), value.encode()) for name, value in headers.items()]
    answer, _ = answers(httpx.Response(503, headers=encoded), httpx.Response(204))
    assert failures(TOPICS[:1], answer, Patience(at_once=1)) == [None]
    assert pauses == [pause]


@pytest.mark.parametrize("asked_for", ["11", "3600", "9" * 400])
def test_a_pause_that_is_too_long_ends_the_attempts(asked_for: str, pauses: list[float]) -> None:
    """A hub that wants to be left alone for longer than a run waits is not asked again by this run."""
    answer, asked = answers(httpx.Response(429, headers={"Retry-After": asked_for}))
    assert failures(TOPICS, answer) == ["answered 429 Too Many Requests"] * 3
    assert (len(asked), pauses) == (1, [])


def test_a_redirection_is_not_followed() -> None:
    """Subscribers go to the hub that the feeds name: one that moved has to be named anew."""
    answer, asked = answers(httpx.Response(308, headers={"Location": "https://new.example/"}))
    (failure, *_) = failures(TOPICS[:1], answer)
    assert failure == "answered 308, a redirection to https://new.example/; name that one in `hubs`"
    assert len(asked) == 1


def test_what_a_hub_says_stays_on_one_line() -> None:
    """Neither line breaks nor escape codes nor length get from an answer to the terminal."""
    answer, _ = answers(httpx.Response(301, headers={"Location": "x\x1b[31m\x07" + "y" * 1000}))
    (failure,) = failures(TOPICS[:1], answer)
    assert failure is not None
    assert failure.isprintable()
    assert len(failure) <= 160


def test_no_more_is_asked_at_once_than_allowed() -> None:
    """A hub has at most `at_once` requests to answer at any moment."""
    now, most = 0, 0

    async def answer(_: httpx.Request) -> httpx.Response:
        nonlocal now, most
        now += 1
        most = max(most, now)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        now -= 1
        return httpx.Response(204)

    heard: list[Announcement] = []
    wanted = [(HUB, f"https://site.example/{number}") for number in range(40)]
    transport = httpx.MockTransport(answer)
    announce(wanted, heard.append, patience=Patience(at_once=3), transport=transport)
    assert (len(heard), most) == (40, 3)


async def _never(_: httpx.Request) -> httpx.Response:
    await asyncio.Event().wait()
    raise AssertionError("it never answers")


def test_the_total_bounds_everything() -> None:
    """When the time is over, what was not done is not told of; what was done is."""

    async def answer(request: httpx.Request) -> httpx.Response:
        return await _never(request) if b"best" in request.content else httpx.Response(204)

    heard: list[Announcement] = []
    patience = Patience(total=1.0, at_once=1)
    transport = httpx.MockTransport(answer)
    announce([(HUB, topic) for topic in TOPICS], heard.append, patience=patience, transport=transport)
    assert [each.topic for each in heard] == TOPICS[:1]


def test_each_attempt_is_bounded(pauses: list[float]) -> None:
    """A hub that keeps a request waiting is given up, as one that is down."""
    heard: list[Announcement] = []
    patience = Patience(attempt=0.01, pause=0.0, at_once=1)
    transport = httpx.MockTransport(_never)
    announce([(HUB, topic) for topic in TOPICS], heard.append, patience=patience, transport=transport)
    assert [each.failure for each in heard] == ["no answer within 0.01 s"] * 3


def test_a_silent_hub_is_named_within_the_time() -> None:
    """By default all attempts and pauses fit into the total, so that such a hub has failed by then."""
    patience = Patience()
    pauses = sum(patience.pause * 2**number for number in range(patience.attempts - 1))
    assert patience.attempts * patience.attempt + pauses < patience.total


def test_it_can_be_stopped() -> None:
    """Whoever sets `stop` does not wait for hubs."""
    stop, asked = Event(), Event()

    async def answer(request: httpx.Request) -> httpx.Response:
        asked.set()
        return await _never(request)

    heard: list[Announcement] = []

    def work() -> None:
        announce(
            [(HUB, TOPICS[0])],
            heard.append,
            patience=Patience(total=600, attempt=600),
            stop=stop,
            transport=httpx.MockTransport(answer),
        )

    thread = Thread(target=work)
    thread.start()
    assert asked.wait(20)
    stop.set()
    thread.join(20)
    assert (thread.is_alive(), heard) == (False, [])


def test_it_works_within_a_running_loop() -> None:
    """A caller that has an event loop of its own may announce as well."""

    async def caller() -> list[str | None]:
        return failures(TOPICS, answers(httpx.Response(204))[0])

    assert asyncio.run(caller()) == [None] * 3


def test_an_error_of_the_listener_is_told() -> None:
    """What goes wrong on this side comes out as it is."""

    def fail(_: Announcement) -> None:
        raise ZeroDivisionError

    transport = httpx.MockTransport(answers(httpx.Response(204))[0])
    with pytest.raises(ZeroDivisionError):
        announce([(HUB, TOPICS[0])], fail, patience=NO_PAUSE, transport=transport)


# Over a socket.


@contextmanager
def hub_that_sends(*parts: bytes) -> Iterator[str]:
    """A server that takes any connection, sends these bytes at once and then keeps silent."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        kept: list[socket.socket] = []

        def serve() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                kept.append(connection)
                for part in parts:
                    connection.sendall(part)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.getsockname()[1]}/"
        finally:
            server.shutdown(socket.SHUT_RDWR)
            thread.join()
            for connection in kept:
                connection.close()


def over_the_wire(hub: str, seconds: float = 20.0) -> str | None:
    """Announce one topic to a hub over its socket, in one attempt; gives the failure."""
    heard: list[Announcement] = []
    patience = Patience(attempt=seconds, attempts=1)
    announce([(hub, TOPICS[0])], heard.append, patience=patience)
    (announcement,) = heard
    return announcement.failure


def test_the_status_is_enough() -> None:
    """A hub that never ends its answer has answered all the same."""
    with hub_that_sends(b"HTTP/1.1 202 Accepted\r\nContent-Length: 99999999\r\n\r\nx") as hub:
        assert over_the_wire(hub) is None


@pytest.mark.parametrize(
    ("sent", "reason"),
    [
        (b"", "no answer within 0.3 s"),
        (b"HTTP/1.1 2", "no answer within 0.3 s"),
        (b"SSH-2.0\r\n\r\n", "illegal"),
    ],
)
def test_silence_and_nonsense_are_failures(sent: bytes, reason: str) -> None:
    """A hub that accepts and keeps silent, or speaks no HTTP, fails within its time."""
    with hub_that_sends(sent) as hub:
        assert reason in str(over_the_wire(hub, 0.3 if "0.3" in reason else 20.0))


def test_a_closed_port_is_a_failure() -> None:
    """Nobody there: the reason is on one line."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    failure = over_the_wire(f"http://127.0.0.1:{port}/")
    assert failure
    assert failure.isprintable()


def test_a_name_that_is_none_is_a_failure() -> None:
    """A host that does not exist fails, too, and not the run."""
    assert over_the_wire("http://no-such-host.invalid/")


def test_it_is_imported_without_a_client() -> None:
    """Neither httpx nor asyncio is needed until there is something to announce."""
    assert not {"httpx", "asyncio"} & vars(websub).keys()
