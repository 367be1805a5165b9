"""The picture that a tensor holds, in the cells of a terminal."""

from __future__ import annotations

import pytest
import torch

from ptrepl.engine.plotting.images import read_image
from ptrepl.screen.figures.tensor_image import image_cells, image_lines
from ptrepl.screen.line import plain
from ptrepl.screen.wrap import line_width


@pytest.mark.parametrize("in_colour", [True, False])
@pytest.mark.parametrize(("height", "width"), [(8, 8), (48, 64), (8, 400), (400, 8)])
def test_it_fits_and_says_how_numbers_are_shown(height: int, width: int, in_colour: bool) -> None:
    image = read_image(torch.rand(3, height, width))
    assert image is not None
    lines = image_lines(image, 60, in_colour=in_colour, true_colour=True)
    assert max(map(line_width, lines)) <= 60
    assert len(lines) <= 24
    said = " ".join(plain(line).removeprefix("│").strip() for line in lines[:3])
    assert f"As a picture of {width}×{height} pixels: dim 0 is red, green and blue" in said


def test_a_small_one_is_enlarged_by_whole_numbers_and_a_large_one_keeps_its_shape() -> None:
    small, large = read_image(torch.rand(8, 10, 3)), read_image(torch.rand(3, 300, 300))
    assert small is not None
    assert large is not None
    assert image_cells(small, 80) == (30, 12)
    assert image_cells(large, 80) == (40, 20)


def test_greys_say_what_is_black() -> None:
    image = read_image(torch.arange(64, dtype=torch.uint8).reshape(8, 8))
    assert image is not None
    line = image_lines(image, None, in_colour=True, true_colour=True)[0]
    assert plain(line) == "│   As a picture of 8×8 pixels: 0 is black, 255 is white."
