"""Integers where floating point is needed, and the other way round; results that cannot be cast."""

from __future__ import annotations

import pytest

from tests.explain.failing import check, fails, runs_after, shown, why

HEAD = """
x = torch.ones(2, 3); v = torch.tensor([0.5, 1., 2.]); i = torch.tensor([1, 2, 3]); mask = v > 1
loss = nn.BCEWithLogitsLoss()
"""


def test_the_screen_of_a_mean():
    assert shown(HEAD + "accuracy = (i == i.flip(0)).mean()").split("\n") == [
        "RuntimeError: mean(): could not infer output dtype. Input dtype must be either a floating point or complex "
        "dtype. Got: Bool",
        "    accuracy = (i == i.flip(0)).mean()",
        "               ^^^^^^^^^^^^^^^^^^^^^^^",
        "│ i == i.flip(0) is bool and holds only True and False: .mean needs floating",
        "│ point numbers.",
        "│ try  accuracy = (i == i.flip(0)).float().mean()   → shape ()",
    ]


def test_the_screen_of_a_division_in_place():
    assert shown(HEAD + "i /= 2").split("\n") == [
        "RuntimeError: result type Float can't be cast to the desired output type Long",
        "    i /= 2",
        "    ~~^^~~",
        "│ i is int64 and holds integers. /= changes it in place and keeps its dtype, but",
        "│ the result has another dtype and cannot be cast to it.",
        "│ try  i = i / 2   → shape (3,)       try  i //= 2   → shape (3,)",
    ]


def test_the_screen_of_conditions_without_brackets():
    assert shown(HEAD + "middle = v[v > 0 & v < 1]").split("\n") == [
        "NotImplementedError: \"bitwise_and_cpu\" not implemented for 'Float'",
        "    middle = v[v > 0 & v < 1]",
        "                   ~~^~~",
        "│ & binds tighter than a comparison, so Python computes 0 & v first. Each",
        "│ comparison needs brackets of its own.",
        "│ try  middle = v[(v > 0) & (v < 1)]   → shape (1,)",
    ]


@pytest.mark.parametrize(
    ("line", "fixes"),
    [
        ("torch.mean(i)", ["torch.mean(i.float())"]),
        ("i.std()", ["i.float().std()"]),
        ("F.softmax(i, dim=0)", ["F.softmax(i.float(), dim=0)"]),
        ("nn.Softmax(dim=0)(i)", ["nn.Softmax(dim=0)(i.float())"]),
        ("i.norm()", ["i.float().norm()"]),
        ("F.gelu(i)", ["F.gelu(i.float())"]),
        ("torch.quantile(i, 0.5)", ["torch.quantile(i.float(), 0.5)"]),
        ("torch.rand_like(i)", ["torch.rand_like(i.float())"]),
        ("F.mse_loss(i, i)", ["F.mse_loss(i.float(), i)", "F.mse_loss(i.float(), i.float())"]),
        ("F.cross_entropy(i, i[0])", ["F.cross_entropy(i.float(), i[0])"]),
        ("i ** -1", ["i.float() ** -1"]),
        ("i **= -1", ["i = i.float() ** -1"]),
        ("torch.relu(mask)", ["torch.relu(mask.float())"]),
        ("[t.mean() for t in [i, i]]", ["[t.float().mean() for t in [i, i]]"]),
        ("def f(t):\n    return 2 * t.mean()\n\nf(i)", ["def f(t):\n    return 2 * t.float().mean()"]),
        ("i.normal_()", []),
        ("torch.rand(2, dtype=torch.long)", []),
    ],
)
def test_floating_point(line, fixes):
    explanation = why(HEAD + line)
    assert explanation.family == "floating point"
    assert [fix.code for fix in explanation.fixes] == fixes
    assert runs_after(HEAD + line) == len(fixes)


@pytest.mark.parametrize(
    ("line", "fixes"),
    [
        ("v.index_select(0, v)", []),  # 0.5 is no index
        ("v.index_select(0, v.round())", ["v.index_select(0, v.round().long())"]),
        ("v.index_select(0, v * 2)", []),  # index 4 is out of range
        ("v.index_select(0, torch.rand(3) * 9)", []),  # other numbers each time
        ("whole = v.round()\ntorch.gather(v, 0, index=whole)", ["torch.gather(v, 0, index=whole.long())"]),
        ("torch.gather(v, 0, v)", []),
    ],
)
def test_integer_indices(line, fixes):
    explanation = why(HEAD + line)
    assert explanation.family == "integer indices"
    assert [fix.code for fix in explanation.fixes] == fixes
    assert runs_after(HEAD + line) == len(fixes)


@pytest.mark.parametrize(
    ("line", "fixes"),
    [
        ("v > 0 & v < 1", ["(v > 0) & (v < 1)"]),
        ("v < 0 | v > 1", ["(v < 0) | (v > 1)"]),
        ("m = mask & v > 1", ["m = mask & (v > 1)"]),
        ("v & v", []),
        ("mask - mask", ["mask ^ mask", "mask.int() - mask.int()"]),
        ("2 - mask", ["2 - mask.int()"]),
        ("1 - mask", ["~mask"]),
        ("-(v > 1)", ["~(v > 1)"]),
        ("~v", []),
        ("mask.argmax()", ["mask.int().argmax()"]),
        ("torch.argmin(v > 1, dim=0)", ["torch.argmin((v > 1).int(), dim=0)"]),
    ],
)
def test_bools(line, fixes):
    check(HEAD + line, fixes=fixes)


@pytest.mark.parametrize(
    ("line", "fixes"),
    [
        ("i += 0.5", ["i = i + 0.5"]),
        ("i -= 0.1 * i", ["i = i - (0.1 * i)"]),
        ("mask += 1", ["mask = mask + 1"]),
        ("v *= 1j", ["v = v * 1j"]),
        ("i.div_(2)", ["i = i.div(2)"]),
        ("i[0] /= 2", ["i = i.float()"]),
        ("i[None].T /= 2", []),
        ("i.data /= 2", []),  # .data takes no other dtype
        ("loss(v, i % 2)", ["loss(v, (i % 2).float())"]),
        ("F.binary_cross_entropy_with_logits(v, i % 2)", ["F.binary_cross_entropy_with_logits(v, (i % 2).float())"]),
        ("F.dropout(i)", ["F.dropout(i.float())"]),
        (
            "def f(t):\n    t /= 2\n    return t\n\nf(i)",
            ["def f(t):\n    t = t / 2\n    return t", "def f(t):\n    t //= 2\n    return t"],
        ),
    ],
)
def test_results_that_cannot_be_cast(line, fixes):
    explanation = why(HEAD + line)
    assert explanation.family == "result cast"
    assert [fix.code for fix in explanation.fixes] == fixes
    assert runs_after(HEAD + line) == len(fixes)


@pytest.mark.parametrize("line", ["torch.add(v, v, out=i)", "next(iter([i])).mean()", "next(iter([i])).div_(2)"])
def test_silent_where_the_operands_are_not_known(line):
    assert fails(HEAD + line).explanation is None


def test_a_softmax_with_nan_needs_no_further_softmax() -> None:
    said = "softmax gives nan where a row that it was given holds nan or inf, or nothing but -inf."
    check("p = torch.softmax(torch.tensor([float('inf'), 1.0]), 0)\ntorch.multinomial(p, 1)", said, [])
    check("x = torch.tensor([1.0, -1.0])\ntorch.multinomial(x, 1)", "Of logits, softmax makes probabilities", [])


def test_a_side_of_floating_point_numbers_that_a_function_of_ones_own_gives() -> None:
    code = """
    def own_mask(n):
        mask = torch.zeros(n)
        mask[0] = 1
        return mask

    padding = torch.tensor([True, False])
    own_mask(2) & padding
    """
    check(code, "own_mask(2) is float32: & works on bool and on integers.", [])
