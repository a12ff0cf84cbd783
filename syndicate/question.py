"""A question: which articles somebody wants as a feed, read from the parameters of a query.

Whatever makes no sense is named, all of it at once. May know: names of topics and providers; neither
HTTP nor the index.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from typing import get_args
from urllib.parse import quote, urlencode

import msgspec

from syndicate.article import Provider
from syndicate.dates import parse_instant, rfc3339
from syndicate.errors import Problem, quoted
from syndicate.selection import FeedKey, Names
from syndicate.settings import DEFAULT_LIMIT, Format
from syndicate.text import legal
from syndicate.urls import name_key

PARAMETERS = ("topic", "provider", "type", "since", "limit", "format")
MOST_ITEMS, MOST_VALUES, LONGEST_VALUE = 200, 20, 200
FORMATS: tuple[Format, ...] = get_args(Format)


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked for: of each kind any of these, of all kinds at once; keys, in order.

    Two ways to ask for the same are one question.
    """

    topics: tuple[str, ...] = ()
    providers: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    since: datetime | None = None
    limit: int = DEFAULT_LIMIT
    format: Format = "rss"

    def canonical(self, *, with_format: bool = True) -> str:
        """Write it as the one query string that stands for it."""
        pairs = [("topic", each) for each in self.topics]
        pairs += [("provider", each) for each in self.providers]
        pairs += [("type", each) for each in self.types]
        if self.since is not None:
            pairs.append(("since", rfc3339(self.since)))
        if self.limit != DEFAULT_LIMIT:
            pairs.append(("limit", str(self.limit)))
        if with_format:
            pairs.append(("format", self.format))
        return urlencode(pairs, quote_via=quote, safe=":")


class Vocabulary:
    """The topics and providers that a question may name, by any of their names."""

    def __init__(self, names: Names, learnt: Mapping[FeedKey, str | Provider]) -> None:
        self.names = names
        registries = names.registries
        self._topics = {each.key for each in registries.topics.entries}
        self._providers = {each.key: each.key for each in registries.providers.entries}
        for feed, word in learnt.items():
            kind, _, key = feed.partition("/")
            if kind == "topics":
                self._topics.add(key)
            elif isinstance(word, Provider):
                self._providers.setdefault(key, key)
                self._providers.setdefault(name_key(word.name), key)

    def topic(self, word: str) -> str | None:
        """Give the key of a topic."""
        key = self.names.topic(word).key
        return key if key in self._topics else None

    def provider(self, word: str) -> str | None:
        """Give the key of a provider: by its domain, its name, or an alias in the registry."""
        entry = self.names.registries.providers.find(word)
        return entry.key if entry else self._providers.get(name_key(word))

    def like(self, kind: str, word: str) -> str:
        """Say what may have been meant."""
        known = self._topics if kind == "topic" else set(self._providers)
        close = difflib.get_close_matches(name_key(word), sorted(known), n=1, cutoff=0.6)
        return f"'{close[0]}'" if close else f"a {kind} of this site"


def parse_question(
    pairs: Sequence[tuple[str, str]], words: Vocabulary, zone: tzinfo = UTC
) -> tuple[Question, list[Problem]]:
    """Read the parameters of a query; the question means something only where there is no problem."""
    problems: list[Problem] = []

    def refuse(name: str, found: str, expected: str) -> None:
        problems.append(Problem(field=(name,), found=found, expected=expected))

    if len(pairs) > MOST_VALUES:
        problems.append(Problem(found=f"{len(pairs)} parameters", expected=f"at most {MOST_VALUES}"))
        return Question(), problems
    given: dict[str, list[str]] = {}
    for name, value in pairs:
        if name not in PARAMETERS:
            close = difflib.get_close_matches(name, PARAMETERS, n=1, cutoff=0.5)
            expected = f"'{close[0]}'" if close else "one of " + ", ".join(PARAMETERS)
            problems.append(Problem(found=f"the unknown parameter {quoted(name)}", expected=expected))
        elif (
            not value.strip()
            or len(value) > LONGEST_VALUE
            or not value.isprintable()
            or legal(value) != value
        ):
            refuse(name, quoted(value), f"a value of 1 to {LONGEST_VALUE} printable characters")
        else:
            given.setdefault(name, []).append(value)
    for name in ("since", "limit", "format"):
        if len(given.get(name, ())) > 1:
            refuse(name, f"{len(given[name])} values", "one")
    question = Question(
        topics=_keys("topic", given, words.topic, words, refuse),
        providers=_keys("provider", given, words.provider, words, refuse),
        types=tuple(sorted(set(map(name_key, given.get("type", ()))))),
        since=_since(given, zone, refuse),
        limit=_limit(given, refuse),
        format=_format(given, refuse),
    )
    return question, problems


_Refuse = Callable[[str, str, str], None]
_Given = Mapping[str, Sequence[str]]


def _keys(
    kind: str,
    given: _Given,
    find: Callable[[str], str | None],
    words: Vocabulary,
    refuse: _Refuse,
) -> tuple[str, ...]:
    found = set()
    for word in given.get(kind, ()):
        key = find(word)
        if key is None:
            refuse(kind, quoted(word), words.like(kind, word))
        else:
            found.add(key)
    return tuple(sorted(found))


def _since(given: _Given, zone: tzinfo, refuse: _Refuse) -> datetime | None:
    for value in given.get("since", ())[:1]:
        try:
            return parse_instant(value, zone)
        except ValueError:
            refuse("since", quoted(value), "a date such as 2021-12-29 or 2021-12-29T05:46:00Z")
    return None


def _limit(given: _Given, refuse: _Refuse) -> int:
    for value in given.get("limit", ())[:1]:
        if value.isascii() and value.isdigit() and len(value) <= 9 and 1 <= int(value) <= MOST_ITEMS:
            return int(value)
        refuse("limit", quoted(value), f"a whole number from 1 to {MOST_ITEMS}")
    return DEFAULT_LIMIT


def _format(given: _Given, refuse: _Refuse) -> Format:
    for value in given.get("format", ())[:1]:
        for known in FORMATS:
            if value == known:
                return known
        refuse("format", quoted(value), "one of " + ", ".join(FORMATS))
    return FORMATS[0]


def shown_names(question: Question, names: Names) -> list[str]:
    """List what a question is about, in the words that readers see."""
    return [
        *(names.topic(key).name for key in question.topics),
        *(names.provider(key).name for key in question.providers),
        *question.types,
    ]


def feeds_of(kind: str, keys: Iterable[str]) -> list[FeedKey]:
    """Write keys of topics or providers as the keys of their feeds."""
    return [f"{kind}/{key}" for key in keys]
