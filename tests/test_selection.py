from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from conftest import settings_of

from syndicate.article import Article, Provider
from syndicate.model import Enclosure
from syndicate.registry import Entry, Registries, Registry
from syndicate.selection import (
    Names,
    Selector,
    is_enabled,
    newer_than,
    split_key,
    standing_feeds,
)


def article(key: str = "a", **fields: Any) -> Article:
    """An article that was published a month ago."""
    published = fields.pop("published", datetime(2024, 5, 1, tzinfo=UTC))
    known = {
        "id": f"tag:site.example,2020:{key}",
        "path": f"{key}.md",
        "title": key,
        "permalink": f"https://site.example/{key}/",
        "published": published,
        "updated": fields.pop("updated", published),
    }
    return Article(**{**known, **fields})


def provider(name: str, domain: str | None = None) -> Provider:
    """A provider as an article names it."""
    return Provider(key=domain or name.lower(), name=name, domain=domain)


def topic_entry(name: str, **known: Any) -> Entry:
    """A topic's entry."""
    return Entry(**{"key": name.casefold(), "name": name, "segment": name.casefold(), **known})


def selector(where: Any = None, registries: Registries | None = None, **feeds: Any) -> Selector:
    """A selector over one named feed, `x`, and the built-in ones."""
    named = {"x": {"title": "X", **({"where": where} if where else {})}}
    return Selector(settings_of(feeds={"named": named, **feeds}), Names(registries or Registries()))


def holds(where: Any, wanted: Article, registries: Registries | None = None) -> bool:
    """Whether a feed of `where` holds an article, time not considered."""
    return "named/x" in selector(where, registries).members(wanted)


# Which feeds hold an article.

A_PROVIDER = provider("The A", "a.example")
IMAGE = Enclosure(url="https://a.example/a.png", media_type="image/png")
OTHER = Enclosure(url="https://a.example/b.png", media_type="image/png")
FULL = {
    "topics": ("Open Data", "AI"),
    "provider": A_PROVIDER,
    "type": "Article",
    "locale": "en-GB",
    "category": "News",
    "quality": 80.0,
    "heat": 3.0,
}
WHERE = [
    (None, True),
    ({"topic": "ai"}, True),
    ({"topic": ["IoT", "open  data"]}, True),
    ({"topic": "IoT"}, False),
    ({"topic": "Open"}, False),
    ({"provider": "A.example"}, True),
    ({"provider": "the a"}, True),
    ({"provider": "b.example"}, False),
    ({"type": "article"}, True),
    ({"type": "podcast"}, False),
    ({"locale": ["de", "EN-gb"]}, True),
    ({"locale": "en"}, False),
    ({"category": "NEWS"}, True),
    ({"category": "views"}, False),
    ({"topic": "AI", "provider": "b.example"}, False),
    ({"topic": "AI", "provider": "a.example", "type": "article"}, True),
    ({"not": {"topic": "AI"}}, False),
    ({"not": {"topic": "IoT"}}, True),
    ({"topic": "AI", "not": {"provider": "a.example"}}, False),
    ({"topic": "AI", "not": {"topic": "IoT", "type": "article"}}, False),
    ({"topic": "AI", "not": {"locale": "de", "category": "views"}}, True),
    ({"min_quality": "80"}, True),
    ({"min_quality": "80.1"}, False),
    ({"min_heat": "3"}, True),
    ({"min_heat": "4"}, False),
]


@pytest.mark.parametrize(("where", "chosen"), WHERE)
def test_where_chooses(where: Any, chosen: bool) -> None:
    """All conditions must hold, one word of each is enough, `not` excludes, case does not count."""
    assert holds(where, article(**FULL)) is chosen


@pytest.mark.parametrize(
    "where",
    [
        {name: "x"} for name in ("topic", "provider", "type", "locale", "category")
    ] + [{"min_quality": "0"}, {"min_heat": "-5"}],
)  # fmt: skip
def test_an_article_that_says_nothing_is_not_chosen(where: Any) -> None:
    """A condition on what an article does not say is not met; its exclusion excludes nothing."""
    assert not holds(where, article())
    if "min" not in next(iter(where)):
        assert holds({"not": where}, article())


def test_names_in_where_are_resolved_by_the_registries() -> None:
    """A topic's alias and a provider's display name mean the same feed as the names in the articles."""
    registries = Registries(
        topics=Registry([topic_entry("AI", aliases=("Artificial Intelligence",))]),
        providers=Registry([Entry(key="a.example", name="Display", segment="a", aliases=("old.example",))]),
    )
    chosen = article(topics=("artificial intelligence",), provider=provider("Older", "old.example"))
    for where in ({"topic": "AI"}, {"provider": "Display"}, {"provider": "a.example"}, {"provider": "older"}):
        assert holds(where, chosen, registries)
    assert not holds({"not": {"topic": "AI"}}, chosen, registries)


def test_an_article_stands_in_all_its_feeds() -> None:
    """Everything, each topic once, the provider, and the named feeds that choose it, if it says them."""
    chosen = article(topics=("AI", "IoT", "ai"), provider=A_PROVIDER)
    assert selector().members(chosen) == {
        "all/": False,
        "providers/a.example": True,
        "topics/ai": True,
        "topics/iot": True,
        "named/x": False,
    }
    assert selector().members(article()) == {"all/": False, "named/x": False}


@pytest.mark.parametrize(
    "fields", [{"draft": True}, {"removed": True}, {"published": datetime(9999, 1, 1, tzinfo=UTC)}]
)
def test_whether_an_article_is_published_is_not_asked(fields: Any) -> None:
    """An article's feeds are those that it would stand in; time and state are the index's business."""
    assert selector().members(article(topics=("AI",), **fields)) == selector().members(
        article(topics=("AI",))
    )


@pytest.mark.parametrize("span", ["1h", "31d", "99999y"])
def test_a_window_of_time_is_not_asked(span: str) -> None:
    """`newer_than` chooses nothing for good: it is told apart, for the index to apply at an instant."""
    assert holds({"newer_than": span}, article())
    assert not holds({"newer_than": span, "topic": "AI"}, article())


@pytest.mark.parametrize("kind", ["all", "topics", "providers"])
def test_a_kind_that_is_off_is_known_by_its_switch(kind: str) -> None:
    """A kind of feed that is switched off still has members, which decide about names, but no feeds."""
    settings = settings_of(feeds={kind: "false", "named": {"x": {"title": "X"}}})
    chosen = Selector(settings, Names(Registries())).members(article(topics=("AI",), provider=A_PROVIDER))
    enabled = {split_key(key)[0] for key in chosen if is_enabled(key, settings)}
    assert enabled == {"all", "topics", "providers", "named"} - {kind}
    assert {split_key(key)[0] for key in chosen} == {"all", "topics", "providers", "named"}


@pytest.mark.parametrize(
    ("feeds", "standing"),
    [
        ({}, ["all/", "topics/maps", "providers/a.example"]),
        ({"all": "false", "topics": "false"}, ["providers/a.example"]),
        ({"all": "false", "providers": "false"}, ["topics/maps"]),
        (
            {"named": {"b": {"title": "B"}, "a": {"title": "A"}}},
            ["all/", "named/b", "named/a", "topics/maps", "providers/a.example"],
        ),
        (
            {"all": "false", "topics": "false", "providers": "false", "named": {"a": {"title": "A"}}},
            ["named/a"],
        ),
    ],
    ids=["default", "providers", "topics", "named", "named-alone"],
)
def test_what_the_publisher_named_stands_without_articles(feeds: Any, standing: list[str]) -> None:
    """The feed of everything, the named ones and those of registries exist though nothing is in them."""
    registries = Registries(
        topics=Registry([Entry(key="maps", name="Maps", segment="atlas")]),
        providers=Registry([Entry(key="a.example", name="A", segment="a.example")]),
    )
    assert standing_feeds(settings_of(feeds=feeds), registries) == standing


def test_only_a_named_feed_looks_at_age() -> None:
    """How old an article may be is said by the `where` of a named feed."""
    named = {"x": {"title": "X", "where": {"newer_than": "2w"}}, "y": {"title": "Y"}}
    settings = settings_of(feeds={"named": named})
    found = {key: newer_than(key, settings) for key in ("all/", "topics/x", "named/x", "named/y")}
    assert found == {"all/": None, "topics/x": None, "named/x": timedelta(days=14), "named/y": None}


@pytest.mark.parametrize(
    ("key", "parts"),
    [
        ("all/", ("all", "")),
        ("topics/a/b", ("topics", "a/b")),
        ("providers/a.example", ("providers", "a.example")),
    ],
)
def test_a_key_is_split_at_its_kind(key: str, parts: tuple[str, str]) -> None:
    """A topic may hold a slash: only the first one parts the kind from the rest."""
    assert split_key(key) == parts


TREE = Registries(
    topics=Registry(
        [topic_entry("Tides", parent="Maps"), topic_entry("Maps", parent="Data"), topic_entry("Data")]
    )
)


@pytest.mark.parametrize(
    ("include_children", "topics", "expected"),
    [
        ("false", ("Tides",), ["tides"]),
        ("true", ("Tides",), ["tides", "maps", "data"]),
        ("true", ("Tides", "Maps"), ["tides", "maps", "data"]),
        ("true", ("Maps", "Tides"), ["maps", "tides", "data"]),
        ("true", ("Other",), ["other"]),
        ("true", ("Data",), ["data"]),
    ],
)
def test_a_parent_includes_its_children(
    include_children: str, topics: tuple[str, ...], expected: list[str]
) -> None:
    """With `include_children` an article stands once in the feed of every ancestor of its topics."""
    chosen = selector(registries=TREE, topics={"include_children": include_children})
    members = chosen.members(article(topics=topics))
    own = {topic.lower() for topic in topics}
    assert {key: by_name for key, by_name in members.items() if key.startswith("topics/")} == {
        f"topics/{key}": key in own for key in expected
    }


# Names.


def test_spellings_of_a_topic_are_one_topic() -> None:
    """Case, blanks and composed forms do not make another topic; the learnt spelling shows."""
    names = Names(Registries(), {"topics/open data": "Open Data"})
    assert names.topic("OPEN data") == names.topic("open data")
    assert names.topic("open data").name == "Open Data"
    assert names.topic("CAF\u00c9").key == names.topic("cafe\u0301").key


def test_what_nobody_learnt_shows_as_asked() -> None:
    """A topic of no registry and no article is shown by the word for it; a parent by its children's."""
    children = Registries(topics=Registry([topic_entry("Tides", parent="Sea & Shore")]))
    assert Names(Registries()).topic("sea & SHORE").name == "sea & SHORE"
    assert Names(children).topic("sea & SHORE").name == "Sea & Shore"
    learnt = {"topics/sea & shore": "SEA & shore"}
    assert Names(children, learnt).topic("sea & SHORE").name == "SEA & shore"


def test_the_registry_has_the_word_on_a_topic() -> None:
    """A topic of the registry shows the registry's name and folder under all of its names."""
    registry = Registry([topic_entry("AI", segment="ml", aliases=("Robots",))])
    names = Names(Registries(topics=registry), {"topics/ai": "robots", "topics/robots": "robots"})
    assert {(names.topic(each).name, names.topic(each).slug) for each in ("ai", "Robots")} == {("AI", "ml")}


@pytest.mark.parametrize(
    ("named", "key"),
    [
        (provider("A", "a.example"), "a.example"),
        (provider("A", "old.example"), "a.example"),
        (provider("Display"), "a.example"),
        (provider("Display", "b.example"), "b.example"),
        (provider("Other"), "other"),
    ],
)
def test_a_provider_is_told_by_its_domain_then_its_name(named: Provider, key: str) -> None:
    """A domain decides; a name decides only where there is no domain; aliases lead to their owner."""
    known = Entry(key="a.example", name="Display", segment="a", aliases=("old.example",))
    assert Names(Registries(providers=Registry([known]))).provider_key(named) == key


def test_a_provider_is_shown_as_its_newest_article_calls_it() -> None:
    """Without a word of the registry the newest article gives the name, the domain the address."""
    names = Names(Registries(), {"providers/a.example": A_PROVIDER})
    shown = names.provider("a.example")
    assert (shown.name, shown.url, shown.segment) == ("The A", "https://a.example/", "a.example")
    unknown = names.provider("b.example")
    assert (unknown.name, unknown.url, unknown.images) == ("b.example", None, ())


def test_the_registry_has_the_word_on_a_provider() -> None:
    """Name, address, folder, description and image of the registry go before the articles'."""
    known = Entry(
        key="a.example", name="R", segment="r", description="D", url="https://r.example/", images=(OTHER,)
    )
    learnt = {"providers/a.example": Provider(key="a.example", name="A", domain="a.example", images=(IMAGE,))}
    shown = Names(Registries(providers=Registry([known])), learnt).provider("a.example")
    assert (shown.name, shown.url, shown.segment, shown.description) == ("R", "https://r.example/", "r", "D")
    assert (shown.home_url, shown.images) == ("https://r.example/", (OTHER,))


def test_an_article_fills_in_what_the_registry_leaves_open() -> None:
    """Where the registry gives no page or image, the domain is the address and the article's image shows."""
    known = Entry(key="a.example", name="R", segment="r")
    learnt = {"providers/a.example": Provider(key="a.example", name="A", domain="a.example", images=(IMAGE,))}
    shown = Names(Registries(providers=Registry([known])), learnt).provider("a.example")
    assert (shown.name, shown.url, shown.home_url) == ("R", "https://a.example/", None)
    assert shown.images == (IMAGE,)


def test_what_one_caller_calls_a_topic_is_not_what_another_shows() -> None:
    """A topic without an article is shown as it is called, whoever called it otherwise before."""
    names = Names(Registries())
    assert names.topic("ai").name == "ai"
    assert names.topic("AI").name == "AI"
    assert names.topic("AI").key == names.topic("ai").key
    assert Names(Registries(), {"topics/ai": "A.I."}).topic("ai").name == "A.I."
