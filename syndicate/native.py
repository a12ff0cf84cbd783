"""The plain part of the border: a front matter in the project's own fields, all as they should be.

Nearly every article of a site that writes native fields is one. msgspec checks the shape of all fields at
once, where `border` asks for one after the other: what is read here is what `border` reads, in a third of
the time. Anything else (other names, a value to be mended, left out or noted) it leaves to `border`. May
know: what `border` may.
"""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache

import msgspec

from syndicate.article import Article, Provider, Reading, article_key
from syndicate.body import Oversize, render_body
from syndicate.border import (
    FALSE,
    LONGEST_KNOWN,
    LONGEST_SUMMARY,
    MOST_VALUES,
    OTHER_NAMES,
    PERCENT_ESCAPE,
    TRUE,
    parse_article,
)
from syndicate.dates import IN_UTC
from syndicate.fields import LONGEST_TEXT, WHOLE
from syndicate.model import Enclosure
from syndicate.text import plain, shows_nothing
from syndicate.urls import IMAGE_TYPES, host_key, is_clean_url, media_type, name_key, slug, tag_uri
from syndicate.yamltext import Mapping


class _Image(msgspec.Struct, frozen=True, gc=False):
    url: str
    width: str | None = None
    height: str | None = None
    title: str | None = None
    type: None = None
    length: None = None
    duration: None = None
    attribution: None = None


class _Link(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    web_url: str
    title: str | None = None


class _Provider(msgspec.Struct, frozen=True):
    name: str | None = None
    domain: str | None = None
    images: tuple[_Image, ...] = ()
    authors: None = None


class _Front(msgspec.Struct, frozen=True, rename="camel"):
    """The fields as they should be; what would be mended, or is seldom given, has no type but None."""

    title: str
    published_date_time: str
    web_url: str
    excerpt: str | None = None
    updated_date_time: str | None = None
    original_url: str | None = None
    amp_web_url: str | None = None
    cdn_amp_web_url: str | None = None
    provider: _Provider | None = None
    topics: tuple[str, ...] = ()
    images: tuple[_Image, ...] = ()
    related: tuple[_Link, ...] = ()
    type: str | None = None
    category: str | None = None
    locale: str | None = None
    quality: str | None = None
    heat: str | None = None
    published: str | None = None
    draft: str | None = None
    removed: str | None = None
    id: None = None
    guid: None = None
    authors: None = None
    actions: None = None
    enclosures: None = None
    featured_content: None = None
    length: None = None


class _Odd(Exception):
    """Something is not as plain as that."""


def _check_size(*texts: str | None) -> None:
    """Leave to the border what is too long to be remembered; an error is not."""
    if sum([len(text) for text in texts if text]) > LONGEST_KNOWN:
        raise _Odd


def to_article(front: Mapping, body: str, *, path: str, reading: Reading) -> Article:
    """Turn a front matter and a body into an Article, as `border.parse_article` does, or raise as it does."""
    if not reading.fields and not reading.defaults and OTHER_NAMES.isdisjoint(front):
        try:
            return _article(msgspec.convert(front, _Front), body, path, reading)
        except (_Odd, Oversize, ValueError, msgspec.ValidationError):
            pass  # The border says what is wrong. Errors of the lowest msgspec allowed are no ValueErrors.
    return parse_article(front, body, path=path, reading=reading)


def _article(front: _Front, body: str, path: str, reading: Reading) -> Article:
    title = _text(front.title)
    if not title:
        raise _Odd
    permalink = front.web_url
    # Nearly always the same address again.
    own = {permalink, front.original_url or permalink, front.amp_web_url or permalink}
    for each in own:
        _url(each)
    published = _instant(front.published_date_time)
    updated = published if front.updated_date_time is None else _instant(front.updated_date_time)
    topics, repeated = _topics(front.topics)
    images = _images(front.images)
    own.update([each.url for each in images])
    related, capped, again = _related(front.related, own, reading)
    name = path.rpartition(".")[2].lower()
    return Article(
        id=permalink if reading.ids == "permalink" else tag_uri(reading.site_id, article_key(path)),
        path=path,
        source=reading.source,
        title=title,
        permalink=permalink,
        published=published,
        updated=max(published, updated),
        summary=_text(front.excerpt or "", LONGEST_SUMMARY),
        amp_url=front.amp_web_url,
        cdn_amp_url=None if front.cdn_amp_web_url is None else _url(front.cdn_amp_web_url),
        provider=_provider(front.provider) if front.provider else None,
        topics=topics,
        enclosures=images,
        related=related,
        type=_word(front.type),
        category=_word(front.category),
        locale=_word(front.locale),
        quality=_number(front.quality),
        heat=_number(front.heat),
        removed=_flag(front.removed, default=False),
        draft=_flag(front.draft, default=False) or not _flag(front.published, default=True),
        capped=capped,
        repeated=repeated + again,
        # The last, since it takes the longest: what is odd is found before.
        body_html=render_body(body, markdown=name not in ("html", "htm"), base=permalink),
    )


def _text(value: str, longest: int = LONGEST_TEXT) -> str:
    text = plain(value)
    if len(text) > longest:
        raise _Odd
    return "" if shows_nothing(text) else text


@lru_cache(maxsize=1024)
def _word(value: str | None) -> str | None:
    _check_size(value)
    return _text(value) or None if value else None


def _url(value: str) -> str:
    if not is_clean_url(value):
        raise _Odd
    return value


def _instant(value: str) -> datetime:
    if not IN_UTC.fullmatch(value):
        raise _Odd
    return datetime.fromisoformat(value)


def _number(value: str | None) -> float | None:
    if value is None:
        return None
    number = float(value)
    if not -1e15 < number < 1e15:
        raise _Odd
    return number


@lru_cache(maxsize=64)
def _flag(value: str | None, *, default: bool) -> bool:
    _check_size(value)
    word = None if value is None else value.strip().lower()
    if word is None or word in TRUE or word in FALSE:
        return default if word is None else word in TRUE
    raise _Odd


@lru_cache(maxsize=4096)
def _topics(values: tuple[str, ...]) -> tuple[tuple[str, ...], int]:
    """Give the topics, and how many were left out as other spellings of one before."""
    _check_size(*values)
    if len(values) > MOST_VALUES:
        raise _Odd
    found: dict[str, str] = {}
    names = [name for name in map(_text, values) if name]
    other = [name for name in names if found.setdefault(name_key(name), name) != name]
    return tuple(found.values()), len(other)


@lru_cache(maxsize=4096)
def _provider(given: _Provider) -> Provider:
    # A site has a few providers and many articles of each.
    _check_size(given.name, given.domain, *(each.url for each in given.images))
    name = _text(given.name or "")
    domain = host_key(given.domain) if given.domain else None
    if (given.domain and not domain) or not (domain or name) or PERCENT_ESCAPE.search(name):
        raise _Odd
    return Provider(
        key=domain or slug(name), name=name or str(domain), domain=domain, images=_images(given.images)
    )


def _images(given: tuple[_Image, ...]) -> tuple[Enclosure, ...]:
    if len(given) > 1 and (len(given) > MOST_VALUES or len({each.url for each in given}) < len(given)):
        raise _Odd
    return tuple(
        [
            Enclosure(
                url=_url(each.url),
                media_type=media_type(each.url, "image/jpeg", IMAGE_TYPES),
                title=_text(each.title) or None if each.title else None,
                width=_whole(each.width),
                height=_whole(each.height),
            )
            for each in given
        ]
    )


@lru_cache(maxsize=1024)
def _whole(value: str | None) -> int | None:
    _check_size(value)
    if value is None:
        return None
    if not WHOLE.fullmatch(value.strip()):
        raise _Odd
    return int(value) or None


def _related(
    given: tuple[_Link, ...], own: set[str], reading: Reading
) -> tuple[tuple[Enclosure, ...], int, int]:
    """Give the related links, how many were beyond the limit, and how many were there already."""
    limit, again = reading.related_limit, 0
    found: dict[str, Enclosure] = {}
    for seen, each in enumerate(given):
        if limit is not None and len(found) >= limit:
            return tuple(found.values()), len(given) - seen, again
        url = _url(each.web_url)
        if url in own or url in found:
            again += 1
        else:
            found[url] = Enclosure(url=url, media_type="text/html", title=_text(each.title or "") or None)
    return tuple(found.values()), 0, again
