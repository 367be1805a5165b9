"""Indices, masks and tables: what the index asked for, and that each fix runs."""

from __future__ import annotations

import pytest

from tests.explain.failing import check, fails, runs_after, shown

HEAD = """\
x = torch.ones(3, 4)
c = torch.ones(3)
n = 3
i = torch.tensor([0, 7])
r = torch.tensor([1, 2])
m = torch.tensor([True, False, True, False])
"""


def test_the_screen_of_an_index_that_is_too_large():
    assert (
        shown(HEAD + "c[3] = 1.0")
        == """\
IndexError: index 3 is out of bounds for dimension 0 with size 3
    c[3] = 1.0
    ~^^^
│ c is (3,): the indices of dim 0 go from 0 to 2. There is no index 3.
│ try  c[-1] = 1.0"""
    )


@pytest.mark.parametrize(
    ("line", "said", "fixes"),
    [
        ("c[3]", "the indices of dim 0 go from 0 to 2. There is no index 3.", ["c[-1]"]),
        ("c[-4]", "c is (3,): the indices of dim 0 go from -3 to 2. There is no index -4.", []),
        ("x[0, -9]", "the indices of dim 1 go from -4 to 3. There is no index -9.", []),
        ("n = -7\nc[n]", "go from -3 to 2. n is -7.", []),
        ("x[0, 5]", "the indices of dim 1 go from 0 to 3. There is no index 5.", []),
        ("x[3, 2]", "There is no index 3.", ["x[-1, 2]", "x[2, 3]"]),
        ("x[..., None, 4]", "the indices of dim 1 go from 0 to 3.", ["x[..., None, -1]"]),
        ("c[-4]", "There is no index -4.", []),
        ("x[2][4].sum()", "x[2] is (4,)", ["x[2][-1]"]),
        ("c[3] += 1", "There is no index 3.", ["c[-1] += 1"]),
        ("c[n]", "go from 0 to 2. n is 3.", []),
        ("for k in range(4): c[k] = k", "k is 3.", []),
        ("[c[k] for k in range(5)]", "k is 3.", []),
        ("x[[0, 5]]", "[0, 5] holds 5.", []),
        ("x[i]", "i holds 7.", []),
        ("x[:, r + 2]", "r + 2 holds 4.", []),
        ("x[(r * 1.0).long() + 2]", "(r * 1.0).long() + 2 holds 4.", []),
        ("x[torch.randint(5, 9, (2,))]", None, []),  # other numbers would be drawn
        ("c.sum()[:2]", "c.sum() is a single number", ["c.sum().item()", "c.sum()"]),
        ("s = c.sum()\ns[-7] = 2", "s is a single number", []),
        ("c[::-1] = x[0, :3]", "A slice of a tensor takes no negative step", []),
        ("g = torch.tensor([[4]])\nx.gather(1, g)", "the indices of dim 1 go from 0 to 3. g holds 4.", []),
        ("torch.index_select(x, 0, i)", "the indices of dim 0 go from 0 to 2. i holds 7.", []),
        ("torch.ones(0, 3)[0]", "dim 0 has size 0", []),
        ("torch.ones(1, 3)[1]", "dim 0 has one index, 0. There is no index 1.", ["torch.ones(1, 3)[-1]"]),
        ("c[0, 0]", "c is (3,): it has one dim, and got 2 indices. Each index is for one dim, and there is one", []),
        ("c[0, 2, 2]", "A list picks several: c[[0, 2, 2]].", ["c[[0, 2, 2]]"]),
        ("y = c[0, -1, 1] + 1", "A list picks several: c[[0, -1, 1]].", ["c[[0, -1, 1]]"]),
        ("c[0, 1, 2] = 5", "Each index is for one dim, and there is one.", []),
        ("x[1, 0, 0] = 3", "x is (3, 4): it has 2 dims, and got 3 indices. Each index is for one dim", []),
        ("x[:, 5, 6]", "it has 2 dims, and got 3 indices.", []),
        (
            "x[(x > 0).float()]",
            "holds nothing but 0 and 1, in the shape of what it picks from. A mask must be bool",
            ["x[(x > 0).float().bool()]"],
        ),
        ("m = torch.tensor([1., 0., 1.])\nx[m]", "A mask must be bool: .bool() makes one.", ["x[m.bool()]"]),
        ("m = torch.tensor([1., 0.])\nx[m]", "A tensor of indices must hold integers", ["x[m.long()]"]),
        ("m = torch.tensor([-99., 61.])\nx[m] = 0", "holds numbers that are no places of dim 0.", []),
        ("m = torch.tensor([0.5, 1.])\nx[:, m]", "holds numbers that are no places of dim 1.", []),
        ("x[..., 0, 0, 0]", "got 3 indices", []),
        ("c.sum()[None, 3]", "c.sum() is a single number", ["c.sum().item()", "c.sum()"]),
        ("c[0][0]", "c[0] is a single number", ["c[0].item()", "c[0]"]),
        ("c.sum()[0] = 1", "c.sum() is a single number", []),
        ("c[n / 2]", "n / 2 is 1.5, a float. An index must be an integer.", ["c[n // 2]", "c[int(n / 2)]"]),
        ("c[1.0]", "1.0 is a float. An index must be an integer.", ["c[1]"]),
        ("c[0.5] = 1", "0.5 is a float. An index must be an integer.", []),
        (
            "x[r.float() + 2]",
            "r.float() + 2 is float32, and holds numbers that are no places of dim 0.",
            [],
        ),  # 4 is no row
        ("x[r.float()]", "r.float() is float32.", ["x[r.float().long()]"]),
        ("c[::-1]", "A slice of a tensor takes no negative step", ["c.flip(0)"]),
        ("x[:, ::-1]", "A slice of a tensor takes no negative step", []),
        ("c[:1:-1]", "A slice of a tensor takes no negative step", []),
    ],
)
def test_indices(line, said, fixes):
    if said is None:
        assert fails(HEAD + line).explanation is None
        return
    check(HEAD + line, said, fixes)


def test_the_screen_of_a_mask():
    assert (
        shown(HEAD + "x[m]")
        == """\
IndexError: The shape of the mask [4] at index 0 does not match the shape of the indexed tensor [3, 4] at index 0
    x[m]
    ~^^^
│ m is (4,) and x is (3, 4): a mask has a True or False for each index of the
│ dim that it picks from, and dim 0 has 3, not 4.
│ try  x[:, m]   → shape (3, 2)"""
    )


@pytest.mark.parametrize(
    ("line", "said", "fixes"),
    [
        ("c[m]", "dim 0 has 3, not 4", []),
        ("x[m] = 0", "dim 0 has 3, not 4", ["x[:, m] = 0"]),
        ("x[:, c > 0]", "dim 1 has 4, not 3", ["x[c > 0]"]),
        ("c[x > 0]", "a mask needs the same sizes as the dims", []),
        ("x[x.T > 0]", "a mask needs the same sizes as the dims", ["x[(x.T > 0).T]"]),
        ("k = x[:, :1] > 0\nx[k]", "k is (3, 1) and x is (3, 4)", ["x[k.flatten()]", "x[k.expand_as(x)]"]),
        ("x[[0, 1], [0, 1, 2]]", "[0, 1] has length 2 and [0, 1, 2] has length 3.", ["x[[0, 1]][:, [0, 1, 2]]"]),
        ("x[r, torch.tensor([0, 1, 2])]", "Two indices are taken in pairs", ["x[r][:, torch.tensor([0, 1, 2])]"]),
        ("x[torch.arange(2), torch.tensor([0, 1, 2])]", "so they must be equally long.", []),
        ("n = torch.arange(2)\nx[n, torch.tensor([0, 1, 2])]", "so they must be equally long.", []),
        ("x[[0, 1], [0, 1, 2]] = 5", "Two indices are taken in pairs", []),
    ],
)
def test_masks(line, said, fixes):
    check(HEAD + line, said, fixes)


def test_the_screen_of_an_embedding():
    code = "words = nn.Embedding(10, 3)\ni = torch.tensor([4, 10])\nwords(i)"
    assert (
        shown(code)
        == """\
IndexError: index out of range in self
    words(i)
    ^^^^^^^^
│ words is a table of 10 rows, numbered 0 to 9. i asks for row 10. If its
│ indices count from 1, i - 1 counts from 0, as rows do. If not, the table needs
│ 11 rows.
│ try  words(i - 1)   → shape (2, 3)
│ try  words = nn.Embedding(11, 3)   → words(i) has shape (2, 3)"""
    )
    assert runs_after(code) == 2


TABLES = "words = nn.Embedding(10, 3)\ni = torch.tensor([0, 40])\nw = torch.ones(10, 3)\nnet = nn.Sequential(words)\n"


@pytest.mark.parametrize(
    ("line", "said", "fixes"),
    [
        ("words(i)", "i asks for row 40.", ["words = nn.Embedding(41, 3)"]),
        ("words(i * 1)", "i * 1 asks for row 40.", ["words = nn.Embedding(41, 3)"]),
        ("words(i - 1)", "i - 1 asks for row 39.", []),  # and for row -1
        ("words(-i)", "-i asks for row -40.", []),
        ("net(i)", "net[0] is a table of 10 rows, numbered 0 to 9. i asks for row 40.", []),
        ("F.embedding(i, w)", "w is a table of 10 rows, numbered 0 to 9. i asks for row 40.", []),
        ("words(w[0])", "w[0] is float32. An embedding looks up rows", ["words(w[0].long())"]),
        ("F.one_hot(i, 3)", "i holds 40, and with 3 classes the class indices go from 0 to 2.", ["F.one_hot(i, 41)"]),
        ("F.one_hot(i, num_classes=3)", "i holds 40", ["F.one_hot(i, num_classes=41)"]),
        (
            "F.one_hot(w[0] > 0)",
            "w[0] > 0 is bool. one_hot makes a row of each class index",
            ["F.one_hot((w[0] > 0).long())"],
        ),
        ("F.one_hot(w[0])", "w[0] is float32. one_hot makes a row of each class index", ["F.one_hot(w[0].long())"]),
        ("k = -i\nF.one_hot(k)", "k holds -40. Class indices start at 0.", []),
    ],
)
def test_tables(line, said, fixes):
    check(TABLES + line, said, fixes)


def test_a_range_and_other_indices():
    code = "scores, labels = torch.rand(5, 3), [0, 2, 1, 1, 0]\nscores[range(6), labels]"
    check(code, "range(6) gives 6 indices and labels gives 5", ["scores[range(len(labels)), labels]"])
