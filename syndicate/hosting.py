"""The configuration that lets other servers serve the output as our own does.

What is filled into a template comes from the settings alone, and what a server could take for its own
syntax is refused. May know: the templates, which are files of the package; neither feeds nor requests.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import unquote, urlsplit

from syndicate import delivery
from syndicate.encoding import SUFFIXES
from syndicate.errors import ConfigError, Problem, quoted
from syndicate.settings import Settings

SERVERS = {
    "nginx": "nginx.conf",
    "caddy": "Caddyfile",
    "apache": "apache.conf",
    "netlify": "netlify.toml",
    "cloudflare": "cloudflare.txt",
}
"""The servers, and the template of each."""

_PATH = re.compile(r"[A-Za-z0-9._~/+@-]*")
# Quotes and escapes, variables and placeholders of any of these servers.
_SYNTAX = re.compile(r"[\"'`\\$%{}#\s]")


def configuration(
    server: str,
    settings: Settings,
    output: str,
    redirects: Mapping[str, str] | Iterable[tuple[str, str]] = (),
) -> str:
    """Print the configuration of a server for the site whose output is in a folder.

    Raises ConfigError for a path or address that would have to be quoted in ways that servers differ in.
    """
    from jinja2 import Environment, PackageLoader, StrictUndefined

    # No HTML, so nothing is escaped; what goes in was checked.
    environment = Environment(
        loader=PackageLoader("syndicate", "templates/hosting"),
        autoescape=False,  # noqa: S701 - no HTML
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    template = environment.get_template(SERVERS[server])
    return template.render(_values(settings, output, dict(redirects)))


def _values(settings: Settings, output: str, redirects: dict[str, str]) -> dict[str, Any]:
    url = settings.site.feeds_url
    prefix = unquote(urlsplit(url).path)
    problems = []

    def check(field: tuple[str | int, ...], value: str, pattern: re.Pattern[str], *, whole: bool) -> None:
        good = pattern.fullmatch(value) if whole else not pattern.search(value)
        if not good:
            expected = "only characters that no server takes for syntax"
            problems.append(Problem(field=field, found=quoted(value), expected=expected))

    check(("site", "feeds_url"), prefix, _PATH, whole=True)
    check(("site", "feeds_url"), url, _SYNTAX, whole=False)
    check(("output",), output, _SYNTAX, whole=False)
    for number, hub in enumerate(settings.hubs):
        check(("hubs", number), hub, _SYNTAX, whole=False)
    for old, new in redirects.items():
        check(("redirects",), old, _PATH, whole=True)
        check(("redirects",), new, _PATH, whole=True)
    if problems:
        raise ConfigError(problems)
    return {
        "prefix": prefix,
        "url": url,
        "origin": url.removesuffix(urlsplit(url).path),
        "output": output,
        "feed_types": delivery.FEED_TYPES,
        "text_types": delivery.TEXT_TYPES,
        "everywhere": delivery.EVERYWHERE,
        "preflight": delivery.PREFLIGHT,
        "methods": delivery.ALLOWED_METHODS,
        "feed_cache": delivery.cache_control(settings, feed=True),
        "other_cache": delivery.cache_control(settings, feed=False),
        "hub_links": [f'<{hub}>; rel="hub"' for hub in settings.hubs],
        "codings": {coding: SUFFIXES[coding] for coding in sorted(set(settings.precompress))},
        "redirects": {old.strip("/"): new.strip("/") for old, new in sorted(redirects.items())},
    }
