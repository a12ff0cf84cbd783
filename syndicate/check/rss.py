"""RSS 2.0 by its specification, the RSS Best Practices Profile and the W3C feed validator.

May know: elements of XML and the rules of what they hold; nothing of Atom but its links.
"""

from __future__ import annotations

from syndicate.check.elements import Scope, children
from syndicate.check.finding import Rule, Severity
from syndicate.check.inspection import Inspection

SPECIFICATION = "https://www.rssboard.org/rss-specification"

VERSION = Rule(
    name="rss-version",
    severity=Severity.ERROR,
    demand="<rss> has a version.",
    why="Readers tell from it which elements there may be; some refuse the document.",
    clause="RSS 2.0, What is RSS?",
    url=f"{SPECIFICATION}#whatIsRss",
)
CHANNEL = Rule(
    name="rss-channel",
    severity=Severity.ERROR,
    demand="<rss> holds one <channel>.",
    why="Without one there is nothing to show; of several, readers show the first.",
    clause="RSS 2.0, What is RSS?",
    url=f"{SPECIFICATION}#whatIsRss",
)

RULES = (VERSION, CHANNEL)


def check(inspection: Inspection) -> None:
    """Check an RSS document, whose root was read."""
    root = inspection.root
    scope = Scope(inspection)
    if not root.get("version"):
        scope.find(VERSION, root, "<rss> has no version")
    channels = [child for child in children(root) if child.tag == "channel"]
    if len(channels) != 1:
        scope.find(CHANNEL, root, f"<rss> holds {len(channels)} <channel>")
