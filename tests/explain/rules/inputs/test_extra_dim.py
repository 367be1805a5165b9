"""Indices of (batch, height, width) for a tensor of (batch, 1, height, width)."""

from __future__ import annotations

from tests.explain.failing import check, why

MADE = "truth = torch.rand(2, 9, 11)\npred = torch.rand(2, 1, 9, 11)\n"
SAYS = "dim 1 has size 1, and the indices fit (2, 9, 11), without it"


def test_at_the_prompt() -> None:
    code = MADE + "b, r, c = (truth >= 0).nonzero(as_tuple=True)\nerror = pred[b, r, c] - truth[b, r, c]"
    check(code, SAYS, ["pred.squeeze(1)[b, r, c]"])


def test_of_a_function_the_call_is_mended() -> None:
    code = MADE + "def error(p, t):\n    i = (t >= 0).nonzero()\n    return p[i[:, 0], i[:, 1], i[:, 2]].mean()\n"
    check(code + "loss = error(pred, truth)", SAYS, ["error(pred.squeeze(1), truth)"])


def test_indices_of_numpy() -> None:
    code = MADE + "import numpy as np\ni = np.argwhere(truth.numpy() >= 0).T\nerror = pred[i[0], i[1], i[2]]"
    check(code, SAYS, ["pred.squeeze(1)[i[0], i[1], i[2]]"])


def test_indices_that_fit_nowhere() -> None:
    code = MADE + "i = torch.tensor([20])\npred[i, i, i]"
    assert "without it" not in why(code).text
