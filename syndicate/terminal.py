"""What the command line draws: a progress bar, the table of feeds, one article in full.

rich is imported only where something is drawn on a terminal. May know: the library's results; not
how the options were given.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import click
import msgspec

from syndicate.dates import rfc3339
from syndicate.look import Understood
from syndicate.report import FeedReport, encodable

# Work that is over before this many seconds needs no bar.
_PATIENCE = 1.0
# A value longer than this tells no more about how a field was understood.
_LONGEST_SHOWN = 200


@contextmanager
def progress_bar() -> Iterator[Callable[[str, int, int], None]]:
    """Draw a bar on standard error once the work has lasted a second; NO_COLOR is rich's to honour."""
    started = time.monotonic()
    bar: Any = None
    tasks: dict[str, Any] = {}

    def advance(stage: str, done: int, total: int) -> None:
        nonlocal bar
        if bar is None:
            if time.monotonic() - started < _PATIENCE:
                return
            from rich.console import Console
            from rich.progress import Progress

            # Without a thread that refreshes: the pool forks this process.
            bar = Progress(console=Console(stderr=True), transient=True, auto_refresh=False)
            bar.start()
        if stage not in tasks:
            tasks[stage] = bar.add_task(stage, total=total)
        bar.update(tasks[stage], completed=done, total=total, refresh=True)

    try:
        yield advance
    finally:
        if bar is not None:
            bar.stop()


def print_feeds(feeds: Sequence[FeedReport]) -> None:
    """Print the feeds as a table on a terminal, as lines of tab-separated values elsewhere."""
    rows = [(feed.path, feed.title, str(feed.items), rfc3339(feed.updated)) for feed in feeds]
    if not sys.stdout.isatty():
        for row in rows:
            click.echo("\t".join(row))
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table("path", "title", "items", "newest", box=None, pad_edge=False)
    # A path is there to be copied: neither it nor the date is cut, the title gives way.
    for column in (0, 3):
        table.columns[column].no_wrap = True
        table.columns[column].min_width = max((len(row[column]) for row in rows), default=0)
    table.columns[2].justify = "right"
    for row in rows:
        table.add_row(*map(Text, row))
    Console().print(table)


def feeds_json(feeds: Sequence[FeedReport]) -> str:
    """Write the feeds as a JSON list of their fields."""
    return msgspec.json.format(msgspec.json.encode(feeds), indent=2).decode()


def article_lines(understood: Understood) -> Iterator[str]:
    """Say how an article is understood: its fields, then its feeds or why it is in none."""
    article = understood.article
    for name, value in msgspec.to_builtins(article).items():
        if name not in ("notes", "source"):
            yield from _field_lines(name, value)
    for note in article.notes:
        yield f"left out: {note}"
    if understood.absence:
        yield f"in no feed: {understood.absence}"
    for path, position, limit in understood.places:
        where = f"item {position}" if limit is None or position <= limit else "beyond the limit"
        yield f"feed {path}: {where}"


def _field_lines(name: str, value: Any) -> Iterator[str]:
    if value is None or value == "":
        return
    if isinstance(value, list | tuple):
        for each in value:
            yield from _field_lines(name, each)
        return
    inner = {}
    if isinstance(value, dict):
        inner = {key: each for key, each in value.items() if isinstance(each, list | tuple)}
        known = {key: each for key, each in value.items() if key not in inner and each is not None}
        value = ", ".join(f"{key}={each}" for key, each in known.items())
    text: str = encodable(str(value))
    yield f"{name}: {text if len(text) <= _LONGEST_SHOWN else text[: _LONGEST_SHOWN - 1] + '…'}"
    for key, each in inner.items():
        yield from _field_lines(f"{name}.{key}", each)
