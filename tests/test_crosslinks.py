"""The links between files: a small good folder, in which one thing is wrong at a time, and our own builds."""

from __future__ import annotations

import gzip
import re
import shutil
import sys
from collections.abc import Collection, Mapping
from pathlib import Path

import brotli
import msgspec
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from syndicate import build, load_settings
from syndicate.check import references
from syndicate.check.crosslinks import RULES, base_of, check_links
from syndicate.check.references import Said, read_references
from syndicate.cli import main
from syndicate.linking import check_folder

FOLDER = Path(__file__).parent / "data" / "links"
ROOT = Path(__file__).parents[1]
BASE = "https://pier.example/feeds/"
GOOD = {str(file.relative_to(FOLDER)): file.read_bytes() for file in FOLDER.rglob("*") if file.is_file()}
SAID = {path: read_references(path, body) for path, body in GOOD.items()}
LARGEST = 1_000_000

Files = Mapping[str, bytes]
Found = list[tuple[str, int, str]]


def found_in(files: Files, *, base: str | None = BASE, owned: Collection[str] | None = None) -> Found:
    """Path, line and rule of what is found in a folder of these files, all of which a build left there."""
    owned = files if owned is None else owned
    said = {
        path: SAID[path] if GOOD.get(path) == body else read_references(path, body)
        for path, body in files.items()
    }
    findings = check_links(said, files=files, base=base, owned=owned)
    for finding in findings:
        assert finding.what
        str(finding).encode()
    return [(each.document, each.line, each.rule.name) for each in findings]


def edited(path: str, old: str, new: str, *more: tuple[str, str, str]) -> dict[str, bytes]:
    """The good folder with a text replaced in a file, or in several."""
    files = dict(GOOD)
    for name, before, after in ((path, old, new), *more):
        assert before in files[name].decode(), (name, before)
        files[name] = files[name].replace(before.encode(), after.encode())
    return files


def without(*patterns: str) -> dict[str, bytes]:
    """The good folder without some files, given as patterns of whole paths."""
    return {
        path: body for path, body in GOOD.items() if not any(re.fullmatch(each, path) for each in patterns)
    }


def with_files(**files: bytes) -> dict[str, bytes]:
    """The good folder and further files; `__` stands for a slash, `_` for a dot."""
    return {**GOOD, **{name.replace("__", "/").replace("_", "."): body for name, body in files.items()}}


OLD, NEW = "all/archive/2023", "all/archive/2024"
RSS = GOOD["all/rss.xml"]
CASES: dict[str, tuple[Files, Found]] = {
    "another address": (
        edited("all/rss.xml", f"{BASE}all/rss.xml", f"{BASE}news/rss.xml"),
        [("all/rss.xml", 7, "link-self")],
    ),
    "the address of another feed": (
        edited("all/atom.xml", f"{BASE}all/atom.xml", f"{BASE}topics/tides/atom.xml"),
        [("all/atom.xml", 7, "link-self")],
    ),
    "an address elsewhere": (
        edited("all/feed.json", f"{BASE}all/feed.json", "https://pier.example/all/feed.json"),
        [("all/feed.json", 5, "link-self")],
    ),
    "a former address that was left behind": (
        edited("topics/sea/rss.xml", "<title>Eels</title>", "<title>Many eels</title>"),
        [("topics/sea/rss.xml", 7, "link-self")],
    ),
    "an item in two of three formats": (
        edited(
            "topics/tides/atom.xml", "2020:eels", "2020:eel", ("topics/sea/atom.xml", "2020:eels", "2020:eel")
        ),
        [("topics/sea/atom.xml", 0, "link-formats"), ("topics/tides/atom.xml", 0, "link-formats")],
    ),
    "another order": (
        {
            **GOOD,
            "topics/tides/feed.json": GOOD["topics/tides/feed.json"]
            .replace(b"2020:eels", b"2020:x")
            .replace(b"2020:low-water", b"2020:eels")
            .replace(b"2020:x", b"2020:low-water"),
        },
        [("topics/sea/feed.json", 5, "link-self"), ("topics/tides/feed.json", 0, "link-formats")],
    ),
    "no archive": (
        without(r"all/archive/.*"),
        [
            ("all/atom.xml", 8, "link-feed"),
            ("all/feed.json", 6, "link-feed"),
            ("all/rss.xml", 8, "link-feed"),
        ],
    ),
    "an archive of another format": (
        edited("all/rss.xml", f"{NEW}/rss.xml", f"{NEW}/atom.xml"),
        [("all/rss.xml", 8, "link-feed")],
    ),
    "an alternate that is not there": (
        edited(
            "all/rss.xml",
            '    <atom:link rel="self"',
            f'    <atom:link rel="alternate" type="application/atom+xml" href="{BASE}atom.xml"/>\n'
            '    <atom:link rel="self"',
        ),
        [("all/rss.xml", 7, "link-feed")],
    ),
    "an archive that goes round": (
        edited(
            f"{OLD}/atom.xml",
            '  <link rel="next-archive"',
            f'  <link rel="prev-archive" href="{BASE}{NEW}/atom.xml"/>\n  <link rel="next-archive"',
        ),
        [(f"{OLD}/atom.xml", 9, "link-archive")],
    ),
    "pages that go round": (
        edited(f"{OLD}/feed.json", '  "items"', f'  "next_url": "{BASE}all/feed.json",\n  "items"'),
        [(f"{OLD}/feed.json", 6, "link-archive")],
    ),
    "another after it": (
        edited(f"{OLD}/rss.xml", f"{NEW}/rss.xml", "all/rss.xml"),
        [(f"{OLD}/rss.xml", 9, "link-archive")],
    ),
    "none after it": (
        {**GOOD, f"{OLD}/rss.xml": re.sub(rb".*next-archive.*\n", b"", GOOD[f"{OLD}/rss.xml"])},
        [(f"{OLD}/rss.xml", 0, "link-archive")],
    ),
    "another feed's archive": (
        edited(f"{OLD}/atom.xml", f"{BASE}all/atom.xml", f"{BASE}topics/tides/atom.xml"),
        [(f"{OLD}/atom.xml", 8, "link-archive")],
    ),
    "an item in two years": (
        edited(
            f"{OLD}/rss.xml",
            "2020:ladder",
            "2020:eels",
            (f"{OLD}/atom.xml", "2020:ladder", "2020:eels"),
            (f"{OLD}/feed.json", "2020:ladder", "2020:eels"),
        ),
        [(f"{OLD}/{name}", 0, "link-archived-twice") for name in ("atom.xml", "feed.json", "rss.xml")],
    ),
    "a list of a feed that is not there": (
        edited("feeds.opml", f"{BASE}all/rss.xml", f"{BASE}everything/rss.xml"),
        [("feeds.opml", 0, "link-unlisted"), ("feeds.opml", 7, "link-list")],
    ),
    "a topic that its list leaves out": (
        edited("topics.opml", f"{BASE}topics/tides/rss.xml", f"{BASE}all/rss.xml"),
        [("topics.opml", 0, "link-unlisted")],
    ),
    "a catalogue of a format that is not there": (
        without(r"topics/.*/atom\.xml"),
        [
            ("index.json", 19, "link-list"),
            ("topics/sea/index.html", 8, "link-page"),
            ("topics/tides/index.html", 8, "link-page"),
        ],
    ),
    "a catalogue that leaves out a format": (
        {**GOOD, "index.json": re.sub(rb',\s*"json": "[^"]*tides/feed.json"', b"", GOOD["index.json"])},
        [("index.json", 0, "link-unlisted")],
    ),
    "a catalogue of a page that is not there": (
        edited("index.json", f'"page_url": "{BASE}all/"', f'"page_url": "{BASE}al/"'),
        [("index.json", 7, "link-list")],
    ),
    "a map of a page that is not there": (
        edited("sitemap.xml", f"{BASE}topics/tides/", f"{BASE}topics/tide/"),
        [("sitemap.xml", 5, "link-sitemap")],
    ),
    "a page of a feed that is not there": (
        edited("all/index.html", 'href="atom.xml"', 'href="feed.xml"'),
        [("all/index.html", 8, "link-page")],
    ),
    "a page without its style": (
        without(r"page\.css"),
        [
            (path, line, "link-page")
            for path, line in (
                ("all/index.html", 9),
                ("index.html", 6),
                ("topics/sea/index.html", 9),
                ("topics/tides/index.html", 9),
            )
        ],
    ),
    "a way back to nowhere": (
        edited("topics/tides/index.html", "../../index.html", "../index.html"),
        [("topics/tides/index.html", 12, "link-page")],
    ),
    "an address to copy that leads nowhere": (
        edited("all/index.html", f'data-copy="{BASE}all/rss.xml"', f'data-copy="{BASE}rss.xml"'),
        [("all/index.html", 14, "link-page")],
    ),
    "a snippet of a script that is not there": (
        without(r"embed\.js"),
        [(f"{folder}/index.html", 16, "link-page") for folder in ("all", "topics/sea", "topics/tides")],
    ),
    "an encoded sibling of yesterday": (
        with_files(all__rss_xml_gz=gzip.compress(RSS.replace(b"wreck", b"boat"))),
        [("all/rss.xml.gz", 0, "link-encoded")],
    ),
    "an encoded sibling cut short": (
        with_files(all__rss_xml_br=brotli.compress(RSS)[:-8]),
        [("all/rss.xml.br", 0, "link-encoded")],
    ),
    "an encoded sibling that is none": (
        with_files(page_css_gz=b"a { color: teal }\n"),
        [("page.css.gz", 0, "link-encoded")],
    ),
}


def test_the_good_folder_is_good() -> None:
    """Nothing is found where nothing is wrong, siblings and somebody's own archives included."""
    assert found_in(GOOD) == []
    siblings = {
        "all/rss.xml.gz": gzip.compress(RSS),
        "all/rss.xml.br": brotli.compress(RSS),
        "page.css.gz": gzip.compress(GOOD["page.css"]),
        "data.csv.gz": b"not ours, and no sibling",
    }
    assert found_in({**GOOD, **siblings}) == []


@pytest.mark.parametrize("case", CASES)
def test_a_broken_link_is_found(case: str) -> None:
    """Each case names what is found, where, and nothing besides."""
    files, expected = CASES[case]
    assert found_in(files) == expected


def test_a_missing_file_is_found() -> None:
    """What a build left there and is gone is found, whatever it was."""
    assert found_in(GOOD, owned=[*GOOD, "style.css"]) == [("style.css", 0, "link-missing-file")]


def test_every_rule_is_proven() -> None:
    """There is a case for every rule."""
    proven = {rule for _, expected in CASES.values() for *_, rule in expected}
    assert proven | {"link-missing-file"} == {rule.name for rule in RULES}


def test_the_address_of_a_folder_is_told_from_its_feeds() -> None:
    """Without a configuration most feeds decide, and a single one that is wrong is found as with one."""
    assert base_of(SAID) == BASE
    assert base_of({}) is None
    for files, expected in CASES.values():
        assert found_in(files, base=None) == expected


def test_without_addresses_relative_links_are_checked_all_the_same() -> None:
    """Pages that stand alone still have to find their style; addresses of no known folder are left alone."""
    pages = {path: body for path, body in GOOD.items() if path.endswith((".html", "sitemap.xml"))}
    assert {path for path, *_ in found_in(pages, base=None)} == {
        path for path in pages if path != "sitemap.xml"
    }


def test_of_pages_of_others_only_their_feeds_are_looked_at() -> None:
    """A folder may hold a whole site: whether its pages are in order is not for a check of feeds."""
    page = (
        b"<link rel=stylesheet href=gone.css><a href=gone.html>x</a><img src=gone.png>\n"
        b"<link rel=alternate type=application/atom+xml href=gone.xml>\n"
        b"<link rel=alternate type=application/rss+xml href=/feeds/all/rss.xml>\n"
        b"<link rel=alternate type=application/rss+xml href=/gone.xml>"
    )
    files = {**GOOD, "about.html": page}
    assert found_in(files, owned=GOOD) == [("about.html", 2, "link-page")]
    assert found_in({"about.html": page, "gone.xml": b""}, base=None, owned=()) == []


def test_a_list_of_others_need_not_name_ours() -> None:
    """What a person subscribes to, kept in the folder, is no list of what is published there."""
    lists = {"feeds.opml": GOOD["topics.opml"], "topics.opml": GOOD["topics.opml"].replace(b"tides", b"tide")}
    found = found_in({**GOOD, **lists}, owned=GOOD.keys() - lists.keys())
    assert found == [("topics.opml", 7, "link-list")]


def test_an_address_may_leave_out_what_servers_find() -> None:
    """A folder stands for its index, whatever that is, and a page may be named without its ending."""
    sitemap = GOOD["sitemap.xml"].replace(b"topics/tides/", b"about").replace(b"feeds/all/", b"feeds/list/")
    files = {**GOOD, "sitemap.xml": sitemap, "about.html": b"", "list/index.xml": b""}
    assert found_in(files) == []
    assert found_in({path: body for path, body in files.items() if path != "about.html"}) == [
        ("sitemap.xml", 5, "link-sitemap")
    ]


def test_several_feeds_in_one_folder_are_no_formats_of_each_other() -> None:
    """Where two feeds of one format lie together, nothing says which belong together."""
    files = {
        "a.xml": GOOD["all/rss.xml"].replace(b"all/rss.xml", b"a.xml"),
        "b.xml": GOOD["topics/tides/rss.xml"].replace(b"topics/tides/rss.xml", b"b.xml"),
        "c.xml": GOOD["topics/tides/atom.xml"].replace(b"topics/tides/atom.xml", b"c.xml"),
    }
    assert "link-formats" not in {rule for *_, rule in found_in(files)}


def test_a_bomb_is_no_sibling(monkeypatch: pytest.MonkeyPatch) -> None:
    """A sibling that stands for more than is unpacked is found, though its first bytes are right."""
    monkeypatch.setattr(references, "LARGEST_DECODED", len(RSS))
    assert found_in({**GOOD, "all/rss.xml.gz": gzip.compress(RSS)}) == []
    bomb = gzip.compress(RSS + b" ")
    assert found_in({**GOOD, "all/rss.xml.gz": bomb}) == [("all/rss.xml.gz", 0, "link-encoded")]


def test_without_brotli_nobody_can_say(monkeypatch: pytest.MonkeyPatch) -> None:
    """A sibling that cannot be decoded here is not held against anybody."""
    monkeypatch.setitem(sys.modules, "brotli", None)
    assert found_in({**GOOD, "all/rss.xml.br": b"whatever it says"}) == []


@given(data=st.data())
@hypothesis_settings(max_examples=60, deadline=None)
def test_nothing_raises(data: st.DataObject) -> None:
    """Whatever is done to a file, and whatever it is called, there are findings or none, but no error."""
    path = data.draw(st.sampled_from(sorted(GOOD)))
    body = GOOD[path]
    start = data.draw(st.integers(0, len(body)))
    end = data.draw(st.integers(start, min(start + 60, len(body))))
    pieces = [b"", b"\0", b"null", b'"', b"<", b"[[", b"http://[", b"%", b"\xff", b'"url":1,', b"//", b"&#0;"]
    piece = data.draw(st.sampled_from(pieces) | st.binary(max_size=6))
    name = data.draw(st.just(path) | st.sampled_from(["x.gz", "x.br", "x.html", "a b/ü.xml", "x"]))
    found_in({**GOOD, name: body[:start] + piece + body[end:]}, base=data.draw(st.sampled_from([BASE, None])))


# Folders.


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample site with every kind of output, built."""
    settings = load_settings(ROOT / "config" / "syndicate.yaml")
    output = tmp_path_factory.mktemp("sample") / "feeds"
    build(msgspec.structs.replace(settings, output=str(output), precompress=("gzip", "br"), index=None))
    return output


def test_our_own_build_has_no_broken_link(sample: Path) -> None:
    """The sample site is whole, with archives, pages and siblings; with its address known, and told."""
    base = load_settings(ROOT / "config" / "syndicate.yaml").site.feeds_url
    assert check_folder(str(sample), called="feeds", largest=LARGEST, base=base) == ()
    assert check_folder(str(sample), called="feeds", largest=LARGEST) == ()


def test_our_own_build_has_no_error(sample: Path) -> None:
    """The command finds no error in the sample site, and says how much it looked at."""
    done = CliRunner().invoke(main, ["check", str(sample)])
    assert done.exit_code == 0, done.output
    assert re.search(r"^\d{3} documents, 0 errors", done.output, re.M)


def test_a_folder_is_read_as_it_lies(sample: Path, tmp_path: Path) -> None:
    """What is gone, altered or unreadable in a folder of files is found, by the names that people see."""
    folder = tmp_path / "feeds"
    shutil.copytree(sample, folder)
    (folder / "all" / "embed.html").unlink()
    (folder / "feed.css.gz").write_bytes(b"")
    (folder / "all" / "large.xml").write_bytes(b"<rss/>" + b" " * LARGEST)
    (folder / ".git").mkdir()
    (folder / ".git" / "index.html").write_text('<a href="nowhere.html">x</a>')
    found = check_folder(str(folder), called="feeds", largest=LARGEST)
    assert {(each.document, each.rule.name) for each in found} == {
        ("feeds/all/embed.html", "link-missing-file"),
        ("feeds/all/index.html", "link-page"),
        ("feeds/feed.css.gz", "link-encoded"),
    }


def test_what_says_nothing_is_there_all_the_same() -> None:
    """A file without a word of others can be linked to, and breaks nothing."""
    assert read_references("x.txt", b"plain") == Said(digest=read_references("y.txt", b"plain").digest)
    assert found_in({**GOOD, "all/x.txt": b"plain", "all/y.json": b"[]", "all/z.xml": b"<x/>"}) == []
