"""Registries: what the publisher says of topics and providers, and the names they go by.

May know: neither files nor feeds; entries arrive as mappings, whatever file they stood in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import msgspec

from syndicate.errors import FieldPath, Problem, quoted
from syndicate.fields import FieldReader
from syndicate.model import Enclosure
from syndicate.urls import host_key, name_key, slug
from syndicate.yamltext import Value


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One topic or provider of a registry. `key` tells it apart; `segment` is its folder's name.

    `former` are the folders that its aliases had, were they topics or providers of their own.
    """

    key: str
    name: str
    segment: str
    description: str = ""
    url: str | None = None
    images: tuple[Enclosure, ...] = ()
    parent: str | None = None
    aliases: tuple[str, ...] = ()
    former: tuple[str, ...] = ()
    retired: bool = False


class Registry:
    """The entries of one kind, found by any of their names; read-only once made."""

    def __init__(self, entries: Iterable[Entry] = ()) -> None:
        self.entries = tuple(entries)
        self._by_name: dict[str, Entry] = {}
        # Keys before names before other names: an alias never takes a name from its owner.
        for entry in self.entries:
            self._by_name.setdefault(entry.key, entry)
        for entry in self.entries:
            self._by_name.setdefault(name_key(entry.name), entry)
        for entry in self.entries:
            for alias in entry.aliases:
                self._by_name.setdefault(name_key(alias), entry)
        self._former = self._old_folders()

    def _old_folders(self) -> dict[str, list[Entry]]:
        """Find the folders that only aliases had: not an entry's own, nor one by another's own name."""
        found: dict[str, list[Entry]] = {}
        taken = {entry.segment for entry in self.entries}
        for entry in self.entries:
            for alias, segment in zip(entry.aliases, entry.former, strict=False):
                known = name_key(alias)
                owner = self._by_name[known]
                owned = owner is not entry and known in (owner.key, name_key(owner.name))
                claims = [] if owned or segment in taken else found.setdefault(segment, [])
                if entry not in claims:
                    claims.append(entry)
        return found

    def former(self) -> list[tuple[str, Entry]]:
        """List the folders that aliases had, each with the entry that goes by the alias now."""
        return [(segment, claims[0]) for segment, claims in self._former.items()]

    def former_of(self, entry: Entry) -> tuple[str, ...]:
        """List the folders that an entry's aliases had."""
        segments = dict.fromkeys(entry.former)
        return tuple(segment for segment in segments if self._former.get(segment, [None])[0] == entry)

    def contested(self) -> list[tuple[str, list[Entry]]]:
        """List the folders that the aliases of several entries claim, which only one can have had."""
        return [(segment, claims) for segment, claims in self._former.items() if len(claims) > 1]

    def find(self, name: str) -> Entry | None:
        """Find the entry that goes by a name, in any case, or by its key."""
        return self._by_name.get(name_key(name))

    def ancestors(self, name: str) -> list[str]:
        """List the names of an entry's parents, the nearest first; a circle ends where it closes."""
        found: list[str] = []
        seen = {name_key(name)}
        entry = self.find(name)
        while entry and entry.parent:
            parent = self.find(entry.parent)
            above = parent.name if parent else entry.parent
            if name_key(above) in seen:
                break
            seen.add(name_key(above))
            found.append(above)
            entry = parent
        return found


class Registries(msgspec.Struct, frozen=True, kw_only=True):
    """Both registries of a site."""

    topics: Registry = msgspec.field(default_factory=Registry)
    providers: Registry = msgspec.field(default_factory=Registry)


def parse_topic(mapping: Mapping[str, Value], base: str) -> tuple[Entry | None, list[Problem]]:
    """Read a topic: `name`, and perhaps `slug` (or `_id`), `description`, `image(s)`, `parent`, `aliases`."""
    reader = _EntryReader(mapping, base, slug)
    name = reader.text("name")
    segment = reader.segment("slug", "_id") or (slug(name) if name else "")
    return reader.entry(key=name_key(name), name=name, segment=segment, required="name")


def parse_provider(mapping: Mapping[str, Value], base: str) -> tuple[Entry | None, list[Problem]]:
    """Read a provider: `domain` (or `_id`, or `name` alone), and what a topic may have."""
    reader = _EntryReader(mapping, base, provider_segment)
    key = host_key(reader.text("domain", "_id")) or ""
    name = reader.text("name") or key
    key = key or (slug(name) if name else "")
    segment = reader.segment("slug") or key
    return reader.entry(key=key, name=name, segment=segment, required="domain")


def provider_segment(name: str) -> str:
    """Name the folder of a provider that goes by a domain, else by a name, and has no entry."""
    domain = host_key(name)
    return domain if domain and "." in domain and domain == name_key(name) else slug(name)


class _EntryReader(FieldReader):
    """Reads the values of one entry; `folder` names the folder of a name that has no entry."""

    def __init__(self, mapping: Mapping[str, Value], base: str, folder: Callable[[str], str]) -> None:
        super().__init__(base)
        self.mapping = mapping
        self.folder = folder

    def first(self, *names: str) -> tuple[FieldPath, Value]:
        name = next((name for name in names if self.mapping.get(name) is not None), names[0])
        return (name,), self.mapping.get(name)

    def text(self, *names: str) -> str:
        return self.clean_text(*self.first(*names))

    def segment(self, *names: str) -> str:
        field, value = self.first(*names)
        if value is None:
            return ""
        if isinstance(value, str) and is_segment(value):
            return value
        self.note(field, value, "a slug of lower-case letters, digits, '-', '_' and '.'")
        return ""

    def yes(self, name: str) -> bool:
        field, value = self.first(name)
        word = value.strip().lower() if isinstance(value, str) else value
        if word not in (None, "true", "yes", "on", "false", "no", "off"):
            self.note(field, value, "true or false")
        return word in ("true", "yes", "on")

    def names(self, *names: str) -> tuple[str, ...]:
        found = (self.clean_text(field, value) for field, value in self.each(*self.first(*names)))
        return tuple(filter(None, found))

    def entry(
        self, *, key: str, name: str, segment: str, required: str
    ) -> tuple[Entry | None, list[Problem]]:
        if not key:
            found = quoted(self.mapping.get(required))
            return None, [Problem(field=(required,), found=found, expected=f"a {required}")]
        aliases = self.names("aliases")
        url_field, url = self.first("url")
        entry = Entry(
            key=key,
            name=name,
            segment=segment,
            description=self.text("description"),
            url=self.clean_url(url_field, url),
            images=self.images(*self.first("images", "image")),
            parent=self.text("parent") or None,
            aliases=(*aliases, *self.names("shortname"), *self.names("otherNames")),
            former=tuple(map(self.folder, aliases)),
            retired=self.yes("retired"),
        )
        return entry, self.notes


def is_segment(text: str) -> bool:
    """Tell whether a text may be the name of a folder on every file system and stand in a URL as it is."""
    legal = set("abcdefghijklmnopqrstuvwxyz0123456789-_.")
    return 0 < len(text) <= 100 and text[0] not in ".-" and text[-1] != "." and legal.issuperset(text)
