"""Shapes that fit in more than one way, and shapes that only seem to fit: no fix that mixes what does not belong."""

from __future__ import annotations

import pytest

from tests.explain.failing import check, why


def test_a_mask_for_rows_or_for_places_is_not_guessed():
    check("scores = torch.rand(2, 4, 4, 4)\nmask = torch.zeros(2, 4)\nscores + mask", "Lined up from the right")
    check("scores = torch.rand(2, 5, 5)\npad = torch.zeros(2, 5)\nscores + pad", "Lined up from the right")


@pytest.mark.parametrize("line", ["img - flat", "out = torch.zeros(32, 32, 3)\nout[:] = flat"])
def test_a_reshape_never_mixes_the_elements(line):
    assert not why(f"img = torch.rand(32, 32, 3)\nflat = torch.rand(3, 1024)\n{line}").fixes


def test_neighbours_may_be_joined():
    check(
        "x = torch.rand(2, 3, 4)\ny = torch.rand(2, 12)\nx - y", "", ["x - y.reshape(2, 3, 4)", "x.reshape(2, 12) - y"]
    )


def test_what_is_masked_is_no_matrix_product():
    code = "loss = torch.rand(2, 3)\nmask = torch.tensor([[0., 1], [1, 1], [1, 0]])\nloss * mask"
    check(code, "", ["loss * mask.T", "loss.T * mask"])
    code = "loss = torch.rand(2, 3)\npad_mask = torch.rand(3, 2)\nloss * pad_mask"
    check(code, "", ["loss * pad_mask.T", "loss.T * pad_mask"])


def test_the_rows_of_an_input_are_no_features_of_a_weight():
    check("X = torch.rand(6, 3)\nw = torch.rand(6, requires_grad=True)\nX @ w", "to equal the length of the vector")
    check("X = torch.rand(6, 3)\nW = torch.rand(6, 3, requires_grad=True)\nX @ W", "", ["X @ W.T"])


def test_shares_of_softmax_are_not_turned():
    code = "attn = torch.softmax(torch.rand(2, 4, 5), -1)\nv = torch.rand(2, 4, 3)\nattn @ v"
    check(code, "to equal the second to last of the right (4)")


@pytest.mark.parametrize("line", ["x.view(2, 8, 10, 16)", "x.view(10, 2, 9)"])
def test_a_view_in_another_order_is_not_offered(line):
    check(f"x = torch.rand(2, 10, 64)\n{line}", "x is (2, 10, 64)")


def test_a_view_with_the_dims_in_their_order():
    check("x = torch.rand(2, 10, 64)\nx.view(2, 10, 8, 16)", "", ["x.view(2, 10, -1, 16)", "x.view(2, 10, 8, -1)"])


def test_forward_does_not_average_over_the_batch():
    cls = "class Bag(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
    cls += "        self.emb, self.fc = nn.Embedding(9, 4), nn.Linear(4, 2)\n    def forward(self, x):\n"
    cls += "        return self.fc(self.emb(x).mean(dim=2))\nbag = Bag()\nids = torch.tensor([1, 2, 3])\nbag(ids)"
    check(cls, "There is no dim 2.")


def test_numbers_of_batches_or_of_sequences():
    code = "preds = []\nfor n in (4, 2):\n    preds.append(torch.rand(n))\ntorch.stack(preds)"
    fixes = ["torch.cat(preds)", "nn.utils.rnn.pad_sequence(preds, batch_first=True)"]
    check(code, "If each of them is a batch, a number for each sample, torch.cat joins them", fixes)


def test_one_number_that_grows_in_a_loop():
    code = "total = torch.zeros(1)\nfor o in [torch.rand(5)] * 2:\n    total += o"
    check(code, "make one of o first, with sum() or mean(): o.sum()")
