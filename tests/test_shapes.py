"""Frames by their shape: what is put together is what feedgen would write of each feed alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.dates import rfc822
from syndicate.model import Enclosure, Feed, Person, Term
from syndicate.render import atom, rss, shapes
from syndicate.text import legal

PLAIN = st.sampled_from(["News", "Größe", "https://x.example/a/"])
ANY = st.one_of(
    PLAIN,
    st.sampled_from(["A & B", '"q"', "a<b", "a\nb", "\ue0003\ue001"]),
    st.text(st.characters(), min_size=1).map(legal).filter(bool),
)
# What stands for words and dates while a frame is written.
ODD = st.sampled_from(["\ue0003\ue001", rfc822(shapes._SOME_DATE), shapes._SOME_DATE.isoformat()])
DATES = st.sampled_from([datetime(2024, 1, 1, tzinfo=UTC), shapes._SOME_DATE])
SIZES = st.none() | st.sampled_from([50, 144])


def feeds(words: st.SearchStrategy[str]) -> st.SearchStrategy[Feed]:
    """Feeds of some words; what else they say may be odd."""
    maybe = st.none() | words
    images = st.builds(Enclosure, url=words, media_type=st.just("image/png"), width=SIZES, height=SIZES)
    persons = st.builds(Person, name=words | ODD, url=maybe, email=maybe)
    terms = st.builds(Term, name=words | ODD, slug=words, scheme=maybe)
    return st.builds(
        Feed,
        id=words,
        path=words,
        title=words,
        description=words,
        home_url=words,
        folder_url=words,
        updated=DATES,
        language=st.sampled_from(["en", "de"]),
        image=st.none() | images,
        icon=maybe,
        authors=st.lists(persons, min_size=1, max_size=2).map(tuple),
        terms=st.lists(terms, max_size=2).map(tuple),
        rights=maybe | ODD,
        ttl=st.none() | st.integers(1, 60),
        hubs=st.lists(words, max_size=2).map(tuple),
        current_url=maybe,
        older_url=maybe,
        newer_url=maybe,
        root=st.sampled_from(["", "../../"]),
        document_url=maybe,
    )


FEEDS = feeds(PLAIN) | feeds(ANY)
FORMATS = pytest.mark.parametrize(
    ("head", "alone"),
    [(rss.render_head, rss._write_head), (atom.render_head, atom._write_head)],
    ids=["rss", "atom"],
)
Head = Callable[[Feed], bytes]


@FORMATS
@given(feed=FEEDS, other=FEEDS)
def test_a_frame_is_what_feedgen_writes(head: Head, alone: Head, feed: Feed, other: Feed) -> None:
    """Any feed, and the same with any one thing that another one says, has the frame that feedgen writes."""
    # A shape that was met once has no template yet.
    assert (head(feed), head(feed), head(feed)) == (alone(feed),) * 3
    for name in Feed.__struct_fields__:
        changed = msgspec.structs.replace(feed, **{name: getattr(other, name)})
        assert (head(changed), head(changed)) == (alone(changed),) * 2


@FORMATS
def test_feeds_of_one_shape_share_a_frame(head: Head, alone: Head, monkeypatch: pytest.MonkeyPatch) -> None:
    """A thousand feeds that differ in words alone cost feedgen one frame, and have a thousand."""
    monkeypatch.setattr(shapes, "_known", {})
    first = Feed(
        id="tag:x.example,2020:0",
        path="0",
        title="Feed 0",
        description="About 0",
        home_url="https://x.example/",
        folder_url="https://x.example/feeds/0/",
        updated=datetime(2024, 1, 1, tzinfo=UTC),
        language="en",
        authors=(Person(name="The Site"),),
    )
    frames = {
        head(msgspec.structs.replace(first, title=f"Feed {number}", path=str(number)))
        for number in range(1000)
    }
    assert len(frames) == 1000
    assert len(shapes._known) == 1
