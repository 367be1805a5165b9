"""A figure drawn for character cells: few pixels for lines and areas, and its words apart, in whole cells.

At one pixel a column no font can be read. So text is measured and placed in cells, and handed over as text: the
terminal's own font draws it. Lines are at least one pixel wide and marks at least one large, or they would fade away.
Where there is one colour, lines and marks are black, so that they are told from areas, which are shades of grey.
"""

from __future__ import annotations

import re
import unicodedata
import warnings
from dataclasses import dataclass
from typing import Any

from matplotlib.backends.backend_agg import FigureCanvasAgg, RendererAgg
from matplotlib.transforms import Affine2D, Bbox

from ptrepl.engine.plotting.figure import at_size, fitted

COLUMNS_PER_INCH = 12.5
"""So that a figure of matplotlib's own size, 6.4 by 4.8 inches, has 80 columns, and a text of 10 pt fits its cells."""
_LEAST_LINE, _LEAST_MARK = 1.0, 1.4
"""Pixels."""
_LARGER, _LEAST_LARGER = 1.7, 3.2
"""How many times, and in pixels at least, larger marks are larger."""
_THINNEST_OF_DATA = 0.9
"""Points: matplotlib draws frames, ticks and grids with 0.8, curves with 1.5."""
_DESCENT = 0.2
"""Of a row: about what the fonts of matplotlib have below the base line at 10 pt, so that texts keep their distance."""
_SNAPPED = 0.5
"""Pixels that Agg moves a thin line down in the mean, to whole pixels; the label of a tick goes with it."""
_PALE = 0.2
"""How opaque a frame is that is drawn five times as thick as the learner wanted it."""


@dataclass(frozen=True, slots=True)
class PlacedText:
    """A text in the grid of cells. ``column`` and ``row``: its first cell, from the top left; ``is_vertical``: the
    characters stand one below the other. ``colour``: red, green, blue, 0 to 255.
    """

    column: int
    row: int
    text: str
    is_vertical: bool
    colour: tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class CellPicture:
    """``pixels``: an array of (rows × pixels a row, columns × pixels a column, 4) of uint8, red, green, blue, alpha."""

    pixels: Any
    texts: tuple[PlacedText, ...]


def draw_in_cells(figure: Any, columns: int, rows: int, pixels: tuple[int, int]) -> CellPicture:
    """``figure`` in a grid of cells, each ``pixels`` wide and high: (1, 2) for half blocks, (2, 4) for braille."""
    import numpy

    across, down = pixels
    # the cell of a terminal is twice as high as wide
    dpi = COLUMNS_PER_INCH * across
    inches = columns / COLUMNS_PER_INCH, rows * down / dpi
    before, old_dpi = figure.canvas, figure.dpi
    with at_size(figure, inches), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # characters that matplotlib's font lacks, layouts without room
        canvas = _CellCanvas(figure)
        try:
            figure._set_dpi(dpi, forward=False)
            canvas.renderer = renderer = _CellRenderer(columns * across, rows * down, dpi, pixels)
            with fitted(figure):
                renderer.texts.clear()
                figure.draw(renderer)
            drawn = numpy.asarray(renderer.buffer_rgba()).copy()
        finally:
            figure._set_dpi(old_dpi, forward=False)
            figure.set_canvas(before)
    return CellPicture(drawn, tuple(renderer.texts))


class _CellCanvas(FigureCanvasAgg):  # type: ignore[misc]
    renderer: Any = None

    def get_renderer(self) -> Any:
        return self.renderer


class _CellRenderer(RendererAgg):  # type: ignore[misc]
    def __init__(self, width: int, height: int, dpi: float, pixels: tuple[int, int]) -> None:
        self.pixels = pixels
        self._in_one_colour = pixels != (1, 2)
        self.texts: list[PlacedText] = []
        self._colours: dict[tuple[float, ...], int] = {}
        super().__init__(width, height, dpi)

    def _update_methods(self) -> None:
        super()._update_methods()
        # they are methods of the C object, and so attributes of this one
        methods = self.__dict__
        self._markers, self._collection = methods["draw_markers"], methods["draw_path_collection"]
        methods.update(draw_markers=self._draw_markers, draw_path_collection=self._draw_path_collection)

    @property
    def _least_points(self) -> float:
        """The width of the thinnest line, in the points in which Agg is told widths."""
        return float(_LEAST_LINE * 72 / self.dpi)

    def draw_path(self, gc: Any, path: Any, transform: Any, rgbFace: Any = None) -> None:  # noqa: N803
        """A line is one pixel wide at least, and one of a frame or a grid is pale then; in one colour both are ink."""
        width = gc.get_linewidth()
        if 0 < width < self._least_points:
            gc.set_linewidth(self._least_points)
            if width <= _THINNEST_OF_DATA and not self._in_one_colour:
                gc.set_alpha(_PALE * gc.get_alpha())
        if self._in_one_colour and rgbFace is None:
            gc.set_foreground("black")
            gc.set_alpha(1.0)
        super().draw_path(gc, path, transform, rgbFace)

    def _draw_markers(
        self, gc: Any, marker: Any, marker_transform: Any, path: Any, transform: Any, face: Any = None
    ) -> None:
        size = _extent(marker.transformed(marker_transform))
        if 0 < size < _LEAST_MARK:
            marker_transform = Affine2D(marker_transform.get_matrix()) + Affine2D().scale(_LEAST_MARK / size)
        if self._in_one_colour:
            if face is not None and len(marker.vertices) > 2:  # no tick
                scale = self._scale_of(tuple(face[:3]), max(size, _LEAST_MARK))
                marker_transform = Affine2D(marker_transform.get_matrix()) + Affine2D().scale(scale)
            gc.set_foreground("black")
            gc.set_alpha(1.0)
            face = (0.0, 0.0, 0.0) if face is not None else None
        self._markers(gc, marker, marker_transform, path, transform, face)

    def _draw_path_collection(
        self, gc: Any, master: Any, paths: Any, transforms: Any, offsets: Any, *more: Any, **named: Any
    ) -> None:
        import numpy

        _, faces, edges, widths, *_ = more
        if not len(faces) and len(widths):  # lines, such as those of contour and errorbar
            more = (*more[:3], numpy.maximum(widths, self._least_points), *more[4:])
        if self._in_one_colour and (not len(faces) or len(paths) == 1):
            ink = [numpy.broadcast_to((0.0, 0.0, 0.0, 1.0), (len(each), 4)) for each in (faces, edges)]
            more = (more[0], *ink, *more[3:])
        if len(paths) == 1 and len(offsets) and len(transforms):
            scaled = numpy.array(transforms, dtype=float)
            size = _extent(paths[0]) * numpy.abs(scaled[:, 0, 0])
            scaled[:, :2, :2] *= numpy.where(size > 0, numpy.maximum(1, _LEAST_MARK / numpy.maximum(size, 1e-9)), 1)[
                :, None, None
            ]
            transforms = scaled
        self._collection(gc, master, paths, transforms, offsets, *more, **named)

    def _scale_of(self, colour: tuple[float, ...], size: float) -> float:
        """How much larger marks of ``colour`` are drawn that are ``size`` pixels large.

        Those of every second colour are larger, since nothing else may tell them apart.
        """
        is_larger = self._colours.setdefault(colour, len(self._colours)) % 2 == 1
        return max(_LARGER, _LEAST_LARGER / size) if is_larger else 1.0

    def get_text_width_height_descent(self, s: str, prop: Any, ismath: Any) -> tuple[float, float, float]:
        """Columns and a row, in pixels."""
        from wcwidth import wcswidth

        across, down = self.pixels
        return float(max(0, wcswidth(_readable(s, ismath))) * across), float(down), 0.0

    def _get_font_height_metrics(self, prop: Any) -> tuple[float, float, float]:
        """Ascent, descent and gap between lines, of any font, in pixels: the lines of a text stand in rows one below
        the other. matplotlib 3.11 and later ask for it.
        """
        row = float(self.pixels[1])
        return row, _DESCENT * row, -_DESCENT * row

    def draw_text(
        self, gc: Any, x: float, y: float, s: str, prop: Any, angle: float, ismath: Any = False, mtext: Any = None
    ) -> None:
        """Keep the text and its cell: ``x`` and ``y`` are where it begins on its base line, from the top left."""
        from wcwidth import wcswidth

        text = _readable(s, ismath).rstrip()
        across, down = self.pixels
        red, green, blue = (round(255 * part) for part in gc.get_rgb()[:3])
        is_vertical = 45 < angle % 180 < 135
        if mtext is not None and mtext.get_verticalalignment() not in ("top", "bottom"):
            y += _SNAPPED
        if is_vertical:
            middle = y - wcswidth(text) * across / 2 if angle % 360 < 180 else y + wcswidth(text) * across / 2
            column, row = (x - down / 2) / across, middle / down - len(text) / 2
        else:
            column, row = x / across, (y - down) / down
        clip = gc.get_clip_rectangle()
        if clip is not None and not Bbox(clip).padded(down).contains(x, self.height - y + down / 2):
            return
        self.texts.append(PlacedText(round(column), round(row), text, is_vertical, (red, green, blue)))

    def draw_tex(self, gc: Any, x: float, y: float, s: str, prop: Any, angle: float, *, mtext: Any = None) -> None:
        """As any text: LaTeX is not asked."""
        self.draw_text(gc, x, y, s, prop, angle, ismath="TeX")


def _extent(path: Any) -> float:
    if not len(path.vertices):
        return 0.0
    box = path.get_extents()
    return float(max(box.width, box.height))


_COMMAND = re.compile(r"\\([A-Za-z]+)\s*")
_RAISED = re.compile(r"\^(?:\{([^{}]*)\}|(\S))")
_LOWERED = re.compile(r"_(?:\{([^{}]*)\}|(\S))")
_SUPERSCRIPTS = str.maketrans("0123456789+-−=()niT", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁿⁱᵀ")
_SUBSCRIPTS = str.maketrans("0123456789+-−=()", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎")
_SIGNS = {"times": "×", "cdot": "·", "pm": "±", "leq": "≤", "geq": "≥", "infty": "∞", "nabla": "∇", "partial": "∂"}
_SIGNS |= {"sum": "Σ", "sqrt": "√", "rightarrow": "→", "neq": "≠", "approx": "≈", "epsilon": "ε", "in": "∈"}


def _readable(text: str, is_math: Any) -> str:
    r"""``$10^{-2}$`` → ``10⁻²``, ``$\hat{y} = \alpha x_1$`` → ``y = αx₁``: what a terminal can show of it."""
    text = text.replace("\t", " ")
    if not is_math:
        return "".join(character if character.isprintable() else "�" for character in text)
    text = _COMMAND.sub(_sign, re.sub(r"(?<!\\)\$", "", text))
    text = _RAISED.sub(lambda found: (found[1] or found[2] or "").translate(_SUPERSCRIPTS), text)
    text = _LOWERED.sub(lambda found: (found[1] or found[2] or "").translate(_SUBSCRIPTS), text)
    text = re.sub(r"\\[,:;! ]", " ", text).replace("\\", "")
    return "".join(character for character in text if character.isprintable() and character not in "{}")


def _sign(found: re.Match[str]) -> str:
    name = found[1]
    if name in _SIGNS:
        return _SIGNS[name]
    size = "CAPITAL" if name[0].isupper() else "SMALL"
    try:
        return unicodedata.lookup(f"GREEK {size} LETTER {name}")
    except KeyError:
        return ""
