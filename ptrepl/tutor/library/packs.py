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

from ptrepl.texts.messages import gettext
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
            message = gettext(
                "The lesson pack '{name}' of {package} is left out: the name is taken.",
                name=printable(name),
                package=owner,
            )
            found[f"{name} of {owner}"] = Pack(name, None, message)
        elif name not in found:
            found[name], values[name] = pack, value
    return tuple(found.values())


def _registered() -> Iterator[tuple[str, str, str]]:
    """(name, value, the distribution that registers it); "" for what cannot be read."""
    import importlib.metadata

    for distribution in importlib.metadata.distributions():
        owner = ""
        try:
            # to parse what it registers is much slower than to see that there is no lesson pack in it
            if GROUP not in (distribution.read_text("entry_points.txt") or ""):
                continue
            owner = printable(str(distribution.metadata["Name"]))
            for entry in distribution.entry_points:
                if entry.group == GROUP:
                    yield entry.name, entry.value, owner
        except Exception:  # whatever somebody's installer has left there
            yield "", "", owner


def _pack(name: str, value: str, owner: str) -> Pack:
    if not name and not value:
        return Pack(name, None, _damaged(owner))
    fields = {"name": printable(name), "package": owner, "value": printable(value)}
    if _NAME.fullmatch(name) is None:
        message = gettext(
            "The lesson pack '{name}' of {package} is left out: a name is lower-case letters, digits and hyphens.",
            **fields,
        )
        return Pack(name, None, message)
    if _VALUE.fullmatch(value) is None:
        message = gettext(
            "The lesson pack '{name}' of {package} is left out: '{value}' does not name a package.", **fields
        )
        return Pack(name, None, message)
    folder = _folder(value)
    if folder is None:
        message = gettext(
            "The lesson pack '{name}' of {package} is left out: there is no folder of the package {value}.", **fields
        )
        return Pack(name, None, message)
    return Pack(name, folder)


def _damaged(owner: str) -> str:
    if not owner:
        return gettext("A lesson pack cannot be read: its entry_points.txt is damaged.")
    return gettext("A lesson pack of {package} cannot be read: its entry_points.txt is damaged.", package=owner)


def _folder(value: str) -> Path | None:
    """The folder of a package that is not imported: only of the top-level one is Python asked where it is."""
    top, *inner = value.split(".")
    try:
        spec = importlib.util.find_spec(top)
        folders = [Path(place, *inner) for place in (spec.submodule_search_locations or ()) if place] if spec else []
        return next((folder for folder in folders if folder.is_dir()), None)
    except Exception:  # a finder that somebody has put into sys.meta_path
        return None
