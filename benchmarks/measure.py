"""Time a command, and take the peak memory of its largest process.

The command is started by launch.py in a small interpreter of its own: started
from here it could not report less memory than the benchmark itself uses.
"""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

LAUNCH = Path(__file__).resolve().parent / "launch.py"
STDERR_TAIL = 2000


class CommandFailed(RuntimeError):
    """A measured command ended with a status other than 0."""


@dataclass(frozen=True)
class Run:
    """What one run of a command took."""

    seconds: float
    cpu_seconds: float
    peak_bytes: int


def measure(command: Sequence[str], scratch: Path, env: Mapping[str, str]) -> Run:
    """Run a command and say what it took; `scratch` is a folder for the report.

    The disk is synchronised first, so that a run does not pay for what the one
    before it wrote.
    """
    report = scratch / "measure.txt"
    report.unlink(missing_ok=True)
    os.sync()
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(LAUNCH), str(report), *command],
        env={**os.environ, **env},
        stderr=subprocess.PIPE,
        check=False,
    )
    errors = done.stderr.decode(errors="replace")[-STDERR_TAIL:]
    if done.returncode:
        raise CommandFailed(f"cannot start {shlex.join(command)}\n{errors}")
    status, seconds, cpu, peak = report.read_text(encoding="ascii").split()
    if int(status):
        raise CommandFailed(f"status {status} from {shlex.join(command)}\n{errors}")
    return Run(float(seconds), float(cpu), int(peak))
