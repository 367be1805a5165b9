"""A sum to which nothing was added is no number that item() took out of a tensor."""

from __future__ import annotations

import pytest

from tests.explain.failing import why

SAID = "is still the 0 with which it began: nothing was added to it"
LOOP = "for x in %s:\n    loss += x\n"


@pytest.mark.parametrize(
    "code",
    [
        "loss = 0\n" + LOOP % "[]" + "loss.backward()",
        "for epoch in range(2):\n    loss = 0\n    for x in []:\n        loss += x.mean()\n    loss.backward()",
        "def run(xs):\n    loss = 0\n    for x in xs:\n        loss += x.mean()\n    loss.backward()\nrun([])",
    ],
)
def test_an_empty_loop_leaves_the_sum_as_it_began(code: str) -> None:
    text = why(code).text
    assert f"loss {SAID}" in text, text
    assert "item()" not in text, text


@pytest.mark.parametrize(
    "code",
    [
        "loss = 0\nloss.backward()",
        "loss = 0\n" + LOOP % "[1, 2]" + "loss.backward()",
        "loss = 0\nfor x in torch.zeros(2):\n    loss += x.item()\nloss.backward()",
        "loss = 1\n" + LOOP % "[]" + "loss.backward()",
    ],
)
def test_another_number_has_other_causes(code: str) -> None:
    text = why(code).text
    assert SAID not in text, text
    assert "is a plain Python number" in text, text
