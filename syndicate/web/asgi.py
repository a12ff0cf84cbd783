"""Between ASGI and answers: a request becomes what is asked, an answer becomes messages.

May know: Starlette; neither files nor feeds.
"""

from __future__ import annotations

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from syndicate.web.answers import Answer, Asked, Streamed

_PIECE = 1 << 18


def asked_of(request: Request) -> Asked:
    """Take from a request what an answer may depend on."""
    headers: dict[str, str] = {}
    for name, value in request.headers.items():
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return Asked(request.method, headers)


async def send_answer(answer: Answer, scope: Scope, receive: Receive, send: Send) -> None:
    """Send an answer; a file that is too large to hold goes piece by piece, and is closed."""
    if not isinstance(answer.body, Streamed):
        response = Response(answer.body, answer.status, answer.headers)
        # Starlette counts the body, which HEAD has not, and a 304 must not have.
        await response(scope, receive, send)
        return
    file, stretch = answer.body.file, answer.body.stretch
    try:
        start = Response(None, answer.status, answer.headers)
        await send({"type": "http.response.start", "status": answer.status, "headers": start.raw_headers})
        place = stretch.start
        while place < stretch.stop:
            piece = await to_thread.run_sync(file.read, place, min(_PIECE, stretch.stop - place))
            if not piece:
                break  # Somebody cut the file while it was sent; the server closes the connection.
            place += len(piece)
            more = place < stretch.stop
            await send({"type": "http.response.body", "body": piece, "more_body": more})
    finally:
        file.close()
