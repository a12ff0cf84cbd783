"""Places: where a site's output is, and beside it what its runs keep for each other.

May know: the configuration and the current folder; nothing of what lies there.
"""

from __future__ import annotations

import os

from syndicate.settings import Settings


def output_folder(settings: Settings) -> str:
    """Tell where the feeds go."""
    return settings.output or os.path.abspath("feeds")


def state_folder(settings: Settings) -> str:
    """Tell where the lock is, and the index unless the configuration says otherwise: beside the output."""
    return os.path.join(os.path.dirname(output_folder(settings)), ".syndicate")


def lock_path(settings: Settings) -> str:
    """Tell where the lock is that keeps two runs on one output apart."""
    return os.path.join(state_folder(settings), "lock")


def last_run_path(settings: Settings) -> str:
    """Tell where it is noted how the last run ended."""
    return os.path.join(state_folder(settings), "last-run.json")


def index_path(settings: Settings) -> str:
    """Tell where the index is."""
    return settings.index or os.path.join(state_folder(settings), "index.db")
