"""What is told of a lesson's text without running it: what it gives away, leaves unchecked, or never showed."""

from __future__ import annotations

import pytest

from ptrepl.tutor.format.parse import parse_lesson
from ptrepl.tutor.verify.text import text_faults
from tests.tutor.verify.test_verify import task


def told(text: str) -> list[str]:
    lines = text.split("\n")
    return [f"{lines[each.line - 1]} | {each.message}" for each in text_faults(parse_lesson(text, "small.md"), {})]


def fix(prompt: str, starter: str, check: str, solution: str, hint: str) -> str:
    text = task(prompt, check, solution, f"```python starter\n{starter}\n```")
    return text.replace("step: do task", "step: do fix").replace("Think.", hint)


@pytest.mark.parametrize("starter", ["", "```python starter\nd = ___\ntotal = ___\n```"])
def test_a_name_that_the_text_asks_for_is_looked_at_by_some_check(starter: str) -> None:
    text = task(
        "Keep\nthe distances in `d` and their sum in `total`.", 'scalar("total", 6.0)', "d = 3.0\ntotal = d * 2"
    )
    assert told(text + starter) == [
        "the distances in `d` and their sum in `total`. | the text asks for `d`, and no check looks at it"
    ]


NOT_ASKED: dict[str, str] = {
    "another word looks at it": task("Make `w` and `w.grad`.", 'grad("w", [1.0])', "w = 1.0"),
    "Python in the check looks at it": task("Make `n` and `a`.", 'scalar("a", n + 1)', "n = 1.0\na = n + 1"),
    "it was there before": task("`x` is 2. Make `a` of it.", 'scalar("a", 2.0)', "a = x"),
    "one solution does without it": task(
        "Make `a`. You may use `n`.",
        'scalar("a", 2.0)',
        "n = 1.0\na = n + 1",
        '```python solution name="b"\na = 2.0\n```',
    ).replace("python solution\n", 'python solution name="a"\n'),
    "the starter makes it": fix(
        "`t` counts. Mend `u`.", "t = 1.0\nu = t", 'scalar("u", 2.0)', "t = 1.0\nu = 2 * t", "Think."
    ),
}


@pytest.mark.parametrize("text", NOT_ASKED.values(), ids=NOT_ASKED)
def test_a_name_that_nobody_is_asked_for_needs_no_check(text: str) -> None:
    assert told(text) == []


BROKEN = "t = 3\nfor k in range(2):\n    u = 10 + 2 * t"
MENDED = "t = 3\nfor k in range(2):\n    u = 10 - 2 * t"


@pytest.mark.parametrize(
    ("hint", "given"),
    [
        ("Write `u = 10 - 2*t`.", True),
        ("It has `for k in range(2):` in it, then `u = 10 - 2*t`.", True),
        ("The 10 stays, and `2 * t` is taken away from it.", False),
        ("Look at `t = 3`.", False),
    ],
)
def test_of_a_fix_the_lines_that_are_mended_give_it_away(hint: str, given: bool) -> None:
    found = told(fix("Mend it, so that `u` is 4.", BROKEN, 'scalar("u", 4.0)', MENDED, hint))
    expected = f"<details><summary>Hint</summary>{hint}</details> | this text gives away the solution on line 19"
    assert found == ([expected] if given else [])


def test_all_the_code_of_a_text_counts_together() -> None:
    text = task("Use `d = 3.0` and `total = d * 2`.", 'scalar("d", 3.0)\nscalar("total", 6.0)', "d = 3.0\ntotal = d*2")
    assert told(text) == ["Use `d = 3.0` and `total = d * 2`. | this text gives away the solution on line 20"]
    assert told(text.replace(" and `total = d * 2`", "")) == []


USES = task("Make `a`.", 'scalar("a", 2.0)', "a = x.mean()")


@pytest.mark.parametrize(
    ("old", "new", "shown"),
    [
        ("Make `a`.", "Make `a`, with the mean.", False),
        ("Make `a`.", "Make `a`, with `mean()`.", True),
        ("Make `a`.", "Make `a`, like this:\n\n```python\nx.mean()\n```\n", True),
        ("Think.", "With `mean()`.", True),
        ("## Do", "## Do it with `mean`", True),
    ],
)
def test_only_code_counts_as_shown(old: str, new: str, shown: bool) -> None:
    found = told(USES.replace(old, new, 1))
    missing = "mean is used here before it is taught; show it first, between backticks in the text or in a demo"
    assert found == ([] if shown else [f"a = x.mean() | {missing}"])


def test_what_is_told_after_the_answer_was_not_shown_before() -> None:
    found = told(USES + "> `mean()` is the middle.\n")
    assert [each.partition(" is used here")[0] for each in found] == ["a = x.mean() | mean"]
    guess = "## Guess\n<!-- step: guess predict -->\n```python predict\nx.mean()\n```\nThat was `mean()`.\n"
    found = told(USES.partition("## Do")[0] + guess + "\n## Do" + USES.partition("## Do")[2])
    assert [each.partition(" is used here")[0] for each in found] == ["x.mean() | mean"]
