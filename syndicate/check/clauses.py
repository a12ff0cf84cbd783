"""Where rules are written: specifications by their clauses, each with its address.

May know: how a rule is made; nothing of what any rule says.
"""

from __future__ import annotations

from typing import NamedTuple

from syndicate.check.finding import Rule, Severity


class Clause(NamedTuple):
    """A place in a specification: what it is called there, and its address."""

    text: str
    url: str


def error(name: str, demand: str, why: str, clause: Clause) -> Rule:
    """Make a rule that a specification demands: it says `must`."""
    return Rule(
        name=name, severity=Severity.ERROR, demand=demand, why=why, clause=clause.text, url=clause.url
    )


def warning(name: str, demand: str, why: str, clause: Clause) -> Rule:
    """Make a rule that readers depend on, though no specification says `must`."""
    return Rule(
        name=name, severity=Severity.WARNING, demand=demand, why=why, clause=clause.text, url=clause.url
    )


def rfc(number: int, section: str) -> Clause:
    """Name a section of an RFC."""
    return Clause(f"RFC {number} §{section}", f"https://www.rfc-editor.org/rfc/rfc{number}#section-{section}")


def rss(title: str, anchor: str) -> Clause:
    """Name a section of the RSS 2.0 specification."""
    return Clause(f"RSS 2.0, {title}", f"https://www.rssboard.org/rss-specification#{anchor}")


def profile(title: str, anchor: str) -> Clause:
    """Name a section of the RSS Best Practices Profile."""
    return Clause(f"RSS Best Practices Profile, {title}", f"https://www.rssboard.org/rss-profile#{anchor}")


def media_rss(title: str) -> Clause:
    """Name a section of the Media RSS specification, whose sections have no addresses of their own."""
    return Clause(f"Media RSS 1.5.1, {title}", "https://www.rssboard.org/media-rss")


def w3c_error(name: str) -> Clause:
    """Name an error of the W3C feed validator."""
    return Clause(f"W3C feed validator: {name}", f"https://validator.w3.org/feed/docs/error/{name}.html")


def w3c_warning(name: str) -> Clause:
    """Name a warning of the W3C feed validator."""
    return Clause(f"W3C feed validator: {name}", f"https://validator.w3.org/feed/docs/warning/{name}.html")
