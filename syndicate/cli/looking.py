"""Commands that only look: `list`, `show`.

May know: the library; not how any of it does its work.
"""

from __future__ import annotations

from typing import Any

import click

from syndicate.cli.options import (
    config_option,
    errors_as_lines,
    load_site,
    now_option,
    unpublished_option,
)


@click.command("list")
@config_option
@unpublished_option
@now_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
def list_feeds(config_path: str | None, as_json: bool, **options: Any) -> None:
    """List the feeds: path, title, items and the date of the newest."""
    with errors_as_lines():
        from syndicate.look import list_feeds as look_at_feeds
        from syndicate.terminal import feeds_json, print_feeds

        feeds = look_at_feeds(load_site(config_path), **options)
        if as_json:
            click.echo(feeds_json(feeds))
        else:
            print_feeds(feeds)


@click.command()
@config_option
@unpublished_option
@now_option
@click.argument("file", type=click.Path())
def show(config_path: str | None, file: str, **options: Any) -> None:
    """Show how one article is understood: every field, its id, its feeds, or why it is in none."""
    with errors_as_lines():
        from syndicate.look import understand
        from syndicate.terminal import article_lines

        click.echo("\n".join(article_lines(understand(load_site(config_path), file, **options))))
