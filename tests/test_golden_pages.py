"""Golden pages: the articles of the golden feeds as one site, with what a person and a machine find there.

`data/pages/` holds the page of the feed of everything, that of one topic, and the files of the root that
follow from the feeds; style sheets and script are copied and need no second copy. The files are written,
after a change that is meant, by

    python tests/test_golden_pages.py

and then read by a person, in a browser: what Git shows as changed is what every visitor will see.
"""

from __future__ import annotations

import json
import tempfile
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest
from conftest import SITE

from syndicate import build, load_settings

DATA = Path(__file__).parent / "data"
PAGES = DATA / "pages"
ARTICLES = ("card.md", "hostile.md", "podcast.md", "two-images.md")
FILES = {
    "all/index.html": "all.html",
    "first/index.html": "first.html",
    "first/embed.html": "embed.html",
    "index.html": "catalogue.html",
    "index.json": "index.json",
    "feeds.opml": "feeds.opml",
    "sitemap.xml": "sitemap.xml",
}
NOW = datetime(2025, 1, 1, tzinfo=UTC)


@cache
def built() -> dict[str, bytes]:
    """Build the site: its files by their paths."""
    with tempfile.TemporaryDirectory() as folder:
        config = {
            "output": f"{folder}/feeds",
            "sources": [{"path": str(DATA / "golden" / name)} for name in ARTICLES],
            "site": {**SITE, "description": "All & everything", "icon": "https://site.example/icon.png"},
            "feeds": {
                "named": {
                    "first": {"title": "The first", "limit": "1", "formats": ["atom"]},
                    "none": {"title": "None", "description": "Nothing yet", "where": {"type": ["none"]}},
                }
            },
        }
        file = Path(folder) / "syndicate.yaml"
        file.write_text(json.dumps(config), encoding="utf-8")
        report = build(load_settings(file), now=NOW)
        assert report.published == len(ARTICLES), report.failed
        return {path: (Path(folder) / "feeds" / path).read_bytes() for path in FILES}


@pytest.mark.parametrize("path", FILES)
def test_golden_pages(path: str) -> None:
    """The site gives the files that were read before, byte for byte."""
    assert built()[path].decode() == (PAGES / FILES[path]).read_text("utf-8")


def test_every_page_belongs_to_the_site() -> None:
    """There is no file whose page is no more."""
    assert {path.name for path in PAGES.iterdir()} == set(FILES.values())


def rewrite() -> None:
    """Write the files."""
    for path, name in FILES.items():
        (PAGES / name).write_bytes(built()[path])
    print(f"{len(FILES)} files written to {PAGES}")


if __name__ == "__main__":
    rewrite()
