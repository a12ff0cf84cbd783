"""What can go wrong, as data: every error carries its facts, and `__str__` alone builds the text.

May know: nothing else of the project.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

FieldPath = tuple[str | int, ...]
"""Where a value stands inside a mapping: `("images", 0, "url")`."""

_LONGEST_FOUND = 120


def printable(name: str) -> str:
    """Spell out the invisible characters of a name: a message goes to a terminal."""
    return name if name.isprintable() else ascii(name)[1:-1]


def reason_of(error: OSError) -> str:
    """Say what the system says of an error, in the way of our own messages."""
    return (error.strerror or str(error)).lower()


def dotted(field: FieldPath) -> str:
    """Write a field path the way people do: `images[0].url`."""
    text = ""
    for step in field:
        if isinstance(step, int):
            text += f"[{step}]"
        else:
            # A key is a stranger's text, too.
            text += f".{printable(step)}" if text else printable(step)
    return text


def quoted(value: object) -> str:
    """Show a found value on one line, shortened, with its invisible characters spelled out."""
    if value is None:
        return "nothing"
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list | tuple):
        return "a list"
    text = ascii(value) if not str(value).isprintable() else f"'{value}'"
    return text if len(text) <= _LONGEST_FOUND else text[: _LONGEST_FOUND - 1] + "…"


def below(path: str, folder: str) -> str:
    """Shorten a path that lies below a folder to what a person would type there."""
    return path.removeprefix(folder.rstrip("/") + "/")


def is_below(path: str, folder: str) -> bool:
    """Tell whether a path lies below a folder, by their names alone."""
    return below(path, folder) != path


class Problem(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing that is wrong in one place: what was found there and what was expected."""

    found: str
    expected: str
    path: str = ""
    line: int | None = None
    field: FieldPath = ()

    def __str__(self) -> str:
        place = printable(self.path)
        if self.line is not None:
            place = f"{place}:{self.line}"
        parts = [place, dotted(self.field), f"found {self.found}, expected {self.expected}"]
        return ": ".join(part for part in parts if part)

    def at(self, path: str, line: int | None) -> Problem:
        """Give the same problem with the file and the line where it stands."""
        return msgspec.structs.replace(self, path=path, line=line if line is not None else self.line)


class SyndicateError(Exception):
    """The base of every error that `syndicate` raises on purpose."""


class ConfigError(SyndicateError):
    """The configuration, a registry or a source named by it cannot be used.

    `problems` holds all that was found, not only the first.
    """

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(self.problems)

    def __str__(self) -> str:
        return "\n".join(map(str, self.problems))


class ArticleError(SyndicateError):
    """One article cannot be used; the others can."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        super().__init__(problem)

    def __str__(self) -> str:
        return str(self.problem)


class RenderError(SyndicateError):
    """A feed or an item breaks an invariant of the model, so that no valid document can show it."""

    def __init__(self, subject: str, reason: str) -> None:
        self.subject = subject
        self.reason = reason
        super().__init__(subject, reason)

    def __str__(self) -> str:
        return f"{self.subject}: {self.reason}"


class PublishError(SyndicateError):
    """The output cannot be written, or must not be: nothing was changed unless `reason` says so."""

    def __init__(self, path: str, reason: str) -> None:
        self.path = path
        self.reason = reason
        super().__init__(path, reason)

    def __str__(self) -> str:
        return f"{self.path}: {self.reason}"


class FetchError(SyndicateError):
    """A document cannot be had: there is none at that place, or nobody who gives it."""

    def __init__(self, place: str, reason: str) -> None:
        self.place = place
        self.reason = reason
        super().__init__(place, reason)

    def __str__(self) -> str:
        return f"{printable(self.place)}: {self.reason}"


class NoArticlesError(SyndicateError):
    """The sources hold no usable article: the build stops before it would empty every feed (law 5)."""

    def __init__(self, sources: Iterable[str], failed: Iterable[Problem]) -> None:
        self.sources = tuple(sources)
        self.failed = tuple(failed)
        super().__init__(self.sources, self.failed)

    def __str__(self) -> str:
        where = ", ".join(self.sources)
        failed = f" ({len(self.failed)} failed)" if self.failed else ""
        return f"no articles in {where}{failed}; nothing was changed (--allow-empty builds empty feeds)"


class BrokenArticlesError(SyndicateError):
    """Some articles are broken, and `on_error: fail` wants nothing changed then."""

    def __init__(self, failed: Iterable[Problem]) -> None:
        self.failed = tuple(failed)
        super().__init__(self.failed)

    def __str__(self) -> str:
        articles = "1 article" if len(self.failed) == 1 else f"{len(self.failed):,} articles"
        return f"{articles} failed, and on_error is fail: nothing was changed"


class LockedError(SyndicateError):
    """Another run holds the lock of the output."""

    def __init__(self, path: str, holder: str) -> None:
        self.path = path
        self.holder = holder
        super().__init__(path, holder)

    def __str__(self) -> str:
        return f"{self.path}: {self.holder} is at work on this output; --wait SECONDS waits for it"


class Terminated(KeyboardInterrupt):
    """The process was asked to end by SIGTERM. Whatever lets a Ctrl-C through lets this through."""


class WorkerError(SyndicateError):
    """A worker process died; the run was given up and nothing was changed."""

    def __str__(self) -> str:
        return "a worker process died (killed, or out of memory); nothing was changed"
