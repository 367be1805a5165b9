"""What torch.autograd.grad was not computed from: a function that ignores it, or no line that reads it."""

from __future__ import annotations

from tests.explain.failing import check, why

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


def test_a_tensor_that_is_made_in_the_line_itself() -> None:
    code = "x = torch.ones(3, requires_grad=True)\nenergy = (x**2).sum()\ntorch.autograd.grad(energy, -x)"
    said = "-x is a new tensor, made in this line: ask for the gradient of the tensor that energy was computed from"
    assert said in why(code).text
