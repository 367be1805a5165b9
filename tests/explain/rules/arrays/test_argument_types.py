"""Arguments of a type, at a place or in a form that functions of torch do not take."""

from __future__ import annotations

import pytest

from tests.explain.failing import check, fails, why

X = "x = torch.ones(4, 3)\n"


@pytest.mark.parametrize(
    ("code", "said", "fixes"),
    [
        (X + "torch.zeros_like(x.shape)", "x.shape is a shape", ["torch.zeros_like(x)"]),
        ("torch.ones_like((2, 3))", "torch.ones takes a shape", ["torch.ones((2, 3))"]),
        (X + "torch.randperm(x.shape)", "takes one integer for n", ["torch.randperm(x.shape[0])"]),
        (X + "torch.randperm(len(x) * 0.5)", "is 2.0, a float", ["torch.randperm(int(len(x) * 0.5))"]),
        ("torch.randperm(2.5)", "2.5 is a float", []),
        ("torch.eye((3, 3))", "takes one integer for n", ["torch.eye(3, 3)"]),
        ("n = 4 / 2\ntorch.randn(n, 3)", "the sizes of a tensor or a layer are integers", ["torch.randn(int(n), 3)"]),
        ("torch.normal(0, 1, 2, 3)", "the shape as one tuple", ["torch.normal(0, 1, (2, 3))"]),
        ("torch.normal(0, 1)", "also takes a shape", []),
        (X + "torch.roll(x)", "also needs the argument shifts", []),
        (X + "torch.clamp(x, '0', '1')", "is a string", ["torch.clamp(x, 0, 1)"]),
        ("y = torch.ones(1, 1, 4, 4)\nF.pad(y, 1)", "takes a tuple of integers", ["F.pad(y, (1, 1, 1, 1))"]),
        ("torch.rand(2, torch.float64)", "by its name", ["torch.rand(2, dtype=torch.float64)"]),
        ("torch.zeros((2, 3), device)", "by its name", ["torch.zeros((2, 3), device=device)"]),
        ("torch.zeros('3', 2)", "is a string", ["torch.zeros(3, 2)"]),
        (X + "torch.tile(x, 2, 1)", "as one tuple", ["torch.tile(x, (2, 1))"]),
        (X + "torch.einsum('ij,kj', '->ik', x, x)", "is one string", ['torch.einsum("ij,kj->ik", x, x)']),
        (
            X + "torch.meshgrid(2, 3)",
            "a tensor of positions",
            ['torch.meshgrid(torch.arange(2), torch.arange(3), indexing="ij")'],
        ),
        (X + "torch.flatten(x, 1, 0)", "1 comes after 0", ["torch.flatten(x, 0, 1)"]),
        (X + "torch.allclose(x, x.double())", "of one dtype", ["torch.allclose(x, x.double().float())"]),
        (X + "torch.cdist(x, torch.ones(3))", "one point is one row", ["torch.cdist(x, torch.ones(3).unsqueeze(0))"]),
        (X + "x.round(2)", "decimals=2", ["x.round(decimals=2)"]),
        (X + "x.type('float64')", "without quotes", ["x.to(torch.float64)"]),
        (X + "torch.where(x, x, 0.)", "is a bool tensor", ["torch.where(x.bool(), x, 0.)"]),
        ("torch.Tensor([1], dtype=torch.float32)", "old constructor", ["torch.tensor([1], dtype=torch.float32)"]),
        ("torch.randperm(5, 3)", "torch.randperm takes at most one argument by position, n, and got 2.", []),
        ("torch.linspace(0, 24, 3, 9)", "takes at most 3 arguments by position, start, end, steps, and got 4.", []),
        ("torch.eye(2, 3, 4)", "takes at most 2 arguments by position, n, m, and got 3.", []),
        (X + "torch.LongTensor(x)", "is a tensor already", ["x.long()"]),
        (X + "torch.symeig(x.T @ x)", "gone since PyTorch 1.9", ["torch.linalg.eigh(x.T @ x)"]),
        ("torch.ones(2, 2).inverse()", "singular", ["torch.linalg.pinv(torch.ones(2, 2))"]),
        (X + "x.mean(axis='rows')", "the number of a dim for axis", []),
        ("torch.linspace(0, 1, num=5)", "It has steps", ["torch.linspace(0, 1, steps=5)"]),
        ("torch.tensor([['1', '2'], ['3', 'x']])", "is a string", []),
        (X + "a, b, c = x.shape", "one size for each of its 2 dims", []),
        (X + "best, at = torch.min(x)", "without a dim is one number", None),
    ],
)
def test_arguments(code: str, said: str, fixes: list[str] | None) -> None:
    if fixes is None:
        fixes = ["best, at = torch.min(x, dim=1)", "best, at = torch.min(x, dim=0)"]
    check(code, said, fixes)


def test_both_sides_of_a_line_get_the_dim() -> None:
    code = X + "mean, std = x.mean(1), x.std(1) + 1\n"
    check(code + "z = (x - mean) / std", fixes=["z = (x - mean.unsqueeze(1)) / std.unsqueeze(1)"])


def test_pairs_in_one_line() -> None:
    said = "x.min(dim=0) is a pair, values and indices"
    check(X + "y = x - x.min(dim=0)", said, ["x - x.min(dim=0)[0]"])


@pytest.mark.parametrize(
    ("code", "said", "fixes"),
    [
        ("torch.full(5, 0.3)", "also where it is one number: (5,).", ["torch.full((5,), 0.3)"]),
        ("n = 5\ntorch.full(n, 1)", "also where it is one number: (n,).", ["torch.full((n,), 1)"]),
        ("torch.normal(0.0, 1.0, size=5)", "one number: (5,).", ["torch.normal(0.0, 1.0, size=(5,))"]),
        ("torch.eye((4, 4), device=device)", "and no shape: (4, 4) is one", ["torch.eye(4, 4, device=device)"]),
        (X + "torch.nonzero(x, x > 4)", "here the mask alone: x > 4.", ["torch.nonzero(x > 4)"]),
        (X + "torch.nonzero(x > 4, x > 4)", "here the mask alone", ["torch.nonzero(x > 4)"]),
        (X + "torch.index_select(x, 1, 0, 2)", "indices as one", ["torch.index_select(x, 1, torch.tensor([0, 2]))"]),
        (X + "x.index_select(1, 0, 2)", "indices as one tensor", ["x.index_select(1, torch.tensor([0, 2]))"]),
        ("torch.bernoulli(0.3, 5)", "It takes no count", ["torch.bernoulli(torch.full((5,), 0.3))"]),
        ("torch.bernoulli(torch.tensor(0.3), 5)", "takes no count", ["torch.bernoulli(torch.tensor(0.3).expand(5))"]),
        (X + "torch.bernoulli(x, 5)", "5 of them are a tensor of shape (5,)", []),
    ],
)
def test_shapes_masks_places_and_counts(code: str, said: str, fixes: list[str]) -> None:
    check(code, said, fixes)


def test_where_no_form_takes_a_tensor_none_is_asked_for() -> None:
    assert "takes a tensor" not in why("torch.eye((4, 4), device=device)").text
    assert "takes a tensor" in why("torch.sum([1.0, 2.0], dim=0)").text


def test_a_string_that_torch_did_not_complain_of_is_not_named() -> None:
    code = 'x = torch.rand(1, 2, 4, 4)\nF.interpolate(x, scale_factor=torch.tensor([2.0]), mode="bilinear")'
    explanation = fails(code).explanation
    assert explanation is None or "is a string" not in explanation.text
