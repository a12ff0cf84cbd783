"""The files in the root of the output: they speak of all feeds, and change when a line of theirs does."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import lxml.html
import msgspec
import pytest
from conftest import SITE, WriteArticle
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from syndicate import build, load_settings
from syndicate.dates import rfc822, rfc3339
from syndicate.errors import ConfigError
from syndicate.model import Catalogue, Entry
from syndicate.render import FILE_NAMES
from syndicate.render.opml import render_opml, render_outlines
from syndicate.render.sitemap import render_sitemaps
from syndicate.report import Report
from syndicate.settings import ROOT_FILES, parse_settings

NOW = datetime(2025, 1, 1, tzinfo=UTC)
URL = SITE["feeds_url"]
SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
SCHEMA = Path(__file__).parents[2] / "shared" / "schemas" / "opml-2.0.xsd"
ENTRY = Entry(
    path="topics/a",
    kind="topics",
    name="A",
    title="A – The Site",
    description="All about A",
    home_url="https://site.example/",
    items=3,
    updated=datetime(2024, 6, 18, tzinfo=UTC),
    formats=("rss", "atom", "json"),
)
CATALOGUE = Catalogue(
    title="The Site",
    description="About",
    home_url="https://site.example/",
    url=URL,
    language="en",
    updated=ENTRY.updated,
    entries=(ENTRY,),
)

Builder = Callable[..., Report]


@pytest.fixture
def built(site: Path, write_article: WriteArticle) -> Builder:
    """Build the test site, with pages, two articles and every kind of feed; further keys as YAML."""
    config = site / "config" / "syndicate.yaml"
    text = config.read_text().replace("pages: false", "pages: true")
    write_article("2024-01-02-a.md", topics="[AI, C++]", provider="{name: 'P & <Q>', domain: p.example}")
    write_article("2024-01-03-b.md", title="B", publishedDateTime="2024-01-03", topics="['日本', Data]")
    named = "feeds: {named: {empty: {title: 'None & <b>', where: {type: [none]}}}}\n"

    def builder(more: str = named, **options: Any) -> Report:
        config.write_text(text + more, encoding="utf-8")
        return build(load_settings(config), **{"now": NOW, **options})

    return builder


def read(site: Path, name: str) -> Any:
    """Parse a file of the root."""
    body = (site / "feeds" / name).read_bytes()
    if name.endswith(".json"):
        return json.loads(body)
    return lxml.html.fromstring(body.decode()) if name.endswith(".html") else etree.fromstring(body)


def root_files(site: Path) -> set[str]:
    """The files in the root of the output, but for our list of files."""
    return {path.name for path in (site / "feeds").iterdir() if path.is_file()} - {".syndicate-files"}


# Each feed once, everywhere.


@pytest.mark.parametrize(
    "more",
    [
        "feeds: {named: {empty: {title: 'None & <b>', where: {type: [none]}}}}\n",
        "formats: [atom]\n",
        "formats: [json]\nfeeds: {topics: false, all: {formats: [json, atom]}}\n",
        "feeds: {all: false, providers: false, topics: {min_items: 2}}\n",
        "feeds: {all: false, topics: false}\n",
    ],
)
def test_every_feed_is_listed_once(site: Path, built: Builder, more: str) -> None:
    """Catalogue, lists, index and sitemap name each feed of the report once, and no other."""
    feeds = {feed.path: feed for feed in built(more).feeds}
    page = read(site, "index.html")
    assert sorted(page.xpath("//@data-feed")) == sorted(feeds)
    machine = {each["path"]: each for each in read(site, "index.json")["feeds"]}
    assert len(read(site, "index.json")["feeds"]) == len(feeds)
    assert set(machine) == set(feeds)
    places = [each.findtext(f"{SITEMAP}loc") for each in read(site, "sitemap.xml")]
    assert sorted(places) == sorted([URL, *(f"{URL}{path}/" for path in feeds)])
    listed = read(site, "feeds.opml").xpath("//outline[@xmlUrl]") if feeds else []
    assert sorted(each.get("xmlUrl").rpartition("/")[0] for each in listed) == sorted(
        URL + path for path in feeds
    )
    for kind in ("topics", "providers"):
        of_kind = sorted(path for path, feed in feeds.items() if feed.kind == kind)
        assert (f"{kind}.opml" in root_files(site)) == bool(of_kind)
        if of_kind:
            urls = read(site, f"{kind}.opml").xpath("//outline/@xmlUrl")
            assert sorted(url.removeprefix(URL).rpartition("/")[0] for url in urls) == of_kind
    for path, feed in feeds.items():
        (row,) = page.xpath(f"//*[@data-feed='{path}']")
        links = [f"{path}/{FILE_NAMES[name]}" for name in ("page", *feed.formats)]
        assert row.xpath("a/@href") == links
        assert sorted(feed.files) == sorted([*links, f"{path}/{FILE_NAMES['embed']}"])
        assert row.xpath("a")[0].text == feed.name
        assert row.xpath("span")[0].text == f"{feed.items} item{'s' * (feed.items != 1)}"
        assert row.xpath("time/text()") == ([rfc3339(feed.updated)[:10]] if feed.items else [])
        said = machine[path]
        assert (said["title"], said["items"], said["kind"]) == (feed.title, feed.items, feed.kind)
        assert said["updated"] == rfc3339(feed.updated)
        assert said["urls"] == {name: f"{URL}{path}/{FILE_NAMES[name]}" for name in feed.formats}


def test_the_catalogue_is_grouped(site: Path, built: Builder) -> None:
    """Each kind has its heading, in the page and in the list of all; kinds without feeds have none."""
    built()
    headings = [" ".join(each.text_content().split()) for each in read(site, "index.html").xpath("//h2")]
    assert headings == ["Subscribe to all", "Everything", "Selected", "Topics 4", "Providers"]
    groups = read(site, "feeds.opml").xpath("body/outline/@text")
    assert groups == ["The Site", "Topics", "Providers"]
    built("feeds: {providers: false}\n")
    assert read(site, "feeds.opml").xpath("body/outline/@text") == ["The Site", "Topics"]


def test_a_list_prefers_what_most_readers_read(site: Path, built: Builder) -> None:
    """`xmlUrl` is the RSS where it is written, else Atom, else the JSON Feed."""
    for formats, name in (("[json, atom, rss]", "rss"), ("[json, atom]", "atom"), ("[json]", "json")):
        built(f"formats: {formats}\n")
        urls = read(site, "feeds.opml").xpath("//outline/@xmlUrl")
        assert {url.rpartition("/")[2] for url in urls} == {FILE_NAMES[name]}


def test_a_site_without_feeds_has_its_files(site: Path, built: Builder) -> None:
    """Where there is no feed the catalogue says so, and there is no list to subscribe to."""
    report = built("feeds: {all: false, topics: false, providers: false}\n")
    assert report.feeds == ()
    assert "There is no feed yet." in read(site, "index.html").text_content()
    assert not [name for name in root_files(site) if name.endswith(".opml")]
    assert not read(site, "index.html").xpath("//@href[contains(., 'opml')]")


def test_dates_come_from_the_feeds(site: Path, built: Builder) -> None:
    """No clock: the dates of lists, index and sitemap are those of the newest feed in them."""
    report = built(now=datetime(2031, 1, 1, tzinfo=UTC))
    newest = max(feed.updated for feed in report.feeds)
    assert read(site, "index.json")["updated"] == rfc3339(newest)
    assert read(site, "feeds.opml").findtext("head/dateModified") == rfc822(newest)
    dates = {
        each.findtext(f"{SITEMAP}loc"): each.findtext(f"{SITEMAP}lastmod")
        for each in read(site, "sitemap.xml")
    }
    assert dates[URL] == rfc3339(newest)
    assert all(dates[f"{URL}{feed.path}/"] == rfc3339(feed.updated) for feed in report.feeds)


# As the formats want them.

titles = st.one_of(
    st.sampled_from(['"><script>', "a & b", "&amp;amp;", "' x", "two\nlines", "]]>", "日本"]),
    st.text(st.characters(codec="utf-8", exclude_categories=["C"]), min_size=1),
).filter(lambda text: text.strip())


@given(title=titles, description=titles)
def test_a_hostile_title_stays_an_attribute(title: str, description: str) -> None:
    """A list is well-formed whatever the titles say, and says them."""
    entry = msgspec.structs.replace(ENTRY, title=title, description=description)
    catalogue = msgspec.structs.replace(CATALOGUE, entries=(entry,))
    document = render_opml("x.opml", title, [(title, [entry])], render_outlines(catalogue))
    group = etree.fromstring(document.body).find("body/outline")
    assert group.get("text") == " ".join(title.split())
    (outline,) = group
    assert outline.get("title") == outline.get("text") == " ".join(title.split())
    assert outline.get("description") == " ".join(description.split())
    assert len(outline.attrib) == 7


def test_the_lists_are_valid(site: Path, built: Builder) -> None:
    """Each list is OPML 2.0 by its schema."""
    if not SCHEMA.exists():
        pytest.skip("../shared/schemas/opml-2.0.xsd is not there")
    schema = etree.XMLSchema(etree.parse(str(SCHEMA)))
    built()
    for name in ("feeds.opml", "topics.opml", "providers.opml"):
        schema.assertValid(read(site, name))


def test_many_pages_make_an_index_of_sitemaps() -> None:
    """Beyond the limit of one sitemap there are several, and an index that names each with its date."""
    entries = tuple(msgspec.structs.replace(ENTRY, path=f"topics/{number}&") for number in range(5))
    catalogue = msgspec.structs.replace(CATALOGUE, entries=entries)
    assert [each.path for each in render_sitemaps(catalogue, most=6)] == ["sitemap.xml"]
    index, *parts = render_sitemaps(catalogue, most=2)
    assert [each.path for each in parts] == ["sitemap-1.xml", "sitemap-2.xml", "sitemap-3.xml"]
    named = [each.findtext(f"{SITEMAP}loc") for each in etree.fromstring(index.body)]
    assert named == [URL + each.path for each in parts]
    places = [place.findtext(f"{SITEMAP}loc") for each in parts for place in etree.fromstring(each.body)]
    assert places == [URL, *(f"{URL}{entry.path}/" for entry in entries)]


# Names.


def test_the_names_of_the_root_are_taken(site: Path, built: Builder) -> None:
    """What is written into the root is in the table of reserved names, and no feed can have such a name."""
    built()
    assert root_files(site) <= ROOT_FILES
    for name in (*sorted(ROOT_FILES), "sitemap-12.xml"):
        with pytest.raises(ConfigError) as caught:
            parse_settings(
                {
                    "site": SITE,
                    "sources": [{"path": "articles"}],
                    "feeds": {"named": {name: {"title": "T"}}},
                }
            )
        (problem,) = caught.value.problems
        assert "a name that no file of the output has" in str(problem)


# When they change.


def test_an_unchanged_site_renders_no_page(site: Path, built: Builder) -> None:
    """A second build writes nothing, and does not even load what pages are rendered with."""
    built()
    command = (
        "import sys; from syndicate import build, load_settings; from datetime import *;"
        "report = build(load_settings(sys.argv[1]), now=datetime(2025, 1, 1, tzinfo=UTC));"
        "print(report.changes.write, report.changes.delete, 'jinja2' in sys.modules)"
    )
    config = str(site / "config" / "syndicate.yaml")
    done = subprocess.run([sys.executable, "-c", command, config], capture_output=True, text=True, check=True)
    assert done.stdout.split("\n")[0] == "() () False"


def test_a_title_that_no_line_shows_leaves_the_root(
    site: Path, built: Builder, write_article: WriteArticle
) -> None:
    """An edit that changes no feed's line changes feeds and their pages, and no file of the root."""
    built()
    write_article(
        "2024-01-02-a.md",
        title="Another",
        topics="[AI, C++]",
        provider="{name: 'P & <Q>', domain: p.example}",
    )
    written = set(built().changes.write)
    assert "all/index.html" in written
    assert not written & root_files(site)


def test_a_new_article_changes_the_root(site: Path, built: Builder, write_article: WriteArticle) -> None:
    """One more item, or a new feed, is in the catalogue at once; the style sheets stay."""
    built()
    write_article("2024-02-02-c.md", publishedDateTime="2024-02-02", topics="[New]")
    plan = built().changes
    assert {"index.html", "index.json", "feeds.opml", "topics.opml", "sitemap.xml"} <= set(plan.write)
    assert not {"page.css", "page.js", "feed.css"} & set(plan.write)
    assert "topics/new" in read(site, "index.html").xpath("//@data-feed")


@pytest.mark.parametrize("name", ["index.html", "page.css", "feeds.opml", "all/index.html"])
def test_what_was_altered_comes_back(site: Path, built: Builder, name: str) -> None:
    """A file of the root, or a page, that is gone or was altered is as it was after the next build."""
    built()
    file = site / "feeds" / name
    body = file.read_bytes()
    file.unlink()
    assert built().changes.create == (name,)
    assert file.read_bytes() == body
    file.write_bytes(b"altered")
    assert built().changes.update == (name,)
    assert file.read_bytes() == body


def test_the_words_of_the_site_reach_the_root(site: Path, built: Builder) -> None:
    """A change of the configuration that no feed's line shows is in the catalogue all the same."""
    built()
    config = site / "config" / "syndicate.yaml"
    config.write_text(config.read_text().replace("site:\n", "site:\n  icon: https://site.example/i.png\n", 1))
    report = build(load_settings(config), now=NOW)
    assert "index.html" in report.changes.update
    assert read(site, "index.html").xpath("//img/@src") == ["https://site.example/i.png"]


def test_a_kind_that_goes_takes_its_list(site: Path, built: Builder) -> None:
    """A list without feeds is deleted, and the index of feeds goes with it."""
    built()
    report = built("feeds: {topics: false}\n")
    assert "topics.opml" in report.changes.delete
    assert "topics.opml" not in (site / "feeds" / "index.html").read_text("utf-8")


def test_the_root_is_no_feed(site: Path, built: Builder) -> None:
    """Neither the report of a build nor the list of feeds counts the root among the feeds."""
    from syndicate import list_feeds

    report = built()
    assert all(feed.path and feed.kind != "root" for feed in report.feeds)
    listed = list_feeds(load_settings(site / "config" / "syndicate.yaml"), now=NOW)
    assert tuple(listed) == report.feeds
