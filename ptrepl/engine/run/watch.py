"""Looks at a namespace after each statement and tells what changed since the last look.

Imported once torch is loaded: until then there is nothing to look at, and the prompt is not to wait for it.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Mapping
from types import CodeType
from typing import TYPE_CHECKING, Any, NamedTuple

from ptrepl.engine.outcome import Change
from ptrepl.engine.record.accumulation import calls_backward
from ptrepl.engine.record.attribution import effects_of
from ptrepl.engine.record.effects import NOTHING, Effects
from ptrepl.engine.watch.changes import changes
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
        if not empty:
            self.rebase()

    def rebase(self) -> None:
        """Take the namespace as it is for the state to compare the next look with."""
        self._before = take(self._namespace, self._before, self._learner_module)

    def look(self, code: CodeType, expression: tuple[str, Any] | None, *, with_cards: bool) -> Looked:
        """What ``code`` did, which has just run; ``expression``: its text and its value, to be shown. Never raises."""
        collecting = gc.isenabled()
        gc.disable()  # ten thousand tensors make lists long enough to set it off several times, for nothing
        try:
            now = take(self._namespace, self._before, self._learner_module)
            accumulates = bool(now.graded) and calls_backward(code, self._namespace)
            told = changes(
                self._before,
                now,
                self._namespace,
                expression=expression,
                accumulates=accumulates,
                learner_module=self._learner_module,
                card=_card_reader() if with_cards else None,
            )
            effects = effects_of(told, self._before, now, accumulates)
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
        return Looked(told, effects)


def _card_reader() -> Callable[[Any], TensorCard]:
    from ptrepl.engine.watch.cards import read_card  # few sessions ever ask for cards

    return read_card
