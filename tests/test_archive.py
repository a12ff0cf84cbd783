"""Archives (RFC 5005 §4): nothing older than a window is out of reach, and what is closed stays as it is."""

from __future__ import annotations

import json
import os
import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from conftest import article_text
from lxml import etree
from test_schemas import CHECKS

from syndicate import ConfigError, Report, build, list_feeds, load_settings, rendering

NOW = datetime(2024, 6, 1, tzinfo=UTC)
SERVED = "https://site.example/feeds/"
ATOM = "{http://www.w3.org/2005/Atom}"
HISTORY = "{http://purl.org/syndication/history/1.0}"
NAMES = ("rss.xml", "atom.xml", "feed.json")
WriteArticle = Callable[..., Path]


def run(site: Path, more: str = "", **options: Any) -> Report:
    """Build the site as of NOW, with further lines of configuration."""
    file = site / "config" / "syndicate.yaml"
    if more:
        file.write_text(file.read_text() + more)
    return build(load_settings(file), **{"now": NOW, **options})


def write(site: Path, date: str, **fields: str) -> str:
    """Write an article of a date; its name and id are those of the date."""
    name = f"{date[:10]}-{date[11:].replace(':', '') or 'x'}"
    known = {"title": name, "publishedDateTime": date, "webUrl": f"https://site.example/{name}/"}
    (site / "articles" / f"{name}.md").write_text(article_text(**{**known, **fields}))
    return f"tag:site.example,2020:{name}"


class Page:
    """What one document says of its place, and the ids that it holds."""

    def __init__(self, site: Path, path: str) -> None:
        self.path = path
        body = (site / "feeds" / path).read_bytes()
        name = path.rpartition("/")[2]
        if name == "feed.json":
            known = json.loads(body)
            self.links = {"self": known["feed_url"]}
            if "next_url" in known:
                self.links["prev-archive"] = known["next_url"]
            self.ids = [item["id"] for item in known["items"]]
            self.id = None
            self.marked = None
            return
        root = etree.fromstring(body)
        top = root.find("channel") if name == "rss.xml" else root
        self.links = {link.get("rel"): link.get("href") for link in top.findall(f"{ATOM}link")}
        self.ids = [
            each.text for each in top.iterfind("item/guid" if name == "rss.xml" else f"{ATOM}entry/{ATOM}id")
        ]
        self.id = top.findtext(f"{ATOM}id")
        self.marked = top.find(f"{HISTORY}archive") is not None


def walk(site: Path, feed: str, name: str) -> Iterator[Page]:
    """Go from the document that readers subscribe to through the archive, as a reader does."""
    page = Page(site, f"{feed}/{name}")
    yield page
    while url := page.links.get("prev-archive"):
        assert url.startswith(SERVED)
        page = Page(site, url.removeprefix(SERVED))
        yield page


def archived(site: Path) -> set[str]:
    """The folders of all archives' documents."""
    return {
        str(path.parent.relative_to(site / "feeds")) for path in (site / "feeds").rglob("archive/*/rss.xml")
    }


def stamps(site: Path) -> dict[str, tuple[bytes, int]]:
    """The bytes and the time of each file of an archive."""
    files = [path for path in (site / "feeds").rglob("archive/*/*") if path.is_file()]
    return {
        str(path.relative_to(site / "feeds")): (path.read_bytes(), path.stat().st_mtime_ns) for path in files
    }


@pytest.fixture
def years(site: Path) -> Path:
    """A site of five articles, of three years, with a window of two."""
    for date in ("2022-05-01", "2022-11-01", "2023-02-03", "2024-01-05", "2024-03-05"):
        write(site, date, topics="[AI]")
    run(site, "feeds: {all: {limit: 2, archive: year}, topics: false, named: {n: {title: N, limit: none}}}\n")
    return site


def test_a_feed_that_fits_its_window_has_no_archive(site: Path) -> None:
    """Where every article is in the window, there is nothing to archive and nothing to link to."""
    write(site, "2022-05-01")
    write(site, "2023-05-01")
    run(site, "feeds: {all: {limit: 2}}\n")
    assert archived(site) == set()
    for name in NAMES:
        assert set(Page(site, f"all/{name}").links) <= {"self", "alternate"}
        assert b"history" not in (site / "feeds" / "all" / name).read_bytes()


def test_every_period_with_an_article_has_a_document(years: Path) -> None:
    """A feed beyond its window has a document for each year in which it has an article, with all of them."""
    assert archived(years) == {f"all/archive/{year}" for year in (2022, 2023, 2024)}
    for name in NAMES:
        held = {page.path: len(page.ids) for page in walk(years, "all", name)}
        assert list(held.items()) == [
            (f"all/{name}", 2),
            (f"all/archive/2024/{name}", 2),
            (f"all/archive/2023/{name}", 1),
            (f"all/archive/2022/{name}", 2),
        ]


@pytest.mark.parametrize("name", ["rss.xml", "atom.xml"])
def test_the_links_are_those_of_rfc_5005(years: Path, name: str) -> None:
    """An archive document is marked as one, links both ways and to the feed; the feed to the newest one."""
    feed, newest, middle, oldest = walk(years, "all", name)
    at = f"{SERVED}all/{name}"
    archive = f"{SERVED}all/archive"

    def links(page: Page) -> dict[str, str]:
        return {rel: url for rel, url in page.links.items() if rel != "alternate"}

    assert links(feed) == {"self": at, "prev-archive": f"{archive}/2024/{name}"}
    assert links(newest) == {
        "self": f"{archive}/2024/{name}",
        "current": at,
        "prev-archive": f"{archive}/2023/{name}",
    }
    assert links(middle) == {
        "self": f"{archive}/2023/{name}",
        "current": at,
        "prev-archive": f"{archive}/2022/{name}",
        "next-archive": f"{archive}/2024/{name}",
    }
    assert links(oldest) == {
        "self": f"{archive}/2022/{name}",
        "current": at,
        "next-archive": f"{archive}/2023/{name}",
    }
    assert [page.marked for page in (feed, newest, middle, oldest)] == [False, True, True, True]


@pytest.mark.parametrize("name", NAMES)
def test_every_document_of_an_archive_is_valid(years: Path, name: str) -> None:
    """The links and marks of an archive are valid by the grammar of each format."""
    pages = list(walk(years, "all", name))
    assert len(pages) == 4
    for page in pages:
        CHECKS[name]((years / "feeds" / page.path).read_bytes(), page.path)


def test_a_feed_and_its_archive_are_one_feed(years: Path) -> None:
    """All documents of a feed have its id and its title; the date is that of what each one shows."""
    pages = list(walk(years, "all", "atom.xml"))
    assert {page.id for page in pages} == {"tag:site.example,2020:all/"}
    roots = [etree.parse(str(years / "feeds" / page.path)).getroot() for page in pages]
    assert {root.findtext(f"{ATOM}title") for root in roots} == {"The Site"}
    assert [root.findtext(f"{ATOM}updated")[:10] for root in roots] == [
        "2024-03-05",
        "2024-03-05",
        "2023-02-03",
        "2022-11-01",
    ]


CONFIGURATION = """
feeds:
  all: {limit: 7}
  topics: {limit: 3, include_children: true, registry: topics.yaml}
  providers: {limit: 1, archive: month, min_items: 2}
  named:
    late: {title: Late, limit: 2, where: {newer_than: 2y, topic: [AI]}}
    none: {title: None, limit: none}
    few: {title: Few, limit: 1, archive: month}
"""


@pytest.mark.parametrize("zone", ["UTC", "America/New_York"])
def test_following_the_links_yields_every_article_once(site: Path, zone: str) -> None:
    """From any feed, in any format, the links give all its articles, and no period gives one twice."""
    chance = random.Random(5005)
    (site / "config" / "topics.yaml").write_text("[{name: AI, parent: Data}, {name: Old}]")
    expected: dict[str, set[str]] = {}
    for hours in chance.sample(range(1, 24 * 1500), 90):
        published = NOW - timedelta(hours=hours)
        topics = chance.sample(["AI", "Data", "Maps"], chance.randrange(3))
        provider = chance.choice(["a.example", "b.example", "c.example"])
        fields = {"topics": f"[{', '.join(topics)}]", "provider": f"{{name: P, domain: {provider}}}"}
        id_ = write(site, f"{published:%Y-%m-%dT%H:%M:%SZ}", **fields)
        feeds = {"all", "none", "few", f"providers/{provider}"}
        feeds |= {f"topics/{name.lower()}" for name in topics}
        if "AI" in topics:
            feeds.add("topics/data")
            if published > NOW - timedelta(days=730):
                feeds.add("late")
        for feed in feeds:
            expected.setdefault(feed, set()).add(id_)
    file = site / "config" / "syndicate.yaml"
    file.write_text(file.read_text().replace("site:", f"site:\n  time_zone: {zone}", 1))
    report = run(site, CONFIGURATION)
    assert {feed.path for feed in report.feeds} == {*expected, "topics/old"}
    assert len(archived(site)) > 100
    for feed, ids in expected.items():
        for name in NAMES:
            first, *archive = walk(site, feed, name)
            found = [id_ for page in archive for id_ in page.ids]
            assert set(first.ids).union(found) == ids
            assert len(found) == len(set(found)), "no period holds what another one holds"
            assert not archive or set(found) == ids
    linked = {page.path for feed in expected for name in NAMES for page in walk(site, feed, name)}
    assert {f"{folder}/{name}" for folder in archived(site) for name in NAMES} <= linked


def test_a_newer_article_leaves_closed_periods_alone(years: Path) -> None:
    """Neither bytes nor times of a closed period change when newer articles come, however many."""
    before = stamps(years)
    for day in range(10, 20):
        write(years, f"2024-04-{day}")
        run(years)
    after = stamps(years)
    assert {path for path, stamp in after.items() if before[path] != stamp} == {
        f"all/archive/2024/{name}" for name in NAMES
    }


def test_a_period_closes_when_a_later_one_begins(years: Path) -> None:
    """The first article of a new year gives the last one its link to it, and then never touches it again."""
    before = stamps(years)
    write(years, "2025-01-01T08:00:00Z")
    later = {"now": NOW + timedelta(days=365)}
    report = run(years, **later)
    # JSON Feed has no link to what is newer.
    closed = {f"all/archive/2024/{name}" for name in NAMES[:2]}
    assert {path for path in report.changes.write if "/archive/" in path} == closed | {
        f"all/archive/2025/{name}" for name in NAMES
    }
    between = stamps(years)
    assert between.items() >= {path: stamp for path, stamp in before.items() if path not in closed}.items()
    assert Page(years, "all/archive/2024/atom.xml").links["next-archive"].endswith("/2025/atom.xml")
    write(years, "2025-02-01")
    report = run(years, **later)
    assert {path for path in report.changes.write if "/archive/" in path} == {
        f"all/archive/2025/{name}" for name in NAMES
    }


def test_an_edit_writes_the_period_of_the_article_alone(years: Path) -> None:
    """What readers see of an old article changes its own period, whatever else there is."""
    write(years, "2022-05-01", title="Edited", topics="[AI]")
    assert {path for path in run(years).changes.write if path.startswith("all/")} == {
        f"all/archive/2022/{name}" for name in NAMES
    }


def test_a_moved_date_writes_the_periods_before_and_after(years: Path) -> None:
    """An article that is published in another year leaves one period and enters the other."""
    write(years, "2022-05-01", publishedDateTime="2023-05-01")
    assert {path for path in run(years).changes.write if path.startswith("all/")} == {
        f"all/archive/{year}/{name}" for year in (2022, 2023) for name in NAMES
    }


def test_only_what_changed_is_rendered(years: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A changed article has the items of its window and its own period rendered, not the whole archive."""
    from syndicate import rendering

    rendered = 0
    original = rendering.render_batch

    def counting(description: Any, records: Any, heads: Any, formats: Any) -> Any:
        nonlocal rendered
        rendered += len(records)
        return original(description, records, heads, formats)

    monkeypatch.setattr(rendering, "render_batch", counting)
    (years / "config" / "syndicate.yaml").write_text(
        (years / "config" / "syndicate.yaml").read_text().replace(", named: {n: {title: N, limit: none}}", "")
    )
    run(years, jobs=1)
    assert rendered == 5
    write(years, "2023-02-03", title="Edited")
    run(years, jobs=1)
    assert rendered == 5 + 3, "the window of two, and what else is of 2023"


def test_a_vanishing_period_mends_the_links_around_it(years: Path) -> None:
    """With its last article a period's files go, and its neighbours link to each other."""
    (years / "articles" / "2023-02-03-x.md").unlink()
    report = run(years)
    assert {path for path in report.changes.delete if path.startswith("all/")} == {
        f"all/archive/2023/{name}" for name in NAMES
    }
    neighbours = {f"all/archive/2024/{name}" for name in NAMES}
    neighbours |= {f"all/archive/2022/{name}" for name in NAMES[:2]}
    assert {path for path in report.changes.write if path.startswith("all/")} == neighbours
    assert [page.path for page in walk(years, "all", "rss.xml")][1:] == [
        "all/archive/2024/rss.xml",
        "all/archive/2022/rss.xml",
    ]


def test_an_archive_goes_when_everything_fits_again(years: Path) -> None:
    """With as many articles as the window holds there is no archive, and no file of one is left."""
    for name in ("2022-05-01-x", "2022-11-01-x", "2023-02-03-x"):
        (years / "articles" / f"{name}.md").unlink()
    run(years)
    assert archived(years) == set()
    assert not (years / "feeds" / "all" / "archive").exists()
    assert len(list(walk(years, "all", "feed.json"))) == 1


@pytest.mark.parametrize("how", ["unlink", "alter"])
def test_a_file_of_an_archive_that_was_altered_is_mended(years: Path, how: str) -> None:
    """A lost or altered file of an archive is written again, and nothing else is."""
    path = years / "feeds" / "all" / "archive" / "2023" / "atom.xml"
    good = path.read_bytes()
    path.unlink()
    if how == "alter":
        path.write_bytes(good + b" ")
    report = run(years)
    assert report.changes.write == ("all/archive/2023/atom.xml",)
    assert [(feed.path, feed.reason) for feed in report.changed_feeds] == [
        ("all", "its files are missing or were altered")
    ]
    assert path.read_bytes() == good


def test_a_name_reaches_every_period_that_shows_it(site: Path) -> None:
    """A new spelling of a topic by its newest article changes all items that show it, old ones, too."""
    for date in ("2021-05-01", "2022-05-01", "2023-05-01"):
        write(site, date, topics="[open data]" if date < "2023" else "[]")
    run(site, "feeds: {all: {limit: 1, archive: year}, topics: false}\n")
    write(site, "2024-05-01", topics="[Open Data]")
    written = {path for path in run(site).changes.write if path.endswith(".json")}
    years = (2021, 2022, 2024)
    assert written == {"all/feed.json", *(f"all/archive/{year}/feed.json" for year in years)}
    tags = [
        json.loads((site / "feeds" / f"all/archive/{year}/feed.json").read_text()) for year in (2021, 2022)
    ]
    assert {tag for feed in tags for item in feed["items"] for tag in item["tags"]} == {"Open Data"}


def test_what_became_due_enters_its_period(site: Path) -> None:
    """An article of the future is in no archive; when it is due, its period shows it."""
    ids = [write(site, date) for date in ("2024-01-01", "2024-02-01", "2024-06-02", "2024-06-03")]
    run(site, "feeds: {all: {limit: 1, archive: year}}\n")
    for day, due in ((0, 2), (1, 3), (2, 4), (0, 2)):
        run(site, now=NOW + timedelta(days=day))
        assert Page(site, "all/archive/2024/rss.xml").ids == ids[due - 1 :: -1]


def test_newer_than_decides_about_the_archive_too(site: Path) -> None:
    """What is too old for `newer_than` is no article of the feed: it leaves the archive as time passes."""
    for date in ("2024-03-01", "2024-04-15", "2024-05-01", "2024-05-30"):
        write(site, date)
    where = "{title: F, limit: 1, archive: month, where: {newer_than: 60d}}"
    run(site, f"feeds: {{all: {{archive: none}}, named: {{fresh: {where}}}}}\n")
    assert archived(site) == {"fresh/archive/2024-04", "fresh/archive/2024-05"}
    for day, left in ((0, 3), (14, 2), (0, 3)):
        write(site, "2024-04-28")
        run(site, now=NOW + timedelta(days=day))
        assert len(Page(site, "fresh/archive/2024-04/feed.json").ids) == left - 1, "the 15th is of April, too"
    (site / "articles" / "2024-04-28-x.md").unlink()
    run(site, now=NOW + timedelta(days=20))
    assert archived(site) == {"fresh/archive/2024-05"}
    run(site, now=NOW + timedelta(days=40))
    assert archived(site) == set()
    run(site)
    assert archived(site) == {"fresh/archive/2024-04", "fresh/archive/2024-05"}


def test_an_archive_shows_no_image_of_its_feed(site: Path) -> None:
    """The image of a provider is that of its newest article; a newer one does not change closed periods."""
    provider = "{{name: P, domain: p.example, images: [https://p.example/{}.png]}}"
    for date in ("2022-05-01", "2023-05-01"):
        write(site, date, provider=provider.format("a"))
    run(site, "feeds: {all: false, providers: {limit: 1}}\n")
    assert b"p.example/a.png" in (site / "feeds" / "providers" / "p.example" / "rss.xml").read_bytes()
    before = stamps(site)
    assert not [path for path, (body, _) in before.items() if b"p.example/a.png" in body]
    write(site, "2024-05-01", provider=provider.format("b"))
    run(site)
    assert b"p.example/b.png" in (site / "feeds" / "providers" / "p.example" / "rss.xml").read_bytes()
    oldest = {path: stamp for path, stamp in before.items() if "/2022/" in path}
    assert oldest.items() <= stamps(site).items()


def test_an_old_address_has_no_archive_of_its_own(site: Path) -> None:
    """The files at an old address lead to the archive of the feed, which stands once."""
    for date in ("2022-05-01", "2023-05-01"):
        write(site, date, topics="[Old]")
    (site / "config" / "topics.yaml").write_text("[{name: New, aliases: [Old]}]")
    run(site, "feeds: {all: false, topics: {limit: 1}}\n")
    assert archived(site) == {"topics/new/archive/2022", "topics/new/archive/2023"}
    for name in NAMES:
        assert [page.path for page in walk(site, "topics/old", name)][1:] == [
            f"topics/new/archive/{year}/{name}" for year in (2023, 2022)
        ]


def test_archives_are_counted_and_no_feeds(years: Path) -> None:
    """`list` and the report know one feed with three periods, and the summary says so."""
    report = run(years)
    settings = load_settings(years / "config" / "syndicate.yaml")
    assert [(feed.path, feed.archives) for feed in report.feeds] == [("all", 3), ("n", 0)]
    assert list_feeds(settings, now=NOW) == list(report.feeds)
    assert "2 feeds with 3 archived periods, files: 15 kept" in list(report.summary())


def test_a_run_without_a_change_looks_into_no_archive(years: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nothing changed, no period is looked for and none is rendered."""
    stamp = datetime(2024, 1, 1, tzinfo=UTC).timestamp()
    for path in (years / "articles").iterdir():
        os.utime(path, (stamp, stamp))
    run(years)

    def refuse(*_: Any) -> None:
        raise AssertionError("an archive was looked at")

    monkeypatch.setattr("syndicate.archive.Archive.update", refuse)
    monkeypatch.setattr("syndicate.archive.Archive.periods", refuse)
    assert not run(years).changes.write


def test_a_large_archive_is_rendered_past_the_memory(years: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Items that no longer fit into memory wait in a file, and come out as they went in."""
    before = stamps(years)
    monkeypatch.setattr("syndicate.rendering._IN_MEMORY", 100)
    monkeypatch.setattr("syndicate.rendering._ITEMS_PER_BATCH", 1)
    report = run(years, full=True)
    assert report.changes.write == ()
    assert stamps(years) == before


def test_what_is_not_shown_again_is_let_go_of(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without archives every window is known, and an item is kept from its first to its last one only."""
    for day in range(1, 7):
        write(site, f"2022-05-0{day}", topics="[AI]" if day % 2 else "[Maps]")
    shelves: list[rendering._Shelf] = []
    close = rendering._Shelf.close

    def closed(shelf: rendering._Shelf) -> None:
        shelves.append(shelf)
        close(shelf)

    monkeypatch.setattr(rendering._Shelf, "close", closed)
    run(site, "feeds: {all: {archive: none}, topics: {archive: none}, providers: {archive: none}}\n")
    (shelf,) = shelves
    assert shelf.shows is not None
    assert len(shelf.shows) == 6
    assert (shelf._items, shelf._size, shelf._file) == ({}, 0, None)


def test_the_kinds_have_defaults_of_their_own(site: Path) -> None:
    """Without a word about it, `all` is archived by months and every other feed by years."""
    for date in ("2022-05-01", "2022-06-01"):
        write(site, date, topics="[AI]", provider="{name: P, domain: p.example}")
    kinds = "topics: {limit: 1}, providers: {limit: 1}, named: {n: {title: N, limit: 1}}"
    run(site, f"feeds: {{all: {{limit: 1}}, {kinds}}}\n")
    assert archived(site) == {
        "all/archive/2022-05",
        "all/archive/2022-06",
        *(f"{feed}/archive/2022" for feed in ("topics/ai", "providers/p.example", "n")),
    }


def test_an_archive_is_by_month_or_by_year_or_none(site: Path) -> None:
    """Anything else is an error that says what there is."""
    write(site, "2022-05-01")
    with pytest.raises(ConfigError) as caught:
        run(site, "feeds: {all: {archive: week}}\n")
    (problem,) = caught.value.problems
    assert problem.field == ("feeds", "all", "archive")
    assert all(word in str(problem) for word in ("month", "year", "none"))


def test_hours_before_the_first_year_share_its_period(site: Path) -> None:
    """An instant that lies in no year of the site's zone is in the archive, too, once."""
    file = site / "config" / "syndicate.yaml"
    file.write_text(file.read_text().replace("site:", "site:\n  time_zone: America/New_York", 1))
    for date in ("0001-01-01T01:00:00Z", "0001-01-02T00:00:00Z", "2022-05-01T00:00:00Z"):
        write(site, date)
    run(site, "feeds: {all: {limit: 1, archive: year}}\n")
    assert archived(site) == {"all/archive/0001", "all/archive/2022"}
    assert len(Page(site, "all/archive/0001/feed.json").ids) == 2
