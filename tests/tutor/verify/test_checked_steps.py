"""Checking a lesson again: what is as it was is not tried a second time, and the report is the same."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ptrepl.tutor.format.parse import parse_lesson
from ptrepl.tutor.verify.checked_steps import CheckedSteps
from ptrepl.tutor.verify.report import LessonReport, Mark, Tally
from ptrepl.tutor.verify.verify import verify

LESSON = """\
---
id: counted
title: Counted
teaches: [torch.arange]
---
# Counted

Tensors can be made with `torch.arange`.

## Look
<!-- step: look demo -->
```python setup
ran = open({log!r}, "a").write("look ")
```
```python demo
x = torch.arange(3.0, device=device)
```

## Double
<!-- step: double task -->
Make `m`, each number of `x` doubled.
<details><summary>Hint</summary>

Multiply by a number.

</details>
<details><summary>Solution</summary>

```python check
tensor("m", [0.0, 2.0, 4.0])
```
```python solution
ran = open({log!r}, "a").write("double ")
m = x * 2
```

</details>

## Read
<!-- step: read task -->
Make `n` of the numbers of the file, one more each.
```python setup
read = torch.tensor([float(each) for each in {file}.read_text().split()])
```
<details><summary>Hint</summary>

Add a number.

</details>
<details><summary>Solution</summary>

```python check
tensor("n", {wanted})
```
```python solution
ran = open({log!r}, "a").write("read ")
n = read + 1
```

</details>
"""


class Author:
    """Someone who writes a lesson in ``folder`` and checks it again and again."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.log = folder / "ran.txt"
        self.kept = folder / "kept"
        self.text = LESSON.format(log=str(self.log), file='lesson_file("numbers.txt")', wanted="[2.0, 3.0]")
        (folder / "numbers.txt").write_text("1 2")

    def check(self) -> tuple[LessonReport, set[str]]:
        """The report, and which code of the lesson ran for it."""
        self.log.write_text("")
        report = verify(parse_lesson(self.text, "counted.md"), self.folder / "counted.md", {}, folder=self.kept)
        return report, {*self.log.read_text().split()}


@pytest.fixture
def author(tmp_path: Path) -> Author:
    return Author(tmp_path)


ALL = {"look", "double", "read"}


def test_nothing_runs_a_second_time_and_the_report_is_the_same(author: Author) -> None:
    first, ran = author.check()
    assert first.passed
    assert first.mutants.tried > 0
    assert ran == ALL
    assert author.check() == (first, set())


def test_a_changed_step_is_tried_with_all_that_follow_on_what_those_before_made(author: Author) -> None:
    author.check()
    author.text = author.text.replace("n = read + 1", "n = x[1] + read")
    report, ran = author.check()
    assert report.passed
    assert ran == ALL  # those before are played, for what they make
    counts = [author.log.read_text().split().count(each) for each in ("double", "read")]
    assert counts[0] == 1  # and their mutants not
    assert counts[1] > 1
    author.text = author.text.replace("m = x * 2", "m = x * 3")
    report, _ = author.check()
    assert [fault.message for fault in report.faults] == [
        "this solution does not pass: `m` is [0.0, 3.0, 6.0]; this step wants [0.0, 2.0, 4.0]."
    ]


def test_a_step_with_a_fault_is_tried_each_time(author: Author) -> None:
    author.text = author.text.replace('tensor("m", [0.0, 2.0, 4.0])', 'tensor("m", shape=(3,))')
    first, _ = author.check()
    assert first.mutants.surviving
    again, ran = author.check()
    assert again == first
    assert "double" in ran
    assert "read" not in ran


def test_a_data_file_that_was_changed_counts(author: Author) -> None:
    author.check()
    (author.folder / "numbers.txt").write_text("1 5")
    report, _ = author.check()
    assert [fault.message for fault in report.faults] == [
        "this solution does not pass: `n` is [2.0, 6.0]; this step wants [2.0, 3.0]."
    ]


def test_a_step_that_computes_the_name_of_its_file_is_never_kept(author: Author) -> None:
    author.text = author.text.replace('lesson_file("numbers.txt")', 'lesson_file("numbers" + ".txt")')
    assert author.check()[0].passed
    (author.folder / "numbers.txt").write_text("1 5")
    assert not author.check()[0].passed


@pytest.mark.parametrize("content", ["", "[]", "{", '{"no": 1}', "[" * 100_000, "\x00"])
def test_a_damaged_file_is_as_none(tmp_path: Path, content: str) -> None:
    assert known(tmp_path) == [None, None, None]
    noted(tmp_path)
    assert known(tmp_path) == [TALLY, TALLY, TALLY]
    (file,) = (tmp_path / "kept").iterdir()
    file.write_text(content)
    assert known(tmp_path) == [None, None, None]
    noted(tmp_path)
    assert known(tmp_path) == [TALLY, TALLY, TALLY]


@pytest.mark.parametrize("record", [{"equivalent": [["one"]]}, {"equivalent": 3}, {"tried": "4"}, {"killed": None}])
def test_records_that_are_not_ours_are_as_none(tmp_path: Path, record: dict[str, object]) -> None:
    noted(tmp_path)
    (file,) = (tmp_path / "kept").iterdir()
    ours = json.loads(file.read_text())
    file.write_text(json.dumps({key: {**each, **record} for key, each in ours.items()}))
    assert known(tmp_path) == [None, None, None]


def test_a_folder_that_cannot_be_written_is_no_fault(tmp_path: Path) -> None:
    (tmp_path / "kept").write_text("a file stands there")
    noted(tmp_path)
    assert known(tmp_path) == [None, None, None]


TALLY = Tally(4, 3, 1, (Mark(7, "m = x / 2", "the same here"),))


def steps_of(folder: Path) -> CheckedSteps:
    author = Author(folder)
    return CheckedSteps(author.kept, parse_lesson(author.text, "counted.md"), folder / "counted.md")


def known(folder: Path) -> list[Tally | None]:
    """What is kept of each step."""
    steps = steps_of(folder)
    return [steps.of(index) for index in range(3)]


def noted(folder: Path) -> None:
    """Keep that each step has no fault."""
    steps = steps_of(folder)
    for index in range(3):
        steps.note(index, TALLY)
    steps.write()
