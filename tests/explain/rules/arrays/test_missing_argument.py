"""A function without an argument that it needs, and numbers outside of what one takes."""

from __future__ import annotations

import pytest

from tests.explain.failing import check, why


@pytest.mark.parametrize(
    ("code", "said", "fixes"),
    [
        ("x = torch.rand(5)\nx.cumsum()", ".cumsum needs dim", ["x.cumsum(dim=0)"]),
        (
            "x = torch.rand(2, 3)\ntorch.cumprod(x)",
            "torch.cumprod needs dim",
            ["torch.cumprod(x, dim=0)", "torch.cumprod(x, dim=1)"],
        ),
        ("x = torch.rand(2, 3)\nx.flip()", ".flip needs dims", ["x.flip(dims=(0,))", "x.flip(dims=(1,))"]),
        ("x = torch.rand(3)\ntorch.clip(x)", "torch.clip needs a limit", []),
        (
            "net = nn.Linear(2, 1)\nnn.utils.clip_grad_norm_(net.parameters())",
            "also needs max_norm",
            ["nn.utils.clip_grad_norm_(net.parameters(), max_norm=1.0)"],
        ),
        ("x = torch.rand(5)\ntorch.quantile(x, 25)", "25 percent is q=0.25.", ["torch.quantile(x, 0.25)"]),
        ("x = torch.rand(5)\nx.quantile(-1)", "q is a fraction from 0 to 1", []),
        ("y = torch.tensor([0., 1.])\ntorch.bincount(y)", "y is float32", ["torch.bincount(y.long())"]),
        ("y = torch.tensor([[0, 1]])\ny.bincount()", "y is (1, 2)", ["y.flatten().bincount()"]),
        ("y = torch.tensor([0, -1])\ntorch.bincount(y)", "holds a negative one", []),
        ("p = torch.tensor([0.2, -0.8])\ntorch.multinomial(p, 1)", "p holds a negative number, inf or nan", []),
        ("p = torch.tensor([1.5])\ntorch.bernoulli(p)", "p holds a number below 0 or above 1", []),
        ("p = torch.tensor([0.2, 0.8])\ntorch.multinomial(p, 3)", "each of the 2 can be drawn once", None),
    ],
)
def test_what_is_said_and_offered(code: str, said: str, fixes: list[str] | None) -> None:
    if fixes is None:
        assert said in why(code).text
    else:
        check(code, said, fixes)
