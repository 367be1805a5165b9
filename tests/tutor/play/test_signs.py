"""Inputs that change no name that is asked for: which of them were meant as attempts."""

from __future__ import annotations

import pytest

from ptrepl.tutor.play.signs import is_attempt

IN_PLACE = ["stock -= 3", "stock[:] = stock - 3"]


@pytest.mark.parametrize(
    ("source", "meant"),
    [
        ("stock - 3", True),
        ("(stock - 3)", True),
        ("print(1)\nstock - 3", True),
        ("stock - 4", False),
        ("stock + 3", False),
        ("3 - stock", False),
        ("sold = stock - 3", False),
        ("stock", False),
        ("stock -", False),
    ],
)
def test_who_computes_beside_the_memory_meant_to_change_it(source: str, meant: bool) -> None:
    assert is_attempt(source, source, frozenset({"stock"}), IN_PLACE) is meant


def test_to_compute_is_no_attempt_where_nothing_is_to_change() -> None:
    assert not is_attempt("stock - 3", "stock - 3", frozenset({"left"}), ["left = stock - 3"])


@pytest.mark.parametrize(
    ("source", "meant"),
    [
        ("opt.step()", True),
        ("loss.backward()", False),
        ("opt.zero_grad()", False),
        ("opt.step", False),
    ],
)
def test_the_step_that_ends_every_solution_is_an_attempt_though_it_moved_nothing(source: str, meant: bool) -> None:
    solutions = ["loss = f(net)\nloss.backward()\nopt.step()", "f(net).backward()\nopt.step()"]
    assert is_attempt(source, f"loss = f(net)\n{source}", frozenset({"net"}), solutions) is meant
