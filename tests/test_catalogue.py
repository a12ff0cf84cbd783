from __future__ import annotations

import itertools
from typing import Any

import pytest
from conftest import settings_of

from syndicate.catalogue import FeedSpec, collisions, redirects, specify
from syndicate.model import Enclosure
from syndicate.registry import Entry, Registries, Registry
from syndicate.selection import FeedKey, Names

IMAGE = Enclosure(url="https://site.example/i.png", media_type="image/png")
REGISTRIES = Registries(
    topics=Registry(
        [
            Entry(
                key="maps",
                name="Maps",
                segment="atlas",
                description="Drawn.",
                url="https://maps.example/",
                images=(IMAGE,),
            )
        ]
    ),
    providers=Registry(
        [
            Entry(
                key="a.example",
                name="The A",
                segment="a",
                description="About A",
                url="https://a.example/about/",
                images=(IMAGE,),
            )
        ]
    ),
)


def spec(key: FeedKey, registries: Registries = REGISTRIES, **keys: Any) -> FeedSpec:
    """What a feed is to be, with further keys of the configuration."""
    return specify(key, settings_of(**keys), Names(registries))


@pytest.mark.parametrize(
    ("key", "path", "name", "title", "description"),
    [
        ("all/", "all", "The Site", "The Site", "The Site"),
        ("topics/maps", "topics/atlas", "Maps", "Maps – The Site", "Drawn."),
        ("topics/ai", "topics/ai", "ai", "ai – The Site", "ai – The Site"),
        ("providers/a.example", "providers/a", "The A", "The A – The Site", "About A"),
        ("providers/b.example", "providers/b.example", "b.example", "b.example – The Site", None),
        ("named/best", "best", "best", "The best", "The best"),
    ],
)
def test_a_feed_has_its_words_and_its_place(
    key: FeedKey, path: str, name: str, title: str, description: str | None
) -> None:
    """Path, name and title follow from the kind; a feed without a description is described by its title."""
    found = spec(key, feeds={"named": {"best": {"title": "The best"}}})
    assert (found.kind, found.path, found.name, found.title) == (key.partition("/")[0], path, name, title)
    assert found.description == (description or title)
    assert (found.limit, found.formats) == (50, ("rss", "atom", "json"))


def test_the_configuration_tunes_each_kind() -> None:
    """Limit, formats, title and min_items are the kind's own; the site's formats fill in."""
    feeds = {
        "all": {"limit": "none", "title": "All of {site}", "description": "Everything"},
        "topics": {"limit": "5", "formats": "json", "title": "{site}: {name}", "min_items": "3"},
        "named": {"best": {"title": "B", "description": "Fine", "formats": ["rss", "rss"], "limit": "1"}},
    }
    whole = spec("all/", feeds=feeds, formats=["atom"])
    assert (whole.limit, whole.formats, whole.title) == (None, ("atom",), "All of The Site")
    assert (whole.description, whole.min_items) == ("Everything", 0)
    topic = spec("topics/ai", feeds=feeds)
    assert (topic.limit, topic.formats, topic.title, topic.min_items) == (5, ("json",), "The Site: ai", 3)
    named = spec("named/best", feeds=feeds)
    assert (named.limit, named.formats, named.description, named.min_items) == (1, ("rss",), "Fine", 0)


def test_what_is_in_a_registry_has_its_feed_however_little_is_in_it() -> None:
    """`min_items` is for topics and providers that nobody named; an entry's feed asks for none."""
    feeds = {"topics": {"min_items": "3"}, "providers": {"min_items": "3"}}
    least = {key: spec(key, feeds=feeds).min_items for key in ("topics/maps", "topics/ai")}
    assert least == {"topics/maps": 0, "topics/ai": 3}
    assert spec("providers/a.example", feeds=feeds).min_items == 0
    assert spec("providers/b.example", feeds=feeds).min_items == 3


FORMER = Registries(
    topics=Registry(
        [
            Entry(
                key="new", name="New", segment="new", aliases=("Old", "old", "B"), former=("old", "old", "b")
            ),
            Entry(key="b", name="B", segment="bee", aliases=("Bee", "B"), former=("bee", "b")),
        ]
    ),
    providers=Registry(
        [Entry(key="x.example", name="X", segment="x", aliases=("a.example",), former=("a.example",))]
    ),
)
REDIRECTS = (
    ("providers/a.example/", "providers/x/"),
    ("topics/b/", "topics/bee/"),
    ("topics/old/", "topics/new/"),
)


def test_an_alias_leads_from_its_old_address_to_the_new_one() -> None:
    """Each alias whose folder nothing else has is a redirect; a name leads to the entry that bears it."""
    assert redirects(settings_of(), Names(FORMER)) == REDIRECTS
    former = {key: specify(key, settings_of(), Names(FORMER)).former for key in ("topics/new", "topics/b")}
    assert former == {"topics/new": ("topics/old",), "topics/b": ("topics/b",)}
    assert specify("providers/x.example", settings_of(), Names(FORMER)).former == ("providers/a.example",)


def test_what_is_switched_off_redirects_nowhere() -> None:
    """Aliases of topics lead nowhere where topics have no feeds."""
    off = settings_of(feeds={"topics": "false"})
    assert redirects(off, Names(FORMER)) == REDIRECTS[:1]
    assert redirects(off, Names(Registries())) == ()


def test_a_template_is_filled_once() -> None:
    """What is filled into a title is never taken for a template itself."""
    site = {"title": "A {name} site", "url": "https://s.example/", "feeds_url": "https://s.example/"}
    settings = settings_of(site={**site, "id": "s.example,2020"})
    assert specify("topics/{site}", settings, Names(Registries())).title == "{site} – A {name} site"


def test_a_feed_says_what_it_is_about() -> None:
    """A topic's feed bears the topic as category, a named one the topics that it wants."""
    (term,) = spec("topics/maps").terms
    assert (term.name, term.slug, term.scheme) == ("Maps", "atlas", "https://site.example/feeds/topics/")
    named = {"best": {"title": "B", "where": {"topic": ["AI", "maps"]}}}
    assert [each.slug for each in spec("named/best", feeds={"named": named}).terms] == ["ai", "atlas"]
    assert spec("all/").terms == ()


def test_a_feed_has_a_home_and_images() -> None:
    """The registry's page and image are the feed's own; the site is home where there is none."""
    topic = spec("topics/maps")
    assert (topic.home_url, topic.images) == ("https://maps.example/", (IMAGE,))
    assert spec("topics/ai").home_url == "https://site.example/"
    provider = spec("providers/a.example")
    assert (provider.home_url, provider.images) == ("https://a.example/about/", (IMAGE,))
    assert spec("providers/b.example").home_url == "https://site.example/"


def test_every_collision_is_listed() -> None:
    """All paths that two feeds would have are listed with those feeds, in any order of arrival."""
    registries = Registries(
        topics=Registry(
            [
                Entry(key="a", name="A", segment="same"),
                Entry(key="b", name="B", segment="same"),
                Entry(key="c", name="C", segment="other"),
            ]
        ),
        providers=Registry(
            [Entry(key="x.example", name="X", segment="one"), Entry(key="y.example", name="Y", segment="one")]
        ),
    )
    keys: list[FeedKey] = [f"topics/{name}" for name in "abc"]
    keys += ["providers/x.example", "providers/y.example", "all/"]
    paths = [(key, spec(key, registries).path) for key in keys]
    for arrived in itertools.permutations(paths):
        assert collisions(arrived) == [
            ("providers/one", ["providers/x.example", "providers/y.example"]),
            ("topics/same", ["topics/a", "topics/b"]),
        ]


def test_paths_are_told_apart_as_file_systems_do() -> None:
    """Two paths that differ in case alone would be one folder on some file systems."""
    assert collisions([("named/a", "a"), ("named/A", "A"), ("named/b", "b")]) == [
        ("a", ["named/A", "named/a"])
    ]
    assert collisions([]) == []
