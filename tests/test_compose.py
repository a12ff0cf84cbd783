from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from conftest import SITE, settings_of

from syndicate.article import Article, Provider
from syndicate.catalogue import FeedSpec, Place, specify
from syndicate.compose import compose_feed, compose_frame, compose_item
from syndicate.model import Enclosure, Feed, Item, Person
from syndicate.registry import Entry, Registries, Registry
from syndicate.selection import Names

DAY = datetime(2024, 5, 1, tzinfo=UTC)
IMAGE = Enclosure(url="https://i.example/a.png?a=1&b=2", media_type="image/png", width=40, height=30)
SOUND = Enclosure(url="https://i.example/a.mp3", media_type="audio/mpeg")
PAGE = Enclosure(url="https://r.example/", media_type="text/html", title="R & <r>")
A_PROVIDER = Provider(key="a.example", name="The A", domain="a.example")


def item(registries: Registries | None = None, content: str = "card", **fields: Any) -> Item:
    """The item of an article."""
    known = {
        "id": "tag:site.example,2020:a",
        "path": "a.md",
        "title": "Tides & <tables>",
        "permalink": "https://site.example/a/?x=1&y=2",
        "published": DAY,
        "updated": DAY,
    }
    article = Article(**{**known, **fields})
    learnt = {f"providers/{article.provider.key}": article.provider} if article.provider else {}
    names = Names(registries or Registries(), learnt)
    return compose_item(article, settings_of(content=content), names)


def feed(spec: FeedSpec | None = None, items: tuple[Item, ...] = (), **site: Any) -> Feed:
    """A feed of items; further keys are the site's."""
    settings = settings_of(site={**SITE, **site})
    return compose_feed(spec or specify("all/", settings, Names(Registries())), items, settings)


def test_an_item_says_what_its_article_says() -> None:
    """Identity, words, dates, files and player of the article are the item's."""
    found = item(summary="S", enclosures=(SOUND, IMAGE), related=(PAGE,), player="https://p.example/")
    assert (found.id, found.title, found.summary) == ("tag:site.example,2020:a", "Tides & <tables>", "S")
    assert (found.published, found.updated) == (DAY, DAY)
    assert (found.enclosures, found.related) == ((SOUND, IMAGE), (PAGE,))
    assert found.player == "https://p.example/"


def test_volatile_fields_reach_no_item() -> None:
    """Heat, quality, type and the place of the file change nothing of an item."""
    plain = item()
    assert plain == item(heat=9.0, quality=1.0, type="x", category="y", path="b/a.md", source=3, capped=2)


@pytest.mark.parametrize(
    ("fields", "names"),
    [
        ({}, ["The Site"]),
        ({"provider": A_PROVIDER}, ["The A"]),
        ({"authors": (Person(name="Jo"),)}, ["Jo"]),
        ({"authors": (Person(name="Jo"), Person(name="Mo")), "provider": A_PROVIDER}, ["Jo", "Mo", "The A"]),
    ],
)
def test_an_item_has_authors(fields: Any, names: list[str]) -> None:
    """Authors come first, then the provider; the site is the author of last resort."""
    assert [person.name for person in item(**fields).authors] == names


def test_the_configured_author_stands_in() -> None:
    """The site's author has the site's address where it gives none of its own."""
    (author,) = feed(author={"name": "Jo", "email": "jo@site.example"}).authors
    assert author == Person(name="Jo", url="https://site.example/", email="jo@site.example")
    (author,) = feed(author={"name": "Jo", "url": "https://jo.example/"}).authors
    assert author == Person(name="Jo", url="https://jo.example/")


def test_topics_become_terms_once() -> None:
    """A topic under two of its names is one term, with the name and the folder of the registry."""
    known = Registries(topics=Registry([Entry(key="ai", name="AI", segment="ml", aliases=("Robots",))]))
    terms = item(known, topics=("robots", "ai", "Tides")).terms
    assert [(term.name, term.slug) for term in terms] == [("AI", "ml"), ("Tides", "tides")]
    assert {term.scheme for term in terms} == {"https://site.example/feeds/topics/"}


@pytest.mark.parametrize(
    ("content", "body", "expected"),
    [
        ("card", "<p>B</p>", "<p>B</p>"),
        ("body", "<p>B</p>", "<p>B</p>"),
        ("summary", "<p>B</p>", None),
        ("body", None, None),
        ("summary", None, None),
    ],
)
def test_content_is_what_was_asked_for(content: str, body: str | None, expected: str | None) -> None:
    """A body is the content unless summaries were asked for; a card is composed for `card` alone."""
    assert item(content=content, body_html=body, summary="S").content_html == expected


def test_a_card_shows_everything_escaped() -> None:
    """A card holds the linked lead image, the excerpt, the related links and the provider, escaped."""
    found = item(
        summary="a < b & c",
        enclosures=(SOUND, IMAGE),
        related=(PAGE, Enclosure(url="https://r.example/2?a=1&b=2", media_type="text/html")),
        provider=A_PROVIDER,
    )
    assert found.content_html == (
        '<p><a href="https://site.example/a/?x=1&amp;y=2"><img src="https://i.example/a.png?a=1&amp;b=2"'
        ' alt="Tides &amp; &lt;tables&gt;" width="40" height="30"></a></p>'
        "<p>a &lt; b &amp; c</p>"
        '<p>Related</p><ul><li><a href="https://r.example/">R &amp; &lt;r&gt;</a></li>'
        '<li><a href="https://r.example/2?a=1&amp;b=2">https://r.example/2?a=1&amp;b=2</a></li></ul>'
        '<p><a href="https://a.example/">The A</a></p>'
    )


def test_a_card_leaves_out_what_is_unknown() -> None:
    """An image's own title is its alt text, unknown sizes are left out, a provider may have no address."""
    image = Enclosure(url="https://i.example/a.png", media_type="image/png", title='An "alt"')
    found = item(enclosures=(image,), provider=Provider(key="a", name="A & B"))
    assert 'alt="An &quot;alt&quot;"></a>' in (found.content_html or "")
    assert (found.content_html or "").endswith("<p>A &amp; B</p>")


def test_a_card_is_never_empty() -> None:
    """An article that holds nothing but a title has a link to itself as content."""
    expected = '<p><a href="https://site.example/a/?x=1&amp;y=2">Tides &amp; &lt;tables&gt;</a></p>'
    assert item().content_html == expected


def test_the_date_of_a_feed_is_that_of_its_latest_item() -> None:
    """A feed's date is the latest `updated` of its items, never the present."""
    later = datetime(2024, 5, 9, tzinfo=UTC)
    assert feed(items=(item(), item(updated=later), item())).updated == later


def test_a_frame_is_the_feed_without_its_items() -> None:
    """What a feed says of itself does not depend on its items, but for the date it is given."""
    settings = settings_of()
    spec = specify("all/", settings, Names(Registries()))
    whole = compose_feed(spec, (item(),), settings)
    assert compose_frame(spec, DAY, settings) == msgspec.structs.replace(whole, items=())


@pytest.mark.parametrize(
    ("site", "expected"),
    [({}, datetime(1970, 1, 1, tzinfo=UTC)), ({"since": "2020-02-03"}, datetime(2020, 2, 3, tzinfo=UTC))],
)
def test_the_date_of_an_empty_feed_is_a_constant(site: Any, expected: datetime) -> None:
    """A feed that holds nothing bears `site.since`."""
    assert feed(**site).updated == expected


def test_a_feed_has_its_identity_from_its_path() -> None:
    """A feed's id is a tag: URI of its path; its folder is served below `feeds_url`."""
    found = feed()
    assert (found.id, found.folder_url) == ("tag:site.example,2020:all/", "https://site.example/feeds/all/")
    assert found.self_url("rss.xml") == "https://site.example/feeds/all/rss.xml"
    moved = feed(url="http://other.example/", feeds_url="https://other.example/", title="New")
    assert moved.id == found.id


def test_the_documents_of_an_archive_are_the_feed_itself() -> None:
    """All documents of a feed share its id, words and home; each has its own folder, date and neighbours."""
    settings = settings_of(site={**SITE, "icon": "https://site.example/icon.png"})
    spec = specify("all/", settings, Names(Registries()))
    feed = compose_frame(spec, DAY, settings, Place(older="2024"))
    archived = compose_frame(spec, DAY, settings, Place(period="2023", older="2021", newer="2024"))
    served = "https://site.example/feeds/all/"
    assert (feed.older_url, feed.newer_url, feed.current_url) == (f"{served}archive/2024/", None, None)
    assert archived == msgspec.structs.replace(
        feed,
        path="all/archive/2023",
        folder_url=f"{served}archive/2023/",
        older_url=f"{served}archive/2021/",
        newer_url=f"{served}archive/2024/",
        current_url=served,
        root="../../../",
        image=None,
        icon=None,
    )


def test_a_feed_says_what_the_site_says() -> None:
    """Language, rights and ttl are the site's."""
    found = feed(language="de", rights="CC0", ttl="60")
    assert (found.language, found.rights, found.ttl) == ("de", "CC0", 60)


def image(width: int | None, height: int | None) -> Enclosure:
    """An image of a size."""
    return Enclosure(
        url=f"https://i.example/{width}x{height}.png", media_type="image/png", width=width, height=height
    )


@pytest.mark.parametrize(
    ("images", "fitting", "icon"),
    [
        ((), None, None),
        ((image(144, 400),), image(144, 400), image(144, 400)),
        ((image(145, 10),), None, image(145, 10)),
        ((image(10, 401),), None, image(10, 401)),
        ((image(400, 400), image(100, 100)), image(100, 100), image(400, 400)),
        ((image(None, None),), image(None, None), image(None, None)),
    ],
)
def test_an_image_of_a_feed_fits_its_format(
    images: tuple[Enclosure, ...], fitting: Enclosure | None, icon: Enclosure | None
) -> None:
    """RSS takes an image up to 144 by 400; the widest is the icon."""
    spec = FeedSpec(
        kind="all",
        name="N",
        path="all",
        title="T",
        description="D",
        formats=("rss",),
        limit=1,
        home_url="https://site.example/",
        images=images,
    )
    found = feed(spec)
    assert (found.image, found.icon) == (fitting, icon.url if icon else None)


def test_the_icon_of_the_site_stands_in() -> None:
    """A feed without images of its own shows the site's icon."""
    found = feed(icon="https://site.example/icon.svg")
    assert found.icon == "https://site.example/icon.svg"
    assert found.image is not None
    assert found.image.media_type == "image/svg+xml"
