"""What a function or a network of the learner's accepted before stays accepted: no fix of it breaks that."""

from __future__ import annotations

import pytest

from tests.explain.failing import check, why

SIMILARITY = """
def similarity(a, b):
    return a @ b
keys = torch.rand(4, 3)
"""
GATE = """
class Gate(nn.Module):
    def __init__(self):
        super().__init__()
        self.w = nn.Parameter(torch.rand(6))
    def forward(self, x, s):
        return x * self.w + s
gate = Gate()
"""
SEGMENTER = """
class Block(nn.Module):
    def __init__(self, before, after):
        super().__init__()
        self.conv = nn.Conv2d(before, after, 3, padding=1)
    def forward(self, x):
        return torch.relu(self.conv(x))
class Segmenter(nn.Module):
    def __init__(self):
        super().__init__()
        self.down = Block(3, 8)
        self.up = Block(8, 2)
    def forward(self, x):
        return self.up(self.down(x))
net = Segmenter()
"""
CLASSIFIER = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3, padding=1)
        self.fc = nn.Linear(4 * 8 * 8, 5)
    def forward(self, x):
        return self.fc(torch.relu(self.conv(x)).flatten(1))
net = Net()
"""
TRAIN = """
def train(model, images, labels):
    return F.cross_entropy(model(images), labels)
"""


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (f"{SIMILARITY}first = similarity(torch.rand(2, 4), keys)", "similarity(torch.rand(6, 4), torch.rand(6, 4))"),
        (
            "def centred(x, mu):\n    return x - mu\nrows, mu = torch.rand(5, 3), torch.rand(3)\na = centred(rows, mu)",
            "centred(torch.rand(3, 5), torch.rand(2))",
        ),
        (
            "def joined(a, b):\n    return torch.cat([a, b], dim=0)\nc = joined(torch.rand(2, 3), torch.rand(4, 3))",
            "joined(torch.rand(2, 3), torch.rand(2, 5))",
        ),
        (f"{GATE}y = gate(torch.rand(4, 6), torch.rand(4, 6))", "gate(torch.rand(4, 6), torch.rand(4))"),
    ],
)
def test_no_fix_of_what_has_worked(before: str, after: str) -> None:
    explanation = why(f"{before}\n{after}")
    assert not any(fix.code.startswith(("def ", "class ")) for fix in explanation.fixes)


def test_a_function_that_was_never_called_is_mended() -> None:
    code = f"{SIMILARITY}similarity(torch.rand(6, 4), torch.rand(6, 4))"
    assert any("b.T" in fix.code for fix in why(code).fixes)


def test_the_size_of_a_layer_that_has_worked_stays() -> None:
    code = f"{CLASSIFIER}small = torch.rand(2, 3, 8, 8)\ny = net(small)\nlarge = torch.rand(2, 3, 16, 16)\nnet(large)"
    explanation = why(code)
    assert not any("nn.Linear(1024" in fix.code or "16 * 16" in fix.code for fix in explanation.fixes)
    assert explanation.fixes[0].code == "net(F.interpolate(large, size=(8, 8)))"


def test_as_a_function_of_the_learners_called_it() -> None:
    code = f"""{CLASSIFIER}{TRAIN}
labels = torch.tensor([1, 2])
loss = train(net, torch.rand(2, 3, 8, 8), labels)
train(net, torch.rand(2, 3, 16, 16), labels)
"""
    explanation = why(code)
    assert "the ones before left 8 x 8" in explanation.text
    assert not any("16 * 16" in fix.code for fix in explanation.fixes)


def test_another_network_of_a_class_that_makes_all_alike() -> None:
    code = f"{CLASSIFIER}other = Net()\ny = other(torch.rand(2, 3, 8, 8))\nnet(torch.rand(2, 3, 16, 16))"
    assert "the ones before left 8 x 8" in why(code).text


def test_another_network_with_sizes_of_its_own_says_nothing() -> None:
    code = """
class Net(nn.Module):
    def __init__(self, side):
        super().__init__()
        self.fc = nn.Linear(3 * side * side, 5)
    def forward(self, x):
        return self.fc(x.flatten(1))
net, other = Net(4), Net(8)
y = other(torch.rand(2, 3, 8, 8))
net(torch.rand(2, 3, 8, 8))
"""
    assert "before" not in why(code).text


def test_a_part_of_a_network_that_has_worked() -> None:
    """``.expand(-1, 3, -1, -1)`` in Block would break the other block; at the call it is right."""
    code = f"{SEGMENTER}y = net(torch.rand(2, 3, 9, 9))\ngrey = torch.rand(2, 1, 9, 9)\nz = net(grey)"
    said = "net(torch.rand(2, 3, 9, 9)) went well before: there x was (2, 3, 9, 9), and here grey is (2, 1, 9, 9)."
    check(code, said, ["net(grey.expand(-1, 3, -1, -1))"])


def test_a_layer_with_a_gradient_has_been_given_what_it_takes() -> None:
    """The network came trained out of a function: no statement of the prompt has called it by its name."""
    code = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(6, 4)
    def forward(self, x):
        return self.a(x)
def fit(model, x):
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    model(x).sum().backward()
    optimizer.step()
    return model
net = fit(Net(), torch.rand(8, 6))
y = net(torch.rand(3, 5))
"""
    check(code, "What it was given before had the right size: this input has another one.", [])


def test_a_network_with_another_layer_now_says_nothing() -> None:
    head = f"{CLASSIFIER}y = net(torch.rand(2, 3, 8, 8))\nnet.fc = nn.Linear(9, 5)\n"
    assert "before" not in why(f"{head}net(torch.rand(2, 3, 8, 8))").text


def test_of_two_ways_the_one_that_its_caller_takes() -> None:
    code = """
layer = nn.Linear(2, 1)
def both(a, b):
    return torch.cat((a, b), 1)
def scores(a, b):
    return layer(both(a, b))
y = scores(torch.rand(5), torch.rand(5))
"""
    check(code, "torch.stack stacks them along a new dim.", ["def both(a, b):\n    return torch.stack((a, b), 1)"])
