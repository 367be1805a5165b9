"""Optimizers that refuse what they were given: what is said, and that each fix runs."""

from __future__ import annotations

import pytest

from tests.explain.failing import check, fails, runs_after, shown, why

HEAD = "w = torch.ones(3, requires_grad=True)\nnet = nn.Linear(2, 1)\nother = nn.Linear(2, 1)\n"


def test_a_result_on_the_screen():
    code = HEAD + "v = torch.ones(3, requires_grad=True) * 0.1\nopt = torch.optim.SGD([v], lr=0.1)"
    assert shown(code) == "\n".join(
        [
            "ValueError: can't optimize a non-leaf Tensor",
            "    opt = torch.optim.SGD([v], lr=0.1)",
            "          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^",
            "│ v is the result of `v = torch.ones(3, requires_grad=True) * 0.1`. An optimizer",
            "│ updates leaves: tensors that were created, not computed.",
            "│ try  v = v.detach().requires_grad_()",
            "│      opt = torch.optim.SGD([v], lr=0.1)",
        ]
    )
    assert runs_after(code) == 1


@pytest.mark.parametrize(
    ("code", "fixes"),
    [
        ("torch.optim.SGD(w, lr=0.1)", ["torch.optim.SGD([w], lr=0.1)"]),
        ("torch.optim.SGD(params=w, lr=0.1)", ["torch.optim.SGD(params=[w], lr=0.1)"]),
        ("torch.optim.SGD(net, lr=0.1)", ["torch.optim.SGD(net.parameters(), lr=0.1)"]),
        ("torch.optim.Adam(net.parameters)", ["torch.optim.Adam(net.parameters())"]),
        ("torch.optim.Adam([net])", ["torch.optim.Adam(net.parameters())"]),
        ("torch.optim.Adam([net.parameters()])", ["torch.optim.Adam(net.parameters())"]),
        (
            "opt = torch.optim.Adam([net.parameters(), other.parameters()])",
            ["torch.optim.Adam([*net.parameters(), *other.parameters()])"],
        ),
        ("torch.optim.SGD([net], lr='a' if w.sum() < 0 else 0.1)", []),  # the rest cannot be tried
        ("def f(m):\n    return torch.optim.SGD(m, lr=0.1)\nf(net)", []),
    ],
)
def test_the_parameters_themselves(code, fixes):
    check(HEAD + code, "An optimizer takes", fixes)


LISTED = (
    "class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.layers = [nn.ReLU()]\n"
    "deep = Net()\ntorch.optim.SGD(deep.parameters(), lr=0.1)"
)


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("torch.optim.SGD([], lr=0.1)", "[] is empty"),
        (
            "r = nn.ReLU()\ntorch.optim.SGD(r.parameters(), lr=0.1)",
            "r has no parameters: nothing in it can be trained.",
        ),
        (LISTED, "deep keeps its layers in layers, a plain list"),
        ("torch.optim.SGD([w * 2], lr=0.1)", "w * 2 computes a new tensor."),
    ],
)
def test_nothing_to_update(code, said):
    assert said in why(HEAD + code).text
    assert why(HEAD + code).fixes == ()


@pytest.mark.parametrize("code", ["torch.optim.SGD([1.0], lr=0.1)", "for x in net: pass", "list(3)"])
def test_other_things_are_left_alone(code):
    assert fails(HEAD + code).explanation is None


@pytest.mark.parametrize(
    ("code", "said", "fixes"),
    [
        ("net.requires_grad_(False);\ntorch.optim.SGD([p for p in net.parameters() if p.requires_grad], lr=0.1)",
         "net is frozen: none of its parameters requires grad", []),
        ('torch.optim.SGD(net.parameters(), lr="0.1")', "Write lr=0.1.", ["torch.optim.SGD(net.parameters(), lr=0.1)"]),
        ('torch.optim.SGD(net.parameters(), lr="fast")', "lr is 'fast', a string", []),
        ("import itertools\ntorch.optim.SGD(itertools.chain(*net.parameters(), w), lr=0.1)",
         "A list of the parameters is [*net.parameters(), w].", ["torch.optim.SGD([*net.parameters(), w], lr=0.1)"]),
        ("parts = [w * 2, w * 3]\nopt = torch.optim.SGD(parts, lr=0.1)", "parts[0] is the result of an operation",
         ["parts = [each.detach().requires_grad_() for each in parts]\nopt = torch.optim.SGD(parts, lr=0.1)"]),
        ("torch.optim.SGD([{'params': net.named_parameters()}, {'params': [w]}], lr=0.1)",
         "named_parameters() gives pairs of a name and a parameter", []),
    ],
)  # fmt: skip
def test_what_to_type(code, said, fixes):
    explanation = why(HEAD + code)
    assert said in explanation.text, explanation.text
    assert [fix.code for fix in explanation.fixes] == fixes
    assert runs_after(HEAD + code) == len(fixes)


def test_layers_in_a_plain_list_are_registered():
    code = (
        "class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
        "        self.layers = [nn.Linear(2, 2) for k in range(3)]\n    def forward(self, x):\n        return x\n\n"
        "model = Net()\nopt = torch.optim.SGD(model.parameters(), lr=0.1)"
    )
    [fix] = why(code).fixes
    assert "self.layers = nn.ModuleList([nn.Linear(2, 2) for k in range(3)])" in fix.code
    assert fix.code.endswith("\n\nmodel = Net()")
    assert runs_after(code) == 1


def test_an_init_with_one_underscore_that_takes_settings() -> None:
    code = """
class Namer(nn.Module):
    def _init_(self, letters, countries):
        super()._init_()
        self.fc = nn.Linear(letters, countries)
namer = Namer()
torch.optim.SGD(namer.parameters(), lr=0.1)
"""
    check(code, "make namer again, with its settings: Namer(letters, countries).", [])


def test_a_head_that_was_frozen_too() -> None:
    code = """
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.body, self.head = nn.Linear(2, 3), nn.Linear(3, 9)
    net = Net()
    net.head = nn.Linear(3, 2)
    for p in net.parameters(): p.requires_grad = False
    opt = torch.optim.SGD([p for p in net.parameters() if p.requires_grad], lr=0.1)
    """
    line = "opt = torch.optim.SGD([p for p in net.parameters() if p.requires_grad], lr=0.1)"
    check(code, "`net.head = nn.Linear(3, 2)` came before that", [f"net.head.requires_grad_()\n{line}"])


def test_parameters_that_were_gone_through_are_made_a_list():
    code = HEAD + "p = net.parameters()\nlist(p);\ntorch.optim.SGD(p, lr=0.1)"
    fixes = ["p = list(net.parameters())\ntorch.optim.SGD(p, lr=0.1)"]
    check(code, "p is an iterator (generator): it gives its items once", fixes)


def test_a_step_is_not_given_the_loss() -> None:
    code = """
net = nn.Linear(3, 1)
adam = torch.optim.Adam(net.parameters())
for _ in range(2):
    loss = net(torch.rand(2, 3)).mean()
    loss.backward()
    adam.step(loss)
"""
    fix = "for _ in range(2):\n    loss = net(torch.rand(2, 3)).mean()\n    loss.backward()\n    adam.step()"
    check(code, "which loss.backward() stores in them", [fix])


@pytest.mark.parametrize(
    ("made", "said"),
    [
        ("net = nn.Linear(2, 1)\nout = net(torch.rand(3, 2))", "If net is to be trained, those are net.parameters()."),
        (
            "p = torch.zeros(2, requires_grad=True)\nout = torch.sigmoid(p)",
            "p is one: give it that, and compute out from p again in each step.",
        ),
    ],
)
def test_what_the_optimizer_was_to_get_in_the_place_of_a_result(made: str, said: str) -> None:
    check(f"{made}\nopt = torch.optim.SGD([out], lr=0.1)", said, [])


def test_a_list_without_a_name_is_told_of_in_a_sentence() -> None:
    code = "net = nn.Linear(2, 1)\nopt = torch.optim.SGD([p for n, p in net.named_parameters() if 'fc' in n], lr=0.1)"
    assert why(code).text.startswith("What it was given is empty")


def test_tensors_that_require_grad_and_are_kept_as_buffers() -> None:
    code = """
    class Meta(nn.Module):
        def __init__(self):
            super().__init__()
            self.register_buffer("weight", torch.ones(1, 2, requires_grad=True))
    net = Meta()
    torch.optim.SGD(net.parameters(), lr=0.1)
    """
    check(code, "net has no parameters: it keeps weight as buffers, which parameters() leaves out", [])


def test_one_computed_tensor_is_no_list_that_is_missing() -> None:
    text = why("net = nn.Linear(3, 1)\nloss = net(torch.ones(2, 3)).mean()\ntorch.optim.SGD(loss, lr=0.1)").text
    assert "If net is to be trained, those are net.parameters()." in text, text
    assert "[loss]" not in text, text
