"""Shapes that do not go together, element by element: what is said, and that each fix runs."""

from __future__ import annotations

import pytest

from tests.explain.failing import check, fails, shown, why

HEAD = "x = torch.ones(2, 3)\nv = torch.ones(2)\nw = torch.ones(3, 2)\np = torch.ones(8, 3, 5, 5)\nc = torch.ones(3)\n"


def test_the_screen_lines_the_shapes_up():
    assert (
        shown(HEAD + "y = x - v")
        == """\
RuntimeError: The size of tensor a (3) must match the size of tensor b (2) at non-singleton dimension 1
    y = x - v
        ~~^~~
│ x is (2, 3) and v is (2,). Lined up from the right, the last dims are 3 and 2.
│ Two sizes can be broadcast only if they are equal, or one of them is 1.
│ try  y = x - v.unsqueeze(1)   → shape (2, 3)"""
    )


def test_the_screen_of_a_result_that_has_no_room():
    assert (
        shown(HEAD + "c += x")
        == """\
RuntimeError: output with shape [3] doesn't match the broadcast shape [2, 3]
    c += x
    ~~^^~~
│ c is (3,) and x is (2, 3), so the result has shape (2, 3). An in-place
│ operation writes it into c, which keeps its shape and has no room for it.
│ try  c = c + x   → shape (2, 3)"""
    )


@pytest.mark.parametrize(
    ("line", "fixes"),
    [
        ("x + torch.ones(2, 4)", []),
        ("x - w", ["x - w.T", "x.T - w"]),
        ("x * w", ["x @ w", "x * w.T", "x.T * w"]),
        ("x * torch.ones(3, 4)", ["x @ torch.ones(3, 4)"]),
        ("a = (p - c) / 2; b = 1", ["p - c.reshape(-1, 1, 1)"]),
        ("x.unsqueeze(2) + x", ["x.unsqueeze(2) + x.unsqueeze(-1)", "x.unsqueeze(2).squeeze(-1) + x"]),
        ("torch.ones(6) == x", ["torch.ones(6) == x.reshape(6)", "torch.ones(6).reshape(2, 3) == x"]),
        ("torch.maximum(x, v)", ["torch.maximum(x, v.unsqueeze(1))"]),
        ("torch.where(x > 0, x, v)", ["torch.where(x > 0, x, v.unsqueeze(1))"]),
        ("torch.where(torch.ones(4, 2, 3) > 0, x, v)",
         ["torch.where(torch.ones(4, 2, 3) > 0, x, v.unsqueeze(1))"]),
        ("x.masked_fill(v > 0, 0)", ["x.masked_fill((v > 0).unsqueeze(1), 0)"]),
        ("F.mse_loss(v, x)", []),
        ("loss_fn = nn.L1Loss()\nloss_fn(x, v)", []),
        ("w += x", ["w += x.T"]),
        ("w[0] += c", []),
        ("x.copy_(v)", ["x.copy_(v.unsqueeze(1))"]),
        ("c.add_(x)", ["c = c.add(x)"]),
        ("c.mul_(x); y = 1", ["c = c.mul(x)"]),
        ("c[:] += x", []),
        ("[a + v for a in [x, x]]", ["[a + v.unsqueeze(1) for a in [x, x]]"]),
        ("(lambda a: a * v)(x)", []),
        ("def f(a, b):\n    return (a\n            - b).mean()\n\nf(x, v)",
         ["def f(a, b):\n    return (a\n            - b.unsqueeze(1)).mean()"]),
        ("class A:\n    pass\n\no = A()\no.w = v\nx / o.w", ["x / o.w.unsqueeze(1)"]),
    ],
)  # fmt: skip
@pytest.mark.filterwarnings("ignore:Using a target size")
def test_fixes_are_those_that_run(line, fixes):
    check(HEAD + line, fixes=fixes)


def test_a_shape_that_depends_on_values_is_the_real_one():
    assert why(HEAD + "x[x > 0] + v").text.startswith("x[x > 0] is (6,) and v is (2,)")
    assert why(HEAD + "x.nonzero() + c").text.startswith("x.nonzero() is (6, 2) and c is (3,)")


def test_where_one_side_cannot_be_known_torch_has_its_size():
    assert why(HEAD + "x[torch.rand(2, 3) >= 0] + v").text == (
        "v is (2,). Lined up from the right, x[torch.rand(2, 3) >= 0] has size 6 where v has size 2. Two sizes can be "
        "broadcast only if they are equal, or one of them is 1."
    )


def test_what_clashes_inside_a_network_is_not_said_of_its_inputs():
    code = "layer = nn.Bilinear(3, 3, 1)\nlayer.bias = nn.Parameter(torch.ones(7, 1))\nlayer(x, torch.ones(2, 3))"
    assert fails(HEAD + code).explanation is None


PUT = "x = torch.zeros(3, 2)\nv = torch.ones(2)\nc = torch.ones(3)\nm = torch.tensor([True, False, True])\n"


def test_the_screen_of_a_value_that_does_not_fit_its_place():
    assert (
        shown(PUT + "x[:, 0] = v")
        == """\
RuntimeError: The expanded size of the tensor (3) must match the existing size (2) at non-singleton dimension 0.  Target sizes: [3].  Tensor sizes: [2]
    x[:, 0] = v
    ~^^^^^^
│ x[:, 0] is (3,) and v is (2,): an assigned value must have the shape of its
│ place, or broadcast to it, as a single number does.
│ try  x[0] = v"""  # noqa: E501
    )


@pytest.mark.parametrize(
    ("line", "fixes"),
    [
        ("x[1] = c", ["x[:, 1] = c"]),
        ("x[:, 0] = c.unsqueeze(1)", ["x[:, 0] = c.unsqueeze(1).squeeze(-1)"]),
        ("x[0] = torch.ones(3, 1, 2)", []),
        ("c[m] = c + 1", ["c[m] = (c + 1)[m]"]),
        ("x[x > 0] = v", []),
        ("x.T[:] = x + 1", ["x.T[:] = (x + 1).T"]),
        ("x[:2] = torch.ones(4)", ["x[:2] = torch.ones(4).reshape(2, 2)"]),
        ("for i in range(3): x[i] = c", []),
    ],
)
def test_values_that_fit_their_place(line, fixes):
    check(PUT + line, fixes=fixes)


def test_the_screen_of_expand():
    assert (
        shown(PUT + "c.expand(3, 2)")
        == """\
RuntimeError: The expanded size of the tensor (2) must match the existing size (3) at non-singleton dimension 1.  Target sizes: [3, 2].  Tensor sizes: [3]
    c.expand(3, 2)
    ^^^^^^^^^^^^^^
│ c is (3,), and .expand to (3, 2) can only expand dims of size 1 and add dims
│ on the left. Lined up from the right, the last dims are 3 and 2.
│ try  c.unsqueeze(1).expand(3, 2)   → shape (3, 2)"""  # noqa: E501
    )


@pytest.mark.parametrize(
    ("line", "fixes"),
    [
        ("x.expand(4, 5)", []),
        ("x.expand(-1, 4)", []),
        ("x.expand(4)", []),
        ("c.expand_as(x)", ["c.unsqueeze(1).expand_as(x)"]),
        ("torch.broadcast_to(c, (3, 2))", ["torch.broadcast_to(c.unsqueeze(1), (3, 2))"]),
    ],
)
def test_expanding(line, fixes):
    check(PUT + line, fixes=fixes)


SCORES = "scores, labels = torch.rand(8, 3), torch.tensor([0, 1, 2, 1, 0, 2, 1, 0])\n"


@pytest.mark.filterwarnings("ignore:Using a target size")
@pytest.mark.parametrize(
    ("line", "said", "fixes"),
    [
        ("F.mse_loss(scores, labels)", "F.cross_entropy(scores, labels) is the loss that takes them", []),
        ("loss = nn.L1Loss()(scores, labels)", "F.cross_entropy(scores, labels) is the loss that takes them", []),
        ("((scores - labels) ** 2).mean()", "labels holds one integer for each row", []),
        ("hits = (scores == labels).sum()", "scores.argmax(1) gives the index", ["scores.argmax(1) == labels"]),
        ("scores / labels", "the last dims are 3 and 8", ["scores / labels.unsqueeze(1)"]),
    ],
)
def test_class_indices_are_no_column(line, said, fixes):
    check(SCORES + line, said, fixes)


@pytest.mark.parametrize("dtype", ["int64", "int32", "bool"])
def test_a_table_of_integers_holds_no_scores_of_classes(dtype):
    rain = f"rain, extra = torch.ones(3, 4, dtype=torch.{dtype}), torch.tensor([1, 0, 2])\n"
    explanation = check(rain + "rain + 0 - extra", "", ["rain + 0 - extra.unsqueeze(1)"])
    assert "class" not in explanation.text


@pytest.mark.parametrize(
    "line", ["x[:, :, None] - x", "x - x[..., None]", "x.unsqueeze(-1) - x", "y - y.T", "y.t() - y[:]"]
)
def test_nobody_means_a_tensor_minus_itself(line):
    check("x, y = torch.rand(4, 2), torch.rand(5, 3)\n" + line, "", [])


def test_a_part_of_a_tensor_is_not_itself():
    check("x = torch.rand(4, 2)\nx - x.mean(1)", "", ["x - x.mean(1).unsqueeze(1)"])
    check("x = torch.rand(4, 2)\nx - x[:, 0]", "", ["x - x[:, 0].unsqueeze(1)"])


RESIDUAL = """
class Residual(nn.Module):
    def __init__(self):
        super().__init__()
        self.down = nn.Conv2d(1, 8, 3, stride=2, padding=1)
        self.up = nn.ConvTranspose2d(8, 1, 2, stride=2)
    def forward(self, x):
        {line}
net = Residual()
net(torch.rand(2, 1, {size}))
"""


@pytest.mark.parametrize(
    ("line", "size", "said", "new"),
    [
        (
            "return x + self.up(self.down(x))",
            "45, 45",
            "45 is odd: halving rounds it up, and doubling then gives 46. This brings the larger one to the size",
            "return x + F.interpolate(self.up(self.down(x)), size=x.shape[-2:])",
        ),
        (
            "up = self.up(F.max_pool2d(self.down(x), 1)); up += x; return up",
            "33, 64",
            "33 is odd",
            "up = F.interpolate(up, size=x.shape[-2:]) + x",
        ),
    ],
)
def test_a_residual_of_an_odd_size(line: str, size: str, said: str, new: str) -> None:
    explanation = why(RESIDUAL.format(line=line, size=size))
    assert said in explanation.text, explanation.text
    assert new in explanation.fixes[0].code


def test_lengths_that_are_not_images() -> None:
    check(
        "a = torch.rand(2, 8, 20, 20)\nb = torch.rand(2, 8, 21, 21)\na + b",
        "Two sizes can be broadcast only if they are equal",
        [],
    )


def test_every_second_column_of_an_odd_number():
    code = "pe, x = torch.zeros(9, 15), torch.ones(9, 8)\npe[:, 1::2] = torch.cos(x)"
    fix = "pe[:, 1::2] = torch.cos(x)[:, : pe.size(-1) // 2]"
    check(code, "pe has an odd number of columns, 15", [fix])
