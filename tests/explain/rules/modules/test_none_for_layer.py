"""None in the place of a layer."""

from __future__ import annotations

import pytest

from tests.explain.failing import check, why


@pytest.mark.parametrize(
    ("made", "layer", "fix"),
    [
        (
            "net = nn.Sequential(nn.Linear(2, 3), nn.Dropout() if deep else None, nn.Linear(3, 1))",
            "net[1] is None",
            "net = nn.Sequential(nn.Linear(2, 3), nn.Dropout() if deep else nn.Identity(), nn.Linear(3, 1))",
        ),
        ("net = nn.Sequential(None, nn.ReLU())", "net[0] is None", "net = nn.Sequential(nn.Identity(), nn.ReLU())"),
        (
            "net = nn.Sequential(*[nn.ReLU(), None])",
            "net[1] is None",
            "net = nn.Sequential(*[nn.ReLU(), nn.Identity()])",
        ),
    ],
)
def test_in_sequential_at_the_prompt(made: str, layer: str, fix: str) -> None:
    check(f"deep = False\n{made}\nnet(torch.ones(4, 2))", layer, [fix])


def test_in_sequential_that_a_function_made() -> None:
    code = """
    def block(norm):
        layers = [nn.Linear(2, 2), nn.LayerNorm(2) if norm else None]
        return nn.Sequential(*layers)
    net = block(False)
    net(torch.ones(4, 2))
    """
    check(code, "net[1] is None", [])


FEED_FORWARD = """
class FeedForward(nn.Module):
    def __init__(self, dim, norm=False):
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(dim, dim), nn.LayerNorm(dim) if norm else {none})
    def forward(self, x):
        return self.layers(x)

{made}
"""


def test_in_sequential_of_a_class() -> None:
    made = "ff = FeedForward(4)"
    fix = FEED_FORWARD.format(none="nn.Identity()", made=made).strip()
    check(FEED_FORWARD.format(none="None", made=f"{made}\nff(torch.ones(1, 4))"), "self.layers[1] is None", [fix])


ATTRIBUTE = """
class Block(nn.Module):
    def __init__(self, dim, extra=None):
        super().__init__()
        self.fc = nn.Linear(dim, dim)
        self.extra = {value}
    def forward(self, x):
        return self.fc(x) + self.extra(x)

{made}
"""


def test_an_attribute_that_is_none_in_one_case() -> None:
    made = "block = Block(3)"
    code = ATTRIBUTE.format(value='nn.ReLU() if extra == "relu" else None', made=f"{made}\nblock(torch.ones(2, 3))")
    fix = ATTRIBUTE.format(value='nn.ReLU() if extra == "relu" else nn.Identity()', made=made).strip()
    check(code, "in Block.__init__ sets it", [fix])


def test_an_argument_that_was_not_given() -> None:
    code = ATTRIBUTE.format(value="extra", made="block = Block(3)\nblock(torch.ones(2, 3))")
    check(code, "Give Block a layer as extra, or call it only where it is one: if self.extra is not None.", [])


def test_an_attribute_that_is_always_none() -> None:
    code = ATTRIBUTE.format(value="None", made="block = Block(3)\nblock(torch.ones(2, 3))")
    assert not why(code).fixes


def test_a_layer_that_was_asked_for_by_another_name_is_not_left_out() -> None:
    code = """
    class Net(nn.Module):
        def __init__(self, act="gelu"):
            super().__init__()
            self.act = nn.ReLU() if act == "relu" else None
        def forward(self, x):
            return self.act(x)
    Net()(torch.rand(2))
    """
    check(code, "act is not 'relu' here. Give it that, or write a branch for the value that it has", [])


def test_a_size_where_the_network_belongs() -> None:
    code = """
    class Pair(nn.Module):
        def __init__(self, encoder):
            super().__init__()
            self.encoder = encoder
        def forward(self, x):
            return self.encoder(x)
    Pair(12)(torch.ones(2))
    """
    said = "self.encoder is the number 12, and this line calls it as a network. Where Pair is made, give it the network"
    check(code, said, [])
