"""A mistake in a lesson is told once: by the lesson, if it knows it, else by the program."""

from __future__ import annotations

from pathlib import Path

import pytest

from ptrepl.shell.lessons.lesson import OpenLesson
from ptrepl.shell.teaching import teach
from ptrepl.tutor.library.catalog import FoundLesson
from ptrepl.tutor.progress.log import Progress
from tests.shell.commands.commanding import Shell
from tests.tutor.lessons import FRONT, lesson

WEIGHTS = (
    FRONT
    + """
## Weighing
<!-- step: weighing task -->
```python setup
w = torch.ones(2, requires_grad=True)
```
Fill `w.grad`.

<details><summary>Hint</summary>Weigh.</details>

```python check
grad("w", [1.0, 2.0])
```
```python solution
(w * 1.0).backward(gradient=torch.tensor([1.0, 2.0]))
```
```python wrong says="Say it with gradient=, one weight for each."
(w * 1.0).backward()
```
```python wrong says="That compares: write one =." mentions="=="
w.grad == torch.tensor([1.0, 2.0])
```
```python wrong says="The mean is half of the sum."
(w * 1.0).mean().backward()
```
```python wrong says="A weight for each, please." outcome=any mentions="gradient="
w.backward(gradient=torch.ones(3))
```
"""
)
FIX = "│ try  "


def told(capsys: pytest.CaptureFixture[str], *lines: str, text: str = WEIGHTS) -> tuple[str, Shell]:
    shell = Shell(capsys)
    found = FoundLesson(lesson(text), Path("small.md"), None, shipped=False)
    opened = OpenLesson(found, shell.context, Progress(None), lambda prompt: "")
    shell.context.lesson = opened
    teach(shell.session, lambda: True, opened.unbound)
    opened.begin()
    capsys.readouterr()
    for line in lines:
        shell._repl._lesson_line(opened, line, asked=False)
    printed = capsys.readouterr()
    return printed.err + printed.out, shell


def test_where_the_lesson_knows_the_error_it_speaks_alone(capsys: pytest.CaptureFixture[str]) -> None:
    text, shell = told(capsys, "(w * 1.0).backward()")
    assert "grad can be implicitly created only for scalar outputs" in text
    assert "^^^" in text
    assert text.count("Say it with gradient=, one weight for each.") == 1
    assert "mean()" not in text
    assert FIX not in text
    assert shell.context.fixes == ()
    assert shell.context.failed is not None  # %explain still tells


def test_the_program_explains_what_the_lesson_does_not_know(capsys: pytest.CaptureFixture[str]) -> None:
    text, shell = told(capsys, "torch.ones(2, 3) @ torch.ones(2, 3)")
    assert FIX in text
    assert shell.context.fixes


@pytest.mark.parametrize(
    "typed", ["(w @ torch.ones(3)).backward(gradient=w)", "w.backward(gradient=torch.ones(2), graph=1)"]
)
def test_another_error_in_a_known_mistake_is_explained_too(capsys: pytest.CaptureFixture[str], typed: str) -> None:
    text, _ = told(capsys, typed)
    assert "│" in text


def test_the_explanation_comes_before_the_next_prompt_and_once(capsys: pytest.CaptureFixture[str]) -> None:
    text, _ = told(capsys, "torch.zeros(2) @ torch.zeros(3)", "1 + 1")
    assert text.count("torch.zeros(2) @ torch.zeros(3)") >= 1
    assert text.count("│ torch.zeros(2)") == 1


def test_a_trap_is_told_where_the_lesson_has_nothing_to_say(capsys: pytest.CaptureFixture[str]) -> None:
    text, shell = told(capsys, "loss = ((torch.rand(3, 1) - torch.rand(3)) ** 2).mean()\nn = 1")
    assert text.count("careful:") == 1
    assert shell.context.advised is not None


def test_a_fix_that_is_a_known_mistake_of_the_step_is_not_offered(capsys: pytest.CaptureFixture[str]) -> None:
    known = '```python wrong says="Say it with gradient=, one weight for each."\n(w * 1.0).backward()\n```\n'
    assert known in WEIGHTS
    text, shell = told(capsys, "(w * 1.0).backward()", text=WEIGHTS.replace(known, ""))
    assert "gradients are computed from a scalar" in text
    assert "(w * 1.0).mean().backward()" not in text
    assert shell.context.fixes == ("(w * 1.0).sum().backward()",)
    text, shell = told(capsys, "(w * 2.0).backward()", text=WEIGHTS.replace(known, ""))
    assert {*shell.context.fixes} == {"(w * 2.0).mean().backward()", "(w * 2.0).sum().backward()"}
