"""What `make dist` built: nothing is missing, nothing is there by chance, and it installs and runs."""

from __future__ import annotations

import email
import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from email.message import Message
from pathlib import Path

import pytest
from packaging.metadata import Metadata
from trove_classifiers import classifiers

from syndicate import __version__

pytestmark = [pytest.mark.dist, pytest.mark.xdist_group("dist")]

ROOT = Path(__file__).parents[1]
BUILD = (sys.executable, "-m", "hatchling", "build", "--directory")
SDIST = ROOT / "dist" / f"syndicate-{__version__}.tar.gz"
WHEEL = ROOT / "dist" / f"syndicate-{__version__}-py3-none-any.whl"
NOT_IN_THE_SDIST = ("benchmarks/", "feeds/")
"""The feeds are what the sample builds, and the benchmarks need programs of others."""
CONSUMER = """
from syndicate import Report, build, load_settings

report: Report = build(load_settings("c.yaml"), dry_run=True)
wrong: int = report.published + "1"
"""


@pytest.fixture(autouse=True)
def _built() -> None:
    """Skip where nothing was built."""
    if not (SDIST.exists() and WHEEL.exists()):
        pytest.skip("make dist has not built anything")


@pytest.fixture(scope="module")
def tracked() -> frozenset[str]:
    """What is in the repository."""
    if not (ROOT / ".git").exists():
        pytest.skip("this is no checkout of the repository")
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    return frozenset(listed.stdout.split("\0")) - {""}


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The source distribution, unpacked."""
    folder = tmp_path_factory.mktemp("sdist")
    with tarfile.open(SDIST) as archive:
        archive.extractall(folder, filter="data")
    (found,) = folder.iterdir()
    return found


@pytest.fixture(params=[WHEEL, SDIST], ids=["wheel", "sdist"], scope="module")
def installed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A new virtual environment in which nothing is but one of the two, and what it asked for."""
    venv = tmp_path_factory.mktemp("installed")
    subprocess.run([sys.executable, "-m", "venv", str(venv)], check=True)
    install = [str(venv / "bin" / "pip"), "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*install, str(request.param)], check=True)
    yield venv
    shutil.rmtree(venv)


def metadata_of() -> dict[str, bytes]:
    """The metadata of both, as they are in the file."""
    with tarfile.open(SDIST) as archive, zipfile.ZipFile(WHEEL) as wheel:
        member = archive.extractfile(f"syndicate-{__version__}/PKG-INFO")
        assert member
        return {
            "sdist": member.read(),
            "wheel": wheel.read(f"syndicate-{__version__}.dist-info/METADATA"),
        }


def test_the_wheel_holds_the_package_alone(tracked: frozenset[str]) -> None:
    """Every file of syndicate/ that is in the repository, its metadata and licence, and nothing else."""
    with zipfile.ZipFile(WHEEL) as archive:
        found = set(archive.namelist())
    info = f"syndicate-{__version__}.dist-info"
    about = {f"{info}/{name}" for name in ("METADATA", "RECORD", "WHEEL", "entry_points.txt")}
    assert found == {name for name in tracked if name.startswith("syndicate/")} | about | {
        f"{info}/licenses/LICENSE"
    }
    assert {"syndicate/py.typed", "syndicate/templates/page.html", "syndicate/assets/embed.js"} < found


def test_the_sdist_holds_what_is_needed_to_test(tracked: frozenset[str], unpacked: Path) -> None:
    """Everything of the repository but what is said above, and nothing that lay about."""
    found = {path.relative_to(unpacked).as_posix() for path in unpacked.rglob("*") if path.is_file()}
    wanted = {name for name in tracked if not name.startswith(NOT_IN_THE_SDIST)}
    assert found == wanted | {"PKG-INFO"}
    assert {"LICENSE", "SECURITY.md", "CHANGELOG.md", "tests/conftest.py", "requirements/test.txt"} < found


def test_the_same_source_gives_the_same_bytes(unpacked: Path, tmp_path: Path) -> None:
    """Built again, from the unpacked source distribution, elsewhere and later, both are the same bytes."""
    for path in unpacked.rglob("*"):
        os.utime(path)
    for target in ("sdist", "wheel"):
        command = [*BUILD, str(tmp_path), "--target", target]
        subprocess.run(command, cwd=unpacked, check=True, capture_output=True)
    assert (tmp_path / WHEEL.name).read_bytes() == WHEEL.read_bytes()
    assert (tmp_path / SDIST.name).read_bytes() == SDIST.read_bytes()


def test_the_metadata_is_valid() -> None:
    """Both say the same of the project, in fields that a registry takes."""
    both = metadata_of()
    assert both["sdist"] == both["wheel"]
    found = Metadata.from_email(both["wheel"], validate=True)
    assert (found.name, str(found.version), found.license_expression) == ("syndicate", __version__, "MIT")
    assert found.license_files == ["LICENSE"]
    assert str(found.requires_python) == ">=3.11"
    assert found.summary
    assert found.classifiers
    assert set(found.classifiers) <= classifiers
    assert found.provides_extra
    assert "serve" in found.provides_extra


def test_the_description_is_the_readme() -> None:
    """The page of a registry shows the README, as Markdown."""
    message: Message = email.message_from_bytes(metadata_of()["wheel"])
    assert message["Description-Content-Type"] == "text/markdown"
    described = message.get_payload(decode=True)
    assert isinstance(described, bytes)
    assert described.decode().strip() == (ROOT / "README.md").read_text("utf-8").strip()


def test_it_installs_and_runs(installed: Path, tmp_path: Path) -> None:
    """In an environment of its own it says its version, makes a site, builds it and prints a schedule."""

    def run(*arguments: str, cwd: Path = tmp_path) -> str:
        command = [str(installed / "bin" / "syndicate"), *arguments]
        return subprocess.run(command, cwd=cwd, check=True, capture_output=True, text=True).stdout

    assert run("--version").split() == ["syndicate", __version__]
    run("init", "site")
    site = tmp_path / "site"
    assert run("build", cwd=site).startswith("1 article: 1 published\n")
    for name in ("all/rss.xml", "all/atom.xml", "all/feed.json", "all/index.html", "page.css", "embed.js"):
        assert (site / "feeds" / name).stat().st_size, name
    assert "syndicate build" in run("schedule", "cron", cwd=site)
    assert "server {" in run("headers", "nginx", cwd=site)


def test_its_types_are_seen(installed: Path, tmp_path: Path) -> None:
    """A consumer's mypy --strict takes the types of the installed package, and finds a mistake."""
    (tmp_path / "consumer.py").write_text(CONSUMER)
    command = [sys.executable, "-m", "mypy", "--strict", "--python-executable"]
    found = subprocess.run(
        [*command, str(installed / "bin" / "python"), "consumer.py"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    errors = [line for line in found.stdout.splitlines() if ": error:" in line]
    assert errors == [
        'consumer.py:5: error: Unsupported operand types for + ("int" and "str")  [operator]'
    ], found.stdout
