"""Processes to spread work over: started when they are needed, fed with batches, ended with the run.

For any `concurrent.futures.Executor`, of which a pool of processes is the usual one. May know: nothing of
the work.
"""

from __future__ import annotations

import gc
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from concurrent.futures import Executor, Future, ProcessPoolExecutor

Executors = Callable[[], "Executor | None"]
"""Gives the executor of a run, or None; a pool is started when it is first asked for."""

# What Linux allows everybody.
_PIPE = 1_048_576

_Batch = TypeVar("_Batch")
_Result = TypeVar("_Result")


class Lazy:
    """Starts a pool when it is first asked for, and ends it with the run."""

    def __init__(self, stack: ExitStack, executor: Executor | None, jobs: int) -> None:
        self._stack = stack
        self._executor = executor
        self._jobs = jobs

    def __call__(self) -> Executor | None:
        """Give the executor, or None where one job is all that is wanted."""
        if self._executor is None and self._jobs > 1:
            self._executor = self._stack.enter_context(start_pool(self._jobs))
        return self._executor


@contextmanager
def start_pool(jobs: int) -> Iterator[Executor | None]:
    """Start a pool of processes, or none where one job is all that is wanted."""
    if jobs <= 1:
        yield None
        return
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor

    # Forking spares each worker the imports; where a platform cannot fork, workers start afresh.
    methods = multiprocessing.get_all_start_methods()
    context = multiprocessing.get_context("fork" if "fork" in methods else None)
    pool = ProcessPoolExecutor(jobs, mp_context=context, initializer=_start_worker)
    # A signal while the pool starts or ends waits: it would end in half-made processes, or nobody would fetch
    # them. It comes as soon as it may, so the pool is ended even where it came before anyone had it.
    try:
        with _undisturbed():
            _widen(pool)
            # The first task starts the processes and the thread that leads them.
            _begin(pool)
            if "fork" in methods:
                _let_workers_read(pool)
        yield pool
    finally:
        with _undisturbed():
            pool.shutdown()


def _widen(pool: ProcessPoolExecutor) -> None:
    """Let a whole result into the pipe at once, where the system can: else a worker waits for its reader.

    That is a thread of the parent, which gets its turn only now and then. A pool has no option for it; one
    that keeps its pipes elsewhere, or a system that allows no more, is as right and a little slower.
    """
    if sys.platform != "linux":
        return
    import fcntl

    with suppress(AttributeError, OSError):
        fcntl.fcntl(pool._result_queue._reader.fileno(), fcntl.F_SETPIPE_SZ, _PIPE)  # type: ignore[attr-defined]


def _let_workers_read(pool: ProcessPoolExecutor) -> None:
    """Leave the reading end of the pipe that work is handed out by to the workers, which are all there.

    When these are gone, the thread that hands it out fails. As long as this process could read, it would wait
    in a full pipe for ever, and we for it: so it is in Python 3.11.0 to 3.11.4.
    """
    with suppress(AttributeError, OSError):
        pool._call_queue._reader.close()  # type: ignore[attr-defined]


def _begin(pool: ProcessPoolExecutor) -> None:
    from multiprocessing import active_children

    others = set(active_children())
    try:
        pool.submit(os.getpid)
    except OSError:
        # Those that were started before the system refused one wait for work, and we would for them.
        for child in set(active_children()) - others:
            child.kill()
            child.join()
        raise


@contextmanager
def _undisturbed() -> Iterator[None]:
    # Threads that are started meanwhile leave the signal to this one for good.
    blocked = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, blocked)


def _start_worker() -> None:
    # The parent decides what Ctrl-C means; a worker that is in the middle of a batch says nothing.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # The pool ends its workers by SIGTERM where one of them died.
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
    threading.Thread(target=_end_with_parent, daemon=True).start()
    # Batches are short and leave no cycles: collecting what lived before them finds nothing.
    gc.freeze()
    gc.set_threshold(50_000)


def _end_with_parent() -> None:
    # A parent that was killed tells nobody: its workers would wait for work for ever.
    from multiprocessing import connection, parent_process

    parent = parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(1)


def default_jobs() -> int:
    """Tell how many processes this one may keep busy."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def broken_executor() -> type[Exception]:
    """Give what an executor raises when a worker died; asked for where something was raised."""
    # Its module loads logging: a run in which nothing changed does without.
    from concurrent.futures import BrokenExecutor

    return BrokenExecutor


def spread(
    executor: Executor | None, work: Callable[..., _Result], batches: Iterable[tuple[Any, ...]], ahead: int
) -> Iterator[_Result]:
    """Do work for each batch of arguments, in order, at most `ahead` of them before they are taken.

    Without an executor it is done here, one by one. What is not taken is cancelled.
    """
    if executor is None:
        for batch in batches:
            yield work(*batch)
        return
    source = iter(batches)
    waiting: list[Future[_Result]] = [executor.submit(work, *batch) for batch in islice(source, ahead)]
    try:
        while waiting:
            result = waiting.pop(0).result()
            for batch in islice(source, 1):
                waiting.append(executor.submit(work, *batch))
            yield result
    except broken_executor():
        # The pool is failing what waits: a future that we cancel meanwhile would trip it up.
        waiting.clear()
        raise
    finally:
        for future in waiting:
            future.cancel()


def in_batches(things: Iterable[_Batch], size: int) -> Iterator[list[_Batch]]:
    """Cut a stream of things into lists of a size."""
    source = iter(things)
    while batch := list(islice(source, size)):
        yield batch
