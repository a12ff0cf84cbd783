"""Schedules: what cron, systemd, GitHub or GitLab are to be told so that feeds are built unattended.

The templates are files of the package, in which `@name@` stands for what one site has to say. May know:
where a site's files are; not how a build goes.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import sys
from collections.abc import Callable, Mapping
from importlib.resources import files
from typing import Literal, get_args

from syndicate.digest import digest_of
from syndicate.errors import ConfigError, Problem
from syndicate.places import index_path, output_folder, state_folder
from syndicate.settings import Settings

Scheduler = Literal["cron", "systemd", "github-actions", "gitlab-ci"]
Often = Literal["15m", "30m", "hourly", "6h", "daily"]
SCHEDULERS: tuple[Scheduler, ...] = get_args(Scheduler)
OFTEN: tuple[Often, ...] = get_args(Often)

_FILES: dict[Scheduler, tuple[str, ...]] = {
    "cron": ("crontab",),
    "systemd": ("syndicate.service", "syndicate.timer"),
    "github-actions": ("github-actions.yml",),
    "gitlab-ci": ("gitlab-ci.yml",),
}
_WORDS: dict[Often, str] = {
    "15m": "every 15 minutes",
    "30m": "every 30 minutes",
    "hourly": "every hour",
    "6h": "every 6 hours",
    "daily": "every day",
}
_DAILY_HOUR = 4
_PLAIN = re.compile(r"[A-Za-z0-9_@%+=:,./-]+")


def write_schedule(settings: Settings, config: str, scheduler: Scheduler, often: Often = "hourly") -> str:
    """Write what a scheduler is to be told to build the feeds of a configuration.

    The minute follows from the site's id, so that not every site of the world builds at the full hour.
    Raises ConfigError where a repository does not hold the site, or a path that no scheduler can spell.
    """
    values = _values(settings, os.path.abspath(config), scheduler, often)
    return "\n".join(_filled(name, values) for name in _FILES[scheduler])


def _filled(name: str, values: Mapping[str, str]) -> str:
    template = (files("syndicate") / "templates" / "schedule" / name).read_text(encoding="utf-8")
    # A line that holds nothing but an absent value goes.
    for absent in (each for each, value in values.items() if not value):
        template = template.replace(f"@{absent}@\n", "")
    return re.sub(r"@([a-z_]+)@", lambda found: values[found[1]], template)


def _values(settings: Settings, config: str, scheduler: Scheduler, often: Often) -> dict[str, str]:
    minute = int.from_bytes(digest_of(settings.site.id)[:4], "big") % 60
    output, state, index = output_folder(settings), state_folder(settings), index_path(settings)
    values = {"title": settings.site.title, "often": _WORDS[often], "cron": cron_fields(often, minute)}
    if scheduler == "systemd":
        report, folders = os.path.join(state, "report.json"), {output, state, os.path.dirname(index)}
        spelled = _spell(_systemd, command=command(), config=config, report=report)
        return {
            **values,
            **spelled,
            "title": settings.site.title.replace("%", "%%"),
            "calendar": calendar(often, minute),
            "user": _owner(config),
            "writable": " ".join(_spell(_systemd, folder=folder)["folder"] for folder in sorted(folders)),
            "after": "Wants=network-online.target\nAfter=network-online.target" if settings.hubs else "",
            "families": "AF_UNIX AF_INET AF_INET6" if settings.hubs else "AF_UNIX",
        }
    if scheduler == "cron":
        report = os.path.join(state, "report.json")
        return {**values, **_spell(_crontab, command=command(), config=config, report=report, output=output)}
    root = _repository(config)
    paths = {"config": config, "output": output, "kept": index if settings.index else state}
    inside = {name: _inside(root, path) for name, path in paths.items()}
    ping = f"{scheduler}-ping.yml" if settings.hubs else ""
    values = {
        **values,
        **_spell(shlex.quote, **inside),
        "branch": json.dumps(_branch(root)),
        "output_glob": json.dumps(f"{inside['output']}/**"),
        "kept": json.dumps(inside["kept"]),
        "no_ping": " --no-ping" if settings.hubs else "",
    }
    return {**values, "ping": _filled(ping, values).rstrip("\n") if ping else ""}


def command() -> str:
    """Tell where this program is, for a scheduler that starts with another PATH."""
    beside = os.path.join(os.path.dirname(sys.executable), "syndicate")
    return beside if os.path.exists(beside) else shutil.which("syndicate") or "syndicate"


def cron_fields(often: Often, minute: int) -> str:
    """Write the five fields of a crontab entry."""
    return {
        "15m": f"{minute % 15}-59/15 * * * *",
        "30m": f"{minute % 30}-59/30 * * * *",
        "hourly": f"{minute} * * * *",
        "6h": f"{minute} */6 * * *",
        "daily": f"{minute} {_DAILY_HOUR} * * *",
    }[often]


def calendar(often: Often, minute: int) -> str:
    """Write a calendar event, as systemd.time(7) has it."""
    return {
        "15m": f"*-*-* *:{minute % 15:02}/15:00",
        "30m": f"*-*-* *:{minute % 30:02}/30:00",
        "hourly": f"*-*-* *:{minute:02}:00",
        "6h": f"*-*-* 00/6:{minute:02}:00",
        "daily": f"*-*-* {_DAILY_HOUR:02}:{minute:02}:00",
    }[often]


def _spell(quote: Callable[[str], str], **paths: str) -> dict[str, str]:
    for path in paths.values():
        if not path.isprintable():
            problem = Problem(path=path, found="a control character", expected="a path on one line")
            raise ConfigError([problem])
    return {name: quote(path) for name, path in paths.items()}


def _crontab(path: str) -> str:
    # crontab(5): an unescaped % is a line break, whatever quotes are around it.
    return shlex.quote(path).replace("%", r"\%")


def _systemd(path: str) -> str:
    # systemd.syntax(7), systemd.unit(5): quoted strings with C escapes; % begins a specifier, $ a variable.
    spelled = path.replace("%", "%%").replace("$", "$$")
    if _PLAIN.fullmatch(path):
        return spelled
    return '"' + spelled.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _owner(path: str) -> str:
    import pwd

    try:
        return pwd.getpwuid(os.stat(path).st_uid).pw_name
    except (OSError, KeyError):
        return "nobody"


def _repository(config: str) -> str:
    """Find the repository that holds a configuration, else take the present folder for it."""
    folder = os.path.dirname(config)
    while folder != os.path.dirname(folder):
        if os.path.exists(os.path.join(folder, ".git")):
            return folder
        folder = os.path.dirname(folder)
    return os.getcwd()


def _branch(root: str) -> str:
    try:
        with open(os.path.join(root, ".git", "HEAD"), encoding="utf-8") as stream:
            head = stream.read().strip()
    except OSError:
        return "main"
    return head.removeprefix("ref: refs/heads/") if head.startswith("ref: refs/heads/") else "main"


def _inside(root: str, path: str) -> str:
    shown = os.path.relpath(path, root)
    if shown == os.curdir or shown.split(os.sep)[0] == os.pardir:
        problem = Problem(path=path, found=f"a path outside {root}", expected="one inside the repository")
        raise ConfigError([problem])
    return shown
