"""What one statement did to which tensor, for the session's record: weak references, version counters and texts."""

from __future__ import annotations

import weakref
from typing import TYPE_CHECKING, Any, NamedTuple

from ptrepl.engine.watch.parts import join_path

if TYPE_CHECKING:
    from ptrepl.engine.watch.facts import TensorFacts
    from ptrepl.engine.watch.notes import GroupEvent


class TensorPlace(NamedTuple):
    """A tensor and where the statement left it: under a name, or inside what has the name."""

    name: str
    path: str
    tensor: weakref.ref[Any]

    @property
    def label(self) -> str:
        """As the learner would write it: ``w``, ``net[0].weight``."""
        return join_path(self.name, self.path) if self.path else self.name


class Write(NamedTuple):
    """Something wrote to a tensor.

    ``before`` and ``after`` are its version counter: equal where the write bumped none (``.data``, numpy). ``before``
    is None where the same statement made the tensor; both are where it counts none (inference mode).
    """

    place: TensorPlace
    before: int | None
    after: int | None
    facts: TensorFacts


class Rebound(NamedTuple):
    """A name that the statement bound to another tensor, or to another container, module or optimizer (no ``facts``).

    ``rebound``: the name stood for a tensor or a container before.
    """

    name: str
    tensor: weakref.ref[Any] | None = None
    facts: TensorFacts | None = None
    rebound: bool = False


class Gradient(NamedTuple):
    """What became of ``leaf.grad``."""

    leaf: TensorPlace
    what: GroupEvent

    @property
    def is_given(self) -> bool:
        """Whether there was none, or it was added to."""
        from ptrepl.engine.watch.notes import Accumulated, New  # loaded by now: one of them is here

        return isinstance(self.what, (New, Accumulated))


class Effects(NamedTuple):
    """All that one statement did to tensors, containers and gradients."""

    wrote: tuple[Write, ...] = ()
    made: tuple[Rebound, ...] = ()
    gradients: tuple[Gradient, ...] = ()


NOTHING = Effects()
