"""Sixel (DEC STD 070, chapter 9): bands of six rows of pixels, a colour at a time.

Of a picture with at most 256 colours each is kept; another one is drawn in a cube of 6×6×6.
"""

from __future__ import annotations

import itertools
from typing import Any

_MOST_COLOURS = 256
_LEVELS = 6
_BAND = 6
_BLANK = 63
_SHORTEST_RUN = 4


def sixel_command(pixels: Any) -> str:
    """The escape sequence that draws ``pixels``, an array of shape (height, width, 3) of uint8, at the cursor."""
    import numpy

    height, width, _ = pixels.shape
    palette, numbers = _in_colours(pixels)
    bands = -(-height // _BAND)
    padded = numpy.full((bands * _BAND, width), -1)
    padded[:height] = numbers
    weights = (1 << numpy.arange(_BAND))[:, None]
    # P2 = 1: what is not drawn stays as it is; then the size of a pixel, and of the picture
    out = [f'\x1bP0;1q"1;1;{width};{height}']
    out += [
        f"#{number};2;{round(red / 2.55)};{round(green / 2.55)};{round(blue / 2.55)}"
        for number, (red, green, blue) in enumerate(palette.tolist())
    ]
    for top in range(0, bands * _BAND, _BAND):
        band = padded[top : top + _BAND]
        colours = [number for number in numpy.unique(band).tolist() if number >= 0]
        drawn = [f"#{number}{_runs(((band == number) * weights).sum(axis=0).tolist())}" for number in colours]
        out.append("$".join(drawn) + "-")
    return "".join(out) + "\x1b\\"


def _in_colours(pixels: Any) -> tuple[Any, Any]:
    """The colours, of shape (n, 3), and the number of its colour for each pixel."""
    import numpy

    values = pixels.astype(numpy.int64)
    packed = values[..., 0] << 16 | values[..., 1] << 8 | values[..., 2]
    colours, numbers = numpy.unique(packed, return_inverse=True)
    if len(colours) > _MOST_COLOURS:
        steps = (values * (_LEVELS - 1) + 127) // 255
        values = steps * 255 // (_LEVELS - 1)
        packed = values[..., 0] << 16 | values[..., 1] << 8 | values[..., 2]
        colours, numbers = numpy.unique(packed, return_inverse=True)
    palette = numpy.stack([colours >> 16, colours >> 8 & 255, colours & 255], axis=-1)
    return palette, numbers.reshape(packed.shape)


def _runs(sixels: list[int]) -> str:
    """Sixels as characters, those that repeat as a count; none for the blank ones at the end."""
    while sixels and not sixels[-1]:
        sixels.pop()
    text = []
    for value, group in itertools.groupby(sixels):
        count = len(list(group))
        character = chr(_BLANK + value)
        text.append(f"!{count}{character}" if count >= _SHORTEST_RUN else character * count)
    return "".join(text)
