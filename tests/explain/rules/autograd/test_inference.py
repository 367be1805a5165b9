"""Tensors of inference mode in training."""

from __future__ import annotations

from tests.explain.failing import check

FEATURES = """
encoder, head = nn.Linear(10, 8), nn.Linear(8, 2)
xs, ys = torch.randn(16, 10), torch.randint(0, 2, (16,))
with torch.inference_mode():
    features = encoder(xs)
"""


def test_features_in_a_training_loop() -> None:
    loop = "for epoch in range(2):\n    loss = F.cross_entropy(head(features), ys)\n    loss.backward()"
    check(
        f"{FEATURES}{loop}",
        "features was made in torch.inference_mode(), and autograd cannot record a computation with such a tensor. "
        "Make it under torch.no_grad(), which records nothing either, or go on with a copy: features.clone().",
        [loop.replace("head(features)", "head(features.clone())")],
    )


def test_in_place_and_requires_grad() -> None:
    made = "with torch.inference_mode():\n    t = torch.zeros(3)\n"
    check(f"{made}t += 1", "outside of it such a tensor cannot be changed in place", ["t = t + 1"])
    check(f"{made}t.mul_(2)", "t.clone()", ["t = t.clone().mul_(2)"])
    check(f"{made}t.requires_grad_()", "cannot require grad outside of it", ["t = t.clone().requires_grad_()"])


def test_in_a_product_with_a_parameter() -> None:
    code = (
        "with torch.inference_mode():\n    a, b = torch.ones(2), torch.ones(2)\nw = torch.ones(2, requires_grad=True)\n"
    )
    check(f"{code}w * a", "a was made in torch.inference_mode()", ["w * a.clone()"])
