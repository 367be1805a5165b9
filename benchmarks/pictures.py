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
    """``%graph``, as the prompt runs it."""
    show = _graph()
    yield compare(
        "`%graph` of 20,000 nodes",
        lambda: seconds(show),
        "nothing",
        lambda: 0.0,
        limit=1.0,
        rounds=rounds,
        as_difference=True,
    )


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
