"""Sources: the files of the articles, found in one walk and read one by one.

May know: the file system; neither the index nor the output nor feeds.
"""

from __future__ import annotations

import codecs
import errno
import os
import stat
from collections.abc import Callable, Iterable, Iterator, Sequence

import msgspec

from syndicate import frontmatter
from syndicate.article import Article, Reading
from syndicate.errors import ArticleError, ConfigError, Problem, below, is_below, reason_of
from syndicate.globs import WILD, compile_globs
from syndicate.native import to_article
from syndicate.settings import Settings, Source
from syndicate.yamltext import Mapping

Parsed = tuple[str, Mapping, str]
"""The text of a file, its front matter and its body."""

Stamps = dict[str, tuple[int, int | None]]
"""The size and the mtime (ns) that the files of a source are known by; no mtime where it does not tell."""

LARGEST_FILE = 16 * 1024 * 1024
# A folder may hold a hundred thousand files: all of them at once would be 60 MB of entries.
_ENTRIES_AT_ONCE = 1000
_EXHAUSTED = frozenset((errno.EMFILE, errno.ENFILE, errno.ENOMEM))
_BOM_UTF16 = (b"\xff\xfe", b"\xfe\xff")


class SourceFile(msgspec.Struct, frozen=True, gc=False):
    """One file of a source: `path` is relative to the source, with `/`; `file` is where it is.

    Not keyword-only as other records are: every file goes to a worker, and pickle is slower with keywords.
    """

    source: int
    path: str
    file: str
    size: int
    mtime_ns: int


def scan_sources(settings: Settings) -> list[SourceFile]:
    """Find the files of all sources, in the order of the sources and of the paths.

    Hidden files and folders are passed over, and so is the output; a link to a folder is followed once; a
    file that two sources name belongs to the first. Raises ConfigError for sources that do not exist.
    """
    return sorted(walk_sources(settings), key=lambda file: (file.source, file.path))


def walk_sources(settings: Settings, known: Sequence[Stamps] = ()) -> Iterator[SourceFile]:
    """Find the same files as `scan_sources`, as they come: the first can be read before the last is seen.

    A file that has the size and the mtime by which its source knows it is passed over, and leaves `known`.
    Raises ConfigError after all others where sources do not exist.
    """
    problems = []
    seen: set[str | tuple[int, str]] = set()
    shared = len(settings.sources) > 1
    for number, source in enumerate(settings.sources):
        stamps = known[number] if known else {}
        try:
            for each, file, status in _find(source, settings.output):
                path = each if each.isascii() else _known_as(each)
                # A name that is not UTF-8 may be known as another file is called (it is spelled out with
                # backslashes), and two sources may name one file; the first one stays.
                if shared or "\\" in path:
                    if file in seen or (number, path) in seen:
                        continue
                    seen.update((file, (number, path)))
                size, mtime_ns = (status.st_size, status.st_mtime_ns) if status else (0, 0)
                if path in stamps and stamps[path] == (size, mtime_ns):
                    del stamps[path]
                else:
                    yield SourceFile(number, path, file, size, mtime_ns)
        except OSError as error:
            problems.append(
                Problem(
                    path=error.filename or source.path,
                    field=("sources", number, "path"),
                    found=reason_of(error),
                    expected="a folder, a file or a glob of articles",
                )
            )
    if problems:
        raise ConfigError(problems)


def watched_folders(settings: Settings) -> list[str]:
    """List the folders whose changes may concern the sources."""
    roots = (_split_glob(source.path)[0] for source in settings.sources)
    return sorted({root if os.path.isdir(root) else os.path.dirname(root) for root in roots})


def find_files(settings: Settings, paths: Iterable[str]) -> Iterator[tuple[int, str, SourceFile | None]]:
    """Tell which of some paths are, or would be, files of a source: its place, the path in it, the file.

    The file is None where none is there. Only the first source that includes a path is named.
    """
    for file in dict.fromkeys(paths):
        for number, source in enumerate(settings.sources):
            path = _path_in(source, file, settings.output)
            if path is None:
                continue
            try:
                status = os.stat(file)
            except OSError:
                link = _source_file(number, path, file, None) if os.path.islink(file) else None
                yield number, _known_as(path), link
            else:
                found = _source_file(number, path, file, status) if stat.S_ISREG(status.st_mode) else None
                yield number, _known_as(path), found
            break


def is_source_file(settings: Settings, file: str) -> bool:
    """Tell whether a path is, or would be, a file of a source."""
    return any(_path_in(source, file, settings.output) is not None for source in settings.sources)


def _path_in(source: Source, file: str, output: str | None) -> str | None:
    root, pattern = _split_glob(source.path)
    if output and is_below(output, root) and is_below(file, output):
        return None  # As in `_walk`.
    if file == root:
        # A source that is one file is itself, whatever its name.
        return None if pattern or os.path.isdir(root) else os.path.basename(file)
    path = below(file, root)
    return path if path != file and _is_included(path, pattern, source) else None


def _is_included(path: str, pattern: str | None, source: Source) -> bool:
    if any(part.startswith(".") for part in path.split("/")):
        return False
    include, exclude = _filters(source, pattern)
    return bool(include(path)) and not (exclude and exclude(path))


def _filters(
    source: Source, pattern: str | None
) -> tuple[Callable[[str], object], Callable[[str], object] | None]:
    """Give what a path in a source has to match, and what it must not."""
    return compile_globs((pattern,) if pattern else source.include), compile_globs(
        source.exclude
    ) if source.exclude else None


def _known_as(path: str) -> str:
    # A name that is not UTF-8 is known by its bytes spelled out.
    return (
        path
        if path.isascii()
        else path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    )


def _find(source: Source, output: str | None) -> Iterator[tuple[str, str, os.stat_result | None]]:
    """Find the files of a source: the path in it, where it is, its status; none for a link to nowhere."""
    root, pattern = _split_glob(source.path)
    if pattern is None and not os.path.isdir(root):
        yield os.path.basename(root), root, os.stat(root)
        return
    include, exclude = _filters(source, pattern)
    before = os.stat(root)
    for prefix, entries in _walk(root, output):
        for entry in entries:
            path = prefix + entry.name
            if not include(path) or (exclude and exclude(path)):
                continue
            try:
                status = entry.stat()
            except OSError as error:
                if entry.is_symlink():
                    yield path, entry.path, None
                elif not isinstance(error, FileNotFoundError):
                    raise  # A folder that may be listed and not entered: its files are not gone.
                continue  # Else it went while we looked, and the next run will not see it either.
            if stat.S_ISREG(status.st_mode):
                yield path, entry.path, status
    # What was not found in a folder that went meanwhile, as one that was unmounted, is not gone.
    if not os.path.samestat(before, os.stat(root)):
        raise OSError(errno.ESTALE, "another folder than when the run began", root)


def _source_file(number: int, path: str, file: str, status: os.stat_result | None) -> SourceFile:
    # Reading a link to nowhere will say so.
    size, mtime_ns = (status.st_size, status.st_mtime_ns) if status else (0, 0)
    return SourceFile(number, path if path.isascii() else _known_as(path), file, size, mtime_ns)


def _walk(root: str, output: str | None) -> Iterator[tuple[str, list[os.DirEntry[str]]]]:
    """Walk a folder with one scandir each; give what is in each but folders, some at once, and the path.

    A link to a folder is followed where the folder is not walked anyway, and so never in a circle. The
    output is passed over: our own pages are no articles. An unreadable root is an error, a folder that
    vanished is not.
    """
    # What is walked elsewhere, or not at all: device and inode of each.
    known = {_identity(root), _identity(output) if output else None}
    inodes = {each[1] for each in known if each}
    # Links to folders come last, in the order of their paths: which of two is followed must not depend
    # on the order in which a folder gives its entries.
    links: list[tuple[str, str]] = []
    followed = [os.path.realpath(root)]
    stack = [(root, "")]
    while stack or links:
        if not stack:
            links.sort(key=lambda link: link[1], reverse=True)
            link = links.pop()
            target = os.path.realpath(link[0])
            identity = _identity(target)
            if identity in known or any(is_below(target, other) for other in followed):
                continue
            followed.append(target)
            known.add(identity)
            inodes.update(identity[1:] if identity else ())
            stack.append(link)
        folder, prefix = stack.pop()
        found = []
        try:
            with os.scandir(folder) as entries:
                for entry in entries:
                    if entry.name.startswith("."):
                        continue
                    try:
                        is_folder = entry.is_dir()
                    except OSError:
                        is_folder = False  # A link that leads to itself.
                    if not is_folder:
                        found.append(entry)
                        if len(found) == _ENTRIES_AT_ONCE:
                            yield prefix, found
                            found = []
                    elif entry.is_symlink():
                        links.append((entry.path, f"{prefix}{entry.name}/"))
                    elif entry.path != output and not (
                        entry.inode() in inodes and _identity(entry.path) in known
                    ):
                        stack.append((entry.path, f"{prefix}{entry.name}/"))
        except FileNotFoundError:
            if not prefix:
                raise
        yield prefix, found


def _identity(path: str) -> tuple[int, int] | None:
    try:
        status = os.stat(path)
    except OSError:
        return None  # It is not there yet.
    return status.st_dev, status.st_ino


def _split_glob(path: str) -> tuple[str, str | None]:
    """Split `posts/**/*.md` into the folder before the first wild card and the pattern."""
    if not WILD.search(path) or os.path.exists(path):
        return path, None
    parts = path.split("/")
    first = next(n for n, part in enumerate(parts) if WILD.search(part))
    return "/".join(parts[:first]) or "/", "/".join(parts[first:])


def read_article(file: SourceFile, reading: Reading) -> Article:
    """Read one article. Raises ArticleError with the file's path and, where there is one, the line."""
    return parse_file(read_file(file), file, reading)


def read_file(file: SourceFile) -> bytes:
    """Read the bytes of a file. Raises ArticleError where it cannot be read or is too large.

    Where the machine is out of memory or of open files, that OSError is raised.
    """
    try:
        # What has become a pipe meanwhile would let us wait for a writer.
        descriptor = os.open(file.file, os.O_RDONLY | os.O_NONBLOCK)
        try:
            raw = _read_regular(descriptor)
        finally:
            os.close(descriptor)
        if isinstance(raw, bytes):
            return raw
        problem = raw
    except OSError as error:
        if error.errno in _EXHAUSTED:
            raise  # The machine is out of something; that is no fault of the article.
        problem = Problem(found=reason_of(error), expected="a readable file")
    raise ArticleError(problem.at(_shown(file), None))


def _read_regular(descriptor: int) -> bytes | Problem:
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode) and not stat.S_ISDIR(status.st_mode):
        return Problem(found="a pipe, a socket or a device", expected="a file")
    size = status.st_size
    if size <= LARGEST_FILE:
        raw = _read_all(descriptor, size)
        size = len(raw)
        if size <= LARGEST_FILE:
            return raw
    return Problem(found=f"{size:,} bytes", expected=f"at most {LARGEST_FILE:,}")


def _read_all(descriptor: int, size: int) -> bytes:
    # One byte more than expected tells at once that there is no more. A file may grow while it is read.
    raw = os.read(descriptor, size + 1)
    while len(raw) <= LARGEST_FILE and (more := len(raw) != size and os.read(descriptor, LARGEST_FILE)):
        raw += more
    return raw


def parse_file(raw: bytes, file: SourceFile, reading: Reading) -> Article:
    """Turn the bytes of a file into an article. Raises ArticleError with its path and the line."""
    return make_article(parse_front(raw, file), file, reading)


def parse_front(raw: bytes, file: SourceFile) -> Parsed:
    """Parse the front matter of a file. Raises ArticleError with its path and the line."""
    try:
        text = _decode(raw)
    except ArticleError as error:
        raise ArticleError(error.problem.at(_shown(file), None)) from None
    try:
        return text, *frontmatter.parse(text)
    except ArticleError as error:
        raise ArticleError(_located(error.problem, text, file)) from None


def make_article(parsed: Parsed, file: SourceFile, reading: Reading) -> Article:
    """Turn a parsed file into an article. Raises ArticleError with its path and the line."""
    text, front, body = parsed
    try:
        article = to_article(front, body, path=file.path, reading=reading)
    except ArticleError as error:
        raise ArticleError(_located(error.problem, text, file)) from None
    if not article.notes:
        return article
    # Parsed once for all of them: a stranger may write hundreds.
    lines = frontmatter.lines_of(text, [note.field for note in article.notes])
    notes = (note.at(_shown(file), line) for note, line in zip(article.notes, lines, strict=True))
    return msgspec.structs.replace(article, notes=tuple(notes))


def _shown(file: SourceFile) -> str:
    return _known_as(below(file.file, os.getcwd()))


def _located(problem: Problem, text: str, file: SourceFile) -> Problem:
    line = problem.line or (frontmatter.lines_of(text, [problem.field])[0] if problem.field else None)
    return problem.at(_shown(file), line)


def _decode(raw: bytes) -> str:
    if raw.startswith(_BOM_UTF16):
        raise ArticleError(Problem(found="UTF-16", expected="UTF-8", line=1))
    raw = raw.removeprefix(codecs.BOM_UTF8)
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        found = f"the byte 0x{raw[error.start]:02x}, which is not UTF-8"
        raise ArticleError(Problem(found=found, expected="UTF-8", line=line)) from None
