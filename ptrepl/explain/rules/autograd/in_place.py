"""A tensor that was saved for the backward pass was changed in place: by which statement, and what needs it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ptrepl.engine.explanation import Fix
from ptrepl.engine.watch.facts import base_attribute, read
from ptrepl.engine.watch.kinds import is_tensor_class
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.retyped import retyped
from ptrepl.explain.fixes.writing import anew, writers
from ptrepl.explain.provenance.backward import Start, start_of
from ptrepl.explain.provenance.carried import carried, cut_after
from ptrepl.explain.provenance.graph import FreedNode, is_spent, operation
from ptrepl.explain.provenance.origins import label, parsed, switched_off
from ptrepl.explain.provenance.stepped import WeightStep, from_the_first, step_that_changed, trains_all
from ptrepl.explain.rule import Finding, Rule
from ptrepl.explain.rules.autograd.aliased import aliased_in_forward
from ptrepl.explain.rules.autograd.changed_inside import change_inside, class_changed
from ptrepl.explain.rules.autograd.layers_in_place import overwriting_layers
from ptrepl.texts.lists import every
from ptrepl.texts.messages import gettext

_MOST_NAMES = 500


@dataclass(frozen=True, slots=True)
class _Writing:
    """Which tensor was written to, by which statement."""

    name: str
    label: str = ""
    anew: str | None = None
    """The statement as one that makes a new tensor."""
    unrecorded: bool = False
    """Autograd did not record it: a parameter may only be changed in that way."""
    inside: bool = False
    """It is not the statement itself that wrote, but something that ran in it."""
    number: int = 0
    """The number of the statement in the session; 0 where it is part of the failing one."""


def _written(case: Case) -> Finding | None:
    start = start_of(case)
    if start is None:
        return None
    place = case.match.group(0)
    lost = next((each for each in start.graph().losses() if place in each.message), None)
    step = step_that_changed(case, lost.node) if lost is not None else None
    if lost is not None and step is not None:
        return Finding(_by_step(case, start, lost, step))
    found = {each.name: each for each in (*_in_record(case), *_in_code(case))}
    if len(found) != 1:
        if lost is None:
            return None
        layers = overwriting_layers(case, _what_it_needs(lost), operation(lost.node), result=lost.saved == "result")
        return _in_function(case, lost) or layers or _by_alias(case, lost) or Finding(_unknown(lost))
    [writing] = found.values()
    needs = _needs(lost, writing.name)
    if not writing.label:
        changed = gettext("Something has changed {name} in place since then.", name=writing.name)
        return Finding(f"{needs} {changed}")
    if writing.inside:
        changed = gettext(
            "Something in `{statement}` has changed {name} in place since then.",
            statement=writing.label,
            name=writing.name,
        )
        return Finding(f"{needs} {changed}")
    changed = gettext(
        "`{statement}` has changed {name} in place since then.", statement=writing.label, name=writing.name
    )
    text = f"{needs} {changed}"
    if writing.label.endswith(".step()"):
        names = from_the_first(case, lost.node, start.tensors[0]) if lost is not None else []
        names += [start.name(case)] if start.name(case) not in names else []
        if any(isinstance(each, (ast.For, ast.While)) for each in case.parents):
            again = gettext("Compute {name} again after each step().", name=every(names))
        else:
            again = gettext("Compute {names} again after `{statement}`.", names=every(names), statement=writing.label)
        return Finding(f"{text} {again}")
    if writing.unrecorded:
        again = gettext("Compute {name} again after the change, or call backward() before it.", name=start.name(case))
        return Finding(f"{text} {again}")
    if lost is not None and lost.saved == "result" and writing.anew is None and _is_part(case, writing):
        copy = gettext(
            "Write into a copy: `{copy}` before `{statement}` leaves the result of {operation} as it was.",
            copy=f"{writing.name} = {writing.name}.clone()",
            statement=writing.label,
            operation=_operation_text(lost),
        )
        text = f"{text} {copy}"
    if writing.anew is not None:
        instead = gettext(
            "`{statement}` makes a new tensor instead and leaves the old one unchanged.", statement=writing.anew
        )
        text = f"{text} {instead}"
    fix = _again(case, writing)
    return Finding(text, (fix,) if fix is not None else ())


def _by_step(case: Case, start: Start, lost: FreedNode, step: WeightStep) -> str:
    """An optimizer changed a weight in the failing loop or function, between a forward pass and its backward pass."""
    name = start.name(case)
    # a recurrent network runs linear() inside, where the learner wrote none
    plain = operation(lost.node) != "linear" or step.weight.endswith((".weight", ".bias")) or "." not in step.weight
    told = [
        _needs(lost if plain else None, step.weight),
        gettext("`{statement}` has changed {name} in place since then.", statement=step.call, name=step.weight),
    ]
    sources = from_the_first(case, lost.node, start.tensors[0])
    states = carried(case, start.node, {lost.node}) if start.node is not None else []
    if step.line > case.site.node.lineno and states:
        code, place = cut_after(case, states)
        told += [
            gettext(
                "{name} goes back through the iteration before as well, since {state} carries its graph into this one.",
                name=name,
                state=every([each.name for each in states]),
            ),
            gettext(
                "Write `{code}` after `{statement}`: detach() keeps the values and cuts the graph off.",
                code=code,
                statement=place,
            )
            if states[0].is_state
            else gettext(
                "If no gradient should flow through {state}, write `{code}` after `{statement}`; else compute {state} "
                "again in each round, before {name}.",
                state=every([each.name for each in states]),
                code=code,
                statement=place,
                name=name,
            ),
        ]
        if isinstance(case.node, ast.Call) and any(each.arg == "retain_graph" for each in case.node.keywords):
            told.append(gettext("retain_graph=True is not needed then."))
    elif step.line < case.site.node.lineno:
        again = every([*sources, *([name] if name not in sources else [])])
        if not trains_all(case, step, start.tensors[0]):
            # an earlier backward() would add its gradients to those of the other network
            told.append(gettext("Compute {names} again after `{statement}`.", names=again, statement=step.call))
        else:
            told.append(
                gettext(
                    "Compute {names} again after `{statement}`, or call backward() on {name} before it.",
                    names=again,
                    statement=step.call,
                    name=name,
                )
            )
    else:
        again = every([*sources, *([name] if name not in sources else [])])
        told.append(gettext("Compute {name} again after each step().", name=again))
    return " ".join(told)


def _again(case: Case, writing: _Writing) -> Fix | None:
    """The lines from the tensor on, typed again: in the place of the one that wrote, one that makes a new tensor."""
    tensor = case.names.get(writing.name)
    if not is_tensor_class(type(tensor)):
        return None
    if not writing.number or not is_spent(tensor):
        return None
    if writing.anew is not None:
        return retyped(case, is_spent, also={writing.number: writing.anew})
    if not _is_part(case, writing):
        return None
    entry = next((each for each in case.record or () if each.number == writing.number), None)
    copied = f"{writing.name} = {writing.name}.clone()"
    return retyped(case, is_spent, also={writing.number: f"{copied}\n{entry.source.strip()}"}) if entry else None


def _is_part(case: Case, writing: _Writing) -> bool:
    """Whether the statement assigned to a part: ``s[1] = 2``, ``s[0] *= 3``."""
    try:
        body = ast.parse(writing.label).body
    except SyntaxError:
        return False
    match body:
        case [ast.Assign(targets=[ast.Subscript(value=ast.Name(id=name))])]:
            return name == writing.name
        case [ast.AugAssign(target=ast.Subscript(value=ast.Name(id=name)))]:
            return name == writing.name
    return False


def _needs(lost: FreedNode | None, name: str) -> str:
    """The operation whose backward pass needs the tensor ``name``."""
    if lost is None:
        return gettext("The backward pass needs {name} as it was.", name=name)
    if lost.saved == "result":
        return gettext(
            "The backward pass of {operation} needs its result {name} as it was.",
            operation=_operation_text(lost),
            name=name,
        )
    return gettext(
        "The backward pass of {operation} needs {name} as it was.", operation=_operation_text(lost), name=name
    )


def _operation_text(lost: FreedNode) -> str:
    """``exp()``, ``*``."""
    called = operation(lost.node)
    return f"{called}()" if called.isidentifier() else called


def _in_function(case: Case, lost: FreedNode) -> Finding | None:
    """``g = torch.sigmoid(x)`` and ``g += x`` in a function of the learner, the only such place; None without one."""
    change = change_inside(case, operation(lost.node)) if lost.saved == "result" else None
    if change is None:
        return None
    what = gettext("The backward pass of {operation} needs its result as it was.", operation=_operation_text(lost))
    where = gettext(
        "`{statement}` in {function} changes such a result in place.",
        function=change.function,
        statement=change.label,
    )
    if change.copies:
        instead = gettext(
            "Write into a copy: `{copy}` before it leaves the result of {operation} as it was.",
            copy=change.copy,
            operation=_operation_text(lost),
        )
    elif change.anew:
        instead = gettext("`{anew}` makes a new tensor instead.", anew=change.anew)
    else:
        return Finding(f"{what} {where}")
    return Finding(f"{what} {where} {instead}", class_changed(case, change))


def _what_it_needs(lost: FreedNode) -> str:
    if lost.saved == "result":
        return gettext("The backward pass of {operation} needs its result as it was.", operation=_operation_text(lost))
    return gettext(
        "The backward pass of {operation} needs what it was given as it was, an input or a weight.",
        operation=_operation_text(lost),
    )


def _by_alias(case: Case, lost: FreedNode) -> Finding | None:
    """``out = x`` before ``out += …`` in the forward of a network, where what it was given is needed."""
    alias = aliased_in_forward(case) if lost.saved != "result" else None
    if alias is None:
        return None
    why = gettext(
        "In {cls}.forward, `{statement}` makes no copy: {name} and {other} are one tensor, so `{change}` changes "
        "{other} as well. Write `{anew}`, which makes a new tensor.",
        cls=alias.cls,
        statement=alias.statement,
        name=alias.name,
        other=alias.other,
        change=alias.change,
        anew=alias.anew,
    )
    return Finding(f"{_what_it_needs(lost)} {why}")


def _unknown(lost: FreedNode) -> str:
    if lost.saved == "result":
        what = gettext(
            "The backward pass of {operation} needs its result as it was, but something has changed that in place "
            "since then.",
            operation=_operation_text(lost),
        )
    else:
        what = gettext(
            "The backward pass of {operation} needs what it was given as it was, an input or a weight, but something "
            "has changed that in place since then.",
            operation=_operation_text(lost),
        )
    look = gettext(
        "Look for +=, for an assignment to a part such as x[0] = 1, for a method that ends in _, for inplace=True, or "
        "for step() of an optimizer."
    )
    return f"{what} {look}"


def _fits(case: Case, tensor: Any) -> bool:
    """Whether torch's message can be about ``tensor``, by its dtype, its shape and its version."""
    facts = read(tensor)
    shape = [int(each) for each in re.findall(r"\d+", case.match["shape"])]
    kinds = {"Float": "float32", "Double": "float64", "Half": "float16", "BFloat16": "bfloat16"}
    kind = case.match["kind"].rpartition(".")[2].removesuffix("Tensor")
    if isinstance(facts.shape, tuple) and [*facts.shape] in (shape, shape[::-1]) and kinds.get(kind) == facts.dtype:
        return bool(base_attribute("_version").__get__(tensor) == int(case.match["now"]))
    return False


def _in_record(case: Case) -> Iterator[_Writing]:
    expected = int(case.match["expected"])
    seen: list[Any] = []
    for entry, write in case.record.writes(past=expected) if case.record is not None else ():
        tensor = write.place.tensor()
        if tensor is None or any(tensor is each for each in seen) or not _fits(case, tensor):
            continue
        seen.append(tensor)
        tree = parsed(entry.source)
        found = [*writers(tree, write.place.name)] if tree is not None else []
        if len(found) == 1:
            alone = tree is not None and found[0] in tree.body
            text = anew(entry.source, found[0])
            off = not entry.grad_enabled or _is_unrecorded(tree, found[0], tensor)
            number = entry.number if alone else 0
            yield _Writing(write.place.label, label(entry.source, found[0]), text, off, number=number)
        else:
            yield _Writing(write.place.label, entry.label, inside=write.before is None)


def _in_code(case: Case) -> Iterator[_Writing]:
    """A local of the failing function, or a name that the failing statement itself wrote to."""
    site = case.site
    inside = next((each for each in site.parents if isinstance(each, ast.FunctionDef)), site.statement)
    names = site.frame.f_locals if site.is_nested else case.names
    for name in [*names][:_MOST_NAMES]:
        tensor = names[name]
        if not name.startswith("_") and is_tensor_class(type(tensor)) and _fits(case, tensor):
            found = [*writers(inside, name)]
            if len(found) == 1:
                off = _is_unrecorded(inside, found[0], tensor)
                yield _Writing(name, label(site.source, found[0]), anew(site.source, found[0]), off)


def _is_unrecorded(tree: ast.AST | None, statement: ast.stmt, tensor: Any) -> bool:
    """Whether grad mode was off when ``statement``, in ``tree``, wrote to ``tensor``."""
    holders = [each for each in ast.walk(tree) if switched_off(each)] if tree is not None else []
    if any(statement is each for holder in holders for each in ast.walk(holder)):
        return True
    facts = read(tensor)
    return facts.is_leaf is True and facts.requires_grad is True


RULES = (
    Rule(
        "saved-tensor changed",
        ("RuntimeError",),
        r"modified by an inplace operation: \[(?P<kind>[\w.]+) \[(?P<shape>[\d, ]*)\]\](?:, which is output \d+ of "
        r"[\w:]+,)? is at version (?P<now>\d+); expected version (?P<expected>\d+)",
        _written,
        more="autograd/saved-tensors",
        lesson="autograd/downhill",
    ),
)
