"""Plain tensors that an optimizer, or a loop by hand, is to fit, and that do not require grad."""

from __future__ import annotations

from tests.explain.failing import check

LINE = "x = torch.linspace(0, 1, 5)\ny = 2 * x\nw = torch.zeros(1)\nb = torch.zeros(1)\n"


def test_what_the_optimizer_has() -> None:
    code = LINE + "opt = torch.optim.SGD([w, b], lr=0.1)\ndef step():\n    loss = ((w * x + b - y) ** 2).mean()\n"
    code += "    loss.backward()\nstep()"
    said = "Make them so, w = torch.zeros(1, requires_grad=True); b = torch.zeros(1, requires_grad=True)"
    check(code, said, ["w.requires_grad_()\nb.requires_grad_()\nstep()"])


def test_whose_gradients_are_read() -> None:
    code = (
        LINE + "def step():\n    loss = ((w * x + b - y) ** 2).mean()\n    loss.backward()\n    print(w.grad)\nstep()"
    )
    check(code, "The gradients of w are used", ["w.requires_grad_()\nstep()"])
