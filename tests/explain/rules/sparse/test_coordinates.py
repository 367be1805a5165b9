"""The places of the numbers in a sparse tensor."""

from __future__ import annotations

import pytest

from tests.explain.failing import check, fails

pytestmark = pytest.mark.filterwarnings("ignore:Sparse invariant checks:UserWarning")

EDGES = (
    "edges = torch.tensor([[0, 1, 1], [1, 0, 2]])\nadjacency = torch.sparse_coo_tensor(edges, torch.ones(3), (3, 3))\n"
)


def test_of_a_tensor_that_may_hold_a_place_twice() -> None:
    said = "adjacency may hold several numbers for one place. coalesce() adds those up and sorts the places;"
    check(EDGES + "source, target = adjacency.indices()", said, ["adjacency.coalesce().indices()"])
    check(EDGES + "weights = adjacency.values()", said, ["adjacency.coalesce().values()"])


def test_indices_as_nonzero_gives_them() -> None:
    code = "baskets = torch.tensor([[0.0, 2.0], [3.0, 0.0], [0.0, 5.0]])\nplaces = baskets.nonzero()\n"
    check(
        code + "torch.sparse_coo_tensor(places, baskets[baskets != 0], (3, 2))",
        "places is (3, 2): torch.sparse_coo_tensor takes one row for each dim and one column for each number, and "
        "values has 3.",
        ["torch.sparse_coo_tensor(places.t(), baskets[baskets != 0], (3, 2))"],
    )
    one_dim = "items = torch.tensor([[4], [17], [30]])\ntorch.sparse_coo_tensor(items, torch.ones(3), size=(50,))"
    check(one_dim, "items is (3, 1)", ["torch.sparse_coo_tensor(items.t(), torch.ones(3), size=(50,))"])


def test_another_number_of_values_is_told_without_a_guess() -> None:
    check(
        "places = torch.tensor([[0, 1, 1], [1, 0, 2]])\ntorch.sparse_coo_tensor(places, torch.ones(4), (3, 3))",
        "places is (2, 3): torch.sparse_coo_tensor takes one row for each dim and one column for each number, and "
        "values has 4.",
        [],
    )


def test_rows_and_columns_apart_as_scipy_takes_them() -> None:
    code = "rows = torch.tensor([0, 1])\ncolumns = torch.tensor([1, 2])\n"
    for given in ("(rows, columns)", "[rows, columns]"):
        check(
            f"{code}torch.sparse_coo_tensor({given}, torch.ones(2), (3, 3))",
            f"{given} holds several tensors, and the indices are one: a row for each dim.",
            ["torch.sparse_coo_tensor(torch.stack([rows, columns]), torch.ones(2), (3, 3))"],
        )


def test_lists_of_other_lengths_are_left_alone() -> None:
    code = "rows = torch.tensor([0, 1])\ncolumns = torch.tensor([1, 2, 0])\n"
    assert fails(f"{code}torch.sparse_coo_tensor((rows, columns), torch.ones(2), (3, 3))").explanation is None
