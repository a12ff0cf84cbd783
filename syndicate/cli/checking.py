"""The command that checks documents: `check`.

May know: the check of documents and its results; no rule.
"""

from __future__ import annotations

import sys
from datetime import datetime
from typing import TYPE_CHECKING

import click

from syndicate.cli.options import FAILED, REFUSED, config_option, errors_as_lines, load_site, now_option

if TYPE_CHECKING:
    from syndicate.checking import Checked


@click.command(
    epilog="Exit codes: 0 fine; 1 findings as bad as --fail-on says; 2 usage, or a place that cannot be read."
)
@config_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of lines.")
@click.option(
    "--fail-on",
    type=click.Choice(["error", "warning"]),
    default="error",
    help="From which severity on the exit code is 1; default error.",
)
@now_option
@click.option("--rules", "list_rules", is_flag=True, help="Print all rules as Markdown, and check nothing.")
@click.argument("places", nargs=-1, metavar="[PATH|URL]...")
def check(
    *,
    config_path: str | None,
    as_json: bool,
    fail_on: str,
    now: datetime | None,
    list_rules: bool,
    places: tuple[str, ...],
) -> None:
    """Check feeds and lists of feeds by the rules of their formats: files, folders, addresses, - for stdin.

    Without arguments, all that is published.
    """
    with errors_as_lines():
        if list_rules:
            from syndicate.check import rules
            from syndicate.check.ruleslist import rules_as_markdown

            click.echo(rules_as_markdown(rules()), nl=False)
            return
        from syndicate.check.finding import Severity
        from syndicate.checking import check_places

        base = None
        if not places:
            from syndicate.places import output_folder

            settings = load_site(config_path)
            places, base = (output_folder(settings),), settings.site.feeds_url
        checked = check_places(places, now=now, base=base)
        if as_json:
            _print_json(checked)
        else:
            _print_lines(checked)
        for error in checked.unreadable:
            click.echo(f"error: {error}", err=True)
    if checked.unreadable:
        sys.exit(REFUSED)
    sys.exit(FAILED if checked.reaches(Severity(fail_on)) else 0)


def _print_lines(checked: Checked) -> None:
    from syndicate.check.finding import Severity

    for finding in checked.findings:
        click.echo(str(finding))
        click.echo(f"    {finding.rule.why}")
        click.echo(f"    {finding.rule.clause}: {finding.rule.url}")
    numbers = (
        (checked.documents, "document"),
        (checked.count(Severity.ERROR), "error"),
        (checked.count(Severity.WARNING), "warning"),
    )
    click.echo(", ".join(f"{number} {name}{'' if number == 1 else 's'}" for number, name in numbers))


def _print_json(checked: Checked) -> None:
    import msgspec

    from syndicate.check.finding import Severity

    findings = [
        {
            "severity": finding.rule.severity.value,
            "rule": finding.rule.name,
            "document": finding.document,
            "line": finding.line,
            "what": finding.what,
            "why": finding.rule.why,
            "clause": finding.rule.clause,
            "url": finding.rule.url,
        }
        for finding in checked.findings
    ]
    result = {
        "documents": checked.documents,
        "errors": checked.count(Severity.ERROR),
        "warnings": checked.count(Severity.WARNING),
        "findings": findings,
        "unreadable": [{"place": error.place, "reason": error.reason} for error in checked.unreadable],
    }
    click.echo(msgspec.json.format(msgspec.json.encode(result), indent=2))
