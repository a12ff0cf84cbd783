"""Rules for the dates of entries, whatever their format: not in the future, no two at one instant.

May know: instants; nothing of how a format writes them.
"""

from __future__ import annotations

from datetime import datetime

from syndicate.check.clauses import w3c_warning, warning
from syndicate.check.inspection import Inspection
from syndicate.dates import rfc3339

FUTURE = warning(
    "feed-future-date",
    "No date is later than the present instant.",
    "Readers sort by date: such an entry stays on top of everything until its day has come, or is hidden.",
    w3c_warning("ImplausibleDate"),
)
SAME_INSTANT = warning(
    "feed-same-instant",
    "No two entries are dated at the same instant.",
    "Readers that sort by date show them in any order, and in another one the next time.",
    w3c_warning("DuplicateUpdated"),
)

RULES = (FUTURE, SAME_INSTANT)


def check_not_future(inspection: Inspection, line: int, called: str, instant: datetime) -> None:
    """Check that a date is not later than the present instant, where that is known."""
    if inspection.now is not None and instant > inspection.now:
        inspection.find(FUTURE, line, f"{called} is {rfc3339(instant)}, and it is {rfc3339(inspection.now)}")


class Instants:
    """The instants of the entries of one document."""

    def __init__(self, inspection: Inspection) -> None:
        self._inspection = inspection
        self._seen: dict[datetime, str] = {}

    def note(self, instant: datetime, line: int, entry: str) -> None:
        """Note the instant of an entry; a second one at the same is a finding."""
        first = self._seen.setdefault(instant, entry)
        if first != entry:
            what = f"{entry} and {first} are both dated {rfc3339(instant)}"
            self._inspection.find(SAME_INSTANT, line, what)
