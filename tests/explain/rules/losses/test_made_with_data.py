"""``loss = DiceLoss(outputs, targets)``: a module of one's own class that was made with the data."""

from __future__ import annotations

import pytest

from tests.explain.failing import check

DICE = """\
class DiceLoss(nn.Module):
    def __init__(self, {settings}):
        super().__init__()
        self.smooth, self.eps = smooth, eps
    def forward(self, p, t):
        return 1 - (2 * (p * t).sum() + self.smooth) / ((p + t).sum() + self.eps)

net = nn.Linear(4, 3)
x, y = torch.randn(5, 4), torch.rand(5, 3)
"""
PLAIN = DICE.format(settings="smooth=1.0, eps=1e-6")
ATTENTION = """\
class Attention(nn.Module):
    def __init__(self, dim=8, heads=2):
        super().__init__()
        self.dim, self.heads = dim, heads
    def forward(self, q, k):
        return (q @ k.transpose(1, 2)).softmax(-1)

q, k = torch.rand(2, 5, 8), torch.rand(2, 5, 8)
w = Attention(q, k)
"""


@pytest.mark.parametrize(
    ("code", "call"),
    [
        ("loss = DiceLoss(net(x), y)\nloss.backward()", "loss = criterion(net(x), y)"),
        ("DiceLoss(net(x), y).backward()", "criterion(net(x), y)"),
        (
            "for i in range(2):\n    out = net(x)\n    loss = DiceLoss(out, y)\n    loss.backward()",
            "loss = criterion(out, y)",
        ),
        (
            "def step(a, b):\n    loss = DiceLoss(net(a), b)\n    return loss.item()\n\nstep(x, y)",
            "loss = criterion(net(a), b)",
        ),
        ("loss = F.mse_loss(net(x), y) + DiceLoss(net(x), y)", "criterion(net(x), y)"),
        ("total = 0\ntotal += DiceLoss(net(x), y)", "criterion(net(x), y)"),
        ("loss = DiceLoss(net(x), y)\nprint(f'{loss:.3f}')", "loss = criterion(net(x), y)"),
        ("loss = DiceLoss(net(x), y)\nprint(float(loss))", "loss = criterion(net(x), y)"),
        ("loss = torch.mean(DiceLoss(net(x), y))", "criterion(net(x), y)"),
    ],
)
def test_the_data_went_where_the_settings_belong(code: str, call: str) -> None:
    text = check(PLAIN + code, f"criterion = DiceLoss(), then {call}.").text
    assert "went to smooth and eps of its __init__" in text


def test_settings_by_name_stay() -> None:
    code = PLAIN.replace("eps=1e-6", "eps=1e-6, size=0") + "loss = DiceLoss(net(x), y, size=3)\nloss.backward()"
    check(code, "criterion = DiceLoss(size=3), then loss = criterion(net(x), y).")


def test_settings_that_are_needed_are_left_to_the_learner() -> None:
    code = DICE.format(settings="smooth, eps=1e-6") + "loss = DiceLoss(net(x), y)\nloss.backward()"
    check(code, "Make it with its settings first, and then call it with the data: criterion = DiceLoss(…), then")


def test_a_function_may_have_made_it() -> None:
    code = PLAIN + "def loss_fn(p, t):\n    return DiceLoss(p, t)\n\nloss = loss_fn(net(x), y)\nloss.backward()"
    text = check(code, "loss is a DiceLoss that was made with tensors for its settings: smooth.").text
    assert "called with the data: criterion = DiceLoss(…), then criterion(p, t)." in text


@pytest.mark.parametrize("use", ["print(w.shape)", "out = w @ k", "out = torch.matmul(w, k)", "out = w[0]"])
def test_a_layer_of_ones_own_is_called_too(use: str) -> None:
    check(ATTENTION + use, "layer = Attention(), then w = layer(q, k).")


def test_a_tensor_that_is_a_setting_is_none_of_the_data() -> None:
    code = (
        "class Weighted(nn.Module):\n    def __init__(self, weight):\n        super().__init__()\n"
        "        self.weight = weight\n    def forward(self, p, t):\n        return ((p - t) * self.weight).mean()\n\n"
        "loss = Weighted(torch.ones(4))\nloss.backward()"
    )
    text = check(code, "loss is a module (Weighted), not a tensor").text
    assert "settings" not in text


def test_a_setting_that_is_computed_with_names_all_of_the_data() -> None:
    code = PLAIN.replace("smooth, eps\n", "float(smooth), eps\n") + "loss = DiceLoss(net(x), y)"
    check(code, "DiceLoss(…)(net(x), y)")


def test_a_loss_of_torch_that_takes_more_inputs_gets_no_line() -> None:
    code = "p, t = torch.rand(5, 4), torch.rand(5, 4)\nloss = nn.CosineEmbeddingLoss(p, t)"
    check(code, "The input goes into the layer that it makes.", [])
