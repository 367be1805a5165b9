"""A class that was written anew: what was made from the old one is to be made again."""

from __future__ import annotations

import pytest

from tests.lessons.playing import play

CLASS = """class TwoLayers(nn.Module):
    def __init__(self, inputs, hidden, outputs):
        super().__init__()
        self.first = nn.Linear(inputs, hidden)
        self.last = nn.Linear(hidden, outputs)

    def forward(self, x):
        return {}
"""
WRONG = CLASS.format("self.last(nn.ReLU(self.first(x)))")
RIGHT = CLASS.format("self.last(torch.relu(self.first(x)))")
MAKE = ["net = TwoLayers(3, 5, 2)", "wide = TwoLayers(2, 7, 3)"]


def test_what_was_made_from_the_old_class_is_to_be_made_again() -> None:
    said = play("modules/class", [WRONG, *MAKE, RIGHT]).said
    assert said[-1] == "`net` was made by TwoLayers as it was before. Make it again: `net = TwoLayers(3, 5, 2)`."
    assert play("modules/class", [WRONG, *MAKE, RIGHT, *MAKE]).accepted


@pytest.mark.parametrize("made", [MAKE, ["\n".join(MAKE)]])
def test_a_class_is_not_called_right_while_what_it_makes_is_wrong(made: list[str]) -> None:
    for text in play("modules/class", [WRONG, *made]).said:
        assert "`TwoLayers` is right now" not in text


def test_an_object_of_the_present_class_or_of_torch_is_judged() -> None:
    assert "as it was before" not in play("modules/class", [WRONG, *MAKE]).words
    wide = "wide = nn.Sequential(nn.Linear(2, 7), nn.ReLU(), nn.Linear(7, 3))"
    assert "as it was before" not in play("modules/class", [RIGHT, "net = nn.Linear(3, 2)", wide]).words


def test_a_number_is_not_given_a_name_of_which_only_the_range_is_asked() -> None:
    assert "rounds" not in play("logistic/train", ["learn(200)"]).words
    assert "rounds" not in play("logistic/train", ["0.5 + 0.493"]).words


def test_a_line_of_a_solution_names_no_function_that_was_to_be_called() -> None:
    lines = (
        "class Positive(torch.autograd.Function):\n    @staticmethod\n    def forward(ctx, x):\n"
        "        ctx.save_for_backward(x)\n        return x.clamp(min=0)\n    @staticmethod\n"
        "    def backward(ctx, slope):\n        (x,) = ctx.saved_tensors\n        return slope if x > 0 else 0\n\n"
    )
    played = play(
        "modules/function", f"{lines}bend = Positive.apply\nbend(torch.ones(2, requires_grad=True)).sum().backward()"
    )
    assert not any("not called" in each for each in (*played.said, *played.advice))


def test_whoever_could_not_make_it_again_is_not_told_to() -> None:
    raises = CLASS.format("x").replace("nn.Linear(inputs, hidden)", "nn.Linear(inputs)")
    said = play("modules/class", [WRONG, *MAKE, "\n".join([raises, *MAKE])]).said
    assert "as it was before" not in said[-1]
