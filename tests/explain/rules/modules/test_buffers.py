"""Buffers, the padding index of an embedding, EmbeddingBag, and gradients that are clipped."""

from __future__ import annotations

import pytest

from tests.explain.failing import check, why

CLASS = "class N(nn.Module):\n    def __init__(self):\n        super().__init__()\n"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("self.mean = 1\n        self.register_buffer('mean', torch.zeros(3))", "self.mean was assigned before"),
        ("self.register_buffer('mean', [0., 1.])", "self.register_buffer('mean', torch.tensor([0., 1.]))"),
        ("self.register_parameter('w', torch.zeros(2))", "self.register_parameter('w', nn.Parameter(torch.zeros(2)))"),
        ("self.emb = nn.Embedding(10, 4, padding_idx=10)", "have the indices 0 to 9: 10 is not among them."),
    ],
)
def test_what_is_made_in_init(line: str, said: str) -> None:
    assert said in why(f"{CLASS}        {line}\n\nN()").text


def test_bags() -> None:
    bag = "bag = nn.EmbeddingBag(10, 4)\nx = torch.tensor([1, 2, 3])\n"
    check(f"{bag}bag(x)", "x is (3,). bag takes a batch of bags", ["bag(x.unsqueeze(0))"])
    check(f"{bag}bag(x, torch.tensor([1, 2]))", "the first begins at 0")
    check(f"{bag}bag(x.view(1, 3), torch.tensor([0]))", "each row is a bag already")


@pytest.mark.parametrize("function", ["clip_grad_norm_"])
def test_a_network_has_no_gradients_of_its_own(function: str) -> None:
    net = "net = nn.Linear(2, 1)\n"
    fix = f"nn.utils.{function}(net.parameters(), 1.0)"
    check(f"{net}nn.utils.{function}(net, 1.0)", "net.parameters() gives them", [fix])


_TABLE = """
class Reads(nn.Module):
    def __init__(self, n_symbols, pad):
        super().__init__()
        self.bases = nn.Embedding(n_symbols, 6, padding_idx=pad)
        {more}

symbols = list("ACGT")
net = Reads(len(symbols), pad=4)
"""


def test_a_row_for_the_padding_is_counted() -> None:
    code = "symbols = 'ACGT'\ntable = nn.Embedding(len(symbols), 6, padding_idx=len(symbols))"
    check(code, "4 is not among them.", ["table = nn.Embedding(len(symbols) + 1, 6, padding_idx=len(symbols))"])
    given = _TABLE.format(more="self.out = nn.Linear(6, 2)")
    check(given, "Write Reads(len(symbols) + 1, pad=4).", ["net = Reads(len(symbols) + 1, pad=4)"])


def test_a_size_that_is_used_elsewhere_too_stays() -> None:
    used = _TABLE.format(more="self.out = nn.Linear(6, n_symbols)")
    explanation = why(used)
    assert "Write nn.Embedding(n_symbols + 1, 6, padding_idx=pad)." in explanation.text
    assert "nn.Linear(6, n_symbols)" in explanation.fixes[0].code


def test_an_index_far_beyond_the_table_gets_no_line() -> None:
    check("table = nn.Embedding(4, 6, padding_idx=9)", "9 is not among them.")


def test_the_name_of_a_buffer_stands_first() -> None:
    code = "class Kept(nn.Module):\n    def __init__(self, mean):\n        super().__init__()\n        {}\n"
    code += "Kept(torch.ones(2))"
    said = 'register_buffer takes the name first, then the tensor: self.register_buffer("mean", mean).'
    check(code.format('self.register_buffer(mean, "mean")'), said)
    check("net = nn.Linear(1, 1)\nw = nn.Parameter(torch.ones(2))\nnet.register_parameter(w, 'w')", "the name first")


def test_a_key_that_is_a_method_of_every_module() -> None:
    check("nn.ModuleDict({'type': nn.Linear(2, 1)})", "type is a method that such a module has already", [])
