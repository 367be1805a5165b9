"""Looks at a namespace after each statement and tells what changed since the last look.

Imported once torch is loaded: until then there is nothing to look at, and the prompt is not to wait for it.
"""

from __future__ import annotations

import ast
import gc
from collections.abc import Callable, Mapping
from types import CodeType
from typing import TYPE_CHECKING, Any, NamedTuple

from ptrepl.engine.assignments import bound_by_loops, bound_in_order
from ptrepl.engine.outcome import Change
from ptrepl.engine.record.accumulation import read_backward
from ptrepl.engine.record.attribution import effects_of
from ptrepl.engine.record.effects import NOTHING, Effects
from ptrepl.engine.watch.compare.changes import changes
from ptrepl.engine.watch.compare.gradients import NO_BACKWARD, gradient_events
from ptrepl.engine.watch.snapshot import Snapshot, take

if TYPE_CHECKING:
    from ptrepl.engine.watch.cards import TensorCard


class Looked(NamedTuple):
    """What a statement did: to print, and to remember."""

    changes: tuple[Change, ...] = ()
    effects: Effects = NOTHING


class Watch:
    """The state of one namespace between two statements. ``empty``: begin as if nothing had been in it."""

    def __init__(self, namespace: Mapping[str, Any], learner_module: str, *, empty: bool = False) -> None:
        self._namespace = namespace
        self._learner_module = learner_module
        self._before = Snapshot()
        self._left_over: set[str] = set()
        if not empty:
            self.rebase()

    def rebase(self) -> None:
        """Take the namespace as it is for the state to compare the next look with."""
        self._before = take(self._namespace, self._before, self._learner_module)

    def look(
        self, code: CodeType, statement: ast.stmt, expression: tuple[str, Any] | None, *, with_cards: bool
    ) -> Looked:
        """What ``code``, that of ``statement``, did, which has just run. Never raises.

        ``expression``: its text and its value, to be shown.
        """
        collecting = gc.isenabled()
        gc.disable()  # ten thousand tensors make lists long enough to set it off several times, for nothing
        loops = frozenset() if isinstance(statement, _WITHOUT_LOOPS) else bound_by_loops(statement)
        try:
            now = take(self._namespace, self._before, self._learner_module)
            backward = read_backward(code, self._namespace) if now.graded else NO_BACKWARD
            gradients = gradient_events(self._before, now, backward)
            told = changes(
                self._before,
                now,
                self._namespace,
                statement=statement,
                expression=expression,
                gradients=gradients,
                left_over=self._left_over | loops,
                learner_module=self._learner_module,
                card=_card_reader() if with_cards else None,
            )
            effects = effects_of(told, self._before, now, gradients)
        except Exception as error:
            from ptrepl.error_log import log

            log(error, "comparing the tensors with what they were")
            # the next look takes everything for new, which is better than a display that has died
            self._before = Snapshot()
            return Looked()
        finally:
            if collecting:
                gc.enable()
        self._before = now
        if self._left_over:
            self._left_over.difference_update(bound_in_order(statement))
        self._left_over |= loops
        return Looked(told, effects)


_WITHOUT_LOOPS = (ast.Assign, ast.Expr, ast.AugAssign, ast.FunctionDef, ast.ClassDef, ast.Import)


def _card_reader() -> Callable[[Any], TensorCard]:
    from ptrepl.engine.watch.cards import read_card  # few sessions ever ask for cards

    return read_card
