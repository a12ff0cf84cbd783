"""The border: what an author wrote becomes an Article, or says what is wrong with it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syndicate.article import Article, Provider, Reading
from syndicate.border import LONGEST_ID, MOST_VALUES, parse_article
from syndicate.dates import rfc3339
from syndicate.errors import ArticleError
from syndicate.fields import MOST_NOTES
from syndicate.model import Enclosure, Person
from syndicate.text import legal
from syndicate.yamltext import Value

PATH = "2024-01-02-a.md"
LINK = "https://h.example/a/"
READING = Reading(site_url="https://site.example/", site_id="site.example,2020")
LEAST: dict[str, Value] = {"title": "T", "publishedDateTime": "2024-01-02T03:04:05Z", "webUrl": LINK}


def article(
    front: dict[str, Any] | None = None, *, path: str = PATH, body: str = "", without: str = "", **how: Any
) -> Article:
    """Parse an article that is right but for the fields given; `how` changes the reading."""
    whole = {name: value for name, value in {**LEAST, **(front or {})}.items() if name != without}
    return parse_article(whole, body, path=path, reading=msgspec.structs.replace(READING, **how))


def noted(found: Article) -> list[str]:
    """What was left out of an article, as text."""
    return [str(note) for note in found.notes]


def test_least() -> None:
    """A title, a link and a date are enough; all else is empty."""
    instant = datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert article() == Article(
        id="tag:site.example,2020:2024-01-02-a",
        path=PATH,
        title="T",
        permalink=LINK,
        published=instant,
        updated=instant,
    )


# The table "Articles in", row by row.


@pytest.mark.parametrize(
    ("front", "field", "value"),
    [
        pytest.param({"title": "A&nbsp;<b>B</b>\n C&#8217;s"}, "title", "A B C’s", id="title"),
        pytest.param({"title": "List<String>"}, "title", "List<String>", id="title-with-generics"),
        pytest.param({"title": "1.10"}, "title", "1.10", id="title-as-written"),
        pytest.param({"excerpt": "a &amp;hellip; <p>b</p>"}, "summary", "a … b", id="excerpt"),
        pytest.param({"webUrl": "/x y/"}, "permalink", "https://site.example/x%20y/", id="relative-link"),
        pytest.param(
            {"webUrl": f"{LINK}?a=1&#038;b=2 "}, "permalink", f"{LINK}?a=1&b=2", id="entity-in-link"
        ),
        pytest.param({"originalUrl": "https://o.example/"}, "permalink", LINK, id="web-before-original"),
        pytest.param(
            {"webUrl": "", "originalUrl": "https://o.example/"},
            "permalink",
            "https://o.example/",
            id="original",
        ),
        pytest.param({"ampWebUrl": "/amp/"}, "amp_url", "https://site.example/amp/", id="amp"),
        pytest.param(
            {"cdnAmpWebUrl": "https://cdn.example/"}, "cdn_amp_url", "https://cdn.example/", id="cdn"
        ),
        pytest.param({"topics": ["AI", "No", "1.0"]}, "topics", ("AI", "No", "1.0"), id="topics"),
        pytest.param({"topics": "AI"}, "topics", ("AI",), id="one-topic"),
        pytest.param({"topics": ["AI", " ai ", "Ai", "AI"]}, "topics", ("AI",), id="spellings-of-a-topic"),
        pytest.param({"topics": ["C", "C++", "C#"]}, "topics", ("C", "C++", "C#"), id="three-languages"),
        pytest.param({"topics": [" ", None, "A"]}, "topics", ("A",), id="empty-topic"),
        pytest.param({"type": "video"}, "type", "video", id="type"),
        pytest.param({"category": "News &amp; Co"}, "category", "News & Co", id="category"),
        pytest.param({"locale": "en-us"}, "locale", "en-us", id="locale"),
        pytest.param({"quality": "80"}, "quality", 80.0, id="quality"),
        pytest.param({"heat": "-1.5"}, "heat", -1.5, id="heat"),
        pytest.param({"length": "PT15M"}, "length", 900, id="length"),
        pytest.param({"draft": "true"}, "draft", True, id="draft"),
        pytest.param({"published": "false"}, "draft", True, id="not-published"),
        pytest.param({"published": "Yes"}, "draft", False, id="published"),
        pytest.param({"removed": " TRUE "}, "removed", True, id="removed"),
        pytest.param({"removed": "off"}, "removed", False, id="not-removed"),
        pytest.param({"removed": None}, "removed", False, id="removed-says-nothing"),
        pytest.param({"id": "my-id"}, "id", "my-id", id="id"),
        pytest.param({"guid": "my &amp; guid"}, "id", "my & guid", id="guid"),
        pytest.param({"id": "1", "guid": "2"}, "id", "1", id="id-before-guid"),
        pytest.param({"id": " ", "guid": "2"}, "id", "2", id="empty-id"),
        pytest.param({"id": "x" * LONGEST_ID}, "id", "x" * LONGEST_ID, id="longest-id"),
    ],
)
def test_fields(front: dict[str, Any], field: str, value: object) -> None:
    """Every field of the table becomes what the table says."""
    assert getattr(article(front), field) == value


@pytest.mark.parametrize(
    ("front", "how", "path", "published"),
    [
        pytest.param({}, {}, PATH, "2024-01-02T03:04:05Z", id="z"),
        pytest.param(
            {"publishedDateTime": "2024-01-02"}, {}, "a.md", "2024-01-02T00:00:00Z", id="date-alone"
        ),
        pytest.param(
            {"publishedDateTime": "2024-01-02 12:00"},
            {"time_zone": "Asia/Tokyo"},
            "a.md",
            "2024-01-02T03:00:00Z",
            id="configured-zone",
        ),
        pytest.param(
            {"publishedDateTime": None}, {}, "x/2023-05-06-a.md", "2023-05-06T00:00:00Z", id="file-name"
        ),
        pytest.param(
            {"publishedDateTime": None}, {}, "2023-05-06.md", "2023-05-06T00:00:00Z", id="date-as-name"
        ),
        pytest.param(
            {"publishedDateTime": "", "date": ""}, {}, "2023-05-06-a.md", "2023-05-06T00:00:00Z", id="empty"
        ),
        pytest.param(
            {"publishedDateTime": "", "date": "2020-01-01"},
            {},
            "2023-05-06-a.md",
            "2020-01-01T00:00:00Z",
            id="empty-then-common-name",
        ),
        pytest.param(
            {"publishedDateTime": None},
            {"time_zone": "Asia/Tokyo"},
            "2023-05-06-a.md",
            "2023-05-05T15:00:00Z",
            id="file-name-in-zone",
        ),
        pytest.param(
            {"publishedDateTime": None, "pubDate": "Tue, 02 Jan 2024 03:04:05 EST"},
            {},
            PATH,
            "2024-01-02T08:04:05Z",
            id="common-name",
        ),
    ],
)
def test_published(front: dict[str, Any], how: dict[str, Any], path: str, published: str) -> None:
    """The date is the field's, in the configured zone where it names none, else the file name's."""
    assert rfc3339(article(front, path=path, **how).published) == published


@pytest.mark.parametrize(
    ("updated", "expected", "notes"),
    [
        pytest.param("2024-02-01", "2024-02-01T00:00:00Z", 0, id="later"),
        pytest.param("2023-02-01", "2024-01-02T03:04:05Z", 0, id="earlier-than-published"),
        pytest.param(None, "2024-01-02T03:04:05Z", 0, id="missing"),
        pytest.param("yesterday", "2024-01-02T03:04:05Z", 1, id="unreadable"),
        pytest.param(["2024-02-01"], "2024-01-02T03:04:05Z", 1, id="list"),
    ],
)
def test_updated(updated: Value, expected: str, notes: int) -> None:
    """The later of the two dates counts; one that cannot be read is noted, not fatal."""
    found = article({"updatedDateTime": updated})
    assert rfc3339(found.updated) == expected
    assert len(found.notes) == notes


@pytest.mark.parametrize(
    ("path", "slug", "key"),
    [
        pytest.param(PATH, "a", PATH.removesuffix(".md"), id="dated"),
        pytest.param("x/y.md", "y", "x/y", id="path"),
        pytest.param("x/y/index.md", "y", "x/y", id="index"),
        pytest.param("x/c#?.md", "c%23%3F", "x/c%23%3F", id="reserved-characters"),
        pytest.param("x/a%20b.md", "a%2520b", "x/a%2520b", id="percent"),
        pytest.param("é {year}.md", "%C3%A9%20%7Byear%7D", "%C3%A9%20%7Byear%7D", id="no-template"),
        pytest.param("x\udcff.md", "x%3F", "x%3F", id="bytes"),
    ],
)
def test_permalink_template(path: str, slug: str, key: str) -> None:
    """Without a link of its own an article stands where its source's template says."""
    template = "/{year}/{month}/{day}/{slug}/{key}/"
    found = article(path=path, without="webUrl", permalink=template)
    assert found.permalink == f"https://site.example/2024/01/02/{slug}/{key}/"


@pytest.mark.parametrize(
    ("zone", "day"), [("UTC", "2024/01/01"), ("Asia/Tokyo", "2024/01/02"), ("America/Adak", "2024/01/01")]
)
def test_permalink_template_has_the_local_date(zone: str, day: str) -> None:
    """Year, month and day of a template are those of the configured time zone, as the author meant them."""
    front = {"publishedDateTime": "2024-01-01T20:00:00Z"}
    found = article(front, without="webUrl", permalink="/{year}/{month}/{day}/", time_zone=zone)
    assert found.permalink == f"https://site.example/{day}/"


def test_permalink_template_agrees_with_the_file_name() -> None:
    """An article dated by its file's name has that very date in its address, in any zone."""
    for zone in ("Asia/Tokyo", "America/Adak"):
        found = article(
            {"publishedDateTime": None},
            without="webUrl",
            permalink="/{year}-{month}-{day}-{slug}/",
            time_zone=zone,
        )
        assert found.permalink == "https://site.example/2024-01-02-a/"


def test_permalink_template_comes_last() -> None:
    """A link of the article's own is never replaced by the template."""
    assert article(permalink="/{slug}/").permalink == LINK


@pytest.mark.parametrize(
    ("front", "provider", "notes"),
    [
        pytest.param(None, None, 0, id="none"),
        pytest.param({"name": "N", "domain": "D.Example"}, ("d.example", "N", "d.example"), 0, id="domain"),
        pytest.param({"domain": "d.example"}, ("d.example", "d.example", "d.example"), 0, id="domain-alone"),
        pytest.param({"name": "Some One"}, ("some-one", "Some One", None), 0, id="name-alone"),
        pytest.param("Some One", ("some-one", "Some One", None), 0, id="text"),
        pytest.param(
            {"name": "Morningstar%2c Inc.", "domain": "m.example"},
            ("m.example", "Morningstar, Inc.", "m.example"),
            0,
            id="percent-escape",
        ),
        pytest.param(
            {"name": "100%", "domain": "m.example"}, ("m.example", "100%", "m.example"), 0, id="percent"
        ),
        pytest.param(
            {"name": "%ff", "domain": "m.example"}, ("m.example", "%ff", "m.example"), 0, id="no-utf-8"
        ),
        pytest.param({"name": "N", "domain": "../../etc"}, ("n", "N", None), 1, id="path-as-domain"),
        pytest.param({"name": "N", "domain": ["d"]}, ("n", "N", None), 1, id="list-as-domain"),
        pytest.param({"name": "", "domain": ""}, None, 0, id="saying-nothing"),
        pytest.param(["N"], None, 1, id="list"),
    ],
)
def test_provider(front: Value, provider: tuple[str, str, str | None] | None, notes: int) -> None:
    """A provider is keyed by its domain, else by the slug of its name; hostile domains by neither."""
    found = article({"provider": front})
    expected = provider and Provider(key=provider[0], name=provider[1], domain=provider[2])
    assert found.provider == expected
    assert len(found.notes) == notes


def test_provider_images() -> None:
    """A provider brings its images."""
    found = article({"provider": {"domain": "d.example", "images": [{"url": "/logo.png"}]}})
    assert found.provider
    assert [each.url for each in found.provider.images] == ["https://site.example/logo.png"]


A, B = Person(name="A"), Person(name="B")


def with_email(email: Value) -> dict[str, Any]:
    """A front matter whose author has this e-mail address."""
    return {"authors": [{"name": "A", "email": email}]}


@pytest.mark.parametrize(
    ("email", "notes"),
    [
        (None, []),
        ("a.b+c@h.example", []),
        ("jo", ["authors[0].email: found 'jo', expected an e-mail address"]),
        ("", ["authors[0].email: found '', expected an e-mail address"]),
        (["x"], ["authors[0].email: found a list, expected an e-mail address"]),
        (
            "a@h.example\nBcc: b@h.example",
            [r"authors[0].email: found 'a@h.example\nBcc: b@h.example', expected an e-mail address"],
        ),
    ],
    ids=["none", "right", "word", "empty", "list", "two-lines"],
)
def test_a_bad_email_is_noted(email: Value, notes: list[str]) -> None:
    """An author's address that is none is left out and noted; the author stays."""
    found = article(with_email(email))
    assert [each.name for each in found.authors] == ["A"]
    assert noted(found) == notes


@pytest.mark.parametrize(
    ("front", "authors"),
    [
        pytest.param({"provider": {"name": "N", "authors": ["A", "B"]}}, (A, B), id="names"),
        pytest.param(with_email("a@h.example"), (Person(name="A", email="a@h.example"),), id="mapping"),
        pytest.param(
            {"authors": {"name": "A", "url": "/a"}},
            (Person(name="A", url="https://site.example/a"),),
            id="url",
        ),
        pytest.param({"author": "A"}, (A,), id="common-name"),
        pytest.param(
            {"provider": {"name": "N", "authors": ["A"]}, "authors": ["B"]}, (A,), id="provider-first"
        ),
        pytest.param({"provider": {"name": "N"}, "authors": ["B"]}, (B,), id="provider-without"),
        pytest.param({"authors": ["A", "A", {"name": ""}]}, (A,), id="repeated"),
        pytest.param(with_email("a\x01@h.example"), (A,), id="control-character"),
        pytest.param(with_email("a@h.example, b@h.example"), (A,), id="two-addresses"),
        pytest.param(with_email(["x"]), (A,), id="email-is-a-list"),
    ],
)
def test_authors(front: dict[str, Any], authors: tuple[Person, ...]) -> None:
    """Authors are the provider's, else the article's, each once."""
    assert article(front).authors == authors


SOUND = {
    "url": "https://h.example/a.mp3",
    "type": "audio/mpeg",
    "length": "123",
    "duration": "1:00",
    "title": "S",
}


def test_enclosures() -> None:
    """A recording comes first, then images, lead image first, then what there is to download."""
    found = article(
        {
            "images": [{"url": "/1.png", "width": "640", "height": "480"}, "/2.jpg"],
            "actions": [
                {"url": "/code.zip", "type": " Download ", "title": "Code"},
                {"url": "/site", "type": "link"},
                "download",
            ],
            "enclosures": ["/slides.pdf", SOUND],
        }
    )
    base = "https://site.example"
    assert found.enclosures == (
        Enclosure(url="https://h.example/a.mp3", media_type="audio/mpeg", length=123, duration=60, title="S"),
        Enclosure(url=f"{base}/1.png", media_type="image/png", width=640, height=480),
        Enclosure(url=f"{base}/2.jpg", media_type="image/jpeg"),
        Enclosure(url=f"{base}/slides.pdf", media_type="application/pdf"),
        Enclosure(url=f"{base}/code.zip", media_type="application/zip", title="Code"),
    )


def test_enclosures_are_distinct() -> None:
    """A file that is named in two fields is one enclosure, and counted."""
    found = article({"images": ["/1.png"], "enclosures": ["/1.png"], "image": "/3.png"})
    assert [each.url for each in found.enclosures] == ["https://site.example/1.png"]
    assert found.repeated == 1


def links(*urls: Value) -> list[Value]:
    """Related entries with these addresses."""
    return [{"title": f"{n}", "webUrl": url} for n, url in enumerate(urls)]


@pytest.mark.parametrize(
    ("related", "limit", "kept", "counts"),
    [
        pytest.param(links("/1", "/2"), 10, ["/1", "/2"], (0, 0, 0), id="all"),
        pytest.param(links("/1", "/1", "/2"), 10, ["/1", "/2"], (1, 0, 0), id="repeated"),
        pytest.param(links(LINK, "/o", "/amp", "/1"), 10, ["/1"], (3, 0, 0), id="its-own"),
        pytest.param(links("/1", "/2", "/3", "/4"), 2, ["/1", "/2"], (0, 2, 0), id="capped"),
        pytest.param(links("/1", "/1", "/2", "/3"), 2, ["/1", "/2"], (1, 1, 0), id="distinct-ones-count"),
        pytest.param(
            links(*(f"/{n}" for n in range(180))), None, [f"/{n}" for n in range(180)], (0, 0, 0), id="180"
        ),
        pytest.param(links("/1"), 0, [], (0, 1, 0), id="none-wanted"),
        pytest.param(links("javascript:x", "", "/1"), 10, ["/1"], (0, 0, 2), id="bad-ones"),
        pytest.param(
            ["/1", {"originalUrl": "/2"}, {"url": "/3"}], 10, ["/1", "/2", "/3"], (0, 0, 0), id="forms"
        ),
        pytest.param("/1", 10, ["/1"], (0, 0, 0), id="one"),
        pytest.param([["/1"]], 10, [], (0, 0, 1), id="list-in-a-list"),
    ],
)
def test_related(related: Value, limit: int | None, kept: list[str], counts: tuple[int, int, int]) -> None:
    """The first distinct links are kept up to the limit, never the article's own; the rest is counted."""
    front = {"related": related, "originalUrl": "/o", "ampWebUrl": "/amp"}
    found = article(front, related_limit=limit)
    assert [each.url for each in found.related] == [f"https://site.example{path}" for path in kept]
    assert {each.media_type for each in found.related} <= {"text/html"}
    assert (found.repeated, found.capped, len(found.notes)) == counts


@pytest.mark.parametrize(
    "own",
    [
        {"images": ["/1"]},
        {"enclosures": [{"url": "https://site.example/1", "type": "audio/mpeg"}]},
        {"actions": [{"type": "download", "url": "/1"}]},
    ],
    ids=["image", "recording", "download"],
)
def test_a_related_link_is_no_file_of_its_own(own: dict[str, Any]) -> None:
    """A related link that is one of the article's enclosures is not shown a second time, and counted."""
    found = article({**own, "related": links("/1", "/2")})
    assert [each.url for each in found.enclosures] == ["https://site.example/1"]
    assert [each.url for each in found.related] == ["https://site.example/2"]
    assert found.repeated == 1


def test_related_titles() -> None:
    """A related link has its title as a reader sees it, or none."""
    found = article({"related": [{"title": "A &amp; B", "webUrl": "/1"}, {"title": " ", "webUrl": "/2"}]})
    assert [each.title for each in found.related] == ["A & B", None]


@pytest.mark.parametrize(
    ("content", "player", "notes"),
    [
        pytest.param(
            '<iframe width="1" src="https://v.example/?a=1&amp;b" />',
            "https://v.example/?a=1&b",
            0,
            id="double",
        ),
        pytest.param("<p><IFRAME SRC = 'https://v.example/'></IFRAME>", "https://v.example/", 0, id="single"),
        pytest.param("<iframe src=https://v.example/x>", "https://v.example/x", 0, id="bare"),
        pytest.param('<iframe src="//v.example/"></iframe>', "https://v.example/", 0, id="no-scheme"),
        pytest.param('<iframe src="http://v.example/"></iframe>', None, 1, id="http"),
        pytest.param('<iframe src="javascript:x"></iframe>', None, 1, id="javascript"),
        pytest.param('<iframe src="/local"></iframe>', None, 1, id="relative"),
        pytest.param('<iframe src=""></iframe>', None, 1, id="empty"),
        pytest.param('<iframe data-src="https://v.example/"></iframe>', None, 0, id="data-src"),
        pytest.param("<p>text</p>", None, 0, id="no-frame"),
        pytest.param(["x"], None, 0, id="list"),
    ],
)
def test_player(content: Value, player: str | None, notes: int) -> None:
    """An https frame's address becomes the player; of anything else nothing goes out."""
    found = article({"featuredContent": content})
    assert found.player == player
    assert len(found.notes) == notes


# What an article must have.


@pytest.mark.parametrize(
    ("front", "path", "problem"),
    [
        pytest.param({"title": None}, PATH, "title: found nothing, expected a title", id="no-title"),
        pytest.param(
            {"title": " <b></b> "}, PATH, "title: found ' <b></b> ', expected a title", id="empty-title"
        ),
        pytest.param({"title": ["a"]}, PATH, "title: found a list, expected a title", id="title-is-a-list"),
        pytest.param(
            {"publishedDateTime": None},
            "a.md",
            "publishedDateTime: found nothing, expected a date, here or as YYYY-MM-DD-"
            " before the file's name",
            id="no-date",
        ),
        pytest.param(
            {"publishedDateTime": "2021-02-30"},
            PATH,
            "publishedDateTime: found '2021-02-30', expected a date such as 2021-12-29T05:46:00Z",
            id="no-such-day",
        ),
        pytest.param(
            {"publishedDateTime": None, "date": ["2021"]},
            PATH,
            "date: found a list, expected a date such as 2021-12-29T05:46:00Z",
            id="date-is-a-list",
        ),
        pytest.param(
            {"publishedDateTime": None},
            "2021-02-30-a.md",
            "publishedDateTime: found 'file name 2021-02-30-…', expected a date",
            id="no-such-day-in-the-name",
        ),
        pytest.param(
            {"webUrl": None}, PATH, "webUrl: found nothing, expected an http or https URL", id="no-link"
        ),
        pytest.param(
            {"webUrl": None, "url": "javascript:x"},
            PATH,
            "url: found 'javascript:x', expected an http or https URL",
            id="hostile-link",
        ),
        pytest.param(
            {"published": "maybe"}, PATH, "published: found 'maybe', expected true or false", id="flag"
        ),
        pytest.param(
            {"webUrl": "", "originalUrl": ""},
            PATH,
            "webUrl: found nothing, expected an http or https URL",
            id="empty-link",
        ),
        pytest.param({"title": ""}, PATH, "title: found nothing, expected a title", id="title-says-nothing"),
        pytest.param(
            {"id": "x" * (LONGEST_ID + 1)},
            PATH,
            f"id: found '{'x' * 118}…, expected an id of at most 2,000 characters",
            id="id-too-long",
        ),
        pytest.param(
            {"guid": "x" * (LONGEST_ID + 1)},
            PATH,
            f"guid: found '{'x' * 118}…, expected an id of at most 2,000 characters",
            id="guid-too-long",
        ),
        pytest.param(
            {"draft": ["no"]}, PATH, "draft: found a list, expected true or false", id="flag-is-a-list"
        ),
    ],
)
def test_required(front: dict[str, Any], path: str, problem: str) -> None:
    """What lacks a title, a link or a date, or says neither yes nor no, fails and says why."""
    with pytest.raises(ArticleError) as caught:
        article(front, path=path)
    assert str(caught.value) == problem


def test_template_that_gives_no_url() -> None:
    """A template whose result is no address does not hide that the article has none."""
    with pytest.raises(ArticleError, match="webUrl: found nothing"):
        article(without="webUrl", permalink="mailto:{slug}")


@pytest.mark.parametrize(
    ("front", "note"),
    [
        ({"quality": "high"}, "quality: found 'high', expected a number"),
        ({"heat": ["1"]}, "heat: found a list, expected a number"),
        ({"heat": "nan"}, "heat: found 'nan', expected a number"),
        ({"quality": "1e999"}, "quality: found '1e999', expected a number"),
        ({"length": "long"}, "length: found 'long', expected a playing time such as PT15M or 15:00"),
        ({"type": {"a": "b"}}, "type: found a mapping, expected a text"),
        ({"ampWebUrl": "data:x"}, "ampWebUrl: found 'data:x', expected an http or https URL"),
        ({"topics": [["a"]]}, "topics[0]: found a list, expected a text"),
        ({"images": [{"url": "x:y"}]}, "images[0].url: found 'x:y', expected an http or https URL"),
        (
            {"title": "x" * 501},
            "title: found '501 characters', expected at most 500; the rest is left out",
        ),
        (
            {"excerpt": "x" * 5001},
            "excerpt: found '5,001 characters', expected at most 5,000; the rest is left out",
        ),
        (
            {"provider": {"name": "N", "domain": "a b"}},
            "provider.domain: found 'a b', expected a host name",
        ),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_noted(front: dict[str, Any], note: str) -> None:
    """What cannot be used, and is not required, is left out and noted with its place (law 8)."""
    assert noted(article(front)) == [note]


# Where values come from.


@pytest.mark.parametrize(
    ("front", "how", "field", "value"),
    [
        pytest.param({"description": "x"}, {}, "summary", "x", id="description"),
        pytest.param({"summary": "x"}, {}, "summary", "x", id="summary"),
        pytest.param(
            {"webUrl": None, "link": "https://l.example/"}, {}, "permalink", "https://l.example/", id="link"
        ),
        pytest.param({"tags": ["a"]}, {}, "topics", ("a",), id="tags"),
        pytest.param({"categories": ["a"]}, {}, "topics", ("a",), id="categories"),
        pytest.param(
            {"lastmod": "2025-01-01"}, {}, "updated", datetime(2025, 1, 1, tzinfo=UTC), id="lastmod"
        ),
        pytest.param({"topics": ["a"], "tags": ["b"]}, {}, "topics", ("a",), id="native-first"),
        pytest.param(
            {"title": None, "name": "N"}, {"fields": {"title": ("name",)}}, "title", "N", id="configured"
        ),
        pytest.param(
            {"date": "2020-01-01", "publishedDateTime": None, "start": "2021-01-01"},
            {"fields": {"publishedDateTime": ("start",)}},
            "published",
            datetime(2021, 1, 1, tzinfo=UTC),
            id="configured-before-common",
        ),
        pytest.param(
            {}, {"defaults": {"topics": ["Azure"], "type": "news"}}, "topics", ("Azure",), id="default"
        ),
        pytest.param(
            {"tags": ["b"]}, {"defaults": {"topics": ["Azure"]}}, "topics", ("b",), id="default-last"
        ),
        pytest.param({}, {"source": 3}, "source", 3, id="source"),
        pytest.param({"excerpt": "", "summary": "x"}, {}, "summary", "x", id="empty-then-common"),
        pytest.param(
            {"title": "", "name": "N"},
            {"fields": {"title": ("name",)}},
            "title",
            "N",
            id="empty-then-configured",
        ),
        pytest.param({"type": ""}, {"defaults": {"type": "news"}}, "type", "news", id="empty-then-default"),
        pytest.param(
            {"tags": "", "topics": ""},
            {"defaults": {"topics": ["Azure"]}},
            "topics",
            ("Azure",),
            id="all-empty-then-default",
        ),
        pytest.param(
            {"draft": "", "removed": "", "published": ""}, {}, "draft", False, id="empty-flags-say-nothing"
        ),
        pytest.param({"quality": "", "length": ""}, {}, "notes", (), id="empty-numbers-say-nothing"),
    ],
)
def test_sources_of_a_value(front: dict[str, Any], how: dict[str, Any], field: str, value: object) -> None:
    """A field is found by its native name, the configured ones, the common ones, then the default."""
    assert getattr(article(front, **how), field) == value


def test_what_reaches_no_article() -> None:
    """`secured` and unknown fields go nowhere (law 7)."""
    found = article(
        {"secured": "CIPHERTEXT", "unknown": "CIPHERTEXT", "images": [{"url": "/a", "isCached": "1"}]}
    )
    assert "CIPHERTEXT" not in repr(found)
    assert not found.notes


@pytest.mark.parametrize(
    ("path", "body", "html"),
    [
        ("a.md", "*x*", "<p><em>x</em></p>"),
        ("a.MARKDOWN", "*x*", "<p><em>x</em></p>"),
        ("a.html", "*x*", "*x*"),
        ("a.HTM", "*x*", "*x*"),
        ("a.md", "[x](b)", f'<p><a href="{LINK}b" rel="noopener noreferrer">x</a></p>'),
        ("a.md", " \n", None),
    ],
)
def test_body(path: str, body: str, html: str | None) -> None:
    """The body is Markdown, or HTML in `.html`; its links are relative to the article."""
    assert article(path=path, body=body).body_html == html


# Names for life (law 3).


# What one file may ask for.


@pytest.mark.parametrize("field", ["topics", "images", "authors", "enclosures"])
def test_a_list_has_a_bound(field: str) -> None:
    """One article cannot make thousands of feeds or enclosures: the first hundred values count."""
    found = article({field: [f"https://h.example/{number}" for number in range(150)]})
    values = found.enclosures if field in ("images", "enclosures") else getattr(found, field)
    assert len(values) == MOST_VALUES
    assert noted(found) == [f"{field}: found '150 values', expected at most 100; the others are left out"]


def test_related_links_have_a_limit_of_their_own() -> None:
    """What the configuration says of related links is not undercut."""
    links = [f"https://h.example/{number}" for number in range(150)]
    assert len(article({"related": links}, related_limit=None).related) == 150
    assert article({"related": links}).capped == 140


def test_notes_have_a_bound() -> None:
    """However much is wrong with an article, the report names a hundred things."""
    wrong = [f"javascript:{number}" for number in range(90)]
    found = article({"images": wrong, "enclosures": wrong})
    assert len(found.notes) == MOST_NOTES
    assert str(found.notes[-1]).startswith("enclosures[9].url: found 100 values or more that cannot")


def test_a_body_beyond_bounds_is_left_out() -> None:
    """An article whose body is too large is published without it."""
    found = article(body="a" * 300_000)
    assert (found.title, found.body_html) == ("T", None)
    assert noted(found) == ["body: found '300,000 characters', expected at most 262,144; it is left out"]


@pytest.mark.parametrize("date", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"])
@pytest.mark.parametrize("zone", ["America/New_York", "Asia/Tokyo"])
def test_a_template_knows_the_first_and_the_last_instant(date: str, zone: str) -> None:
    """An instant that is in no year of the site's zone is filled in as it is in UTC."""
    template = "https://h.example/{year}/"
    found = article({"publishedDateTime": date}, without="webUrl", permalink=template, time_zone=zone)
    assert found.permalink == f"https://h.example/{date[:4]}/"


def test_an_id_outlives_edits() -> None:
    """A new title, address, date or folder leaves the id as it was."""
    first = article()
    edited = article(
        {"title": "Other", "webUrl": "https://o.example/", "publishedDateTime": "2020-01-01"},
        path=f"archive/2024/{PATH}",
    )
    assert first.id == edited.id


@pytest.mark.parametrize(
    ("front", "expected"),
    [({}, LINK), ({"guid": "g"}, "g"), ({"webUrl": "http://h.example/ü"}, "http://h.example/%C3%BC")],
    ids=["link", "guid-first", "escaped"],
)
def test_ids_of_an_earlier_generator(front: dict[str, Any], expected: str) -> None:
    """A source may keep the permalinks as ids that an earlier generator published."""
    assert article(front, ids="permalink").id == expected


NATIVE = (
    "title excerpt publishedDateTime updatedDateTime webUrl originalUrl ampWebUrl provider topics images"
    " related actions featuredContent type quality length published enclosures id authors"
).split()
HOSTILE: st.SearchStrategy[Any] = st.recursive(
    st.one_of(
        st.none(), st.text(max_size=20), st.sampled_from(["9" * 5000, "javascript:x", "/a", "\x00", "../.."])
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(
                ["name", "domain", "url", "webUrl", "title", "width", "type", "email", "duration"]
            ),
            inner,
            max_size=4,
        ),
    ),
    max_leaves=6,
)


def texts(value: Any) -> list[str]:
    """Every text that an article holds, but for its path and its notes."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, msgspec.Struct):
        names = [name for name in value.__struct_fields__ if name not in ("path", "notes")]
        return [each for name in names for each in texts(getattr(value, name))]
    return [each for inner in value for each in texts(inner)] if isinstance(value, tuple) else []


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(st.sampled_from(NATIVE), HOSTILE, max_size=5))
def test_any_front_matter_is_an_article_or_an_article_error(front: dict[str, Any]) -> None:
    """No front matter raises anything but ArticleError, and all text past the border is legal."""
    try:
        found = article(front)
    except ArticleError as error:
        found, said = None, str(error)
    if found is None:
        assert said.isprintable()
        return
    assert found.updated >= found.published
    for text in texts(found):
        assert legal(text) == text
    for note in found.notes:
        assert str(note).isprintable()
