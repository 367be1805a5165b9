"""A prediction at each step for a target of one value a sequence."""

from __future__ import annotations

import pytest

from tests.explain.failing import check, why

NET = """
class Net(nn.Module):
    def __init__(self, n_out):
        super().__init__()
        self.rnn = nn.LSTM(5, 16, LAYOUT)
        self.fc = nn.Linear(16, n_out)
    def forward(self, x):
        out, h = self.rnn(x)
        return self.fc(out)
"""
BATCH_FIRST = NET.replace("LAYOUT", "batch_first=True") + "x = torch.randn(8, 10, 5)\n"
LENGTH_FIRST = NET.replace("LAYOUT", "1") + "x = torch.randn(10, 8, 5)\n"
CLASSES, VALUES = "y = torch.tensor([0, 1, 2, 0, 1, 2, 0, 1])\n", "y = torch.ones(8, 1)\n"
SAID = "net(x) has a prediction for each of the 10 steps, and y one for each sequence."


@pytest.mark.filterwarnings("ignore:Using a target size:UserWarning")
@pytest.mark.parametrize(
    ("code", "fix"),
    [
        (BATCH_FIRST + CLASSES + "net = Net(3)\nF.cross_entropy(net(x), y)", "F.cross_entropy(net(x)[:, -1], y)"),
        (LENGTH_FIRST + CLASSES + "net = Net(3)\nF.cross_entropy(net(x), y)", "F.cross_entropy(net(x)[-1], y)"),
        (
            BATCH_FIRST + VALUES + "net = Net(1)\nF.binary_cross_entropy_with_logits(net(x), y)",
            "F.binary_cross_entropy_with_logits(net(x)[:, -1], y)",
        ),
        (BATCH_FIRST + VALUES + "net = Net(1)\nF.mse_loss(net(x), y)", "F.mse_loss(net(x)[:, -1], y)"),
    ],
)
def test_the_last_step_is_offered(code: str, fix: str) -> None:
    check(code, SAID, [fix])


def test_of_two_directions_the_last_step_has_not_seen_all() -> None:
    code = BATCH_FIRST.replace("batch_first=True", "batch_first=True, bidirectional=True").replace("(16, n", "(32, n")
    assert "[:, -1]" not in why(code + CLASSES + "net = Net(3)\nF.cross_entropy(net(x), y)").text


def test_a_network_without_a_recurrent_layer_is_another_matter() -> None:
    code = "net = nn.Linear(5, 3)\nx = torch.randn(8, 10, 5)\n" + CLASSES + "F.cross_entropy(net(x), y)"
    assert "each of the 10 steps" not in why(code).text
