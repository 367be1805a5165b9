"""Options over configuration over defaults → the settings that hold, each with where it comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ptrepl.settings.config import KEYS
from ptrepl.shell.context import Settings
from ptrepl.texts.messages import N_, gettext

if TYPE_CHECKING:
    from ptrepl.settings.arguments import Arguments
    from ptrepl.settings.config import Config


FROM_DEFAULT = N_("the default")
FROM_FILE = N_("the configuration file")
FROM_SESSION = N_("%config, for this session")


def source_text(settings: Settings, name: str) -> str:
    """Where the value of the setting ``name`` comes from, for people: one of the texts above, or the option."""
    source = settings.sources.get(name, FROM_DEFAULT)
    return gettext(source) if source in (FROM_DEFAULT, FROM_FILE, FROM_SESSION) else source


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
