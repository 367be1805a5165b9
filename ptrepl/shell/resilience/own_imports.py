"""Our own imports never take a file of the learner's: their ``json.py`` lies in front of Python's own.

Many of our modules, and of the libraries that we use, are imported when they are first needed, and by then the folder
that the learner works in is the first entry of ``sys.path``. A finder in front of all others asks who imports: for our
own code it searches the path as it was before that entry, for the learner's it says nothing, and Python finds what it
always does.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib.machinery import BuiltinImporter, FrozenImporter, ModuleSpec, PathFinder
from types import FrameType, ModuleType
from typing import Any

from ptrepl.folders import PACKAGE

PYTHONS_FINDERS: tuple[Any, ...] = (BuiltinImporter, FrozenImporter, PathFinder)
"""What Python itself puts into ``sys.meta_path``."""
_TYPED = ("<ptrepl",)
"""How the file names of code begin that was typed, or that imports ``np`` on the learner's behalf."""
_PACKAGES = ("site-packages", "dist-packages")


class OwnImports:
    """A finder for ``sys.meta_path``; ``path``: where our own imports are searched."""

    def __init__(self, path: Sequence[str]) -> None:
        self._path = list(path)
        self._libraries = tuple(os.path.abspath(entry) + os.sep for entry in path)

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Where our own code finds the top-level module ``fullname``; None for code that is not ours."""
        if path is not None or not self._is_ours(sys._getframe(1)):
            return None
        for finder in PYTHONS_FINDERS:
            spec: ModuleSpec | None = finder.find_spec(fullname, self._path, target)
            if spec is not None:
                return spec
        return None

    def _is_ours(self, frame: FrameType | None) -> bool:
        """Whether code of ours imports, itself or through a library that it uses."""
        while frame is not None:
            name = frame.f_code.co_filename
            if name.startswith(PACKAGE):
                return True
            # what a library has made with exec is a library's
            if name.startswith(_TYPED) or not name.startswith(("<", *self._libraries)):
                return False
            frame = frame.f_back
        return False


def find_our_own_first() -> None:
    """From here on the learner's folder may stand in ``sys.path``: without it, that is where we find our own."""
    if any(isinstance(finder, OwnImports) for finder in sys.meta_path):
        return
    here = _current_folder()
    # PYTHONPATH may name it too
    path = [each for each in sys.path[_first() :] if _is_library(each) or os.path.abspath(each or here) != here]
    sys.meta_path.insert(0, OwnImports(path))


def put_first(folder: str) -> None:
    """Make ``folder`` the entry of ``sys.path`` that Python puts in front of all others, unless it was told not to."""
    find_our_own_first()
    if _first():
        sys.path[0] = folder


def _first() -> int:
    """How many entries ``sys.path`` has for the program that runs: none with ``-I``, ``-P`` or PYTHONSAFEPATH."""
    return 0 if getattr(sys.flags, "safe_path", False) else 1


def _is_library(entry: str) -> bool:
    return os.path.basename(entry) in _PACKAGES


def _current_folder() -> str:
    try:
        return os.getcwd()
    except OSError:  # it was removed
        return ""


def namesake(folder: str) -> str:
    """A file of ``folder`` that Python would import in place of torch; "" if there is none."""
    for path in (os.path.join(folder, "torch.py"), os.path.join(folder, "torch", "__init__.py")):
        if os.path.isfile(path) and not is_torch(path):
            return path
    return ""


def is_torch(path: str) -> bool:
    """Whether ``path`` is the first file of PyTorch, and not another one of that name."""
    return os.path.isdir(os.path.join(os.path.dirname(path), "nn")) and os.path.basename(path) == "__init__.py"
