"""Ask pip-audit for known vulnerabilities of what is locked, and say plainly what the answer is worth.

pip-audit ends with 0 and "No known vulnerabilities found" also where its service knew none of the packages,
as behind a mirror that has files and no advisories. Here that is no all-clear. It is advice in every case: a
vulnerability found today is no fault of the change that is tested, so the exit code is always 0.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

LOCKS = ("test", "readers", "hub-test")
COMMAND = ("--disable-pip", "--progress-spinner", "off", "--timeout", "15", "--format", "json")


def ask(program: str, folder: Path) -> list[dict[str, Any]] | str:
    """What pip-audit says of each locked package, or why it says nothing."""
    output = folder / "found.json"
    locks = [part for name in LOCKS for part in ("--requirement", f"requirements/{name}.txt")]
    command = [program, *locks, *COMMAND, "--output", str(output)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return f"{program} is not there"
    if not output.exists():
        return done.stderr.strip().rpartition("\n")[2]
    found: list[dict[str, Any]] = json.loads(output.read_bytes())["dependencies"]
    return found


def verdict(found: list[dict[str, Any]] | str) -> str:
    """The lines to print: first of all whether it is clean, found or unreachable."""
    if isinstance(found, str):
        return f"audit: unreachable: {found}"
    known = [each for each in found if "skip_reason" not in each]
    lines = [
        f"  {each['name']} {each['version']}: {flaw['id']}, fixed in {', '.join(flaw['fix_versions']) or '-'}"
        for each in known
        for flaw in each["vulns"]
    ]
    unknown = f"{len(found) - len(known)} of {len(found)} packages are unknown to the service"
    if not known:
        return f"audit: unreachable: {unknown}"
    if lines:
        return "\n".join([f"audit: found {len(lines)}; {unknown}", *lines])
    return f"audit: clean; {unknown}"


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        print(verdict(ask(sys.argv[1], Path(folder))))
