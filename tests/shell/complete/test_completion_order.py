"""Tab offers what the open step is about first, then what the lesson has taught, then what programs write most."""

from __future__ import annotations

import pytest
import torch
from prompt_toolkit.completion import CompleteEvent
from prompt_toolkit.document import Document
from torch import nn

from ptrepl.shell.complete.common_names import COMMON_NAMES
from ptrepl.shell.complete.completion import completions
from ptrepl.shell.complete.menu import CodeCompleter
from tests.tutor.lessons import COURSE, Player, lesson
from tests.tutor.trying import player_of

NAMES = {"torch": torch, "nn": nn, "rain": torch.ones(3, 4), "net": nn.Linear(2, 1), "mine": 1, "minimum": 2}


def offered(text: str, *first: set[str]) -> list[str]:
    return [each.text for each in completions(text, len(text), NAMES, first=[*map(frozenset, first)])]


@pytest.mark.parametrize(
    ("text", "before", "after"),
    [
        ("rain.ma", ("masked_fill", "matmul", "max"), ("map2_", "map_", "masked_fill_", "masked_scatter")),
        ("rain.s", ("shape", "sum", "sort"), ("sgn", "select_scatter", "slice_inverse")),
        ("torch.ze", ("zeros", "zeros_like"), ("zero_",)),
        ("torch.r", ("randn", "randint", "reshape"), ("rad2deg", "renorm")),
        ("nn.L", ("Linear", "LSTM", "LayerNorm"), ("LazyLinear", "LPPool1d")),
        ("net.tr", ("train", "training"), ()),
        ("from torch import ze", ("zeros",), ("zero_",)),
    ],
)
def test_common_names_come_first(text: str, before: tuple[str, ...], after: tuple[str, ...]) -> None:
    found = offered(text)
    assert {*before, *after} <= {*found}
    places = [found.index(each) for each in before]
    assert max(places) < min((found.index(each) for each in after), default=len(found))


def test_the_step_comes_before_the_lesson_and_both_before_common_names() -> None:
    assert offered("rain.ma", {"map2_"}, {"masked_scatter", "max"})[:5] == [
        "map2_",
        "masked_scatter",
        "max",
        "masked_fill",
        "matmul",
    ]


def test_what_is_not_there_is_not_offered_and_the_learners_own_names_stay_in_front() -> None:
    assert "rainbow" not in offered("rain", {"rainbow"})
    assert offered("mi", {"min"})[:3] == ["mine", "minimum", "min"]
    assert offered("rain.max(di", {"divmod"})[:1] == ["dim="]


def test_every_common_name_is_one_of_torch() -> None:
    homes = (torch, torch.Tensor, nn, nn.functional, nn.Module, nn.Linear, torch.optim, torch.utils, torch.utils.data)
    homes += (torch.optim.Optimizer, torch.optim.lr_scheduler, torch.linalg, nn.ParameterList)
    known = {"grad_fn", "param_groups", "weight", "bias", "training", "named_parameters"}
    assert not [name for name in COMMON_NAMES - known if not any(hasattr(home, name) for home in homes)]


def test_what_a_lesson_is_about() -> None:
    player = player_of("math")
    player.begin_work("rain-gauge")
    step, taught = player.run.names_first
    assert "max" in step
    assert {"sum", "sqrt"} <= taught
    completer = CodeCompleter(lambda: player.session.namespace, lambda: None, lambda: player.run.names_first)
    found = [each.text for each in completer.get_completions(Document("rain.ma"), CompleteEvent())]
    assert found[0] == "max"


def test_a_lesson_that_is_over_is_about_nothing() -> None:
    player = Player(lesson(COURSE))
    player.begin("doing")
    assert player.run.names_first[0] >= {"m", "x"}
    player.command("leave")
    assert player.run.names_first == ()
