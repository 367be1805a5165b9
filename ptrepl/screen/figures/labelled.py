"""Pixels with words over them → lines: the picture in half blocks or braille, the words in the terminal's own font."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from wcwidth import wcwidth

from ptrepl.screen.figures.pixels import Grid, braille_grid, grid_lines, half_block_grid, text_style
from ptrepl.screen.line import Line

Label = tuple[int, int, str, bool, tuple[int, int, int]]
"""Column and row of its first cell, the text, whether it runs downwards, its colour."""


def labelled_lines(pixels: Any, labels: Iterable[Label], *, in_colour: bool, true_colour: bool) -> list[Line]:
    """``pixels``: of shape (height, width, 3), two pixels in a cell where it is ``in_colour``, else two by four.

    A label is moved into the picture where it begins outside, and cut where it is longer.
    """
    grid = half_block_grid(pixels, true_colour=true_colour) if in_colour else braille_grid(pixels)
    for column, row, text, is_vertical, colour in labels:
        _write(grid, pixels, column, row, text, is_vertical, colour, in_colour, true_colour)
    return grid_lines(grid)


def _write(
    grid: Grid,
    pixels: Any,
    column: int,
    row: int,
    text: str,
    is_vertical: bool,
    colour: tuple[int, int, int],
    in_colour: bool,
    true_colour: bool,
) -> None:
    rows, columns = len(grid), len(grid[0])
    if is_vertical:
        text = text[:rows]
        row = max(0, min(row, rows - len(text)))
    elif row < 0 or row >= rows:
        row = max(0, min(row, rows - 1))
    column = max(0, min(column, columns - (1 if is_vertical else min(columns, sum(map(_columns, text))))))
    for character in text:
        size = _columns(character)
        if not size:
            continue
        if column + size > columns or row >= rows:
            return
        style = ""
        if in_colour:
            style = text_style(colour, pixels[2 * row : 2 * row + 2, column], true_colour=true_colour)
        grid[row][column] = style, character
        if size > 1:
            grid[row][column + 1] = style, ""
        if is_vertical:
            row += 1
        else:
            column += size


def _columns(character: str) -> int:
    return max(0, wcwidth(character))
