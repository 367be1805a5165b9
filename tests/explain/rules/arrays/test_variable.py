"""Programs from before PyTorch 0.4 that wrap tensors in Variable, without its import."""

from __future__ import annotations

import pytest

from tests.explain.failing import check

HEAD = "net = nn.Linear(3, 2)\nbatches = [(torch.rand(4, 3), torch.tensor([0, 1, 1, 0]))]\n"


@pytest.mark.parametrize(
    ("code", "fixes"),
    [
        ("w = Variable(torch.rand(2), requires_grad=True)", ["w = torch.rand(2).requires_grad_()"]),
        ("out = net(Variable(batches[0][0]))", ["out = net(batches[0][0])"]),
        (
            "for x, y in batches:\n    x, y = Variable(x), Variable(y)\n    loss = F.cross_entropy(net(x), y)\n",
            ["for x, y in batches:\n    loss = F.cross_entropy(net(x), y)"],
        ),
        ("v = Variable(torch.rand(2, 3), volatile=True)", []),
    ],
)
def test_a_tensor_stands_in_its_place(code: str, fixes: list[str]) -> None:
    check(HEAD + code, "it has not been needed since PyTorch 0.4", fixes)


def test_eig_gives_complex_numbers_now() -> None:
    code = "x = torch.eye(3)\nvalues, _ = torch.eig(x)"
    check(code, "Of a symmetric matrix, as a covariance is, torch.linalg.eigh gives real ones.", [])
