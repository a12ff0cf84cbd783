"""Commands that bring feeds to people: `serve`, `headers`, `ping`, `schedule`.

May know: the library; not how any of it does its work.
"""

from __future__ import annotations

import sys
from typing import Any

import click

from syndicate.cli.options import (
    EPILOG,
    FAILED,
    config_option,
    errors_as_lines,
    load_site,
)


@click.command(epilog=EPILOG)
@config_option
@click.option(
    "--output", type=click.Path(file_okay=False), help="What to serve, instead of the configured folder."
)
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen at.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8000,
    show_default=True,
    help="The port; 0 takes a free one.",
)
@click.option("--watch", "watched", is_flag=True, help="Rebuild on every change meanwhile.")
def serve(config_path: str | None, output: str | None, host: str, port: int, watched: bool) -> None:
    """Serve the feeds over HTTP, and any combination on demand, until Ctrl-C."""
    with errors_as_lines():
        from syndicate.config import find_config
        from syndicate.web import check_installed

        path = config_path or str(find_config())
        settings = load_site(path, output)
        check_installed()
        from syndicate.web.run import serve as serve_site

        try:
            serve_site(
                settings,
                host=host,
                port=port,
                say=click.echo,
                config=path if watched else None,
                load=lambda: load_site(path, output),
            )
        except KeyboardInterrupt:
            click.echo("")  # Ctrl-C is how it ends.


@click.command(epilog=EPILOG)
@config_option
@click.option(
    "--output", type=click.Path(file_okay=False), help="What is served, instead of the configured folder."
)
@click.argument("server", type=click.Choice(["nginx", "caddy", "apache", "netlify", "cloudflare"]))
def headers(config_path: str | None, output: str | None, server: str) -> None:
    """Print the configuration that lets another SERVER serve the feeds as `serve` does."""
    with errors_as_lines():
        from syndicate.catalogue import redirects
        from syndicate.config import load_registries
        from syndicate.hosting import configuration
        from syndicate.places import output_folder
        from syndicate.selection import Names

        settings = load_site(config_path, output)
        moved = redirects(settings, Names(load_registries(settings)))
        click.echo(configuration(server, settings, output_folder(settings), moved), nl=False)


@click.command(
    epilog="Exit codes: 0 fine; 1 a hub refused or could not be reached; 2 usage or configuration."
)
@config_option
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
    with errors_as_lines():
        from syndicate.push import ping as ping_hubs

        outcome = ping_hubs(load_site(config_path, output), feeds, owed=owed)
        for line in outcome.details() if verbose else ():
            click.echo(line)
        for warning in outcome.warnings:
            click.echo(f"warning: {warning}", err=True)
        for line in outcome.summary():
            click.echo(line)
    sys.exit(0 if outcome.ok else FAILED)


@click.command()
@config_option
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
    with errors_as_lines():
        from syndicate.config import find_config
        from syndicate.schedule import write_schedule

        path = config_path or str(find_config())
        click.echo(write_schedule(load_site(path), path, scheduler, often), nl=False)
