"""Target networks, teachers and best models that are the network itself."""

from __future__ import annotations

import pytest

from tests.explain.traps.test_programs import told_of_program

AGENT = """
import copy
class Agent:
    def __init__(self, states=4, actions=2):
        self.net = nn.Sequential(nn.Linear(states, 16), nn.ReLU(), nn.Linear(16, actions))
        {made}
        self.opt = torch.optim.Adam(self.net.parameters(), lr=1e-2)
    def sync(self):
        {sync}
    def learn(self, s, a, r, s2):
        with torch.no_grad():
            goal = r + 0.9 * self.target(s2).max(1).values
        q = self.net(s).gather(1, a.unsqueeze(1)).squeeze(1)
        loss = F.smooth_l1_loss(q, goal)
        self.opt.zero_grad()
        loss.backward()
        self.opt.step()
agent = Agent()
s, s2 = torch.randn(32, 4), torch.randn(32, 4)
a, r = torch.randint(0, 2, (32,)), torch.rand(32)
{then}
"""
SAME = "self.target = self.net"
OWN = "self.target = copy.deepcopy(self.net)"
NEW = "self.target = nn.Sequential(nn.Linear(states, 16), nn.ReLU(), nn.Linear(16, actions))"
LOAD = "self.target.load_state_dict(self.net.state_dict())"
LEARN = "for _ in range(3):\n    agent.learn(s, a, r, s2)"


def agent(made: str, sync: str = LOAD, then: str = LEARN) -> str:
    return AGENT.format(made=made, sync=sync, then=then)


MIXED = """
import copy
policy = nn.Linear(4, 2)
target_net = {target}
def soft_update(online, slow, tau=0.05):
    for p, q in zip(online.parameters(), slow.parameters()):
        {body}
soft_update(policy, target_net)
"""
WHOLE = "q.data.copy_(tau * p.data + (1 - tau) * q.data)"
STUDENT = """
import copy
class MeanTeacher(nn.Module):
    def __init__(self, student):
        super().__init__()
        self.student = student
        self.teacher = {teacher}
    def forward(self, x):
        with torch.no_grad():
            goal = self.teacher(x).softmax(1)
        return F.cross_entropy(self.student(x), goal)
trained = MeanTeacher(nn.Linear(6, 3))
opt = torch.optim.SGD(trained.student.parameters(), lr=0.1)
x = torch.randn(8, 6)
for _ in range(3):
    opt.zero_grad()
    loss = trained(x)
    loss.backward()
    opt.step()
"""
BEST = """
import copy
net = nn.Linear(3, 1)
best = {best}
best.load_state_dict(net.state_dict());
"""


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (
            agent(SAME),
            "self.target and self.net are one network: `self.target = self.net` gives it a second name and copies "
            "nothing, so self.target changes with each step of self.net. Make a network of its own: self.target = "
            "copy.deepcopy(self.net).",
        ),
        (agent(SAME, then="agent.sync()"), "`self.target = self.net` gives it a second name"),
        (
            agent(NEW, LOAD + "\n        " + SAME, "agent.sync()"),
            "so leave `self.target = self.net` out.",
        ),
        (agent(NEW, SAME + "\n        " + LOAD, "agent.sync()"), "makes self.target a second name of self.net"),
        (agent(NEW, SAME, "agent.sync()\n" + LEARN), "`self.target = self.net` gives it a second name"),
        (
            MIXED.format(target="policy", body="q.data.copy_(tau * p.data + (1 - tau) * q.data)"),
            "`target_net = policy`",
        ),
        (MIXED.format(target="policy", body="q.data.mul_(1 - tau)\n        q.data.add_(tau * p.data)"), "one network"),
        (STUDENT.format(teacher="student"), "`self.teacher = student` gives it a second name"),
        (BEST.format(best="net").replace("best.load", "_ = best.load"), "best and net are one network: `best = net`"),
        (BEST.format(best="net.eval()"), "`best = net.eval()` gives it a second name"),
        (BEST.format(best="net"), "best and net are one network: `best = net`"),
    ],
)
def test_one_network_by_two_names(code: str, words: str) -> None:
    [said] = told_of_program(code)
    assert words in said


CHOSEN = "self.target = copy.deepcopy(self.net) if actions > 2 else self.net"
CHOSEN_IN_IF = f"if actions > 2:\n            {OWN}\n        else:\n            {SAME}"


@pytest.mark.parametrize(
    "code",
    [
        agent(OWN, then="agent.sync()\n" + LEARN),
        agent(NEW, then="agent.sync()\n" + LEARN),
        agent(CHOSEN, then="agent.sync()\n" + LEARN),
        agent(CHOSEN_IN_IF, then="agent.sync()\n" + LEARN),
        agent(NEW, "self.target = copy.deepcopy(self.net)", "agent.sync()\n" + LEARN),
        MIXED.format(target="copy.deepcopy(policy)", body=WHOLE),
        STUDENT.format(teacher="copy.deepcopy(student)"),
        BEST.format(best="copy.deepcopy(net)"),
        "net = nn.Linear(2, 1)\nmodel = net\nstate = net.state_dict()\nmodel.load_state_dict(state);",
        # one network for both sides, as in SimSiam
        "net = nn.Linear(3, 3)\nopt = torch.optim.SGD(net.parameters(), lr=0.1)\nx = torch.randn(4, 3)\n"
        "for _ in range(2):\n    opt.zero_grad()\n    with torch.no_grad():\n        goal = net(x + 0.1)\n"
        "    loss = F.mse_loss(net(x), goal)\n    loss.backward()\n    opt.step()",
    ],
)
def test_two_networks_or_one_on_purpose(code: str) -> None:
    assert told_of_program(code) == []
