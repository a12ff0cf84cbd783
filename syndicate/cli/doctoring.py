"""The command that looks after an installation: `doctor`.

May know: the library; not how anything is found out.
"""

from __future__ import annotations

import sys

import click

from syndicate.cli.options import FAILED, REFUSED, config_option, errors_as_lines


@click.command(epilog="Exit codes: 0 all is well; 1 something is wrong; 2 no configuration, or usage.")
@config_option
@click.option(
    "--output", type=click.Path(file_okay=False), help="The output folder, instead of the configured one."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of lines.")
def doctor(config_path: str | None, output: str | None, as_json: bool) -> None:
    """Tell what is wrong with the installation and the site, and what to do; change nothing."""
    with errors_as_lines():
        from syndicate.diagnosis import diagnosis_json
        from syndicate.doctor import diagnose

        diagnosis = diagnose(config_path, output=output)
        click.echo(diagnosis_json(diagnosis) if as_json else "\n".join(diagnosis.lines()))
    if not diagnosis.configured:
        sys.exit(REFUSED)
    sys.exit(0 if diagnosis.ok else FAILED)
