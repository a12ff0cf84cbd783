"""What strangers write: each case of tests/data/hostile comes to what its table says, and harms nobody else.

All articles are built at once, with a neighbour that has no fault.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import feedparser
import pytest
from active import active_in_content, active_in_json, active_in_page, active_in_xml
from hostile import (
    ARTICLE_TABLES,
    NEIGHBOURS_FEEDS,
    Planted,
    cases_of,
    configured,
    expanded,
    plant,
    planted,
    seen,
    wanted,
)

from syndicate import Report, build, load_settings
from syndicate.article import Article
from syndicate.config import load_registries
from syndicate.errors import ConfigError
from syndicate.index import Index
from syndicate.places import index_path
from syndicate.render.html import source
from syndicate.workers import decode_article

# One worker builds the site, and all that look at it are there.
pytestmark = pytest.mark.xdist_group("hostile")

NOW = datetime(2025, 1, 1, tzinfo=UTC)
FILES = [file for table in ARTICLE_TABLES for file in planted(table)]
CASES = [file for file in FILES if "swept" not in file.expected]


class Built:
    """The site of all hostile articles, built, and what became of each."""

    def __init__(self, root: Path) -> None:
        self.root = root
        plant(root, FILES)
        (root / "beside").mkdir()
        (root / "beside" / "harmless.txt").write_text("as it was")
        self.settings = load_settings(root / "config" / "syndicate.yaml")
        self.before = dict(self.outside())
        self.report: Report = build(self.settings, now=NOW, jobs=1)
        self.failed = {problem.path: str(problem) for problem in self.report.failed}
        with Index.open(index_path(self.settings)) as index:
            articles = [decode_article(record) for _, record in index.all_records()]
        self.articles: dict[str, Article] = {article.path: article for article in articles}

    def outside(self) -> Iterator[tuple[str, Any]]:
        """Give every path that is not the output or the index, with what tells whether it changed."""
        for folder, names, files in os.walk(self.root):
            names[:] = [name for name in names if os.path.join(folder, name) not in self.ours]
            for name in (*names, *files):
                path = os.path.join(folder, name)
                status = os.lstat(path)
                yield path, (status.st_mode, status.st_size if name in files else 0, status.st_mtime_ns)

    @property
    def ours(self) -> tuple[str, str]:
        """The folders in which a build may write."""
        return str(self.root / "feeds"), str(self.root / ".syndicate")

    def outputs(self, *suffixes: str) -> list[Path]:
        """List the files of the output whose name ends in one of these."""
        return sorted(
            path
            for path in (self.root / "feeds").rglob("*")
            if path.name.endswith(suffixes) and path.is_file()
        )


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """All hostile articles, built once."""
    return Built(tmp_path_factory.mktemp("hostile"))


def test_the_table_is_what_it_says() -> None:
    """Every case has a name of its own, and there are no fewer than were promised."""
    names = [file.case for file in FILES]
    assert len(names) == len(set(names)) == len({file.path for file in FILES})
    assert len(names) + len(cases_of("config")) > 1_000


def outcome(case: Planted, built: Built) -> dict[str, Any]:
    """Tell what became of a case, in the words of its table."""
    path = str(built.root / "articles" / case.path)
    if path in built.failed:
        return {"failed": built.failed[path].removeprefix(path)}
    article = built.articles[case.path]
    return {
        "gives": seen(article),
        "notes": [str(note).removeprefix(path) for note in article.notes],
    }


def promised(case: Planted) -> dict[str, Any]:
    """Tell what its table promises."""
    if "failed" in case.expected:
        return {"failed": expanded(case.expected["failed"])}
    return {"gives": wanted(case), "notes": [expanded(note) for note in case.expected.get("notes", [])]}


@pytest.mark.parametrize("table", ARTICLE_TABLES)
def test_an_article_comes_to_what_its_table_says(table: str, built: Built) -> None:
    """It is published with what is left of it, or fails with line and field, what was found and expected."""
    cases = [case for case in CASES if case.case.startswith(f"{table}/")]
    found = {case.case: outcome(case, built) for case in cases}
    for case in cases:
        if "noted" in case.expected:  # Too many to be listed.
            assert len(found[case.case].pop("notes")) == case.expected["noted"]
            found[case.case]["notes"] = []
    wrong = {
        case.case: (found[case.case], promised(case)) for case in cases if found[case.case] != promised(case)
    }
    assert wrong == {}


def test_a_name_becomes_a_folder(built: Built) -> None:
    """The feed of a topic or provider stands where the table says, and shows the article."""
    named = [case for case in CASES if "folder" in case.expected]
    assert len(named) > 90
    for case in named:
        kind = "topics" if "topic_shown" in case.expected else "providers"
        folder = built.root / "feeds" / kind / expanded(case.expected["folder"])
        items = json.loads((folder / "feed.json").read_bytes())["items"]
        assert built.articles[case.path].id in [item["id"] for item in items], case.case


def test_every_article_is_accounted_for(built: Built) -> None:
    """Whatever was planted is published, hidden on purpose, merged, or failed: nothing is lost in silence."""
    report = built.report
    assert report.read == len(FILES) + 1
    hidden = report.unpublished + report.removed + report.not_due + len(report.merged)
    assert report.published + hidden + len(report.failed) == report.read
    shown = json.loads((built.root / "feeds" / "all" / "feed.json").read_bytes())["items"]
    assert len(shown) == report.published > 900


def test_the_neighbour_is_not_disturbed(built: Built, tmp_path: Path) -> None:
    """The feeds and pages that no hostile article is in are, byte for byte, those of a site without any."""
    plant(tmp_path, [])
    build(load_settings(tmp_path / "config" / "syndicate.yaml"), now=NOW, jobs=1)
    alone = {
        path.relative_to(tmp_path): path.read_bytes()
        for feed in NEIGHBOURS_FEEDS
        for path in (tmp_path / "feeds" / feed).rglob("*")
    }
    assert len(alone) == 5 * len(NEIGHBOURS_FEEDS)
    assert {path: (built.root / path).read_bytes() for path in alone} == alone


def test_nothing_leaves_the_output(built: Built) -> None:
    """Outside output and index nothing is made, changed or deleted; inside are plain files of plain names."""
    assert dict(built.outside()) == built.before
    for path in (built.root / "feeds").rglob("*"):
        assert not path.is_symlink()
        assert re.fullmatch(r"[a-z0-9_][a-z0-9._-]*", path.name) or path.name == ".syndicate-files"
        assert len(path.name) <= 253


def test_a_second_build_finds_nothing_to_do(built: Built) -> None:
    """However odd the articles, they are read as they were before: no file is written anew."""
    report = build(built.settings, now=NOW, jobs=1)
    assert (report.changes.create, report.changes.update, report.changes.delete) == ((), (), ())
    assert report.failed == built.report.failed


def complaints(case: dict[str, Any], folder: Path) -> list[str]:
    """Read a configuration in a folder of its own, and give all that is wrong with it."""
    folder.mkdir()
    config = configured(folder, case)
    before = sorted(folder.rglob("*"))
    found: list[str] = []
    # A path below where one is, is told from there: how long it is otherwise differs from machine to machine.
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        try:
            load_registries(load_settings(config))
        except ConfigError as error:
            found = [str(problem).replace(f"{folder}/", "") for problem in error.problems]
    assert sorted(folder.rglob("*")) == before
    return found


def test_a_configuration_is_told_all_that_is_wrong(tmp_path: Path) -> None:
    """Every mistake has its file, line and dotted path; none ends in a traceback, and nothing is made."""
    cases = cases_of("config")
    found = {case["name"]: complaints(case, tmp_path / case["name"]) for case in cases}
    assert not [line for lines in found.values() for line in lines if not line.isprintable()]
    assert found == {case["name"]: [expanded(each) for each in case.get("errors", [])] for case in cases}


# No active content, as parsers that know nothing of ours see it.


def test_no_feed_holds_anything_active(built: Built) -> None:
    """Every XML and JSON file parses; addresses are http or https; HTML in it neither runs nor loads."""
    texts: set[str] = set()
    found = {}
    for path in built.outputs(".xml", ".opml", ".json"):
        active, inside = (active_in_json if path.suffix == ".json" else active_in_xml)(path.read_bytes())
        found[path] = active
        texts.update(inside)
    assert len(found) > 600
    assert {path: active for path, active in found.items() if active} == {}
    assert len(texts) > 300
    assert [each for text in texts for each in active_in_content(text)] == []


def test_no_page_holds_anything_active(built: Built) -> None:
    """Every page has our own script and style sheet alone, and addresses that are http or https."""
    styles = frozenset([source("embed.css")])
    pages = built.outputs(".html")
    assert len(pages) > 300
    found = {path: active_in_page(path.read_text("utf-8"), frozenset(["page.js"]), styles) for path in pages}
    assert {path: active for path, active in found.items() if active} == {}


@pytest.mark.parametrize("name", ["rss.xml", "atom.xml"])
def test_a_reader_has_no_complaint(name: str, built: Built) -> None:
    """A known parser, feedparser, reads the feed of everything without a fault, and finds every article."""
    body = (built.root / "feeds" / "all" / name).read_bytes()
    parsed = feedparser.parse(body, sanitize_html=False, resolve_relative_uris=False)
    assert not parsed.bozo
    assert len(parsed.entries) == built.report.published
