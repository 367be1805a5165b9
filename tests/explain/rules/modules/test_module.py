"""The learner's own networks: what is said, and that each class typed again works."""

from __future__ import annotations

import pytest

from tests.explain.failing import fails, runs_after, session, shown, why

BARE = """
class Net(nn.Module):
    def __init__(self):
        self.fc = nn.Linear(2, 2)
net = Net()
"""


def test_a_missing_super_on_the_screen():
    assert shown(BARE) == "\n".join(
        [
            "Traceback (most recent call last):",
            '  File "<ptrepl-1>", line 4, in <module>',
            "    net = Net()",
            "          ^^^^^",
            "AttributeError: cannot assign module before Module.__init__() call",
            "    self.fc = nn.Linear(2, 2)",
            "    ~~~~^^^",
            "│ Net.__init__ uses self before super().__init__() has run. That call prepares",
            "│ the module for layers and parameters, so it comes first.",
            "│ try  class Net(nn.Module):",
            "│          def __init__(self):",
            "│              super().__init__()",
            "│              self.fc = nn.Linear(2, 2)",
        ]
    )


CLASS = "class Net(nn.Module):\n    def __init__(self):\n        "
FORWARD = "\n    def forward(self, x):\n        return x\n"


@pytest.mark.parametrize(
    ("code", "then"),
    [
        (BARE, "Net().fc"),
        (CLASS + "self.w = nn.Parameter(torch.ones(1))\nNet()", "Net().w"),
        (CLASS + "self.register_buffer('a', torch.ones(1))\nNet()", "Net().a"),
        (CLASS + "super().__init__\n        self.fc = nn.Linear(2, 2)\nNet()", "Net().fc"),
        (CLASS + "self.size = 3" + FORWARD + "net = Net()\nnet(torch.ones(1))", "Net()(torch.ones(1))"),
        (CLASS + "self.size = 3\nnet = Net()\nlist(net.parameters())", "list(Net().parameters())"),
        (CLASS + "self.size = 3\nnet = Net()\nnet.train()", "Net().train()"),
        (CLASS + "super().__init__(self)\n        self.a = 3\nNet()", "Net().a"),
        ("class Net(nn.Module):\n    def foward(self, x):\n        return x\nNet()(torch.ones(1))", "Net()(3)"),
        ("class Net(nn.Module):\n    def forward(x):\n        return x\nNet()(torch.ones(1))", "Net()(3)"),
        (CLASS + "self.fc = nn.Linear(1, 1)\n        super().__init__()\nNet()", "Net().fc.weight"),
        (
            CLASS
            + '"An empty one."\n        self.n = nn.ReLU()\n        self.k = 3\n        super().__init__()\nNet()',
            "Net().n",
        ),
        (CLASS + "self.m = nn.ReLU()\n        super(Net, self).__init__()\n        self.k = 3\nNet()", "Net().m"),
    ],
)
def test_the_class_typed_anew_works(code, then):
    explanation = why(code)
    assert runs_after(code) == 1
    live = session()
    for outcome in live.run(explanation.fixes[0].code + "\n" + then + ";\n"):
        assert outcome.error is None, outcome.error.final


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (
            CLASS + "self.fc = nn.Linear(1, 1)\n        if True:\n            super().__init__()\nNet()",
            "so it comes first.",
        ),
        (
            CLASS + "super().__init__()\n        def forward(self, x):\n            return x\nNet()(3)",
            "forward is defined inside __init__",
        ),
        ("class Net(nn.Module):\n    pass\nNet()(torch.ones(1))", "Net has no forward(self, x)."),
        ("nn.ModuleList([nn.Linear(2, 2)])(torch.ones(2))", "An nn.ModuleList only holds layers"),
        (
            "class Net(nn.Module):" + FORWARD + "Net()(1, 2)",
            "The forward of Net takes 1 input besides self, and got 2.",
        ),
        ("class Net(nn.Module):\n    def forward():\n        return 1\nNet()(1)", "write def forward(self, x)."),
    ],
)
def test_what_is_said_where_nothing_can_be_typed_for_it(code, said):
    assert said in why(code).text
    assert why(code).fixes == ()


def test_a_class_with_more_than_definitions_in_it_is_not_typed_again():
    code = CLASS.replace("    def", "    shared = nn.Linear(1, 1)\n    def") + "self.a = nn.ReLU()\nNet()"
    assert why(code).fixes == ()


def test_classes_of_another_kind_are_left_to_python():
    assert fails("class A:\n    def forward(x):\n        return x\nA().forward(3)").explanation is None


@pytest.mark.parametrize(
    ("code", "places"),
    [
        ("net = nn.Sequential(nn.Linear(2, 1))\nnet[0].grad", "net[0].weight.grad and net[0].bias.grad."),
        ("layer = nn.Linear(2, 1, bias=False)\nlayer.grad", "layer.weight.grad."),
        ("norm = nn.BatchNorm1d(3)\nnorm.grad", "norm.weight.grad and norm.bias.grad."),
    ],
)
def test_the_gradients_of_a_module_are_those_of_its_parameters(code: str, places: str) -> None:
    assert why(code).text.endswith(f"and its parameters have gradients, each its own: {places}")
