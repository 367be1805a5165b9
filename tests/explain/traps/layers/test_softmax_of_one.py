"""A softmax over the one output of a layer."""

from __future__ import annotations

import pytest

from tests.explain.traps.test_programs import told_of_program

POOL = """
class Pool(nn.Module):
    def __init__(self):
        super().__init__()
        self.score = nn.Conv1d(6, 1, 1)
    def forward(self, steps):
        weights = self.score(steps.transpose(1, 2))
        weights = F.softmax(weights, dim=DIM)
        return (weights @ steps).squeeze(1)
pool = Pool()
pooled = pool(torch.randn(3, 4, 6))
"""


def test_weights_of_attention_along_the_channels() -> None:
    told = told_of_program(POOL.replace("DIM", "1"))
    assert any("goes over dim 1, the one output of a layer: a softmax of one score is 1" in text for text in told)
    assert told_of_program(POOL.replace("DIM", "2")) == []


def test_one_output_of_a_linear_layer() -> None:
    code = "net = nn.Linear(3, 1)\nx = torch.randn(5, 3)\n"
    assert any("net(x) is (5, 1)" in text for text in told_of_program(code + "p = torch.softmax(net(x), dim=1)"))
    assert told_of_program(code + "p = torch.softmax(net(x), dim=0)") == []


@pytest.mark.parametrize("line", ["(q @ q.transpose(1, 2)).softmax(-1)", "F.softmax(q[..., :1], dim=-1)"])
def test_a_length_of_one_may_be_meant(line: str) -> None:
    assert told_of_program(f"q = torch.randn(2, 1, 8)\nweights = {line}") == []
