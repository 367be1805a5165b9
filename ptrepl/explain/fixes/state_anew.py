"""The state of an RNN made anew: for the batch that it is given, or as the pair that an LSTM takes."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from ptrepl.engine.explanation import Fix
from ptrepl.engine.watch.facts import read
from ptrepl.engine.watch.kinds import is_tensor_class
from ptrepl.explain.case import sizes
from ptrepl.explain.locate import Site
from ptrepl.explain.operands.callers import Assignment, assigned_by
from ptrepl.explain.operands.module_call import ModuleCall
from ptrepl.explain.rewrite import segment, spliced
from ptrepl.explain.standins.calling import Failed, Unknown
from ptrepl.explain.standins.evaluate import Evaluator
from ptrepl.explain.standins.lookup import FrameScope
from ptrepl.explain.standins.standins import StandIns

_MOST_LINES = 12
_FILLED = ("zeros", "ones")


@dataclass(frozen=True, slots=True)
class StateAnew:
    """``code``: the statement that makes the state, as it should be; ``fixes``: with what failed after it."""

    code: str
    fixes: tuple[Fix, ...]


def for_batch(call: ModuleCall, was: int, batch: int) -> StateAnew | None:
    """The statement that made the state for ``was`` examples, with the batch of the input in its place.

    None where it is not known which part of it was the batch.
    """
    made = assigned_by(call.case, call.given.get("hx"))
    if made is None:
        return None
    numbers = [each for each in _arguments(made.statement.value) if _number(made.site, each) == was]
    if len(numbers) != 1:
        return None
    size = _size_of_input(made.site, made.name, 0 if call.flag("batch_first") else 1, batch)
    code = spliced(made.source, made.statement, {numbers[0]: size})
    return StateAnew(code, _with_failing_code(made, code, {numbers[0]: size}))


def as_pair(call: ModuleCall) -> StateAnew | None:
    """``context = (torch.zeros(1, 8, 20), torch.zeros(1, 8, 20))`` for a name that one tensor was given."""
    made = assigned_by(call.case, call.given.get("hx"))
    if made is None or not isinstance(made.statement.targets[0], ast.Name) or len(made.statement.targets) > 1:
        return None
    value = made.statement.value
    text, last = segment(made.source, value), made.name
    match value:
        case ast.Call(func=ast.Attribute(attr=name)) if name in _FILLED:
            pair = f"({text}, {text})"
        case _ if made.inside is None:
            pair = f"({last}, torch.zeros_like({last}))"
        case _:
            return None
    code = spliced(made.source, made.statement, {value: pair})
    return StateAnew(code, _with_failing_code(made, code, {value: pair}))


def _arguments(value: ast.expr) -> list[ast.expr]:
    """The arguments of the calls in ``value`` that are written out: of one call, or of two that are alike."""
    calls = [each for each in ast.walk(value) if isinstance(each, ast.Call)]
    inner = {id(part) for each in calls for arg in each.args for part in ast.walk(arg) if isinstance(part, ast.Call)}
    outer = [each for each in calls if id(each) not in inner]
    return [arg for each in outer for arg in (*each.args, *(keyword.value for keyword in each.keywords))]


def _number(site: Site, node: ast.expr) -> int | None:
    try:
        value = Evaluator(FrameScope.of(site.frame), StandIns()).value(node)
    except (Unknown, Failed):
        return None
    return value if type(value) is int else None


def _size_of_input(site: Site, state: str, first: int, batch: int) -> str:
    """``words.size(0)``, of the tensor that the same call passes on; the plain number where it has no name."""
    assert isinstance(site.node, ast.Call)
    for each in site.node.args:
        given = site.frame.f_locals.get(each.id) if isinstance(each, ast.Name) and each.id != state else None
        shape = sizes(read(given)) if is_tensor_class(type(given)) else None
        if shape is not None and isinstance(each, ast.Name):
            for dim in (first, 1 - first):
                if len(shape) > dim and shape[dim] == batch:
                    return f"{each.id}.size({dim})"
    return str(batch)


def _with_failing_code(made: Assignment, code: str, texts: dict[ast.expr | ast.stmt, str]) -> tuple[Fix, ...]:
    if made.site.is_nested:
        return ()
    statement = made.site.statement
    if made.inside is not None:
        whole = spliced(made.source, statement, texts)
    elif made.site.line is statement:
        whole = f"{code}\n{segment(made.site.source, statement)}"
    else:
        return ()
    return (Fix(whole, ""),) if whole.count("\n") < _MOST_LINES else ()
