"""A step is passed by what is made in it, not by what an earlier step has left under the same name."""

from __future__ import annotations

import pytest

from tests.tutor.lessons import COURSE, Player, feedback, lesson
from tests.tutor.trying import player_of

AGAIN = (
    COURSE
    + """
## Again
<!-- step: again task -->
Make `m`, twice `x`, and `k`, its sum.
<details><summary>Hint</summary>As before.</details>

```python check
tensor("m", [0.0, 2.0, 4.0])
scalar("k", 6.0)
```
```python solution name="one after another"
m = x * 2
k = m.sum()
```
```python solution name="the sum first"
k = (2 * x).sum()
m = 2 * x
```
"""
)
BEFORE = ("note", "`m` comes from an earlier step. Make it in this step too.")


def again() -> Player:
    player = Player(lesson(AGAIN))
    player.begin("again")
    return player


def test_a_name_of_before_is_told_and_made_anew_it_passes() -> None:
    player = again()
    assert feedback(player.type("k = (x * 2).sum()")) == [BEFORE]
    assert feedback(player.type("m = x + x"))[0][0] == "good"


@pytest.mark.parametrize(
    "makes",
    ["m = m", "m = 2 * x", "m[:] = 2 * x", "m.copy_(2 * x);", "torch.mul(x, 2, out=m);", "globals()['m'] = 2 * x"],
)
def test_made_in_whatever_way_it_passes(makes: str) -> None:
    player = again()
    assert feedback(player.type(f"{makes}\nk = m.sum()"))[0][0] == "good"
    player = again()
    player.session.watching = False
    assert feedback(player.type(f"{makes}\nk = m.sum()"))[0][0] == "good"


def test_free_play_is_no_answer_though_all_is_there() -> None:
    player = Player(lesson(AGAIN.replace('scalar("k", 6.0)\n', "").replace("k = m.sum()\n", "")))
    player.begin("again")
    assert player.type("1 + 1") == []
    assert player.type("print(m)") == []
    assert feedback(player.type("m = x * 2"))[0][0] == "good"


def test_what_the_setup_gives_or_one_solution_leaves_need_not_be_made() -> None:
    given = AGAIN.replace("<!-- step: again task -->\n", "<!-- step: again task -->\n```python setup\nm = x * 2\n```\n")
    kept = AGAIN.replace("m = x * 2\nk = m.sum()\n", "k = m.sum()\n")
    for text in (given, kept):
        player = Player(lesson(text))
        player.begin("again")
        assert feedback(player.type("k = m.sum()"))[0][0] == "good"


@pytest.mark.parametrize(
    ("guess", "said"),
    [
        ("guess = model(torch.tensor(rows).float())", "`guess` is right; still to come: `X`."),
        ("guess = model(X)", "`guess` is [["),  # of the four houses before
    ],
)
def test_in_the_lesson_on_data(guess: str, said: str) -> None:
    pytest.importorskip("pandas")
    player = player_of("data")
    player.begin("double-and-float")
    assert feedback(player.type(guess))[0][1].startswith(said)
    assert feedback(player.type("X = torch.tensor(rows, dtype=torch.float32)\nguess = model(X)"))[0][0] == "good"


TRAINED = (
    COURSE
    + """
## Begun
<!-- step: begun demo -->
```python demo
w = torch.tensor(1.0, requires_grad=True)
```
## Learn
<!-- step: learn task -->
Make `w` anew, 0.0, and train it until it is 3.
<details><summary>Hint</summary>A loop.</details>

```python check
trained("w", near=[3.0], within=0.1)
```
```python solution
w = torch.tensor(0.0, requires_grad=True)
for _ in range(60):
    ((w - 3) ** 2).backward()
    with torch.no_grad():
        w -= 0.1 * w.grad
    w.grad = None
```
"""
)
LOOP = """
for _ in range(60):
    ((w - 3) ** 2).backward()
    with torch.no_grad():
        w -= 0.1 * w.grad
    {clear}
"""
CLEARS = ("w.grad = None", "w.grad.zero_()")
MAKES = (
    "w = torch.tensor(0.0, requires_grad=True)",
    "with torch.no_grad():\n    w.zero_()",
    "w.data = torch.zeros(())",
    "w.data.fill_(0.0)",
    "nn.init.zeros_(w)",
)
TRAINED_ON = ("note", "`w` comes from an earlier step. Make it in this step too.")


def learn(*inputs: str) -> list[tuple[str, str]]:
    player = Player(lesson(TRAINED))
    player.begin("learn")
    return [said for each in inputs for said in feedback(player.type(each))]


@pytest.mark.parametrize("clear", CLEARS)
def test_what_an_earlier_step_has_made_is_not_only_trained_on(clear: str) -> None:
    assert learn(LOOP.format(clear=clear)) == [TRAINED_ON]
    anew = "w = (w - 0.1 * w.grad).detach().requires_grad_()"
    lines = f"for _ in range(60):\n    ((w - 3) ** 2).backward()\n    {anew}\n"
    assert learn(lines) == [TRAINED_ON]
    assert learn(LOOP.format(clear=clear), "w = torch.tensor(0.0, requires_grad=True)", lines)[-1][0] == "good"


@pytest.mark.parametrize("makes", MAKES)
@pytest.mark.parametrize("clear", CLEARS)
def test_trained_from_a_start_of_this_step_it_passes(makes: str, clear: str) -> None:
    assert learn(makes, LOOP.format(clear=clear))[-1][0] == "good"
    assert learn(f"{makes}\n{LOOP.format(clear=clear)}")[-1][0] == "good"


def test_made_by_code_that_is_not_read_it_passes() -> None:
    assert learn("exec('w = torch.tensor(0.0, requires_grad=True)')", LOOP.format(clear=CLEARS[0]))[-1][0] == "good"
