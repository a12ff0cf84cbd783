"""From a request and a representation to an answer: its status, its headers, its bytes (RFC 9110).

The same for files and for queries. May know: the pure rules beside it; neither where bytes come from
nor how an answer is sent.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

import msgspec

from syndicate.delivery import ALLOWED_METHODS, EVERYWHERE, PREFLIGHT
from syndicate.web.conditional import Validators, evaluate, http_date, range_applies
from syndicate.web.ranges import Stretch, Unsatisfiable, parse_range

# What a 304 repeats of the headers that a 200 would have had (RFC 9110 §15.4.5), and what Fetch wants
# of every answer. The rest a client has from the answer that it keeps.
_KEPT = ("Cache-Control", "Vary", *EVERYWHERE)


class Asked(msgspec.Struct, frozen=True):
    """What decides about an answer beside the address: the method and the headers by lower-case name."""

    method: str
    headers: Mapping[str, str]

    def header(self, name: str) -> str | None:
        """Give a header, the lines of one name joined (RFC 9110 §5.3)."""
        return self.headers.get(name)


class Readable(Protocol):
    """An open file."""

    def read(self, start: int, length: int) -> bytes:
        """Read so many bytes from a place; fewer only where the file ends."""

    def close(self) -> None:
        """Let go of it; a second time does nothing."""


class Streamed(msgspec.Struct, frozen=True):
    """Bytes too many to hold: a stretch of an open file, which whoever sends them closes."""

    file: Readable
    stretch: Stretch


class Content(Protocol):
    """A representation that was chosen: its headers, its validators, and any stretch of its bytes."""

    @property
    def headers(self) -> Mapping[str, str]:
        """All headers of a 200 but Content-Length and the validators."""

    @property
    def validators(self) -> Validators:
        """What tells its version."""

    @property
    def size(self) -> int:
        """How many bytes it has."""

    def take(self, stretch: Stretch) -> bytes | Streamed:
        """Give some of its bytes."""


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What is sent back."""

    status: int
    headers: dict[str, str]
    body: bytes | Streamed = b""


def answer(asked: Asked, content: Content) -> Answer:
    """Answer a GET or HEAD with a representation, or with the part or the news of it that was asked for."""
    validators, size = content.validators, content.size
    header: Callable[[str], str | None] = asked.header
    tags = {"ETag": validators.etag}
    outcome = evaluate(header, validators)
    if outcome == "failed":
        return text(412, "The file is not, or no longer, the one that the request is about.", asked, tags)
    if outcome == "not modified":
        kept = {name: content.headers[name] for name in _KEPT if name in content.headers}
        return Answer(status=304, headers={**kept, **tags})
    headers = {**content.headers, **tags, "Accept-Ranges": "bytes"}
    if validators.modified is not None:
        headers["Last-Modified"] = http_date(validators.modified)
    status, stretch = 200, Stretch(0, size)
    # A Range means something with GET alone (RFC 9110 §14.2).
    if asked.method == "GET" and range_applies(header("if-range"), validators):
        part = parse_range(header("range"), size)
        if isinstance(part, Unsatisfiable):
            return text(
                416, "The file has no such bytes.", asked, {**tags, "Content-Range": f"bytes */{size}"}
            )
        if part is not None:
            status, stretch = 206, part
            headers["Content-Range"] = f"bytes {part.start}-{part.stop - 1}/{size}"
    headers["Content-Length"] = str(stretch.length)
    body = content.take(stretch) if asked.method == "GET" else b""
    return Answer(status=status, headers=headers, body=body)


def text(status: int, words: str, asked: Asked, extra: Mapping[str, str] | None = None) -> Answer:
    """Answer in words, for whoever looks into it; nothing of a request is repeated in them."""
    body = f"{words}\n".encode()
    headers = {
        "Content-Type": "text/plain; charset=utf-8",
        "Content-Length": str(len(body)),
        "Cache-Control": "no-cache",
        **EVERYWHERE,
        **(extra or {}),
    }
    return Answer(status=status, headers=headers, body=b"" if asked.method == "HEAD" else body)


def not_found(asked: Asked) -> Answer:
    """Say that there is nothing here."""
    return text(404, "There is nothing at this address.", asked)


def moved(asked: Asked, target: str, cache_control: str) -> Answer:
    """Send a reader to another address for good (RFC 9110 §15.4.2), which it may remember."""
    headers = {"Location": target, "Cache-Control": cache_control}
    return text(301, "This is at another address now.", asked, headers)


def other_method(asked: Asked) -> Answer | None:
    """Answer what is neither GET nor HEAD: OPTIONS and preflights (Fetch §3.2.2), 405 for the rest."""
    if asked.method in ("GET", "HEAD"):
        return None
    allow = {"Allow": ALLOWED_METHODS}
    if asked.method == "OPTIONS":
        return Answer(status=204, headers={**allow, **EVERYWHERE, **PREFLIGHT})
    return text(405, "This can be fetched, and nothing else.", asked, allow)
