"""Golden pairs: an article by file name and, beside it, the three documents of a feed that holds it alone.

`data/golden/NAME.md` (or `.html`) is the article, `NAME.yaml` what its configuration says beyond the test
site's, if anything; `NAME.rss.xml`, `NAME.atom.xml` and `NAME.feed.json` are what must come out. Adding a
case is adding files. The outputs are written, for new cases and after a change that is meant, by

    python tests/test_golden.py

and then read by a person: what Git shows as changed is what every reader of a feed will see.
"""

from __future__ import annotations

import json
import tempfile
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest
import yaml
from conftest import SITE

from syndicate import build, load_settings

GOLDEN = Path(__file__).parent / "data" / "golden"
OUTPUTS = {"rss.xml": ".rss.xml", "atom.xml": ".atom.xml", "feed.json": ".feed.json"}
CASES = {path.stem: path for path in sorted(GOLDEN.iterdir()) if path.suffix in (".md", ".html")}
NOW = datetime(2025, 1, 1, tzinfo=UTC)


@cache
def built(name: str) -> dict[str, bytes]:
    """Build the feed of a case: its documents by file name."""
    extra = GOLDEN / f"{name}.yaml"
    # The base loader leaves every scalar the string that was written.
    more = yaml.load(extra.read_text("utf-8"), Loader=yaml.BaseLoader) if extra.exists() else {}
    with tempfile.TemporaryDirectory() as folder:
        config = {
            "output": f"{folder}/feeds",
            "sources": [{"path": str(CASES[name])}],
            "feeds": {"topics": "false", "providers": "false"},
            "pages": "false",
            **more,
            "site": {**SITE, **more.get("site", {})},
        }
        file = Path(folder) / "syndicate.yaml"
        file.write_text(json.dumps(config), encoding="utf-8")
        report = build(load_settings(file), now=NOW, ping=False)
        assert [feed.items for feed in report.feeds] == [1], report.failed
        return {output: (Path(folder) / "feeds" / "all" / output).read_bytes() for output in OUTPUTS}


@pytest.mark.parametrize("output", OUTPUTS)
@pytest.mark.parametrize("name", CASES)
def test_golden(name: str, output: str) -> None:
    """An article gives the document that stands beside it, byte for byte."""
    wanted = (GOLDEN / f"{name}{OUTPUTS[output]}").read_bytes()
    assert built(name)[output].decode() == wanted.decode()


def test_every_file_belongs_to_a_case() -> None:
    """There is no output without its article: a case that is renamed leaves nothing behind."""
    names = {path.name.partition(".")[0] for path in GOLDEN.iterdir()}
    assert names == set(CASES)


def rewrite() -> None:
    """Write the outputs of every case."""
    for name in CASES:
        for output, suffix in OUTPUTS.items():
            (GOLDEN / f"{name}{suffix}").write_bytes(built(name)[output])
    print(f"{len(CASES)} cases written to {GOLDEN}")


if __name__ == "__main__":
    rewrite()
