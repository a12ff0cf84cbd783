"""Random input at every place where a stranger's text comes in: no exception but those that are promised.

SYNDICATE_FUZZ_EXAMPLES is how many examples each test tries: 40 unless it says otherwise, 2,000 with
`make fuzz`. What is found is tried again first (.hypothesis), and becomes a case in tests/data/hostile.
"""

from __future__ import annotations

import json
import os
from datetime import UTC
from pathlib import Path
from typing import Any

import msgspec
import pytest
from active import active_in_content
from conftest import article_text
from grammar import (
    EDITS,
    FRONTS,
    HEADERS,
    HTML,
    LINES,
    PATHS,
    PIECES,
    QUERIES,
    READINGS,
    SOUND,
    TEXTS,
    YAML,
    Edit,
    edited,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_query import Served

from syndicate import build, load_settings, yamlevents
from syndicate.article import Article, Reading
from syndicate.blockyaml import parse_block
from syndicate.body import LONGEST_BODY, Oversize, render_body, sanitise
from syndicate.border import LONGEST_ID, LONGEST_SUMMARY, MOST_VALUES, parse_article
from syndicate.check import check_document
from syndicate.errors import ArticleError
from syndicate.fields import LONGEST_TEXT, MOST_NOTES
from syndicate.sources import SourceFile, parse_file
from syndicate.text import legal, plain, settle
from syndicate.urls import LONGEST_URL, clean_url
from syndicate.yamlevents import parse_events

EXAMPLES = int(os.environ.get("SYNDICATE_FUZZ_EXAMPLES", "40"))
FUZZ = settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[
        HealthCheck.too_slow,
        HealthCheck.function_scoped_fixture,
        HealthCheck.data_too_large,
    ],
)
BASE = "https://site.example/a/"
READING = Reading(site_url="https://site.example/", site_id="site.example,2020")
# The front matter.


def read(text: str, *, libyaml: bool) -> Any:
    """Read YAML by the events of one of PyYAML's parsers: a value, or what is wrong."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(yamlevents, "LIBYAML", libyaml and yamlevents.LIBYAML)
        try:
            return parse_events(text)
        except ArticleError as error:
            return str(error)


@FUZZ
@given(st.one_of(YAML, LINES))
def test_all_readers_of_yaml_agree(text: str) -> None:
    """The pattern for plain lines, libyaml and the pure parser read the same, or say the same of it."""
    pure = read(text, libyaml=False)
    assert read(text, libyaml=True) == pure
    plainly = parse_block(text)
    if plainly is not None:
        assert plainly == pure


@FUZZ
@given(
    st.one_of(
        st.binary(max_size=200),
        st.one_of(YAML, LINES).map(lambda text: f"---\n{text}\n---\nb".encode("utf-8", "surrogatepass")),
    )
)
def test_any_bytes_are_an_article_or_an_error(raw: bytes) -> None:
    """Whatever a file holds, it is an article or one line with the path, and never another exception."""
    file = SourceFile(source=0, path="2024-01-02-a.md", file="/x/a.md", size=len(raw), mtime_ns=0)
    try:
        article = parse_file(raw, file, READING)
    except ArticleError as error:
        told = str(error)
    else:
        check(article)
        told = "/x/a.md: fine"
    assert told.startswith("/x/a.md")
    assert told.isprintable()


# The border.


def texts_in(value: Any) -> list[str]:
    """All texts of a value."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, list | tuple):
        return [text for each in value for text in texts_in(each)]
    if isinstance(value, dict):
        return [text for each in value.values() for text in texts_in(each)]
    return []


def check(article: Article) -> None:
    """Hold an article to what everything behind the border relies on."""
    assert article.title
    assert article.id
    assert len(article.id) <= max(LONGEST_ID, LONGEST_URL)
    assert article.published.tzinfo is article.updated.tzinfo is UTC
    assert article.updated >= article.published
    assert article.published.microsecond == 0
    values = msgspec.to_builtins(msgspec.structs.replace(article, path="", notes=(), body_html=None))
    for text in texts_in(values):
        assert legal(text) == text
        assert len(text) <= max(LONGEST_URL, LONGEST_SUMMARY + 1)
    for text in (
        article.title,
        article.summary,
        *article.topics,
        *(person.name for person in article.authors),
    ):
        assert plain(text) == text == settle(text)
        assert len(text) <= (LONGEST_SUMMARY if text == article.summary else LONGEST_TEXT) + 1
    urls = [article.permalink, article.amp_url, article.cdn_amp_url, article.player]
    urls += [each.url for each in (*article.enclosures, *article.related)]
    urls += [person.url for person in article.authors]
    for url in filter(None, urls):
        assert url.startswith(("http://", "https://"))
        assert clean_url(url) == url
    for many in (article.topics, article.authors, article.enclosures):
        assert len(many) <= 3 * MOST_VALUES
    assert len(article.notes) <= MOST_NOTES + 2
    assert all(str(note).isprintable() for note in article.notes)
    assert active_in_content(article.body_html or "") == []


@FUZZ
@given(st.tuples(SOUND, FRONTS).map(lambda both: {**both[0], **both[1]}), PATHS, READINGS, TEXTS)
def test_any_mapping_is_an_article_or_an_error(front: Any, path: str, reading: Reading, body: str) -> None:
    """Whatever a front matter says, it is an Article that keeps all promises, or an ArticleError."""
    try:
        article = parse_article(front, body, path=path, reading=reading)
    except ArticleError as error:
        told = str(error)
    else:
        check(article)
        told = "fine"
    assert told.isprintable()


# The sanitiser.


@FUZZ
@given(HTML, st.booleans())
def test_no_body_stays_active(text: str, markdown: bool) -> None:
    """What is left of a body is inert to three parsers, legal in XML, and final."""
    cleaned = render_body(text, markdown=markdown, base=BASE)
    if cleaned is not None:
        assert active_in_content(cleaned) == []
        assert legal(cleaned) == cleaned
        assert sanitise(cleaned, BASE) == cleaned


@FUZZ
@given(PIECES, st.integers(1, 4_000), HTML, st.booleans())
def test_a_body_that_repeats_itself_ends(piece: str, times: int, tail: str, markdown: bool) -> None:
    """A piece that is repeated up to the bound is read or refused, and comes to no more than it may."""
    text = (piece * times)[: LONGEST_BODY // 64] + tail
    try:
        cleaned = render_body(text, markdown=markdown, base=BASE) or ""
    except Oversize:
        return
    assert len(cleaned) < 20 * LONGEST_BODY


# Queries.


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Served:
    """A small site whose queries are answered."""
    site = tmp_path_factory.mktemp("served")
    for folder in ("config", "articles"):
        (site / folder).mkdir()
    config: dict[str, Any] = {
        "site": {
            "title": "T",
            "url": "https://site.example/",
            "feeds_url": "https://site.example/feeds/",
            "id": "site.example,2020",
        },
        "sources": [{"path": "../articles"}],
        "pages": "false",
    }
    (site / "config" / "syndicate.yaml").write_text(json.dumps(config))
    for number, topic in enumerate(("One", "C++", "日本")):
        text = article_text(topics=f"[{topic}]", provider="{domain: h.example}", type="podcast")
        (site / "articles" / f"{number}.md").write_text(text)
    build(load_settings(site / "config" / "syndicate.yaml"), jobs=1)
    return Served(site)


ANSWERS = {200, 206, 304, 400, 405, 412, 414, 416}


@FUZZ
@given(QUERIES, HEADERS, st.sampled_from(["GET", "GET", "HEAD", "OPTIONS", "POST"]))
def test_any_query_is_answered(served: Served, query: str, headers: dict[str, str], method: str) -> None:
    """Whatever is asked, with whatever headers, the answer is a feed or says what is wrong: never a 5xx."""
    reply = served.fetch(method, f"/query?{query}", headers)
    assert reply.status in ANSWERS or (method == "OPTIONS" and reply.status == 204), (reply, query)
    assert len(reply.body) < 200_000
    if reply.status == 400:
        assert reply.headers["content-type"].startswith("text/plain")
    for value in reply.headers.values():
        assert value.isprintable()
    assert len(served.query._kept) <= 256


# What checks documents reads anybody's.

CHECKED = sorted(path for path in (Path(__file__).parent / "data" / "check").rglob("*") if path.is_file())


@FUZZ
@given(st.sampled_from(CHECKED), EDITS, st.sampled_from([None, "https://h.example/feed", "x", "http://["]))
def test_any_document_is_checked(path: Path, edits: list[Edit], address: str | None) -> None:
    """A document that was broken at random has findings or has none, the same each time, and nothing else."""
    body = edited(path.read_bytes(), edits)
    found = check_document(body, document="a\nb", address=address)
    assert check_document(body, document="a\nb", address=address) == found
    for finding in found:
        assert finding.line is None or 0 <= finding.line <= body.count(b"\n") + body.count(b"\r") + 1
        assert finding.what
        assert finding.what.isprintable()


@FUZZ
@given(st.one_of(st.binary(max_size=300), PIECES.map(lambda text: text.encode("utf-8", "surrogatepass"))))
def test_any_bytes_are_checked(body: bytes) -> None:
    """What is no document at all is said to be none, or has findings, the same each time."""
    found = check_document(body, document="x")
    assert check_document(body, document="x") == found
    assert all(finding.what.isprintable() for finding in found)
