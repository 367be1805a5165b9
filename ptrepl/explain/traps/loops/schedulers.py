"""Traps of learning rate schedulers: stepped in place of the optimizer, or once a batch where epochs are meant."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from ptrepl.engine.watch.kinds import own_dict
from ptrepl.explain.traps.loops.learning_rates import Schedule, schedule_of, scheduler_named
from ptrepl.explain.traps.observed import Noticed
from ptrepl.explain.traps.questions.code_run import code_run
from ptrepl.explain.traps.questions.rounds import mentions, method_call, training_round
from ptrepl.explain.traps.reading.place import Loop, Place, inside
from ptrepl.explain.traps.told import Told, told_of
from ptrepl.texts.messages import gettext

_GONE = 1e-4
"""The part of the learning rate that no schedule of steps would go below by intention."""
_ALIKE = 1e-3


def scheduler_in_place_of_optimizer(noticed: Noticed) -> Iterator[Told]:
    """``if scheduler: scheduler.step() else: optimizer.step()``, or a loop with the step of the scheduler alone."""
    for place in noticed.places if noticed.complete else ():
        found = _step_of_scheduler(noticed, place)
        if found is None:
            continue
        owner, optimizer = found
        loop, places = training_round(noticed, place)
        if loop is None:
            continue
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
        called = method_call(place, "step")
        schedule = schedule_of(noticed, place, called[0]) if called is not None and place.certain else None
        if called is None or schedule is None:
            continue
        chain = [loop for each in (*place.callers, place) for loop in each.loops]
        if len(chain) < 2 or not isinstance(chain[-1].tree, ast.For):
            continue
        epochs, batches = chain[-2].times, chain[-1].times
        if epochs is None or epochs < 2 or (batches is not None and batches < 2):
            continue
        owner = place.text(called[0])
        if schedule.period == epochs and epochs > 2:
            text = gettext(
                "{scheduler}.step() runs once for each batch here, so that T_max={count} is reached after {count} "
                "batches and not after {count} epochs. Put {scheduler}.step() after the loop over the batches.",
                scheduler=owner,
                count=epochs,
            )
            yield told_of(place, text)
            return
        milestones = schedule.milestones
        if milestones and max(milestones) < epochs:
            text = gettext(
                "{scheduler}.step() runs once for each batch here, so that the milestones {milestones} are reached "
                "after as many batches and not epochs. Put {scheduler}.step() after the loop over the batches.",
                scheduler=owner,
                milestones=str(milestones),
            )
            yield told_of(place, text)
            return
        steps = schedule.steps if batches is None else epochs * batches
        left = _left(schedule, epochs, steps)
        if left is None or not _is_as_computed(scheduler_named(place, called[0]), schedule):
            continue
        text = gettext(
            "{scheduler}.step() runs once for each batch here, not once for each epoch: after {count} epochs only "
            "{left} of the learning rate is left. Put {scheduler}.step() after the loop over the batches.",
            scheduler=owner,
            count=epochs,
            left=f"{left:.1g}",
        )
        yield told_of(place, text)
        return


def _left(schedule: Schedule, epochs: int, steps: int | None) -> float | None:
    """The part of the learning rate that is left, where that is next to nothing, and would not be by the epochs."""
    left = None if steps is None else schedule.left_after(steps)
    by_epochs = schedule.left_after(epochs)
    if left is None or steps is None or by_epochs is None or not left < _GONE < by_epochs:
        return None
    first = schedule.left_after(-(-steps // epochs) * 2)
    return left if first is not None and first < 1 else None


def _is_as_computed(scheduler: Any, schedule: Schedule) -> bool:
    """Whether the learning rate of now is what these steps alone lead to; True where there is no scheduler to ask."""
    if scheduler is None or schedule.steps is None:
        return scheduler is None
    groups = own_dict(own_dict(scheduler).get("optimizer")).get("param_groups")
    if type(groups) is not list or not groups or type(groups[0]) is not dict:
        return False
    first, now, left = groups[0].get("initial_lr"), groups[0].get("lr"), schedule.left_after(schedule.steps)
    return type(first) is float and type(now) is float and left is not None and abs(now - first * left) <= now * _ALIKE


def _step_of_scheduler(noticed: Noticed, place: Place) -> tuple[ast.expr, str] | None:
    """How the scheduler of torch's that the statement steps is named, and its optimizer; "" where that has no name."""
    called = method_call(place, "step")
    if called is None:
        return None
    scheduler = scheduler_named(place, called[0])
    if scheduler is not None:
        return called[0], _name_of(noticed, scheduler)
    if schedule_of(noticed, place, called[0]) is None or not isinstance(called[0], ast.Name):
        return None
    made = noticed.definition(place, called[0].id)
    first = made[1].args[:1] if made is not None and isinstance(made[1], ast.Call) else []
    return called[0], first[0].id if first and isinstance(first[0], ast.Name) else ""


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
