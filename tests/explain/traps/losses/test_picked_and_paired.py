"""A softmax over the batch whose rows are picked from, and pictures of one channel beside pictures without it."""

from __future__ import annotations

import pytest

from tests.explain.traps.test_traps import told

POLICY = "net = nn.Linear(4, 3)\ns = torch.randn(15, 4)\na = torch.randint(0, 3, (15, 1))\np = {softmax}\n"
QUIET = "import warnings; warnings.simplefilter('ignore')\n"
DEPTH = QUIET + "net = nn.Conv2d(3, 1, 3, padding=1)\nx, d = torch.rand(4, 3, 8, 8), torch.rand(4, 8, 8)\n"


@pytest.mark.parametrize(
    "softmax", ["torch.softmax(net(s), {})", "net(s).softmax({})", "F.log_softmax(net(s), dim={})"]
)
@pytest.mark.parametrize(
    "pick", ["p.gather(1, a).mean()", "p.gather(dim=1, index=a).squeeze()", "torch.gather(p, 1, a)"]
)
def test_one_of_each_row_of_a_softmax_over_the_batch(softmax: str, pick: str) -> None:
    (said,) = told(POLICY.format(softmax=softmax.format(0)) + f"picked = {pick}")
    assert "for scores of shape (15, 3) that is the batch" in said
    assert not told(POLICY.format(softmax=softmax.format(1)) + f"picked = {pick}")


def test_several_of_each_row_are_another_thing() -> None:
    code = "w = torch.randn(15, 4).softmax(0)\nindex = torch.randint(0, 4, (15, 2))\n"
    assert not told(code + "v = w.gather(1, index)")


@pytest.mark.parametrize(
    "line",
    [
        "loss = F.smooth_l1_loss(net(x), d)",
        "f = nn.L1Loss()\nloss = f(net(x), d)",
        "loss = ((net(x) - d) ** 2).mean()",
        "ok = (net(x) == d).float().mean()",
    ],
)
def test_a_channel_beside_none(line: str) -> None:
    (said,) = told(DEPTH + line)
    assert "net(x) is (4, 1, 8, 8) and d is (4, 8, 8)" in said
    assert "become (4, 4, 8, 8)" in said
    assert said.endswith("take net(x).squeeze(1).")


@pytest.mark.parametrize(
    "line",
    [
        "loss = F.mse_loss(net(x), d.unsqueeze(1))",
        "loss = F.mse_loss(net(x).squeeze(1), d)",
        "z, c, lin = torch.randn(5, 3), torch.randn(5, 3), nn.Linear(3, 3)\nr = ((lin(z).unsqueeze(1) - c) ** 2).sum()",
        "z, c = torch.randn(5, 3), torch.randn(5, 3)\na = z[:, None, :]\nr = ((a - c) ** 2).sum()",
        "a, b = torch.rand(4, 1, 3), torch.rand(4, 3)\nr = (a - b).abs().sum()",
    ],
)
def test_alike_or_meant_for_all_pairs(line: str) -> None:
    assert not told(DEPTH + line)
