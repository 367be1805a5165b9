"""What became of the gradients between two looks: new, added to, written over, cleared."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, TypeAlias

from ptrepl.engine.watch.fingerprint import Seen
from ptrepl.engine.watch.notes import Accumulated, Changed, ChangedInPlace, Cleared, GroupEvent, New
from ptrepl.engine.watch.snapshot import Snapshot

GradientEvents: TypeAlias = dict[int, GroupEvent]
"""Key of the tensor → what became of its gradient."""


class BackwardCode(NamedTuple):
    """What the code of a statement, and of the learner's functions that it may call, does to gradients."""

    runs: bool = False
    """It calls ``backward``."""
    overwrites: bool = False
    """It may write to a gradient by other means too, or take it away."""
    zeroes: bool = False
    """It names ``zero_``, of whatever it may be."""
    creates_graph: bool = False
    """It names ``create_graph``: such a backward pass adds out of place, so that another tensor stands there."""
    count_calls: Callable[[], int | None] = lambda: None
    """How often it calls ``backward`` at most; None where it has a loop. Takes a while."""


NO_BACKWARD = BackwardCode()


def gradient_events(before: Snapshot, now: Snapshot, code: BackwardCode) -> GradientEvents:
    """The gradients that are not as they were; ``code``: what the statement between the looks may do to gradients.

    Remembers of each which of them a backward pass was the last to write to, for the next look.
    """
    events: GradientEvents = {}
    for key in now.touched:
        seen, old = now.tensors[key], before.tensors.get(key)
        old_grad = None if old is None or old.ref() is not seen.ref() else old.grad
        if seen.grad is None:
            if old_grad is not None:
                events[key] = Cleared()
        elif (event := _event(seen.grad, old_grad, before, now, code)) is not None:
            events[key] = event
            seen.grad.from_backward = code.runs and not (code.overwrites or code.zeroes)
    return events


def _event(grad: Seen, old: Seen | None, before: Snapshot, now: Snapshot, code: BackwardCode) -> GroupEvent | None:
    # the version counter of a new gradient tells nothing: the first backward bumps it too where a leaf is used twice
    tensor = grad.ref()
    if old is None:
        return New()
    key = id(tensor)
    crc, old_crc = now.crc(key), before.crc(id(old.ref()))
    if old.ref() is not tensor:
        adds = code.runs and code.creates_graph and not code.overwrites and _held_something(old, old_crc)
        return Accumulated() if adds else New() if code.runs else Changed()
    if not grad.written_since(old, crc, old_crc):
        return None
    adds = code.runs and not code.overwrites and _held_something(old, old_crc) and _is_backwards(grad, old, crc, code)
    return Accumulated() if adds else ChangedInPlace()


def _held_something(grad: Seen, crc: int | None) -> bool:
    """Whether it is known that the gradient was not all zeros, as ``zero_()`` leaves it."""
    zeros = grad.is_zeros(crc)
    return grad.from_backward if zeros is None else not zeros


def _is_backwards(grad: Seen, old: Seen, crc: int | None, code: BackwardCode) -> bool:
    """Whether nothing but the backward passes of ``code`` can have written to the gradient since ``old``.

    Each bumps its version counter by one, and so does each ``zero_()``, which leaves zeros if it comes last.
    """
    version, was = grad.print[0], old.print[0]
    if version is None or was is None or grad.is_zeros(crc):
        return False
    if code.zeroes:
        return version - was == 1 and grad.is_zeros(crc) is False
    if version - was == 1:
        return True
    calls = code.count_calls()
    return calls is None or version - was <= calls
