"""A layer whose input lacks what a tensor without elements was to bring."""

from __future__ import annotations

from tests.explain.failing import check

CODE = """
class Head(nn.Module):
    def __init__(self):
        super().__init__()
        self.goal = nn.Parameter(torch.randn(1, 6))
        self.out = nn.Linear(12, 3)
    def forward(self, state):
        goal = GOAL
        return self.out(torch.cat([state, goal], dim=1))
head = Head()
head(torch.randn(5, 6))
"""


def test_of_repeat_with_0_for_a_dim() -> None:
    check(
        CODE.replace("GOAL", "self.goal.repeat(state.size(0), 0)"),
        "goal is (5, 0): it has no elements. It comes from `goal = self.goal.repeat(state.size(0), 0)`: repeat takes a "
        "count for each dim, and 0 leaves nothing of one. 1 leaves a dim as it is.",
    )


def test_of_a_slice_that_takes_nothing() -> None:
    check(
        CODE.replace("GOAL", "state[:, 6:]"),
        "goal is (5, 0): it has no elements. It comes from `goal = state[:, 6:]`.",
    )
