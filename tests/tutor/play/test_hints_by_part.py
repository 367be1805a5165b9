"""A hint about a part of a step is left out once that part is right."""

from __future__ import annotations

import pytest

from ptrepl.errors import LessonError
from ptrepl.tutor.play import say
from tests.tutor.lessons import COURSE, Player, lesson, notes

HINTS = """
<details><summary>Hint: low</summary>The smallest.</details>

<details><summary>Hint: low</summary>It is a method.</details>

<details><summary>Hint</summary>Look at `data`.</details>

<details><summary>Hint: `high`, t.grad</summary>The largest.</details>

"""
PARTS = (
    COURSE
    + f"""
## Parts
<!-- step: parts task -->
```python setup
data = torch.tensor([4.0, 1.0, 3.0])
t = torch.ones(2, requires_grad=True)
```
Make `low` and `high` of `data`, and `t.grad` by a backward pass.
{HINTS}
```python check
tensor("low", 1.0)
tensor("high", 4.0)
grad("t", [1.0, 1.0])
```
```python solution
low = data.min()
high = data.max()
t.sum().backward()
```
"""
)
LOOK = "<summary>Hint</summary>Look"


def hints(text: str = PARTS) -> list[str]:
    """All hints of a step at which nothing was typed."""
    player = Player(lesson(text))
    player.begin("parts")
    player.command("hint")
    found = []
    for _ in range(9):
        for each in player.command("hint"):
            found += [each.markdown] if isinstance(each, say.AuthorText) else []
    return found


def test_nothing_is_right_yet_so_all_hints_come() -> None:
    assert hints() == ["The smallest.", "It is a method.", "Look at `data`.", "The largest."]


@pytest.mark.parametrize(
    "inputs",
    [
        ["low = data.min()", "high = 0 * data"],
        ["low = data.min()", "high = data.argmax()"],
        ["low = data.max()", "low = data.min()", "high = data"],
        ["low = data.min()", "high = data.mxa()"],
        ["low = data.min()\nhigh = data.mean()"],
    ],
)
def test_what_is_right_needs_no_hint(inputs: list[str]) -> None:
    player = Player(lesson(PARTS))
    player.begin("parts")
    for line in inputs:
        player.type(line)
    assert player.command("hint") == [say.AuthorText("Look at `data`.")]
    assert player.command("hint") == [say.AuthorText("The largest.")]
    assert notes(player.command("hint"))[0].startswith("That was the last hint.")


def test_a_hint_about_several_parts_stays_until_all_are_right() -> None:
    player = Player(lesson(PARTS))
    player.begin("parts")
    player.type("high = data.max()")
    player.type("low = data")
    assert [player.command("hint")[0] for _ in range(4)][-1] == say.AuthorText("The largest.")
    player = Player(lesson(PARTS))
    player.begin("parts")
    player.type("high = data.max()")
    player.type("t.sum().backward()")
    player.type("low = data")
    assert [player.command("hint")[0] for _ in range(3)][-1] == say.AuthorText("Look at `data`.")
    assert notes(player.command("hint"))[0].startswith("That was the last hint.")


def test_what_was_right_and_is_not_any_more_has_its_hint_again() -> None:
    player = Player(lesson(PARTS))
    player.begin("parts")
    player.type("low = data.min()")
    player.type("high = data")
    player.type("low = data.sum()")
    assert player.command("hint") == [say.AuthorText("The smallest.")]


def test_another_beginning_of_the_step_begins_with_the_first_hint() -> None:
    player = Player(lesson(PARTS))
    player.begin("parts")
    player.type("low = data.min()")
    player.type("high = data")
    player.command("hint")
    player.command("redo")
    player.command("hint")
    assert player.command("hint") == [say.AuthorText("The smallest.")]


@pytest.mark.parametrize(
    ("hint", "fault"),
    [
        ("Hint: hihg", "this hint is about 'hihg', which no check of its step asks for; did you mean 'high'?"),
        ("Hint: data", "this hint is about 'data', which no check of its step asks for; known: high, low, t.grad"),
        ("Hint:", "this hint is about '', which no check of its step asks for"),
        ("Hint: low, the rest", "this hint is about 'the rest', which no check of its step asks for"),
        ("Hnit: low", "unknown summary 'Hnit: low'; did you mean 'Hint'?"),
    ],
)
def test_a_hint_about_what_no_check_asks_for_is_a_fault(hint: str, fault: str) -> None:
    with pytest.raises(LessonError) as caught:
        lesson(PARTS.replace("Hint: `high`, t.grad", hint))
    assert fault in str(caught.value)


def test_each_part_has_a_hint_where_all_are_about_parts() -> None:
    with pytest.raises(LessonError) as caught:
        lesson(PARTS.replace(LOOK, "<summary>Hint: low</summary>Look").replace("`, t.grad", "`"))
    assert "no hint of this step is about `t.grad`, which its checks ask for" in str(caught.value)


def test_a_part_has_three_hints_at_most_and_a_step_more() -> None:
    assert len(hints(PARTS.replace(LOOK, "<summary>Hint: low, t.grad</summary>Look"))) == 4
    more = "<details><summary>Hint: low</summary>More.</details>\n\n"
    with pytest.raises(LessonError) as caught:
        lesson(PARTS.replace(HINTS, HINTS + more * 2))
    assert str(caught.value).count("`low` has 3 hints at most") == 1
