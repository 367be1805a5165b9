"""Pixels → half blocks in true colour and in 256, braille in one; words over them."""

from __future__ import annotations

import re

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ptrepl.screen.figures.labelled import labelled_lines
from ptrepl.screen.figures.pixels import flat, palette_numbers, resized
from ptrepl.screen.line import Line, plain
from ptrepl.screen.theme import ansi
from ptrepl.screen.wrap import line_width

_CELL = re.compile(r"\x1b\[(?:38;2;(\d+;\d+;\d+);)?48;2;(\d+;\d+;\d+)m(▀+| +)\x1b\[0m")


def picture(height: int, width: int, levels: int = 256) -> numpy.ndarray:
    random = numpy.random.default_rng(height * 1000 + width)
    return random.integers(0, levels, (height, width, 3)).astype(numpy.uint8) * numpy.uint8(255 // (levels - 1))


def pixels_back(lines: list[Line]) -> numpy.ndarray:
    """The pixels that a terminal in true colour would show."""
    rows = []
    for line in lines:
        upper, lower = [], []
        for over, under, cells in _CELL.findall("".join(ansi(style, part) for style, part in line)):
            assert bool(over) == ("▀" in cells)
            upper += [list(map(int, (over or under).split(";")))] * len(cells)
            lower += [list(map(int, under.split(";")))] * len(cells)
        rows += [upper, lower]
    return numpy.array(rows, dtype=numpy.uint8)


@given(st.integers(1, 12), st.integers(1, 30), st.sampled_from([2, 256]))
def test_half_blocks_in_true_colour_are_the_picture(rows: int, columns: int, levels: int) -> None:
    pixels = picture(2 * rows, columns, levels)
    assert (pixels_back(labelled_lines(pixels, (), in_colour=True, true_colour=True)) == pixels).all()


def test_in_256_colours_each_pixel_is_the_nearest_of_the_palette() -> None:
    levels = (0, 95, 135, 175, 215, 255)
    palette = [(r, g, b) for r in levels for g in levels for b in levels] + [(8 + 10 * n,) * 3 for n in range(24)]
    colours = numpy.array(palette)
    pixels = picture(20, 20)
    found = colours[palette_numbers(pixels) - 16]
    best = ((pixels[:, :, None].astype(int) - colours) ** 2).sum(-1).min(-1)
    distance = ((pixels.astype(int) - found) ** 2).sum(-1)
    # a grey is looked for at the mean of the three, which is not always the nearest one
    assert (distance <= best + 60).all()
    assert (palette_numbers(colours[None].astype(numpy.uint8)) >= 16).all()
    exact = colours[palette_numbers(colours[None].astype(numpy.uint8)) - 16]
    assert (exact == colours[None]).all()


@given(st.integers(1, 40), st.integers(1, 40), st.integers(1, 40), st.integers(1, 40))
def test_resized_keeps_a_flat_colour_and_the_size_asked_for(height: int, width: int, down: int, across: int) -> None:
    pixels = numpy.full((height, width, 3), (10, 200, 77), numpy.uint8)
    found = resized(pixels, across, down)
    assert found.shape == (down, across, 3)
    assert (found == pixels[0, 0]).all()


def test_resized_takes_means() -> None:
    assert resized(numpy.array([[[0], [100]], [[200], [100]]], numpy.uint8), 1, 1).tolist() == [[[100]]]


def test_what_is_transparent_shows_the_paper() -> None:
    pixels = numpy.array([[[255, 0, 0, 255], [255, 0, 0, 0], [0, 0, 0, 51]]], numpy.uint8)
    assert flat(pixels).tolist() == [[[255, 0, 0], [255, 255, 255], [204, 204, 204]]]


def test_the_words_stand_over_the_pixels_in_their_colours() -> None:
    pixels = numpy.full((4, 8, 3), 255, numpy.uint8)
    lines = labelled_lines(pixels, [(2, 0, "损失", False, (255, 0, 0))], in_colour=True, true_colour=True)
    assert [plain(line) for line in lines] == ["  损失  ", "        "]
    assert ("sgr 38;2;255;0;0;48;2;255;255;255", "损失") in lines[0]


@given(
    st.lists(
        st.tuples(st.integers(-20, 60), st.integers(-20, 40), st.text(max_size=30), st.booleans(), st.just((0, 0, 0))),
        max_size=8,
    ),
    st.booleans(),
)
def test_words_anywhere_keep_the_picture_within_its_cells(labels: list, in_colour: bool) -> None:  # type: ignore[type-arg]
    labels = [(a, b, "".join(c for c in text if c.isprintable()), d, e) for a, b, text, d, e in labels]
    size = (12, 30) if in_colour else (24, 60)
    lines = labelled_lines(numpy.zeros((*size, 3), numpy.uint8), labels, in_colour=in_colour, true_colour=False)
    assert len(lines) == 6
    if not labels:
        assert [line_width(line) for line in lines] == [30] * 6


@pytest.mark.parametrize(("grey", "most", "least"), [(255, 0, 0), (0, 64, 64), (128, 40, 10)])
def test_braille_has_more_dots_where_it_is_darker(grey: int, most: int, least: int) -> None:
    lines = labelled_lines(numpy.full((8, 8, 3), grey, numpy.uint8), [], in_colour=False, true_colour=False)
    dots = sum((ord(character) & 0xFF).bit_count() for line in lines for character in plain(line) if character != " ")
    assert least <= dots <= most
