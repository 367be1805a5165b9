"""Whatever a learner's variable holds and whatever their code does, a check ends in a sentence to them."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

import pytest
import torch

from ptrepl.tutor.check.grading import grade
from ptrepl.tutor.check.verdict import Last, Verdict
from ptrepl.tutor.format.lesson import CodeFence, Lesson, Role, Step, StepKind
from ptrepl.tutor.replay import stage
from tests.tutor.hostile import raising, values
from tests.tutor.lessons import FRONT, Player, feedback, given, lesson, notes

CHECKS = [
    'tensor("v", [1.0, 2.0])',
    'tensor("v", shape=(2,), dtype=torch.float32, requires_grad=True, leaf=True)',
    'tensor("v", 3.0)',
    'tensor("v.weight", [1.0])',
    'tensor("v.grad", [1.0])',
    'scalar("v", 3.0)',
    'scalar("v", 3.0, requires_grad=True)',
    'scalar("v", dtype=torch.float32)',
    'grad("v", [1.0, 2.0])',
    'grad("v", None)',
    "result([1.0, 2.0])",
    "result(3.0)",
    'shares_memory("v", "other")',
    'shares_memory("v", "other", False)',
    'function("v", lambda x: x.sum(), [torch.ones(3), torch.ones(3, 1)])',
    'function("v", lambda x: (x, x), [torch.ones(3)])',
    'module("v", nn.Linear(3, 1), [torch.ones(2, 3)])',
    'module("v", inputs=[torch.ones(2, 3)], shape=(2, 1), parameters=4, training=True)',
    'trained("v", near=[1.0, 2.0], within=0.1)',
    'trained("v", loss=lambda v: v(torch.zeros(1, 3)).sum() if callable(v) else v.sum(), below=1.0)',
    'calls("for")',
    'raised("ValueError")',
]


@pytest.fixture(autouse=True)
def settings_of_the_interpreter() -> Iterator[None]:
    before = sys.getrecursionlimit(), sys.stdout, sys.stderr
    yield
    assert (sys.getrecursionlimit(), sys.stdout, sys.stderr) == before


def verdict(check: str, value: Any, limit: float = 10.0, **names: Any) -> Verdict:
    """On a learner who has ``v`` and ``other``."""
    made = Lesson("x.md", "x", "X", (Step("one", "One", StepKind.TASK, 1, (CodeFence(Role.CHECK, check, 2),)),))
    namespace = {"v": value, "other": torch.ones(2), **names}
    return grade(made, made.steps[0], namespace, Last(value=value, source="v = 1"), given(), limit)


@pytest.mark.parametrize("check", CHECKS)
def test_every_word_says_something_of_every_value(check: str) -> None:
    for name, value in values().items():
        found = verdict(check, value)
        assert not found.fault, (name, found.fault)
        assert found.passed or found.message.strip(), name
        assert found.message.isprintable(), name


@pytest.mark.parametrize(
    ("check", "name", "says"),
    [
        ("scalar('v', 3.0, requires_grad=True)", "float", "`v` is a float; this step wants a tensor."),
        ("scalar('v', 3.0, dtype=torch.float32)", "int", "`v` is an int; this step wants a tensor."),
        ("scalar('v', 3.0, requires_grad=True)", "str", "`v` is a str; this step wants a number."),
        ("scalar('v', 3.0)", "huge int", "`v` is too large a number for this step."),
        ("scalar('v', 3.0)", "class", "`v` is a class; this step wants a number."),
        ("tensor('v', [1.0, 2.0])", "hollow", "The values of `v` cannot be read. PyTorch says: "),
        ("tensor('v', [1.0, 2.0])", "meta", "A tensor on the device meta has a shape and no values."),
        ("trained('v', near=[1.0, 2.0])", "nested", "It is a nested tensor, with rows of different lengths."),
        ("function('v', abs, [1.0])", "raises SystemExit", "`v(1.0)` raises SystemExit: 3"),
        ("function('v', abs, [1.0])", "raises KeyboardInterrupt", "`v(1.0)` raises KeyboardInterrupt"),
        ("function('v', abs, [1.0])", "raises Mute", "`v(1.0)` raises Mute"),
        ("function('v', abs, [1.0])", "recursion", "`v(1.0)` raises RecursionError: maximum recursion depth"),
    ],
)
def test_what_is_said(check: str, name: str, says: str) -> None:
    assert says in verdict(check, values()[name]).message


@pytest.mark.parametrize("error", ["SystemExit(3)", "KeyboardInterrupt", "GeneratorExit", "RecursionError('deep')"])
def test_what_the_check_raises_is_the_lessons_fault(error: str) -> None:
    found = verdict(f"raise {error}", 1)
    assert str(found.fault).startswith("x.md:3: ")


def test_what_the_learners_function_raises_in_a_check_is_not_the_lessons_fault() -> None:
    found = verdict("assert v(torch.ones(2)) is None", raising(ZeroDivisionError("by hand")))
    assert not found.fault
    assert found.message == "The check of this step called your `function`, which raises ZeroDivisionError: by hand"


def test_a_function_that_never_ends_is_the_learners_and_a_check_that_does_is_the_lessons() -> None:
    def loops(x: Any) -> None:
        while True:
            try:
                x = x + 1
            except BaseException:
                pass

    found = verdict('function("v", abs, [1.0])', loops, limit=0.1)
    assert found.message == "`v(1.0)` does not come to an end; is there a loop in it that never stops?"
    assert str(verdict("while True: pass", 1, limit=0.1).fault) == "x.md:2: the check took more than 0.1 seconds"


REBOUND = [
    "torch.tensor = None",
    "torch.allclose = lambda *a: True",
    "del torch.tensor, torch.isclose, torch.ones",
    "import sys; sys.modules['torch'] = None",
    "import sys; sys.modules['torch.nn.functional'] = 3",
    "torch.nn = None",
    "F.relu = nn.Linear = None",
    "torch = nn = F = device = None",
    "del torch, nn, F, device",
    "torch.manual_seed = torch.Generator = torch.no_grad = torch.set_grad_enabled = None",
    "torch.set_default_dtype(torch.float64); torch.set_grad_enabled(False)",
    "torch.inference_mode().__enter__()",
    "import sys; sys.setrecursionlimit(200)",
    "import builtins; builtins.isinstance = builtins.len = None",
]
WITH_TORCH = (
    FRONT
    + """
## Doing
<!-- step: doing task -->
```python setup
x = torch.arange(3.0)
```
Make `m`, twice `x`.
<details><summary>Hint</summary>Multiply.</details>

```python check
tensor("m", torch.tensor([0.0, 2.0, 4.0]))
function("f", lambda x: F.relu(nn.Identity()(x)), [torch.ones(2)])
```
```python solution
m = x * 2
f = F.relu
```

## Guessing
<!-- step: guessing predict -->
```python predict
torch.ones(2) * 2
```
"""
)


@pytest.fixture
def torch_as_it_was() -> Iterator[None]:
    kept = {module: dict(vars(module)) for module in (torch, torch.nn, torch.nn.functional)}
    modules = {name: sys.modules[name] for name in ("torch", "torch.nn", "torch.nn.functional")}
    yield
    sys.modules.update(modules)
    for module, names in kept.items():
        vars(module).update(names)
    torch.set_default_dtype(torch.float32)
    torch._C._set_grad_enabled(True)


@pytest.mark.parametrize("line", REBOUND)
@pytest.mark.usefixtures("torch_as_it_was")
def test_a_learner_who_rebinds_torch_breaks_no_check_and_no_step(line: str) -> None:
    player = Player(lesson(WITH_TORCH))
    player.begin()
    made = "m = x * 2; f = lambda x: x.clamp(min=0)"
    player.type(line)
    said = player.type(made)
    assert feedback(said)[0] == ("good", "Yes, that is it."), said
    said = player.enter()
    assert not [each for each in feedback(said) if each[0] == "fault"], said
    assert feedback(player.type("[2, 2]"))[0][0] == "good"


@pytest.mark.usefixtures("torch_as_it_was")
def test_what_is_put_back_for_a_step_is_told_and_a_check_leaves_it_as_it_is() -> None:
    player = Player(lesson(WITH_TORCH))
    player.begin()
    player.type("torch.relu = 3")
    assert feedback(player.type("m = x * 2; f = abs"))[0][0] == "good"
    assert player.session.namespace["torch"].relu == 3
    said = player.enter()
    assert "The lesson's own variables are put back as they were: torch.relu." in notes(said)
    assert callable(player.session.namespace["torch"].relu)


SETUP = FRONT + "## T\n<!-- step: one read -->\n```python setup\n{}\n```\nRead.\n"


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("while True: pass", "small.md:8: this code took more than 0.1 seconds and was stopped"),
        ("while True:\n    try: pass\n    except: pass", "small.md:8: this code took more than 0.1 seconds"),
        ("exit()", "SystemExit"),
        ("raise GeneratorExit", "GeneratorExit"),
        ("import sys; sys.stdout.close(); 1 / 0", "ZeroDivisionError"),
        ("def f(): f()\nf()", "RecursionError"),
    ],
)
def test_a_setup_that_fails_is_told_and_the_lesson_goes_on(
    code: str, says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if "more than" in says:
        monkeypatch.setattr(stage, "SETUP_SECONDS", 0.1)
    player = Player(lesson(SETUP.format(code)))
    said = player.begin()
    ((_, text),) = [each for each in feedback(said) if each[0] == "fault"]
    assert says in text
    assert player.run.mode == "continue"
    player.enter()
    assert player.run.finished


def test_a_setup_that_ctrl_c_stops_is_nobodys_fault() -> None:
    player = Player(lesson(SETUP.format("raise KeyboardInterrupt")))
    said = player.begin()
    assert "Ctrl-C stopped the code that prepares this step. %redo starts the step again." in notes(said)
    assert not feedback(said)
