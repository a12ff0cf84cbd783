"""The real corpus of ../shared, from end to end: the counts, the promises, the bytes.

It belongs to its publisher and lies beside the project; where it is absent, everything here is skipped
by name. The corpus is unpacked once and built twice: by a pool, as it comes, and from a shuffled copy
by one process alone. Every document is parsed once.
"""

from __future__ import annotations

import json
import random
import re
import shutil
import tarfile
import warnings
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml
from lxml import etree
from test_schemas import check_atom, check_json, check_rss

from syndicate import Report, build, frontmatter, load_registries, load_settings, native
from syndicate.article import Article, Reading
from syndicate.border import parse_article
from syndicate.check import check_document
from syndicate.check.finding import Severity
from syndicate.fetching import LARGEST
from syndicate.linking import check_folder

with warnings.catch_warnings():
    # feedparser loads the deprecated module cgi on some versions of Python.
    warnings.simplefilter("ignore", DeprecationWarning)
    import feedparser

# One group: with pytest-xdist (--dist loadgroup) the corpus is built by one worker only.
pytestmark = [
    pytest.mark.corpus,
    pytest.mark.xdist_group("corpus"),
    # The builds start a pool; newer Pythons warn of forking beside threads, of which the runner has one.
    pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning"),
]

CORPUS = Path(__file__).parents[2] / "shared" / "corpus"
NOW = datetime(2022, 1, 1, tzinfo=UTC)
SITE = {
    "title": "Azure Every Day",
    "url": "https://everyday.cc/azure/",
    "feeds_url": "https://everyday.cc/azure/feeds/",
    "id": "everyday.cc,2019",
    "language": "en-us",
}
FORMATS = ("rss.xml", "atom.xml", "feed.json")
VOLATILE = {"heat", "quality", "iscached", "secured"}
ENTITY = re.compile(r"&#?\w+;")
SECURED = re.compile(rb'^secured: *"?([^"\s]+)', re.M)
CIPHERTEXT = re.compile(rb"[A-Za-z0-9+/]{24,}")
ATOM = "{http://www.w3.org/2005/Atom}"


class Built(NamedTuple):
    """A finished build: its report, its documents by path, and where they lie."""

    report: Report
    documents: dict[str, bytes]
    output: Path

    def of(self, output: str) -> dict[str, bytes]:
        """Give the documents of one format, by the path of their feed."""
        return {
            path.rpartition("/")[0]: body
            for path, body in self.documents.items()
            if path.endswith(f"/{output}")
        }


def present(name: str) -> Path:
    """Give a path of the corpus; the test is skipped where it is absent."""
    path = CORPUS / name
    if not path.exists():
        pytest.skip(f"../shared/corpus/{name} is not there")
    return path


def built(folder: Path, articles: Path, **keys: Any) -> Built:
    """Build articles into a folder; `keys` are what the configuration says beyond the site."""
    folder.mkdir(parents=True, exist_ok=True)
    source = {"path": str(articles), **keys.pop("source", {})}
    config = {"site": SITE, "sources": [source], "output": "out", **keys.pop("config", {})}
    (folder / "syndicate.yaml").write_text(json.dumps(config))
    report = build(load_settings(folder / "syndicate.yaml"), now=NOW, **keys)
    out = folder / "out"
    files = [path for path in sorted(out.rglob("*")) if path.name in FORMATS]
    return Built(report, {path.relative_to(out).as_posix(): path.read_bytes() for path in files}, out)


def news_config(azure: Path) -> dict[str, Any]:
    """Say how the news are built: nothing is limited, the registries are the corpus's own."""
    return {
        "feeds": {
            "all": {"limit": "none"},
            "topics": {"limit": "none", "registry": str(azure / "_data" / "topics")},
            "providers": {"registry": str(azure / "_data" / "organizations")},
        }
    }


@pytest.fixture(scope="module")
def azure(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The unpacked corpus."""
    archive = present("azure.tar.xz")
    folder = tmp_path_factory.mktemp("azure")
    with tarfile.open(archive) as tar:
        tar.extractall(folder, filter="data")
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def news(azure: Path, tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The news, built from where they were unpacked, by as many processes as there are processors."""
    return built(tmp_path_factory.mktemp("news"), azure / "_news", config=news_config(azure))


@pytest.fixture(scope="module")
def shuffled(azure: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Built]:
    """The news, built by one process from a copy in another order, spread over subfolders elsewhere."""
    copy = tmp_path_factory.mktemp("elsewhere") / "deep" / "copy"
    files = sorted((azure / "_news").glob("*.md"))
    chance = random.Random(20210829)
    chance.shuffle(files)
    for file in files:
        place = copy / chance.choice(("", "a", "b/c", "z z"))
        place.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, place / file.name)
    yield built(tmp_path_factory.mktemp("shuffled"), copy, config=news_config(azure), jobs=1)
    shutil.rmtree(copy)


@pytest.fixture(scope="module")
def feeds_json(news: Built) -> dict[str, Any]:
    """Every JSON Feed of the news, parsed."""
    return {path: json.loads(body) for path, body in news.of("feed.json").items()}


@pytest.fixture(scope="module")
def feeds_xml(news: Built) -> dict[tuple[str, str], Any]:
    """Every RSS and Atom feed of the news, as feedparser reads it, sanitising left out for its time."""
    return {
        (output, path): feedparser.parse(body, sanitize_html=False, resolve_relative_uris=False)
        for output in ("rss.xml", "atom.xml")
        for path, body in news.of(output).items()
    }


def test_every_article_is_accounted_for(news: Built) -> None:
    """4,958 articles are read: 624 published, 4,333 unpublished, 1 removed, none failed."""
    report = news.report
    assert report.failed == ()
    assert (report.read, report.published, report.unpublished, report.removed, report.not_due) == (
        4958,
        624,
        4333,
        1,
        0,
    )
    assert report.merged == ()


def test_topic_feeds_hold_what_they_should(news: Built, feeds_json: dict[str, Any]) -> None:
    """There are 20 topic feeds; without limits AI holds 63, IoT 38 and Blockchain 1, the root all."""
    topics = {feed.path: feed for feed in news.report.feeds if feed.kind == "topics"}
    assert len(topics) == 20
    assert topics["topics/azure"].items == 624
    wanted = {"AI": 63, "IoT": 38, "Blockchain": 1}
    titles = {f"{name} – Azure Every Day": count for name, count in wanted.items()}
    found = {feed.title: feed.items for feed in topics.values() if feed.title in titles}
    assert found == titles
    for path, feed in topics.items():
        assert len(feeds_json[path]["items"]) == feed.items


def test_all_is_newest_first(news: Built, feeds_json: dict[str, Any]) -> None:
    """The feed of everything holds 624 different items, newest first, those of one instant by id."""
    items = feeds_json["all"]["items"]
    keys = [(-datetime.fromisoformat(item["date_published"]).timestamp(), item["id"]) for item in items]
    assert len(set(keys)) == 624
    assert keys == sorted(keys)


def test_every_feed_is_newest_first_and_of_all(feeds_json: dict[str, Any]) -> None:
    """Every feed shows items as the feed of everything does, in the same order."""
    everything = feeds_json["all"]["items"]
    place = {item["id"]: number for number, item in enumerate(everything)}
    for path, feed in feeds_json.items():
        places = [place[item["id"]] for item in feed["items"]]
        assert places == sorted(places), path
        assert all(everything[number] == item for number, item in zip(places, feed["items"], strict=True))


def test_no_secured_value_is_published(azure: Path, news: Built) -> None:
    """No document holds a piece of any article's `secured` value."""
    values = [
        value for file in (azure / "_news").glob("*.md") for value in SECURED.findall(file.read_bytes())
    ]
    assert len(values) > 4900
    starts = {part[:24] for value in values for part in value.split(b";")[:1]}
    assert min(map(len, starts)) == 24
    runs = {run for body in news.documents.values() for run in CIPHERTEXT.findall(body)}
    found = {run for run in runs if any(run[place : place + 24] in starts for place in range(len(run) - 23))}
    assert found == set()


def test_no_volatile_field_is_published(news: Built, feeds_json: dict[str, Any]) -> None:
    """No element, attribute or member is called heat, quality, isCached or secured."""
    names: set[str] = set()
    for output in ("rss.xml", "atom.xml"):
        for body in news.of(output).values():
            for element in etree.fromstring(body).iter():
                names.add(etree.QName(element).localname.lower())
                names.update(etree.QName(name).localname.lower() for name in element.attrib)
    stack: list[Any] = list(feeds_json.values())
    while stack:
        value = stack.pop()
        if isinstance(value, dict):
            names.update(name.lower() for name in value)
            stack += value.values()
        elif isinstance(value, list):
            stack += value
    assert {"pubdate", "entry", "date_published"} < names
    assert not names & VOLATILE


def test_every_feed_parses_without_complaint(news: Built, feeds_xml: dict[tuple[str, str], Any]) -> None:
    """A parser reads every RSS and Atom feed without `bozo`, and finds its title, link and items."""
    empty = {feed.path for feed in news.report.feeds if not feed.items}
    assert len(empty) < 70, "those of providers that only the registry knows"
    assert len(feeds_xml) > 2 * 20
    for where, feed in feeds_xml.items():
        assert not feed.bozo, (where, feed.bozo_exception)
        assert feed.feed.title, where
        assert feed.feed.link == SITE["url"], where
        assert bool(feed.entries) == (where[1] not in empty), where
    assert len(feeds_xml["rss.xml", "all"].entries) == 624


def test_no_title_or_summary_holds_an_entity(
    feeds_xml: dict[tuple[str, str], Any], feeds_json: dict[str, Any]
) -> None:
    """Once parsed, no title or summary of any format still holds an HTML entity."""
    for (_, path), feed in feeds_xml.items():
        for entry in feed.entries:
            assert not ENTITY.search(entry.title), (path, entry.title)
            # An item without a summary is given its content by feedparser.
            if "content" not in entry or entry.summary != entry.content[0].value:
                assert not ENTITY.search(entry.summary), (path, entry.summary)
    for path, feed in feeds_json.items():
        for item in feed["items"]:
            assert not ENTITY.search(item["title"]), (path, item["title"])
            assert not ENTITY.search(item.get("summary", "")), (path, item["summary"])


def test_no_url_holds_an_entity(feeds_json: dict[str, Any]) -> None:
    """No address still holds an HTML entity either: `&#038;` in an image's was `&`."""
    items = feeds_json["all"]["items"]
    urls = {item["url"] for item in items}
    urls |= {each["url"] for item in items for each in item.get("attachments", [])}
    assert not [url for url in urls if ENTITY.search(url)]
    assert "https://venturebeat.com/wp-content/uploads/2016/11/Microsoft.jpg?w=1200&strip=all" in urls


def test_the_formats_agree(feeds_xml: dict[tuple[str, str], Any], feeds_json: dict[str, Any]) -> None:
    """Of every item, all formats give the same id, title, address and enclosures with their types."""
    for (output, path), feed in feeds_xml.items():
        found = [
            (entry.id, entry.title, entry.link, [(each.href, each.type) for each in entry.enclosures])
            for entry in feed.entries
        ]
        assert found == [
            (
                item["id"],
                item["title"],
                item["url"],
                [(each["url"], each["mime_type"]) for each in item.get("attachments", [])],
            )
            for item in feeds_json[path]["items"]
        ], (output, path)


def test_atom_is_valid(news: Built) -> None:
    """Every Atom feed of the corpus is valid by RFC 4287's grammar."""
    for path, body in news.of("atom.xml").items():
        check_atom(body, path)


def test_rss_is_valid(news: Built) -> None:
    """Every RSS feed of the corpus is valid by the RSS 2.0 schema."""
    for path, body in news.of("rss.xml").items():
        check_rss(body, path)


def test_json_is_valid(news: Built, feeds_json: dict[str, Any]) -> None:
    """Every JSON Feed of the corpus is valid: the feed of everything whole, the frame of each other one.

    Their items are those of the feed of everything, which another test here holds them to.
    """
    for path, body in news.of("feed.json").items():
        one = {**feeds_json[path], "items": feeds_json[path]["items"][:1]}
        check_json(body if path == "all" else json.dumps(one).encode(), path)


def test_shuffled_copies_give_the_same_bytes(news: Built, shuffled: Built) -> None:
    """Neither the order and folders of the files nor who reads and renders them reaches a byte."""
    assert list(news.documents) == list(shuffled.documents)
    differing = [path for path, body in news.documents.items() if shuffled.documents[path] != body]
    assert differing == []


def test_registries_are_read_as_they_are(azure: Path, news: Built, feeds_json: dict[str, Any]) -> None:
    """The folders of topics and organizations give names, slugs, domains and absolute images."""
    config = {"site": SITE, "sources": [{"path": str(azure / "_news")}], **news_config(azure)}
    file = azure / "registries.yaml"
    file.write_text(json.dumps(config))
    registries = load_registries(load_settings(file))
    assert (len(registries.topics.entries), len(registries.providers.entries)) == (20, 70)
    slugs = {
        yaml.safe_load(path.read_text("utf-8").rstrip("-\n"))["_id"]
        for path in (azure / "_data" / "topics").glob("*.yaml")
    }
    assert {feed.path.rpartition("/")[2] for feed in news.report.feeds if feed.kind == "topics"} == slugs
    journal = registries.providers.find("wsj.com")
    assert journal is not None
    assert journal.images[0].url == "https://everyday.cc/assets/images/organizations/wsj.com-50x50.jpg"
    feed = feeds_json["providers/wsj.com"]
    assert feed["title"] == f"{journal.name} – Azure Every Day"
    assert feed["icon"] == max(journal.images, key=lambda image: image.width or 0).url


def test_events_build(azure: Path, tmp_path: Path) -> None:
    """Events, with other names for title and date, build by naming these in the source's `fields`."""
    fields = {"title": ["name"], "publishedDateTime": ["startDateTime"]}
    config = {"feeds": {"all": {"limit": "none"}, "providers": "false"}}
    events = built(tmp_path, azure / "_events", source={"fields": fields}, config=config)
    assert (events.report.read, events.report.failed) == (72, ())
    items = json.loads(events.documents["all/feed.json"])["items"]
    assert len(items) == events.report.published > 60
    front = next((azure / "_events").glob("2020-08-11-*.md")).read_text("utf-8").split("---\n")[1]
    event = yaml.safe_load(front)
    found = {item["id"].rpartition(":")[2]: item for item in items}
    item = found["2020-08-11-azure-webinar-series-migrate-your-apps-and-sql-server-databases-to-azure"]
    assert item["title"] == event["name"]
    assert item["url"] == event["originalUrl"]
    assert datetime.fromisoformat(item["date_published"]) == event["startDateTime"]


def test_videos_build(azure: Path, tmp_path: Path) -> None:
    """Videos build; each frame becomes a player, and the frame itself goes nowhere."""
    config = {"feeds": {"all": {"limit": "none"}, "topics": "false", "providers": "false"}}
    videos = built(tmp_path, azure / "_learning" / "videos", config=config)
    report = videos.report
    assert (report.read, report.failed) == (631, ())
    assert report.published + report.removed + report.unpublished + len(report.merged) == 631
    sources = [path.read_text("utf-8") for path in (azure / "_learning" / "videos").glob("*.md")]
    frames = sum("<iframe" in source for source in sources)
    for name in ("all/rss.xml", "all/atom.xml"):
        assert videos.documents[name].count(b"<media:player ") == frames > 600
    assert not any(b"iframe" in body for body in videos.documents.values())


def test_the_seed_document(tmp_path: Path) -> None:
    """The seed: 1 image and 1 related link are enclosures, with their types, in each of three formats."""
    seed = built(tmp_path, present("seed"), include_unpublished=True)
    assert (seed.report.published, seed.report.failed) == (1, ())
    image = ("https://images.wsj.net/im-456678/social", "image/jpeg")
    related = (
        "https://finance.yahoo.com/news/chinese-professor-lands-3-4-170000404.html",
        "text/html",
    )
    item = etree.fromstring(seed.documents["all/rss.xml"]).find("channel/item")
    entry = etree.fromstring(seed.documents["all/atom.xml"]).find(f"{ATOM}entry")
    attachments = json.loads(seed.documents["all/feed.json"])["items"][0]["attachments"]
    links = [each for each in entry.findall(f"{ATOM}link") if each.get("rel") == "enclosure"]
    assert [(each.get("url"), each.get("type")) for each in item.findall("enclosure")] == [image, related]
    assert [(each.get("href"), each.get("type")) for each in links] == [image, related]
    assert [(each["url"], each["mime_type"]) for each in attachments] == [image, related]
    assert item.findtext("title") == "Chinese AI Giant SenseTime’s IPO Comes at a Bad Time"
    for path, body in seed.documents.items():
        assert b"b99uOsopW3nEX4UShQrWNUCF" not in body, path


def test_the_seed_document_is_unpublished(tmp_path: Path) -> None:
    """Without --include-unpublished the seed is in no feed."""
    seed = built(tmp_path, present("seed"))
    assert (seed.report.published, seed.report.unpublished) == (0, 1)
    assert not any(b"SenseTime" in body for body in seed.documents.values())


def test_no_document_breaks_a_rule(news: Built) -> None:
    """The check finds no error in the feed of everything, which shows every item, nor in the small ones."""
    wanted = {path: body for path, body in news.documents.items() if path[:4] == "all/" or len(body) < 60_000}
    errors = [
        str(finding)
        for path, body in wanted.items()
        for finding in check_document(body, document=path, now=NOW)
        if finding.rule.severity is Severity.ERROR
    ]
    assert len(wanted) > 100
    assert errors == []


def test_no_link_is_broken(news: Built) -> None:
    """What the files say of each other is so: feeds, formats, lists, sitemap, pages, snippets."""
    assert check_folder(str(news.output), called="out", largest=LARGEST, base=SITE["feeds_url"]) == ()


def test_nearly_all_news_are_plain(azure: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is read in one go is what the border reads of it, and few articles are left to that one."""
    reading = Reading(site_url="https://everyday.cc/azure/", site_id="everyday.cc,2020")
    left = []

    def noted(front: Any, body: str, **how: Any) -> Article:
        left.append(how["path"])
        return parse_article(front, body, **how)

    monkeypatch.setattr(native, "parse_article", noted)
    paths = sorted((azure / "_news").glob("*.md"))
    for path in paths:
        front, body = frontmatter.parse(path.read_text("utf-8"))
        how: dict[str, Any] = {"path": path.name, "reading": reading}
        assert native.to_article(front, body, **how) == parse_article(front, body, **how)
    assert len(paths) == 4958
    assert len(left) < 100
