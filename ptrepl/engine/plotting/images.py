"""A tensor → the picture that it holds, if it has the shape of one. Nothing of the learner's runs, nothing is kept."""

from __future__ import annotations

import enum
import sys
from dataclasses import dataclass
from typing import Any

from ptrepl.engine.watch.facts import attempt, torch_functions_off
from ptrepl.engine.watch.readable import Unread, readable

_LEAST_SIDE = 8
"""Pixels: what is smaller is hardly meant as a picture."""
_MOST_SIDE = 512
_COLOURS = 3


class Channels(enum.Enum):
    """Where red, green and blue stand in the shape."""

    FIRST = enum.auto()
    LAST = enum.auto()
    NONE = enum.auto()
    """A picture in greys, of shape (height, width)."""


@dataclass(frozen=True, slots=True)
class TensorImage:
    """``pixels``: an array of (height, width, 3) of uint8, a large picture thinned. ``low`` is black in it, ``high``
    the brightest; ``width`` and ``height``: of the whole picture.
    """

    pixels: Any
    channels: Channels
    width: int
    height: int
    low: float
    high: float


def read_image(tensor: Any) -> TensorImage | None:
    """The picture of a tensor of shape (3, H, W) or (H, W, 3), or (H, W) of uint8, with sides of at least 8; else None.

    uint8 goes from 0 to 255; floating point from 0 to 1, or from the least to the greatest value where they lie
    outside. Never raises.
    """
    found = attempt(lambda: _image(tensor))
    return found if isinstance(found, TensorImage) else None


def _image(tensor: Any) -> TensorImage | None:
    torch = sys.modules["torch"]
    with torch_functions_off(), torch.no_grad():
        body = readable(tensor)
        if isinstance(body, Unread) or body.layout is not torch.strided:
            return None
        channels = _channels(tuple(body.shape), is_bytes=body.dtype is torch.uint8)
        if channels is None or not (body.dtype is torch.uint8 or body.dtype.is_floating_point):
            return None
        planes = body.permute(1, 2, 0) if channels is Channels.FIRST else body
        height, width = planes.shape[:2]
        planes = planes[:: -(-height // _MOST_SIDE), :: -(-width // _MOST_SIDE)].cpu()
        low, high = 0.0, 255.0
        if planes.dtype is not torch.uint8:
            planes = planes.to(torch.float64)
            low, high = float(planes.min()), float(planes.max())
            if not bool(planes.isfinite().all()):
                return None
            if low >= 0 and high <= 1:
                low, high = 0.0, 1.0
            planes = (planes / 2 - low / 2) * (255 / (high / 2 - low / 2)) if high > low else planes * 0
        pixels = planes.round().to(torch.uint8).numpy()
    if channels is Channels.NONE:
        pixels = pixels[..., None].repeat(_COLOURS, axis=2)
    return TensorImage(pixels.copy(), channels, width, height, low, high)


def _channels(shape: tuple[int, ...], *, is_bytes: bool) -> Channels | None:
    match shape:
        case (height, width) if is_bytes and min(height, width) >= _LEAST_SIDE:
            return Channels.NONE
        case (3, height, width) if min(height, width) >= _LEAST_SIDE:
            return Channels.FIRST
        case (height, width, 3) if min(height, width) >= _LEAST_SIDE:
            return Channels.LAST
        case _:
            return None
