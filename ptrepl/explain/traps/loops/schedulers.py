"""Traps of learning rate schedulers: stepped in place of the optimizer, or once a batch where epochs are meant."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from typing import Any

from ptrepl.engine.watch.kinds import is_one, mro, own_dict, type_name
from ptrepl.explain.traps.loops.rounds import code_run, mentions, method_call, training_round
from ptrepl.explain.traps.observed import Noticed
from ptrepl.explain.traps.reading.place import Loop, Place, inside
from ptrepl.explain.traps.told import Told, told_of
from ptrepl.texts.messages import gettext

_GONE = 1e-4
"""The part of the learning rate that no schedule of steps would go below by intention."""
_ALIKE = 1e-3


def scheduler_in_place_of_optimizer(noticed: Noticed) -> Iterator[Told]:
    """``if scheduler: scheduler.step() else: optimizer.step()``, or a loop with the step of the scheduler alone."""
    for place in noticed.places if noticed.complete else ():
        found = _step_of_scheduler(place)
        if found is None:
            continue
        owner, scheduler = found
        loop, places = training_round(noticed, place)
        if loop is None:
            continue
        optimizer = _name_of(noticed, scheduler)
        other = _other_branch(loop, place, owner)
        if other:
            text = gettext(
                "{scheduler}.step() and {optimizer}.step() stand in the two branches of one `if`: in a round in which "
                "the learning rate changes the parameters do not. Call {optimizer}.step() in every round, and "
                "{scheduler}.step() after it.",
                scheduler=place.text(owner),
                optimizer=other,
            )
            yield told_of(place, text)
            return
        trees = code_run(places, loop.tree)
        if trees is None or not place.certain or not mentions(trees, "zero_grad") or _updates(trees, place, owner):
            continue
        text = gettext(
            "{scheduler}.step() only changes the learning rate. Nothing in this loop steps the optimizer, so the "
            "parameters stay as they are: call {optimizer}.step() after backward(), and then {scheduler}.step().",
            scheduler=place.text(owner),
            optimizer=optimizer or "optimizer",
        )
        yield told_of(place, text)
        return


def stepped_each_batch(noticed: Noticed) -> Iterator[Told]:
    """``StepLR(opt, 5)`` stepped in the loop over the batches: the learning rate is gone after a few epochs."""
    for place in noticed.places:
        found = _step_of_scheduler(place)
        if found is None or not place.certain:
            continue
        owner, scheduler = found
        chain = [loop for each in (*place.callers, place) for loop in each.loops]
        if len(chain) < 2 or not isinstance(chain[-1].tree, ast.For):
            continue
        epochs, batches = chain[-2].times, chain[-1].times
        if epochs is None or epochs < 2 or (batches is not None and batches < 2):
            continue
        held = own_dict(scheduler)
        if type_name(scheduler) == "CosineAnnealingLR" and held.get("T_max") == epochs and epochs > 2:
            text = gettext(
                "{scheduler}.step() runs once for each batch here, so that T_max={count} is reached after {count} "
                "batches and not after {count} epochs. Put {scheduler}.step() after the loop over the batches.",
                scheduler=place.text(owner),
                count=epochs,
            )
            yield told_of(place, text)
            return
        rates = _rates(scheduler)
        if rates is None or not _has_decayed(scheduler, epochs, rates[1] / rates[0]):
            continue
        text = gettext(
            "{scheduler}.step() runs once for each batch here, not once for each epoch: the learning rate has fallen "
            "from {first} to {now}. Put {scheduler}.step() after the loop over the batches.",
            scheduler=place.text(owner),
            first=f"{rates[0]:.3g}",
            now=f"{rates[1]:.1g}",
        )
        yield told_of(place, text)
        return


def _step_of_scheduler(place: Place) -> tuple[ast.expr, Any] | None:
    """The scheduler of torch's own that the statement steps: how it is named, and itself."""
    found = method_call(place, "step")
    scheduler = place.reader.real(found[0]) if found is not None else None
    lr_scheduler = sys.modules["torch"].optim.lr_scheduler
    bases = mro(type(scheduler))
    return (found[0], scheduler) if found is not None and lr_scheduler.LRScheduler in bases else None


def _name_of(noticed: Noticed, scheduler: Any) -> str:
    """The name of its optimizer; "" where it has none at the prompt."""
    optimizer = own_dict(scheduler).get("optimizer")
    names = (name for name, value in [*noticed.names.items()] if value is optimizer and not name.startswith("_"))
    return next(names, "")


def _other_branch(loop: Loop, place: Place, owner: ast.expr) -> str:
    """What steps in the other branch of an ``if`` that asks for the scheduler; "" where it is stepped elsewhere too."""
    steps = [each for each in inside(loop.tree.body) if isinstance(each, ast.Expr) and _stepped_in(each) is not None]
    for block in inside(loop.tree.body):
        if not isinstance(block, ast.If) or not any(_is_same(each, owner) for each in ast.walk(block.test)):
            continue
        if isinstance(block.test, ast.UnaryOp) or not any(each is place.statement for each in block.body):
            continue
        others = [each for each in block.orelse if any(each is step for step in steps)]
        if len(others) == 1 and len(steps) == 2:
            optimizer = _stepped_in(others[0])
            if optimizer is not None and not _is_scheduler(place, optimizer):
                return place.text(optimizer)
    return ""


def _is_scheduler(place: Place, node: ast.expr) -> bool:
    return "optimizer" in own_dict(place.reader.real(node))


def _is_same(one: ast.AST, other: ast.expr) -> bool:
    return isinstance(one, (ast.Name, ast.Attribute)) and ast.dump(one) == ast.dump(other)


def _stepped_in(statement: ast.stmt) -> ast.expr | None:
    match statement:
        case ast.Expr(value=ast.Call(func=ast.Attribute(value=owner, attr="step"))):
            return owner
    return None


def _updates(trees: list[ast.AST], place: Place, owner: ast.expr) -> bool:
    """Whether something but the scheduler is stepped, or a tensor may be changed in place."""
    for tree in trees:
        for node in ast.walk(tree):
            match node:
                case ast.Call(func=ast.Attribute(value=stepped, attr=name)) if "step" in name:
                    if not _is_same(stepped, owner):
                        return True
                case ast.Attribute(attr="grad" | "data" | "add_" | "sub_" | "copy_" | "lerp_" | "addcdiv_"):
                    return True
                case ast.AugAssign(op=ast.Sub()):
                    return True
                case ast.Name(id=name) if "step" in name and isinstance(node.ctx, ast.Load):
                    return True
    return not any(each is place.statement for tree in trees for each in ast.walk(tree))


def _rates(scheduler: Any) -> tuple[float, float] | None:
    """The learning rate at first and now."""
    groups = own_dict(own_dict(scheduler).get("optimizer")).get("param_groups")
    if type(groups) is not list or not groups or not is_one(type(groups[0]), (dict,)):
        return None
    first, now = groups[0].get("initial_lr"), groups[0].get("lr")
    return (first, now) if type(first) is float and type(now) is float and first > 0 else None


def _has_decayed(scheduler: Any, epochs: int, part: float) -> bool:
    """Whether ``part`` of the learning rate is left, by its own steps alone, several of which came in each epoch."""
    held = own_dict(scheduler)
    steps, gamma = held.get("last_epoch"), held.get("gamma")
    if type(steps) is not int or type(gamma) is not float or not 0 < gamma < 1:
        return False
    match type_name(scheduler):
        case "StepLR":
            decays = steps // held["step_size"]
        case "MultiStepLR":
            decays = sum(count for at, count in held["milestones"].items() if at <= steps)
        case "ExponentialLR":
            decays = steps
        case _:
            return False
    expected = gamma**decays
    return 0 < part < _GONE and abs(part / expected - 1) < _ALIKE and gamma ** (decays / epochs) < 1 / 2
