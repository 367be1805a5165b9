"""A network of earlier lines holds gradients still; the step of another optimizer has none for another reason."""

from __future__ import annotations

import pytest

from tests.explain.traps.test_programs import told_of_program

BEFORE = """
net = nn.Linear(3, 2)
first = torch.optim.SGD(net.parameters(), lr=0.1)
net(torch.ones(4, 3)).mean().backward()
first.step()
del first
body = nn.Linear(3, 2)
optimizer = torch.optim.SGD(body.parameters(), lr=0.1)
loss = body(torch.ones(4, 3)).mean()
"""


@pytest.mark.parametrize(
    "then",
    [
        "optimizer.step()",
        "optimizer.step()\nloss.backward()",
        "loss.backward()\noptimizer.zero_grad()\noptimizer.step()",
        "optimizer = torch.optim.SGD(body.parameters(), lr=0.5)\noptimizer.step()",
    ],
    ids=["no backward pass", "backward pass after the step", "cleared before the step", "made again"],
)
def test_no_gradients_are_laid_to_an_earlier_network(then: str) -> None:
    assert not [said for said in told_of_program(BEFORE + then) if "net" in said.replace("network", "")]


def test_in_a_loop_the_gradients_are_laid_to_the_network_that_gets_them() -> None:
    loop = "for _ in range(3):\n    optimizer.zero_grad()\n    other(torch.ones(4, 3)).mean().backward()\n"
    said = told_of_program(f"{BEFORE}other = nn.Linear(3, 2)\n{loop}    optimizer.step()")
    assert any("backward() gave gradients to other, and optimizer has other parameters." in each for each in said)


def test_a_backward_pass_through_the_other_network_is_told() -> None:
    said = told_of_program(f"{BEFORE}net.zero_grad()\nnet(torch.ones(4, 3)).sum().backward()\noptimizer.step()")
    assert any("backward() gave gradients to net, and optimizer has other parameters." in each for each in said)
