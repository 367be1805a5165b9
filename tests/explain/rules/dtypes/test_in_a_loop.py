"""A network that a loop at the prompt gives integers: they are converted, and the class labels beside them are not."""

from __future__ import annotations

import pytest

from tests.explain.failing import check

NET = """\
class Net(nn.Module):
    def __init__(self, n):
        super().__init__()
        self.fc = nn.Linear(4, n)
    def forward(self, x):
        return self.fc(x)

"""


@pytest.mark.parametrize(
    ("setup", "loss"),
    [
        ("", "F.cross_entropy(net(x), y)"),
        ("", "F.nll_loss(net(x).log_softmax(1), y)"),
        ("criterion = nn.CrossEntropyLoss()\n", "criterion(net(x), y)"),
        ("def judge(scores, wanted):\n    return F.cross_entropy(scores, wanted)\n\n", "judge(net(x), y)"),
    ],
)
def test_class_labels_stay_integers(setup: str, loss: str) -> None:
    head = f"{NET}{setup}net = Net(3)\nbatches = [(torch.ones(2, 4).long(), torch.tensor([0, 2]))]\n"
    loop = f"for x, y in batches:\n    loss = {loss}\n    loss.backward()"
    check(head + loop, "x is int64", [loop.replace("    loss =", "    x = x.float()\n    loss =")])


@pytest.mark.parametrize(
    ("setup", "loss"),
    [("", "F.mse_loss(net(x), y)"), ("criterion = nn.L1Loss()\n", "criterion(net(x), y)")],
)
def test_numbers_to_predict_become_floating_point(setup: str, loss: str) -> None:
    head = f"{NET}{setup}net = Net(1)\nbatches = [(torch.ones(2, 4).long(), torch.tensor([[0], [2]]))]\n"
    loop = f"for x, y in batches:\n    loss = {loss}\n    loss.backward()"
    check(head + loop, "x is int64", [loop.replace("    loss =", "    x, y = x.float(), y.float()\n    loss =")])
