"""What is read of a figure leaves it as it was: its size, its layout, its canvas."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy
import pytest

plt = pytest.importorskip("matplotlib.pyplot")

from ptrepl.engine.plotting.cells import _readable, draw_in_cells  # noqa: E402 -- without matplotlib there is none
from ptrepl.engine.plotting.figure import figure_words, pixels_of, png_of  # noqa: E402
from ptrepl.screen.figures.images.png import png_size  # noqa: E402
from tests.engine.plotting.programs import PROGRAMS, training  # noqa: E402


@pytest.fixture(autouse=True)
def agg() -> Iterator[None]:
    plt.switch_backend("agg")
    yield
    plt.close("all")


def state(figure: Any) -> tuple[Any, ...]:
    places = [axes.get_position(original=original).bounds for axes in figure.axes for original in (True, False)]
    spaces = figure.subplotpars
    layout = (spaces.left, spaces.right, spaces.bottom, spaces.top, spaces.wspace, spaces.hspace)
    return figure.canvas, figure.dpi, figure.get_size_inches().tolist(), places, layout, figure.stale


@pytest.mark.parametrize("draw", PROGRAMS.values(), ids=list(PROGRAMS))
def test_drawing_leaves_the_figure_as_it_was(draw: Any) -> None:
    draw(plt)
    figure = plt.gcf()
    figure.canvas.draw()
    before, pixels = state(figure), numpy.asarray(figure.canvas.buffer_rgba()).copy()
    draw_in_cells(figure, 80, 22, (1, 2))
    draw_in_cells(figure, 80, 22, (2, 4))
    png_of(figure)
    pixels_of(figure, (3, 2), 50)
    assert state(figure) == before
    figure.canvas.draw()
    assert (numpy.asarray(figure.canvas.buffer_rgba()) == pixels).all()


def test_a_layout_of_the_learners_is_kept() -> None:
    figure, axes = plt.subplots(layout="constrained")
    axes.plot([1, 2])
    engine = figure.get_layout_engine()
    assert draw_in_cells(figure, 60, 20, (1, 2)).pixels.shape == (40, 60, 4)
    assert figure.get_layout_engine() is engine


def test_sizes() -> None:
    plt.plot([1, 2])
    figure = plt.gcf()
    assert png_size(png_of(figure)) == (640, 480)
    assert pixels_of(figure, (3, 2), 50).shape == (100, 150, 4)


def test_the_words_of_a_figure() -> None:
    training(plt)
    words = figure_words(plt.gcf())
    assert words.titles == ("Training", "weights")
    assert words.labels == ("epoch", "loss", "train", "validation")


def test_a_curve_and_marks_are_seen_however_thin() -> None:
    figure, axes = plt.subplots()
    axes.plot([0, 1], [0, 0], lw=1, color="black")
    axes.scatter([0.5], [1], s=0.1, color="red")
    axes.axis("off")
    pixels = draw_in_cells(figure, 80, 22, (1, 2)).pixels[..., :3].astype(int)
    assert ((pixels.sum(-1) < 300).sum()) >= 40
    assert ((pixels[..., 0] - pixels[..., 1]) > 100).any()


@pytest.mark.parametrize(
    ("text", "is_math", "shown"),
    [
        ("$10^{-2}$", True, "10⁻²"),
        (r"$\mathdefault{10^{3}}$", True, "10³"),
        (r"$\hat{y} = \alpha x_1 \times \Omega$", True, "y = αx₁ ×Ω"),
        ("price $5", False, "price $5"),
        ("损失\x1b[2J", False, "损失�[2J"),
    ],
)
def test_formulas_as_a_terminal_can_show_them(text: str, is_math: bool, shown: str) -> None:
    assert _readable(text, is_math) == shown


def test_in_one_colour_the_marks_of_two_colours_differ_in_size() -> None:
    def ink(second: str) -> list[int]:
        figure, axes = plt.subplots()
        axes.axis("off")
        axes.scatter([0, 0], [0, 1], c="red")
        axes.scatter([1, 1], [0, 1], c=second)
        dark = draw_in_cells(figure, 80, 22, (2, 4)).pixels[..., :3].astype(int).sum(-1) < 500
        return [int(half.sum()) for half in numpy.array_split(dark, 2, axis=1)]

    first, same = ink("red")
    assert first == same
    first, other = ink("blue")
    assert first == same
    assert other > 1.5 * first


@pytest.mark.parametrize("rows", range(14, 30, 3))
def test_the_lines_of_a_title_stand_in_rows_one_below_the_other(rows: int) -> None:
    plt.title("one\ntwo\nthree")
    texts = {text.text: text.row for text in draw_in_cells(plt.gcf(), 80, rows, (1, 2)).texts}
    first = texts["one"]
    assert [texts["two"], texts["three"]] == [first + 1, first + 2]
