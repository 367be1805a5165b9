"""Parameters in a plain list, and leaves that are attributes of a module and no parameters."""

from __future__ import annotations

import pytest

from tests.explain.traps.test_programs import told_of_program

SCALE = """
class Scale(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(4, 4)
        {made}
    def forward(self, x):
        return self.alpha * self.fc(x)
{net}
opt = torch.optim.SGD({parameters}, lr=0.1)
x, y = torch.randn(8, 4), torch.randn(8, 4)
for _ in range(2):
    loss = F.mse_loss(net(x), y)
    opt.zero_grad()
    loss.backward()
    opt.step()
"""
LEAF = "self.alpha = torch.ones(4, requires_grad=True)"


def scale(made: str = LEAF, net: str = "net = Scale()", parameters: str = "net.parameters()") -> str:
    return SCALE.format(made=made, net=net, parameters=parameters)


APPENDED = """self.coef = []
        for _ in range(degree):
            self.coef.append(nn.Parameter(torch.zeros(1)))"""
POLY = """
class Poly(nn.Module):
    def __init__(self, degree=3):
        super().__init__()
        {made}
        self.bias = nn.Parameter(torch.zeros(1))
    def forward(self, x):
        return self.bias + sum({parts}) * x
net = Poly()
opt = torch.optim.SGD({parameters}, lr=0.1)
x = torch.randn(8)
for _ in range(2):
    opt.zero_grad()
    F.mse_loss(net(x), x ** 2).backward()
    opt.step()
"""


def poly(made: str, parts: str = "self.coef", parameters: str = "net.parameters()") -> str:
    return POLY.format(made=made, parts=parts, parameters=parameters)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (scale(), "self.alpha of Scale gets a gradient, but is no parameter: net.parameters() has not got it, so no"),
        (scale(), "Write self.alpha = nn.Parameter(…) in place of `self.alpha = torch.ones(4, requires_grad=True)`."),
        (scale("self.alpha = torch.randn(4).requires_grad_()"), "`self.alpha = torch.randn(4).requires_grad_()`"),
        (scale(net="net = nn.Sequential(Scale(), nn.Linear(4, 4))"), "self.alpha of Scale gets a gradient"),
        (
            poly("self.coef = [nn.Parameter(torch.zeros(1)) for _ in range(degree)]"),
            "Poly keeps parameters in self.coef, a plain list, tuple or dict, where PyTorch does not find them",
        ),
        (poly("self.coef = {'a': nn.Parameter(torch.zeros(1))}", "self.coef.values()"), "Use nn.ParameterDict."),
        (poly(APPENDED), "Use nn.ParameterList."),
    ],
)
def test_what_is_no_parameter(code: str, words: str) -> None:
    [said] = told_of_program(code)
    assert words in said


@pytest.mark.parametrize(
    "code",
    [
        scale("self.alpha = nn.Parameter(torch.ones(4))"),
        scale("self.alpha = torch.ones(4)"),
        scale("self.register_buffer('alpha', torch.ones(4))"),
        scale(parameters="[*net.parameters(), net.alpha]"),
        # changed by hand
        scale(LEAF + "\n    def step(self):\n        self.alpha.data -= 0.1 * self.alpha.grad"),
        # only the input is optimized
        "class Style(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
        "        self.net = nn.Linear(4, 4).requires_grad_(False)\n"
        "        self.image = torch.rand(2, 4, requires_grad=True)\n"
        "    def forward(self):\n        return self.net(self.image)\n\n"
        "s = Style()\nopt = torch.optim.Adam([s.image], lr=0.1)\nfor _ in range(2):\n    opt.zero_grad()\n"
        "    s().pow(2).mean().backward()\n    opt.step()",
        poly("self.coef = nn.ParameterList([nn.Parameter(torch.zeros(1)) for _ in range(degree)])"),
        poly("self.coef = [nn.Parameter(torch.zeros(1))]", parameters="[net.bias, *net.coef]"),
        poly("self.fc = nn.Linear(1, 1)\n        self.coef = [self.fc.bias]"),
        poly("self.coef = [nn.Parameter(torch.zeros(1), requires_grad=False)]"),
    ],
)
def test_what_is_a_parameter_or_is_to_be_none(code: str) -> None:
    assert told_of_program(code) == []
