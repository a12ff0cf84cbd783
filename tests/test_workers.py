"""What a worker does: files become rows, records become items."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from threading import Barrier, BrokenBarrierError
from typing import Any

import pytest
from conftest import settings_of

from syndicate import load_settings, workers
from syndicate.config import load_registries
from syndicate.model import Enclosure, Item
from syndicate.registry import Registries
from syndicate.sources import scan_sources

WriteArticle = Callable[..., Path]


def test_a_worker_reads(site: Path, write_article: WriteArticle) -> None:
    """Each file becomes a row in its order: an article, a problem, or nothing where its bytes are known."""
    write_article("a.md", topics="[AI]", provider="{name: P, domain: p.example}", draft="true")
    write_article("b.md", title="''")
    write_article("c.md")
    settings = load_settings(site / "config" / "syndicate.yaml")
    files = scan_sources(settings)
    description = workers.describe(settings, load_registries(settings))
    rows = workers.read_rows(workers.read_batch(description, [(file, None) for file in files]))
    assert [(row.path, bool(row.article), bool(row.problem)) for row in rows] == [
        ("a.md", True, False),
        ("b.md", False, True),
        ("c.md", True, False),
    ]
    assert all(
        (row.size, row.mtime) == (file.size, file.mtime_ns) for row, file in zip(rows, files, strict=True)
    )
    article = rows[0].article
    assert article is not None
    assert (article.draft, article.removed) == (True, False)
    assert dict(article.members) == {"all/": False, "topics/ai": True, "providers/p.example": True}
    assert workers.decode_article(article.record).title == "A title"
    again = workers.read_rows(
        workers.read_batch(description, [(file, row.digest) for file, row in zip(files, rows, strict=True)])
    )
    assert not any(row.article or row.problem for row in again)
    assert [row.digest for row in again] == [row.digest for row in rows]


def test_a_file_that_went_is_left_to_the_next_run(site: Path, write_article: WriteArticle) -> None:
    """A file that goes between the scan and the reading has no row: it is neither broken nor known gone."""
    gone, stays = write_article("a.md"), write_article("b.md")
    settings = load_settings(site / "config" / "syndicate.yaml")
    files = scan_sources(settings)
    gone.unlink()
    description = workers.describe(settings, load_registries(settings))
    rows = workers.read_rows(workers.read_batch(description, [(file, None) for file in files]))
    assert [row.path for row in rows] == [stays.name]


@pytest.mark.parametrize(("fields", "alike"), [({}, True), ({"heat": 9}, True), ({"title": "B"}, False)])
def test_records_are_compared_as_readers_see_them(
    fields: dict[str, Any], alike: bool, site: Path, write_article: WriteArticle
) -> None:
    """Two records are alike where only filters see a difference, though their bytes differ."""
    settings = load_settings(site / "config" / "syndicate.yaml")
    description = workers.describe(settings, load_registries(settings))
    records = []
    for given in ({}, fields):
        write_article("a.md", **{"title": "A", "heat": 1, **given})
        files = [(file, None) for file in scan_sources(settings)]
        (row,) = workers.read_rows(workers.read_batch(description, files))
        assert row.article
        records.append(row.article.record)
    assert workers.records_alike(*records) is alike
    assert (records[0] == records[1]) is (not fields)


def test_a_description_makes_the_same_tools() -> None:
    """What a worker needs travels as bytes: names that were learnt, settings and registries."""
    settings = settings_of(content="card", feeds={"topics": {"title": "On {name}"}})
    description = workers.describe(settings, Registries(), {"topics/ai": "A. I."})
    tools = workers._tools(description)
    assert (tools.settings, tools.names.learnt) == (settings, {"topics/ai": "A. I."})
    assert tools.names.registries.topics.entries == ()
    assert workers.describe(settings, Registries(), {"topics/ai": "A. I."}) == description


@pytest.mark.parametrize("name", ["rss", "atom"])
def test_two_threads_render_at_once(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two items that are rendered at the same time do not get into each other."""
    renderer = import_module(f"syndicate.render.{name}")
    escaped, both = renderer.escaped, Barrier(2)

    def write_together(*arguments: Any, **attributes: Any) -> Any:
        # Wait until both threads are in the middle of an item, or one for a moment only.
        with suppress(BrokenBarrierError):
            both.wait(0.5)
        return escaped(*arguments, **attributes)

    items = [item(number) for number in range(2)]
    expected = [renderer.render_item(each) for each in items]
    monkeypatch.setattr(renderer, "escaped", write_together)
    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(renderer.render_item, items)) == expected


def item(number: int) -> Item:
    """An item with two things that our renderers add to it."""
    instant = datetime(2024, 1, 1 + number, tzinfo=UTC)
    return Item(
        id=f"tag:site.example,2020:{number}",
        permalink=f"https://site.example/{number}/",
        title=f"Item {number}",
        published=instant,
        updated=instant,
        related=(Enclosure(url=f"https://r.example/{number}", media_type="text/html"),),
    )


def test_a_worker_renders(site: Path, write_article: WriteArticle) -> None:
    """Items come in the formats asked for, in the order of the records; nothing is fine, too."""
    write_article("a.md", title="First")
    write_article("b.md", title="Second")
    settings = load_settings(site / "config" / "syndicate.yaml")
    description = workers.describe(settings, load_registries(settings))
    files = [(file, None) for file in scan_sources(settings)]
    rows = workers.read_rows(workers.read_batch(description, files))
    records = [row.article.record for row in rows if row.article]
    items, heads = workers.render_batch(description, records, [], ("json", "rss"))
    assert [[b"First" in each for each in item] for item in items] == [[True, True], [False, False]]
    assert items[0][0].startswith(b"{")
    assert items[0][1].startswith(b"<item>")
    assert heads == []
    assert workers.render_batch(description, [], [], ("rss",)) == ([], [])
