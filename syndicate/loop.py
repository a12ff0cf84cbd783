"""An event loop of one's own for something asynchronous, whoever calls.

May know: nothing of what is run.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

_Result = TypeVar("_Result")


def run_apart(work: Callable[[], Coroutine[Any, Any, _Result]]) -> _Result:
    """Run a coroutine to its end and give what it returns, or raise what it raises.

    Where a loop is running, as in a server or a notebook, it cannot run another one: a thread does.
    """
    # Imported when there is something to run: it is slow to load.
    import asyncio

    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(work())
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(lambda: asyncio.run(work())).result()
