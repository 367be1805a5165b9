"""Backward a second time through one graph: which statement used it up, and what to run again."""

from __future__ import annotations

import ast
import re
from typing import Any

from ptrepl.engine.record.record import RecordedStatement
from ptrepl.engine.watch.facts import base_attribute
from ptrepl.engine.watch.kinds import is_tensor_class
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.retyped import retyped
from ptrepl.explain.provenance.backward import Start, start_of
from ptrepl.explain.provenance.cuts import requires_grad_in
from ptrepl.explain.provenance.graph import MOST_NODES, Graph, behind, is_spent, loss_of, node_of
from ptrepl.explain.provenance.origins import earlier, origin
from ptrepl.explain.rule import Finding, Rule

_MOST_NAMES = 500
_MOST_FOUND = 12


def _again(case: Case) -> Finding | None:
    start = start_of(case)
    if start is None:
        return None
    name, graph = start.name(case), start.graph()
    if not any("second time" in each.message for each in graph.losses()):
        return None
    used = _used_by(case, start, graph)
    itself = used is not None and _goes_back_from(start, used)
    behind_it = _through(case, start, graph)
    through = "" if itself else " and ".join(behind_it)
    if used is None and not through and _before_the_loop(case, start):
        text = (
            f"The loop goes back through {name} in each round, but {name} is computed only once, before the loop. "
            f"backward() lets go of what it needs for the way back, so compute {name} inside the loop."
        )
        return Finding(text)
    by = f"`{used.label}`" if used is not None else "an earlier backward()"
    if not through:
        before = f"has been the way back from {name} before, and let go of what was kept for it."
        again = f"Compute {' and '.join([*behind_it, name])} again first"
        text = f"{_start(by)} {before} {again}. To go back twice, the earlier one needs retain_graph=True."
    else:
        text = (
            f"{name} goes back through {through}, and {by} has used up that part of the way. "
            f"Compute {through} again before {name}."
        )
        if len(behind_it) == 1 and _is_another_way(case, start, through):
            text = f"{text[:-1]}; or use {through}.detach() there, if no gradient is to go through it."
    fix = retyped(case, is_spent)
    return Finding(text, (fix,) if fix is not None else ())


def _start(text: str) -> str:
    return text[0].upper() + text[1:]


def _used_by(case: Case, start: Start, graph: Graph) -> RecordedStatement | None:
    """The statement that went back through the graph, where only one can have been it."""
    if case.record is None:
        return None
    nodes = {*graph.nodes}
    named = [each for each in _named(case).values() if _is_behind(each, nodes)]
    owners = [each for each in named if loss_of(node_of(each)) is not None] or [start.tensors[0]]
    made = [maker[0].number for each in owners if (maker := case.record.maker(each)) is not None]
    since = min(made, default=0)
    leaves = [*graph.leaves()]
    found = [
        entry
        for entry in earlier(case)
        if entry.number > since
        and "retain_graph" not in entry.words
        and any(entry.ran_backward(leaf) for leaf in leaves)
    ]
    if len(found) > 1:
        found = [entry for entry in found if _goes_back_from(start, entry)][-1:]
    return found[0] if len(found) == 1 else None


def _goes_back_from(start: Start, entry: RecordedStatement) -> bool:
    """Whether the text of a statement goes back from the same name."""
    if not isinstance(start.node, ast.Name):
        return False
    return re.search(rf"\b{start.node.id}[\s\\]*\.\s*backward|grad\(\s*{start.node.id}\b", entry.source) is not None


def _named(case: Case) -> dict[str, Any]:
    scope = case.scope
    names = [*scope.locals, *scope.globals][:_MOST_NAMES]
    return {
        name: value for name in names if is_tensor_class(type(value := scope.name(name))) and not name.startswith("_")
    }


def _is_behind(tensor: Any, nodes: set[Any]) -> bool:
    return base_attribute("grad_fn").__get__(tensor) in nodes


def _through(case: Case, start: Start, graph: Graph) -> list[str]:
    """Other tensors with names, on the way from the start, whose own graphs are used up: those farthest back."""
    nodes = {*graph.nodes}
    found: dict[str, Any] = {}
    for name, tensor in _named(case).items():
        other = all(tensor is not each for each in start.tensors)
        if other and _is_behind(tensor, nodes) and is_spent(tensor):
            found[name] = tensor
        if len(found) == _MOST_FOUND:
            break
    farthest: dict[Any, str] = {}
    for name, tensor in found.items():
        before = {*behind([tensor]).nodes} - {node_of(tensor)}
        if not any(_is_behind(each, before) for each in found.values()):
            farthest.setdefault(node_of(tensor), name)
    return [*farthest.values()]


def _is_another_way(case: Case, start: Start, through: str) -> bool:
    """Whether a gradient still goes somewhere if none goes back through the tensor ``through``."""
    if any(isinstance(each, (ast.For, ast.While)) for each in case.parents):
        made = origin(case, through)  # in a loop it may be the one of the round before
        if made is not None and made.entry is None and through in _loads(made.value):
            if any(isinstance(each, ast.IfExp) for each in ast.walk(made.value)):
                return False
            others = ast.Tuple([ast.Name(each, ast.Load()) for each in _loads(made.value) - {through}], ast.Load())
            return requires_grad_in(others, case.scope) is not None
    stop = node_of(case.scope.name(through))
    pending, seen = [node_of(each) for each in start.tensors], {stop, None}
    while pending and len(seen) < MOST_NODES:
        node = pending.pop()
        if node not in seen:
            if type(node).__name__ == "AccumulateGrad":
                return True
            seen.add(node)
            pending += [each for each, _ in node.next_functions]
    return False


def _loads(node: ast.AST) -> set[str]:
    return {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}


def _before_the_loop(case: Case, start: Start) -> bool:
    loops = [each for each in case.site.parents if isinstance(each, (ast.For, ast.While))]
    if not loops or not isinstance(start.node, ast.Name):
        return False
    stored = [each for loop in loops for each in ast.walk(loop) if isinstance(each, ast.Name)]
    inside = any(each.id == start.node.id and isinstance(each.ctx, ast.Store) for each in stored)
    return not inside and origin(case, start.node.id) is not None


RULES = (
    Rule(
        "backward a second time",
        ("RuntimeError",),
        r"Trying to backward through the graph a second time",
        _again,
        more="autograd/backward-twice",
        lesson="autograd/backward-twice",
    ),
)
