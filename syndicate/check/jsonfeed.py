"""JSON Feed 1.0 and 1.1 (jsonfeed.org): the types of all members, and what is demanded of their values.

May know: values with lines, the rules of JSON Feed and those of all formats; no other format.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime

from syndicate.check import forms, jsonlines, jsonrules, whole
from syndicate.check.content import check_html, check_plain
from syndicate.check.finding import Rule
from syndicate.check.inspection import Inspection, shown
from syndicate.check.jsonlines import Value
from syndicate.check.moments import Instants, check_not_future

RULES = (*jsonlines.RULES, *jsonrules.RULES)

VERSION_1_0 = "https://jsonfeed.org/version/1"
VERSION_1_1 = "https://jsonfeed.org/version/1.1"

_STRING, _NUMBER, _FLAG, _OBJECT, _LIST, _NULL = (
    "a string",
    "a number",
    "true or false",
    "an object",
    "an array",
    "null",
)
_ANYTHING = "anything"


def _type_of(value: object) -> str:
    if isinstance(value, bool):
        return _FLAG
    names = {str: _STRING, int: _NUMBER, float: _NUMBER, dict: _OBJECT, list: _LIST}
    return names.get(type(value), _NULL)


def _instant(text: str) -> datetime | None:
    # A small t or z is one, too (RFC 3339 §5.6): it is Atom that asks for capitals.
    return forms.rfc3339(text.upper())


def check(inspection: Inspection) -> None:
    """Check a document that is JSON, or was meant to be."""
    root = jsonlines.read_json(inspection.body, inspection.find)
    if root is not None:
        _JSONFeed(inspection).check(root)


_Reader = Callable[["_JSONFeed", str, Value], object]
"""Checks the value of one member; its place is the dotted path of it."""


class _JSONFeed:
    """One document; a method for each kind of value."""

    def __init__(self, inspection: Inspection) -> None:
        self.inspection = inspection
        self.find = inspection.find
        self.address = inspection.address
        self.version = VERSION_1_1
        self.feed_url: str | None = None
        self.hub_needs_topic = False

    def check(self, root: Value) -> None:
        if not isinstance(root.value, dict):
            self.find(jsonrules.TYPE, root.line, f"the document is {_type_of(root.value)}, not an object")
            return
        self._version(root)
        feed_url = root.value.get("feed_url")
        if feed_url is not None and isinstance(feed_url.value, str):
            self.feed_url = feed_url.value
        self._missing("", root, ("title", "items"), jsonrules.REQUIRED)
        self._missing("", root, ("home_page_url",), jsonrules.RECOMMENDED)
        self._object("", root, _FEED)
        self._author_alone("", root)
        if not self.hub_needs_topic:
            self._missing("", root, ("feed_url",), jsonrules.RECOMMENDED)

    def _version(self, root: Value) -> None:
        version = root.value.get("version")
        if version is None:
            self.find(jsonrules.REQUIRED, root.line, "there is no `version`: this is JSON, but no JSON Feed")
            return
        if version.value in (VERSION_1_0, VERSION_1_1):
            self.version = version.value
        elif isinstance(version.value, str):
            self.find(jsonrules.VERSION, version.line, f"version is {shown(version.value)}")
        if next(iter(root.value)) != "version":
            self.find(jsonrules.VERSION_FIRST, version.line, "other members stand before version")

    def _object(self, place: str, value: Value, members: Mapping[str, tuple[str, _Reader | None]]) -> None:
        """Check the members of an object by a table of those that it may have."""
        for name, member in value.value.items():
            path = f"{place}.{name}" if place else name
            if name not in members:
                self._unknown(path, name, member)
                continue
            expected, reader = members[name]
            if self._is(expected, path, member) and reader:
                reader(self, path, member)
            if self.version == VERSION_1_0 and name in ("authors", "language"):
                self.find(jsonrules.VERSION_MEMBER, member.line, f"{path} in a feed of version 1.0")

    def _is(self, expected: str, place: str, value: Value) -> bool:
        found = _type_of(value.value)
        if expected in (found, _ANYTHING):
            return True
        self.find(jsonrules.TYPE, value.line, f"{place} is {found}, not {expected}")
        return False

    def _unknown(self, path: str, name: str, member: Value) -> None:
        if not name.startswith("_"):
            self.find(jsonrules.UNKNOWN, member.line, f"{shown(path)} is no member of JSON Feed")
        elif not isinstance(member.value, dict):
            self.find(jsonrules.EXTENSION, member.line, f"{shown(path)} is {_type_of(member.value)}")
        elif not name[1:2].isalpha() or "." in name:
            self.find(jsonrules.EXTENSION, member.line, f"{shown(name)} is no name of an extension")
        else:
            for inner, value in member.value.items():
                if "." in inner or inner.startswith("_"):
                    self.find(jsonrules.EXTENSION, value.line, f"{shown(inner)} in {shown(path)}")

    def _missing(self, place: str, value: Value, names: tuple[str, ...], rule: Rule) -> None:
        for name in names:
            if name not in value.value:
                self.find(rule, value.line, f"{place or 'the feed'} has no `{name}`")

    def _each(self, place: str, value: Value, expected: str) -> Iterator[tuple[str, Value]]:
        for number, element in enumerate(value.value):
            path = f"{place}[{number}]"
            if self._is(expected, path, element):
                yield path, element

    # Values.

    def _filled(self, place: str, value: Value) -> bool:
        if not value.value.strip():
            self.find(jsonrules.EMPTY, value.line, f"{place} is empty")
        return bool(value.value.strip())

    def _text(self, place: str, value: Value) -> None:
        if self._filled(place, value):
            check_plain(self.inspection, value.line, place, value.value)

    def _url(self, place: str, value: Value) -> None:
        if not self._filled(place, value):
            return
        reason = forms.url_fault(value.value)
        if reason is None and not value.value.lower().startswith(("http:", "https:")):
            reason = "is of another scheme than http and https"
        if reason:
            self.find(jsonrules.URL, value.line, f"{place} {reason}: {shown(value.value)}")

    def _contact(self, place: str, value: Value) -> None:
        """Check the address of an author, which may be that of an e-mail."""
        if not value.value.startswith("mailto:"):
            self._url(place, value)

    def _own_url(self, place: str, value: Value) -> None:
        self._url(place, value)
        whole.check_self(self.inspection, value.line, value.value)

    def _next_url(self, place: str, value: Value) -> None:
        self._url(place, value)
        if value.value in (self.feed_url, self.address):
            self.find(jsonrules.NEXT_URL, value.line, f"{place} is the feed itself: {shown(value.value)}")

    def _language(self, place: str, value: Value) -> None:
        if self._filled(place, value) and not forms.is_language(value.value):
            self.find(jsonrules.LANGUAGE, value.line, f"{place} is {shown(value.value)}")

    def _date(self, place: str, value: Value) -> None:
        instant = _instant(value.value)
        if instant is None:
            self.find(jsonrules.DATE, value.line, f"{place} is {shown(value.value)}")
        else:
            check_not_future(self.inspection, value.line, place, instant)

    def _html(self, place: str, value: Value) -> None:
        if self._filled(place, value):
            check_html(self.inspection, value.line, place, value.value)

    def _hubs(self, place: str, value: Value) -> None:
        for path, hub in self._each(place, value, _OBJECT):
            self._missing(path, hub, ("type", "url"), jsonrules.HUB)
            self._object(path, hub, _HUB)
            kind = hub.value.get("type")
            if kind is not None and kind.value == "WebSub" and self.feed_url is None:
                self.hub_needs_topic = True
                self.find(jsonrules.HUB_TOPIC, hub.line, f"{path} is a WebSub hub, and there is no feed_url")

    # Authors.

    def _authors(self, place: str, value: Value) -> None:
        for path, author in self._each(place, value, _OBJECT):
            self._author(path, author)

    def _author(self, place: str, value: Value) -> None:
        if not any(name in value.value for name in ("name", "url", "avatar")):
            self.find(jsonrules.AUTHOR, value.line, f"{place} has neither name nor url nor avatar")
        self._object(place, value, _AUTHOR)

    def _author_alone(self, place: str, value: Value) -> None:
        author = value.value.get("author")
        if self.version == VERSION_1_1 and author is not None and "authors" not in value.value:
            path = f"{place}.author" if place else "author"
            self.find(jsonrules.AUTHOR_ALONE, author.line, f"{path} stands without authors")

    # Items.

    def _items(self, place: str, value: Value) -> None:
        seen: dict[str, str] = {}
        instants = Instants(self.inspection)
        for path, item in self._each(place, value, _OBJECT):
            self._item_id(path, item, seen)
            self._object(path, item, _ITEM)
            self._author_alone(path, item)
            if not {"content_html", "content_text"} & item.value.keys():
                self.find(
                    jsonrules.ITEM_CONTENT, item.line, f"{path} has neither content_html nor content_text"
                )
            self._missing(path, item, ("url",), jsonrules.ITEM_URL)
            self._dates(path, item, instants)

    def _item_id(self, place: str, item: Value, seen: dict[str, str]) -> None:
        member = item.value.get("id")
        if member is None:
            self.find(jsonrules.ITEM_ID, item.line, f"{place} has no `id`")
            return
        kind = _type_of(member.value)
        if kind == _NUMBER:
            self.find(jsonrules.ITEM_ID_TYPE, member.line, f"{place}.id is the number {member.value}")
        elif kind != _STRING:
            self.find(jsonrules.TYPE, member.line, f"{place}.id is {kind}, not {_STRING}")
            return
        name = str(member.value)
        if not name.strip():
            self.find(jsonrules.ITEM_ID, member.line, f"{place}.id is empty")
        elif (first := seen.setdefault(name, place)) != place:
            self.find(jsonrules.ITEM_ID_UNIQUE, member.line, f"{place} has the id of {first}: {shown(name)}")

    def _dates(self, place: str, item: Value, instants: Instants) -> None:
        published, modified = (
            _instant(text) if (text := self._word(item, name)) else None
            for name in ("date_published", "date_modified")
        )
        if published:
            instants.note(published, item.value["date_published"].line, place)
        if published and modified and modified < published:
            line = item.value["date_modified"].line
            self.find(jsonrules.DATE_ORDER, line, f"{place} is modified before it is published")

    def _tags(self, place: str, value: Value) -> None:
        seen: set[str] = set()
        for path, tag in self._each(place, value, _STRING):
            if not tag.value.strip():
                self.find(jsonrules.TAG, tag.line, f"{path} is empty")
            elif tag.value in seen:
                self.find(jsonrules.TAG, tag.line, f"{path} is {shown(tag.value)} again")
            else:
                self._text(path, tag)
            seen.add(tag.value)

    # Attachments.

    def _attachments(self, place: str, value: Value) -> None:
        kinds: dict[str, str] = {}
        urls: dict[str, str] = {}
        for path, attachment in self._each(place, value, _OBJECT):
            self._missing(path, attachment, ("url", "mime_type"), jsonrules.ATTACHMENT)
            self._object(path, attachment, _ATTACHMENT)
            url, title, media_type = (self._word(attachment, name) for name in ("url", "title", "mime_type"))
            if url and (first := urls.setdefault(url, path)) != path:
                what = f"{path} has the address of {first}: {shown(url)}"
                self.find(jsonrules.ATTACHMENT_REPEATED, attachment.line, what)
            kind = (media_type or "").partition("/")[0].lower()
            if title and kind and kinds.setdefault(title, kind) != kind:
                what = (
                    f"{path} is {shown(kind)}, one before with the title {shown(title)} {shown(kinds[title])}"
                )
                self.find(jsonrules.ATTACHMENT_TITLE, attachment.line, what)

    @staticmethod
    def _word(value: Value, name: str) -> str | None:
        member = value.value.get(name)
        return member.value if member is not None and isinstance(member.value, str) else None

    def _media_type(self, place: str, value: Value) -> None:
        if not forms.is_media_type(value.value):
            self.find(jsonrules.MEDIA_TYPE, value.line, f"{place} is {shown(value.value)}")

    def _size(self, place: str, value: Value) -> None:
        if value.value < 0 or value.value % 1:
            self.find(jsonrules.ATTACHMENT_NUMBER, value.line, f"{place} is {value.value}")

    def _duration(self, place: str, value: Value) -> None:
        if value.value < 0:
            self.find(jsonrules.ATTACHMENT_NUMBER, value.line, f"{place} is {value.value}")


_TEXT, _URL = (_STRING, _JSONFeed._text), (_STRING, _JSONFeed._url)
_AUTHOR: dict[str, tuple[str, _Reader | None]] = {
    "name": _TEXT,
    "url": (_STRING, _JSONFeed._contact),
    "avatar": _URL,
}
_HUB: dict[str, tuple[str, _Reader | None]] = {"type": _TEXT, "url": _URL}
_ATTACHMENT: dict[str, tuple[str, _Reader | None]] = {
    "url": _URL,
    "mime_type": (_STRING, _JSONFeed._media_type),
    "title": _TEXT,
    "size_in_bytes": (_NUMBER, _JSONFeed._size),
    "duration_in_seconds": (_NUMBER, _JSONFeed._duration),
}
# What feed and item have in common.
_SHARED: dict[str, tuple[str, _Reader | None]] = {
    "title": _TEXT,
    "authors": (_LIST, _JSONFeed._authors),
    "author": (_OBJECT, _JSONFeed._author),
    "language": (_STRING, _JSONFeed._language),
}
_FEED: dict[str, tuple[str, _Reader | None]] = {
    **_SHARED,
    "version": (_STRING, None),
    "home_page_url": _URL,
    "feed_url": (_STRING, _JSONFeed._own_url),
    "description": _TEXT,
    "user_comment": (_STRING, None),
    "next_url": (_STRING, _JSONFeed._next_url),
    "icon": _URL,
    "favicon": _URL,
    "expired": (_FLAG, None),
    "hubs": (_LIST, _JSONFeed._hubs),
    "items": (_LIST, _JSONFeed._items),
}
_ITEM: dict[str, tuple[str, _Reader | None]] = {
    **_SHARED,
    "id": (_ANYTHING, None),
    "url": _URL,
    "external_url": _URL,
    "content_html": (_STRING, _JSONFeed._html),
    "content_text": (_STRING, _JSONFeed._filled),
    "summary": _TEXT,
    "image": _URL,
    "banner_image": _URL,
    "date_published": (_STRING, _JSONFeed._date),
    "date_modified": (_STRING, _JSONFeed._date),
    "tags": (_LIST, _JSONFeed._tags),
    "attachments": (_LIST, _JSONFeed._attachments),
}
