"""What a sparse tensor does not have."""

from __future__ import annotations

import pytest

from tests.explain.failing import check, why

pytestmark = pytest.mark.filterwarnings("ignore:Sparse invariant checks:UserWarning")

ADJACENCY = "adj = torch.sparse_coo_tensor(torch.tensor([[0, 1], [1, 0]]), torch.ones(2), (2, 2)).coalesce()\n"


@pytest.mark.parametrize(
    ("line", "fix"),
    [
        ("adj > 0", "adj.to_dense() > 0"),
        ("adj.softmax(1) if False else torch.exp(adj)", "torch.exp(adj.to_dense())"),
        ("adj.numpy()", "adj.to_dense().numpy()"),
    ],
)
def test_the_dense_form_is_offered(line: str, fix: str) -> None:
    check(ADJACENCY + line, "adj is a sparse tensor, and this operation is not defined for those.", [fix])


def test_no_fix_that_fills_the_memory() -> None:
    large = ADJACENCY.replace("(2, 2)", "(60000, 60000)")
    found = why(large + "adj > 0")
    assert "adj is a sparse tensor" in found.text
    assert found.fixes == ()
