"""Atom 1.0 by RFC 4287, RFC 5005 and the W3C feed validator.

May know: elements of XML and the rules of what they hold; nothing of RSS.
"""

from __future__ import annotations

from syndicate.check.elements import Scope, grouped
from syndicate.check.finding import Rule, Severity
from syndicate.check.inspection import Inspection
from syndicate.check.kinds import ATOM

REQUIRED = Rule(
    name="atom-required",
    severity=Severity.ERROR,
    demand="A feed and each entry has one <id>, one <title> and one <updated>.",
    why="Without an id every change is a new entry; without the others nothing can be shown or sorted.",
    clause="RFC 4287 §4.1.1, §4.1.2",
    url="https://www.rfc-editor.org/rfc/rfc4287#section-4.1.1",
)

RULES = (REQUIRED,)


def check(inspection: Inspection) -> None:
    """Check an Atom document, whose root was read: a feed, or an entry alone (RFC 4287 §2)."""
    scope = Scope(inspection)
    present = grouped(inspection.root)
    for name in ("id", "title", "updated"):
        if f"{{{ATOM}}}{name}" not in present:
            scope.find(REQUIRED, inspection.root, f"there is no <{name}>")
