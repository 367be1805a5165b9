"""The trap of gradients that are cleared between ``backward()`` and the step that was to use them."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from ptrepl.engine.watch.kinds import Kind, kind_of
from ptrepl.explain.traps.observed import Noticed
from ptrepl.explain.traps.questions.optimizers import held_parameters
from ptrepl.explain.traps.questions.rounds import at as index_of
from ptrepl.explain.traps.questions.rounds import backward_in, method_call, stepped
from ptrepl.explain.traps.reading.passes import parameters_of
from ptrepl.explain.traps.reading.place import Place
from ptrepl.explain.traps.reading.reader import Made
from ptrepl.explain.traps.told import Told, told_of
from ptrepl.texts.messages import gettext

_HARMLESS = frozenset(
    "print item append update unscale_ clip_grad_norm_ clip_grad_value_ add_scalar set_postfix set_description len "
    "detach parameters format float".split()
)
"""What is called between the clear and the step and computes no gradients."""


def cleared_before_step(noticed: Noticed) -> Iterator[Told]:
    """``loss.backward(); opt.zero_grad(); opt.step()``: the step has no gradients left."""
    for at, place in enumerate(noticed.places):
        owner = stepped(noticed, place) if place.certain or place.loops else None
        if owner is None or not isinstance(place.statement, ast.Expr):
            continue
        block = [each for each in noticed.places[:at] if each.call is place.call and each.body == place.body]
        cleared = next((each for each in reversed(block) if _clears_all(each, place, owner)), None)
        if cleared is None:
            continue
        start = index_of(noticed.places, cleared)
        if not all(_is_harmless(each) for each in noticed.places[start + 1 : at]):
            continue
        backward = _last_backward(noticed, noticed.places[:start], owner)
        if backward is None:
            continue
        clear, step = _text(cleared), _text(place)
        if backward.call is place.call and len(backward.loops) > len(place.loops):
            text = gettext(
                "{clear} stands between backward() and {step}, so that the step has no gradients. Put it before the "
                "loop in which backward() runs, or after the step.",
                clear=clear,
                step=step,
            )
        else:
            text = gettext(
                "{clear} stands between backward() and {step}, so that the step has no gradients. Put it before "
                "backward(), or after the step.",
                clear=clear,
                step=step,
            )
        yield told_of(cleared, text)
        return


def _text(place: Place) -> str:
    return place.text(place.statement.value) if isinstance(place.statement, ast.Expr) else ""


def _clears_all(place: Place, step: Place, owner: ast.expr) -> bool:
    """Whether the statement clears the gradients of all that the optimizer has."""
    found = method_call(place, "zero_grad")
    if found is None:
        return False
    if ast.dump(found[0]) == ast.dump(owner):
        return True
    module, optimizer = place.reader.real(found[0]), step.reader.real(owner)
    if type(module) is Made or kind_of(module) is not Kind.MODULE or kind_of(optimizer) is not Kind.OPTIMIZER:
        return False
    mine, held = {id(each) for each in parameters_of(module)}, held_parameters(optimizer)
    return bool(held) and all(id(each) in mine for each in held)


def _is_harmless(place: Place) -> bool:
    """Whether it certainly computes and stores no gradient."""
    if hasattr(place.statement, "body"):
        return False
    for node in ast.walk(place.statement):
        match node:
            case ast.Attribute(attr="grad"):
                return False
            case ast.Call(func=ast.Attribute(attr=name) | ast.Name(id=name)) if name not in _HARMLESS:
                return False
            case ast.Call(func=func) if not isinstance(func, (ast.Attribute, ast.Name)):
                return False
    return True


def _last_backward(noticed: Noticed, before: Sequence[Place], owner: ast.expr) -> Place | None:
    """The place that went backward last, and after the last step of the optimizer; None for none."""
    for each in reversed(before):
        if each.certain and backward_in(each) is not None:
            return each
        step = stepped(noticed, each)
        if step is not None and ast.dump(step) == ast.dump(owner):
            return None
    return None
