"""Weights that are no probabilities."""

from __future__ import annotations

from tests.explain.failing import check


def test_exp_that_gave_inf() -> None:
    code = (
        "def draw(logits, heat):\n    weights = torch.exp(logits / heat)\n    return torch.multinomial(weights, 1)\n"
        "draw(torch.tensor([12.0, 31.0]), 0.2)"
    )
    check(code, "torch.softmax makes probabilities without that: torch.softmax(logits / heat, -1).", [])


def test_logits_themselves() -> None:
    check("w = torch.tensor([-1.0, 2.0])\ntorch.multinomial(w, 1)", "makes probabilities: w.softmax(-1).", [])
