"""What the benchmark runs: `syndicate`, and the peers that do the same job.

`prepare` installs what the peers need into a cache folder; `find` says which of
the contestants can run, with their versions, and why the others cannot.
"""

from __future__ import annotations

import compileall
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

PEERS = Path(__file__).resolve().parent / "peers"
PACKAGE = PEERS.parent.parent / "syndicate"
PEER_NAMES = ("naive", "npm", "hugo")
OURS = "syndicate"

DISTRIBUTIONS = "import sys, importlib.metadata as m; print(*map(m.version, sys.argv[1:]))"
NPM_VERSIONS = (
    "for (const name of process.argv.slice(1)) console.log(name, JSON.parse("
    "require('fs').readFileSync(`node_modules/${name}/package.json`)).version)"
)


class Missing(RuntimeError):
    """A contestant that cannot run here; the message says why."""


@dataclass(frozen=True)
class Contestant:
    """One program: the command for a corpus folder and an output folder."""

    name: str
    command: Callable[[Path, Path], list[str]]
    versions: tuple[str, ...] = ()
    env: dict[str, str] = field(default_factory=dict)


def output_of(command: Sequence[str | Path], cwd: Path | None = None) -> str:
    """What a short command prints, or `Missing` if it cannot run."""
    try:
        done = subprocess.run(
            [str(part) for part in command],
            cwd=cwd,
            capture_output=True,
            text=True,
            check=True,
        )
    except (OSError, subprocess.CalledProcessError) as error:
        raise Missing(f"{command[0]} does not run ({error})") from error
    return done.stdout.strip()


def venv_python(cache: Path) -> Path:
    """The interpreter of the cache folder's virtual environment."""
    return cache / "venv" / "bin" / "python"


def prepare(cache: Path) -> None:
    """Install the peers' dependencies into the cache folder."""
    cache.mkdir(parents=True, exist_ok=True)
    python = venv_python(cache)
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", cache / "venv"], check=True)
    requirements = PEERS / "requirements.txt"
    subprocess.run([python, "-m", "pip", "install", "-q", "-r", requirements], check=True)
    npm = shutil.which("npm")
    if npm is None:
        print("npm: skipped, there is no npm on the PATH", file=sys.stderr)
        return
    folder = cache / "npm-feed"
    folder.mkdir(exist_ok=True)
    shutil.copy(PEERS / "npm-feed" / "package.json", folder)
    subprocess.run([npm, "install", "--no-audit", "--no-fund"], cwd=folder, check=True)


def syndicate(command: str | None) -> Contestant:
    """Our own command; by default the one beside this interpreter."""
    beside = Path(sys.executable).parent / OURS
    words = shlex.split(command) if command else [str(beside)]
    if not words or shutil.which(words[0]) is None:
        raise Missing(f"{' '.join(words) or 'an empty command'} not found")
    # As pip does with what it installs: an editable checkout may compile its modules at every start.
    compileall.compile_dir(PACKAGE, quiet=1)

    def build(corpus: Path, out: Path) -> list[str]:
        config = corpus / "config" / "syndicate.yaml"
        return [*words, "build", "--config", str(config), "--output", str(out), "-q"]

    return Contestant(OURS, build)


def naive(cache: Path) -> Contestant:
    """PyYAML and feedgen."""
    python = venv_python(cache)
    names = ("PyYAML", "feedgen")
    versions = output_of([python, "-c", DISTRIBUTIONS, *names]).split()

    def build(corpus: Path, out: Path) -> list[str]:
        script = PEERS / "naive.py"
        return [str(python), str(script), str(corpus / "articles"), str(out)]

    return Contestant("naive", build, tuple(map(" ".join, zip(names, versions, strict=False))))


def npm(cache: Path) -> Contestant:
    """Npm's feed and gray-matter; the script must lie beside its node_modules."""
    folder = cache / "npm-feed"
    if not (folder / "node_modules").is_dir():
        raise Missing("not installed")
    node = shutil.which("node") or "node"
    versions = output_of([node, "-e", NPM_VERSIONS, "feed", "gray-matter"], folder)
    shutil.copy(PEERS / "npm-feed" / "build.mjs", folder)

    def build(corpus: Path, out: Path) -> list[str]:
        script = folder / "build.mjs"
        return [node, str(script), str(corpus / "articles"), str(out)]

    lines = (f"node {output_of([node, '--version'])}", *versions.splitlines())
    return Contestant("npm", build, lines)


def hugo(cache: Path) -> Contestant:
    """Hugo itself, without the Python script that its package puts before it."""
    installed = sorted((cache / "venv").glob("lib/python*/site-packages/hugo/binaries/hugo"))
    found = str(installed[0]) if installed else shutil.which("hugo")
    if found is None:
        raise Missing("not installed")
    version = output_of([found, "version"]).split()[1].partition("-")[0]

    def build(corpus: Path, out: Path) -> list[str]:
        script = PEERS / "hugo" / "build.sh"
        return ["sh", str(script), str(corpus / "articles"), str(out)]

    return Contestant("hugo", build, (f"hugo {version}",), {"HUGO": found})


FINDERS: dict[str, Callable[[Path], Contestant]] = {
    "naive": naive,
    "npm": npm,
    "hugo": hugo,
}


def find(cache: Path, command: str | None, peers: Sequence[str]) -> tuple[list[Contestant], list[str]]:
    """The contestants that can run, ours first, and why the others cannot."""
    found: list[Contestant] = []
    skipped: list[str] = []
    makers = {OURS: partial(syndicate, command)}
    makers |= {peer: partial(FINDERS[peer], cache) for peer in peers}
    for name, make in makers.items():
        try:
            found.append(make())
        except Missing as reason:
            skipped.append(f"{name}: skipped, {reason}")
    return found, skipped
