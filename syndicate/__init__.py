"""syndicate turns a publisher's folder of articles into RSS, Atom and JSON feeds.

The names below are the library: typed, documented, and what the command line itself uses. They are
loaded when they are first asked for, so that `syndicate --version` costs nothing.

>>> from syndicate import build, load_settings
>>> report = build(load_settings("config/syndicate.yaml"))  # doctest: +SKIP
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from syndicate.article import Article
    from syndicate.check import check_document
    from syndicate.check.finding import Finding, Rule, Severity
    from syndicate.checking import Checked, check_places
    from syndicate.config import load_registries, load_settings
    from syndicate.errors import (
        ArticleError,
        BrokenArticlesError,
        ConfigError,
        FetchError,
        LockedError,
        NoArticlesError,
        Problem,
        PublishError,
        RenderError,
        SyndicateError,
        WorkerError,
    )
    from syndicate.look import list_feeds, read_articles, understand
    from syndicate.model import Document, Enclosure, Feed, Item, Person, Term
    from syndicate.pipeline import build
    from syndicate.push import ping
    from syndicate.render import renderer
    from syndicate.report import Report
    from syndicate.settings import Settings, parse_settings

__version__ = "0.1.0"

_HOMES = {
    "article": ("Article",),
    "check": ("check_document",),
    "check.finding": ("Finding", "Rule", "Severity"),
    "checking": ("Checked", "check_places"),
    "config": ("load_registries", "load_settings"),
    "errors": (
        "ArticleError",
        "BrokenArticlesError",
        "ConfigError",
        "FetchError",
        "LockedError",
        "NoArticlesError",
        "Problem",
        "PublishError",
        "RenderError",
        "SyndicateError",
        "WorkerError",
    ),
    "look": ("list_feeds", "read_articles", "understand"),
    "model": ("Document", "Enclosure", "Feed", "Item", "Person", "Term"),
    "pipeline": ("build",),
    "push": ("ping",),
    "render": ("renderer",),
    "report": ("Report",),
    "settings": ("Settings", "parse_settings"),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "Article",
    "ArticleError",
    "BrokenArticlesError",
    "Checked",
    "ConfigError",
    "Document",
    "Enclosure",
    "Feed",
    "FetchError",
    "Finding",
    "Item",
    "LockedError",
    "NoArticlesError",
    "Person",
    "Problem",
    "PublishError",
    "RenderError",
    "Report",
    "Rule",
    "Settings",
    "Severity",
    "SyndicateError",
    "Term",
    "WorkerError",
    "build",
    "check_document",
    "check_places",
    "list_feeds",
    "load_registries",
    "load_settings",
    "parse_settings",
    "ping",
    "read_articles",
    "renderer",
    "understand",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME_OF:
        raise AttributeError(f"module 'syndicate' has no attribute '{name}'")
    return getattr(import_module(f"syndicate.{_HOME_OF[name]}"), name)
