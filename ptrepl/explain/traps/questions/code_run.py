"""All the code that a part of a statement runs, the learner's functions that it calls among it."""

from __future__ import annotations

import ast
import types
from collections.abc import Sequence

from ptrepl.engine.watch.kinds import Kind, kind_of
from ptrepl.explain.traps.reading.own_code import own_code
from ptrepl.explain.traps.reading.place import Place
from ptrepl.explain.traps.reading.reader import HIDDEN


def code_run(places: Sequence[Place], tree: ast.AST) -> list[ast.AST] | None:
    """``tree`` and the functions of the learner's that it calls; None where it calls code that cannot be read."""
    trees: dict[int, ast.AST] = {id(tree): tree}
    for place in places:
        for node in place.nodes():
            if not isinstance(node, ast.Call):
                continue
            callee = place.reader.own_callee(node)
            code = own_code(callee.function) if callee is not None else None
            if code is not None:
                trees[id(code.tree)] = code.tree
            elif is_opaque(place, node):
                return None
    return [*trees.values()]


def is_opaque(place: Place, node: ast.Call) -> bool:
    """Whether it calls a function that cannot be read, and which gets what is trained."""
    found = place.reader.real(node.func)
    if found is None:
        hidden = isinstance(node.func, ast.Name) and place.reader.scope.extra.get(node.func.id) is HIDDEN
        return hidden or (isinstance(node.func, ast.Name) and node.func.id not in ("print", "tqdm"))
    if type(found) is types.MethodType:
        return isinstance(node.func, ast.Name)  # clear = opt.zero_grad, under a name of its own
    if type(found) is not types.FunctionType or found.__module__.partition(".")[0] == "torch":
        return False
    given = [place.reader.real(each) for each in node.args]
    return any(each is None or kind_of(each) in (Kind.OPTIMIZER, Kind.MODULE) for each in given)
