"""What all tests share: an article as text, a site in a temporary folder, and where that folder is.

The tests write and delete some hundred thousand small files. So temporary folders are in memory where there
is room for them, unless TMPDIR says otherwise: on a disk, the same tests spend half of their time waiting.
"""

from __future__ import annotations

import atexit
import os
import shutil
import signal
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from syndicate.settings import Settings, parse_settings

# How long one example takes says how busy the machine is, and nothing of the code.
hypothesis.settings.register_profile("patient", deadline=None)
hypothesis.settings.load_profile("patient")

SITE: dict[str, Any] = {
    "title": "The Site",
    "url": "https://site.example/",
    "feeds_url": "https://site.example/feeds/",
    "id": "site.example,2020",
}

WriteArticle = Callable[..., Path]

MEMORY = "/dev/shm"
ROOM = 2 << 30


def is_roomy(folder: str) -> bool:
    """Whether a folder can hold what tests write, and what they write can be run there."""
    try:
        found = os.statvfs(folder)
    except OSError:
        return False
    return (
        os.access(folder, os.W_OK)
        and found.f_bavail * found.f_frsize > ROOM
        and not found.f_flag & os.ST_NOEXEC
    )


def sweep() -> None:
    """Take away what earlier runs of ours left because something failed there, unless they still run."""
    for left in Path(MEMORY).glob("syndicate-*-*"):
        try:
            is_ours = left.stat().st_uid == os.getuid()
        except FileNotFoundError:
            continue  # Another run was faster.
        if is_ours and not Path("/proc", left.name.split("-")[1]).exists():
            shutil.rmtree(left, ignore_errors=True)


# Made before pytest makes its own folders in it, and found by all processes that are started from here.
ours = None
if "TMPDIR" not in os.environ and is_roomy(MEMORY):
    sweep()
    ours = tempfile.mkdtemp(prefix=f"syndicate-{os.getpid()}-", dir=MEMORY)
    os.environ["TMPDIR"] = tempfile.tempdir = ours
    # Servers that tests start may run as somebody else.
    os.chmod(ours, 0o755)


def pytest_sessionfinish(exitstatus: int) -> None:
    """Keep in memory only what tests wrote that failed."""
    if ours and exitstatus == pytest.ExitCode.OK:
        atexit.register(shutil.rmtree, ours, ignore_errors=True)


# How long an example takes to make and to try says something of the machine and of who shares it.
hypothesis_settings.register_profile(
    "any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
hypothesis_settings.load_profile("any machine")


@pytest.fixture(autouse=True)
def _no_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Do not wait for the disk of the machine that tests: os.sync waits for what everybody writes there."""
    monkeypatch.setattr("os.sync", lambda: None)
    monkeypatch.setattr("os.fsync", lambda _: None)


def pytest_configure() -> None:
    """Let Ctrl-C end what the tests start, though they were started where it is ignored."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


PATIENCE = 60.0
"""Seconds that another process or thread is waited for; nothing takes that long on any machine."""


def until(condition: Callable[[], object]) -> bool:
    """Wait until something holds; tells whether it does."""
    deadline = time.monotonic() + PATIENCE
    while not (held := bool(condition())) and time.monotonic() < deadline:
        time.sleep(0.005)
    return held


def settings_of(**keys: Any) -> Settings:
    """Settings of the test site, with further top-level keys given as strings, lists and mappings."""
    return parse_settings({"site": SITE, "sources": [{"path": "articles"}], **keys})


def article_text(body: str = "", **fields: str) -> str:
    """The text of an article; each field is YAML as written. A title, a date and a link are there."""
    known = {
        "title": "A title",
        "publishedDateTime": "2024-01-02T03:04:05Z",
        "webUrl": "https://site.example/a/",
    }
    lines = [f"{name}: {value}" for name, value in {**known, **fields}.items() if value is not None]
    return "---\n" + "\n".join(lines) + f"\n---\n{body}"


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A folder with config/syndicate.yaml, of feeds without pages, and an empty folder articles."""
    (tmp_path / "config").mkdir()
    (tmp_path / "articles").mkdir()
    lines = "\n".join(f"  {key}: '{value}'" for key, value in SITE.items())
    (tmp_path / "config" / "syndicate.yaml").write_text(
        f"site:\n{lines}\npages: false\nsources: [{{path: ../articles}}]\n"
    )
    return tmp_path


@pytest.fixture
def write_article(site: Path) -> WriteArticle:
    """Write an article of the site: `write_article("2024-01-02-a.md", title="A")`."""

    def write(name: str, body: str = "", **fields: str) -> Path:
        path = site / "articles" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(article_text(body, **fields), encoding="utf-8")
        return path

    return write
