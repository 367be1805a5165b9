"""Whole programs: each silent bug is told once, in its words, and a correct program hears nothing."""

from __future__ import annotations

import contextlib
import io

import pytest
import torch

from ptrepl.shell.teaching import teach
from tests.explain.failing import session
from tests.explain.traps.correct_programs import CORRECT
from tests.explain.traps.silent_bugs import BUGS


def told_of_program(code: str) -> list[str]:
    """All that is said of a program's statements; all of it must run."""
    torch.manual_seed(0)
    live = session()
    teach(live, lambda: True, lambda name: "")
    with contextlib.redirect_stdout(io.StringIO()):
        outcomes = [*live.run(code.strip("\n") + "\n")]
    assert all(outcome.error is None for outcome in outcomes), outcomes[-1].error
    return [said for outcome in outcomes for said in outcome.traps]


@pytest.mark.parametrize("name", BUGS)
def test_a_silent_bug_is_told_of(name: str) -> None:
    words, code = BUGS[name]
    said = told_of_program(code)
    assert len(said) == 1, said
    assert words in said[0]


@pytest.mark.parametrize("name", CORRECT)
def test_a_correct_program_hears_nothing(name: str) -> None:
    assert told_of_program(CORRECT[name]) == []
