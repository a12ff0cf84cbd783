"""`syndicate doctor`: each thing that can be wrong is told, with what to do; asking changes nothing."""

from __future__ import annotations

import ctypes
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from syndicate import build, doctor, installation, load_settings
from syndicate.cli import main
from syndicate.diagnosis import Diagnosis, Sign, note, ok, wrong
from syndicate.doctor import diagnose
from syndicate.installation import examine_installation, is_at_least, requirements
from syndicate.lastrun import LastRun, note_run, read_last_run
from syndicate.lock import holder_of, lock
from syndicate.publish import MANIFEST
from syndicate.upkeep import noted

NOW = datetime(2024, 6, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
WriteArticle = Callable[..., Path]


@pytest.fixture
def built(site: Path, write_article: WriteArticle) -> Path:
    """A site of two articles, built at NOW."""
    write_article("a.md", title="a")
    write_article("b.md", title="b", topics="[T]")
    run(site)
    return site


def run(site: Path, at: datetime = NOW, **options: Any) -> None:
    """Build the site."""
    build(load_settings(site / "config" / "syndicate.yaml"), now=at, jobs=1, **options)


def look(site: Path, at: datetime = NOW) -> Diagnosis:
    """Look at the site, and see to it that this changes nothing at all."""
    before = everything(site)
    diagnosis = diagnose(str(site / "config" / "syndicate.yaml"), now=at)
    assert everything(site) == before
    return diagnosis


def everything(site: Path) -> dict[str, tuple[int, int, int]]:
    """Every file and folder of a site with its inode, size and time; reading them is no change."""
    return {
        str(path): (status.st_ino, status.st_size, status.st_mtime_ns)
        for path in site.rglob("*")
        for status in [path.lstat()]
    }


def told(diagnosis: Diagnosis, state: str = "wrong") -> list[str]:
    """What is said in a state: what it is about, and the text."""
    return [f"{sign.about}: {sign.text}" for sign in diagnosis.signs if sign.state == state]


def add(site: Path, lines: str) -> None:
    """Add lines to the configuration."""
    with (site / "config" / "syndicate.yaml").open("a") as stream:
        stream.write(lines)


def command(site: Path, *arguments: str) -> Result:
    """Run the command on a site, in this process."""
    result = CliRunner().invoke(main, ["doctor", "--config", f"{site}/config/syndicate.yaml", *arguments])
    assert isinstance(result.exception, SystemExit | None), result.exception
    return result


# All is well, or there is nothing.


def test_all_is_well(built: Path) -> None:
    """Of a site that was just built nothing is wrong, and no line asks for anything; exit 0."""
    diagnosis = look(built)
    assert diagnosis.ok
    assert {sign.state for sign in diagnosis.signs} == {"ok"}
    about = ["version", "packages", "serve", "libyaml", "configuration", "sources", "output", "index"]
    assert [sign.about for sign in diagnosis.signs] == [*about, "lock", "last run", "index", "time", "output"]
    result = command(built)
    assert result.exit_code == 0
    assert all(line.startswith("ok     ") for line in result.stdout.splitlines())


def test_json_says_the_same(built: Path) -> None:
    """`--json` gives every sign with its fields, and whether all is well."""
    shutil.rmtree(built / "articles")
    result = command(built, "--json")
    values = json.loads(result.stdout)
    assert (result.exit_code, values["ok"], values["configured"]) == (1, False, True)
    assert [set(sign) for sign in values["signs"]] == [{"about", "state", "text", "advice"}] * len(
        values["signs"]
    )
    assert any(sign["about"] == "sources" and sign["state"] == "wrong" for sign in values["signs"])


def test_a_site_that_was_never_built(site: Path, write_article: WriteArticle) -> None:
    """Nothing is wrong with it: notes say what the first build will make."""
    write_article("a.md")
    diagnosis = look(site)
    assert diagnosis.ok
    assert [sign.about for sign in diagnosis.signs if sign.state == "note"] == [
        *("output", "index", "last run", "index")
    ]


def test_no_configuration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is none, exit 2, with what can be said of the installation; also for a path to nothing."""
    monkeypatch.chdir(tmp_path)
    for arguments in ((), ("--config", "nowhere.yaml")):
        result = CliRunner().invoke(main, ["doctor", *arguments])
        assert result.exit_code == 2
        *others, last = result.stdout.splitlines()
        assert last.startswith("wrong  configuration: ")
        assert others[0].startswith("ok     version: syndicate ")


def test_a_configuration_with_mistakes(built: Path) -> None:
    """All of its mistakes are told, each a line of its own; exit 1, since there is one."""
    add(built, "contents: card\non_error: ignore\n")
    result = command(built)
    wrong_lines = [line for line in result.stdout.splitlines() if line.startswith("wrong")]
    assert (result.exit_code, len(wrong_lines)) == (1, 2)
    assert "contents: found an unknown key, expected 'content'" in wrong_lines[0]


def test_a_configuration_that_is_still_the_starters(tmp_path: Path) -> None:
    """What `init` wrote names an example as its address: a note says so. http draws one, too."""
    runner = CliRunner()
    assert runner.invoke(main, ["init", str(tmp_path)]).exit_code == 0
    assert "configuration: site.url is still an example" in told(look(tmp_path), "note")
    config = tmp_path / "config" / "syndicate.yaml"
    config.write_text(config.read_text().replace("https://www.example.com/", "http://site.test/"))
    assert "configuration: site.feeds_url is http, not https" in told(look(tmp_path), "note")


# What is installed.


def test_the_lower_bounds_are_read() -> None:
    """What pyproject.toml asks for is what the metadata says: names, bounds and extras."""
    found = list(requirements())
    assert ("msgspec", "0.18.6", "") in found
    assert ("starlette", "0.37", "serve") in found


@pytest.mark.parametrize(
    ("version", "bound", "enough"),
    [
        *(("3.0.0", "3.0", True), ("3", "3.0.0", True), ("2.9.9", "3.0", False), ("10.0", "9.9", True)),
        *(("0.18.6rc1", "0.18.6", True), ("0.18.5.post1", "0.18.6", False), ("1!0.1", "0.1", True)),
        ("2024.1", "2023.3", True),
    ],
)
def test_versions_are_compared_by_number(version: str, bound: str, enough: bool) -> None:
    """Numbers, not letters, decide; trailing zeros do not."""
    assert is_at_least(version, bound) is enough


def test_a_package_that_is_too_old_or_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each is named, with what to type."""
    real = installation.installed
    versions = {"msgspec": "0.18.5", "nh3": None, "starlette": "0.1"}
    monkeypatch.setattr(installation, "installed", lambda name: versions.get(name, real(name)))
    assert [
        (sign.about, sign.text, sign.advice) for sign in examine_installation() if sign.state == "wrong"
    ] == [
        ("msgspec", "0.18.5 is installed, and at least 0.18.6 is needed", "pip install 'msgspec>=0.18.6'"),
        ("nh3", "is needed and not installed", "pip install 'nh3>=0.2.17'"),
        ("starlette", "0.1 is installed, and at least 0.37 is needed", "pip install 'starlette>=0.37'"),
    ]


def test_what_only_an_extra_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the extra a note says what needs it; where the configuration needs Brotli, that is wrong."""
    real = installation.installed
    gone = {"starlette", "brotli"}
    monkeypatch.setattr(installation, "installed", lambda name: None if name in gone else real(name))
    signs = {sign.about: sign for sign in examine_installation(needs_brotli=True)}
    assert signs["serve"].state == "note"
    assert signs["serve"].text.startswith("brotli, starlette not installed")
    assert (signs["brotli"].state, signs["brotli"].advice) == ("wrong", "pip install 'syndicate[serve]'")
    assert "brotli" not in {sign.about for sign in examine_installation()}


def test_a_package_that_is_not_installed_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    """Run from a folder that nobody installed, it cannot tell what is needed, and says so; libyaml, too."""

    def missing(name: str) -> list[str]:
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "requires", missing)
    monkeypatch.setattr("syndicate.yamlevents.LIBYAML", False)
    states = {sign.about: sign.state for sign in examine_installation()}
    assert states == {"version": "ok", "packages": "note", "libyaml": "note"}


def test_without_pyyaml_nothing_is_said_of_libyaml(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where PyYAML is gone, which the packages tell, the examination goes on."""
    monkeypatch.delitem(sys.modules, "syndicate.yamlevents", raising=False)
    monkeypatch.setitem(sys.modules, "yaml", None)
    assert "libyaml" not in {sign.about for sign in examine_installation()}


# Sources and folders.


def test_sources_without_articles(built: Path) -> None:
    """All empty is wrong, since a run stops there; one of two is a note; one that is not there is wrong."""
    (built / "empty").mkdir()
    config = built / "config" / "syndicate.yaml"
    text = config.read_text()
    config.write_text(text.replace("{path: ../articles}", "{path: ../articles}, {path: ../empty}"))
    assert told(look(built), "note") == [f"sources: {built}/empty holds no file that `include` names"]
    config.write_text(text.replace("{path: ../articles}", "{path: ../empty}"))
    assert f"sources: {built}/empty holds no file that `include` names" in told(look(built))
    (built / "empty").rmdir()
    (sign,) = told(look(built))
    assert "empty: sources[0].path: found no such file or directory" in sign


def test_a_disk_that_is_nearly_full(built: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Too little room for a run is wrong wherever something is written."""
    monkeypatch.setattr(doctor, "_SCARCE", 10**18)
    assert [line.partition(":")[0] for line in told(look(built))] == ["output", "index"]


def test_an_output_that_lies_on_two_file_systems(built: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder of the output that is mounted cannot be renamed into: it is named."""
    real = doctor._device
    monkeypatch.setattr(doctor, "_device", lambda entry: real(entry) + (entry.name == "topics"))
    assert told(look(built)) == ["output: is on another file system than its folder topics"]


def test_a_file_in_the_place_of_a_folder(built: Path) -> None:
    """Where the output is to be, and something else is, that is told."""
    shutil.rmtree(built / "feeds")
    (built / "feeds").write_text("mine")
    assert f"output: {built}/feeds is no folder" in told(look(built))


PERMISSIONS = """
import json, sys
from pathlib import Path
from syndicate.doctor import diagnose

site = Path(sys.argv[1])
found = {}
for name, mode in json.loads(sys.argv[2]):
    before = (site / name).stat().st_mode & 0o777
    (site / name).chmod(mode)
    signs = diagnose(f"{site}/config/syndicate.yaml").signs
    (site / name).chmod(before)
    found[name] = [f"{sign.about}: {sign.text}" for sign in signs if sign.state == "wrong"]
print(json.dumps(found))
"""


def _obey_permissions() -> None:
    if os.geteuid() == 0:
        libc = ctypes.CDLL(None)
        assert all(libc.prctl(24, capability, 0, 0, 0) == 0 for capability in (1, 2))


@pytest.mark.processes
def test_permissions_that_are_missing(built: Path) -> None:
    """What this user may not read or write is named, each by what it is needed for; nothing raises."""
    cases = {
        "articles/a.md": (0o000, "sources: 1 file may not be read: a.md"),
        "articles": (0o000, f"sources: {built}/articles: sources[0].path: found permission denied"),
        "feeds": (0o555, f"output: {built}/feeds may not be written by this user"),
        ".syndicate": (0o555, f"index: {built}/.syndicate may not be written by this user"),
        ".syndicate/lock": (0o000, f"lock: {built}/.syndicate/lock: permission denied"),
        ".syndicate/index.db": (0o444, f"index: {built}/.syndicate/index.db may not be read and written"),
    }
    done = subprocess.run(
        [sys.executable, "-c", PERMISSIONS, str(built), json.dumps([(k, v[0]) for k, v in cases.items()])],
        preexec_fn=_obey_permissions,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    for name, (_, expected) in cases.items():
        assert any(line.startswith(expected) for line in found[name]), found[name]


# The lock and the last run.


def test_a_run_at_work(built: Path) -> None:
    """While a run holds the lock, it is named, its index is left alone, and a start has no end yet."""
    path = built / ".syndicate" / "lock"
    started = LastRun(version="x", began=NOW)
    with lock(str(path)):
        assert holder_of(str(path)) == f"process {os.getpid()} on {os.uname().nodename}"
        note_run(str(path.with_name("last-run.json")), started)
        diagnosis = look(built, NOW + timedelta(minutes=3))
        assert diagnosis.ok
        assert told(diagnosis, "note") == [
            f"lock: process {os.getpid()} on {os.uname().nodename} is at work on this output",
            "index: a run is at work on it",
        ]
        assert "last run: is at work since 2024-06-01T12:00:00Z, 3 minutes ago" in told(diagnosis, "ok")
    assert holder_of(str(path)) is None
    assert holder_of(str(path.with_name("nothing"))) is None


def test_looking_takes_no_lock(built: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not for an instant: a run that begins just then, and does not wait, must have it."""
    taken: list[object] = []
    monkeypatch.setattr("fcntl.flock", lambda *arguments: taken.append(arguments))
    assert look(built).ok
    assert taken == []


def test_how_the_last_run_ended(built: Path) -> None:
    """Well, stopped with its reason, or cut off; since when, and of when the feeds are."""
    path = built / ".syndicate" / "last-run.json"
    good = read_last_run(str(path))
    assert good
    assert (good.outcome, good.bad_since) == ("published", None)
    began = datetime(2030, 1, 1, tzinfo=UTC)
    cut_off = good.next("1", began)
    note_run(str(path), cut_off)
    (line,) = told(look(built, began + DAY))
    assert line.startswith("last run: the one of 2030-01-01T00:00:00Z, 1 day ago was cut off: ")
    note_run(str(path), cut_off.next("1", began + DAY).stopped(began + DAY, "the disk is full"))
    sign = next(sign for sign in look(built, began + 3 * DAY).signs if sign.state == "wrong")
    assert sign.text == "the one of 2030-01-02T00:00:00Z, 2 days ago was stopped: the disk is full"
    assert sign.advice.startswith("so were all runs since 2030-01-01T00:00:00Z, 3 days ago, the feeds are ")
    path.write_text("{")
    assert "last run: none is noted here" in told(look(built), "note")


def test_runs_are_noted(site: Path, write_article: WriteArticle) -> None:
    """Each run notes when it began and how it ended; a success forgets the failures before it."""
    path = str(site / ".syndicate" / "last-run.json")
    write_article("a.md", publishedDateTime="soon")
    write_article("b.md")
    add(site, "on_error: fail\n")
    for _ in range(2):
        with pytest.raises(Exception, match="1 article failed"):
            run(site)
    found = read_last_run(path)
    assert found
    assert (found.outcome, found.message[:16], found.good) == ("stopped", "1 article failed", None)
    assert found.bad_since
    assert found.bad_since < found.began
    write_article("a.md")
    run(site)
    found = read_last_run(path)
    assert found
    assert (found.outcome, found.message, found.good, found.bad_since) == (
        *("published", "", found.ended),
        None,
    )


def test_an_interrupt_is_noted(tmp_path: Path) -> None:
    """What has no words of its own is noted by its name; and a disk that is full stops no run."""

    def interrupt() -> Any:
        raise KeyboardInterrupt

    path = str(tmp_path / "last-run.json")
    with pytest.raises(KeyboardInterrupt):
        noted(path, interrupt)
    found = read_last_run(path)
    assert found
    assert (found.outcome, found.message) == ("stopped", "keyboardinterrupt")
    note_run(str(tmp_path / "nowhere" / "last-run.json"), found)


def test_a_dry_run_is_no_run(built: Path) -> None:
    """Whoever only looks is not noted."""
    before = (built / ".syndicate" / "last-run.json").read_bytes()
    run(built, dry_run=True)
    assert (built / ".syndicate" / "last-run.json").read_bytes() == before


# The index and what it knows.


def test_a_damaged_index(built: Path) -> None:
    """Damage is found by looking through it, whatever page it is in; nothing is put aside by that."""
    index = built / ".syndicate" / "index.db"
    whole = index.read_bytes()
    for content in (
        whole[: len(whole) - 4096],
        b"no database" * 1000,
        whole[:4096] + bytes(len(whole) - 4096),
    ):
        index.write_bytes(content)
        (line,) = told(look(built))
        assert line.startswith("index: ")
        assert not index.with_name("index.db.broken").exists()


def test_an_index_of_another_version_and_one_put_aside(built: Path) -> None:
    """Both are notes: the next build begins it anew, and what it put aside may be deleted."""
    index = built / ".syndicate" / "index.db"
    with sqlite3.connect(index) as connection:
        connection.execute("PRAGMA user_version = 1")
    connection.close()
    assert [line[:35] for line in told(look(built), "note")] == [f"index: {index}"[:35]]
    run(built)
    assert told(look(built), "note") == [f"index: one that could not be used is {index}.broken"]


def test_what_is_in_the_log_is_seen(built: Path, write_article: WriteArticle) -> None:
    """What a watch has committed and not put into the file yet is looked at as well, in a copy."""
    index = built / ".syndicate" / "index.db"
    connection = sqlite3.connect(index)
    try:
        connection.execute("PRAGMA wal_autocheckpoint = 0")
        connection.execute("UPDATE meta SET value = value + 60 WHERE name = 'now'")
        connection.execute("INSERT INTO announcements VALUES ('https://hub.example/', 'all/rss.xml', x'00')")
        connection.commit()
        assert index.with_name("index.db-wal").stat().st_size
        add(built, "hubs: ['https://hub.example/']\n")
        notes = told(look(built), "note")
    finally:
        connection.close()
    assert notes == [
        "index: its log is there, of a watch, or of a run that was killed",
        "hubs: 1 announcement still to be made",
    ]


def test_broken_articles_are_named_with_their_age(built: Path, write_article: WriteArticle) -> None:
    """Each article that fails, since when, and of when the version is that stands in for it."""
    write_article("a.md", publishedDateTime="soon")
    for number in range(12):
        write_article(f"never-{number}.md", title="''")
    run(built)
    lines = told(look(built, NOW + 5 * DAY))
    assert len(lines) == 11
    assert lines[0].endswith("(its version of 2024-06-01 stays published, broken for 5 days)")
    assert lines[1].endswith("(broken for 5 days)")
    assert lines[10] == "article: 3 more are broken"


def test_a_scheduler_that_sleeps(built: Path, write_article: WriteArticle) -> None:
    """When a feed is to change by time alone is told; that it should have, and no run came, is wrong."""
    write_article("c.md", publishedDateTime="2024-06-03")
    run(built)
    assert "time: changes a feed at 2024-06-03T00:00:00Z" in told(look(built), "ok")
    assert told(look(built, NOW + 5 * DAY)) == [
        "time: a feed was to change at 2024-06-03T00:00:00Z, 3 days ago, and no run came since"
    ]


# The output.


def test_files_that_are_missing_or_altered(built: Path) -> None:
    """They are counted and named; the next build mends them, and then all is well."""
    (built / "feeds" / "all" / "rss.xml").unlink()
    (built / "feeds" / "all" / "atom.xml").write_text("altered")
    assert told(look(built)) == [
        "output: 1 of 6 files are missing: all/rss.xml",
        "output: 1 of 6 files are not as they were left: all/atom.xml",
    ]
    run(built)
    assert look(built).ok


def test_files_of_others(built: Path) -> None:
    """Those beside ours are a note; one in the way of ours is wrong; a staging folder left over, a note."""
    (built / "feeds" / "mine.txt").write_text("mine")
    (built / "feeds" / ".syndicate-new").mkdir()
    assert told(look(built), "note") == [
        "output: 1 file of others there; what is there stays",
        "output: .syndicate-new is left of a run that was cut off",
    ]
    for place in (built / "feeds", built / ".syndicate"):
        shutil.rmtree(place)
    (built / "feeds" / "all").mkdir(parents=True)
    (built / "feeds" / "all" / "rss.xml").write_text("mine")
    run(built)
    assert told(look(built)) == ["output: 1 file not ours in the way of ours: all/rss.xml"]


def test_an_output_without_an_index(built: Path) -> None:
    """What the list names and is not there is told without the index, too."""
    shutil.rmtree(built / ".syndicate")
    assert look(built).ok
    for name in ("rss.xml", "atom.xml"):
        (built / "feeds" / "all" / name).unlink()
    assert told(look(built)) == ["output: 2 files missing: all/atom.xml, all/rss.xml"]
    (built / "feeds" / MANIFEST).unlink()
    assert look(built).ok


def test_another_output_is_looked_at(built: Path, tmp_path: Path) -> None:
    """`--output` names the folder that is asked about."""
    result = command(built, "--output", str(tmp_path / "elsewhere" / "feeds"))
    assert f"{tmp_path}/elsewhere/feeds is not there yet" in result.stdout


# Signs.


@pytest.fixture
def signs() -> tuple[Sign, ...]:
    """One of each kind."""
    return ok("a", "fine"), note("b", "hm", "look"), wrong("c", "bad\nworse \udcff", "mend")


def test_a_sign_is_a_line(signs: tuple[Sign, ...]) -> None:
    """State, subject, text, advice; never more than a line, and always one that can be printed."""
    assert list(Diagnosis(signs=signs).lines()) == [
        "ok     a: fine",
        "note   b: hm; look",
        "wrong  c: bad worse \\udcff; mend",
    ]
    assert not Diagnosis(signs=signs).ok
    assert Diagnosis(signs=signs[:2]).ok
