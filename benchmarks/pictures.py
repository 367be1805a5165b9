"""What pictures cost."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from benchmarks.core import PRELOADED, NullTerminal
from benchmarks.measure import Row, compare, seconds

_STEPS = 6_667
_RECURRENCE = f"""\
u, h = torch.randn(3, 3, requires_grad=True), torch.ones(3)
for _ in range({_STEPS}): h = torch.tanh(u @ h + 1)
"""


def rows(rounds: int) -> Iterator[Row]:
    """``%graph`` and ``%show``, as the prompt runs them."""
    show, follow = _graph(), _product()
    yield compare(
        "`%graph` of 20,000 nodes",
        lambda: seconds(show),
        "nothing",
        lambda: 0.0,
        limit=1.0,
        rounds=rounds,
        as_difference=True,
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
