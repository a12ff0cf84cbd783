"""Telling hubs that topics changed (W3C WebSub): requests, patience, and what came of them.

WebSub §5 leaves to hub and publisher how one tells the other. May know: the network; neither where
announcements come from nor what becomes of those that failed.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC, datetime
from threading import Event
from typing import TYPE_CHECKING, Any

import msgspec

from syndicate.loop import run_apart
from syndicate.report import Announcement

if TYPE_CHECKING:
    from httpx import AsyncBaseTransport, AsyncClient, Response

_POLL = 0.1
_LONGEST_REASON = 160


class Patience(msgspec.Struct, frozen=True, kw_only=True):
    """How long hubs are waited for, in seconds, and how much is asked of them at once.

    `total` bounds everything; `attempt` each request; `pause` is the first wait before another attempt,
    each further one is twice as long; `longest_pause` is the most that a hub may ask for. All attempts
    at a hub that keeps silent fit into the total, so that it is named.
    """

    total: float = 30.0
    attempt: float = 8.0
    attempts: int = 3
    pause: float = 1.0
    longest_pause: float = 10.0
    at_once: int = 4


def announce(
    wanted: Iterable[tuple[str, str]],
    tell: Callable[[Announcement], None],
    *,
    patience: Patience,
    stop: Event | None = None,
    transport: AsyncBaseTransport | None = None,
) -> None:
    """Announce topics to hubs, each a pair (hub, topic); `tell` hears of each as soon as it is over.

    What `tell` does not hear of was not tried to the end: the time ran out, or `stop` was set. A hub
    that is not there, or not well, after all attempts is not asked for its other topics.
    """
    by_hub: dict[str, list[str]] = {}
    for hub, topic in wanted:
        by_hub.setdefault(hub, []).append(topic)
    if not by_hub:
        return
    run_apart(lambda: _announce(by_hub, tell, patience, stop, transport))


async def _announce(
    by_hub: dict[str, list[str]],
    tell: Callable[[Announcement], None],
    patience: Patience,
    stop: Event | None,
    transport: AsyncBaseTransport | None,
) -> None:
    import asyncio

    import httpx

    client = httpx.AsyncClient(
        transport=transport,
        timeout=patience.attempt,
        # Whoever redirects wants to be named in the feeds, since subscribers go there as well.
        follow_redirects=False,
        headers={"User-Agent": "syndicate"},
    )
    async with client:
        hubs = [_Hub(hub, topics, client, tell, patience) for hub, topics in by_hub.items()]
        work = asyncio.gather(*(hub.work() for hub in hubs for _ in range(patience.at_once)))
        waiting = [work, *((asyncio.ensure_future(_stopped(stop)),) if stop else ())]
        try:
            done, _ = await asyncio.wait(waiting, timeout=patience.total, return_when=asyncio.FIRST_COMPLETED)
        finally:
            # At the end of the time, and if this is interrupted: nothing goes on without the client.
            for each in waiting:
                each.cancel()
            await asyncio.gather(*waiting, return_exceptions=True)
        if work in done:
            work.result()


async def _stopped(stop: Event) -> None:
    import asyncio

    while not stop.is_set():
        await asyncio.sleep(_POLL)


class _Unwell(Exception):
    """The hub cannot be reached, or says that it cannot answer now; `pause` is what it asks for."""

    def __init__(self, reason: str, pause: float | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.pause = pause


class _Hub:
    """One hub with the topics that it is still to be told of; several workers share it."""

    def __init__(
        self,
        url: str,
        topics: Iterable[str],
        client: AsyncClient,
        tell: Callable[[Announcement], None],
        patience: Patience,
    ) -> None:
        self._url = url
        self._topics = iter(topics)
        self._client = client
        self._tell = tell
        self._patience = patience
        self._unwell: str | None = None

    async def work(self) -> None:
        """Announce topic after topic, until there is none left."""
        for topic in self._topics:
            try:
                failure = self._unwell or await self._announce(topic)
            except _Unwell as unwell:
                failure = self._unwell = unwell.reason
            self._tell(Announcement(hub=self._url, topic=topic, failure=failure))

    async def _announce(self, topic: str) -> str | None:
        """Announce one topic; gives the reason where the hub refuses it, None where it took it."""
        import asyncio

        pause = self._patience.pause
        for left in range(self._patience.attempts - 1, -1, -1):
            try:
                return await self._within(self._post(topic))
            except _Unwell as unwell:
                wait = max(pause, unwell.pause or 0)
                if not left or self._unwell or wait > self._patience.longest_pause:
                    raise
            await asyncio.sleep(wait)
            pause *= 2
        raise AssertionError("there is at least one attempt")

    async def _within(self, attempt: Awaitable[str | None]) -> str | None:
        # httpx's own limits concern each read: a hub that sends a byte now and then would outlast them.
        import asyncio

        try:
            async with asyncio.timeout(self._patience.attempt):
                return await attempt
        except TimeoutError:
            raise _Unwell(f"no answer within {self._patience.attempt:g} s") from None

    async def _post(self, topic: str) -> str | None:
        import httpx

        # Hubs differ in which of the two they read: see docs/decisions.md, "One request a topic".
        form = {"hub.mode": "publish", "hub.url": topic, "hub.topic": topic}
        try:
            # The status is all that matters: a body is not waited for.
            async with self._client.stream("POST", self._url, data=form) as response:
                return _refusal(response)
        except httpx.TimeoutException:
            raise _Unwell(f"no answer within {self._patience.attempt:g} s") from None
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise _Unwell(_reason(error)) from None


def _refusal(response: Response) -> str | None:
    """Judge an answer: None is well, a text is a refusal. Raises _Unwell for what may pass."""
    status = response.status_code
    if 200 <= status < 300:
        return None
    if 300 <= status < 400:
        where = response.headers.get("location", "")
        return _shown(f"answered {status}, a redirection to {where or 'nowhere'}; name that one in `hubs`")
    answer = f"answered {status} {response.reason_phrase}".rstrip()
    if status == 429 or status >= 500:
        raise _Unwell(answer, _retry_after(response))
    return answer


def _retry_after(response: Response) -> float | None:
    """Read Retry-After (RFC 9110 §10.2.3): seconds, or an instant, which the hub's own Date puts in place."""
    value = response.headers.get("retry-after", "").strip()
    if value.isascii() and value.isdecimal():
        return float(value[:9])
    until, now = _instant(value), _instant(response.headers.get("date", ""))
    return max((until - now).total_seconds(), 0) if until and now else None


def _instant(text: str) -> datetime | None:
    try:
        from email.utils import parsedate_to_datetime

        found = parsedate_to_datetime(text)
    except ValueError:
        return None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found


def _reason(error: Any) -> str:
    return _shown(str(error) or type(error).__name__)


def _shown(text: str) -> str:
    """Keep what a hub says on one line, and short."""
    line = "".join(character if character.isprintable() else " " for character in text)
    return line if len(line) <= _LONGEST_REASON else line[: _LONGEST_REASON - 1] + "…"
