"""NumPy's transpose, which takes all dims in their new order."""

from __future__ import annotations

from tests.explain.failing import check

SAYS = "Of a tensor that is permute"


def test_numpys_order_of_dims_in_one_argument() -> None:
    check("x = torch.rand(2, 3, 4)\ny = x.transpose((0, 2, 1))", SAYS, ["x.permute(0, 2, 1)"])
    check("x = torch.rand(2, 3, 4)\ny = torch.transpose(x, [2, 0, 1])", SAYS, ["x.permute(2, 0, 1)"])


def test_a_function_that_was_right_for_an_array_is_left_alone() -> None:
    code = """
    import numpy as np
    def first(images):
        return images.transpose([0, 3, 1, 2])
    a = first(np.zeros((2, 4, 5, 3)))
    b = first(torch.zeros(2, 4, 5, 3))
    """
    check(code, "The arrays that this function was given before have no permute.", [])
