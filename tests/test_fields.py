"""Single values that strangers wrote: used, or left out and noted."""

from __future__ import annotations

import pytest

from syndicate.fields import FieldReader
from syndicate.model import Enclosure
from syndicate.yamltext import Value

BASE = "https://site.example/"
FIELD = ("f",)


@pytest.fixture
def reader() -> FieldReader:
    """A reader of one file of the test site."""
    return FieldReader(BASE)


def noted(reader: FieldReader) -> list[str]:
    """What was left out, as text."""
    return [str(note) for note in reader.notes]


@pytest.mark.parametrize(
    ("value", "places"),
    [
        (None, []),
        ("a", [(("f",), "a")]),
        ({"a": "b"}, [(("f",), {"a": "b"})]),
        (["a", None, "b"], [(("f", 0), "a"), (("f", 2), "b")]),
        ([], []),
    ],
    ids=["nothing", "text", "mapping", "list", "empty"],
)
def test_each(reader: FieldReader, value: Value, places: list[object]) -> None:
    """A single value is a list of one, and every value knows its place."""
    assert list(reader.each(FIELD, value)) == places


@pytest.mark.parametrize(
    ("value", "text", "notes"),
    [
        pytest.param(None, "", [], id="nothing"),
        pytest.param(" a &amp; <b>b</b> ", "a & b", [], id="cleaned"),
        pytest.param(["a"], "", ["f: found a list, expected a text"], id="list"),
        pytest.param({}, "", ["f: found a mapping, expected a text"], id="mapping"),
        pytest.param("x" * 10, "x" * 10, [], id="longest"),
        pytest.param(
            "one two three",
            "one two…",
            ["f: found '13 characters', expected at most 10; the rest is left out"],
            id="cut-at-a-word",
        ),
        pytest.param(
            "x" * 11,
            "x" * 10 + "…",
            ["f: found '11 characters', expected at most 10; the rest is left out"],
            id="cut-in-a-word",
        ),
    ],
)
def test_clean_text(reader: FieldReader, value: Value, text: str, notes: list[str]) -> None:
    """A text is what a reader sees of it, and no longer than it may be."""
    assert reader.clean_text(FIELD, value, longest=10) == text
    assert noted(reader) == notes


@pytest.mark.parametrize(
    ("value", "url", "notes"),
    [
        (None, None, []),
        ("", None, []),
        ("/a b", "https://site.example/a%20b", []),
        ("javascript:x", None, ["f: found 'javascript:x', expected an http or https URL"]),
        (["https://h.example/"], None, ["f: found a list, expected an http or https URL"]),
    ],
    ids=["nothing", "empty", "relative", "javascript", "list"],
)
def test_clean_url(reader: FieldReader, value: Value, url: str | None, notes: list[str]) -> None:
    """A URL is absolute, or noted where it is none."""
    assert reader.clean_url(FIELD, value) == url
    assert noted(reader) == notes


@pytest.mark.parametrize(
    ("value", "least", "number", "notes"),
    [
        (None, 1, None, 0),
        (" 640 ", 1, 640, 0),
        ("0", 1, None, 0),
        ("0", 0, 0, 0),
        ("1.5", 1, None, 1),
        ("-1", 1, None, 1),
        ("640px", 1, None, 1),
        ("٣", 1, None, 1),
        ("9" * 16, 1, None, 1),
        ("9" * 5000, 1, None, 1),
        (["1"], 1, None, 1),
    ],
    ids=lambda value: ascii(value)[:12],
)
def test_whole(reader: FieldReader, value: Value, least: int, number: int | None, notes: int) -> None:
    """A count is a whole number of digits that a database can hold; zero says nothing of an image."""
    assert reader.whole(FIELD, value, least) == number
    assert len(reader.notes) == notes


@pytest.mark.parametrize(
    ("value", "seconds", "notes"),
    [
        (None, None, 0),
        ("PT15M", 900, 0),
        ("0", 0, 0),
        ("long", None, 1),
        ("9" * 5000, None, 1),
        (["1"], None, 1),
    ],
    ids=lambda value: ascii(value)[:12],
)
def test_duration(reader: FieldReader, value: Value, seconds: int | None, notes: int) -> None:
    """A playing time is seconds, or noted where it is none."""
    assert reader.duration(FIELD, value) == seconds
    assert len(reader.notes) == notes


def image(url: str, media_type: str = "image/png", **more: object) -> Enclosure:
    """An image of the test site."""
    return Enclosure(url=f"{BASE}{url}", media_type=media_type, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("value", "images", "notes"),
    [
        pytest.param("a.png", (image("a.png"),), [], id="url-alone"),
        pytest.param({"url": "a.png"}, (image("a.png"),), [], id="mapping-alone"),
        pytest.param(["a.png", {"url": "b.png"}], (image("a.png"), image("b.png")), [], id="list"),
        pytest.param(["a.png?147 "], (image("a.png?147"),), [], id="query"),
        pytest.param(
            ["a", "a.xyz"], (image("a", "image/jpeg"), image("a.xyz", "image/jpeg")), [], id="fallback"
        ),
        pytest.param([{"url": "a", "type": "Image/WebP"}], (image("a", "image/webp"),), [], id="declared"),
        pytest.param([{"url": "a.png", "type": "text/html"}], (image("a.png"),), [], id="no-image-type"),
        pytest.param([{"url": "a.png", "type": ["x"]}], (image("a.png"),), [], id="type-is-a-list"),
        pytest.param(
            [
                {
                    "url": "a.png",
                    "width": "640",
                    "height": "480",
                    "title": "A&nbsp;B",
                    "attribution": "<i>C</i>",
                }
            ],
            (image("a.png", width=640, height=480, title="A B", credit="C"),),
            [],
            id="all-fields",
        ),
        pytest.param(
            [{"url": "a.png", "width": "0", "title": " "}], (image("a.png"),), [], id="saying-nothing"
        ),
        pytest.param(
            [{"title": "x"}], (), ["f[0].url: found nothing, expected an http or https URL"], id="no-url"
        ),
        pytest.param(
            [{"url": "data:x"}, "b.png"],
            (image("b.png"),),
            ["f[0].url: found 'data:x', expected an http or https URL"],
            id="bad-url",
        ),
        pytest.param(
            [{"url": "a.png", "width": "wide"}],
            (image("a.png"),),
            ["f[0].width: found 'wide', expected a whole number"],
            id="bad-width",
        ),
    ],
)
def test_images(reader: FieldReader, value: Value, images: tuple[Enclosure, ...], notes: list[str]) -> None:
    """Images keep what can be used; what cannot is noted with its place."""
    assert reader.images(FIELD, value) == images
    assert noted(reader) == notes


def test_repeated_images_are_counted(reader: FieldReader) -> None:
    """An address that comes twice is one image, the first, and counted."""
    found = reader.images(FIELD, [{"url": "a.png", "title": "1"}, "b.png", {"url": "a.png", "title": "2"}])
    assert found == (image("a.png", title="1"), image("b.png"))
    assert reader.repeated == 1


def test_files(reader: FieldReader) -> None:
    """A file has its declared type, else the one of its address, else the default."""
    value: Value = [
        {"url": "a.mp3", "type": "audio/mpeg; x=y", "length": "123", "duration": "1:00"},
        "b.pdf",
        {"url": "c", "type": "nonsense"},
    ]
    assert list(reader.files(FIELD, value, "application/octet-stream")) == [
        Enclosure(url=f"{BASE}a.mp3", media_type="audio/mpeg", length=123, duration=60),
        Enclosure(url=f"{BASE}b.pdf", media_type="application/pdf"),
        Enclosure(url=f"{BASE}c", media_type="application/octet-stream"),
    ]
