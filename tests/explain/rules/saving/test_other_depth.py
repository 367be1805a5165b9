"""State dicts of networks with more layers, with fewer, and with a part of their own."""

from __future__ import annotations

from tests.explain.failing import check

STACK = """
class Encoder(nn.Module):
    def __init__(self, depth, with_aux=False):
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(4, 4) for _ in range(depth)])
        self.head = nn.Linear(4, 2)
        if with_aux:
            self.aux = nn.Linear(4, 3)

"""


def test_blocks_with_more_layers() -> None:
    code = """
    def block(wide):
        parts = {"a": nn.Linear(4, 4), "b": nn.Linear(4, 4)}
        if wide:
            parts["c"] = nn.Linear(4, 4)
        return nn.ModuleDict(parts)

    class Net(nn.Module):
        def __init__(self, size):
            super().__init__()
            self.blocks = nn.Sequential(*[block(size == "large") for _ in range(2)])

    big = Net("large")
    state = {"epoch": 3, "model": big.state_dict()}
    net = Net("small")
    net.load_state_dict(state["model"])
    """
    said = 'has "blocks.0.c.weight", "blocks.0.c.bias", "blocks.1.c.weight", …, which net lacks: the network that was'
    check(code, said, ['net = Net("large")\nnet.load_state_dict(state["model"])'])


def test_a_deeper_one_whose_making_is_not_known() -> None:
    code = STACK + "saved = Encoder(6).state_dict()\nsmall = Encoder(2)\nsmall.load_state_dict(saved)"
    check(code, "was made with more layers. To load it, make small with the same ones.")


def test_a_shallower_one() -> None:
    code = STACK + "saved = Encoder(2).state_dict()\nnet = Encoder(depth=4)\nnet.load_state_dict(saved)"
    check(code, "the network that was saved was made with fewer layers")


def test_another_head_is_words_only() -> None:
    code = STACK + "saved = Encoder(2, with_aux=True).state_dict()\nnet = Encoder(2)\nnet.load_state_dict(saved)"
    check(code, "If net is meant to be without the rest, strict=False loads only what it has.")
