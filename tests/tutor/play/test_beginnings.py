"""A first line is never met with silence, and what is right so far is never called wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from ptrepl.tutor.progress.log import Progress
from tests.lessons.playing import play
from tests.tutor.lessons import Player, feedback
from tests.tutor.trying import shipped

PARTS = [
    "w = torch.tensor(2.0, requires_grad=True)",
    "b = torch.tensor(1.0, requires_grad=True)",
    "predicted = w * distance + b",
    "loss = ((predicted - price) ** 2 / 2).mean()",
    "loss.backward()",
    "with torch.no_grad():\n    w -= 0.1 * w.grad\n    b -= 0.1 * b.grad",
    "w.grad = None",
    "b.grad = None",
]


@pytest.mark.parametrize(
    ("step", "lines", "said"),
    [
        ("creation/live-and-saved", ["live = readings"], "`live` is a NumPy array; this step wants a tensor."),
        ("indexing/houses", ["inputs = houses[:, 0:1]"], "this is the first column alone. The first two are :2."),
        ("indexing/houses", ["inputs = houses[:, 0:1] * 3"], "`inputs` is shape (4, 1); this step wants (4, 2)."),
        ("autograd/your-own", ["(x**3 + x).backward()"], "`x` is 4.0; this step wants 2.0."),
        ("indexing/thermometer", ["readings[readings > 50] == 0"], "== compares and gives True and False"),
        ("indexing/broken-gauge", ["def fix():\n    rain[1] = -1"], "`fix` is defined, and nothing of it has run yet"),
        ("autograd/your-own", ["x = 1"], "`x` is an int; this step wants a tensor."),
        ("autograd/your-own", ["x = torch.tensor(2.0)"], "`x` does not require grad yet."),
        ("autograd/your-own", ["x = torch.tensor(2.0, requires_grad=True)"], "`x` is right; still to come: `x.grad`"),
        (
            "autograd/your-own",
            ["x = torch.tensor(2.0)", "y = x**3 + x", "x.requires_grad = True"],
            "Compute y again after requires_grad is True.",
        ),
        (
            "autograd/your-own",
            ["x = torch.tensor(2.0)", "y = x**3 + x"],
            "`y` was computed from `x`, which does not require grad: mend `x` first.",
        ),
        (
            "autograd/your-own",
            ["x = torch.tensor(2.0, requires_grad=True)", "(x**3 + x).backward()"],
            "`x.grad` is right; still to come: `y`.",
        ),
        (
            "autograd-more/second-derivative",
            ["first = torch.autograd.grad(x**3, x, create_graph=True)"],
            "`first` is a tuple with the right tensor in it. [0] takes that out.",
        ),
        (
            "autograd-more/second-derivative",
            ["first = torch.autograd.grad(x**3, x)[0]"],
            "`first` has the right values, but no graph",
        ),
        (
            "autograd-more/second-derivative",
            ["first = torch.autograd.grad(x**3, x, create_graph=True)[0]"],
            "`first` is right; still to come: `second`.",
        ),
        (
            "creation/live-and-saved",
            ["live = torch.tensor(readings)", "saved = torch.tensor(readings)"],
            "`saved` is dtype float64; this step wants float32.",
        ),
        ("indexing/broken-gauge", ["rain[1:] = -1"], "A slice from 1 on is rows 1 and 2, two towns."),
        ("indexing/window", ["[100, 0, 6]"], "It gives more values than these."),
        ("indexing/window", ["[100, 0, 6, 8, 5]"], "It gives fewer values than these."),
        ("indexing/thermometer", ["keep = (readings > -50) & (readings < 50)"], "`keep` is right; still to come:"),
        ("regression/five-parts", PARTS[:1], "Right so far: go on."),
        ("regression/five-parts", ["w = torch.tensor([2.0], requires_grad=True)"], "Right so far: go on."),
        ("regression/five-parts", ["w = torch.tensor(2.0)"], "`w` does not require grad yet."),
    ],
)
def test_a_first_line_is_answered(step: str, lines: list[str], said: str) -> None:
    assert said in play(step, lines).words


@pytest.mark.parametrize(
    ("step", "lines"),
    [
        ("regression/five-parts", PARTS),
        ("regression/five-parts", [*PARTS[:5], *(f"with torch.no_grad():\n    {n} -= 0.1 * {n}.grad" for n in "wb")]),
        ("autograd/clear", ["x.grad = None", "(x * x).sum().backward()"]),
    ],
)
def test_what_follows_is_not_told_to_who_is_on_the_way(step: str, lines: list[str]) -> None:
    words = play(step, lines).words
    assert "this step wants" not in words
    assert "Clear both" not in words
    assert "(x * x).sum()" not in words


def test_nothing_is_called_right_so_far_where_an_earlier_line_was_not() -> None:
    said = play("regression/five-parts", ["w = torch.tensor(2.0)", *PARTS[1:4]]).said
    assert said[0] == "`w` does not require grad yet."
    assert not any("right" in each for each in said), said


@pytest.mark.parametrize("line", ["predicted = w + distance * b", "loss = (predicted - price).mean()", "note = w"])
def test_another_value_is_not_called_right(line: str) -> None:
    words = play("regression/five-parts", [*PARTS[:3], line]).said
    assert not any("right" in each for each in words[3:]), words


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ([line.replace(", requires_grad=True", "") for line in PARTS[:6]], ""),
        ([*PARTS[:4], "loss.backward", PARTS[5]], "`backward` without () only names the method."),
        ([*PARTS[:4], PARTS[5]], "Without a backward pass every gradient is None."),
    ],
)
def test_a_backward_pass_that_was_typed_is_not_called_missing(lines: list[str], said: str) -> None:
    told = play("regression/five-parts", lines).said[-1]
    assert said in told
    assert said.startswith("Without") or "Without a backward pass" not in told


def test_functions_that_were_accepted_are_there_when_the_program_is_started_again(tmp_path: Path) -> None:
    loss = "((guess.flatten() - actual.flatten()) ** 2 / 2).mean() * math.cos(0)"
    mine = f"import math\n\ndef squared_loss(guess, actual):\n    'Mine.'\n    return {loss}"
    before = Player(shipped("regression"), Progress(tmp_path))
    before.begin("squared-loss")
    assert ("good", "Yes, that is it.") in feedback(before.type(mine))
    log = Progress(tmp_path)
    assert "Mine." not in log.export()
    after = Player(shipped("regression"), log)
    after.begin("sgd")
    assert after.session.namespace["squared_loss"].__doc__ == "Mine."
    log.reset("regression", "squared-loss")
    again = Player(shipped("regression"), Progress(tmp_path))
    again.begin("sgd")
    assert again.session.namespace["squared_loss"].__doc__ is None


def test_an_accepted_function_that_cannot_be_made_any_more_is_not_called_the_lessons_mistake(tmp_path: Path) -> None:
    log = Progress(tmp_path)
    log.save("regression", "squared-loss", "accepted", source="def squared_loss(a, b=nowhere.at_all):\n    pass")
    player = Player(shipped("regression"), log)
    assert not [each for each in feedback(player.begin("sgd")) if each[0] == "fault"]
    assert "squared_loss" in player.session.namespace


@pytest.mark.parametrize(
    ("step", "lines"),
    [
        ("autograd-more/second-derivative", ["second = 18.0", "second = torch.autograd.grad(y, x)", "z = 1"]),
        ("autograd/clear", ["x.grad = torch.tensor([0.0, 2, 4, 6])", "x.grad = foo", "z = 1"]),
        ("autograd/downhill", ["w = torch.tensor(0.64, requires_grad=True)", "w = foo", "z = 2"]),
    ],
)
def test_a_line_that_failed_has_computed_nothing(step: str, lines: list[str]) -> None:
    played = play(step, lines)
    assert not played.accepted
    assert "typed in" in played.words
    assert "What this step asks for is there" not in played.words


@pytest.mark.parametrize(
    ("step", "lines", "said"),
    [
        ("autograd-more/second-derivative", ["first = torch.autograd.grad(x**3, x)"], "but no graph"),
        ("autograd-more/second-derivative", ["first = torch.autograd.grad(x**3, x)[0]"], "but no graph"),
        (
            "autograd-more/second-derivative",
            ["first = torch.autograd.grad(x**3, x, create_graph=True)"],
            "a tuple with the right tensor",
        ),
        (
            "autograd-more/second-derivative",
            ["first = torch.autograd.grad(x**3, x, create_graph=True)[0]"],
            "`first` is right; still to come: `second`.",
        ),
        ("regression/five-parts", PARTS[:2], "Right so far: go on."),
        ("autograd/clear", ["y = (x * x).sum()"], "`y` is right; still to come: `x.grad`."),
        (
            "capstone/all",
            ["train, valid, test = in_three(len(days))"],
            "`test`, `train` and `valid` are right; still to come: `forecast`.",
        ),
    ],
)
def test_a_beginning_is_called_what_it_is(step: str, lines: list[str], said: str) -> None:
    told = play(step, lines).said[-1]
    assert said in told
    assert "right tensor" not in told or "no graph" not in told


def test_two_typed_in_values_are_told_alike() -> None:
    typed = "w = torch.tensor(2.071, requires_grad=True)\nb = torch.tensor(4.803, requires_grad=True)"
    told = play("regression/stopped-early", [typed]).said[-1]
    assert "typed in" in told
    assert "`b` is right now" not in told


def test_a_line_that_is_no_python_hides_no_others() -> None:
    lines = ["x = torch.tensor(2.0)", "y = x**3 +", "y = x**3 + x", "y.backward()"]
    assert "Nobody told autograd to follow `x`" in play("autograd/your-own", lines).said[-1]


def test_a_call_that_is_named_can_be_typed() -> None:
    told = play("regression/squared-loss", ["def squared_loss(a, b):\n    return ((a - b) ** 2).sum() - 1"]).said[-1]
    assert told.startswith("`squared_loss(torch.tensor([")
