"""What a reader sees of a text that somebody wrote."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syndicate.text import decode_entities, join_surrogates, legal, plain, settle, shows_nothing, strip_tags

XML_CHAR = re.compile("[\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]*")
# Pieces that spell entities and tags when they meet, and what hides inside them.
_SPELLINGS = (
    "& amp; lt; #38; #x26; num; semi; nbsp; < > b /b <p> <!-- --> <script> </script> String é".split()
)
TURNS = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
PIECES = st.lists(
    st.sampled_from([*_SPELLINGS, *TURNS, " ", "\t", "\x01", "\x9b", "\ud83d", "\ude00", "\u200b"]),
    max_size=14,
).map("".join)
TEXTS = st.one_of(st.text(alphabet=st.characters()), PIECES)


@pytest.mark.parametrize(
    ("written", "seen"),
    [
        pytest.param("It&#8217;s", "It’s", id="decimal"),
        pytest.param("It&#x2019;s", "It’s", id="hexadecimal"),
        pytest.param("a&nbsp;b", "a b", id="named-blank"),
        pytest.param("a &hellip;", "a …", id="named"),
        pytest.param("a &amp;nbsp; b", "a b", id="escaped-twice"),
        pytest.param("a &amp;amp;amp;amp;amp;amp;#038; b", "a & b", id="escaped-seven-times"),
        pytest.param("AT&T", "AT&T", id="ampersand"),
        pytest.param("?a=1&copy=2", "?a=1&copy=2", id="no-semicolon"),
        pytest.param("&nosuchname;", "&nosuchname;", id="unknown-name"),
        pytest.param("&am<b>p;nbsp;x", "x", id="entity-behind-a-tag"),
        pytest.param("a&#0;b&#1;c", "a\ufffdbc", id="characters-xml-forbids"),
        pytest.param("&lt;b&gt;bold&lt;/b&gt;", "bold", id="escaped-tag"),
        pytest.param("<p>one</p><p>two</p>", "one two", id="blocks-part-words"),
        pytest.param("un<b>believ</b>able", "unbelievable", id="inlines-do-not"),
        pytest.param('a<br/>b<BR>c<img src="x" alt="y">', "a b c", id="void-and-case"),
        pytest.param("a<svg/onload=alert(1)>b<img/src=x>c", "abc", id="slash-after-the-name"),
        pytest.param("List<String> and Map<K, V>", "List<String> and Map<K, V>", id="generics"),
        pytest.param("List&lt;String&gt;", "List<String>", id="escaped-generics"),
        pytest.param("a < b and c > d", "a < b and c > d", id="comparison"),
        pytest.param("<<b>b>x", "x", id="tag-behind-a-tag"),
        pytest.param("a<script>alert(1)</script>b", "a b", id="script"),
        pytest.param("a<STYLE media=x>p{}</style >b", "a b", id="style"),
        pytest.param("a<!-- <b>no</b> -->b<!-- c -->d", "a b d", id="comments"),
        pytest.param("a<!-- <script> -->b</script>c", "a bc", id="opening-inside-a-comment"),
        pytest.param("a<!-- b", "a<!-- b", id="comment-without-end"),
        pytest.param("a<script>b<script>c", "abc", id="script-without-end"),
        pytest.param("  a \r\n\t b\u00a0\u2003c\u2028 ", "a b c", id="blanks"),
        pytest.param("a  b", "a b", id="two-blanks"),
        pytest.param(" a ", "a", id="ends"),
        pytest.param("a\x00\x08\x1b\ufffe\uffffb", "ab", id="control-characters"),
        pytest.param("\ud83d\ude00 \ud83d \ude00", "😀", id="surrogates"),
        pytest.param("", "", id="empty"),
    ],
)
def test_plain(written: str, seen: str) -> None:
    """A text of a front matter becomes the one line that a reader sees."""
    assert plain(written) == seen


@pytest.mark.parametrize(
    ("written", "seen"),
    [
        pytest.param("\u202ba\u202c b", "\u202ba\u202c b", id="closed"),
        pytest.param("\u2067a \u202eb\u202c\u2069", "\u2067a \u202eb\u202c\u2069", id="closed-twice"),
        pytest.param("a\u202eb", "ab", id="not-closed"),
        pytest.param("a\u2069b", "ab", id="not-opened"),
        pytest.param("\u2066a\u202eb\u2069c\u202c", "abc", id="crossed"),
        pytest.param("a\u200eb\u200fc", "a\u200eb\u200fc", id="marks-without-end"),
    ],
)
def test_a_text_turns_none_but_itself(written: str, seen: str) -> None:
    """Marks of direction stay where each is closed; else what follows on a page would stand the wrong way."""
    assert settle(written) == plain(written) == seen


@pytest.mark.parametrize(
    ("text", "blank"),
    [
        ("", True),
        (" ", True),
        ("\u200b\u2060\ufeff", True),
        ("\u3164\u2800", True),
        ("\u200ba", False),
        ("?", False),
    ],
)
def test_what_nobody_sees_is_nothing(text: str, blank: bool) -> None:
    """A name of characters without width is as good as none."""
    assert shows_nothing(text) is blank


@settings(max_examples=200)
@given(TEXTS)
def test_plain_is_final_legal_and_one_line(text: str) -> None:
    """What plain gives is legal XML on one line, and plain again changes nothing."""
    seen = plain(text)
    assert plain(seen) == seen
    assert XML_CHAR.fullmatch(seen)
    assert not re.search("[\x7f-\x9f]", seen)
    assert seen == " ".join(seen.split())
    assert settle(seen) == seen


@settings(max_examples=200)
@given(
    st.text(
        alphabet=st.characters(blacklist_characters=f"&<{TURNS}", blacklist_categories=("Cs", "Cc", "Cn"))
    )
)
def test_plain_keeps_what_is_no_markup(text: str) -> None:
    """A text without markup and control characters keeps all its words."""
    assert plain(text).split() == text.split()


@settings(max_examples=200)
@given(TEXTS)
def test_legal_takes_nothing_else(text: str) -> None:
    """What XML allows stays, character for character; what it forbids goes."""
    kept = "".join(each for each in join_surrogates(text) if XML_CHAR.fullmatch(each))
    assert legal(text) == kept


@settings(max_examples=100)
@given(st.text(alphabet=st.characters(blacklist_categories=("Cs",))))
def test_pairs_are_joined(text: str) -> None:
    """A text spelled in UTF-16 surrogates comes back as the characters they mean."""
    units = text.encode("utf-16-le")
    halves = "".join(chr(int.from_bytes(units[at : at + 2], "little")) for at in range(0, len(units), 2))
    assert join_surrogates(halves) == text


@pytest.mark.parametrize("text", ["&semi" * 40 + ";", "<" * 40 + "b>" * 40], ids=["entities", "tags"])
def test_undoing_has_an_end(text: str) -> None:
    """A text that spells markup forty levels deep is undone some levels deep; the rest stays text."""
    assert 0 < len(plain(text)) < len(text)


def test_tags_leave_text_without_them_alone() -> None:
    """A text without a tag is the same object, not a copy."""
    text = "nothing to do"
    assert strip_tags(text) is text
    assert decode_entities(text) is text


@pytest.mark.parametrize(
    "piece",
    [
        "<!--",
        "<script>",
        "<style>",
        "&amp;",
        "&",
        "amp;&",
        "<p ",
        "<",
        "&lt;",
        "</script",
        "<!-- --",
        "\u200b ",
    ],
)
def test_hostile_texts_take_no_time(piece: str) -> None:
    """Text that opens again and again and never closes is read in linear time (law 7)."""
    start = time.process_time()
    plain(piece * 40_000)
    assert time.process_time() - start < 10
