"""Check that several output folders hold the same feeds with the same items.

    python benchmarks/check.py OUT OUT [OUT ...]

Every rss.xml and atom.xml must parse in feedparser without complaint, every
feed.json must be JSON, and a feed must have the same links in the same order in
its three formats and in every folder. Needs feedparser.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path

import feedparser  # type: ignore[import-untyped]

Links = tuple[str, ...]


def xml_links(path: Path) -> Links:
    """The links of an RSS or Atom file's items."""
    parsed = feedparser.parse(path.read_bytes())
    if parsed.bozo:
        raise ValueError(f"{path}: {parsed.bozo_exception}")
    return tuple(
        next(str(link.href) for link in entry.links if link.rel == "alternate") for entry in parsed.entries
    )


def json_links(path: Path) -> Links:
    """The links of a JSON Feed file's items."""
    feed = json.loads(path.read_bytes())
    return tuple(str(item["url"]) for item in feed["items"])


def feed_links(folder: Path) -> Links:
    """The links of one feed, which its three files must agree on."""
    found = {
        xml_links(folder / "rss.xml"),
        xml_links(folder / "atom.xml"),
        json_links(folder / "feed.json"),
    }
    if len(found) != 1:
        raise ValueError(f"{folder}: the three formats differ")
    return found.pop()


def read_feeds(out: Path) -> dict[str, Links]:
    """Every feed of an output folder, by its path."""
    folders = sorted(path.parent for path in out.rglob("rss.xml"))
    return {str(folder.relative_to(out)): feed_links(folder) for folder in folders}


def differences(feeds: dict[str, Links], others: dict[str, Links]) -> list[str]:
    """What two output folders disagree on, one line each."""
    lines = []
    for key in sorted(feeds.keys() | others.keys()):
        one, two = feeds.get(key), others.get(key)
        if one is None or two is None:
            lines.append(f"{key}: only in {'one' if two is None else 'the other'}")
        elif one != two:
            lines.append(f"{key}: {len(one)} items against {len(two)}, or another order")
    return lines


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line."""
    outs = [Path(name) for name in (sys.argv[1:] if argv is None else argv)]
    if not outs:
        print(__doc__)
        return 2
    first, *others = [(out, read_feeds(out)) for out in outs]
    failed = False
    for out, feeds in (first, *others):
        items = sum(map(len, feeds.values()))
        print(f"{out}: {len(feeds)} feeds, {items} items")
        for line in differences(first[1], feeds):
            failed = True
            print(f"  {line}")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
