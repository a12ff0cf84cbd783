"""Replay a repository's history: build after each commit, compare with clean builds.

    python benchmarks/replay.py REPO PATH [--every K] [--commits MAX]

PATH is the folder of articles inside REPO. Its commits are taken oldest first
along the first parents. Only the files that a commit changed are written to a
scratch folder, so all others keep their times, and `syndicate` builds there with
an index and an output folder that stay. After every K commits, and after the
last, a build from nothing must give the same files byte for byte. Both get the
commit's own date as --now. Exits with 1 if they ever differ, and with 2 if
nothing could be built.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from contestants import Missing, syndicate
from corpus import CONFIG

REGULAR = "100"
SHOWN = 10


@dataclass(frozen=True)
class Change:
    """One file that differs between two commits; no blob means it is gone."""

    path: PurePosixPath
    blob: str | None


class Repository:
    """What is needed of a git repository, read-only."""

    def __init__(self, folder: Path, path: str) -> None:
        self.folder = folder
        self.path = PurePosixPath(path)
        self.spec = f":(top,literal){self.path}" if self.path.parts else ":(top)"
        self.empty = self.git("hash-object", "-t", "tree", "--stdin").strip()
        self.blobs = subprocess.Popen(
            ["git", "-C", str(folder), "cat-file", "--batch"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )

    def git(self, *arguments: str) -> str:
        """What a git command prints."""
        done = subprocess.run(
            ["git", "-C", str(self.folder), *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            check=True,
        )
        return os.fsdecode(done.stdout)

    def commits(self, most: int | None) -> list[tuple[str, datetime]]:
        """The commits that touch the path, oldest first, with their dates."""
        limit = [] if most is None else [f"--max-count={most}"]
        text = self.git(
            *("rev-list", "--first-parent", "--timestamp", *limit),
            *("HEAD", "--", self.spec),
        )
        pairs = [line.split() for line in reversed(text.splitlines())]
        return [(name, datetime.fromtimestamp(int(at), UTC)) for at, name in pairs]

    def changes(self, before: str, after: str) -> list[Change]:
        """The regular files that differ between two commits, below the path."""
        text = self.git(
            *("diff-tree", "-r", "-z", "--raw", "--no-renames", "--no-abbrev"),
            *(before, after, "--", self.spec),
        )
        fields = text.split("\0")[:-1]
        found = []
        for header, name in zip(fields[::2], fields[1::2], strict=True):
            _, mode, _, blob, _ = header.split(" ")
            path = PurePosixPath(name).relative_to(self.path)
            if ".." not in path.parts:
                found.append(Change(path, blob if mode.startswith(REGULAR) else None))
        return found

    def read(self, blob: str) -> bytes:
        """A blob's bytes."""
        if self.blobs.stdin is None or self.blobs.stdout is None:
            raise OSError("git cat-file has no pipes")
        self.blobs.stdin.write(blob.encode() + b"\n")
        self.blobs.stdin.flush()
        size = int(self.blobs.stdout.readline().split()[2])
        data = self.blobs.stdout.read(size)
        self.blobs.stdout.read(1)
        return data

    def close(self) -> None:
        """End the process that reads the blobs."""
        self.blobs.communicate()


@dataclass(frozen=True)
class File:
    """One file of an output folder: what the system says of it, and its digest."""

    stamp: tuple[int, int, int]
    size: int
    digest: bytes


Tree = dict[str, File]


def scan(folder: Path, known: Tree) -> Tree:
    """Every file of a folder; one whose stamp did not change is not read again."""
    tree: Tree = {}
    for path in sorted(folder.rglob("*")):
        if not path.is_file():
            continue
        name, stat = str(path.relative_to(folder)), path.stat()
        stamp = (stat.st_ino, stat.st_mtime_ns, stat.st_ctime_ns)
        old = known.get(name)
        if old is None or old.stamp != stamp or old.size != stat.st_size:
            digest = hashlib.sha256(path.read_bytes()).digest()
            tree[name] = File(stamp, stat.st_size, digest)
        else:
            tree[name] = old
    return tree


@dataclass
class Totals:
    """What a replay counted."""

    commits: int = 0
    articles: int = 0
    runs: int = 0
    failed: int = 0
    seconds: float = 0.0
    created: int = 0
    updated: int = 0
    deleted: int = 0
    untouched: int = 0
    rewritten: int = 0
    bytes_written: int = 0
    comparisons: int = 0
    mismatches: list[str] = field(default_factory=list)

    def add(self, before: Tree, after: Tree) -> None:
        """Count what one build did to the output folder."""
        self.deleted += len(before.keys() - after.keys())
        for name, file in after.items():
            old = before.get(name)
            if old is not None and old.digest == file.digest:
                self.untouched += old is file
                self.rewritten += old is not file
                continue
            self.created += old is None
            self.updated += old is not None
            self.bytes_written += file.size

    def lines(self) -> list[str]:
        """The report."""
        written = self.created + self.updated
        rows = {
            "commits": f"{self.commits:,}",
            "articles changed": f"{self.articles:,}",
            "incremental runs": f"{self.runs:,} in {self.seconds:.1f} s",
            "failed runs": f"{self.failed:,}",
            "files written": f"{written:,} ({self.created:,} of them new)",
            "files deleted": f"{self.deleted:,}",
            "files left alone": f"{self.untouched:,}",
            "rewritten the same": f"{self.rewritten:,}",
            "bytes written": f"{self.bytes_written:,}",
            "clean builds": f"{self.comparisons:,}",
            "mismatches": f"{len(self.mismatches):,}",
        }
        return [f"{head:<20}{text}" for head, text in rows.items()]


class Replay:
    """A replay in a scratch folder."""

    def __init__(self, scratch: Path, command: str | None) -> None:
        self.scratch = scratch
        self.syndicate = syndicate(command)
        self.articles = scratch / "articles"
        self.articles.mkdir()
        config = scratch / "config" / "syndicate.yaml"
        config.parent.mkdir()
        config.write_text(CONFIG, encoding="utf-8")
        self.totals = Totals()
        self.tree: Tree = {}

    def apply(self, repository: Repository, changes: Sequence[Change]) -> None:
        """Write and delete the files that one commit changed, deletions first."""
        self.totals.articles += len(changes)
        for change in sorted(changes, key=lambda change: change.blob is not None):
            path = self.articles / change.path
            if change.blob is None:
                self.remove(path)
            else:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(repository.read(change.blob))

    def remove(self, path: Path) -> None:
        """Delete a file and the folders that this leaves empty."""
        path.unlink(missing_ok=True)
        for folder in path.relative_to(self.articles).parents:
            full = self.articles / folder
            if full == self.articles or not full.is_dir() or any(full.iterdir()):
                return
            full.rmdir()

    def build(self, folder: str, now: datetime) -> tuple[int, str]:
        """Run `syndicate`; its index lies beside its output, below `folder`."""
        out = self.scratch / folder / "feeds"
        out.parent.mkdir(exist_ok=True)
        stamp = now.strftime("%Y-%m-%dT%H:%M:%SZ")
        command = [*self.syndicate.command(self.scratch, out), "--now", stamp]
        done = subprocess.run(command, capture_output=True, check=False)
        return done.returncode, done.stderr.decode(errors="replace")

    def step(self, now: datetime) -> int:
        """Build incrementally and count what that did; return its status."""
        start = time.perf_counter()
        status, errors = self.build("live", now)
        self.totals.seconds += time.perf_counter() - start
        self.totals.runs += 1
        if status:
            self.totals.failed += 1
            if self.totals.failed == 1:
                print(f"status {status} at {now}:\n{errors}", file=sys.stderr)
        after = scan(self.scratch / "live" / "feeds", self.tree)
        self.totals.add(self.tree, after)
        self.tree = after
        return status

    def compare(self, commit: str, now: datetime, status: int) -> None:
        """Build from nothing and compare every byte."""
        shutil.rmtree(self.scratch / "clean", ignore_errors=True)
        other, _ = self.build("clean", now)
        clean = scan(self.scratch / "clean" / "feeds", {})
        found = differences(self.tree, clean)
        if status != other:
            found.append(f"status {status}, but {other} from a clean build")
        self.totals.comparisons += 1
        self.totals.mismatches += [f"{commit[:12]} {line}" for line in found]


def differences(live: Tree, clean: Tree) -> list[str]:
    """How an incremental output differs from a clean one, one line a file."""
    lines = []
    for name in sorted(live.keys() | clean.keys()):
        if name not in clean:
            lines.append(f"{name}: should not be there")
        elif name not in live:
            lines.append(f"{name}: is missing")
        elif live[name].digest != clean[name].digest:
            lines.append(f"{name}: differs")
    return lines


def walk(repository: Repository, replay: Replay, every: int, most: int | None) -> None:
    """Replay the commits."""
    commits = repository.commits(most)
    before = repository.empty
    for number, (commit, now) in enumerate(commits, start=1):
        replay.apply(repository, repository.changes(before, commit))
        before = commit
        replay.totals.commits += 1
        status = replay.step(now)
        if number % every == 0 or number == len(commits):
            replay.compare(commit, now, status)
            wrong = len(replay.totals.mismatches)
            line = f"{number}/{len(commits)} {now:%Y-%m-%d}: {wrong} mismatches"
            print(line, file=sys.stderr, flush=True)


def parse(argv: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description="Replay a history of articles.")
    add = parser.add_argument
    add("repo", type=Path, help="a git repository")
    add("path", help="its folder of articles, from its top")
    add("--every", type=int, default=50, metavar="K", help="compare after K commits")
    add("--commits", type=int, metavar="MAX", help="only the newest MAX commits")
    add("--syndicate", metavar="COMMAND", help="default: beside this interpreter")
    args = parser.parse_args(argv)
    if args.every < 1 or (args.commits is not None and args.commits < 1):
        parser.error("--every and --commits must be positive")
    return args


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line."""
    args = parse(argv)
    print(shlex.join(sys.orig_argv), flush=True)
    with tempfile.TemporaryDirectory(prefix="replay-") as scratch:
        try:
            replay = Replay(Path(scratch), args.syndicate)
            with closing(Repository(args.repo, args.path)) as repository:
                walk(repository, replay, args.every, args.commits)
        except (Missing, subprocess.CalledProcessError) as error:
            print(error, file=sys.stderr)
            return 2
    totals = replay.totals
    print("\n".join([*totals.lines(), *totals.mismatches[:SHOWN]]))
    if totals.failed == totals.runs:
        return 2
    return int(bool(totals.mismatches))


if __name__ == "__main__":
    sys.exit(main())
