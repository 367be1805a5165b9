"""Where a line looked for files, and what is there: ``glob.glob(os.path.join(root, "*.npy"))`` that found none."""

from __future__ import annotations

import ast
import os
import pathlib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice
from typing import Any

from ptrepl.texts.messages import gettext, ngettext

_MOST_LISTED, _SHOWN = 5_000, 2


@dataclass(frozen=True, slots=True)
class Searched:
    """A folder, and which names were taken: by a ``pattern`` (``*.npy``), or by how they end. "" where all were."""

    folder: str
    pattern: str = ""
    ending: str = ""

    def told(self) -> str:
        """Sentences: that there is no such folder, or what files it has, and which ending would find them."""
        if not os.path.isdir(self.folder or "."):
            return _no_folder(self.folder)
        files, folders = _entries(self.folder)
        shown = self.folder or "."
        if not files:
            return _only_folders(shown, folders, self.ending or os.path.splitext(self.pattern)[1])
        listed = ", ".join(files[:_SHOWN]) + (", …" if len(files) > _SHOWN else "")
        text = ngettext(
            "{folder} has {count} file, {files}.",
            "{folder} has {count} files, {files}.",
            len(files),
            folder=shown,
            files=listed,
        )
        asked = self.ending or os.path.splitext(self.pattern)[1]
        endings = Counter(os.path.splitext(each)[1] for each in files)
        common, count = endings.most_common(1)[0]
        if not asked or endings.get(asked) or not common or count * 2 <= len(files):
            return text
        right = gettext(
            'None of them ends with "{asked}": write "{ending}" in its place.',
            asked=asked,
            ending=self.pattern.removesuffix(asked) + common if self.pattern and not self.ending else common,
        )
        return f"{text} {right}"


def _no_folder(folder: str) -> str:
    if os.path.isabs(folder):
        return gettext("There is no folder {folder}.", folder=folder)
    return gettext(
        "There is no folder {folder} here. A path without a / at its start begins at the current folder, {here}.",
        folder=folder,
        here=os.getcwd(),
    )


def _entries(folder: str) -> tuple[list[str], list[str]]:
    """The names of the files and of the folders in ``folder``, each sorted."""
    files: list[str] = []
    folders: list[str] = []
    try:
        with os.scandir(folder or ".") as entries:
            for each in islice(entries, _MOST_LISTED):
                (folders if each.is_dir() else files).append(each.name)
    except OSError:
        return [], []
    return sorted(each for each in files if not each.startswith(".")), sorted(folders)


def _only_folders(shown: str, folders: list[str], ending: str) -> str:
    if not folders:
        return gettext("{folder} is an empty folder.", folder=shown)
    inside = next((each for each in folders if _holds(os.path.join(shown, each), ending)), None)
    if inside is None:
        return gettext(
            "{folder} has no files of its own, only the folders {folders}.",
            folder=shown,
            folders=", ".join(folders[:_SHOWN]) + (", …" if len(folders) > _SHOWN else ""),
        )
    return gettext(
        "{folder} has no files of its own; such files are in its folder {inside}.", folder=shown, inside=inside
    )


def _holds(folder: str, ending: str) -> bool:
    return any(each.endswith(ending) for each in _entries(folder)[0])


def searched(value: ast.expr, known: Callable[[ast.expr], Any]) -> Searched | None:
    """Where the expression looks for files. ``known``: what a name or ``self.root`` in it holds, None for not known."""
    for each in ast.walk(value):
        match each:
            case ast.Call(func=ast.Attribute(attr="listdir" | "scandir"), args=[folder]):
                path = _path(folder, known)
                return Searched(path, ending=_ending(value)) if path is not None else None
            case ast.Call(func=ast.Attribute(value=ast.Call() | ast.BinOp() | ast.Name() | ast.Attribute() as base,
                                             attr="glob" | "rglob" | "iglob"), args=[pattern, *_]):  # fmt: skip
                path, names = _path(base, known), _path(pattern, known)
                if path is not None and names is not None:
                    return _of_pattern(os.path.join(path, names))
                return _of_pattern(names) if names is not None else None
            case ast.Call(func=ast.Name(id="glob" | "iglob"), args=[pattern, *_]):
                names = _path(pattern, known)
                return _of_pattern(names) if names is not None else None
    return None


def _of_pattern(whole: str) -> Searched | None:
    folder, pattern = os.path.split(whole)
    while any(sign in folder for sign in "*?["):
        folder = os.path.dirname(folder)
    return Searched(folder, pattern) if pattern else None


def _ending(value: ast.expr) -> str:
    """What ``name.endswith(".npy")`` asks for in a comprehension."""
    for each in ast.walk(value):
        match each:
            case ast.Call(func=ast.Attribute(attr="endswith"), args=[ast.Constant(value=str() as ending)]):
                return ending
            case ast.Compare(left=ast.Constant(value=str() as ending), ops=[ast.In()]) if ending.startswith("."):
                return ending
    return ""


def _path(node: ast.expr, known: Callable[[ast.expr], Any]) -> str | None:
    """The path that an expression gives; None where that is not known."""
    match node:
        case ast.Constant(value=str() as text):
            return text
        case ast.Name() | ast.Attribute():
            held = known(node)
            if type(held) is str:
                return held
            return str(held) if isinstance(held, pathlib.PurePath) else None
        case ast.BinOp(left=left, op=ast.Add() | ast.Div() as sign, right=right):
            one, two = _path(left, known), _path(right, known)
            if one is None or two is None:
                return None
            return one + two if isinstance(sign, ast.Add) else os.path.join(one, two)
        case ast.Call(func=ast.Attribute(attr="join"), args=args) if "path" in ast.unparse(node.func):
            return _joined_path([_path(each, known) for each in args])
        case ast.Call(func=ast.Name(id="Path" | "str") | ast.Attribute(attr="Path" | "expanduser"), args=[only]):
            return _path(only, known)
        case ast.JoinedStr(values=values):
            parts = [_path(each.value if isinstance(each, ast.FormattedValue) else each, known) for each in values]
            return None if None in parts else "".join(part for part in parts if part is not None)
    return None


def _joined_path(parts: list[str | None]) -> str | None:
    found = [each for each in parts if each is not None]
    return os.path.join(*found) if found and len(found) == len(parts) else None
