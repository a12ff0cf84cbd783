"""The command line: options in, a report out. Everything below it is the library.

May know: the pipeline; not how any stage does its work.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from syndicate import __version__

if TYPE_CHECKING:
    from syndicate.report import Report
    from syndicate.settings import Settings

FAILED, REFUSED, BUSY, INTERRUPTED = 1, 2, 3, 130

_EPILOG = (
    "Exit codes: 0 fine; 1 some articles failed, or none could be read; 2 usage or configuration;"
    " 3 another run is at work."
)


class _Instant(click.ParamType):  # type: ignore[type-arg]
    name = "INSTANT"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        from syndicate.dates import parse_instant

        try:
            return parse_instant(value)
        except ValueError:
            self.fail(f"'{value}' is no date such as 2021-12-29T05:46:00Z", param, ctx)


_config_option = click.option(
    "--config",
    "config_path",
    type=click.Path(dir_okay=False),
    help="The configuration; default config/syndicate.yaml, else syndicate.yaml.",
)
_now_option = click.option(
    "--now", type=_Instant(), help="The present instant, which decides what is due; default the clock."
)
_unpublished_option = click.option(
    "--include-unpublished", is_flag=True, help="Show articles with published: false or draft: true too."
)

_ping_option = click.option(
    "--no-ping",
    "ping",
    flag_value=False,
    default=True,
    help="Keep what hubs are to be told for `ping --owed`.",
)


@contextmanager
def _errors_as_lines() -> Iterator[None]:
    """Turn the project's own errors into lines on standard error and an exit code."""
    from syndicate.errors import ArticleError, ConfigError, LockedError, NoArticlesError, SyndicateError

    try:
        yield
    except ConfigError as error:
        for problem in error.problems:
            click.echo(f"error: {problem}", err=True)
        sys.exit(REFUSED)
    except ArticleError as error:
        click.echo(f"failed: {error}", err=True)
        sys.exit(FAILED)
    except NoArticlesError as error:
        for problem in error.failed:
            click.echo(f"failed: {problem}", err=True)
        click.echo(f"error: {error}", err=True)
        sys.exit(FAILED)
    except KeyboardInterrupt:
        click.echo("interrupted", err=True)
        sys.exit(INTERRUPTED)
    except LockedError as error:
        click.echo(f"error: {error}", err=True)
        sys.exit(BUSY)
    except SyndicateError as error:
        click.echo(f"error: {error}", err=True)
        sys.exit(REFUSED)


def _load(config_path: str | None, output: str | None = None) -> Settings:
    from syndicate.config import find_config, load_settings

    settings = load_settings(config_path or find_config())
    if output is None:
        return settings
    import msgspec

    return msgspec.structs.replace(settings, output=os.path.abspath(output))


@contextmanager
def _progress(*, quiet: bool) -> Iterator[Callable[[str, int, int], None] | None]:
    """Show a bar on a terminal for work over a second; elsewhere say nothing until the report."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    from syndicate.terminal import progress_bar

    with progress_bar() as advance:
        yield advance


@click.group(epilog=_EPILOG)
@click.version_option(__version__, prog_name="syndicate", message="%(prog)s %(version)s")
def main() -> None:
    """Turn a folder of articles into RSS, Atom and JSON feeds."""
    # Records hold no cycles: looking for some after every 700 of them would find nothing.
    gc.set_threshold(50_000)


@main.command(epilog=_EPILOG)
@_config_option
@click.option(
    "--output", type=click.Path(file_okay=False), help="Where to write, instead of the configured folder."
)
@_unpublished_option
@click.option("--dry-run", is_flag=True, help="Say what would be written, and write nothing.")
@_now_option
@click.option("--allow-empty", is_flag=True, help="Build empty feeds where the sources hold no article.")
@click.option("--full", is_flag=True, help="Do everything anew, whatever the index says.")
@click.option("--jobs", type=click.IntRange(1), help="How many processes may work; default one a processor.")
@click.option("--wait", type=click.FloatRange(0), default=0.0, help="Seconds to wait for another run to end.")
@click.option(
    "--report", "report_path", type=click.Path(dir_okay=False), help="Write the report to a JSON file."
)
@_ping_option
@click.option("-q", "--quiet", is_flag=True, help="Print failed articles only.")
@click.option("-v", "--verbose", is_flag=True, help="Name every changed file and every value left out.")
def build(
    config_path: str | None,
    output: str | None,
    report_path: str | None,
    quiet: bool,
    verbose: bool,
    **options: Any,
) -> None:
    """Build every feed and write what changed."""
    with _errors_as_lines():
        from syndicate.pipeline import build as build_feeds

        settings = _load(config_path, output)
        with _progress(quiet=quiet) as progress:
            report = build_feeds(settings, progress=progress, **options)
        _print_report(report, quiet=quiet, verbose=verbose)
        if report_path:
            _write_report(report, report_path)
    sys.exit(0 if report.ok else FAILED)


def _print_report(report: Report, *, quiet: bool, verbose: bool) -> None:
    for problem in report.failed:
        click.echo(f"failed: {problem}", err=True)
    for warning in report.warnings:
        click.echo(f"warning: {warning}", err=True)
    if quiet:
        return
    if verbose:
        for line in report.details():
            click.echo(line)
    for line in report.summary():
        click.echo(line)


def _write_report(report: Report, path: str) -> None:
    from syndicate.errors import PublishError
    from syndicate.report import report_json

    try:
        with open(path, "wb") as stream:
            stream.write(report_json(report))
    except OSError as error:
        raise PublishError(path, f"cannot be written: {(error.strerror or str(error)).lower()}") from None


@main.command(epilog=_EPILOG)
@_config_option
@click.option(
    "--output", type=click.Path(file_okay=False), help="Where to write, instead of the configured folder."
)
@_unpublished_option
@click.option("--jobs", type=click.IntRange(1), help="How many processes may work; default one a processor.")
@_ping_option
def watch(config_path: str | None, output: str | None, **options: Any) -> None:
    """Rebuild on every change of an article or of the configuration, until Ctrl-C."""
    with _errors_as_lines():
        from syndicate.config import find_config
        from syndicate.pipeline import Options
        from syndicate.watch import Watcher
        from syndicate.watch import watch as watch_site

        path = config_path or str(find_config())
        with Watcher(path, lambda: _load(path, output), Options(**options), click.echo) as watcher:
            try:
                watch_site(watcher, click.echo)
            except KeyboardInterrupt:
                click.echo("")  # Ctrl-C is how a watch ends.


@main.command("list")
@_config_option
@_unpublished_option
@_now_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
def list_feeds(config_path: str | None, as_json: bool, **options: Any) -> None:
    """List the feeds: path, title, items and the date of the newest."""
    with _errors_as_lines():
        from syndicate.look import list_feeds as look_at_feeds
        from syndicate.terminal import feeds_json, print_feeds

        feeds = look_at_feeds(_load(config_path), **options)
        if as_json:
            click.echo(feeds_json(feeds))
        else:
            print_feeds(feeds)


@main.command()
@_config_option
@_unpublished_option
@_now_option
@click.argument("file", type=click.Path())
def show(config_path: str | None, file: str, **options: Any) -> None:
    """Show how one article is understood: every field, its id, its feeds, or why it is in none."""
    with _errors_as_lines():
        from syndicate.look import understand
        from syndicate.terminal import article_lines

        click.echo("\n".join(article_lines(understand(_load(config_path), file, **options))))


@main.command(epilog="Exit codes: 0 fine; 1 a hub refused or could not be reached; 2 usage or configuration.")
@_config_option
@click.option(
    "--output",
    type=click.Path(file_okay=False),
    help="Where the feeds are, instead of the configured folder.",
)
@click.option("--owed", is_flag=True, help="Only what an earlier build left to be announced.")
@click.option("-v", "--verbose", is_flag=True, help="Name every document.")
@click.argument("feeds", nargs=-1, metavar="[FEED]...")
def ping(
    config_path: str | None, output: str | None, owed: bool, verbose: bool, feeds: tuple[str, ...]
) -> None:
    """Tell the hubs that feeds changed: those at the paths FEED, such as topics/ai, or all."""
    with _errors_as_lines():
        from syndicate.push import ping as ping_hubs

        outcome = ping_hubs(_load(config_path, output), feeds, owed=owed)
        for line in outcome.details() if verbose else ():
            click.echo(line)
        for warning in outcome.warnings:
            click.echo(f"warning: {warning}", err=True)
        for line in outcome.summary():
            click.echo(line)
    sys.exit(0 if outcome.ok else FAILED)


@main.command()
@_config_option
@click.option(
    "--every",
    "often",
    type=click.Choice(["15m", "30m", "hourly", "6h", "daily"]),
    default="hourly",
    help="How often the feeds are to be built; default hourly.",
)
@click.argument("scheduler", type=click.Choice(["cron", "systemd", "github-actions", "gitlab-ci"]))
def schedule(config_path: str | None, often: Any, scheduler: Any) -> None:
    """Print what a scheduler is to be told so that it builds the feeds unattended."""
    with _errors_as_lines():
        from syndicate.config import find_config
        from syndicate.schedule import write_schedule

        path = config_path or str(find_config())
        click.echo(write_schedule(_load(path), path, scheduler, often), nl=False)


@main.command()
@click.argument("folder", type=click.Path(file_okay=False), default=".")
def init(folder: str) -> None:
    """Write a commented configuration and one article into an empty FOLDER (default: this one)."""
    with _errors_as_lines():
        from syndicate.starter import write_starter

        for path in write_starter(folder):
            click.echo(f"wrote {path}")
        click.echo("now: syndicate build")
