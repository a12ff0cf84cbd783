"""Renderers: what feedgen would lose, invent or misplace is in our bytes as the model says it."""

from __future__ import annotations

import json
import locale
import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import lxml.html
import msgspec
import pytest
from lxml import etree

from syndicate import Document, Enclosure, Feed, Item, Person, RenderError, Term, renderer
from syndicate.render import FILE_NAMES

ATOM = "{http://www.w3.org/2005/Atom}"
CONTENT = "{http://purl.org/rss/1.0/modules/content/}"
DC = "{http://purl.org/dc/elements/1.1/}"
MEDIA = "{http://search.yahoo.com/mrss/}"
XML_FORMATS = ["rss", "atom"]
FORMATS = [*XML_FORMATS, "json"]

PUBLISHED = datetime(2024, 3, 1, 9, 5, 7, tzinfo=UTC)
LATER = datetime(2024, 3, 2, 10, 0, 0, tzinfo=UTC)
RECORDING = Enclosure(
    url="https://media.example/talk.mp3", media_type="audio/mpeg", length=1234, title="The talk", duration=61
)
LEAD = Enclosure(
    url="https://media.example/lead.png",
    media_type="image/png",
    title="The lead",
    width=640,
    height=480,
    credit="Somebody",
)
SECOND = Enclosure(url="https://media.example/second.jpg", media_type="image/jpeg", length=99)
PAPER = Enclosure(url="https://media.example/paper.pdf", media_type="application/pdf", title="The paper")
NEAR = Enclosure(url="https://near.example/", media_type="text/html", title="Near")
FAR = Enclosure(url="https://far.example/", media_type="text/html", title="Far")


def item_of(**fields: Any) -> Item:
    """Make an item; what a test does not name is plain."""
    known = {
        "id": "tag:site.example,2020:one",
        "title": "One",
        "permalink": "https://site.example/one/",
        "published": PUBLISHED,
        "updated": PUBLISHED,
        "summary": "In short",
        "authors": (Person(name="Ann", url="https://ann.example/", email="ann@ann.example"),),
    }
    return Item(**{**known, **fields})


RICH = item_of(
    content_html="<p>At length</p>",
    updated=LATER,
    authors=(Person(name="Ann", url="https://ann.example/"), Person(name="Bob")),
    terms=(
        Term(name="C++", slug="c-plus-plus", scheme="https://site.example/feeds/topics/"),
        Term(name="Maps", slug="maps"),
    ),
    enclosures=(RECORDING, LEAD, SECOND, PAPER),
    related=(NEAR, FAR),
    player="https://player.example/1",
)


def feed_of(*items: Item, **fields: Any) -> Feed:
    """Make a feed of items."""
    known = {
        "id": "tag:site.example,2020:all/",
        "path": "all",
        "title": "The Site",
        "description": "What it is",
        "home_url": "https://site.example/",
        "folder_url": "https://site.example/feeds/all/",
        "updated": LATER,
        "language": "en",
        "authors": (Person(name="The Site", url="https://site.example/"),),
        "items": items,
    }
    return Feed(**{**known, **fields})


def document(name: str, feed: Feed, *, first_only: bool = False) -> Document:
    """Render a feed as a document of a format."""
    return renderer(name, first_only=first_only).document(feed)


def rss_item(item: Item, *, first_only: bool = False) -> Any:
    """Render a feed of one item as RSS and give its `<item>`."""
    root = etree.fromstring(document("rss", feed_of(item), first_only=first_only).body)
    return root.find("channel/item")


def atom_entry(item: Item) -> Any:
    """Render a feed of one item as Atom and give its `<entry>`."""
    return etree.fromstring(document("atom", feed_of(item)).body).find(f"{ATOM}entry")


def json_item(item: Item) -> Any:
    """Render a feed of one item as JSON Feed and give the item."""
    return json.loads(document("json", feed_of(item)).body)["items"][0]


def texts(element: Any, name: str) -> list[str | None]:
    """Give the texts of the children of a name."""
    return [each.text for each in element.findall(name)]


def links(element: Any, rel: str) -> list[dict[str, str]]:
    """Give the attributes of the atom:links of a relation."""
    return [dict(each.attrib) for each in element.findall(f"{ATOM}link") if each.get("rel") == rel]


# feedgen's defects, one by one (what each would do stands in the docstring).


def test_atom_links_keep_every_attribute() -> None:
    """An Atom enclosure keeps rel, type, title and length (feedgen writes href alone)."""
    assert links(atom_entry(RICH), "enclosure")[0] == {
        "rel": "enclosure",
        "href": RECORDING.url,
        "type": "audio/mpeg",
        "title": "The talk",
        "length": "1234",
    }


def test_atom_alternate_link_says_what_it_is() -> None:
    """The alternate link has its rel and type, so that no reader takes the image for the article."""
    assert links(atom_entry(RICH), "alternate") == [
        {"rel": "alternate", "type": "text/html", "href": RICH.permalink}
    ]


def test_atom_alternate_link_stands_first() -> None:
    """The alternate link stands before enclosures, enclosures before related links."""
    rels = [each.get("rel") for each in atom_entry(RICH).findall(f"{ATOM}link")]
    assert rels == ["alternate", *["enclosure"] * 6, *["related"] * 2]


def test_rss_keeps_every_enclosure_in_order() -> None:
    """RSS holds all enclosures, related links last, each with its type (feedgen keeps the last one)."""
    found = [(each.get("url"), each.get("type")) for each in rss_item(RICH).findall("enclosure")]
    wanted = (*RICH.enclosures, *RICH.related)
    assert found == [(each.url, each.media_type) for each in wanted]


@pytest.mark.parametrize(("length", "shown"), [(None, "0"), (0, "0"), (1234, "1234")])
def test_rss_enclosure_always_has_a_length(length: int | None, shown: str) -> None:
    """An RSS enclosure says length="0" where the length is not known: without one it is invalid."""
    item = item_of(enclosures=(msgspec.structs.replace(LEAD, length=length),))
    assert [each.get("length") for each in rss_item(item).findall("enclosure")] == [shown]


@pytest.mark.parametrize("name", FORMATS)
def test_no_length_where_it_is_unknown(name: str) -> None:
    """Only an RSS enclosure speaks of an unknown length; links and attachments leave it out."""
    body = document(name, feed_of(item_of(enclosures=(LEAD,), related=(NEAR,)))).body
    assert body.count(b"length=") == (2 if name == "rss" else 0)
    assert b"size_in_bytes" not in body
    assert b"fileSize" not in body


@pytest.mark.parametrize("name", XML_FORMATS)
@pytest.mark.parametrize(("length", "shown"), [(None, None), (0, None), (99, "99")])
def test_media_content_never_says_file_size_zero(name: str, length: int | None, shown: str | None) -> None:
    """Media RSS leaves an unknown fileSize out: 0 is an error there."""
    item = item_of(enclosures=(msgspec.structs.replace(SECOND, length=length),))
    root = etree.fromstring(document(name, feed_of(item)).body)
    assert [each.get("fileSize") for each in root.iter(f"{MEDIA}content")] == [shown]


@pytest.mark.parametrize("name", XML_FORMATS)
def test_media_content_is_ungrouped_and_last(name: str) -> None:
    """Each picture and recording is a media:content of the item itself, after the enclosures."""
    element = rss_item(RICH) if name == "rss" else atom_entry(RICH)
    tags = [child.tag for child in element]
    assert f"{MEDIA}group" not in tags
    assert tags.count(f"{MEDIA}content") == 3
    assert tags[-4:] == [f"{MEDIA}content"] * 3 + [f"{MEDIA}player"]
    assert element.find(f"{MEDIA}player").get("url") == RICH.player


@pytest.mark.parametrize("name", XML_FORMATS)
def test_media_content_says_what_is_known(name: str) -> None:
    """A picture's media:content has its size, title and credit, a recording's its duration."""
    element = rss_item(RICH) if name == "rss" else atom_entry(RICH)
    recording, lead, second = element.findall(f"{MEDIA}content")
    assert dict(recording.attrib) == {
        "url": RECORDING.url,
        "fileSize": "1234",
        "type": "audio/mpeg",
        "medium": "audio",
        "duration": "61",
    }
    assert (lead.get("medium"), lead.get("width"), lead.get("height")) == ("image", "640", "480")
    assert (texts(lead, f"{MEDIA}title"), texts(lead, f"{MEDIA}credit")) == (["The lead"], ["Somebody"])
    assert len(second) == 0


@pytest.mark.parametrize("name", XML_FORMATS)
def test_dates_are_the_feeds_own(name: str) -> None:
    """Every date in the bytes is one of the model's: none is the clock's (feedgen defaults to now)."""
    body = document(name, feed_of(RICH)).body.decode()
    rfc_822 = {"Fri, 01 Mar 2024 09:05:07 +0000", "Sat, 02 Mar 2024 10:00:00 +0000"}
    found = set(re.findall(r"\d{4}-\d\d-\d\dT[0-9:.]+", body)) | set(re.findall(r"\w{3}, \d.*?\+0000", body))
    assert found <= {"2024-03-01T09:05:07", "2024-03-02T10:00:00", *rfc_822}
    assert found


@pytest.mark.parametrize("name", FORMATS)
def test_locale_is_never_switched(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rendering leaves the locale of the process alone (feedgen switches it to write a date)."""

    def refuse(*_arguments: object) -> None:
        raise AssertionError("the locale was switched")

    monkeypatch.setattr(locale, "setlocale", refuse)
    assert document(name, feed_of(RICH)).body


class _AnyInstant(type):
    """Lets every datetime pass for an instance of the class that stands in for it."""

    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, datetime)


class _LongAgo(datetime, metaclass=_AnyInstant):
    """A clock that stopped."""

    @classmethod
    def now(cls, tz: Any = None) -> datetime:
        return datetime(1999, 9, 9, tzinfo=tz)


@pytest.mark.parametrize("name", FORMATS)
def test_the_clock_is_never_read(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The library's idea of the present instant reaches no byte."""
    before = document(name, feed_of(RICH)).body
    monkeypatch.setattr("feedgen.feed.datetime", _LongAgo)
    monkeypatch.setattr("feedgen.entry.datetime", _LongAgo)
    assert document(name, feed_of(RICH)).body == before


@pytest.mark.parametrize("name", FORMATS)
def test_items_stand_in_the_given_order(name: str) -> None:
    """Items keep the order of the feed (feedgen prepends)."""
    items = [item_of(id=f"tag:site.example,2020:{number}", title=f"No. {number}") for number in (2, 3, 1)]
    body = document(name, feed_of(*items)).body.decode()
    assert re.findall(r"No\. (\d)", body) == ["2", "3", "1"]


def test_rss_link_is_the_home_page() -> None:
    """The channel's link is the home page though it has a self link too (feedgen takes the last one)."""
    channel = etree.fromstring(document("rss", feed_of(RICH)).body).find("channel")
    assert texts(channel, "link") == ["https://site.example/"]
    self_link = {
        "rel": "self",
        "href": "https://site.example/feeds/all/rss.xml",
        "type": "application/rss+xml",
    }
    assert links(channel, "self") == [self_link]


@pytest.mark.parametrize("name", XML_FORMATS)
def test_generator_has_no_version(name: str) -> None:
    """The generator is a bare name: a release of ours or of feedgen's changes no file."""
    root = etree.fromstring(document(name, feed_of(RICH)).body)
    found = list(root.iter("generator", f"{ATOM}generator"))
    assert [(each.text, dict(each.attrib)) for each in found] == [("syndicate", {})]


# The frame: XML as every feed wants it.


@pytest.mark.parametrize("name", XML_FORMATS)
def test_namespaces_are_declared_once(name: str) -> None:
    """The root declares every namespace, and no element below it declares one again."""
    body = document(name, feed_of(RICH, item_of(id="tag:site.example,2020:two"))).body
    root = etree.fromstring(body)
    assert body.count(b" xmlns") == len(root.nsmap)
    assert b"xmlns" not in renderer(name).item(RICH)


@pytest.mark.parametrize("name", XML_FORMATS)
def test_xml_is_declared_and_not_indented(name: str) -> None:
    """A document declares UTF-8 on its first line; all else is one line with one line break at the end."""
    body = document(name, feed_of(RICH)).body
    declaration, rest, end = body.split(b"\n")
    assert re.fullmatch(rb"<\?xml version=['\"]1\.0['\"] encoding=['\"]UTF-8['\"]\?>", declaration)
    assert rest.endswith((b"</rss>", b"</feed>"))
    assert end == b""
    assert not re.search(rb">\s+<", rest)


def test_json_ends_with_one_line_break() -> None:
    """A JSON Feed is one line of UTF-8 and a line break."""
    body = document("json", feed_of(item_of(title="Überschrift"))).body
    assert body.endswith(b"}\n")
    assert body.count(b"\n") == 1
    assert "Überschrift".encode() in body


@pytest.mark.parametrize(
    ("name", "path", "media_type"),
    [
        ("rss", "all/rss.xml", "application/rss+xml"),
        ("atom", "all/atom.xml", "application/atom+xml"),
        ("json", "all/feed.json", "application/feed+json"),
    ],
)
def test_document_knows_its_place_and_type(name: str, path: str, media_type: str) -> None:
    """A document has the path and the media type of its format."""
    made = document(name, feed_of(RICH))
    assert (made.path, made.media_type) == (path, media_type)


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("first_only", [False, True])
def test_spliced_items_are_the_same_bytes(name: str, first_only: bool) -> None:
    """An item rendered once and spliced into two feeds gives what rendering each feed whole gives."""
    format_ = renderer(name, first_only=first_only)
    items = [RICH, item_of(id="tag:site.example,2020:two", title="Zwei – ü")]
    rendered = [format_.item(each) for each in items]
    for feed in (feed_of(*items), feed_of(*items, path="topics/maps", title="Maps", language="de")):
        assert format_.join(format_.head(feed), rendered) == format_.document(feed).body


@pytest.mark.parametrize("name", FORMATS)
def test_a_head_knows_no_items(name: str) -> None:
    """The head of a feed is the same whatever items follow."""
    assert renderer(name).head(feed_of(RICH)) == renderer(name).head(feed_of())


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_has_its_file(name: str) -> None:
    """The table of file names says what the renderers say."""
    assert renderer(name).file_name == FILE_NAMES[name]
    assert set(FILE_NAMES) == {*FORMATS, "page", "embed"}


@pytest.mark.parametrize("name", FORMATS)
def test_rendering_again_gives_the_same_bytes(name: str) -> None:
    """Rendering leaves nothing behind: the second document is the first."""
    feed = feed_of(RICH)
    assert document(name, feed).body == document(name, feed).body


@pytest.mark.parametrize("name", FORMATS)
def test_an_empty_feed_is_whole(name: str) -> None:
    """A feed without items renders, with its own date."""
    body = document(name, feed_of()).body
    if name == "json":
        assert json.loads(body)["items"] == []
    else:
        root = etree.fromstring(body)
        assert not list(root.iter("item", f"{ATOM}entry"))
        assert b"2024" in body


# The items, format by format.


def test_rss_guid_is_no_permalink() -> None:
    """The guid is the id and says that it is no address."""
    guid = rss_item(RICH).find("guid")
    assert (guid.text, guid.get("isPermaLink")) == (RICH.id, "false")


def test_rss_persons_are_dc_creators() -> None:
    """Each person is a dc:creator by name; `<author>`, which needs an address, is not used."""
    item = rss_item(RICH)
    assert texts(item, f"{DC}creator") == ["Ann", "Bob"]
    assert item.find("author") is None


def test_rss_content_and_description() -> None:
    """The summary is the description, the content is content:encoded."""
    item = rss_item(RICH)
    assert texts(item, "description") == ["In short"]
    assert texts(item, f"{CONTENT}encoded") == ["<p>At length</p>"]


@pytest.mark.parametrize(
    ("summary", "description"),
    [
        ("Plain & simple, at R&D", "Plain & simple, at R&D"),
        ("a < b", "a &lt; b"),
        ("R&D on List<String>", "R&D on List&lt;String>"),
        ("Not <x onclick=alert(1)>, not &copy", "Not &lt;x onclick=alert(1)>, not &amp;copy"),
        ("?a=1&lt=2", "?a=1&amp;lt=2"),
    ],
)
def test_an_rss_description_is_html_that_shows_the_summary(summary: str, description: str) -> None:
    """Readers take a description for HTML: they show every character of a summary, and run none."""
    assert texts(rss_item(item_of(summary=summary)), "description") == [description]
    (paragraph,) = lxml.html.fromstring(f"<div><p>{description}</p></div>")
    assert list(paragraph) == []
    assert paragraph.text == summary


def test_rss_categories_name_their_domain() -> None:
    """A category is the topic's name; its domain is the scheme where there is one."""
    found = [(each.text, each.get("domain")) for each in rss_item(RICH).findall("category")]
    assert found == [("C++", "https://site.example/feeds/topics/"), ("Maps", None)]


@pytest.mark.parametrize(("updated", "shown"), [(PUBLISHED, []), (LATER, ["2024-03-02T10:00:00Z"])])
def test_rss_says_updated_only_when_later(updated: datetime, shown: list[str]) -> None:
    """RSS has an atom:updated where the item was updated after it was published."""
    item = rss_item(item_of(updated=updated))
    assert texts(item, f"{ATOM}updated") == shown
    assert texts(item, "pubDate") == ["Fri, 01 Mar 2024 09:05:07 +0000"]


def test_rss_related_links_are_atom_links() -> None:
    """A related link is an atom:link rel="related" with its title besides being an enclosure."""
    assert links(rss_item(RICH), "related") == [
        {"rel": "related", "href": each.url, "type": "text/html", "title": str(each.title)}
        for each in (NEAR, FAR)
    ]


def test_first_only_keeps_one_enclosure() -> None:
    """`first` leaves one enclosure; the others are atom:link rel="enclosure" in the same order."""
    item = rss_item(RICH, first_only=True)
    assert [each.get("url") for each in item.findall("enclosure")] == [RECORDING.url]
    rest = links(item, "enclosure")
    assert [(each["href"], each["type"]) for each in rest] == [
        (each.url, each.media_type) for each in (LEAD, SECOND, PAPER, NEAR, FAR)
    ]
    assert [each.get("length") for each in rest] == [None, "99", None, None, None]
    assert len(links(item, "related")) == 2


def test_first_only_without_enclosures() -> None:
    """`first` invents no enclosure for an item that has none."""
    item = rss_item(item_of(), first_only=True)
    assert item.find("enclosure") is None
    assert item.find(f"{ATOM}link") is None


@pytest.mark.parametrize("name", ["atom", "json"])
def test_first_only_concerns_rss_alone(name: str) -> None:
    """The other formats show the same whether RSS keeps one enclosure or all."""
    feed = feed_of(RICH)
    assert document(name, feed, first_only=True) == document(name, feed)


def test_atom_dates_persons_and_terms() -> None:
    """An entry has both dates, its persons with their addresses, and its terms with label and scheme."""
    entry = atom_entry(RICH)
    for name, instant in (("published", PUBLISHED), ("updated", LATER)):
        assert [datetime.fromisoformat(str(text)) for text in texts(entry, ATOM + name)] == [instant]
    authors = [
        [(each.tag.removeprefix(ATOM), each.text) for each in a] for a in entry.findall(f"{ATOM}author")
    ]
    assert authors == [[("name", "Ann"), ("uri", "https://ann.example/")], [("name", "Bob")]]
    assert [dict(each.attrib) for each in entry.findall(f"{ATOM}category")] == [
        {"term": "c-plus-plus", "label": "C++", "scheme": "https://site.example/feeds/topics/"},
        {"term": "maps", "label": "Maps"},
    ]


def test_atom_content_is_html_and_summary_text() -> None:
    """The content says that it is HTML; the summary is text, which is Atom's default."""
    entry = atom_entry(RICH)
    content, summary = entry.find(f"{ATOM}content"), entry.find(f"{ATOM}summary")
    assert (content.text, content.get("type")) == ("<p>At length</p>", "html")
    assert (summary.text, summary.get("type", "text")) == ("In short", "text")


def test_json_has_authors_and_the_older_author() -> None:
    """JSON Feed has `authors`, and `author` for readers of version 1.0; no e-mail address is in either."""
    feed = json.loads(document("json", feed_of(RICH)).body)
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    for each in (feed, feed["items"][0]):
        assert each["author"] == each["authors"][0]
    assert feed["items"][0]["authors"] == [{"name": "Ann", "url": "https://ann.example/"}, {"name": "Bob"}]
    assert "ann@" not in json.dumps(json_item(item_of()))


def test_json_attachments_in_order() -> None:
    """Attachments are all enclosures and related links with type, size and duration where known."""
    attachments = json_item(RICH)["attachments"]
    assert [each["url"] for each in attachments] == [
        each.url for each in (*RICH.enclosures, RICH.related[0], RICH.related[1])
    ]
    assert attachments[0] == {
        "url": RECORDING.url,
        "mime_type": "audio/mpeg",
        "title": "The talk",
        "size_in_bytes": 1234,
        "duration_in_seconds": 61,
    }
    assert attachments[2] == {"url": SECOND.url, "mime_type": "image/jpeg", "size_in_bytes": 99}


@pytest.mark.parametrize(
    ("titles", "shown"),
    [
        (["A", "B"], ["A", "B"]),
        (["A", "A", "A"], ["A", "A (2)", "A (3)"]),
        (["A", "A (2)", "A"], ["A", "A (2)", "A (3)"]),
        (["A", "A", "A (2)"], ["A", "A (2)", "A (2) (2)"]),
        ([None, None], [None, None]),
    ],
)
def test_json_attachment_titles_differ(titles: list[str | None], shown: list[str | None]) -> None:
    """Attachments never share a title: readers would take them for alternatives of one thing."""
    files = tuple(
        Enclosure(url=f"https://media.example/{number}.pdf", media_type="application/pdf", title=title)
        for number, title in enumerate(titles)
    )
    assert [each.get("title") for each in json_item(item_of(enclosures=files))["attachments"]] == shown


@pytest.mark.parametrize(
    ("content", "summary", "html", "text"),
    [
        ("<p>Long</p>", "Short", "<p>Long</p>", None),
        (None, "Short", None, "Short"),
        (None, "", None, "One"),
        ("<p>Long</p>", "", "<p>Long</p>", None),
    ],
)
def test_json_item_always_has_content(
    content: str | None, summary: str, html: str | None, text: str | None
) -> None:
    """An item has content_html, else the summary, else the title as content_text."""
    item = json_item(item_of(content_html=content, summary=summary))
    assert (item.get("content_html"), item.get("content_text")) == (html, text)
    assert item.get("summary") == (summary or None)


def test_json_image_is_the_lead_image() -> None:
    """`image` is the item's first image, also where a recording comes before it."""
    assert json_item(RICH)["image"] == LEAD.url
    assert "image" not in json_item(item_of(enclosures=(RECORDING,)))


def test_json_modified_only_when_later() -> None:
    """date_modified is there where the item was updated after it was published."""
    assert json_item(RICH)["date_modified"] == "2024-03-02T10:00:00Z"
    assert json_item(RICH)["date_published"] == "2024-03-01T09:05:07Z"
    assert "date_modified" not in json_item(item_of())


@pytest.mark.parametrize("name", FORMATS)
def test_absent_values_leave_no_trace(name: str) -> None:
    """An item without summary, content, terms and files has no empty element or member for them."""
    body = document(name, feed_of(item_of(summary=""))).body
    if name == "json":
        assert not [value for value in json.loads(body)["items"][0].values() if value in (None, "", [], {})]
    else:
        item = next(etree.fromstring(body).iter("item", f"{ATOM}entry"))
        assert not [each.tag for each in item if not each.text and not each.attrib and not len(each)]
        assert not list(item.iter("description", f"{ATOM}summary", f"{ATOM}content", "enclosure"))


# The frame's own words.


def test_feed_tells_about_itself() -> None:
    """Title, description, home, language, image, icon, rights, categories and author stand in each format."""
    image = Enclosure(url="https://site.example/i.png", media_type="image/png", width=144, height=100)
    feed = feed_of(
        RICH,
        image=image,
        icon="https://site.example/icon.png",
        rights="Ours",
        ttl=60,
        language="en-gb",
        terms=(Term(name="Maps", slug="maps", scheme="https://site.example/feeds/topics/"),),
        authors=(Person(name="Desk", url="https://site.example/", email="desk@site.example"),),
    )
    channel = etree.fromstring(document("rss", feed).body).find("channel")
    said = {name: texts(channel, name) for name in ("title", "description", "language", "copyright", "ttl")}
    assert said == {
        "title": ["The Site"],
        "description": ["What it is"],
        "language": ["en-gb"],
        "copyright": ["Ours"],
        "ttl": ["60"],
    }
    assert texts(channel, "managingEditor") == ["desk@site.example (Desk)"]
    assert texts(channel, "category") == ["Maps"]
    assert texts(channel, "lastBuildDate") == ["Sat, 02 Mar 2024 10:00:00 +0000"]
    assert {each.tag: each.text for each in channel.find("image")} == {
        "url": image.url,
        "title": "The Site",
        "link": "https://site.example/",
        "width": "144",
        "height": "100",
    }
    atom = etree.fromstring(document("atom", feed).body)
    shown = {name: texts(atom, ATOM + name) for name in ("id", "title", "subtitle", "icon", "logo", "rights")}
    assert shown == {
        "id": [feed.id],
        "title": ["The Site"],
        "subtitle": ["What it is"],
        "icon": [feed.icon],
        "logo": [image.url],
        "rights": ["Ours"],
    }
    assert atom.get("{http://www.w3.org/XML/1998/namespace}lang") == "en-gb"
    assert [each["href"] for each in links(atom, "self")] == ["https://site.example/feeds/all/atom.xml"]
    assert [each["href"] for each in links(atom, "alternate")] == ["https://site.example/"]
    assert texts(atom.find(f"{ATOM}author"), f"{ATOM}name") == ["Desk"]
    top = json.loads(document("json", feed).body)
    del top["items"]
    assert top == {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "The Site",
        "home_page_url": "https://site.example/",
        "feed_url": "https://site.example/feeds/all/feed.json",
        "description": "What it is",
        "icon": feed.icon,
        "favicon": image.url,
        "language": "en-gb",
        "authors": [{"name": "Desk", "url": "https://site.example/"}],
        "author": {"name": "Desk", "url": "https://site.example/"},
    }


ARCHIVED = {
    "folder_url": "https://site.example/feeds/all/archive/2023/",
    "current_url": "https://site.example/feeds/all/",
    "older_url": "https://site.example/feeds/all/archive/2021/",
    "newer_url": "https://site.example/feeds/all/archive/2024/",
}
FEEDS = "https://site.example/feeds/all"


def standing(feed: Feed) -> dict[str, tuple[list[Any], bool]]:
    """The links of RFC 5005 in RSS and Atom, with their relations and types, and whether it is an archive."""
    rss = etree.fromstring(document("rss", feed).body).find("channel")
    atom = etree.fromstring(document("atom", feed).body)
    found = {}
    for name, top in (("rss", rss), ("atom", atom)):
        known = [(link.get("rel"), link.get("href"), link.get("type")) for link in top.findall(f"{ATOM}link")]
        history = "{http://purl.org/syndication/history/1.0}archive"
        found[name] = (
            [link for link in known if link[0] not in ("self", "alternate")],
            top.find(history) is not None,
        )
    return found


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, []),
        ({"older_url": f"{FEEDS}/archive/2024/"}, [("prev-archive", f"{FEEDS}/archive/2024/")]),
        (
            ARCHIVED,
            [
                ("current", f"{FEEDS}/"),
                ("prev-archive", f"{FEEDS}/archive/2021/"),
                ("next-archive", f"{FEEDS}/archive/2024/"),
            ],
        ),
        (
            {**ARCHIVED, "older_url": None, "newer_url": None},
            [("current", f"{FEEDS}/")],
        ),
    ],
    ids=["alone", "subscribed", "archived", "only-archived"],
)
def test_a_document_says_where_it_stands_in_its_feed(fields: Any, expected: list[tuple[str, str]]) -> None:
    """The links of RFC 5005 §4 lead to documents of the same format; those of an archive are marked so."""
    feed = feed_of(RICH, **fields)
    for name, (found, marked) in standing(feed).items():
        media_type = f"application/{name}+xml"
        assert found == [(rel, f"{folder}{name}.xml", media_type) for rel, folder in expected]
        assert marked == ("current_url" in fields)
    older = dict(expected).get("prev-archive")
    known = json.loads(document("json", feed).body)
    assert known.get("next_url") == (f"{older}feed.json" if older else None)


def test_only_an_archive_declares_what_it_uses() -> None:
    """A feed without an archive has not one byte for it."""
    for name in ("rss", "atom", "json"):
        body = document(name, feed_of(RICH)).body
        assert b"history" not in body
        assert b"archive" not in body
        assert b"next_url" not in body


def test_a_retired_feed_is_expired_in_json() -> None:
    """`expired` is there and true for a feed in which nothing new will appear, and not there otherwise."""
    assert json.loads(document("json", feed_of(expired=True)).body)["expired"] is True
    assert "expired" not in json.loads(document("json", feed_of()).body)


# What no format could show is refused when it is made.


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"id": ""}, "id is empty"),
        ({"title": ""}, "title is empty"),
        ({"permalink": ""}, "permalink is empty"),
        ({"title": "a\x00b"}, "XML"),
        ({"summary": "a\ufffeb"}, "XML"),
        ({"content_html": "a\ud800b"}, "XML"),
        ({"published": PUBLISHED.replace(tzinfo=None)}, "UTC"),
        ({"updated": LATER.astimezone(timezone(timedelta(hours=2)))}, "UTC"),
        ({"updated": PUBLISHED - timedelta(seconds=1)}, "before"),
    ],
)
def test_an_impossible_item_is_refused(fields: dict[str, Any], said: str) -> None:
    """An item that no format could show raises RenderError at construction, and says why."""
    with pytest.raises(RenderError, match=said):
        item_of(**fields)


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        (Person, {"name": "a\x00b"}),
        (Person, {"name": "a", "url": "https://a.example/\x1f"}),
        (Term, {"name": "a\x01b", "slug": "ab"}),
        (Enclosure, {"url": "https://a.example/", "media_type": "image/png", "title": "\x02"}),
        (Enclosure, {"url": "https://a.example/", "media_type": "image/png", "credit": "\ufffe"}),
        (Enclosure, {"url": "https://a.example/\ud800", "media_type": "image/png"}),
    ],
)
def test_an_impossible_part_is_refused(kind: type, fields: dict[str, str]) -> None:
    """A person, term or file with a text that XML cannot hold is refused too, before lxml meets it."""
    with pytest.raises(RenderError, match="XML") as caught:
        kind(**fields)
    assert str(caught.value).encode()


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"title": ""}, "title is empty"),
        ({"description": ""}, "description is empty"),
        ({"language": ""}, "language is empty"),
        ({"title": "a\x00b"}, "XML"),
        ({"rights": "a\x00b"}, "XML"),
        ({"updated": LATER.replace(tzinfo=None)}, "UTC"),
        ({"authors": ()}, "author"),
    ],
)
def test_an_impossible_feed_is_refused(fields: dict[str, Any], said: str) -> None:
    """A feed that no format could show raises RenderError at construction, and says why."""
    with pytest.raises(RenderError, match=said):
        feed_of(**fields)


def test_a_model_object_is_frozen() -> None:
    """What was checked at construction stays true: nothing can be set afterwards."""
    with pytest.raises(AttributeError):
        RICH.title = ""  # type: ignore[misc]


@pytest.mark.parametrize("name", XML_FORMATS)
def test_nothing_of_an_enclosure_breaks_out(name: str) -> None:
    """Every text of an enclosure, its type too, is escaped wherever it stands."""
    odd = 'a/b&c"<d>'
    files = [Enclosure(url=odd, media_type=odd, title=odd, credit=odd)]
    files += [Enclosure(url=odd + "2", media_type='image/"&', title=odd, credit=odd)]
    item = item_of(enclosures=tuple(files), related=(msgspec.structs.replace(files[0], url=odd + "3"),))
    for first_only in (False, True):
        root = etree.fromstring(document(name, feed_of(item), first_only=first_only).body)
        written = [value for each in root.iter() for value in each.attrib.values()]
        assert {odd, odd + "2", odd + "3", 'image/"&'} <= set(written)


# Hubs.

HUBS = ("https://hub.example/?a=1&b=2", "http://other.example/hub")


def test_hubs_are_named_in_every_format() -> None:
    """The hubs of a feed are named in their order (WebSub §4), beside the feed's own address."""
    feed = feed_of(hubs=HUBS)
    channel = etree.fromstring(document("rss", feed).body).find("channel")
    atom = etree.fromstring(document("atom", feed).body)
    for element, file_name in ((channel, "rss.xml"), (atom, "atom.xml")):
        assert links(element, "hub") == [{"rel": "hub", "href": hub} for hub in HUBS]
        assert [each["href"] for each in links(element, "self")] == [feed.self_url(file_name)]
    assert channel.findtext("link") == feed.home_url
    top = json.loads(document("json", feed).body)
    assert top["hubs"] == [{"type": "WebSub", "url": hub} for hub in HUBS]


@pytest.mark.parametrize("name", FORMATS)
def test_without_hubs_there_is_no_word_of_them(name: str) -> None:
    """A feed without hubs is, byte for byte, one with hubs less what names them."""
    bare = document(name, feed_of(RICH)).body
    named = document(name, feed_of(RICH, hubs=HUBS[1:])).body
    said = {
        "rss": b'<atom:link rel="hub" href="http://other.example/hub"/>',
        "atom": b'<link href="http://other.example/hub" rel="hub"/>',
        "json": b',"hubs":[{"type":"WebSub","url":"http://other.example/hub"}]',
    }[name]
    assert named.replace(said, b"", 1) == bare
    assert b"hub" not in bare
