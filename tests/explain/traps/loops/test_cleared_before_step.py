"""zero_grad between backward and the step: nothing is learnt."""

from __future__ import annotations

import pytest

from tests.explain.traps.test_programs import told_of_program

MADE = """
net = nn.Linear(3, 3)
opt = torch.optim.SGD(net.parameters(), lr=0.1)
x, y = torch.randn(4, 3), torch.randn(4, 3)
"""
INNER_LOOP = """
for step in range(3):
    guess = x
    for _ in range(2):
        guess = net(guess.detach())
        loss = (guess - y).pow(2).mean()
        loss.backward()
    opt.zero_grad()
    opt.step()
"""
MICRO_BATCHES = """
for i in range(4):
    loss = F.mse_loss(net(x), y) / 2
    loss.backward()
    if (i + 1) % 2 == 0:
        opt.zero_grad()
        opt.step()
"""
TRAINER = """
class Trainer:
    def __init__(self, model):
        self.model = model
        self.optimizer = torch.optim.Adam(model.parameters())
    def step(self, x, y):
        loss = F.mse_loss(self.model(x), y)
        loss.backward()
        self.optimizer.zero_grad()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self.optimizer.step()
        return loss.item()
trainer = Trainer(net)
value = trainer.step(x, y)
"""
OF_THE_NETWORK = """
for epoch in range(3):
    loss = F.mse_loss(net(x), y)
    loss.backward()
    net.zero_grad()
    print(loss.item())
    opt.step()
"""


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (INNER_LOOP, "Put it before the loop in which backward() runs"),
        (MICRO_BATCHES, "opt.zero_grad() stands between backward() and opt.step()"),
        (TRAINER, "self.optimizer.zero_grad() stands between backward() and self.optimizer.step()"),
        (OF_THE_NETWORK, "net.zero_grad() stands between backward() and opt.step()"),
    ],
)
def test_gradients_that_no_step_sees(code: str, words: str) -> None:
    [said] = told_of_program(MADE + code)
    assert words in said


WARM_UP = """
scheduler = torch.optim.lr_scheduler.StepLR(opt, 2)
rates = []
for epoch in range(4):
    opt.zero_grad()
    opt.step()
    scheduler.step()
    rates.append(scheduler.get_last_lr())
"""
OWN_GRADIENTS = """
for _ in range(2):
    F.mse_loss(net(x), y).backward()
    kept = [p.grad.clone() for p in net.parameters()]
    opt.zero_grad()
    net.weight.grad = kept[0].sign()
    net.bias.grad = kept[1].sign()
    opt.step()
"""
TWO_OPTIMIZERS = """
other = nn.Linear(3, 3)
opt_other = torch.optim.SGD(other.parameters(), lr=0.1)
for _ in range(2):
    opt.zero_grad()
    F.mse_loss(other(net(x)), y).backward()
    opt_other.zero_grad()
    opt.step()
"""
SECOND_LOSS = """
for _ in range(2):
    opt.zero_grad()
    first = F.mse_loss(net(x), y)
    first.backward()
    norm = net.weight.grad.norm()
    opt.zero_grad()
    second = F.l1_loss(net(x), y)
    second.backward()
    opt.step()
"""
LATE_CLEAR = """
for i in range(4):
    loss = F.mse_loss(net(x), y) / 2
    loss.backward()
    if (i + 1) % 2 == 0:
        opt.step()
        opt.zero_grad()
"""


@pytest.mark.parametrize("code", [WARM_UP, OWN_GRADIENTS, TWO_OPTIMIZERS, SECOND_LOSS, LATE_CLEAR])
def test_gradients_that_a_step_uses(code: str) -> None:
    assert told_of_program(MADE + code) == []
