"""Where ptrepl is, and where it keeps things: one folder for its state, one for its configuration."""

from __future__ import annotations

import os
from pathlib import Path

PACKAGE = os.path.dirname(os.path.abspath(__file__))
"""The folder that this package is installed in."""


def state_folder() -> Path:
    """History, progress and trusted lessons: ``$PTREPL_STATE``, else the user's state folder of this system."""
    if chosen := os.environ.get("PTREPL_STATE"):
        return Path(os.path.expanduser(chosen))  # Path's own raises where there is no such user
    import platformdirs

    return Path(platformdirs.user_state_dir("ptrepl", appauthor=False))


def config_folder() -> Path:
    """The folder of ``config.toml``: ``$PTREPL_CONFIG``, else the user's configuration folder of this system."""
    if chosen := os.environ.get("PTREPL_CONFIG"):
        return Path(os.path.expanduser(chosen))  # Path's own raises where there is no such user
    import platformdirs

    return Path(platformdirs.user_config_dir("ptrepl", appauthor=False))
