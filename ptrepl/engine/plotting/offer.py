"""Offers matplotlib a backend of ours, where the learner has chosen none, and knows who shows its figures.

matplotlib takes its backend from ``MPLBACKEND``, from a matplotlibrc, or from ``matplotlib.use``; where none of them
says one, it looks for a window system when the first figure is made. At that point ours is found instead. Nothing of
matplotlib is imported for it: a finder waits until the learner's code does.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any, Protocol

BACKEND = "module://ptrepl.engine.plotting.backend"
_OURS = __name__.partition(".")[0]


class FigureViewer(Protocol):
    """Shows figures of matplotlib. What it is handed is the learner's, and is not kept."""

    def show(self, figure: Any, *, is_frame: bool) -> bool:
        """Draw ``figure``; one that ``is_frame`` takes the place of the frame before. Whether it is on a screen now."""
        ...


_viewer: FigureViewer | None = None


def current_viewer() -> FigureViewer | None:
    """Who shows the figures; None where nobody does."""
    return _viewer


def offer_backend(viewer: FigureViewer) -> None:
    """From now on ``viewer`` shows the figures that matplotlib is told to show, unless another backend is chosen."""
    global _viewer
    _viewer = viewer
    matplotlib = sys.modules.get("matplotlib")
    if matplotlib is not None:
        _choose(matplotlib)
    elif not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Finder())


def withdraw_backend() -> None:
    """Show no figures any more, and wait for matplotlib no longer."""
    global _viewer
    _viewer = None
    sys.meta_path[:] = [finder for finder in sys.meta_path if not isinstance(finder, _Finder)]


class _Finder:
    """Waits in ``sys.meta_path`` for the import of matplotlib; then it is gone."""

    is_done = False
    """Whether it has taken itself out."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """What the other finders say; for matplotlib, with a loader that chooses the backend once it has run."""
        if fullname != "matplotlib":
            return None
        spec = self._found(fullname, target)
        loader: Any = spec.loader if spec is not None else None
        if loader is None:
            return spec
        execute = loader.exec_module

        def exec_module(module: ModuleType) -> None:
            vars(loader).pop("exec_module", None)
            execute(module)
            if self in sys.meta_path:
                sys.meta_path.remove(self)
            self.is_done = True
            _choose(module)

        try:
            loader.exec_module = exec_module
        except AttributeError:  # a loader of somebody else's
            pass
        return spec

    def _found(self, fullname: str, target: ModuleType | None) -> ModuleSpec | None:
        """What Python itself would find: those of our own finders that look elsewhere for us are passed over."""
        for finder in sys.meta_path:
            if type(finder).__module__.partition(".")[0] != _OURS:
                spec = finder.find_spec(fullname, None, target)
                if spec is not None:
                    return spec
        return None


def _choose(matplotlib: ModuleType) -> None:
    """Make ours the backend, if none was chosen. Never raises: without it, matplotlib does as it always does."""
    try:
        settings: Any = matplotlib.rcParams
        # asked in this way, no window system is looked for; a name is the learner's choice
        if not isinstance(dict.__getitem__(settings, "backend"), str):
            settings["backend"] = BACKEND
    except Exception as mistake:
        from ptrepl.error_log import log

        log(mistake, "choosing the backend of matplotlib")
