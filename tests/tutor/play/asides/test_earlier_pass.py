"""A mended attempt whose gradient was added to that of the attempt before: the cause is told, and how to go on."""

from __future__ import annotations

import pytest

from tests.lessons.playing import play
from tests.tutor.lessons import COURSE, Player, feedback, lesson

SLOPES = (
    COURSE
    + """
## Slope
<!-- step: slope task -->
```python setup
a = torch.tensor(2.0, requires_grad=True)
b = torch.tensor(5.0, requires_grad=True)
```
Compute `y` as a · a + b, and run backward from it.
<details><summary>Hint</summary>A product and a sum.</details>

```python check
scalar("y", 9.0, requires_grad=True)
grad("a", 4.0)
grad("b", 1.0)
```
```python solution
y = a * a + b
y.backward()
```

## Twice
<!-- step: twice task -->
```python setup
a = torch.tensor(2.0, requires_grad=True)
```
Run two passes.
<details><summary>Hint</summary>Two results.</details>

```python check
grad("a", 7.0)
```
```python solution
(a * a).backward()
(3 * a).backward()
```

## Round
<!-- step: round task -->
```python setup
a = torch.tensor(2.0, requires_grad=True)
```
One round with the loss a · a and a rate of 0.1; at the end the gradient is cleared.
<details><summary>Hint</summary>Five parts.</details>

```python check
scalar("a", 1.6, requires_grad=True)
grad("a", None)
```
```python solution
loss = a * a
loss.backward()
with torch.no_grad():
    a -= 0.1 * a.grad
a.grad = None
```
"""
)
ADDED = "`{0}.grad` still held an earlier backward pass, and this one was added to it. `{0}.grad = None` clears it"


def said(step: str, *inputs: str) -> list[str]:
    player = Player(lesson(SLOPES))
    player.begin(step)
    return [" ".join(text for _, text in feedback(player.type(line))) for line in inputs]


@pytest.mark.parametrize("wrong", ["y = 3 * a + b", "y = a * a * 2 + b", "y = a + b"])
def test_the_pass_of_a_mended_attempt_was_added_to_the_one_before(wrong: str) -> None:
    *_, mended, last = said("slope", wrong, "y.backward()", "y = a * a + b", "y.backward()")
    assert mended.startswith("`y` is right now; not yet: `a.grad` and `b.grad`.")
    assert "still hold the pass before, and the next would be added to them" in mended
    assert "`a.grad` and `b.grad` still held an earlier backward pass" in last
    assert "`a.grad = b.grad = None` clears them" in last


def test_a_pass_from_the_leaf_itself_is_an_earlier_one_too() -> None:
    assert said("slope", "y = a * a + b", "a.backward()", "y.backward()")[-1].startswith(ADDED.format("a"))


@pytest.mark.parametrize("clears", ["a.grad = b.grad = None", "a.grad = None; b.grad = None", "%redo"])
def test_what_it_advises_leads_to_the_end(clears: str) -> None:
    player = Player(lesson(SLOPES))
    player.begin("slope")
    for line in ("y = a + b", "y.backward()", "y = a * a + b", "y.backward()"):
        player.type(line)
    player.command("redo") if clears == "%redo" else player.type(clears)
    player.type("y = a * a + b")
    assert feedback(player.type("y.backward()"))[0] == ("good", "Yes, that is it.")


def test_a_step_that_looks_at_the_gradient_only_once_it_is_cleared() -> None:
    told = said("round", "loss = 2 * a * a", "loss.backward()", "loss = a * a", "loss.backward()")
    assert told[-1].startswith(ADDED.format("a"))


@pytest.mark.parametrize(
    ("step", "inputs"),
    [
        ("slope", ["y = a * a + b", "y.backward()"]),
        ("slope", ["y = a + b", "y.backward()", "a.grad = b.grad = None", "y = a * a + b", "y.backward()"]),
        ("slope", ["(a * a).backward()", "y = a * a + b", "b.backward()"]),  # in the end each is as it should be
        ("twice", ["(a * a).backward()", "(2 * a).backward()"]),
        ("round", ["loss = 2 * a * a", "loss.backward()"]),
    ],
)
def test_nothing_is_said_of_it_where_it_is_not_the_cause(step: str, inputs: list[str]) -> None:
    assert not any("earlier backward pass" in text or "pass before" in text for text in said(step, *inputs))


def test_what_another_attempt_is_wrong_in_comes_first() -> None:
    last = said("slope", "y = a + b", "y.backward()", "y = 5 * a + b", "y.backward()")[-1]
    assert last == "`y` is 15.0; this step wants 9.0."


def test_right_lines_after_a_wrong_pass_are_not_told_its_mistake_again() -> None:
    told = said("slope", "y = a + b", "y.backward()", "k = a * a", "y = k + b")
    assert told[-1].startswith("`y` is right now; not yet: `a.grad` and `b.grad`.")


def test_a_result_that_keeps_no_gradient_is_not_still_to_come() -> None:
    told = play("graph/kept", ["income.backward()"]).said[-1]
    assert told.startswith("`price.grad` is right now. `sold` is no leaf, so its gradient was not kept")
    assert "still to come: `one_more`" in play("graph/kept", ["sold.retain_grad()", "income.backward()"]).said[-1]
