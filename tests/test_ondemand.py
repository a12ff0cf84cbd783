"""Feeds on demand: what a question may say, what it finds, and that its items are those of the feeds."""

from __future__ import annotations

import json
import os
import random
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import feedparser
import pytest
from conftest import WriteArticle, article_text
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from syndicate import Article, build, load_settings, read_articles
from syndicate.article import Provider
from syndicate.config import load_registries
from syndicate.lookup import Lookup, state_of
from syndicate.ondemand import Desk, Made, Unavailable
from syndicate.question import Question, Vocabulary, parse_question
from syndicate.registry import Entry, Registries, Registry
from syndicate.selection import Names
from syndicate.settings import Format, Settings

NOW = datetime(2024, 6, 1, tzinfo=UTC)
SECONDS = int(NOW.timestamp())
TOPICS = ("AI", "ai", "C++", "Data", "Maps")
PROVIDERS = ("a.example", "b.example", "c.example")
TYPES = ("article", "Podcast", "podcast", "video")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site of eighty articles: some drafts, some removed, some not due, several at one instant."""
    root = tmp_path_factory.mktemp("ondemand")
    (root / "config").mkdir()
    (root / "articles").mkdir()
    (root / "config" / "topics.yaml").write_text(
        "[{name: Data, aliases: [Figures]}, {name: Maps, parent: Data}, {name: Unused}]"
    )
    (root / "config" / "syndicate.yaml").write_text(
        "site: {title: The Site, url: https://site.example/, feeds_url: https://site.example/feeds/,"
        " id: 'site.example,2020', time_zone: Europe/Berlin}\n"
        "sources: [{path: ../articles}]\n"
        "feeds: {topics: {include_children: true, limit: none}}\n"
    )
    chance = random.Random(7)
    for number in range(80):
        when = NOW + timedelta(
            hours=chance.choice((-500, -300, -300, -200, -90, -5, 0, 40)), minutes=chance.choice((0, 0, 7))
        )
        fields = {
            "title": f"'Article {number} & <co>'",
            "publishedDateTime": f"{when:%Y-%m-%dT%H:%M:%SZ}",
            "webUrl": f"https://site.example/{number}/",
            "type": chance.choice(TYPES),
            "topics": "[" + ", ".join(chance.sample(TOPICS, chance.randrange(3))) + "]",
        }
        if chance.random() < 0.8:
            fields["provider"] = (
                f"{{name: The {(domain := chance.choice(PROVIDERS))[0].upper()}, domain: {domain}}}"
            )
        if chance.random() < 0.1:
            fields["draft"] = "true"
        if chance.random() < 0.1:
            fields["removed"] = "true"
        (root / "articles" / f"n{number:02}.md").write_text(article_text("Body", **fields))
    build(load_settings(root / "config" / "syndicate.yaml"), now=NOW, jobs=1)
    return root


@pytest.fixture(scope="module")
def settings(folder: Path) -> Settings:
    """The settings of the site."""
    return load_settings(folder / "config" / "syndicate.yaml")


def index_of(folder: Path) -> str:
    """Where the index of a site is."""
    return str(folder / ".syndicate" / "index.db")


@pytest.fixture(scope="module")
def desk(folder: Path, settings: Settings) -> Desk:
    """A desk for the site."""
    return Desk.open(index_of(folder), settings, load_registries(settings))


@pytest.fixture(scope="module")
def visible(settings: Settings, desk: Desk) -> list[Article]:
    """The articles that may be shown, in the order of law 9."""
    articles, failed = read_articles(settings)
    assert not failed
    shown = [each for each in articles if not each.draft and not each.removed]
    assert len(shown) < len(articles)
    return sorted(shown, key=lambda each: (-each.published.timestamp(), each.id))


def asked(desk: Desk, *pairs: tuple[str, str]) -> Question:
    """The question of some parameters, all of which make sense."""
    question, problems = parse_question(pairs, desk.words)
    assert problems == []
    return question


def ids(made: Made) -> list[str]:
    """The ids of a JSON Feed."""
    return [item["id"] for item in json.loads(made.body)["items"]]


# What is found.


def expected(visible: list[Article], names: Names, question: Question, now: datetime) -> list[str]:
    """What a question finds, told by looking at every article."""
    found = []
    for each in visible:
        topics = {names.topic(name).key for name in each.topics}
        provider = names.provider_key(each.provider) if each.provider else None
        if (
            each.published <= now
            and (not question.topics or topics & set(question.topics))
            and (not question.providers or provider in question.providers)
            and (not question.types or (each.type or "").casefold() in question.types)
            and (question.since is None or each.published >= question.since)
        ):
            found.append(each.id)
    return found[: question.limit]


class Asking(tuple[Desk, list[Article]]):
    """A desk and what may be found there; eighty articles are too much to be printed."""

    def __repr__(self) -> str:
        return "asking"


@pytest.fixture(scope="module")
def asking(desk: Desk, visible: list[Article]) -> Asking:
    """The desk and the articles of the site."""
    return Asking((desk, visible))


parameters = st.lists(
    st.one_of(
        st.tuples(st.just("topic"), st.sampled_from(["AI", "figures", "c++", "Maps", "unused", " Data "])),
        st.tuples(st.just("provider"), st.sampled_from([*PROVIDERS, "The B", "C.example"])),
        st.tuples(st.just("type"), st.sampled_from(["Article", "podcast", "nothing"])),
    ),
    max_size=5,
)


@hypothesis_settings(deadline=None)
@given(
    pairs=parameters,
    since=st.none() | st.sampled_from(["2024-05-12", "2024-05-19T12:00:00Z", "2024-06-01T00:00:00Z"]),
    limit=st.sampled_from(["1", "3", "50", "200"]),
    hours=st.sampled_from([-250, 0, 41]),
)
def test_what_a_question_finds(
    pairs: list[tuple[str, str]], since: str | None, limit: str, hours: int, asking: Asking
) -> None:
    """Any of one name, all of several names, since an instant, due, in order, as many as are wanted."""
    more = [("limit", limit), ("format", "json")] + ([("since", since)] if since else [])
    desk, visible = asking
    question = asked(desk, *pairs, *more)
    now = NOW + timedelta(hours=hours)
    made = desk.make(question, int(now.timestamp()))
    assert ids(made) == expected(visible, desk.tools.names, question, now)


def test_the_table_is_worth_something(desk: Desk, visible: list[Article]) -> None:
    """The site has articles for every kind of condition, due ones and others."""
    assert 0 < len(expected(visible, desk.tools.names, Question(), NOW)) < len(visible)
    for pair in (("topic", "figures"), ("provider", "The B"), ("type", "podcast"), ("since", "2024-05-30")):
        found = ids(desk.make(asked(desk, pair, ("format", "json")), SECONDS))
        assert 0 < len(found) < len(visible)


def test_children_do_not_count(desk: Desk, folder: Path) -> None:
    """A topic is what articles name, as in `where`, though its feed holds those of its children too."""
    found = ids(desk.make(asked(desk, ("topic", "Data"), ("format", "json"), ("limit", "200")), SECONDS))
    published = json.loads((folder / "feeds" / "topics" / "data" / "feed.json").read_text())["items"]
    assert set(found) < {item["id"] for item in published}


ITEM = {"rss": rb"<item>.*?</item>", "atom": rb"<entry>.*?</entry>"}


@pytest.mark.parametrize("name", ["rss", "atom", "json"])
def test_items_are_those_of_the_feeds(name: Format, desk: Desk, folder: Path) -> None:
    """An item on demand has the bytes that it has in a published feed."""
    file = {"rss": "rss.xml", "atom": "atom.xml", "json": "feed.json"}[name]
    published = (folder / "feeds" / "topics" / "ai" / file).read_bytes()
    made = desk.make(asked(desk, ("topic", "AI"), ("limit", "200"), ("format", name)), SECONDS).body
    if name == "json":
        assert made.partition(b'"items":')[2] == published.partition(b'"items":')[2]
    else:
        assert re.findall(ITEM[name], made, re.S) == re.findall(ITEM[name], published, re.S)
        assert re.findall(ITEM[name], made, re.S)


@pytest.mark.parametrize("name", ["rss", "atom", "json"])
def test_a_feed_says_what_it_is(name: Format, desk: Desk) -> None:
    """Its title says what was asked for, its self link is the one address of the question."""
    pairs = (("type", "podcast"), ("topic", "figures"), ("provider", "The B"), ("format", name))
    made = desk.make(asked(desk, *pairs), SECONDS)
    url = f"https://site.example/feeds/query?topic=data&provider=b.example&type=podcast&format={name}"
    assert made.url == url
    if name == "json":
        top = json.loads(made.body)
        assert (top["title"], top["feed_url"]) == ("Data, The B, podcast – The Site", url)
        return
    parsed = feedparser.parse(made.body)
    assert not parsed.bozo
    assert parsed.feed.title == "Data, The B, podcast – The Site"
    assert [link.href for link in parsed.feed.links if link.rel == "self"] == [url]


def test_an_id_is_for_all_formats(desk: Desk) -> None:
    """An Atom feed's id says what was asked for and not in which format; other questions have others."""
    found = {
        feedparser.parse(desk.make(asked(desk, *pairs, ("format", "atom")), SECONDS).body).feed.id
        for pairs in (
            (),
            (("topic", "AI"),),
            (("topic", "AI"), ("limit", "5")),
            (("topic", "ai"), ("limit", "50")),
        )
    }
    assert found == {
        "tag:site.example,2020:query",
        "tag:site.example,2020:query%3Ftopic=ai",
        "tag:site.example,2020:query%3Ftopic=ai&limit=5",
    }


def test_nothing_found_is_a_feed(desk: Desk) -> None:
    """A question that nothing answers gets a valid feed without items, dated `site.since`."""
    made = desk.make(asked(desk, ("type", "nothing"), ("format", "atom")), SECONDS)
    parsed = feedparser.parse(made.body)
    assert not parsed.bozo
    assert parsed.entries == []
    assert parsed.feed.updated.startswith("1970-01-01T00:00:00")


def test_what_is_asked_stays_text(desk: Desk) -> None:
    """A type that somebody made up cannot leave the text that it is shown in."""
    made = desk.make(asked(desk, ("type", "</title><script>&amp;"), ("format", "rss")), SECONDS)
    assert b"<script>" not in made.body
    assert feedparser.parse(made.body).feed.title.startswith("</title><script>&amp;")


def test_drafts_stay_hidden(folder: Path, tmp_path: Path, desk: Desk, visible: list[Article]) -> None:
    """Though the last build showed drafts to an editor, a question finds none (law 10)."""
    import shutil

    shutil.copytree(folder, tmp_path / "copy")
    settings = load_settings(tmp_path / "copy" / "config" / "syndicate.yaml")
    build(settings, now=NOW, jobs=1, include_unpublished=True)
    shown = Desk.open(index_of(tmp_path / "copy"), settings, load_registries(settings))
    for pairs in ((), (("topic", "AI"),)):
        question = asked(shown, *pairs, ("format", "json"), ("limit", "200"))
        assert ids(shown.make(question, SECONDS)) == expected(visible, shown.tools.names, question, NOW)


def test_time_alone_ends_what_was_made(desk: Desk, visible: list[Article]) -> None:
    """A feed holds until the next article becomes due, and no earlier than it was made."""
    made = desk.make(asked(desk), SECONDS)
    due = min(each.published for each in visible if each.published > NOW)
    assert made.until == int(due.timestamp())
    assert made.holds(SECONDS)
    assert not made.holds(SECONDS - 1)
    assert made.holds(made.until - 1)
    assert not made.holds(made.until)
    assert desk.make(asked(desk), SECONDS + 100 * 3600).until is None


# The index.


def test_the_state_of_an_index_is_that_of_its_runs(site: Path, write_article: WriteArticle) -> None:
    """It changes with what a run commits and with nothing that only reads; there is none without an index."""
    config = site / "config" / "syndicate.yaml"
    path = index_of(site)
    assert state_of(path) is None
    write_article("a.md")
    build(load_settings(config), now=NOW, jobs=1)
    state = state_of(path)
    with Lookup.open(path) as index:
        assert len(index.matching((), (), after=0, until=SECONDS, limit=9)) == 1
        assert state_of(path) == state
    assert state_of(path) == state
    write_article("b.md")
    build(load_settings(config), now=NOW, jobs=1)
    assert state_of(path) != state


def test_a_reader_keeps_its_state(site: Path, write_article: WriteArticle) -> None:
    """Whoever opened the index sees one state of it, whatever is committed meanwhile."""
    config = site / "config" / "syndicate.yaml"
    write_article("a.md")
    build(load_settings(config), now=NOW, jobs=1)
    with Lookup.open(index_of(site)) as index:
        write_article("b.md")
        build(load_settings(config), now=NOW, jobs=1)
        assert len(index.matching((), (), after=0, until=SECONDS, limit=9)) == 1


@pytest.mark.parametrize("how", ["missing", "garbage", "version", "no record"])
def test_an_index_that_cannot_be_used(how: str, site: Path, write_article: WriteArticle) -> None:
    """Without an index, or with one that is none, nothing can be made just now, and it stays as it is."""
    path = Path(index_of(site))
    settings = load_settings(site / "config" / "syndicate.yaml")
    if how != "missing":
        write_article("a.md", topics="[A]")
        build(settings, now=NOW, jobs=1)
        for suffix in ("-wal", "-shm"):
            Path(f"{path}{suffix}").unlink(missing_ok=True)
    if how == "garbage":
        path.write_bytes(b"\\xff" * 4096)
    statements = {"version": "PRAGMA user_version = 999", "no record": "UPDATE names SET shown = x'c1'"}
    if how in statements:
        import sqlite3

        connection = sqlite3.connect(path)
        connection.execute(statements[how])
        connection.commit()
        connection.close()
    before = path.read_bytes() if path.exists() else None
    with pytest.raises(Unavailable):
        Desk.open(str(path), settings, Registries())
    assert (path.read_bytes() if path.exists() else None) == before
    if before is None:
        assert not os.path.exists(path)


# What a question may say.


def words_of(*topics: str) -> Vocabulary:
    """The words of a site with a registry of one topic and one provider, and some learnt ones."""
    registries = Registries(
        topics=Registry([Entry(key="data", name="Data", segment="data", aliases=("Figures",))]),
        providers=Registry([Entry(key="a.example", name="Alpha", segment="a.example", aliases=("A Inc.",))]),
    )
    learnt: dict[str, str | Provider] = {
        "topics/ai": "AI",
        "providers/b.example": Provider(key="b.example", name="Beta Radio", domain="b.example"),
    }
    return Vocabulary(Names(registries, learnt), learnt)


WORDS = words_of()


@pytest.mark.parametrize(
    ("pairs", "question"),
    [
        ([], Question()),
        ([("topic", "Figures"), ("topic", "AI"), ("topic", "data")], Question(topics=("ai", "data"))),
        (
            [("provider", "beta  RADIO"), ("provider", "A Inc.")],
            Question(providers=("a.example", "b.example")),
        ),
        ([("type", "Podcast"), ("type", "podcast")], Question(types=("podcast",))),
        ([("since", "2024-01-01")], Question(since=datetime(2023, 12, 31, 23, tzinfo=UTC))),
        ([("since", "2024-01-01T00:00:00Z")], Question(since=datetime(2024, 1, 1, tzinfo=UTC))),
        ([("limit", "200"), ("format", "json")], Question(limit=200, format="json")),
    ],
)
def test_what_may_be_said(pairs: list[tuple[str, str]], question: Question) -> None:
    """Names by any of their spellings; what is said twice counts once; the order does not matter."""
    for order in (pairs, pairs[::-1]):
        assert parse_question(order, WORDS, ZoneInfo("Europe/Berlin")) == (question, [])


PRINTABLE = "expected a value of 1 to 200 printable characters"


@pytest.mark.parametrize(
    ("pairs", "message"),
    [
        ([("topics", "AI")], "found the unknown parameter 'topics', expected 'topic'"),
        (
            [("xyz", "AI")],
            "found the unknown parameter 'xyz', expected one of topic, provider, type, since, limit, format",
        ),
        ([("topic", "Dataa")], "topic: found 'Dataa', expected 'data'"),
        ([("topic", "zzz")], "topic: found 'zzz', expected a topic of this site"),
        ([("provider", "c.example.org")], "provider: found 'c.example.org', expected 'b.example'"),
        ([("topic", "")], "topic: found '', " + PRINTABLE),
        ([("type", "a\x00b")], "type: found 'a\\x00b', " + PRINTABLE),
        (
            [("type", "x" * 201)],
            "type: found '" + "x" * 118 + "…, expected a value of 1 to 200 printable characters",
        ),
        (
            [("since", "soon")],
            "since: found 'soon', expected a date such as 2021-12-29 or 2021-12-29T05:46:00Z",
        ),
        ([("limit", "0")], "limit: found '0', expected a whole number from 1 to 200"),
        ([("limit", "201")], "limit: found '201', expected a whole number from 1 to 200"),
        ([("limit", "-1")], "limit: found '-1', expected a whole number from 1 to 200"),
        ([("limit", "²")], "limit: found '²', expected a whole number from 1 to 200"),
        ([("limit", "9" * 100)], "limit: found '" + "9" * 100 + "', expected a whole number from 1 to 200"),
        ([("limit", "1"), ("limit", "2")], "limit: found 2 values, expected one"),
        ([("format", "xml")], "format: found 'xml', expected one of rss, atom, json"),
        ([("topic", "AI")] * 21, "found 21 parameters, expected at most 20"),
    ],
)
def test_what_makes_no_sense(pairs: list[tuple[str, str]], message: str) -> None:
    """Each mistake is named with the parameter, what was found and what was expected."""
    _, problems = parse_question(pairs, WORDS)
    assert [str(problem) for problem in problems] == [message]


def test_all_mistakes_are_named() -> None:
    """Whoever made three mistakes hears of three."""
    _, problems = parse_question([("topic", "zzz"), ("limit", "x"), ("foo", "1")], WORDS)
    assert len(problems) == 3


@hypothesis_settings(deadline=None)
@given(
    st.lists(
        st.tuples(st.text(max_size=12) | st.sampled_from(["topic", "since", "limit"]), st.text(max_size=220)),
        max_size=25,
    )
)
def test_anything_may_be_asked(pairs: list[tuple[str, str]]) -> None:
    """Whatever is asked, it is a question or a list of problems, each of one printable line."""
    question, problems = parse_question(pairs, WORDS)
    for problem in problems:
        assert "\n" not in str(problem)
        assert str(problem).isprintable()
    if not problems:
        assert question.canonical().isascii()


def test_a_question_can_be_asked_again() -> None:
    """The canonical query means the question that it was written from."""
    from urllib.parse import parse_qsl

    question = Question(
        topics=("ai", "data"), types=("a & b=c",), since=datetime(2024, 1, 1, tzinfo=UTC), limit=7
    )
    assert parse_question(parse_qsl(question.canonical()), WORDS) == (question, [])


def test_words_have_their_keys() -> None:
    """A name is looked up in the registry, then among what articles say; what neither knows is none."""
    assert [WORDS.topic(word) for word in ("figures", "Ai", "nothing")] == ["data", "ai", None]
    assert [WORDS.provider(word) for word in ("Alpha", "nothing")] == ["a.example", None]
