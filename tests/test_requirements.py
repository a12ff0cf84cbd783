"""The locked requirements: complete, within the bounds of pyproject.toml, each file with its hash."""

from __future__ import annotations

import re
import tomllib
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path
from typing import Any

import pytest
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PYPROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())
LOCKS = {"test": ("dev",), "readers": ("dev", "readers"), "hub-test": ("dev", "hub-test")}
"""Each file of requirements/, and the extras that it is to hold."""


def pinned(name: str) -> list[tuple[Requirement, list[str]]]:
    """What a file pins, each with its hashes."""
    lines = (ROOT / "requirements" / f"{name}.txt").read_text().replace("\\\n", "").splitlines()
    entries = [line.partition("--hash=") for line in lines if line and not line.lstrip().startswith("#")]
    return [(Requirement(entry), re.findall(r"sha256:\w+", hashes)) for entry, _, hashes in entries]


def in_force(entries: list[tuple[Requirement, list[str]]]) -> dict[str, str]:
    """The versions that a file pins for this Python, by name."""
    found: dict[str, str] = {}
    for entry, _ in entries:
        if entry.marker is None or entry.marker.evaluate():
            (pin,) = entry.specifier
            assert found.setdefault(canonicalize_name(entry.name), pin.version) == pin.version
    return found


def wanted(extras: tuple[str, ...]) -> list[Requirement]:
    """What pyproject.toml asks for, with some extras; those that an extra names in its turn included."""
    project = PYPROJECT["project"]
    texts = [*PYPROJECT["build-system"]["requires"], *project["dependencies"]]
    for extra in extras:
        texts += project["optional-dependencies"][extra]
    found = [Requirement(text) for text in texts]
    inner = tuple(extra for each in found if each.name == project["name"] for extra in each.extras)
    others = [each for each in found if each.name != project["name"]]
    return others + (wanted(inner) if inner else [])


@pytest.mark.parametrize("lock", LOCKS)
def test_every_pin_has_hashes(lock: str) -> None:
    """Each entry names one version and the digests of its files, so that nothing else is installed."""
    entries = pinned(lock)
    assert len(entries) > 50
    for entry, hashes in entries:
        assert [pin.operator for pin in entry.specifier] == ["=="], entry
        assert hashes, entry


@pytest.mark.parametrize("lock", LOCKS)
def test_the_lock_is_within_the_bounds(lock: str) -> None:
    """Whatever pyproject.toml asks for is pinned, at a version that it allows."""
    versions = in_force(pinned(lock))
    for each in wanted(LOCKS[lock]):
        assert each.specifier.contains(versions[canonicalize_name(each.name)]), each


@pytest.mark.parametrize("lock", LOCKS)
def test_the_lock_is_complete(lock: str) -> None:
    """Whatever a pinned package asks for, with the extras asked of it, is pinned within its bounds."""
    versions = in_force(pinned(lock))
    asked = [(lock, each) for each in wanted(LOCKS[lock])]
    for needs, each in asked:
        name = canonicalize_name(each.name)
        assert each.specifier.contains(versions[name]), (needs, each)
        try:
            texts = requires(name) or []
        except PackageNotFoundError:
            assert lock != "test", f"{name} is pinned and not installed: run make feeds"
            continue
        found = [(name, need) for need in map(Requirement, texts) if is_asked(need, each.extras)]
        asked += [need for need in found if need not in asked]
    assert len(asked) > 50


def is_asked(need: Requirement, extras: set[str]) -> bool:
    """Whether a package needs another one here, when it is asked for with some extras."""
    here = default_environment()
    return need.marker is None or any(need.marker.evaluate({**here, "extra": e}) for e in ("", *extras))


def test_nothing_is_resolved_but_by_the_lock() -> None:
    """What is installed by digest is installed without resolving, so that no later release is looked at."""
    text = (ROOT / "Makefile").read_text()
    by_digest = [line for line in text.splitlines() if "--require-hashes" in line]
    assert by_digest
    assert all("--no-deps" in line for line in by_digest)


def test_the_locks_agree() -> None:
    """What more than one file pins is the same version, so that one environment can hold all of them."""
    versions = in_force(pinned("test"))
    for lock in LOCKS:
        assert in_force(pinned(lock)).items() >= versions.items()


def test_the_build_is_locked_as_it_is_required() -> None:
    """What is locked for building is what [build-system] requires, by the same bounds."""
    asked = (ROOT / "requirements" / "build.in").read_text().splitlines()
    assert set(PYPROJECT["build-system"]["requires"]) <= set(asked)
