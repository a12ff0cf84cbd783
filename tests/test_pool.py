"""Processes: results come in order, few at once, and whatever ends a run ends them."""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Any

import pytest

from syndicate.pool import default_jobs, in_batches, spread, start_pool

# Newer Pythons warn of forking beside threads, of which the test runner has one.
pytestmark = pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")


def double(number: int) -> int:
    """Work of the least kind."""
    return 2 * number


def unlucky(number: int) -> int:
    """Do the same, but for 13."""
    return double(number) if number != 13 else 1 // 0


def numbered(count: int) -> Iterator[tuple[int]]:
    """Batches of one number each."""
    return ((number,) for number in range(count))


class Manual(Executor):
    """An executor that works when it is told to, or when a result is waited for."""

    def __init__(self) -> None:
        self.futures: list[Future[Any]] = []
        self.most = 0

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Take the work and do it when somebody asks for its result."""
        manual = self

        class Waited(Future[Any]):
            def result(self, timeout: float | None = None) -> Any:
                if not self.done() and self.set_running_or_notify_cancel():
                    try:
                        self.set_result(fn(*args, **kwargs))
                    except ZeroDivisionError as error:
                        self.set_exception(error)
                return super().result(timeout)

        future = Waited()
        self.futures.append(future)
        manual.most = max(manual.most, sum(not each.done() for each in self.futures))
        return future


# Spreading.


@pytest.mark.parametrize("count", [0, 1, 3, 4, 5, 100])
@pytest.mark.parametrize("ahead", [1, 4, 1000])
@pytest.mark.parametrize("make", [None, Manual, lambda: ThreadPoolExecutor(4)], ids=["", "manual", "threads"])
def test_results_come_in_order(make: Callable[[], Executor] | None, ahead: int, count: int) -> None:
    """The results stand in the order of the batches, each once, whoever works and however far ahead."""
    executor = make() if make else None
    assert list(spread(executor, double, numbered(count), ahead)) == [2 * each for each in range(count)]
    if executor:
        executor.shutdown()


def test_the_first_may_be_the_slowest() -> None:
    """A batch that takes long is waited for, though later ones are done."""
    executor = Manual()
    results = spread(executor, double, numbered(4), 4)
    assert next(results) == 0
    for future in reversed(executor.futures):
        future.result()
    assert list(results) == [2, 4, 6]


@pytest.mark.parametrize("ahead", [1, 2, 7])
def test_what_is_in_flight_is_bounded(ahead: int) -> None:
    """No more batches are handed out, or even made, than so many before their results are taken."""
    made: list[int] = []

    def batches() -> Iterator[tuple[int]]:
        for number in range(50):
            made.append(number)
            yield (number,)

    executor = Manual()
    for taken, _ in enumerate(spread(executor, double, batches(), ahead)):
        assert len(made) <= taken + 1 + ahead
    assert (len(made), executor.most) == (50, ahead)


def test_without_an_executor_nothing_is_made_ahead() -> None:
    """Done here, a batch is made when the result before it has been taken."""
    made: list[int] = []
    batches = ((made.append(number) or number,) for number in range(5))  # type: ignore[func-returns-value]
    for taken, result in enumerate(spread(None, double, batches, 3)):
        assert (result, len(made)) == (2 * taken, taken + 1)


@pytest.mark.parametrize("ahead", [1, 4])
def test_an_error_cancels_the_rest(ahead: int) -> None:
    """The error of a batch comes where its result would; what was handed out after it is cancelled."""
    executor = Manual()
    results = spread(executor, unlucky, numbered(100), ahead)
    assert [next(results) for _ in range(13)] == [2 * each for each in range(13)]
    with pytest.raises(ZeroDivisionError):
        next(results)
    assert [each.cancelled() for each in executor.futures] == [False] * 14 + [True] * (ahead - 1)


def test_an_error_without_an_executor_ends_it() -> None:
    """Done here, nothing is done after an error."""
    results = spread(None, unlucky, numbered(100), 4)
    assert [next(results) for _ in range(13)] == [2 * each for each in range(13)]
    with pytest.raises(ZeroDivisionError):
        next(results)
    assert list(results) == []


def test_who_stops_taking_cancels_the_rest() -> None:
    """A caller that gives up leaves no work behind."""
    executor = Manual()
    results = spread(executor, double, numbered(100), 5)
    assert next(results) == 0
    results.close()  # type: ignore[attr-defined]
    assert len(executor.futures) == 6
    assert all(each.cancelled() for each in executor.futures[1:])
    with pytest.raises(CancelledError):
        executor.futures[-1].result()


def test_an_error_in_making_a_batch_cancels_the_rest() -> None:
    """Where the next batch cannot be made, those in flight are cancelled."""

    def batches() -> Iterator[tuple[int]]:
        yield from numbered(6)
        raise KeyError

    executor = Manual()
    results = spread(executor, double, batches(), 4)
    with pytest.raises(KeyError):
        list(results)
    assert all(each.done() for each in executor.futures)


@pytest.mark.parametrize(
    ("count", "size", "expected"),
    [(0, 3, []), (2, 3, [2]), (3, 3, [3]), (7, 3, [3, 3, 1]), (3, 1, [1, 1, 1])],
)
def test_batches_hold_everything_once(count: int, size: int, expected: list[int]) -> None:
    """A stream is cut into lists of a size, the last one shorter, nothing lost and nothing made early."""
    batches = list(in_batches(iter(range(count)), size))
    assert [len(batch) for batch in batches] == expected
    assert [each for batch in batches for each in batch] == list(range(count))


# The pool.


def state_of_a_worker() -> tuple[int, Any, int]:
    """What a worker is: its process, what it does on Ctrl-C, how often it collects garbage."""
    return os.getpid(), signal.getsignal(signal.SIGINT), gc.get_threshold()[0]


def test_a_pool_is_of_other_processes() -> None:
    """Workers are processes that leave Ctrl-C to their parent; they end with the pool."""
    with start_pool(2) as pool:
        assert pool is not None
        pid, handler, _ = pool.submit(state_of_a_worker).result()
    assert pid != os.getpid()
    assert handler is signal.SIG_IGN
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    assert signal.getsignal(signal.SIGINT) is not signal.SIG_IGN


def test_a_ctrl_c_while_a_pool_starts_leaves_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """An interrupt that comes as the workers start ends them, though nobody has the pool yet."""
    started: list[ProcessPoolExecutor] = []
    submit = ProcessPoolExecutor.submit

    def interrupted(pool: ProcessPoolExecutor, *task: Any) -> Any:
        started.append(pool)
        signal.pthread_kill(threading.get_ident(), signal.SIGINT)
        return submit(pool, *task)

    monkeypatch.setattr(ProcessPoolExecutor, "submit", interrupted)
    with pytest.raises(KeyboardInterrupt), start_pool(2):
        pytest.fail("the interrupt came too late")
    with pytest.raises(RuntimeError, match="after shutdown"):
        submit(started[0], os.getpid)
    assert not multiprocessing.active_children()


@pytest.mark.parametrize("jobs", [0, 1])
def test_one_job_needs_no_pool(jobs: int) -> None:
    """Where one process is all that is wanted, none is started."""
    with start_pool(jobs) as pool:
        assert pool is None


def test_a_dead_worker_is_an_error_of_the_pool() -> None:
    """A worker that is gone comes out of `spread` as the error of the pool."""
    with start_pool(2) as pool, pytest.raises(BrokenProcessPool):
        list(spread(pool, os._exit, numbered(20), 4))


def vanish(_: bytes) -> None:
    """End the process that was to do the work."""
    os._exit(1)


def test_dead_workers_keep_nobody_waiting() -> None:
    """Where all workers are gone, what does not fit the pipe to them holds nothing up."""
    large = ((bytes(1_000_000),) for _ in range(20))
    with start_pool(2) as pool, pytest.raises(BrokenProcessPool):
        list(spread(pool, vanish, large, 8))


def test_jobs_follow_the_processors(monkeypatch: pytest.MonkeyPatch) -> None:
    """The default number of jobs is that of the processors this process may use, at least one."""
    monkeypatch.setattr("os.sched_getaffinity", lambda _: {0, 3, 5})
    assert default_jobs() == 3
    monkeypatch.delattr("os.sched_getaffinity")
    monkeypatch.setattr("os.cpu_count", lambda: None)
    assert default_jobs() == 1
