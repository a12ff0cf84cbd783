"""The site that is served: settings, registries and redirects, which `--watch` may replace at any time.

May know: the configuration; neither requests nor answers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from syndicate.catalogue import redirects
from syndicate.places import index_path, output_folder
from syndicate.registry import Registries
from syndicate.selection import Names
from syndicate.settings import Settings


class Site:
    """What is served just now. Each part is replaced as a whole, so no request sees half of a change."""

    def __init__(
        self,
        settings: Settings,
        registries: Registries,
        more: Mapping[str, str] | Iterable[tuple[str, str]] = (),
    ) -> None:
        self._more = dict(more)
        self.state = (settings, registries)
        self.redirects = self._redirects()

    def _redirects(self) -> Mapping[str, str]:
        """Map old paths to new ones: the old addresses of feeds, and what the caller named besides."""
        known = {**dict(redirects(self.settings, Names(self.state[1]))), **self._more}
        return MappingProxyType({old.strip("/"): new.strip("/") for old, new in known.items()})

    def replace(self, settings: Settings, registries: Registries) -> None:
        """Serve by another configuration from now on; the same one changes nothing."""
        if self.state[0] is not settings or self.state[1] is not registries:
            self.state = (settings, registries)
            self.redirects = self._redirects()

    @property
    def settings(self) -> Settings:
        """The configuration."""
        return self.state[0]

    @property
    def output(self) -> str:
        """Where the files are."""
        return output_folder(self.settings)

    @property
    def index(self) -> str:
        """Where the index is."""
        return index_path(self.settings)
