"""What an object has learned or gathered since it was made, which one made anew would not have."""

from __future__ import annotations

import ast
from collections import deque
from typing import Any

from ptrepl.engine.outcome import Status
from ptrepl.engine.watch.kinds import is_one, own_dict, type_name
from ptrepl.explain.case import Case
from ptrepl.explain.provenance.origins import earlier

_HELD = (list, dict, set, deque)


def has_gathered(case: Case, name: str, number: int, init: ast.FunctionDef | None = None) -> bool:
    """Whether earlier statements trained or filled what ``name`` holds, which statement ``number`` has made.

    An optimizer's step or ``load_state_dict`` has written its parameters, or a list that ``__init__`` begins empty, or
    a number, is another one now. ``init``: the ``__init__`` of its class, if that is the learner's.
    """
    for entry in earlier(case):
        if entry.number <= number:
            break
        if entry.status is Status.OK and any(
            each.place.name == name and each.before is not None and type_name(each.place.tensor()) == "Parameter"
            for each in entry.wrote
        ):
            return True
    return _filled(init, case.names.get(name))


def _filled(init: ast.FunctionDef | None, value: Any) -> bool:
    """Whether an attribute that ``__init__`` of the learner's class begins with a literal is another one now."""
    own = own_dict(value)
    for each in ast.walk(init) if init is not None else ():
        match each:
            case ast.Assign(targets=[ast.Attribute(value=ast.Name(id="self"), attr=attr)], value=begun) if attr in own:
                if _is_other(begun, own[attr]):
                    return True
    return False


def _is_other(begun: ast.expr, now: Any) -> bool:
    match begun:
        case ast.List(elts=[]) | ast.Dict(keys=[]) | ast.Call(func=ast.Name(id="set" | "list" | "dict" | "deque")):
            return is_one(type(now), _HELD) and len(now) > 0
        case ast.Constant(value=int() | float() as first) if type(first) in (int, float):
            return type(now) in (int, float) and now != first
    return False


def methods_alone(old: ast.ClassDef, code: str) -> bool:
    """Whether ``code`` defines the class ``old`` with other methods, and the same ``__init__`` and bases."""
    try:
        new = ast.parse(code).body[0]
    except (SyntaxError, IndexError):
        return False
    if not isinstance(new, ast.ClassDef):
        return False
    init = [
        [ast.dump(each) for each in (*node.bases, *node.body) if getattr(each, "name", "__init__") == "__init__"]
        for node in (old, new)
    ]
    return init[0] == init[1]
