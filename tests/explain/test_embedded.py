"""Explanations in a program that embeds a session: for the cells of a notebook, say."""

from __future__ import annotations

import pytest

from ptrepl.engine.run.session import Session
from ptrepl.shell.teaching import teach
from tests.engine.prompt import preloaded


@pytest.mark.parametrize("cell", ["<ipython-input-3-0a1b2c>", "/tmp/ipykernel_77/1234.py"])
def test_cells_are_explained_where_the_host_says_that_they_are_the_learners(cell: str) -> None:
    def is_cell(filename: str) -> bool:
        return filename.startswith(("<ipython-input-", "/tmp/ipykernel_"))

    with Session(names=preloaded, learner_files=is_cell) as session:
        teach(session, lambda: True, lambda name: "")
        last = [*session.run("x = torch.ones(2, 3)\nx @ x", cell)][-1]
        assert last.explanation.text.startswith("x is (2, 3)")
        assert [(each.text, each.focus) for each in last.explanation.marked] == [("x @ x", (2, 3))]
        # functions of another cell, and a class of the learner's that says something of its own
        list(session.run("def product(a, b):\n    return a @ b\nclass Odd(RuntimeError): pass", f"{cell}2"))
        last = [*session.run("product(x, x)", f"{cell}3")][-1]
        assert last.explanation.text.startswith("a is (2, 3) and b is (2, 3)")
        last = [*session.run("raise Odd('mat1 and mat2 shapes cannot be multiplied (2x3 and 2x3)')", f"{cell}4")][-1]
        assert last.explanation is None
