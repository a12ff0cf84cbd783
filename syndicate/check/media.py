"""Media RSS, in RSS or in Atom: where its elements stand, and what their attributes say.

May know: elements of XML and the forms of values; nothing of the feed around them.
"""

from __future__ import annotations

import re
from typing import Any

from syndicate.check.clauses import Clause, error, media_rss, w3c_error, w3c_warning, warning
from syndicate.check.elements import Scope, children, name_of, namespace_of
from syndicate.check.forms import is_language, is_media_type, url_fault
from syndicate.check.inspection import shown
from syndicate.check.kinds import ATOM

MEDIA = "http://search.yahoo.com/mrss/"

NAMESPACE = error(
    "feed-media-namespace",
    "The namespace of Media RSS is http://search.yahoo.com/mrss/, with the slash at its end.",
    "Readers do not know the elements, and show no pictures and no media.",
    Clause(
        "Media RSS 1.5.1, Namespace; W3C feed validator: MediaRssNamespace",
        "https://validator.w3.org/feed/docs/error/MediaRssNamespace.html",
    ),
)
PLACEMENT = error(
    "feed-media-placement",
    "<media:content> stands in an item or a <media:group>, and <media:group> in an item.",
    "Readers do not find it.",
    media_rss("<media:group>, <media:content>"),
)
SOURCE = error(
    "feed-media-source",
    "<media:content> has a url, or there is a <media:player>.",
    "There is nothing to show.",
    media_rss("<media:content>"),
)
URL = error(
    "feed-media-url",
    "Addresses of media are absolute.",
    "Readers cannot fetch the file: a feed is read elsewhere.",
    media_rss("<media:content>, <media:player>, <media:thumbnail>"),
)
REQUIRED = error(
    "feed-media-required",
    "<media:player> and <media:thumbnail> have a url.",
    "There is nothing to show.",
    media_rss("<media:player>, <media:thumbnail>"),
)
NUMBER = error(
    "feed-media-number",
    "Sizes, durations, widths and the like are positive numbers; what is not known is left out.",
    'Readers show a file of 0 bytes or a picture of no width. fileSize="0" is such a value.',
    w3c_error("InvalidPositiveInteger"),
)
VALUE = error(
    "feed-media-value",
    "medium, expression, isDefault and the type of a text have one of the values that there are.",
    "Readers take the file for something else, or leave it out.",
    Clause(
        "Media RSS 1.5.1, <media:content>; W3C feed validator: InvalidMediaMedium, InvalidMediaExpression",
        "https://validator.w3.org/feed/docs/error/InvalidMediaMedium.html",
    ),
)
TYPE = error(
    "feed-media-mime",
    "The type of a media file is a media type, and its lang a language tag.",
    "Readers choose by it whether they can play the file.",
    w3c_error("InvalidMIMEAttribute"),
)
GROUP = warning(
    "feed-media-group",
    "A <media:group> holds two or more files, each another rendition of one thing, one of them the default.",
    "Readers show one file of a group and no other: different pictures in one are lost.",
    Clause(
        "Media RSS 1.5.1, <media:group>; W3C feed validator: MediaGroupWithoutAlternatives",
        "https://validator.w3.org/feed/docs/error/MediaGroupWithoutAlternatives.html",
    ),
)
ADULT = warning(
    "feed-media-adult",
    "<media:rating> is used in place of <media:adult>.",
    "Few readers know the older element.",
    w3c_warning("DeprecatedMediaAdult"),
)

RULES = (NAMESPACE, PLACEMENT, SOURCE, URL, REQUIRED, NUMBER, VALUE, TYPE, GROUP, ADULT)

_WRONG_NAMESPACES = {
    "http://search.yahoo.com/mrss", "https://search.yahoo.com/mrss/", "https://search.yahoo.com/mrss",
    "http://www.rssboard.org/media-rss", "http://video.search.yahoo.com/mrss",
}  # fmt: skip
_ITEMS = {"item", f"{{{ATOM}}}entry"}
_WHOLE = ("fileSize", "height", "width", "duration", "channels")
_FRACTION = ("bitrate", "framerate", "samplingrate")
_VALUES = {
    "medium": ("image", "audio", "video", "document", "executable"),
    "expression": ("sample", "full", "nonstop"),
    "isDefault": ("true", "false"),
}
_DIGITS = re.compile(r"0*[1-9]\d{0,17}", re.ASCII)
_DECIMAL = re.compile(r"\d{1,12}(?:\.\d{1,12})?", re.ASCII)


def check_media(scope: Scope, root: Any) -> None:
    """Check all elements of Media RSS at any depth below an element."""
    # What stands in a group or an item holds for all that is in it ("Optional Elements").
    played = {player.getparent() for player in root.iter(f"{{{MEDIA}}}player")}
    for element in root.iter(*(f"{{*}}{name}" for name in ("content", *_CHECKS))):
        namespace, name = namespace_of(element), element.tag.rpartition("}")[2]
        if namespace in _WRONG_NAMESPACES:
            scope.find(NAMESPACE, element, f"<{name_of(element)}> is in the namespace {shown(namespace)}")
        elif namespace == MEDIA and name == "content":
            _check_content(scope, element, played)
        elif namespace == MEDIA:
            _CHECKS[name](scope, element)


def _check_content(scope: Scope, element: Any, played: set[Any]) -> None:
    parent = element.getparent()
    if parent is None or parent.tag not in {*_ITEMS, f"{{{MEDIA}}}group"}:
        scope.find(PLACEMENT, element, f"<{name_of(element)}> is not in an item or a group")
    if element.get("url") is not None:
        _check_url(scope, element)
    elif not any(above in played for above in (element, *element.iterancestors())):
        scope.find(SOURCE, element, f"<{name_of(element)}> has neither a url nor a player")
    for name in _WHOLE:
        _check_number(scope, element, name, _DIGITS)
    for name in _FRACTION:
        _check_number(scope, element, name, _DECIMAL)
    for name, values in _VALUES.items():
        value = element.get(name)
        if value is not None and value not in values:
            scope.find(VALUE, element, f"{name}={shown(value)} is none of {', '.join(values)}")
    kind, language = element.get("type"), element.get("lang")
    if kind is not None and not is_media_type(kind):
        scope.find(TYPE, element, f"{shown(kind)} is no media type")
    if language is not None and not is_language(language):
        scope.find(TYPE, element, f"{shown(language)} is no language tag")


def _check_number(scope: Scope, element: Any, name: str, form: re.Pattern[str]) -> None:
    value = element.get(name)
    if value is not None and not form.fullmatch(value):
        scope.find(NUMBER, element, f"{name}={shown(value)} is no positive number")


def _check_group(scope: Scope, element: Any) -> None:
    parent = element.getparent()
    if parent is None or parent.tag not in _ITEMS:
        scope.find(PLACEMENT, element, f"<{name_of(element)}> is not in an item")
    files = [child for child in children(element) if child.tag == f"{{{MEDIA}}}content"]
    if len(files) < 2:
        scope.find(GROUP, element, f"<{name_of(element)}> holds {len(files)} file{'s' if not files else ''}")
    seen = set()
    for file in files:
        url = file.get("url")
        if url is not None and url in seen:
            scope.find(GROUP, file, f"{shown(url)} is in the group twice")
        seen.add(url)
    for file in [each for each in files if each.get("isDefault") == "true"][1:]:
        scope.find(GROUP, file, "the group has more than one default")


def _check_url(scope: Scope, element: Any) -> None:
    url = element.get("url")
    if url is None:
        scope.find(REQUIRED, element, f"<{name_of(element)}> has no url")
    elif fault := url_fault(url.strip(), iri=True):
        scope.find(URL, element, f"<{name_of(element)}>: {shown(url)} {fault}")


def _check_picture(scope: Scope, element: Any) -> None:
    _check_url(scope, element)
    for name in ("height", "width"):
        _check_number(scope, element, name, _DIGITS)


def _check_text(scope: Scope, element: Any) -> None:
    kind = element.get("type", "plain")
    if kind not in ("plain", "html"):
        scope.find(VALUE, element, f"<{name_of(element)}> is of type {shown(kind)}, not plain or html")


def _check_adult(scope: Scope, element: Any) -> None:
    scope.find(ADULT, element, f"<{name_of(element)}> is used")


_CHECKS = {
    "group": _check_group,
    "player": _check_picture,
    "thumbnail": _check_picture,
    "title": _check_text,
    "description": _check_text,
    "adult": _check_adult,
}
