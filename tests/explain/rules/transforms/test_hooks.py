"""Hooks that torch refuses."""

from __future__ import annotations

from tests.explain.failing import check


def test_a_hook_on_what_no_gradient_reaches() -> None:
    code = "net = nn.Linear(2, 1)\nwith torch.no_grad():\n    out = net(torch.ones(1, 2))\nout.register_hook(print)"
    check(code, "out does not require grad, so no backward pass reaches it, and a hook on it would never be called.")


def test_a_layer_in_place_below_a_full_backward_hook() -> None:
    code = """
    net = nn.Sequential(nn.Linear(2, 3), nn.ReLU(inplace=True))
    handle = net[1].register_full_backward_hook(lambda module, before, after: None)
    net(torch.ones(1, 2))
    """
    check(code, "net[1] (ReLU) was made with inplace=True and writes over its input")
