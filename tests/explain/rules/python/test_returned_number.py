"""Functions that return Python numbers where a tensor was meant."""

from __future__ import annotations

from tests.explain.failing import check

MADE = "net, x = nn.Linear(4, 1), torch.rand(8, 4)\n"


def test_a_function_and_a_class_that_return_numbers() -> None:
    code = MADE + "def loss_of(p):\n    return (p ** 2).mean().item()\nloss = loss_of(net(x))\nloss.backward()"
    check(code, "In loss_of a line makes a number of a tensor, which has no graph. Write it without: `return (p", [])
    code = """
    class Risk:
        def __call__(self, p):
            one = p.mean().item()
            seen = p.sum().item()
            risk = 2 * one
            return risk, seen
    risk, seen = Risk()(torch.rand(3, requires_grad=True))
    """
    criterion = code.replace("Risk()(", "criterion(").replace(
        "    risk, seen =", "    criterion = Risk()\n    risk, seen ="
    )
    said = "In Risk.__call__ a line makes a number of a tensor, which has no graph. Write it without: `one = p.mean()`."
    check(f"{criterion}risk.backward()", said, [])
