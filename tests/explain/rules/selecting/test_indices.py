"""The shapes that gather, scatter and index_select take."""

from __future__ import annotations

from tests.explain.failing import check


def test_a_one_hot_target_for_the_class_indices_of_gather() -> None:
    code = "logp = torch.randn(3, 4)\ntarget = torch.eye(4, dtype=torch.long)[[0, 3, 2]]\n"
    check(
        code + "logp.gather(1, target.view(-1, 1))",
        "target is one-hot, with a 1 at the right class of each row: target.argmax(1) gives the class indices.",
        ["logp.gather(1, target.argmax(1).view(-1, 1))"],
    )


def test_other_indices_are_told_without_a_guess() -> None:
    code = "x = torch.randn(3, 4)\nplaces = torch.zeros(5, 1, dtype=torch.long)\nx.gather(1, places)"
    check(code, "places is (5, 1) and x is (3, 4): gather takes indices that are no more than the tensor is large", [])


def test_a_source_that_lacks_a_dim() -> None:
    code = "board = torch.zeros(3, 4)\nrows = torch.tensor([[2, 0, 1]])\nnew = torch.tensor([5.0, 6.0, 7.0])\n"
    check(
        code + "torch.scatter(board, 0, rows, new)",
        "new is (3,) and rows is (1, 3): torch.scatter takes a source with as many dims as the index has.",
        ["torch.scatter(board, 0, rows, new.unsqueeze(0))"],
    )
    check(code + "board.scatter_(0, rows, new)", "new is (3,)", ["board.scatter_(0, rows, new.unsqueeze(0))"])


def test_an_index_for_each_place() -> None:
    code = "heads = torch.randn(2, 3, 6)\nbest = torch.tensor([[0, 5, 2], [1, 1, 4]])\nheads.index_select(-1, best)"
    said = "best is (2, 3), and index_select takes one list of indices, a tensor with one dim, for the whole tensor."
    check(code, said, ["heads.gather(-1, best.unsqueeze(-1)).squeeze(-1)"])
