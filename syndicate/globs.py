"""Globs: the patterns that say which files of a folder are wanted, as one question to ask of a path.

`*` and `?` stay inside a folder, `**/` spans any number of them. May know: nothing of files.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from operator import methodcaller

WILD = re.compile(r"[*?\[]")
"""What makes a path a pattern."""

# Files of some kinds anywhere, as nearly every source has them: asked of tens of thousands of names.
_KIND = re.compile(r"\*\*/\*([^*?\[/]+)")


@cache
def compile_globs(patterns: tuple[str, ...]) -> Callable[[str], object]:
    """Compile globs into a function that gives something true for a path that any of them matches."""
    kinds = [_KIND.fullmatch(pattern) for pattern in patterns]
    if all(kinds):
        return methodcaller("endswith", tuple(kind[1] for kind in kinds if kind))
    return re.compile("|".join(map(_glob, patterns)), re.S).fullmatch


def _glob(pattern: str) -> str:
    """Translate a glob: `*` and `?` stay inside a folder, `**/` spans any number of them."""
    regex = ""
    for part in re.findall(r"\*\*/?|\*|\?|\[!?[^\]]+\]|[^*?\[]+|\[", pattern):
        if part.startswith("**"):
            regex += "(?:[^/]+/)*" if part.endswith("/") else ".*"
        elif part == "*":
            regex += "[^/]*"
        elif part == "?":
            regex += "[^/]"
        elif part.startswith("[") and len(part) > 1:
            regex += _character_set(part[1:-1])
        else:
            regex += re.escape(part)
    return regex


def _character_set(content: str) -> str:
    """Translate `[a-z]` or `[!a-z]`; a range that is none stands for its characters."""
    negated = content.startswith("!") and len(content) > 1
    content = content.removeprefix("!") if negated else content
    parts = re.findall(r"(.)-(.)|(.)", content, re.S)
    regex = "".join(
        f"{re.escape(first)}-{re.escape(last)}" if first and first <= last else re.escape(first + last + one)
        for first, last, one in parts
    )
    return f"[{'^/' if negated else ''}{regex}]"
