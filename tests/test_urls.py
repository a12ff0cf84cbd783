"""URLs that readers can follow, tag: URIs, slugs and media types."""

from __future__ import annotations

import re
import sys
import time
from types import ModuleType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syndicate.urls import (
    IMAGE_TYPES,
    LONGEST_URL,
    clean_media_type,
    clean_url,
    host_key,
    media_type,
    name_key,
    slug,
    tag_uri,
)

BASE = "https://site.example/blog/post/"
# RFC 3986 §2 and appendix A; brackets in an IP literal only.
RFC_3986 = re.compile(
    r"https?://(?:\[[0-9a-f:.]+\]|[A-Za-z0-9._-]+)(?::[0-9]{1,5})?"
    r"(?:[A-Za-z0-9\-._~!$&'()*+,;=:@/]|%[0-9A-Fa-f]{2})*"
    r"(?:\?(?:[A-Za-z0-9\-._~!$&'()*+,;=:@/?]|%[0-9A-Fa-f]{2})*)?"
    r"(?:#(?:[A-Za-z0-9\-._~!$&'()*+,;=:@/?]|%[0-9A-Fa-f]{2})*)?"
)
_SPELLINGS = (
    'http https: // / h.example ? # & amp; #38; % %4 %41 : @ [ ] ::1 80 é 😀 .. \\ " < x &Tab; |'.split()
)
PIECES = st.lists(st.sampled_from([*_SPELLINGS, " ", "\n", "\t", "\ud83d"]), max_size=12).map("".join)
URLS = st.one_of(st.text(), PIECES, PIECES.map("https://h.example/".__add__))
NAMES = st.one_of(
    st.text(max_size=80),
    st.text(alphabet="aAbB01 -_+#.&ßéÉ\u0301/", max_size=8),
)


@pytest.mark.parametrize(
    ("raw", "cleaned"),
    [
        pytest.param("https://h.example/a?b=1&c=2#d", "https://h.example/a?b=1&c=2#d", id="clean-already"),
        pytest.param("http://h.example:8080/", "http://h.example:8080/", id="port"),
        pytest.param("https://h.example", "https://h.example", id="no-path"),
        pytest.param("https://h.example/?a=1&amp;b=2", "https://h.example/?a=1&b=2", id="entity"),
        pytest.param("https://h.example/a?b=1&#038;c=2", "https://h.example/a?b=1&c=2", id="numeric-entity"),
        pytest.param("https://h.example/?a=1&amp;amp;b=2", "https://h.example/?a=1&b=2", id="entity-twice"),
        pytest.param("https://h.example/?a=1&am\np;b=2", "https://h.example/?a=1&b=2", id="broken-entity"),
        pytest.param("https://h.example/?a=1&copy=2", "https://h.example/?a=1&copy=2", id="no-entity"),
        pytest.param("https://h.example/a;b=c;d", "https://h.example/a;b=c;d", id="semicolons"),
        pytest.param("https://h.example/a?#38;b", "https://h.example/a#38;b", id="empty-query"),
        pytest.param(" https://h.example/a.png ", "https://h.example/a.png", id="blanks-around"),
        pytest.param("\ufeff\u2003https://h.example/\u200b", "https://h.example/", id="blanks-unseen"),
        pytest.param("https://h.example/a b", "https://h.example/a%20b", id="blank-inside"),
        pytest.param("https://h.example/a\r\n\tb", "https://h.example/ab", id="line-break-inside"),
        pytest.param("https://h.example/a\x01b", "https://h.example/a%01b", id="control-character"),
        pytest.param("https://h.example/100%", "https://h.example/100%25", id="lone-percent"),
        pytest.param("https://h.example/%zz%41%c3", "https://h.example/%25zz%41%c3", id="escapes-stay"),
        pytest.param('https://h.example/"<>^`|[]', "https://h.example/%22%3C%3E%5E%60%7C%5B%5D", id="odd"),
        pytest.param("https://h.example/?a[]=ü#ö", "https://h.example/?a%5B%5D=%C3%BC#%C3%B6", id="unicode"),
        pytest.param("https://h.example/\ud83d", "https://h.example/%3F", id="lone-surrogate"),
        pytest.param("https://münchen.example/ü", "https://xn--mnchen-3ya.example/%C3%BC", id="idn"),
        pytest.param("HTTPS://H.example/ä", "https://h.example/%C3%A4", id="scheme-in-capitals"),
        pytest.param("https://[2001:DB8::1]:8080/a", "https://[2001:db8::1]:8080/a", id="ipv6"),
        pytest.param("https://h_h.example/", "https://h_h.example/", id="underscore-in-host"),
        pytest.param("../other/", "https://site.example/blog/other/", id="relative"),
        pytest.param("/a?b", "https://site.example/a?b", id="absolute-path"),
        pytest.param("//cdn.example/a", "https://cdn.example/a", id="no-scheme"),
        pytest.param("?page=2", "https://site.example/blog/post/?page=2", id="query-alone"),
        pytest.param("a b:c", "https://site.example/blog/post/a%20b:c", id="colon-in-a-name"),
        pytest.param("", None, id="empty"),
        pytest.param(" \n", None, id="blank"),
        pytest.param("javascript:alert(1)", None, id="javascript"),
        pytest.param("java\nscript:alert(1)", None, id="javascript-in-two-lines"),
        pytest.param("\x01javascript:alert(1)", None, id="javascript-behind-a-control"),
        pytest.param("&#106;avascript:alert(1)", None, id="javascript-as-entity"),
        pytest.param("data:text/html,x", None, id="data"),
        pytest.param("file:///etc/passwd", None, id="file"),
        pytest.param("mailto:a@b.example", None, id="mailto"),
        pytest.param("ftp://h.example/", None, id="ftp"),
        pytest.param("https:/h.example", None, id="one-slash"),
        pytest.param("https:///path", None, id="no-host"),
        pytest.param("https://user:secret@h.example/", None, id="credentials"),
        pytest.param("https://good.example\\@evil.example/", None, id="backslash-credentials"),
        pytest.param("https://h h.example/", None, id="blank-in-host"),
        pytest.param("https://a..b/", None, id="empty-label"),
        pytest.param("https://" + "a" * 64 + "é.example/", None, id="label-too-long"),
        pytest.param("https://" + "a." * 150 + "example/", None, id="host-too-long"),
        pytest.param("https://h.example:99999/", None, id="no-such-port"),
        pytest.param("https://h.example:port/", None, id="port-is-a-word"),
        pytest.param("https://[::1/", None, id="ipv6-open"),
        pytest.param('https://[fe80::1%"><x]/', None, id="ipv6-zone"),
        pytest.param("https://[::1%25eth0]/", None, id="ipv6-zone-escaped"),
        pytest.param("https://[::12345]/", None, id="ipv6-wrong"),
        pytest.param("https://[::1]b/", None, id="ipv6-and-more"),
        pytest.param("https://a:80[::1]/", None, id="more-and-ipv6"),
        pytest.param("https://[::1]:/", "https://[::1]/", id="ipv6-no-port"),
        pytest.param("https://[v1.fe]/", None, id="ip-of-the-future"),
        pytest.param("https://h.example/&?#38;", None, id="entity-made-by-cleaning"),
        pytest.param("https://h.example/" + "a" * 10_000, None, id="ten-thousand-characters"),
        pytest.param("https://h.example/" + "é" * 3_000, None, id="too-long-once-escaped"),
    ],
)
def test_clean_url(raw: str, cleaned: str | None) -> None:
    """A URL is absolute, http or https, entities decoded, escaped where it must be, or refused (law 7)."""
    assert clean_url(raw, BASE) == cleaned


def test_relative_without_base() -> None:
    """A relative URL that nothing resolves is no URL."""
    assert clean_url("/a") is None
    assert clean_url("//h.example/a") is None


@settings(max_examples=200)
@given(URLS)
def test_clean_urls_are_legal_and_final(raw: str) -> None:
    """A cleaned URL holds RFC 3986 characters only, is not too long, and cleans to itself."""
    cleaned = clean_url(raw, BASE)
    if cleaned is not None:
        assert RFC_3986.fullmatch(cleaned)
        assert len(cleaned) <= LONGEST_URL
        assert clean_url(cleaned, BASE) == clean_url(cleaned) == cleaned


@pytest.mark.parametrize("raw", ["https://" + "a" * 200_000, "https://" + "é" * 200_000, "&amp;" * 100_000])
def test_hostile_urls_take_no_time(raw: str) -> None:
    """A URL of any size is refused in linear time (law 7)."""
    start = time.process_time()
    assert clean_url(raw) is None
    assert host_key(raw) is None
    assert time.process_time() - start < 10


@pytest.mark.parametrize(
    ("domain", "key"),
    [
        pytest.param("Example.COM", "example.com", id="case"),
        pytest.param(" example.com. ", "example.com", id="ends"),
        pytest.param("https://Example.com/about?x#y", "example.com", id="url"),
        pytest.param("//example.com/a", "example.com", id="no-scheme"),
        pytest.param("example.com/path", "example.com", id="path"),
        pytest.param("bücher.example", "xn--bcher-kva.example", id="idn"),
        pytest.param("localhost", "localhost", id="one-label"),
        pytest.param("", None, id="empty"),
        pytest.param("..", None, id="dots"),
        pytest.param("../../etc", None, id="path-outside"),
        pytest.param("example.com:80", "example.com", id="port"),
        pytest.param("user@example.com", None, id="mail"),
        pytest.param("a b.example", None, id="blank"),
        pytest.param("a..b", None, id="empty-label"),
        pytest.param("é" * 70 + ".example", None, id="label-too-long"),
        pytest.param("[::1]", None, id="ipv6"),
    ],
)
def test_host_key(domain: str, key: str | None) -> None:
    """A provider's domain is a lower-case host name, or none."""
    assert host_key(domain) == key


@settings(max_examples=100)
@given(URLS)
def test_host_keys_are_segments(domain: str) -> None:
    """A host key is one path segment that cannot leave the output, and its own key."""
    key = host_key(domain)
    if key is not None:
        assert re.fullmatch(r"[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?", key)
        assert ".." not in key
        assert host_key(key) == key


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://h.example/a.png?147", "image/png"),
        ("https://h.example/a.JPG", "image/jpeg"),
        ("https://h.example/a.tar.gz#x.png", "application/gzip"),
        ("https://h.example/a.mp3", "audio/mpeg"),
        ("https://h.example/v1.2/a", "x/y"),
        ("https://h.example/a.unknown", "x/y"),
        ("https://h.example/png", "x/y"),
        ("https://h.example/?a.png", "x/y"),
        ("https://h.example", "x/y"),
    ],
)
def test_media_type(url: str, expected: str) -> None:
    """The type comes from the last segment of the path, never from the query or the fragment."""
    assert media_type(url, "x/y") == expected


def test_media_type_among() -> None:
    """Where an image is wanted, no other type is found."""
    assert media_type("https://h.example/a.mp3", "image/jpeg", IMAGE_TYPES) == "image/jpeg"


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("Audio/MPEG", "audio/mpeg"),
        (" text/html; charset=utf-8", "text/html"),
        ("image/svg+xml", "image/svg+xml"),
        ("mp3", None),
        ("", None),
        ("a/b/c", None),
        ('a/"b', None),
        ("a/" + "b" * 200, None),
    ],
    ids=lambda value: str(value)[:20] or "empty",
)
def test_clean_media_type(raw: str, expected: str | None) -> None:
    """A declared type is `type/subtype` in lower case, or none."""
    assert clean_media_type(raw) == expected


@pytest.mark.parametrize(
    ("specific", "expected"),
    [
        ("2021-12-29-slug", "tag:site.example,2020:2021-12-29-slug"),
        ("topics/ai/", "tag:site.example,2020:topics/ai/"),
        ("a b", "tag:site.example,2020:a%20b"),
        ("a%20b", "tag:site.example,2020:a%2520b"),
        ("c#?", "tag:site.example,2020:c%23%3F"),
        ("e\u0301", "tag:site.example,2020:%C3%A9"),
        ("x\udcff", "tag:site.example,2020:x%ED%B3%BF"),
    ],
    ids=["date", "path", "blank", "percent", "reserved", "composed", "no-utf-8"],
)
def test_tag_uri(specific: str, expected: str) -> None:
    """A tag: URI is legal for every name of a file, and two names never share one (law 3)."""
    assert tag_uri("site.example,2020", specific) == expected
    assert re.fullmatch(r"tag:(?:[A-Za-z0-9\-._~!$&'()*+,;=:@/]|%[0-9A-F]{2})+", expected)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("AI", "ai"),
        ("Machine Learning", "machine-learning"),
        ("  machine \n learning ", "machine-learning"),
        ("Multi-Cloud", "multi--cloud"),
        ("C", "c"),
        ("365", "365"),
        ("STRASSE", "strasse"),
    ],
)
def test_slug_of_a_plain_name(name: str, expected: str) -> None:
    """A plain name has a slug that a person would type."""
    assert slug(name) == expected


@pytest.mark.parametrize(
    ("name", "spoken"),
    [
        ("C++", "c-plus-plus"),
        ("C#", "c-sharp"),
        ("R&D", "r-and-d"),
        (".NET", "dot-net"),
        ("Überwachung", "uberwachung"),
        ("…", "x"),
        ("😀", "x"),
        ("", "x"),
        ("..", "dot-dot"),
        ("/", "x"),
        ("../../etc/passwd", "dot-dot-dot-dot-etc-passwd"),
        ("CON", "con"),
        ("com1", "com1"),
        ("a_b", "a-b"),
        ("a--b", "a-b"),
        ("word " * 60, "-".join(["word"] * 10)),
        ("x" * 300, "x" * 49),
    ],
    ids=lambda value: value[:16] or "empty",
)
def test_slug_of_another_name(name: str, spoken: str) -> None:
    """A name that is not plain is spelled out and told apart by ten digits."""
    assert re.fullmatch(re.escape(spoken) + "_[0-9a-f]{10}", slug(name))


@pytest.mark.parametrize(("name", "spoken"), [("中文", "zhong-wen"), ("Größe", "grosse"), ("Łódź", "lodz")])
def test_a_slug_does_not_depend_on_what_is_installed(
    name: str, spoken: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name is spelled out by text-unidecode, though python-slugify would prefer another package."""
    expected = slug(name)
    other = ModuleType("unidecode")
    monkeypatch.setattr(other, "unidecode", lambda _: "otherwise", raising=False)
    monkeypatch.setitem(sys.modules, "unidecode", other)
    for module in [module for module in sys.modules if module.partition(".")[0] == "slugify"]:
        monkeypatch.delitem(sys.modules, module)  # It may have chosen when it was loaded.
    assert slug(name) == expected
    assert expected.startswith(f"{spoken}_")


def test_the_languages_stay_three() -> None:
    """C, C++ and C# are three topics, and an ellipsis and an emoji two more."""
    assert len({slug(name) for name in ("C", "C++", "C#", "…", "😀", "c-plus-plus", "C sharp")}) == 7


@settings(max_examples=200)
@given(NAMES)
def test_slugs_are_segments(name: str) -> None:
    """A slug is a legal path segment on every system, whatever the name (law 7)."""
    made = slug(name)
    assert re.fullmatch(r"[a-z0-9]([a-z0-9_-]*[a-z0-9])?", made)
    assert len(made) <= 60
    assert not re.fullmatch(r"con|prn|aux|nul|com\d|lpt\d", made)


@settings(max_examples=200)
@given(NAMES, NAMES)
def test_names_share_a_slug_only_as_one_name(one: str, other: str) -> None:
    """Two names have one slug exactly where name_key holds them for one name."""
    assert (slug(one) == slug(other)) == (name_key(one) == name_key(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [("Azure", "aZURE"), ("a  b", " a\tb "), ("é", "e\u0301"), ("É", "e\u0301"), ("Straße", "STRASSE")],
    ids=["case", "blanks", "composed", "composed-case", "sharp-s"],
)
def test_spellings_of_one_name(one: str, other: str) -> None:
    """Case, blanks and Unicode's composed forms make no other name."""
    assert name_key(one) == name_key(other)
    assert slug(one) == slug(other)
