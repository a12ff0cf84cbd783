"""The list of all rules for people: docs/rules.md.

May know: rules; not how any is checked.
"""

from __future__ import annotations

from collections.abc import Iterable

from syndicate.check.finding import Rule

_TITLES = {
    "feed": "All formats",
    "xml": "XML",
    "rss": "RSS 2.0",
    "atom": "Atom 1.0",
    "json": "JSON Feed",
    "opml": "OPML",
    "link": "Links between files",
}
_HEAD = """\
# Rules

What `syndicate check` looks for; see [Checking](checking.md). An **error** breaks what a specification
demands; a **warning** is about what readers depend on, though no specification says "must".

This page is written by `syndicate check --rules > docs/rules.md`.
"""


def rules_as_markdown(rules: Iterable[Rule]) -> str:
    """Write the rules as a page, those of one format under one heading, in the order given."""
    groups: dict[str, list[Rule]] = {family: [] for family in _TITLES}
    for rule in rules:
        groups[rule.name.partition("-")[0]].append(rule)
    parts = [_HEAD]
    for family, members in groups.items():
        if members:
            parts.append(f"## {_TITLES[family]}\n")
            parts += map(_entry, members)
    return "\n".join(parts)


def _entry(rule: Rule) -> str:
    return (
        f"### {rule.name}\n\n"
        f"**{rule.severity}**: {_escaped(rule.demand)}\n\n"
        f"Otherwise: {_escaped(rule.why)}\n\n"
        f"[{_escaped(rule.clause)}]({rule.url})\n"
    )


def _escaped(text: str) -> str:
    # Names of elements are no tags of the page; what is in backticks is not escaped by Markdown.
    pieces = text.split("`")
    for number in range(0, len(pieces), 2):
        pieces[number] = pieces[number].replace("&", "&amp;").replace("<", "&lt;").replace("*", "\\*")
    return "`".join(pieces)
