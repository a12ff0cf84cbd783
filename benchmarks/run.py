"""Benchmark `syndicate` against what else a publisher could have used.

    python benchmarks/run.py --prepare          (once: installs the peers)
    python benchmarks/run.py --articles 20000 --heavy 5000

Whole processes are timed, one contestant after the other, round by round. A
cold run writes into a fresh folder (for `syndicate` also with a fresh index).
`unchanged` runs `syndicate` again with nothing changed, `one` after the title
of the newest article changed; the peers have no such mode, so there the ratio
is to their cold run of the same round. A ratio below 1 means faster.

Creating thousands of small files can take longer than everything else, and how
long depends on the file system and on what was deleted shortly before. With
--work on a file system in memory, such as /dev/shm, that is left out for all.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import platform
import shlex
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from statistics import median

import corpus
from contestants import OURS, PEER_NAMES, Contestant, find, prepare
from measure import CommandFailed, Run, measure

MODES = ("cold", "unchanged", "one")
Key = tuple[str, str]


@dataclass
class Case:
    """One corpus and every run over it, by contestant and mode."""

    title: str
    folder: Path
    runs: dict[Key, list[Run]] = field(default_factory=dict)

    def add(self, name: str, mode: str, run: Run) -> None:
        """Keep one run."""
        self.runs.setdefault((name, mode), []).append(run)

    def ratio(self, mode: str, peer: str) -> float:
        """The median over the rounds of our time divided by the peer's."""
        pairs = zip(self.runs[OURS, mode], self.runs[peer, "cold"], strict=True)
        return median(ours.seconds / theirs.seconds for ours, theirs in pairs)


def make_case(cache: Path, articles: int, heavy: bool) -> Case:
    """The corpus of a case, generated once and kept under its generator's hash."""
    kind = "heavy" if heavy else "light"
    source = Path(corpus.__file__).read_bytes()
    digest = hashlib.sha256(source).hexdigest()[:8]
    folder = cache / "corpora" / f"{kind}-{articles}-{digest}"
    if not (folder / "config" / "syndicate.yaml").exists():
        shutil.rmtree(folder, ignore_errors=True)
        corpus.generate(folder, articles, heavy=heavy)
    return Case(f"{articles:,} articles, {kind}", folder)


def newest_published(folder: Path) -> Path:
    """The newest article that is published; file names sort by date."""
    for path in sorted((folder / "articles").iterdir(), reverse=True):
        if b"\npublished: true\n" in path.read_bytes():
            return path
    raise CommandFailed("the corpus has no published article")


@contextmanager
def retitled(path: Path, marker: str) -> Iterator[None]:
    """Put a marker before an article's title, and restore the file afterwards."""
    before, stat = path.read_bytes(), path.stat()
    start = b'title: "'
    path.write_bytes(before.replace(start, start + marker.encode() + b" ", 1))
    try:
        yield
    finally:
        path.write_bytes(before)
        os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))


def holds(out: Path, text: str) -> bool:
    """Whether a file of an output folder contains a text."""
    files = (path for path in out.rglob("*") if path.is_file())
    return any(text.encode() in path.read_bytes() for path in files)


def run_once(case: Case, contestant: Contestant, mode: str, folder: Path) -> None:
    """Measure one run in one mode; `folder` holds the output from before."""
    out = folder / "feeds"
    command = contestant.command(case.folder, out)
    if mode != "one":
        case.add(contestant.name, mode, measure(command, folder, contestant.env))
        if not any(out.rglob("*.xml")):
            raise CommandFailed(f"{contestant.name} wrote no feeds")
        return
    marker = f"Changed{len(case.runs.get((contestant.name, mode), []))}"
    with retitled(newest_published(case.folder), marker):
        case.add(contestant.name, mode, measure(command, folder, contestant.env))
    if not holds(out, marker):
        raise CommandFailed(f"{contestant.name} did not take up a changed title")


def run_round(case: Case, found: Sequence[Contestant], modes: Sequence[str], work: Path) -> None:
    """One round: every contestant once, ours in every wanted mode."""
    for contestant in found:
        folder = work / contestant.name
        folder.mkdir(parents=True)
        run_once(case, contestant, "cold", folder)
        if contestant.name == OURS:
            for mode in modes:
                if mode != "cold":
                    run_once(case, contestant, mode, folder)


def run_case(
    case: Case,
    found: Sequence[Contestant],
    modes: Sequence[str],
    rounds: int,
    work: Path,
) -> None:
    """Every round of a case.

    What the rounds wrote is deleted at the end only: some file systems (ext4)
    create files several times slower for a minute after many were deleted.
    """
    with tempfile.TemporaryDirectory(prefix="run-", dir=work) as folder:
        for number in range(rounds):
            run_round(case, found, modes, Path(folder) / str(number))


def describe(case: Case, modes: Sequence[str]) -> list[str]:
    """The table of one case."""
    peers = [name for name, _ in case.runs if name != OURS]
    ours = any(name == OURS for name, _ in case.runs)
    heads = "".join(f"{'÷ ' + peer:>9}" for peer in peers) if ours else ""
    lines = [
        case.title,
        f"  {'run':<22}{'median s':>9}{'min–max':>16}{'CPU s':>8}{'peak MB':>9}{heads}",
    ]
    for (name, mode), runs in case.runs.items():
        if name == OURS and mode not in modes:
            continue
        times = [run.seconds for run in runs]
        spread = f"{min(times):.2f}–{max(times):.2f}"
        peak = max(run.peak_bytes for run in runs) / 1e6
        cpu = median(run.cpu_seconds for run in runs)
        line = f"  {name + ' ' + mode:<22}{median(times):>9.2f}{spread:>16}"
        line += f"{cpu:>8.2f}{peak:>9.0f}"
        if name == OURS:
            line += "".join(f"{case.ratio(mode, peer):>9.3f}" for peer in peers)
        lines.append(line)
    return lines


def cpu_model() -> str:
    """The processor's name, as far as the system tells."""
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return platform.processor() or platform.machine()
    names = (line.partition(":")[2] for line in text.splitlines() if "model name" in line)
    return next(names, platform.machine()).strip()


def system(found: Sequence[Contestant]) -> list[str]:
    """The command line, the machine and every version, one a line."""
    versions = [version for contestant in found for version in contestant.versions]
    return [
        shlex.join(sys.orig_argv),
        f"{os.cpu_count()} × {cpu_model()}, {platform.platform()}",
        ", ".join([f"Python {platform.python_version()}", *versions]),
    ]


def save(path: Path, head: Sequence[str], cases: Sequence[Case]) -> None:
    """Write everything that was measured as JSON."""
    measured = [
        {
            "title": case.title,
            "runs": [
                {
                    "contestant": name,
                    "mode": mode,
                    "runs": [asdict(run) for run in runs],
                }
                for (name, mode), runs in case.runs.items()
            ],
        }
        for case in cases
    ]
    text = json.dumps({"system": list(head), "cases": measured}, indent=2)
    path.write_text(text + "\n", encoding="utf-8")


def names(allowed: Sequence[str], text: str) -> list[str]:
    """A comma-separated list of allowed names, for argparse."""
    found = [name for name in text.split(",") if name]
    for name in found:
        if name not in allowed:
            raise argparse.ArgumentTypeError(f"{name} is not one of {allowed}")
    return found


def parse(argv: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description="Benchmark syndicate and its peers.")
    add = parser.add_argument
    add("--articles", type=int, default=20000, metavar="N", help="0 for none")
    add("--heavy", type=int, default=0, metavar="N", help="also N heavy articles")
    add("--runs", type=int, default=5, metavar="N", help="rounds (default 5)")
    add("--peers", type=partial(names, PEER_NAMES), default=list(PEER_NAMES))
    add("--syndicate", metavar="COMMAND", help="default: beside this interpreter")
    add("--only", type=partial(names, MODES), default=list(MODES))
    add("--json", type=Path, metavar="FILE", help="also write every run as JSON")
    add("--cache", type=Path, default=Path(".benchmarks"), metavar="FOLDER")
    add("--work", type=Path, metavar="FOLDER", help="where the feeds are written")
    add("--prepare", action="store_true", help="install the peers and stop")
    args = parser.parse_args(argv)
    if args.runs < 1 or args.articles < 0 or args.heavy < 0:
        parser.error("--runs must be positive, --articles and --heavy not negative")
    return args


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line."""
    args = parse(argv)
    cache = args.cache.resolve()
    if args.prepare:
        prepare(cache)
        return 0
    found, skipped = find(cache, args.syndicate, args.peers)
    head = system(found)
    print("\n".join([*head, *skipped]), flush=True)
    sizes = [(args.articles, False), (args.heavy, True)]
    work = (args.work or cache / "work").resolve()
    work.mkdir(parents=True, exist_ok=True)
    cases = [make_case(cache, articles, heavy) for articles, heavy in sizes if articles]
    for case in cases:
        run_case(case, found, args.only, args.runs, work)
        print("\n".join(["", *describe(case, args.only)]), flush=True)
    if args.json:
        save(args.json, head, cases)
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except CommandFailed as failure:
        sys.exit(str(failure))
