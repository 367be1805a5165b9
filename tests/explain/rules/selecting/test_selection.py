"""topk, gather, split and their like, asked for more than a dim has."""

from __future__ import annotations

import pytest

from tests.explain.failing import check


@pytest.mark.parametrize(
    ("code", "said", "fixes"),
    [
        ("x = torch.rand(3, 4)\ntorch.topk(x, 5)", "there are 4 values along dim 1, and k=5", ["torch.topk(x, 4)"]),
        ("s = torch.rand(2)\ns.topk(3)", "there are 2 values along dim 0, and k=3", ["s.topk(2)"]),
        ("s = torch.rand(2, 6)\ns.topk(3, dim=0)", "there are 2 values along dim 0", ["s.topk(2, dim=0)"]),
        (
            "x = torch.rand(3, 4)\nlabels = torch.tensor([0, 1, 2])\nx.gather(1, labels)",
            "labels is (3,) and x is (3, 4): .gather needs an index with as many dims as the tensor.",
            ["x.gather(1, labels.unsqueeze(1))"],
        ),
        (
            "x = torch.zeros(3, 4)\nlabels = torch.tensor([0, 1, 2])\nx.scatter_(1, labels, 1)",
            "labels is (3,)",
            ["x.scatter_(1, labels.unsqueeze(1), 1)"],
        ),
        (
            "x = torch.rand(2, 3)\nx.take_along_dim(x.argmax(dim=1), dim=1)",
            "is (2,) and x is (2, 3): .take_along_dim needs indices with as many dims as the tensor.",
            ["x.take_along_dim(x.argmax(dim=1).unsqueeze(1), dim=1)"],
        ),
        ("x = torch.rand(2, 3)\ntorch.take_along_dim(x, torch.arange(4) % 2, 0)", "as many dims as the tensor", []),
        (
            "w = torch.arange(3)\ntorch.masked_select(w > 1, w)",
            "The tensor comes first, then the mask.",
            ["torch.masked_select(w, w > 1)"],
        ),
        ("w = torch.arange(3)\nw.masked_select(w)", "takes a bool tensor for mask, and w is int64.", []),
        ("x = torch.rand(3, 4)\nx.repeat(2)", "at least 2 numbers here", ["x.repeat(2, 1)", "x.repeat(1, 2)"]),
        ("x = torch.rand(2, 3, 4)\nx.repeat(2, 2)", "at least 3 numbers here", []),
        ("x = torch.rand(10, 2)\ntorch.split(x, [4, 5])", "dim 0, 10: [4, 5] adds up to 9.", []),
        ("x = torch.rand(2, 7)\nx.split([4, 5], dim=1)", "dim 1, 7: [4, 5] adds up to 9.", []),
        ("x = torch.rand(10)\nx.unfold(0, 12, 1)", "dim 0 has 10 values, too few for windows of 12.", []),
        ("x = torch.rand(2, 10)\nx.unflatten(1, (3, 4))", "do not give 10, the size of dim 1", []),
        ("a = torch.rand(3, 2)\nb = torch.rand(4, 5)\ntorch.cdist(a, b)", "and these have 2 and 5.", []),
        ("a = torch.rand(2)\ntorch.cross(a, a)", "one dim has to have size 3", []),
        ("x = torch.rand(2, 3)\nx.index_select(1, torch.tensor([0, 3]))", "go from 0 to 2, and one of them is 3.", []),
    ],
)
def test_what_is_said_and_offered(code: str, said: str, fixes: list[str]) -> None:
    check(code, said, fixes)


@pytest.mark.parametrize(
    ("line", "said", "fixes"),
    [
        ("one.argmax(1)", "It has one value, so .argmax could only give 0.", []),
        ("F.softmax(one, dim=1)", "sigmoid makes a probability of it.", []),
        ("column.argmax(2)", "Its last dim has size 1", []),
        ("column.max(2)", "nothing to compare along it", ["column.max(0)"]),
        ("scores.argmax(2)", "There is no dim 2.", ["scores.argmax(1)"]),
        ("scores[0].argmax(dim=1)", "There is no dim 1.", ["scores[0].argmax(dim=0)"]),
    ],
)
def test_no_choice_along_a_dim_of_size_1_nor_over_the_batch(line, said, fixes):
    check("one, column, scores = torch.rand(1), torch.rand(4, 1), torch.rand(4, 3)\n" + line, said, fixes)


@pytest.mark.parametrize(
    ("line", "rows"),
    [
        ("net(x).argmax(dim=1)", "x has 12 rows too"),
        ("flat.argmax(dim=1)", "net(x) has 12 rows too"),
        ("torch.softmax(net(x).squeeze(1), dim=1)", "net(x) has 12 rows too"),
    ],
)
def test_one_number_for_each_example_has_no_classes_to_compare(line, rows):
    net = "nn.Linear(3, 1)" if "squeeze" in line or "flat" in line else "nn.Sequential(nn.Linear(3, 1), nn.Flatten(0))"
    check(f"net = {net}\nx = torch.rand(12, 3)\nflat = net(x).squeeze()\n{line}", rows, [])


def test_the_scores_of_one_example_are_in_dim_0():
    code = "net = nn.Linear(3, 4)\nx = torch.rand(12, 3)\none = net(x[0])\n"
    check(code + "one.argmax(1)", "one is (4,)", ["one.argmax(0)"])


@pytest.mark.parametrize("line", ["accuracy(scores, y)", "(scores.argmax(1) == y).float().mean()"])
def test_where_the_one_dim_may_be_the_batch_no_line_is_offered(line):
    head = "def accuracy(pred, y):\n    return (pred.argmax(1) == y).float().mean()\n\n"
    check(f"{head}scores, y = torch.rand(6), torch.arange(6)\n{line}", "There is no dim 1.", [])
