"""Backward from a tensor without a graph: which of the causes it was, and at which statement."""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable
from typing import Any

from ptrepl.engine.explanation import Fix
from ptrepl.engine.watch.facts import base_attribute, read
from ptrepl.engine.watch.kinds import is_tensor_class
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.retyped import computed_from, retyped
from ptrepl.explain.fixes.trial import Candidate, tried
from ptrepl.explain.fixes.without_cut import out_of_the_block, with_scores
from ptrepl.explain.provenance.backward import Start, start_of
from ptrepl.explain.provenance.cuts import uncut
from ptrepl.explain.provenance.history import Cause, cause
from ptrepl.explain.provenance.just_before import assigned_just_before
from ptrepl.explain.provenance.origins import origin
from ptrepl.explain.provenance.unused import unread_outputs
from ptrepl.explain.rewrite import in_one_line, postfix, spliced
from ptrepl.explain.rule import Finding, Rule
from ptrepl.explain.rules.autograd.filled_list import filled_with_numbers
from ptrepl.explain.rules.autograd.fitted import tensors_to_fit
from ptrepl.explain.rules.autograd.frozen_network import of_a_frozen_network
from ptrepl.explain.rules.autograd.requires_grad_missing import leaf_of_the_copy
from ptrepl.explain.rules.autograd.switched_off_by import in_decorated_function, switched_off_by
from ptrepl.explain.rules.transforms.derivatives import without_create_graph
from ptrepl.explain.standins.lookup import FrameScope
from ptrepl.texts.lists import every
from ptrepl.texts.messages import N_, gettext

_CUT_HERE = {
    "detach": N_("{call} in this line cuts {base} off from the graph, so no gradient can flow from {name} to it."),
    "item": N_(
        "{call} in this line takes plain numbers out of {base}. Numbers have no graph, so no gradient can flow through "
        "them."
    ),
    "copy": N_(
        "{call} in this line makes a new tensor of the values in {base}, without their graph. Use the tensor itself."
    ),
    "list": N_(
        "{call} in this line makes a new tensor of the values in {base}, without their graph. torch.stack({base}) puts "
        "the tensors together and keeps it."
    ),
    "position": N_("{call} in this line gives whole numbers, indices or counts, and no gradient flows through those."),
    "comparison": N_(
        "{call} in this line gives True or False: a small change of {base} does not change that, so there is no "
        "gradient."
    ),
    "whole": N_("{call} in this line makes integers of {base}, and only floating point tensors can have gradients."),
}
"""What a ``Cut`` in the failing line does, by its kind."""
_CUT_AT = {
    "detach": N_("{call} in `{statement}` cuts {base} off from the graph, so no gradient can flow from {name} to it."),
    "item": N_(
        "{call} in `{statement}` takes plain numbers out of {base}. Numbers have no graph, so no gradient can flow "
        "through them."
    ),
    "copy": N_(
        "{call} in `{statement}` makes a new tensor of the values in {base}, without their graph. Use the tensor "
        "itself."
    ),
    "list": N_(
        "{call} in `{statement}` makes a new tensor of the values in {base}, without their graph. torch.stack({base}) "
        "puts the tensors together and keeps it."
    ),
    "position": N_(
        "{call} in `{statement}` gives whole numbers, indices or counts, and no gradient flows through those."
    ),
    "comparison": N_(
        "{call} in `{statement}` gives True or False: a small change of {base} does not change that, so there is no "
        "gradient."
    ),
    "whole": N_(
        "{call} in `{statement}` makes integers of {base}, and only floating point tensors can have gradients."
    ),
}
"""The same in an earlier statement."""
_MOST_NAMES = 6
_MOST_SHOWN = 40


def _no_graph(case: Case) -> Finding | None:
    start = start_of(case)
    index = int(case.match.group(1))
    if start is None or start.node is None or index != 0:
        return None
    tensor, name = start.tensors[0], start.name(case)
    if base_attribute("is_inference")(tensor):
        if (switch := in_decorated_function(case, start.node)) is not None:
            made = gettext("Nothing was recorded for {name}, because grad mode was off.", name=name)
            return Finding(f"{made} {switch.text}", switch.fixes)
        return Finding(
            gettext(
                "{name} was made in torch.inference_mode(), where nothing is recorded for backward(). Compute it "
                "outside of that block.",
                name=name,
            )
        )
    found = cause(case, start.node)
    dtype = str(read(tensor).dtype)
    if not dtype.startswith(("float", "bfloat", "complex")) and (found is None or found.kind == "none"):
        return Finding(
            gettext("{name} is {dtype}, and only floating point tensors can have gradients.", name=name, dtype=dtype)
        )
    if found is None and (filled := filled_with_numbers(case, start.node)):
        return Finding(filled)
    if found is None and (switch := in_decorated_function(case, start.node)) is not None:
        made = gettext("Nothing was recorded for {name}, because grad mode was off.", name=name)
        return Finding(f"{made} {switch.text}", switch.fixes)
    if (found is None or found.kind == "none") and (frozen := of_a_frozen_network(case, start.node, name)):
        return Finding(frozen)
    plain = found.names if found is not None and found.kind == "none" and found.cut is None else ()
    if (those := tensors_to_fit(case, plain)) is not None:
        return Finding(f"{_not_recorded(name, plain)} {those.text}", those.fixes)
    if found is None and (gradient := _of_a_gradient(case, start.node)):
        return Finding(gradient)
    if found is None:
        return Finding(
            gettext(
                "{name} has no graph: either nothing that it was computed from requires grad, or something in between "
                "cut the graph off.",
                name=name,
            )
        )
    if found.kind == "detach" and (other := without_create_graph(case, start.node)):
        return Finding(gettext("{name} has no graph.", name=name) + " " + other)
    if found.kind == "no_grad":
        computed = start.node if found.place is None else found.place.value
        switch = switched_off_by(case, found.place, computed)
        if switch is not None:
            return Finding(f"{_text(case, name, found)} {switch.text}", switch.fixes or _fixes(case, found, start))
    if found.kind == "none" and found.cut is None and (unread := next(unread_outputs(case), None)) is not None:
        other = gettext(
            "`{statement}` has a graph, and {name} was not computed from it.", statement=unread.label, name=name
        )
        return Finding(f"{_not_recorded(name, found.names)} {other}")
    if found.kind == "none" and len(found.names) == 1:
        copied = leaf_of_the_copy(case, start.node, name, found.names[0])
        if copied is not None:
            return copied
    return Finding(_text(case, name, found), _fixes(case, found, start))


def _of_a_gradient(case: Case, node: ast.expr) -> str:
    """What is said of ``g = torch.autograd.grad(loss, w)[0]``, of which a further gradient is asked; ""."""
    for each in ast.walk(node):
        made = assigned_just_before(case, each.id) or origin(case, each.id) if isinstance(each, ast.Name) else None
        call = made.value.value if made is not None and isinstance(made.value, ast.Subscript) else made and made.value
        if made is None or not isinstance(call, ast.Call):
            continue
        if case.real(call.func) is not sys.modules["torch"].autograd.grad:
            continue
        asked = [ast.unparse(word.value) for word in call.keywords if word.arg == "create_graph"]
        if asked == ["True"]:
            return gettext(
                "{name} comes from `{statement}`. create_graph=True was given, and still {name} has no graph: it is "
                "the same whatever the inputs are, as the gradient of a linear function is. Its own gradient is 0.",
                name=made.name,
                statement=made.label,
            )
        if not asked:
            return gettext(
                "{name} comes from `{statement}`, and torch.autograd.grad gives gradients without a graph. With "
                "create_graph=True they have one, and a further gradient can be computed from them.",
                name=made.name,
                statement=made.label,
            )
    return ""


def _text(case: Case, name: str, found: Cause) -> str:
    statement = "" if found.place is None else found.place.label
    match found.kind:
        case "no_grad" if not statement:
            return gettext(
                "Nothing was recorded here, because grad mode was off, as it is under torch.no_grad(): {name} has no "
                "graph.",
                name=name,
            )
        case "no_grad":
            return gettext(
                "Nothing was recorded when `{statement}` ran, because grad mode was off, as it is under "
                "torch.no_grad(): {name} has no graph.",
                statement=statement,
                name=name,
            )
        case "late":
            return gettext(
                "{tensor} requires grad now, but it did not yet when `{statement}` ran, so nothing was recorded. "
                "Compute {name} again.",
                tensor=found.names[0],
                statement=statement,
                name=name,
            )
        case "inside" if len(found.names) > 1:
            what = gettext(
                "`{statement}` runs `{line}`, and {word} cuts off the graph of {name}.",
                statement=statement,
                line=found.names[1],
                word=found.names[0],
                name=name,
            )
            whole = found.names[1].replace(".detach()", "").replace(".data", "")
            if found.names[0] not in ("detach()", ".data") or whole == found.names[1]:
                return what
            instead = gettext("Write `{line}` there.", line=whole)
            return f"{what} {instead}"
        case "inside":
            inside = gettext(
                "`{statement}` runs code with {word} in it, and that cuts off the graph of {name}.",
                statement=statement,
                word=found.names[0],
                name=name,
            )
            if found.names[0] not in ("no_grad", "inference_mode"):
                return inside
            either = gettext(
                "If this is validation, leave out backward() and the step of the optimizer; to train, compute {name} "
                "without {word}.",
                name=name,
                word=found.names[0],
            )
            return f"{inside} {either}"
        case "none":
            return _nothing(name, found.names) if found.cut is None else _cut_anyway(case, name, found, statement)
    return _cut_text(case, name, found, statement)


def _cut_text(case: Case, name: str, found: Cause, statement: str) -> str:
    """``statement``: the one with the cut; "" for the failing one."""
    assert found.cut is not None
    kind = "detach" if found.cut.kind == "data" else found.cut.kind
    if kind == "copy" and type(case.real(found.cut.base)) in (list, tuple):
        kind = "list"
    template = _CUT_AT[kind] if statement else _CUT_HERE[kind]
    text = gettext(template, call=found.cut.called, statement=statement, base=_base(case, found), name=name)
    if kind == "position":
        instead = with_scores(case, found) or _before_positions(case, found)
    else:
        instead = _in_torch(found) if found.cut.called == "numpy()" else ""
    return f"{text} {instead}" if instead else text


def _before_positions(case: Case, found: Cause) -> str:
    """A sentence: what the loss can be computed from instead."""
    assert found.cut is not None
    if found.cut.called in ("argmax()", "max()"):
        return gettext("For class indices, F.cross_entropy(scores, target) takes the scores as they are.")
    base = _base(case, found)
    if found.cut.called == "multinomial()":
        return gettext("{base}.gather(-1, …) gives the probabilities of what was drawn, with their graph.", base=base)
    return gettext("Compute the loss from {base}, without this step.", base=base.removesuffix(".detach()"))


def _in_torch(found: Cause) -> str:
    """A sentence: the line without the way through NumPy; "" where NumPy computes in it."""
    assert found.cut is not None
    if found.place is None or not isinstance(found.place.statement, ast.Assign):
        return ""
    value, base = found.place.statement.value, found.cut.base
    inner = base
    match base:
        case ast.Call(func=ast.Attribute(value=inner, attr="detach")):
            pass
    names = [each.id for each in ast.walk(value) if isinstance(each, ast.Name)]
    if "np" in names or "numpy" in names or (isinstance(base, ast.Call) and not isinstance(base.func, ast.Attribute)):
        return ""
    source = found.place.source
    code = spliced(source, value, {found.cut.node: postfix(source, inner, "")})
    return gettext(
        "Stay in torch: {code} computes the same and keeps the graph.", code=in_one_line(code, ast.parse(code).body[0])
    )


def _base(case: Case, found: Cause) -> str:
    assert found.cut is not None
    source = case.site.source if found.place is None else found.place.source
    text = in_one_line(source, found.cut.base)
    return text if len(text) <= _MOST_SHOWN else gettext("its input")


def _cut_anyway(case: Case, name: str, found: Cause, statement: str) -> str:
    """Nothing requires grad, and if it did, the graph would be cut all the same."""
    assert found.cut is not None
    if not statement:
        return gettext(
            "{tensor} does not require grad, and that alone would not be enough: {call} in this line lets no gradient "
            "flow from {name} to {base}.",
            tensor=found.names[0],
            call=found.cut.called,
            name=name,
            base=_base(case, found),
        )
    return gettext(
        "{tensor} does not require grad, and that alone would not be enough: {call} in `{statement}` lets no gradient "
        "flow from {name} to {base}.",
        tensor=found.names[0],
        call=found.cut.called,
        statement=statement,
        name=name,
        base=_base(case, found),
    )


def _nothing(name: str, names: tuple[str, ...]) -> str:
    if names == (name,):
        return gettext("{name} does not require grad, and it was not computed from anything that does.", name=name)
    what = _not_recorded(name, names)
    if len(names) == 1:
        before = gettext(
            "{source}.requires_grad_(), before {name} is computed, makes it require grad.", name=name, source=names[0]
        )
        return f"{what} {before}"
    among = gettext("What the gradients are for has to be among them, and to require grad before that.")
    return f"{what} {among}"


def _not_recorded(name: str, names: tuple[str, ...]) -> str:
    if len(names) == 1:
        return gettext(
            "{name} was computed from {source}, which does not require grad, so nothing was recorded.",
            name=name,
            source=names[0],
        )
    return gettext(
        "{name} was computed from {names}, and none of them requires grad, so nothing was recorded.",
        name=name,
        names=every(names[:_MOST_NAMES]),
    )


def _fixes(case: Case, found: Cause, start: Start) -> tuple[Fix, ...]:
    fix: Fix | None = None
    if found.kind == "no_grad" and found.place is not None and (fixes := out_of_the_block(case, found.place)):
        return fixes
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
    """The same again with ``name`` made to require grad: what was computed from it, and nothing else."""
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
        "missing graph",
        ("RuntimeError",),
        r"element (\d+) of tensors does not require grad and does not have a grad_fn",
        _no_graph,
        more="autograd/no-graph",
        lesson="autograd/detach",
    ),
)
