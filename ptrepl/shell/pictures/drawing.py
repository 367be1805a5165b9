"""A figure → what this terminal draws: lines, or the bytes of an image and the cells that it takes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ptrepl.screen.figures.images.iterm import iterm_command
from ptrepl.screen.figures.images.kitty import MOST_CELLS, kitty_commands, placeholder_lines
from ptrepl.screen.figures.images.sixel import sixel_command
from ptrepl.screen.figures.images.tmux import passed_through
from ptrepl.screen.line import Line
from ptrepl.shell.pictures.protocol import Protocol

_ROWS_PER_INCH = 5.0
"""So that 4.8 inches have 24 rows; the lines of a terminal leave room for the prompt."""
_WIDENED = 1.4
"""A picture may be that much wider than it is: columns are rarely scarce, rows are."""
_LEAST_ROWS, _LEAST_COLUMNS = 8, 20
_DPI_OF_CELL = 5.0
"""Dots per inch for each pixel that a cell is high: a text of 10 pt is then about as high as a letter."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """``sequences`` are sent as they are; then come ``lines``. ``rows``: how many the cursor goes down in all."""

    sequences: str
    lines: tuple[Line, ...]
    rows: int


def cells_of(inches: tuple[float, float], columns: int, rows: int) -> tuple[int, int]:
    """Columns and rows for a figure of that size in a terminal of ``columns`` by ``rows``.

    >>> cells_of((6.4, 4.8), 80, 24), cells_of((6.4, 4.8), 120, 40)
    ((80, 22), (90, 24))
    """
    width, height = inches
    down = min(max(_LEAST_ROWS, round(height * _ROWS_PER_INCH)), max(_LEAST_ROWS, rows - 2))
    across = min(max(_LEAST_COLUMNS, round(down * 2 * width / height * _WIDENED)), columns)
    # one that is wide is less high than the terminal allows
    down = min(down, max(_LEAST_ROWS, round(across * height / width / 2 * _WIDENED)))
    return across, down


def draw_as_text(figure: Any, columns: int, rows: int, *, colour: bool, true_colour: bool) -> Drawing:
    """Half blocks in colour, braille without; the words of the figure are text."""
    from ptrepl.engine.plotting.cells import draw_in_cells
    from ptrepl.screen.figures.labelled import labelled_lines
    from ptrepl.screen.figures.pixels import PIXELS_OF_BRAILLE, PIXELS_OF_HALF_BLOCK, flat

    picture = draw_in_cells(figure, columns, rows, PIXELS_OF_HALF_BLOCK if colour else PIXELS_OF_BRAILLE)
    labels = [(text.column, text.row, text.text, text.is_vertical, text.colour) for text in picture.texts]
    lines = labelled_lines(flat(picture.pixels), labels, in_colour=colour, true_colour=true_colour)
    return Drawing("", tuple(lines), len(lines))


def draw_as_image(
    figure: Any, protocol: Protocol, number: int, columns: int, rows: int, cell: tuple[int, int], *, in_tmux: bool
) -> Drawing:
    """An image of about ``columns`` by ``rows`` cells of ``cell`` pixels; its shape is the figure's."""
    from ptrepl.engine.plotting.figure import figure_inches

    across, down = cell
    width, height = figure_inches(figure)
    dpi = _DPI_OF_CELL * down
    scale = min(1.0, columns * across / (width * dpi), rows * down / (height * dpi))
    inches = width * scale, height * scale
    if protocol is Protocol.SIXEL:
        from ptrepl.engine.plotting.figure import pixels_of
        from ptrepl.screen.figures.pixels import flat

        pixels = flat(pixels_of(figure, inches, dpi))
        taken = -(-pixels.shape[0] // down)
        command = sixel_command(pixels)
        return Drawing((passed_through(command) if in_tmux else command) + "\r\n", (), taken)
    from ptrepl.engine.plotting.figure import png_of

    png = png_of(figure, inches, dpi)
    taken_columns = min(MOST_CELLS, columns, max(1, round(inches[0] * dpi / across)))
    taken = min(MOST_CELLS, max(1, round(inches[1] * dpi / down)))
    if protocol is Protocol.ITERM:
        command = iterm_command(png, taken_columns, taken)
        return Drawing((passed_through(command) if in_tmux else command) + "\r\n", (), taken)
    commands = kitty_commands(png, number, taken_columns, taken, placeholders=in_tmux)
    if in_tmux:
        lines = placeholder_lines(number, taken_columns, taken)
        return Drawing("".join(map(passed_through, commands)), tuple(lines), taken)
    return Drawing("".join(commands) + "\r\n", (), taken)
