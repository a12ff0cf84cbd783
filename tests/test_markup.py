"""XML written as text: the bytes that lxml would write, and what feedgen would say of an item."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from feedgen.entry import FeedEntry
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from syndicate.model import Item, Person, Term
from syndicate.render import atom, rss
from syndicate.render.markup import escaped, quoted
from syndicate.text import legal

LEGAL = st.text(st.one_of(st.sampled_from("&<>\"' \t\r\n]"), st.characters())).map(legal)
WORDS = LEGAL.filter(bool)
# feedgen takes the fields of a person or a category as it likes: nothing that is empty.
PERSONS = st.builds(Person, name=WORDS, url=st.none() | WORDS, email=st.none() | WORDS)
TERMS = st.builds(Term, name=WORDS, slug=WORDS, scheme=st.none() | WORDS)
INSTANTS = st.datetimes(datetime(1970, 1, 1), datetime(2200, 1, 1)).map(
    lambda instant: instant.replace(tzinfo=UTC, microsecond=0)
)


@st.composite
def items(draw: st.DrawFn) -> Item:
    """Any item without enclosures, which feedgen cannot say."""
    published = draw(INSTANTS)
    return Item(
        id=draw(WORDS),
        title=draw(WORDS),
        permalink=draw(WORDS),
        published=published,
        updated=published + timedelta(seconds=draw(st.integers(0, 10**6))),
        summary=draw(LEGAL),
        content_html=draw(st.none() | WORDS),
        authors=tuple(draw(st.lists(PERSONS, max_size=3))),
        terms=tuple(draw(st.lists(TERMS, max_size=3))),
    )


@given(LEGAL, LEGAL)
def test_texts_are_escaped_as_lxml_escapes_them(text: str, value: str) -> None:
    """Any text, inside an element or in an attribute, has the bytes that lxml would write."""
    expected = etree.Element("a", {"href": value})
    expected.text = text
    written = f'<a href="{quoted(value)}">{escaped(text)}</a>'
    assert written == etree.tostring(expected, encoding="unicode")


def entry_of(item: Item) -> FeedEntry:
    """The same item as feedgen takes it."""
    entry = FeedEntry()
    entry.id(item.id)
    entry.title(item.title)
    entry.link(href=item.permalink, rel="alternate")
    entry.published(item.published)
    entry.updated(item.updated)
    entry.guid(item.id, permalink=False)
    for person in item.authors:
        named = {"name": person.name, "uri": person.url, "email": person.email}
        entry.author({name: value for name, value in named.items() if value})
    for term in item.terms:
        entry.category(term=term.slug, label=term.name, **({"scheme": term.scheme} if term.scheme else {}))
    if item.content_html is not None:
        entry.content(item.content_html, type="html")
    if item.summary:
        entry.summary(item.summary)
    return entry


def said(root: Any, *, names: frozenset[str]) -> list[tuple[Any, ...]]:
    """What elements of some names say, in their order."""
    return [
        (
            etree.QName(each).localname,
            dict(each.attrib),
            each.text,
            [(etree.QName(part).localname, part.text) for part in each],
        )
        for each in root
        if etree.QName(each).localname in names
    ]


def parsed(entry: bytes, root: str) -> Any:
    """An item of ours, inside a root that declares its prefixes."""
    known = {"atom": "a", "dc": "d", "content": "c", "media": "m"}
    declared = " ".join(f'xmlns:{prefix}="{name}"' for prefix, name in known.items())
    return etree.fromstring(f"<{root} {declared}>".encode() + entry + f"</{root}>".encode())[0]


def reread(entry: Any) -> Any:
    """An element of feedgen's as a parser reads it."""
    return etree.fromstring(etree.tostring(entry))


@given(items())
def test_atom_entries_say_what_feedgen_says(item: Item) -> None:
    """What feedgen says right of an entry, ours says in the same order; links are for us to say."""
    names = frozenset("id title updated author content summary category published".split())
    ours = parsed(atom.render_item(item), "feed")
    assert said(ours, names=names) == said(reread(entry_of(item).atom_entry()), names=names)


@given(items())
def test_rss_items_say_what_feedgen_says(item: Item) -> None:
    """What feedgen says right of an item, ours says in the same order; dates and persons are ours to say."""
    names = frozenset("title link guid category".split())
    ours = parsed(rss.render_item(item), "channel")
    assert said(ours, names=names) == said(reread(entry_of(item).rss_entry()), names=names)
