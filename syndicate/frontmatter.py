"""Front matter: a text becomes a mapping of strings as they were written, and a body.

May know: neither paths nor the names of fields.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NoReturn

from syndicate.errors import ArticleError, FieldPath, Problem
from syndicate.yamltext import Mapping, lines_in_yaml, parse_yaml

LONGEST_FRONT = 262_144
"""How many characters a front matter may have; more would keep the pure parser busy for many seconds."""
_FENCE = "---"


def split(text: str) -> tuple[str, str]:
    """Split a text into the YAML between its `---` lines and the body after them.

    Raises ArticleError where it does not begin with such a line or the second one is missing.
    """
    text = text.removeprefix("\ufeff")
    end = text.find("\n")
    first = text if end < 0 else text[:end]
    if first.rstrip() != _FENCE:
        _refuse_start(first, text)
    start = len(first) + 1
    end = start - 1
    while (end := text.find("\n" + _FENCE, end)) >= 0:
        stop = text.find("\n", end + 4)
        rest = text[end + 4 : stop if stop >= 0 else None]
        if not rest.strip():
            return text[start : end + 1], text[stop + 1 :] if stop >= 0 else ""
        end += 4
    raise ArticleError(
        Problem(found="the end of the file", expected="a closing line '---' after the front matter", line=1)
    )


def _refuse_start(first: str, text: str) -> NoReturn:
    expected = "front matter that begins with a line '---'"
    found = "an empty file" if not text.strip() else "no front matter"
    if first.rstrip() == "+++":
        found, expected = "TOML front matter ('+++')", "YAML between '---' lines; TOML is not read yet"
    elif first.lstrip().startswith("{"):
        found, expected = "JSON front matter ('{')", "YAML between '---' lines; JSON is not read yet"
    raise ArticleError(Problem(found=found, expected=expected, line=1))


def parse(text: str) -> tuple[Mapping, str]:
    """Parse a text into its front matter, strings as written, and its body.

    Aliases and merge keys are resolved. Raises ArticleError, with the line, for YAML that cannot be
    read, a key given twice, a tag outside YAML's core schema, aliases that expand beyond bounds, and for
    more of it than `LONGEST_FRONT`.
    """
    front, body = split(text)
    if len(front) > LONGEST_FRONT:
        found = f"a front matter of {len(front):,} characters"
        raise ArticleError(Problem(found=found, expected=f"at most {LONGEST_FRONT:,}", line=1))
    value = parse_yaml(front, first_line=2)
    if value is None:
        value = {}
    if not isinstance(value, dict):
        raise ArticleError(
            Problem(found="a list or a text", expected="front matter of the form 'key: value'", line=2)
        )
    return value, body


def lines_of(text: str, fields: Sequence[FieldPath]) -> list[int]:
    """Find the lines of fields in the front matter of a text, or of the nearest things that hold them.

    `body` is where the body begins.

    It parses once more, since lines are asked for only where something is wrong.
    """
    front, body = split(text)
    lines = lines_in_yaml(front, fields, first_line=2)
    body_line = text.count("\n", 0, len(text) - len(body)) + 1
    return [body_line if field == ("body",) else line for field, line in zip(fields, lines, strict=True)]
