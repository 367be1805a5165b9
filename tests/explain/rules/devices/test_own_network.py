"""A network of the learner's own that is moved to a device which is not here."""

from __future__ import annotations

import pytest
import torch

from tests.explain.failing import check

NET = """\
class Net(nn.Module):
    def __init__(self, n=2):
        super().__init__()
        self.fc = nn.Linear(3, n)

"""


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is such a device here")
@pytest.mark.parametrize(
    ("line", "fix"),
    [
        ("net = Net().cuda()", "Net().to(device)"),
        ("net = Net(4).cuda()", "Net(4).to(device)"),
        ("net = Net()\nnet.cuda()", "net.to(device)"),
    ],
)
def test_it_is_moved_to_the_device_that_is_here(line: str, fix: str) -> None:
    check(NET + line, "write device instead", [fix])
