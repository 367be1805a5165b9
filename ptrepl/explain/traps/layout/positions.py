"""The trap of positions that are added to the samples of a batch in place of its steps."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ptrepl.engine.watch.facts import shape_text
from ptrepl.engine.watch.kinds import type_name
from ptrepl.explain.traps.observed import Noticed
from ptrepl.explain.traps.questions.time_layers import ENCODERS, batch_first_setting
from ptrepl.explain.traps.reading.place import Place
from ptrepl.explain.traps.told import Told, told_of
from ptrepl.texts.messages import gettext

_DEEPEST = 8


def positions_of_samples(noticed: Noticed) -> Iterator[Told]:
    """``x + self.pe[:x.size(0)]`` of a ``pe`` of shape (length, 1, size), before a layer with ``batch_first=True``."""
    for place in noticed.places:
        for node in place.nodes() if place.certain else ():
            if not isinstance(node, ast.Call) or not node.args or not _is_encoder(place, node.func):
                continue
            found = _sum(noticed, place, node.args[0])
            if found is None:
                continue
            where, whole, given, positions = found
            text = gettext(
                "{layer} is batch_first=True, so {input}, of shape {shape}, has the samples in dim 0: {positions}, of "
                "shape {other}, adds one position to each sample, and none to its steps. Make it (1, length, size), "
                "and add {instead}.",
                layer=place.text(node.func),
                input=where.text(given),
                shape=shape_text(where.reader.shape(given) or ()),
                positions=where.text(positions),
                other=shape_text(where.reader.shape(positions) or ()),
                instead=f"{where.text(positions.value)}[:, :{where.text(given)}.size(1)]",
            )
            yield told_of(where, text, whole)
            return


def _is_encoder(place: Place, node: ast.expr) -> bool:
    """Whether it names an encoder that takes (batch, length, size)."""
    layer = place.reader.real(node)
    return batch_first_setting(layer) is True and type_name(layer) in ENCODERS


def _sum(
    noticed: Noticed, place: Place, node: ast.expr, depth: int = _DEEPEST
) -> tuple[Place, ast.expr, ast.expr, ast.Subscript] | None:
    """Where the positions were added: the sum, what they were added to, and they themselves."""
    if not depth:
        return None
    match node:
        case ast.Name(id=name):
            found = noticed.definition(place, name)
            return None if found is None else _sum(noticed, *found, depth - 1)
        case ast.BinOp(left=given, op=ast.Add(), right=ast.Subscript() as positions):
            if _is_of_dim_0(place, given, positions):
                return place, node, given, positions
        case ast.Call(func=func, args=[inner]) if place.module_class(func) in ("Dropout", "LayerNorm"):
            return _sum(noticed, place, inner, depth - 1)
        case ast.Call():
            returned = noticed.returned(place, node)
            return None if returned is None else _sum(noticed, *returned, depth - 1)
    return None


def _is_of_dim_0(place: Place, given: ast.expr, positions: ast.Subscript) -> bool:
    """Whether it is ``pe[:x.size(0)]`` of shape (batch, 1, size)."""
    match positions.slice:
        case ast.Slice(lower=None, upper=upper) | ast.Tuple(elts=[ast.Slice(lower=None, upper=upper), *_]):
            pass
        case _:
            return False
    texts = (f"{ast.unparse(given)}.size(0)", f"{ast.unparse(given)}.shape[0]", f"len({ast.unparse(given)})")
    shape, other = place.reader.shape(given), place.reader.shape(positions)
    if upper is None or ast.unparse(upper) not in texts or shape is None or other is None or len(shape) != 3:
        return False
    return other == (shape[0], 1, shape[2]) and min(shape[:2]) > 1
