"""What all tests share: an article as text, a site in a temporary folder, the real corpus."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import hypothesis
import pytest

from syndicate.settings import Settings, parse_settings

# How long one example takes says how busy the machine is, and nothing of the code.
hypothesis.settings.register_profile("patient", deadline=None)
hypothesis.settings.load_profile("patient")

SITE: dict[str, Any] = {
    "title": "The Site",
    "url": "https://site.example/",
    "feeds_url": "https://site.example/feeds/",
    "id": "site.example,2020",
}

WriteArticle = Callable[..., Path]


def settings_of(**keys: Any) -> Settings:
    """Settings of the test site, with further top-level keys given as strings, lists and mappings."""
    return parse_settings({"site": SITE, "sources": [{"path": "articles"}], **keys})


def article_text(body: str = "", **fields: str) -> str:
    """The text of an article; each field is YAML as written. A title, a date and a link are there."""
    known = {
        "title": "A title",
        "publishedDateTime": "2024-01-02T03:04:05Z",
        "webUrl": "https://site.example/a/",
    }
    lines = [f"{name}: {value}" for name, value in {**known, **fields}.items() if value is not None]
    return "---\n" + "\n".join(lines) + f"\n---\n{body}"


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A folder with config/syndicate.yaml, of feeds without pages, and an empty folder articles."""
    (tmp_path / "config").mkdir()
    (tmp_path / "articles").mkdir()
    lines = "\n".join(f"  {key}: '{value}'" for key, value in SITE.items())
    (tmp_path / "config" / "syndicate.yaml").write_text(
        f"site:\n{lines}\npages: false\nsources: [{{path: ../articles}}]\n"
    )
    return tmp_path


@pytest.fixture
def write_article(site: Path) -> WriteArticle:
    """Write an article of the site: `write_article("2024-01-02-a.md", title="A")`."""

    def write(name: str, body: str = "", **fields: str) -> Path:
        path = site / "articles" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(article_text(body, **fields), encoding="utf-8")
        return path

    return write
