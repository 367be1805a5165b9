"""A demo run line by line, for whoever wants to see each line's effect."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ptrepl.tutor.play import say
from ptrepl.tutor.replay.demo_steps import first_pieces, rest, split_statements
from tests.tutor.lessons import FRONT, Player, feedback, lesson, notes

DEMO = (
    FRONT
    + """
## Watching
<!-- step: watching demo -->
```python demo
# first
x = torch.rand(2); y = 1

for i in range(2):
    x = x + i
x.sum()
```
Between.
```python demo raises=RuntimeError
z = x * 2
torch.ones(2) @ torch.ones(3)
z = None
```
After.

## Doing
<!-- step: doing task -->
Make `m` one.
<details><summary>Hint</summary>One.</details>

```python check
scalar("m", 1)
```
```python solution
m = 1
```
"""
)
LINES = ["# first\nx = torch.rand(2); y = 1", "\nfor i in range(2):\n    x = x + i".strip("\n"), "x.sum()"]


@pytest.fixture
def player() -> Player:
    made = Player(lesson(DEMO))
    made.begin()
    return made


def shown(said: list[say.Say]) -> list[str]:
    return [each.source for each in said if isinstance(each, say.CodeBlock)]


def test_each_line_is_shown_and_run_by_itself(player: Player) -> None:
    names = player.session.namespace
    said = player.command("step")
    assert shown(said) == LINES[:1]
    assert notes(said) == ["%step runs the next line, Enter all that are left."]
    assert "i" not in names
    assert player.run.mode == "continue"
    assert shown(player.command("step")) == LINES[1:2]
    assert names["i"] == 1
    said = player.command("step")
    assert shown(said)[:1] == LINES[2:]
    assert [each.markdown for each in said if isinstance(each, say.AuthorText)] == ["Between."]


def test_enter_runs_what_is_left(player: Player) -> None:
    player.command("step")
    said = player.enter()
    assert [outcome.source for outcome in player.demos] == ["for i in range(2):\n    x = x + i", "x.sum()"]
    assert [each.markdown for each in said if isinstance(each, say.AuthorText)] == ["Between."]


def test_lines_give_what_the_whole_gives(player: Player) -> None:
    for _ in range(3):
        player.command("step")
    whole = Player(lesson(DEMO))
    whole.begin()
    whole.enter()
    assert player.session.namespace["x"].tolist() == whole.session.namespace["x"].tolist()


def test_the_line_that_is_meant_to_raise_ends_the_code_as_it_does_otherwise(player: Player) -> None:
    player.enter()
    player.command("step")
    said = player.command("step")
    assert not feedback(said)
    assert [each.markdown for each in said if isinstance(each, say.AuthorText)] == ["After."]
    assert player.session.namespace["z"] is not None


def test_free_play_between_two_lines_does_not_change_the_next(player: Player) -> None:
    player.command("step")
    player.type("x = None; y = 'mine'")
    said = player.command("step")
    assert "The lesson's own variables are put back as they were: x, y." in notes(said)
    assert player.demos[-1].status.name == "OK"
    assert player.session.namespace["y"] == 1


def test_a_step_begun_anew_begins_at_the_first_line(player: Player) -> None:
    player.command("step")
    player.command("redo")
    assert shown(player.command("step")) == LINES[:1]


def test_where_nothing_waits_to_be_run_that_is_told(player: Player) -> None:
    player.begin("doing")
    (note,) = notes(player.command("step"))
    assert note == "No code is shown here that waits to be run. %step runs one line of such code."


def test_code_of_one_line_does_not_offer_it() -> None:
    single = Player(lesson(DEMO.replace("# first\nx = torch.rand(2); y = 1\n\nfor i in range(2):\n    x = x + i\n", "x = 1\n", 1).replace("x.sum()\n", "", 1)))  # fmt: skip  # noqa: E501
    assert notes(single.begin())[-1] == "Press Enter to run it."
    assert notes(Player(lesson(DEMO)).begin())[-1] == "Press Enter to run it. %step runs one line of it."


@pytest.mark.parametrize(
    ("source", "parts"),
    [
        ("a = 1", ("a = 1",)),
        ("a = 1; b = 2\nc = 3", ("a = 1; b = 2", "c = 3")),
        ("@f\ndef g():\n    pass\nh()", ("@f\ndef g():\n    pass", "h()")),
        ("x = (1,\n  2); y = '''\n\n'''; z = 1\nw", ("x = (1,\n  2); y = '''\n\n'''; z = 1", "w")),
        ("a\n# the end", ("a\n# the end",)),
        ("# only this", ("# only this",)),
        ("a = = 1\nb", ("a = = 1\nb",)),
    ],
)
def test_the_pieces_of_code(source: str, parts: tuple[str, ...]) -> None:
    assert split_statements(source) == parts


@given(
    st.lists(st.sampled_from(["a = 1", "# said", "", "if a:\n    b = 2\n\n    c", "d; e", "'''x\ny'''"]), min_size=1)
)
def test_pieces_put_together_are_the_code(lines: list[str]) -> None:
    source = "\n".join(lines)
    for count in range(len(split_statements(source)) + 1):
        parts = "\n".join((first_pieces(source, count), rest(source, count) if count else source))
        assert [line for line in parts.split("\n") if line] == [line for line in source.split("\n") if line]
