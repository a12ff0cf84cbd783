from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from conftest import SITE, settings_of

from syndicate.border import NATIVE_NAMES
from syndicate.errors import ConfigError
from syndicate.schema import keys_of
from syndicate.settings import Author, Settings, TopicFeeds, Where, parse_settings


def mapping_of(path: str, value: Any) -> dict[str, Any]:
    """A whole configuration in which one dotted path has a value; `sources.` means the first source."""
    whole: dict[str, Any] = {"site": dict(SITE), "sources": [{"path": "articles"}]}
    *folders, last = path.split(".")
    place: Any = whole
    for folder in folders:
        place = place[0] if isinstance(place, list) else place
        place = place.setdefault(folder, {})
    place = place[0] if isinstance(place, list) else place
    place[last] = value
    return whole


def look(settings: Settings, path: str) -> Any:
    """The value at a dotted path of settings."""
    place: Any = settings
    for step in path.split("."):
        place = place[0] if isinstance(place, tuple) else place
        place = place[step] if isinstance(place, dict) else getattr(place, step)
    return place


def problems_of(mapping: Any) -> list[str]:
    """What is said about a configuration that cannot be used."""
    with pytest.raises(ConfigError) as caught:
        parse_settings(mapping)
    return [str(problem) for problem in caught.value.problems]


DEFAULTS = [
    ("site.description", ""),
    ("site.language", "en"),
    ("site.time_zone", "UTC"),
    ("site.icon", None),
    ("site.author", None),
    ("site.rights", None),
    ("site.ttl", None),
    ("site.since", datetime(1970, 1, 1, tzinfo=UTC)),
    ("sources.include", ("**/*.md", "**/*.markdown", "**/*.html")),
    ("sources.exclude", ()),
    ("sources.defaults", {}),
    ("sources.fields", {}),
    ("sources.ids", "tag"),
    ("sources.permalink", None),
    ("output", None),
    ("index", None),
    ("formats", ("rss", "atom", "json")),
    ("feeds.all.enabled", True),
    ("feeds.all.limit", 50),
    ("feeds.all.formats", ()),
    ("feeds.all.title", "{site}"),
    ("feeds.topics.limit", 50),
    ("feeds.topics.min_items", 1),
    ("feeds.topics.registry", None),
    ("feeds.topics.include_children", False),
    ("feeds.topics.title", "{name} – {site}"),
    ("feeds.providers.limit", 50),
    ("feeds.providers.min_items", 1),
    ("feeds.providers.title", "{name} – {site}"),
    ("feeds.named", {}),
    ("content", "card"),
    ("rss_enclosures", "all"),
    ("related.limit", 10),
    ("hubs", ()),
]


@pytest.mark.parametrize(("path", "value"), DEFAULTS, ids=[path for path, _ in DEFAULTS])
def test_every_key_but_five_has_its_default(path: str, value: Any) -> None:
    """A configuration of the required keys alone has the documented defaults."""
    assert look(settings_of(), path) == value


ACCEPTED = [
    ("site.title", "Ports &amp; <b>Tides</b>", "Ports & Tides"),
    ("site.feeds_url", "https://site.example/feeds", "https://site.example/feeds/"),
    ("site.feeds_url", "https://site.example/feeds//", "https://site.example/feeds/"),
    ("site.url", "https://site.example/näh/", "https://site.example/n%C3%A4h/"),
    ("site.id", "desk@site.example,2020-01-31", "desk@site.example,2020-01-31"),
    ("site.id", "site.example,2020-01", "site.example,2020-01"),
    ("site.language", "pt-BR", "pt-BR"),
    ("site.time_zone", "Europe/Berlin", "Europe/Berlin"),
    ("site.ttl", "60", 60),
    ("site.ttl", "0", 0),
    ("site.since", "2021-12-29", datetime(2021, 12, 29, tzinfo=UTC)),
    ("site.author", {"name": "Jo", "email": "jo@s.example"}, Author(name="Jo", email="jo@s.example")),
    ("sources.include", "*.md", ("*.md",)),
    ("sources.include", ["*.md", "*.html"], ("*.md", "*.html")),
    ("sources.fields", {"title": "name"}, {"title": ("name",)}),
    ("sources.defaults", {"topics": ["Azure"], "type": "article"}, {"topics": ["Azure"], "type": "article"}),
    ("sources.ids", "permalink", "permalink"),
    ("sources.permalink", "https://s.example/{year}/{slug}", "https://s.example/{year}/{slug}"),
    ("formats", "json", ("json",)),
    ("formats", ["atom", "rss"], ("atom", "rss")),
    ("feeds.all.limit", "none", None),
    ("feeds.all.limit", " None ", None),
    ("feeds.all.limit", "1", 1),
    ("feeds.topics.min_items", "0", 0),
    ("feeds.topics.include_children", "Yes", True),
    ("feeds.topics.include_children", "off", False),
    ("feeds.named.best.title", "Best", "Best"),
    ("related.limit", "0", 0),
    ("related.limit", "none", None),
    ("related.limit", "3", 3),
    ("content", "summary", "summary"),
    ("rss_enclosures", "first", "first"),
    ("hubs", "https://hub.example/", ("https://hub.example/",)),
    ("hubs", ["https://a.example/", "http://b.example/hub"], ("https://a.example/", "http://b.example/hub")),
    ("output", None, None),
    ("feeds.topics", None, TopicFeeds()),
]


@pytest.mark.parametrize(("path", "written", "value"), ACCEPTED)
def test_a_value_is_read_as_its_key_wants_it(path: str, written: Any, value: Any) -> None:
    """Strings as written become the type of their key; `null` stands for the default."""
    found = look(parse_settings(mapping_of(path, written)), path)
    assert found == value


REFUSED = [
    ("site.title", "", "a text"),
    ("site.title", ["a"], "a text"),
    ("site.title", "<br>", "a text"),
    ("site.url", "site.example", "an absolute http or https URL"),
    ("site.url", "ftp://site.example/", "an absolute http or https URL"),
    ("site.url", ["https://site.example/"], "an absolute http or https URL"),
    ("site.id", "site.example", "a domain and a year in which it was yours"),
    ("site.id", "site.example,20", "a domain and a year in which it was yours"),
    ("site.language", "english!", "a language code"),
    ("site.time_zone", "Mars/Olympus", "a time zone such as"),
    ("site.time_zone", "../etc/passwd", "a time zone such as"),
    ("site.ttl", "soon", "a whole number"),
    ("site.ttl", "-5", "a whole number from 0"),
    ("site.ttl", "1.5", "a whole number"),
    ("site.ttl", "٣", "a whole number"),
    ("site.since", "yesterday", "a date such as"),
    ("site.author", {"url": "https://site.example/"}, "a value: this key is required"),
    ("site.author", "Jo", "a mapping of keys"),
    ("site.author", {"name": "Jo", "email": "jo"}, "an e-mail address"),
    ("sources.include", {"a": "b"}, "a text"),
    ("sources.fields", "title", "a mapping"),
    ("sources.fields", {"title": {"a": "b"}}, "a text"),
    ("sources.defaults", "article", "a mapping of front-matter fields to values"),
    ("sources.defaults.tittle", "x", "'title'"),
    ("sources.defaults.qzx", "x", "the native name of a field"),
    ("sources.fields.Title", "name", "'title'"),
    ("sources.fields.publishedDate", "start", "'publishedDateTime'"),
    ("sources.ids", "guid", "one of tag, permalink"),
    ("sources.ids", ["tag"], "one of tag, permalink"),
    ("sources.permalink", "https://s.example/{slog}", "a template of {day}, {key}, {month}, {slug}, {year}"),
    ("sources.permalink", "https://s.example/{slug", "a template of"),
    ("sources.permalink", "https://s.example/{{slug}}", "a template of"),
    ("sources.permalink", "https://s.example/{year.real}", "a template of"),
    ("formats", "pdf", "one of rss, atom, json"),
    ("formats", ["rss", "pdf"], "one of rss, atom, json"),
    ("formats", [], "at least one of rss, atom, json"),
    ("sources", [], "at least one source"),
    ("sources", None, "a value: this key is required"),
    ("sources", "articles", "a mapping of keys"),
    ("feeds", "all", "a mapping of keys"),
    ("feeds.all", "perhaps", "true or false"),
    ("feeds.all", ["a"], "a mapping of keys"),
    ("feeds.all.limit", "0", "a whole number from 1, or none"),
    ("feeds.all.limit", "-1", "a whole number from 1, or none"),
    ("feeds.all.limit", "many", "a whole number"),
    ("feeds.all.limit", ["1"], "a whole number"),
    ("feeds.all.title", "{nam}", "a template of {name}, {site}"),
    ("feeds.topics.min_items", "-1", "a whole number from 0"),
    ("feeds.topics.include_children", ["yes"], "true or false"),
    ("feeds.named", ["best"], "a mapping"),
    ("feeds.named.best", None, "a value: this key is required"),
    ("feeds.named.best", {"title": "B", "where": {"min_quality": "high"}}, "a number"),
    ("feeds.named.best", {"title": "B", "where": {"newer_than": "soon"}}, "a span of time such as"),
    ("feeds.named.best", {"title": "B", "where": {"newer_than": ["30d"]}}, "a text"),
    ("feeds.named.Best Of", {"title": "B"}, "a name of letters a-z"),
    ("feeds.named.topics", {"title": "B"}, "a name that no other feed has"),
    ("feeds.named.providers", {"title": "B"}, "a name that no other feed has"),
    ("feeds.named.all", {"title": "B"}, "a name that no other feed has"),
    ("related.limit", "-1", "a whole number from 1, or none"),
    ("content", "all", "one of card, body, summary"),
    ("rss_enclosures", "none", "one of all, first"),
    ("hubs", "hub.example", "an absolute http or https URL"),
    ("hubs", "https://me:secret@hub.example/", "an absolute http or https URL"),
    ("hubs", "https://hub.example/#top", "a URL without '#'"),
    ("hubs", ["https://a.example/", "https://a.example/"], "each hub once"),
]


@pytest.mark.parametrize(("path", "written", "expected"), REFUSED)
def test_a_wrong_value_is_refused_with_its_place(path: str, written: Any, expected: str) -> None:
    """A wrong value is an error that begins with its dotted path and says what was expected."""
    (problem,) = problems_of(mapping_of(path, written))
    assert problem.startswith(path.replace("sources.", "sources[0]."))
    assert "found " in problem
    assert f"expected {expected}" in problem


@pytest.mark.parametrize("name", ["..", ".hidden", "a/b", "a\\b", "-rf", "Ä", "end.", "x" * 101, ""])
def test_a_named_feed_never_leaves_the_output(name: str) -> None:
    """The name of a feed is one plain folder: no separators, no leading dot or hyphen."""
    whole = {"site": SITE, "sources": [{"path": "a"}], "feeds": {"named": {name: {"title": "T"}}}}
    (problem,) = problems_of(whole)
    assert "a name of letters a-z, digits, '-', '_' and '.'" in problem


@pytest.mark.parametrize(
    ("path", "hint"),
    [
        ("feed", "'feeds'"),
        ("site.titel", "'title'"),
        ("feeds.topic", "'topics'"),
        ("feeds.all.limits", "'limit'"),
        ("feeds.all.min_items", "one of enabled, limit, formats, title, description, archive"),
        ("sources.exclud", "'exclude'"),
        ("related.zzz", "one of limit"),
    ],
)
def test_an_unknown_key_names_the_closest_known_one(path: str, hint: str) -> None:
    """An unknown key is an error with its dotted path and the key that was probably meant."""
    (problem,) = problems_of(mapping_of(path, "x"))
    place = path.replace("sources.", "sources[0].")
    assert problem == f"{place}: found an unknown key, expected {hint}"


def test_all_problems_are_told_at_once() -> None:
    """A configuration with many mistakes names every one of them."""
    told = problems_of(
        {
            "site": {"title": "T", "url": "x", "feeds_url": "https://s.example/"},
            "sources": [{"path": "a", "ids": "x"}, {"include": "*"}],
            "contents": "card",
            "formats": ["rss", "pdf", "doc"],
        }
    )
    assert [each.partition(":")[0] for each in told] == [
        "site.url",
        "site.id",
        "sources[0].ids",
        "sources[1].path",
        "contents",
        "formats[1]",
        "formats[2]",
    ]


@pytest.mark.parametrize("key", ["fields", "defaults"])
def test_every_native_name_may_be_mapped_and_defaulted(key: str) -> None:
    """`fields` and `defaults` take the native name of any field, and each unknown one is named."""
    known = dict.fromkeys(sorted(NATIVE_NAMES), "x")
    found = getattr(parse_settings(mapping_of(f"sources.{key}", known)).sources[0], key)
    assert found.keys() == NATIVE_NAMES
    told = problems_of(mapping_of(f"sources.{key}", {**known, "topic": "x", "secured": "x"}))
    assert [each.partition(":")[0] for each in told] == [
        f"sources[0].{key}.topic",
        f"sources[0].{key}.secured",
    ]
    assert told[0].endswith("found an unknown field, expected 'topics'")


@pytest.mark.parametrize("empty", [None, {}])
def test_an_empty_configuration_asks_for_what_is_required(empty: Any) -> None:
    """Nothing at all is answered with the keys that have no default."""
    assert [each.partition(":")[0] for each in problems_of(empty)] == ["site", "sources"]


@pytest.mark.parametrize("written", ["text", ["site"]])
def test_a_configuration_is_a_mapping(written: Any) -> None:
    """A list or a text in place of the whole configuration is one clear problem."""
    (problem,) = problems_of(written)
    assert problem.endswith("expected a mapping of keys")


@pytest.mark.parametrize("kind", ["all", "topics", "providers"])
@pytest.mark.parametrize(("word", "enabled"), [("false", False), ("no", False), ("true", True)])
def test_a_kind_of_feed_is_switched_by_a_word(kind: str, word: str, enabled: bool) -> None:
    """`all: false` switches a kind off, `true` leaves it as it is by default."""
    chosen = getattr(settings_of(feeds={kind: word}).feeds, kind)
    assert (chosen.enabled, chosen.limit) == (enabled, 50)


def test_the_name_all_is_free_where_the_feed_of_everything_is_off() -> None:
    """A publisher may name a feed `all` once the built-in one is switched off."""
    settings = settings_of(feeds={"all": "false", "named": {"all": {"title": "Mine"}}})
    assert settings.feeds.named["all"].title == "Mine"


def test_where_is_read_whole() -> None:
    """Every condition of `where` is read, one value or a list, and `not` holds the same words."""
    where = {
        "topic": "AI",
        "provider": ["a.example", "B"],
        "type": "article",
        "locale": ["en", "de"],
        "category": "news",
        "not": {"topic": ["IoT"], "provider": "c.example"},
        "min_quality": "80.5",
        "min_heat": "-1",
        "newer_than": "2w",
    }
    found = settings_of(feeds={"named": {"best": {"title": "T", "where": where}}}).feeds.named["best"].where
    assert isinstance(found, Where)
    assert (found.topic, found.provider, found.type) == (("AI",), ("a.example", "B"), ("article",))
    assert (found.locale, found.category) == (("en", "de"), ("news",))
    assert (found.not_.topic, found.not_.provider) == (("IoT",), ("c.example",))
    assert (found.min_quality, found.min_heat, found.newer_than) == (80.5, -1.0, timedelta(days=14))


def test_a_reading_carries_what_its_source_says() -> None:
    """How articles are understood comes from their own source and from the site."""
    sources = [{"path": "a"}, {"path": "b", "ids": "permalink", "fields": {"title": "name"}}]
    settings = settings_of(sources=sources, related={"limit": "2"})
    first, second = settings.reading(0), settings.reading(1)
    assert (first.ids, first.fields, first.source, first.related_limit) == ("tag", {}, 0, 2)
    assert (second.ids, second.fields, second.source) == ("permalink", {"title": ("name",)}, 1)
    assert second.site_id == SITE["id"]


def test_keys_are_listed_as_they_are_written() -> None:
    """The keys of a schema bear the names that a person writes, with what is required."""
    keys = keys_of(Where)
    assert keys["not"][0] == "not_"
    assert {key for key, (_, _, required) in keys_of(Settings).items() if required} == {"site", "sources"}
