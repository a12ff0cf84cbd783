"""The rules, case by case.

In `data/check/RULE/LINE-what.rss` (or `.atom`, or `.xml` for what is neither) lies a document that breaks
that rule in that line and no other; in `data/check/good`, those that break none. To add one is to add a file.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import cache
from itertools import chain
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syndicate.check import check_document, content, moments, rules, whole, xmldocument
from syndicate.check.finding import Finding, Rule, Severity
from syndicate.check.forms import is_email, is_language, is_media_type, rfc822, rfc3339, url_fault
from syndicate.check.inspection import MOST_OF_A_RULE
from syndicate.check.ruleslist import rules_as_markdown

ROOT = Path(__file__).parent.parent
CASES = Path(__file__).parent / "data" / "check"
# Where a case is from, and what it was served as.
SUFFIXES = {
    ".rss": ("https://pier.example/rss.xml", "application/rss+xml"),
    ".atom": ("https://pier.example/atom.xml", "application/atom+xml"),
    ".xml": (None, None),
}
FILES = sorted(path for path in CASES.glob("*/*") if path.suffix in SUFFIXES)
GOOD = [path for path in FILES if path.parent.name == "good"]
NOW = datetime(2025, 1, 1, tzinfo=UTC)
# What some cases were served as instead.
SERVED = {
    "feed-media-type/0-any-xml.rss": "text/xml",
    "feed-media-type/0-html.rss": "text/html; charset=utf-8",
    "feed-media-type/0-rss.atom": "application/rss+xml",
    "xml-charset/1-latin-1.rss": "application/rss+xml; charset=iso-8859-1",
}


def name_of(path: Path) -> str:
    """A case as people call it: its rule and its file."""
    return f"{path.parent.name}/{path.name}"


def check_case(path: Path, body: bytes | None = None) -> tuple[Finding, ...]:
    """What is found in a case, which came from where its suffix says."""
    address, media_type = SUFFIXES[path.suffix]
    return check_document(
        path.read_bytes() if body is None else body,
        document=path.name,
        address=address,
        media_type=SERVED.get(name_of(path), media_type),
        now=NOW,
    )


def names(found: tuple[Finding, ...]) -> set[str]:
    """The rules that were broken."""
    return {finding.rule.name for finding in found}


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_a_case_breaks_the_rule_it_lies_under(path: Path) -> None:
    """A case breaks the rule of its folder in the line of its name, and nothing else; a good one nothing."""
    found = [(finding.rule.name, finding.line) for finding in check_case(path)]
    rule = path.parent.name
    assert found == ([] if rule == "good" else [(rule, int(path.name.partition("-")[0]))]), [
        str(finding) for finding in check_case(path)
    ]


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.name)
def test_every_rule_is_proven(rule: Rule) -> None:
    """Every rule of XML has a case that breaks it; what is too large for a file is made below."""
    if rule.name.startswith(("xml-", "rss-", "atom-", "feed-")) and rule is not whole.SIZE:
        assert list((CASES / rule.name).iterdir())


def test_there_is_a_case_for_what_is_right() -> None:
    """Both formats have good cases, and no case lies under a rule that there is not."""
    assert {path.suffix for path in GOOD} == {".rss", ".atom"}
    assert {path.parent.name for path in FILES} <= {"good", *(rule.name for rule in rules())}


def test_rules_are_told_apart() -> None:
    """Rules come by name, each name once, and a name says what the rule is for."""
    known = [rule.name for rule in rules()]
    assert known == sorted(set(known))
    for name in known:
        assert re.fullmatch(r"(feed|xml|rss|atom|json|opml|link)(-[a-z0-9]+)+", name)


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.name)
def test_a_rule_reads_as_a_sentence(rule: Rule) -> None:
    """Whoever meets a rule reads a demand and a reason, and finds where it is written."""
    assert rule.demand.endswith(".")
    assert rule.why.endswith(".")
    assert rule.clause
    assert re.fullmatch(r"https?://\S+", rule.url)


def test_the_list_of_rules_is_that_of_the_code() -> None:
    """docs/rules.md is what `syndicate check --rules` prints; after a change of a rule it is printed anew."""
    page = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")
    assert page == rules_as_markdown(rules())


def test_the_list_of_rules_names_each_once() -> None:
    """Every rule has a heading of its own in the list, with what it demands and where it is written."""
    page = rules_as_markdown(rules())
    assert re.findall(r"^### (.*)$", page, re.M).count("rss-guid-unique") == 1
    assert len(re.findall(r"^### ", page, re.M)) == len(rules())
    assert page.count("](http") >= len(rules())


# Our own documents.

OURS = [
    path
    for path in chain((ROOT / "feeds").rglob("*.xml"), (CASES.parent / "golden").glob("*.xml"))
    if re.search(r"\b(rss|atom)\.xml$", path.name)
]


def test_our_own_documents_break_no_rule() -> None:
    """What we publish, and what the golden pairs hold, is right; each exception is one that was decided."""
    found = {
        (finding.rule.name, finding.document)
        for path in OURS
        for finding in check_document(path.read_bytes(), document=path.name)
        if finding.rule.name != "rss-enclosures"  # Configured by `rss_enclosures`.
    }
    assert len(OURS) > 60
    assert found == {
        # An id of the front matter is kept as it is (docs/decisions.md).
        ("atom-id", "podcast.atom.xml"),
        # An article of which nothing is said but its title, of a site that shows nothing else.
        ("atom-no-text", "content-body-without-body.atom.xml"),
    }


def test_one_enclosure_is_no_finding() -> None:
    """The warning about several enclosures concerns those documents only that have several."""
    for path in OURS:
        found = names(check_document(path.read_bytes(), document=path.name))
        several = re.search(rb"<enclosure [^>]*/><enclosure ", path.read_bytes())
        assert ("rss-enclosures" in found) == bool(several)


# What is known of a document.


def test_what_is_not_known_is_not_asked_for() -> None:
    """Without a present instant, an address and a media type no rule goes by them."""
    rss = (CASES / "good" / "least.rss").read_bytes().replace(b"2024", b"9024")
    rss = rss.replace(b"Thu, ", b"").replace(b"https://pier.example/rss.xml", b"https://other.example/")
    assert check_document(rss, document="d") == ()
    told = check_document(
        rss, document="d", now=NOW, address="https://pier.example/rss.xml", media_type="text/plain"
    )
    assert names(told) == {"feed-future-date", "feed-self-address", "feed-media-type"}


def test_a_large_document_is_a_finding() -> None:
    """A document of more than 1 MB is a finding of the whole, one of less is none."""
    rss = (CASES / "good" / "least.rss").read_bytes()
    full = rss + b" " * (whole.LARGEST - len(rss))
    assert check_document(full, document="d") == ()
    (finding,) = check_document(full + b" ", document="d")
    assert (finding.rule, finding.line) == (whole.SIZE, 0)
    assert str(finding) == f"d: warning: the document has {whole.LARGEST + 1} bytes [feed-size]"


def test_a_rule_is_told_so_often_and_then_counted() -> None:
    """Of what breaks a rule a thousand times a hundred places are told, and the last says how many more."""
    item = b"<item><title>x</title></item>\n"
    rss = (CASES / "good" / "least.rss").read_bytes().replace(b"    <item>", item * 1000 + b"    <item>", 1)
    found = check_document(rss, document="d")
    assert names(found) == {"rss-guid-missing"}
    assert len(found) == MOST_OF_A_RULE
    assert found[-1].what.endswith(f"and {1000 - MOST_OF_A_RULE} more of this rule")


def test_findings_come_in_order() -> None:
    """Findings are ordered by line, then rule, whatever order they were found in."""
    rss = (CASES / "good" / "channel-with-everything.rss").read_bytes()
    broken = re.sub(rb"https://pier\.example", b"pier", rss).replace(b"GMT", b"then")
    found = check_document(broken, document="d")
    places = [(finding.line, finding.rule.name, finding.what) for finding in found]
    assert len(places) > 5
    assert places == sorted(places)


def test_small_faults_do_not_hide_the_rest() -> None:
    """After a fault that leaves the structure as it was, the rules of the format are asked, too."""
    rss = (CASES / "good" / "least.rss").read_bytes()
    both = rss.replace(b"Low water<", b"Low&nbsp;water<").replace(b"+0000", b"Berlin")
    assert names(check_document(both, document="d")) == {"xml-entity", "rss-date"}
    torn = rss.replace(b"</title>", b"", 1).replace(b"+0000", b"Berlin")
    assert names(check_document(torn, document="d")) == {"xml-well-formed"}


# Forms of single values, beyond the cases.


@given(st.datetimes(datetime(1970, 1, 2), datetime(2200, 1, 1)))
@settings(deadline=None)
def test_what_we_write_is_read(instant: datetime) -> None:
    """Dates as our feeds write them are right, and say the same instant."""
    from syndicate import dates

    whole_second = instant.replace(microsecond=0, tzinfo=UTC)
    read = rfc822(dates.rfc822(whole_second))
    assert read is not None
    assert (read.instant, read.doubts) == (whole_second, ())
    assert rfc3339(dates.rfc3339(whole_second)) == whole_second
    assert rfc3339(whole_second.isoformat()) == whole_second


@given(st.text(max_size=60))
@settings(deadline=None)
def test_any_text_has_a_form_or_not(text: str) -> None:
    """No text whatever makes a form raise, and what has a form has it again."""
    for form in (rfc3339, rfc822, url_fault, is_media_type, is_language, is_email):
        assert form(text) == form(text)


@pytest.mark.parametrize(
    ("form", "right", "wrong"),
    [
        (
            is_language,
            "en en-GB zh-Hans-CN de-CH-1996 x-pier i-klingon sr-Latn",
            "en_GB e english-language-x en- 12",
        ),
        (
            is_media_type,
            "text/html text/html;charset=utf-8 application/atom+xml image/svg+xml",
            "text html/ /x a/b/c",
        ),
        (
            is_email,
            "a@b.example a.b+c@d.example a@localhost",
            "a@ @b a@b@c a..b@c .a@b <a@b.example> mailto:a@b",
        ),
    ],
    ids=["language", "media type", "e-mail"],
)
def test_forms(form: object, right: str, wrong: str) -> None:
    """What has a form is told from what only looks like it."""
    assert callable(form)
    assert [value for value in right.split() if not form(value)] == []
    assert [value for value in wrong.split() if form(value)] == []


# Whatever comes.

PIECES = (
    b'  < & ]]> <!-- <![CDATA[ &#0; &x; \xff \xed\xa0\x80 \xef\xbb\xbf \0 " = /> </item> <item> <?x?> % 2024'
).split(b" ")


@given(data=st.data())
@settings(max_examples=150, deadline=None)
def test_nothing_raises(data: st.DataObject) -> None:
    """Whatever is done to a document, there are findings or none, but no error; and the same each time."""
    path = data.draw(st.sampled_from(GOOD))
    body = path.read_bytes()
    for _ in range(data.draw(st.integers(1, 3))):
        start = data.draw(st.integers(0, len(body)))
        end = data.draw(st.integers(start, min(start + 60, len(body))))
        body = body[:start] + data.draw(st.sampled_from(PIECES) | st.binary(max_size=6)) + body[end:]
    found = check_case(path, body)
    assert found == check_case(path, body)
    for finding in found:
        assert 0 <= finding.line <= body.count(b"\n") + body.count(b"\r") + 1
        assert str(finding).isprintable()


@given(body=st.binary(max_size=200), served=st.binary(max_size=20))
@settings(max_examples=100, deadline=None)
def test_any_bytes_are_told_about(body: bytes, served: bytes) -> None:
    """Bytes that are no document give findings and never an error, whatever they are served as."""
    media_type = served.decode("latin-1")
    found = check_document(body, document="d", media_type=media_type, now=NOW)
    assert found or body.lstrip(b" \t\r\n\0\xef\xbb\xbf\xff\xfe")[:1] in (b"{", b"[")
    assert all(str(finding).isprintable() for finding in found)


@cache
def hostile() -> dict[str, bytes]:
    """Documents that are made to exhaust who reads them, each within some hundred kilobytes."""
    rss, atom = ((CASES / "good" / f"least.{kind}").read_bytes() for kind in ("rss", "atom"))
    item = rss[rss.index(b"    <item>") : rss.index(b"  </channel>")]
    nested = b"".join(b'<!ENTITY e%d "%s">' % (n, b"&e%d;" % (n - 1) * 10) for n in range(1, 30))
    attributes = b" ".join(b'a%d=""' % n for n in range(20_000))
    namespaces = b" ".join(b'xmlns:a%d="u:%d"' % (n, n) for n in range(5_000))

    def declared(entities: bytes, use: bytes) -> bytes:
        return b"<!DOCTYPE rss [" + entities + b"]>" + rss.partition(b"?>")[2].replace(b"Low", use)

    def described(html: bytes) -> bytes:
        return rss.replace(b"The ladder", html)

    return {
        "entities": declared(b'<!ENTITY e0 "x">' + nested, b"&e29;"),
        "long entity": declared(b'<!ENTITY e0 "' + b"x" * 50_000 + b'">', b"&e0;" * 50_000),
        "entity of itself": declared(b'<!ENTITY a "&b;"><!ENTITY b "&a;">', b"&a;"),
        "deep": b"<rss>" + b"<channel>" * 100_000,
        "deep html": described(b"&lt;div&gt;" * 20_000),
        "open tags": described(b"&lt;a " * 50_000),
        "open comments": described(b"&lt;!-- " * 30_000),
        "escapes": described(b"&amp;amp" * 50_000),
        "attributes": rss.replace(b"<item>", b"<item " + attributes + b">"),
        "namespaces": rss.replace(b"<item>", b"<item " + namespaces + b">"),
        "items": rss.replace(item, item * 2_000),
        "guids": rss.replace(b"<guid>", b"<guid>x</guid><guid>" * 20_000),
        "links": atom.replace(b"  <entry>", b'<link rel="self" href="x"/>' * 10_000 + b"  <entry>"),
        "media": rss.replace(
            b"<guid>", b'<m:content xmlns:m="http://search.yahoo.com/mrss/"/>' * 5_000 + b"<guid>"
        ),
        "brackets": rss.replace(b"<guid>", b"<author>a@b " + b"(" * 100_000 + b"</author><guid>"),
        "host": rss.replace(b"https://pier.example/</link>", b"https://" + b"a-" * 100_000 + b"</link>"),
        "title": rss.replace(b"Low", b"&lt;" * 100_000),
        "blanks": rss.replace(b"Low", b" " * 200_000 + b"&lt;b" + b" " * 200_000),
    }


@pytest.mark.parametrize("name", hostile())
def test_hostile_documents_come_to_an_end(name: str) -> None:
    """No document takes the memory or the time of who checks it, and what is told of it has bounds."""
    found = check_document(hostile()[name], document="d", now=NOW)
    assert len(found) <= MOST_OF_A_RULE * len(names(found))
    assert all(len(finding.what) < 2_000 for finding in found)


def test_nothing_is_fetched_and_no_file_read(tmp_path: Path) -> None:
    """An entity or a DTD from elsewhere is neither fetched nor read: its text is in no finding."""
    secret = tmp_path / "secret"
    secret.write_text("not a date at all")
    rss = (CASES / "good" / "least.rss").read_bytes()
    doctype = f'<!DOCTYPE rss SYSTEM "{secret}" [<!ENTITY s SYSTEM "file://{secret}">]>\n'.encode()
    body = rss.replace(b"<rss", doctype + b"<rss").replace(b"Thu, 02 May 2024 05:00:00 +0000", b"&s;")
    found = check_document(body, document="d")
    assert "xml-entity-declaration" in names(found)
    assert "not a date" not in " ".join(map(str, found))


def test_severities_are_what_they_are_called() -> None:
    """What all formats share and no specification demands is a warning; what cannot be read is an error."""
    assert {rule.severity for rule in (*content.RULES, *moments.RULES, *whole.RULES)} == {Severity.WARNING}
    assert xmldocument.WELL_FORMED.severity is Severity.ERROR
