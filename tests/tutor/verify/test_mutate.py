"""Mutants: nearly the program, each once, each at its line."""

from __future__ import annotations

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ptrepl.tutor.verify.mutate import mutants

CHANGES: dict[str, tuple[str, set[str]]] = {
    "numbers": ("x = 3", {"x = 4", "x = 2", "without x = 3"}),
    "floats": ("x = 0.5", {"x = 1.0", "x = 1.5", "x = -0.5", "without x = 0.5"}),
    "dims": ("y = x.sum(dim=1)", {"y = x.sum(dim=2)", "y = x.sum(dim=0)", "y = x.sum()", "y = x.mean(dim=1)", "y = x"}),
    "dtypes": ("y = x.to(torch.float32)", {"y = x.to(torch.float64)", "y = x"}),
    "operators": ("y = a - b", {"y = a + b", "y = b - a"}),
    "matmul": ("y = a @ b", {"y = a * b", "y = b @ a"}),
    "comparisons": ("y = a < b", {"y = a <= b", "y = a > b"}),
    "in place": ("w -= g", {"w = w - g", "w += g", "without w -= g"}),
    "requires_grad": ("w = ones(2, requires_grad=True)", {"w = ones(2)", "w = ones(2, requires_grad=False)"}),
    "a function left out": ("y = torch.abs(x)", {"y = x"}),
    "a method left out": ("y = x.detach()", {"y = x", "y = x.clone()"}),
    "turned": ("y = x.T", {"y = x"}),
    "arguments": ("y = f(a, b)", {"y = f(b, a)", "y = f(a)"}),
    "a slice": ("y = x[1:3]", {"y = x[:3]", "y = x[1:]", "y = x[2:3]"}),
    "a list": ("y = [1, 2]", {"y = [2, 1]", "y = [1]"}),
    "a block": ("with torch.no_grad():\n    w -= 1", {"its block without with torch.no_grad():"}),
    "a return": ("def f(a):\n    return a * 2", {"without return a * 2", "return a / 2", "return a + 2"}),
    "a sign": ("y = -x", {"y = x"}),
}  # fmt: skip


@pytest.mark.parametrize(("source", "changes"), CHANGES.values(), ids=CHANGES)
def test_the_mistakes_that_a_learner_could_make_are_among_them(source: str, changes: set[str]) -> None:
    assert changes <= {mutant.change for mutant in mutants(source)}


def test_each_knows_its_line() -> None:
    found = {mutant.change: mutant.line for mutant in mutants("a = 1\nfor i in range(2):\n    a += 5")}
    assert (found["a = 2"], found["for i in range(3):"], found["a += 6"], found["without a += 5"]) == (1, 2, 3, 3)


@pytest.mark.parametrize("source", ["import torch", "x = 'text'", "x = y", "f(device=device)", "x = f'{y:3}'"])
def test_what_is_no_mistake_is_left_alone(source: str) -> None:
    assert not [each for each in mutants(source) if not each.change.startswith("without")]


@given(
    st.lists(
        st.sampled_from([source for source, _ in CHANGES.values()] + ["if a > 1 and not b:\n    c = ~a[::2, -1]"]),
        min_size=1,
        max_size=3,
    )
)
def test_every_mutant_is_another_program_in_python(parts: list[str]) -> None:
    source = "\n".join(parts)
    found = mutants(source)
    assert len({each.source for each in found}) == len(found)
    for each in found:
        assert ast.dump(ast.parse(each.source)) != ast.dump(ast.parse(source))
