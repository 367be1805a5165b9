"""What is read of a figure of matplotlib: its words, its PNG, its pixels at a size. The figure stays as it was."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class FigureWords:
    """The words in a figure. ``titles``: its own, then those of its axes; ``labels``: of axes and legends."""

    titles: tuple[str, ...]
    labels: tuple[str, ...]


def figure_words(figure: Any) -> FigureWords:
    """The words in ``figure``, each once, in the order in which they stand in it."""
    titles = [figure.get_suptitle()] if hasattr(figure, "get_suptitle") else []
    labels: list[str] = []
    for axes in figure.axes:
        titles += [axes.get_title(loc=place) for place in ("center", "left", "right")]
        labels += [axes.get_xlabel(), axes.get_ylabel()]
        legend = axes.get_legend()
        if legend is not None:
            labels += [text.get_text() for text in legend.get_texts()]
    return FigureWords(_once(titles), _once(labels))


def _once(texts: list[str]) -> tuple[str, ...]:
    joined = (" ".join(text.split()) for text in texts)
    return tuple(dict.fromkeys(text for text in joined if text))


def figure_inches(figure: Any) -> tuple[float, float]:
    """Width and height in inches."""
    width, height = figure.get_size_inches()
    return float(width), float(height)


def png_of(figure: Any, inches: tuple[float, float] | None = None, dpi: float | None = None) -> bytes:
    """The figure as a PNG, at a size and resolution; its own where none is given."""
    out = io.BytesIO()
    with at_size(figure, inches or figure_inches(figure)):
        canvas = _canvas(figure)
        try:
            canvas.print_figure(out, format="png", dpi=dpi or figure.dpi)
        finally:
            canvas.put_back()
    return out.getvalue()


def pixels_of(figure: Any, inches: tuple[float, float], dpi: float) -> Any:
    """The figure as an array of (height, width, 4) of uint8: red, green, blue, alpha."""
    import numpy

    before, old_dpi = figure.canvas, figure.dpi
    with at_size(figure, inches):
        canvas = _canvas(figure)
        try:
            figure._set_dpi(dpi, forward=False)
            canvas.draw()
            return numpy.asarray(canvas.buffer_rgba()).copy()
        finally:
            figure._set_dpi(old_dpi, forward=False)
            figure.set_canvas(before)


@contextmanager
def at_size(figure: Any, inches: tuple[float, float]) -> Iterator[None]:
    """Inside, ``figure`` has another size; whether it was drawn on since it was shown is as before afterwards."""
    before, is_stale = figure.get_size_inches().copy(), figure.stale
    # where axes stand, and where an aspect of their own has moved them to
    places = [(axes, [axes.get_position(original=each).frozen() for each in (True, False)]) for axes in figure.axes]
    try:
        figure.set_size_inches(*inches, forward=False)
        yield
    finally:
        figure.set_size_inches(*before, forward=False)
        for axes, (original, active) in places:
            axes._set_position(original, which="original")
            axes._set_position(active, which="active")
        figure.stale = is_stale


@contextmanager
def fitted(figure: Any) -> Iterator[None]:
    """Inside ``at_size``: the axes leave room for the words around them, unless the learner has chosen a layout."""
    if figure.get_layout_engine() is not None or not figure.axes:
        yield
        return
    spaces = figure.subplotpars
    names = ("left", "right", "bottom", "top", "wspace", "hspace")
    before = {name: getattr(spaces, name) for name in names}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # there may be no room for all of it, or axes that have no grid
            # the padding is in the sizes of a font: a column and a row are room enough
            figure.tight_layout(pad=0.3, w_pad=0.5, h_pad=0.3)
        yield
    finally:
        spaces.update(**before)
        figure._layout_engine = None  # tight_layout leaves one there, as if the learner had chosen it


def _canvas(figure: Any) -> Any:
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    class Passing(FigureCanvasAgg):  # type: ignore[misc]
        """A canvas for one picture: the figure has its own again afterwards."""

        def __init__(self, figure: Any) -> None:
            self._before = figure.canvas
            super().__init__(figure)

        def put_back(self) -> None:
            self.figure.set_canvas(self._before)

    return Passing(figure)
