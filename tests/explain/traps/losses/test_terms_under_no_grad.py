"""A term of the loss that was computed under no_grad."""

from __future__ import annotations

import pytest

from tests.explain.traps.test_programs import told_of_program

MADE = """
net, critic = nn.Linear(3, 3), nn.Linear(3, 1)
opt = torch.optim.SGD([*net.parameters(), *critic.parameters()], lr=0.1)
x, y = torch.randn(4, 3), torch.randn(4, 3)
"""
ADVERSARIAL = """
for step in range(2):
    opt.zero_grad()
    out = net(x)
    rec = F.mse_loss(out, y)
    with torch.no_grad():
        adv = F.binary_cross_entropy_with_logits(critic(out), torch.ones(4, 1))
    loss = rec + 0.1 * adv
    loss.backward()
    opt.step()
"""
PENALTY = """
def penalty(model):
    with torch.no_grad():
        return sum(p.pow(2).sum() for p in model.parameters())
lam = 1e-3
loss = F.mse_loss(net(x), y) + lam * penalty(net)
loss.backward()
"""
DECORATED = """
@torch.no_grad()
def smoothness(model, x):
    return model.weight.abs().mean()
def train_step(model, x, y):
    loss = F.mse_loss(model(x), y)
    loss = loss + smoothness(model, x)
    loss.backward()
    return loss.item()
value = train_step(net, x, y)
"""


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (ADVERSARIAL, "adv was computed under torch.no_grad(), so it has no graph"),
        (PENALTY, "backward() gives no gradient for it. Compute it outside of no_grad()."),
        (DECORATED, "was computed under torch.no_grad()"),
    ],
)
def test_a_term_without_graph(code: str, words: str) -> None:
    [said] = told_of_program(MADE + code)
    assert words in said


TARGET = """
with torch.no_grad():
    goal = y + 0.9 * critic(x)
loss = F.mse_loss(net(x), goal) + F.l1_loss(net(x), y)
loss.backward()
"""
ADAPTIVE_WEIGHT = """
rec, adv = F.mse_loss(net(x), y), critic(net(x)).mean()
with torch.no_grad():
    lam = F.mse_loss(net(x), y)
loss = rec + lam * adv
loss.backward()
"""
FOR_PRINTING = """
with torch.no_grad():
    valid = F.mse_loss(net(x), y)
train = F.mse_loss(net(x), y)
both = train + valid
train.backward()
"""
WITH_GRAPH = """
norm = sum(p.pow(2).sum() for p in net.parameters())
loss = F.mse_loss(net(x), y) + 1e-3 * norm
loss.backward()
with torch.no_grad():
    norm = sum(p.pow(2).sum() for p in net.parameters())
"""


@pytest.mark.parametrize("code", [TARGET, ADAPTIVE_WEIGHT, FOR_PRINTING, WITH_GRAPH])
def test_what_is_meant_to_have_no_graph(code: str) -> None:
    assert told_of_program(MADE + code) == []
