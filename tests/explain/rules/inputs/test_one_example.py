"""One example without a batch dim, given to a network that is written for batches."""

from __future__ import annotations

import pytest

from tests.explain.failing import check, why

NORMED = """
class MLP(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1, self.bn, self.fc2 = nn.Linear(6, 12), nn.BatchNorm1d(12), nn.Linear(12, 3)
    def forward(self, x):
        return self.fc2(F.relu(self.bn(self.fc1(x))))
data = torch.rand(20, 6)
model = MLP()
"""
SAYS = "is (6,), one example without a batch dim"


def test_a_row_of_a_tensor_is_mended_in_the_call() -> None:
    code = NORMED + "model(data)\nmodel.eval()\nout = model(data[3])"
    check(code, f"data[3] {SAYS}", ["model(data[3].unsqueeze(0))"])


def test_in_a_loop_over_rows() -> None:
    code = NORMED + "model.eval()\nfor row in data:\n    out = model(row)"
    check(code, f"row {SAYS}", ["for row in data:\n    out = model(row.unsqueeze(0))"])


def test_in_a_function_that_makes_the_row() -> None:
    predict = "def predict(net, numbers):\n    x = torch.tensor(numbers)\n    return net({x}).argmax().item()\n"
    code = NORMED + "model.eval()\n" + predict.format(x="x") + "predict(model, [0.1, 0.2, 0.3, 0.4, 0.5, 0.6])"
    check(code, f"x {SAYS}", [predict.format(x="x.unsqueeze(0)").rstrip()])


def test_many_examples_of_one_number() -> None:
    cls = "class Curve(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
    cls += "        self.fc = nn.Linear(1, 2)\n    def forward(self, x):\n        return self.fc(x[:, 0:1])\n"
    code = cls + "net = Curve()\nx = torch.linspace(0, 1, 9)\nnet(x)"
    check(code, "net(x.unsqueeze(1)) makes 9 examples of them, with one number each", ["net(x.unsqueeze(1))"])


def test_in_train_mode_it_needs_eval_as_well() -> None:
    code = NORMED + "out = model(data[3])"
    check(code, "model.eval() first", ["model.eval()\nout = model(data[3].unsqueeze(0))"])


@pytest.mark.parametrize(
    ("layers", "forward", "data"),
    [
        ("nn.Linear(6, 3)", "F.softmax(self.layer(x), dim=1)", "torch.rand(20, 6)"),
        ("nn.Conv2d(3, 8, 3)", "self.layer(x).mean(dim=(2, 3))", "torch.rand(20, 3, 7, 7)"),
        ("nn.LSTM(4, 8, batch_first=True)", "self.layer(x)[0][:, -1, :]", "torch.rand(20, 7, 4)"),
    ],
)
def test_other_dims_that_are_missing(layers: str, forward: str, data: str) -> None:
    code = f"""
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.layer = {layers}
        def forward(self, x):
            return {forward}
    data, model = {data}, Net()
    model(data)
    out = model(data[0])
    """
    check(code, "one example without a batch dim", ["model(data[0].unsqueeze(0))"])


def test_a_forward_that_is_wrong_for_a_batch_is_not_blamed_on_the_call() -> None:
    code = """
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.fc = nn.Linear(8, 4)
        def forward(self, x):
            return self.fc(x.flatten(1))[:, :, 0]
    out = Net()(torch.rand(5, 2, 4))
    """
    assert "without a batch dim" not in why(code).text
