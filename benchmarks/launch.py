"""Run one command and report its time and memory: the small half of measure.py.

    python launch.py REPORT COMMAND [ARGUMENT ...]

REPORT gets the command's status, its seconds, its seconds of processor time, and
its peak memory in bytes. The times include every process that the command waited
for; the memory is that of the largest one among them. A process never reports
less memory than the one that started it was using, so this one imports as little
as it can.
"""

import os
import resource
import sys
import time

RSS_UNIT = 1 if sys.platform == "darwin" else 1024


def main() -> None:
    """Run the command line."""
    report, *command = sys.argv[1:]
    quiet = [(os.POSIX_SPAWN_OPEN, fd, os.devnull, os.O_RDWR, 0) for fd in (0, 1)]
    start = time.perf_counter()
    pid = os.posix_spawnp(command[0], command, os.environ, file_actions=quiet)
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    seconds = time.perf_counter() - start
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu, peak = usage.ru_utime + usage.ru_stime, usage.ru_maxrss * RSS_UNIT
    with open(report, "w", encoding="ascii") as file:
        file.write(f"{status} {seconds!r} {cpu!r} {peak}")


if __name__ == "__main__":
    main()
