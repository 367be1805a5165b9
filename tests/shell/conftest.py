"""What every test of the shell leaves as it was."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ptrepl.shell.resilience.descriptor_reserve import DescriptorReserve


@pytest.fixture(autouse=True)
def no_reserve_is_kept(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A program has one reserve for its whole life; a worker that runs many tests would run out of descriptors."""
    made: list[DescriptorReserve] = []
    hold = DescriptorReserve.hold

    def hold_and_note(reserve: DescriptorReserve) -> None:
        made.append(reserve)
        hold(reserve)

    monkeypatch.setattr(DescriptorReserve, "hold", hold_and_note)
    yield
    for reserve in made:
        reserve.give_up()
