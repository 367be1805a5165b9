"""The trap of training that goes on in eval mode: evaluated within the loop, and never set back."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from typing import Any

from ptrepl.engine.watch.kinds import Kind, kind_of, own_dict, type_name
from ptrepl.explain.standins.calling import Failed, Unknown
from ptrepl.explain.standins.torch_code import is_torch_class
from ptrepl.explain.traps.loops.train_mode import DROPOUTS, NORMS
from ptrepl.explain.traps.observed import Noticed
from ptrepl.explain.traps.questions.code_run import code_run
from ptrepl.explain.traps.questions.optimizers import held_parameters
from ptrepl.explain.traps.questions.rounds import at, backward_in, mentions, method_call, stepped, training_round
from ptrepl.explain.traps.reading.passes import modules_in, parameters_of
from ptrepl.explain.traps.reading.place import Loop, Place, inside, varies
from ptrepl.explain.traps.reading.reader import Made
from ptrepl.explain.traps.told import Told, told_of
from ptrepl.texts.messages import gettext

_LEAVES = (ast.Break, ast.Continue, ast.Return, ast.Raise)


def trained_in_eval_mode(noticed: Noticed) -> Iterator[Told]:
    """``net.eval()`` after the steps of an epoch, and no ``net.train()`` before those of the next."""
    for place in noticed.places if noticed.complete else ():
        found = method_call(place, "eval")
        module = place.reader.real(found[0]) if found is not None else None
        layer = None if type(module) is Made else layer_with_modes(module)
        if found is None or layer is None or not _is_trained(noticed, place, module):
            continue
        net = place.text(found[0])
        if type_name(layer) in DROPOUTS:
            text = gettext(
                "{net}.eval() runs in this loop of steps and {net}.train() does not: after it the steps go on in eval "
                "mode, in which the {layer} layers let everything through. Call {net}.train() when the evaluation is "
                "over.",
                net=net,
                layer=type_name(layer),
            )
        else:
            text = gettext(
                "{net}.eval() runs in this loop of steps and {net}.train() does not: after it the steps go on in eval "
                "mode, in which the {layer} layers no longer look at the batch. Call {net}.train() when the evaluation "
                "is over.",
                net=net,
                layer=type_name(layer),
            )
        yield told_of(place, text)
        return


def layer_with_modes(module: Any) -> Any:
    """A layer of torch's own in it that does another thing in eval mode; None where there is none."""
    found = None
    for each in modules_in(module):
        if is_torch_class(type(each)):
            if type_name(each) in DROPOUTS and own_dict(each).get("p"):
                return each
            if type_name(each) in NORMS and own_dict(each).get("track_running_stats") is True:
                found = each
    return found


def _is_trained(noticed: Noticed, place: Place, module: Any) -> bool:
    """Whether steps that train ``module`` follow in later rounds, with nothing that sets it back before them."""
    loop, places = training_round(noticed, place)
    if loop is None or (loop.times is not None and loop.times < 2) or not _runs_in_time(noticed, place, loop):
        return False
    trees = code_run(places, loop.tree)
    if trees is None or mentions(trees, "train", "requires_grad_") or _sets_mode(trees):
        return False
    before = places[: at(places, place)]
    called = any(_calls(each, module) for each in before if not each.grads_off)
    backward = any(backward_in(each) is not None for each in before)
    return called and backward and any(_steps(noticed, each, module) for each in before)


def _sets_mode(trees: Sequence[ast.AST]) -> bool:
    """Whether ``net.training`` is written to, or may be."""
    for tree in trees:
        for node in ast.walk(tree):
            match node:
                case ast.Attribute(attr="training", ctx=ast.Store()) | ast.Name(id="setattr"):
                    return True
    return False


def _calls(place: Place, module: Any) -> bool:
    return any(isinstance(node, ast.Call) and place.reader.real(node.func) is module for node in place.nodes())


def _steps(noticed: Noticed, place: Place, module: Any) -> bool:
    owner = stepped(noticed, place)
    optimizer = None if owner is None else place.reader.real(owner)
    if kind_of(optimizer) is not Kind.OPTIMIZER:
        return False
    mine = {id(each) for each in parameters_of(module)}
    return any(id(each) in mine for each in held_parameters(optimizer))


def _runs_in_time(noticed: Noticed, place: Place, loop: Loop) -> bool:
    """Whether it runs in some rounds that others follow: always, or in each n-th round."""
    chain = [*place.callers, place]
    start = next((n for n, each in enumerate(chain) if any(loop is one for one in each.loops)), None)
    if start is None or not all(_is_of_function(noticed, each) for each in chain[start + 1 :]):
        return False
    path = _path_to(loop.tree.body, chain[start].statement)
    if any(not isinstance(each, (ast.If, ast.For, ast.With)) for each in path):
        return False
    varying = [each for each in path if isinstance(each, ast.If) and varies(loop, each.test)]
    return (place.certain or bool(varying)) and all(_is_nth(chain[start], each, loop) for each in varying)


def _is_of_function(noticed: Noticed, place: Place) -> bool:
    """Whether it stands in the body of its function itself, which runs whenever that is called."""
    first = next(each for each in noticed.places if each.call is place.call)
    return first.body == place.body


def _path_to(body: Sequence[ast.stmt], statement: ast.stmt) -> list[ast.stmt]:
    """The blocks round a statement, from the outermost."""
    for each in body:
        if each is statement:
            return []
        if hasattr(each, "body") and any(statement is one for one in ast.walk(each)):
            return [
                each,
                *_path_to([one for one in ast.iter_child_nodes(each) if isinstance(one, ast.stmt)], statement),
            ]
    return []


def _is_nth(place: Place, block: ast.If, loop: Loop) -> bool:
    """Whether the block runs in each n-th round of the loop, and leaves it not."""
    if any(isinstance(each, _LEAVES) for each in inside(block.body)):
        return False
    for each in ast.walk(block.test):
        match each:
            case ast.BinOp(op=ast.Mod(), right=right):
                try:
                    often = place.reader.value(right)
                except (Unknown, Failed):
                    return True
                return type(often) is not int or loop.times is None or 0 < often < loop.times
    return False
