"""The hostile articles of tests/data/hostile, as files, each with what has to come of it.

A table is a TOML file of cases; docs in tests/data/hostile/README.md. `{{1000*x}}` in a text stands for a
thousand x.
"""

from __future__ import annotations

import os
import re
import tomllib
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from conftest import article_text

from syndicate.article import Article, article_key
from syndicate.urls import tag_uri

FOLDER = Path(__file__).parent / "data" / "hostile"
ARTICLE_TABLES = ("files", "frontmatter", "fields", "dates", "urls", "texts", "names", "bodies")
FALLBACK = "https://site.example/fallback/"
_REPEATED = re.compile(r"\{\{([\d_]+)\*(.+?)\}\}", re.S)
_INPUTS = ("text", "bytes", "size", "front", "body", "url", "words", "topic", "domain", "html")
# A site's configuration, in which every article may be published and none is cut off.
CONFIG = """\
site:
  title: The Site
  url: https://site.example/
  feeds_url: https://site.example/feeds/
  id: site.example,2020
sources: [{path: ../articles}]
feeds: {all: {limit: none, archive: none}, named: {near: {title: Near, where: {topic: [Neighbour]}}}}
"""
NEIGHBOUR = article_text(
    "Text with a [link](b.html) & an image: ![i](i.png)\n",
    title="The neighbour",
    topics="[Neighbour]",
    provider="{domain: neighbour.example}",
    images="[https://neighbour.example/i.png]",
    related="[https://neighbour.example/r]",
)
"""An article without fault, which shares with no other but the feed of everything."""
NEIGHBOURS_FEEDS = ("near", "providers/neighbour.example", "topics/neighbour")


class Planted(NamedTuple):
    """One file of a case: its path among the articles, its bytes or its size, and the outcome expected."""

    case: str
    path: str
    raw: bytes
    size: int | None
    expected: dict[str, Any]


def expanded(text: str) -> str:
    """Spell out what is to be repeated."""
    return _REPEATED.sub(lambda match: int(match[1]) * match[2], text)


def cases_of(table: str) -> list[dict[str, Any]]:
    """Read a table."""
    with open(FOLDER / f"{table}.toml", "rb") as stream:
        return list(tomllib.load(stream)["case"])


def planted(table: str) -> list[Planted]:
    """Make the files of a table's cases."""
    return [file for case in cases_of(table) for file in _files(table, case)]


def _files(table: str, case: dict[str, Any]) -> list[Planted]:
    name = case["name"]
    expected = {key: value for key, value in case.items() if key not in ("name", "file", "suffix", *_INPUTS)}

    def file(raw: str | bytes, suffix: str = ".md", part: str = "", **more: Any) -> Planted:
        path = f"{table}/{case.get('file') or name + part + case.get('suffix', suffix)}"
        content = raw if isinstance(raw, bytes) else raw.encode()
        outcome = {} if part else expected
        return Planted(f"{table}/{name}{part}", path, content, case.get("size"), {**outcome, **more})

    if "bytes" in case:
        return [file(expanded(case["bytes"]).encode("latin-1"))]
    if "text" in case or "size" in case:
        return [file(expanded(case.get("text", "")))]
    if "url" in case:
        url = f'"{expanded(case["url"])}"'
        return [file(article_text(webUrl=url, image=url, originalUrl=FALLBACK))]
    if "words" in case:
        words = f'"{expanded(case["words"])}"'
        fields = dict.fromkeys(("excerpt", "topics", "authors", "type", "category", "locale"), words)
        fields["provider"] = f"{{name: {words}}}"
        fields["images"] = f"[{{url: 'https://h.example/i.png', title: {words}, attribution: {words}}}]"
        fields["related"] = f"[{{url: 'https://h.example/r', title: {words}}}]"
        return [file(article_text(title=words)), file(article_text(**fields), part="-elsewhere", swept=True)]
    if "topic" in case:
        return [file(article_text(topics=f'"{expanded(case["topic"])}"'))]
    if "domain" in case:
        return [file(article_text(provider=f'{{domain: "{expanded(case["domain"])}"}}'))]
    if "html" in case:
        html = expanded(case["html"])
        return [
            file(article_text(html), suffix=".html"),
            file(article_text(html), part="-in-markdown", swept=True),
        ]
    return [file(_with_front(expanded(case["front"]), expanded(case.get("body", ""))))]


def _with_front(front: str, body: str) -> str:
    """Add to some lines of YAML the required fields that they do not have."""
    given = re.findall(r"^([A-Za-z]+):", front, re.M)
    absent = {name: None for name in ("title", "publishedDateTime", "webUrl") if name in given}
    _, _, rest = article_text(body, **absent).partition("---\n")  # type: ignore[arg-type]
    return f"---\n{front}\n{rest}"


def plant(site: Path, files: list[Planted]) -> None:
    """Write a site with these articles."""
    for folder in ("config", "articles"):
        (site / folder).mkdir(parents=True, exist_ok=True)
    (site / "config" / "syndicate.yaml").write_text(CONFIG)
    for each in files:
        path = site / "articles" / each.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(each.raw)
        if each.size is not None:
            os.truncate(path, each.size)
    (site / "articles" / "neighbour.md").write_text(NEIGHBOUR)


# What came of it.

NEUTRAL = {
    "title": "A title",
    "permalink": "https://site.example/a/",
    "published": "2024-01-02T03:04:05Z",
    "updated": "2024-01-02T03:04:05Z",
}
"""What every article of a case has, unless the case says otherwise."""


def seen(article: Article, site_id: str = "site.example,2020") -> dict[str, Any]:
    """Give what an article has besides that, as plain values."""
    values = msgspec.json.decode(msgspec.json.encode(article))
    hidden = {"path", "source", "notes", "capped", "repeated"}
    if article.id == tag_uri(site_id, article_key(article.path)):
        hidden.add("id")
    return {
        name: value for name, value in values.items() if name not in hidden and NEUTRAL.get(name) != value
    }


def wanted(case: Planted) -> dict[str, Any]:
    """Give what the table says that the article has."""
    given = spelled_out(case.expected.get("gives", {}))
    becomes = case.expected.get("becomes")
    table = case.case.partition("/")[0]
    if "topic_shown" in case.expected:
        return {"topics": [expanded(case.expected["topic_shown"])], **given}
    if "folder" in case.expected:
        domain = expanded(case.expected["folder"])
        return {"provider": {"key": domain, "name": domain, "domain": domain}, **given}
    if becomes is None:
        return {"permalink": FALLBACK, **given} if table == "urls" else given
    becomes = expanded(becomes)
    if table == "urls":
        media_type = case.expected.get("media_type", "image/jpeg")
        return {"permalink": becomes, "enclosures": [{"url": becomes, "media_type": media_type}], **given}
    return {**({"title": becomes} if table == "texts" else {"body_html": becomes}), **given}


def spelled_out(value: Any) -> Any:
    """Spell out what is to be repeated, in all texts of a value."""
    if isinstance(value, str):
        return expanded(value)
    if isinstance(value, list):
        return [spelled_out(each) for each in value]
    if isinstance(value, dict):
        return {key: spelled_out(each) for key, each in value.items()}
    return value


# Configurations.

_SOUND = {
    "title": "T",
    "url": "https://h.example/",
    "feeds_url": "https://h.example/feeds/",
    "id": "h.example,2020",
}


def configured(folder: Path, case: dict[str, Any]) -> Path:
    """Write the configuration of a case, and its registries, into a folder that has articles."""
    (folder / "articles").mkdir()
    for registry in ("topics", "providers"):
        if registry in case:
            (folder / f"{registry}.yaml").write_text(expanded(case[registry]))
    config = folder / "syndicate.yaml"
    if "bytes" in case:
        config.write_bytes(case["bytes"].encode("latin-1"))
    elif "text" in case:
        config.write_text(expanded(case["text"]))
    else:
        config.write_text(_with_lines(case.get("site", ""), expanded(case.get("top", ""))))
    return config


def _with_lines(site: str, top: str) -> str:
    said = site.partition(":")[0]
    lines = [f"  {name}: {value}" for name, value in _SOUND.items() if name != said]
    named = top.partition(":")[0]
    block = "" if named == "site" else "\n".join(["site:", *lines, *([f"  {site}"] if site else [])]) + "\n"
    sources = "" if named == "sources" else "sources: [{path: articles}]\n"
    return f"{block}{sources}{top}\n"
