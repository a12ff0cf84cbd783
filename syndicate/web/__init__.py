"""Serving the feeds of a site: `app` is an ASGI application, to be mounted in any ASGI site or run by itself.

>>> from starlette.applications import Starlette
>>> from starlette.routing import Mount
>>> from syndicate import load_settings
>>> from syndicate.web import app
>>> feeds = app(load_settings("config/syndicate.yaml"))  # doctest: +SKIP
>>> site = Starlette(routes=[Mount("/feeds", feeds)])  # doctest: +SKIP

Needs `pip install 'syndicate[serve]'`. May know: what is below it; not how the command line asks.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from syndicate.errors import ConfigError, Problem

if TYPE_CHECKING:
    from starlette.applications import Starlette

    from syndicate.settings import Settings
    from syndicate.web.site import Site

__all__ = ["app"]


def app(settings: Settings, *, redirects: Mapping[str, str] | Iterable[tuple[str, str]] = ()) -> Starlette:
    """Make the ASGI application that serves the output folder, and `query`, at wherever it is mounted.

    `redirects` are (old path, new path) below the output, of files or of whole folders, beside those that
    follow from the aliases of the registries.
    Raises ConfigError where the registries cannot be used or Starlette is not installed.
    """
    from syndicate.config import load_registries

    check_installed()
    from syndicate.web.site import Site

    return routed(Site(settings, load_registries(settings), redirects))


def routed(site: Site) -> Starlette:
    """Make the application of a site that may change while it is served."""
    from starlette.applications import Starlette
    from starlette.middleware import Middleware
    from starlette.routing import Route

    from syndicate.web.asgi import Unbroken
    from syndicate.web.query import Query
    from syndicate.web.static import StaticFiles

    routes = [Route("/query", Query(site)), Route("/{path:path}", StaticFiles(site))]
    return Starlette(routes=routes, middleware=[Middleware(Unbroken)])


def check_installed() -> None:
    """Raise ConfigError unless the packages of the extra `[serve]` are installed."""
    try:
        import starlette
        import uvicorn
    except ImportError as error:
        problem = Problem(
            found=f"no package {error.name}", expected="it installed: pip install 'syndicate[serve]'"
        )
        raise ConfigError([problem]) from None
    del starlette, uvicorn
