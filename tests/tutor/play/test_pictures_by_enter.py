"""A fence ``text show`` holds commands that Enter gives: the picture is a part of the step."""

from __future__ import annotations

import pytest

from ptrepl.errors import LessonError
from ptrepl.tutor.format.lesson import Pictures
from ptrepl.tutor.format.translate import translate
from ptrepl.tutor.play import say
from ptrepl.tutor.verify.text import text_faults
from tests.tutor.lessons import FRONT, Player, feedback, lesson, notes

DRAWN = (
    FRONT
    + """
## Look
<!-- step: look demo -->
```python demo
losses = torch.tensor([3.0, 2.0, 1.0])
```
They fall:

```text show
%plot losses
%stats losses
```

So it learns.

## Do
<!-- step: do task -->
Now a hill, and then make `m`, their `mean()`.

```text show
%plot torch.randn(1000), kind=hist
```

<details><summary>Hint</summary>A method.</details>

```python check
tensor("m", 2.0)
```
```python solution
m = losses.mean()
```
"""
)


def test_enter_draws_and_goes_on() -> None:
    player = Player(lesson(DRAWN))
    player.begin("look")
    assert player.enter()[1:] == [
        say.AuthorText("They fall:"),
        say.CodeBlock("%plot losses\n%stats losses"),
        say.Instruction("Press Enter to draw these 2."),
    ]
    assert player.run.mode == "continue"
    drawn, told, end = player.enter()
    assert drawn == say.RunDemo("", commands=("%plot losses", "%stats losses"))
    assert told == say.AuthorText("So it learns.")
    assert end == say.Instruction("Press Enter to go on.")


def test_a_task_is_asked_behind_its_picture() -> None:
    player = Player(lesson(DRAWN))
    said = player.begin("do")
    assert notes(said)[-1] == "Press Enter to draw it."
    assert notes(player.command("hint")) == ["Nothing is asked here: press Enter to draw what is shown."]
    assert notes(player.command("step")) == ["Nothing is asked here: press Enter to draw what is shown."]
    assert player.type("losses.sum()") == []
    said = player.enter()
    assert isinstance(said[0], say.RunDemo)
    assert notes(said) == ["%hint, %solution and %skip help."]
    assert feedback(player.type("m = losses.mean()"))[0][0] == "good"


def test_in_a_pipe_it_draws_by_itself() -> None:
    player = Player(lesson(DRAWN), piped=True)
    said = player.begin()
    drawn = [each.commands for each in said if isinstance(each, say.RunDemo) and each.commands]
    assert drawn == [("%plot losses", "%stats losses"), ("%plot torch.randn(1000), kind=hist",)]


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("%stats losses", "%stat losses", "'%stat losses' is no command that draws; did you mean '%stats'?"),
        ("%stats losses", "losses.mean()", "'losses.mean()' is no command that draws"),
        ("%stats losses", "%solution", "'%solution' is no command that draws; known: %plot, %show, %graph"),
        ("%stats losses", "%stats", "%stats stands here alone; say what it is to draw"),
        ("%plot losses\n%stats losses\n", "", "this fence is empty; it holds commands that draw"),
    ],
)
def test_a_fence_that_draws_nothing_is_a_fault(old: str, new: str, fault: str) -> None:
    with pytest.raises(LessonError) as caught:
        lesson(DRAWN.replace(old, new))
    assert fault in str(caught.value)


@pytest.mark.parametrize(
    "command", ["%plot m, losses", "%plot losess", "%show losses + m", "%graph m --saved", "%model losses m"]
)
def test_a_picture_of_what_nothing_has_made_is_a_fault(command: str) -> None:
    (fault,) = text_faults(lesson(DRAWN.replace("%stats losses", command)), {})
    assert "which no code before it makes" in fault.message
    assert fault.line == DRAWN[: DRAWN.index("```text show")].count("\n") + 1


@pytest.mark.parametrize(
    "command",
    [
        '%plot losses, kind=hist, title="m of it"',
        "%plot {'a': losses, 'b': torch.rand(3)}",
        "%show losses[:, None] + losses [1, 2]",
        "%graph losses --saved",
        "%plot [each.item() for each in losses]",
    ],
)
def test_a_picture_of_what_is_there_is_none(command: str) -> None:
    assert text_faults(lesson(DRAWN.replace("%stats losses", command)), {}) == []


def test_a_translation_has_the_lessons_pictures() -> None:
    text = (
        "---\nid: small\ntitle: Klein\nlang: de\n---\n## Sieh\n<!-- step: look demo -->\n```python demo\n```\n"
        "Sie fallen:\n\n```text show\n```\n\nEs lernt.\n"
    )
    made = translate(lesson(DRAWN), text, "de/small.md", "de").lesson
    assert [block for block in made.steps[0].blocks if isinstance(block, Pictures)] == [
        block for block in lesson(DRAWN).steps[0].blocks if isinstance(block, Pictures)
    ]
