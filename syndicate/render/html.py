"""The templates of all pages: Jinja2, with every value escaped, each compiled once a process.

May know: Jinja2 and the templates of this package; nothing of what they say.
"""

from __future__ import annotations

from datetime import datetime
from functools import cache
from types import ModuleType
from typing import Any, cast

from jinja2 import Environment, PackageLoader, StrictUndefined

MEDIA_TYPE = "text/html"
# Our own style and script, the articles' own images, and nothing else.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' http: https:;"
    " base-uri 'none'; form-action 'none'"
)
_MONTHS = "January February March April May June July August September October November December".split()


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("syndicate", "templates"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
        auto_reload=False,
    )
    environment.globals["policy"] = _POLICY
    return environment


def render(name: str, **values: Any) -> bytes:
    """Render a template of this package as UTF-8."""
    return _environment().get_template(name).render(values).encode()


@cache
def macros(name: str) -> ModuleType:
    """Give the macros of a template as functions: they are called without a new context each time."""
    return cast(ModuleType, _environment().get_template(name).module)


@cache
def source(name: str) -> str:
    """Give a file of the templates as it is written, such as a style sheet that goes into a page."""
    environment = _environment()
    assert environment.loader
    return environment.loader.get_source(environment, name)[0]


def day(instant: datetime) -> str:
    """Write the day of an instant for people, whatever the locale: `18 June 2025`."""
    return f"{instant.day} {_MONTHS[instant.month - 1]} {instant.year}"


def shortened(text: str, longest: int) -> str:
    """Cut a text at a word, with an ellipsis in place of the rest."""
    if len(text) <= longest:
        return text
    return (text[:longest].rpartition(" ")[0] or text[:longest]).rstrip(" ,;:.-–—") + "…"


def bare(url: str) -> str:
    """Write an address as people do: without scheme, `www.` and final slash."""
    return url.partition("://")[2].removeprefix("www.").rstrip("/")
