"""Where ptrepl is, and where it keeps things: one folder for its state, one for its configuration."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

PACKAGE = os.path.dirname(os.path.abspath(__file__))
"""The folder that this package is installed in."""


def state_folder() -> Path:
    """History, progress, trusted and checked lessons: ``$PTREPL_STATE``, else the user's own folder of state."""
    if chosen := os.environ.get("PTREPL_STATE"):
        return Path(os.path.expanduser(chosen))  # Path's own raises where there is no such user
    import platformdirs

    return _found(platformdirs.user_state_dir)


def config_folder() -> Path:
    """The folder of ``config.toml``: ``$PTREPL_CONFIG``, else the user's configuration folder of this system."""
    if chosen := os.environ.get("PTREPL_CONFIG"):
        return Path(os.path.expanduser(chosen))  # Path's own raises where there is no such user
    import platformdirs

    return _found(platformdirs.user_config_dir)


def _found(folder_of: Callable[..., str]) -> Path:
    """The user's folder for us. One that cannot be made where the user has no home: nothing is kept then."""
    try:
        return Path(folder_of("ptrepl", appauthor=False))
    except RuntimeError:  # no HOME, and no entry in the list of users: a container that runs under a number
        return Path(os.devnull, "ptrepl")
