"""Schedules: what is printed for each scheduler is what that one takes, and what it runs does the work."""

from __future__ import annotations

import configparser
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml
from click.testing import CliRunner
from conftest import WriteArticle, article_text, settings_of
from hubs import RecordingHub
from test_docs import blocks

from syndicate import load_settings, schedule
from syndicate.cli import main
from syndicate.errors import ConfigError
from syndicate.schedule import OFTEN, SCHEDULERS, Often, Scheduler, calendar, cron_fields, write_schedule
from syndicate.settings import Settings

BIN = Path(sys.executable).parent
INSTALLED = """#!/bin/sh
if [ "$*" = "-m pip install --quiet --requirement requirements.txt" ]; then
    test -f requirements.txt
else
    exec "{python}" "$@"
fi
"""
"""A Python whose pip finds everything installed, and takes no second to say so."""
COMMITTER = "-c user.name=Somebody -c user.email=somebody@site.example".split()


def printed(site: Path, scheduler: Scheduler, often: Often = "hourly") -> str:
    """What is printed for the configuration of a site."""
    config = site / "config" / "syndicate.yaml"
    return write_schedule(load_settings(config), str(config), scheduler, often)


def place(site: Path, name: str) -> Path:
    """Move a site into a folder below, of a name of its own."""
    moved = site / name
    moved.mkdir()
    for part in ("articles", "config"):
        (site / part).rename(moved / part)
    return moved


ODD = ["plain", "with blank", "100%", "it's", 'a "quoted" one', "back\\slash", "$HOME", "ünïcode;&|"]
"""Names that a shell, cron, systemd or YAML would each take for something else."""


# For every scheduler.


@pytest.mark.parametrize("scheduler", SCHEDULERS)
def test_the_command_prints_it(scheduler: Scheduler, site: Path) -> None:
    """`syndicate schedule` prints what the library writes, every hour unless it is told otherwise."""
    (site / ".git").mkdir()
    config = str(site / "config" / "syndicate.yaml")
    for often, options in (("hourly", []), ("daily", ["--every", "daily"])):
        done = CliRunner().invoke(main, ["schedule", scheduler, "--config", config, *options])
        assert (done.exit_code, done.stdout) == (
            0,
            write_schedule(load_settings(config), config, scheduler, often),
        )


def test_the_command_knows_every_scheduler() -> None:
    """What may be typed is what can be written."""
    parameters = {each.name: each for each in main.commands["schedule"].params}
    assert tuple(parameters["scheduler"].type.choices) == SCHEDULERS
    assert tuple(parameters["often"].type.choices) == OFTEN


@pytest.mark.parametrize("scheduler", SCHEDULERS)
@pytest.mark.parametrize("hubs", [[], ["https://hub.example/"]], ids=["without hubs", "with a hub"])
def test_no_placeholder_is_left(scheduler: Scheduler, hubs: list[str], tmp_path: Path) -> None:
    """Every place of a template is filled, none leaves a gap behind, and a line ends where it should."""
    settings = msgspec.structs.replace(settings_of(hubs=hubs), output=f"{tmp_path}/feeds")
    (tmp_path / ".git").mkdir()
    text = write_schedule(settings, f"{tmp_path}/syndicate.yaml", scheduler)
    assert not re.search(r"@[a-z_]+@", text)
    assert "\n\n\n" not in text
    assert text.endswith("\n")
    assert not re.search(r"[ \t]$", text, re.M)
    assert max(map(len, re.findall(r"^ *# .*$", text.replace(str(tmp_path), ""), re.M))) <= 120


@pytest.mark.parametrize("scheduler", SCHEDULERS)
def test_a_line_break_in_a_path_is_refused(scheduler: Scheduler, site: Path) -> None:
    """A path that would begin a line of its own is none that can be written anywhere."""
    moved = place(site, "two\nlines")
    (moved / ".git").mkdir()
    (moved / "a\nb.yaml").write_text((moved / "config" / "syndicate.yaml").read_text())
    settings = load_settings(moved / "a\nb.yaml")
    with pytest.raises(ConfigError, match="found a control character, expected a path on one line"):
        write_schedule(settings, str(moved / "a\nb.yaml"), scheduler)


def test_the_minute_is_the_sites_own(tmp_path: Path) -> None:
    """Sites build at different minutes, each always at its own."""

    def fields(name: str) -> str:
        settings = settings_of(site={**settings_site(), "id": f"{name}.example,2020"})
        return write_schedule(settings, f"{tmp_path}/c.yaml", "cron").splitlines()[-1].split()[0]

    minutes = [fields(f"s{number}") for number in range(20)]
    assert len(set(minutes)) > 10
    assert minutes == [fields(f"s{number}") for number in range(20)]
    assert all(0 <= int(minute) < 60 for minute in minutes)


def settings_site() -> dict[str, Any]:
    """What the test site says of itself."""
    site = settings_of().site
    return {"title": site.title, "url": site.url, "feeds_url": site.feeds_url, "id": site.id}


# How often.


def matches(field: str, limit: int) -> set[int]:
    """The values that a field of a crontab entry stands for (crontab(5))."""
    found: set[int] = set()
    for part in field.split(","):
        span, _, step = part.partition("/")
        if span == "*":
            first, last = 0, limit - 1
        else:
            first, last = (int(each) for each in (span.split("-") * 2)[:2])
        assert 0 <= first <= last < limit
        found.update(range(first, last + 1, int(step or 1)))
    return found


RUNS_A_DAY: dict[Often, int] = {"15m": 96, "30m": 48, "hourly": 24, "6h": 4, "daily": 1}


@pytest.mark.parametrize("minute", [0, 7, 14, 29, 30, 59])
@pytest.mark.parametrize("often", OFTEN)
def test_cron_runs_as_often_as_asked(often: Often, minute: int) -> None:
    """Five fields that cron understands, at equal distances over the day."""
    minutes, hours, *rest = cron_fields(often, minute).split()
    assert rest == ["*", "*", "*"]
    times = sorted(hour * 60 + each for hour in matches(hours, 24) for each in matches(minutes, 60))
    assert len(times) == RUNS_A_DAY[often]
    assert len({later - earlier for earlier, later in pairwise(times)}) <= 1
    assert minute % 15 == times[0] % 15


@pytest.mark.parametrize("often", OFTEN)
def test_systemd_runs_as_often_as_asked(often: Often) -> None:
    """A calendar event that systemd itself reads, at the same distance as cron's."""
    if not shutil.which("systemd-analyze"):
        pytest.skip("systemd-analyze is not installed")
    asked = ["systemd-analyze", "calendar", "--iterations=3", "--base-time=2024-06-01 00:00:00 UTC"]
    done = subprocess.run(
        [*asked, calendar(often, 37)], env={"TZ": "UTC", "PATH": os.environ["PATH"]}, capture_output=True,
        text=True, check=True,
    )  # fmt: skip
    times = re.findall(r"(\d\d):(\d\d):00 UTC", done.stdout)[-3:]
    minutes = [int(hour) * 60 + int(minute) for hour, minute in times]
    distances = {(later - earlier) % 1440 for earlier, later in pairwise(minutes)}
    assert distances == {1440 // RUNS_A_DAY[often] % 1440}


# cron.


def entry(text: str) -> tuple[str, str]:
    """The fields and the command of the one entry of a crontab, as cron reads it."""
    (line,) = (line for line in text.splitlines() if line and not line.startswith("#"))
    found = re.fullmatch(r"((?:[0-9*/,-]+ ){4}[0-9*/,-]+) (\S.*)", line)
    assert found
    fields, command = found.groups()
    # crontab(5): an unescaped % ends the command.
    assert not re.search(r"(?<!\\)%", command)
    return fields, command.replace(r"\%", "%")


@pytest.mark.processes
@pytest.mark.parametrize("name", ODD)
def test_cron_builds(name: str, site: Path, write_article: WriteArticle) -> None:
    """What cron runs, from another folder and with an empty environment, builds; again, it does nothing."""
    write_article("2024-01-01-a.md", title="A")
    site = place(site, name)
    fields, command = entry(printed(site, "cron"))
    assert fields == cron_fields("hourly", int(fields.split()[0]))
    subprocess.run(["sh", "-n", "-c", command], check=True)
    seen = []
    for _ in range(2):
        environment = {"HOME": str(site), "PATH": "/usr/bin:/bin", "SHELL": "/bin/sh"}
        done = subprocess.run(
            ["sh", "-c", command], cwd="/", env=environment, capture_output=True, text=True, check=True
        )
        assert (done.stdout, done.stderr) == ("", "")
        feed = site / "feeds" / "all" / "rss.xml"
        report = (site / ".syndicate" / "report.json").read_text()
        seen.append(
            (feed.stat().st_mtime_ns, feed.read_bytes(), '"create": []' in report.replace("[\n", "["))
        )
    assert seen[0][:2] == seen[1][:2]
    assert not seen[0][2]
    assert seen[1][2]


# systemd.


def units(text: str) -> dict[str, str]:
    """The units by their names, as their first lines say."""
    parts = re.split(r"^(?=# /etc/systemd/system/)", text, flags=re.M)
    return {part.splitlines()[0].rpartition("/")[2]: part for part in parts if part}


def unit_of(text: str) -> configparser.ConfigParser:
    """One unit, read as the ini file that it nearly is."""
    unit = configparser.ConfigParser(interpolation=None, delimiters="=", comment_prefixes="#", strict=True)
    unit.optionxform = str  # type: ignore[assignment,method-assign]
    unit.read_string(text)
    return unit


@pytest.mark.parametrize("name", ODD)
def test_systemd_takes_the_units(name: str, site: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Systemd finds nothing to complain of, whatever the folder is called."""
    if not shutil.which("systemd-analyze"):
        pytest.skip("systemd-analyze is not installed")
    folder = tmp_path_factory.mktemp("units")
    site = place(site, name)
    for hubs in ("", "hubs: [https://hub.example/]\n"):
        config = site / "config" / "syndicate.yaml"
        config.write_text(config.read_text() + hubs)
        found = units(printed(site, "systemd"))
        assert list(found) == ["syndicate.service", "syndicate.timer"]
        for file, text in found.items():
            (folder / file).write_text(text)
        files = [str(folder / file) for file in found]
        done = subprocess.run(
            ["systemd-analyze", "verify", *files], capture_output=True, text=True, check=False
        )
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_systemd_lets_it_do_little(site: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """By systemd's own measure the service is exposed to less than 2.0 of 10."""
    if not shutil.which("systemd-analyze"):
        pytest.skip("systemd-analyze is not installed")
    service = tmp_path_factory.mktemp("units") / "syndicate.service"
    service.write_text(units(printed(site, "systemd"))["syndicate.service"])
    command = ["systemd-analyze", "security", "--offline=true", "--threshold=19", str(service)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_the_service_says_what_it_should(site: Path) -> None:
    """It writes to output, lock and index alone, asks the network only for hubs, and knows the exit codes."""
    config = site / "config" / "syndicate.yaml"
    config.write_text(config.read_text() + f"index: {site}/kept/index.db\n")
    found = units(printed(site, "systemd"))
    service = unit_of(found["syndicate.service"])["Service"]
    assert service["Type"] == "oneshot"
    assert service["SuccessExitStatus"] == "1 143"
    assert service["ReadWritePaths"].split() == [f"{site}/.syndicate", f"{site}/feeds", f"{site}/kept"]
    assert service["ProtectSystem"] == "strict"
    assert service["RestrictAddressFamilies"] == "AF_UNIX"
    assert service["User"] == config.owner()
    timer = unit_of(found["syndicate.timer"])["Timer"]
    assert timer["Persistent"] == "true"
    assert timer["RandomizedDelaySec"]
    config.write_text(config.read_text() + "hubs: [https://hub.example/]\n")
    hubs = unit_of(units(printed(site, "systemd"))["syndicate.service"])
    assert hubs["Service"]["RestrictAddressFamilies"] == "AF_UNIX AF_INET AF_INET6"
    assert hubs["Unit"]["After"] == "network-online.target"


def test_the_service_builds(site: Path, write_article: WriteArticle) -> None:
    """What the service runs builds the feeds and leaves its report in a folder that it may write."""
    write_article("2024-01-01-a.md", title="A")
    service = unit_of(units(printed(site, "systemd"))["syndicate.service"])["Service"]
    command = shlex.split(service["ExecStart"])
    subprocess.run(command, cwd="/", env={"PATH": "/usr/bin:/bin"}, check=True)
    assert (site / "feeds" / "all" / "rss.xml").exists()
    assert command[command.index("--report") + 1].startswith(f"{site}/.syndicate/")


# In a repository.


class Repository:
    """A site in a repository with a remote beside it, and jobs in fresh checkouts of that."""

    def __init__(self, site: Path) -> None:
        self.folder = site.parent
        self.site = site
        self.remote = self.folder / "remote.git"
        self.home = self.folder / "home"
        self.home.mkdir()
        self.kept = self.folder / "kept"
        self.bin = self.folder / "bin"
        self.bin.mkdir()
        (self.bin / "python").write_text(INSTALLED.format(python=sys.executable))
        (self.bin / "python").chmod(0o755)
        for line in ("syndicate", "report.json"):
            with (site / ".gitignore").open("a") as ignored:
                ignored.write(f".{line}\n" if line == "syndicate" else f"{line}\n")
        (site / "requirements.txt").write_text("")
        self.git("init", "--quiet", "--bare", "--initial-branch=main", str(self.remote))
        self.git("-C", str(self.remote), "config", "receive.advertisePushOptions", "true")
        self.git("init", "--quiet", "--initial-branch=main", str(site))
        self.git("-C", str(site), "remote", "add", "origin", self.url)
        self.number = 0

    @property
    def url(self) -> str:
        """The address of the remote; a file: one, so that shallow clones are."""
        return f"file://{self.remote}"

    @property
    def environment(self) -> dict[str, str]:
        """What every job finds in its environment: our command first, and nobody's settings of git or pip."""
        quiet = {"PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_INDEX": "1", "GIT_CONFIG_NOSYSTEM": "1"}
        path = f"{self.bin}:{BIN}:{os.environ['PATH']}"
        return {"PATH": path, "HOME": str(self.home), "LC_ALL": "C.UTF-8", **quiet}

    def git(self, *arguments: str) -> str:
        """Run git, as somebody."""
        command = ["git", *COMMITTER, *arguments]
        return subprocess.run(
            command, env=self.environment, capture_output=True, text=True, check=True
        ).stdout.strip()

    def publish(self, message: str) -> None:
        """Commit everything in the site's own folder and push it, as an author does."""
        at = ("-C", str(self.site))
        self.git(*at, "add", "--all")
        self.git(*at, "commit", "--quiet", "--allow-empty", "--message", message)
        self.git(*at, "pull", "--quiet", "--rebase", "origin", "main") if self.log() else None
        self.git(*at, "push", "--quiet", "origin", "HEAD:main")

    def log(self) -> list[str]:
        """The messages on the remote's main branch, newest first."""
        try:
            return self.git("-C", str(self.remote), "log", "--format=%s", "main").splitlines()
        except subprocess.CalledProcessError:
            return []

    def changed(self) -> list[str]:
        """The files that the newest commit of the remote touches."""
        shown = self.git("-C", str(self.remote), "show", "--format=", "--name-only", "main")
        return shown.splitlines()

    def checkout(self, *, detached: bool = False) -> Path:
        """A fresh checkout of the newest commit alone, with what an earlier job kept."""
        self.number += 1
        # At one place, as services do it: where the articles are is part of what the index knows.
        folder = self.folder / "a job"
        shutil.rmtree(folder, ignore_errors=True)
        self.git("clone", "--quiet", "--depth=1", self.url, str(folder))
        if detached:
            self.git("-C", str(folder), "checkout", "--quiet", "--detach")
        if self.kept.exists():
            shutil.copytree(self.kept, folder / ".syndicate")
        return folder

    def keep(self, folder: Path) -> None:
        """Keep the index of a job, if it came to that, for the next one."""
        if (folder / ".syndicate").exists():
            shutil.rmtree(self.kept, ignore_errors=True)
            shutil.copytree(folder / ".syndicate", self.kept)


Meanwhile = Callable[[], None]
Job = Callable[[Repository, Meanwhile], tuple[int, str]]


def run_github(repository: Repository, meanwhile: Meanwhile = lambda: None) -> tuple[int, str]:
    """Run the workflow that the checkout holds as GitHub's runner does: exit code, and what was printed."""
    folder = repository.checkout()
    workflow = yaml.safe_load((folder / ".github" / "workflows" / "feeds.yml").read_text())
    job = workflow["jobs"]["feeds"]
    files = {
        name: repository.folder / f"{name}-{repository.number}" for name in ("output", "summary", "temp")
    }
    files["temp"].mkdir()
    environment = {
        **repository.environment,
        "GITHUB_OUTPUT": str(files["output"]),
        "GITHUB_STEP_SUMMARY": str(files["summary"]),
        "RUNNER_TEMP": str(files["temp"]),
        "GITHUB_REF_NAME": "main",
    }
    assert workflow["defaults"]["run"]["shell"] == "bash"
    printed, status = "", 0
    for step in job["steps"]:
        if step.get("uses", "").startswith("actions/cache/save@"):
            repository.keep(folder)
        if "run" not in step:
            continue
        outputs = (
            dict(re.findall(r"^(\w+)=(.*)$", files["output"].read_text(), re.M))
            if files["output"].exists()
            else {}
        )
        if condition := step.get("if"):
            name, value = re.fullmatch(r"steps\.build\.outputs\.(\w+) == '(.*)'", condition).groups()
            if outputs.get(name) != value:
                continue
        if step["name"].startswith("Commit"):
            meanwhile()
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
            cwd=folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        printed += done.stdout
        if done.returncode and not step.get("continue-on-error"):
            status = done.returncode
            break
    return status, printed


def run_gitlab(
    repository: Repository, meanwhile: Meanwhile = lambda: None, shell: str = "bash"
) -> tuple[int, str]:
    """Run the job that the checkout holds as GitLab's runner does: exit code, and what was printed."""
    folder = repository.checkout(detached=True)
    job = yaml.safe_load((folder / ".gitlab-ci.yml").read_text())["feeds"]
    (repository.home / ".gitconfig").write_text(
        f'[url "{repository.url}"]\n  insteadOf = https://feeds:secret@gitlab.example:443/group/site.git\n'
    )
    environment = {
        **repository.environment,
        "CI_COMMIT_BRANCH": "main",
        "CI_PROJECT_PATH": "group/site",
        "CI_SERVER_HOST": "gitlab.example",
        "CI_SERVER_PORT": "443",
        "CI_SERVER_PROTOCOL": "https",
        "FEEDS_TOKEN": "secret",
    }
    first, *rest = job["script"][1:]
    go_on = folder.with_name("go on")
    go_on.unlink(missing_ok=True)
    # The steps share one shell, so what comes between the build and the commit is done from within it.
    flag = shlex.quote(str(go_on))
    between = f"touch {flag}.wanted; while [ ! -e {flag} ]; do sleep 0.05; done"
    script = "\n".join(["set -e", job["script"][0], first, between, *rest])
    with subprocess.Popen(
        [shell, "-c", script],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        wanted = Path(f"{go_on}.wanted")
        while not wanted.exists() and process.poll() is None:
            try:
                process.wait(0.05)
            except subprocess.TimeoutExpired:
                continue
        wanted.unlink(missing_ok=True)
        meanwhile()
        go_on.touch()
        printed, _ = process.communicate(timeout=120)
    repository.keep(folder)
    return process.returncode, printed


JOBS: dict[Scheduler, tuple[str, Job]] = {
    "github-actions": (".github/workflows/feeds.yml", run_github),
    "gitlab-ci": (".gitlab-ci.yml", run_gitlab),
}


@pytest.fixture
def hub() -> Any:
    """A hub that is well."""
    with RecordingHub() as found:
        yield found


@pytest.fixture(params=JOBS)
def ci(request: pytest.FixtureRequest, site: Path, write_article: WriteArticle, hub: RecordingHub) -> Any:
    """A repository with a hub and the job of one service in it, and how that service runs it."""
    if not shutil.which("git"):
        pytest.skip("git is not installed")
    home = place(site, "site")
    (home / "articles" / "2024-01-01-a.md").write_text(article_text(title="A", topics="[One]"))
    (home / "articles" / "2024-01-02-b.md").write_text(article_text(title="B", topics="[Two]"))
    config = home / "config" / "syndicate.yaml"
    config.write_text(config.read_text() + f"hubs: ['{hub.url}']\n")
    repository = Repository(home)
    path, job = JOBS[request.param]
    (home / path).parent.mkdir(parents=True, exist_ok=True)
    (home / path).write_text(printed(home, request.param))
    repository.publish("Begin")
    return repository, job


@pytest.mark.processes
def test_ci_commits_what_changed_and_nothing_else(ci: Any, hub: RecordingHub) -> None:
    """The first run commits the feeds, the second nothing, one after an edit the feeds that show it."""
    repository, job = ci
    heads: list[str] = []
    hub.meanwhile = lambda: heads.append(repository.log()[0])
    assert job(repository)[0] == 0
    assert repository.log() == ["Update the feeds", "Begin"]
    assert {path.partition("/")[0] for path in repository.changed()} == {"feeds"}
    # Told after the push, so that what the hub fetches is there.
    assert set(heads) == {"Update the feeds"}
    assert len(hub.taken()) == 9

    code, said = job(repository)
    assert (code, "no feed changed" in said) == (0, True)
    assert repository.log() == ["Update the feeds", "Begin"]
    assert hub.taken() == []

    (repository.site / "articles" / "2024-01-02-b.md").write_text(article_text(title="C", topics="[Two]"))
    repository.publish("Edit")
    assert job(repository)[0] == 0
    assert repository.log() == ["Update the feeds", "Edit", "Update the feeds", "Begin"]
    names = ("atom.xml", "feed.json", "rss.xml")
    changed = [f"feeds/{feed}/{name}" for feed in ("all", "topics/two") for name in names]
    assert repository.changed() == changed
    assert [f"feeds/{topic}" for topic in hub.taken()] == changed


@pytest.mark.processes
def test_ci_gives_way_to_whoever_pushed_meanwhile(ci: Any) -> None:
    """A push between checkout and commit is kept, and the feeds come after it."""
    repository, job = ci

    def push() -> None:
        (repository.site / "README").write_text("Somebody was faster.\n")
        repository.publish("Faster")

    code, said = job(repository, push)
    assert code == 0, said
    assert repository.log() == ["Update the feeds", "Faster", "Begin"]


@pytest.mark.processes
def test_ci_tells_of_articles_that_failed(ci: Any) -> None:
    """The others are committed, the job ends with 1, and the next one has the last good version still."""
    repository, job = ci
    job(repository)
    (repository.site / "articles" / "2024-01-01-a.md").write_text("---\ntitle: [\n---\n")
    (repository.site / "articles" / "2024-01-02-b.md").write_text(article_text(title="C", topics="[Two]"))
    repository.publish("Break one, edit another")
    for _ in range(2):
        code, said = job(repository)
        assert code == 1
        assert "failed: " in said
        assert repository.log()[:2] == ["Update the feeds", "Break one, edit another"]
    assert repository.git("-C", str(repository.remote), "show", "main:feeds/topics/one/rss.xml")


@pytest.mark.processes
def test_ci_fails_where_nothing_can_be_built(ci: Any) -> None:
    """With a mistake in the configuration the job fails with 2, and nothing is committed."""
    repository, job = ci
    # With pip itself, once for each service.
    (repository.bin / "python").unlink()
    config = repository.site / "config" / "syndicate.yaml"
    config.write_text(config.read_text() + "langauge: x\n")
    repository.publish("Mistake")
    code, said = job(repository)
    assert (code, "langauge" in said) == (2, True)
    assert repository.log() == ["Mistake", "Begin"]


@pytest.mark.processes
def test_ci_survives_a_hub_that_is_down(ci: Any, hub: RecordingHub) -> None:
    """A hub that is down fails no job, and the next one makes up for it from the index that was kept."""
    repository, job = ci
    hub.status = 400
    assert job(repository)[0] == 0
    assert len(hub.taken()) == 9
    hub.status = 204
    code, said = job(repository)
    assert (code, "no feed changed" in said) == (0, True)
    assert len(hub.taken()) == 9


@pytest.mark.processes
def test_the_gitlab_script_needs_no_bash(site: Path, write_article: WriteArticle) -> None:
    """Images without bash run it, too."""
    if not shutil.which("git"):
        pytest.skip("git is not installed")
    write_article("2024-01-01-a.md", title="A")
    home = place(site, "site")
    repository = Repository(home)
    (home / ".gitlab-ci.yml").write_text(printed(home, "gitlab-ci"))
    repository.publish("Begin")
    assert run_gitlab(repository, shell="sh")[0] == 0
    assert repository.log() == ["Update the feeds", "Begin"]


@pytest.mark.parametrize("scheduler", JOBS)
@pytest.mark.parametrize("hubs", [[], ["https://hub.example/"]], ids=["without hubs", "with a hub"])
@pytest.mark.parametrize("name", ["feeds", *ODD])
def test_the_yaml_is_what_the_service_takes(
    scheduler: Scheduler, hubs: list[str], name: str, tmp_path: Path
) -> None:
    """Whatever the output is called: it is YAML, and what the service's own schema allows."""
    (tmp_path / ".git").mkdir()
    settings = msgspec.structs.replace(settings_of(hubs=hubs), output=f"{tmp_path}/{name}")
    text = write_schedule(settings, f"{tmp_path}/{name}.yaml", scheduler)
    found = yaml.safe_load(text)
    scripts = (
        [each["run"] for each in found["jobs"]["feeds"]["steps"] if "run" in each]
        if "jobs" in found
        else found["feeds"]["script"]
    )
    for script in scripts:
        subprocess.run(["bash", "-n", "-c", script], check=True)
    words = shlex.split("\n".join(scripts), comments=True)
    assert words[words.index("--config") + 1] == f"{name}.yaml"
    assert words[words.index("--all") + 2] == name
    if name == "feeds":
        (tmp_path / "ci.yml").write_text(text)
        kind = {
            "github-actions": ["vendor.github-workflows"],
            "gitlab-ci": ["vendor.gitlab-ci", "--data-transform=gitlab-ci"],
        }
        command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", *kind[scheduler], "ci.yml"]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


def test_github_is_given_no_more_than_it_needs(tmp_path: Path) -> None:
    """It may write the repository's contents alone, one run at a time, with actions of a known version."""
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "HEAD").write_text("ref: refs/heads/trunk\n")
    settings = msgspec.structs.replace(settings_of(), output=f"{tmp_path}/feeds")
    workflow = yaml.safe_load(write_schedule(settings, f"{tmp_path}/c.yaml", "github-actions", "15m"))
    assert workflow["permissions"] == {"contents": "write"}
    assert workflow["concurrency"] == {"group": "feeds", "cancel-in-progress": False}
    # YAML 1.1 reads `on` as true.
    assert workflow[True]["push"] == {"branches": ["trunk"], "paths-ignore": ["feeds/**"]}
    assert len(matches(workflow[True]["schedule"][0]["cron"].split()[0], 60)) == 4
    used = [step["uses"] for step in workflow["jobs"]["feeds"]["steps"] if "uses" in step]
    assert used
    assert all(re.fullmatch(r"actions/[\w/-]+@v\d+", each) for each in used)


@pytest.mark.parametrize("scheduler", JOBS)
def test_a_site_outside_its_repository_is_refused(scheduler: Scheduler, tmp_path: Path) -> None:
    """What a job cannot commit it cannot build: the line names the path."""
    (tmp_path / "site" / ".git").mkdir(parents=True)
    config = f"{tmp_path}/site/syndicate.yaml"
    for output in (f"{tmp_path}/feeds", f"{tmp_path}/site"):
        settings = msgspec.structs.replace(settings_of(), output=output)
        with pytest.raises(ConfigError, match=f"^{output}: found a path outside"):
            write_schedule(settings, config, scheduler)


@pytest.mark.parametrize("scheduler", JOBS)
def test_what_is_kept_between_jobs_is_the_index(scheduler: Scheduler, tmp_path: Path) -> None:
    """An index that was put elsewhere is the one that is kept."""
    (tmp_path / ".git").mkdir()
    settings = msgspec.structs.replace(settings_of(), output=f"{tmp_path}/feeds")
    config = f"{tmp_path}/syndicate.yaml"
    assert '".syndicate"' in write_schedule(settings, config, scheduler)
    settings = msgspec.structs.replace(settings, index=f"{tmp_path}/cache/index.db")
    assert '"cache/index.db"' in write_schedule(settings, config, scheduler)


# The documentation.


def documented(monkeypatch: pytest.MonkeyPatch, scheduler: Scheduler) -> str:
    """What is printed for the site that the documentation speaks of."""
    monkeypatch.setattr(schedule, "command", lambda: "/srv/venv/bin/syndicate")
    monkeypatch.setattr(schedule, "_owner", lambda _: "site")
    monkeypatch.setattr(schedule, "_repository", lambda _: "/srv/site")
    settings: Settings = settings_of(
        site={**settings_site(), "title": "My Articles", "id": "example.com,2024"},
        hubs=["https://hub.example/"],
    )
    settings = msgspec.structs.replace(settings, output="/srv/site/feeds")
    return write_schedule(settings, "/srv/site/config/syndicate.yaml", scheduler)


@pytest.mark.parametrize(
    ("scheduler", "language"),
    [("cron", "crontab"), ("systemd", "ini"), ("github-actions", "yaml"), ("gitlab-ci", "yaml")],
)
def test_the_docs_show_what_is_printed(
    scheduler: Scheduler, language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each schedule in docs/scheduling.md is, line for line, what the command prints for that site."""
    shown = blocks("docs/scheduling.md", language)
    assert documented(monkeypatch, scheduler).strip() in "\n".join(shown)
