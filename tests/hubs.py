"""A hub for tests: it takes announcements on the loopback, remembers them, and answers as it is told to."""

from __future__ import annotations

from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs


class RecordingHub:
    """A hub that remembers the topics it was told of; a context manager that serves until it is left.

    `status` is what it answers; `meanwhile` is called before it does, and `told` with each topic.
    """

    def __init__(self, status: int = 204) -> None:
        self.status = status
        self.topics: list[str] = []
        self.meanwhile: Callable[[], None] = lambda: None
        self.told: Callable[[str], object] = lambda _: None
        hub = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                """Take an announcement."""
                form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
                assert form["hub.mode"] == ["publish"]
                assert form["hub.url"] == form["hub.topic"]
                hub.topics += form["hub.url"]
                hub.told(form["hub.url"][0])
                hub.meanwhile()
                self.send_response(hub.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/hub"
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})

    def __enter__(self) -> RecordingHub:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def taken(self) -> list[str]:
        """Give the topics it was told of since it was asked last, in order and shortened."""
        topics, self.topics = sorted(self.topics), []
        return [topic.removeprefix("https://site.example/feeds/") for topic in topics]
