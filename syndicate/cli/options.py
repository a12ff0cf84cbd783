"""What the commands share: options, exit codes, how a site is loaded and errors become lines.

May know: the configuration and the errors; no stage of a build.
"""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any, NoReturn

import click

if TYPE_CHECKING:
    from syndicate.settings import Settings

FAILED, REFUSED, BUSY, INTERRUPTED, TERMINATED = 1, 2, 3, 130, 143

EPILOG = (
    "Exit codes: 0 fine; 1 some articles failed, none could be read, or a file is in the way; 2 usage,"
    " configuration, or what the machine refuses; 3 another run is at work."
)


class _Instant(click.ParamType):  # type: ignore[type-arg]
    name = "INSTANT"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        from syndicate.dates import parse_instant

        try:
            return parse_instant(value)
        except ValueError:
            self.fail(f"'{value}' is no date such as 2021-12-29T05:46:00Z", param, ctx)


config_option = click.option(
    "--config",
    "config_path",
    type=click.Path(dir_okay=False),
    help="The configuration; default config/syndicate.yaml, else syndicate.yaml.",
)
now_option = click.option(
    "--now", type=_Instant(), help="The present instant, which decides what is due; default the clock."
)
unpublished_option = click.option(
    "--include-unpublished", is_flag=True, help="Show articles with published: false or draft: true too."
)

ping_option = click.option(
    "--no-ping",
    "ping",
    flag_value=False,
    default=True,
    help="Keep what hubs are to be told for `ping --owed`.",
)


@contextmanager
def errors_as_lines() -> Iterator[None]:
    """Turn the project's own errors into lines on standard error and an exit code.

    So is all that the machine refuses, such as a full disk. SIGTERM ends a command as Ctrl-C does.
    """
    from syndicate.errors import (
        ArticleError,
        BrokenArticlesError,
        ConfigError,
        LockedError,
        NoArticlesError,
        SyndicateError,
        Terminated,
    )

    try:
        with _ending_on_sigterm():
            yield
    except ConfigError as error:
        for problem in error.problems:
            click.echo(f"error: {problem}", err=True)
        sys.exit(REFUSED)
    except ArticleError as error:
        click.echo(f"failed: {error}", err=True)
        sys.exit(FAILED)
    except (NoArticlesError, BrokenArticlesError) as error:
        for problem in error.failed:
            click.echo(f"failed: {problem}", err=True)
        click.echo(f"error: {error}", err=True)
        sys.exit(FAILED)
    except Terminated:
        click.echo("terminated", err=True)
        sys.exit(TERMINATED)
    except KeyboardInterrupt:
        click.echo("interrupted", err=True)
        sys.exit(INTERRUPTED)
    except LockedError as error:
        click.echo(f"error: {error}", err=True)
        sys.exit(BUSY)
    except SyndicateError as error:
        click.echo(f"error: {error}", err=True)
        sys.exit(REFUSED)
    except OSError as error:
        if error.errno == errno.EPIPE:
            raise  # Whoever read what is printed went; click knows what to do then.
        refuse(error)


def refuse(error: OSError) -> NoReturn:
    """Tell in a line what the machine refuses, and end."""
    from syndicate.errors import reason_of

    place = f"{error.filename}: " if error.filename else ""
    click.echo(f"error: {place}{reason_of(error)}", err=True)
    _leave_unsaid()
    sys.exit(REFUSED)


def _leave_unsaid() -> None:
    """Let go of what could not be printed: the interpreter would try once more at its end, and tell of it."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@contextmanager
def _ending_on_sigterm() -> Iterator[None]:
    """Let SIGTERM, as systemd and containers send it, end a command in order, a second one at once."""
    import signal
    import threading

    from syndicate.errors import Terminated

    def end(*_: object) -> None:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        raise Terminated

    if threading.current_thread() is not threading.main_thread():
        yield  # Signals are the main thread's.
        return
    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def load_site(config_path: str | None, output: str | None = None) -> Settings:
    """Read the settings of a site; an output folder given by hand stands before the configured one."""
    from syndicate.config import find_config, load_settings

    settings = load_settings(config_path or find_config())
    if output is None:
        return settings
    import msgspec

    return msgspec.structs.replace(settings, output=os.path.abspath(output))
