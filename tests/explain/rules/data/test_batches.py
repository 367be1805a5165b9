"""What a loader gives, used as one tensor."""

from __future__ import annotations

from tests.explain.failing import why

HEAD = """
from torch.utils.data import DataLoader, TensorDataset
loader = DataLoader(TensorDataset(torch.rand(6, 3), torch.rand(6, 1)), batch_size=2)
net = nn.Linear(3, 1)
"""


def test_enumerate_without_a_use() -> None:
    said = why(HEAD + "for rows, wanted in enumerate(loader):\n    d = wanted.float() - net(rows)")
    assert "rows is the number of the round, and wanted is the whole batch" in said.text
    assert [fix.code for fix in said.fixes] == ["for rows, wanted in loader:\n    d = wanted.float() - net(rows)"]
    said = why(HEAD + "for step, batch in enumerate(loader):\n    batch.mean()")
    assert "Without enumerate" not in said.text


def test_the_first_of_a_batch_where_one_tensor_is_used() -> None:
    body = "for batch in loader:\n    x = batch.to('cpu')\n    d = net(x) + x.shape[0]"
    assert [fix.code for fix in why(HEAD + body).fixes] == [body.replace("batch.to", "batch[0].to")]
    body = "for batch in loader:\n    batch = batch.to('cpu')\n    x, y = batch"
    assert "[each.to('cpu') for each in batch]" in why(HEAD + body).fixes[0].code


def test_elements_that_are_no_tensors() -> None:
    said = why("import numpy as np\nrows = [np.ones(3), np.zeros(3)]\ntorch.stack(rows)")
    assert [fix.code for fix in said.fixes] == ["torch.from_numpy(np.stack(rows))"]
    nested = "out = (torch.rand(2), [torch.rand(2, 3), torch.rand(2, 3)])\ntorch.cat([out[1], out[0]])"
    assert "out[1] is a list of 2 tensors" in why(nested).text
