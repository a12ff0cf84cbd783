"""Faults by the system itself: a full disk, permissions, limits, signals, other file systems, clocks."""

from __future__ import annotations

import ctypes
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from conftest import PATIENCE, article_text, until
from faulty import NOW, Turning, command, one_line, run, tree

from syndicate import build, load_settings

HERE = str(Path(__file__).parent)
CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH, PR_CAPBSET_DROP = 1, 2, 24


@pytest.fixture
def turning(site: Path) -> Turning:
    """A site in its first state, built."""
    return Turning(site)


def program(
    code: str, site: Path, *prefix: str, arguments: Sequence[str] = (), **options: Any
) -> subprocess.CompletedProcess[str]:
    """Run some Python that knows these helpers, in a process of its own; `site` is its first argument."""
    command = [*prefix, sys.executable, "-c", code, str(site), *arguments]
    environment = {**os.environ, "PYTHONPATH": HERE}
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, **options)


# A disk that is full.

FULL = """
import json, subprocess, sys
from pathlib import Path
from faulty import command, no_waits, run, tree

site = Path(sys.argv[1])
disk = site / "disk"
mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", disk], capture_output=True)
if mounted.returncode:
    print(json.dumps(None))
    sys.exit()
first = (site / "articles" / "0.md").read_text()
with no_waits():
    run(site)
    told = []
    for free in (0, 4, 16, 48, 100):
        before = {path.name: path.read_bytes() for path in (disk / "feeds" / "all").iterdir()}
        (site / "articles" / "0.md").write_text(first.replace("Title 0", f"Title {free}"))
        with (disk / "filler").open("wb", buffering=0) as filler:
            try:
                while filler.write(bytes(4096)):
                    pass
            except OSError:
                pass
            filler.truncate(max(0, filler.tell() - free * 1024))
        result = command(site)
        after = {path.name: path.read_bytes() for path in (disk / "feeds" / "all").iterdir()}
        (disk / "filler").unlink()
        aside = list(disk.rglob("*.broken"))
        report = run(site)
        new = {path.name: path.read_bytes() for path in (disk / "feeds" / "all").iterdir()}
        whole = all(body in (before.get(name), new.get(name)) for name, body in after.items())
        told.append([free, result.exit_code, result.stderr, whole, bool(aside), report.ok, report.warnings])
    again = run(site)
    print(json.dumps([told, again.changes.write]))
"""


@pytest.mark.processes
def test_a_disk_that_is_full(site: Path) -> None:
    """A small tmpfs, full or nearly, that holds output and index: every file whole, one line, then well."""
    if shutil.which("unshare") is None:
        pytest.skip("unshare is not installed")
    for number in range(8):
        text = article_text("word " * 900, title=f"Title {number}", topics=f"[Always, {number}]")
        (site / "articles" / f"{number}.md").write_text(text)
    (site / "disk").mkdir()
    with (site / "config" / "syndicate.yaml").open("a") as stream:
        stream.write("output: ../disk/feeds\n")
    done = program(FULL, site, "unshare", "--map-root-user", "--mount")
    if "unshare" in done.stderr or done.stdout == "null\n":
        pytest.skip("no tmpfs may be mounted here, not even in a namespace of one's own")
    assert done.returncode == 0, done.stderr
    told, again = json.loads(done.stdout)
    assert again == []
    refused = 0
    for free, code, error, whole, aside, ok, warnings in told:
        assert (whole, aside, ok, warnings) == (True, False, True, []), free
        if code:
            assert (code, error.count("\n"), error.startswith("error: ")) == (2, 1, True), error
            assert "no space left on device" in error or "database or disk is full" in error, error
            refused += 1
    assert refused > 1


# Permissions.


def unprivileged() -> None:
    """Let what is executed next obey permissions even as root."""
    if os.geteuid() == 0:
        libc = ctypes.CDLL(None)
        for capability in (CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH):
            assert libc.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) == 0


DENIED = """
import json, os, sys
from pathlib import Path
from faulty import command, no_waits

site = Path(sys.argv[1])
told = {}
with no_waits():
    for name, mode in json.loads(sys.argv[2]):
        place = site / name
        before = place.stat().st_mode & 0o777
        place.chmod(mode)
        result = command(site)
        place.chmod(before)
        told[f"{name} {mode:o}"] = [result.exit_code, result.stderr, result.stdout]
print(json.dumps(told))
"""


@pytest.mark.processes
def test_permissions_that_are_missing(turning: Turning) -> None:
    """Whatever may not be read or written: nothing is changed, one line names it, and then all is well."""
    site = turning.site
    cases = {
        ("feeds", 0o555): "feeds/.syndicate-new: cannot be written: permission denied",
        ("feeds", 0o000): "feeds: cannot be written: permission denied",
        (".syndicate", 0o555): "index.db: no index can be kept there: attempt to write a readonly database",
        (".syndicate/index.db", 0o444): "index.db: no index can be kept there: permission denied",
        (".syndicate/index.db", 0o000): "index.db: no index can be kept there: permission denied",
        (".syndicate/lock", 0o000): ".syndicate/lock: cannot be written: permission denied",
        ("articles", 0o000): "articles: sources[0].path: found permission denied, expected a folder",
        ("articles", 0o444): "sources[0].path: found permission denied, expected a folder",
        ("articles/deep", 0o000): "articles/deep: sources[0].path: found permission denied, expected a",
    }
    turning.turn()
    done = program(DENIED, site, arguments=[json.dumps(list(cases))], preexec_fn=unprivileged)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    for (name, mode), expected in cases.items():
        code, error, out = told[f"{name} {mode:o}"]
        assert (code, out, error.count("\n")) == (2, "", 1), (name, error)
        assert expected in error, (name, error)
    assert tree(site) == turning.old
    turning.check_mended()


LOST = """
import json, sys
from pathlib import Path
from faulty import Fault, Turning, no_waits, some

def folders():
    return [output, *(each for each in output.rglob("*") if each.is_dir())]

def lose(_):
    for each in folders():
        each.chmod(0o555)

site = Path(sys.argv[1])
output = site / "feeds"
told = []
with no_waits():
    turning = Turning(site)
    turning.turn()
    with Fault(output, 0, str) as fault:
        turning.run()
    for step in some(fault.steps):
        turning.turn()
        with Fault(output, step, lose):
            result = turning.command()
        for each in folders():
            each.chmod(0o755)
        turning.check_whole()
        turning.check_mended()
        told.append([result.exit_code, result.stderr])
print(json.dumps(told))
"""


@pytest.mark.processes
def test_permissions_that_are_lost_midway(site: Path) -> None:
    """The output may not be written any more from one step on: every file is whole, and one line says why."""
    done = program(LOST, site, preexec_fn=unprivileged)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    for code, error in told:
        assert code == 0 or (code, error.count("\n"), "denied" in error) == (2, 1, True), error
    assert any(code for code, _ in told)


# Limits.


@pytest.mark.processes
def test_too_few_open_files(turning: Turning) -> None:
    """With only so many files open at once a run succeeds, or ends with one line and nothing changed."""
    code = """
import json, os, resource, sys
from pathlib import Path
from faulty import command, no_waits

site = Path(sys.argv[1])
hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
told = []
with no_waits():
    assert command(site, "--full", "--dry-run").exit_code == 0  # All that is imported is imported now.
    for spare in range(8):
        open_files = len(os.listdir("/proc/self/fd")) - 1
        resource.setrlimit(resource.RLIMIT_NOFILE, (open_files + spare, hard))
        result = command(site)
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        told.append([result.exit_code, result.stderr])
print(json.dumps(told))
"""
    turning.turn()
    done = program(code, turning.site)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    for exit_code, error in told:
        assert exit_code == 0 or (exit_code, error.count("\n")) == (2, 1), error
        assert not exit_code or "too many open files" in error or "unable to open database" in error
    assert told[0][0] == 2
    assert told[-1][0] == 0
    assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] > 20
    turning.check_mended()


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="/dev/full is not there")
@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_report_or_a_terminal_that_is_full(unbuffered: str, turning: Turning) -> None:
    """What cannot be printed, or reported, is one line and exit 2; the feeds are published."""
    turning.turn()
    line = one_line(command(turning.site, "--report", "/dev/full"))
    assert line == "error: /dev/full: cannot be written: no space left on device"
    assert tree(turning.site) == turning.new
    turning.turn()
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [str(Path(sys.executable).parent / "syndicate"), "build", "--now", "2024-06-01"],
            cwd=turning.site,
            env={**os.environ, "PYTHONUNBUFFERED": unbuffered},
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert (done.returncode, done.stderr) == (2, "error: no space left on device\n")
    turning.check_mended()


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="/dev/full is not there")
@pytest.mark.parametrize(
    "arguments", [["--version"], ["--help"], ["build", "--help"], ["list"]], ids=" ".join
)
def test_what_cannot_be_printed(arguments: list[str], turning: Turning) -> None:
    """Where nothing can be printed, one line says so, whatever was asked."""
    program = str(Path(sys.executable).parent / "syndicate")
    surroundings = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [program, *arguments],
            cwd=turning.site,
            env=surroundings,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert (done.returncode, done.stderr) == (2, "error: no space left on device\n")


# Other file systems.


def test_an_output_on_another_file_system(site: Path) -> None:
    """Sources and index on one file system, the output on another: nothing is renamed between them."""
    places = [Path(each) for each in ("/dev/shm", "/var/tmp", "/tmp", HERE)]
    there = [each for each in places if each.exists() and os.access(each, os.W_OK)]
    other = next((each for each in there if each.stat().st_dev != site.stat().st_dev), None)
    if other is None:
        pytest.skip("all folders that may be written are on one file system")
    elsewhere = Path(tempfile.mkdtemp(prefix="syndicate-", dir=other))
    try:
        (site / "feeds").symlink_to(elsewhere)
        turning = Turning(site)
        turning.turn()
        turning.check_mended()
        assert (elsewhere / "all" / "rss.xml").exists()
        assert (site / "feeds").is_symlink()
    finally:
        shutil.rmtree(elsewhere)


def test_an_output_that_is_a_link(site: Path) -> None:
    """A link to a folder is followed, and stays; a link to nowhere is an error and stays as well."""
    (site / "feeds").symlink_to(site / "real")
    (site / "articles" / "a.md").write_text(article_text())
    assert "feeds" in one_line(command(site))
    assert (site / "feeds").is_symlink()
    assert not (site / "real").exists()
    (site / "real").mkdir()
    assert command(site).exit_code == 0
    assert (site / "feeds").is_symlink()
    assert (site / "real" / "all" / "rss.xml").exists()


# Signals.

AT_STEP = """
import json, os, signal, sys
from pathlib import Path
from faulty import Fault, Turning, no_waits, some

told = []
with no_waits():
    turning = Turning(Path(sys.argv[1]))
    turning.turn()
    with Fault(turning.site, 0, str) as fault:
        turning.run()
    # The last steps note how the run ended, whatever comes then.
    for step in some(fault.steps - 4):
        turning.turn()
        with Fault(turning.site, step, lambda _: os.kill(os.getpid(), signal.SIGTERM)):
            result = turning.command()
        assert not (turning.site / "feeds" / ".syndicate-new").exists()
        turning.check_whole()
        turning.check_mended()
        told.append([result.exit_code, result.output])
print(json.dumps(told))
"""


@pytest.mark.processes
def test_sigterm_ends_a_run_in_order(site: Path) -> None:
    """At any step: exit 143, one word, no traceback, every file whole, and no staging folder is left."""
    done = program(AT_STEP, site)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert len(told) > 4
    assert told == [[143, "terminated\n"]] * len(told)


BY_WORKER = """
import os, signal, sys
from pathlib import Path
from faulty import no_waits
from syndicate import refresh, workers
from syndicate.cli import main

site, parent, read = Path(sys.argv[1]), os.getpid(), workers.read_file
refresh._MANY_FILES = 0

def read_file(file):
    if os.getpid() != parent:
        try:
            (site / "killed").touch(exist_ok=False)
            {kill}
        except FileExistsError:
            pass  # Once is enough.
    return read(file)

workers.read_file = read_file
sys.argv[1:] = ["build", "-q", "--config", f"{site}/config/syndicate.yaml", "--jobs", "2", "--full"]
with no_waits():
    main()
"""
KILLS = {
    "the parent alone": "os.kill(parent, signal.SIGTERM)",
    "all processes": "os.killpg(0, signal.SIGTERM)",
}


@pytest.mark.processes
@pytest.mark.parametrize("kill", KILLS.values(), ids=KILLS)
def test_sigterm_ends_the_workers_as_well(kill: str, turning: Turning) -> None:
    """Sent to a run with a pool, as systemd does it or to one process: exit 143, and no process is left."""
    process = subprocess.Popen(
        [sys.executable, "-c", BY_WORKER.replace("{kill}", kill), str(turning.site)],
        env={**os.environ, "PYTHONPATH": HERE},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        process_group=0,
    )
    out, error = process.communicate(timeout=PATIENCE)
    assert (process.returncode, out, error) == (143, "", "terminated\n")
    assert until(lambda: not group_exists(process.pid))
    assert tree(turning.site) == turning.new
    turning.check_mended()


@pytest.mark.processes
@pytest.mark.parametrize("arguments", [("watch",), ("serve", "--port", "0")], ids=" ".join)
def test_sigterm_is_how_a_service_ends(arguments: tuple[str, ...], turning: Turning) -> None:
    """`watch` and `serve` end with 0 when they are told to, as systemd wants it of a service."""
    command = str(Path(sys.executable).parent / "syndicate")
    process = subprocess.Popen(
        [command, *arguments], cwd=turning.site, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout
        assert process.stdout.readline()
        process.send_signal(signal.SIGTERM)
        out, error = process.communicate(timeout=PATIENCE)
    finally:
        process.kill()
    assert (process.returncode, error) == (0, ""), out


def group_exists(group: int) -> bool:
    """Whether a group of processes has any left."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


# Clocks.


def test_a_clock_that_is_set_back(site: Path) -> None:
    """A day back, what became due since is not due; forth again it is: as a clean build has it."""
    for number in range(6):
        published = (NOW - timedelta(hours=10 * number)).isoformat()
        text = article_text(title=f"Title {number}", publishedDateTime=f"'{published}'")
        (site / "articles" / f"{number}.md").write_text(text)
    settings = load_settings(site / "config" / "syndicate.yaml")
    run(site)
    today = tree(site)
    for hours, count in ((24, 3), (-24, 6), (0, 6), (36, 2), (0, 6)):
        report = build(settings, now=NOW - timedelta(hours=hours), jobs=1)
        assert (report.published, report.not_due) == (count, 6 - count)
        found = tree(site)
        shutil.rmtree(site / ".syndicate")
        assert build(settings, now=NOW - timedelta(hours=hours), jobs=1).changes.write == ()
        assert tree(site) == found
    assert tree(site) == today


def test_a_file_of_the_future_is_read_until_its_time_comes(site: Path) -> None:
    """After the clock was set back, files are younger than now: an edit of such a file is seen, too."""
    file = site / "articles" / "a.md"
    future = time.time_ns() + 86_400 * 10**9
    for title in ("One", "Two", "Six"):
        file.write_text(article_text(title=title))
        os.utime(file, ns=(future, future))
        report = run(site)
        assert (report.files_read, report.articles_changed) == (1, 1)
        assert f"<title>{title}</title>".encode() in tree(site)["all/rss.xml"]
    assert (run(site).files_read, run(site).articles_changed) == (1, 0)
