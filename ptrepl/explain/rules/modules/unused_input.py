"""A layer that was given a tensor, where another one was made of it for the layer and is not used."""

from __future__ import annotations

from collections.abc import Callable

from ptrepl.engine.watch.facts import shape_text
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.trial import Candidate, tried
from ptrepl.explain.operands.invocation import changed
from ptrepl.explain.operands.layers import Layer
from ptrepl.explain.provenance.unused import unused_of
from ptrepl.explain.rule import Finding
from ptrepl.texts.messages import gettext


def unused_input(case: Case, layer: Layer, fits: Callable[[tuple[int, ...]], bool]) -> Finding | None:
    """The name for the argument of the failing call whose shape ``fits`` and that nothing reads; None if none does."""
    for each in unused_of(case, layer.argument) if layer.argument is not None else ():
        if layer.argument is None or not fits(each.shape):
            continue
        fixes = tried(case, [Candidate(changed(case, {layer.argument: each.name}))])
        if fixes:
            said = gettext(
                "{name}, from `{statement}`, is {shape}, and it is not used: it was probably meant here.",
                name=each.name,
                statement=each.label,
                shape=shape_text(each.shape),
            )
            return Finding(said, fixes)
    return None
