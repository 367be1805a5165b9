"""Attributes that cannot be assigned, gradients and parameters."""

from __future__ import annotations

import pytest

from tests.explain.failing import check, why


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    ("code", "said", "fixes"),
    [
        (
            "prices = torch.ones(3)\nprices.dtype = torch.float32",
            "The dtype of a tensor is read, not assigned. prices.to(torch.float32) makes a new tensor that has it.",
            ["prices = prices.to(torch.float32)"],
        ),
        (
            "prices = torch.ones(4)\nprices.shape = (2, 2)",
            "The shape of a tensor is read, not assigned. prices.reshape((2, 2)) makes a new tensor that has it.",
            ["prices = prices.reshape((2, 2))"],
        ),
        (
            "x = torch.ones(3, requires_grad=True)\nx.sum().backward()\nx.grad = 0",
            "A gradient is a tensor, or None where there is none. x.grad = None clears it; "
            "x.grad.zero_() fills it with zeros.",
            ["x.grad = None"],
        ),
        (
            "x = torch.ones(3, requires_grad=True)\nx.sum().backward()\nx.zero_grad()",
            "zero_grad() is a method of optimizers and modules; it clears the gradients of all their "
            "parameters. Of one tensor: x.grad = None.",
            ["x.grad = None"],
        ),
        (
            "x = torch.ones(2, requires_grad=True)\ny = x * 2\ny.backward(gradient=[1, 2])",
            "gradient is a tensor of the shape of y, (2,), floating point as the output is.",
            ["y.backward(gradient=torch.tensor([1, 2], dtype=torch.float32))"],
        ),
        (
            "x = torch.ones(2, requires_grad=True)\ny = x * 2\ny.backward(gradient=2)",
            "gradient is a tensor of the shape of y, (2,), floating point as the output is.",
            ["y.backward(gradient=torch.full_like(y, 2))"],
        ),
        (
            "x = torch.ones(2, requires_grad=True)\ny = x * 2\ny.backward([1., 2.])",
            "gradient is a tensor of the shape of y, (2,), floating point as the output is.",
            ["y.backward(torch.tensor([1., 2.]))"],
        ),
        (
            "w = torch.ones(3, requires_grad=True)\nw.sum().backward()\nw.grad = [0, 0, 0]",
            "A gradient is a tensor, or None where there is none. torch.tensor makes one of a list.",
            ["w.grad = torch.tensor([0, 0, 0], dtype=w.dtype)"],
        ),
        (
            "net = nn.Linear(2, 1)\nnet.weight = torch.zeros(1, 2)",
            "net.weight is a parameter of the module, and only another parameter can take its place:",
            ["net.weight = nn.Parameter(torch.zeros(1, 2))"],
        ),
        (
            "net = nn.Linear(2, 1)\nnet.weight.data = [[0., 0.]]",
            "net.weight.data is a tensor, and only a tensor can be assigned to it: torch.tensor "
            "makes one of [[0., 0.]].",
            ["net.weight.data = torch.tensor([[0., 0.]])"],
        ),
        (
            "w = torch.ones(3, requires_grad=True)\nw.sum().backward()\nw.grad = torch.zeros(2)",
            "A gradient has the shape of its tensor: w is (3,), and torch.zeros(2) is (2,).",
            [],
        ),
        (
            'x = torch.ones(2, 3)\nx.device = "cpu"',
            'The device of a tensor is read, not assigned. x.to("cpu") makes a new tensor that has it.',
            ['x = x.to("cpu")'],
        ),
        (
            "x = torch.ones(2, requires_grad=True)\ny = x * 2\ny.backward([1, 2, 3])",
            "gradient is a tensor of the shape of y, (2,), floating point as the output is.",
            [],
        ),
    ],
)
def test_what_is_said_and_offered(code, said, fixes):
    check(code, said, fixes)


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("x = 3\ntorch.autograd.grad(x**3, x, create_graph=True)[0]", "x"),
        ("x = 3.0\nt = torch.tensor(2.0, requires_grad=True)\ntorch.autograd.grad(t * x, x)", "x"),
        ("t = torch.tensor(2.0, requires_grad=True)\ntorch.autograd.grad(outputs=t * 2, inputs=2)", "2"),
        ("from torch.autograd import grad\nn = 5\ngrad(n * 2, n)", "n"),
    ],
)
def test_a_gradient_with_respect_to_a_plain_number(code, name):
    assert why(code).text.startswith(f"{name} is a plain Python number here, and a gradient is asked for")


@pytest.mark.parametrize(
    "code", ["hours = 100 / 50\ntorch.autograd.grad(hours, km)", "torch.autograd.grad(outputs=2, inputs=km)"]
)
def test_a_gradient_of_a_plain_number(code):
    said = why(f"km = torch.tensor(1.0, requires_grad=True)\n{code}").text
    assert "is a plain Python number here, and has no graph that leads back." in said


def test_a_weight_that_is_computed_in_forward_stays_no_parameter() -> None:
    code = """
    class Hyper(nn.Module):
        def __init__(self):
            super().__init__()
            self.small, self.main = nn.Linear(1, 4), nn.Linear(2, 2)
        def forward(self, x, z):
            self.main.weight = self.small(z).view(2, 2)
            return self.main(x)
    Hyper()(torch.rand(3, 2), torch.rand(1))
    """
    check(code, "no gradient would flow from it to what self.small(z).view(2, 2) was computed from", [])


@pytest.mark.parametrize(
    ("parts", "fix"), [("x[0], x[1]", "torch.stack([x[0], x[1]])"), ("x[:1], x[1:2]", "torch.cat([x[:1], x[1:2]])")]
)
def test_a_list_of_tensors_is_joined_with_its_graph(parts, fix):
    code = f"x = torch.ones(2, requires_grad=True)\nrows = torch.zeros(3, 2)\nrows[0] = [{parts}]"
    check(code, "is a list of tensors", [f"rows[0] = {fix}"])


def test_a_parameter_that_is_not_trained_and_is_assigned_anew_is_a_buffer() -> None:
    code = """
    class Cache(nn.Module):
        def __init__(self):
            super().__init__()
            self.kept = nn.Parameter(torch.zeros(3), requires_grad=False)
        def forward(self, new):
            self.kept = torch.roll(self.kept, -1)
            return self.kept
    Cache()(torch.ones(1))
    """
    check(code, 'In __init__, write self.register_buffer("kept", …) with the tensor itself.', [])
