"""Checking a mapping of strings against a Struct: every problem at once, each with its dotted path.

msgspec stops at the first error and has no hint for an unknown key; a person who edits a
configuration wants all of them, and the key that was probably meant. May know: neither files nor
lines nor what the settings mean.
"""

from __future__ import annotations

import re
import types
from collections.abc import Callable
from functools import cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

import msgspec

from syndicate.dates import parse_instant, parse_span, parse_zone
from syndicate.errors import FieldPath, Problem, quoted
from syndicate.text import plain
from syndicate.urls import clean_url
from syndicate.yamltext import Value

_TRUE, _FALSE = ("true", "yes", "on"), ("false", "no", "off")
_TEMPLATE_FIELDS = {"template": {"year", "month", "day", "slug", "key"}, "title": {"name", "site"}}


class Schema(msgspec.Struct, frozen=True, kw_only=True):
    """The base of what a configuration may say: a field is a key, its annotation what is allowed."""


class Notation(msgspec.Struct, frozen=True):
    """How a value is written, by the name of its entry in `_NOTATIONS`, where its type alone does not say."""

    name: str


class _Bad(Exception):
    """A value that is not what was expected."""

    def __init__(self, expected: str) -> None:
        super().__init__(expected)
        self.expected = expected


def _url(value: Value) -> str:
    cleaned = clean_url(value) if isinstance(value, str) else None
    if cleaned is None:
        raise _Bad("an absolute http or https URL")
    return cleaned


def _zone(value: Value) -> str:
    try:
        parse_zone(_text(value))
    except ValueError:
        raise _Bad("a time zone such as UTC or Europe/Berlin") from None
    return _text(value)


def _email(value: Value) -> str:
    if not re.fullmatch(r"[^\s@<>()\",;:]+@[A-Za-z0-9.-]+", _text(value)):
        raise _Bad("an e-mail address")
    return _text(value)


def _authority(value: Value) -> str:
    # RFC 4151 §2.1: a domain or an e-mail address, and a date on which it was yours.
    text = _text(value)
    if not re.fullmatch(r"(?:[\w.+-]+@)?[A-Za-z0-9.-]+,\d{4}(?:-\d\d(?:-\d\d)?)?", text, re.ASCII):
        raise _Bad("a domain and a year in which it was yours, such as example.com,2019")
    return text


def _language(value: Value) -> str:
    if not re.fullmatch(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8})*", _text(value)):
        raise _Bad("a language code such as en or pt-br")
    return _text(value)


def _template(kind: str) -> Callable[[Value], str]:
    known = _TEMPLATE_FIELDS[kind]

    def check(value: Value) -> str:
        text = _text(value)
        names = re.findall(r"\{([^{}]*)\}", text)
        if not set(names) <= known or re.search(r"[{}]", re.sub(r"\{[^{}]*\}", "", text)):
            raise _Bad("a template of " + ", ".join(f"{{{name}}}" for name in sorted(known)))
        return text

    return check


def _limit(value: Value) -> int | None:
    if isinstance(value, str) and value.strip().lower() == "none":
        return None
    number = _integer(value)
    if number < 1:
        raise _Bad("a whole number from 1, or none")
    return number


def _related_limit(value: Value) -> int | None:
    return 0 if value == "0" else _limit(value)


def _span(value: Value) -> Any:
    try:
        return parse_span(_text(value))
    except ValueError:
        raise _Bad("a span of time such as 12h, 30d, 2w, 6m or 1y") from None


def _instant(value: Value) -> Any:
    try:
        return parse_instant(_text(value))
    except ValueError:
        raise _Bad("a date such as 2021-12-29") from None


def _words(value: Value) -> tuple[str, ...]:
    values = value if isinstance(value, list) else [value]
    return tuple(_text(each) for each in values)


def _front_matter(value: Value) -> dict[str, Value]:
    if not isinstance(value, dict):
        raise _Bad("a mapping of front-matter fields to values")
    return value


def _text(value: Value) -> str:
    if not isinstance(value, str) or not plain(value):
        raise _Bad("a text")
    return plain(value)


def _integer(value: Value) -> int:
    if isinstance(value, str) and re.fullmatch(r"-?\d{1,15}", value.strip(), re.ASCII):
        return int(value)
    raise _Bad("a whole number")


def _count(value: Value) -> int:
    number = _integer(value)
    if number < 0:
        raise _Bad("a whole number from 0")
    return number


def _float(value: Value) -> float:
    if isinstance(value, str) and re.fullmatch(r"-?\d{1,15}(?:\.\d{1,15})?", value.strip(), re.ASCII):
        return float(value)
    raise _Bad("a number")


def _boolean(value: Value) -> bool:
    word = value.strip().lower() if isinstance(value, str) else ""
    if word not in _TRUE + _FALSE:
        raise _Bad("true or false")
    return word in _TRUE


_SCALARS: dict[Any, Callable[[Value], Any]] = {str: _text, int: _integer, float: _float, bool: _boolean}
_NOTATIONS: dict[str, Callable[[Value], Any]] = {
    "url": _url,
    "zone": _zone,
    "email": _email,
    "authority": _authority,
    "language": _language,
    "permalink template": _template("template"),
    "title template": _template("title"),
    "count": _count,
    "limit": _limit,
    "related limit": _related_limit,
    "span": _span,
    "instant": _instant,
    "words": _words,
    "front matter": _front_matter,
}


def convert(value: Value, kind: Any, field: FieldPath, problems: list[Problem]) -> Any:
    """Convert strings as written to what a type annotation asks for.

    Every problem is appended to `problems`; the result means something only where none was.
    """
    if get_origin(kind) is Annotated:
        kind, notation = get_args(kind)[:2]
        return _attempt(_NOTATIONS[notation.name], value, field, problems)
    if get_origin(kind) in (Union, types.UnionType):
        inner = next(each for each in get_args(kind) if each is not type(None))
        return None if value is None else convert(value, inner, field, problems)
    if get_origin(kind) is Literal:
        return _attempt(lambda found: _one_of(get_args(kind), found), value, field, problems)
    if get_origin(kind) is tuple:
        values = value if isinstance(value, list) else [value]
        inner = get_args(kind)[0]
        return tuple(convert(each, inner, (*field, n), problems) for n, each in enumerate(values))
    if get_origin(kind) is dict:
        return _convert_dict(value, get_args(kind)[1], field, problems)
    if isinstance(kind, type) and issubclass(kind, Schema):
        return _convert_struct(value, kind, field, problems)
    return _attempt(_SCALARS[kind], value, field, problems)


def _attempt(read: Callable[[Value], Any], value: Value, field: FieldPath, problems: list[Problem]) -> Any:
    try:
        return read(value)
    except _Bad as bad:
        problems.append(Problem(field=field, found=quoted(value), expected=bad.expected))
        return None


def _one_of(allowed: tuple[str, ...], value: Value) -> str:
    if value not in allowed:
        raise _Bad("one of " + ", ".join(allowed))
    return str(value)


def _convert_dict(value: Value, kind: Any, field: FieldPath, problems: list[Problem]) -> dict[str, Any]:
    if not isinstance(value, dict):
        problems.append(Problem(field=field, found=quoted(value), expected="a mapping"))
        return {}
    return {key: convert(each, kind, (*field, key), problems) for key, each in value.items()}


def _convert_struct(value: Value, kind: type[Schema], field: FieldPath, problems: list[Problem]) -> Any:
    if value is None:
        value = {}
    if not isinstance(value, dict):
        problems.append(Problem(field=field, found=quoted(value), expected="a mapping of keys"))
        return None
    known = keys_of(kind)
    before = len(problems)
    found = {}
    for key, each in value.items():
        if key not in known:
            problems.append(_unknown(key, known, field))
        elif each is not None:
            name, annotation, _ = known[key]
            found[name] = convert(each, annotation, (*field, key), problems)
    for key, (_, _, required) in known.items():
        if required and value.get(key) is None:
            problems.append(
                Problem(field=(*field, key), found="nothing", expected="a value: this key is required")
            )
    return kind(**found) if len(problems) == before else None


def _unknown(key: str, known: dict[str, Any], field: FieldPath) -> Problem:
    from difflib import get_close_matches

    close = get_close_matches(key, known, n=1, cutoff=0.5)
    expected = f"'{close[0]}'" if close else "one of " + ", ".join(known)
    return Problem(field=(*field, key), found="an unknown key", expected=expected)


@cache
def keys_of(kind: type[Schema]) -> dict[str, tuple[str, Any, bool]]:
    """List the keys of a Schema: for each its attribute, its annotation and whether it is required."""
    hints = get_type_hints(kind, include_extras=True)
    return {
        each.encode_name: (each.name, hints[each.name], each.required)
        for each in msgspec.structs.fields(kind)
    }
