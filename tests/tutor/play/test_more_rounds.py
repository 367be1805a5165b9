"""A training that is not there yet: what is said before it, and where only rounds are missing nothing is blamed."""

from __future__ import annotations

import pytest

from tests.tutor.lessons import FRONT, Player, feedback, lesson

FIT = (
    FRONT
    + """
## Fit
<!-- step: before demo -->
```python demo
net = nn.Linear(2, 1)
```

## Alone
<!-- step: fit task -->
```python setup
rows = torch.randn(40, 3)
goals = rows @ torch.tensor([[1.0], [2.0], [3.0]]) + 4
```
Train `net`.
<details><summary>Hint</summary>As before.</details>

```python check
trained("net", loss=lambda net: ((net(rows) - goals) ** 2).mean() ** 0.5, below=0.1, rule=True)
```
```python solution
net = nn.Linear(3, 1)
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
for epoch in range(100):
    optimizer.zero_grad()
    ((net(rows) - goals) ** 2).mean().backward()
    optimizer.step()
```
~~~python wrong says="Without a bias it cannot." mentions="Linear()" lacks="lr<0.01 0.01" outcome=any
net = nn.Linear(3, 1, bias=False)
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
for epoch in range(100):
    optimizer.zero_grad()
    ((net(rows) - goals) ** 2).mean().backward()
    optimizer.step()
~~~
~~~python wrong says="Such small steps." mentions="0.01" outcome=any
net = nn.Linear(3, 1)
optimizer = torch.optim.SGD(net.parameters(), lr=0.01)
for epoch in range(100):
    optimizer.zero_grad()
    ((net(rows) - goals) ** 2).mean().backward()
    optimizer.step()
~~~
"""
)
LOOP = """for epoch in range({}):
    optimizer.zero_grad()
    ((net(rows) - goals) ** 2).mean().backward()
    optimizer.step()
"""


def heard(*inputs: str) -> list[str]:
    player = Player(lesson(FIT))
    player.begin("fit")
    said = [feedback(player.type(text)) for text in inputs]
    return [text for each in said for _, text in each]


def trained(rounds: int, layer: str = "nn.Linear(3, 1)", rate: str = "0.1") -> list[str]:
    made = f"optimizer = torch.optim.SGD(net.parameters(), lr={rate})"
    return heard(f"net = {layer}", made, LOOP.format(rounds))


def test_where_rounds_are_missing_nothing_is_blamed() -> None:
    last = trained(10)[-1]
    assert last.startswith("From the rule behind the data `net` is still ")
    assert last.endswith("off; this step wants it less than 0.1 off. More rounds of your loop bring it there.")


def test_what_rounds_cannot_mend_and_what_is_of_time_itself_is_told() -> None:
    assert trained(10, "nn.Linear(3, 1, bias=False)")[-1] == "Without a bias it cannot."
    assert trained(10, rate="0.01")[-1] == "Such small steps."


def test_a_loop_that_moves_nothing_is_not_told_to_go_on() -> None:
    made = "optimizer = torch.optim.SGD(net.parameters(), lr=0.1)"
    loop = LOOP.format(10).replace("    optimizer.step()\n", "")
    near = "net = nn.Linear(3, 1)\nwith torch.no_grad():\n    net.bias += 3.9 * (torch.rand(1) > 0.5)"
    for layer in ("net = nn.Linear(3, 1)", near):
        assert not any("More rounds" in each for each in heard(layer, made, loop))


@pytest.mark.parametrize("before", [[], ["net = nn.Linear(3, 1)"], ["torch.randn(2)"]])
def test_a_network_is_right_so_far_whatever_it_begins_with(before: list[str]) -> None:
    assert heard(*before, "net = nn.Linear(3, 1)")[-1:] in (["Right so far: go on."], [])
    assert not any("rule behind" in each for each in heard(*before, "net = nn.Linear(3, 1)"))


def test_what_an_earlier_step_has_left_is_no_beginning() -> None:
    said = heard("net = nn.Linear(2, 1)")
    assert said
    assert "Right so far" not in said[0]
