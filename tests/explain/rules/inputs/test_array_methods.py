"""A method of tensors on a NumPy array: the array becomes a tensor where it is, or in the call that gave it."""

from __future__ import annotations

import pytest

from tests.explain.failing import check

ARRAYS = """\
import numpy as np
X = np.random.rand(6, 4)
small = X.astype(np.float32)
y = np.array([0, 1, 2, 0, 1, 2])
net = nn.Linear(4, 3)
"""


@pytest.mark.parametrize(
    ("line", "fix"),
    [
        ("x = X.unsqueeze(0)", "torch.from_numpy(X).float().unsqueeze(0)"),
        ("x = small.unsqueeze(0)", "torch.from_numpy(small).unsqueeze(0)"),
        ("x = small.permute(1, 0)", "torch.from_numpy(small).permute(1, 0)"),
        ("x = X.to(device)", "torch.from_numpy(X).float().to(device)"),
        ("out = net(X.float())", "torch.from_numpy(X).float()"),
        ("y = y.long()", "torch.from_numpy(y).long()"),
    ],
)
def test_a_tensor_is_made_of_it_first(line: str, fix: str) -> None:
    check(ARRAYS + line, f"and only tensors have {line.rpartition('(')[0].rpartition('.')[2]}(). Make a tensor", [fix])


@pytest.mark.parametrize(
    ("line", "fix"),
    [
        ("n = X.size(0)", "X.shape[0]"),
        ("print(X.size())", "X.shape"),
        ("for i in range(X.size(0)):\n    print(i)", "for i in range(X.shape[0]):\n    print(i)"),
    ],
)
def test_the_size_of_an_array_is_a_number(line: str, fix: str) -> None:
    check(ARRAYS + line, "X is a NumPy array: its size is a number, 24, and no method. Its shape is (6, 4).", [fix])


@pytest.mark.parametrize(
    ("body", "call", "fix"),
    [
        (
            "    n = p.size(0)\n    return (p - t).pow(2).sum() / n\n",
            "f(small, small)",
            "f(torch.from_numpy(small), torch.from_numpy(small))",
        ),
        (
            "    p = p.clone()\n    return (p / p.norm(dim=-1, keepdim=True)) @ t.T\n",
            "z = f(X, small)",
            "f(torch.from_numpy(X).float(), torch.from_numpy(small))",
        ),
    ],
)
def test_a_function_for_tensors_is_given_tensors(body: str, call: str, fix: str) -> None:
    check(f"{ARRAYS}def f(p, t):\n{body}\n{call}", f"f works with tensors: {fix}.", [fix])


@pytest.mark.parametrize(
    ("line", "calls", "fix"),
    [
        ("print(y.numpy())", ".numpy()", "y"),
        ("preds = y.cpu().numpy()", ".cpu().numpy()", "y"),
        ("s = X.detach().cpu().numpy().mean()", ".detach().cpu().numpy()", "X"),
    ],
)
def test_what_is_an_array_already_is_left(line: str, calls: str, fix: str) -> None:
    check(ARRAYS + line, f"is a NumPy array already: leave {calls} off.", [fix])


@pytest.mark.parametrize("method", ["requires_grad_()", "fill_(0)"])
def test_a_change_in_place_needs_the_name_to_be_a_tensor(method: str) -> None:
    check(f"{ARRAYS}small.{method}", "Make a tensor of it first: small = torch.from_numpy(small).", [])
