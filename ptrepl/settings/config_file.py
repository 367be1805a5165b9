"""Where the configuration is kept, and reading it from there."""

from __future__ import annotations

from pathlib import Path

from ptrepl.folders import config_folder
from ptrepl.settings.config import Config, parse_config

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
        return _unread(path, "it is not a file")
    try:
        return parse_config(raw.decode("utf-8"), str(path))
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        problem = f"{path}:{line}: this is not text in UTF-8, so the defaults are used."
        return Config(str(path), problems=(problem,))


def _unread(path: Path, reason: str) -> Config:
    return Config(str(path), problems=(f"{path}: cannot be read: {reason}. The defaults are used.",))
