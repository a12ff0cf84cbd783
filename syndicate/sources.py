"""Sources: the files of the articles, found in one walk and read one by one.

May know: the file system; neither the index nor the output nor feeds.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from functools import cache

import msgspec

from syndicate import frontmatter
from syndicate.article import Article, Reading, parse_article
from syndicate.errors import ArticleError, ConfigError, Problem, below
from syndicate.settings import Settings, Source

LARGEST_FILE = 16 * 1024 * 1024
_WILD = re.compile(r"[*?\[]")
_BOM_UTF16 = (b"\xff\xfe", b"\xfe\xff")


class SourceFile(msgspec.Struct, frozen=True, kw_only=True):
    """One file of a source: `path` is relative to the source, with `/`; `file` is where it is."""

    source: int
    path: str
    file: str
    size: int
    mtime_ns: int


def scan_sources(settings: Settings) -> list[SourceFile]:
    """Find the files of all sources, in the order of the sources and of the paths.

    Hidden files and folders are passed over; a link to a folder is followed once; a file that two
    sources name belongs to the first. Raises ConfigError for sources that do not exist.
    """
    problems = []
    found: dict[str, SourceFile] = {}
    for number, source in enumerate(settings.sources):
        try:
            for each in sorted(_scan(number, source), key=lambda file: file.path):
                found.setdefault(each.file, each)
        except OSError as error:
            problems.append(
                Problem(
                    path=error.filename or source.path,
                    field=("sources", number, "path"),
                    found=(error.strerror or str(error)).lower(),
                    expected="a folder, a file or a glob of articles",
                )
            )
    if problems:
        raise ConfigError(problems)
    return list(found.values())


def _scan(number: int, source: Source) -> Iterator[SourceFile]:
    root, pattern = _split_glob(source.path)
    if pattern is None and not os.path.isdir(root):
        status = os.stat(root)
        folder, name = os.path.split(root)
        yield _source_file(number, name, os.path.join(folder, name), status)
        return
    included = [pattern] if pattern else source.include
    for path, entry in _walk(root):
        if any(_matches(path, each) for each in included) and not any(
            _matches(path, each) for each in source.exclude
        ):
            try:
                status = entry.stat()
            except FileNotFoundError:
                continue  # It went while we looked; the next run will not see it either.
            if stat.S_ISREG(status.st_mode):
                yield _source_file(number, path, entry.path, status)


def _source_file(number: int, path: str, file: str, status: os.stat_result) -> SourceFile:
    return SourceFile(source=number, path=path, file=file, size=status.st_size, mtime_ns=status.st_mtime_ns)


def _walk(root: str) -> Iterator[tuple[str, os.DirEntry[str]]]:
    """Walk a folder with one scandir each; an unreadable root is an error, a vanished folder is not."""
    seen: set[tuple[int, int]] = set()
    stack = [(root, "")]
    while stack:
        folder, prefix = stack.pop()
        try:
            with os.scandir(folder) as entries:
                for entry in entries:
                    if entry.name.startswith("."):
                        continue
                    if not entry.is_dir():
                        yield prefix + entry.name, entry
                    elif not entry.is_symlink() or _is_new(entry, seen):
                        stack.append((entry.path, f"{prefix}{entry.name}/"))
        except FileNotFoundError:
            if not prefix:
                raise


def _is_new(entry: os.DirEntry[str], seen: set[tuple[int, int]]) -> bool:
    # A link may point at a folder above itself; the same folder is walked once through links.
    status = entry.stat()
    key = (status.st_dev, status.st_ino)
    if key in seen:
        return False
    seen.add(key)
    return True


def _split_glob(path: str) -> tuple[str, str | None]:
    """Split `posts/**/*.md` into the folder before the first wild card and the pattern."""
    if not _WILD.search(path) or os.path.exists(path):
        return path, None
    parts = path.split("/")
    first = next(n for n, part in enumerate(parts) if _WILD.search(part))
    return "/".join(parts[:first]) or "/", "/".join(parts[first:])


def _matches(path: str, pattern: str) -> bool:
    return bool(_glob(pattern).fullmatch(path))


@cache
def _glob(pattern: str) -> re.Pattern[str]:
    """Compile a glob: `*` and `?` stay inside a folder, `**/` spans any number of them."""
    regex = ""
    for part in re.findall(r"\*\*/?|\*|\?|\[[^\]]+\]|[^*?\[]+|\[", pattern):
        if part.startswith("**"):
            regex += "(?:[^/]+/)*" if part.endswith("/") else ".*"
        elif part == "*":
            regex += "[^/]*"
        elif part == "?":
            regex += "[^/]"
        elif part.startswith("[") and len(part) > 1:
            regex += "[" + part[1:-1].replace("!", "^", 1).replace("\\", r"\\") + "]"
        else:
            regex += re.escape(part)
    return re.compile(regex, re.S)


def read_article(file: SourceFile, reading: Reading) -> Article:
    """Read one article. Raises ArticleError with the file's path and, where there is one, the line."""
    try:
        text = _read_text(file)
    except OSError as error:
        problem = Problem(found=(error.strerror or str(error)).lower(), expected="a readable file")
        raise ArticleError(problem.at(_shown(file), None)) from None
    except ArticleError as error:
        raise ArticleError(error.problem.at(_shown(file), None)) from None
    try:
        front, body = frontmatter.parse(text)
        article = parse_article(front, body, path=file.path, reading=reading)
    except ArticleError as error:
        raise ArticleError(_located(error.problem, text, file)) from None
    if not article.notes:
        return article
    notes = tuple(_located(note, text, file) for note in article.notes)
    return msgspec.structs.replace(article, notes=notes)


def _shown(file: SourceFile) -> str:
    return below(file.file, os.getcwd())


def _located(problem: Problem, text: str, file: SourceFile) -> Problem:
    line = problem.line or (frontmatter.line_of(text, problem.field) if problem.field else None)
    return problem.at(_shown(file), line)


def _read_text(file: SourceFile) -> str:
    if file.size > LARGEST_FILE:
        raise ArticleError(Problem(found=f"{file.size:,} bytes", expected=f"at most {LARGEST_FILE:,}"))
    with open(file.file, "rb") as stream:
        raw = stream.read(LARGEST_FILE + 1)
    if raw.startswith(_BOM_UTF16):
        raise ArticleError(Problem(found="UTF-16", expected="UTF-8", line=1))
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        found = f"the byte 0x{raw[error.start]:02x}, which is not UTF-8"
        raise ArticleError(Problem(found=found, expected="UTF-8", line=line)) from None
