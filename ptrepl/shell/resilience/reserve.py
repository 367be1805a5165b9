"""What we keep back of what a process may have: an error can be told where the learner's code has used up the rest."""

from __future__ import annotations

from ptrepl.shell.resilience.descriptor_reserve import DescriptorReserve
from ptrepl.shell.resilience.memory_reserve import MemoryReserve


class Reserve:
    """File descriptors and address space. ``hold`` before the learner's code runs, ``release`` after it."""

    def __init__(self) -> None:
        self._kinds = DescriptorReserve(), MemoryReserve()

    def hold(self) -> None:
        """Keep some of each from the code that follows."""
        for each in self._kinds:
            each.hold()

    def release(self) -> None:
        """Take for ourselves what that code has used up."""
        for each in self._kinds:
            each.release()
