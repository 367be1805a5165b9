"""The trap of ``view`` and ``reshape`` taken for a transpose: the shape is right, and the elements are mixed up."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from ptrepl.engine.watch.facts import shape_text
from ptrepl.engine.watch.notes import Note, ShapeWas
from ptrepl.engine.watch.targets import Name
from ptrepl.explain.traps.observed import Noticed
from ptrepl.explain.traps.reading.place import Place
from ptrepl.explain.traps.told import Told, told_of
from ptrepl.texts.messages import gettext

_RANDOM = ("rand", "randn", "randint", "empty")
_ANY_TENSOR = re.compile(r"([a-z]|tensor|matrix|array|arr|rand|random|data|test|ex|example)(_?(\d+|[a-z]))?")
_EQUAL = ("ones", "zeros", "full")
_PADS = ("cat", "pad", "concat", "hstack", "arange")


def reshape_for_transpose(noticed: Noticed) -> Iterator[Told]:
    """``x.view(4, 6, 8)`` of an ``x`` of shape (6, 4, 8)."""
    for place in noticed.places:
        if not place.certain:
            continue
        for node in place.nodes():
            match node:
                case ast.Call(func=ast.Attribute(value=given, attr="view" | "reshape" as method), args=[_, *_]):
                    yield from _judged(noticed, place, node, given, method)


def _judged(noticed: Noticed, place: Place, node: ast.Call, given: ast.expr, method: str) -> Iterator[Told]:
    shapes = _shapes(noticed, place, node, given)
    if shapes is None:
        return
    before, after = shapes
    order = _order(before, after)
    if order is None or is_padded(noticed, place, given):
        return
    if not _is_taken_for_transpose(noticed, place, node, given, before, order):
        return
    swapped = [at for at, dim in enumerate(order) if at != dim]
    text = _text(place, given, method, before, after, order, swapped)
    yield told_of(place, text, node)


def _text(
    place: Place,
    given: ast.expr,
    method: str,
    before: tuple[int, ...],
    after: tuple[int, ...],
    order: tuple[int, ...],
    swapped: list[int],
) -> str:
    name = place.text(given) if isinstance(given, (ast.Name, ast.Attribute, ast.Call, ast.Subscript)) else "x"
    dims = ", ".join(map(str, swapped if len(swapped) == 2 else order))
    instead = f"{name}.transpose({dims})" if len(swapped) == 2 else f"{name}.permute({dims})"
    return gettext(
        "{method} keeps the elements in their order and only changes the shape: from {before} to {after} the dims are "
        "mixed up, not swapped. To swap them, use {instead}.",
        method=method,
        before=shape_text(before),
        after=shape_text(after),
        instead=instead,
    )


def _shapes(
    noticed: Noticed, place: Place, node: ast.Call, given: ast.expr
) -> tuple[tuple[int, ...], tuple[int, ...]] | None:
    """The shape before and the one that is asked for; None where they are not known."""
    tensor, made = place.reader.tensor(given), place.reader.tensor(node)
    if tensor is not None:
        return None if made is None else (tuple(tensor.shape), tuple(made.shape))
    match place.statement, given:
        case ast.Assign(targets=[ast.Name(id=result) as target], value=value), ast.Name(id=name):
            if result == name and value is node and place.statement is noticed.tree:
                was = [note.value for note in _notes(noticed, name) if isinstance(note, ShapeWas)]
                now = noticed.tensor(target)
                if now is not None and was and isinstance(was[0], tuple) and all(type(each) is int for each in was[0]):
                    return tuple(int(each) for each in was[0]), tuple(now.shape)
    return None


def _notes(noticed: Noticed, name: str) -> tuple[Note, ...]:
    changes = (each for each in noticed.noted(ShapeWas) if each.target == Name(name))
    return next((each.notes for each in changes), ())


def _order(before: tuple[int, ...], after: tuple[int, ...]) -> tuple[int, ...] | None:
    """The permutation of dims that has this shape; None where the dims are not swapped, or it is not the only one.

    >>> _order((6, 4, 8), (4, 6, 8))
    (1, 0, 2)
    """
    if len(before) != len(after) or sorted(before) != sorted(after) or before == after:
        return None
    large = [size for size in before if size > 1]
    if len(set(large)) != len(large) or large == [size for size in after if size > 1]:
        return None
    left = [*enumerate(before)]
    order = []
    for size in after:
        found = next(each for each in left if each[1] == size)
        left.remove(found)
        order.append(found[0])
    return tuple(order)


def _is_taken_for_transpose(
    noticed: Noticed, place: Place, node: ast.Call, given: ast.expr, before: tuple[int, ...], order: tuple[int, ...]
) -> bool:
    """Whether the result stands for the same data with its dims swapped.

    Random numbers that were just made stand in no order that could be lost: of them the code has to tell that they do,
    by what the result is used for. Equal numbers never do.
    """
    if is_filled(noticed, place, given, _EQUAL):
        return False
    if _says_so(place, node, given):
        return True
    if len(before) > 2:
        fresh = is_filled(noticed, place, given, _RANDOM)
        sure = _is_handed_on(place, node) or _is_of_image(before, order) or _is_named(place.statement, given)
        return not fresh or sure
    other = _multiplied_with(place, node)
    if other is None:
        return False
    if not is_filled(noticed, place, given, _RANDOM):
        return True
    return not isinstance(given, ast.Call) and place.reader.shape(other) == before


def _is_named(statement: ast.stmt, given: ast.expr) -> bool:
    """Whether the tensor stands for something, ``seq`` or ``images``, or goes on by its name: ``x = x.view(…)``."""
    match statement, given:
        case ast.Assign(targets=[ast.Name(id=result)]), ast.Name(id=name):
            shows = any(word in result.casefold() for word in ("reshap", "view", "shape"))
            return result == name or not (shows or _ANY_TENSOR.fullmatch(name.casefold()))
    return False


def _is_of_image(before: tuple[int, ...], order: tuple[int, ...]) -> bool:
    """Whether the channels, which came last, were to come before height and width."""
    first = len(order) - 3
    return order == (*range(first), first + 2, first, first + 1) and before[-1] in (1, 3, 4) and min(before[-3:-1]) >= 8


def is_filled(noticed: Noticed, place: Place, given: ast.expr, functions: tuple[str, ...]) -> bool:
    """Whether it was made there of nothing: not where a function got it, for which it stands for data."""
    match given:
        case ast.Name(id=name):
            found = noticed.definition(place, name)
            return found is not None and found[0].function == place.function and is_filled(noticed, *found, functions)
        case ast.Call(func=ast.Attribute(value=inner, attr="requires_grad_" | "float" | "double")):
            return is_filled(noticed, place, inner, functions)
    return isinstance(given, ast.Call) and place.is_function(given.func, *functions)


def _is_handed_on(place: Place, node: ast.Call) -> bool:
    """Whether the result is an argument of a call, as of a layer, other than one that only shows it."""
    for each in place.nodes():
        if isinstance(each, ast.Call) and node in each.args and place.reader.real(each.func) is not print:
            return True
    return False


def _says_so(place: Place, node: ast.Call, given: ast.expr) -> bool:
    """Whether the sizes of the tensor itself are asked for, or the result is called a transposed one."""
    name = ast.dump(given)
    sizes = 0
    for each in ast.walk(ast.Tuple(node.args, ast.Load())):
        match each:
            case ast.Attribute(value=owner, attr="shape") if ast.dump(owner) == name:
                sizes += 1
            case ast.Call(func=ast.Attribute(value=owner, attr="size"), args=[_]) if ast.dump(owner) == name:
                sizes += 1
    return bool(sizes) or _is_called_so(place.statement)


def _multiplied_with(place: Place, node: ast.Call) -> ast.expr | None:
    """The other side of the matrix product that the result is a side of."""
    for each in place.nodes():
        match each:
            case ast.BinOp(op=ast.MatMult(), left=left, right=right) if node in (left, right):
                return right if node is left else left
            case ast.Call(func=ast.Attribute(value=left, attr="mm" | "matmul" | "bmm"), args=[right]) if right is node:
                return left
            case ast.Call(func=func, args=[left, right]) if place.is_function(func, "mm", "matmul", "bmm"):
                if node in (left, right):
                    return right if node is left else left
    return None


def _is_called_so(statement: ast.stmt) -> bool:
    """Whether the result gets a name that says so: ``transposed``, ``x_t``, ``xT``."""
    match statement:
        case ast.Assign(targets=[ast.Name(id=name)]):
            return "transp" in name.casefold() or name.endswith(("_t", "_T")) or (len(name) == 2 and name[1] == "T")
    return False


def is_padded(noticed: Noticed, place: Place, given: ast.expr, depth: int = 3) -> bool:
    """Whether it comes of ``cat``, ``pad`` or ``arange``: there such a view is a known way to shift rows, or a demo."""
    for each in ast.walk(given):
        match each:
            case ast.Call(func=ast.Attribute(attr=name) | ast.Name(id=name)) if name in _PADS:
                return True
            case ast.Name(id=name) if depth and (found := noticed.definition(place, name)) is not None:
                if is_padded(noticed, *found, depth - 1):
                    return True
    return False
