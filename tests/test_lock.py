from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from syndicate import lock as lock_module
from syndicate.errors import LockedError
from syndicate.lock import lock

COMMAND = str(Path(sys.executable).parent / "syndicate")
HOLD = (
    "import os, sys\n"
    "from syndicate.lock import lock\n"
    "with lock(sys.argv[1]):\n"
    "    child = os.fork() if 'fork' in sys.argv else None\n"
    "    if child != 0:\n"
    "        print(child or os.getpid(), flush=True)\n"
    "    sys.stdin.read()\n"
)
"""A program that holds a lock until its input ends, perhaps with a child that was forked meanwhile."""
WriteArticle = Callable[..., Path]


def holder(path: Path, *words: str) -> subprocess.Popen[str]:
    """Start a process that holds the lock at a path; it does when this returns."""
    command = [sys.executable, "-c", HOLD, str(path), *words]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    assert process.stdout.readline().strip().isdigit()
    return process


def command(site: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the real command in the folder of the site."""
    return subprocess.run([COMMAND, *arguments], cwd=site, capture_output=True, text=True, check=False)


class Clock:
    """A clock that runs while somebody sleeps, and only then; `at` says what happens at an instant."""

    def __init__(self, at: dict[float, Callable[[], None]] | None = None) -> None:
        self.now = 1000.0
        self.at = at or {}

    def monotonic(self) -> float:
        """Tell the time."""
        return self.now

    def sleep(self, seconds: float) -> None:
        """Let time pass, with what happens in it."""
        assert seconds > 0
        self.now += seconds
        for instant in [each for each in self.at if self.now >= 1000 + each]:
            self.at.pop(instant)()


def test_a_lock_is_free_again_after_use(tmp_path: Path) -> None:
    """Who comes later gets the lock; the folder is made when there is none; an error lets go too."""
    path = str(tmp_path / "deep" / "er" / "lock")
    for _ in range(2):
        with pytest.raises(ZeroDivisionError), lock(path):
            raise ZeroDivisionError
    with lock(path):
        assert os.path.exists(path)


def test_two_cannot_hold_it(tmp_path: Path) -> None:
    """The second is refused, also within one process, and told where the lock is and who holds it."""
    path = str(tmp_path / "lock")
    with lock(path):
        with pytest.raises(LockedError) as caught, lock(path):
            pass
        assert (caught.value.path, caught.value.holder) == (
            path,
            f"process {os.getpid()} on {os.uname().nodename}",
        )
    with lock(path):
        pass


@pytest.mark.parametrize("left", ["", "x" * 5000, "\xff\n", "process 1 on another-machine\n"])
def test_what_the_file_holds_does_not_matter(left: str, tmp_path: Path) -> None:
    """Whatever an earlier run left in the file, it neither locks nor is told as the holder."""
    path = tmp_path / "lock"
    path.write_bytes(left.encode("latin-1"))
    with lock(str(path)):
        assert path.read_text() == f"process {os.getpid()} on {os.uname().nodename}\n"


@pytest.mark.parametrize(("wait", "freed"), [(0, None), (0.5, None), (3, 10), (3, 2), (60, 59)])
def test_the_second_waits(
    wait: float, freed: float | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It waits for as long as it was told: the lock is had as soon as it is free, or refused then."""
    path = str(tmp_path / "lock")
    first = lock(path)
    first.__enter__()

    def free() -> None:
        first.__exit__(None, None, None)

    clock = Clock({freed: free} if freed is not None else {})
    monkeypatch.setattr(lock_module, "time", SimpleNamespace(monotonic=clock.monotonic, sleep=clock.sleep))
    if freed is not None and freed < wait:
        with lock(path, wait):
            assert freed <= clock.now - 1000 < freed + 0.2
    else:
        with pytest.raises(LockedError), lock(path, wait):
            pass
        assert wait <= clock.now - 1000 < wait + 0.2
        free()


def test_the_lock_goes_with_the_process(tmp_path: Path) -> None:
    """A process that is killed holds nothing any more."""
    path = tmp_path / "lock"
    with holder(path) as process:
        with pytest.raises(LockedError, match=f"process {process.pid} on "), lock(str(path)):
            pass
        process.kill()
        process.wait()
        with lock(str(path)):
            assert str(os.getpid()) in path.read_text()


def test_a_forked_worker_does_not_hold_the_lock(tmp_path: Path) -> None:
    """A worker that outlives a killed run, as those of a pool may, does not keep the next run out."""
    path = tmp_path / "lock"
    with holder(path, "fork") as process:
        # The child reads on until we are done; it lets go of the lock as soon as it runs.
        process.kill()
        process.wait()
        with lock(str(path), 30):
            assert str(os.getpid()) in path.read_text()


def test_a_second_run_names_the_holder(site: Path, write_article: WriteArticle) -> None:
    """Exit 3 with one line that names the process at work; nothing is written, and later it builds."""
    write_article("a.md")
    with holder(site / ".syndicate" / "lock") as process:
        done = command(site, "build")
        assert (done.returncode, done.stdout) == (3, "")
        (line,) = done.stderr.splitlines()
        assert f"process {process.pid} on " in line
        assert "--wait" in line
        assert not (site / "feeds").exists()
        process.kill()
    assert command(site, "build").returncode == 0


def test_a_second_run_may_wait(site: Path, write_article: WriteArticle) -> None:
    """With --wait a run begins when another ends; two that wait both succeed, one after the other."""
    write_article("a.md")
    with holder(site / ".syndicate" / "lock") as process:
        runs = [
            subprocess.Popen([COMMAND, "build", "-q", "--wait", "60"], cwd=site, stderr=subprocess.PIPE)
            for _ in range(2)
        ]
        assert process.stdin
        process.stdin.close()
        for run in runs:
            assert run.communicate(timeout=60) == (None, b"")
            assert run.returncode == 0
    assert (site / "feeds" / "all" / "rss.xml").exists()


@pytest.mark.parametrize("arguments", [("list",), ("show", "articles/a.md")], ids=" ".join)
def test_looking_needs_no_lock(arguments: tuple[str, ...], site: Path, write_article: WriteArticle) -> None:
    """While a build is at work, one may look."""
    write_article("a.md")
    with holder(site / ".syndicate" / "lock") as process:
        done = command(site, *arguments)
        process.kill()
    assert (done.returncode, done.stderr) == (0, "")


def test_another_output_is_another_lock(site: Path, write_article: WriteArticle) -> None:
    """Runs into different folders do not wait for each other."""
    write_article("a.md")
    with holder(site / ".syndicate" / "lock") as process:
        done = command(site, "build", "-q", "--output", "elsewhere/feeds")
        process.kill()
    assert (done.returncode, done.stderr) == (0, "")
    assert (site / "elsewhere" / "feeds" / "all" / "rss.xml").exists()
