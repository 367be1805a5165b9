"""A mended class whose instance has learned or gathered something: that is not thrown away."""

from __future__ import annotations

import pytest

from tests.explain.failing import fails, session, why

AGENT = """\
class Agent:
    def __init__(self):
        self.net = nn.Linear(2, 1)
        self.losses = []
    def learn(self):
        loss = self.net(torch.ones(3, 2)).mean()
        loss.backward()
        self.losses.append(loss)
    def table(self):
        return torch.zeros(2, 3).view(7)

agent = Agent()
agent.learn()
"""
TRAINED = """\
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(4, 2)
    def forward(self, x):
        return self.fc(x)
    def picture(self, x):
        return x.permute(0, 2, 1).view(2, 12)

net = Net()
opt = torch.optim.SGD(net.parameters(), lr=0.1)
"""
STEP = "net(torch.ones(3, 4)).sum().backward()\nopt.step()\n"


def test_what_was_trained_keeps_its_weights() -> None:
    [fix, *_] = why(TRAINED + STEP + "net.picture(torch.rand(2, 3, 4))").fixes
    assert fix.code.endswith("\n\nnet.__class__ = Net")
    live = session()
    fails(TRAINED + STEP + "net.picture(torch.rand(2, 3, 4))", live)
    before = live.namespace["net"].fc.weight
    for outcome in live.run(fix.code + "\nmade = net.picture(torch.rand(2, 3, 4))\n"):
        assert outcome.error is None
    assert live.namespace["net"].fc.weight is before


def test_what_was_not_trained_is_made_again() -> None:
    [fix, *_] = why(TRAINED + "net.picture(torch.rand(2, 3, 4))").fixes
    assert "net = Net()" in fix.code
    assert "__class__" not in fix.code


def test_numbers_for_the_losses_that_were_kept() -> None:
    code = AGENT.replace("torch.zeros(2, 3).view(7)", "np.array(self.losses)")
    explanation = why("import numpy as np\n" + code + "curve = agent.table()")
    assert "In Agent.learn, write self.losses.append(loss.item())" in explanation.text
    [fix] = explanation.fixes
    assert fix.code == "agent.losses = [each.item() for each in agent.losses]\ncurve = agent.table()"


def test_losses_in_the_method_that_appends_them() -> None:
    code = AGENT.replace("self.losses.append(loss)", "self.losses.append(loss)\n        return np.mean(self.losses)")
    explanation = why("import numpy as np\n" + code)
    assert "In Agent.learn, write self.losses.append(loss.item())" in explanation.text
    assert not any(fix.code.startswith("agent.losses =") for fix in explanation.fixes)


@pytest.mark.parametrize("trained", [False, True])
def test_a_network_of_another_size_is_not_made_in_place_of_a_trained_one(*, trained: bool) -> None:
    code = "net = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 2))\n"
    code += "opt = torch.optim.SGD(net.parameters(), lr=0.1)\n"
    code += STEP if trained else ""
    fixes = why(code + "net(torch.ones(3, 5))").fixes
    assert bool(fixes) is not trained
    if not trained:
        assert fixes[0].code.endswith("\nopt = torch.optim.SGD(net.parameters(), lr=0.1)")
