"""The trap of an evaluation in train mode: dropout and batch norm behave as in training."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from ptrepl.engine.watch.kinds import Kind, kind_of, own_dict, type_name
from ptrepl.explain.standins.torch_code import is_torch_class
from ptrepl.explain.traps.observed import Noticed
from ptrepl.explain.traps.reading.own_code import own_code
from ptrepl.explain.traps.reading.passes import modules_in
from ptrepl.explain.traps.reading.place import Place, inside
from ptrepl.explain.traps.told import Told, told_of
from ptrepl.texts.messages import gettext

DROPOUTS = ("Dropout", "Dropout1d", "Dropout2d", "Dropout3d", "AlphaDropout", "FeatureAlphaDropout")
NORMS = ("BatchNorm1d", "BatchNorm2d", "BatchNorm3d", "SyncBatchNorm")
_JUDGES = frozenset("argmax max topk softmax sigmoid item round accuracy tolist".split())


def evaluated_in_train_mode(noticed: Noticed) -> Iterator[Told]:
    """A network with dropout or batch norm in train mode, called under ``no_grad`` to look at what it predicts."""
    for place in noticed.places:
        if not place.certain or not place.grads_off:
            continue
        for node in place.nodes():
            if not isinstance(node, ast.Call):
                continue
            module = place.reader.real(node.func)
            if kind_of(module) is not Kind.MODULE or "(class)" in own_dict(module):
                continue
            layer = _in_train_mode(module)
            if layer is None or _is_meant(noticed, place, node, layer) or not _is_judged(noticed, place, node, layer):
                continue
            name = place.text(node.func)
            if type_name(layer) in DROPOUTS:
                text = gettext(
                    "{name} is in train mode, so its {layer} layers set elements to 0 at random, and what it predicts "
                    "differs from call to call. Call {name}.eval() before you evaluate, and {name}.train() after.",
                    name=name,
                    layer=type_name(layer),
                )
            else:
                text = gettext(
                    "{name} is in train mode, so its {layer} layers use the mean and variance of this batch, and take "
                    "them into their running ones. Call {name}.eval() before you evaluate, and {name}.train() after.",
                    name=name,
                    layer=type_name(layer),
                )
            yield told_of(place, text, node)
            return


def _in_train_mode(module: Any) -> Any:
    """The dropout, or else the batch norm, of torch's own that is in train mode and that has an effect."""
    found = None
    for each in modules_in(module):
        held = own_dict(each)
        if held.get("training") is not True or not is_torch_class(type(each)):
            continue
        if type_name(each) in DROPOUTS and held.get("p"):
            return each
        if type_name(each) in NORMS and held.get("track_running_stats") is True:
            found = each
    return found


def _is_meant(noticed: Noticed, place: Place, call: ast.Call, layer: Any) -> bool:
    """Whether the mode is set, or the outputs of several such calls of one input are wanted, somewhere in reach."""
    trees: dict[int, ast.AST] = {id(noticed.tree): noticed.tree}
    for each in (*noticed.places, place):
        for node in each.nodes():
            callee = each.reader.own_callee(node) if isinstance(node, ast.Call) else None
            code = own_code(callee.function) if callee is not None else None
            if code is not None:
                trees[id(code.tree)] = code.tree
    around = [place.statement, *(each.statement for each in place.callers)]
    for tree in trees.values():
        parts = [*ast.walk(tree)]
        # a function that only trains sets its own mode: nothing sets that of the evaluation
        own = any(part is each for part in parts for each in around)
        for part in parts:
            if isinstance(part, ast.Attribute) and part.attr in ("eval", "training"):
                return True
            if isinstance(part, ast.Attribute) and part.attr == "train" and own:
                return True
            if (
                isinstance(part, ast.Call)
                and getattr(part.func, "attr", "") == "train"
                and (part.args or part.keywords)
            ):
                return True
    last = next(noticed.earlier(), None)
    if last is not None and (".train()" in last.source or ".train(True)" in last.source):
        return True
    return isinstance(place.statement, ast.Expr) and place.statement.value is call and bool(place.loops)


def _is_judged(noticed: Noticed, place: Place, call: ast.Call, layer: Any) -> bool:
    """Whether what the network gives is looked at as a prediction: not where it is an input of another network."""
    tree = noticed.tree
    alone = (
        not place.function and not place.loops and isinstance(tree, ast.With) and tree.body[-1:] == [place.statement]
    )
    if alone and type_name(layer) in DROPOUTS:
        return True
    names = {each.id for each in _targets(place.statement)}
    statements: list[ast.AST] = [place.statement, *place.after]
    for node in inside(statements):
        match node:
            case ast.Compare(left=left, ops=[ast.Eq() | ast.Gt() | ast.GtE()]) if _reads(left, names, call):
                return True
            case ast.Call(func=ast.Attribute(value=inner, attr=name)) if name in _JUDGES and _reads(inner, names, call):
                return True
            case ast.Call(func=func, args=[_, *_] as args) if _is_judge(place, func):
                if any(_reads(each, names, call) for each in args):
                    return True
    return False


def _targets(statement: ast.stmt) -> list[ast.Name]:
    if not isinstance(statement, ast.Assign):
        return []
    return [each for target in statement.targets for each in ast.walk(target) if isinstance(each, ast.Name)]


def _is_judge(place: Place, func: ast.expr) -> bool:
    if "Loss" in place.module_class(func):
        return True
    name = func.attr if isinstance(func, ast.Attribute) else func.id if isinstance(func, ast.Name) else ""
    return name in _JUDGES or name.endswith("_loss") or "entropy" in name or name in ("loss_fn", "criterion")


def _reads(node: ast.AST, names: set[str], call: ast.Call) -> bool:
    return any(each is call or (isinstance(each, ast.Name) and each.id in names) for each in ast.walk(node))
