"""A slice of a table of positions that asks for more rows than the table has."""

from __future__ import annotations

import pytest

from tests.explain.failing import check, fails, session, why

POSITIONS = """\
class Positions(nn.Module):
    def __init__(self, d, most=30):
        super().__init__()
        self.register_buffer("pe", torch.rand(most, 1, d))
    def forward(self, x):
        return x + self.pe[{rows}]

"""
NET = """\
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.pos = Positions(8)
        self.enc = {layer}
    def forward(self, x):
        return self.enc(self.pos(x))

net = Net()
y = net(torch.rand(40, 12, 8))
"""
TURNED = "self.pe[:x.size(1)].transpose(0, 1)"


@pytest.mark.parametrize(
    ("rows", "layer"),
    [
        (":x.size(0)", "nn.TransformerEncoderLayer(8, 2, 16, batch_first=True)"),
        (":x.size(0), :", "nn.LSTM(8, 4, batch_first=True)"),
        (":x.shape[0]", "nn.GRU(8, 4, batch_first=True)"),
    ],
)
def test_the_batch_taken_for_the_length(rows: str, layer: str) -> None:
    code = POSITIONS.format(rows=rows) + NET.format(layer=layer)
    live = session()
    explanation = fails(code, live).explanation
    assert explanation is not None
    assert "Dim 0 of x is the batch here (40 examples of length 12)" in explanation.text
    [fix] = explanation.fixes
    assert f"return x + {TURNED}" in fix.code
    assert all(each.error is None for each in live.run(f"{fix.code}\ny = net(torch.rand(40, 12, 8))\n"))


def test_where_the_order_of_the_dims_is_not_known_both_are_said() -> None:
    code = POSITIONS.format(rows=":x.size(0)") + NET.format(layer="nn.Linear(8, 8)")
    text = check(code, f"If x is (batch, length, features), x.size(0) is the batch: {TURNED}", []).text
    assert "If x is (length, batch, features), the length of 40 is more than there are" in text


def test_a_sequence_first_layer_is_no_sign_of_a_batch_first_input() -> None:
    code = POSITIONS.format(rows=":x.size(0)") + NET.format(layer="nn.LSTM(8, 4)")
    assert "If x is (length, batch, features)" in check(code, "", []).text


def test_only_an_input_with_its_length_in_dim_1_is_cut_there() -> None:
    table = "self.register_buffer('mask', torch.zeros(6, 6))"
    code = POSITIONS.format(rows="").replace('self.register_buffer("pe", torch.rand(most, 1, d))', table)
    code = code.replace("return x + self.pe[]", "n = x.size(-1)\n        return x + self.mask[:n, :n]")
    text = why(f"{code}p = Positions(8)\np(torch.rand(9, 9))").text
    assert "such as the last ones, x[:, -6:]" in text
    text = why(f"{code}p = Positions(8)\np(torch.rand(2, 4, 9, 9))").text
    assert "Make self.mask for 9, or let no more than 6 reach this line." in text


TWO_DIMS = """
class PE(nn.Module):
    def __init__(self, d=16, n=50):
        super().__init__()
        pos = torch.arange(n).unsqueeze(1)
        div = torch.exp(torch.arange(0, d, 2) * (-0.5))
        pe = torch.zeros(n, d)
        pe[:, 0::2] = torch.sin(pos * div)
        pe[:, 1::2] = torch.cos(pos * div)
        self.register_buffer("pe", pe)
    def forward(self, x):
        return x + self.pe[:x.size(0)]
pe = PE()
y = pe(torch.randn(4, 20, 16))
"""


def test_positions_for_an_input_in_either_order() -> None:
    check(TWO_DIMS, "x.size(0) is the batch: self.pe[:x.size(1)] has a position for each step.", [])
    first = TWO_DIMS.replace("pe = PE()", "pe = PE()\npe.rnn = nn.GRU(16, 16, batch_first=True)")
    assert "self.pe[:x.size(1)] has a position for each step." in why(first).text
