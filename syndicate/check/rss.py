"""RSS 2.0: the channel and what it holds beside its items.

May know: elements, values and the rules of RSS; nothing of Atom but its links.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from syndicate.check import content, links, media, moments, rssrules
from syndicate.check.elements import Scope, children, grouped, is_blank, name_of, namespace_of, text_of
from syndicate.check.inspection import Inspection, shown
from syndicate.check.kinds import ATOM
from syndicate.check.rssitem import Items
from syndicate.check.rssrules import (
    CHANNEL,
    CLOUD,
    IMAGE,
    IMAGE_FORMAT,
    IMAGE_MISMATCH,
    ITEM_ORDER,
    OBSOLETE_VERSION,
    REQUIRED,
    SELF,
    SKIP,
    STRAY_TEXT,
    TEXT_INPUT,
    TEXT_INPUT_USED,
    TTL,
    UNKNOWN_ELEMENT,
    VERSION,
)
from syndicate.check.rssvalues import (
    address,
    anything,
    check_address,
    check_attributes,
    check_parts,
    date,
    filled,
    html,
    language,
    once,
    person,
    plain,
)
from syndicate.check.whole import check_self

RULES = (*rssrules.RULES, *links.RULES, *media.RULES, *content.RULES, *moments.RULES)

_WIDEST, _HIGHEST = 144, 400
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_PROTOCOLS = ("xml-rpc", "soap", "http-post")
_PICTURE = re.compile(r"\.(\w{2,5})(?:[?#].*)?$", re.A)
_OTHER_PICTURES = {"svg", "webp", "avif", "bmp", "ico", "tif", "tiff", "heic", "jxl"}
_NUMBER = re.compile(r"\d{1,9}", re.ASCII)
_HOUR = re.compile(r"0?\d|1\d|2[0-3]", re.ASCII)


def check(inspection: Inspection) -> None:
    """Check an RSS document, whose root was read."""
    root = inspection.root
    scope = Scope(inspection)
    version = root.get("version")
    if not version:
        scope.find(VERSION, root, "<rss> has no version")
    elif version != "2.0":
        scope.find(OBSOLETE_VERSION, root, f"the version is {shown(version)}")
    check_attributes(scope, root, ("version",))
    channels = []
    for child in children(root):
        if child.tag == "channel":
            channels.append(child)
        elif not namespace_of(child):
            scope.find(UNKNOWN_ELEMENT, child, f"<{name_of(child)}> is in <rss>, not in a channel")
    if len(channels) != 1:
        scope.find(CHANNEL, root, f"<rss> holds {len(channels) or 'no'} <channel>")
    for channel in channels[:1]:
        _check_channel(scope, channel)


def _check_channel(scope: Scope, channel: Any) -> None:
    check_attributes(scope, channel)
    check_stray_text(scope, channel)
    present = grouped(channel)
    for name in ("title", "link", "description"):
        if name not in present:
            scope.find(REQUIRED, channel, f"the channel has no <{name}>")
    items = Items(scope)
    seen_item = False
    for child in children(channel):
        if child.tag == "item":
            items.check(child)
            seen_item = True
        elif child.tag in _CHANNEL_ELEMENTS:
            _CHANNEL_ELEMENTS[child.tag](scope, child)
        elif not namespace_of(child):
            scope.find(UNKNOWN_ELEMENT, child, f"<{name_of(child)}> is none of RSS in a channel")
        if seen_item and child.tag != "item":
            scope.find(ITEM_ORDER, child, f"<{name_of(child)}> comes after an item")
    for tag, elements in present.items():
        if tag in _CHANNEL_ELEMENTS and tag != "category":
            once(scope, elements)
    _check_links(scope, channel, present.get(f"{{{ATOM}}}link", []))
    media.check_media(scope, channel)
    for image in present.get("image", [])[:1]:
        _check_image_matches(scope, image, present)


def _check_links(scope: Scope, channel: Any, elements: list[Any]) -> None:
    for link in elements:
        links.check_link(scope, link)
    links.check_head(scope, channel, elements)
    own = [link for link in elements if links.rel_of(link) == "self"]
    if not own:
        scope.find(SELF, channel, "the channel has no atom:link of rel 'self'")
    for link in own:
        kind = link.get("type")
        if kind != "application/rss+xml":
            scope.find(SELF, link, f"the type of the link is {shown(kind) if kind else 'missing'}")
    for link in own[:1]:
        check_self(scope.inspection, link.sourceline or 0, link.get("href", ""))


def check_stray_text(scope: Scope, element: Any) -> None:
    """Check that there is no text between the children of an element."""
    if not is_blank(element.text):
        scope.find(STRAY_TEXT, element, f"{shown(element.text.strip())} stands in <{name_of(element)}>")
    for child in element:
        if not is_blank(child.tail):
            scope.find(STRAY_TEXT, child, f"{shown(child.tail.strip())} stands in <{name_of(element)}>")


def _category(scope: Scope, element: Any) -> None:
    check_attributes(scope, element, ("domain",))
    plain(scope, element)


def _ttl(scope: Scope, element: Any) -> None:
    text = filled(scope, element)
    if text and not (_NUMBER.fullmatch(text) and int(text)):
        scope.find(TTL, element, f"<ttl>: {shown(text)} is no number of minutes")


def _cloud(scope: Scope, element: Any) -> None:
    required = ("domain", "port", "path", "registerProcedure", "protocol")
    check_attributes(scope, element, required)
    for name in required:
        # An http-post registers by its path alone, and then the procedure is empty.
        if element.get(name) is None:
            scope.find(CLOUD, element, f"<cloud> has no {name}")
    port, protocol = element.get("port"), element.get("protocol")
    if port is not None and not (_NUMBER.fullmatch(port) and 0 < int(port) < 65536):
        scope.find(CLOUD, element, f"<cloud>: {shown(port)} is no port")
    if protocol is not None and protocol not in _PROTOCOLS:
        scope.find(CLOUD, element, f"<cloud>: {shown(protocol)} is none of {', '.join(_PROTOCOLS)}")


def _image(scope: Scope, element: Any) -> None:
    parts = check_parts(scope, element, IMAGE, ("url", "title", "link"))
    for child in children(element):
        if child.tag not in _IMAGE_PARTS and not namespace_of(child):
            scope.find(UNKNOWN_ELEMENT, child, f"<{name_of(child)}> is none of RSS in an image")
    for name in ("title", "description"):
        called = f"<{name}> of the image"
        content.check_plain(scope.inspection, element.sourceline or 0, called, parts.get(name, ""))
    for name in ("url", "link"):
        if parts.get(name):
            check_address(scope, element, f"<{name}> of the image", parts[name])
    for name, most in (("width", _WIDEST), ("height", _HIGHEST)):
        value = parts.get(name)
        if value is None:
            continue
        if not (_NUMBER.fullmatch(value) and int(value)):
            scope.find(IMAGE, element, f"the {name} {shown(value)} of the image is no number")
        elif int(value) > most:
            scope.find(IMAGE, element, f"the {name} of the image is {int(value)}, more than {most}")
    ending = _PICTURE.search(parts.get("url", "")[-200:])
    if ending and ending[1].lower() in _OTHER_PICTURES:
        scope.find(IMAGE_FORMAT, element, f"the image is a .{ending[1].lower()}")


_IMAGE_PARTS = ("url", "title", "link", "width", "height", "description")


def _check_image_matches(scope: Scope, image: Any, present: dict[str, list[Any]]) -> None:
    for name in ("title", "link"):
        own = next((text_of(child) for child in children(image) if child.tag == name), "")
        other = text_of(present[name][0]) if name in present else ""
        if own and other and own != other:
            what = f"the {name} of the image is {shown(own)}, that of the channel {shown(other)}"
            scope.find(IMAGE_MISMATCH, image, what)


def _skip(scope: Scope, element: Any) -> None:
    hours = element.tag == "skipHours"
    wanted = "hour" if hours else "day"
    seen = set()
    for child in children(element):
        value = text_of(child)
        if child.tag != wanted:
            if not namespace_of(child):
                scope.find(UNKNOWN_ELEMENT, child, f"<{name_of(child)}> is in <{element.tag}>")
            continue
        if not (_HOUR.fullmatch(value) if hours else value in _DAYS):
            scope.find(SKIP, child, f"{shown(value)} is no {wanted}")
        elif value in seen:
            scope.find(SKIP, child, f"{shown(value)} is given again")
        seen.add(value)
    if not seen:
        scope.find(SKIP, element, f"<{element.tag}> holds no <{wanted}>")


def _text_input(scope: Scope, element: Any) -> None:
    required = ("title", "description", "name", "link")
    parts = check_parts(scope, element, TEXT_INPUT, required)
    if all(parts.get(name) for name in required):
        scope.find(TEXT_INPUT_USED, element, "<textInput> is used")
    if parts.get("link"):
        check_address(scope, element, "<link> of <textInput>", parts["link"])


_CHANNEL_ELEMENTS: dict[str, Callable[[Scope, Any], object]] = {
    "title": plain,
    "link": address,
    "description": html,
    "language": language,
    "copyright": plain,
    "managingEditor": person,
    "webMaster": person,
    "pubDate": date,
    "lastBuildDate": date,
    "category": _category,
    "generator": anything,
    "docs": address,
    "cloud": _cloud,
    "ttl": _ttl,
    "image": _image,
    "rating": anything,
    "textInput": _text_input,
    "skipHours": _skip,
    "skipDays": _skip,
}
