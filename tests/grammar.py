"""What strangers could write, as grammars for random tests: YAML, front matters, HTML, queries."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from syndicate.article import Reading
from syndicate.border import NATIVE_NAMES

# Front matter as text.

_MARKS = (
    "- -- --- ... : , [ ] { } # & * ! | > ' \" % @ ` ? ~ = << \\ &a *a !!str !!python/name:x |- >+2 null"
    ' No 1.10 2024-01-02 title: topics: a: - a \'q\' "q" "\\ud83d" "\\x41" {a: b} [a, b] https://h.example/?a#b'
).split(" ")
_BLANKS = [
    "\n",
    "\n",
    "\n ",
    "\n  ",
    "\n    ",
    "\n\t",
    " ",
    "  ",
    "\t",
    "\r\n",
    "\r",
    "\u2028",
    "\x85",
    "\ufeff",
    "",
]
YAML = st.lists(
    st.one_of(st.sampled_from(_MARKS), st.sampled_from(_BLANKS), st.text(st.characters(), max_size=4)),
    max_size=40,
).map("".join)
LINES = st.lists(
    st.tuples(
        st.sampled_from(["", "", "  ", "    ", "- ", "  - "]),
        st.sampled_from(["a: ", "b: ", "title: ", "a:", "", "'a': ", "? "]),
        st.lists(st.sampled_from(_MARKS), max_size=3).map(" ".join),
    ).map("".join),
    max_size=12,
).map("\n".join)


# Front matter as a mapping.


def _reading(**how: Any) -> Reading:
    # Hypothesis would look for types of its own for the fields that are not given.
    return Reading(**how)


READINGS = st.builds(
    _reading,
    site_url=st.just("https://site.example/"),
    site_id=st.just("site.example,2020"),
    time_zone=st.sampled_from(["UTC", "America/New_York", "Pacific/Kiritimati", "Asia/Kathmandu"]),
    related_limit=st.sampled_from([None, 0, 1, 10]),
    ids=st.sampled_from(["tag", "permalink"]),
    permalink=st.sampled_from([None, "{year}/{month}/{day}/{slug}/", "https://h.example/{key}"]),
    defaults=st.sampled_from([{}, {"title": "Default"}, {"topics": ["a", ["b"]], "draft": "maybe"}]),
    fields=st.sampled_from([{}, {"title": ("name", "headline"), "topics": ("webUrl",)}]),
)


TEXTS = st.one_of(
    st.sampled_from(
        [
            "",
            " ",
            "a",
            "true",
            "no",
            "0",
            "-1",
            "1e999",
            "nan",
            "PT5M",
            "15:00",
            "image/png",
            "download",
            "\u202e",
            "\u200b",
        ]
    ),
    st.sampled_from(
        [
            "https://h.example/a.png",
            "//h.example",
            "javascript:alert(1)",
            "data:,x",
            "http://[::1]/",
            "ftp://h.example",
        ]
    ),
    st.sampled_from(
        ["2024-01-02", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "2024-02-30", "1 Jan 24 GMT+3"]
    ),
    st.sampled_from(
        [
            "<script>alert(1)</script>",
            "<iframe src='https://h.example/'>",
            "&#106;&amp;lt;b&gt;",
            "a@h.example",
        ]
    ),
    st.text(st.characters(), max_size=12),
)
_NAMES = st.one_of(
    st.sampled_from(
        [*NATIVE_NAMES, "date", "url", "tags", "name", "description", "image", "author", "secured"]
    ),
    st.text(max_size=4),
)
_PARTS = st.sampled_from(
    ["url", "webUrl", "title", "name", "domain", "type", "width", "length", "images", "authors", "email"]
)
VALUES = st.recursive(
    st.one_of(st.none(), TEXTS, TEXTS),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(_PARTS, inner, max_size=4)),
    max_leaves=12,
)
FRONTS = st.dictionaries(_NAMES, VALUES, max_size=14)
SOUND = st.just({"title": "T", "publishedDateTime": "2024-01-02T03:04:05Z", "webUrl": "https://h.example/"})
PATHS = st.sampled_from(
    [
        "a.md",
        "2024-01-02-a.md",
        "2024-02-30.md",
        "sub/index.html",
        "caf\udce9.md",
        "a\nb.md",
        "0000-01-01-x.md",
    ]
)


# HTML, and Markdown with it.

_TAGS = (
    "a b p i img div span table tr td th tbody caption ul li ol pre code br hr h1 q blockquote ruby rt"
    " details summary script style svg math mi mtext mglyph annotation-xml foreignObject desc title path"
    " iframe object embed form input button textarea select option template noscript noembed noframes xmp"
    " plaintext listing base meta link body html head frameset frame video audio source canvas marquee image"
    " x-y sc\u0131pt script\x00 \u0131mg"
).split()
_NAMES_OF_ATTRIBUTES = (
    "href src cite title alt style class id onerror onclick onload srcdoc action formaction xlink:href srcset"
    " background data poster lang dir width rel target is http-equiv content attributeName values to"
).split()
_SCHEMES = [
    "",
    "https://h.example/",
    "http:",
    "//h.example",
    "javascript:",
    "JaVa\tScRiPt:",
    "data:text/html,",
    "vbscript:",
    "&#106;avascript:",
    "java&NewLine;script:",
    "\x01javascript:",
    "\u3000javascript:",
    "jav&#x09;ascript&colon;",
]
_URLS = st.tuples(
    st.sampled_from(_SCHEMES), st.sampled_from(["alert(1)", "a", "<b>", "\"'", "%0a", "]]>", "../x?y#z"])
).map("".join)
_ATTRIBUTE_VALUES = st.one_of(
    _URLS,
    st.text(st.characters(), max_size=6),
    st.sampled_from(
        ['"><img src=x onerror=alert(1)>', "--><script>", "</style><b>", "`", "&quot;", "&lt;script&gt;"]
    ),
)
_QUOTES = st.sampled_from(['"', "'", "", "`"])
_ATTRIBUTE = st.tuples(
    st.sampled_from([" ", "/", "\n", "\t", "\x0c", ""]),
    st.sampled_from(_NAMES_OF_ATTRIBUTES),
    st.sampled_from(["=", " = ", "", "=="]),
    _QUOTES,
    _ATTRIBUTE_VALUES,
).map(lambda part: f"{part[0]}{part[1]}{part[2]}{part[3]}{part[4]}{part[3]}")
_OPEN = st.tuples(
    st.sampled_from(_TAGS),
    st.lists(_ATTRIBUTE, max_size=3).map("".join),
    st.sampled_from([">", "/>", "", " >"]),
).map(lambda part: f"<{part[0]}{part[1]}{part[2]}")
_CLOSE = st.tuples(st.sampled_from(_TAGS), st.sampled_from([">", " x=y>", ""])).map(
    lambda part: f"</{part[0]}{part[1]}"
)
PIECES = st.one_of(
    _OPEN,
    _OPEN,
    _CLOSE,
    st.sampled_from(
        [
            "<!--",
            "-->",
            "--!>",
            "<!>",
            "<![CDATA[",
            "]]>",
            "<?x",
            "?>",
            "</",
            "<",
            ">",
            "&",
            "&lt;",
            "&#0;",
            "&#x80;",
            "text",
            " ",
            "\n\n",
            "\n    ",
            "> ",
            "- ",
            "* ",
            "`",
            "```\n",
            "[a](",
            ")",
            "![",
            "](javascript:x)",
            "|a|\n|-|\n",
            "\x00",
            "\ud83d",
        ]
    ),
    st.text(st.characters(), max_size=5),
)
HTML = st.lists(PIECES, max_size=14).map("".join)


# Queries.

_PARAMETERS = st.tuples(
    st.sampled_from(["topic", "provider", "type", "since", "limit", "format", "topic%00", "x", "", "TOPIC"]),
    st.sampled_from(["=", "", "==", "%3D"]),
    st.one_of(
        st.sampled_from(
            [
                "one",
                "One",
                "c%2B%2B",
                "%E6%97%A5%E6%9C%AC",
                "h.example",
                "podcast",
                "json",
                "atom",
                "rss",
                "5",
                "0",
                "999999999999",
                "-1",
                "1e3",
                "2024-01-01",
                "0001-01-01T00:00:00Z",
                "9999-12-31T23:59:59%2B14:00",
                "%",
                "%zz",
                "%ff",
                "%00",
                "%ED%A0%80",
                "+",
                "a" * 300,
            ]
        ),
        st.text(st.characters(max_codepoint=126, min_codepoint=33, blacklist_characters="#"), max_size=8),
    ),
).map("".join)
QUERIES = st.lists(_PARAMETERS, max_size=5).flatmap(
    lambda parts: st.sampled_from(["&", "&&", ";"]).map(lambda by: by.join(parts))
)
HEADERS = st.dictionaries(
    st.sampled_from(
        [
            "accept",
            "accept-encoding",
            "if-none-match",
            "if-modified-since",
            "if-match",
            "if-unmodified-since",
            "range",
            "if-range",
            "host",
            "content-length",
        ]
    ),
    st.one_of(
        st.sampled_from(
            [
                "*",
                "gzip",
                "gzip;q=0, identity;q=0",
                "br;q=9",
                '"x"',
                'W/"x"',
                '"',
                "bytes=0-",
                "bytes=-0",
                "bytes=9-1",
                "bytes=0-0,1-1",
                "bytes=99999999999999999999-",
                "Mon, 32 Foo 2024 99:99:99 GMT",
                "",
                "\x00",
            ]
        ),
        st.text(st.characters(max_codepoint=255, blacklist_characters="\r\n"), max_size=10),
    ),
    max_size=4,
)


# Documents that somebody broke.

Edit = tuple[int, int, bytes]
"""Where in a thousandth of the document, how many bytes go, and what comes in their place."""

_WORDS = (
    b"< > </ /> & &amp; &lt;script&gt; ]]> <![CDATA[ <!-- <?x?> <item> <entry/> <link/> <guid/> { } [ ] ,"
    b" null 1e999 -0 true // a@b http://[::g]/ 2024-02-30 0000-01-01T00:00:00Z"
).split()
_PARTS_OF_DOCUMENTS = (
    b"", b"\x00", b"\xff", b"\xef\xbb\xbf", b"\xff\xfe", b"\n", b"\r", b'"', b'"\\ud800"', b' rel="self"',
    b'<!DOCTYPE x [<!ENTITY y SYSTEM "file:///etc/passwd">]>&y;', b"Mon, 99 Foo 99999 99:99:99 XYZ",
    b' href="javascript:x"', b' href="http://["', b' xmlns="x"', b' xmlns:a="http://www.w3.org/2005/Atom"',
    b"<" * 50, b"[" * 300, b"9" * 400,
)  # fmt: skip
_INSERTED = st.one_of(st.sampled_from([*_WORDS, *_PARTS_OF_DOCUMENTS]), st.binary(max_size=4))
EDITS = st.lists(
    st.tuples(st.integers(0, 1000), st.one_of(st.integers(0, 8), st.integers(0, 400)), _INSERTED),
    min_size=1,
    max_size=5,
)


def edited(body: bytes, edits: list[Edit]) -> bytes:
    """Break a document in some places."""
    for place, length, new in edits:
        start = len(body) * place // 1000
        body = body[:start] + new + body[start + length :]
    return body
