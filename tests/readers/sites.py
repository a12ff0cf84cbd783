"""The two sites that readers are shown: the sample, and one of articles that are hard on readers."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from syndicate import Feed, build, load_settings, renderer
from syndicate.settings import Settings

from .expected import model_of
from .record import FORMATS, Format, SeenFeed, Shows, as_shown

ROOT = Path(__file__).parents[2]
NOW = datetime(2026, 1, 1, tzinfo=UTC)
FILE_NAMES: dict[Format, str] = {name: renderer(name).file_name for name in FORMATS}

HARD_SITE = {
    "site": {
        "title": "Häfen & <Hinterland>",
        "url": "https://hard.example/",
        "feeds_url": "https://hard.example/feeds/",
        "id": "hard.example,2024",
        "description": "Whatever is hard on readers: ]]> & “quotes” & 気象",
        "author": {"name": "The Desk", "email": "desk@hard.example"},
        "icon": "https://hard.example/icon.png",
        "rights": "CC BY 4.0 & nothing else",
        "ttl": 60,
    },
    "sources": [{"path": "articles", "permalink": "https://hard.example/{year}/{slug}/"}],
    "output": "feeds",
    "content": "body",
    "hubs": ["https://hub.example/", "https://hub.hard.example/"],
    "feeds": {
        "named": {
            "listen": {"title": "Listen", "where": {"type": ["podcast"]}},
            "empty": {"title": "Nothing yet", "where": {"topic": ["Nothing"]}},
        }
    },
}

MANY = 60
"""How many plain articles there are: more than a feed holds."""

HARD: dict[str, tuple[dict[str, Any], str]] = {
    "2025-03-01-markup.md": (
        {
            "title": "Is a < b && c > d, or ]]> or List<String>?",
            "excerpt": "A summary that ends a CDATA section: ]]> and begins one: <![CDATA[",
            "topics": ["R&D", "C++", "C#", "C"],
        },
        "In code: `x]]>y`, `a && b`, `<b>`\n\n    if (a < b) {}\n\nand a [link](/near?a=1&b=2#c).\n",
    ),
    "2025-03-02-entities.md": (
        {
            "title": "Fish &amp; chips &#8211; &ldquo;caf&eacute;&rdquo; at AT&T",
            "excerpt": "'Single', \"double\", back\\slash &amp;amp; twice",
            "provider": {"name": "O'Brien & Sons, Ltd.", "domain": "sons.example"},
        },
        "",
    ),
    "2025-03-03-scripts.md": (
        {
            "title": "気象台の一日 😀👩‍🚀 שלום العربية Ünïcödé e\u0301",
            "excerpt": "ﷺ 𝔘𝔫𝔦𝔠𝔬𝔡𝔢",
            "author": "田辺 遥",
            "topics": ["気象", "Öl/Gas"],
        },
        "本文 **太字** 😀\n",
    ),
    "2025-03-04-number.md": ({"title": "1.10", "topics": ["2024", "007"], "author": "1984"}, ""),
    "2025-03-05-true.md": ({"title": "true", "excerpt": "0"}, ""),
    "2025-03-06-exponent.md": ({"title": "1e3", "excerpt": "0x1F"}, ""),
    "2025-03-06-tags.md": (
        {
            "title": "Text, not markup",
            "excerpt": "List<String>, <x-y onclick=alert(1) autofocus>, </x>, <!-- & ?a=1&copy=2 &notin",
        },
        "",
    ),
    "2025-03-07-blanks.md": ({"title": "  a\u00a0no-break   and\ta tab ", "excerpt": " x "}, ""),
    "2025-03-08-long-id.md": ({"title": "A long id", "id": "urn:example:" + "0123456789" * 150}, ""),
    "2025-03-09-http-guid.md": (
        {"title": "A guid of old", "guid": "http://old.example/?p=12&q=%C3%A9#x"},
        "",
    ),
    "2025-03-10-own-guid.md": (
        {
            "title": "The guid is the address of another",
            "guid": "https://hard.example/2025/nothing/",
            "webUrl": "https://hard.example/elsewhere/",
        },
        "",
    ),
    "2025-03-11-nothing.md": ({"title": "Nothing but a title"}, ""),
    "2025-03-12-address.md": (
        {
            "title": "An address that is hard",
            "webUrl": "https://müller.example:8443/grüße aus/(a);b,c/?x[]=1&y=ä%20b&z='#ö",
        },
        "",
    ),
    "2025-03-13-updated.md": (
        {
            "title": "Updated since",
            "publishedDateTime": "2025-03-13T23:30:00+05:30",
            "updatedDateTime": "2025-04-01T00:00:01-08:00",
        },
        "",
    ),
    "2025-03-14-authors.md": (
        {
            "title": "Many authors",
            "authors": [{"name": "Ann", "url": "https://ann.example/"}, {"name": "Ben Ö"}, "Cleo & Co"],
        },
        "",
    ),
    "2025-03-15-images.md": (
        {
            "title": "Many images",
            "images": [
                {
                    "url": f"https://img.example/{n}.png?a=1&b={n}",
                    "title": "One title",
                    "width": 9,
                    "height": n,
                }
                for n in range(1, 5)
            ],
            "related": [
                "https://near.example/?a=1&b=2",
                {"url": "https://far.example/", "title": "Fär & near"},
            ],
            "actions": [{"type": "download", "url": "https://img.example/all.zip", "title": "All"}],
        },
        "",
    ),
    "2025-03-16-episode-1.md": (
        {
            "title": "Episode 1",
            "type": "podcast",
            "image": "https://img.example/cover.webp",
            "enclosures": [
                {"url": "https://x.example/notes.pdf", "length": 7},
                {"url": "https://x.example/one.mp3?a=1&b=2", "length": 12345678, "duration": "15:43"},
                {"url": "https://x.example/one.mp4", "type": "video/mp4"},
            ],
            "related": ["https://near.example/"],
        },
        "",
    ),
    "2025-03-17-episode-2.md": (
        {"title": "Episode 2", "type": "podcast", "enclosures": ["https://x.example/two.ogg"]},
        "",
    ),
    "2025-03-18-same-instant-b.md": ({"title": "At one instant, second"}, ""),
    "2025-03-18-same-instant-a.md": ({"title": "At one instant, first"}, ""),
    "2025-03-19-quotes.md": ({"title": "'single' \"double\" `back` \\ %41 {{x}} $y"}, ""),
    "guide/index.md": ({"title": "A guide", "publishedDateTime": "2025-03-20"}, "A <b>body</b>\n\n- x\n"),
}


class Site(NamedTuple):
    """A site that was built: where, and what readers are to see in it by the path of each feed."""

    settings: Settings
    folder: Path
    model: dict[str, Feed]

    def addresses(self, form: Format) -> dict[str, str]:
        """Give the path of each document of a format, under the folder, with the path of its feed."""
        return {f"{path}/{FILE_NAMES[form]}": path for path in sorted(self.model)}

    def wanted(self, path: str, form: Format, shows: Shows) -> SeenFeed:
        """Give what a reader has to show of a feed."""
        first_only = self.settings.rss_enclosures == "first"
        return as_shown(self.model[path], form, shows, file_name=FILE_NAMES[form], first_only=first_only)

    def rebuilt(self) -> Site:
        """Build once more, after a change of the articles."""
        return built(self.settings)


def built(settings: Settings) -> Site:
    """Build a site, and compose what readers are to see in it."""
    report = build(settings, now=NOW, jobs=1, ping=False)
    assert report.failed == ()
    return Site(settings, Path(settings.output), model_of(settings, NOW))


def write_article(folder: Path, name: str, fields: dict[str, Any], body: str = "") -> Path:
    """Write an article; JSON is YAML, so every field says what is meant and no more."""
    path = folder / "articles" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = "".join(f"{key}: {json.dumps(value, ensure_ascii=False)}\n" for key, value in fields.items())
    path.write_text(f"---\n{lines}---\n{body}", encoding="utf-8")
    return path


def sample(folder: Path) -> Site:
    """Build the sample site of the repository, elsewhere."""
    lines = (ROOT / "config" / "syndicate.yaml").read_text("utf-8").splitlines()
    changed = [f"output: {folder}/feeds" if line.startswith("output:") else line for line in lines]
    text = "\n".join(changed).replace("../examples", str(ROOT / "examples"))
    for name in ("topics.yaml", "providers.yaml"):
        (folder / name).write_text((ROOT / "config" / name).read_text("utf-8"), encoding="utf-8")
    (folder / "syndicate.yaml").write_text(text, encoding="utf-8")
    return built(load_settings(folder / "syndicate.yaml"))


def hard(folder: Path, **more: Any) -> Site:
    """Build the site of hard articles, and more plain ones than a feed holds, with more configuration."""
    for name, (fields, body) in HARD.items():
        write_article(folder, name, fields, body)
    for number in range(MANY):
        name = f"2024-{1 + number // 28:02}-{1 + number % 28:02}-plain-{number}.md"
        write_article(folder, name, {"title": f"Plain {number}", "topics": ["Plain"]})
    return site_of(folder, **more)


def site_of(folder: Path, **more: Any) -> Site:
    """Build the articles that were written to a folder."""
    (folder / "syndicate.yaml").write_text(json.dumps({**HARD_SITE, **more}), encoding="utf-8")
    return built(load_settings(folder / "syndicate.yaml"))


SITES: dict[str, Callable[[Path], Site]] = {
    "sample": sample,
    "hard": hard,
    "hard, first": partial(hard, rss_enclosures="first"),
}
