"""A remark is about what was typed last: not about an end that another mistake comes to as well."""

from __future__ import annotations

import pytest

from tests.tutor.answers.playing import play

TRAINING = """w = torch.zeros(2, requires_grad=True)
b = torch.zeros(1, requires_grad=True)
for epoch in range(3):
    for X, y in data_iter(10, features, labels):
        loss = squared_loss({prediction}, y)
        loss.backward()
        sgd([w, b], {lr})
    print(squared_loss(features @ w + b, labels))"""
STOPPED = """w = torch.tensor({w}, requires_grad=True)
b = torch.tensor({b}, requires_grad=True)
for epoch in range({rounds}):
    loss = squared_loss(w * distance + b, price)
    loss.backward()
    sgd([w, b], {lr})
    if {rule}:
        break"""


def training(prediction: str = "X @ w + b", lr: str = "0.03") -> str:
    return TRAINING.format(prediction=prediction, lr=lr)


def stopped(
    rule: str = "epoch % 20 == 0 and loss < 1",
    *,
    w: str = "2.2844",
    b: str = "0.0",
    rounds: int = 1000,
    lr: str = "0.05",
) -> str:
    return STOPPED.format(rule=rule, w=w, b=b, rounds=rounds, lr=lr)


@pytest.mark.parametrize(
    ("step", "inputs", "untrue"),
    [
        ("regression/train", [training("features @ w + b")], "wrong way round"),
        ("regression/train", [training("X @ features + b")], "wrong way round"),
        ("regression/train", [training("X * w + b")], "wrong way round"),
        ("regression/train", [training(lr="0.01")], "nan"),
        ("regression/stopped-early", [stopped(), stopped("loss < 0.5", rounds=100)], "still a loss below 1"),
        ("regression/stopped-early", [stopped(), stopped("loss < 0", rounds=50)], "still a loss below 1"),
        ("regression/stopped-early", [stopped(), stopped("loss < 0", lr="0.1")], "still a loss below 1"),
        ("regression/stopped-early", [stopped(), stopped(w="2.071", b="4.803", rounds=0)], "still a loss below 1"),
        ("regression/stopped-early", [stopped("abs(loss - 2) < 0.1", lr="0.02")], "learning rate is too large"),
        ("regression/stopped-early", [stopped("epoch % 100 == 1 and loss < 2", lr="0.01")], "100 rounds"),
        ("indexing/broken-gauge", ["rain[2] = -1\nrain[0, 3] = 4", "rain[0, 2] = 4", "rain[1,:] = -1"], "slice from 1"),
        ("indexing/broken-gauge", ["rain[-1] = -1", "rain[0, 2] = 4", "rain[1, :] = -1"], "slice from 1"),
        ("indexing/broken-gauge", ["rain[0, 2] = 4\nrain[1, 1] = 7\nrain[1, 0] = -1"], "[1, :1]"),
        ("indexing/broken-gauge", ["rain[1] == -1", "rain[1] = -1"], "4 was compared"),
        ("indexing/broken-gauge", ["town = 0\nrain[town, 2] = 4"], "only gives that name"),
        ("indexing/lost-change", ["last = visits[2].clone()\nlast[3] = 0"], "[[0, 2]]"),
        (
            "indexing/thermometer",
            ["good = readings[(readings > -50) & (readings < 50)]\nreadings[readings > 100] = 0"],
            "at once",
        ),
        ("indexing/thermometer", ["good = readings[bool(readings > -50)]"], "means two comparisons"),
        ("indexing/quiz", ["points = scores[[0, 1, 2], chosen].max()"], "most that each question"),
        ("indexing/quiz", ["points = scores[0, :]"], "one column"),
        ("indexing/weekend", ["weekend = sales[[0, 1], [6, 7]]"], "has two rows, 0 and 1"),
        ("indexing/weekend", ["weekend = sales[0:2, :]"], "One slice is about the rows"),
        ("creation/price-list", ["prices = torch.tensor([[3, 4, 5], [6, 7, 8]]).to(device)"], ".float()"),
        ("creation/one-price", ["price = torch.full((2, 3), 2)"], "of 2.5"),
        ("creation/one-price", ["price = torch.full_like(stock.float(), 2)"], "comes too late"),
        ("creation/leap-years", ["years = torch.arange(2000, 2025, -4)"], "in this order"),
        (
            "creation/live-and-saved",
            ["live = torch.from_numpy(readings) * 1\nsaved = torch.tensor(readings)"],
            "always",
        ),
        (
            "autograd/downhill",
            ["w = torch.tensor(1.0)\nwith torch.no_grad():\n    w.sub_(0.1)\n(w * w).backward()"],
            "no_grad",
        ),
        (
            "autograd/second-derivative",
            ["y = torch.tensor(2.0, requires_grad=True) ** 3\nfirst = torch.autograd.grad(y, x)[0]"],
            "comes first",
        ),
        (
            "autograd/your-own",
            ["x = torch.tensor(2.0)\nx.requires_grad = True\ny = torch.tensor(10.0)\ny.backward()"],
            "before",
        ),
        (
            "regression/squared-loss",
            ["def squared_loss(predicted, price):\n    return (predicted - price).sum()"],
            "of the prompt",
        ),
        (
            "regression/sgd",
            ["def sgd(params, lr):\n    with torch.no_grad():\n        for w in params:\n            w -= lr * w.grad"],
            "themselves",
        ),
    ],
)
def test_nothing_is_said_of_what_was_not_typed(step: str, inputs: list[str], untrue: str) -> None:
    played = play(step, inputs)
    assert not played.accepted
    assert untrue not in (played.said[-1] if played.said else "")


@pytest.mark.parametrize(
    ("step", "inputs", "said"),
    [
        ("regression/train", [training("w @ X + b")], "wrong way round"),
        ("regression/train", [training("X * w + b")], "number by number"),
        ("regression/train", [training(lr="3")], "end in nan"),
        ("regression/stopped-early", [stopped(), stopped("1 > loss", lr="0.04")], "still a loss below 1"),
        ("regression/stopped-early", [stopped(), stopped("epoch % 20 == 0 and loss < 0.5")], "below 0.5"),
        ("indexing/broken-gauge", ["rain[1:] = -1\nrain[0, 2] = 4"], "slice from 1 on"),
        ("indexing/broken-gauge", ["rain[1] = -1", "rain[0, 2] == 4"], "=="),
        (
            "creation/price-list",
            ["prices = torch.tensor([[3, 4, 5], [6, 7, 8]])\nprices.float()"],
            "Give that the name",
        ),
    ],
)
def test_what_was_typed_is_known(step: str, inputs: list[str], said: str) -> None:
    assert said in play(step, inputs).said[-1]
