"""The command line: options in, a report out. Everything below it is the library.

A module holds the commands of one purpose; they are put together here.
"""

from __future__ import annotations

import atexit
import gc

import click

from syndicate import __version__
from syndicate.cli.building import build, init, watch
from syndicate.cli.checking import check
from syndicate.cli.doctoring import doctor
from syndicate.cli.looking import list_feeds, show
from syndicate.cli.options import EPILOG
from syndicate.cli.serving import headers, ping, schedule, serve


@click.group(epilog=EPILOG)
@click.version_option(__version__, prog_name="syndicate", message="%(prog)s %(version)s")
def main() -> None:
    """Turn a folder of articles into RSS, Atom and JSON feeds."""
    # Records hold no cycles: looking for some after every 700 of them would find nothing.
    gc.set_threshold(50_000)
    # Nor is there any garbage worth looking for once all is done.
    atexit.register(gc.freeze)


for _command in (build, watch, serve, headers, list_feeds, show, check, ping, schedule, doctor, init):
    main.add_command(_command)
