from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

import pytest
from conftest import WriteArticle, article_text, settings_of
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from syndicate import build, load_settings, sources
from syndicate.article import Article
from syndicate.errors import ArticleError, ConfigError
from syndicate.sources import (
    LARGEST_FILE,
    SourceFile,
    Stamps,
    find_files,
    read_article,
    scan_sources,
    walk_sources,
    watched_folders,
)


def plant(root: Path, *names: str) -> None:
    """Put articles into a folder."""
    for name in names:
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(article_text())


def scan(root: Path, path: str = "", **keys: Any) -> list[str]:
    """The paths that a source below a root finds."""
    settings = settings_of(sources=[{"path": str(root / path) if path else str(root), **keys}])
    return [file.path for file in scan_sources(settings)]


def read(file: Path, *, source: dict[str, Any] | None = None) -> Article:
    """Read the one article of a source."""
    settings = settings_of(sources=[{"path": str(file), **(source or {})}])
    (found,) = scan_sources(settings)
    return read_article(found, settings.reading(0))


FILES = (
    "a.md", "b.markdown", "c.html", "d.txt", "e.md.bak", "_f.md", ".g.md",
    "sub/a.md", "sub/deep/b.md", "sub/deep/index.html", ".git/h.md", "[x].md",
)  # fmt: skip
PATTERNS = [
    ({}, "[x].md _f.md a.md b.markdown c.html sub/a.md sub/deep/b.md sub/deep/index.html"),
    ({"include": "*.md"}, "[x].md _f.md a.md"),
    ({"include": "**/*.md"}, "[x].md _f.md a.md sub/a.md sub/deep/b.md"),
    ({"include": ["*.html", "sub/*.md"]}, "c.html sub/a.md"),
    ({"include": "?.md"}, "a.md"),
    ({"include": "[ab].*"}, "a.md b.markdown"),
    ({"include": "[!ab].*"}, "c.html d.txt e.md.bak"),
    ({"include": "sub/**"}, "sub/a.md sub/deep/b.md sub/deep/index.html"),
    ({"include": "sub/**/b.md"}, "sub/deep/b.md"),
    ({"include": "**/deep/*"}, "sub/deep/b.md sub/deep/index.html"),
    ({"include": "["}, ""),
    ({"include": "a+md"}, ""),
    ({"exclude": "**/_*"}, "[x].md a.md b.markdown c.html sub/a.md sub/deep/b.md sub/deep/index.html"),
    ({"exclude": ["sub/**", "*.html", "?x*"]}, "_f.md a.md b.markdown"),
    ({"exclude": "**"}, ""),
]


@pytest.mark.parametrize(("keys", "expected"), PATTERNS, ids=[str(keys) for keys, _ in PATTERNS])
def test_a_folder_is_walked_by_its_patterns(keys: dict[str, Any], expected: str, tmp_path: Path) -> None:
    """`*` stays inside a folder, `**/` spans folders; hidden files are passed over; paths are in order."""
    plant(tmp_path, *FILES)
    assert scan(tmp_path, **keys) == expected.split()


@pytest.mark.parametrize(
    "pattern",
    ["[z-a].md", "[!].md", "[[a].md", "[]].md", "[a", "**[", "(", "\\", "[\\].md", "***.md", "/"],
)
def test_no_pattern_is_too_odd(pattern: str, tmp_path: Path) -> None:
    """Whatever a pattern says, it matches or it does not; none ends in a traceback."""
    plant(tmp_path, "a.md")
    assert scan(tmp_path, include=pattern) in ([], ["a.md"])


GLOBS = [
    ("*.md", "[x].md _f.md a.md"),
    ("**/*.html", "c.html sub/deep/index.html"),
    ("sub/*.md", "a.md"),
    ("sub/**/*.md", "a.md deep/b.md"),
    ("s?b/a.md", "sub/a.md"),
    ("a.md", "a.md"),
    ("[x].md", "[x].md"),
    ("d.txt", "d.txt"),
    ("none*.md", ""),
]


@pytest.mark.parametrize(("path", "expected"), GLOBS)
def test_a_source_is_a_file_or_a_glob(path: str, expected: str, tmp_path: Path) -> None:
    """A file is itself whatever its suffix; a glob starts at the folder before its first wild card."""
    plant(tmp_path, *FILES)
    assert scan(tmp_path, path) == expected.split()


def test_all_missing_sources_are_told_at_once(tmp_path: Path) -> None:
    """Every source that does not exist is a problem with its place, found before anything is read."""
    plant(tmp_path, "a.md")
    paths = ("none", "a.md", "gone.md", "nowhere/*.md", "a.md/*.md")
    settings = settings_of(sources=[{"path": str(tmp_path / path)} for path in paths])
    with pytest.raises(ConfigError) as caught:
        scan_sources(settings)
    assert [problem.field for problem in caught.value.problems] == [
        ("sources", place, "path") for place in (0, 2, 3, 4)
    ]
    assert {problem.found for problem in caught.value.problems} == {
        "no such file or directory",
        "not a directory",
    }


def test_several_sources_are_one_collection(tmp_path: Path) -> None:
    """Sources come in their order; a file that two of them name belongs to the first."""
    plant(tmp_path, "a/1.md", "a/2.md", "b/1.md")
    paths = ("b", "a/2.md", "a")
    settings = settings_of(sources=[{"path": str(tmp_path / path)} for path in paths])
    found = [(file.source, file.path) for file in scan_sources(settings)]
    assert found == [(0, "1.md"), (1, "2.md"), (2, "1.md")]


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("[b-z].md", ""),
        ("[a-b].md", "a.md"),
        ("[z-a].md", "a.md"),
        ("[!b-z].md", "a.md"),
        ("[!a].md", ""),
        ("[[a].md", "a.md"),
    ],
)
def test_a_set_of_characters_chooses(pattern: str, found: str, tmp_path: Path) -> None:
    """A set holds characters and ranges, `!` turns it round; a range that is none is its characters."""
    plant(tmp_path, "a.md")
    assert scan(tmp_path, include=pattern) == found.split()


def test_what_is_no_regular_file_is_passed_over(tmp_path: Path) -> None:
    """A folder or a pipe that is called like an article is none."""
    plant(tmp_path, "a.md", "folder.md/b.md")
    os.mkfifo(tmp_path / "pipe.md")
    assert scan(tmp_path) == ["a.md", "folder.md/b.md"]


@pytest.mark.parametrize(
    ("target", "reason"),
    [("nowhere.md", "no such file or directory"), ("link.md", "too many levels of symbolic links")],
    ids=["dangling", "itself"],
)
def test_a_link_that_leads_nowhere_is_a_failed_article(target: str, reason: str, tmp_path: Path) -> None:
    """A dangling link, or one to itself, costs one article, which is told, and no other (laws 5 and 8)."""
    plant(tmp_path, "a.md")
    (tmp_path / "link.md").symlink_to(target)
    settings = settings_of(sources=[{"path": str(tmp_path)}])
    whole, link = scan_sources(settings)
    assert read_article(whole, settings.reading(0)).path == "a.md"
    with pytest.raises(ArticleError) as caught:
        read_article(link, settings.reading(0))
    assert str(caught.value) == f"{tmp_path / 'link.md'}: found {reason}, expected a readable file"


def test_a_link_that_leads_nowhere_is_in_the_report(site: Path, write_article: WriteArticle) -> None:
    """A build tells of a link that leads nowhere, publishes the others, and forgets it with the link."""
    write_article("a.md")
    link = site / "articles" / "link.md"
    link.symlink_to("nowhere.md")
    settings = load_settings(site / "config" / "syndicate.yaml")
    for _ in range(2):
        report = build(settings)
        assert (report.read, report.published) == (2, 1)
        assert [problem.found for problem in report.failed] == ["no such file or directory"]
    link.unlink()
    assert build(settings).failed == ()


def test_a_link_to_an_article_is_an_article(tmp_path: Path) -> None:
    """A link to a file is read as the file, with the file's size and time."""
    plant(tmp_path, "in/a.md", "out.txt")
    (tmp_path / "in" / "b.md").symlink_to(tmp_path / "out.txt")
    first, second = scan_sources(settings_of(sources=[{"path": str(tmp_path / "in")}]))
    assert [first.path, second.path] == ["a.md", "b.md"]
    assert second.mtime_ns == (tmp_path / "out.txt").stat().st_mtime_ns


def test_a_link_to_a_folder_is_followed_once(tmp_path: Path) -> None:
    """Links may point at folders outside or above; a walk always ends."""
    plant(tmp_path, "in/a.md", "out/b.md")
    (tmp_path / "in" / "out").symlink_to(tmp_path / "out")
    (tmp_path / "in" / "out2").symlink_to(tmp_path / "out")
    (tmp_path / "in" / "up").symlink_to(tmp_path / "in")
    found = scan(tmp_path / "in")
    assert sum(path.endswith("b.md") for path in found) == 1
    assert "a.md" in found
    assert len(found) <= 3


@pytest.mark.parametrize("gone", ["folder", "file"])
def test_what_vanishes_during_the_walk_is_passed_over(
    gone: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder that goes while it is looked for is an absent one; only the root must be there."""
    plant(tmp_path, "a.md", "sub/b.md")
    scandir = os.scandir

    def scandir_late(folder: str) -> Any:
        if folder.endswith("sub"):
            if gone == "folder":
                raise FileNotFoundError(folder)
            entries = scandir(folder)
            (tmp_path / "sub" / "b.md").unlink()
            return entries
        return scandir(folder)

    monkeypatch.setattr("syndicate.sources.os.scandir", scandir_late)
    assert scan(tmp_path) == ["a.md"]


# Looking at some files.

LAYOUTS = st.lists(
    st.sampled_from(
        [*FILES, "sub/_g.md", "sub/.h.md", ".md", "sub/a.html", "deep.md/a.md", "sub/deep/.git/b.md"]
    ),
    unique=True,
    max_size=8,
)
SOURCE_KEYS: dict[str, Any] = {
    "include": st.sampled_from(["**/*.md", "*.md", "sub/**", "[ab].*", "**/deep/*", "**"]),
    "exclude": st.sampled_from([[], ["**/_*"], ["sub/*.md"]]),
}
SOURCES = st.lists(
    st.builds(
        lambda path, **keys: {"path": path, **keys},
        st.sampled_from(["", "sub", "sub/deep", "a.md", "d.txt", "*.md", "sub/**/*.md", "**/*.html"]),
        **SOURCE_KEYS,
    ),
    min_size=1,
    max_size=3,
)


@hypothesis_settings(deadline=None, max_examples=150)
@given(LAYOUTS, SOURCES)
def test_looking_at_files_agrees_with_scanning(layout: list[str], sources: list[dict[str, Any]]) -> None:
    """Whatever the layout and the sources, every file asked for is found as, and only if, a scan finds it."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "sub" / "deep").mkdir(parents=True)
        plant(root, "a.md", "d.txt", *layout)
        settings = settings_of(
            sources=[{**source, "path": str(root / source["path"]).rstrip("/")} for source in sources]
        )
        (root / "b.md").unlink(missing_ok=True)
        (root / "b.md").symlink_to("nowhere.md")
        os.mkfifo(root / "pipe.md")
        scanned = scan_sources(settings)
        asked = find_files(settings, [str(file) for file in root.rglob("*")])
        found = {(number, path): file for number, path, file in asked if file}
        assert found == {(file.source, file.path): file for file in scanned}


def test_folders_to_watch_hold_the_sources(tmp_path: Path) -> None:
    """A folder is watched itself, a glob from where its wild cards begin, a file by its folder; each once."""
    plant(tmp_path, "a/1.md", "b/c/1.md", "d.md")
    paths = ("a", "a/*.md", "b/**/*.md", "d.md", "gone.md")
    settings = settings_of(sources=[{"path": str(tmp_path / path)} for path in paths])
    expected = [str(tmp_path), str(tmp_path / "a"), str(tmp_path / "b")]
    assert watched_folders(settings) == expected


def test_looking_for_a_file_that_is_gone(tmp_path: Path) -> None:
    """A path where nothing is any more is named as its source knew it; foreign and repeated ones are not."""
    plant(tmp_path, "in/a.md", "in/c.md", "out/a.md")
    settings = settings_of(sources=[{"path": str(tmp_path / "in")}])
    wanted = [str(tmp_path / each) for each in ("in/b.md", "in/b.md", "in/b.txt", "out/a.md", "in/a.md/x.md")]
    assert list(find_files(settings, wanted)) == [(0, "b.md", None), (0, "a.md/x.md", None)]


def test_looking_at_what_is_no_file_any_more(tmp_path: Path) -> None:
    """A folder or pipe where an article was is none; a link to nowhere is one that cannot be read."""
    (tmp_path / "folder.md").mkdir()
    os.mkfifo(tmp_path / "pipe.md")
    (tmp_path / "loop.md").symlink_to("loop.md")
    settings = settings_of(sources=[{"path": str(tmp_path)}])
    names = ("folder.md", "pipe.md", "loop.md")
    folder, pipe, loop = find_files(settings, [str(tmp_path / name) for name in names])
    assert (folder, pipe) == ((0, "folder.md", None), (0, "pipe.md", None))
    assert [loop[2]] == scan_sources(settings)


def test_looking_at_a_name_that_is_not_utf_8(tmp_path: Path) -> None:
    """A scan and a look know a file by the same name, its odd bytes spelled out."""
    plant(tmp_path, "a.md")
    odd = os.fsencode(tmp_path) + b"/\xff.md"
    Path(os.fsdecode(odd)).write_text(article_text())
    settings = settings_of(sources=[{"path": str(tmp_path)}])
    found = [file for _, _, file in find_files(settings, [os.fsdecode(odd)])]
    assert found == [file for file in scan_sources(settings) if file.path != "a.md"]
    assert [file.path for file in found if file] == ["\\xff.md"]


# Reading.


def test_an_article_knows_where_it_stood(tmp_path: Path) -> None:
    """The path of an article is relative to its source, whatever folder that is in."""
    plant(tmp_path, "sub/2024-01-02-a.md")
    (found,) = scan_sources(settings_of(sources=[{"path": str(tmp_path)}]))
    article = read_article(found, settings_of().reading(0))
    assert (article.path, article.source) == ("sub/2024-01-02-a.md", 0)
    assert article.id == "tag:site.example,2020:2024-01-02-a"


@pytest.mark.parametrize("prefix", [b"", b"\xef\xbb\xbf"], ids=["plain", "BOM"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"], ids=["LF", "CRLF"])
def test_an_article_reads_alike_with_any_line_ends(prefix: bytes, line_end: str, tmp_path: Path) -> None:
    """A byte order mark and CRLF change nothing of an article."""
    file = tmp_path / "a.md"
    text = article_text("# Körper\n\nText\n", title="Ä title")
    file.write_bytes(prefix + text.replace("\n", line_end).encode())
    found = read(file)
    assert (found.title, found.body_html) == ("Ä title", "<h1>Körper</h1>\n<p>Text</p>")


BROKEN = [
    (b"", ":1: found an empty file"),
    (b"# A title\n", ":1: found no front matter"),
    (b"+++\ntitle = 1\n+++\n", ":1: found TOML front matter"),
    (b'{"title": "a"}\n', ":1: found JSON front matter"),
    (b"\xff\xfe-\x00-\x00", ":1: found UTF-16, expected UTF-8"),
    (b"---\ntitle: caf\xe9\n---\n", ":2: found the byte 0xe9, which is not UTF-8, expected UTF-8"),
    (b"---\ntitle: [\n---\n", ":3: found broken YAML"),
    (b"---\ntitle: a\ntitle: b\n---\n", ":3: found the key 'title' a second time"),
    (b"---\nexcerpt: a\n---\n", ": title: found nothing, expected a title"),
    (b"---\ntitle: a\n\npublishedDateTime: soon\n---\n", ":4: publishedDateTime: found 'soon'"),
    (
        b"---\ntitle: a\npublishedDateTime: 2024-01-01\nwebUrl: mailto:a@b\n---\n",
        ":4: webUrl: found 'mailto:a@b'",
    ),
]


@pytest.mark.parametrize(("content", "expected"), BROKEN, ids=[expected for _, expected in BROKEN])
def test_a_bad_article_is_told_with_path_and_line(content: bytes, expected: str, tmp_path: Path) -> None:
    """What is wrong with an article is told with its file, line, field, what was found and expected."""
    file = tmp_path / "a.md"
    file.write_bytes(content)
    with pytest.raises(ArticleError) as caught:
        read(file)
    assert expected in str(caught.value)
    assert str(caught.value).startswith(f"{file}:")


def test_a_note_has_its_line(tmp_path: Path) -> None:
    """A value that was left out is told with its file and line, and the article stays."""
    file = tmp_path / "a.md"
    file.write_text(article_text(images="\n  - url: https://i.example/a.png\n  - url: 'ftp://x/b.png'"))
    found = read(file)
    assert len(found.enclosures) == 1
    (note,) = found.notes
    assert (note.path, note.line, note.field) == (str(file), 7, ("images", 1, "url"))


def test_a_path_is_shown_as_a_person_would_type_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Problems name a file relative to where the command was started."""
    (tmp_path / "a.md").write_text("")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ArticleError) as caught:
        read(tmp_path / "a.md")
    assert caught.value.problem.path == "a.md"


def test_a_file_that_is_too_large_is_refused(tmp_path: Path) -> None:
    """A file beyond the bound is refused by its size, without being read."""
    with open(tmp_path / "a.md", "wb") as stream:
        stream.truncate(LARGEST_FILE + 1)
    with pytest.raises(ArticleError, match=r"found 16,777,217 bytes, expected at most 16,777,216"):
        read(tmp_path / "a.md")


@pytest.mark.parametrize("kind", ["absent", "folder"])
def test_a_file_that_cannot_be_opened_costs_one_article(kind: str, tmp_path: Path) -> None:
    """A file that went after it was found is a failed article with the system's reason."""
    if kind == "folder":
        (tmp_path / "a.md").mkdir()
    gone = SourceFile(source=0, path="a.md", file=str(tmp_path / "a.md"), size=1, mtime_ns=0)
    with pytest.raises(ArticleError, match=r"(no such file or|is a) directory"):
        read_article(gone, settings_of().reading(0))


@pytest.mark.parametrize("kind", ["pipe", "device"])
def test_what_is_no_file_is_not_waited_for(kind: str, tmp_path: Path) -> None:
    """A pipe without a writer, or a device without an end, costs one article and no time."""
    path = tmp_path / "a.md"
    if kind == "pipe":
        os.mkfifo(path)
    else:
        path.symlink_to("/dev/zero")
    with pytest.raises(ArticleError, match="found a pipe, a socket or a device, expected a file"):
        read(path)


def test_a_file_that_grows_is_read_up_to_the_bound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that is longer than it said is refused once it passes the bound, be it without an end."""
    (tmp_path / "a.md").write_text(article_text())
    monkeypatch.setattr("syndicate.sources.os.read", lambda _, length: b"x" * length)
    with pytest.raises(ArticleError, match=r"bytes, expected at most 16,777,216"):
        read(tmp_path / "a.md")


@pytest.mark.parametrize("way", ["", "link/"])
def test_the_output_holds_no_articles(way: str, tmp_path: Path) -> None:
    """An output below a source is passed over, by whatever path it is found, and so are changes in it."""
    plant(tmp_path, "out/a.md", "out/feeds/index.html", "out/feeds/all/index.html", "out/feeds-of-old/b.md")
    root = tmp_path / "out"
    if way:
        root = tmp_path / "in"
        root.mkdir()
        (root / "link").symlink_to(tmp_path / "out")
        (root / "straight").symlink_to(tmp_path / "out" / "feeds")
    settings = settings_of(sources=[{"path": str(root)}], output=str(tmp_path / "out" / "feeds"))
    assert [file.path for file in scan_sources(settings)] == [f"{way}a.md", f"{way}feeds-of-old/b.md"]
    assert not list(find_files(settings, [str(tmp_path / "out" / "feeds" / "index.html")]))


def test_links_bring_nothing_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each folder is walked once, whether it lies in the source, around it or behind several links.

    Whichever way round a folder gives its entries, the same one of two links is (law 1).
    """
    plant(tmp_path, "in/a.md", "in/sub/b.md", "out/c.md", "out/deep/d.md", "e.md")
    for name, target in (
        ("up", "."),
        ("around", ".."),
        ("beside", "sub"),
        ("y", "../out"),
        ("x", "../out/deep"),
    ):
        (tmp_path / "in" / name).symlink_to(target)
    (tmp_path / "out" / "back").symlink_to("../in")
    expected = ["a.md", "around/e.md", "around/out/c.md", "around/out/deep/d.md", "sub/b.md"]
    assert scan(tmp_path / "in") == expected
    scandir = os.scandir

    class Reversed:
        def __init__(self, folder: str) -> None:
            with scandir(folder) as entries:
                self.entries = list(entries)[::-1]

        def __enter__(self) -> list[Any]:
            return self.entries

        def __exit__(self, *_: object) -> None: ...

    monkeypatch.setattr("syndicate.sources.os.scandir", Reversed)
    assert scan(tmp_path / "in") == expected


def test_a_source_inside_the_output_is_read(tmp_path: Path) -> None:
    """Articles that somebody keeps in a folder of the output are articles."""
    plant(tmp_path, "feeds/articles/a.md")
    settings = settings_of(
        sources=[{"path": str(tmp_path / "feeds" / "articles")}], output=str(tmp_path / "feeds")
    )
    assert [file.path for file in scan_sources(settings)] == ["a.md"]
    assert len(list(find_files(settings, [str(tmp_path / "feeds" / "articles" / "a.md")]))) == 1


def test_a_source_says_how_it_is_read(tmp_path: Path) -> None:
    """Other names, defaults and the template of one source fill in what an article does not say."""
    file = tmp_path / "2024-01-02-a-b.md"
    file.write_text("---\nname: N\n---\n")
    keys = {
        "fields": {"title": ["headline", "name"]},
        "defaults": {"type": "article", "topics": ["Azure"]},
        "permalink": "https://s.example/{year}/{month}/{day}/{slug}/",
        "ids": "permalink",
    }
    found = read(file, source=keys)
    assert (found.title, found.type, found.topics) == ("N", "article", ("Azure",))
    assert found.id == found.permalink == "https://s.example/2024/01/02/a-b/"


def test_a_large_folder_is_walked_in_pieces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many entries are taken at once, every file is found once, those of folders between, too."""
    wanted = [f"{name}.md" for name in "abcdefg"] + ["d/x.md", "d/y.md", "d/z.md", "e/f/g.md"]
    for path in wanted:
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text("x")
    for at_once in (1, 2, 3, 1000):
        monkeypatch.setattr(sources, "_ENTRIES_AT_ONCE", at_once)
        found = [file.path for file in walk_sources(settings_of(sources=[{"path": str(tmp_path)}]))]
        assert sorted(found) == sorted(wanted)


def test_what_is_as_known_is_passed_over(tmp_path: Path) -> None:
    """A walk gives what has another size or mtime than it is known by; what stays known is not there."""
    plant(tmp_path, "same.md", "sub/same.md", "new.md", "grown.md", "touched.md", "racy.md")
    (tmp_path / "link.md").symlink_to("nowhere")
    settings = settings_of(sources=[{"path": str(tmp_path)}])
    stamps: Stamps = {file.path: (file.size, file.mtime_ns) for file in scan_sources(settings)}
    size, mtime = stamps.pop("new.md")
    stamps |= {
        "grown.md": (size - 1, mtime),
        "touched.md": (size, 1),
        "racy.md": (size, None),
        "gone.md": (1, 1),
    }
    found = sorted(file.path for file in walk_sources(settings, [stamps]))
    assert found == ["grown.md", "new.md", "racy.md", "touched.md"]
    assert sorted(stamps) == ["gone.md", "grown.md", "racy.md", "touched.md"]


def test_what_two_sources_name_is_known_to_the_first(tmp_path: Path) -> None:
    """A file that was passed over in one source is not found in the next one either."""
    plant(tmp_path, "a/one.md", "two.md")
    settings = settings_of(sources=[{"path": str(tmp_path / "a")}, {"path": str(tmp_path)}])
    stamps: list[Stamps] = [{}, {}]
    for file in scan_sources(settings):
        stamps[file.source][file.path] = file.size, file.mtime_ns
    assert [sorted(each) for each in stamps] == [["one.md"], ["two.md"]]
    assert list(walk_sources(settings, stamps)) == []
    assert stamps == [{}, {}]
