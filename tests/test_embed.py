"""The embeds without a browser: the page for an iframe as bytes, the element as source and as documented."""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_render import LEAD, RICH, feed_of, item_of

from syndicate import Enclosure, Feed, Person, renderer
from syndicate.render import embed
from syndicate.text import legal

ROOT = Path(__file__).parent.parent
SCRIPT = ROOT / "syndicate" / "assets" / "embed.js"
SOURCE = SCRIPT.read_text(encoding="utf-8")
PAGE = (ROOT / "docs" / "embedding.md").read_text(encoding="utf-8")
HOSTILE = "\"><img src=x onerror=alert(1)></title></style></script><script>alert(1)</script>&amp;'{{ 7*7 }}"


def document(feed: Feed) -> str:
    """Render a feed's page for an iframe."""
    return renderer("embed").document(feed).body.decode()


class Elements(HTMLParser):
    """Reads a page: its elements with their attributes, and its text by element."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[tuple[str, str]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element."""
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        """Note a text with the element that began last."""
        self.texts.append((self.found[-1][0] if self.found else "", data))

    def all(self, name: str) -> list[dict[str, str | None]]:
        """Give the attributes of the elements of a name."""
        return [attributes for tag, attributes in self.found if tag == name]


# The page for an iframe.


def test_an_item_shows_what_there_is() -> None:
    """Title, link, lead image, date, people and summary of an item are in the page."""
    page = Elements(document(feed_of(RICH)))
    assert page.all("img") == [{"src": LEAD.url, "alt": "The lead", "loading": "lazy", "decoding": "async"}]
    assert page.all("time") == [{"datetime": "2024-03-01T09:05:07Z"}]
    texts = [text for tag, text in page.texts if text.strip() and tag in ("a", "p", "time")]
    assert texts == ["The Site", "Subscribe", "One", "2024-03-01", " · Ann, Bob", "In short"]


def test_what_is_absent_leaves_nothing() -> None:
    """An item without image, people and summary has neither empty elements nor a dangling dot."""
    page = document(feed_of(item_of(summary="", authors=())))
    assert "<img" not in page
    assert "·" not in page
    assert "<p></p>" not in page


def test_the_policy_allows_this_style_sheet_and_images_alone() -> None:
    """The Content-Security-Policy names the digest of the style element's text, and no script."""
    html = document(feed_of(RICH))
    (meta,) = [each for each in Elements(html).all("meta") if each.get("http-equiv")]
    (style,) = re.findall("<style>(.*?)</style>", html, re.S)
    digest = b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert meta["http-equiv"] == "Content-Security-Policy"
    assert str(meta["content"]).split("; ") == [
        "default-src 'none'",
        f"style-src 'sha256-{digest}'",
        "img-src http: https:",
        "base-uri 'none'",
        "form-action 'none'",
    ]


@given(st.text().map(legal).filter(str.strip) | st.just(HOSTILE))
def test_no_text_becomes_markup(text: str) -> None:
    """Whatever a text of a feed or an item holds, the elements of the page are those without it."""
    plain, odd = (
        document(
            feed_of(
                item_of(
                    title=word,
                    summary=word,
                    authors=(Person(name=word),),
                    enclosures=(Enclosure(url=LEAD.url, media_type="image/png", title=word),),
                ),
                title=word,
            )
        )
        for word in ("word", text)
    )
    read = Elements(odd)
    assert [tag for tag, _ in read.found] == [tag for tag, _ in Elements(plain).found]
    assert [sorted(each) for _, each in read.found] == [sorted(each) for _, each in Elements(plain).found]


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "data:text/html,x", "//x.example/", "/x", "ftp://x.example/"]
)
def test_only_the_web_is_linked(url: str) -> None:
    """An address that is not http or https, however it came there, is neither a link nor an image."""
    image = Enclosure(url=url, media_type="image/png")
    page = Elements(document(feed_of(item_of(permalink=url, enclosures=(image,)), home_url=url)))
    assert [each["href"] for each in page.all("a")] == ["index.html"]
    assert page.all("img") == []


def test_every_link_leaves_the_frame() -> None:
    """A link opens a window of its own, without a way back to the page that embeds."""
    links = Elements(document(feed_of(RICH))).all("a")
    assert len(links) == 3
    assert {(each["target"], each["rel"]) for each in links} == {("_blank", "noopener")}


def test_nothing_comes_from_elsewhere() -> None:
    """The page loads nothing but the articles' images: no script, font, style sheet or frame."""
    page = Elements(document(feed_of(RICH)))
    assert not {tag for tag, _ in page.found} & {"script", "link", "iframe", "object", "video", "audio"}
    assert "url(" not in document(feed_of())
    assert [
        each for _, each in page.found if "style" in each or any(name.startswith("on") for name in each)
    ] == []


def test_it_stays_under_100_kb() -> None:
    """Ten items, each text as long as an article may make it and all of it escaped, are under 100 KB."""
    url = "https://site.example/?" + "&" * 8000
    short = url[:2000]
    people = tuple(Person(name="&" * 5000) for _ in range(9))
    huge = [
        item_of(
            title=kind * 9000,
            summary=kind * 9000,
            permalink=link,
            authors=people,
            enclosures=(Enclosure(url=link, media_type="image/png", title=kind * 9000),),
        )
        for kind in ('"', "\U0001f6b0", "& ")
        for link in (url, short)
    ]
    for each in huge:
        size = len(document(feed_of(*[each] * 50, title="&" * 9000, home_url=short)).encode())
        assert size < 100_000


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("short", "short"),
        ("x" * 200, "x" * 200),
        ("x" * 201, "x" * 200 + "…"),
        ("word " * 50, "word " * 39 + "word…"),
    ],
)
def test_a_long_title_is_cut_at_a_blank(text: str, shown: str) -> None:
    """A title over 200 characters ends with a whole word where there is one, and with an ellipsis."""
    html = document(feed_of(item_of(title=text)))
    assert f">{shown}</a></h2>" in html


def test_an_item_is_the_same_in_every_feed() -> None:
    """An item's bytes do not depend on the feed, so that they are rendered once."""
    one, other = (feed_of(RICH, title=title, language=title) for title in ("de", "fr"))
    rendered = embed.render_item(RICH).decode()
    assert rendered in document(one)
    assert rendered in document(other)


def test_the_page_is_in_the_language_of_the_feed() -> None:
    """`lang` is that of the feed; the page's own words say that they are English."""
    page = Elements(document(feed_of(language="pt-br")))
    assert [each.get("lang") for _, each in page.found if "lang" in each] == ["pt-br", "en", "en"]


# The element.


def test_the_script_is_small() -> None:
    """embed.js is under 8 KB as it is shipped, comments and all."""
    assert len(SCRIPT.read_bytes()) < 8 * 1024


def test_the_script_never_reads_text_as_markup() -> None:
    """There is no way in embed.js by which a text could become HTML or code."""
    ways = (
        r"innerHTML|outerHTML|AdjacentHTML|setHTML|DOMParser|document\.write|\beval\b|Function\(|\bimport\b"
    )
    assert re.findall(ways, SOURCE) == []


def listed(pattern: str) -> set[str]:
    """Give what the first column of the documentation's tables holds in backticks, by a pattern."""
    cells = re.findall(r"^\| `([^`]+)` \|", PAGE, re.M)
    return {cell for cell in cells if re.fullmatch(pattern, cell)}


def test_every_attribute_is_documented() -> None:
    """docs/embedding.md has a row for each attribute that the element observes, and no other."""
    (names,) = re.findall(r"observedAttributes = \[(.*?)\]", SOURCE)
    assert listed("[a-z]+") == set(re.findall(r'"(\w+)"', names))


def test_every_custom_property_is_documented() -> None:
    """docs/embedding.md has a row for each custom property that the page may set, and no other."""
    assert listed("--.*") == set(re.findall(r"var\((--syndicate-[a-z]+)", SOURCE))


def test_every_part_is_documented() -> None:
    """docs/embedding.md has a row for each `::part`, and no other."""
    parts = set(re.findall(r'make\("\w+", "(\w+)"', SOURCE))
    assert len(parts) > 8
    assert {each.removeprefix("::part(").removesuffix(")") for each in listed("::part.*")} == parts


def test_every_slot_is_documented() -> None:
    """docs/embedding.md has a row for each slot whose words the page may replace, and no other."""
    (states,) = re.findall(r"WORDS = \{(.*?)\};", SOURCE)
    slots = {*re.findall(r"(\w+): \"", states), *re.findall(r'\{ name: "(\w+)" \}', SOURCE)}
    assert {each.removeprefix('slot="').removesuffix('"') for each in listed("slot=.*")} == slots
