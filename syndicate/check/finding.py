"""What a check says: a rule of a specification, and a place in a document that it was found at.

May know: nothing of any format, and nothing of where a document came from.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec


class Severity(StrEnum):
    """How bad a finding is: an error breaks a specification, a warning a reader."""

    ERROR = "error"
    WARNING = "warning"


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is demanded of documents.

    `name` is kebab-case and begins with what it is for: `rss-`, `atom-`, `json-`, `opml-`; `xml-`; `feed-`
    for what all of them have in common; `link-` for what holds between files. `demand` says in one sentence
    what is right, `why` what a reader sees where it is not, `clause` where it is written ("RFC 4287 §4.2.6")
    and `url` its address.
    """

    name: str
    severity: Severity
    demand: str
    why: str
    clause: str
    url: str


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """A place where a document breaks a rule. `line` counts from 1; 0 is the document as a whole."""

    rule: Rule
    document: str
    line: int
    what: str

    def __str__(self) -> str:
        place = f"{self.document}:{self.line}" if self.line else self.document
        return f"{place}: {self.rule.severity}: {self.what} [{self.rule.name}]"
