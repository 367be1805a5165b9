"""Classes instead of layers, and integers that were to require grad: what is said, and that each fix runs."""

from __future__ import annotations

import pytest

from tests.explain.failing import check, fails, runs_after, shown, why

pytestmark = pytest.mark.filterwarnings("ignore:size_average and reduce args")

HEAD = "x = torch.ones(2)\n"


def test_a_class_instead_of_a_layer_on_the_screen():
    assert shown(HEAD + "y = nn.ReLU(x).sum()") == "\n".join(
        [
            "AttributeError: 'ReLU' object has no attribute 'sum'",
            "    y = nn.ReLU(x).sum()",
            "        ~~~~~~~~~~^^^^",
            "│ nn.ReLU is a class: nn.ReLU(…) makes a layer, and the arguments in its",
            "│ brackets are settings, not the input. The input goes into the layer:",
            "│ nn.ReLU()(x).",
            "│ try  y = nn.ReLU()(x).sum()   → shape ()",
        ]
    )


@pytest.mark.parametrize(
    ("code", "fixes"),
    [
        ("nn.ReLU(x) + 1", ["nn.ReLU()(x) + 1"]),
        ("torch.sum(nn.ReLU(x))", ["torch.sum(nn.ReLU()(x))"]),
        ("nn.Tanh(x)", ["nn.Tanh()(x)"]),
        ("nn.MSELoss(x, x)", ["nn.MSELoss()(x, x)"]),
        ("y = nn.ReLU(x)\ny.sum()", ["y = nn.ReLU()(x)\ny.sum()"]),
        ("y = nn.ReLU(x)\nF.mse_loss(y, x)", ["y = nn.ReLU()(x)\nF.mse_loss(y, x)"]),
        ("def f(t):\n    return nn.Tanh(t)\nf(x)", ["def f(t):\n    return nn.Tanh()(t)"]),
        ("nn.Linear(x)", []),
        ("nn.Sequential(nn.Linear(1, 1), nn.ReLU)", ["nn.Sequential(nn.Linear(1, 1), nn.ReLU())"]),
        ("nn.Sequential(nn.Linear(1, 1), torch.relu)", ["nn.Sequential(nn.Linear(1, 1), nn.ReLU())"]),
        ("nn.Sequential([nn.ReLU()])", ["nn.Sequential(*[nn.ReLU()])"]),
        ("nn.ModuleList([nn.ReLU])", ["nn.ModuleList([nn.ReLU()])"]),
    ],
)
def test_the_layer_is_made_first(code, fixes):
    check(HEAD + code, fixes=fixes)


@pytest.mark.parametrize("code", ["nn.Sequential(3)", "class A: pass\nA(x)", "'a' + 1"])
def test_other_mistakes_with_classes_are_left_alone(code):
    assert fails(HEAD + code).explanation is None


def test_integers_on_the_screen():
    assert shown("w = torch.tensor([1, 2], requires_grad=True)") == "\n".join(
        [
            "RuntimeError: Only Tensors of floating point and complex dtype can require gradients",
            "    w = torch.tensor([1, 2], requires_grad=True)",
            "        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^",
            "│ torch.tensor makes an integer tensor here. Only floating point tensors can",
            "│ require grad: a gradient says what a small change of a value does, and an",
            "│ integer cannot change by a small amount.",
            "│ try  torch.tensor([1., 2.], requires_grad=True)   → shape (2,)",
            "│ try  torch.tensor([1, 2], dtype=torch.float32, requires_grad=True)",
            "│     → shape (2,)",
        ]
    )


@pytest.mark.parametrize(
    ("code", "first"),
    [
        (
            "torch.tensor([[1, 2], [3, 4]], requires_grad=True)",
            "torch.tensor([[1., 2.], [3., 4.]], requires_grad=True)",
        ),
        ("torch.arange(3, requires_grad=True)", "torch.arange(3., requires_grad=True)"),
        (
            "torch.zeros(3, dtype=torch.long, requires_grad=True)",
            "torch.zeros(3, dtype=torch.float32, requires_grad=True)",
        ),
        ("x = torch.tensor([1, 2])\nx.requires_grad_()", "x = x.float().requires_grad_()"),
        ("x = torch.tensor([1, 2])\nx.requires_grad = True", "x = x.float().requires_grad_()"),
        ("torch.tensor([1]).requires_grad_()", "torch.tensor([1]).float().requires_grad_()"),
        ("nn.Parameter(torch.tensor([1, 2]))", "nn.Parameter(torch.tensor([1, 2]).float())"),
        (
            "[torch.tensor([i], requires_grad=True) for i in [1, 2]]",
            "[torch.tensor([i], dtype=torch.float32, requires_grad=True) for i in [1, 2]]",
        ),
    ],
)
def test_floats_are_made_of_them(code, first):
    assert "Only floating point tensors can require grad" in why(code).text
    assert why(code).fixes[0].code == first
    assert runs_after(code)


OWN = (
    "class Net(nn.Module):\n    def __init__(self, classes=2):\n        super().__init__()\n"
    "        self.out = nn.Linear(3, classes)\n    def forward(self, x, y=None):\n        return self.out(x)\n\n"
    "class Bare(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
    "    def forward(self, left, right):\n        return left - right\n\nx = torch.ones(2, 3)\n"
)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("Net(x)", "Net is a class: Net(x) creates a network, and gives the tensor to its setting classes."),
        (
            "model = Bare\nmodel(x)",
            "model is the class Bare, not a network. Bare() creates one: model = Bare(), then model(x).",
        ),
        ("Bare(x)", "the input goes into that: Bare()(x)."),
        ("bare = Bare()\nbare(x)", "Calling bare runs forward(self, left, right), and right is not given."),
        ("bare = Bare()\nbare()", "and left and right are not given"),
        ("bare = Bare()\nbare(x, x, x)", "in the def line of forward(self, left, right)"),
    ],
)
def test_a_class_of_the_learners_for_its_network(line, said):
    assert said in why(OWN + line).text


def test_a_softmax_is_told_its_dim():
    check(
        "logits = torch.randn(4, 3)\np = nn.Softmax(logits)\np.argmax(1)",
        "The input goes into the layer: nn.Softmax(dim=-1)(logits).",
        ["p = nn.Softmax(dim=-1)(logits)\np.argmax(1)"],
    )


def test_a_function_that_gives_the_list_of_layers() -> None:
    code = "def layers():\n    return [nn.Linear(2, 2), nn.ReLU()]\nnn.Sequential(layers())"
    check(code, "A * before the list unpacks it.", ["nn.Sequential(*layers())"])
