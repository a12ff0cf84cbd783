"""The landing page of a feed: what it says, what it may never become, how large it may be.

The pages are read with an HTML parser, not with ours: what comes out as text was written as text.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import lxml.html
import msgspec
import pytest
from conftest import SITE, article_text, settings_of
from hypothesis import given
from hypothesis import settings as with_settings
from hypothesis import strategies as st

from syndicate import build
from syndicate.model import Enclosure, Feed, Item, Person
from syndicate.render import renderer
from syndicate.render.page import MOST_BYTES, MOST_ITEMS
from syndicate.report import Report

NOW = datetime(2025, 1, 1, tzinfo=UTC)
DAY = datetime(2024, 6, 18, 5, tzinfo=UTC)
ITEM = Item(
    id="tag:site.example,2020:a",
    title="A title",
    permalink="https://site.example/a/",
    published=DAY,
    updated=DAY,
    authors=(Person(name="Somebody"), Person(name="A provider")),
)
FEED = Feed(
    id="tag:site.example,2020:topics/a/",
    path="topics/a",
    title="A – The Site",
    description="All about A",
    home_url="https://site.example/",
    folder_url="https://site.example/feeds/topics/a/",
    updated=DAY,
    language="pt-br",
    authors=(Person(name="The Site"),),
    formats=("rss", "atom", "json"),
    root="../../",
)
HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "</title><svg onload=alert(1)>",
    "{{ 7 * 7 }} {% raw %} ${7*7}",
    "&lt;b&gt; &amp;amp; &#60;",
    "<!-- --> ]]> <![CDATA[",
    "Größe 日本 \u202eevil",
]
words = st.one_of(st.sampled_from(HOSTILE), st.text(st.characters(codec="utf-8", exclude_categories=["C"])))
titles = words.map(lambda text: " ".join(text.split())).filter(bool)


def page(*items: Item, **changes: Any) -> Any:
    """Render a page and parse it."""
    feed = msgspec.structs.replace(FEED, items=items, **changes)
    return lxml.html.fromstring(renderer("page").document(feed).body.decode())


def texts(root: Any, path: str) -> list[str]:
    """The texts of the elements at a path, with blanks as a browser shows them."""
    return [" ".join(each.text_content().split()) for each in root.xpath(path)]


# What it says.


def test_an_item_is_shown_with_all_that_is_known_of_it() -> None:
    """Title, link, provider, date, excerpt, image with its size, related links."""
    image = Enclosure(url="https://i.example/a.jpg", media_type="image/jpeg", title="A", width=4, height=3)
    related = Enclosure(url="https://r.example/b/", media_type="text/html", title="B")
    (item,) = page(
        msgspec.structs.replace(ITEM, summary="In short.", enclosures=(image,), related=(related,))
    ).xpath("//ol/li/article")
    (link,) = item.xpath("h3/a")
    assert (link.text, link.get("href"), link.get("rel")) == ("A title", ITEM.permalink, "noopener")
    assert texts(item, "p") == ["A provider 18 June 2024", "In short."]
    assert item.xpath("p/time/@datetime") == ["2024-06-18T05:00:00Z"]
    (shown,) = item.xpath("img")
    wanted = {"src": image.url, "alt": "A", "width": "4", "height": "3", "loading": "lazy"}
    assert dict(shown.attrib) | wanted == dict(shown.attrib)
    assert [(a.text, a.get("href"), a.get("rel")) for a in item.xpath("ul/li/a")] == [
        ("B", related.url, "noopener")
    ]


def test_what_is_not_known_is_left_out() -> None:
    """An item of a title alone has neither image nor excerpt nor list."""
    (item,) = page(ITEM).xpath("//ol/li/article")
    assert [each.tag for each in item] == ["h3", "p"]


def test_an_image_without_words_of_its_own_is_decoration() -> None:
    """Without a title the image has an empty text, and without both sizes it claims none."""
    image = Enclosure(url="https://i.example/a.jpg", media_type="image/jpeg", width=4)
    (shown,) = page(msgspec.structs.replace(ITEM, enclosures=(image,))).xpath("//article/img")
    assert shown.get("alt") == ""
    assert "width" not in shown.attrib


@pytest.mark.parametrize("formats", [("rss", "atom", "json"), ("atom",), ("json", "rss")])
def test_each_format_has_a_link_and_a_button(formats: tuple[str, ...]) -> None:
    """Its file, its absolute address to copy, its alternate link; those that are not written have none."""
    files = {"rss": "rss.xml", "atom": "atom.xml", "json": "feed.json"}
    root = page(formats=formats)
    wanted = [files[name] for name in formats]
    assert root.xpath("//li[@data-format]/@data-format") == list(formats)
    assert root.xpath("//li[@data-format]/a/@href") == wanted
    assert root.xpath("//li[@data-format]/button/@data-copy") == [
        f"{FEED.folder_url}{each}" for each in wanted
    ]
    assert root.xpath("//link[@rel='alternate']/@href") == wanted
    assert all(FEED.title in title for title in root.xpath("//link[@rel='alternate']/@title"))


@pytest.mark.parametrize("formats", [("rss", "json"), ("rss",)])
def test_the_snippets_show_what_is_there(formats: tuple[str, ...]) -> None:
    """The component needs the JSON Feed; the frame is there without. What is copied is what is shown."""
    root = page(formats=formats, title='"A" & <B>')
    shown = [each.text_content() for each in root.xpath("//details//code")]
    assert root.xpath("//details//button/@data-copy") == shown
    assert root.xpath("//details//button/@data-snippet") == ["component", "frame"][-len(shown) :]
    assert len(shown) == len(formats)
    frame = lxml.html.fromstring(shown[-1])
    assert frame.get("src") == f"{FEED.folder_url}embed.html"
    assert frame.get("title") == '"A" & <B>'
    if "json" in formats:
        script, component = lxml.html.fragments_fromstring(shown[0])
        assert script.get("src") == "https://site.example/feeds/embed.js"
        assert component.get("src") == f"{FEED.folder_url}feed.json"


def test_what_others_read_of_the_page() -> None:
    """Its own address, its title and its words, for search engines and for those who share it."""
    root = page(icon="https://site.example/icon.png")
    said = dict(zip(root.xpath("//meta/@property"), root.xpath("//meta[@property]/@content"), strict=True))
    assert said == {
        "og:type": "website",
        "og:title": FEED.title,
        "og:description": FEED.description,
        "og:url": FEED.folder_url,
        "og:image": "https://site.example/icon.png",
    }
    assert root.xpath("//link[@rel='canonical']/@href") == [FEED.folder_url]
    assert root.findtext(".//title") == FEED.title


def test_an_empty_feed_has_a_page() -> None:
    """Where there is no item the list says so."""
    assert texts(page(), "//ol/li") == ["Nothing has been published here yet."]


# What it may never become.


@given(title=titles, summary=words, name=titles, address=words)
@with_settings(max_examples=60, deadline=None)
def test_hostile_texts_stay_text(title: str, summary: str, name: str, address: str) -> None:
    """Whatever an article says, the elements of the page are the same, and the text is the article's."""
    summary = " ".join(summary.split())[:300]
    image = Enclosure(url="https://i.example/a.jpg", media_type="image/jpeg", title=address)
    related = Enclosure(url="https://r.example/?a=1&b=%22%3E", media_type="text/html", title=name)
    item = msgspec.structs.replace(
        ITEM,
        title=title,
        summary=f"In short: {summary}",
        authors=(Person(name=name),),
        enclosures=(image,),
        related=(related,),
    )
    plain = msgspec.structs.replace(
        item,
        title="A",
        summary="B",
        authors=(Person(name="C"),),
        enclosures=(msgspec.structs.replace(image, title="D"),),
        related=(msgspec.structs.replace(related, title="E"),),
    )
    root = page(item, title=title, description=f"About {name}")
    tame = page(plain, title="T", description="D")
    assert [each.tag for each in root.iter()] == [each.tag for each in tame.iter()]
    assert root.xpath("//h3/a")[0].text_content() == title
    assert root.xpath("//h1")[0].text_content() == title
    assert root.xpath("//article/p/span")[0].text_content() == name
    assert root.xpath("//article/p")[1].text_content() == f"In short: {summary}"
    assert root.xpath("//article/img/@alt") == [address]
    assert root.xpath("//article//ul//a/@href") == [related.url]


def test_nothing_runs_but_our_own_script() -> None:
    """The policy forbids the rest, and there is no script, style or handler in the page itself."""
    root = page(ITEM)
    (policy,) = root.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
    rules = dict(each.split(" ", 1) for each in policy.split("; "))
    assert rules["default-src"] == "'none'"
    assert rules["script-src"] == rules["style-src"] == "'self'"
    assert root.xpath("//script/@src") == ["../../page.js"]
    assert not root.xpath("//script[text()] | //style | //@style | //iframe | //object | //form")
    assert not [name for each in root.iter() for name in each.attrib if name.startswith("on")]


# How large it may be.


def longest(number: int) -> Item:
    """An item as large as the border lets one be: long words, 180 related links, addresses of 8,000."""
    address = f"https://site.example/?{'&' * 8_000}"
    related = Enclosure(url=address, media_type="text/html", title="&" * 500)
    image = Enclosure(url=address, media_type="image/jpeg", title='"' * 500)
    return msgspec.structs.replace(
        ITEM,
        id=f"{ITEM.id}{number}",
        title="'" * 500,
        summary="& " * 2_500,
        permalink=address,
        authors=(Person(name="<" * 500),),
        enclosures=(image,) * 10,
        related=(related,) * 180,
    )


def ordinary(number: int, related: int) -> Item:
    """An item as it comes, with many related links."""
    links = [
        Enclosure(url=f"https://r.example/{each}", media_type="text/html", title=f"Link {each} " * 8)
        for each in range(related)
    ]
    return msgspec.structs.replace(ITEM, title=f"Item {number}", summary="Word " * 900, related=tuple(links))


@pytest.mark.parametrize(
    ("make", "least"), [(longest, 1), (partial(ordinary, related=180), MOST_ITEMS)], ids=["longest", "many"]
)
def test_a_page_is_below_100_kb(make: Callable[[int], Item], least: int) -> None:
    """However much the items hold, the page stays below 100 KB and shows the newest of them."""
    items = tuple(make(number) for number in range(100))
    feed = msgspec.structs.replace(FEED, items=items, description="Words " * 5_000)
    body = renderer("page").document(feed).body
    assert len(body) <= MOST_BYTES
    shown = lxml.html.fromstring(body.decode()).xpath("//ol/li//h3")
    assert least <= len(shown) <= MOST_ITEMS
    assert [each.text_content() for each in shown] == [item.title for item in items[: len(shown)]]


def test_what_is_cut_is_said() -> None:
    """Of many related links a few are shown, and how many more there are."""
    listed = texts(page(ordinary(1, 180)), "//article//ul/li")
    assert len(listed) == 6
    assert listed[-1] == "and 175 more in the feed"
    assert texts(page(ordinary(1, 5)), "//article//ul/li")[-1].startswith("Link 4")


# What everybody needs, whoever reads.


def checked(root: Any) -> None:
    """Check what a screen reader goes by: language, landmarks, headings, names, targets."""
    assert root.get("lang") == "en"
    assert len(root.xpath("//main")) == len(root.xpath("//h1")) == len(root.xpath("//body/header")) == 1
    levels = [int(each.tag[1]) for each in root.xpath("//h1|//h2|//h3|//h4")]
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    ids = root.xpath("//@id")
    assert len(ids) == len(set(ids))
    for name in ("aria-labelledby", "for"):
        assert set(root.xpath(f"//@{name}")) <= set(ids)
    (skip,) = root.xpath("//body/a[1]/@href")
    assert skip.removeprefix("#") in ids
    assert not root.xpath("//img[not(@alt)]")
    assert not [each for each in root.xpath("//button | //a") if not each.text_content().strip()]
    # Without a script nothing is shown that does nothing.
    assert not root.xpath("//button[not(@hidden)] | //input[not(ancestor::*[@hidden])]")


def test_a_page_is_fit_for_everybody() -> None:
    """One main part, one title, headings in order, each image and each control with its words."""
    image = Enclosure(url="https://i.example/a.jpg", media_type="image/jpeg")
    checked(page(msgspec.structs.replace(ITEM, enclosures=(image,)), icon="https://site.example/i.png"))
    checked(page())


# In a site.


@pytest.fixture
def varied(tmp_path: Path) -> Callable[..., Report]:
    """Build a site with every kind of feed, an empty one among them; further keys of its configuration."""
    folder = tmp_path / "articles"
    folder.mkdir()
    for number, title in enumerate(HOSTILE):
        text = article_text(
            title=repr(title).replace("\\u202e", ""),
            publishedDateTime=f"2024-01-{number + 1:02}",
            topics=f"[Topic {number % 3}, 'C++', {title!r}]",
            provider=f"{{name: {title!r}, domain: p{number % 2}.example}}",
            images="[{url: 'https://i.example/a.jpg'}]",
            related="[" + ", ".join(f"'https://r.example/{each}'" for each in range(number)) + "]",
        )
        (folder / f"2024-01-{number + 1:02}-a.md").write_text(text, encoding="utf-8")

    def built(**keys: Any) -> Report:
        named = {
            "empty": {"title": "Empty & <b>bare</b>", "where": {"type": ["none"]}},
            "some": {"title": "S"},
        }
        feeds = {"named": named, **keys.pop("feeds", {})}
        settings = settings_of(feeds=feeds, **keys)
        sources = (msgspec.structs.replace(settings.sources[0], path=str(folder)),)
        output = str(tmp_path / "feeds")
        return build(msgspec.structs.replace(settings, sources=sources, output=output), now=NOW)

    return built


def pages_in(folder: Path) -> dict[str, Any]:
    """Parse every page of an output folder, by its path."""
    return {
        path.relative_to(folder).as_posix(): lxml.html.fromstring(path.read_text("utf-8"))
        for path in sorted(folder.rglob("*.html"))
    }


@pytest.mark.parametrize("keys", [{}, {"formats": ["atom"]}, {"feeds": {"topics": "false", "all": "false"}}])
def test_every_link_leads_to_a_file(tmp_path: Path, varied: Callable[..., Report], keys: Any) -> None:
    """Links among our own files are relative and lead to files that are there; others are http or https."""
    report = varied(**keys)
    pages = pages_in(tmp_path / "feeds")
    names = ("index.html", "embed.html")
    assert set(pages) == {"index.html", *(f"{feed.path}/{name}" for feed in report.feeds for name in names)}
    for name, root in pages.items():
        if not name.endswith("embed.html"):
            checked(root)
        for link in root.xpath("//@href | //@src"):
            if re.match(r"https?://", link):
                continue
            target = urlsplit(urljoin(f"file:///{name}", link))
            assert target.scheme == "file", link
            assert (tmp_path / "feeds" / target.path.lstrip("/")).is_file(), f"{name}: {link}"
        for link in root.xpath("//a[starts-with(@href, 'http')]"):
            assert link.get("rel") == "noopener"
        assert not root.xpath("//body//script | //script[not(@src)]")


def test_what_is_to_be_copied_is_there(tmp_path: Path, varied: Callable[..., Report]) -> None:
    """Each address that a button copies is that of a file of ours, as it is served."""
    varied()
    copied = [
        each for root in pages_in(tmp_path / "feeds").values() for each in root.xpath("//li//@data-copy")
    ]
    assert copied
    for address in copied:
        assert address.startswith(SITE["feeds_url"])
        assert (tmp_path / "feeds" / address.removeprefix(SITE["feeds_url"])).is_file()


def test_xml_points_to_its_style_sheet(tmp_path: Path, varied: Callable[..., Report]) -> None:
    """RSS and Atom name the style sheet in the root, however deep they are; without pages they name none."""
    varied()
    output = tmp_path / "feeds"
    pattern = re.compile(rb'\A<\?xml [^?]*\?>\n<\?xml-stylesheet type="text/css" href="([^"]*)"\?>\n<')
    for path in [*output.rglob("rss.xml"), *output.rglob("atom.xml")]:
        match = pattern.match(path.read_bytes())
        assert match, path
        assert (path.parent / match[1].decode()).resolve() == (output / "feed.css").resolve()
    varied(pages="false")
    assert not [path for path in output.rglob("*.xml") if b"xml-stylesheet" in path.read_bytes()]


def test_without_pages_there_are_feeds_alone(tmp_path: Path, varied: Callable[..., Report]) -> None:
    """`pages: false` leaves the formats of the feeds; what was there of pages goes, and comes back."""
    before = varied()
    files = {path for feed in before.feeds for path in feed.files}
    report = varied(pages="false")
    there = {
        path.relative_to(tmp_path / "feeds").as_posix() for path in (tmp_path / "feeds").rglob("[!.]*.*")
    }
    assert {path for feed in report.feeds for path in feed.files} <= there
    assert {Path(path).name for feed in report.feeds for path in feed.files} == {
        "rss.xml",
        "atom.xml",
        "feed.json",
    }
    assert len([path for path in (tmp_path / "feeds").iterdir() if path.is_file()]) == 1
    again = varied()
    assert {path for feed in again.feeds for path in feed.files} == files
    assert set(again.changes.create) >= {path for path in files if path.endswith("index.html")}
