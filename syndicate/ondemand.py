"""Feeds on demand: a question becomes a feed, from the index, by the ways of a build.

Items have the bytes that they have in the published feeds. May know: the index, the settings and the
formats; nothing of HTTP.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

import msgspec

from syndicate.article import Provider
from syndicate.catalogue import FeedSpec, term
from syndicate.compose import compose_frame, compose_item
from syndicate.dates import LONG_AGO
from syndicate.indexfile import INDEX_ERRORS
from syndicate.lookup import Lookup, State, state_of
from syndicate.model import Feed
from syndicate.question import Question, Vocabulary, feeds_of, shown_names
from syndicate.registry import Registries
from syndicate.selection import FeedKey
from syndicate.settings import Settings
from syndicate.urls import name_key, tag_uri
from syndicate.window import latest
from syndicate.workers import Tools, decode_article


class Unavailable(Exception):
    """There is no index that could be asked just now."""


class Made(msgspec.Struct, frozen=True, kw_only=True):
    """A feed that was made: its bytes, its own address, and until when time alone does not change it."""

    body: bytes
    url: str
    since: int
    until: int | None

    def holds(self, now: int) -> bool:
        """Tell whether it still is what would be made now, as long as the index is the same."""
        return self.since <= now and (self.until is None or now < self.until)


class _Typed(msgspec.Struct, frozen=True):
    """As much of an article as its `type`."""

    type: str | None = None


_decode_typed = msgspec.msgpack.Decoder(_Typed).decode


class Desk:
    """Answers questions about one state of the index with one configuration."""

    def __init__(self, path: str, state: State, settings: Settings, registries: Registries) -> None:
        """Raises Unavailable where the index cannot be used."""
        self.path = path
        self.state = state
        self.settings = settings
        with _opened(path) as index:
            decode = msgspec.msgpack.Decoder(str | Provider).decode
            learnt: dict[FeedKey, str | Provider] = {
                feed: decode(word) for feed, word in index.names().items()
            }
        self.tools = Tools(settings, registries, learnt)
        self.words = Vocabulary(self.tools.names, learnt)

    @classmethod
    def open(cls, path: str, settings: Settings, registries: Registries) -> Desk:
        """Open a desk for the present state. Raises Unavailable where there is none."""
        state = state_of(path)
        if state is None:
            raise Unavailable("there is no index yet: `syndicate build` makes it")
        return cls(path, state, settings, registries)

    def make(self, question: Question, now: int) -> Made:
        """Make the feed that a question asks for, of what is due at an instant (law 10)."""
        with _opened(self.path) as index:
            members = index.matching(
                feeds_of("topics", question.topics),
                feeds_of("providers", question.providers),
                after=LONG_AGO if question.since is None else int(question.since.timestamp()) - 1,
                until=now,
                limit=question.limit,
                accepts=self._judge(question),
            )
            records = dict(index.records([member.file for member in members]))
            until = index.next_due(now)
        renderer = self.tools.renderer(question.format)
        feed = self._frame(question, latest(members, self.settings.site.since))
        items = [
            renderer.item(compose_item(decode_article(records[each.file]), self.settings, self.tools.names))
            for each in members
        ]
        body = renderer.join(renderer.head(feed), items)
        return Made(body=body, url=feed.self_url(renderer.file_name), since=now, until=until)

    def _judge(self, question: Question) -> Callable[[bytes], bool] | None:
        if not question.types:
            return None
        wanted = frozenset(question.types)
        return lambda record: name_key(_decode_typed(record).type or "") in wanted

    def _frame(self, question: Question, updated: datetime) -> Feed:
        site, names = self.settings.site, self.tools.names
        words = shown_names(question, names)
        title = f"{', '.join(words)} – {site.title}" if words else site.title
        spec = FeedSpec(
            kind="named",
            name=title,
            path="query",
            title=title,
            description=title,
            formats=(question.format,),
            limit=question.limit,
            home_url=site.url,
            terms=tuple(term(names.topic(key), self.settings) for key in question.topics),
        )
        # One id for all formats, as a published feed has.
        id_ = tag_uri(site.id, f"query?{question.canonical(with_format=False)}".rstrip("?"))
        url = f"{site.feeds_url}query?{question.canonical()}"
        frame = compose_frame(spec, updated, self.settings)
        # It is not announced, and no file: hubs do not know it, and no style sheet lies beside it.
        return msgspec.structs.replace(frame, id=id_, document_url=url, hubs=(), root="")


@contextmanager
def _opened(path: str) -> Iterator[Lookup]:
    try:
        index = Lookup.open(path)
        with index:
            yield index
    except INDEX_ERRORS as error:
        raise Unavailable(f"the index cannot be used just now: {error}") from None
