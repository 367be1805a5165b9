"""Where the configuration is kept, and reading it from there."""

from __future__ import annotations

import os
from pathlib import Path

from ptrepl.folders import config_folder
from ptrepl.settings.config import Config, parse_config
from ptrepl.texts.language import languages
from ptrepl.texts.messages import gettext, use_language

_NAME = "config.toml"


def load_config() -> Config:
    """``config.toml`` in that folder. A file that cannot be read is a problem of the Config, never an exception."""
    path = config_folder() / _NAME
    try:
        if not path.exists():
            return Config(str(path))
        # a pipe of that name would keep the prompt waiting for ever
        raw = path.read_bytes() if path.is_file() else None
    except (OSError, ValueError) as error:
        return _unread(path, getattr(error, "strerror", None) or str(error))
    if raw is None:
        message = gettext("cannot be read, since it is not a file. The defaults are used.")
        return Config(str(path), problems=(f"{path}: {message}",))
    try:
        return parse_config(raw.decode("utf-8"), str(path))
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        message = gettext("this is not text in UTF-8, so the defaults are used.")
        return Config(str(path), problems=(f"{path}:{line}: {message}",))


def _unread(path: Path, reason: str) -> Config:
    message = gettext("cannot be read: {reason}. The defaults are used.", reason=reason)
    return Config(str(path), problems=(f"{path}: {message}",))


def load_config_in_its_language() -> Config:
    """``load_config``; from then on, sentences are in the language that it asks for, else in the terminal's.

    What is wrong with the file is said in that language too.
    """
    config = load_config()
    wanted = config.values.get("language")
    use_language(languages(wanted if isinstance(wanted, str) else None, os.environ))
    return load_config() if config.problems else config
