"""A target network that gets the parameters of another network, and not its running statistics."""

from __future__ import annotations

import pytest

from tests.explain.traps.test_programs import told_of_program

MADE = """
import copy
online = nn.Sequential(nn.Linear(4, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Linear(8, 2))
target = copy.deepcopy(online){mode}
opt = torch.optim.Adam(online.parameters(), lr=1e-2)
states, returns = 5 + 3 * torch.randn(16, 4), torch.randn(16, 2)
for _ in range(3):
    opt.zero_grad()
    F.mse_loss(online(states), returns).backward()
    opt.step()
"""
HARD = """
with torch.no_grad():
    for p, tp in zip(online.parameters(), target.parameters()):
        tp.copy_(p)
    next_q = target(states).max(1).values
"""
LINE_BY_LINE = """
for tp, p in zip(target.parameters(), online.parameters()):
    tp.data.copy_(p.data)
with torch.no_grad():
    next_q = target(states).max(1).values
"""
SOFT = """
def soft_update(source, slow, tau):
    for p, q in zip(source.parameters(), slow.parameters()):
        q.data.copy_(tau * p.data + (1 - tau) * q.data)
for step in range(3):
    with torch.no_grad():
        goal = returns + 0.9 * target(states)
    opt.zero_grad()
    loss = F.mse_loss(online(states), goal)
    loss.backward()
    opt.step()
    soft_update(online, target, 0.01)
"""
EVAL = MADE.format(mode=".eval()")


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (HARD, "Copy all by target.load_state_dict(online.state_dict())."),
        (LINE_BY_LINE, "Only the parameters of online are copied to target."),
        (SOFT, "in a loop over zip(source.buffers(), slow.buffers()). That is line"),
    ],
)
def test_a_target_without_the_statistics(code: str, words: str) -> None:
    [said] = told_of_program(EVAL + code)
    assert words in said


BUFFERS_TOO = """
with torch.no_grad():
    for p, tp in zip(online.parameters(), target.parameters()):
        tp.copy_(p)
    for b, tb in zip(online.buffers(), target.buffers()):
        tb.copy_(b)
    next_q = target(states).max(1).values
"""
AT_LAST = """
for p, tp in zip(online.parameters(), target.parameters()):
    tp.data.copy_(p.data)
for b, tb in zip(online.buffers(), target.buffers()):
    tb.copy_(b)
with torch.no_grad():
    next_q = target(states).max(1).values
"""
NO_NORM = """
online, target = nn.Linear(4, 2), nn.Linear(4, 2).eval()
with torch.no_grad():
    for p, tp in zip(online.parameters(), target.parameters()):
        tp.copy_(p)
    next_q = target(states)
"""
WHOLE = """
_ = target.load_state_dict(online.state_dict())
with torch.no_grad():
    next_q = target(states).max(1).values
"""


@pytest.mark.parametrize(
    "code", [EVAL + BUFFERS_TOO, EVAL + AT_LAST, EVAL + NO_NORM, EVAL + WHOLE, MADE.format(mode="") + SOFT]
)
def test_a_target_with_all_of_it(code: str) -> None:
    assert told_of_program(code) == []
