"""Cross entropy with the first row of a batch, with yes and no, and with pictures for masks."""

from __future__ import annotations

import pytest

from tests.explain.failing import check, why


def test_the_first_row_of_one_tensor() -> None:
    code = """
    net, loss_fn = nn.Linear(4, 3), nn.CrossEntropyLoss()
    def step(x, y):
        scores = net(x)[0]
        return loss_fn(scores, y)

    step(torch.rand(8, 4), torch.randint(0, 3, (8,)))
    """
    fix = "def step(x, y):\n    scores = net(x)\n    return loss_fn(scores, y)"
    check(code, "net gives one tensor, (8, 3), and net(x)[0] is its first row", [fix])


def test_one_output_for_yes_or_no() -> None:
    head = "z, y = torch.rand(6), torch.tensor([1, 0, 1, 1, 0, 0])\n"
    new = "F.binary_cross_entropy_with_logits(z, y.float())"
    check(head + "F.cross_entropy(z, y)", "For yes or no with one output", [new])
    module = "ce = nn.CrossEntropyLoss()\n" + head + "ce(z, y)"
    check(module, "one output for each class", ["ce = nn.BCEWithLogitsLoss()\nce(z, y.float())"])


def test_masks_with_colours() -> None:
    head = "out = torch.rand(2, 4, 5, 5)\ngrey = torch.randint(0, 4, (2, 5, 5, 1)).repeat(1, 1, 1, 3)\n"
    check(head + "F.cross_entropy(out, grey)", "the same in each colour", ["F.cross_entropy(out, grey[..., 0])"])
    first = head + "first = grey.permute(0, 3, 1, 2).contiguous()\nF.cross_entropy(out, first)"
    check(first, "the same in each colour", ["F.cross_entropy(out, first[:, 0])"])
    other = head + "grey[..., 1] += 1\nF.cross_entropy(out, grey)"
    assert "each colour has to be given the number of its class" in why(other).text


def test_a_floating_point_bound_for_integers() -> None:
    code = "rows, size = torch.arange(6), torch.tensor([4.0, 5.0])\nrows.clamp_(torch.tensor(1), size[0])"
    check(code, "the bound size[0] is float32", ["rows.clamp_(torch.tensor(1), size[0].long())"])


@pytest.mark.parametrize(
    ("masks", "suffix"),
    [
        ("torch.randint(0, 4, (2, 1, 64, 64))", ".squeeze(1)"),
        ("torch.randint(0, 4, (2, 64, 64, 1))", ".squeeze(-1)"),
        ("torch.randint(0, 4, (2, 1, 64, 64)).float()", ".squeeze(1).long()"),
        ("torch.randint(0, 4, (2, 1, 200, 200))", ".squeeze(1)"),
    ],
)
def test_masks_with_a_dim_of_one(masks, suffix):
    size = 200 if "200" in masks else 64
    made = f"out = torch.randn(2, 4, {size}, {size})\nmasks = {masks}\nloss_fn = nn.CrossEntropyLoss()\n"
    code = made + "loss_fn(out, masks)"
    check(code, f"masks{suffix} has one class index for each place", [f"loss_fn(out, masks{suffix})"])


@pytest.mark.parametrize("masks", ["torch.rand(2, 1, 8, 8)", "torch.full((2, 1, 8, 8), 255)"])
def test_masks_with_a_dim_of_one_that_hold_no_classes(masks):
    check(f"masks = {masks}\nF.cross_entropy(torch.randn(2, 4, 8, 8), masks)", "target of shape (2, 8, 8)", [])


def test_targets_with_a_start_token():
    code = "z, t = torch.randn(4, 9, 30), torch.randint(0, 30, (4, 10))\nce = nn.CrossEntropyLoss()\n"
    fix = "ce(z.view(-1, 30), t[:, 1:].reshape(-1))"
    check(code + "ce(z.view(-1, 30), t.view(-1))", "one place more in each row than the 9 predictions", [fix])
