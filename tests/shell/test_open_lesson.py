"""A lesson in a shell without a terminal: what a demo does that never ends."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from ptrepl.errors import UsageError
from ptrepl.screen.printer import Printer
from ptrepl.shell.lessons import lesson as lesson_module
from ptrepl.shell.lessons.lesson import OpenLesson, require
from ptrepl.tutor.library.catalog import FoundLesson
from ptrepl.tutor.progress.log import Progress
from tests.shell.commands.commanding import Shell
from tests.tutor.lessons import COURSE, FRONT, lesson

ENDLESS = (
    FRONT
    + """
## Looping
<!-- step: looping demo -->
```python demo
while True:
    try:
        n = 1
    except:
        pass
```
```python demo
n + 1
```
"""
)


@pytest.mark.parametrize("piped", [True, False])
def test_a_demo_that_never_ends_is_stopped_and_told(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, piped: bool
) -> None:
    monkeypatch.setattr(lesson_module, "DEMO_LIMIT", 0.1)
    shell = Shell(capsys)
    found = FoundLesson(lesson(ENDLESS), Path("small.md"), None, shipped=False)
    opened = OpenLesson(found, shell.context, Progress(None), None if piped else lambda prompt: "")
    opened.begin()
    if not piped:
        opened.advance()
    printed = capsys.readouterr()
    assert "This took more than 0.1 seconds and was stopped." in printed.err
    if piped:
        assert opened.completed
        assert "\n2\n" in printed.out
    else:
        assert "It was stopped. Press Enter to run it again." in printed.out
        assert opened.mode == "continue"


TWO_STEPS = (
    FRONT
    + """
## With a table
<!-- step: table demo -->
<!-- packages: no_such_package -->
```python demo
import no_such_package
```

## Without one
<!-- step: plain demo -->
```python demo
torch.zeros(2)
```
"""
)


def test_steps_without_their_package_are_left_out_and_said(capsys: pytest.CaptureFixture[str]) -> None:
    shell = Shell(capsys)
    found = FoundLesson(lesson(TWO_STEPS), Path("small.md"), None, shipped=False)
    require(found, "cpu")
    opened = OpenLesson(found, shell.context, Progress(None), None)
    opened.begin()
    printed = capsys.readouterr().out
    assert "1 step of this lesson needs no_such_package, which is not installed, and is left out." in printed
    assert "It comes with: pip install no_such_package" in " ".join(printed.split())
    assert "1/1  Without one" in printed
    assert opened.completed
    with pytest.raises(UsageError, match="The step 'small/table' needs no_such_package"):
        require(replace(found, step="table"), "cpu")
    require(replace(found, step="plain"), "cpu")


def test_a_lesson_of_which_no_step_is_left_is_not_opened() -> None:
    alone = lesson(TWO_STEPS[: TWO_STEPS.index("## Without")])
    with pytest.raises(UsageError, match="The lesson 'small' needs no_such_package; install it with"):
        require(FoundLesson(alone, Path("small.md"), None, shipped=False), "cpu")


@pytest.mark.parametrize(("key", "whole", "typed"), [("x", True, "x"), ("%", True, "%"), ("q", False, "")])
def test_typing_at_the_end_of_a_screenful_shows_the_rest_and_begins_the_input(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, key: str, whole: bool, typed: str
) -> None:
    monkeypatch.setattr(Printer, "height", 10)
    shell = Shell(capsys)
    asked: list[str] = []

    def read_key(question: str) -> str:
        asked.append(question)
        return key

    shell.context.read_key = read_key
    text = FRONT + "\n## Long\n<!-- step: long read -->\n" + "\n\n".join(f"Line {n}." for n in range(40))
    found = FoundLesson(lesson(text), Path("small.md"), None, shipped=False)
    OpenLesson(found, shell.context, Progress(None), lambda prompt: "").begin()
    printed = capsys.readouterr().out
    assert len(asked) == 1
    assert ("Line 39." in printed) is whole
    assert ("%redo shows this step" in printed) is not whole
    assert shell.context.prefill == typed


@pytest.mark.parametrize(
    ("lines", "answer"),
    [
        (["[[0 2 3]", " [4 -10 6]]"], "[[0 2 3]\n [4 -10 6]]"),
        (["array([[1,", "2]])"], "array([[1,"),  # code, which the reader of an answer takes line by line
        (["(2,", "3)"], "(2,\n3)"),
        (["[1, 2", "%hint"], "%hint"),
        (["[1, 2", ""], "[1, 2"),
        (["[1, 2]"], "[1, 2]"),
    ],
)
def test_an_answer_in_brackets_may_take_several_lines(
    capsys: pytest.CaptureFixture[str], lines: list[str], answer: str
) -> None:
    found = FoundLesson(lesson(), Path("small.md"), None, shipped=False)
    opened = OpenLesson(found, Shell(capsys).context, Progress(None), lambda prompt: "")
    typed = iter(lines)
    assert opened.ask(lambda prompt, prefill: next(typed), "") == answer


@pytest.mark.parametrize(
    ("key", "asked", "back"),
    [
        ("Ctrl-T", "Ctrl-C empties the prompt, Up fills it again.", "Up or %redo brings it back."),
        ("", "Type the lines below as they should be; a blank line ends a block.", "; %redo brings it back."),
    ],
)
def test_a_starter_is_spoken_of_as_the_prompt_shows_it(
    capsys: pytest.CaptureFixture[str], key: str, asked: str, back: str
) -> None:
    shell = Shell(capsys)
    shell.context.fix_key = key
    found = FoundLesson(lesson(COURSE), Path("small.md"), "mending", shipped=False)
    opened = OpenLesson(found, shell.context, Progress(None), lambda prompt: "")
    opened.begin()
    opened.put_away()
    said = " ".join(capsys.readouterr().out.split())
    assert asked in said
    assert back in said
