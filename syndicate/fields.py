"""Reading single values that strangers wrote: texts, URLs, numbers, playing times, lists of files.

What cannot be used is left out and noted, with its place, what was found and what was expected. May
know: nothing of articles, registries or the names of their fields.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from syndicate.dates import parse_duration
from syndicate.errors import FieldPath, Problem, quoted
from syndicate.model import Enclosure
from syndicate.text import plain, settle, shows_nothing
from syndicate.urls import IMAGE_TYPES, MEDIA_TYPES, clean_media_type, clean_url, media_type
from syndicate.yamltext import Value

LONGEST_TEXT = 500
MOST_NOTES = 100
WHOLE = re.compile(r"\d{1,15}", re.ASCII)
_EMAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.-]{1,253}")


class FieldReader:
    """Reads values of one file; `base` is the URL that relative ones are resolved against."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.notes: list[Problem] = []
        self.repeated = 0

    def note(self, field: FieldPath, value: Value, expected: str) -> None:
        """Remember a value that is left out; of the `MOST_NOTES`th, that there are more."""
        if len(self.notes) < MOST_NOTES - 1:
            self.notes.append(Problem(field=field, found=quoted(value), expected=expected))
        elif len(self.notes) == MOST_NOTES - 1:
            expected = "fewer: the others are not named"
            self.notes.append(
                Problem(
                    field=field, found=f"{MOST_NOTES} values or more that cannot be used", expected=expected
                )
            )

    def each(self, field: FieldPath, value: Value) -> Iterator[tuple[FieldPath, Value]]:
        """Go through a list with the place of each value; a single value is a list of one."""
        if isinstance(value, list):
            yield from (((*field, number), each) for number, each in enumerate(value) if each is not None)
        elif value is not None:
            yield field, value

    def distinct(self, found: list[Enclosure]) -> tuple[Enclosure, ...]:
        """Keep the first enclosure of each URL and count the others."""
        if len(found) < 2:
            return tuple(found)
        kept = {each.url: each for each in reversed(found)}
        self.repeated += len(found) - len(kept)
        return tuple(each for each in found if kept.get(each.url) is each)

    def clean_text(self, field: FieldPath, value: Value, longest: int = LONGEST_TEXT) -> str:
        """Read a text as a reader sees it; what is longer than `longest` characters is cut at a word."""
        if value is None:
            return ""
        if not isinstance(value, str):
            self.note(field, value, "a text")
            return ""
        text = plain(value)
        if len(text) > longest:
            self.note(field, f"{len(text):,} characters", f"at most {longest:,}; the rest is left out")
            text = text[:longest].rpartition(" ")[0] or text[:longest]
            text = settle(text) + "…"
        return "" if shows_nothing(text) else text

    def clean_url(self, field: FieldPath, value: Value) -> str | None:
        """Read an http or https URL, made absolute."""
        if value is None or value == "":
            return None
        cleaned = clean_url(value, self.base) if isinstance(value, str) else None
        if cleaned is None:
            self.note(field, value, "an http or https URL")
        return cleaned

    def whole(self, field: FieldPath, value: Value, least: int = 1) -> int | None:
        """Read a count of pixels or bytes; 0 pixels say nothing, and so does what is no number."""
        if value is None:
            return None
        if isinstance(value, str) and WHOLE.fullmatch(value.strip()):
            number = int(value)
            return number if number >= least else None
        self.note(field, value, "a whole number")
        return None

    def duration(self, field: FieldPath, value: Value) -> int | None:
        """Read a playing time, as seconds."""
        if value is None:
            return None
        seconds = parse_duration(value) if isinstance(value, str) else None
        if seconds is None:
            self.note(field, value, "a playing time such as PT15M or 15:00")
        return seconds

    def email(self, field: FieldPath, value: Value) -> str | None:
        """Read an e-mail address."""
        if value is None or (isinstance(value, str) and _EMAIL.fullmatch(value)):
            return value
        self.note(field, value, "an e-mail address")
        return None

    def images(self, field: FieldPath, value: Value) -> tuple[Enclosure, ...]:
        """Read a list of images; a type that the address does not tell is JPEG."""
        if value is None:
            return ()
        return self.distinct(list(self.files(field, value, "image/jpeg", IMAGE_TYPES)))

    def files(
        self, field: FieldPath, value: Value, default: str, among: dict[str, str] = MEDIA_TYPES
    ) -> Iterator[Enclosure]:
        """Read a list of files, each a URL or a mapping that holds one."""
        for place, each in self.each(field, value):
            mapping = each if isinstance(each, dict) else {"url": each}
            url = self.clean_url((*place, "url"), mapping.get("url"))
            if url is None:
                if mapping.get("url") in (None, ""):
                    self.note((*place, "url"), None, "an http or https URL")
                continue
            declared = mapping.get("type")
            kind = clean_media_type(declared) if isinstance(declared, str) else None
            if among is IMAGE_TYPES and kind and not kind.startswith("image/"):
                kind = None
            yield Enclosure(
                url=url,
                media_type=kind or media_type(url, default, among),
                length=self.whole((*place, "length"), mapping.get("length")),
                title=self.clean_text((*place, "title"), mapping.get("title")) or None,
                width=self.whole((*place, "width"), mapping.get("width")),
                height=self.whole((*place, "height"), mapping.get("height")),
                duration=self.duration((*place, "duration"), mapping.get("duration")),
                credit=self.clean_text((*place, "attribution"), mapping.get("attribution")) or None,
            )
