"""Whether a learner failed as a known mistake does."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from ptrepl.tutor.check.verdict import Last, Verdict
from ptrepl.tutor.replay.dry_run import between, same_mistake


def alike(one: Any, other: Any) -> bool:
    verdicts = [Verdict(False, "`m` is a tuple; this step wants a tensor.", seen=(seen,)) for seen in (one, other)]
    return same_mistake(verdicts[0], Last(), verdicts[1], Last())


ROW = torch.tensor([21.5, 19.0])


@pytest.mark.parametrize(
    ("other", "same"),
    [
        ((ROW.clone(), torch.tensor([18.0, 20.5])), True),
        ((ROW, torch.tensor([18.0, 20.0])), False),
        ((ROW, ROW, ROW), False),
        ((ROW, 18.0), False),
        (ROW, False),
        (((ROW,), torch.tensor([18.0, 20.5])), False),
    ],
)
def test_tuples_of_tensors_are_compared_part_by_part(other: Any, same: bool) -> None:
    assert alike((ROW, torch.tensor([18.0, 20.5])), other) is same
    assert alike(other, (ROW, torch.tensor([18.0, 20.5]))) is same


def test_a_tensor_of_many_numbers_is_compared_as_a_whole() -> None:
    before, after = torch.zeros(30_000), torch.ones(30_000)
    mixed = torch.arange(30_000) % 2
    assert between(after.clone(), [before, after])
    assert not between(mixed.float(), [before, after])
    assert between(mixed[:100].float(), [before[:100], after[:100]])
