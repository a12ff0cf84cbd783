"""What is installed: Python, this package, what it needs and in which versions, what the extras need.

May know: the metadata of installed packages; nothing of any site.
"""

from __future__ import annotations

import platform
import re
from collections.abc import Iterator
from importlib import metadata

from syndicate import __version__
from syndicate.diagnosis import Sign, note, ok, wrong

_REQUIREMENT = re.compile(r"([\w.-]+)(?:\[[\w, .-]*\])?\s*([^;]*)(?:;\s*(.*))?")
_BOUND = re.compile(r">=\s*([\d.]+)")
_EXTRA = re.compile(r"""extra == ['"]([\w-]+)['"]""")
_SERVE = "pip install 'syndicate[serve]'"


def examine_installation(*, needs_brotli: bool = False) -> Iterator[Sign]:
    """Look at the versions. `needs_brotli` says whether the configuration asks for Brotli."""
    yield ok("version", f"syndicate {__version__}, Python {platform.python_version()}")
    try:
        wanted = list(requirements())
    except metadata.PackageNotFoundError:
        yield note("packages", "syndicate itself is not installed, so that nothing says which are needed")
        wanted = []
    else:
        yield from _needed([(name, bound) for name, bound, extra in wanted if not extra])
    yield from _of_serve([(name, bound) for name, bound, extra in wanted if extra == "serve"])
    if needs_brotli and installed("brotli") is None:
        yield wrong("brotli", "`precompress` asks for br, and it is not installed", _SERVE)
    try:
        from syndicate.yamlevents import LIBYAML
    except ImportError:
        return  # PyYAML itself is not there, which was said above.
    if LIBYAML:
        yield ok("libyaml", "PyYAML came with it")
    else:
        yield note("libyaml", "PyYAML came without it: everything reads the same, but slower")


def requirements() -> Iterator[tuple[str, str, str]]:
    """Give what is needed: the name, its lower bound and the extra that needs it, if not all do."""
    for line in metadata.requires("syndicate") or ():
        if match := _REQUIREMENT.match(line):
            bound, extra = _BOUND.search(match[2]), _EXTRA.search(match[3] or "")
            yield match[1], bound[1] if bound else "", extra[1] if extra else ""


def installed(name: str) -> str | None:
    """Tell the version of a package, or None where it is not installed."""
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def is_at_least(version: str, bound: str) -> bool:
    """Tell whether a version is not below a bound, by the numbers of the release (PEP 440)."""
    return _numbers(version) >= _numbers(bound)


def _numbers(version: str) -> list[int]:
    match = re.match(r"(?:\d+!)?(\d+(?:\.\d+)*)", version)
    numbers = [int(part) for part in match[1].split(".")] if match else []
    while numbers and numbers[-1] == 0:
        numbers.pop()  # 3.0 is 3.
    return numbers


def _needed(wanted: list[tuple[str, str]]) -> Iterator[Sign]:
    bad = [sign for name, bound in wanted for sign in _compared(name, bound)]
    yield from bad
    if not bad:
        yield ok("packages", f"{len(wanted)} are installed, in versions that will do")


def _of_serve(wanted: list[tuple[str, str]]) -> Iterator[Sign]:
    missing = [name for name, _ in wanted if installed(name) is None]
    if missing:
        yield note("serve", f"{', '.join(missing)} not installed; only `syndicate serve` needs it", _SERVE)
    elif bad := [sign for name, bound in wanted for sign in _compared(name, bound)]:
        yield from bad
    elif wanted:
        yield ok("serve", "what `syndicate serve` needs is installed")


def _compared(name: str, bound: str) -> Iterator[Sign]:
    version = installed(name)
    advice = f"pip install '{name}>={bound}'" if bound else f"pip install {name}"
    if version is None:
        yield wrong(name, "is needed and not installed", advice)
    elif bound and not is_at_least(version, bound):
        yield wrong(name, f"{version} is installed, and at least {bound} is needed", advice)
