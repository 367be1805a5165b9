"""Layers under other names, heads that were replaced before, and the sum of a residual block."""

from __future__ import annotations

import pytest

from tests.explain.failing import check, why

NET = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.{one}1 = nn.Linear(4, 3)
        self.{one}2 = nn.Linear(3, 2)
    def forward(self, x):
        return self.{two}2(self.{two}1(x))

net = Net()
"""


@pytest.mark.parametrize(("one", "two"), [("fc", "layer"), ("conv", "fc"), ("enc", "encoder")])
def test_names_that_differ_but_for_their_numbers(one: str, two: str) -> None:
    code = NET.format(one=one, two=two) + "net(torch.ones(5, 4))"
    said = f"Net.forward calls self.{two}1 and self.{two}2, and Net.__init__ makes self.{one}1 and self.{one}2"
    check(code, said, [NET.format(one=one, two=one).strip()])


TAGGER = """
class Tagger(nn.Module):
    def __init__(self):
        super().__init__()
        self.emb = nn.Embedding(9, 4)
        self.{made} = nn.{layer}
    def forward(self, ids):
        return self.out(self.emb(ids))

tagger = Tagger()
tagger(torch.tensor([1, 2]))
"""


def test_one_layer_that_nothing_calls() -> None:
    found = why(TAGGER.format(made="classifier", layer="Linear(4, 2)"))
    assert "makes self.classifier, which nothing calls" in found.text
    assert "return self.classifier(self.emb(ids))" in found.fixes[0].code


@pytest.mark.parametrize("layer", ["Dropout()", "ReLU()", "Linear(7, 2)"])
def test_a_layer_that_cannot_be_the_one(layer: str) -> None:
    assert "contains emb, act" in why(TAGGER.format(made="act", layer=layer)).text


HEAD = """
class Backbone(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(4, 9)

net = Backbone()
"""


def test_the_size_of_a_container() -> None:
    code = "net = nn.Sequential(nn.Dropout(), nn.Linear(4, 3), nn.ReLU(), nn.Linear(3, 9))\n"
    check(code + "net.in_features", "net[1].in_features is 4", ["net[1].in_features"])
    check(code + "nn.Linear(net.out_features, 2)", "is 9", ["nn.Linear(net[3].out_features, 2)"])


def test_a_head_that_was_replaced_before() -> None:
    again = "net.fc = nn.Sequential(nn.Linear(net.fc.in_features, 2), nn.ReLU())"
    check(f"{HEAD}{again}\n{again}", "ran before and put it in the place of the layer", [f"net = Backbone()\n{again}"])


def test_a_function_that_replaced_it_before() -> None:
    function = "def new_head(m):\n    m.fc = nn.Sequential(nn.ReLU(), nn.Linear(m.fc.in_features, 2))\n\n"
    code = f"{function}{HEAD}new_head(net)\nnew_head(net)"
    check(code, "`new_head(net)` ran before", ["net = Backbone()\nnew_head(net)"])


BLOCK = """
class Block(nn.Module):
    def __init__(self, c_in, c_out, stride=1, down=None):
        super().__init__()
        self.conv = nn.Conv2d(c_in, c_out, 3, stride, 1)
        self.down = down
    def forward(self, x):
        identity = x
        out = self.conv(x)
        {optional}
        return out + identity

"""
DOWN = "if self.down is not None: identity = self.down(x)"


@pytest.mark.parametrize(
    ("made", "fix"),
    [
        ("block = Block(2, 4)", "block = Block(2, 4, down=nn.Conv2d(2, 4, 1))"),
        ("block = Block(2, 4, 2)", "block = Block(2, 4, 2, down=nn.Conv2d(2, 4, 1, stride=2))"),
        ("block = Block(2, 2, stride=2)", "block = Block(2, 2, stride=2, down=nn.Conv2d(2, 2, 1, stride=2))"),
    ],
)
def test_a_residual_block_without_its_projection(made: str, fix: str) -> None:
    code = BLOCK.format(optional=DOWN) + f"{made}\nblock(torch.ones(1, 2, 8, 8))"
    check(code, "self.down is the place for it, and it is None here.", [fix])


def test_a_residual_block_without_a_place_for_one() -> None:
    code = BLOCK.format(optional="") + "block = Block(2, 4)\nblock(torch.ones(1, 2, 8, 8))"
    check(code, "In __init__, write self.shortcut = nn.Conv2d(c_in, c_out, 1)", [])


def test_other_sums_keep_the_rule_of_broadcasting() -> None:
    code = BLOCK.format(optional="out = out[..., 1:]") + "block = Block(2, 2)\nblock(torch.ones(1, 2, 8, 8))"
    check(code, "Two sizes can be broadcast only if", [])


@pytest.mark.parametrize(("name", "layer"), [("relu", "nn.ReLU()"), ("tanh", "nn.Tanh()"), ("gelu", "nn.GELU()")])
def test_an_activation_that_nobody_made(name: str, layer: str) -> None:
    made = f"""
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(4, 4)
        self.drop = nn.Dropout()
    def forward(self, x):
        return self.drop(self.{name}(self.fc(x)))

net = Net()"""
    fix = made.strip().replace("super().__init__()", f"super().__init__()\n        self.{name} = {layer}")
    check(f"{made}\nnet(torch.ones(3, 4))", f"Net.__init__ makes no {name}. Write self.{name} = {layer} there.", [fix])
