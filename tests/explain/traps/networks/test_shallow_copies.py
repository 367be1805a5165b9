"""Copies of a network that share its layers."""

from __future__ import annotations

from tests.explain.traps.test_programs import told_of_program


def test_a_shallow_copy_shares_the_parameters() -> None:
    code = "import copy\nnet = nn.Linear(3, 2)\nold = copy.{how}(net)"
    [said] = told_of_program(code.format(how="copy"))
    assert "copy.deepcopy(net) makes parameters of its own" in said
    assert told_of_program(code.format(how="deepcopy")) == []
    assert told_of_program("import copy\nsizes = [3, 2]\nmore = copy.copy(sizes)") == []
