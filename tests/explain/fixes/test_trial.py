"""How much is tried for a fix: by a count of expressions, so that a busy machine offers as much as another."""

from __future__ import annotations

import time

import pytest

from ptrepl.explain.fixes import trial
from tests.explain.failing import check, fails, why

_CODE = "x = torch.ones(2, 3)\ny = torch.ones(2, 3)\nx @ y"
_IN_FORWARD = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 4, 3)
        self.fc = nn.Linear(100, 5)
    def forward(self, x):
        x = self.conv(x)
        x = x.flatten(1)
        x = self.fc(x)
        return x.log_softmax(1)

net = Net()
net(torch.ones(2, 1, 8, 8))
"""
_SMALL_IMAGE = (
    "net = nn.Sequential(nn.Conv2d(1, 2, 3), nn.MaxPool2d(2), nn.Conv2d(2, 2, 3))\nnet(torch.ones(1, 1, 4, 4))"
)


def offered(code: str) -> list[str]:
    explanation = fails(code).explanation
    assert explanation is not None
    return [explanation.text, *(fix.code for fix in explanation.fixes)]


@pytest.mark.parametrize("code", [_CODE, _IN_FORWARD, _SMALL_IMAGE])
def test_what_is_offered_does_not_depend_on_the_clock(code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    before = offered(code)
    assert len(before) > 1 or code is _SMALL_IMAGE
    with monkeypatch.context() as patched:
        clock = iter(range(1_000_000))
        for name in ("thread_time", "process_time", "perf_counter", "monotonic", "time"):
            patched.setattr(time, name, lambda: float(next(clock)))
        assert offered(code) == before


def test_too_much_is_not_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    assert len(offered(_CODE)) == 3
    monkeypatch.setattr(trial, "_MOST_WORK", 0)
    assert len(offered(_CODE)) == 2


def test_a_fix_after_which_the_loss_would_broadcast() -> None:
    """``x @ w.T`` alone would do; the line goes on to a loss with (4,)."""
    head = "x, w, y = torch.rand(4, 3), torch.rand(1, 3), torch.rand(4)\n"
    assert not why(f"{head}loss = F.mse_loss(x @ w, y)").fixes
    assert not why(f"{head}error = (x @ w - y).abs().mean()").fixes
    assert not why(f"{head}hits = (x @ w == y).float().mean()").fixes
    assert [fix.code for fix in why(f"{head}scores = x @ w").fixes] == ["x @ w.T"]


def test_fractions_are_no_indices() -> None:
    head = "table = nn.Embedding(9, 2)\nparts, whole = torch.tensor([0.2, 0.9]), torch.tensor([2.0, 3.0])\n"
    check(f"{head}table(parts)", "parts holds 0.2, which is no index.", [])
    check(f"{head}table(whole)", "it takes integers", ["table(whole.long())"])
    check(f"{head}F.one_hot(parts, 3)", "parts holds 0.2, which is no index.", [])
    check(f"{head}F.cross_entropy(torch.rand(2, 3), parts)", "parts holds 0.2, which is no index.", [])
