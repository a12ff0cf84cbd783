"""How long `syndicate watch` takes from a saved article to its feeds replaced.

    python benchmarks/latency.py [--articles 20000] [--saves 40] [--work FOLDER]

A corpus of the benchmark's kind is watched; the newest articles are saved with another title, one after
another, and the time until `all/feed.json` is another file is taken. Prints the median, the tenth and
the ninetieth percentile in milliseconds. A slow machine is only slow here: nothing fails.
"""

from __future__ import annotations

import argparse
import re
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import corpus

_PATIENCE = 120.0


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--articles", type=int, default=20_000)
    parser.add_argument("--saves", type=int, default=40)
    parser.add_argument("--work", help="where the corpus and the feeds are written")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.work) as folder:
        site = Path(folder)
        corpus.generate(site, options.articles)
        times = sorted(measure(site, options.saves))
    tenth = len(times) // 10
    print(
        f"{options.articles:,} articles, {len(times)} saves: median {statistics.median(times):.0f} ms,"
        f" 10 % {times[tenth]:.0f} ms, 90 % {times[-1 - tenth]:.0f} ms"
    )


def measure(site: Path, saves: int) -> list[float]:
    """Watch a site, save its newest published articles and give the milliseconds each took."""
    command = [str(Path(sys.executable).with_name("syndicate")), "watch"]
    watched = site / "feeds" / "all" / "feed.json"
    with subprocess.Popen(
        [*command, "--config", str(site / "config" / "syndicate.yaml")], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        try:
            process.stdout.readline()
            time.sleep(1.0)  # The watcher begins to listen after its first line.
            return [_save(path, watched, number) for number, path in enumerate(_newest(site, saves))]
        finally:
            process.terminate()


def _newest(site: Path, count: int) -> list[Path]:
    paths = sorted((site / "articles").glob("*.md"), reverse=True)
    published = [path for path in paths if "published: false" not in path.read_text("utf-8")]
    return [published[number % 40] for number in range(count)]


def _save(path: Path, watched: Path, number: int) -> float:
    text = re.sub(r'(?m)^title: ".*"$', f'title: "Saved {number}"', path.read_text("utf-8"), count=1)
    before = watched.stat().st_ino
    started = time.perf_counter()
    path.write_text(text, "utf-8")
    while watched.stat().st_ino == before:
        if time.perf_counter() - started > _PATIENCE:
            raise TimeoutError(f"{path.name} did not reach {watched}")
        time.sleep(0.0005)
    elapsed = (time.perf_counter() - started) * 1000
    time.sleep(0.15)  # The other feeds follow within the same rebuild.
    return elapsed


if __name__ == "__main__":
    main()
