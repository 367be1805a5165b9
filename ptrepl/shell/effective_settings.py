"""Options over configuration over defaults → the settings that hold, each with where it comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ptrepl.settings.config import KEYS
from ptrepl.shell.context import Settings

if TYPE_CHECKING:
    from ptrepl.settings.arguments import Arguments
    from ptrepl.settings.config import Config


FROM_FILE = "the configuration file"
FROM_SESSION = "%config, for this session"


def settle(arguments: Arguments, config: Config) -> Settings:
    """The settings of a run."""
    settings = Settings(file=config.path)
    for key in KEYS:
        given = getattr(arguments, key.name, None)
        if given is not None:
            setattr(settings, key.name, given)
            settings.sources[key.name] = f"--{key.name}"
        elif key.name in config.values:
            setattr(settings, key.name, config.values[key.name])
            settings.sources[key.name] = FROM_FILE
    return settings
