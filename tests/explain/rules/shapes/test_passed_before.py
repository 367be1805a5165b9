"""A function that worked before: its body is not changed for what it is given now."""

from __future__ import annotations

import pytest

from tests.explain.failing import check

PRODUCT = "def project(rows, weight):\n    return rows @ weight\n\nw = torch.ones(18, 4)\n"
NET = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(6, 4))

    def forward(self, rows):
        return rows @ self.weight

net = Net()
"""


@pytest.mark.parametrize(
    ("code", "fixes"),
    [
        (PRODUCT + "a = project(torch.ones(5, 18), w)\ns = torch.ones(18, 7)\ny = project(s, w)", ["project(s.T, w)"]),
        (PRODUCT + "a = project(torch.ones(5, 18), w)\ny = project(torch.ones(5, 9), w)", []),
        (NET + "a = net(torch.ones(2, 6))\nx = torch.ones(6, 5)\ny = net(x)", ["net(x.T)"]),
    ],
)
def test_the_argument_is_changed_and_not_the_function(code, fixes):
    check(code, "@ needs the last dim of the left", fixes)


def test_a_dim_that_was_right_before():
    body = "def best(scores):\n    return scores.argmax(dim=1)\n\n"
    said = "There is no dim 1. best(torch.ones(4, 3)) went well before: there scores was (4, 3)"
    code = "a = best(torch.ones(4, 3))\nb = best(torch.ones(3))"
    check(body + code, said, ["best(torch.ones(3).unsqueeze(0))"])
    check(body + "b = best(torch.ones(3))", "There is no dim 1.", [])  # three scores, or three examples?
    total = body.replace("argmax", "sum")
    assert check(total + "b = best(torch.ones(3))", "", [total.strip().replace("1", "0")])


@pytest.mark.parametrize(
    ("code", "said", "fixes"),
    [
        (
            "x = torch.ones(1, 1, 3)\nx.squeeze().argmax(dim=1)",
            "x.squeeze(1) keeps it.",
            ["x.squeeze(1).argmax(dim=1)"],
        ),
        (
            "for x in torch.ones(3, 1, 2).split(2):\n    s = x.squeeze()\n    s.sum(dim=1)",
            "also dim 0 of x, which is (1, 1, 2): a batch of one sample loses its batch dim. x.squeeze(1) keeps it.",
            ["for x in torch.ones(3, 1, 2).split(2):\n    s = x.squeeze(1)\n    s.sum(dim=1)"],
        ),
        ("x = torch.ones(1, 3)\ns = x.squeeze()\ntorch.softmax(s, dim=1)", "also dim 0 of x, which is (1, 3)", []),
        (
            "net = nn.AdaptiveAvgPool2d(1)\nimage = torch.ones(1, 3, 4, 4)\ns = net(image).squeeze()\ns.argmax(1)",
            "net(image).squeeze((2, 3)) keeps it.",
            ["s = net(image).squeeze((2, 3))\ns.argmax(1)"],
        ),
        ("x = torch.ones(3, 1)\ns = x.squeeze()\ns.sum(dim=1)", "There is no dim 1.", ["s.sum(dim=0)"]),
    ],
)
def test_a_batch_of_one_that_lost_its_batch_dim(code, said, fixes):
    check(code, said, fixes)


SAMPLING = """
class Bigrams(nn.Module):
    def __init__(self, rows, columns):
        super().__init__()
        self.table = nn.Embedding(rows, columns)

    def generate(self, idx):
        for _ in range(20):
            idx = torch.multinomial(torch.softmax(self.table(idx) + torch.arange(COLUMNS), dim=-1), 1)[:, 0]
        return idx

"""


@pytest.mark.parametrize("columns", [30, 64])
def test_indices_that_are_sampled_are_no_reason_for_more_rows(columns):
    code = SAMPLING.replace("COLUMNS", str(columns)) + f"net = Bigrams(5, {columns})\nnet.generate(torch.tensor([0]))"
    explanation = check(code, "Either this table has too few rows, or the scores have more columns than there are", [])
    assert "num_embeddings" not in explanation.text


def test_a_kernel_after_convolutions_with_padding():
    code = "net = nn.Sequential(nn.Conv2d(1, 2, 3, padding=1), nn.MaxPool2d(4), nn.MaxPool2d(2))\n"
    check(code + "net(torch.ones(1, 1, 4, 4))", "Pooling, strides and convolutions without padding before it", [])


LOADER = "from torch.utils.data import DataLoader, RandomSampler\n\n"


@pytest.mark.parametrize(
    ("code", "old", "new"),
    [
        ("    return DataLoader(data, shuffle=True, sampler=sampler)", "shuffle=True", "shuffle=(sampler is None)"),
        (
            "    shuffle = True\n    return DataLoader(data, shuffle=shuffle, sampler=sampler)",
            "shuffle=shuffle",
            "shuffle=(shuffle and sampler is None)",
        ),
        ("    return DataLoader(data, shuffle=True, sampler=RandomSampler(data))", "shuffle=True, ", ""),
    ],
)
def test_shuffle_where_there_is_no_sampler(code, old, new):
    body = f"def loader(data, sampler=None):\n{code}"
    run = f"{LOADER}{body}\n\nloader(range(4), RandomSampler(range(4)))"
    check(run, "DataLoader takes one of the two.", [body.replace(old, new)])
