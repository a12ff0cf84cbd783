from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from conftest import article_text, settings_of

from syndicate.article import Article
from syndicate.errors import ArticleError, ConfigError
from syndicate.sources import LARGEST_FILE, SourceFile, read_article, scan_sources


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


BAD_SET = pytest.mark.xfail(strict=True, reason="the set is handed to re as it is, which refuses it")


@pytest.mark.parametrize(
    "pattern",
    [
        pytest.param("[z-a].md", marks=BAD_SET),
        pytest.param("[!].md", marks=BAD_SET),
        pytest.param("[[a].md", marks=BAD_SET),
        *("[]].md", "[a", "**[", "(", "\\", "[\\].md", "***.md", "/"),
    ],
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


def test_what_is_no_regular_file_is_passed_over(tmp_path: Path) -> None:
    """A folder, a pipe or a dangling link that is called like an article is none."""
    plant(tmp_path, "a.md", "folder.md/b.md")
    os.mkfifo(tmp_path / "pipe.md")
    (tmp_path / "dangling.md").symlink_to("nowhere.md")
    assert scan(tmp_path) == ["a.md", "folder.md/b.md"]


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


@pytest.mark.xfail(strict=True, reason="entry.is_dir() raises ELOOP, which stops the whole build (law 5)")
def test_a_link_to_itself_costs_nothing_else(tmp_path: Path) -> None:
    """A link that leads nowhere but to itself does not stop the others from being read."""
    plant(tmp_path, "a.md")
    (tmp_path / "loop.md").symlink_to("loop.md")
    assert scan(tmp_path) == ["a.md"]


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
