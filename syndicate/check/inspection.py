"""One document under inspection: what is known of it, and what was found in it.

May know: rules and findings; nothing of any format.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Any

import msgspec

from syndicate.check.finding import Finding, Rule

MOST_OF_A_RULE = 100
"""How often a rule is told of one document; the rest is counted. A document may break one a million times."""

_LONGEST_SHOWN = 80


def shown(text: str) -> str:
    """Show a value of a document on one line, shortened, with its invisible characters spelled out."""
    cut = text if len(text) <= _LONGEST_SHOWN else text[: _LONGEST_SHOWN - 1] + "…"
    return f"'{cut}'" if cut.isprintable() else ascii(cut)


class Inspection:
    """A document, what is known of where it came from, and the findings so far.

    `address` is where it was fetched from, `media_type` what it was served as, `now` the present instant;
    each is None where it is not known, and then no rule asks for it. `root` is the root element of a
    document in XML, as soon as it was read.
    """

    def __init__(
        self,
        body: bytes,
        *,
        document: str,
        address: str | None = None,
        now: datetime | None = None,
        media_type: str | None = None,
    ) -> None:
        self.body = body
        self.document = document
        self.address = address
        self.now = now
        self.media_type = media_type
        self.root: Any = None
        self._found: dict[Finding, None] = {}
        self._count: Counter[str] = Counter()

    def find(self, rule: Rule, line: int, what: str) -> None:
        """Note that the document breaks a rule in a line; 0 is the document as a whole."""
        self._count[rule.name] += 1
        if self._count[rule.name] <= MOST_OF_A_RULE:
            self._found[Finding(rule=rule, document=self.document, line=line, what=what)] = None

    def findings(self) -> tuple[Finding, ...]:
        """Give what was found, in total order: by line, rule and text. What was left out is counted."""
        ordered = sorted(self._found, key=_place)
        last = {finding.rule.name: position for position, finding in enumerate(ordered)}
        for name, count in self._count.items():
            if count > MOST_OF_A_RULE:
                finding = ordered[last[name]]
                more = f"{finding.what}; and {count - MOST_OF_A_RULE} more of this rule"
                ordered[last[name]] = msgspec.structs.replace(finding, what=more)
        return tuple(ordered)


def _place(finding: Finding) -> tuple[int, str, str]:
    return finding.line, finding.rule.name, finding.what
