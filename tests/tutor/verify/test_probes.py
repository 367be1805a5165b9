"""On which inputs two programs are compared: the hidden ones and others like them, none of them twice."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from ptrepl.tutor.verify.probes import probes
from tests.tutor.lessons import FRONT, given, lesson

STEP = """
## Doubling
<!-- step: doubling task -->
Write `double(x)`.
```python starter
def double(x):
    ___
```
<details><summary>Hint</summary>Two.</details>

```python check
{check}
```
```python solution
def double(x):
    return 2 * x
```
"""


def arguments(check: str) -> list[tuple[Any, ...]]:
    made = lesson(FRONT + STEP.format(check=check))
    return [probe.arguments for probe in probes(made, made.steps[0], {}, given())]


@pytest.mark.parametrize(
    ("inputs", "found"),
    [
        ("[(3.0,)]", [(3.0,), (4.75,), (-3.0,)]),
        ("[3.0, 3.0]", [(3.0,), (4.75,), (-3.0,)]),
        ("[0.0, -0.0]", [(0.0,), (-0.0,), (0.25,)]),
        ("[(1.0, 2.0)]", [(1.0, 2.0), (1.75, 3.25), (2.0, 1.0), (-1.0, -2.0)]),
        ("[True, 1]", [(True,), (1,), (2,)]),
    ],
)
def test_an_input_that_is_not_drawn_is_there_once(inputs: str, found: list[tuple[Any, ...]]) -> None:
    assert list(map(repr, arguments(f'function("double", lambda *x: x, {inputs})'))) == list(map(repr, found))


def test_what_is_drawn_is_drawn_with_two_seeds() -> None:
    found = arguments('function("double", lambda x: 2 * x, [torch.randn(2), torch.ones(2)])')
    drawn = [x for (x,) in found if not torch.equal(x.abs(), torch.ones(2)) and not torch.equal(x, x[:1].expand(2))]
    assert len(found) == 9
    assert len(drawn) == 6


def test_tensors_of_equal_values_may_differ_otherwise() -> None:
    x = "torch.ones(2, 2)"
    inputs = f"[{x}, {x}.double(), {x}.requires_grad_(), {x}.expand(2, 2, 2)[0], torch.ones(2, 3)[:, :2], {x}]"
    assert len([x for (x,) in arguments(f'function("double", lambda x: x, {inputs})') if x.flatten()[0] == 1]) == 4


def test_a_check_without_a_function_is_not_run() -> None:
    assert arguments('raise SystemExit\ntensor("x", [1.0])') == []
