"""Lists, tuples, dicts and None where a tensor is wanted."""

from __future__ import annotations

import pytest

from tests.explain.failing import check, fails, why

LAYERS = "out = nn.LSTM(2, 3)(torch.ones(4, 2))\n"


@pytest.mark.parametrize("kind", ["LSTM", "GRU", "RNN"])
@pytest.mark.parametrize("after", ["nn.Linear(3, 1)", "nn.ReLU()", "nn.LayerNorm(3)", "nn.Flatten()"])
def test_a_recurrent_layer_in_sequential(kind: str, after: str) -> None:
    code = f"net = nn.Sequential(nn.{kind}(2, 3), {after})\nx = torch.ones(4, 2)\nnet(x)"
    found = check(code, f"net[0] ({kind}) returns a tuple, its outputs and its last state", ["net[1](net[0](x)[0])"])
    assert "nn.Sequential hands the whole tuple on to net[1]" in found.text


def test_a_layer_of_the_learners_in_sequential() -> None:
    code = """
    class Two(nn.Module):
        def forward(self, x): return x, x
    net = nn.Sequential(Two(), nn.ReLU())
    net(torch.ones(2))
    """
    check(code, "net[0] (Two) returns no tensor but ((2,), (2,))")


def test_the_outputs_of_a_recurrent_layer() -> None:
    code = "lstm, fc = nn.LSTM(2, 3), nn.Linear(3, 1)\nout = lstm(torch.ones(4, 2))\n"
    found = check(code + "fc(out)", "an LSTM returns its outputs and its last state", ["fc(out[0])"])
    assert "((4, 3), ((1, 3), (1, 3)))" in found.text
    check(code + "out[:, -1]", "An index with a comma works on one tensor", ["out[0][:, -1]"])
    check(code + "out + 1", "Arithmetic works on one tensor", ["out[0] + 1"])


def test_in_a_class_the_line_that_calls_the_layer_is_written_anew() -> None:
    code = """class Tagger(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(2, 3)
        self.fc = nn.Linear(3, 1)

    def forward(self, x):
        x = self.lstm(x)
        return self.fc(x)

net = Tagger()
net(torch.ones(4, 2))"""
    found = why(code)
    assert "an LSTM returns its outputs and its last state" in found.text
    assert "x, (h, c) = self.lstm(x)" in found.fixes[0].code
    assert found.fixes[0].code.endswith("\n\nnet = Tagger()")


@pytest.mark.parametrize("loss", ["F.mse_loss", "nn.MSELoss()", "nn.L1Loss()", "F.cross_entropy"])
def test_a_tuple_in_a_loss(loss: str) -> None:
    code = f"pred = (torch.ones(2, 3), torch.ones(3))\ny = torch.ones(2, 3)\nloss = {loss}(pred, y)"
    found = why(code)
    assert "pred is a tuple with the shapes ((2, 3), (3,))" in found.text
    assert [fix.code for fix in found.fixes] in ([f"{loss}(pred[0], y)"], [])


def test_a_tuple_from_the_learners_own_network() -> None:
    code = """
    class R(nn.Module):
        def __init__(self):
            super().__init__()
            self.rnn = nn.GRU(4, 3, batch_first=True)
        def forward(self, x): return self.rnn(x)
    y = torch.rand(2, 5, 3)
    pred = R()(torch.rand(2, 5, 4))
    F.mse_loss(pred, y)
    """
    check(code, "pred is a tuple with the shapes ((2, 5, 3), (1, 2, 3))", ["F.mse_loss(pred[0], y)"])


def test_a_dict_is_opened_by_a_key_that_fits() -> None:
    code = 'net = nn.Linear(3, 2)\nbatch = {"x": torch.ones(4, 3), "y": torch.ones(4)}\n'
    check(code + "net(batch)", 'a dict with the keys "x", "y"', ['net(batch["x"])'])
    check(code + "torch.relu(batch)", "", ['torch.relu(batch["x"])', 'torch.relu(batch["y"])'])


def test_lists_of_tensors_are_joined() -> None:
    code = "rows = [torch.ones(3), torch.zeros(3)]\n"
    check(code + "torch.mean(rows)", "rows is a list", ["torch.mean(torch.stack(rows))", "torch.mean(torch.cat(rows))"])
    check(
        code + "nn.Linear(3, 1)(rows)",
        "rows is a list with the shapes [(3,), (3,)]",
        ["nn.Linear(3, 1)(torch.stack(rows))"],
    )


def test_tuples_of_numbers_become_tensors() -> None:
    check(
        "ids = (1, 2)\nnn.Embedding(3, 2)(ids)", "ids is a tuple of numbers", ["nn.Embedding(3, 2)(torch.tensor(ids))"]
    )
    check("torch.exp((1.0, 2.0))", "", ["torch.exp(torch.tensor((1.0, 2.0)))"])


def test_a_string_is_named() -> None:
    check('net = nn.Linear(2, 1)\nnet("x")', '"x" is a string, and net takes a tensor.')


def test_a_function_without_return() -> None:
    code = "def double(x):\n    x = x * 2\n\ny = double(torch.ones(2))\n"
    fix = "def double(x):\n    x = x * 2\n    return x"
    for use in ("y + 1", "y.sum()", "torch.relu(y)", "y[0]", "3 * y"):
        check(code + use, "double() returns None. `y = double(torch.ones(2))` assigns that None to y.", [fix])
    check("def show(x):\n    print(x)\n\ny = show(torch.ones(2))\ny + 1", "show ends without return", [])


def test_a_forward_without_return() -> None:
    code = """class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(2, 1)

    def forward(self, x):
        x = self.fc(x)

net = Net()
x = torch.ones(3, 2)
"""
    for use in ("net(x).shape", "out = net(x)\nF.mse_loss(out, x)", "F.mse_loss(net(x), x)", "Net()(x).shape"):
        found = why(code + use)
        assert "ends without return" in found.text
        assert found.fixes[0].code.endswith("        x = self.fc(x)\n        return x\n\nnet = Net()")


def test_none_as_an_argument() -> None:
    check("torch.relu(None)", "torch.relu takes a tensor here, and was given None.")
    check("h = None\ntorch.relu(h)", "h is None: it comes from `h = None`.")


def test_a_function_with_a_return_is_not_blamed() -> None:
    code = "def maybe(x):\n    if x.sum() > 10:\n        return x\n\ny = maybe(torch.ones(2))\ny + 1"
    assert fails(code).explanation is None


def test_a_loss_of_two_lists() -> None:
    code = "a, b = [torch.ones(2), torch.ones(3)], [torch.zeros(2), torch.zeros(3)]\nF.l1_loss(a, b)"
    check(code, "takes one pair at a time", ["sum(F.l1_loss(p, q) for p, q in zip(a, b))"])


def test_a_batch_that_is_a_dict() -> None:
    code = """
class Clf(nn.Module):
    def __init__(self):
        super().__init__()
        self.emb = nn.Embedding(50, 8)
    def forward(self, input_ids):
        return self.emb(input_ids)
clf = Clf()
batch = {"mask": torch.ones(4, 6), "input_ids": torch.zeros(4, 6, dtype=torch.long)}
clf(batch)
"""
    check(code, 'a dict with the keys "mask", "input_ids"', ['clf(batch["input_ids"])'])


def test_a_pool_that_was_made_to_give_indices_too() -> None:
    code = "net = nn.Sequential(nn.MaxPool2d(2, return_indices=True), nn.Conv2d(1, 1, 3))\nnet(torch.rand(1, 1, 9, 9))"
    assert "Made without return_indices=True, net[0] returns the values alone." in why(code).text
