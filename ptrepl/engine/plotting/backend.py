"""The backend that matplotlib loads: Agg's canvas, whose figures are shown by the viewer of ``offer``.

``plt.show()`` shows all figures and closes them, as closing their windows does; with ``block=False`` or ``plt.ion()``
they stay open. ``plt.pause()`` shows the current one as a frame, and waits.
"""

from __future__ import annotations

import sys
from types import FrameType
from typing import Any
from weakref import WeakSet

import matplotlib
from matplotlib._pylab_helpers import Gcf
from matplotlib.backend_bases import FigureManagerBase
from matplotlib.backends.backend_agg import FigureCanvasAgg

from ptrepl.engine.plotting.offer import current_viewer

__all__ = ["FigureCanvas", "FigureManager"]

_MATPLOTLIB = "matplotlib"


class FigureManager(FigureManagerBase):
    """What pyplot holds of one figure."""

    @classmethod
    def pyplot_show(cls, *, block: bool | None = None) -> None:
        """``plt.show()``, which ``plt.pause()`` calls too."""
        caller, pauses = _caller()
        managers = Gcf.get_all_fig_managers()
        if pauses:
            active = Gcf.get_active()
            managers = [active] if active is not None else []
        frame = pauses or (caller is not None and "pause" in caller.f_code.co_names)
        del caller
        for manager in managers:
            if not is_empty(manager.canvas.figure):
                _show(manager.canvas.figure, is_frame=frame)
        if block is None:
            block = not matplotlib.is_interactive()
        if block:
            Gcf.destroy_all()

    def show(self) -> None:
        """``figure.show()``"""
        _show(self.canvas.figure, is_frame=False)


class FigureCanvas(FigureCanvasAgg):  # type: ignore[misc]
    """Agg's, with the manager above."""

    manager_class = FigureManager
    is_seen = False
    """Whether what was shown last is on a screen."""
    is_wanted = False
    """Whether a drawing was asked for since."""

    def draw(self) -> None:
        """``figure.canvas.draw()``: into the buffer, and to be seen with ``flush_events()`` or after the input."""
        super().draw()
        self.is_wanted = True

    def draw_idle(self, *arguments: Any, **named: Any) -> None:
        """``plt.draw()``: nothing is drawn before it is shown; what ``plt.ion()`` calls by itself is no wish."""
        if not self._is_idle_drawing:
            self.is_wanted = True

    def flush_events(self) -> None:
        """Show what was asked for as a frame: live plots that never pause call this after ``draw()``."""
        if self.is_wanted and not is_empty(self.figure):
            _show(self.figure, is_frame=True)

    def start_event_loop(self, timeout: float = 0) -> None:
        """The wait of ``plt.pause()``; none where no picture is seen, or where only a click would end it."""
        if self.is_seen and timeout > 0:
            super().start_event_loop(timeout)


def is_empty(figure: Any) -> bool:
    """Whether nothing was drawn on ``figure`` yet: no axes, or only axes without anything in them."""
    if figure.images or figure.lines or figure.texts or figure.legends or len(figure.patches) > 0:
        return False
    return not any(axes.has_data() or axes.texts or axes.tables for axes in figure.axes)


asked_for: list[Any] = []
"""Figures that ``show_left`` shows too; it lets go of them."""
_let_go: WeakSet[Any] = WeakSet()
"""Figures that are pyplot's no longer, and are shown when the learner, who holds them, draws on them."""


def let_figures_go() -> None:
    """What pyplot draws next begins a figure of its own; those that are open are closed but for what holds them."""
    for number, manager in list(Gcf.figs.items()):
        if isinstance(manager.canvas, FigureCanvas) and not is_empty(manager.canvas.figure):
            _let_go.add(manager.canvas.figure)
            del Gcf.figs[number]


def has_left() -> bool:
    """Whether a figure was drawn on since it was shown."""
    return bool(_left())


def show_left() -> None:
    """Show each figure that was drawn on since it was shown, and those that were asked for. They stay open."""
    figures = [figure for figure in _left() if figure not in asked_for]
    figures += asked_for
    asked_for.clear()
    for figure in figures:
        _show(figure, is_frame=False)


def _left() -> list[Any]:
    canvases = [manager.canvas for manager in Gcf.get_all_fig_managers()]
    ours = [canvas.figure for canvas in canvases if isinstance(canvas, FigureCanvas)]
    ours += [figure for figure in _let_go if figure not in ours and isinstance(figure.canvas, FigureCanvas)]
    return [figure for figure in ours if (figure.stale or figure.canvas.is_wanted) and not is_empty(figure)]


def _show(figure: Any, *, is_frame: bool) -> None:
    viewer = current_viewer()
    if viewer is not None:
        figure.canvas.is_seen = viewer.show(figure, is_frame=is_frame)
    figure.stale = False
    figure.canvas.is_wanted = False


def _caller() -> tuple[FrameType | None, bool]:
    """The frame outside matplotlib that asks, and whether it asks through ``plt.pause()``."""
    frame: FrameType | None = sys._getframe(2)
    pauses = False
    while frame is not None and str(frame.f_globals.get("__name__", "")).partition(".")[0] == _MATPLOTLIB:
        pauses = pauses or frame.f_code.co_name == "pause"
        frame = frame.f_back
    return frame, pauses
