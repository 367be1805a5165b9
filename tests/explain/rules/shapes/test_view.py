"""Views, shapes of another size, dims that are not there: what is said, and that each fix runs."""

from __future__ import annotations

import pytest

from tests.explain.failing import check, fails, runs_after, shown, why

HEAD = "x = torch.ones(2, 3)\np = torch.ones(2, 3, 4)\nc = torch.ones(3)\nb = torch.ones(17, 1, 28, 28)\n"


def test_the_screen_of_a_view_of_a_transposed_tensor():
    assert (
        shown(HEAD + "y = x.t()\ny.view(6)")
        == """\
RuntimeError: view size is not compatible with input tensor's size and stride (at least one dimension spans across two contiguous subspaces). Use .reshape(...) instead.
    y.view(6)
    ^^^^^^^^^
│ y was made by y = x.t(), which reorders the dims of a tensor without moving
│ its elements in memory. .view never copies, so it cannot read them in another
│ order. .reshape copies where it must.
│ try  y.reshape(6)   → shape (6,)
│ try  y.contiguous().view(6)   → shape (6,)"""  # noqa: E501
    )


@pytest.mark.parametrize(
    ("line", "said", "fixes"),
    [
        ("x.T.view(6)", "x.T reorders the dims of a tensor", ["x.T.reshape(6)", "x.T.contiguous().view(6)"]),
        ("x.transpose(0, 1).relu().view(-1)", "x.transpose(0, 1) reorders the dims of a tensor",
         ["x.transpose(0, 1).relu().reshape(-1)", "x.transpose(0, 1).relu().contiguous().view(-1)"]),
        ("(x.T + 1).view(6)", "The elements of x.T + 1 do not lie in memory in the order of its shape",
         ["(x.T + 1).reshape(6)", "(x.T + 1).contiguous().view(6)"]),
        ("y = p.permute(2, 0, 1)\ny.view(24)", "y was made by y = p.permute(2, 0, 1)",
         ["y.reshape(24)", "y.contiguous().view(24)"]),
        ("y = x[:, :2]\ny.view(4)", "The elements of y", ["y.reshape(4)", "y.contiguous().view(4)"]),
        ("x.T.view_as(torch.ones(6))", "x.T reorders the dims",
         ["x.T.reshape_as(torch.ones(6))", "x.T.contiguous().view_as(torch.ones(6))"]),
        ("a = x.t()\ndef f(a):\n    return a.view(4)\n\nf(x[:, :2])", "The elements of a do not lie",  # another a
         ["def f(a):\n    return a.reshape(4)", "def f(a):\n    return a.contiguous().view(4)"]),
        ("def f(a):\n    return a.view(6)\n\nf(x.T)", "The elements of a",
         ["def f(a):\n    return a.reshape(6)", "def f(a):\n    return a.contiguous().view(6)"]),
    ],
)  # fmt: skip
def test_views(line, said, fixes):
    explanation = why(HEAD + line)
    assert explanation.text.startswith(said)
    assert [fix.code for fix in explanation.fixes] == fixes
    assert runs_after(HEAD + line) == len(fixes)


def test_the_screen_of_a_shape_of_another_size():
    assert (
        shown(HEAD + "x.view(4, 2)")
        == """\
RuntimeError: shape '[4, 2]' is invalid for input of size 6
    x.view(4, 2)
    ^^^^^^^^^^^^
│ x is (2, 3) and has 6 elements. The shape (4, 2) needs 8. These shapes of two
│ dims fit: (1, 6), (2, 3), (3, 2), (6, 1).
│ try  x.view(-1, 2)   → shape (3, 2)"""
    )


@pytest.mark.parametrize(
    ("line", "said", "fixes"),
    [
        ("x.view(-1, 4)", "but 6 is not a multiple of 4. These shapes of two dims fit", []),
        ("x.reshape((3, 4))", "The shape (3, 4) needs 12", ["x.reshape((3, -1))"]),
        ("torch.reshape(x, (4, 2))", "The shape (4, 2) needs 8", ["torch.reshape(x, (-1, 2))"]),
        ("b.view(32, 784)", "The shape (32, 784) needs 25088.", ["b.view(-1, 784)"]),
        ("b.view(32, -1)", "but 13328 is not a multiple of 32.", ["b.view(b.shape[0], -1)"]),
        ("n = 4\nx.view(n, 2)", "The shape (4, 2) needs 8", ["x.view(-1, 2)"]),
        ("x.view(7)", "The shape (7,) needs 7.", ["x.view(-1)"]),
        ("x.view_as(c)", "x is (2, 3) and has 6 elements. The shape (3,) needs 3.", []),
        ("x.reshape(0, -1)", "beside a size of 0 nothing fits", ["x.reshape(x.shape[0], -1)"]),
        ("x.view(-1, -1)", "it may stand only once. x is (2, 3) and has 6 elements.", ["x.view(-1, 3)"]),
        ("x.sum().reshape(2)", "x.sum() is () and has one element. The shape (2,) needs 2.", ["x.sum().reshape(-1)"]),
    ],
)
def test_sizes(line, said, fixes):
    check(HEAD + line, said, fixes)


def test_the_screen_of_a_dim_that_is_not_there():
    assert (
        shown(HEAD + "x.sum(2)")
        == """\
IndexError: Dimension out of range (expected to be in range of [-2, 1], but got 2)
    x.sum(2)
    ^^^^^^^^
│ x is (2, 3): its two dims are 0 and 1, or -2 and -1 from the end. There is no
│ dim 2.
│ try  x.sum(1)   → shape (2,)       try  x.sum(0)   → shape (3,)"""
    )


@pytest.mark.parametrize(
    ("line", "said", "fixes"),
    [
        ("x.mean(dim=(0, 2))", "There is no dim 2", ["x.mean(dim=(0, 1))"]),
        ("p.sum(-4)", "its 3 dims are numbered 0 to 2, or -1 to -3 from the end", ["p.sum(2)", "p.sum(1)"]),
        (
            "F.softmax(c, dim=1)",
            "c is (3,): its one dim is dim 0, or -1. There is no dim 1.",
            ["F.softmax(c, dim=0)"],
        ),
        ("x.transpose(0, 2)", "There is no dim 2", ["x.transpose(0, 1)"]),
        ("d = 5\nx.max(d)", "There is no dim 5", ["x.max(1)", "x.max(0)"]),
        ("x.size(2)", "There is no dim 2", ["x.size(1)", "x.size(0)"]),
        (
            "c.unsqueeze(3)",
            ".unsqueeze adds a new dim, at an index from -2 to 1: 3 is none of them",
            [],
        ),
        ("x.sum().sum(1)", "a single number, a tensor without dims", []),
        ("x.shape[2]", "Its shape has no item 2.", []),
        ("x.size()[2]", "Its shape has no item 2.", []),
        ("x.sum().size(0)", "a single number, a tensor without dims. There is no dim 0.", []),
        ("x.sum().shape[0]", "a single number, a tensor without dims. Its shape has no item 0.", []),
        ("x.permute(0, 2, 1)", "each of 0, 1 must stand in it exactly once", []),
        ("x.permute(0, 0)", "each of 0, 1 must stand in it exactly once", []),
        (
            "net = nn.Softmax(dim=1)\nnet(c)",
            "net works on dim 1 (dim=1). c is (3,). The one dim of the input is dim 0, or -1.",
            ["net(c.unsqueeze(0))"],
        ),
        ("net = nn.Sequential(nn.Linear(3, 3), nn.Softmax(dim=1))\nnet(c)", "The output of net[0] is (3,).", []),
        ("nn.Flatten()(c)", "nn.Flatten() works on dim 1 (start_dim=1)", ["nn.Flatten()(c.unsqueeze(0))"]),
        ("c.gather(1, (c * 5).long())", "There is no dim 1", []),  # along dim 0 there is no place 5
        ("[a.sum(1) for a in [x, c]]", "a is (3,)", ["[a.sum(0) for a in [x, c]]"]),
    ],
)
def test_dims(line, said, fixes):
    check(HEAD + line, said, fixes)


def test_a_plain_tuple_of_the_learners_is_left_alone():
    assert fails("sizes = (2, 3)\nsizes[2]").explanation is None


@pytest.mark.parametrize(
    "line",
    [
        "x.T.view(-1)[0] = 1",
        "x.T.view(-1)[:2] += 1",
        "x.T.view(-1).data[0] = 1",
        "x.T.view(-1).zero_()",
        "x.T.view(-1)[1:].add_(1).mul_(2)",
        "torch.add(c, 1, out=x.T.view(-1))",
        "nn.init.zeros_(x.T.view(-1))",
        "def f(a):\n    a.view(-1)[0] = 1\n\nf(x.T)",
    ],
)
def test_no_copy_is_offered_for_what_is_written_to(line):
    explanation = why(HEAD + line)
    assert explanation.fixes == ()
    assert "what is written to a copy does not reach" in explanation.text


@pytest.mark.parametrize("line", ["y = x.T.view(-1)[0]", "x[0, 0] = x.T.view(-1)[1]", "c[:] = x.T.view(-1)[:3]"])
def test_what_is_only_read_may_be_a_copy(line):
    assert runs_after(HEAD + line) == 2


@pytest.mark.parametrize("line", ["c.expand(2, 3).view(-1)", "y = c.expand(2, 3)\ny.view(-1)"])
def test_repeated_numbers_are_told_as_such(line):
    explanation = why(HEAD + line)
    assert "repeats numbers without storing them again, as .expand does" in explanation.text
    assert "other order" not in explanation.text
    assert runs_after(HEAD + line) == 2


def test_further_views_of_the_function_that_fail_for_the_same_reason():
    code = """
def dice(pred, target):
    p = pred.permute(0, 2, 3, 1).view(-1)
    t = target.permute(0, 2, 3, 1).view(-1)
    n = pred.view(-1).size(0)
    return (p * t).sum() / n
dice(torch.rand(2, 3, 4, 4), torch.rand(2, 3, 4, 4))
"""
    explanation = why(code)
    assert "The same holds for target.permute(0, 2, 3, 1).view(-1)." in explanation.text
    assert [fix.code.count(".reshape(-1)") for fix in explanation.fixes] == [2, 0]
    assert [fix.code.count(".contiguous().view(-1)") for fix in explanation.fixes] == [0, 2]
    assert runs_after(code) == 2


def test_a_view_of_a_name_that_gets_another_value_first_is_no_such_one():
    code = """
def flat(x):
    a = x.T.view(-1)
    x = x.T.contiguous()
    return a, x.view(-1)
flat(torch.rand(2, 3))
"""
    assert "The same holds" not in why(code).text


def test_heads_that_do_not_divide_the_features():
    code = "x = torch.rand(2, 7, 20)\nheads = 3\nx.view(2, 7, heads, 20 // heads)"
    check(code, "cannot be divided into 3 equal parts (heads): 3 times 6 is 18. These numbers divide it: 1, 2, 4, 5")
