"""The gate: no document with an error is published, if that was asked for.

A document that is refused leaves what was published in its place, and is offered again at the next run. May
know: documents and the check of them; neither articles nor the output folder.
"""

from __future__ import annotations

from datetime import datetime

from syndicate.model import Document
from syndicate.report import Fault


class Gate:
    """What one run found in the documents that it was about to write."""

    def __init__(self, now: datetime) -> None:
        self._now = now
        self.faults: list[Fault] = []
        self.refused: set[str] = set()

    def passes(self, document: Document) -> bool:
        """Tell whether a document has no error; its faults, errors or not, are kept for the report."""
        # Imported where it is asked for: a run without a gate loads no rule.
        from syndicate.check import check_document, has_rules
        from syndicate.check.finding import Severity

        if not has_rules(document.path.rpartition("/")[2]):
            return True
        findings = check_document(document.body, document=document.path, now=self._now)
        self.faults += (
            Fault(
                path=each.document,
                line=each.line,
                rule=each.rule.name,
                severity=each.rule.severity.value,
                what=each.what,
            )
            for each in findings
        )
        if any(each.rule.severity is Severity.ERROR for each in findings):
            self.refused.add(document.path)
            return False
        return True
