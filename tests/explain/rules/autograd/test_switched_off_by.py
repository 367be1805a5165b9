"""What turned grad mode off: the decorator of a function, a block in it, a statement before."""

from __future__ import annotations

import pytest
import torch

from tests.explain.failing import check, why

HEAD = "model = nn.Linear(4, 2)\nx, y = torch.randn(3, 4), torch.tensor([0, 1, 1])\n"


@pytest.mark.parametrize("mode", ["no_grad", "inference_mode"])
def test_the_decorator_of_the_function_that_failed(mode):
    function = "def evaluate(x, y):\n    loss = F.cross_entropy(model(x), y)\n    loss.backward()\n    return loss"
    code = f"{HEAD}@torch.{mode}()\n{function}\nevaluate(x, y)"
    check(code, f"@torch.{mode}() above evaluate turns it off for all that evaluate computes", [function])


def test_of_a_method():
    code = """
class Agent:
    def __init__(self):
        self.net = nn.Linear(4, 2)
    @torch.no_grad()
    def learn(self, x):
        loss = self.net(x).mean()
        loss.backward()
agent = Agent()
agent.learn(torch.randn(3, 4))
"""
    explanation = why(code)
    assert "@torch.no_grad() above learn turns it off" in explanation.text
    assert ["no_grad" in fix.code for fix in explanation.fixes] == [False]


def test_of_a_function_that_gave_the_result():
    code = HEAD + "@torch.no_grad()\ndef predict(x):\n    return model(x)\nloss = predict(x).mean()\nloss.backward()"
    check(code, "@torch.no_grad() above predict turns it off for all that predict computes")


def test_of_forward():
    code = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(4, 2)
    @torch.no_grad()
    def forward(self, x):
        return self.fc(x)
net = Net()
for epoch in range(3):
    loss = net(torch.randn(3, 4)).mean()
    loss.backward()
"""
    check(code, "Nothing was recorded for loss, because grad mode was off. @torch.no_grad() above forward turns it off")


def test_a_block_in_the_function():
    code = HEAD + "def run():\n    with torch.no_grad():\n        loss = model(x).mean()\n    loss.backward()\nrun()"
    check(code, "It is in the block `with torch.no_grad():`. Write what the gradients are for outside of that block.")


def test_a_statement_before():
    code = HEAD + "torch.set_grad_enabled(False)\nloss = model(x).mean()\nloss.backward()"
    try:
        assert "`torch.set_grad_enabled(False)` has turned it off for all that follows" in why(code).text
    finally:
        torch.set_grad_enabled(True)


def test_a_forward_that_is_decorated_some_steps_before() -> None:
    code = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(4, 3)
    @torch.no_grad()
    def forward(self, x):
        return self.fc(x)
net = Net()
scores = net(torch.randn(5, 4))
rows = scores.reshape(-1, 3)
loss = F.cross_entropy(rows, torch.tensor([0, 1, 2, 0, 1]))
loss.backward()
"""
    said = "@torch.no_grad() above forward turns it off for all that forward computes: take that line away."
    assert said in why(code).text
