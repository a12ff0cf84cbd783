"""Between ASGI and answers: a request becomes what is asked, an answer becomes messages.

May know: Starlette; neither files nor feeds.
"""

from __future__ import annotations

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from syndicate.web.answers import Answer, Asked, Streamed, not_found

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


class Unbroken:
    """Answers for paths that hold a line break: there is no such file.

    Starlette's routes are regular expressions in which `.` is no line break and `$` stands before one, too:
    they would take such a path for another one.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or hand it on."""
        if scope["type"] == "http" and "\n" in scope["path"]:
            await send_answer(not_found(asked_of(Request(scope, receive))), scope, receive, send)
        else:
            await self.app(scope, receive, send)
