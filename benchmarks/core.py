"""What the core costs: a training loop, a plain assignment, one tensor shown."""

from __future__ import annotations

import importlib
import io
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from functools import partial
from typing import Any

from benchmarks.measure import Measure, Row, compare, per_call, processor_seconds

LOOP = """\
for step in range(2000):
    optimizer.zero_grad()
    loss = F.mse_loss(net(x), y)
    loss.backward()
    optimizer.step()
"""
PRELOADED = """\
import torch
from torch import nn
from torch.nn import functional as F
device = torch.device("cpu")
"""
"""What the namespace of a fresh prompt holds."""
MODEL = """\
torch.set_num_threads(1)  # a second one would spin, and count as time
torch.manual_seed(0)
x = torch.randn(32, 8)
y = x.sum(dim=1, keepdim=True)
net = nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, 1))
optimizer = torch.optim.SGD(net.parameters(), lr=0.01)
"""
CALLS = 100


class NullTerminal(io.StringIO):
    """A terminal that shows nothing to nobody."""

    def write(self, text: str) -> int:
        return len(text)

    def isatty(self) -> bool:
        return True


def rows(rounds: int) -> Iterator[Row]:
    """The loop against plain Python, more rounds of it since its goal is so near to 1; the rest against IPython."""
    # a new model each round: where its parameters happen to lie in memory is worth more percent than the goal
    yield compare(
        "a 2,000-step training loop (processor time)",
        lambda: processor_seconds(typed(PRELOADED + MODEL, LOOP)),
        "plain Python",
        lambda: processor_seconds(_plain(PRELOADED + MODEL, LOOP)),
        limit=1.02,
        rounds=3 * rounds,
    )
    with ipython() as run_cell:
        for what, against, source, limit in (
            ("`x = 1` through the whole core", "IPython's `run_cell`", "x = 1", 0.7),
            ("one small tensor made and shown, to a null terminal", "IPython showing it", "torch.ones(2, 3)", 1.0),
        ):
            ours = unseen(per_call(typed(PRELOADED, source), CALLS))
            theirs = unseen(per_call(partial(run_cell, source), CALLS))
            yield compare(what, ours, against, theirs, limit=limit, rounds=rounds)


def unseen(measure: Measure) -> Measure:
    """``measure`` with what is printed meanwhile going to a null terminal."""

    def measure_unseen() -> float:
        with redirect_stdout(NullTerminal()):
            return measure()

    return measure_unseen


def typed(setup: str, source: str) -> Callable[[], None]:
    """``source`` as the prompt handles it when Enter is pressed, in a session where ``setup`` has run."""
    from ptrepl.engine.run.session import Session
    from ptrepl.screen.printer import Printer
    from ptrepl.screen.xray import xray_lines

    importlib.import_module("torch")  # as at the prompt: not by a statement, whose filters of warnings would be kept
    session = Session(module_name="__learner__", adopt=True)
    if (failure := session.run_quietly(setup)) is not None:
        raise RuntimeError(failure.text)
    printer = Printer(out=NullTerminal(), width=80)

    def enter() -> None:
        session.check(source)
        for outcome in session.run(source):
            if outcome.error is not None:
                raise RuntimeError(outcome.error.text)
            printer.lines(xray_lines(outcome, width=printer.width, mode="line"))

    return enter


def _plain(setup: str, source: str) -> Callable[[], None]:
    namespace: dict[str, object] = {}
    exec(setup, namespace)
    code = compile(source, "<plain>", "exec")
    return lambda: exec(code, namespace)


@contextmanager
def ipython() -> Iterator[Callable[[str], object]]:
    """IPython's ``run_cell``, in a shell that is gone afterwards."""
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    main, hook = sys.modules["__main__"], sys.excepthook
    config = Config()
    config.HistoryManager.enabled = False
    shell: Any = InteractiveShell.instance(config=config)
    shell.run_cell(PRELOADED, store_history=False)
    try:
        yield lambda source: shell.run_cell(source, store_history=False)
    finally:
        InteractiveShell.clear_instance()
        sys.modules["__main__"], sys.excepthook = main, hook
