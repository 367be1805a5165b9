"""What stands ready at a step hangs together: no name is left with the graph of a leaf that was made anew."""

from __future__ import annotations

import pytest

from ptrepl.tutor.format.parse import parse_lesson
from ptrepl.tutor.replay.outdated import leaves_of
from tests.tutor.lessons import FRONT, Player
from tests.tutor.trying import player_of, shipped

STEPS = [
    (lesson, step.id) for lesson in ("creation", "indexing", "autograd", "regression") for step in shipped(lesson).steps
]
LEAF = "torch.tensor({}, requires_grad=True)"
SMALL = (
    FRONT
    + f"""
Words.

## One
<!-- step: one demo -->
```python demo
w = {LEAF.format(1.0)}
b = {LEAF.format(2.0)}
```
Now they are used.
```python demo
y = w * 2
both = [y]
z = y * b
kept = b * 3
w_was = w
again = w_was * 2
```
Done.

## Two
<!-- step: two read -->
```python setup
w = {LEAF.format(5.0)}
q = w * 4
```
Read.

## Three
<!-- step: three read -->
Read on.
"""
)


def strangers(player: Player) -> set[str]:
    """The names of tensors whose graph leads to what no name stands for."""
    names = player.session.namespace
    known = {id(value) for value in names.values()}
    return {name for name in names if any(id(leaf) not in known for leaf in leaves_of(names, name))}


@pytest.mark.parametrize(("lesson", "step"), STEPS)
def test_every_graph_leads_to_leaves_that_are_there(lesson: str, step: str) -> None:
    player = player_of(lesson)
    player.begin(step)
    assert strangers(player) == set()


@pytest.mark.parametrize("lesson", ["autograd", "regression"])
def test_also_where_one_step_follows_another(lesson: str) -> None:
    player = player_of(lesson)
    player.begin(shipped(lesson).steps[0].id)
    for number in range(1, len(shipped(lesson).steps)):
        while f" {number}/" in player.run.label:
            if player.run.mode == "continue":
                player.enter()
            else:
                player.command("skip")
        assert strangers(player) == set(), player.run.label


@pytest.mark.parametrize("jumps", [False, True])
def test_what_was_computed_from_an_older_leaf_is_gone_and_said_to_be(jumps: bool) -> None:
    player = Player(parse_lesson(SMALL, "small.md"))
    if jumps:
        player.begin("two")
    else:
        player.begin("one")
        for _ in range(3):
            player.enter()
    names = player.session.namespace
    assert player.run.label.endswith("2/3")
    assert {"y", "z"}.isdisjoint(names)
    assert {"w", "b", "q", "kept", "w_was"} <= names.keys()
    assert player.run.unbound("y") == "y was computed from what the lesson has made anew since: compute it again."
    player.enter()
    assert {"w", "b", "q", "kept"} <= names.keys()


@pytest.mark.parametrize("loss", ["loss", "((predicted - price) ** 2 / 2).mean()", "predicted.sum()"])
def test_the_loss_of_the_lesson_on_regression_gives_its_w_a_gradient(loss: str) -> None:
    player = player_of("regression")
    player.begin("step")
    player.type(f"{loss}.backward()")
    assert player.session.namespace["w"].grad is not None
