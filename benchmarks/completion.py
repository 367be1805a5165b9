"""How long Tab takes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

from benchmarks.core import PRELOADED, ipython
from benchmarks.measure import Measure, Row, compare

AGAINST = "IPython's completer, as it ships"
SETUP = PRELOADED + "x = torch.ones(2, 3, requires_grad=True)\n"
TABS = 20


def rows(rounds: int) -> Iterator[Row]:
    """Tab behind ``torch.`` and behind a tensor: the slowest but one of twenty, the first of all left out."""
    from IPython.core.interactiveshell import InteractiveShell

    with ipython() as run_cell:
        run_cell(SETUP)
        completer: Any = InteractiveShell.instance().Completer
        for text in ("torch.", "x."):
            ours, theirs = _ours(text), _theirs(completer, text)
            yield compare(f"`{text}` Tab (p95)", ours, AGAINST, theirs, limit=0.1, rounds=max(rounds // 3, 3))


def _ours(text: str) -> Measure:
    from ptrepl.engine.run.session import Session
    from ptrepl.shell.complete.completion import completions

    session = Session(module_name="__learner__", adopt=True)
    if (failure := session.run_quietly(SETUP)) is not None:
        raise RuntimeError(failure.text)
    return lambda: _p95(lambda: completions(text, len(text), session.namespace))


def _theirs(completer: Any, text: str) -> Measure:
    from IPython.core.completer import provisionalcompleter

    def tab() -> object:
        with provisionalcompleter():
            return list(completer.completions(text, len(text)))

    return lambda: _p95(tab)


def _p95(tab: Callable[[], object]) -> float:
    times = []
    for _ in range(TABS):
        began = time.perf_counter()
        if not tab():
            raise RuntimeError("nothing was completed")
        times.append(time.perf_counter() - began)
    return sorted(times)[int(0.95 * TABS) - 1]
