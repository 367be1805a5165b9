"""Drawing more than there are."""

from __future__ import annotations

import pytest

from tests.explain.failing import check, fails

MEMORY = "import random\nfrom collections import deque\nmemory = deque([1, 2, 3], maxlen=100)\nbatch_size = 32\n"


@pytest.mark.parametrize("call", ["random.sample(memory, batch_size)", "random.sample(memory, k=batch_size)"])
def test_a_replay_memory_that_holds_no_batch_yet(call: str) -> None:
    said = (
        "memory holds 3, and 32 are to be drawn, each of them once at most. Draw only where len(memory) >= batch_size."
    )
    check(MEMORY + call, said)


def test_a_negative_number_is_another_slip() -> None:
    assert fails(MEMORY + "random.sample(memory, -1)").explanation is None


def test_elements_with_counts_may_come_more_than_once() -> None:
    assert fails("import random\nrandom.sample(['a', 'b'], 9, counts=[4, 4])").explanation is None
