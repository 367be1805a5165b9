"""What pictures cost."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from benchmarks.core import PRELOADED, NullTerminal
from benchmarks.measure import Row, compare, per_call, seconds

_STEPS = 6_667
_RECURRENCE = f"""\
u, h = torch.randn(3, 3, requires_grad=True), torch.ones(3)
for _ in range({_STEPS}): h = torch.tanh(u @ h + 1)
"""
_COLUMNS, _ROWS = 80, 22
_CALLS = 5
_PIXELS = (640, 480)


def rows(rounds: int) -> Iterator[Row]:
    """``%graph`` as the prompt runs it, a figure's pixels to half blocks, a curve of 2,000 points to braille."""
    show = _graph()
    measured: list[tuple[str, Callable[[], float], float]] = [
        ("`%graph` of 20,000 nodes", lambda: seconds(show), 1.0),
        (
            "a figure of 640×480 pixels to half blocks, 80 columns",
            per_call(_half_blocks(true_colour=True), _CALLS),
            0.03,
        ),
        ("the same in 256 colours", per_call(_half_blocks(true_colour=False), _CALLS), 0.03),
        ("a curve of 2,000 points in braille, 80 columns", per_call(_chart, _CALLS), 0.03),
    ]
    for name, measure, limit in measured:
        yield compare(name, measure, "nothing", lambda: 0.0, limit=limit, rounds=rounds, as_difference=True)


def _graph() -> Any:
    from ptrepl.engine.run.session import Session
    from ptrepl.screen.printer import Printer
    from ptrepl.shell.commands.see.graph import show_graph
    from ptrepl.shell.context import ShellContext

    session = Session(module_name="__learner__", adopt=True)
    if (failure := session.run_quietly(PRELOADED + _RECURRENCE)) is not None:
        raise RuntimeError(failure.text)
    context = ShellContext(lambda: session, Printer(out=NullTerminal(), width=80))
    return lambda: show_graph(context, "h")


def _half_blocks(*, true_colour: bool) -> Callable[[], object]:
    """The RGBA buffer of a figure with lines, areas and soft edges, as Agg leaves it."""
    import numpy

    from ptrepl.screen.figures.pixels import flat, half_block_lines

    width, height = _PIXELS
    down, across = numpy.mgrid[:height, :width]
    pixels = numpy.stack([across % 256, down % 256, (across + down) % 256, numpy.full_like(down, 255)], -1)
    buffer = pixels.astype(numpy.uint8)
    return lambda: half_block_lines(flat(buffer), _COLUMNS, _ROWS, true_colour=true_colour)


def _chart() -> object:
    from ptrepl.screen.figures.chart import Series, chart_lines

    steps = tuple(map(float, range(2000)))
    return chart_lines([Series(steps, tuple(1 / (1 + step) for step in steps))], _COLUMNS)
