"""Modules that could be imported, and what they hold, without importing any."""

from __future__ import annotations

import importlib.machinery
import os
import re
import sys
from collections.abc import Iterable, Iterator
from typing import Any

from ptrepl.shell.complete.known import KnownObject, module_of
from ptrepl.shell.complete.names import Groups, attribute_names

_SUFFIXES = tuple(importlib.machinery.all_suffixes())
_DEFINED = re.compile(r"^(?:(?:async +)?def|class) +(\w+)|^(\w+) *(?::[^=\n]+)?=(?!=)", re.MULTILINE)
_NO_MODULES = ("__pycache__", "__init__", "__main__")
_LARGEST = 1 << 18


def module_names_in(package: str) -> list[str]:
    """The names that may stand after ``import package.``; those of top-level modules for ``""``."""
    if package:
        return list(_in_folders(_path_of(package)))
    return [*sys.builtin_module_names, *sys.stdlib_module_names, *_in_folders(sys.path)]


def member_names(module: str) -> Groups:
    """The names that ``from module import`` may take."""
    loaded = sys.modules.get(module)
    inside = list(_in_folders(_path_of(module)))
    if loaded is not None and module_of(loaded) is not None:
        return [*attribute_names(KnownObject(loaded)), inside]
    return [list(_defined_in(module)), inside]


def _path_of(package: str) -> list[str]:
    loaded = module_of(sys.modules.get(package))
    if loaded is not None:
        return _texts(loaded.get("__path__"))
    spec = _spec(package)
    return [] if spec is None else _texts(spec.submodule_search_locations)


def _spec(name: str) -> importlib.machinery.ModuleSpec | None:
    package, _, last = name.rpartition(".")
    path = _path_of(package) if package else None
    if last in sys.builtin_module_names and not package:
        return None
    try:
        # importlib.util.find_spec would import the packages that the module is in
        return importlib.machinery.PathFinder.find_spec(name, path)
    except (ImportError, ValueError, OSError):
        return None


def _texts(path: Any) -> list[str]:
    # a namespace package looks for its parts when its path is read
    try:
        return [each for each in path or () if type(each) is str]
    except (TypeError, KeyError):
        return []


def _in_folders(folders: Iterable[str]) -> Iterator[str]:
    for folder in folders:
        try:
            with os.scandir(folder or ".") as entries:
                found = [(entry.name, entry.name.endswith(_SUFFIXES)) for entry in entries]
        except (OSError, ValueError):
            continue
        for name, is_file in found:
            stem = name.partition(".")[0] if is_file else name
            if not stem.isidentifier() or stem in _NO_MODULES:
                continue
            if is_file or os.path.isdir(os.path.join(folder, name)):
                yield stem


def _defined_in(module: str) -> Iterator[str]:
    spec = _spec(module)
    if spec is None or not (spec.origin or "").endswith(".py"):
        return
    try:
        with open(spec.origin or "", encoding="utf-8", errors="replace") as file:
            text = file.read(_LARGEST)
    except OSError:
        return
    for match in _DEFINED.finditer(text):
        yield match[1] or match[2]
