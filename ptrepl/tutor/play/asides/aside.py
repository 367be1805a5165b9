"""What can be said of an input whatever the step asks for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ptrepl.engine.outcome import Outcome
from ptrepl.tutor.format.lesson import CodeFence, Role, Step
from ptrepl.tutor.names import names_bound_by
from ptrepl.tutor.play.asides.behind_starter import behind_starter
from ptrepl.tutor.play.asides.plain_list import list_for_tensor
from ptrepl.tutor.play.asides.typed_keys import typed_key
from ptrepl.tutor.play.asides.uncalled import uncalled
from ptrepl.tutor.play.other_ways import dumped_statements


def aside(outcomes: Sequence[Outcome], namespace: Mapping[str, Any], shown: CodeFence | None, step: Step) -> str:
    """One sentence, or "". ``shown``: the demo that waits to be run."""
    ways, starters = ([code.source for code in step.codes(role)] for role in (Role.SOLUTION, Role.STARTER))
    if told := (
        typed_key(outcomes)
        or behind_starter(outcomes, namespace, starters)
        or list_for_tensor(outcomes, namespace, shown.source if shown is not None else "")
    ):
        return told
    named = uncalled(outcomes, namespace)
    if named is None or _is_of_solution(outcomes, named.name, ways):
        return ""
    return named.text


def _is_of_solution(outcomes: Sequence[Outcome], name: str, ways: Sequence[str]) -> bool:
    """Whether the line that gives ``name`` a function is one of a solution: ``bend = Positive.apply``."""
    theirs = {line for each in ways for line in dumped_statements(each)}
    return any(name in names_bound_by(each.source) and theirs >= {*dumped_statements(each.source)} for each in outcomes)
