from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from syndicate import ArticleError, ConfigError, build, list_feeds, load_settings, read_articles, understand
from syndicate.index import Index
from syndicate.settings import Settings

NOW = datetime(2024, 6, 1, tzinfo=UTC)
LONG_AGO = 1_500_000_000_000_000_000
WriteArticle = Callable[..., Path]


def settings(site: Path) -> Settings:
    """The settings of the site."""
    return load_settings(site / "config" / "syndicate.yaml")


def add(site: Path, text: str) -> None:
    """Add lines to the configuration."""
    file = site / "config" / "syndicate.yaml"
    file.write_text(file.read_text() + text)


def run(site: Path, **options: Any) -> Any:
    """Build the site as of NOW."""
    return build(settings(site), **{"now": NOW, "jobs": 1, **options})


def tree(folder: Path) -> dict[str, tuple[bytes, int]]:
    """Every file below a folder, with its date on the disk; what SQLite keeps beside its file is its own."""
    return {
        str(file.relative_to(folder)): (file.read_bytes(), file.stat().st_mtime_ns)
        for file in folder.rglob("*")
        if file.is_file() and not file.name.endswith(("-wal", "-shm"))
    }


def age(site: Path) -> None:
    """Make the articles old enough that their size and date are believed."""
    for file in (site / "articles").rglob("*.md"):
        os.utime(file, ns=(LONG_AGO, LONG_AGO))


@pytest.fixture
def articles(site: Path, write_article: WriteArticle) -> Path:
    """A site of every kind of article."""
    write_article("a.md", title="a", topics="[One]", publishedDateTime="2024-01-01")
    write_article("b.md", title="b", topics="[One, Two]", publishedDateTime="2024-02-01", provider="P")
    write_article("draft.md", draft="true", topics="[Drafts]")
    write_article("removed.md", removed="true", topics="[Removed]")
    write_article("later.md", publishedDateTime="2024-07-01", topics="[Later]")
    write_article("broken.md", publishedDateTime="soon")
    age(site)
    return site


LOOKS: dict[str, Callable[[Path], object]] = {
    "list": lambda site: list_feeds(settings(site), now=NOW),
    "list later": lambda site: list_feeds(settings(site), now=datetime(2024, 8, 1, tzinfo=UTC)),
    "list drafts": lambda site: list_feeds(settings(site), now=NOW, include_unpublished=True),
    "understand": lambda site: understand(settings(site), str(site / "articles" / "a.md"), now=NOW),
    "understand drafts": lambda site: understand(
        settings(site), str(site / "articles" / "draft.md"), now=NOW, include_unpublished=True
    ),
    "read": lambda site: read_articles(settings(site)),
}


@pytest.mark.parametrize("look", LOOKS.values(), ids=LOOKS)
def test_looking_leaves_no_trace(look: Callable[[Path], object], articles: Path) -> None:
    """Where nothing was built yet, looking makes no file and no folder."""
    before = sorted(articles.rglob("*"))
    assert look(articles)
    assert sorted(articles.rglob("*")) == before


@pytest.mark.parametrize("look", LOOKS.values(), ids=LOOKS)
def test_looking_changes_nothing(
    look: Callable[[Path], object], articles: Path, write_article: WriteArticle
) -> None:
    """Looking, before an edit and after it, leaves all files as they are, and the next build its work."""
    run(articles)
    before = tree(articles)
    assert look(articles)
    assert tree(articles) == before
    write_article("a.md", title="A", topics="[Three]")
    (articles / "articles" / "b.md").unlink()
    add(articles, "feeds: {named: {x: {title: X}}}\n")
    age(articles)
    expected, before = run(articles, dry_run=True), tree(articles)
    assert look(articles)
    assert tree(articles) == before
    report = run(articles)
    assert report == msgspec.structs.replace(expected, dry_run=False)
    assert (report.files_read, report.articles_changed, len(report.changes.create)) == (1, 2, 6)


@pytest.mark.parametrize("built", [False, True])
@pytest.mark.parametrize(
    "options", [{}, {"include_unpublished": True}, {"now": datetime(2024, 8, 1, tzinfo=UTC)}], ids=str
)
def test_the_list_is_what_a_build_publishes(built: bool, options: dict[str, Any], articles: Path) -> None:
    """The feeds listed are those of a build at that instant, whatever was built before, in their order."""
    if built:
        run(articles)
    listed = list_feeds(settings(articles), **{"now": NOW, **options})
    assert tuple(listed) == run(articles, **options).feeds
    assert [feed.path for feed in listed] == sorted(feed.path for feed in listed)


def test_the_list_of_nothing(site: Path) -> None:
    """A site without articles has the feeds that stand without them."""
    add(site, "feeds: {named: {x: {title: X}}}\n")
    assert [(feed.path, feed.items) for feed in list_feeds(settings(site), now=NOW)] == [("all", 0), ("x", 0)]


@pytest.mark.parametrize("built", [False, True])
def test_feeds_with_too_few_are_not_listed(built: bool, articles: Path) -> None:
    """A topic below `min_items` has no feed, and is not listed."""
    add(articles, "feeds: {topics: {min_items: 2}}\n")
    if built:
        run(articles)
    paths = [feed.path for feed in list_feeds(settings(articles), now=NOW)]
    assert paths == ["all", "providers/p", "topics/one"]


# One article.


@pytest.mark.parametrize("built", [False, True])
@pytest.mark.parametrize(
    ("name", "options", "absence"),
    [
        ("a.md", {}, None),
        ("draft.md", {}, "unpublished"),
        ("draft.md", {"include_unpublished": True}, None),
        ("removed.md", {}, "removed"),
        ("removed.md", {"include_unpublished": True}, "removed"),
        ("later.md", {}, "not due"),
        ("later.md", {"now": datetime(2024, 7, 1, tzinfo=UTC)}, None),
        ("a.md", {"now": datetime(2023, 1, 1, tzinfo=UTC)}, "not due"),
    ],
)
def test_an_absence_has_its_reason(
    name: str, options: dict[str, Any], absence: str | None, built: bool, articles: Path
) -> None:
    """An article in no feed is told why, the strongest reason first; one that is in feeds is told which."""
    if built:
        run(articles)
    file = str(articles / "articles" / name)
    found = understand(settings(articles), file, **{"now": NOW, **options})
    assert found.absence == absence
    assert bool(found.places) == (absence is None)


def test_one_of_two_with_an_id_is_absent(site: Path, write_article: WriteArticle) -> None:
    """The file that gave way is told which one stays, and the one that stays is in the feeds."""
    for name in ("a.md", "sub/b.md"):
        write_article(name, id="same")
    lost, kept = (
        understand(settings(site), str(site / "articles" / name), now=NOW) for name in ("a.md", "sub/b.md")
    )
    assert (lost.absence, lost.places) == ("sub/b.md has the same id and stays in its place", ())
    assert (kept.absence, kept.places) == (None, (("all", 1, 50),))


def test_places_are_those_in_the_feeds(articles: Path, write_article: WriteArticle) -> None:
    """Each feed by its path, the place in it and its limit, beyond the limit too, by key."""
    add(articles, "feeds: {all: {limit: 1}, topics: {limit: none}, named: {x: {title: X, limit: 7}}}\n")
    found = understand(settings(articles), str(articles / "articles" / "a.md"), now=NOW)
    assert found.article.title == "a"
    assert found.places == (("all", 2, 1), ("x", 2, 7), ("topics/one", 2, None))


def test_a_kind_that_is_off_has_no_place(articles: Path) -> None:
    """Feeds that are switched off, or that the article is too old for, are not among its places."""
    add(articles, "feeds: {topics: false, named: {new: {title: New, where: {newer_than: 1d}}}}\n")
    found = understand(settings(articles), str(articles / "articles" / "b.md"), now=NOW)
    assert [path for path, _, _ in found.places] == ["all", "providers/p"]


@pytest.mark.parametrize("built", [False, True])
def test_the_file_is_as_it_is_now(built: bool, articles: Path, write_article: WriteArticle) -> None:
    """An edit since the last build counts: the article is shown as the next build will have it."""
    if built:
        run(articles)
    file = write_article("a.md", title="edited", topics="[New]")
    found = understand(settings(articles), str(file), now=NOW)
    assert found.article.title == "edited"
    assert [path for path, _, _ in found.places] == ["all", "topics/new"]


@pytest.mark.parametrize(
    ("path", "error", "expected"),
    [
        ("articles/none.md", ConfigError, "found no such file"),
        ("config/syndicate.yaml", ConfigError, "found a file that no source includes"),
        ("articles", ConfigError, "found a file that no source includes"),
        ("articles/broken.md", ArticleError, "publishedDateTime: found 'soon'"),
    ],
)
def test_what_cannot_be_understood_is_told(
    path: str, error: type[Exception], expected: str, articles: Path
) -> None:
    """A file that is no article, or one that cannot be used, is an error that says so."""
    with pytest.raises(error, match=expected):
        understand(settings(articles), str(articles / path), now=NOW)


def test_an_article_is_found_by_any_way_to_it(articles: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A relative path, one through `..` and one through a link name the same article."""
    (articles / "link").symlink_to(articles / "articles")
    monkeypatch.chdir(articles / "config")
    for file in ("../articles/a.md", "../link/a.md", str(articles / "articles" / ".." / "articles" / "a.md")):
        assert understand(settings(articles), file, now=NOW).article.title == "a"


def test_all_articles_are_read_whatever_they_are(articles: Path) -> None:
    """`read_articles` gives hidden ones too, in the order of their paths, and what is wrong with the rest."""
    found, failed = read_articles(settings(articles))
    assert [article.path for article in found] == ["a.md", "b.md", "draft.md", "later.md", "removed.md"]
    assert [error.problem.field for error in failed] == [("publishedDateTime",)]


@pytest.mark.parametrize("look", LOOKS.values(), ids=LOOKS)
def test_a_missing_source_is_told(look: Callable[[Path], object], articles: Path) -> None:
    """A source that is not there is an error of the configuration."""
    shutil.rmtree(articles / "articles")
    with pytest.raises(ConfigError):
        look(articles)


@pytest.mark.parametrize("name", ["list", "understand"])
def test_a_broken_index_does_not_keep_from_looking(name: str, articles: Path) -> None:
    """An index that cannot be used is left to the next build; looking does without it."""
    run(articles)
    (articles / ".syndicate" / "index.db").write_bytes(b"no database" * 1000)
    assert LOOKS[name](articles)
    assert (articles / ".syndicate" / "index.db").read_bytes() == b"no database" * 1000


def test_looking_goes_on_while_a_build_is_at_work(articles: Path) -> None:
    """While a run holds the index, looking sees the articles all the same."""
    run(articles)
    with Index.open(str(articles / ".syndicate" / "index.db")) as index:
        index.begin()
        assert list_feeds(settings(articles), now=NOW)[0].path == "all"
