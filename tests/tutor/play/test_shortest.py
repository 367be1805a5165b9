"""A lesson that keeps the shortest answer shows it beside the learner's own."""

from __future__ import annotations

from pathlib import Path

from ptrepl.tutor.play.say import CodeBlock, Feedback, Instruction, Say
from ptrepl.tutor.progress.log import Progress
from tests.tutor.lessons import FRONT, Player, lesson

PUZZLE = (
    FRONT.replace("seed: 3", "seed: 3\nshortest: true")
    + """
## Twice
<!-- step: twice task -->
Write `twice(x)`.
<details><summary>Hint</summary>Twice.</details>

```python check
function("twice", lambda x: x * 2, [1.0, 3.0])
```
```python solution name="added"
def twice(x):
    return x + x + 0 * x
```
```python solution name="added in a loop"
def twice(x):
    total = 0
    for _ in range(2):
        total += x
    return total
```
"""
)
LONG = "def twice(x):\n    y = x * 1\n    return y + y"
SHORT = "def twice(x):\n    return x * 2"


def at_the_puzzle(progress: Progress | None = None) -> Player:
    player = Player(lesson(PUZZLE), progress)
    player.begin("twice")
    return player


def shown(said: list[Say]) -> list[object]:
    """The code that was shown, with its name, and the sentences about it."""
    found: list[object] = []
    for each in said:
        if isinstance(each, CodeBlock):
            found.append((each.source, each.name))
        elif isinstance(each, Feedback | Instruction):
            found.append(each.text)
    return found[1:-1]  # without the praise, and how to go on


FIRST = ("def twice(x):\n    return x + x + 0 * x", "added")


def test_a_longer_answer_sees_the_shortest_of_the_lesson() -> None:
    said = at_the_puzzle().type(LONG)
    assert shown(said) == [
        "Your answer has the length 8:",
        (LONG, ""),
        "The shortest so far has the length 7:",
        FIRST,
    ]


def test_a_shorter_one_is_told_so_and_one_that_is_as_short_too() -> None:
    assert shown(at_the_puzzle().type(SHORT)) == [
        "Your answer has the length 3:",
        (SHORT, ""),
        "That is the shortest so far. The one after it has the length 7:",
        FIRST,
    ]
    assert "That is as short as the shortest so far:" in shown(
        at_the_puzzle().type("def twice(n):\n    return n + n - 0 * n")
    )


def test_ones_own_shortest_is_kept_for_later_sessions(tmp_path: Path) -> None:
    player = at_the_puzzle(Progress(tmp_path))
    player.type("def twice(x):\n    return 3 * x")
    player.type(SHORT)
    later = at_the_puzzle(Progress(tmp_path))
    assert shown(later.type(LONG)) == [
        "Your answer has the length 8:",
        (LONG, ""),
        "The shortest so far has the length 3:",
        (SHORT, "yours, before"),
    ]
    again = at_the_puzzle(Progress(tmp_path))
    assert shown(again.type("twice = lambda x: x * 2"))[-2:] == [
        "That is as short as the shortest so far:",
        (SHORT, "yours, before"),
    ]


def test_in_one_session_a_step_that_is_begun_again_knows_the_first_answer() -> None:
    player = at_the_puzzle()
    player.type(SHORT)
    player.command("redo")
    assert (SHORT, "yours, before") in shown(player.type(LONG))


def test_what_is_reset_is_forgotten(tmp_path: Path) -> None:
    progress = Progress(tmp_path)
    at_the_puzzle(progress).type(SHORT)
    progress.reset("small", "twice")
    assert FIRST in shown(at_the_puzzle(Progress(tmp_path)).type(LONG))


def test_the_very_answer_of_the_lesson_is_not_shown_twice() -> None:
    said = shown(at_the_puzzle().type(FIRST[0]))
    assert said[:2] == ["Your answer has the length 7:", (FIRST[0], "")]
    assert said[2] == "That is the shortest so far. The one after it has the length 15:"


def test_other_lessons_show_another_way_as_before() -> None:
    player = Player(lesson(PUZZLE.replace("shortest: true\n", "")))
    player.begin("twice")
    assert "Here is another way." in shown(player.type(LONG))
