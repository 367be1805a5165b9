"""A loss from a list of plain numbers that a loop took out of tensors."""

from __future__ import annotations

import pytest

from tests.explain.failing import why

HEAD = "net = nn.Linear(2, 1)\nkept, others = [], []\nfor x in torch.ones(3, 2):\n"


@pytest.mark.parametrize(
    ("body", "loss", "said"),
    [
        (
            "    kept.append(net(x).sum().item())\n    others.append(1.0)\n",
            "-(torch.tensor(kept) * torch.tensor(others)).sum()",
            "Write `kept.append(net(x).sum())`, and torch.stack(kept) in place of torch.tensor(kept).",
        ),
        (
            "    loss = net(x).pow(2).mean()\n    kept.append(loss.item())\n",
            "torch.tensor(kept).mean()",
            "`kept.append(loss.item())` puts plain numbers into kept",
        ),
    ],
)
def test_the_line_that_took_the_numbers_out(body: str, loss: str, said: str) -> None:
    assert said in why(f"{HEAD}{body}loss = {loss}\nloss.backward()").text


def test_which_of_two_lists_is_not_known() -> None:
    body = "    kept.append(net(x).sum().item())\n    others.append(float(x.sum()))\n"
    loss = "loss = (torch.tensor(others) * torch.tensor(kept)).sum()\nloss.backward()"
    assert "puts plain numbers" not in why(f"{HEAD}{body}{loss}").text
