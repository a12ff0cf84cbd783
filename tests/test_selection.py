from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from conftest import settings_of

from syndicate.article import Article, Provider
from syndicate.registry import Entry, Registries, Registry
from syndicate.selection import Names, Selector, hidden, newest_first, unify

NOW = datetime(2024, 6, 1, tzinfo=UTC)


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
    """Whether a feed of `where` holds an article now."""
    return ("named", "x") in selector(where, registries).feeds_of(wanted, NOW)


# Order, identity, visibility.


def test_order_is_total() -> None:
    """The newest comes first; of one instant, the lesser id; the order of arrival never matters."""
    later = article("z", published=datetime(2024, 5, 2, tzinfo=UTC))
    expected = [later, article("a"), article("b"), article("c")]
    for arrived in itertools.permutations(expected):
        assert newest_first(arrived) == expected


UNIONS = [
    ({"updated": datetime(2024, 5, 9, tzinfo=UTC), "path": "a.md"}, {"path": "z.md"}),
    ({"path": "b/a.md"}, {"path": "a/a.md"}),
    ({"path": "a.md", "source": 0}, {"path": "a.md", "source": 1}),
]


@pytest.mark.parametrize(("winner", "loser"), UNIONS, ids=["updated", "path", "source"])
def test_two_files_with_one_id_are_one_article(winner: Any, loser: Any) -> None:
    """The later `updated` wins, then the greater path, then the first source, in any order of arrival."""
    kept, gone, other = article("a", **winner), article("a", **loser), article("b")
    for arrived in itertools.permutations([kept, gone, other]):
        stay, merged = unify(arrived)
        assert newest_first(stay) == [kept, other]
        assert merged == [(gone, kept)]


def test_every_loser_is_told_with_the_winner() -> None:
    """Of three files with one id, both losers are paired with the one that stays, in the order of paths."""
    files = [article("a", path=f"{name}/a.md") for name in "cab"]
    for arrived in itertools.permutations(files):
        stay, merged = unify(arrived)
        assert [each.path for each in stay] == ["c/a.md"]
        assert [(old.path, new.path) for old, new in merged] == [("a/a.md", "c/a.md"), ("b/a.md", "c/a.md")]


FUTURE = NOW + timedelta(seconds=1)


@pytest.mark.parametrize(
    ("fields", "include_unpublished", "reason"),
    [
        ({}, False, None),
        ({"published": NOW}, False, None),
        ({"published": FUTURE}, False, "not due"),
        ({"published": FUTURE}, True, "not due"),
        ({"draft": True}, False, "unpublished"),
        ({"draft": True}, True, None),
        ({"draft": True, "published": FUTURE}, False, "unpublished"),
        ({"draft": True, "published": FUTURE}, True, "not due"),
        ({"removed": True}, True, "removed"),
        ({"removed": True, "draft": True, "published": FUTURE}, False, "removed"),
    ],
)
def test_an_article_is_hidden_for_the_first_reason(
    fields: Any, include_unpublished: bool, reason: str | None
) -> None:
    """Removed goes before unpublished before not due; only unpublished can be lifted."""
    assert hidden(article(**fields), NOW, include_unpublished=include_unpublished) == reason


# Which feeds hold an article.

A_PROVIDER = provider("The A", "a.example")
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


def test_an_article_leaves_a_window_at_an_instant() -> None:
    """`newer_than` holds until the span is over, and not at that instant itself."""
    chosen = selector({"newer_than": "31d"})
    young, old = article(published=NOW - timedelta(days=31, seconds=-1)), article()
    assert ("named", "x") in chosen.feeds_of(young, NOW)
    assert ("named", "x") not in chosen.feeds_of(old, NOW)
    assert list(chosen.leaves_at(young)) == [NOW + timedelta(seconds=1)]
    assert list(selector().leaves_at(young)) == []
    assert list(selector({"newer_than": "31d", "topic": "AI"}).leaves_at(young)) == []


@pytest.mark.parametrize("span", ["2100y", "9999y", "99999y"])
def test_a_span_longer_than_time_lets_nothing_leave(span: str) -> None:
    """A window that reaches beyond the first year holds everything that is not in the future of time."""
    chosen = selector({"newer_than": span})
    assert ("named", "x") in chosen.feeds_of(article(), NOW)
    assert all(instant > NOW for instant in chosen.leaves_at(article()))


def test_an_article_stands_in_all_its_feeds() -> None:
    """Everything, each topic once, the provider, and the named feeds that choose it."""
    chosen = article(topics=("AI", "IoT"), provider=A_PROVIDER)
    assert list(selector().feeds_of(chosen, NOW)) == [
        ("all", ""),
        ("topics", "ai"),
        ("topics", "iot"),
        ("providers", "a.example"),
        ("named", "x"),
    ]
    assert list(selector().feeds_of(article(), NOW)) == [("all", ""), ("named", "x")]


@pytest.mark.parametrize("kind", ["all", "topics", "providers"])
def test_a_kind_that_is_off_holds_nothing(kind: str) -> None:
    """A kind of feed that is switched off is in no article's list."""
    chosen = article(topics=("AI",), provider=A_PROVIDER)
    kinds = {found for found, _ in selector(**{kind: "false"}).feeds_of(chosen, NOW)}
    assert kinds == {"all", "topics", "providers", "named"} - {kind}


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
        ("true", ("Other",), ["other"]),
        ("true", ("Data",), ["data"]),
    ],
)
def test_a_parent_includes_its_children(
    include_children: str, topics: tuple[str, ...], expected: list[str]
) -> None:
    """With `include_children` an article stands once in the feed of every ancestor of its topics."""
    chosen = selector(registries=TREE, topics={"include_children": include_children})
    assert chosen.topics_of(article(topics=topics)) == expected


# Names.


def test_spellings_of_a_topic_are_one_topic() -> None:
    """Case, blanks and composed forms do not make another topic; the newest article's spelling shows."""
    names = Names(Registries())
    names.learn([article("a", topics=("Open Data",)), article("b", topics=("open  DATA", "cafe\u0301"))])
    assert names.topic("OPEN data") is names.topic("open data")
    assert names.topic("open data").name == "Open Data"
    assert names.topic("CAF\u00c9").key == names.topic("cafe\u0301").key


def test_the_registry_has_the_word_on_a_topic() -> None:
    """A topic of the registry shows the registry's name and folder under all of its names."""
    names = Names(Registries(topics=Registry([topic_entry("AI", segment="ml", aliases=("Robots",))])))
    names.learn([article(topics=("robots",))])
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
    names = Names(Registries())
    names.learn([article("a", provider=A_PROVIDER), article("b", provider=provider("Older A", "a.example"))])
    shown = names.provider("a.example")
    assert (shown.name, shown.url, shown.segment) == ("The A", "https://a.example/", "a.example")
    unknown = names.provider("b.example")
    assert (unknown.name, unknown.url, unknown.images) == ("b.example", None, ())


def test_the_registry_has_the_word_on_a_provider() -> None:
    """Name, address, folder, description and image of the registry go before the articles'."""
    known = Entry(key="a.example", name="R", segment="r", description="D", url="https://r.example/")
    names = Names(Registries(providers=Registry([known])))
    names.learn([article(provider=A_PROVIDER)])
    shown = names.provider("a.example")
    assert (shown.name, shown.url, shown.segment, shown.description) == ("R", "https://r.example/", "r", "D")
