"""What is right but stands under another name is given the name that is asked for, tensors and networks alike."""

from __future__ import annotations

import pytest

from tests.tutor.lessons import COURSE, Player, feedback, lesson

NETWORKS = (
    COURSE
    + """
## Learn
<!-- step: learn task -->
```python setup
data = torch.tensor([[1.0], [2.0]])
far = torch.tensor([[3.0, 3.0, 3.0]])
```
Make `net`, which doubles, and `wide`, an `nn.Linear` of 1 and 3. `data` stays as it is.
<details><summary>Hint</summary>Two layers.</details>

```python check
module("net", inputs=[torch.randn(3, 1)], shape=(3, 1))
trained("net", loss=lambda net: ((net(data) - 2 * data) ** 2).mean(), below=0.2)
module("wide", inputs=[torch.randn(2, 1)], shape=(2, 3))
tensor("data", [[1.0], [2.0]])
```
```python solution
net = nn.Linear(1, 1)
opt = torch.optim.Adam(net.parameters(), lr=0.1)
for _ in range(200):
    opt.zero_grad()
    ((net(data) - 2 * data) ** 2).mean().backward()
    opt.step()
wide = nn.Linear(1, 3)
```
"""
)
TRAINS = """
for _ in range(200):
    opt.zero_grad()
    loss = ((model(data) - 2 * data) ** 2).mean()
    loss.backward()
    opt.step()
"""
MADE = "model = nn.Linear(1, 1)"
OPTIMIZER = "opt = torch.optim.Adam(model.parameters(), lr=0.1)"
NAMED = "`model` holds the right value. Give it the name `net`."


def said(*inputs: str) -> list[str]:
    player = Player(lesson(NETWORKS))
    player.begin("learn")
    return [text for line in inputs for _, text in feedback(player.type(line))]


@pytest.mark.parametrize("inputs", [[MADE, OPTIMIZER, TRAINS], [f"{MADE}\n{OPTIMIZER}{TRAINS}"]])
def test_a_network_that_has_learned_under_another_name_is_named(inputs: list[str]) -> None:
    assert said(*inputs)[-1] == NAMED


def test_it_is_named_also_where_the_name_that_is_asked_for_stands_for_another() -> None:
    assert said("net = nn.Linear(1, 1)", f"{MADE}\n{OPTIMIZER}{TRAINS}")[-1] == NAMED
    assert said("wide = nn.Linear(3, 1)", "other = nn.Linear(1, 3)")[-1] == NAMED.replace("net", "wide").replace(
        "model", "other"
    )


def test_another_one_beside_the_right_one_is_no_answer() -> None:
    assert not any("`other`" in text for text in said("wide = nn.Linear(1, 3)", "other = nn.Linear(1, 3)"))
    assert not any("`other`" in text for text in said("wide = nn.Linear(3, 1)", "other = wide"))


def test_one_that_has_not_learned_is_not_the_right_one() -> None:
    assert not any("name `net`" in text for text in said(MADE, OPTIMIZER, "loss = model(data).mean()"))


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("other = nn.Linear(1, 3)", ["`other` holds the right value. Give it the name `wide`."]),
        ("a, other = 1, nn.Linear(1, 3)", ["`other` holds the right value. Give it the name `wide`."]),
        ("nn.Linear(1, 3)", ["That is it. Give it the name `wide`."]),
        ("other = nn.Linear(3, 1)", []),
        ("nn.Linear(1, 3)(data)", []),
    ],
)
def test_a_network_of_which_only_the_form_is_asked(line: str, told: list[str]) -> None:
    assert said(line) == told


def test_a_network_that_is_only_looked_at_is_none() -> None:
    assert said(MADE + "; other = nn.Linear(1, 3)", "other", "other.train()")[1:] == []


def test_what_the_setup_made_right_is_not_made_once_more_under_another_name() -> None:
    assert said("copy = data.clone()", "data * 1", "copy = data + 0") == []


def test_what_the_setup_made_and_the_lines_have_spoilt_is_named() -> None:
    assert said("data = data + 1", "copy = data - 1")[-1] == "`copy` holds the right value. Give it the name `data`."


@pytest.mark.parametrize("line", ["print(1)", "None", "pass", "k = 1"])
def test_a_line_without_a_value_is_not_taken_for_the_value_shown_before(line: str) -> None:
    assert said("nn.Linear(1, 3)", line, line)[1:] == []
