"""Fetches one document over HTTP, within bounds of time, size and redirects.

May know: the network; nothing of what is fetched.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from syndicate.errors import FetchError
from syndicate.loop import run_apart

if TYPE_CHECKING:
    from httpx import AsyncBaseTransport

LARGEST = 32_000_000
"""Bytes of a document that are read, decoded; what has more is no feed."""

_ACCEPT = (
    "application/rss+xml, application/atom+xml, application/feed+json, text/x-opml, application/xml;q=0.9,"
    " text/xml;q=0.9, application/json;q=0.8, */*;q=0.1"
)


class Fetched(msgspec.Struct, frozen=True, kw_only=True):
    """What came back: the bytes, the address that gave them in the end, and what it said that they are."""

    body: bytes
    address: str
    media_type: str | None


class Bounds(msgspec.Struct, frozen=True, kw_only=True):
    """How much is put up with: seconds for each step and in all, redirects, bytes."""

    step: float = 10.0
    total: float = 60.0
    redirects: int = 5
    size: int = LARGEST


def fetch(url: str, *, bounds: Bounds | None = None, transport: AsyncBaseTransport | None = None) -> Fetched:
    """Fetch a document by GET. Raises FetchError for anything but an answer of 200 within the bounds.

    An event loop of its own bounds the time in all, whatever a server does.
    """
    # Imported when there is something to fetch: it is slow to load.
    import httpx

    bounds = bounds or Bounds()
    try:
        return run_apart(lambda: _fetch(url, bounds, transport))
    except TimeoutError:
        raise FetchError(url, f"it takes longer than {bounds.total:g} seconds") from None
    except httpx.TooManyRedirects:
        raise FetchError(url, f"there are more than {bounds.redirects} redirects") from None
    except httpx.TimeoutException:
        raise FetchError(url, f"the server is silent for {bounds.step:g} seconds") from None
    except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, ValueError) as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        raise FetchError(url, reason[:200].lower()) from None


async def _fetch(url: str, bounds: Bounds, transport: AsyncBaseTransport | None) -> Fetched:
    import asyncio

    import httpx

    async with (
        asyncio.timeout(bounds.total),
        httpx.AsyncClient(
            follow_redirects=True,
            max_redirects=bounds.redirects,
            timeout=bounds.step,
            headers={"Accept": _ACCEPT, "User-Agent": "syndicate"},
            transport=transport,
        ) as client,
        client.stream("GET", url) as response,
    ):
        if response.status_code != httpx.codes.OK:
            raise FetchError(url, f"the server answers {response.status_code}")
        pieces, size = [], 0
        async for piece in response.aiter_bytes():
            size += len(piece)
            if size > bounds.size:
                raise FetchError(url, f"there are more than {bounds.size} bytes")
            pieces.append(piece)
    return Fetched(
        body=b"".join(pieces), address=str(response.url), media_type=response.headers.get("content-type")
    )
