"""`GET /query`: a feed on demand, cached as long as index, configuration and time leave it as it is.

Making a feed takes a thread and a turn: one is made at a time, a few may wait, more are sent away. So a
crowd of questions costs one processor at most, and files are served meanwhile. May know: how feeds are
made on demand and how an answer is put; neither files nor the sources.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import blake2b
from threading import Lock
from urllib.parse import parse_qsl

import msgspec
from anyio import CapacityLimiter, to_thread
from anyio.lowlevel import RunVar
from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from syndicate.dates import parse_zone
from syndicate.delivery import EVERYWHERE, FEED_TYPES, cache_control
from syndicate.encoding import gzip
from syndicate.errors import Problem
from syndicate.lookup import state_of
from syndicate.ondemand import Desk, Made, Unavailable
from syndicate.question import MOST_VALUES, parse_question
from syndicate.render import FILE_NAMES
from syndicate.web.answers import Answer, Asked, answer, other_method, text
from syndicate.web.asgi import asked_of, send_answer
from syndicate.web.conditional import Validators
from syndicate.web.negotiation import IDENTITY, choose
from syndicate.web.ranges import Stretch
from syndicate.web.site import Site

LONGEST_QUERY = 4_096
MOST_KEPT, MOST_BYTES = 256, 32 << 20
MOST_WAITING = 32


class Kept(msgspec.Struct, frozen=True):
    """A feed that was made, in both codings, with what an answer says of it."""

    made: Made
    headers: dict[str, str]
    bodies: dict[str, bytes]
    tags: dict[str, str]


class MadeContent(msgspec.Struct, frozen=True):
    """One coding of it, chosen for a request.

    There is no Last-Modified: an article that is taken away changes a feed and makes no date later.
    """

    headers: dict[str, str]
    validators: Validators
    body: bytes

    @property
    def size(self) -> int:
        """How many bytes it has."""
        return len(self.body)

    def take(self, stretch: Stretch) -> bytes:
        """Give some of its bytes."""
        return self.body[stretch.start : stretch.stop]


def present() -> int:
    """Tell the present instant, in seconds."""
    return int(datetime.now(UTC).timestamp())


class Query:
    """The ASGI application that answers questions about a site."""

    def __init__(self, site: Site, now: Callable[[], int] = present) -> None:
        self.site = site
        self.now = now
        self._desk: Desk | None = None
        self._configured: object = None
        self._kept: OrderedDict[bytes, Kept] = OrderedDict()
        self._lock = Lock()
        self._asking = 0
        # A limiter belongs to one event loop, and so does this variable.
        self._turns: RunVar[CapacityLimiter] = RunVar("turns")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        asked = asked_of(Request(scope, receive))
        reply = other_method(asked) or await self._reply(asked, scope["query_string"])
        await send_answer(reply, scope, receive, send)

    async def _reply(self, asked: Asked, query: bytes) -> Answer:
        kept = await to_thread.run_sync(self.kept, query)
        if kept is not None:
            return _answer(asked, kept)
        turns = self._turns.get(None)
        if turns is None:
            turns = CapacityLimiter(1)
            self._turns.set(turns)
        # Counted here and not asked of the limiter, which learns of those who come together too late.
        if self._asking > MOST_WAITING:
            return text(503, "Too many questions at once.", asked, {"Retry-After": "2"})
        self._asking += 1
        try:
            return await to_thread.run_sync(self.reply, asked, query, limiter=turns)
        finally:
            self._asking -= 1

    def kept(self, query: bytes) -> Kept | None:
        """Look for a feed that was made for this query and still holds."""
        with self._lock:
            kept = self._kept.get(query)
            desk = self._desk
            if kept is None or desk is None or self._configured is not self.site.state:
                return None
            self._kept.move_to_end(query)
        if desk.state != state_of(self.site.index) or not kept.made.holds(self.now()):
            return None
        return kept

    def reply(self, asked: Asked, query: bytes) -> Answer:
        """Make the feed that a query asks for; one at a time."""
        kept = self.kept(query)  # Whoever waited for the turn may find it made.
        if kept is not None:
            return _answer(asked, kept)
        pairs = _pairs(query)
        if isinstance(pairs, Problem):
            return _refusal(asked, [pairs])
        try:
            desk = self._current()
            question, problems = parse_question(pairs, desk.words, parse_zone(desk.settings.site.time_zone))
            if problems:
                return _refusal(asked, problems)
            made = desk.make(question, self.now())
        except Unavailable as error:
            return text(503, f"No feed can be made just now: {error}.", asked, {"Retry-After": "60"})
        kept = _keep(made, FILE_NAMES[question.format], self.site)
        with self._lock:
            self._kept[query] = kept
            while len(self._kept) > MOST_KEPT or sum(map(_weight, self._kept.values())) > MOST_BYTES:
                self._kept.popitem(last=False)
        return _answer(asked, kept)

    def _current(self) -> Desk:
        """Give the desk of the present index and configuration; with another one nothing kept holds."""
        state = self.site.state
        desk = self._desk
        if desk is None or self._configured is not state or desk.state != state_of(self.site.index):
            desk = Desk.open(self.site.index, *state)
            with self._lock:
                self._desk, self._configured = desk, state
                self._kept.clear()
        return desk


def _pairs(query: bytes) -> list[tuple[str, str]] | Problem:
    if len(query) > LONGEST_QUERY:
        return Problem(found=f"a query of {len(query)} characters", expected=f"at most {LONGEST_QUERY}")
    try:
        return parse_qsl(
            query.decode("ascii"),
            keep_blank_values=True,
            strict_parsing=bool(query),
            errors="strict",
            max_num_fields=2 * MOST_VALUES,
        )
    except ValueError:
        return Problem(
            found="a query that cannot be read", expected="name=value&name=value, UTF-8, percent-encoded"
        )


def _refusal(asked: Asked, problems: list[Problem]) -> Answer:
    return text(400, "\n".join(map(str, problems)), asked)


def _keep(made: Made, file_name: str, site: Site) -> Kept:
    bodies = {IDENTITY: made.body, "gzip": gzip(made.body)}
    headers = {
        "Content-Type": FEED_TYPES[file_name],
        "Cache-Control": cache_control(site.settings, feed=False),
        **EVERYWHERE,
        "Vary": "Accept-Encoding",
        "Link": f'<{made.url}>; rel="self"',
    }
    tags = {coding: f'"{blake2b(body, digest_size=16).hexdigest()}"' for coding, body in bodies.items()}
    return Kept(made, headers, bodies, tags)


def _weight(kept: Kept) -> int:
    return sum(map(len, kept.bodies.values()))


def _answer(asked: Asked, kept: Kept) -> Answer:
    coding = choose(asked.header("accept-encoding"), {name: len(body) for name, body in kept.bodies.items()})
    headers = kept.headers if coding == IDENTITY else {**kept.headers, "Content-Encoding": coding}
    return answer(asked, MadeContent(headers, Validators(etag=kept.tags[coding]), kept.bodies[coding]))
