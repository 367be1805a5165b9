"""A task that shows before it asks: its demos run on Enter, and only then code is asked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from ptrepl.tutor.play import say
from ptrepl.tutor.verify.verify import verify
from tests.tutor.lessons import FRONT, Player, feedback, lesson

SHOWS = (
    FRONT
    + """
## Doubling
<!-- step: doubling task -->
```python setup
x = torch.arange(3.0)
```
This adds.
```python demo
more = x + 1
```
Make `m`, twice `x`, and `n`, twice `more`.
```python starter
m = x * ___
n = ___
```
<details><summary>Hint</summary>By two.</details>

```python check
tensor("m", [0.0, 2.0, 4.0])
tensor("n", [2.0, 4.0, 6.0])
```
```python solution
m = x * 2
n = more * 2
```
```python wrong says="That is three times more."
m = x * 2
n = more * 3
```
"""
)


@pytest.fixture
def player() -> Player:
    return Player(lesson(SHOWS))


def test_the_demo_waits_for_enter_and_the_task_follows(player: Player) -> None:
    said = player.begin()
    assert player.run.mode == "continue"
    assert player.run.prefill == ""
    assert not [each for each in said if isinstance(each, say.AuthorText) and "Make" in each.markdown]
    said = player.enter()
    assert [each.markdown for each in said if isinstance(each, say.AuthorText)] == [
        "Make `m`, twice `x`, and `n`, twice `more`."
    ]
    assert player.run.mode == "python"
    assert player.run.prefill == "m = x * ___\nn = ___"
    assert feedback(player.type("m = x * 2\nn = more * 2")) == [("good", "Yes, that is it.")]


def test_what_was_tried_beside_the_demo_is_no_attempt(player: Player) -> None:
    player.begin()
    assert player.type("x * 3") == []
    player.enter()
    assert player.run.prefill == "m = x * ___\nn = ___"


def test_a_demo_that_was_typed_counts_as_run(player: Player) -> None:
    player.begin()
    player.type("more = x + 1")
    assert player.run.mode == "python"


def test_a_known_mistake_may_use_what_the_demo_made(player: Player) -> None:
    player.begin_work("doubling")
    assert feedback(player.type("m = x * 2\nn = more * 3")) == [("bad", "That is three times more.")]


def test_the_step_begins_again_with_its_demo(player: Player) -> None:
    player.begin_work("doubling")
    player.type("more = 7")
    player.command("redo")
    assert player.run.mode == "continue"
    player.enter()
    assert player.session.namespace["more"].tolist() == [1, 2, 3]


def test_a_pipe_runs_the_demo_by_itself() -> None:
    player = Player(lesson(SHOWS), piped=True)
    player.begin()
    assert feedback(player.type("m = x * 2\nn = more * 2"))[0] == ("good", "Yes, that is it.")


@pytest.mark.parametrize(
    ("demo", "fault"),
    [
        ("more = x + 1", ""),
        ("more = x + ones", "this demo raises NameError"),
        ("more = x + 1\nm = x * 2\nn = more * 2", "this demo gives away the solution"),
    ],
)
def test_its_demo_is_checked_as_any_other(demo: str, fault: str) -> None:
    text = SHOWS.replace("more = x + 1", demo).replace("seed: 3\n---\n", "seed: 3\n---\n# A small lesson\n")
    text = text.replace("<summary>Hint</summary>By two.</details>", "<summary>Hint</summary>\n\nBy two.\n\n</details>")
    report = verify(lesson(text), Path("small.md"), {})
    found = [each.message for each in report.faults if each.message.startswith("this demo")]
    assert bool(found) is bool(fault)
    assert all(each.startswith(fault) for each in found)
