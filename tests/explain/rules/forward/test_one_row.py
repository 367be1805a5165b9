"""Targets that were flattened with their batch: the line that did it, and the one that keeps a row for each."""

from __future__ import annotations

import pytest

from tests.explain.failing import check, why

pytestmark = pytest.mark.filterwarnings("ignore")  # torch warns of the sizes too

SETUP = "net = nn.Sequential(nn.Flatten(), nn.Linear(64, 18))\nx, t = torch.rand(10, 1, 8, 8), torch.rand(10, 9, 2)\n"


@pytest.mark.parametrize("flat", ["view(1, -1)", "reshape(1, -1)", "flatten()", "view(-1)"])
@pytest.mark.parametrize("loss", ["nn.MSELoss()", "F.smooth_l1_loss"])
def test_in_the_call(flat, loss):
    code = f"{SETUP}criterion = {loss}\ncriterion(net(x), t.{flat})"
    check(code, f"t.{flat} put the numbers of all 10 rows into one", ["criterion(net(x), t.view(t.size(0), -1))"])


def test_in_a_statement_of_the_prompt_that_has_run():
    code = f"{SETUP}out = net(x)\nt = t.view(1, -1)\nF.mse_loss(out, t)"
    check(code, "t.view(t.size(0), -1) keeps a row for each", ["F.mse_loss(out, t.view_as(out))"])


def test_in_a_function():
    code = f"{SETUP}def step(x, t):\n    t = t.view(-1)\n    return F.mse_loss(net(x), t)\nstep(x, t)"
    fix = "def step(x, t):\n    t = t.view(t.size(0), -1)\n    return F.mse_loss(net(x), t)"
    check(code, "keeps a row for each", [fix])


@pytest.mark.parametrize("t", ["torch.rand(90, 2)", "torch.rand(180)"])
def test_not_where_it_never_had_these_rows(t):
    assert "into one" not in why(f"{SETUP}t = {t}\nout = net(x)\nF.mse_loss(out, t.view(1, -1))").text


def test_a_call_is_not_computed_again_for_its_rows():
    code = "pred = torch.rand(4, 3)\nt = torch.randn(4, 3).view(-1)\nF.mse_loss(pred, t)"
    check(code, "torch.randn(4, 3).view(4, -1) keeps a row for each", ["F.mse_loss(pred, t.view_as(pred))"])
