"""What pictures cost."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from benchmarks.core import LOOP, MODEL, PRELOADED, NullTerminal
from benchmarks.measure import Row, compare, per_call, processor_seconds, seconds

_STEPS = 6_667
_RECURRENCE = f"""\
u, h = torch.randn(3, 3, requires_grad=True), torch.ones(3)
for _ in range({_STEPS}): h = torch.tanh(u @ h + 1)
"""
_COLUMNS, _ROWS = 80, 22
_CALLS = 5


def rows(rounds: int) -> Iterator[Row]:
    """``%graph`` as the prompt runs it, a figure in half blocks, a curve in braille, a loop that ``%watch`` follows."""
    show, follow = _graph(), _product()
    measured: list[tuple[str, Callable[[], float], float]] = [
        ("`%graph` of 20,000 nodes", lambda: seconds(show), 1.0),
        (
            "a figure of matplotlib to half blocks, 80 columns",
            per_call(_half_blocks(true_colour=True), _CALLS),
            0.03,
        ),
        ("the same in 256 colours", per_call(_half_blocks(true_colour=False), _CALLS), 0.03),
        ("a curve of 2,000 points in braille, 80 columns", per_call(_chart, _CALLS), 0.03),
        ("the panel of a loop that runs, two curves of 1,000 points", per_call(_panel, _CALLS), 0.03),
    ]
    for name, measure, limit in measured:
        yield compare(name, measure, "nothing", lambda: 0.0, limit=limit, rounds=rounds, as_difference=True)
    yield compare(
        "a 2,000-step training loop that `%watch loss net` follows (processor time)",
        lambda: processor_seconds(_loop(followed=True)),
        "the same without",
        lambda: processor_seconds(_loop(followed=False)),
        limit=1.01,
        rounds=3 * rounds,
    )
    yield compare(
        "`%show` of a product of 8 × 8",
        lambda: seconds(follow),
        "nothing",
        lambda: 0.0,
        limit=0.1,
        rounds=rounds,
        as_difference=True,
    )


def _product() -> Any:
    from ptrepl.shell.commands.see.show import show_layout

    context = _context("a = torch.randn(8, 8)\n")
    return lambda: show_layout(context, "a @ a.T [7, 7]")


def _loop(*, followed: bool) -> Callable[[], object]:
    from ptrepl.shell.live.following import followed_statements
    from ptrepl.shell.pins import Pins

    context = _context(MODEL)
    session = context.session
    context.pins = Pins()
    context.pins.add(["loss", "net"], session.namespace)

    def run() -> None:
        running = session.run(LOOP)
        for _ in followed_statements(context, running) if followed else running:
            pass

    return run


def _panel() -> object:
    from ptrepl.engine.live.curve import Curve
    from ptrepl.engine.live.follower import Followed, LoopProgress, Measure
    from ptrepl.screen.figures.training import Course, running_lines

    places = [float(place) for place in range(1000)]
    values = [1 / (1 + place) for place in places]
    followed = tuple(Followed(name, Curve(places, values), Measure.VALUE, values[-1]) for name in ("loss", "norm"))
    return running_lines(Course(followed, (LoopProgress("step", 1000, 2000),), 900.0, 1.1), _COLUMNS, _ROWS)


def _graph() -> Any:
    from ptrepl.shell.commands.see.graph import show_graph

    context = _context(_RECURRENCE)
    return lambda: show_graph(context, "h")


def _context(code: str) -> Any:
    """A prompt after ``code``."""
    from ptrepl.engine.run.session import Session
    from ptrepl.screen.printer import Printer
    from ptrepl.shell.context import ShellContext

    session = Session(module_name="__learner__", adopt=True)
    if (failure := session.run_quietly(PRELOADED + code)) is not None:
        raise RuntimeError(failure.text)
    return ShellContext(lambda: session, Printer(out=NullTerminal(), width=80))


def _half_blocks(*, true_colour: bool) -> Callable[[], object]:
    """What ``plt.show()`` does with a figure of points, a curve, a legend and words."""
    import numpy
    from matplotlib.figure import Figure

    from ptrepl.shell.pictures.drawing import draw_as_text

    figure = Figure()
    axes = figure.subplots()
    x, y = numpy.random.default_rng(0).normal(size=(2, 1000))
    axes.scatter(x, 2 * x + y, s=1, label="data")
    axes.plot([-3, 3], [-6, 6], "r-", label="model")
    axes.set(title="A line through points", xlabel="Feature 1", ylabel="Label")
    axes.legend()
    return lambda: draw_as_text(figure, _COLUMNS, _ROWS, colour=True, true_colour=true_colour)


def _chart() -> object:
    from ptrepl.screen.figures.chart import Series, chart_lines

    steps = tuple(map(float, range(2000)))
    return chart_lines([Series(steps, tuple(1 / (1 + step) for step in steps))], _COLUMNS)
