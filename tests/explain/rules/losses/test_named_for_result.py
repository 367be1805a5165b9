"""``loss = loss(pred, y)``: the next call finds the result under the name of what was called."""

from __future__ import annotations

import pytest

from tests.explain.failing import check, why

LOOP = """
x, y = torch.rand(6, 1), torch.rand(6, 1)
net = nn.Linear(1, 1)
loss = {made}
opt = torch.optim.SGD(net.parameters(), lr=0.01)
for epoch in range(3):
    pred = net(x)
    loss = loss(pred, y)
    opt.zero_grad()
    loss.backward()
    opt.step()
"""


@pytest.mark.parametrize("made", ["nn.L1Loss()", "F.mse_loss", "lambda a, b: ((a - b) ** 2).mean()"])
def test_a_loss_in_a_loop(made: str) -> None:
    found = why(LOOP.format(made=made))
    said = "`loss = loss(pred, y)` gave the name loss to the result, a tensor, and what was called by it is gone."
    assert said in found.text
    assert f"`loss_fn = {made}`, and then `loss = loss_fn(pred, y)`." in found.text
    fix = f"loss_fn = {made}\n" + LOOP[LOOP.index("for") :].strip().replace("= loss(", "= loss_fn(")
    check(LOOP.format(made=made), fixes=[fix])


def test_a_loss_in_an_earlier_statement() -> None:
    code = "criterion = nn.MSELoss()\na, b = torch.rand(4), torch.rand(4)\ncriterion = criterion(a, b)\n"
    fix = "criterion_fn = nn.MSELoss()\nerror = criterion_fn(a, b)"
    check(code + "error = criterion(a, b)", "`criterion = criterion(a, b)` gave the name criterion", [fix])


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (
            "def accuracy(a, b):\n    return (a == b).float().mean().item()\n"
            "a = torch.arange(3)\nfor _ in range(2):\n    accuracy = accuracy(a, a)",
            "Make that again, and give the result another name: `accuracy_value = accuracy(a, a)`.",
        ),
        (
            "net = nn.Linear(3, 2)\nnet = net(torch.rand(4, 3))\nnet(torch.rand(4, 3))",
            "Make that again, and give the result another name: `output = net(torch.rand(4, 3))`.",
        ),
        (
            "def train(net, loss, data):\n    for x, y in data:\n        loss = loss(net(x), y)\n"
            "        loss.backward()\n"
            "train(nn.Linear(2, 1), nn.MSELoss(), [(torch.rand(4, 2), torch.rand(4, 1))] * 2)",
            "Give the result another name, here and where it is used: `loss_value = loss(net(x), y)`.",
        ),
        (
            "class Trainer:\n    def __init__(self):\n        self.net, self.loss = nn.Linear(2, 1), nn.MSELoss()\n"
            "    def step(self, x, y):\n        self.loss = self.loss(self.net(x), y)\n"
            "t, x, y = Trainer(), torch.rand(4, 2), torch.rand(4, 1)\nt.step(x, y)\nt.step(x, y)",
            "`self.loss_value = self.loss(self.net(x), y)`.",
        ),
    ],
)
def test_words_alone(code: str, said: str) -> None:
    check(code, said, [])


@pytest.mark.parametrize(
    "code",
    [
        "a = torch.rand(4)\nloss = torch.tensor(0.)\nfor _ in range(2):\n    loss = loss(a, a)",
        "a = torch.rand(4)\ndef f(loss, a):\n    for _ in range(2):\n        loss = loss(a, a)\nf(a, a)",
        "loss = torch.tensor(0.)\nloss(torch.rand(3), torch.rand(3))",
    ],
)
def test_a_tensor_from_the_start(code: str) -> None:
    text = check(code, "loss is a tensor of shape", []).text
    assert "gave the name" not in text
    assert "Square brackets" not in text


def test_a_single_number_is_not_indexed() -> None:
    code = "t, x = torch.tensor(2.), torch.rand(3)\nt(x + 1)"
    assert "Square brackets" not in check(code, "* multiplies.", ["t * (x + 1)"]).text
