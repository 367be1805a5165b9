"""The trap of ``[layer] * n``: a list of one and the same layer."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator

from ptrepl.engine.outcome import Summary
from ptrepl.engine.watch.kinds import Kind, own_dict
from ptrepl.engine.watch.notes import SameObject
from ptrepl.engine.watch.targets import Name
from ptrepl.explain.traps.observed import Noticed
from ptrepl.explain.traps.reading.passes import has_trained, modules_in
from ptrepl.explain.traps.reading.place import Place
from ptrepl.explain.traps.told import Told, told_of
from ptrepl.texts.messages import gettext

_MEANT = re.compile(r"shar|tie|tied|same|recur|albert|universal|reus|unroll|iterat|loop|weight.?tying", re.IGNORECASE)


def one_layer_repeated(noticed: Noticed) -> Iterator[Told]:
    """``nn.ModuleList([Block()] * 4)``: one block, four times."""
    repeated = _repeated_in_new(noticed)
    if not repeated:
        return
    for place in noticed.places:
        for node in place.nodes():
            if not isinstance(node, ast.Call) or not _is_container(place, node.func):
                continue
            for given in node.args:
                found = _times_list(noticed, place, given.value if isinstance(given, ast.Starred) else given)
                if found is None or _is_meant(noticed, place, found[1]):
                    continue
                where, layers, count = found
                times = max(repeated)
                made = layers.elts[0] if len(layers.elts) == 1 else None
                code = where.text(made) if made is not None else ""
                if isinstance(made, ast.Call):
                    text = gettext(
                        "`[…] * n` repeats the same object: there is one {layer}, used {times} times, with one set of "
                        "parameters. For layers of their own, make each anew: {code}.",
                        layer=where.text(made.func),
                        times=times,
                        code=f"[{code} for _ in range({where.text(count)})]",
                    )
                else:
                    text = gettext(
                        "`[…] * n` repeats the same objects: each layer in {layers} is used {times} times, with one "
                        "set of parameters. For layers of their own, make each anew.",
                        layers=where.text(layers),
                        times=times,
                    )
                yield told_of(place, text, node)
                return


def _repeated_in_new(noticed: Noticed) -> list[int]:
    """How often the layers with parameters that a container of the new module holds twice or more are in it."""
    found = []
    for change in noticed.changes:
        if not isinstance(change, Summary) or change.kind is not Kind.MODULE or not isinstance(change.target, Name):
            continue
        if any(isinstance(note, SameObject) for note in change.notes):
            continue
        for each in modules_in(noticed.names.get(change.target.name)):
            held = own_dict(each).get("_modules")
            layers = [*held.values()] if type(held) is dict else []
            counts = [sum(one is layer for one in layers) for layer in layers if has_trained(layer)]
            found += [count for count in counts if count > 1]
    return found


def _is_container(place: Place, func: ast.expr) -> bool:
    nn = sys.modules["torch"].nn
    found = place.reader.real(func)
    return found is nn.ModuleList or found is nn.Sequential


def _times_list(
    noticed: Noticed, place: Place, node: ast.expr, depth: int = 3
) -> tuple[Place, ast.List, ast.expr] | None:
    """Where ``[…] * n`` stands that ``node`` is, the list and the number."""
    match node:
        case ast.BinOp(left=ast.List() as layers, op=ast.Mult(), right=count):
            return place, layers, count
        case ast.BinOp(left=count, op=ast.Mult(), right=ast.List() as layers):
            return place, layers, count
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return _times_list(noticed, place, left, depth) or _times_list(noticed, place, right, depth)
        case ast.Name(id=name) if depth and (found := noticed.definition(place, name)) is not None:
            return _times_list(noticed, *found, depth - 1)
    return None


def _is_meant(noticed: Noticed, place: Place, layers: ast.List) -> bool:
    """Whether the code says that the layers are to share their parameters."""
    lines = place.source.splitlines()[max(place.statement.lineno - 3, 0) : place.statement.end_lineno]
    return any(map(_MEANT.search, [*lines, ast.unparse(layers), noticed.source]))
