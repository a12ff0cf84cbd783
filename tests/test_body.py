"""Bodies: safe HTML with absolute addresses."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syndicate.body import Oversize, render_body, sanitise
from syndicate.text import legal

SITE = "https://site.example"
BASE = f"{SITE}/2024/a/"
REL = ' rel="noopener noreferrer"'


@pytest.mark.parametrize(
    ("html", "safe"),
    [
        pytest.param("<p>a <b>b</b></p>", "<p>a <b>b</b></p>", id="kept"),
        pytest.param(
            '<a href="../b/?x&amp;y">b</a>', f'<a href="{SITE}/2024/b/?x&amp;y"{REL}>b</a>', id="link"
        ),
        pytest.param('<img src="a b.png" alt="A">', f'<img src="{BASE}a%20b.png" alt="A">', id="image"),
        pytest.param('<q cite="/c">x</q>', '<q cite="https://site.example/c">x</q>', id="relative-cite"),
        pytest.param('<a href="javascript:x">y</a>', f"<a{REL}>y</a>", id="javascript"),
        pytest.param('<a href="data:text/html,x">y</a>', f"<a{REL}>y</a>", id="data"),
        pytest.param("a<script>alert(1)</script>b", "ab", id="script"),
        pytest.param("a<style>p{}</style>b", "ab", id="style"),
        pytest.param('a<iframe src="https://h.example/">x</iframe>b', "ab", id="iframe"),
        pytest.param("<form><button>x</button>y</form>a", "a", id="form"),
        pytest.param('<p onclick="x()" style="y" class="z" id="i">a</p>', "<p>a</p>", id="attributes"),
        pytest.param("<svg><script>x</script></svg>a", "a", id="svg"),
        pytest.param("<article><p>a</p></article>", "<p>a</p>", id="unknown-tag"),
        pytest.param("<!-- x -->a", "a", id="comment"),
        pytest.param("<p>a", "<p>a</p>", id="not-closed"),
        pytest.param('a<img src="javascript:x" alt="q">b', "ab", id="image-without-source"),
        pytest.param('a<img alt="x > y src=">b<img>', "ab", id="image-that-pretends"),
        pytest.param('<img alt="a" src="x"><img alt="b">', f'<img alt="a" src="{BASE}x">', id="one-of-two"),
        pytest.param("<p>a&#1;\x0b&#xFFFE;b</p>", "<p>ab</p>", id="characters-xml-forbids"),
        pytest.param('<abbr title="&#2;x">a</abbr>', '<abbr title="x">a</abbr>', id="and-in-attributes"),
        pytest.param("<p>a\r\nb&#13;</p>", "<p>a\nb</p>", id="carriage-returns"),
    ],
)
def test_sanitise(html: str, safe: str) -> None:
    """Nothing of a stranger's HTML runs, loads, or points nowhere in a feed reader."""
    assert sanitise(html, BASE) == safe


@pytest.mark.parametrize(
    ("text", "html"),
    [
        pytest.param("a *b*\n\nc", "<p>a <em>b</em></p>\n<p>c</p>", id="paragraphs"),
        pytest.param("[a](/b)", f'<p><a href="https://site.example/b"{REL}>a</a></p>', id="link"),
        pytest.param("~~a~~", "<p><s>a</s></p>", id="strikethrough"),
        pytest.param("|a|\n|-|", "<table>\n<thead>\n<tr>\n<th>a</th>\n</tr>\n</thead>\n</table>", id="table"),
        pytest.param("a <b>b</b><script>c</script>", "<p>a <b>b</b></p>", id="html-inside"),
        pytest.param("```\n<b>\n```", "<pre><code>&lt;b&gt;\n</code></pre>", id="code"),
        pytest.param("a\x01b", "<p>ab</p>", id="control-character"),
        pytest.param("# A\r\nb\r\n", "<h1>A</h1>\n<p>b</p>", id="crlf"),
        pytest.param(" \n\t\n", None, id="blank"),
        pytest.param("<script>x</script>", None, id="nothing-left"),
        pytest.param("[a](javascript:x)", "<p>[a](javascript:x)</p>", id="javascript"),
    ],
)
def test_markdown(text: str, html: str | None) -> None:
    """A Markdown body is CommonMark with tables, made safe; an empty one is none."""
    assert render_body(text, markdown=True, base=BASE) == html


def test_html_is_no_markdown() -> None:
    """The body of an HTML file is not read as Markdown."""
    assert render_body("*a*\n\n    b", markdown=False, base=BASE) == "*a*\n\n    b"


_SPELLINGS = (
    "<p> </p> <a <img <b> </b> <script> </script> href= src= alt= \" ' > /> javascript: https://h.example/ x"
    " &#1; &lt; &quot; ]] <!-- --> [a]( ) ![ ` ``` * # |"
).split()


@settings(max_examples=150, deadline=None)
@given(
    st.one_of(st.text(), st.lists(st.sampled_from([*_SPELLINGS, " ", "\n", "\x01"])).map("".join)),
    st.booleans(),
)
def test_any_body_is_safe(text: str, markdown: bool) -> None:
    """Whatever the body, its HTML is legal XML text, final, and its addresses are http or https."""
    html = render_body(text, markdown=markdown, base=BASE)
    if html is not None:
        assert legal(html) == html
        assert sanitise(html, BASE) == html
        for tag in re.findall(r"<[a-z][^<>]*>", html):
            assert not re.search(r'\s(?:href|src|cite)="(?!https?://)', tag)
            assert not re.match(r"<(?:script|style|iframe)\b", tag)


@pytest.mark.parametrize(
    ("text", "markdown", "found"),
    [
        pytest.param("a" * 262_145, True, "262,145 characters", id="long"),
        pytest.param("<div>" * 20_001, False, "20,001 tags", id="deep"),
        pytest.param("<div>" * 9_000 + "\n\n" + "a\n\n" * 60_000, True, "129,000 tags", id="deep-markdown"),
        pytest.param(f"[a]: {'b' * 9_000}\n\n" + "[a] " * 200, True, "addresses", id="reference"),
        pytest.param("<a href=b>" * 200, False, "addresses that come to", id="long-base"),
    ],
)
def test_a_body_has_bounds(text: str, markdown: bool, found: str) -> None:
    """A body that would take seconds to read, or expand to many times its size, is refused at once."""
    base = f"{SITE}/{'c' * 8_000}/"
    with pytest.raises(Oversize, match=rf"{found}.*at most"):
        render_body(text, markdown=markdown, base=base)


def test_a_large_table_is_no_attack() -> None:
    """What Markdown writes does not go deep: a table of 30,000 cells has many tags and is read."""
    html = render_body("|a|b|\n|-|-|\n" + "|1|2|\n" * 15_000, markdown=True, base=BASE)
    assert html is not None
    assert html.count("<td>") == 30_000
