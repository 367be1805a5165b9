"""Failing expressions drawn at random: each fix that is offered runs in the program that failed."""

from __future__ import annotations

import ast
import dataclasses
import time

import pytest
import torch

from ptrepl.engine.explanation import Explanation, MarkedLine
from ptrepl.engine.run.session import Session
from tests.explain.broken_programs import program
from tests.explain.failing import session

_SHARE = 250
_ALL = 4_000  # of which more than half fail


@dataclasses.dataclass
class Counts:
    """What came of the programs."""

    failed: int = 0
    explained: int = 0
    mended: int = 0
    fixes: int = 0
    slowest: float = 0.0


def _started(head: str, seed: int) -> Session:
    torch.manual_seed(seed)
    live = session()
    for outcome in live.run(head + "\n"):
        assert outcome.error is None, outcome.error.final
    return live


def _explanation(live: Session, statement: str) -> tuple[bool, Explanation | None, float]:
    took = 0.0
    explainer = live.explainer
    assert explainer is not None

    def timed(error: BaseException) -> Explanation | None:
        nonlocal took
        began = time.perf_counter()
        try:
            return explainer(error)
        finally:
            took = time.perf_counter() - began

    live.explainer = timed
    outcome = [*live.run(statement + "\n")][-1]
    return outcome.error is not None, outcome.explanation, took


def _runs(head: str, seed: int, code: str, said: str) -> None:
    for outcome in _started(head, seed).run(code + "\n"):
        assert outcome.error is None, f"seed {seed}\n{head}\n# {said}\n# then\n{code}\n{outcome.error.final}"


def _in_place(marked: tuple[MarkedLine, ...], code: str) -> str | None:
    """The failing line with the fix in it; None where the place has several lines, or the fix is the whole line."""
    if len(marked) != 1 or "\n" in code:
        return None
    try:
        ast.parse(code, mode="eval")
    except SyntaxError:
        return None  # a statement
    line = marked[0]
    if line.text[line.end :].startswith("("):
        return None  # the call was offered, of which the marked place is the name
    if line.start and code.startswith(line.text[: line.start]):
        return None  # the whole line was offered
    return f"{line.text[: line.start]}({code}){line.text[line.end :]}"


def _try(seed: int, counts: Counts) -> None:
    head, statement = program(seed)
    failed, why, took = _explanation(_started(head, seed), statement)
    if not failed:
        return
    counts.failed += 1
    counts.slowest = max(counts.slowest, took)
    if why is None:
        return
    counts.explained += 1
    counts.fixes += len(why.fixes)
    counts.mended += bool(why.fixes)
    for fix in why.fixes:
        _runs(head, seed, fix.code, statement)
        whole = _in_place(why.marked, fix.code)
        if whole is not None and not any(sign in statement for sign in ("= ", "lambda", "backward", "numpy")):
            _runs(head, seed, whole, statement)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("part", [0, pytest.param(1, marks=pytest.mark.nightly)])
def test_every_offered_fix_runs(part):
    counts = Counts()
    for seed in range(part * _SHARE, (part + 1) * _SHARE):
        _try(seed, counts)
    assert counts.failed > _SHARE / 3
    assert counts.explained > counts.failed * 0.7
    assert counts.mended > counts.failed * 0.1


@pytest.mark.nightly
@pytest.mark.filterwarnings("ignore")
def test_every_offered_fix_runs_over_thousands(capsys):
    counts = Counts()
    for seed in range(10_000, 10_000 + _ALL):
        _try(seed, counts)
    with capsys.disabled():
        print(
            f"\n{counts.failed} failures: {counts.explained / counts.failed:.1%} explained, "
            f"{counts.mended / counts.failed:.1%} with a fix, {counts.fixes} fixes, all of which run; "
            f"slowest explanation {counts.slowest * 1e3:.0f} ms"
        )
    assert counts.failed >= 2_000
