"""A web server on the loopback interface that serves a folder as a good static server does.

ETag and Last-Modified, If-None-Match before If-Modified-Since (RFC 9110 §13.2.2), 304 with both validators
(§15.4.5), HEAD. Every answer is noted, so that a test can say what a reader asked and what it got. The
fixture `serve` alone makes one: whatever else has `base_url`, `answers` and `forget` can take its place.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email.utils import formatdate, parsedate_to_datetime
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

TYPES = {
    ".xml": "application/xml; charset=utf-8",
    ".json": "application/feed+json",
    ".opml": "text/x-opml; charset=utf-8",
}
FEED_TYPES = {
    "rss.xml": "application/rss+xml; charset=utf-8",
    "atom.xml": "application/atom+xml; charset=utf-8",
}


class Answer(NamedTuple):
    """One request and what came of it."""

    path: str
    status: int
    agent: str


class Loopback:
    """A folder that is being served: where, and what was asked of it since it was last forgotten."""

    def __init__(self, folder: Path, base_url: str, answers: list[Answer]) -> None:
        self.folder = folder
        self.base_url = base_url
        self.answers = answers

    def forget(self) -> None:
        """Begin a new count of answers."""
        self.answers.clear()


class _Handler(BaseHTTPRequestHandler):
    folder: Path
    answers: list[Answer]
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Answer with the file, or with 304 where the reader has it (RFC 9110 §13)."""
        file = (self.folder / unquote(urlsplit(self.path).path).lstrip("/")).resolve()
        if not file.is_relative_to(self.folder.resolve()) or not file.is_file():
            self._answer(404, {}, b"")
            return
        body = file.read_bytes()
        changed = int(file.stat().st_mtime)
        validators = {
            "ETag": f'"{sha256(body).hexdigest()[:20]}"',
            "Last-Modified": formatdate(changed, usegmt=True),
        }
        if self._is_known(validators["ETag"], changed):
            self._answer(304, validators, b"")
            return
        kind = FEED_TYPES.get(file.name) or TYPES.get(file.suffix, "application/octet-stream")
        self._answer(200, {**validators, "Content-Type": kind}, body)

    do_HEAD = do_GET  # noqa: N815 - the name is http.server's

    def _is_known(self, etag: str, changed: int) -> bool:
        known = self.headers.get("If-None-Match")
        if known is not None:
            tags = [each.strip().removeprefix("W/") for each in known.split(",")]
            return etag in tags or "*" in tags
        since = self.headers.get("If-Modified-Since")
        return since is not None and changed <= parsedate_to_datetime(since).timestamp()

    def _answer(self, status: int, headers: dict[str, str], body: bytes) -> None:
        # Noted first: whoever has the answer finds it among the answers.
        self.answers.append(Answer(self.path, status, self.headers.get("User-Agent") or ""))
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if status != 304:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is http.server's
        """Keep quiet: the answers are noted."""


@contextmanager
def serving(folder: Path) -> Iterator[Loopback]:
    """Serve a folder on a free port of 127.0.0.1 until the block ends."""
    answers: list[Answer] = []
    handler = type("Handler", (_Handler,), {"folder": folder, "answers": answers})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield Loopback(folder, f"http://127.0.0.1:{server.server_address[1]}/", answers)
        finally:
            server.shutdown()
            thread.join()
