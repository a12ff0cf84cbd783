"""What stays: the feeds that a registry names, retired ones too, and the old addresses of renamed ones."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from test_schemas import CHECKS

from syndicate import ConfigError, Report, build, load_settings

NOW = datetime(2024, 6, 1, tzinfo=UTC)
NAMES = ("rss.xml", "atom.xml", "feed.json")
WriteArticle = Callable[..., Path]


def run(site: Path, more: str = "", *, topics: str = "", providers: str = "", **options: Any) -> Report:
    """Build the site as of NOW, with further lines of configuration and with registries."""
    config = site / "config"
    if more:
        (config / "syndicate.yaml").write_text((config / "syndicate.yaml").read_text() + more)
    for name, text in (("topics", topics), ("providers", providers)):
        if text:
            (config / f"{name}.yaml").write_text(text)
    return build(load_settings(config / "syndicate.yaml"), **{"now": NOW, **options})


def feed(site: Path, path: str) -> dict[str, Any]:
    """A feed as its JSON says it."""
    found: dict[str, Any] = json.loads((site / "feeds" / path / "feed.json").read_text())
    return found


def folders(site: Path) -> set[str]:
    """The folders of the output that hold a feed."""
    return {str(file.parent.relative_to(site / "feeds")) for file in (site / "feeds").rglob("rss.xml")}


def test_what_a_registry_names_has_a_feed_without_articles(site: Path, write_article: WriteArticle) -> None:
    """An entry of a registry has a feed, dated `site.since` while it is empty, whatever `min_items` says."""
    write_article("a.md", topics="[Other]")
    more = "feeds: {topics: {min_items: 2}, providers: {min_items: 2}}\n"
    report = run(site, more, topics="[{name: Maps}]", providers="a.example: {name: A}\n")
    assert folders(site) == {"all", "topics/maps", "providers/a.example"}
    assert {feed.path: feed.items for feed in report.feeds if feed.kind != "all"} == {
        "topics/maps": 0,
        "providers/a.example": 0,
    }
    for path in ("topics/maps", "providers/a.example"):
        assert feed(site, path)["items"] == []
        assert (
            b"<lastBuildDate>Thu, 01 Jan 1970 00:00:00 +0000<"
            in (site / "feeds" / path / "rss.xml").read_bytes()
        )


def test_a_feed_of_a_registry_outlives_its_last_article(site: Path, write_article: WriteArticle) -> None:
    """With its last article a topic of a registry keeps its address, and one of no registry loses it."""
    write_article("a.md", topics="[Maps, Fog]")
    write_article("b.md")
    run(site, topics="[{name: Maps}]")
    write_article("a.md", topics="[]")
    report = run(site)
    assert folders(site) == {"all", "topics/maps"}
    assert report.gone_feeds == ("topics/fog",)
    assert "feeds that are no more: topics/fog" in list(report.summary())
    assert run(site).gone_feeds == ()


def test_a_feed_of_a_registry_goes_with_its_entry(site: Path, write_article: WriteArticle) -> None:
    """An empty feed follows from the registry alone: it goes when the entry does, and the report says so."""
    write_article("a.md")
    run(site, topics="[{name: Maps}, {name: Tides}]", providers="a.example:\n")
    report = run(site, topics="[{name: Tides}]", providers="[]")
    assert folders(site) == {"all", "topics/tides"}
    assert report.gone_feeds == ("providers/a.example", "topics/maps")


def test_a_feed_that_moved_is_told_by_its_old_path(site: Path, write_article: WriteArticle) -> None:
    """A new slug takes the feed away from where it was, and the report says from where."""
    write_article("a.md", topics="[Maps]")
    run(site)
    assert run(site, topics="[{name: Maps, slug: atlas}]").gone_feeds == ("topics/maps",)


def test_what_is_switched_off_has_no_empty_feeds_either(site: Path, write_article: WriteArticle) -> None:
    """A registry names nothing where the kind of its feeds is switched off."""
    write_article("a.md")
    run(site, "feeds: {topics: false}\n", topics="[{name: Maps}]")
    assert folders(site) == {"all"}


@pytest.mark.parametrize("held", [True, False], ids=["with-articles", "empty"])
def test_a_retired_feed_says_so(held: bool, site: Path, write_article: WriteArticle) -> None:
    """`retired` is `expired` in JSON Feed and a line of every description; the items stay."""
    write_article("a.md", topics="[Maps]" if held else "[]")
    registry = "[{name: Maps, description: Drawn., retired: true}, {name: Tides, retired: no}]"
    run(site, topics=registry)
    known = feed(site, "topics/maps")
    assert known["expired"] is True
    assert len(known["items"]) == held
    told = "Drawn.\nThis feed is retired: nothing new will appear in it."
    assert known["description"] == told
    for name in ("rss.xml", "atom.xml"):
        assert told in (site / "feeds" / "topics" / "maps" / name).read_text()
    assert "expired" not in feed(site, "topics/tides")
    assert "retired" not in feed(site, "topics/tides")["description"]


@pytest.mark.parametrize("name", NAMES)
def test_an_empty_and_a_retired_feed_are_valid(name: str, site: Path, write_article: WriteArticle) -> None:
    """What says that nothing is in it, or nothing will come, is valid by the grammar of its format."""
    write_article("a.md", topics="[Tides]")
    run(site, topics="[{name: Maps, retired: true}, {name: Tides, retired: true}]")
    for path in ("topics/maps", "topics/tides"):
        CHECKS[name]((site / "feeds" / path / name).read_bytes(), path)


def test_an_old_address_keeps_the_feed(site: Path, write_article: WriteArticle) -> None:
    """At the folder of an alias stand the bytes of the feed itself, which name its address and its id."""
    write_article("a.md", topics="[AI (old)]", provider="{name: A, domain: old.example}")
    run(site)
    before = folders(site)
    known = feed(site, "all")["items"]
    run(
        site,
        topics="[{name: Artificial Intelligence, aliases: ['AI (old)']}]",
        providers="new.example: {name: New, aliases: old.example}\n",
    )
    assert before < folders(site) == before | {"topics/artificial-intelligence", "providers/new.example"}
    (old,) = (path for path in before if path.startswith("topics/"))
    for former, path in (
        (old, "topics/artificial-intelligence"),
        ("providers/old.example", "providers/new.example"),
    ):
        for name in NAMES:
            output = site / "feeds"
            assert (output / former / name).read_bytes() == (output / path / name).read_bytes()
        assert feed(site, former)["feed_url"] == f"https://site.example/feeds/{path}/feed.json"
        assert [item["id"] for item in feed(site, former)["items"]] == [known[0]["id"]]


def test_an_old_address_follows_its_feed(site: Path, write_article: WriteArticle) -> None:
    """What changes in the feed changes there, too; a file that is lost comes back; all go with the alias."""
    write_article("a.md", topics="[Old]")
    run(site, topics="[{name: New, aliases: [Old]}]")
    write_article("b.md", topics="[New]", webUrl="https://site.example/b/")
    report = run(site)
    changed = {path for path in report.changes.update if path.startswith("topics/")}
    assert changed == {f"topics/{folder}/{name}" for folder in ("old", "new") for name in NAMES}
    (site / "feeds" / "topics" / "old" / "atom.xml").unlink()
    assert run(site).changes.write == ("topics/old/atom.xml",)
    report = run(site, topics="[{name: New, otherNames: [Old]}]")
    assert set(report.changes.delete) == {f"topics/old/{name}" for name in NAMES}
    assert folders(site) == {"all", "topics/new"}


def test_an_old_address_is_no_feed_of_its_own(site: Path, write_article: WriteArticle) -> None:
    """The report counts one feed, and names its old address with it."""
    write_article("a.md", topics="[Old]")
    report = run(site, "feeds: {all: false}\n", topics="[{name: New, aliases: [Old]}]")
    (found,) = report.feeds
    assert (found.path, found.former) == ("topics/new", ("topics/old",))
    assert report.changes.create == tuple(
        sorted(f"topics/{folder}/{name}" for folder in ("new", "old") for name in NAMES)
    )


def test_a_feed_that_is_there_keeps_its_address(site: Path, write_article: WriteArticle) -> None:
    """An alias does not take the folder of another entry of the registry."""
    write_article("a.md", topics="[Old]")
    run(site, topics="[{name: New, aliases: [Old]}, {name: Other, slug: old}]")
    assert feed(site, "topics/old")["title"].startswith("Other")
    assert feed(site, "topics/new")["items"]


@pytest.mark.parametrize("kind", ["topics", "providers"])
def test_one_old_address_of_two_is_an_error(kind: str, site: Path, write_article: WriteArticle) -> None:
    """Two entries cannot both have been what one alias names; both are told, and nothing is written."""
    write_article("a.md")
    registry = "[{name: A, aliases: [Old]}, {name: B, aliases: [old]}]"
    with pytest.raises(ConfigError) as caught:
        run(site, **{kind: registry})
    (problem,) = caught.value.problems
    assert str(problem).startswith(str(problem.path))
    assert "found an alias of 2 entries ('A', 'B'), all of which would have had old/" in str(problem)
    assert not (site / "feeds").exists()
