"""What the comparison of two looks knows, for the lines that are made of it."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ptrepl.engine.assignments import made_from_themselves
from ptrepl.engine.outcome import TensorChange
from ptrepl.engine.watch.compare.gradients import GradientEvents
from ptrepl.engine.watch.compare.groups import Reported
from ptrepl.engine.watch.compare.sharing import Neighbours
from ptrepl.engine.watch.compare.values import value_notes
from ptrepl.engine.watch.fingerprint import Seen
from ptrepl.engine.watch.notes import Note
from ptrepl.engine.watch.snapshot import Snapshot
from ptrepl.engine.watch.targets import Expression, Target

if TYPE_CHECKING:
    from ptrepl.engine.watch.cards import TensorCard

MOST_EXAMINED = 50
"""Tensors of one statement of which it is looked up what they share and whether they hold nan: four times as many as
are shown. Of thousands, reading the contents alone would take longer than the statement."""


@dataclass(slots=True)
class Diff:
    """What is known while the lines of one statement are made. Holds tensors: for use within one look only."""

    before: Snapshot
    now: Snapshot
    namespace: Mapping[str, Any]
    gradients: GradientEvents
    neighbours: Neighbours
    statement: ast.stmt | None = None
    left_over: AbstractSet[str] = frozenset()
    """Names that a loop left bound: what changes in their tensors is told under the other names of those."""
    card: Callable[[Any], TensorCard] | None = None
    examined: int = 0
    told: Reported = field(default_factory=Reported)
    lined: frozenset[int] = frozenset()
    """Keys of the tensors that have a line of their own; ``told`` has those too that count in the line of a group."""
    in_modules: frozenset[int] = frozenset()
    """Keys of the tensors whose changes are told under a module, whatever other names they have."""

    _made_from_themselves: frozenset[str] | None = None

    def is_made_from_itself(self, name: str) -> bool:
        """Whether the statement binds ``name`` to something that is made of what it stood for."""
        if self._made_from_themselves is None:
            self._made_from_themselves = frozenset() if self.statement is None else made_from_themselves(self.statement)
        return name in self._made_from_themselves

    def line(self, target: Target, tensor: Any, seen: Seen, notes: list[Note]) -> TensorChange:
        """The line of one tensor, with its card where cards are asked for."""
        return TensorChange(target, seen.facts, tuple(notes), self.card(tensor) if self.card is not None else None)

    def notes_now(self, target: Target, tensor: Any, seen: Seen) -> list[Note]:
        """What is worth knowing of the tensor, whatever it was before; nothing of those after the first fifty.

        The value of an expression is asked for last, and shown first.
        """
        self.examined += 1
        if self.examined > MOST_EXAMINED and not isinstance(target, Expression):
            return []
        return self.neighbours.notes(target, id(tensor), seen) + value_notes(tensor, seen)
