"""Lessons for the tests, and a player that takes the part of the shell."""

from __future__ import annotations

import contextlib
import io
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from textwrap import dedent
from typing import Any

from ptrepl.engine.outcome import Outcome
from ptrepl.engine.run.session import Session
from ptrepl.tutor.format.lesson import Lesson
from ptrepl.tutor.format.parse import parse_lesson
from ptrepl.tutor.library.shelf import lessons_folder
from ptrepl.tutor.play.run import LessonRun
from ptrepl.tutor.play.say import Feedback, Instruction, RunDemo, Say
from ptrepl.tutor.progress.log import Progress

FRONT = "---\nid: small\ntitle: A small lesson\nseed: 3\n---\n"

COURSE = (
    FRONT
    + """
Some words before it begins.

## Reading
<!-- step: reading read -->
Read this.

## Watching
<!-- step: watching demo -->
```python demo
x = torch.arange(3.0)
```
In between.
```python demo
x + 1
```
> It counts from 0.

## Guessing
<!-- step: guessing predict -->
```python predict
x * 2
```
After the guess.

## Choosing
<!-- step: choosing choice -->
Which one?
- [ ] the first — Not the first.
- [x] the second — The second indeed.

## Doing
<!-- step: doing task -->
Make `m`, twice `x`.
```python starter
m = x * ___
```
<details><summary>Hint</summary>Multiply.</details>

<details><summary>Hint</summary>By two.</details>

```python check
tensor("m", [0.0, 2.0, 4.0])
```
```python solution name="times"
m = x * 2
```
```python solution name="plus"
m = x + x
```
```python wrong says="That is three times x."
m = x * 3
```
> Done by you.

## Mending
<!-- step: mending fix -->
```python setup
n = m + 1
```
```python starter
n -= 1
n.undo()
```
<details><summary>Hint</summary>Delete a line.</details>

```python check
tensor("n", [0.0, 2.0, 4.0])
```
```python solution
n -= 1
```
"""
)


def lesson(text: str = COURSE) -> Lesson:
    """Parsed under the name ``small.md``."""
    return parse_lesson(dedent(text), "small.md")


def given() -> dict[str, Any]:
    """The names that every step finds."""
    import torch

    return {"torch": torch, "nn": torch.nn, "F": torch.nn.functional, "device": torch.device("cpu")}


class Player:
    """A learner at a lesson: lines in, everything that was said out."""

    def __init__(
        self,
        lesson: Lesson,
        progress: Progress | None = None,
        *,
        piped: bool = False,
        line_by_line: bool = False,
        names: Mapping[str, Any] = {},
    ) -> None:
        self.session = Session("learner", lambda: {**given(), **names}, adopt=True)
        self.progress = progress if progress is not None else Progress(None)
        file = lessons_folder() / Path(lesson.path).name  # beside it lie the data that it reads
        beside = file if file.is_file() else None
        self.run = LessonRun(lesson, self.session, self.progress, file=beside, piped=piped, line_by_line=line_by_line)
        self.demos: list[Outcome] = []
        self.outcomes: list[Outcome] = []

    def begin(self, step: str | None = None) -> list[Say]:
        return self._hear(self.run.begin(step))

    def begin_work(self, step: str) -> list[Say]:
        """Begin at a step, and press Enter at the demos that a task shows before it asks."""
        said = self.begin(step)
        (asked,) = [each for each in self.run.lesson.steps if each.id == step]
        while asked.kind.asks_for_code and self.run.mode == "continue":
            said += self.enter()
        return said

    def enter(self) -> list[Say]:
        return self._hear(self.run.advance())

    def command(self, name: str, argument: str = "") -> list[Say]:
        return self._hear(self.run.command(name, argument))

    def type(self, text: str) -> list[Say]:
        """An answer where one is asked for, else code."""
        said = self.run.answer(text)
        if said is not None:
            return self._hear(said)
        with contextlib.redirect_stdout(io.StringIO()) as printed:
            self.outcomes = list(self.session.run(text))
        sys.stdout.write(printed.getvalue())
        return self._hear(self.run.ran(self.outcomes, printed.getvalue()))

    def _hear(self, said: Iterable[Say]) -> list[Say]:
        heard = list(said)
        if heard and isinstance(heard[-1], RunDemo):
            self.demos = list(self.session.run(heard[-1].source))
            heard += self._hear(self.run.ran(self.demos))
        return heard


def feedback(said: Iterable[Say]) -> list[tuple[str, str]]:
    """(mood, text) of what was said about the learner's doing."""
    return [(each.mood, each.text) for each in said if isinstance(each, Feedback)]


def notes(said: Iterable[Say]) -> list[str]:
    """The notes that were said."""
    return [each.text for each in said if isinstance(each, Instruction)]
