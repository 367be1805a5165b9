"""The state of one direction where those of both are meant."""

from __future__ import annotations

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


def test_the_state_of_both_directions() -> None:
    cls = CLASS.format(both=True).strip().rpartition("\n")[0]
    fix = cls.replace("h[-1]", "torch.cat([h[-2], h[-1]], 1)")
    check(CLASS.format(both=True), "h[-1] is the state of the backward direction alone", [fix])


def test_one_direction_has_one_state() -> None:
    assert "backward direction" not in why(CLASS.format(both=False)).text


def test_a_layer_at_the_prompt() -> None:
    code = (
        "lstm = nn.LSTM(3, 5, batch_first=True, bidirectional=True)\nfc = nn.Linear(10, 1)\n"
        "out, (h, c) = lstm(torch.ones(2, 4, 3))\nfc(h[-1])"
    )
    check(code, "lstm is bidirectional", ["fc(torch.cat([h[-2], h[-1]], 1))"])
