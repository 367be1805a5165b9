"""Slips in the text of a class."""

from __future__ import annotations

import pytest

from tests.explain.failing import check, fails, runs_after, why

BODY = """
class Net(nn.Module):
    def __init__(self, n=4, p=0.5):
        super().__init__()
        self.fc = nn.Linear(n, 2)
    def half(self, x):
        return x / 2
    def forward(self, x):
        return self.fc(x)

net = Net()
net(torch.rand(3, 4))
"""


@pytest.mark.parametrize(
    ("old", "new", "said", "mended"),
    [
        ("super().", "super.", "super without () is Python's class.", "super().__init__()"),
        ("super().", "super(LeNet, self).", "super(LeNet, self) stands in the class Net", "super().__init__()"),
        ("def __init__", "def _init_", "Net has a method _init_.", "def __init__(self"),
        ("return self.fc(x)", "return fc(x)", "fc is an attribute of self here: write self.fc.", "return self.fc(x)"),
        ("return self.fc(x)", "return self.fc(half(x))", "write self.half", "self.half(x)"),
        ("self.fc = ", "fc = ", "`fc = nn.Linear(n, 2)` makes a local variable", "self.fc = nn.Linear"),
        ("return self.fc(x)", "return self.fc(x) * self.p", "p is an argument of Net.__init__", "self.p = p"),
        ("return self.fc(x)", "return self.half(self.fc(x))", "write def half(self, x)", "def half(self, x)"),
    ],
)
def test_the_class_is_mended(old: str, new: str, said: str, mended: str) -> None:
    code = BODY.replace(old, new)
    if "half(self.fc" in new:
        code = code.replace("half(self, x):", "half(x):")
    explanation = why(code)
    assert said in explanation.text, explanation.text
    assert mended in explanation.fixes[0].code
    assert runs_after(code) == 1


def test_an_init_of_another_name_that_is_given_numbers() -> None:
    check(
        BODY.replace("__init__(self, n=4", "init(self, n=4").replace("Net()", "Net(4)"),
        "Net has a method init.",
        [BODY.partition("\n\n")[0].strip()],
    )


def test_without_nn_module() -> None:
    explanation = why(BODY.replace("class Net(nn.Module)", "class Net"))
    assert "is not derived from nn.Module" in explanation.text
    assert explanation.fixes[0].code.startswith("class Net(nn.Module):")


def test_a_class_with_call_and_without_layers_is_left_alone() -> None:
    outcome = fails("class Box:\n    def forward(self, x):\n        return x\n\nBox()(1)")
    assert outcome.explanation is None


def test_the_class_in_the_place_of_the_network() -> None:
    start = BODY.replace("net(torch.rand(3, 4))", "x = torch.rand(3, 4)")
    check(f"{start}\nNet.forward(x)", "Net is the class", ["net(x)"])
    line = "opt = torch.optim.SGD(Net.parameters(), lr=0.1)"
    check(f"{start}\n{line}", "Write net.parameters().", [line.replace("Net", "net")])


def test_the_method_in_the_place_of_the_network() -> None:
    check("net = nn.Linear(4, 2)\nnet = net.eval\nnet(torch.rand(1, 4))", "net is the method eval itself since")


def test_the_object_may_have_another_name_than_self():
    code = """
    class Net(nn.Module):
        def __init__(this):
            super().__init__()
            this.fc = nn.Linear(3, 2)
        def forward(this, x):
            return this.fc(x)

    Net(torch.ones(4, 3))
    """
    found = why(code)
    assert "Net is a class: Net() creates a network" in found.text
    assert "self" not in found.text
