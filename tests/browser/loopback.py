"""A server on the loopback interface: answers what a test tells it to, remembers what it was asked."""

from __future__ import annotations

import hashlib
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

# No test waits that long; one that is wrong ends all the same.
DEADLINE = 20


class Answer(NamedTuple):
    """What a path is answered with; `gate`, while it is not set, keeps the answer back."""

    body: bytes
    media_type: str
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    gate: threading.Event | None = None


class Request(NamedTuple):
    """What was asked: the path, its `If-None-Match` and `Origin`, and the status it was answered with."""

    path: str
    if_none_match: str | None
    origin: str | None
    status: int


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Any

    def do_GET(self) -> None:
        """Answer as the test said; ask again gets 304 (RFC 9110 §13.1.2)."""
        path = self.path.partition("?")[0]
        answer = self.server.answers.get(path, Answer(b"nothing here", "text/plain", status=404))
        etag = f'"{hashlib.sha256(answer.body).hexdigest()[:16]}"'
        same = answer.status == 200 and self.headers["If-None-Match"] == etag
        status = 304 if same else answer.status
        self.server.requests.append(
            Request(path, self.headers["If-None-Match"], self.headers["Origin"], status)
        )
        if answer.gate:
            answer.gate.wait(DEADLINE)
        try:
            self.send_response(status)
            self.send_header("ETag", etag)
            self.send_header("Cache-Control", "no-cache")
            for name, value in (*self.server.headers, *answer.headers):
                self.send_header(name, value)
            if not same:
                self.send_header("Content-Type", answer.media_type)
                self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            if not same:
                self.wfile.write(answer.body)
        except ConnectionError:
            self.close_connection = True  # the browser has gone elsewhere

    def log_message(self, *_: object) -> None:
        """Say nothing: the requests are in the list."""


class Server:
    """One origin. `answers` by path may change at any time; `headers` go with every answer."""

    def __init__(self, host: str, *headers: tuple[str, str]) -> None:
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
        self._http.daemon_threads = True
        self.answers: dict[str, Answer] = {}
        self.requests: list[Request] = []
        for name, value in (("answers", self.answers), ("requests", self.requests), ("headers", headers)):
            setattr(self._http, name, value)
        self.url = f"http://{host}:{self._http.server_port}"
        threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def put(self, path: str, body: bytes | str, media_type: str, **how: Any) -> str:
        """Answer a path with a body; gives its URL."""
        body = body.encode() if isinstance(body, str) else body
        self.answers[path] = Answer(body, media_type, **how)
        return f"{self.url}{path}"

    def asked(self, path: str) -> list[Request]:
        """Tell how a path was asked for."""
        return [each for each in self.requests if each.path == path]

    def forget(self) -> None:
        """Begin anew, for the next test."""
        for answer in self.answers.values():
            if answer.gate:
                answer.gate.set()
        self.answers.clear()
        self.requests.clear()

    def close(self) -> None:
        """Stop."""
        self.forget()
        self._http.shutdown()
        self._http.server_close()
