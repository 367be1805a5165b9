"""Features that are not in the last dim, and the state of one direction where both are meant."""

from __future__ import annotations

import pytest

from tests.explain.failing import check, why

CLASS = """
class Reader(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.GRU(2, 3, batch_first=True, bidirectional={both})
        self.fc = nn.Linear(6, 1)
    def forward(self, x):
        _, h = self.rnn(x)
        return self.fc(h[-1])
Reader()(torch.rand(4, 5, 2))
"""


@pytest.mark.parametrize(
    ("shape", "last"), [("16, 30, 5", "input_size is 5"), ("16, 30, 1", "input_size is 1, the features of one step.")]
)
def test_both_meanings_of_a_dim_that_fits_are_said(shape: str, last: str) -> None:
    text = check(f"lstm = nn.LSTM(30, 8, batch_first=True)\nx = torch.rand({shape})\nlstm(x)", last, []).text
    assert "If it holds the features, x.transpose(1, 2) puts them last" in text


def test_no_dim_fits() -> None:
    code = "lstm = nn.LSTM(30, 8, batch_first=True)\nx = torch.rand(16, 20, 5)\nlstm(x)"
    assert "transpose" not in why(code).text


def test_the_state_of_both_directions() -> None:
    cls = CLASS.format(both=True).strip().rpartition("\n")[0]
    fix = cls.replace("h[-1]", "torch.cat([h[-2], h[-1]], 1)")
    check(CLASS.format(both=True), "h[-1] is the state of the backward direction alone", [fix])


def test_one_direction_has_one_state() -> None:
    assert "backward direction" not in why(CLASS.format(both=False)).text
