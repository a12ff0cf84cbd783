"""What `syndicate doctor` found, as data: each sign is fine, worth a note, or wrong, and says what to do.

May know: nothing of how anything was found out.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import msgspec

from syndicate.report import encodable


class Sign(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that was looked at: what it is about, how it is, and what to do if that is not well."""

    about: str
    state: Literal["ok", "note", "wrong"]
    text: str
    advice: str = ""

    def __str__(self) -> str:
        advice = f"; {self.advice}" if self.advice else ""
        return f"{self.state:<6} {self.about}: {self.text}{advice}"


class Diagnosis(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that was looked at, in that order. `configured` says whether there is a configuration."""

    signs: tuple[Sign, ...]
    configured: bool = True

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return not any(sign.state == "wrong" for sign in self.signs)

    def lines(self) -> Iterator[str]:
        """Give a line for each sign."""
        for sign in self.signs:
            yield " ".join(str(encodable(str(sign))).splitlines())


def ok(about: str, text: str) -> Sign:
    """Say that something is fine."""
    return Sign(about=about, state="ok", text=text)


def note(about: str, text: str, advice: str = "") -> Sign:
    """Say something that is worth knowing and harms nobody."""
    return Sign(about=about, state="note", text=text, advice=advice)


def wrong(about: str, text: str, advice: str = "") -> Sign:
    """Say that something is wrong, and what to do."""
    return Sign(about=about, state="wrong", text=text, advice=advice)


def diagnosis_json(diagnosis: Diagnosis) -> str:
    """Write a diagnosis as JSON: whether all is well, and every sign."""
    values = {"ok": diagnosis.ok, **msgspec.to_builtins(diagnosis)}
    return msgspec.json.format(msgspec.json.encode(encodable(values)), indent=2).decode()
