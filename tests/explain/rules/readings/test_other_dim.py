"""A layer of another size than its input, where an earlier dim or another tensor is of that size: both are said."""

from __future__ import annotations

import pytest

from tests.explain.failing import check, why

READER = """
class Reader(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(6, 12, batch_first=True)
    def forward(self, x):
        out, _ = self.lstm({given})
        return out[:, -1]

reader = Reader()
"""
TURNED = "if the features are there, x.transpose(1, 2) has them last. If they are in the last dim,"


@pytest.mark.parametrize("made", ["nn.LSTM(8, 16, batch_first=True)", "nn.Linear(8, 3)"])
def test_features_in_dim_one(made):
    check(f"layer = {made}\nx = torch.randn(4, 8, 5)\nlayer(x)", TURNED, ["layer(x.transpose(1, 2))"])


def test_features_in_dim_one_in_a_class():
    cls = READER.format(given="x.transpose(1, 2)").strip()
    check(READER.format(given="x") + "reader(torch.randn(4, 6, 9))", TURNED, [cls])


def test_features_first_in_a_class_are_said_beside_the_other_size():
    cls = (
        "class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
        "        self.fc = nn.Linear({}, 2)\n    def forward(self, x):\n        return self.fc(x)\n\nnet = Net()"
    )
    said = "Dim 0 is 4: if the features are there, and not the examples, x.T has a row for each example."
    check(cls.format(4) + "\nx = torch.randn(4, 9)\nnet(x)", said, [cls.format(9)])


def test_another_tensor_of_that_size():
    code = "model = nn.Linear(5, 1)\nraw = torch.randn(7, 2)\nX_poly = torch.randn(7, 5)\nmodel(raw)"
    check(code, "X_poly, (7, 5), is of that size: if it was meant,", ["model(X_poly)", "model = nn.Linear(2, 1)"])


def test_a_parameter_is_no_other_input():
    code = "model = nn.Linear(5, 1)\nraw = torch.randn(7, 2)\nw = torch.randn(7, 5, requires_grad=True)\nmodel(raw)"
    assert "w," not in why(code).text


def test_rows_may_be_examples_or_one_example():
    code = "net = nn.Linear(12, 2)\nx = torch.randn(3, 4)\nnet(x)"
    said = "makes a row of it; if its 3 rows are examples, net is to be made with in_features=4."
    check(code, said, ["net(x.flatten())", "net = nn.Linear(4, 2)"])


def test_a_square_image_is_one_example():
    check("net = nn.Linear(64, 2)\nx = torch.rand(8, 8)\nnet(x)", "", ["net(x.flatten())"])


def test_series_with_channels_last_for_one_channel():
    code = "conv = nn.Conv1d(1, 4, 3)\nx = torch.randn(2, 20, 5)\nconv(x)"
    check(code, "and there are 5: the layer is to be made with in_channels=5. If dim 1 has the channels,")


def test_a_recurrent_layer_does_not_get_its_batch_as_a_sequence():
    code = "lstm = nn.LSTM(6, 3, batch_first=True)\nx = torch.rand(4, 6, 1)\nlstm(x)"
    check(code, "", ["lstm = nn.LSTM(1, 3, batch_first=True)"])
