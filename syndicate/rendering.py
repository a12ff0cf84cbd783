"""From windows to documents: every item rendered once a format, spliced into every feed that shows it.

May know: the index's records, the workers and the formats; neither sources nor the output folder.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from itertools import chain

from syndicate.edition import Window
from syndicate.index import Index
from syndicate.model import Document
from syndicate.render import FILE_NAMES
from syndicate.workers import Rendered, Tools, render_batch, spread

# How many items make starting a pool pay; how many items, and heads of feeds, one batch holds.
_MANY_ITEMS = 400
_ITEMS_PER_BATCH = 48
_HEADS_PER_BATCH = 16


class Rendering:
    """Renders windows, in batches that other processes may do; keeps an item only while a feed needs it."""

    def __init__(self, index: Index, tools: Tools, description: bytes, windows: Sequence[Window]) -> None:
        self.index = index
        self.tools = tools
        self.description = description
        self.windows = windows
        self.formats: tuple[str, ...] = tuple(
            dict.fromkeys(chain.from_iterable(window.spec.documents for window in windows))
        )
        self._uses = Counter(member.file for window in windows for member in window.members)
        self._items: dict[int, Rendered] = {}

    def documents(
        self, executor: Callable[[], Executor | None], ahead: int
    ) -> Iterator[tuple[Window, list[Document]]]:
        """Give the documents of each window. `executor` is asked for only if there is much to do."""
        many = len(self._uses) > _MANY_ITEMS
        batches = list(_batches(self.windows))
        results = spread(executor() if many else None, render_batch, self._arguments(batches), ahead)
        for (files, windows), (items, heads) in zip(batches, results, strict=True):
            self._items.update(zip(files, items, strict=True))
            for window, head in zip(windows, heads, strict=True):
                yield window, list(self._joined(window, head))
                self._release(window)

    def _arguments(self, batches: list[tuple[list[int], list[Window]]]) -> Iterator[tuple[object, ...]]:
        for files, windows in batches:
            records = dict(self.index.records(files))
            heads = [(window.spec, window.updated) for window in windows]
            yield self.description, [records[file] for file in files], heads, self.formats

    def _joined(self, window: Window, head: Rendered) -> Iterator[Document]:
        for place, name in enumerate(window.spec.documents):
            column = self.formats.index(name)
            renderer = self.tools.renderer(name)
            body = renderer.join(head[place], [self._items[each.file][column] for each in window.members])
            path = f"{window.spec.path}/{FILE_NAMES[name]}"
            yield Document(path=path, media_type=renderer.media_type, body=body)

    def _release(self, window: Window) -> None:
        for member in window.members:
            self._uses[member.file] -= 1
            if not self._uses[member.file]:
                del self._items[member.file]


def _batches(windows: Sequence[Window]) -> Iterator[tuple[list[int], list[Window]]]:
    """Cut windows into batches: the files that no batch before has, and the feeds they complete."""
    seen: set[int] = set()
    files: list[int] = []
    feeds: list[Window] = []
    for window in windows:
        fresh = [member.file for member in window.members if member.file not in seen]
        seen.update(fresh)
        files += fresh
        feeds.append(window)
        if len(files) >= _ITEMS_PER_BATCH or len(feeds) >= _HEADS_PER_BATCH:
            yield files, feeds
            files, feeds = [], []
    if feeds:
        yield files, feeds
