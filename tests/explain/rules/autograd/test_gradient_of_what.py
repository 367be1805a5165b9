"""A gradient that is None since its tensor does not require grad, is no leaf any more, or is not used in forward."""

from __future__ import annotations

import pytest

from tests.explain.failing import check

pytestmark = pytest.mark.filterwarnings("ignore")

_ATTACK = """
class Attack:
    def __init__(self, model, image, label):
        self.model, self.image, self.label = model, image, label

    def run(self):
        F.cross_entropy(self.model(self.image), self.label).backward()
        return self.image.grad.sign()

digit = torch.rand(1, 12)
attack = Attack(nn.Linear(12, 3), digit, torch.tensor([2]))
sign = attack.run()
"""


def test_a_tensor_of_the_prompt_that_does_not_require_grad() -> None:
    check(_ATTACK, "It is digit. Before the call, write digit.requires_grad_().", ["digit.requires_grad_()"])


def test_after_the_forward_pass_at_the_prompt() -> None:
    code = "net = nn.Linear(4, 1)\nx = torch.rand(8, 4)\nnet(x).sum().backward()\nx.grad.norm()"
    check(code, "Before the forward pass, write x.requires_grad_(), and run", ["x.requires_grad_()"])


def test_a_batch_in_a_function() -> None:
    attack = """
def attack(model, batches):
    for data, label in batches:
        data = data.to(device)
        output = model(data)
        F.cross_entropy(output, label).backward()
        found = data + 0.1 * data.grad.sign()
    return found
""".strip()
    code = f"{attack}\nattack(nn.Linear(4, 3), [(torch.rand(2, 4), torch.tensor([0, 2]))])"
    line = "        output = model(data)\n"
    mended = attack.replace(line, f"        data.requires_grad_()\n{line}")
    check(code, "Before `output = model(data)`, write data.requires_grad_().", [mended])


def test_steps_that_each_make_a_new_tensor() -> None:
    climb = """
def climb(model, x):
    for _ in range(3):
        score = model(x).sum()
        score.backward()
        x = x + 0.1 * x.grad
    return x
""".strip()
    line = "        score = model(x).sum()\n"
    mended = climb.replace(line, f"        x = x.detach().requires_grad_()\n{line}")
    check(f"{climb}\nclimb(nn.Linear(4, 1), torch.rand(2, 4))", "write x = x.detach().requires_grad_().", [mended])


def test_integers_and_unrecorded_tensors_get_no_line() -> None:
    check(
        "net = nn.Embedding(4, 2)\nids = torch.tensor([1])\nnet(ids).sum().backward()\nids.grad.abs()",
        "ids.grad is None.",
    )
    unrecorded = "net = nn.Linear(4, 2)\nwith torch.no_grad():\n    h = net(torch.rand(3, 4))\n"
    code = f"{unrecorded}net.weight.sum().backward()\nh.grad.abs()"
    check(code, "h does not require grad")


@pytest.mark.parametrize(
    ("made", "leaf"),
    [
        ("torch.randn(3, requires_grad=True) * 0.01", "(torch.randn(3) * 0.01).requires_grad_()"),
        ("torch.randn(3, requires_grad=True).double()", "torch.randn(3).double().requires_grad_()"),
        (
            "torch.zeros(3, dtype=torch.float32, requires_grad=True).to(torch.float64)",
            "torch.zeros(3, dtype=torch.float32).to(torch.float64).requires_grad_()",
        ),
        ("nn.Parameter(torch.randn(3)).to(torch.float64)", "nn.Parameter(torch.randn(3).to(torch.float64))"),
    ],
)
def test_the_leaf_is_dropped_where_it_is_made(made: str, leaf: str) -> None:
    code = f"w = {made}\n(w * 2).sum().backward()\nw.grad.norm()"
    check(code, f"Let w itself be the leaf: w = {leaf}.", [f"w = {leaf}"])


def test_all_of_them_are_mended_at_once() -> None:
    code = """
w = torch.randn(3, 2, requires_grad=True) * 0.1
b = torch.zeros(2, requires_grad=True).to(torch.float32) + 1
def step(x):
    (x @ w + b).sum().backward()
    with torch.no_grad():
        w.sub_(0.1 * w.grad)
        b.sub_(0.1 * b.grad)
step(torch.rand(4, 3))
"""
    made = "w = (torch.randn(3, 2) * 0.1).requires_grad_()\nb = (torch.zeros(2).to(torch.float32) + 1).requires_grad_()"
    check(code, "The same goes for b.", [made])


def test_what_is_held_elsewhere_is_told_without_a_line() -> None:
    code = "w = torch.randn(3, requires_grad=True) * 2\nheld = [w]\nw.sum().backward()\nw.grad.norm()"
    check(code, "Let w itself be the leaf")


_NETWORK = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.body, self.aux = nn.Linear(4, 4), nn.Linear(4, 2)

    def forward(self, x):
        return self.body(x){used}

net = Net()
net(torch.rand(3, 4)).sum().backward()
norms = [p.grad.norm() for p in net.parameters()]
"""


def test_a_parameter_that_forward_does_not_use() -> None:
    said = "p is net.aux.weight here. Net does not use self.aux after its __init__, so no backward() goes through it"
    check(_NETWORK.format(used=""), said)


def test_a_parameter_that_forward_uses_is_only_named() -> None:
    code = _NETWORK.format(used=" if x.size(0) else self.aux(x)")
    check(code, "p is net.aux.weight here. p.grad is None until a backward() has gone through p.")


def test_a_frozen_parameter() -> None:
    code = """
net = nn.Sequential(nn.Linear(4, 4), nn.Linear(4, 2))
net[0].weight.requires_grad = False
net(torch.rand(3, 4)).sum().backward()
for p in net.parameters():
    p.grad.norm()
"""
    check(code, "p is net[0].weight here, a frozen parameter")


def test_a_gradient_with_respect_to_what_does_not_require_grad() -> None:
    penalty = """
def penalty(critic, real, fake):
    mixed = 0.5 * real + 0.5 * fake
    scores = critic(mixed)
    grads = torch.autograd.grad(scores.sum(), mixed, create_graph=True)[0]
    return (grads.norm(dim=1) - 1).square().mean()
""".strip()
    line = "    scores = critic(mixed)\n"
    mended = penalty.replace(line, f"    mixed.requires_grad_()\n{line}")
    code = f"{penalty}\npenalty(nn.Linear(4, 1), torch.rand(2, 4), torch.rand(2, 4))"
    check(code, "mixed does not require grad, so no gradient can be computed for it.", [mended])
    prompt = "net = nn.Linear(4, 1)\nx = torch.rand(2, 4)\ny = net(x).sum()\ntorch.autograd.grad(y, x)"
    check(prompt, "Before the forward pass, write x.requires_grad_(), and run it again.")


def test_a_parameter_that_autograd_grad_finds_unused() -> None:
    code = _NETWORK.format(used="").replace("norms = [p.grad.norm() for p in net.parameters()]", "")
    code += "\ntorch.autograd.grad(net(torch.rand(3, 4)).sum(), net.parameters())"
    check(code, "It is net.aux.weight: Net does not use self.aux after its __init__.")


def test_an_update_of_another_network_in_a_function() -> None:
    update = """
def soft_update(target, source, tau):
    for t, s in zip(target.parameters(), source.parameters()):
        {}
""".strip()
    code = f"{update.format('t.mul_(1 - tau).add_(tau * s)')}\nsoft_update(nn.Linear(2, 1), nn.Linear(2, 1), 0.1)"
    mended = update.format("with torch.no_grad():\n            t.mul_(1 - tau).add_(tau * s)")
    check(code, "An update is not part of the computation", [mended])


def test_a_parameter_that_forward_changes() -> None:
    """Under no_grad each call would change the weights for good: it is no update."""
    scaled = """
class Scaled(nn.Module):
    def __init__(self):
        super().__init__()
        self.weight, self.scale = nn.Parameter(torch.rand(4, 4)), 2.0

    def forward(self, x):
        w = self.weight
        {}
        return x @ w
""".strip()
    code = f"{scaled.format('w.div_(self.scale)')}\nScaled()(torch.rand(2, 4))"
    said = "forward computes with it and has to leave it as it is: `w = w.div(self.scale)` makes a new tensor."
    check(code, said, [scaled.format("w = w.div(self.scale)")])


@pytest.mark.parametrize("second", ["    b.grad.zero_()\n", "    b.grad.zero_(); print(b)\n"])
def test_two_gradients_set_to_zero_before_the_first_backward(second: str) -> None:
    code = (
        "a, b = torch.rand(3, requires_grad=True), torch.rand(3, requires_grad=True)\nfor t in range(2):\n"
        "    loss = (a * b).sum()\n    a.grad.zero_()\n" + second + "    loss.backward()"
    )
    check(code, "a.grad is None until a backward() has gone through a.", [])
