"""`syndicate serve`: the application by itself, on a socket, with or without a watch beside it.

May know: uvicorn and the watch; not how the command line prints.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread
from urllib.parse import unquote, urlsplit

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import RedirectResponse
from starlette.routing import Mount, Route
from starlette.types import ASGIApp

from syndicate.config import load_registries
from syndicate.errors import PublishError, reason_of
from syndicate.pipeline import Options
from syndicate.settings import Settings
from syndicate.watch import Watcher, watch
from syndicate.web import routed
from syndicate.web.asgi import Unbroken
from syndicate.web.site import Site

_GRACE = 5
Say = Callable[[str], None]


def prefix_of(settings: Settings) -> str:
    """Tell under which path the output is served: that of `site.feeds_url`, so links mean what they will."""
    return unquote(urlsplit(settings.site.feeds_url).path).rstrip("/")


def standing_alone(site: Site) -> ASGIApp:
    """Make the application of a whole server: the feeds at the path they will have, `/` leads there."""
    feeds, prefix = routed(site), prefix_of(site.settings)
    if not prefix:
        return feeds

    async def lead(request: Request) -> RedirectResponse:
        # From `/feeds` for good; from `/` as long as nothing else is there.
        return RedirectResponse(f"{prefix}/", 307 if request.url.path == "/" else 301)

    routes = [Route("/", lead), Route(prefix, lead), Mount(prefix, feeds)]
    return Starlette(routes=routes, middleware=[Middleware(Unbroken)])


def serve(
    settings: Settings,
    *,
    host: str,
    port: int,
    say: Say,
    config: str | None,
    load: Callable[[], Settings],
) -> None:
    """Serve the output of a site until a signal ends it.

    With `config`, the path of the configuration, it is rebuilt on every change; what is served follows a
    changed configuration, but for the path. Raises PublishError where the address cannot be had, and
    whatever ended the watch.
    """
    site = Site(settings, load_registries(settings))
    listener = _listen(host, port)
    where = f"http://{_shown(*listener.getsockname()[:2])}{prefix_of(settings)}/"
    server = _Server(
        uvicorn.Config(
            standing_alone(site),
            log_level="warning",
            access_log=False,
            ws="none",
            lifespan="off",
            server_header=False,
            timeout_graceful_shutdown=_GRACE,
        )
    )
    # From here on a signal ends the server in order, also one that comes before it has begun: whoever was
    # told where it serves may end it at once. It is raised again afterwards.
    with server.capture_signals(), listener:
        say(f"{where} serves {site.output}")
        say(f"{where}query?limit=10 makes feeds on demand; Ctrl-C ends it")
        if config is None and not os.path.isdir(site.output):
            say(f"{site.output} is not there yet: syndicate build")
        with _watched(site, config, load, say, server.stop):
            server.run(sockets=[listener])


class _Server(uvicorn.Server):
    def stop(self) -> None:
        self.should_exit = True


@contextmanager
def _watched(
    site: Site, config: str | None, load: Callable[[], Settings], say: Say, stop: Callable[[], None]
) -> Iterator[None]:
    if config is None:
        yield
        return
    watching = Watching(site, config, load, say, stop)
    watching.start()
    try:
        yield
    finally:
        watching.end()


class Watching(Thread):
    """A watch beside the server. Its index belongs to this thread, so it is opened here."""

    def __init__(
        self, site: Site, config: str, load: Callable[[], Settings], say: Say, stop: Callable[[], None]
    ) -> None:
        super().__init__(name="syndicate-watch", daemon=True)
        self.error: Exception | None = None
        self._site = site
        self._config = config
        self._load = load
        self._say = say
        self._stop_server = stop
        self._ended = Event()

    def run(self) -> None:
        """Watch until the server ends; if the watch cannot even begin, the server ends."""
        try:
            # One process: forking beside a server's threads is asking for trouble.
            with Watcher(self._config, self._load, Options(jobs=1)) as watcher:
                watch(watcher, lambda line: self._tell(watcher, line), self._ended)
        except Exception as error:  # noqa: BLE001 - it is raised again where the server ends
            self.error = error
            self._stop_server()

    def _tell(self, watcher: Watcher, line: str) -> None:
        self._site.replace(watcher.settings, watcher.registries)
        self._say(line)

    def end(self) -> None:
        """End the watch and raise what ended it before its time."""
        self._ended.set()
        self.join()
        if self.error:
            raise self.error


def _listen(host: str, port: int) -> socket.socket:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind, protocol)
        try:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(address)
            listener.listen(128)
        except BaseException:
            listener.close()
            raise
    except OSError as error:
        raise PublishError(_shown(host, port), f"cannot be listened at: {reason_of(error)}") from None
    return listener


def _shown(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
