"""Faults: whatever ends a run, every published file is whole, and the next run ends in the clean state.

SYNDICATE_KILLS is how many times the first test here kills a run: 8 unless it says otherwise, 200 in CI.
"""

from __future__ import annotations

import os
import random
import select
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest
from conftest import PATIENCE, article_text, until

from syndicate import Report, build, load_settings, refresh, rendering, workers
from syndicate.errors import WorkerError
from syndicate.publish import MANIFEST

# Newer Pythons warn of forking beside threads, of which the test runner has one.
pytestmark = [
    pytest.mark.processes,
    pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning"),
]

KILLS = int(os.environ.get("SYNDICATE_KILLS", "8"))
COMMAND = str(Path(sys.executable).parent / "syndicate")
NOW = datetime(2024, 6, 1, tzinfo=UTC)
BUILD = (COMMAND, "build", "-q", "--now", "2024-06-01")
KILLED_AT = """
import os, signal, sys
from syndicate.cli import main

site, left = os.getcwd(), int(sys.argv.pop(1))

def count(event, arguments):
    global left
    if event in {"open", "os.mkdir", "os.rename", "os.remove", "os.rmdir"} and site in str(arguments[0]):
        left -= 1
        if not left:
            os.kill(os.getpid(), signal.SIGKILL)

sys.addaudithook(count)
try:
    main()
finally:
    print(left, file=sys.stderr)
"""
"""A run that kills itself as it is about to touch a file of its site for the n-th time."""
Tree = dict[str, bytes]


@pytest.fixture(autouse=True)
def _no_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Do not wait for the disk of the machine that tests."""
    monkeypatch.setattr("os.sync", lambda: None)
    monkeypatch.setattr("os.fsync", lambda _: None)


def run(site: Path, **options: Any) -> Report:
    """Build the site as of NOW, in this process."""
    settings = load_settings(site / "config" / "syndicate.yaml")
    return build(settings, **{"now": NOW, "jobs": 1, **options})


def tree(site: Path) -> Tree:
    """Every file of the output, hidden ones too."""
    output = site / "feeds"
    return {str(file.relative_to(output)): file.read_bytes() for file in output.rglob("*") if file.is_file()}


def write(site: Path, number: int, chance: random.Random, body: str = "") -> None:
    """Write an article of some topics and a provider."""
    text = article_text(
        body,
        title=f"Title {chance.random()}",
        publishedDateTime=f"2024-0{chance.randint(1, 5)}-0{chance.randint(1, 9)}",
        topics=str([f"Topic {chance.randint(0, 20)}" for _ in range(3)]),
        provider=f"Provider {chance.randint(0, 9)}",
    )
    (site / "articles" / f"{number}.md").write_text(text)


def clean(site: Path) -> Tree:
    """The output of a clean build of the same sources in another folder."""
    other = site.parent / f"{site.name}-clean"
    shutil.rmtree(other, ignore_errors=True)
    for name in ("articles", "config"):
        shutil.copytree(site / name, other / name)
    run(other)
    return tree(other)


def edit(site: Path, chance: random.Random) -> Tree:
    """Change, add and delete some articles; gives the output that there should be then."""
    for _ in range(chance.randint(1, 8)):
        write(site, chance.randint(0, 70), chance)
    for file in chance.sample(sorted((site / "articles").iterdir()), 3):
        file.unlink()
    return clean(site)


def check_whole(site: Path, old: Tree, new: Tree) -> None:
    """Every file is whole, old or new, and the list of our files names it."""
    found = {path: body for path, body in tree(site).items() if not path.startswith(".syndicate-")}
    owned = set((site / "feeds" / MANIFEST).read_text().splitlines()) if found else set()
    assert found.keys() <= owned
    for path in found.keys() | (old.keys() & new.keys() - {MANIFEST}):
        assert found.get(path) in (old.get(path), new.get(path)), path


def check_mended(site: Path, new: Tree) -> None:
    """One more run ends in the clean state, with nothing left beside it; the next has nothing to do."""
    run(site)
    assert tree(site) == new
    assert not (site / "feeds" / ".syndicate-new").exists()
    again = run(site)
    assert (again.changes.write, again.changes.delete) == ((), ())


@contextmanager
def started(site: Path, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """Start a build in a process group of its own, and leave nothing of it behind."""
    process = subprocess.Popen(
        [*BUILD, *arguments],
        cwd=site,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        process_group=0,
    )
    try:
        yield process
    finally:
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass  # It ended, with all of its workers.
        process.communicate()


def wait_for(process: subprocess.Popen[str], seconds: float) -> bool:
    """Wait until a process ends, or for some time; tells whether it ended."""
    descriptor = os.pidfd_open(process.pid)
    try:
        return bool(select.select([descriptor], [], [], seconds)[0])
    finally:
        os.close(descriptor)


def children(pid: int) -> list[int]:
    """The processes that a process started."""
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except FileNotFoundError:
        return []


def is_alive(pid: int) -> bool:
    """Whether a process is there, and is not merely waiting to be buried."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False


def is_at_work(site: Path, process: subprocess.Popen[str]) -> bool:
    """Whether a run has begun: the lock names it."""
    lock = site / ".syndicate" / "lock"
    return process.poll() is not None or (lock.exists() and f"process {process.pid} " in lock.read_text())


@pytest.fixture
def sixty(site: Path) -> Path:
    """A site of 60 articles in some dozens of feeds, built once."""
    chance = random.Random(3)
    for number in range(60):
        write(site, number, chance)
    run(site)
    assert len(tree(site)) > 80
    return site


@pytest.fixture
def many(site: Path) -> Path:
    """A site of so many articles that a pool is started, not built yet."""
    chance = random.Random(4)
    for number in range(450):
        write(site, number, chance, "Some *words* of text.\n\n" * 8)
    return site


# Killed.


def test_a_killed_run_leaves_every_file_whole(sixty: Path) -> None:
    """Killed at random instants: every file is old or new, and the next run ends in the clean state."""
    chance = random.Random(20240601)
    durations = []
    for _ in range(3):
        edit(sixty, chance)
        begun = time.monotonic()
        subprocess.run(BUILD, cwd=sixty, check=True)
        durations.append(time.monotonic() - begun)
    duration, killed = min(durations), 0
    for _ in range(KILLS):
        old, new = tree(sixty), edit(sixty, chance)
        begun = time.monotonic()
        with started(sixty) as process:
            if ended := wait_for(process, duration * chance.uniform(0.3, 1.05)):
                # The machine is less busy than it was: the next one is killed sooner.
                duration = min(duration, time.monotonic() - begun)
            process.kill()
            assert process.wait() in ((0,) if ended else (0, -signal.SIGKILL))
            killed += process.returncode != 0
            if ended:
                # The machine has become faster: the next kill is to come in time.
                duration = min(duration, time.monotonic() - begun)
        check_whole(sixty, old, new)
        check_mended(sixty, new)
    assert killed > KILLS / 3


def test_a_run_killed_at_any_step_leaves_every_file_whole(sixty: Path) -> None:
    """Killed as it is about to open, make, rename or remove a file: each kind of step, at the ends too."""
    chance = random.Random(7)

    def killed_at(step: int) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-c", KILLED_AT, str(step), *BUILD[1:]]
        return subprocess.run(command, cwd=sixty, capture_output=True, text=True, check=False)

    edit(sixty, chance)
    whole = killed_at(1_000_000)
    assert whole.returncode == 0
    steps = 1_000_000 - int(whole.stderr)
    assert steps > 100
    for step in [*(chance.randint(1, steps // 2) for _ in range(4)), *range(steps // 2, steps, steps // 10)]:
        old, new = tree(sixty), edit(sixty, chance)
        assert killed_at(step).returncode in (-signal.SIGKILL, 0)
        check_whole(sixty, old, new)
        check_mended(sixty, new)


def test_a_first_run_that_is_killed(site: Path) -> None:
    """Where nothing was published, a killed run leaves whole files or none, and the next run publishes."""
    chance = random.Random(5)
    for number in range(40):
        write(site, number, chance)
    new = clean(site)
    for step in (1, 45, 60, 100, 150, 200):
        shutil.rmtree(site / "feeds", ignore_errors=True)
        shutil.rmtree(site / ".syndicate", ignore_errors=True)
        command = [sys.executable, "-c", KILLED_AT, str(step), *BUILD[1:]]
        assert subprocess.run(command, cwd=site, check=False).returncode == -signal.SIGKILL
        check_whole(site, {}, new)
        check_mended(site, new)


def test_a_killed_run_with_workers_keeps_nobody_out(many: Path) -> None:
    """When a run with a pool is killed, the next one can begin at once."""
    with started(many, "--jobs", "2") as process:
        assert until(lambda: len(children(process.pid)) == 2 or process.poll() is not None)
        assert process.returncode is None
        process.kill()
        process.wait()
        report = run(many, wait=30)
    assert report.ok
    assert tree(many) == clean(many)


def test_the_workers_of_a_killed_run_end(many: Path) -> None:
    """When a run with a pool is killed, its workers end as well."""
    with started(many, "--jobs", "2") as process:
        assert until(lambda: len(children(process.pid)) == 2 or process.poll() is not None)
        assert process.returncode is None
        pool = children(process.pid)
        process.kill()
        process.wait()
        assert until(lambda: not any(map(is_alive, pool)))


# Interrupted.


@pytest.mark.parametrize("jobs", [1, 2])
def test_ctrl_c_ends_cleanly(jobs: int, many: Path) -> None:
    """Ctrl-C at any instant: no traceback, at most one line, nothing half-written, no process left."""
    chance = random.Random(jobs)
    new, interrupted = clean(many), 0
    for delay in (0.0, 0.02, 0.05, *(chance.uniform(0.05, 0.5) for _ in range(min(3, KILLS // 8)))):
        shutil.rmtree(many / "feeds", ignore_errors=True)
        shutil.rmtree(many / ".syndicate", ignore_errors=True)
        with started(many, "--jobs", str(jobs)) as process:
            assert until(lambda process=process: is_at_work(many, process))
            wait_for(process, delay)
            pool = children(process.pid)
            os.killpg(process.pid, signal.SIGINT)
            out, error = process.communicate(timeout=PATIENCE)
            assert process.returncode in (0, 1, 130, -signal.SIGINT)
            interrupted += process.returncode != 0
            # Python drops, and prints, what is raised in a callback of its import lock: that one is not ours.
            if "_get_module_lock" not in error:
                told = (out, len(error.strip().splitlines()) <= 1, "Traceback" in error)
                assert told == ("", True, False), error
            assert not any(map(is_alive, pool))
        check_whole(many, {}, new)
    assert interrupted
    check_mended(many, new)


def test_ctrl_c_within_a_body_is_not_lost(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An interrupt that comes while an address in a body is made absolute ends the run, too."""

    def interrupt(*_: object) -> str:
        raise KeyboardInterrupt

    write(site, 1, random.Random(1), "A [link](/there)")
    monkeypatch.setattr("syndicate.body.clean_url", interrupt)
    with pytest.raises(KeyboardInterrupt):
        run(site)


# Workers that die.


class Dying(Executor):
    """An executor whose worker dies at the n-th batch, as a pool says it: in the future, or in submit."""

    def __init__(self, after: int, *, at_once: bool) -> None:
        self.left = after
        self.at_once = at_once
        self.cancelled = 0

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Do the work now, or be dead."""
        self.left -= 1
        future: Future[Any] = Future()
        if self.left >= 0:
            future.set_result(fn(*args, **kwargs))
        elif self.at_once:
            raise BrokenProcessPool("dead")
        else:
            future.set_exception(BrokenProcessPool("dead"))
        return future


@pytest.fixture
def eager(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Small batches, threads that take turns often, and executors used for however little there is to do."""
    monkeypatch.setattr(refresh, "_MANY_FILES", 0)
    monkeypatch.setattr(refresh, "_READ_BATCH", 7)
    monkeypatch.setattr(rendering, "_MANY_ITEMS", 0)
    monkeypatch.setattr(rendering, "_ITEMS_PER_BATCH", 7)
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(interval)


@pytest.mark.parametrize("at_once", [False, True], ids=["in the future", "in submit"])
@pytest.mark.parametrize("after", [0, 1, 3, 9, 12])
def test_a_dead_worker_changes_nothing(after: int, at_once: bool, sixty: Path, eager: None) -> None:
    """A worker that dies while it reads or renders ends the run with WorkerError and no change at all."""
    old = tree(sixty)
    new = edit(sixty, random.Random(after))
    with pytest.raises(WorkerError, match="nothing was changed"):
        run(sixty, full=True, executor=Dying(after, at_once=at_once))
    assert tree(sixty) == old
    assert not (sixty / "feeds" / ".syndicate-new").exists()
    check_mended(sixty, new)


def test_a_worker_that_kills_itself_changes_nothing(
    sixty: Path, eager: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A real pool whose worker is killed while it reads: WorkerError, no change, and the next run is well."""
    old, new, here, read = tree(sixty), edit(sixty, random.Random(1)), os.getpid(), workers.read_file

    def die(file: Any) -> bytes:
        if os.getpid() != here:
            os.kill(os.getpid(), signal.SIGKILL)
        return read(file)

    monkeypatch.setattr(workers, "read_file", die)
    with pytest.raises(WorkerError):
        run(sixty, full=True, jobs=2)
    assert tree(sixty) == old
    check_mended(sixty, new)


def test_a_killed_worker_is_one_line(many: Path) -> None:
    """The command line says in one line that a worker died, and ends with 2; nothing was published."""
    with started(many, "--jobs", "2") as process:
        assert until(lambda: len(children(process.pid)) == 2 or process.poll() is not None)
        os.kill(children(process.pid)[0], signal.SIGKILL)
        out, error = process.communicate(timeout=PATIENCE)
        assert (process.returncode, out) == (2, "")
        assert error.splitlines() == [
            "error: a worker process died (killed, or out of memory); nothing was changed"
        ]
    assert not (many / "feeds" / "all").exists()


@pytest.mark.parametrize("after", [1, 9])
def test_an_error_of_ours_in_a_worker_is_told(
    after: int, sixty: Path, eager: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An error in a worker comes out of the build as it is, with nothing changed."""
    old, left, work = tree(sixty), [after], workers.read_batch

    def fail(*arguments: Any) -> bytes:
        left[0] -= 1
        if not left[0]:
            raise ZeroDivisionError
        return work(*arguments)

    monkeypatch.setattr(workers, "read_batch", fail)
    with ThreadPoolExecutor(2) as pool, pytest.raises(ZeroDivisionError):
        run(sixty, full=True, executor=pool)
    assert tree(sixty) == old


# Any executor.


class Serial(Executor):
    """The least that is an executor."""

    batches = 0

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Do the work now."""
        self.batches += 1
        future: Future[Any] = Future()
        future.set_result(fn(*args, **kwargs))
        return future


EXECUTORS: dict[str, Callable[[], Executor]] = {
    "serial": Serial,
    "threads": lambda: ThreadPoolExecutor(3),
    "spawned": lambda: ProcessPoolExecutor(2, mp_context=get_context("spawn")),
    "forked": lambda: ProcessPoolExecutor(2, mp_context=get_context("fork")),
}


@pytest.mark.parametrize("make", EXECUTORS.values(), ids=EXECUTORS)
def test_any_executor_gives_the_same_bytes(make: Callable[[], Executor], sixty: Path, eager: None) -> None:
    """Whoever does the work, threads or processes, the files and the report are the same; it is left open."""
    new = edit(sixty, random.Random(2))
    with make() as executor:
        report = run(sixty, full=True, executor=executor)
        assert tree(sixty) == new
        assert report.changes.write
        assert executor.submit(abs, -1).result() == 1
        write(sixty, 5, random.Random(6))
        add_named(sixty)
        run(sixty, executor=executor)
        assert tree(sixty) == clean(sixty)
    assert not isinstance(executor, Serial) or executor.batches > 15


def add_named(site: Path) -> None:
    """Add a feed to the configuration, so that every article finds its feeds anew."""
    file = site / "config" / "syndicate.yaml"
    file.write_text(file.read_text() + "feeds: {named: {few: {title: Few, where: {topic: [Topic 1]}}}}\n")


@pytest.mark.parametrize("jobs", [1, 2, 5])
def test_any_number_of_jobs_gives_the_same_bytes(jobs: int, sixty: Path, eager: None) -> None:
    """`jobs` decides who works, not what comes out."""
    new = edit(sixty, random.Random(jobs))
    run(sixty, full=True, jobs=jobs)
    assert tree(sixty) == new
