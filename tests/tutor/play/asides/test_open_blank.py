"""A blank that was left open: it is said that it is, and where."""

from __future__ import annotations

import pytest

from tests.tutor.lessons import FRONT, Player, feedback, lesson

ASKS = (
    FRONT
    + """
## Doubling
<!-- step: doubling task -->
Write `double(x)` and make `m`.
```python starter
def double(x):
    y = ___
    return y

m = double(torch.arange(3.0))
```
<details><summary>Hint</summary>By two.</details>

```python check
function("double", lambda x: x * 2, [(torch.arange(3.0),)])
tensor("m", [0.0, 2.0, 4.0])
```
```python solution
def double(x):
    y = x * 2
    return y
m = double(torch.arange(3.0))
```
"""
)
OPEN = "def double(x):\n    y = ___\n    return y"
WHERE = "There is a blank ___ left to fill in, inside of `double`: `y = ___`"


@pytest.fixture
def player() -> Player:
    made = Player(lesson(ASKS))
    made.begin()
    return made


def test_a_function_with_a_blank_is_told_when_it_is_defined_and_when_it_is_called(player: Player) -> None:
    assert feedback(player.type(OPEN)) == [("note", WHERE)]
    assert feedback(player.type("m = double(torch.arange(3.0))")) == [("note", WHERE)]
    assert feedback(player.type("double(torch.ones(2))")) == [("note", WHERE)]
    assert feedback(player.type("1 / 0")) == []


def test_of_several_lines_the_one_is_shown(player: Player) -> None:
    said = feedback(player.type("x = torch.arange(3.0)\nm = x * ___"))
    assert said == [("note", "There is a blank ___ left to fill in: `m = x * ___`")]


def test_one_line_needs_no_place(player: Player) -> None:
    assert feedback(player.type("m = ___")) == [("note", "There is a blank ___ left to fill in.")]


def test_who_takes_it_for_a_name_is_left_alone(player: Player) -> None:
    assert feedback(player.type("___ = 3")) == []
    assert "blank" not in str(feedback(player.type("m = torch.full((3,), ___)")))
