"""`make audit`: what it prints never claims more than pip-audit knew, and never fails a run."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PLAIN = {"name": "a", "version": "1", "vulns": []}
BAD = {"name": "b", "version": "2", "vulns": [{"id": "PYSEC-1", "fix_versions": ["3", "2.1"]}]}
SKIPPED = {"name": "c", "skip_reason": "not found"}


@pytest.mark.parametrize(
    ("found", "said"),
    [
        pytest.param([PLAIN], ["audit: clean; 0 of 1 packages are unknown to the service"], id="clean"),
        pytest.param(
            [PLAIN, SKIPPED], ["audit: clean; 1 of 2 packages are unknown to the service"], id="partly"
        ),
        pytest.param(
            [PLAIN, BAD],
            [
                "audit: found 1; 0 of 2 packages are unknown to the service",
                "  b 2: PYSEC-1, fixed in 3, 2.1",
            ],
            id="found",
        ),
        pytest.param(
            [SKIPPED],
            ["audit: unreachable: 1 of 1 packages are unknown to the service"],
            id="nothing-known",
        ),
        pytest.param(None, ["audit: unreachable: no route"], id="no-answer"),
    ],
)
def test_the_answer_is_what_it_is_worth(found: object, said: list[str], tmp_path: Path) -> None:
    """Clean, found and unreachable are told apart, whatever pip-audit's own exit code says."""
    program = tmp_path / "pip-audit"
    answer = "" if found is None else json.dumps({"dependencies": found})
    program.write_text(
        f"#!{sys.executable}\nimport sys\nanswer = {answer!r}\n"
        "if answer:\n    open(sys.argv[-1], 'w').write(answer)\n"
        "else:\n    sys.exit('Traceback\\nno route')\n"
    )
    program.chmod(0o755)
    command = [sys.executable, ".ci/audit.py", str(program)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == said


def test_a_program_that_is_absent_is_told(tmp_path: Path) -> None:
    """Without pip-audit nothing is claimed either."""
    command = [sys.executable, ".ci/audit.py", str(tmp_path / "none")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == f"audit: unreachable: {tmp_path}/none is not there\n"
