"""Commands that make feeds: `init`, `build`, `watch`.

May know: the pipeline; not how any stage does its work.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from syndicate.cli.options import (
    EPILOG,
    FAILED,
    config_option,
    errors_as_lines,
    load_site,
    now_option,
    ping_option,
    unpublished_option,
)

if TYPE_CHECKING:
    from syndicate.report import Report


@click.command()
@click.argument("folder", type=click.Path(file_okay=False), default=".")
def init(folder: str) -> None:
    """Write a commented configuration and one article into an empty FOLDER (default: this one)."""
    with errors_as_lines():
        from syndicate.starter import write_starter

        for path in write_starter(folder):
            click.echo(f"wrote {path}")
        click.echo("now: syndicate build")


@contextmanager
def _progress(*, quiet: bool) -> Iterator[Callable[[str, int, int], None] | None]:
    """Show a bar on a terminal for work over a second; elsewhere say nothing until the report."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    from syndicate.terminal import progress_bar

    with progress_bar() as advance:
        yield advance


@click.command(epilog=EPILOG)
@config_option
@click.option(
    "--output", type=click.Path(file_okay=False), help="Where to write, instead of the configured folder."
)
@unpublished_option
@click.option("--dry-run", is_flag=True, help="Say what would be written, and write nothing.")
@now_option
@click.option("--allow-empty", is_flag=True, help="Build empty feeds where the sources hold no article.")
@click.option("--full", is_flag=True, help="Do everything anew, whatever the index says.")
@click.option("--adopt", is_flag=True, help="Replace files in the output that are in the way and not ours.")
@click.option("--jobs", type=click.IntRange(1), help="How many processes may work; default one a processor.")
@click.option("--wait", type=click.FloatRange(0), default=0.0, help="Seconds to wait for another run to end.")
@click.option(
    "--report", "report_path", type=click.Path(dir_okay=False), help="Write the report to a JSON file."
)
@click.option("--check", is_flag=True, help="Check what would be written; publish no document with an error.")
@ping_option
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
    with errors_as_lines():
        from syndicate.pipeline import build as build_feeds

        settings = load_site(config_path, output)
        with _progress(quiet=quiet) as progress:
            report = build_feeds(settings, progress=progress, **options)
        _print_report(report, quiet=quiet, verbose=verbose)
        if report_path:
            _write_report(report, report_path)
    sys.exit(0 if report.ok else FAILED)


def _print_report(report: Report, *, quiet: bool, verbose: bool) -> None:
    for line in report.failures():
        click.echo(f"failed: {line}", err=True)
    for line in report.obstacles():
        click.echo(f"blocked: {line}", err=True)
    for fault in report.faults:
        if fault.severity == "error":
            click.echo(f"not published: {fault}", err=True)
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
    from syndicate.errors import PublishError, reason_of
    from syndicate.report import report_json

    try:
        with open(path, "wb") as stream:
            stream.write(report_json(report))
    except OSError as error:
        raise PublishError(path, f"cannot be written: {reason_of(error)}") from None


@click.command(epilog=EPILOG)
@config_option
@click.option(
    "--output", type=click.Path(file_okay=False), help="Where to write, instead of the configured folder."
)
@unpublished_option
@click.option("--jobs", type=click.IntRange(1), help="How many processes may work; default one a processor.")
@ping_option
def watch(config_path: str | None, output: str | None, **options: Any) -> None:
    """Rebuild on every change of an article or of the configuration, until Ctrl-C."""
    with errors_as_lines():
        from syndicate.config import find_config
        from syndicate.pipeline import Options
        from syndicate.watch import Interrupts, Watcher
        from syndicate.watch import watch as watch_site

        path = config_path or str(find_config())
        with (
            Watcher(path, lambda: load_site(path, output), Options(**options), click.echo) as watcher,
            Interrupts() as interrupts,
        ):
            try:
                watch_site(watcher, click.echo, interrupts)
            except KeyboardInterrupt:
                pass  # It is how a watch ends.
        click.echo("")
