"""Methods of tensors on a tuple or a list of them."""

from __future__ import annotations

import pytest

from tests.explain.failing import check


@pytest.mark.parametrize(
    ("made", "said", "fix"),
    [
        ("(torch.ones(2), torch.ones(3))", "a tuple has no to: each element", "tuple(each.to('cpu') for each in h)"),
        ("[torch.ones(2), torch.ones(3)]", "a list has no to: each element", "[each.to('cpu') for each in h]"),
    ],
)
def test_it_stays_what_it_was(made: str, said: str, fix: str) -> None:
    explanation = check(f"h = {made}\nh = h.to('cpu')", said, [fix])
    assert explanation.fixes[0].whole == f"h = {fix}"


LOADER = """
from torch.utils.data import DataLoader, TensorDataset
net = nn.Linear(3, 2)
dl = DataLoader(TensorDataset(torch.rand(8, 3), torch.zeros(8)), batch_size=4)
"""


@pytest.mark.parametrize("used", ["out = net(batch)", "out = F.relu(batch)", "out = net(batch.float())"])
def test_a_batch_that_is_used_as_one_tensor_stays_one(used: str) -> None:
    code = f"for batch in dl:\n    batch = batch.to(device)\n    {used}"
    fixed = f"for batch in dl:\n    batch = batch[0].to(device)\n    {used}"
    check(LOADER + code, "batch[0] is the first of them.", [fixed])


def test_a_batch_that_is_taken_apart_stays_a_list() -> None:
    code = "for batch in dl:\n    batch = batch.to(device)\n    x, y = batch"
    fixed = "for batch in dl:\n    batch = [each.to(device) for each in batch]\n    x, y = batch"
    check(LOADER + code, "each element needs its own call", [fixed])


@pytest.mark.parametrize(
    ("line", "fix"),
    [
        ("x, y = (x, y).to(device)", "x.to(device), y.to(device)"),
        ("both = [x, y + 1].cpu()", "[x.cpu(), (y + 1).cpu()]"),
    ],
)
def test_a_tuple_that_is_written_out(line: str, fix: str) -> None:
    check(f"x, y = torch.rand(3, 2), torch.rand(3)\n{line}", "each element needs its own call", [fix])
