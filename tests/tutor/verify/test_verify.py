"""Verifying a lesson: a good one has no faults, and each thing that can be wrong is told at its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from ptrepl.tutor.format.lesson import Lesson
from ptrepl.tutor.format.parse import parse_lesson
from ptrepl.tutor.verify.report import LessonReport
from ptrepl.tutor.verify.verify import verify
from tests.shares import share_of

GOOD = """\
---
id: small
title: Small
teaches: [torch.arange]
seed: 3
---
# Small

Tensors can be made with `torch.arange`.

## Look
<!-- step: look demo -->
```python demo
x = torch.arange(3.0, device=device)
```

## Guess
<!-- step: guess predict -->
The `sum()` of it.
```python predict
x.sum()
```

## Do
<!-- step: do task -->
Make `m`, each number of `x` doubled.
```python starter
m = x * ___
```
<details><summary>Hint</summary>

Multiply by a number.

</details>
<details><summary>Solution</summary>

```python check
tensor("m", [0.0, 2.0, 4.0])
```
```python solution
m = x * 2
```
~~~python wrong says="That is x itself."
m = x * 1
~~~
~~~python wrong says="Three times is too much."
m = x * 3
~~~

</details>
"""


def parsed(text: str) -> Lesson:
    return parse_lesson(text, "small.md")


def report(text: str, **library: Lesson) -> LessonReport:
    return verify(parsed(text), Path("small.md"), library)


def faults(text: str, **library: Lesson) -> list[str]:
    lines = text.split("\n")
    found = report(text, **library)
    return [f"{lines[each.line - 1]} | {each.message}" for each in (*found.faults, *found.mutants.surviving)]


def test_a_good_lesson_has_no_faults_and_every_mutant_is_accounted_for() -> None:
    found = report(GOOD)
    assert found.passed
    assert not found.faults
    assert (found.steps, found.checks) == (3, 1)
    tally = found.mutants
    assert tally.tried == tally.killed + tally.harmless + len(tally.equivalent) + len(tally.surviving)
    assert tally.killed >= 5


def test_each_step_is_told_as_it_is_begun() -> None:
    begun: list[int] = []
    assert verify(parsed(GOOD), Path("small.md"), {}, begun.append).passed
    assert begun == [1, 2, 3]


FAULTS: dict[str, tuple[str, str, str]] = {
    "a solution that fails": (
        "m = x * 2\n",
        "m = x * 4\n",
        "```python solution | this solution does not pass: `m` is [0.0, 4.0, 8.0]; this step wants [0.0, 2.0, 4.0].",
    ),
    "a solution that stops early": (
        "m = x * 2\n",
        "x[5]\nm = x * 2\n",
        "x[5] | this solution raises IndexError: index 5 is out of bounds for dimension 0 with size 3",
    ),
    "a solution that ends the process": (
        "m = x * 2\n",
        "import os; os._exit(3)\n",
        "```python solution | this solution cannot be tried: it ends the process",
    ),
    "a starter that passes": (
        "m = x * ___",
        "m = x + x",
        "```python starter | the starter passes as it is; leave something to do",
    ),
    "an empty answer that passes": (
        'tensor("m", [0.0, 2.0, 4.0])',
        'tensor("x")',
        "## Do | this step is passed by doing nothing",
    ),
    "a known mistake that passes": (
        "m = x * 3",
        "m = x + x",
        '~~~python wrong says="Three times is too much." | this mistake passes the check',
    ),
    "a known mistake like another": (
        "m = x * 3",
        "m = x + 0",
        '~~~python wrong says="Three times is too much." | this mistake fails just as the one on line 43 does, '
        "so its own message is never shown",
    ),
    "a known mistake whose cause does not stand in it": (
        'says="Three times is too much."',
        'says="Three times is too much." mentions="+"',
        '~~~python wrong says="Three times is too much." mentions="+" | mentions= or lacks= does not fit the code of '
        "this mistake, so its message is never shown",
    ),
    "a wrong answer that is no answer": (
        "x.sum()\n```",
        'x.sum()\n```\n~~~python wrong says="No."\n4\nx + 1\n~~~',
        "x + 1 | 'x + 1' is no answer that can be typed at this question",
    ),
    "a wrong answer that is right": (
        "x.sum()\n```",
        'x.sum()\n```\n~~~python wrong says="No."\n4\n3\n~~~',
        "3 | '3' is the right answer",
    ),
    "a wrong answer with two words": (
        "x.sum()\n```",
        'x.sum()\n```\n~~~python wrong says="No."\n(7,)\n~~~\n~~~python wrong says="Yes."\n[7]\n~~~',
        "[7] | '[7]' is the answer of line 24 too",
    ),
    "a known mistake without a message": (
        "m = x * 3",
        "n = x * 3",
        '~~~python wrong says="Three times is too much." | a learner who makes this mistake gets no message: '
        "the check ends at `m`, which these lines neither make nor change; let them do so, or remove this mistake",
    ),
    "a check that raises": (
        'tensor("m", [0.0, 2.0, 4.0])',
        'tensor("m", [0.0, 2.0, 4.0] + 1)',
        'tensor("m", [0.0, 2.0, 4.0] + 1) | this check fails by itself: TypeError',
    ),
    "a demo that raises": (
        "x = torch.arange(3.0, device=device)",
        "x = torch.arange(3.0, device=device)\nx[7]",
        "x[7] | this demo raises IndexError: index 7 is out of bounds for dimension 0 with size 3; "
        "if that is the point, write raises=IndexError",
    ),
    "a demo that does not raise": (
        "```python demo",
        "```python demo raises=ValueError",
        "```python demo raises=ValueError | this demo says raises=ValueError, but it runs without an error",
    ),
    "a setup that raises": (
        "```python starter",
        "```python setup\ny = 2\n1 / 0\n```\n```python starter",
        "1 / 0 | this setup raises ZeroDivisionError: division by zero",
    ),
    "an outcome that nobody could type": (
        "x.sum()\n```",
        "torch.arange\n```",
        "```python predict | nobody could type the result of this",
    ),
    "a prompt with the solution": (
        "Make `m`, each number of `x` doubled.",
        "Make `m`, each number of `x` doubled.\nThat is `m = x*2`.",
        "That is `m = x*2`. | this text gives away the solution on line 41",
    ),
    "a hint with the solution": (
        "Multiply by a number.",
        "Multiply:\n\n```python\nm = x * 2\n```",
        "<details><summary>Hint</summary> | this text gives away the solution on line 44",
    ),
    "used before it is taught": (
        "m = x * 2\n",
        "m = x.mul(2)\n",
        "m = x.mul(2) | mul is used here before it is taught",
    ),
    "taught, but not in torch": (
        "[torch.arange]",
        "[torch.arrange]",
        "teaches: [torch.arrange] | teaches names torch.arrange, which torch does not have",
    ),
    "taught, but not in the lesson": (
        "[torch.arange]",
        "[torch.arange, torch.cosh]",
        "teaches: [torch.arange, torch.cosh] | teaches names torch.cosh, which is nowhere in the code of this lesson",
    ),
    "a keyword of a check misspelt": (
        'tensor("m", [0.0, 2.0, 4.0])',
        'tensor("m", [0.0, 2.0, 4.0], requiresgrad=True)',
        "this check fails by itself: TypeError: no check knows requiresgrad=; did you mean requires_grad=?",
    ),
    "a lesson that does not exist": (
        "seed: 3",
        "seed: 3\nneeds: [nowhere]",
        "needs: [nowhere] | needs names the lesson 'nowhere', which does not exist",
    ),
    "a lesson that needs itself": (
        "seed: 3",
        "seed: 3\nneeds: [small]",
        "needs: [small] | this lesson needs itself, by way of the lessons that it needs",
    ),
    "a hole in the values": (
        'tensor("m", [0.0, 2.0, 4.0])',
        'tensor("m", shape=(3,))',
        "m = x * 2 | the check lets this mistake pass: `m = x / 2` (m is then not what the step promises)",
    ),
    "a hole that a check makes by failing": (
        'tensor("m", [0.0, 2.0, 4.0])',
        'tensor("m", [0.0, 2.0, 4.0] if m[1] == 2 else "no")',
        "m = x * 2 | the check lets this mistake pass: `m = x / 2` (the check itself fails: TypeError",
    ),
    "a promise about a name of no solution": (
        "do task -->\n",
        "do task -->\n<!-- promises: n.dtype -->\n",
        "<!-- promises: n.dtype --> | the promise 'n.dtype' does not hold: no solution has the name `n`",
    ),
    "a promise about what has no such thing": (
        "do task -->\n",
        "do task -->\n<!-- promises: m.training -->\n",
        "the promise 'm.training' does not hold: no solution leaves a value that has it",
    ),
    "a promise of which the opposite is so": (
        "do task -->\n",
        "do task -->\n<!-- promises: m shares memory with x -->\n",
        "the promise 'm shares memory with x' does not hold: in the solutions it is the other way round",
    ),
    "a promise about which solutions differ": (
        "```python solution\nm = x * 2\n```",
        '```python solution name="a"\nm = x * 2\n```\n```python solution name="b"\nm = x.double() * 2\n```\n'
        "<!-- promises: m.dtype -->",
        "the promise 'm.dtype' does not hold: the solutions differ in it, or it is random",
    ),
    "a mark for nothing": (
        "~~~python wrong says=\"That",
        "<!-- equivalent: `m = x * 7`: seven is two -->\n~~~python wrong says=\"That",
        "<!-- equivalent: `m = x * 7`: seven is two --> | no surviving mutant is `m = x * 7`; remove the mark",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("old", "new", "fault"), share_of(FAULTS, 2))
def test_each_fault_is_told_at_its_line(old: str, new: str, fault: str) -> None:
    assert GOOD.count(old) >= 1
    found = faults(GOOD.replace(old, new, 1))
    assert [each for each in found if fault in each], found


def task(prompt: str, check: str, solution: str, more: str = "", shown: str = "") -> str:
    """A lesson of one task."""
    return f"""\
---
id: small
title: Small
---
# Small

{shown}

## Do
<!-- step: do task -->
{prompt}

<details><summary>Hint</summary>Think.</details>
<details><summary>Solution</summary>

```python check
{check}
```
```python solution
{solution}
```
{more}

</details>

"""


def surviving(text: str) -> set[str]:
    found = report(text)
    assert found.mutants.killed
    return {each.message.split("`")[1] for each in found.mutants.surviving}


HOLES: dict[str, tuple[str, str]] = {
    "a name that the text speaks of and no check looks at": (
        task("Make `a` and twice it, `b`.", 'scalar("a", 3.0)', "a = 3.0\nb = a * 2"),
        "b = a / 2",
    ),
    "a dtype that is promised": (
        task(
            "<!-- promises: a.dtype -->\nMake `a`, a tensor of int64.",
            'tensor("a", [1])',
            "a = torch.tensor([1], dtype=torch.int64)",
        ),
        "a = torch.tensor([1], dtype=torch.int32)",
    ),
    "requires_grad that is promised": (
        task(
            "<!-- promises: w.requires_grad -->\nMake `w`, followed by autograd.",
            'tensor("w", [1.0])',
            "w = torch.tensor([1.0], requires_grad=True)",
        ),
        "w = torch.tensor([1.0])",
    ),
    "a gradient that the text states": (
        task(
            "Make `w` and fill `w.grad`.",
            'tensor("w", [1.0])',
            "w = torch.tensor([1.0], requires_grad=True)\n(w * 3).sum().backward()",
        ),
        "(w * 4).sum().backward()",
    ),
    "memory that is promised": (
        task(
            "<!-- promises: b shares no memory with a -->\nMake `a`, and `b` as a copy with memory of its own.",
            'tensor("a", [0.0])\ntensor("b", [0.0])',
            "a = torch.zeros(1)\nb = a.clone()",
        ),
        "b = a",
    ),
    "memory of an array that is promised": (
        task(
            "<!-- promises: b shares no memory with a -->\nMake `a`, an array, and `b`, a copy of it.",
            'tensor("b", [0.0])',
            "import numpy as np\na = np.zeros(1)\nb = torch.from_numpy(a).clone()",
        ),
        "b = torch.from_numpy(a)",
    ),
    "a leaf that is promised": (
        task(
            "<!-- promises: w.is_leaf -->\nMake `w`.",
            'tensor("w", [2.0])',
            "v = torch.tensor([1.0], requires_grad=True) * 2\nw = v.detach()",
        ),
        "w = v",
    ),
    "the shape of a number that is promised": (
        task("<!-- promises: a.shape -->\nMake `a`.", 'scalar("a", 0.0)', "a = torch.zeros(1, 1).sum(0)"),
        "a = torch.zeros(1, 1)",
    ),
    "the value of a name that only the comment has": (
        task("<!-- promises: b -->\nMake `a` and another.", 'scalar("a", 3.0)', "a = 3.0\nb = a * 2"),
        "b = a / 2",
    ),
    "a gradient that only the comment has": (
        task(
            "<!-- promises: w.grad -->\nMake `w`.",
            'tensor("w", [1.0])',
            "w = torch.tensor([1.0], requires_grad=True)\n(w * 3).sum().backward()",
        ),
        "(w * 4).sum().backward()",
    ),
    "the mode of a module that is promised": (
        task(
            "<!-- promises: net.training -->\nMake `net`.",
            'module("net", inputs=[torch.ones(1, 2)], shape=(1, 2))',
            "net = torch.nn.Sequential(torch.nn.Linear(2, 2))\nnet.eval()",
        ),
        "without net.eval()",
    ),
    "a function on inputs that the check has not tried": (
        task(
            "Write `f`, the distance of two numbers.",
            'function("f", lambda a, b: abs(a - b), [(3.0, 1.0)])',
            "def f(a, b):\n    return abs(a - b)",
        ),
        "return a - b",
    ),
}


@pytest.mark.parametrize(("text", "change"), share_of(HOLES, 2))
def test_a_mutant_that_breaks_a_promise_of_the_text_is_a_hole(text: str, change: str) -> None:
    assert change in surviving(text)


@pytest.mark.parametrize(
    ("hole", "why"),
    [
        ("memory that is promised", "whether b and a share memory is then not what the step promises"),
        ("a gradient that the text states", "w.grad is then not what the step promises"),
        ("the shape of a number that is promised", "a.shape is then not what the step promises"),
        ("a function on inputs that the check has not tried", "f(1.0, 3.0) is then not what the step promises"),
    ],
)
def test_of_a_hole_it_is_said_which_promise_it_breaks(hole: str, why: str) -> None:
    text, change = HOLES[hole]
    found = [each.message for each in report(text).mutants.surviving if f"`{change}`" in each.message]
    assert f"the check lets this mistake pass: `{change}` ({why})" in found


def test_of_the_value_of_the_last_line_it_is_said_that_it_differs() -> None:
    text = task("Show twice the sum.", "result()", "x = torch.ones(3)\nx.sum() * 2", shown="`sum()`, `ones`, `result`")
    assert any(
        "(the result is then not what the step promises)" in each.message for each in report(text).mutants.surviving
    )


def test_a_solution_that_never_ends_cannot_be_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ptrepl.tutor.verify.trial.TRIAL_SECONDS", 0.3)
    found = faults(GOOD.replace("m = x * 2\n", "while True: pass\n"))
    assert "```python solution | this solution cannot be tried: it takes more than 0.3 seconds" in found


KEPT: dict[str, str] = {
    "a dtype that the text speaks of and no comment promises": task(
        "Make `a`, a tensor of int64.", 'tensor("a", [1])', "a = torch.tensor([1], dtype=torch.int64)"
    ),
    "a dtype that nobody stated": task(
        "Make `a`.", 'tensor("a", [1])', "a = torch.tensor([1], dtype=torch.int64)"
    ),
    "a helper that the text does not speak of": task(
        "Make `a`, which is 4.", 'scalar("a", 4.0)', "twice = 2.0\na = twice ** 2\nleft_over = 5"
    ),
    "random numbers": task(
        "Make `a` of three numbers between 0 and 1.",
        'tensor("a", shape=(3,))\nscalar("low", 1.0)',
        "a = torch.rand(3)\nlow = torch.ones(1)",
    ),
    "where two solutions differ": task(
        "Make `a`, of shape (2,).",
        'tensor("a", shape=(2,))',
        "a = torch.zeros(2)",
        '```python solution name="ones"\na = torch.ones(2)\n```',
    ).replace("python solution\n", 'python solution name="zeros"\n'),
    "trained numbers": task(
        "Train `w` until it is 2.",
        'trained("w", near=[2.0], within=0.2)',
        "w = torch.zeros(1)\nfor _ in range(60):\n    w += 0.1 * (2 - w)",
    ),
}  # fmt: skip


@pytest.mark.parametrize("text", KEPT.values(), ids=KEPT)
def test_what_nobody_promised_is_no_hole(text: str) -> None:
    assert surviving(text) == set()


def test_an_endless_mutant_counts_as_killed() -> None:
    text = task("Count `n` to 3.", 'scalar("n", 3.0)', "n = 0\nwhile n < 3:\n    n += 1")
    found = report(text)
    assert found.passed
    assert found.mutants.killed == found.mutants.tried - found.mutants.harmless


def test_a_mark_with_a_reason_is_counted_and_shown() -> None:
    hole = task(
        "<!-- promises: b shares no memory with a -->\nMake `a`, and `b` as a copy with memory of its own.",
        'tensor("a", [0.0])\ntensor("b", [0.0])',
        "a = torch.zeros(1)\nb = a.clone()",
        "<!-- equivalent: `b = a`: nothing is changed in place -->",
        shown="Use `torch.zeros` and `clone()`.",
    )
    (mark,) = report(hole).mutants.equivalent
    assert (mark.change, mark.reason) == ("b = a", "nothing is changed in place")
    assert report(hole).passed


def test_what_a_needed_lesson_has_taught_may_be_used() -> None:
    before = parsed(GOOD.replace("id: small", "id: before").replace("m = x * 2", "m = x.mul(2)"))
    text = GOOD.replace("seed: 3", "seed: 3\nneeds: [before]").replace("m = x * 2\n", "m = x.mul(2)\n")
    assert not faults(text, before=before)


def test_a_lesson_without_its_package_is_not_checked() -> None:
    found = report(GOOD.replace("seed: 3", "packages: [no_such_package]"))
    assert found.unchecked == "it needs no_such_package; install it with: pip install no_such_package"
    assert found.passed
