"""Terms of a loss that are computed from gradients without a graph."""

from __future__ import annotations

import pytest

from tests.explain.traps.test_programs import told_of_program

CRITIC = """
critic = nn.Sequential(nn.Linear(2, 8), nn.Tanh(), nn.Linear(8, 1))
opt = torch.optim.Adam(critic.parameters(), lr=1e-3)
real, fake = torch.randn(16, 2), torch.randn(16, 2) + 2
def penalty(critic, real, fake):
    eps = torch.rand(len(real), 1)
    mixed = (eps * real + (1 - eps) * fake).requires_grad_(True)
    score = critic(mixed)
    {lines}
for _ in range(2):
    opt.zero_grad()
    gp = penalty(critic, real, fake)
    loss = critic(fake).mean() - critic(real).mean() + 10 * gp
    loss.backward()
    opt.step()
"""
PHYSICS = """
net = nn.Sequential(nn.Linear(1, 16), nn.Tanh(), nn.Linear(16, 1))
opt = torch.optim.Adam(net.parameters(), lr=1e-3)
t = torch.linspace(0, 1, 20).unsqueeze(1).requires_grad_()
slope, start = torch.ones(20, 1), torch.zeros(20, 1)
for _ in range(2):
    u = net(t)
    du, = torch.autograd.grad(u, t, torch.ones_like(u){more})
    physics = ((du - slope) ** 2).mean()
    loss = F.mse_loss(net(start), start) + physics
    opt.zero_grad()
    loss.backward()
    opt.step()
"""


def critic(*lines: str) -> str:
    return CRITIC.format(lines="\n    ".join(lines))


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (
            critic(
                "grad = torch.autograd.grad(score.sum(), mixed)[0]", "return ((grad.norm(2, dim=1) - 1) ** 2).mean()"
            ),
            "is computed from torch.autograd.grad(…), which has no graph without create_graph=True",
        ),
        (
            critic(
                "grad = torch.autograd.grad(outputs=score, inputs=mixed, grad_outputs=torch.ones_like(score))[0]",
                "norm = grad.view(len(grad), -1).norm(2, dim=1)",
                "return ((norm - 1) ** 2).mean()",
            ),
            "Add create_graph=True to that call.",
        ),
        (PHYSICS.format(more=""), "physics is computed from torch.autograd.grad(…)"),
        (PHYSICS.format(more=", retain_graph=True"), "backward() gives no gradient for it"),
    ],
)
def test_a_gradient_without_a_graph(code: str, words: str) -> None:
    [said] = told_of_program(code)
    assert words in said


@pytest.mark.parametrize(
    "code",
    [
        critic(
            "grad = torch.autograd.grad(score.sum(), mixed, create_graph=True)[0]",
            "return ((grad.norm(2, dim=1) - 1) ** 2).mean()",
        ),
        PHYSICS.format(more=", create_graph=True"),
        # a number beside the loss
        "net = nn.Linear(2, 1)\nx = torch.randn(4, 2, requires_grad=True)\nloss = net(x).pow(2).mean()\n"
        "g = torch.autograd.grad(loss, x, retain_graph=True)[0]\nsize = g.norm()\nloss.backward()",
        # the size of the gradient as a weight of the loss
        "net = nn.Linear(2, 1)\nx = torch.randn(4, 2, requires_grad=True)\nout = net(x).pow(2).mean()\n"
        "w = torch.autograd.grad(out, x, retain_graph=True)[0].norm()\nloss = out * w\nloss.backward()",
    ],
)
def test_a_gradient_with_a_graph(code: str) -> None:
    assert told_of_program(code) == []
