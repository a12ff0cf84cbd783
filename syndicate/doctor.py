"""`syndicate doctor`: what is wrong with an installation and a site, and what to do about it.

It changes nothing: no lock is taken, the index is opened to be looked at, and whatever is broken is what it
is there to tell. May know: all that a run knows of its surroundings; it never begins one.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from urllib.parse import urlsplit

import msgspec

from syndicate.config import find_config, load_registries, load_settings
from syndicate.dates import rfc3339, spell_age
from syndicate.diagnosis import Diagnosis, Sign, note, ok, wrong
from syndicate.errors import ConfigError, SyndicateError
from syndicate.index import Index
from syndicate.indexfile import INDEX_ERRORS, SCHEMA_VERSION, damage_in, fault_of, looked_at, version_in
from syndicate.installation import examine_installation
from syndicate.lastrun import LastRun, read_last_run
from syndicate.lock import holder_of
from syndicate.places import index_path, last_run_path, lock_path, output_folder, state_folder
from syndicate.publish import STAGING, count_foreign, is_inside, read_manifest
from syndicate.refresh import Refresh
from syndicate.registry import Registries
from syndicate.report import counted
from syndicate.settings import Settings
from syndicate.sources import scan_sources

# With less than this free, the next run may well be the one that fails.
_SCARCE = 50_000_000
_NAMED = 10


def diagnose(
    config: str | None = None, *, output: str | None = None, now: datetime | None = None
) -> Diagnosis:
    """Look at everything, whatever is broken; `now` is the present instant, by default the clock."""
    now = (now or datetime.now(UTC)).replace(microsecond=0)
    path = config
    try:
        path = config or str(find_config())
        settings = load_settings(path)
        registries = load_registries(settings)
    except ConfigError as error:
        problems = (wrong("configuration", str(problem)) for problem in error.problems)
        # One that is not there is another matter than one that is wrong.
        configured = path is not None and os.path.exists(path)
        return Diagnosis(signs=(*examine_installation(), *problems), configured=configured)
    if output is not None:
        settings = msgspec.structs.replace(settings, output=os.path.abspath(output))
    signs = [*examine_installation(needs_brotli="br" in settings.precompress)]
    signs += [ok("configuration", f"{path} is read without a complaint"), *_examine_settings(settings)]
    signs += _guarded("sources", _examine_sources(settings))
    signs += _guarded("folders", _examine_folders(settings))
    signs += _guarded("lock", _examine_lock(settings))
    at_work = any(sign.about == "lock" and sign.state == "note" for sign in signs)
    signs += _examine_last_run(settings, now, at_work=at_work)
    if at_work:
        signs.append(note("index", "a run is at work on it", "look again when it has ended"))
    else:
        signs += _guarded("index", _examine_index(settings, registries, now))
        signs += _guarded("output", _examine_output(settings))
    return Diagnosis(signs=tuple(signs))


def _guarded(about: str, signs: Iterator[Sign]) -> list[Sign]:
    """Take the signs there are; what ends them is one more."""
    found = []
    try:
        for sign in signs:
            found.append(sign)
    except (*INDEX_ERRORS, OSError, SyndicateError) as error:
        place = getattr(error, "filename", None)
        found.append(wrong(about, f"{f'{place}: ' if place else ''}{fault_of(error)}"))
    return found


def _some(names: Iterable[str]) -> str:
    names = list(names)
    return ", ".join(names[:3]) + (" and others" if len(names) > 3 else "")


# What is asked of a site.


def _examine_settings(settings: Settings) -> Iterator[Sign]:
    for key in ("url", "feeds_url"):
        parts = urlsplit(getattr(settings.site, key))
        if (parts.hostname or "").endswith(("example.com", "example.org", "example.net")):
            yield note("configuration", f"site.{key} is still an example", "say where the site is")
        elif parts.scheme == "http":
            yield note("configuration", f"site.{key} is http, not https")


def _examine_sources(settings: Settings) -> Iterator[Sign]:
    files = scan_sources(settings)
    closed = [file.path for file in files if not os.access(file.file, os.R_OK)]
    if closed:
        yield wrong(
            "sources", f"{counted(len(closed), 'file')} may not be read: {_some(closed)}", "chmod a+r"
        )
    for number, source in enumerate(settings.sources):
        count = sum(file.source == number for file in files)
        if count:
            yield ok("sources", f"{source.path} holds {counted(count, 'file')}")
        else:
            advice = "a run stops where there is no article at all" if not files else ""
            make = wrong if not files else note
            yield make("sources", f"{source.path} holds no file that `include` names", advice)


def _examine_folders(settings: Settings) -> Iterator[Sign]:
    output, index = output_folder(settings), os.path.dirname(index_path(settings))
    for folder in dict.fromkeys((output, index, state_folder(settings))):
        about = "output" if folder == output else "index" if folder == index else "lock"
        yield from _examine_folder(about, folder)
    if os.path.isdir(output):
        device = os.stat(output).st_dev
        others = [entry.name for entry in os.scandir(output) if entry.is_dir() and _device(entry) != device]
        if others:
            advice = "a file that is written in one cannot be renamed into the other"
            yield wrong("output", f"is on another file system than its folder {_some(others)}", advice)


def _device(entry: os.DirEntry[str]) -> int:
    return os.stat(entry.path).st_dev


def _examine_folder(about: str, folder: str) -> Iterator[Sign]:
    there = folder
    while not os.path.exists(there) and there != os.path.dirname(there):
        there = os.path.dirname(there)
    if not os.path.isdir(there):
        yield wrong(about, f"{there} is no folder", "move it away")
        return
    if not os.access(there, os.W_OK | os.X_OK):
        yield wrong(about, f"{there} may not be written by this user", f"chown or chmod {there}")
        return
    status = os.statvfs(there)
    free = status.f_bavail * status.f_frsize
    if free < _SCARCE or (status.f_files and not status.f_favail):
        yield wrong(about, f"{there} has {free / 1e6:,.0f} MB left, {status.f_favail:,} files", "make room")
    elif there != folder:
        yield note(about, f"{folder} is not there yet", "the first build makes it")
    else:
        yield ok(about, f"{folder} may be written, {free / 1e9:,.1f} GB are free")


# How the last run was.


def _examine_lock(settings: Settings) -> Iterator[Sign]:
    path = lock_path(settings)
    try:
        holder = holder_of(path)
    except FileNotFoundError:
        yield ok("lock", "who holds it cannot be told on this system; it is free when its process has ended")
        return
    if holder:
        yield note("lock", f"{holder} is at work on this output")
    elif os.path.exists(path) and not os.access(path, os.W_OK):
        yield wrong("lock", f"{path} may not be written by this user", f"chown or chmod {path}")
    else:
        yield ok("lock", "is free")


def _examine_last_run(settings: Settings, now: datetime, *, at_work: bool) -> Iterator[Sign]:
    run = read_last_run(last_run_path(settings))
    if run is None:
        yield note("last run", "none is noted here", "syndicate build")
    elif run.outcome == "published" and run.ended:
        yield ok("last run", f"ended well at {_dated(run.ended, now)}")
    elif at_work and run.outcome == "unfinished":
        yield ok("last run", f"is at work since {_dated(run.began, now)}")
    else:
        how = f"was stopped: {run.message}" if run.ended else "was cut off: killed, or the machine went down"
        yield wrong("last run", f"the one of {_dated(run.began, now)} {how}", _since(run, now))


def _since(run: LastRun, now: datetime) -> str:
    good = f"the feeds are those of {_dated(run.good, now)}" if run.good else "none has published yet"
    if run.bad_since and run.bad_since != run.began:
        return f"so were all runs since {_dated(run.bad_since, now)}, {good}"
    return good


def _dated(instant: datetime, now: datetime) -> str:
    age = spell_age(now - instant)
    instant = instant.replace(microsecond=0)
    return f"{rfc3339(instant.astimezone(UTC))}{f', {age} ago' if age else ''}"


# What the index knows.


def _examine_index(settings: Settings, registries: Registries, now: datetime) -> Iterator[Sign]:
    path = index_path(settings)
    broken = f"{path}.broken"
    if os.path.exists(broken):
        yield note("index", f"one that could not be used is {broken}", "delete it when nobody needs it")
    if not os.path.exists(path):
        yield note("index", f"{path} is not there", "the next build reads everything, and makes it")
        return
    if not os.access(path, os.R_OK | os.W_OK):
        yield wrong("index", f"{path} may not be read and written by this user", f"chown or chmod {path}")
        return
    if os.path.exists(f"{path}-wal") and os.path.getsize(f"{path}-wal"):
        yield note(
            "index", "its log is there, of a watch, or of a run that was killed", "the next run takes it in"
        )
    with looked_at(path) as connection:
        version = version_in(connection)
        if version != SCHEMA_VERSION:
            text = f"{path} is of version {version}, this is {SCHEMA_VERSION}"
            yield note("index", text, "the next build puts it aside and reads everything")
            return
        if damage := damage_in(connection):
            yield wrong(
                "index", f"{path} is damaged ({damage})", "the next build puts it aside, or delete it"
            )
            return
        index = Index(connection)
        size = os.path.getsize(path) / 1e6
        yield ok("index", f"{path} is sound: {counted(index.count_files(), 'file')}, {size:,.1f} MB")
        yield from _examine_failures(index, now)
        yield from _examine_owed(index, settings)
        yield from _examine_time(index, settings, registries, now)
        if index.meta("output") == output_folder(settings):
            yield from _examine_documents(index, settings)


def _examine_failures(index: Index, now: datetime) -> Iterator[Sign]:
    failures = index.failures(int(now.timestamp()))
    for failure in failures[:_NAMED]:
        yield wrong("article", f"{failure}{failure.fate(now)}")
    if len(failures) > _NAMED:
        yield wrong("article", f"{len(failures) - _NAMED:,} more are broken", "syndicate build names them")


def _examine_owed(index: Index, settings: Settings) -> Iterator[Sign]:
    owed = sum(hub in settings.hubs for hub, _ in index.owed())
    if owed:
        yield note("hubs", f"{counted(owed, 'announcement')} still to be made", "syndicate ping --owed")
    elif settings.hubs:
        yield ok("hubs", "were told everything")


def _examine_time(index: Index, settings: Settings, registries: Registries, now: datetime) -> Iterator[Sign]:
    last = index.meta("now")
    if last is None:
        return
    event = Refresh(index, settings, registries, datetime.fromtimestamp(last, UTC)).next_event()
    if event is None:
        yield ok("time", "changes nothing by itself")
        return
    instant = datetime.fromtimestamp(event, UTC)
    if instant > now:
        yield ok("time", f"changes a feed at {rfc3339(instant)}")
    else:
        text = f"a feed was to change at {_dated(instant, now)}, and no run came since"
        yield wrong("time", text, "is the scheduler at work?")


# What is published.


def _examine_documents(index: Index, settings: Settings) -> Iterator[Sign]:
    output, documents = output_folder(settings), index.documents()
    altered, missing = [], []
    for path, known in sorted(documents.items()):
        try:
            status = os.stat(os.path.join(output, path))
        except (FileNotFoundError, NotADirectoryError):
            missing.append(path)
        else:
            if (status.st_size, status.st_mtime_ns) != known:
                altered.append(path)
    for paths, how in ((missing, "missing"), (altered, "not as they were left")):
        if paths:
            text = f"{len(paths):,} of {counted(len(documents), 'file')} are {how}: {_some(paths)}"
            yield wrong("output", text, "syndicate build writes them again")
    if not missing and not altered:
        yield ok("output", f"{counted(len(documents), 'file')} as the last run left them")
    owned = read_manifest(output)
    blocked = [path for path in index.wanted_files() if path not in documents and path not in owned]
    there = [path for path in blocked if os.path.lexists(os.path.join(output, path))]
    if there:
        text = f"{counted(len(there), 'file')} not ours in the way of ours: {_some(there)}"
        yield wrong("output", text, "move them away, or say `syndicate build --adopt`")


def _examine_output(settings: Settings) -> Iterator[Sign]:
    output = output_folder(settings)
    if not os.path.isdir(output):
        return
    owned = {path for path in read_manifest(output) if is_inside(path)}
    if foreign := count_foreign(output, owned):
        yield note("output", f"{counted(foreign, 'file')} of others there; what is there stays")
    if os.path.lexists(os.path.join(output, STAGING)):
        yield note("output", f"{STAGING} is left of a run that was cut off", "the next build clears it away")
    elsewhere = [path for path in owned if not os.path.lexists(os.path.join(output, path))]
    if elsewhere and not os.path.exists(index_path(settings)):
        yield wrong("output", f"{counted(len(elsewhere), 'file')} missing: {_some(sorted(elsewhere))}")
