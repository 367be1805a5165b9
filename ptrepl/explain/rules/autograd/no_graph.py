"""Backward from a tensor without history: which of the causes it was, and at which statement."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from ptrepl.engine.explanation import Fix
from ptrepl.engine.watch.facts import base_attribute, read
from ptrepl.engine.watch.kinds import is_tensor_class
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.retyped import computed_from, retyped
from ptrepl.explain.fixes.trial import Candidate, tried
from ptrepl.explain.provenance.backward import Start, start_of
from ptrepl.explain.provenance.cuts import uncut
from ptrepl.explain.provenance.history import Cause, cause
from ptrepl.explain.rewrite import in_one_line, spliced
from ptrepl.explain.rule import Finding, Rule
from ptrepl.explain.standins.lookup import FrameScope


def _no_history(case: Case) -> Finding | None:
    start = start_of(case)
    index = int(case.match.group(1))
    if start is None or start.node is None or index != 0:
        return None
    tensor, name = start.tensors[0], start.name(case)
    if base_attribute("is_inference")(tensor):
        return Finding(
            f"{name} was made in torch.inference_mode(), where nothing is recorded for backward(). "
            "Compute it outside of that block."
        )
    found = cause(case, start.node)
    whole = not str(read(tensor).dtype).startswith(("float", "bfloat", "complex"))
    if whole and (found is None or found.kind == "none"):
        return Finding(f"{name} holds whole numbers ({read(tensor).dtype}). Only floats can have gradients.")
    if found is None:
        return Finding(
            f"{name} has no history: either nothing that it was computed from requires grad, or something on the way "
            "cut it off."
        )
    return Finding(_text(case, name, found), _fixes(case, found, start))


def _text(case: Case, name: str, found: Cause) -> str:
    place = "this line" if found.place is None else f"`{found.place.label}`"
    match found.kind:
        case "no_grad":
            where = "here" if found.place is None else f"as {place} ran"
            return f"Nothing was recorded {where}, because gradients were switched off: {name} does not know its past."
        case "late":
            return (
                f"{found.names[0]} requires grad now, but it did not yet when {place} ran, so nothing was recorded. "
                f"Compute {name} again."
            )
        case "inside":
            return f"{place} runs code with {found.names[0]} in it, and that cuts the way back from {name}."
        case "none":
            return _nothing(name, found.names) if found.cut is None else _cut_anyway(case, name, found, place)
    return _cut_text(case, name, found, place)


def _cut_text(case: Case, name: str, found: Cause, place: str) -> str:
    assert found.cut is not None
    base, called = _base(case, found), found.cut.called
    match found.cut.kind:
        case "detach" | "data":
            return f"{called} in {place} cuts the way back to {base}, so no gradient can go from {name} to it."
        case "item":
            return (
                f"{called} in {place} takes plain numbers out of {base}. Numbers have no history, so no gradient can "
                "go back through them."
            )
        case "copy":
            return (
                f"{called} in {place} makes a new tensor from the numbers in {base}, and forgets where they came from. "
                "Use the tensor itself."
            )
        case "position":
            return (
                f"{called} in {place} gives positions, whole numbers that jump: pushing {base} a little does not move "
                "them, so there is no gradient."
            )
        case "comparison":
            return (
                f"{called} in {place} gives True or False: pushing {base} a little does not change that, so there is "
                "no gradient."
            )
    return f"{called} in {place} makes whole numbers of {base}, and only floats can have gradients."


def _base(case: Case, found: Cause) -> str:
    assert found.cut is not None
    source = case.site.source if found.place is None else found.place.source
    text = in_one_line(source, found.cut.base)
    return text if len(text) <= 40 else "what stands there"


def _cut_anyway(case: Case, name: str, found: Cause, place: str) -> str:
    """Nothing requires grad, and if it did, that would not be enough."""
    assert found.cut is not None
    base, called = _base(case, found), found.cut.called
    return (
        f"{found.names[0]} does not require grad, and that alone would not be enough: {called} in {place} lets no "
        f"gradient go from {name} to {base}."
    )


def _nothing(name: str, names: tuple[str, ...]) -> str:
    if names == (name,):
        return f"{name} does not require grad, and it was not computed from anything that does."
    if len(names) == 1:
        return (
            f"{name} was computed from {names[0]}, which does not require grad, so nothing was recorded. Say so for "
            f"{names[0]}, then compute {name} again."
        )
    return (
        f"None of these requires grad: {', '.join(names[:6])}. So nothing was recorded while {name} was computed. The "
        "ones that you want gradients for need requires_grad=True before that."
    )


def _fixes(case: Case, found: Cause, start: Start) -> tuple[Fix, ...]:
    fix: Fix | None = None
    spent = [case.names.get(each.name) for each in found.path]
    is_spent = _one_of(spent)
    if found.kind in ("detach", "data", "item", "copy"):
        return _without_cut(case, found, is_spent)
    if found.kind == "late" or (found.kind == "no_grad" and found.path and found.path[-1].unrecorded != "grad mode"):
        fix = retyped(case, is_spent)
    elif found.kind == "none" and found.cut is None and len(found.names) == 1 and found.names[0].isidentifier():
        fix = _asking(case, found.names[0], start)
    return (fix,) if fix is not None else ()


def _asking(case: Case, name: str, start: Start) -> Fix | None:
    """The same again after ``name`` was asked to require grad: what was computed from it, and nothing else."""
    leaf = case.names.get(name)
    if leaf is start.tensors[0] or (is_tensor_class(type(leaf)) and base_attribute("is_inference")(leaf)):
        return None
    return retyped(case, _one_of(computed_from(case, name)), first=f"{name}.requires_grad_()")


def _one_of(values: list[Any]) -> Callable[[Any], bool]:
    return lambda tensor: any(tensor is each for each in values)


def _without_cut(case: Case, found: Cause, is_spent: Callable[[Any], bool]) -> tuple[Fix, ...]:
    site = case.site
    if found.place is None:
        line = site.line
        text = uncut(site.source, line.value, case.scope) if isinstance(line, ast.Expr) else None
        return () if text is None else tried(case, [Candidate(text, replaces_line=True)])
    statement = found.place.statement
    if not isinstance(statement, ast.Assign):
        return ()
    value = uncut(found.place.source, statement.value, FrameScope(case.names, case.names))
    if value is None:
        return ()
    fix = retyped(case, is_spent, {statement: spliced(found.place.source, statement, {statement.value: value})})
    return (fix,) if fix is not None else ()


RULES = (
    Rule(
        "backward without history",
        ("RuntimeError",),
        r"element (\d+) of tensors does not require grad and does not have a grad_fn",
        _no_history,
        more="autograd/no-graph",
        lesson="autograd/detach",
    ),
)
