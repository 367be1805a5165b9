"""The trap of a mean in which each batch counts as a full one, although the last has fewer samples."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import NamedTuple

from ptrepl.engine.watch.kinds import own_dict
from ptrepl.explain.traps.data.counts import dataset_length, samples_given
from ptrepl.explain.traps.observed import Noticed
from ptrepl.explain.traps.questions.batches import gives_batches
from ptrepl.explain.traps.questions.rounds import loops_round
from ptrepl.explain.traps.reading.place import Place, inside, stored_in
from ptrepl.explain.traps.told import Told, told_of
from ptrepl.texts.messages import gettext

_MEANS = re.compile(r"loss|criterion|item\(\)|mean\(|acc|err|value|val\b|mse|metric", re.IGNORECASE)
_OF_BATCH = re.compile(r"shape|size\(|len\(|numel|sum\(")
_BATCH = re.compile(r"batch_?size|(?<![a-z])bsz?(?![a-z])|^batch$|n_samples|num_samples", re.IGNORECASE)
_DEEPEST = 6


class _Batches(NamedTuple):
    """The batches of a loop: how the loader is named, how many samples there are, and in a full batch."""

    loop: ast.For
    loader: str
    samples: int
    size: int


def weighted_as_full(noticed: Noticed) -> Iterator[Told]:
    """``total += loss.item() * loader.batch_size`` over 33 samples in batches of 16."""
    for place in noticed.places:
        product = _product(place.statement) if place.certain else None
        batches = None if product is None else _batches(place)
        if product is None or batches is None or batches.samples % batches.size == 0:
            continue
        for weight, other in ((product.left, product.right), (product.right, product.left)):
            found = _fixed(noticed, place, weight, batches)
            if found is None or not _is_of_batch(noticed, place, other):
                continue
            where, node = found
            text = gettext(
                "Each batch counts as {size} samples here, by {weight}, but the last batch of {loader} has {rest}: "
                "{count} samples are no whole number of batches.",
                size=batches.size,
                weight=where.text(node),
                loader=batches.loader,
                rest=batches.samples % batches.size,
                count=batches.samples,
            )
            batch = _first_of_batch(batches.loop)
            inner = any(each.tree is batches.loop for each in where.loops)
            if batch and inner and where.reader.shape(ast.Name(batch, ast.Load())):
                advice = gettext("Write {size} in its place.", size=f"{batch}.size(0)")
                text = f"{text} {advice}"
            yield told_of(where, text, node)
            return


def _product(statement: ast.stmt) -> ast.BinOp | None:
    """``loss * n`` of ``total += loss * n``, ``total = total + loss * n`` and ``losses.append(loss * n)``."""
    match statement:
        case ast.AugAssign(op=ast.Add(), value=ast.BinOp(op=ast.Mult()) as product):
            return product
        case ast.Assign(targets=[target], value=ast.BinOp(left=left, op=ast.Add(), right=ast.BinOp() as product)):
            same = ast.unparse(target) == ast.unparse(left) and isinstance(product.op, ast.Mult)
            return product if same else None
        case ast.Expr(value=ast.Call(func=ast.Attribute(attr="append"), args=[ast.BinOp(op=ast.Mult()) as product])):
            return product
    return None


def _batches(place: Place) -> _Batches | None:
    """The batches of the innermost loop that it stands in; None where that is no whole round of a loader."""
    loop = next(loops_round(place), None)
    if loop is None or not isinstance(loop.tree, ast.For):
        return None
    leaves = (ast.Break, ast.Continue, ast.Return)
    if any(isinstance(each, leaves) for each in inside(loop.tree.body)):
        return None
    round_it = next(each for each in (place, *reversed(place.callers)) if any(one is loop for one in each.loops))
    for node in ast.walk(loop.tree.iter):
        if not isinstance(node, (ast.Name, ast.Attribute)):
            continue
        loader = round_it.reader.real(node)
        if not gives_batches(loader):
            continue
        held = own_dict(loader)
        total = dataset_length(round_it.reader, held.get("dataset"))
        count = None if total is None else samples_given(loader, total)
        size = held.get("batch_size")
        if count is None or type(size) is not int or size < 2 or held.get("drop_last", False) is not False:
            return None
        return _Batches(loop.tree, round_it.text(node), count, size)
    return None


def _fixed(
    noticed: Noticed, place: Place, node: ast.expr, batches: _Batches, parameter: str = "", depth: int = _DEEPEST
) -> tuple[Place, ast.expr] | None:
    """Where the size of a full batch was written for ``node``, and how; None where it may be that of each batch.

    ``parameter``: the name of the one that ``node`` was given for, or of what was set to it.
    """
    if not depth or _OF_BATCH.search(place.text(node)):
        return None
    inner = any(each.tree is batches.loop for each in place.loops)
    if isinstance(node, ast.Name):
        if inner and node.id in stored_in([batches.loop])[0]:
            return None
        if place.function and (given := noticed.argument(place, node.id)) is not None:
            if not inner:
                return _fixed(noticed, *given, batches, node.id, depth - 1)
            return (place, node) if _fixed(noticed, *given, batches, node.id, depth - 1) is not None else None
        made = place.defined.get(node.id)
        if made is not None:
            return (place, node) if _fixed(noticed, *made, batches, node.id, depth - 1) is not None else None
    if not _is_called_batch(place.text(node) if not isinstance(node, ast.Constant) else parameter):
        return None
    if not isinstance(node, (ast.Name, ast.Attribute, ast.Subscript, ast.Constant)):
        return None
    value = node.value if isinstance(node, ast.Constant) else place.reader.real(node)
    return (place, node) if type(value) is int and value == batches.size else None


def _is_called_batch(name: str) -> bool:
    """Whether it is called what the size of a batch is called: an equal number may stand for something else."""
    return name in ("n", "num", "count") or bool(_BATCH.search(name))


def _is_of_batch(noticed: Noticed, place: Place, node: ast.expr, depth: int = 3) -> bool:
    """Whether it is, by what it is called or computed by, a mean over the batch."""
    if isinstance(node, ast.Name) and depth and place.function:
        given = noticed.argument(place, node.id)
        if given is not None:
            return _is_of_batch(noticed, *given, depth - 1)
    text = place.text(node)
    return bool(_MEANS.search(text)) and not _OF_BATCH.search(text)


def _first_of_batch(loop: ast.For) -> str:
    """``xb`` of ``for xb, yb in loader``; "" where the batch has no such name."""
    target = loop.target
    match loop.iter:
        case ast.Call(func=ast.Name(id="enumerate")):
            if not isinstance(target, ast.Tuple) or len(target.elts) != 2:
                return ""
            target = target.elts[1]
    if isinstance(target, (ast.Tuple, ast.List)) and target.elts and isinstance(target.elts[0], ast.Name):
        return target.elts[0].id
    return ""
