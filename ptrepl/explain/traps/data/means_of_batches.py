"""The trap of a sum over batches, of a loss that is the mean of each, divided by the number of samples."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any, NamedTuple

from ptrepl.engine.watch.kinds import Kind, kind_of, own_dict
from ptrepl.explain.standins.torch_code import is_torch_class
from ptrepl.explain.traps.data.counts import dataset_length, samples_given
from ptrepl.explain.traps.observed import Noticed
from ptrepl.explain.traps.questions.batches import loader_of
from ptrepl.explain.traps.questions.means import added_to, measured, ratios, value_added
from ptrepl.explain.traps.reading.place import Place, inside
from ptrepl.explain.traps.told import Told, told_of
from ptrepl.texts.messages import gettext

_LOSSES = (
    "cross_entropy nll_loss mse_loss l1_loss smooth_l1_loss huber_loss binary_cross_entropy "
    "binary_cross_entropy_with_logits soft_margin_loss multilabel_soft_margin_loss hinge_embedding_loss"
).split()
_SETTINGS = ("reduction", "reduce", "size_average")
_SAME_VALUE = ("item", "detach", "cpu", "float", "double", "numpy", "mean")
_DEEPEST = 8


class _Sum(NamedTuple):
    """A sum of means over the batches of a loader: how both are written, and where it is added to."""

    place: Place
    mean: str
    added: str
    loader: Any
    loader_name: str
    batch: str


def divided_by_samples(noticed: Noticed) -> Iterator[Told]:
    """``total += loss_fn(pred, y).item()`` for each batch, then ``total / len(loader.dataset)``."""
    for place in noticed.places:
        if not place.certain or hasattr(place.statement, "body"):
            continue
        for name, divisor in ratios(place, sums=True):
            found = _summed(noticed, place, name)
            if found is None or not _counts_samples(noticed, place, divisor, found):
                continue
            count, total = _samples(found)
            if count == total and not _is_scaled(noticed, place, name):  # of another count divided_by_dataset tells
                yield told_of(place, _text(place, name, divisor, found))
                return


def _text(place: Place, name: str, divisor: ast.expr, found: _Sum) -> str:
    text = gettext(
        "{mean} is the mean over a batch, and {name} the sum of these means: divided by {samples}, the number of "
        "samples, it is too small.",
        mean=found.mean,
        name=f"sum({name})" if isinstance(found.place.statement, ast.Expr) else name,
        samples=place.text(divisor),
    )
    batches = f"len({found.loader_name})"
    if _has_smaller_batch(found) and found.batch:
        advice = gettext(
            "Add {product} for each batch, or divide by {batches}, the number of batches.",
            product=f"{found.added} * {found.batch}.size(0)",
            batches=batches,
        )
    else:
        advice = gettext("Divide by {batches}, the number of batches.", batches=batches)
    return f"{text} {advice}"


def _summed(noticed: Noticed, place: Place, name: str) -> _Sum | None:
    """What ``name`` sums up, where that is a mean of each batch of one loader, in one round over it."""
    found: list[_Sum] = []
    for each in added_to(noticed, place, name):
        value = value_added(each, name)
        at = next((at for at in reversed(range(len(each.loops))) if loader_of(each, each.loops[at]) is not None), None)
        if value is None or at is None or at != len(each.loops) - 1:
            return None
        loader = loader_of(each, each.loops[at])
        mean = _mean(noticed, each, value)
        starts = at == 0 or any(_starts(node, name) for node in inside(each.loops[at - 1].tree.body))
        if loader is None or mean is None or not starts:
            return None
        size = own_dict(loader[0]).get("batch_size")
        if type(size) is not int or size < 2:
            return None
        batch = _first_tensor(each, each.loops[at].tree)
        found.append(_Sum(each, mean, each.text(value), loader[0], each.text(loader[1]), batch))
    return found[0] if len(found) == 1 else None


def _starts(node: ast.AST, name: str) -> bool:
    match node:
        case ast.Assign(targets=targets, value=ast.Constant() | ast.Tuple() | ast.List(elts=[])):
            return any(isinstance(each, ast.expr) and _is(each, name) for part in targets for each in ast.walk(part))
    return False


def _is(node: ast.expr, name: str) -> bool:
    return isinstance(node, (ast.Name, ast.Attribute)) and ast.unparse(node) == name


def _mean(noticed: Noticed, place: Place, node: ast.expr, depth: int = _DEEPEST) -> str | None:
    """How the mean over a batch that ``node`` gives is written; None where it is none, or not known."""
    if not depth:
        return None
    match node:
        case ast.Name(id=name):
            found = noticed.definition(place, name)
            return None if found is None else _mean(noticed, *found, depth - 1)
        case ast.Attribute(value=inner, attr="data"):
            return _mean(noticed, place, inner, depth - 1)
        case ast.Call(func=ast.Name(id="float"), args=[inner]):
            return _mean(noticed, place, inner, depth - 1)
        case ast.Call(func=ast.Attribute(value=inner, attr=name), args=[], keywords=[]) if name in _SAME_VALUE:
            if place.reader.real(node.func) is None:
                found_in = _mean(noticed, place, inner, depth - 1)
                return found_in or (place.text(node) if name == "mean" and _has_samples(place, inner) else None)
        case ast.Call(func=func):
            if _averages(noticed, place, func, node):
                return place.text(node)
            returned = noticed.returned(place, node)
            return None if returned is None else _mean(noticed, *returned, depth - 1)
    return None


def _has_samples(place: Place, node: ast.expr) -> bool:
    """Whether it has more than one element in dim 0, so that its mean is one over samples."""
    shape = place.reader.shape(node)
    return bool(shape) and shape is not None and shape[0] > 1


def _averages(noticed: Noticed, place: Place, func: ast.expr, call: ast.Call) -> bool:
    """Whether it calls a loss of torch's that gives the mean over the batch."""
    if place.is_function(func, *_LOSSES):
        return not any(each.arg in (*_SETTINGS, None) for each in call.keywords)
    module = place.reader.real(func)
    if module is not None:
        loss = (
            kind_of(module) is Kind.MODULE and is_torch_class(type(module)) and type(module).__name__.endswith("Loss")
        )
        return loss and own_dict(module).get("reduction") == "mean"
    made = noticed.definition(place, func.id) if isinstance(func, ast.Name) else None
    if made is None or not isinstance(made[1], ast.Call):
        return False
    settings = any(each.arg in (*_SETTINGS, None) for each in made[1].keywords)
    return made[0].module_class(made[1]).endswith("Loss") and not settings


def _counts_samples(noticed: Noticed, place: Place, divisor: ast.expr, found: _Sum) -> bool:
    """Whether it is the number of samples that the loader has: the length of its dataset, or counted in the loop."""
    measure = measured(noticed, place, divisor)
    dataset = own_dict(found.loader).get("dataset")
    if measure is not None:
        if isinstance(measure, ast.Attribute) and measure.attr in ("dataset", "sampler"):
            return place.reader.real(measure.value) is found.loader
        given, tensors = place.reader.real(measure), own_dict(dataset).get("tensors")
        parts = tensors if type(tensors) is tuple else ()
        return given is not None and any(each is given for each in (dataset, *parts))
    if not isinstance(divisor, ast.Name):
        return False
    counted = [value_added(each, divisor.id) for each in added_to(noticed, place, divisor.id)]
    return bool(counted) and all(each is not None and _is_size_of_batch(found.place, each) for each in counted)


def _is_size_of_batch(place: Place, node: ast.expr) -> bool:
    """``len(yb)``, ``yb.size(0)`` and ``yb.shape[0]`` of a batch."""
    match node:
        case ast.Call(func=ast.Name(id="len"), args=[inner]):
            pass
        case ast.Call(func=ast.Attribute(value=inner, attr="size"), args=[ast.Constant(value=0)]):
            pass
        case ast.Subscript(value=ast.Attribute(value=inner, attr="shape"), slice=ast.Constant(value=0)):
            pass
        case _:
            return False
    return place.reader.shape(inner) is not None


def _is_scaled(noticed: Noticed, place: Place, name: str) -> bool:
    """Whether ``name``, or what comes of it here, is multiplied somewhere, as by the size of a batch."""
    results = {name}
    match place.statement:
        case ast.Assign(targets=targets):
            results |= {ast.unparse(each) for each in targets if isinstance(each, (ast.Name, ast.Attribute))}
    for other in noticed.places:
        if hasattr(other.statement, "body"):
            continue
        for node in ast.walk(other.statement):
            match node:
                case ast.AugAssign(target=target, op=ast.Mult()) if ast.unparse(target) in results:
                    return True
                case ast.BinOp(left=left, op=ast.Mult(), right=right):
                    parts = [*ast.walk(left), *ast.walk(right)]
                    if any(each is place.call for each in parts if place.call is not None):
                        return True
                    if any(isinstance(each, ast.expr) and _is(each, one) for each in parts for one in results):
                        return True
    return False


def _first_tensor(place: Place, loop: ast.AST) -> str:
    """``xb`` of ``for xb, yb in loader``; "" where the first of the batch is no tensor by that name."""
    if not isinstance(loop, ast.For):
        return ""
    names = [each for each in ast.walk(loop.target) if isinstance(each, ast.Name)]
    return next((each.id for each in names if place.reader.shape(ast.Name(each.id, ast.Load()))), "")


def _has_smaller_batch(found: _Sum) -> bool:
    """Whether the last batch has fewer samples than the others."""
    held, (count, _) = own_dict(found.loader), _samples(found)
    return count is not None and held.get("drop_last") is not True and count % int(held["batch_size"]) != 0


def _samples(found: _Sum) -> tuple[int | None, int | None]:
    """How many samples the loader gives in a round, and how many its dataset has; None where that is not known."""
    total = dataset_length(found.place.reader, own_dict(found.loader).get("dataset"))
    return (None if total is None else samples_given(found.loader, total)), total
