"""Push: exactly what changed is announced, nothing is lost by crashes or hubs that are down."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from threading import Event
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner
from conftest import WriteArticle, article_text, until
from faulty import STEPS
from hubs import RecordingHub
from test_faults import KILLED_AT

from syndicate import Report, build, load_settings, owed
from syndicate.cli import main
from syndicate.errors import ConfigError
from syndicate.index import Index
from syndicate.owed import Announcer, feed_of
from syndicate.pipeline import Options, ledger, lock
from syndicate.push import ping
from syndicate.watch import Watcher
from syndicate.websub import Patience

NOW = datetime(2024, 6, 1, tzinfo=UTC)
FILES = ("atom.xml", "feed.json", "rss.xml")
COMMAND = str(Path(sys.executable).parent / "syndicate")


@pytest.fixture(autouse=True)
def _no_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Retries take no time here."""
    monkeypatch.setattr(owed, "_PATIENCE", Patience(pause=0.0, attempts=2))
    monkeypatch.setattr("syndicate.push._PATIENCE", Patience(pause=0.0, attempts=2))


@pytest.fixture
def hub() -> Iterator[RecordingHub]:
    """A hub that is well."""
    with RecordingHub() as found:
        yield found


def configure(site: Path, *hubs: str, more: str = "") -> None:
    """Write the configuration with these hubs."""
    config = site / "config" / "syndicate.yaml"
    base = config.read_text().partition("hubs:")[0]
    config.write_text(f"{base}hubs: [{', '.join(hubs)}]\n{more}")


@pytest.fixture
def pushing(site: Path, write_article: WriteArticle, hub: RecordingHub) -> Path:
    """A site of two articles with a hub, built and announced once."""
    write_article("2024-01-01-a.md", title="A", topics="[One]")
    write_article("2024-01-02-b.md", title="B", topics="[Two]")
    configure(site, hub.url)
    assert run(site).owed == 0
    assert hub.taken() == documents("all", "topics/one", "topics/two")
    return site


def settings_of_site(site: Path) -> Any:
    """Read the configuration of a site."""
    return load_settings(site / "config" / "syndicate.yaml")


def run(site: Path, **options: Any) -> Report:
    """Build a site as of NOW."""
    return build(settings_of_site(site), **{"now": NOW, "jobs": 1, **options})


def documents(*feeds: str) -> list[str]:
    """The documents of feeds, in order."""
    return sorted(f"{feed}/{name}" for feed in feeds for name in FILES)


def edit(site: Path, title: str = "B again") -> None:
    """Change an article in what readers see."""
    (site / "articles" / "2024-01-02-b.md").write_text(article_text(title=title, topics="[Two]"))


def owing(site: Path) -> list[str]:
    """The documents that are still owed to any hub."""
    return sorted(path for _, path in ledger(settings_of_site(site)).owed())


def cli(site: Path, *arguments: str) -> tuple[int, str, str]:
    """Run the command line in this process: exit code, output, errors."""
    name, *rest = arguments
    done = CliRunner().invoke(main, [name, "--config", str(site / "config" / "syndicate.yaml"), *rest])
    return done.exit_code, done.stdout, done.stderr


@contextmanager
def down() -> Iterator[str]:
    """The address of a hub that is not there."""
    with RecordingHub() as gone:
        pass
    yield gone.url


def wait_for(release: Event, asked: Event | None = None) -> None:
    """Be a hub that keeps a request waiting, and says when one has come."""
    if asked:
        asked.set()
    release.wait(60)


# Exactly what changed.


def test_the_feeds_that_changed_are_announced(pushing: Path, hub: RecordingHub) -> None:
    """An edit is announced for the documents of the feeds that show it, by their own addresses."""
    edit(pushing)
    report = run(pushing)
    assert hub.taken() == documents("all", "topics/two")
    assert {each.failure for each in report.announcements} == {None}
    assert {each.hub for each in report.announcements} == {hub.url}
    assert set(report.changes.write) == set(documents("all", "topics/two"))
    assert (report.owed, report.warnings) == (0, ())


def test_nothing_changed_nothing_announced(pushing: Path, hub: RecordingHub) -> None:
    """A run without a change asks nothing of a hub, whatever the times of the files say."""
    for file in (pushing / "feeds").rglob("*.xml"):
        os.utime(file)
    for file in (pushing / "articles").iterdir():
        os.utime(file)
    assert run(pushing).announcements == ()
    assert run(pushing, full=True).announcements == ()
    assert hub.taken() == []


def test_a_run_with_nothing_to_announce_loads_no_client(pushing: Path, hub: RecordingHub) -> None:
    """Where nothing is owed, httpx and asyncio are not imported, though hubs are configured."""
    code = (
        "import sys\n"
        "from syndicate.cli import main\n"
        "try: main(['build', '--now', '2024-06-01', '-q', '--jobs', '1'])\n"
        "except SystemExit as end: assert not end.code, end.code\n"
        "print(sorted({'httpx', 'asyncio'} & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=pushing, check=True, capture_output=True)
    assert done.stdout == b"[]\n"
    assert hub.taken() == []


def test_without_hubs_nothing_is_kept(site: Path, write_article: WriteArticle) -> None:
    """A site without hubs keeps no account of them."""
    write_article("2024-01-01-a.md")
    report = run(site)
    assert (report.announcements, report.owed) == ((), 0)
    with Index.open(str(site / ".syndicate" / "index.db")) as index:
        assert (index.topics(), index.owed()) == ({}, {})


def test_a_dry_run_is_silent(pushing: Path, hub: RecordingHub) -> None:
    """`dry_run` announces nothing and owes nothing; the run after it announces."""
    edit(pushing)
    assert run(pushing, dry_run=True).changes.write
    assert (hub.taken(), owing(pushing)) == ([], [])
    run(pushing)
    assert hub.taken() == documents("all", "topics/two")


def test_a_feed_that_went_is_not_announced(pushing: Path, hub: RecordingHub) -> None:
    """A document that was deleted is nothing to be fetched; the feeds that lost an article are announced."""
    (pushing / "articles" / "2024-01-02-b.md").unlink()
    report = run(pushing)
    assert set(report.changes.delete) == set(documents("topics/two"))
    assert hub.taken() == documents("all")


def test_only_the_formats_that_there_are(pushing: Path, hub: RecordingHub) -> None:
    """Where a site has fewer formats, those alone are announced."""
    configure(pushing, hub.url, more="formats: [json]\n")
    run(pushing)
    assert hub.taken() == []
    edit(pushing)
    run(pushing)
    assert hub.taken() == ["all/feed.json", "topics/two/feed.json"]


@pytest.mark.parametrize(
    ("path", "feed"),
    [
        ("all/rss.xml", "all"),
        ("topics/ai/feed.json", "topics/ai"),
        ("providers/radio.example/atom.xml", "providers/radio.example"),
        ("topics/archive/atom.xml", "topics/archive"),
        ("archive/atom.xml", "archive"),
        ("all/archive/2021/rss.xml", None),
        ("topics/ai/archive/2021-08/feed.json", None),
        ("all/index.html", None),
        ("rss.xml", None),
        ("index.json", None),
        ("topics.opml", None),
    ],
)
def test_hubs_tell_of_feeds_only(path: str, feed: str | None) -> None:
    """The three documents of a feed are topics; archives, pages and lists are not."""
    assert feed_of(path) == feed


# Hubs that come, go, or fail.


def test_a_hub_that_is_down_fails_nothing(pushing: Path, hub: RecordingHub) -> None:
    """The build is well, the report says what is owed and why, and the next run makes up for it once."""
    hub.status = 503
    edit(pushing)
    report = run(pushing)
    assert report.ok
    assert report.owed == 6
    (warning,) = report.warnings
    assert warning == f"{hub.url}: answered 503 Service Unavailable (6 announcements to be made again)"
    assert owing(pushing) == documents("all", "topics/two")
    hub.status = 204
    hub.taken()
    again = run(pushing)
    assert (again.changes.write, again.owed, again.warnings) == ((), 0, ())
    assert hub.taken() == documents("all", "topics/two")
    assert (run(pushing).announcements, hub.taken()) == ((), [])


def test_the_exit_code_does_not_know_hubs(pushing: Path, hub: RecordingHub) -> None:
    """`build` ends with 0 where a hub is down, and says so in a line on standard error, quiet or not."""
    hub.status = 400
    edit(pushing)
    code, out, error = cli(pushing, "build", "-q", "--now", "2024-06-01")
    assert (code, out) == (0, "")
    assert error == f"warning: {hub.url}: answered 400 Bad Request (6 announcements to be made again)\n"
    code, out, _ = cli(pushing, "build", "-v", "--now", "2024-06-01", "--report", str(pushing / "r.json"))
    assert (code, "hubs: 0 announcements made, 6 still to be made" in out.splitlines()) == (0, True)
    topic = "https://site.example/feeds/all/rss.xml"
    assert f"not announced: {topic} to {hub.url} (answered 400 Bad Request)" in out.splitlines()
    written = json.loads((pushing / "r.json").read_text())
    assert written["owed"] == 6
    assert {"hub": hub.url, "topic": topic, "failure": "answered 400 Bad Request"} in written["announcements"]


def test_one_hub_down_another_well(pushing: Path, hub: RecordingHub) -> None:
    """Each hub has its own account: what one took is not sent to it again for the other's sake."""
    with down() as gone:
        configure(pushing, hub.url, gone)
        report = run(pushing)
        assert hub.taken() == documents("all", "topics/one", "topics/two")
        assert report.owed == 9
        assert run(pushing).owed == 9
        assert hub.taken() == []
        configure(pushing, hub.url)
        report = run(pushing)
        assert (report.owed, owing(pushing)) == (0, [])
        assert hub.taken() == documents("all", "topics/one", "topics/two")


def test_a_hub_that_is_new_is_told_of_everything(pushing: Path, hub: RecordingHub) -> None:
    """To name a hub changes every document, so each is announced, once, to every hub."""
    with RecordingHub() as other:
        configure(pushing, hub.url, other.url)
        run(pushing)
        assert other.taken() == hub.taken() == documents("all", "topics/one", "topics/two")
        configure(pushing)
        run(pushing)
        configure(pushing, other.url)
        run(pushing)
        assert other.taken() == documents("all", "topics/one", "topics/two")
        assert hub.taken() == []


def test_what_is_owed_for_a_feed_that_went_is_dropped(pushing: Path, hub: RecordingHub) -> None:
    """Nobody is told of a document that is no more."""
    hub.status = 503
    edit(pushing)
    run(pushing)
    (pushing / "articles" / "2024-01-02-b.md").unlink()
    hub.status = 204
    hub.taken()
    run(pushing)
    assert hub.taken() == documents("all")
    assert owing(pushing) == []


def test_time_that_ran_out_leaves_the_rest_owed(
    pushing: Path, hub: RecordingHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a run had no time for is announced by the next one."""
    edit(pushing)
    release = Event()
    hub.meanwhile = lambda: wait_for(release)
    monkeypatch.setattr(owed, "_PATIENCE", Patience(total=0.2, at_once=1))
    report = run(pushing)
    release.set()
    assert (report.announcements, report.owed) == ((), 6)
    assert report.warnings == ("the time for hubs was over: 6 announcements left for later",)
    assert "hubs: 0 announcements made, 6 still to be made" in report.summary()
    hub.taken()
    monkeypatch.setattr(owed, "_PATIENCE", Patience())
    assert run(pushing).owed == 0
    assert hub.taken() == documents("all", "topics/two")


# Crashes, and runs that meet.

KILLED = """
import os, signal, sys
from syndicate import index, pipeline, publish
from syndicate.cli import main

def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)

{where} = die
main(["build", "--now", "2024-06-01", "-q", "--jobs", "1"])
"""


@pytest.mark.processes
@pytest.mark.parametrize(
    "where",
    ["index.Index.commit", "pipeline._announced", "pipeline.Ledger.settle", "pipeline.Ledger._strike"],
)
def test_a_kill_loses_no_announcement(where: str, pushing: Path, hub: RecordingHub) -> None:
    """Killed after publishing, before or after the index lasts or hubs are told: the next run tells them."""
    edit(pushing)
    killed = subprocess.run([sys.executable, "-c", KILLED.format(where=where)], cwd=pushing, check=False)
    assert killed.returncode == -signal.SIGKILL
    assert "B again" in (pushing / "feeds" / "all" / "rss.xml").read_text()
    told = hub.taken()
    assert told == (documents("all", "topics/two") if where.endswith("_strike") else [])
    run(pushing)
    assert hub.taken() == documents("all", "topics/two")
    assert run(pushing).announcements == ()


@pytest.mark.processes
def test_a_kill_at_any_step_loses_no_announcement(pushing: Path, hub: RecordingHub) -> None:
    """Killed as it is about to touch a file for the n-th time: hubs are told of the last bytes of all."""
    feeds = pushing / "feeds"
    known: dict[str, bytes] = {}

    def fetch(topic: str) -> None:
        path = topic.removeprefix("https://site.example/feeds/")
        known[path] = (feeds / path).read_bytes()

    hub.told = fetch
    run(pushing, full=True)
    assert cli(pushing, "ping")[0] == 0
    killed = 0

    def killed_at(step: int) -> subprocess.CompletedProcess[bytes]:
        edit(pushing, f"Killed at {step}")
        command = [sys.executable, "-c", KILLED_AT, str(step), "build", "-q", "--now", "2024-06-01"]
        return subprocess.run(command, cwd=pushing, capture_output=True, check=False)

    steps = 1_000_000 - int(killed_at(1_000_000).stderr)
    tried = range(steps // 3, steps + 1, max(1, (steps - steps // 3) // STEPS))
    for step in tried:
        killed += killed_at(step).returncode == -signal.SIGKILL
        run(pushing)
        assert known == {path: (feeds / path).read_bytes() for path in known}
        assert f"Killed at {step}".encode() in known["topics/two/rss.xml"]
        assert owing(pushing) == []
    assert killed > len(tried) / 2


def test_an_interrupt_keeps_account(pushing: Path, hub: RecordingHub) -> None:
    """Ctrl-C while hubs are told: what one took is struck, what it did not take stays owed."""
    edit(pushing)
    taken = iter(range(5))
    hold = Event()

    def interrupt() -> None:
        if next(taken, None) is None:
            os.kill(process.pid, signal.SIGINT)
            hold.wait(20)

    hub.meanwhile = interrupt
    command = [COMMAND, "build", "--now", "2024-06-01", "--jobs", "1"]
    with subprocess.Popen(command, cwd=pushing, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        _, error = process.communicate(timeout=60)
    hold.set()
    assert (process.returncode, error) == (130, b"interrupted\n")
    left = owing(pushing)
    # Four are asked at once: when the sixth comes, at least two were answered.
    assert 1 <= len(left) <= 4
    hub.taken()
    hub.meanwhile = lambda: None
    run(pushing)
    assert hub.taken() == left


def test_a_document_that_changes_meanwhile_stays_owed(pushing: Path, hub: RecordingHub) -> None:
    """While one run waits for a hub, another changes a feed again: that is not struck with it."""
    edit(pushing)
    run(pushing, ping=False)

    def edit_again() -> None:
        hub.meanwhile = lambda: None
        edit(pushing, "B once more")
        run(pushing, ping=False)

    hub.meanwhile = edit_again
    run(pushing)
    assert owing(pushing) == documents("all", "topics/two")
    run(pushing)
    assert owing(pushing) == []


def test_a_run_at_work_costs_a_repeat(
    pushing: Path, hub: RecordingHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the lock is held after an announcement, that is made again later, as the report says."""
    monkeypatch.setattr(owed, "_WAIT_FOR_OTHERS", 0.0)
    edit(pushing)
    run(pushing, ping=False)
    with lock(str(pushing / ".syndicate" / "lock")):
        outcome = ledger(settings_of_site(pushing)).settle_owed()
    assert hub.taken() == documents("all", "topics/two")
    (warning,) = outcome.warnings
    assert warning.startswith("what was announced is announced once more at the next run: ")
    assert owing(pushing) == documents("all", "topics/two")


def test_a_lost_index_announces_nothing_by_itself(pushing: Path, hub: RecordingHub) -> None:
    """Without the index, the files tell what changed: where all are as they should be, nothing did."""
    shutil.rmtree(pushing / ".syndicate")
    assert run(pushing).announcements == ()
    shutil.rmtree(pushing / ".syndicate")
    edit(pushing)
    run(pushing)
    assert hub.taken() == documents("all", "topics/two")


def test_a_fresh_checkout_announces_nothing_by_itself(pushing: Path, hub: RecordingHub) -> None:
    """With the index kept and every file copied anew, as in CI, only what differs is announced."""
    for name in ("feeds", "articles"):
        shutil.copytree(pushing / name, pushing / "copy", copy_function=shutil.copyfile)
        shutil.rmtree(pushing / name)
        (pushing / "copy").rename(pushing / name)
    assert run(pushing).announcements == ()
    assert hub.taken() == []


def test_a_broken_index_fails_nothing(pushing: Path, hub: RecordingHub) -> None:
    """An account that cannot be read is a warning; by hand, what is owed is then an error."""
    settings = settings_of_site(pushing)
    for path in (pushing / ".syndicate").glob("index.db*"):
        path.write_bytes(b"no database" * 1000)
    outcome = ledger(settings).settle_owed()
    assert outcome.announcements == ()
    assert outcome.warnings[0].startswith("what the hubs are owed cannot be read: ")
    assert cli(pushing, "ping", "--owed")[0] == 2
    assert cli(pushing, "ping", "all")[0] == 0
    assert hub.taken() == documents("all")


# By hand.


def test_ping_announces_everything(pushing: Path, hub: RecordingHub) -> None:
    """`ping` announces every published document, and counts them."""
    assert cli(pushing, "ping") == (0, "hubs: 9 announcements made\n", "")
    assert hub.taken() == documents("all", "topics/one", "topics/two")


def test_ping_announces_the_feeds_it_is_given(pushing: Path, hub: RecordingHub) -> None:
    """`ping FEED` announces those feeds; -v names each document."""
    code, out, _ = cli(pushing, "ping", "-v", "topics/one/")
    assert code == 0
    assert hub.taken() == documents("topics/one")
    assert f"announced: https://site.example/feeds/topics/one/rss.xml to {hub.url}" in out.splitlines()


def test_ping_needs_no_index(pushing: Path, hub: RecordingHub) -> None:
    """What is published is told by the output; an index is not made for it."""
    shutil.rmtree(pushing / ".syndicate")
    assert cli(pushing, "ping", "all")[0] == 0
    assert hub.taken() == documents("all")
    assert not (pushing / ".syndicate").exists()


def test_ping_pays_what_is_owed(pushing: Path, hub: RecordingHub) -> None:
    """`build --no-ping` keeps the announcements, `ping --owed` makes them, and then there are none."""
    edit(pushing)
    code, out, _ = cli(pushing, "build", "--no-ping", "--now", "2024-06-01")
    assert (code, "hubs: 0 announcements made, 6 still to be made" in out.splitlines()) == (0, True)
    assert hub.taken() == []
    assert cli(pushing, "ping", "--owed", "all") == (0, "hubs: 3 announcements made\n", "")
    assert hub.taken() == documents("all")
    assert cli(pushing, "ping", "topics/two")[0] == 0
    assert hub.taken() == documents("topics/two")
    assert cli(pushing, "ping", "--owed") == (0, "hubs: 0 announcements made\n", "")
    assert hub.taken() == []


@pytest.mark.parametrize("status", [403, 503])
def test_ping_fails_where_a_hub_does(status: int, pushing: Path, hub: RecordingHub) -> None:
    """A hub that refuses or is down: exit code 1, and a line that says which and why."""
    hub.status = status
    code, out, error = cli(pushing, "ping", "all")
    assert (code, out) == (1, "hubs: 0 announcements made, 3 still to be made\n")
    assert error.startswith(f"warning: {hub.url}: answered {status} ")


def test_ping_wants_a_hub_and_feeds(pushing: Path, hub: RecordingHub) -> None:
    """No hub, no such feed, nothing built: each is a mistake with its line, and nobody is told anything."""
    assert cli(pushing, "ping", "topics/three", "all")[::2] == (
        2,
        f"error: {pushing}/feeds: found no feed topics/three, expected a feed that is published there,"
        " such as all\n",
    )
    shutil.rmtree(pushing / "feeds")
    with pytest.raises(ConfigError, match="found no feed, expected a build before"):
        ping(settings_of_site(pushing))
    configure(pushing)
    with pytest.raises(ConfigError, match="hubs: found nothing, expected the URL of a hub"):
        ping(settings_of_site(pushing))
    assert hub.taken() == []


# While watching.


def watching(site: Path, say: Callable[[str], None], *, ping: bool = True) -> Watcher:
    """A watcher of a site, whose announcements are told to `say`."""
    config = site / "config" / "syndicate.yaml"
    return Watcher(str(config), lambda: load_settings(config), Options(now=NOW, jobs=1, ping=ping), say)


def test_watch_announces_without_waiting(pushing: Path, hub: RecordingHub) -> None:
    """A rebuild does not wait for the hub: the next one goes on while the first is being announced."""
    lines: list[str] = []
    release, asked = Event(), Event()
    hub.meanwhile = lambda: wait_for(release, asked)
    with watching(pushing, lines.append) as watcher:
        for title in ("B again", "B once more"):
            edit(pushing, title)
            assert "2024-01-02-b.md" in watcher.rebuild([str(pushing / "articles" / "2024-01-02-b.md")])[-1]
            assert asked.wait(20)
        release.set()
        assert until(lambda: not owing(pushing))
    assert set(hub.taken()) == set(documents("all", "topics/two"))
    assert lines[0].startswith("hubs: 6 announcements made")


def test_watch_may_be_told_to_keep_quiet(pushing: Path, hub: RecordingHub) -> None:
    """Without `ping` a watch tells no hub, and keeps what there is to tell."""
    with watching(pushing, lambda _: None, ping=False) as watcher:
        edit(pushing)
        watcher.rebuild()
    assert (hub.taken(), owing(pushing)) == ([], documents("all", "topics/two"))


def test_watch_ends_though_a_hub_is_silent(pushing: Path, hub: RecordingHub) -> None:
    """To end a watch does not wait for hubs; what they did not take stays owed."""
    release, asked = Event(), Event()
    hub.meanwhile = lambda: wait_for(release, asked)
    with watching(pushing, lambda _: None) as watcher:
        edit(pushing)
        watcher.rebuild()
        assert asked.wait(20)
    assert not release.is_set()
    release.set()
    assert owing(pushing) == documents("all", "topics/two")


def test_a_failure_is_said_once_and_tried_again(pushing: Path, hub: RecordingHub) -> None:
    """While a hub is down it is tried again and again, but its failure is told once."""
    hub.status = 503
    edit(pushing)
    run(pushing, ping=False)
    lines: list[str] = []

    def made() -> int:
        return sum(int(line.split()[1]) for line in lines if line.startswith("hubs: "))

    announcer = Announcer(lines.append, again=0.01)
    announcer.call(ledger(settings_of_site(pushing)))
    try:
        assert until(lambda: len(hub.topics) > 20)
        hub.status = 204
        # It is said after it was noted: to end in between is to end without having said it.
        assert until(lambda: made() == 6)
    finally:
        announcer.close()
    assert sum("answered 503" in line for line in lines) == 1
    assert not owing(pushing)


# Over many steps.


def test_an_account_holds_over_any_steps(pushing: Path, hub: RecordingHub) -> None:
    """Whatever fails in between, a hub that is well again knows the bytes of every document."""
    known = {
        path: (pushing / "feeds" / path).read_bytes() for path in documents("all", "topics/one", "topics/two")
    }
    for step in range(12):
        hub.status = 503 if step % 3 else 204
        edit(pushing, f"Title {step // 2}")
        if step == 7:
            shutil.rmtree(pushing / "feeds" / "topics")
        run(pushing, ping=step % 4 != 1, full=step == 5)
        taken = hub.taken() if hub.status == 204 else []
        known.update((path, (pushing / "feeds" / path).read_bytes()) for path in taken)
        hub.taken()
    hub.status = 204
    run(pushing)
    known.update((path, (pushing / "feeds" / path).read_bytes()) for path in hub.taken())
    assert known == {path: (pushing / "feeds" / path).read_bytes() for path in known}


def test_hubs_and_outcome_are_plain_data(pushing: Path, hub: RecordingHub) -> None:
    """What `ping` returns can be written as JSON, like any report."""
    outcome = msgspec.to_builtins(ping(settings_of_site(pushing), ["all"]))
    assert outcome["announcements"][0] == {
        "hub": hub.url,
        "topic": "https://site.example/feeds/all/atom.xml",
        "failure": None,
    }
