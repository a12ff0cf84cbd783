"""From windows to documents: every item rendered once a format, spliced into every feed that shows it.

May know: the index's records, the workers and the formats; neither sources nor the output folder.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import accumulate, chain, islice, pairwise
from typing import IO, TYPE_CHECKING

import msgspec

from syndicate.catalogue import FeedSpec
from syndicate.errors import PublishError, reason_of
from syndicate.index import Index
from syndicate.model import Document
from syndicate.pool import spread
from syndicate.render import FILE_NAMES
from syndicate.window import Window
from syndicate.workers import Rendered, Tools, render_batch

if TYPE_CHECKING:
    from concurrent.futures import Executor

# How many items make starting a pool pay; how many items, and heads of feeds, one batch holds.
_MANY_ITEMS = 2_000
_ITEMS_PER_BATCH = 128
_HEADS_PER_BATCH = 48
# How many bytes of rendered items are in memory; beyond that they are in a temporary file.
_IN_MEMORY = 16_000_000


class _Batch(msgspec.Struct):
    """Some files to be rendered, and the windows that are complete with these."""

    files: list[int]
    windows: list[Window]


class Rendering:
    """Renders windows, in batches that other processes may do.

    The windows of archives are taken one by one, and a rendered item waits on a shelf while a later window
    may show it again. So memory grows neither with them nor with the items, but for the largest single
    document.
    """

    def __init__(self, index: Index, tools: Tools, description: bytes, specs: Iterable[FeedSpec]) -> None:
        self.index = index
        self.tools = tools
        self.description = description
        self.formats = tuple(dict.fromkeys(chain.from_iterable(spec.documents() for spec in specs)))
        self._shelf = _Shelf()

    def __enter__(self) -> Rendering:
        return self

    def __exit__(self, *_: object) -> None:
        self._shelf.close()

    def documents(
        self,
        windows: Sequence[Window],
        archives: Iterator[Window],
        executor: Callable[[], Executor | None],
        ahead: int,
    ) -> Iterator[tuple[Window, list[Document]]]:
        """Give the documents of each window. `executor` is asked for only if there is much to do."""
        begun = list(islice(archives, 1))
        if not begun:
            # All windows are known, and so is where an item is shown for the last time.
            self._shelf.shows = Counter(member.file for window in windows for member in window.members)
        everything = chain(windows, begun, archives)
        first, many = _first(everything)
        waiting: deque[_Batch] = deque()

        def arguments() -> Iterator[tuple[object, ...]]:
            for batch in _batches(chain(first, everything)):
                waiting.append(batch)
                records = dict(self.index.records(batch.files))
                heads = [(window.spec, window.updated, window.place) for window in batch.windows]
                yield self.description, [records[file] for file in batch.files], heads, self.formats

        for items, heads in spread(executor() if many else None, render_batch, arguments(), ahead):
            batch = waiting.popleft()
            self._shelf.put(batch.files, items)
            for window, head in zip(batch.windows, heads, strict=True):
                yield window, list(self._joined(window, head))

    def _joined(self, window: Window, head: Rendered) -> Iterator[Document]:
        items = [self._shelf.get(member.file) for member in window.members]
        for place, name in enumerate(window.spec.documents(window.place.period)):
            column = self.formats.index(name)
            renderer = self.tools.renderer(name)
            body = renderer.join(head[place], (item[column] for item in items))
            for folder in window.folders:
                path = f"{folder}/{FILE_NAMES[name]}"
                yield Document(path=path, media_type=renderer.media_type, body=body)


def _first(windows: Iterator[Window]) -> tuple[list[Window], bool]:
    """Take windows until there is clearly much to do, or no window left; tells whether there is."""
    taken: list[Window] = []
    files: set[int] = set()
    for window in windows:
        taken.append(window)
        files.update(member.file for member in window.members)
        if len(files) > _MANY_ITEMS:
            return taken, True
    return taken, False


def _batches(windows: Iterable[Window]) -> Iterator[_Batch]:
    """Cut windows into batches: the files that no batch before has, and the windows they complete."""
    seen: set[int] = set()
    batch = _Batch([], [])
    for window in windows:
        for member in window.members:
            if member.file not in seen:
                seen.add(member.file)
                batch.files.append(member.file)
                if len(batch.files) == _ITEMS_PER_BATCH:
                    yield batch
                    batch = _Batch([], [])
        batch.windows.append(window)
        if len(batch.windows) == _HEADS_PER_BATCH:
            yield batch
            batch = _Batch([], [])
    if batch.windows:
        yield batch


class _Shelf:
    """Rendered items by the file of their article: a few in memory, the others in a temporary file.

    `shows` tells how often each of them will be asked for, where that is known: an item is let go of
    when it was given for the last time.
    """

    def __init__(self) -> None:
        self.shows: Counter[int] | None = None
        self._items: dict[int, Rendered] = {}
        self._size = 0
        self._file: IO[bytes] | None = None
        self._end = 0
        self._places: dict[int, tuple[int, ...]] = {}

    def put(self, files: Iterable[int], items: Iterable[Rendered]) -> None:
        """Keep items, one a file."""
        for file, item in zip(files, items, strict=True):
            size = sum(map(len, item))
            if self._size + size <= _IN_MEMORY:
                self._items[file] = item
                self._size += size
            else:
                self._store(file, item)

    def _store(self, file: int, item: Rendered) -> None:
        # Imported where there are many items, which most runs do not have.
        from tempfile import TemporaryFile, gettempdir

        try:
            if self._file is None:
                self._file = TemporaryFile()  # noqa: SIM115
            self._file.seek(self._end)
            self._places[file] = (self._end, *accumulate(map(len, item)))
            self._end += self._file.write(b"".join(item))
        except OSError as error:
            reason = reason_of(error)
            raise PublishError(gettempdir(), f"rendered items cannot be kept there: {reason}") from None

    def get(self, file: int) -> Rendered:
        """Give the item of a file."""
        item = self._items.get(file)
        if item is None:
            return self._stored(file)
        if self.shows:
            self.shows[file] -= 1
            if not self.shows[file]:
                del self._items[file]
                self._size -= sum(map(len, item))
        return item

    def _stored(self, file: int) -> Rendered:
        assert self._file is not None
        start, *ends = self._places[file]
        self._file.seek(start)
        whole = self._file.read(ends[-1])
        return tuple(whole[begin:end] for begin, end in pairwise((0, *ends)))

    def close(self) -> None:
        """Let go of everything."""
        if self._file:
            self._file.close()
