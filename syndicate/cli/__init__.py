"""The command line: options in, a report out. Everything below it is the library.

A module holds the commands of one purpose; they are put together here.
"""

from __future__ import annotations

import atexit
import gc
from typing import Any

import click

from syndicate import __version__
from syndicate.cli.building import build, init, watch
from syndicate.cli.checking import check
from syndicate.cli.doctoring import doctor
from syndicate.cli.looking import list_feeds, show
from syndicate.cli.options import EPILOG, refuse
from syndicate.cli.serving import headers, ping, schedule, serve


class _Program(click.Group):
    """The commands, and one line of what the machine refuses where none of them is at work."""

    def main(self, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().main(*args, **kwargs)
        except OSError as error:
            refuse(error)


@click.group(cls=_Program, epilog=EPILOG)
@click.version_option(__version__, prog_name="syndicate", message="%(prog)s %(version)s")
def main() -> None:
    """Turn a folder of articles into RSS, Atom and JSON feeds."""
    # Records hold no cycles: looking for some after every 700 of them would find nothing.
    gc.set_threshold(50_000)
    # Nor is there any garbage worth looking for once all is done.
    atexit.register(gc.freeze)


for _command in (build, watch, serve, headers, list_feeds, show, check, ping, schedule, doctor, init):
    main.add_command(_command)
