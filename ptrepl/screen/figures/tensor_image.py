"""A tensor that holds a picture → the picture in half blocks or braille, below a sentence that says what it shows."""

from __future__ import annotations

from ptrepl.engine.plotting.images import Channels, TensorImage
from ptrepl.screen.figures.labelled import labelled_lines
from ptrepl.screen.figures.numbers import short_number
from ptrepl.screen.figures.pixels import PIXELS_OF_BRAILLE, PIXELS_OF_HALF_BLOCK, resized
from ptrepl.screen.line import Line
from ptrepl.screen.paragraphs import told
from ptrepl.screen.wrap import GUTTER
from ptrepl.texts.messages import gettext

_WIDEST, _HIGHEST = 64, 20
"""Columns and rows."""
_MOST_ENLARGED = 3
_INDENT = "  "


def image_lines(image: TensorImage, width: int | None, *, in_colour: bool, true_colour: bool) -> list[Line]:
    """The sentence, then the picture behind the gutter."""
    columns, rows = image_cells(image, width)
    across, down = PIXELS_OF_HALF_BLOCK if in_colour else PIXELS_OF_BRAILLE
    pixels = resized(image.pixels, columns * across, rows * down)
    drawn = labelled_lines(pixels, (), in_colour=in_colour, true_colour=true_colour)
    return [
        *told(image_words(image), width, "dim", GUTTER + _INDENT),
        *((("gutter", GUTTER + _INDENT), *line) for line in drawn),
    ]


def image_words(image: TensorImage) -> str:
    """How the numbers are shown."""
    size = {"width": image.width, "height": image.height}
    ends = {"low": short_number(image.low), "high": short_number(image.high)}
    match image.channels:
        case Channels.NONE:
            return gettext("As a picture of {width}×{height} pixels: {low} is black, {high} is white.", **size, **ends)
        case Channels.FIRST:
            dim = 0
        case Channels.LAST:
            dim = 2
    return gettext(
        "As a picture of {width}×{height} pixels: dim {dim} is red, green and blue, each from {low}, dark, to {high}.",
        **size,
        **ends,
        dim=dim,
    )


def image_cells(image: TensorImage, width: int | None) -> tuple[int, int]:
    """Columns and rows: a pixel is a column wide and half a row high, a small picture is enlarged."""
    room = min(_WIDEST, 80 if width is None else width - len(GUTTER) - len(_INDENT) - 1)
    scale = min(float(_MOST_ENLARGED), room / image.width, 2 * _HIGHEST / image.height)
    if scale > 1:
        scale = float(int(scale))
    return max(1, round(image.width * scale)), max(1, round(image.height * scale / 2))
