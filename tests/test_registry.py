from __future__ import annotations

import itertools
from typing import Any

import pytest

from syndicate.registry import Entry, Registry, is_segment, parse_provider, parse_topic
from syndicate.urls import slug

BASE = "https://site.example/"


def entry(name: str, **known: Any) -> Entry:
    """A topic's entry."""
    return Entry(**{"key": name.lower(), "name": name, "segment": name.lower(), **known})


TOPICS = [
    ({"name": "Open Data"}, ("open data", "Open Data", "open-data")),
    ({"name": "C++"}, ("c++", "C++", "c-plus-plus_")),
    ({"name": "Maps", "slug": "atlas"}, ("maps", "Maps", "atlas")),
    ({"name": "Maps", "_id": "atlas-2"}, ("maps", "Maps", "atlas-2")),
    ({"name": "Maps", "slug": None, "_id": "atlas"}, ("maps", "Maps", "atlas")),
    ({"name": " R&amp;D "}, ("r&d", "R&D", "r-and-d_")),
]


@pytest.mark.parametrize(("mapping", "expected"), TOPICS)
def test_a_topic_is_keyed_by_its_name(mapping: dict[str, Any], expected: tuple[str, str, str]) -> None:
    """A topic's key is its folded name; its folder is the registry's word, else made from the name."""
    found, problems = parse_topic(mapping, BASE)
    assert problems == []
    assert found is not None
    assert (found.key, found.name) == expected[:2]
    assert found.segment.startswith(expected[2])


PROVIDERS = [
    ({"domain": "A.Example", "name": "A"}, ("a.example", "A", "a.example")),
    ({"_id": "a.example"}, ("a.example", "a.example", "a.example")),
    ({"domain": "https://a.example/about"}, ("a.example", "a.example", "a.example")),
    ({"domain": "a.example", "slug": "a"}, ("a.example", "a.example", "a")),
    ({"name": "Signal Hill"}, ("signal-hill", "Signal Hill", "signal-hill")),
]


@pytest.mark.parametrize(("mapping", "expected"), PROVIDERS)
def test_a_provider_is_keyed_by_its_domain(mapping: dict[str, Any], expected: tuple[str, str, str]) -> None:
    """A provider's key is its lower-case domain, else the slug of its name."""
    found, problems = parse_provider(mapping, BASE)
    assert problems == []
    assert found is not None
    assert (found.key, found.name, found.segment) == expected


def test_what_is_said_of_an_entry_is_read_and_cleaned() -> None:
    """Descriptions are plain text, URLs absolute, images typed, other names gathered."""
    found, problems = parse_topic(
        {
            "name": "Maps",
            "description": "Drawn &amp; <b>walked</b>",
            "url": "/maps/",
            "image": "/maps.png?147",
            "parent": "Open Data",
            "aliases": ["Cartography", None],
            "retired": "Yes",
            "shortname": "Map",
            "otherNames": ["Atlases"],
            "secured": "never",
        },
        BASE,
    )
    assert problems == []
    assert found is not None
    assert (found.description, found.url) == ("Drawn & walked", "https://site.example/maps/")
    (image,) = found.images
    assert (image.url, image.media_type) == ("https://site.example/maps.png?147", "image/png")
    assert (found.parent, found.aliases) == ("Open Data", ("Cartography", "Map", "Atlases"))
    assert (found.former, found.retired) == (("cartography",), True)


@pytest.mark.parametrize(
    ("parse", "mapping", "field", "expected"),
    [
        (parse_topic, {}, "name", "a name"),
        (parse_topic, {"name": ["a"]}, "name", "a name"),
        (parse_provider, {}, "domain", "a domain"),
        (parse_provider, {"domain": "not a host"}, "domain", "a domain"),
    ],
)
def test_an_entry_without_a_name_is_none(parse: Any, mapping: Any, field: str, expected: str) -> None:
    """An entry that nothing can be called by is a problem with the field that is missing."""
    found, problems = parse(mapping, BASE)
    assert found is None
    assert (problems[0].field, problems[0].expected) == ((field,), expected)


@pytest.mark.parametrize(
    ("mapping", "field"),
    [
        ({"name": "A", "slug": "../up"}, ("slug",)),
        ({"name": "A", "slug": ["a"]}, ("slug",)),
        ({"name": "A", "url": "javascript:alert(1)"}, ("url",)),
        ({"name": "A", "images": ["ftp://x.example/a.png"]}, ("images", 0, "url")),
        ({"name": "A", "aliases": [["a"]]}, ("aliases", 0)),
        ({"name": "A", "retired": "perhaps"}, ("retired",)),
    ],
)
def test_a_value_that_cannot_be_used_is_told(mapping: dict[str, Any], field: tuple[Any, ...]) -> None:
    """What cannot be used in an entry is told with its place, and never used."""
    found, problems = parse_topic(mapping, BASE)
    assert [problem.field for problem in problems] == [field]
    assert found is not None
    assert (found.segment, found.url, found.images, found.aliases) == ("a", None, (), ())
    assert (found.former, found.retired) == ((), False)


@pytest.mark.parametrize(
    ("alias", "folder"),
    [("Old.Example", "old.example"), ("Old Name", "old-name"), ("Old-Name", "old--name"), ("beta", "beta")],
)
def test_the_old_folder_of_an_alias_is_that_which_it_had_without_an_entry(alias: str, folder: str) -> None:
    """An alias stands for the folder of a topic, or a provider by domain or name, that is called so."""
    provider, _ = parse_provider({"domain": "new.example", "aliases": alias}, BASE)
    assert provider is not None
    assert provider.former == (folder,)
    topic, _ = parse_topic({"name": "New", "aliases": [alias], "otherNames": "Newer"}, BASE)
    assert topic is not None
    assert topic.former == (slug(alias),)


def test_several_claims_to_one_old_folder_are_told() -> None:
    """An alias of two entries is contested, unless it is the name of one: that one has it."""
    a = entry("A", aliases=("Old", "B"), former=("old", "b"))
    b = Entry(key="b", name="B", segment="bee", aliases=("OLD", "B"), former=("old", "b"))
    registry = Registry([a, b])
    assert registry.contested() == [("old", [a, b])]
    assert registry.former_of(b) == ("b",)
    assert Registry([a]).contested() == []
    assert Registry([a]).former() == [("old", a), ("b", a)]


def test_an_entrys_own_folder_is_nobodys_old_one() -> None:
    """Where an entry has a folder, an alias that would have had it, too, has none."""
    a = entry("A", aliases=("Bee", "a"), former=("bee", "a"))
    b = Entry(key="b", name="B", segment="bee")
    assert Registry([a, b]).former() == []
    assert Registry([a, b]).contested() == []


@pytest.mark.parametrize("name", ["Maps", "MAPS", " maps ", "Cartography", "cartography"])
def test_an_entry_is_found_by_any_of_its_names(name: str) -> None:
    """An entry goes by its name and its other names, in any case."""
    maps = entry("Maps", aliases=("Cartography",))
    assert Registry([entry("Ports"), maps]).find(name) is maps


def test_an_unknown_name_finds_nothing() -> None:
    """A name that no entry has is not guessed at."""
    assert Registry([entry("Maps")]).find("Map") is None
    assert Registry().find("") is None


def test_an_alias_never_takes_a_name_from_its_owner() -> None:
    """Keys go before names and names before aliases, whatever the order of the entries."""
    entries = [
        Entry(key="www.git.example", name="git.example", segment="www.git.example"),
        Entry(key="git.example", name="Git", segment="git.example"),
        Entry(key="b.example", name="B", segment="b.example", aliases=("Git", "git.example")),
    ]
    for order in itertools.permutations(entries):
        registry = Registry(order)
        assert registry.find("git.example") is entries[1]
        assert registry.find("Git") is entries[1]
        assert registry.find("www.git.example") is entries[0]


def test_ancestors_are_listed_nearest_first() -> None:
    """A parent may be named by an alias, and may have no entry of its own."""
    registry = Registry(
        [
            entry("Tides", parent="chart"),
            entry("Maps", parent="Open Data", aliases=("chart",)),
            entry("Open Data", parent="Everything"),
        ]
    )
    assert registry.ancestors("tides") == ["Maps", "Open Data", "Everything"]
    assert registry.ancestors("Open Data") == ["Everything"]
    assert registry.ancestors("Unknown") == []


@pytest.mark.parametrize("parent", ["A", "a", "B"])
def test_a_circle_of_parents_ends(parent: str) -> None:
    """Parents that go round in a circle are walked once."""
    registry = Registry([entry("A", parent=parent), entry("B", parent="A")])
    assert set(registry.ancestors("B")) <= {"A"}
    assert set(registry.ancestors("A")) <= {"B"}


@pytest.mark.parametrize("text", ["a", "a-b", "a_b", "a.b", "9", "a" * 100])
def test_a_plain_name_is_a_segment(text: str) -> None:
    """Small letters, digits, hyphen, underscore and dot name a folder everywhere."""
    assert is_segment(text)


@pytest.mark.parametrize("text", ["", ".", "..", ".a", "-a", "a.", "a/b", "A", "ä", "a b", "a\n", "a" * 101])
def test_anything_else_is_no_segment(text: str) -> None:
    """What could hide, escape or differ between file systems names no folder."""
    assert not is_segment(text)
