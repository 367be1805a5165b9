"""Pixels → lines of half blocks in colour, or of braille in one.

A half block is a character whose upper half has one colour and whose lower half has another: two pixels. Arrays have
the shape (height, width, 3), red, green, blue, of uint8; numpy does the arithmetic.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from ptrepl.screen.figures.braille import braille_rows
from ptrepl.screen.line import Line
from ptrepl.screen.theme import sgr_style

HALF_BLOCK = "▀"
PIXELS_OF_HALF_BLOCK, PIXELS_OF_BRAILLE = (1, 2), (2, 4)
"""Across and down, in one character."""

_GREY_STEPS = 24
_GREY_FIRST = 232
_CUBE_FIRST = 16
_CUBE_LEVELS = (0, 95, 135, 175, 215, 255)
"""Of red, green and blue in xterm's palette of 256 colours."""
# Bayer's matrix: how dark a pixel must be for a dot at this place
_THRESHOLDS = ((0, 8, 2, 10), (12, 4, 14, 6), (3, 11, 1, 9), (15, 7, 13, 5))
_PAPER, _INK = 0.06, 0.94
"""What is lighter than the one has no dots, what is darker than the other has all."""
_DARKEST_SHADE = 0.6
"""Share of the dots of a dark area: ink on it must be seen."""

Grid = list[list[tuple[str, str]]]
"""(style, character) of each cell, by rows."""


def flat(pixels: Any, paper: tuple[int, int, int] = (255, 255, 255)) -> Any:
    """``pixels`` of shape (height, width, 4) laid over ``paper``, as (height, width, 3)."""
    import numpy

    alpha = pixels[..., 3:].astype(numpy.float32) / 255
    return (pixels[..., :3] * alpha + numpy.asarray(paper) * (1 - alpha)).round().astype(numpy.uint8)


def resized(pixels: Any, width: int, height: int) -> Any:
    """The mean of the pixels that fall into each new one; where there are less of them, the nearest."""
    import numpy

    for axis, size in ((0, height), (1, width)):
        old = pixels.shape[axis]
        if old <= size:
            pixels = pixels.take(numpy.arange(size) * old // size, axis=axis)
        else:
            starts = numpy.arange(size) * old // size
            counts = numpy.diff(numpy.append(starts, old))
            sums = numpy.add.reduceat(pixels, starts, axis=axis, dtype=numpy.float32)
            pixels = sums / counts.reshape([-1 if each == axis else 1 for each in range(3)])
    return pixels.round().astype(numpy.uint8)


def half_block_grid(pixels: Any, *, true_colour: bool) -> Grid:
    """The cells of ``pixels``, whose height is even. ``true_colour`` False: in xterm's 256 colours.

    A cell of one colour is a space: what is copied from the screen as text has no blocks where nothing is drawn.
    """
    import numpy

    numbers = _colour_numbers(pixels, true_colour)
    # few pairs of colours are in a picture, and each is written once
    pairs, places = numpy.unique(numbers[::2] << 24 | numbers[1::2], return_inverse=True)
    cells = [_cell(pair >> 24, pair & 0xFF_FFFF, true_colour) for pair in pairs.tolist()]
    return [[cells[place] for place in row] for row in places.reshape(-1, pixels.shape[1]).tolist()]


def _cell(upper: int, lower: int, true_colour: bool) -> tuple[str, str]:
    over, under = _code(upper, true_colour), _code(lower, true_colour)
    if over == under:
        return sgr_style(f"48;{under}"), " "
    return sgr_style(f"38;{over};48;{under}"), HALF_BLOCK


def text_style(colour: tuple[int, int, int], behind: Any, *, true_colour: bool) -> str:
    """The style of a character of that colour on the pixels ``behind``, of shape (n, 3)."""
    red, green, blue = behind.mean(axis=0).round().astype(int).tolist()
    return _text_style(colour, (red, green, blue), true_colour)


@lru_cache(maxsize=256)  # a figure has few colours and many characters
def _text_style(colour: tuple[int, int, int], paper: tuple[int, int, int], true_colour: bool) -> str:
    import numpy

    over, under = _colour_numbers(numpy.array([colour, paper], dtype=numpy.uint8), true_colour).tolist()
    return sgr_style(f"38;{_code(over, true_colour)};48;{_code(under, true_colour)}")


def braille_grid(pixels: Any) -> Grid:
    """The cells of ``pixels`` in one colour, two pixels across and four down each: the darker, the more dots."""
    import numpy

    weights = numpy.array((0.299, 0.587, 0.114))  # how bright each is to the eye (ITU-R BT.601)
    dark = 1 - (pixels @ weights) / 255
    thresholds = (numpy.array(_THRESHOLDS) + 0.5) / 16
    tiled = numpy.tile(thresholds, (-(-dark.shape[0] // 4), -(-dark.shape[1] // 4)))
    shaded = (dark > _PAPER) & (dark * _DARKEST_SHADE > tiled[: dark.shape[0], : dark.shape[1]])
    dots = (dark > _INK) | shaded
    return [[("", character) for character in row] for row in braille_rows(dots.tolist())]


def grid_lines(grid: Grid) -> list[Line]:
    """A line for each row of cells; cells of one style beside one another are one fragment."""
    lines = []
    for row in grid:
        line: list[tuple[str, str]] = []
        style, text = "", ""
        for each, character in row:
            if each != style:
                if text:
                    line.append((style, text))
                style, text = each, ""
            text += character
        lines.append((*line, (style, text)) if text else tuple(line))
    return lines


def _colour_numbers(pixels: Any, true_colour: bool) -> Any:
    """Each pixel as one number: red, green and blue in a byte each, or its place in the palette."""
    import numpy

    if not true_colour:
        return palette_numbers(pixels).astype(numpy.int64)
    red, green, blue = (pixels[..., each].astype(numpy.int64) for each in range(3))
    return red << 16 | green << 8 | blue


def _code(number: int, true_colour: bool) -> str:
    """The second half of the SGR code of a colour: ``2;255;0;0`` or ``5;196``."""
    return f"2;{number >> 16};{number >> 8 & 0xFF};{number & 0xFF}" if true_colour else f"5;{number}"


def palette_numbers(pixels: Any) -> Any:
    """The nearest of xterm's 256 colours for each pixel: of its cube, or of its greys if one of them is nearer."""
    import numpy

    levels = numpy.array(_CUBE_LEVELS)
    values = pixels.astype(numpy.int32)
    steps = numpy.searchsorted((levels[1:] + levels[:-1]) // 2, values, side="left")
    cube = levels[steps]
    grey = numpy.clip((values.mean(axis=-1).round().astype(numpy.int32) - 3) // 10, 0, _GREY_STEPS - 1)
    far_cube = ((cube - values) ** 2).sum(axis=-1)
    far_grey = ((8 + 10 * grey[..., None] - values) ** 2).sum(axis=-1)
    numbers = _CUBE_FIRST + 36 * steps[..., 0] + 6 * steps[..., 1] + steps[..., 2]
    return numpy.where(far_grey < far_cube, _GREY_FIRST + grey, numbers)
