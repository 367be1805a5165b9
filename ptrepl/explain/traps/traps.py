"""All traps, each reported once for each line."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ptrepl.engine.outcome import Change
from ptrepl.explain.standins.undisturbed import quietly
from ptrepl.explain.traps.nan import not_a_number
from ptrepl.explain.traps.observed import Noticed
from ptrepl.explain.traps.shapes import copied_reshape, cut_to_integers, every_pair
from ptrepl.explain.traps.training import (
    added_gradient,
    loss_without_graph,
    rebound_parameter,
    softmax_twice,
)
from ptrepl.explain.traps.uncalled import named_not_called

TRAPS: tuple[Callable[[Noticed], Iterator[str]], ...] = (
    every_pair,
    rebound_parameter,
    loss_without_graph,
    added_gradient,
    softmax_twice,
    cut_to_integers,
    copied_reshape,
    not_a_number,
    named_not_called,
)
_MOST_TOLD = 1_000


class Traps:
    """The traps of one session, and which of them were reported."""

    def __init__(self) -> None:
        self._told: set[tuple[str, str]] = set()

    def notice(self, source: str, changes: tuple[Change, ...], names: Mapping[str, Any]) -> tuple[str, ...]:
        """What to say of a statement that ran; for one that was reported before, nothing. Raises nothing."""
        try:
            with quietly():
                return tuple(self._notice(source, changes, names))
        except Exception as mistake:  # a bug of ours must not stop the learner
            from ptrepl.error_log import log

            log(mistake, "looking for traps")
            return ()

    def _notice(self, source: str, changes: tuple[Change, ...], names: Mapping[str, Any]) -> Iterator[str]:
        noticed = Noticed(source, ast.parse(source).body[0], changes, names)
        for trap in TRAPS:
            for said in trap(noticed):
                key = (trap.__name__, source)
                if key not in self._told and len(self._told) < _MOST_TOLD:
                    self._told.add(key)
                    yield said
