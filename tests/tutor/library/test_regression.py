"""The lesson regression: every right answer passes, wrong ones are told what they are, its figures come from runs."""

from __future__ import annotations

import ast
import re

import pytest
import torch

from ptrepl.tutor.format.lesson import Prose, Role, StepKind
from ptrepl.tutor.library.catalog import open_lesson
from tests.tutor.lessons import Player, feedback
from tests.tutor.trying import each

LESSON = open_lesson("regression").lesson


RIGHT = {
    "five-parts": [
        # another dtype, and both gradients at once
        "w = torch.tensor(2.0, dtype=torch.float64, requires_grad=True)\n"
        "b = torch.tensor(1.0, dtype=torch.float64, requires_grad=True)\n"
        "slopes = torch.autograd.grad(((w * distance + b - price) ** 2 / 2).mean(), [w, b])\n"
        "with torch.no_grad():\n    w.sub_(0.1 * slopes[0])\n    b.sub_(0.1 * slopes[1])",
        # rows of one, and detach
        "w = torch.tensor([2.0], requires_grad=True)\nb = torch.tensor([1.0], requires_grad=True)\n"
        "errors = w * distance + b - price\n(errors @ errors / 8).backward()\n"
        "w.detach().sub_(w.grad / 10)\nb.detach().sub_(b.grad / 10)\nw.grad.zero_()\nb.grad.zero_()",
        # the optimizer that later lessons use
        "w = torch.tensor(2.0, requires_grad=True)\nb = torch.tensor(1.0, requires_grad=True)\n"
        "optimizer = torch.optim.SGD([w, b], lr=0.1)\n"
        "loss = F.mse_loss(w * distance + b, price) / 2\nloss.backward()\noptimizer.step()\noptimizer.zero_grad()",
    ],
    "loop": [
        # a while loop, and other names for what is on the way
        "w = torch.zeros(1, requires_grad=True)\nb = torch.zeros(1, requires_grad=True)\nn = 0\nwhile n < 400:\n"
        "    miss = price - (b + distance * w)\n    (miss * miss).mean().backward()\n    with torch.no_grad():\n"
        "        for each in (w, b):\n            each -= 0.1 * each.grad\n            each.grad.zero_()\n    n += 1",
        # new leaves in each round
        "w = torch.tensor(0.0, requires_grad=True)\nb = torch.tensor(0.0, requires_grad=True)\n"
        "for epoch in range(300):\n    loss = ((w * distance + b - price) ** 2 / 2).mean()\n    loss.backward()\n"
        "    w = (w - 0.1 * w.grad).detach().requires_grad_()\n    b = (b - 0.1 * b.grad).detach().requires_grad_()",
        # zero first, in float64, with gradients worked out by hand
        "w = torch.zeros((), dtype=torch.float64, requires_grad=True)\n"
        "b = torch.zeros((), dtype=torch.float64, requires_grad=True)\n"
        "for epoch in range(300):\n    with torch.no_grad():\n        errors = w * distance + b - price\n"
        "        w -= 0.1 * (errors * distance).mean()\n        b -= 0.1 * errors.mean()",
        "w = torch.zeros((), requires_grad=True)\nb = torch.zeros((), requires_grad=True)\n"
        "optimizer = torch.optim.SGD([w, b], lr=0.1)\nfor epoch in range(300):\n    optimizer.zero_grad()\n"
        "    loss = nn.MSELoss()(w * distance + b, price) / 2\n    loss.backward()\n    optimizer.step()",
    ],
    "squared-loss": [
        "def squared_loss(predicted, actual):\n    return F.mse_loss(predicted.flatten(), actual.flatten()) / 2",
        "squared_loss = lambda p, a: 0.5 * ((p.ravel() - a.ravel()) ** 2).sum() / p.numel()",
        "def squared_loss(predicted, actual):\n    total = 0.0\n"
        "    for one, other in zip(predicted.flatten(), actual.flatten()):\n"
        "        total = total + (one - other) ** 2 / 2\n    return total / len(predicted)",
        "def squared_loss(predicted, actual):\n    errors = predicted.view_as(actual) - actual\n"
        "    return errors.double().pow(2).mean().div(2)",
    ],
    "sgd": [
        "def sgd(params, lr):\n    for param in params:\n"
        "        param.data -= lr * param.grad\n        param.grad = None\n"
        "w = torch.tensor([1.0, 2.0], requires_grad=True)\nb = torch.tensor(2.0, requires_grad=True)\n"
        "((10 * w).sum() + 5 * b).backward()\nsgd([w, b], 0.1)",
        "@torch.no_grad()\ndef sgd(params, lr=0.1):\n    [p.add_(p.grad, alpha=-lr) for p in params]\n"
        "    for p in params:\n        p.grad.zero_()\n"
        "w = torch.tensor([1.0, 2.0], dtype=torch.float64, requires_grad=True)\nb = torch.ones(1, requires_grad=True)\n"
        "b.data += 1\n((10 * w).sum() + 5 * b).sum().backward()\nsgd(params=(w, b))",
        "def sgd(params, lr):\n    optimizer = torch.optim.SGD(params, lr=lr)\n    optimizer.step()\n"
        "    optimizer.zero_grad()\n"
        "w = torch.tensor([1.0, 2.0], requires_grad=True)\nb = torch.tensor(2.0, requires_grad=True)\n"
        "((10 * w).sum() + 5 * b).backward()\nsgd([w, b], 0.1)",
    ],
    "train": [
        # float64 parameters, and the whole loss without no_grad
        "w = torch.zeros(2, requires_grad=True)\nb = torch.zeros(1, requires_grad=True)\nfor epoch in range(3):\n"
        "    for X, y in data_iter(10, features, labels):\n"
        "        squared_loss(X @ w + b, y).backward()\n        sgd([w, b], 0.03)\n"
        "    print(squared_loss(features @ w + b, labels))",
        # with the forward pass as a function, and a loader
        "from torch.utils.data import DataLoader, TensorDataset\n"
        "w, b = torch.zeros(2, requires_grad=True), torch.zeros(1, requires_grad=True)\n"
        "loader = DataLoader(TensorDataset(features, labels), batch_size=10, shuffle=True)\nfor epoch in range(3):\n"
        "    for X, y in loader:\n        squared_loss(linreg(X, w, b), y).backward()\n        sgd([w, b], 0.03)\n"
        "    print(squared_loss(linreg(features, w, b), labels).item())",
        # other minibatches, in another order
        "w = torch.zeros(2, requires_grad=True)\nb = torch.tensor(0.0, requires_grad=True)\nfor epoch in range(3):\n"
        "    for start in range(0, 1000, 10):\n        X, y = features[start:start + 10], labels[start:start + 10]\n"
        "        loss = ((X * w).sum(1) + b - y).pow(2).mean() / 2\n        loss.backward()\n"
        "        sgd([w, b], 0.03)\n"
        "    print(f'{epoch}: {squared_loss(features @ w + b, labels).item():.7f}')",
        "w = torch.zeros(2, requires_grad=True)\nb = torch.zeros((), requires_grad=True)\n"
        "optimizer = torch.optim.SGD([w, b], lr=0.03)\nfor epoch in range(3):\n"
        "    for X, y in data_iter(10, features, labels):\n        optimizer.zero_grad()\n"
        "        squared_loss(torch.matmul(X, w) + b, y).backward()\n        optimizer.step()\n"
        "    print('loss', float(((features @ w + b - labels) ** 2).mean() / 2))",
    ],
    "stopped-early": [
        # the rule turned round: stop when the loss falls no more
        "w = torch.tensor(2.2844, requires_grad=True)\nb = torch.tensor(0.0, requires_grad=True)\n"
        "last = float('inf')\nfor epoch in range(5000):\n    loss = squared_loss(w * distance + b, price)\n"
        "    if last - loss.item() < 1e-6 and epoch > 5:\n        break\n    last = loss.item()\n"
        "    loss.backward()\n    sgd([w, b], 0.05)",
        # a number of its own to stop at, one that is low enough, and another start
        "w = torch.zeros(1, requires_grad=True)\nb = torch.zeros(1, requires_grad=True)\nsteepest = 9.0\n"
        "while steepest > 0.001:\n    loss = squared_loss(w * distance + b, price)\n    loss.backward()\n"
        "    steepest = max(abs(w.grad.item()), abs(b.grad.item()))\n    sgd([w, b], 0.05)",
        # no training at all
        "A = torch.stack([distance, torch.ones(20)], 1)\n"
        "best = torch.linalg.lstsq(A, price.reshape(-1, 1)).solution\nw, b = best[0], best[1]",
    ],
}

NEW = "w = torch.tensor({}, requires_grad=True)\nb = torch.tensor({}, requires_grad=True)\n"
STEP = "with torch.no_grad():\n    w -= {} * w.grad\n    b -= {} * b.grad\nw.grad = None\nb.grad = None"
LOSS = "loss = ((w * distance + b - price) ** 2 / 2).mean()\n"
SGD_TRY = (
    "\nw = torch.tensor([1.0, 2.0], requires_grad=True)\nb = torch.tensor(2.0, requires_grad=True)\n"
    "((10 * w).sum() + 5 * b).backward()\nsgd([w, b], 0.1)"
)
TRAIN = (
    "w = torch.zeros(2, requires_grad=True)\nb = torch.zeros(1, requires_grad=True)\nfor epoch in range({}):\n"
    "    for X, y in data_iter({}, features, labels):\n        {}\n        sgd([w, b], {})"
)
WRONG = {
    "five-parts": [
        (NEW.format(2.0, 1.0) + LOSS + "loss.backward()\n" + STEP.format(1, 1), "The whole gradient"),
        (
            NEW.format(2.0, 1.0) + LOSS.replace("mean", "sum") + "loss.backward()\n" + STEP.format(0.1, 0.1),
            "`w` is 6",
        ),
        (NEW.format(1.0, 0.0) + LOSS + "loss.backward()\n" + STEP.format(0.1, 0.1), "`b` is 0.75"),
        (
            NEW.format(2.0, 1.0)
            + LOSS
            + "loss.backward()\nwith torch.no_grad():\n    w = w - 0.1 * w.grad\n    b = b - 0.1 * b.grad",
            "a new `w`, which autograd does not follow",
        ),
    ],
    "loop": [
        (NEW.format(0.0, 0.0) + LOSS + "loss.backward()\n" + STEP.format(0.1, 0.1), "That is one round"),
        (
            NEW.format(0.0, 0.0)
            + "for epoch in range(300):\n    "
            + (LOSS + "loss.backward()\n" + STEP.format(0.3, 0.3)).replace("\n", "\n    "),
            "learning rate",
        ),
        ("w = 2.0\nb = 5.0", "is a float; this step wants a tensor"),
    ],
    "squared-loss": [
        (
            "def squared_loss(predicted, actual):\n    return ((predicted - actual.squeeze()) ** 2 / 2).mean()",
            "may be the column as well",
        ),
        (
            "def squared_loss(predicted, actual):\n    return (predicted - actual.reshape(predicted)).mean()",
            "Its shape is predicted.shape",
        ),
        ("def squared_loss(predicted):\n    return (predicted**2 / 2).mean()", "raises TypeError"),
        (
            "def squared_loss(predicted, actual):\n"
            "    return (predicted - actual.reshape(predicted.shape)).abs().mean()",
            "abs makes errors positive",
        ),
        ("squared_loss = 0.5", "`squared_loss` is a float; this step wants a function."),
    ],
    "sgd": [
        (
            "def sgd(params, lr):\n    params[0].data -= lr * params[0].grad\n    params[0].grad = None" + SGD_TRY,
            "`b` is 2",
        ),
        (
            "def sgd(params, lr):\n    for param in params:\n        param.data -= lr * param.grad.sign()\n"
            "        param.grad = None" + SGD_TRY,
            "`w` is [0.9",
        ),
        ("def sgd(params, lr):\n    for param in params:\n        param.grad = None" + SGD_TRY, "the step is missing"),
    ],
    "train": [
        (TRAIN.format(1, 10, "squared_loss(X @ w + b, y).backward()", 0.03), "One epoch brings them near"),
        (TRAIN.format(3, 100, "squared_loss(X @ w + b, y).backward()", 0.03), "Minibatches of 100"),
        (TRAIN.format(3, 10, "(X @ w + b - y).mean().backward()", 0.03), "`w` is "),
        (TRAIN.format(3, 10, "squared_loss(X @ w, y).backward()", 0.03), "`b` is not in the prediction"),
        ("w = true_w\nb = torch.zeros(1)", "`b` does not require grad"),
    ],
    "stopped-early": [
        (
            NEW.format(0.0, 0.0) + "loss = torch.tensor(9.0)\nwhile loss > 0.46356:\n"
            "    loss = squared_loss(w * distance + b, price)\n    loss.backward()\n    sgd([w, b], 0.05)",
            "The number in the rule was made for these rides",
        ),
        (
            NEW.format(2.2844, 0.0) + "for epoch in range(100):\n"
            "    squared_loss(w * distance + b, price).backward()\n    sgd([w, b], 0.05)",
            "100 rounds are too few",
        ),
        (
            NEW.format(2.2844, 0.0) + "for epoch in range(1000):\n"
            "    squared_loss(w * distance, price).backward()\n    sgd([w], 0.05)",
            "Only `w` makes its step",
        ),
    ],
}


def at(step: str) -> Player:
    player = Player(LESSON)
    player.begin(step)
    return player


def test_the_lesson_has_what_a_lesson_needs() -> None:
    kinds = [step.kind for step in LESSON.steps]
    assert 11 <= len(kinds) <= 15
    assert kinds.count(StepKind.PREDICT) >= 2
    assert kinds.count(StepKind.TASK) >= 3
    assert kinds.count(StepKind.FIX) >= 1
    for step in LESSON.steps:
        if step.kind.asks_for_code:
            assert len(RIGHT[step.id]) >= 3
            assert len(WRONG[step.id]) >= 3
            assert len(step.codes(Role.WRONG)) >= 3


@pytest.mark.parametrize(("step", "source"), each(RIGHT, None))
def test_right_answers_that_no_author_thought_of_pass(step: str, source: str) -> None:
    player = at(step)
    said = player.type(source)
    assert player.run.mode == "continue", (feedback(said), player.outcomes[-1].error)
    assert not [text for mood, text in feedback(said) if mood == "bad"]


@pytest.mark.parametrize(("step", "answer"), each(WRONG, None))
def test_wrong_answers_are_told_what_they_are(step: str, answer: tuple[str, str]) -> None:
    source, told = answer
    player = at(step)
    said = feedback(player.type(source))
    assert player.run.mode == "python"
    assert said, player.outcomes[-1].error
    assert told in said[0][1], said


def prose(step: str) -> str:
    (found,) = [each for each in LESSON.steps if each.id == step]
    return " ".join(block.text for block in found.blocks if isinstance(block, Prose)) + found.learned


def four_rides(*, epochs: int, zero: bool) -> list[float]:
    """The loss of each epoch on the rides of the lesson, from w = 1 and b = 0."""
    distance, price = torch.tensor([1.0, 2.0, 3.0, 4.0]), torch.tensor([7.0, 9.0, 11.0, 13.0])
    w, b = torch.tensor(1.0, requires_grad=True), torch.tensor(0.0, requires_grad=True)
    losses = []
    for _ in range(epochs):
        loss = ((w * distance + b - price) ** 2 / 2).mean()
        losses.append(loss.item())
        loss.backward()  # type: ignore[no-untyped-call]
        with torch.no_grad():
            for param in (w, b):
                assert param.grad is not None
                param -= 0.1 * param.grad
                if zero:
                    param.grad.zero_()
    return losses


def test_the_losses_that_are_told_are_those_of_a_run() -> None:
    assert f"{four_rides(epochs=2, zero=True)[1]:.2f}" in prose("step")
    names = at("step").session.namespace
    assert names["their_loss"][[10, 30]].tolist() == pytest.approx([28.75, 3.75])  # w is 1 and 3 there, b is 0
    names = at("forgotten").session.namespace
    assert names["swinging"] == pytest.approx(four_rides(epochs=60, zero=False))
    assert names["falling"] == pytest.approx(four_rides(epochs=60, zero=True))
    swinging = four_rides(epochs=26, zero=False)
    printed = re.findall(r"epoch +(\d+)  loss +([\d.]+)", prose("forgotten"))
    assert len(printed) == 6
    assert [(int(epoch), loss) for epoch, loss in printed] == [
        (epoch, f"{swinging[epoch]:.2f}") for epoch in range(0, 26, 5)
    ]


def test_the_figures_of_the_twenty_rides_are_those_of_a_run() -> None:
    player = at("stopped-early")
    player.type(player.run.prefill)
    namespace = player.session.namespace
    assert (namespace["epoch"], round(namespace["w"].item(), 3), round(namespace["b"].item(), 3)) == (80, 2.556, 1.817)
    path = namespace["b_path"]
    assert path[80] == pytest.approx(1.817, abs=1e-3)
    assert path[100] - path[80] > 0.3
    assert path[-1] - path[-200] < 0.06
    distance, price = namespace["distance"], namespace["price"]
    sides = torch.stack([distance, torch.ones(20)], 1)
    w, b = torch.linalg.lstsq(sides, price).solution.tolist()
    lowest = ((w * distance + b - price) ** 2 / 2).mean().item()
    for figure in (f"{w:.3f}", f"{b:.3f}", f"{lowest:.4f}"):
        assert figure in prose("stopped-early")
    player = at("too-fast")
    losses = []
    namespace = player.session.namespace
    for _ in range(4):
        loss = namespace["squared_loss"](namespace["w"] * namespace["distance"] + namespace["b"], namespace["price"])
        losses.append(f"{loss.item():.0f}")
        loss.backward()
        namespace["sgd"]([namespace["w"], namespace["b"]], 0.1)
    assert losses == ["7", "35", "201", "1209"]
    assert all(loss in prose("too-fast") for loss in losses)


@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.nightly) for seed in (1, 2, 3))])
def test_the_training_ends_near_the_truth_whatever_the_seed(seed: int) -> None:
    player = at("train")
    namespace = player.session.namespace
    torch.manual_seed(seed)
    features = torch.randn(1000, 2)
    namespace |= {"features": features, "labels": features @ namespace["true_w"] + 4.2 + 0.01 * torch.randn(1000)}
    (step,) = [each for each in LESSON.steps if each.id == "train"]
    player.type(step.codes(Role.SOLUTION)[0].source)
    assert player.run.mode == "continue"
    assert 4e-5 < namespace["whole"].item() < 6e-5
    assert (namespace["w"] - namespace["true_w"]).abs().max().item() < 2e-3
    assert "within a thousandth or two" in prose("train")


def test_a_shape_that_fits_by_accident_costs_eleven_times_the_loss() -> None:
    player = at("column")
    namespace = player.session.namespace
    predicted, column = namespace["predicted"], namespace["column"]
    wrong = ((predicted - column) ** 2 / 2).mean().item()
    right = ((predicted - column.reshape(predicted.shape)) ** 2 / 2).mean().item()
    assert (wrong, right) == (5.5, 0.5)
    assert "5.5" in prose("column")
    assert "0.5" in prose("column")


@pytest.mark.parametrize("source", [RIGHT["sgd"][0], RIGHT["five-parts"][2]])
def test_a_right_answer_of_ones_own_is_not_judged_while_it_is_half_typed(source: str) -> None:
    step = "sgd" if "def sgd" in source else "five-parts"
    player = at(step)
    told = [feedback(player.type(ast.get_source_segment(source, node) or "")) for node in ast.parse(source).body]
    assert player.run.mode == "continue"
    assert not [text for said in told[:-2] for mood, text in said if mood != "note"]
    assert not [text for said in told for _, text in said if "this step wants" in text or "not moved" in text]
