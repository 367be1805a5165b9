"""Installed packages that bring lessons: found by their entry point, never imported.

A package registers in the group ``ptrepl.lessons``: the name of the entry point is the pack's, its value the package in
whose folder the lessons are.
"""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ptrepl.tutor.format.faults import printable

GROUP = "ptrepl.lessons"
_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_VALUE = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*")


@dataclass(frozen=True, slots=True)
class Pack:
    """One pack. ``problem``: the one line that says why its lessons cannot be found; "" where they can."""

    name: str
    folder: Path | None
    problem: str = ""


def installed_packs() -> tuple[Pack, ...]:
    """Every pack that is installed, by name. Never raises: a broken one has a problem, and no folder."""
    found: dict[str, Pack] = {}
    values: dict[str, str] = {}
    for name, value, owner in sorted(set(_registered())):
        pack = _pack(name, value, owner)
        if name in found and values[name] != value:
            pack = Pack(name, None, f"The lesson pack '{printable(name)}' of {owner} is left out: the name is taken.")
            found[f"{name} of {owner}"] = pack
        elif name not in found:
            found[name], values[name] = pack, value
    return tuple(found.values())


def _registered() -> Iterator[tuple[str, str, str]]:
    """(name, value, the distribution that registers it)."""
    import importlib.metadata

    for distribution in importlib.metadata.distributions():
        owner = "a package"
        try:
            # reading what it registers is much slower than to see that it is nothing of ours
            if GROUP not in (distribution.read_text("entry_points.txt") or ""):
                continue
            owner = printable(str(distribution.metadata["Name"]))
            for entry in distribution.entry_points:
                if entry.group == GROUP:
                    yield entry.name, entry.value, owner
        except Exception:  # whatever somebody's installer has left there
            yield "", "", owner


def _pack(name: str, value: str, owner: str) -> Pack:
    said = f"The lesson pack '{printable(name)}' of {owner}"
    if not name and not value:
        return Pack(name, None, f"A lesson pack of {owner} cannot be read: its entry_points.txt is damaged.")
    if _NAME.fullmatch(name) is None:
        return Pack(name, None, f"{said} is left out: a pack's name is small letters, digits and hyphens.")
    if _VALUE.fullmatch(value) is None:
        return Pack(name, None, f"{said} is left out: '{printable(value)}' does not name a package.")
    folder = _folder(value)
    if folder is None:
        return Pack(name, None, f"{said} is left out: there is no folder of the package {printable(value)}.")
    return Pack(name, folder)


def _folder(value: str) -> Path | None:
    """The folder of a package that is not imported: only of the top-level one is Python asked where it is."""
    top, *inner = value.split(".")
    try:
        spec = importlib.util.find_spec(top)
        folders = [Path(place, *inner) for place in (spec.submodule_search_locations or ()) if place] if spec else []
        return next((folder for folder in folders if folder.is_dir()), None)
    except Exception:  # a finder that somebody has put into sys.meta_path
        return None
