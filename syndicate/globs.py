"""Globs: the patterns that say which files of a folder are wanted, as one regular expression.

`*` and `?` stay inside a folder, `**/` spans any number of them. May know: nothing of files.
"""

from __future__ import annotations

import re
from functools import cache

WILD = re.compile(r"[*?\[]")
"""What makes a path a pattern."""


@cache
def compile_globs(patterns: tuple[str, ...]) -> re.Pattern[str]:
    """Compile globs into one pattern that matches what any of them does."""
    return re.compile("|".join(map(_glob, patterns)), re.S)


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
