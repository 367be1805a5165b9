"""Files and folders, by what is typed of their path."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator


def path_names(typed: str, check: Callable[[], None]) -> Iterator[str]:
    """The names in the folder of ``typed``, folders with a slash behind; hidden ones where a dot is typed.

    ``check`` is called between entries, and raises what ends the search: a folder may be large, or far away.
    """
    folder, slash, last = typed.rpartition("/")
    try:
        entries = os.scandir(os.path.expanduser(folder + slash) or ".")
    except (OSError, ValueError):
        return
    with entries:
        while True:
            check()
            try:
                entry = next(entries, None)
            except OSError:
                return
            if entry is None:
                return
            if entry.name.startswith(".") and not last.startswith("."):
                continue
            if entry.name.startswith(last):
                yield entry.name + ("/" if _is_folder(entry) else "")


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False
