"""What torch.autograd.grad was not computed from: a function that ignores it, or no line that reads it."""

from __future__ import annotations

from tests.explain.failing import check

MADE = """
net = nn.Linear(3, 1)
x = torch.rand(4, 3)
def f(t):
    return net(x)
"""


def test_a_function_that_ignores_its_argument() -> None:
    code = MADE + "t = torch.rand(4, 3, requires_grad=True)\ny = f(t).sum()\ng = torch.autograd.grad(y, t)"
    check(code, "f was given t and never reads t, its argument: it computes with x. In f, write `return net(t)`.", [])


def test_a_tensor_that_no_line_reads() -> None:
    code = """
    net = nn.Linear(3, 1)
    def penalty(a):
        b = (a + 1).requires_grad_()
        score = net(a)
        return torch.autograd.grad(score.sum(), b)[0]
    penalty(torch.rand(4, 3))
    """
    check(code, "No line before this one reads b: score computes with a. With b it is score = net(b).", [])


def test_what_may_be_as_it_should_be() -> None:
    code = "a, b = (torch.rand(2, requires_grad=True) for _ in 'ab')\ng = torch.autograd.grad(a.sum(), [a, b])"
    check(code, "Where that is as it should be, allow_unused=True gives None", [])
