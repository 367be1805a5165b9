"""The trap of a view that merges or splits dims which are not neighbours: the shape is right, the elements are not."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from math import prod

from ptrepl.engine.watch.facts import shape_text
from ptrepl.explain.traps.layout.reshaped import is_filled, is_padded
from ptrepl.explain.traps.observed import Noticed
from ptrepl.explain.traps.questions.losses_called import given_to_losses
from ptrepl.explain.traps.questions.recurrent import is_recurrent_state
from ptrepl.explain.traps.questions.spelled import dims_named
from ptrepl.explain.traps.reading.place import Place
from ptrepl.explain.traps.told import Told, told_of
from ptrepl.texts.messages import gettext

_FRESH = ("rand", "randn", "randint", "empty", "ones", "zeros", "full", "arange")
"""Elements that were just made stand in no order that could be lost."""


def regrouped_dims(noticed: Noticed) -> Iterator[Told]:
    """``values.reshape(b, t, h * d)`` of values of shape (b, h, t, d)."""
    for place in noticed.places:
        if not place.certain:
            continue
        for node in place.nodes():
            match node:
                case ast.Call(func=func, args=[given, ast.Tuple(elts=sizes)]) if place.is_function(func, "reshape"):
                    method = "reshape"
                case ast.Call(
                    func=ast.Attribute(value=given, attr="view" | "reshape" as method), args=[_, *_] as sizes
                ):
                    pass
                case _:
                    continue
            before, after = place.reader.shape(given), place.reader.shape(node)
            if before is None or after is None:
                continue
            instead = _instead(noticed, place, node, given, sizes, before, after)
            if not instead or is_padded(noticed, place, given) or is_filled(noticed, place, given, _FRESH):
                continue
            text = gettext(
                "{method} keeps the elements in their order: from {before} to {after} it mixes dims that are not "
                "neighbours. Move the dims first: {instead}.",
                method=method,
                before=shape_text(before),
                after=shape_text(after),
                instead=instead,
            )
            yield told_of(place, text, node)


def _instead(
    noticed: Noticed,
    place: Place,
    node: ast.Call,
    given: ast.expr,
    asked: list[ast.expr],
    before: tuple[int, ...],
    after: tuple[int, ...],
) -> str:
    """The code that moves the dims first; "" where the view does not mix them, or what is meant cannot be told."""
    name = place.text(given) if isinstance(given, (ast.Name, ast.Attribute, ast.Subscript)) else "x"
    sizes = ", ".join(map(place.text, asked))
    found = ""
    match before, after:
        case (b, h, t, d), (x, y, z) if (x, y, z) == (b, t, h * d) and h != t and min(h, t) > 1:
            found = f"{name}.transpose(1, 2).reshape({sizes})"
        case (b, c, h, w), (x, y, z) if (x, y, z) == (b, h * w, c) and c != h * w and min(c, h * w) > 1:
            found = f"{name}.flatten(2).transpose(1, 2)"
        case (b, c, h, w), (x, y, z) if (x, y, z) == (b, w, c * h) and w not in (c, c * h) and min(w, c * h) > 1:
            found = f"{name}.permute(0, 3, 1, 2).reshape({sizes})"
        case (h, w, c), (1, x, y, z) if (x, y, z) == (c, h, w) and c in (3, 4) and min(h, w) >= 8:
            found = f"{name}.permute(2, 0, 1).unsqueeze(0)"
        case (b, n, e), (x, h, y, z) if x == b and n not in (e, h) and min(n, e) > 1:
            heads = y == n and h * z == e and h > 1
            image = h == e and y * z == n and n != e * y
            if heads and not image:
                found = f"{name}.reshape({_reordered(place, asked, before)}).transpose(1, 2)"
            elif image and not heads:
                found = f"{name}.transpose(1, 2).reshape({sizes})"
        case (d, b, h), (x, y, *ones) if (x, y) == (b, d * h) and min(d, b) > 1 and not any(each > 1 for each in ones):
            spelled = d != b and dims_named(noticed, place, given, asked[0]) == 1
            if spelled or is_recurrent_state(noticed, place, given):
                found = f"{name}.transpose(0, 1).reshape({sizes})"
        case (b, c, *others), (x, y) if others and (x, y) == (b * prod(others), c) and c != others[-1] and c > 1:
            spelled = dims_named(noticed, place, given, asked[1]) == 1
            if prod(others) > 1 and (spelled or _is_given_to_loss(noticed, place, node)):
                found = f"{name}.movedim(1, -1).reshape({sizes})"
    return found


def _reordered(place: Place, asked: list[ast.expr], before: tuple[int, ...]) -> str:
    """The sizes of a view to (batch, time, heads, size), of one to (batch, heads, time, size)."""
    texts = [place.text(each) for each in asked]
    if len(texts) != 4:
        return f"{before[0]}, {before[1]}, …"
    batch, heads, time, size = texts
    return f"{batch}, {time}, {heads}, {size}"


def _is_given_to_loss(noticed: Noticed, place: Place, node: ast.Call) -> bool:
    """Whether it is what cross entropy gets as the scores, one row a sample."""
    losses = given_to_losses(noticed, ("cross_entropy", "nll_loss"), ("CrossEntropyLoss", "NLLLoss"))
    return any(where is place and given is node for where, given in losses)
