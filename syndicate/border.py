"""The border: what an author wrote becomes an Article, once; past it, everything is typed and clean.

A required field that is missing or unreadable is an ArticleError. Anything else that cannot be used
is left out and noted, so that the report can count it.

May know: nothing of feeds, formats or files; a path is a name here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from typing import NoReturn
from urllib.parse import quote, unquote

from syndicate.article import DATED_STEM, Article, Provider, Reading, article_key
from syndicate.body import Oversize, render_body
from syndicate.dates import parse_instant, parse_zone
from syndicate.errors import ArticleError, FieldPath, Problem, quoted
from syndicate.fields import LONGEST_TEXT, FieldReader
from syndicate.model import Enclosure, Person
from syndicate.text import decode_entities, plain
from syndicate.urls import clean_url, host_key, name_key, slug, tag_uri
from syndicate.yamltext import Mapping, Value

COMMON_NAMES: dict[str, tuple[str, ...]] = {
    "publishedDateTime": ("date", "pubDate"),
    "updatedDateTime": ("lastmod", "updated"),
    "excerpt": ("description", "summary"),
    "webUrl": ("link", "permalink", "url"),
    "topics": ("tags", "categories"),
    "images": ("image",),
    "authors": ("author",),
}
"""Other names of the native fields, known without configuration."""

OTHER_NAMES = frozenset(name for names in COMMON_NAMES.values() for name in names)

LONGEST_SUMMARY = 5_000
LONGEST_ID = 2_000
MOST_VALUES = 100
"""How many topics, images and the like one article may have: each topic is a feed of its own."""
NATIVE_NAMES = frozenset(
    "title excerpt publishedDateTime updatedDateTime webUrl originalUrl ampWebUrl cdnAmpWebUrl provider"
    " authors topics images related actions featuredContent type category locale quality heat length"
    " published draft removed enclosures id guid".split()
)
"""The fields of a front matter that mean something."""

PERCENT_ESCAPE = re.compile(r"%[0-9A-Fa-f]{2}")
_IFRAME = re.compile(r"<iframe\b[^<>]*?\ssrc\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'<>]+))", re.I)
_OWN_ADDRESSES = ("webUrl", "originalUrl", "ampWebUrl")
# Providers by how they were written: only those that nothing was left out of.
_PROVIDERS: dict[tuple[str, str], Provider] = {}
_MOST_KNOWN, LONGEST_KNOWN = 4096, 1000
TRUE = frozenset(("true", "yes", "on", "1", "y"))
FALSE = frozenset(("false", "no", "off", "0", "n"))


def parse_article(front: Mapping, body: str, *, path: str, reading: Reading) -> Article:
    """Turn a front matter and a body into an Article.

    `path` is relative to its source, with `/`. Raises ArticleError, with the field, where the title,
    the permalink or the date is missing or cannot be read, or where `published`, `draft` or
    `removed` is neither yes nor no: an article is never published by accident.
    """
    return _Border(front, path, reading).article(body)


class _Border(FieldReader):
    """Reads the fields of one front matter, and notes what it has to leave out."""

    def __init__(self, front: Mapping, path: str, reading: Reading) -> None:
        super().__init__(reading.site_url)
        self.front = front
        self.path = path
        self.reading = reading
        self.capped = 0
        # Most articles use native names only: then there are no others to be tried.
        self.others = bool(reading.fields) or not OTHER_NAMES.isdisjoint(front)
        # The fields worth looking for.
        self.given = NATIVE_NAMES if self.others or reading.defaults else front.keys()
        stem = path.rpartition("/")[2].rpartition(".")[0]
        dated = DATED_STEM.fullmatch(stem)
        self.stem_date: str | None = dated[1] if dated else None
        self.stem_slug: str = (dated[2] or "") if dated else stem

    def article(self, body: str) -> Article:
        title = self.text(LONGEST_TEXT, "title")
        if not title:
            self.refuse("title", "a title", *self.find("title"))
        published = self.published()
        permalink = self.permalink(published)
        name = self.path.rpartition(".")[2].lower()
        provider = self.provider()
        enclosures = self.enclosures()
        return Article(
            id=self.id(permalink),
            path=self.path,
            source=self.reading.source,
            title=title,
            permalink=permalink,
            published=published,
            updated=max(published, self.updated() or published),
            summary=self.text(LONGEST_SUMMARY, "excerpt"),
            body_html=self.body(body, markdown=name not in ("html", "htm"), base=permalink),
            amp_url=self.url("ampWebUrl"),
            cdn_amp_url=self.url("cdnAmpWebUrl"),
            provider=provider,
            authors=self.authors(),
            topics=self.topics(),
            enclosures=enclosures,
            related=self.related(permalink, enclosures),
            player=self.player(),
            type=self.text(LONGEST_TEXT, "type") or None,
            category=self.text(LONGEST_TEXT, "category") or None,
            locale=self.text(LONGEST_TEXT, "locale") or None,
            quality=self.number("quality"),
            heat=self.number("heat"),
            length=self.duration(*self.find("length")) if "length" in self.given else None,
            removed=self.flag("removed", default=False),
            draft=self.flag("draft", default=False) or not self.flag("published", default=True),
            capped=self.capped,
            repeated=self.repeated,
            notes=tuple(self.notes),
        )

    # Finding a value, and saying what is wrong with it.

    def find(self, name: str) -> tuple[FieldPath, Value]:
        """Find a field by its native name, then by the source's names, the common ones, the default."""
        front = self.front
        value = front.get(name)
        # An empty text says as little as no field at all.
        if value is not None and value != "":
            return (name,), value
        reading = self.reading
        if not self.others:
            return (name,), reading.defaults.get(name)
        for other in (*reading.fields.get(name, ()), *COMMON_NAMES.get(name, ())):
            value = front.get(other)
            if value is not None and value != "":
                return (other,), value
        return (name,), reading.defaults.get(name)

    def refuse(self, name: str, expected: str, field: FieldPath = (), value: Value = None) -> NoReturn:
        raise ArticleError(Problem(field=field or (name,), found=quoted(value), expected=expected))

    # Fields of one value.

    def text(self, longest: int, name: str) -> str:
        return self.clean_text(*self.find(name), longest) if name in self.given else ""

    def url(self, name: str) -> str | None:
        return self.clean_url(*self.find(name)) if name in self.given else None

    def number(self, name: str) -> float | None:
        if name not in self.given:
            return None
        field, value = self.find(name)
        if value is None:
            return None
        try:
            number = float(value)  # type: ignore[arg-type]
        except (TypeError, ValueError):
            number = float("nan")
        if not -1e15 < number < 1e15:
            self.note(field, value, "a number")
            return None
        return number

    def flag(self, name: str, *, default: bool) -> bool:
        if name not in self.given:
            return default
        field, value = self.find(name)
        if value is None:
            return default
        word = value.strip().lower() if isinstance(value, str) else ""
        if word in TRUE or word in FALSE:
            return word in TRUE
        return self.refuse(name, "true or false", field, value)

    def instant(self, name: str) -> datetime | None:
        if name not in self.given:
            return None
        field, value = self.find(name)
        if value is None:
            return None
        try:
            if not isinstance(value, str):
                raise ValueError("not a text")
            return parse_instant(value, parse_zone(self.reading.time_zone))
        except ValueError:
            return self.refuse(name, "a date such as 2021-12-29T05:46:00Z", field, value)

    # What makes the article: its date, its address, its name.

    def published(self) -> datetime:
        found = self.instant("publishedDateTime")
        if found is None and self.stem_date:
            try:
                found = parse_instant(self.stem_date, parse_zone(self.reading.time_zone))
            except ValueError:
                self.refuse("publishedDateTime", "a date", value=f"file name {self.stem_date}-…")
        if found is None:
            self.refuse("publishedDateTime", "a date, here or as YYYY-MM-DD- before the file's name")
        return found

    def updated(self) -> datetime | None:
        # Not required: one that cannot be read is noted, and the article goes out.
        try:
            return self.instant("updatedDateTime")
        except ArticleError as error:
            self.notes.append(error.problem)
            return None

    def permalink(self, published: datetime) -> str:
        for name in ("webUrl", "originalUrl"):
            if cleaned := self.url(name):
                return cleaned
        if self.reading.permalink:
            name_part = self.stem_slug if self.stem_slug != "index" else article_key(self.path)
            local = published
            # Some hours of the first and the last year that there are lie in none elsewhere.
            with suppress(OverflowError):
                local = published.astimezone(parse_zone(self.reading.time_zone))
            filled = self.reading.permalink.format(
                year=f"{local.year:04}",
                month=f"{local.month:02}",
                day=f"{local.day:02}",
                slug=_path_part(name_part.rpartition("/")[2]),
                key=_path_part(article_key(self.path)),
            )
            if cleaned := clean_url(filled, self.reading.site_url):
                return cleaned
        field, value = self.find("webUrl")
        return self.refuse("webUrl", "an http or https URL", field, value)

    def id(self, permalink: str) -> str:
        for name in ("id", "guid"):
            if name not in self.given:
                continue
            field, value = self.find(name)
            if text := self.clean_text(field, value, LONGEST_ID + 1):
                if len(text) > LONGEST_ID:
                    # Cut, it could be the id of another article.
                    self.refuse(name, f"an id of at most {LONGEST_ID:,} characters", field, value)
                return text
        if self.reading.ids == "permalink":
            return permalink
        return tag_uri(self.reading.site_id, article_key(self.path))

    def body(self, text: str, *, markdown: bool, base: str) -> str | None:
        try:
            return render_body(text, markdown=markdown, base=base)
        except Oversize as oversize:
            self.note(("body",), oversize.found, oversize.expected)
            return None

    # Fields of many values.

    def each(self, field: FieldPath, value: Value) -> Iterator[tuple[FieldPath, Value]]:
        if isinstance(value, list) and len(value) > MOST_VALUES:
            self.note(field, f"{len(value):,} values", f"at most {MOST_VALUES}; the others are left out")
            value = value[:MOST_VALUES]
        return super().each(field, value)

    def topics(self) -> tuple[str, ...]:
        found: dict[str, str] = {}
        for field, value in self.each(*self.find("topics")):
            name = self.clean_text(field, value)
            if name and found.setdefault(name_key(name), name) != name:
                self.repeated += 1
        return tuple(found.values())

    def provider(self) -> Provider | None:
        field, value = self.find("provider")
        if value is None:
            return None
        # A site has a few providers and many articles of each.
        written = (self.base, repr(value))
        known = _PROVIDERS.get(written)
        if known is None:
            noted = len(self.notes), self.repeated
            known = self._provider(field, value)
            if known and (len(self.notes), self.repeated) == noted and len(written[1]) < LONGEST_KNOWN:
                if len(_PROVIDERS) >= _MOST_KNOWN:
                    _PROVIDERS.clear()
                _PROVIDERS[written] = known
        return known

    def _provider(self, field: FieldPath, value: Value) -> Provider | None:
        mapping = value if isinstance(value, dict) else {"name": value}
        name = _percent_decoded(self.clean_text((*field, "name"), mapping.get("name")))
        raw_domain = mapping.get("domain")
        domain = host_key(raw_domain) if isinstance(raw_domain, str) else None
        if raw_domain and not domain:
            self.note((*field, "domain"), raw_domain, "a host name")
        if not domain and not name:
            return None
        images = self.images((*field, "images"), mapping.get("images"))
        return Provider(key=domain or slug(name), name=name or str(domain), domain=domain, images=images)

    def authors(self) -> tuple[Person, ...]:
        provider = self.front.get("provider")
        field: FieldPath = ("provider", "authors")
        value = provider.get("authors") if isinstance(provider, dict) else None
        if value is None:
            field, value = self.find("authors")
        found: dict[str, Person] = {}
        for place, each in self.each(field, value):
            mapping = each if isinstance(each, dict) else {"name": each}
            if name := self.clean_text((*place, "name"), mapping.get("name")):
                url = self.clean_url((*place, "url"), mapping.get("url"))
                email = self.email((*place, "email"), mapping.get("email"))
                found.setdefault(name, Person(name=name, url=url, email=email))
        return tuple(found.values())

    def enclosures(self) -> tuple[Enclosure, ...]:
        """Bring the article's own files into the order in which readers should find them.

        A declared recording comes first: it is what a podcast player takes. Then the lead image, the
        other images, and what there is to download.
        """
        images = self.images(*self.find("images"))
        if self.given.isdisjoint(("enclosures", "actions")):
            return images
        declared = list(self.files(*self.find("enclosures"), "application/octet-stream"))
        downloads: list[Enclosure] = []
        for field, action in self.each(*self.find("actions")):
            if isinstance(action, dict) and str(action.get("type")).strip().lower() == "download":
                wanted = {"url": action.get("url"), "title": action.get("title")}
                downloads.extend(self.files(field, wanted, "application/octet-stream"))
        played = [each for each in declared if each.medium in ("audio", "video")]
        others = [each for each in declared if each.medium not in ("audio", "video")]
        return self.distinct([*played, *images, *others, *downloads])

    def related(self, permalink: str, enclosures: tuple[Enclosure, ...]) -> tuple[Enclosure, ...]:
        """Take the first distinct related links, up to the limit, never the article's own."""
        limit = self.reading.related_limit
        # These have a limit of the publisher's own.
        links = list(super().each(*self.find("related"))) if "related" in self.given else ()
        if not links:
            return ()
        own = {
            permalink,
            *(each.url for each in enclosures),
            *(clean_url(str(self.front.get(name) or ""), self.base) for name in _OWN_ADDRESSES),
        }
        found: dict[str, Enclosure] = {}
        for seen, (field, value) in enumerate(links):
            if limit is not None and len(found) >= limit:
                self.capped = len(links) - seen
                break
            mapping = value if isinstance(value, dict) else {"webUrl": value}
            name = next((name for name in ("webUrl", "originalUrl", "url") if mapping.get(name)), "webUrl")
            url = self.clean_url((*field, name), mapping.get(name))
            if url is None:
                if mapping.get(name) in (None, ""):
                    self.note((*field, name), None, "an http or https URL")
            elif url in own or url in found:
                self.repeated += 1
            else:
                title = self.clean_text((*field, "title"), mapping.get("title"))
                found[url] = Enclosure(url=url, media_type="text/html", title=title or None)
        return tuple(found.values())

    def player(self) -> str | None:
        """Take the address of an embedded player; the frame itself goes nowhere."""
        if "featuredContent" not in self.given:
            return None
        field, value = self.find("featuredContent")
        match = _IFRAME.search(value) if isinstance(value, str) else None
        if not match:
            return None
        source = decode_entities(next(filter(None, match.groups()), ""))
        cleaned = clean_url(source, "https://" if source.startswith("//") else None)
        if cleaned is None or not cleaned.startswith("https:"):
            self.note(field, source, "a frame whose src is an https URL")
            return None
        return cleaned


def _percent_decoded(name: str) -> str:
    """Decode the stray percent-escapes of a name such as `Morningstar%2c Inc.`."""
    if not PERCENT_ESCAPE.search(name):
        return name
    try:
        return plain(unquote(name, errors="strict"))
    except UnicodeDecodeError:
        return name


def _path_part(name: str) -> str:
    # A file may be called `c#?.md`: in an address those would begin a fragment or a query.
    return quote(name, safe="/!$&'()*+,;=:@", errors="replace")
