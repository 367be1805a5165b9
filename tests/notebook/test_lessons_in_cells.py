"""Lessons in a notebook: a step as Markdown, cells as answers, what comes next as the next cell."""

from __future__ import annotations

import json
import re
from pathlib import Path

from ptrepl.tutor.progress.log import Progress
from tests.notebook.conftest import Notebook
from tests.tutor.trying import shipped

LESSON = """---
id: small
title: A small lesson
---

## Watching
<!-- step: watching demo -->
```python demo
x = torch.rand(3, device=device)
y = x + 1
```
> It draws. Enter goes on.
<!-- notebook: It draws. -->

## Guessing
<!-- step: guessing predict -->
```python predict
torch.ones(2).sum() * 2
```

## Choosing
<!-- step: choosing choice -->
Which one?
- [ ] the first — Not the first.
- [x] the second — The second indeed.

## Doing
<!-- step: doing task -->
Make `m`, twice `x`. Enter runs it.
<!-- notebook: Make `m`, twice `x`. -->
```python starter
m = x * ___
```
<details><summary>Hint</summary>Multiply.</details>

```python check
tensor("m", x * 2)
```
```python solution
m = x * 2
```
```python wrong says="That is three times x."
m = x * 3
```
> Done by you.
"""


def open_small(notebook: Notebook, folder: Path) -> None:
    (folder / "small.md").write_text(LESSON, encoding="utf-8")
    notebook.cell(f"%lesson {folder}/small.md --trust")


def test_a_whole_lesson(notebook: Notebook, tmp_path: Path) -> None:
    open_small(notebook, tmp_path)
    assert notebook.next_cells.pop() == "x = torch.rand(3, device=device)\ny = x + 1"
    shown = notebook.cell("x = torch.rand(3, device=device)\ny = x + 1")
    drawn = notebook.shell.user_ns["x"].tolist()
    assert "It draws." in shown
    assert "goes on" not in shown
    assert "2/4" in shown
    assert "Press Enter" not in shown
    assert "Try once more." in notebook.cell("%answer 2")
    shown = notebook.cell("%answer 4")
    assert "tensor(4.)" in shown
    assert "Right, as you said." in shown
    assert "Not the first." in notebook.cell("%answer a")
    assert "The second indeed." in notebook.cell("%answer b")
    assert notebook.next_cells == ["m = x * ___"]
    assert "That is three times x." in notebook.cell("m = x * 3")
    assert "Multiply." in notebook.cell("%hint")
    shown = notebook.cell("%%time\nm = x * 2")
    assert "Yes, that is it." in shown
    assert "you have finished 'A small lesson'" in shown
    assert notebook.shell.user_ns["x"].tolist() == drawn
    events = [(each["step"], each["event"]) for each in Progress(tmp_path / "state").events()]
    assert ("doing", "passed") in events
    assert ("doing", "finished") in events


def test_a_demo_draws_the_lessons_own_numbers(notebook: Notebook, tmp_path: Path) -> None:
    open_small(notebook, tmp_path)
    notebook.cell("x = torch.rand(3, device=device)\ny = x + 1")
    first = notebook.shell.user_ns["x"].tolist()
    notebook.cell("torch.manual_seed(77)\n%goto watching")
    notebook.cell("x = torch.rand(3, device=device)\ny = x + 1")
    assert notebook.shell.user_ns["x"].tolist() == first


def test_free_play_is_no_answer(notebook: Notebook, tmp_path: Path) -> None:
    open_small(notebook, tmp_path)
    assert "1/4" not in notebook.cell("a = torch.ones(2)")
    assert "x is made by the code shown above: run that first." in notebook.cell("x")
    assert notebook.next_cells == ["x = torch.rand(3, device=device)\ny = x + 1"]


def test_a_step_is_one_bundle_of_markdown(notebook: Notebook, tmp_path: Path) -> None:
    open_small(notebook, tmp_path)
    (bundle,) = notebook.bundles("%goto doing")
    assert {*bundle} == {"text/plain", "text/markdown"}
    assert "### 4/4 · Doing\n\nMake `m`, twice `x`." in bundle["text/markdown"]
    xray, said = notebook.bundles("m = x * 3")
    assert "text/html" in xray
    assert said["text/markdown"].startswith("❌ That is three times x.")


def test_the_path_through_our_own_lessons(notebook: Notebook) -> None:
    assert "1/15" in notebook.cell("%lesson autograd")
    assert "skip" in notebook.cell("%goto at-four")
    told = json.loads(notebook.cell("%progress --json"))
    assert "autograd" in told["lessons"]
    assert "There is no lesson 'autogrd'" in notebook.cell("%lesson autogrd")
    assert "There is no step 'nowhere'" in notebook.cell("%goto nowhere")


def test_what_cannot_be_done_is_one_line(notebook: Notebook) -> None:
    for cell in ("%hint", "%answer 3", "%lesson", "%pt", "%pt who", "%pt graph nothing_here", "%pt xray foo"):
        shown = notebook.cell(cell).strip()
        assert shown.startswith("UsageError: "), cell
        assert "\n" not in shown, cell


def test_pictures_of_the_prompt(notebook: Notebook) -> None:
    notebook.cell("w = torch.ones(2, requires_grad=True)\ny = (w * w).sum()")
    assert "MulBackward0" in notebook.cell("%pt graph y")
    assert "mean" in notebook.cell("%pt stats w")
    assert "⣀" in notebook.cell("%pt plot [1, 4, 9]")


def test_pictures_are_svg_where_they_can_be_shown(notebook: Notebook) -> None:
    notebook.cell("w = torch.ones(2, requires_grad=True)\ny = (w * w).sum()")
    (bundle,) = notebook.bundles("%pt graph y")
    assert bundle["image/svg+xml"].startswith("<svg")
    assert "MulBackward0" in bundle["text/plain"]


def test_a_lesson_may_lie_in_a_folder_with_spaces(notebook: Notebook, tmp_path: Path) -> None:
    (tmp_path / "my dir").mkdir()
    path = tmp_path / "my dir" / "small lesson.md"
    path.write_text(LESSON)
    assert "add --trust" in notebook.cell(f"%lesson {path}")
    assert "1/4" in notebook.cell(f"%lesson {path} --trust")
    assert "Say which lesson" in notebook.cell("%lesson one two")


def test_the_course_is_drawn_in_a_cell(notebook: Notebook, tmp_path: Path) -> None:
    assert "▸ start" in notebook.cell("%progress")
    open_small(notebook, tmp_path)
    assert "A small lesson" in notebook.cell("%progress")
    assert "▸ start" in notebook.cell("%progress course")
    assert "not 'nosuch'" in notebook.cell("%progress nosuch")


def test_a_cell_that_names_a_passed_step_begins_it_anew_unless_it_only_draws(
    notebook: Notebook, tmp_path: Path
) -> None:
    open_small(notebook, tmp_path)
    notebook.cell("x = torch.rand(3, device=device)\ny = x + 1")
    assert "1/4" not in notebook.cell("%at watching\n%pt stats y")
    assert "1/4" in notebook.cell("%at watching")


def test_a_step_that_is_not_there_is_said_once(notebook: Notebook, tmp_path: Path) -> None:
    open_small(notebook, tmp_path)
    assert notebook.cell("%at nowhere\nz = 1").count("There is no step 'nowhere'") == 1


def test_review_without_a_lesson_tells_where_to_go(notebook: Notebook, tmp_path: Path) -> None:
    assert "No step waits for a review." in notebook.cell("%review")
    (step, *_) = [each.id for each in shipped("creation").steps if each.kind == "task"]
    progress = Progress(tmp_path / "state")
    progress.save("creation", step, "skipped", 1)
    assert "Nothing is due for review yet." in notebook.cell("%review")
    assert progress.path is not None
    log = progress.path.read_text(encoding="utf-8")
    progress.path.write_text(re.sub(r'"at": ?"2\d{3}', '"at": "2024', log), encoding="utf-8")
    shown = " ".join(notebook.cell("%review").split())
    assert f"creation: due for review: {step}" in shown
    assert "%lesson creation opens the first one" in shown
