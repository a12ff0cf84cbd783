"""Agreement: whichever format a reader takes, and however it is parsed, it says the same."""

from __future__ import annotations

import calendar
import html
import json
import os
import shutil
import subprocess
import sys
import warnings
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from conftest import SITE, WriteArticle, article_text
from hypothesis import example, given, settings
from hypothesis import strategies as st
from lxml import etree

from syndicate import Feed, Item, Person, Term, build, load_settings, renderer
from syndicate.body import render_body
from syndicate.text import plain

with warnings.catch_warnings():
    # feedparser loads the deprecated module cgi on some versions of Python.
    warnings.simplefilter("ignore", DeprecationWarning)
    import feedparser

NOW = datetime(2025, 1, 1, tzinfo=UTC)
ATOM = "{http://www.w3.org/2005/Atom}"
CONTENT = "{http://purl.org/rss/1.0/modules/content/}"
MORE = "feeds: {all: {limit: none}}\n"

# Two share an instant, so that the tie-break shows; the titles name what is special.
ARTICLES: dict[str, dict[str, str]] = {
    "2024-01-01-plain.md": {"title": "Plain", "publishedDateTime": "2024-01-01T00:00:00Z"},
    "2024-01-01-same-instant.md": {"title": "At the same instant", "publishedDateTime": "2024-01-01"},
    "2024-01-02-everything.md": {
        "title": "Everything that an article can have",
        "excerpt": "'It says &quot;much&quot; &#8211; and R&amp;D, too.'",
        "publishedDateTime": "2024-01-02T03:04:05+02:00",
        "updatedDateTime": "2024-05-06T07:08:09Z",
        "topics": "[Harbour, C++, 気象]",
        "provider": "{name: News & Co., domain: News.Example, authors: [{name: Ann}, {name: Ben Ö}]}",
        "images": "[{url: /i/one.png?147, width: 10, height: 20, title: One}, https://x.example/two]",
        "related": "[{title: Near, webUrl: 'https://near.example/?a=1&b=2'}, https://far.example/]",
        "actions": "[{type: download, url: https://x.example/tool.zip, title: Tool}]",
        "featuredContent": "'<iframe src=\"https://video.example/1\"></iframe>'",
    },
    "2024-01-03-podcast.md": {
        "title": "A podcast",
        "excerpt": "Listen",
        "guid": "urn:example:podcast:1",
        "enclosures": "[{url: https://x.example/p.pdf}, {url: https://x.example/a.mp3, length: 5}]",
        "image": "https://x.example/cover.webp",
    },
    "2024-01-04-elsewhere.md": {
        "title": "Elsewhere – “quoted”",
        "webUrl": "'https://müller.example/grüße aus/?q=ä#ö'",
        "originalUrl": "https://original.example/",
    },
    "sub/folder/index.md": {"title": "An index", "excerpt": "In a folder"},
    "2024-01-05-body.html": {"title": "A body", "provider": "Somebody", "author": "Cleo"},
}
BODIES = {"2024-01-05-body.html": "<p>One <b>two</b> &amp; three</p>"}


@pytest.fixture
def varied(site: Path, write_article: WriteArticle) -> Path:
    """A site of articles that differ in all that a reader can see."""
    for name, fields in ARTICLES.items():
        write_article(name, BODIES.get(name, ""), **fields)
    return site


def documents(folder: Path) -> dict[str, bytes]:
    """Read every document of an output folder, by path."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.suffix in (".xml", ".json")
    }


def built(site: Path, more: str = MORE, **options: Any) -> dict[str, bytes]:
    """Build a site with more configuration: its documents by path."""
    config = site / "config" / "syndicate.yaml"
    config.write_text(config.read_text("utf-8") + more, encoding="utf-8")
    build(load_settings(config), now=NOW, **options)
    return documents(site / "feeds")


def instant(parsed: Any) -> datetime | None:
    """Turn what feedparser gives for a date into an instant."""
    return datetime.fromtimestamp(calendar.timegm(parsed), UTC) if parsed else None


def contents(entry: Any) -> list[str]:
    """Give the contents of an entry; feedparser takes the first one for the summary where that is missing."""
    return [each.value for each in dict.get(entry, "content", [])]


def summary(entry: Any, *, is_html: bool) -> str | None:
    """Give the summary of an entry as text."""
    said = entry.get("summary")
    if said is None or said in contents(entry):
        return None
    return html.unescape(said) if is_html else said


def xml_view(body: bytes) -> list[dict[str, Any]]:
    """Read an RSS or Atom feed as feedparser does, into terms that the formats share."""
    parsed = feedparser.parse(body, sanitize_html=False, resolve_relative_uris=False)
    assert not parsed.bozo, parsed.bozo_exception
    # A description of RSS is HTML, a summary of Atom says that it is plain.
    is_html = parsed.version == "rss20"
    return [
        {
            "id": entry.id,
            "title": entry.title,
            "link": entry.link,
            "published": instant(entry.published_parsed),
            # A plain lookup would answer for a missing `updated` with `published`, and warn.
            "updated": instant(dict.get(entry, "updated_parsed") or entry.published_parsed),
            "summary": summary(entry, is_html=is_html),
            "content": contents(entry),
            "tags": [tag.label or tag.term for tag in dict.get(entry, "tags", [])],
            "authors": [author.name for author in entry.authors],
            "enclosures": [(each.href, each.type) for each in entry.enclosures],
            "related": [link.href for link in entry.links if link.rel == "related"],
        }
        for entry in parsed.entries
    ]


def json_view(body: bytes) -> list[dict[str, Any]]:
    """Read a JSON Feed into the same terms; it has no relation for related links."""
    return [
        {
            "id": item["id"],
            "title": item["title"],
            "link": item["url"],
            "published": datetime.fromisoformat(item["date_published"]),
            "updated": datetime.fromisoformat(item.get("date_modified", item["date_published"])),
            "summary": item.get("summary"),
            "content": [item["content_html"]] if "content_html" in item else [],
            "tags": item.get("tags", []),
            "authors": [author["name"] for author in item["authors"]],
            "enclosures": [(each["url"], each["mime_type"]) for each in item.get("attachments", [])],
        }
        for item in json.loads(body)["items"]
    ]


@pytest.mark.parametrize("content", ["card", "summary"])
@pytest.mark.parametrize("enclosures", ["all", "first"])
def test_the_formats_agree(varied: Path, content: str, enclosures: str) -> None:
    """RSS, Atom and JSON say the same of every item, in the same order."""
    found = built(varied, f"{MORE}content: {content}\nrss_enclosures: {enclosures}\n")
    rss, atom = xml_view(found["all/rss.xml"]), xml_view(found["all/atom.xml"])
    wanted = json_view(found["all/feed.json"])
    assert len(wanted) == len(ARTICLES)
    assert rss == atom
    assert [{name: item[name] for name in wanted[0]} for item in atom] == wanted


def test_every_feed_agrees(varied: Path) -> None:
    """The documents of topics and providers agree too, and show items as the feed of everything does."""
    found = built(varied)
    everything = {item["id"]: item for item in json_view(found["all/feed.json"])}
    folders = {path.rpartition("/")[0] for path in found} - {"all"}
    assert len(folders) == 5
    for folder in folders:
        rss, atom = xml_view(found[f"{folder}/rss.xml"]), xml_view(found[f"{folder}/atom.xml"])
        assert rss == atom
        items = json_view(found[f"{folder}/feed.json"])
        assert [item["id"] for item in items] == [item["id"] for item in rss]
        assert all(everything[item["id"]] == item for item in items)


def test_the_values_are_those_of_the_article(varied: Path) -> None:
    """What the formats agree on is what the author wrote, cleaned."""
    items = {item["title"]: item for item in json_view(built(varied)["all/feed.json"])}
    item = items["Everything that an article can have"]
    assert item["id"] == "tag:site.example,2020:2024-01-02-everything"
    assert item["published"] == datetime(2024, 1, 2, 1, 4, 5, tzinfo=UTC)
    assert item["updated"] == datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC)
    assert item["summary"] == 'It says "much" – and R&D, too.'
    assert item["tags"] == ["Harbour", "C++", "気象"]
    assert item["authors"] == ["Ann", "Ben Ö", "News & Co."]
    assert item["enclosures"] == [
        ("https://site.example/i/one.png?147", "image/png"),
        ("https://x.example/two", "image/jpeg"),
        ("https://x.example/tool.zip", "application/zip"),
        ("https://near.example/?a=1&b=2", "text/html"),
        ("https://far.example/", "text/html"),
    ]
    podcast = items["A podcast"]
    assert podcast["id"] == "urn:example:podcast:1"
    assert podcast["enclosures"] == [
        ("https://x.example/a.mp3", "audio/mpeg"),
        ("https://x.example/cover.webp", "image/webp"),
        ("https://x.example/p.pdf", "application/pdf"),
    ]
    elsewhere = items["Elsewhere – “quoted”"]
    assert elsewhere["link"] == "https://xn--mller-kva.example/gr%C3%BC%C3%9Fe%20aus/?q=%C3%A4#%C3%B6"
    assert elsewhere["authors"] == ["The Site"]
    assert items["An index"]["id"] == "tag:site.example,2020:sub/folder"
    assert items["A body"]["content"] == ["<p>One <b>two</b> &amp; three</p>"]


def test_newest_first_then_by_id(varied: Path) -> None:
    """Items are ordered by date, newest first; those of one instant by id."""
    items = json_view(built(varied)["all/feed.json"])
    keys = [(-item["published"].timestamp(), item["id"]) for item in items]
    assert keys == sorted(keys)
    assert [item["title"] for item in items if item["published"] == datetime(2024, 1, 1, tzinfo=UTC)] == [
        "Plain",
        "At the same instant",
    ]


def test_feed_dates_are_of_the_newest_update(varied: Path) -> None:
    """A feed's date is the latest update among its items, in RSS as in Atom."""
    found = built(varied)
    latest = max(item["updated"] for item in json_view(found["all/feed.json"]))
    for name in ("rss", "atom"):
        assert instant(feedparser.parse(found[f"all/{name}.xml"]).feed.updated_parsed) == latest


@pytest.mark.parametrize("seed", range(6))
def test_permuted_articles_give_the_same_bytes(tmp_path: Path, seed: int) -> None:
    """The order in which files were made, and the order of folders, reaches no byte."""
    folders = []
    for number, rotation in enumerate((0, seed + 1)):
        folder = tmp_path / f"site {number}"
        (folder / "articles").mkdir(parents=True)
        names = list(ARTICLES)
        names = names[rotation:] + names[:rotation]
        for name in reversed(names) if seed % 2 else names:
            path = folder / "articles" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(article_text(BODIES.get(name, ""), **ARTICLES[name]), encoding="utf-8")
        config = {"site": SITE, "sources": [{"path": "articles"}], "output": "feeds"}
        (folder / "syndicate.yaml").write_text(json.dumps(config))
        build(load_settings(folder / "syndicate.yaml"), now=NOW)
        folders.append(documents(folder / "feeds"))
    assert folders[0] == folders[1]
    assert sum(path.endswith("/rss.xml") for path in folders[0]) == 6


def test_the_machine_reaches_no_byte(varied: Path) -> None:
    """Hash order, time zone and locale of the process change nothing: another one keeps every file."""
    found = built(varied)
    command = "import sys; from syndicate import build, load_settings; from datetime import *;"
    command += "print(build(load_settings(sys.argv[1]), now=datetime(2025, 1, 1, tzinfo=UTC)).changes)"
    for seed, zone, language in (("1", "Pacific/Kiritimati", "de_DE.UTF-8"), ("2", "America/Adak", "C")):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "TZ": zone, "LC_ALL": language}
        arguments = [sys.executable, "-c", command, str(varied / "config" / "syndicate.yaml")]
        said = subprocess.run(arguments, env=environment, check=True, capture_output=True, text=True).stdout
        assert "create=(), update=(), keep=('all/atom.xml'" in said
    assert documents(varied / "feeds") == found


# Any text at all.

# Pieces that one format or another gives a meaning, and characters that XML or UTF-8 cannot hold.
PIECES = [
    "]]>", "<![CDATA[", "</script>", "<script>", "<b>", "</title>", "<!--", "-->", "List<String>",
    "&amp;", "&#8217;", "&nbsp;", "&#0;", "&#xD800;", "&", "<", ">", '"', "'", "\r\n", "\t", "\u2028", " ",
    "\x00", "\x0b", "\x1f", "\x7f", "\x85", "\ud83d", "\ude00", "\ufffe", "\u202e", "😀", "a", "é", "ﷺ",
]  # fmt: skip
WILD = st.text(st.characters(), max_size=80) | st.lists(st.sampled_from(PIECES), max_size=12).map("".join)


def texts_of(body: bytes, name: str) -> dict[str, Any]:
    """Parse a feed of one item strictly: its title, summary, content, author and tag."""
    if name == "json":
        item = json.loads(body)["items"][0]
        author, tag = item["authors"][0]["name"], item["tags"][0]
        return {
            "title": item["title"],
            "summary": item.get("summary"),
            "content": item.get("content_html"),
            "author": author,
            "tag": tag,
        }
    root = etree.fromstring(body)
    if name == "atom":
        entry = root.find(f"{ATOM}entry")
        return {
            "title": entry.findtext(f"{ATOM}title"),
            "summary": entry.findtext(f"{ATOM}summary"),
            "content": entry.findtext(f"{ATOM}content"),
            "author": entry.findtext(f"{ATOM}author/{ATOM}name"),
            "tag": entry.find(f"{ATOM}category").get("label"),
        }
    item = root.find("channel/item")
    description = item.findtext("description")
    return {
        "title": item.findtext("title"),
        "summary": None if description is None else html.unescape(description),
        "content": item.findtext(f"{CONTENT}encoded"),
        "author": item.findtext("{http://purl.org/dc/elements/1.1/}creator"),
        "tag": item.findtext("category"),
    }


@given(title=WILD, excerpt=WILD, body=WILD)
@example(title="]]>", excerpt="</script>", body="<![CDATA[ & ]]>")
@example(title="\ud83d\ude00", excerpt="\ud83d", body="\x00&#0;")
@settings(deadline=None)
def test_any_text_says_the_same_everywhere(title: str, excerpt: str, body: str) -> None:
    """Any title, excerpt and body, once cleaned, are well-formed in every format and read the same."""
    title, excerpt = plain(title) or "Untitled", plain(excerpt)
    item = Item(
        id="tag:site.example,2020:any",
        title=title,
        permalink="https://site.example/",
        published=NOW,
        updated=NOW,
        summary=excerpt,
        content_html=render_body(body, markdown=True, base="https://site.example/"),
        authors=(Person(name=title),),
        terms=(Term(name=title, slug="any"),),
    )
    feed = Feed(
        id="tag:site.example,2020:all/",
        path="all",
        title=title,
        description=excerpt or title,
        home_url="https://site.example/",
        folder_url="https://site.example/feeds/all/",
        updated=NOW,
        language="en",
        authors=(Person(name=title),),
        items=(item,),
    )
    said = {
        "title": title,
        "summary": excerpt or None,
        "content": item.content_html,
        "author": title,
        "tag": title,
    }
    for name in ("rss", "atom", "json"):
        assert texts_of(renderer(name).document(feed).body, name) == said


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site whose one article is written anew for each example."""
    folder = tmp_path_factory.mktemp("any")
    (folder / "articles").mkdir()
    config = {"site": SITE, "sources": [{"path": "articles"}], "feeds": {"topics": "false"}}
    (folder / "syndicate.yaml").write_text(json.dumps(config))
    return folder


@given(title=WILD, excerpt=WILD, body=WILD.map(lambda text: text.encode("utf-8", "ignore").decode()))
@settings(deadline=None, max_examples=60)
def test_any_article_builds(scratch: Path, title: str, excerpt: str, body: str) -> None:
    """An article of any text costs at most itself: it is published, or named as failed (law 5)."""
    quoted = {"title": json.dumps(title), "excerpt": json.dumps(excerpt)}
    (scratch / "articles" / "2024-01-01-any.md").write_text(article_text(body, **quoted), encoding="utf-8")
    (scratch / "articles" / "2024-01-02-good.md").write_text(article_text(), encoding="utf-8")
    # An index would remember the example before: its last good version would stay published.
    shutil.rmtree(scratch / ".syndicate", ignore_errors=True)
    report = build(load_settings(scratch / "syndicate.yaml"), now=NOW)
    assert report.published + len(report.failed) == report.read == 2
    rss = xml_view((scratch / "feeds" / "all" / "rss.xml").read_bytes())
    assert "A title" in [item["title"] for item in rss]
    found = json_view((scratch / "feeds" / "all" / "feed.json").read_bytes())
    assert len(found) == len(rss) == report.published


# What once did not come out right.


@pytest.mark.parametrize("written", ["?a=1&amp;b=2", "?a=1&#038;b=2"])
def test_entities_in_a_url_are_decoded(site: Path, write_article: WriteArticle, written: str) -> None:
    """A URL that was escaped for HTML is shown as it is meant: `&amp;` in one is never part of it."""
    write_article("a.md", image=f'"https://x.example/i.png{written}"')
    item = json_view(built(site)["all/feed.json"])[0]
    assert item["enclosures"] == [("https://x.example/i.png?a=1&b=2", "image/png")]


@pytest.mark.parametrize("field", ["image", "webUrl", "related"])
def test_a_hostile_host_costs_one_value(site: Path, write_article: WriteArticle, field: str) -> None:
    """A control character in the zone of an IPv6 address costs that address, not the build (law 7)."""
    write_article("a.md", **{field: r'"http://[fe80::1%a\x01b]/x.png"'})
    write_article("b.md", title="Good")
    assert "Good" in [item["title"] for item in json_view(built(site)["all/feed.json"])]


@pytest.mark.parametrize("body", ["<p>a&#1;b</p>", "<p>a&#xFFFE;b</p>", '<img src="/i.png" alt="&#2;">'])
def test_a_control_character_by_reference(site: Path, write_article: WriteArticle, body: str) -> None:
    """A body that names a forbidden character by its number loses that character, nothing else (law 5)."""
    write_article("a.html", body, title="Hostile")
    write_article("b.md", title="Good")
    titles = [item["title"] for item in json_view(built(site)["all/feed.json"])]
    assert sorted(titles) == ["Good", "Hostile"]
