"""A network that is handed over, a list of layers that is called."""

from __future__ import annotations

import pytest

from tests.explain.failing import check, runs_after, why

START = "net = nn.Linear(4, 2)\nloss_of = nn.MSELoss()\nx, y = torch.rand(3, 4), torch.rand(3, 2)"


@pytest.mark.parametrize(
    ("code", "said", "fixes"),
    [
        (f"{START}\nloss_of(net, y)", "net is the network itself (Linear)", ["loss_of(net(x), y)"]),
        (f"{START}\nloss = loss_of(net(x), y)\nloss_of.backward()", "Write loss.backward().", ["loss.backward()"]),
        (f"{START}\nnn.init.ones_(net)", "net.weight is one", ["nn.init.ones_(net.weight)"]),
        (
            "layers = [nn.Linear(4, 4)]\nx = torch.rand(2, 4)\nx = layers(x)",
            "only holds the layers",
            ["for layer in layers:\n    x = layer(x)"],
        ),
        ("pool = nn.MaxPool2d(2)\nx, i = pool(torch.rand(1, 1, 4, 4))", "nn.MaxPool2d(2, return_indices=True)", ()),
        ("net = nn.Sequential(nn.ReLU(), nn.Tanh())\nnet[2]", "net has 2 layers, numbered 0 to 1.", ()),
        (
            "def init(m):\n    return m\n\nnet = nn.Linear(4, 2)\nnet.apply(init())",
            "given without ()",
            ["net.apply(init)"],
        ),
    ],
)
def test_what_is_called(code: str, said: str, fixes: list[str]) -> None:
    check(code, said, fixes)


LISTS = """\
class Out(nn.Module):
    def __init__(self, two):
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(4, 4), nn.Linear(two, 4)])
    def forward(self, x):
        LINE

"""


@pytest.mark.parametrize(
    ("line", "changed"),
    [
        ("return self.layers(x * 2)", "out = x * 2\n        for layer in self.layers:\n            out = layer(out)\n"
         "        return out"),
        ("y = self.layers(x * 2)\n        return y", "y = x * 2\n        for layer in self.layers:\n"
         "            y = layer(y)\n        return y"),
        ("return self.layers(x)", "for layer in self.layers:\n            x = layer(x)\n        return x"),
    ],
)  # fmt: skip
def test_the_lines_for_a_list_of_layers_can_be_typed(line: str, changed: str) -> None:
    code = LISTS.replace("LINE", line) + "net = Out(4)\nnet(torch.rand(2, 4))"
    explanation = why(code)
    assert [changed in fix.code for fix in explanation.fixes] == [True]
    assert runs_after(code) == 1


def test_layers_that_do_not_follow_each_other_are_not_chained() -> None:
    code = LISTS.replace("LINE", "return self.layers(x)") + "net = Out(7)\nnet(torch.rand(2, 4))"
    check(code, "The output of one does not fit into the next.", [])


@pytest.mark.parametrize(
    "held",
    ["convs = [nn.Conv1d(2, 4, k) for k in (1, 2)]", "experts = nn.ModuleList([nn.Linear(3, 3), nn.Linear(3, 3)])"],
)
def test_layers_that_stand_side_by_side_are_not_chained(held: str) -> None:
    name = held.partition(" ")[0]
    check(f"{held}\n{name}(torch.rand(1, 2, 3))", f"Call the one that is meant, {name}[0](…), or each in a loop.", [])


def test_a_function_that_goes_back_itself_gives_a_number() -> None:
    code = (
        "net = nn.Linear(2, 1)\ndef step(x):\n    loss = net(x).mean()\n    loss.backward()\n    return loss.item()\n"
    )
    code += "total = step(torch.rand(3, 2))\ntotal.backward()"
    check(code, "step calls backward() before it returns that number: it has to be done once only, there or here.", [])
