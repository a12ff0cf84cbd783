"""The sites, built once; a server for each; readers with a folder of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache
from pathlib import Path

import pytest

from .loopback import Loopback, serving
from .npm import FeedParser, Feedsmith, RssParser
from .pypi import Feedparser, PyPIReader
from .reader import Keeper, Reader
from .sites import SITES, Site
from .terminal import Newsboat, Sfeed

READERS: list[type[Reader]] = [Feedparser, PyPIReader, Newsboat, Sfeed, RssParser, Feedsmith, FeedParser]
KEEPERS = [kind for kind in READERS if issubclass(kind, Keeper)]

Serve = Callable[[Path], Loopback]


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Talk to the loopback server directly, whatever the machine's proxy is."""
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.setenv(name, "*")


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Serve folders until the test ends. The one place that says which server it is."""
    with ExitStack() as stack:
        yield lambda folder: stack.enter_context(serving(folder))


@pytest.fixture(scope="session")
def site_named(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Site]:
    """Build one of the sites, once for all tests that only read it."""
    return cache(lambda name: SITES[name](tmp_path_factory.mktemp(name)))


def pytest_make_parametrize_id(val: object) -> str | None:
    """Call readers by their names."""
    return val.name if isinstance(val, type) and issubclass(val, Reader) else None


@pytest.fixture
def reader(request: pytest.FixtureRequest, tmp_path: Path) -> Reader:
    """A reader that has read nothing yet; skipped, with its name, where it is not installed."""
    kind: type[Reader] = request.param
    if missing := kind.missing():
        pytest.skip(missing)
    folder = tmp_path / kind.name
    folder.mkdir()
    return kind(folder)
