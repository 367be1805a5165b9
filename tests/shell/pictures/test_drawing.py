"""Figures as they stand on the screen. ``screens/`` holds them; each was looked at when it was written.

A changed one is written anew where ``PTREPL_WRITE_SCREENS`` is set, to be looked at again.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

plt = pytest.importorskip("matplotlib.pyplot")

from ptrepl.engine.plotting.figure import figure_inches  # noqa: E402 -- without matplotlib there is none
from ptrepl.screen.line import plain  # noqa: E402
from ptrepl.screen.wrap import line_width  # noqa: E402
from ptrepl.shell.pictures.drawing import cells_of, draw_as_text  # noqa: E402
from tests.engine.plotting.programs import PROGRAMS  # noqa: E402

SCREENS = Path(__file__).with_name("screens")
SIZES = [(80, 24), (120, 40)]


@pytest.fixture(autouse=True)
def agg() -> Iterator[None]:
    plt.switch_backend("agg")
    plt.rcdefaults()
    yield
    plt.close("all")


def same_as_kept(name: str, text: str) -> bool:
    path = SCREENS / name
    if os.environ.get("PTREPL_WRITE_SCREENS"):
        path.write_text(text, encoding="utf-8")
    return path.read_text(encoding="utf-8") == text


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("draw", PROGRAMS.values(), ids=list(PROGRAMS))
def test_in_one_colour(draw: Any, size: tuple[int, int]) -> None:
    draw(plt)
    cells = cells_of(figure_inches(plt.gcf()), *size)
    drawing = draw_as_text(plt.gcf(), *cells, colour=False, true_colour=False)
    assert drawing.rows == len(drawing.lines) <= size[1] - 2
    assert max(map(line_width, drawing.lines)) <= size[0]
    shown = "".join(plain(line).rstrip() + "\n" for line in drawing.lines)
    assert same_as_kept(f"{draw.__name__}-{size[0]}x{size[1]}.txt", shown)


@pytest.mark.parametrize("draw", PROGRAMS.values(), ids=list(PROGRAMS))
def test_a_figure_drawn_again_is_the_same_and_stays_as_it_was(draw: Any) -> None:
    draw(plt)
    figure = plt.gcf()
    before = figure.get_layout_engine(), figure.get_size_inches().tolist(), figure.dpi, vars(figure.subplotpars).copy()
    first, second = (draw_as_text(figure, 80, 22, colour=False, true_colour=False) for _ in range(2))
    assert first == second
    after = figure.get_layout_engine(), figure.get_size_inches().tolist(), figure.dpi, vars(figure.subplotpars)
    assert after == before


@pytest.mark.parametrize("true_colour", [True, False])
@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("draw", PROGRAMS.values(), ids=list(PROGRAMS))
def test_in_colour_the_words_are_the_same(draw: Any, size: tuple[int, int], true_colour: bool) -> None:
    draw(plt)
    cells = cells_of(figure_inches(plt.gcf()), *size)
    drawing = draw_as_text(plt.gcf(), *cells, colour=True, true_colour=true_colour)
    assert [line_width(line) for line in drawing.lines] == [cells[0]] * cells[1]
    words = {word for line in drawing.lines for word in plain(line).replace("▀", " ").split()}
    kept = (SCREENS / f"{draw.__name__}-{size[0]}x{size[1]}.txt").read_text(encoding="utf-8")
    spoken = {word for word in kept.split() if word.isascii() and len(word) > 1}
    assert len(spoken) > 1
    assert spoken <= words
    codes = {style for line in drawing.lines for style, _ in line}
    depth = 2 if true_colour else 5
    assert all(style.startswith((f"sgr 38;{depth};", f"sgr 48;{depth};")) for style in codes)


@pytest.mark.parametrize(
    ("inches", "screen", "cells"),
    [
        ((6.4, 4.8), (80, 24), (80, 22)),
        ((6.4, 4.8), (120, 40), (90, 24)),
        ((3, 2), (120, 40), (42, 10)),
        ((12, 3), (80, 24), (80, 14)),
        ((6.4, 4.8), (40, 10), (30, 8)),
        ((1, 9), (80, 24), (20, 22)),
    ],
)
def test_size_follows_the_terminal(
    inches: tuple[float, float], screen: tuple[int, int], cells: tuple[int, int]
) -> None:
    assert cells_of(inches, *screen) == cells
