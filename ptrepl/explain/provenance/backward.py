"""The tensors that a failing ``backward`` or ``autograd.grad`` started from, and the expressions that gave them."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from typing import Any

from ptrepl.engine.record.record import Record, RecordedStatement
from ptrepl.engine.watch.facts import base_attribute
from ptrepl.engine.watch.kinds import is_tensor_class
from ptrepl.explain.called_name import names_within
from ptrepl.explain.case import Case
from ptrepl.explain.provenance.cuts import requires_grad_in
from ptrepl.explain.provenance.graph import MOST_NODES, Graph, behind, loss_of, node_of
from ptrepl.explain.provenance.origins import earlier, origin, parsed
from ptrepl.explain.rewrite import in_one_line
from ptrepl.texts.messages import gettext

_MOST_NAMES = 500


@dataclass(frozen=True, slots=True)
class Start:
    """Where the backward pass was to start. The tensors are the learner's own: only to be read."""

    node: ast.expr | None
    """The expression of the first tensor; None where it is not known."""
    tensors: tuple[Any, ...]
    inputs: tuple[Any, ...]
    """What ``autograd.grad`` was to differentiate by; () for ``backward``."""

    def name(self, case: Case) -> str:
        """The first tensor as a sentence may call it."""
        otherwise = gettext("this tensor")
        return otherwise if self.node is None else case.called(self.node, otherwise)

    def graph(self) -> Graph:
        """The graph behind the tensors."""
        return behind(self.tensors)


def start_of(case: Case) -> Start | None:
    """What the failing call differentiates; None where no such call failed."""
    frame = case.inner("backward", "grad")
    node = case.node
    if frame is None or frame.f_globals.get("__name__") != "torch.autograd" or not isinstance(node, ast.Call):
        return None
    found = frame.f_locals
    if frame.f_code.co_name == "backward":
        tensors, inputs = _tuple(found.get("tensors")), ()
    else:
        tensors, inputs = _tuple(found.get("outputs")), _tuple(found.get("inputs"))
    if not tensors:
        return None
    return Start(_expression(case, node, tensors[0]), tensors, inputs)


def _tuple(value: Any) -> tuple[Any, ...]:
    if type(value) in (list, tuple):
        return tuple(each for each in value if is_tensor_class(type(each)))
    return (value,) if is_tensor_class(type(value)) else ()


def _expression(case: Case, node: ast.Call, tensor: Any) -> ast.expr | None:
    if isinstance(node.func, ast.Attribute) and node.func.attr == "backward" and not _is_module(case, node.func.value):
        return node.func.value
    given = node.args[0] if node.args else None
    if isinstance(given, (ast.Tuple, ast.List)) and given.elts:
        given = given.elts[0]
    real = case.real(given) if given is not None else None
    return given if real is None or real is tensor else None


def _is_module(case: Case, node: ast.expr) -> bool:
    real = case.real(node)
    return type(real) is type(ast)


def assigned_together(case: Case, name: str) -> tuple[list[str], str]:
    """The names that one statement took apart, ``v, p = net(x)``, and the text of its call; [], "" where none did."""
    around = next((each for each in case.parents if isinstance(each, (ast.For, ast.While, ast.FunctionDef))), None)
    trees: list[tuple[ast.AST | None, str]] = [(around, case.site.source)]
    if not case.site.is_nested:
        trees += [(parsed(each.source), each.source) for each in earlier(case) if name in each.bound][:1]
    for tree, source in trees:
        for each in ast.walk(tree) if tree is not None else ():
            match each:
                case ast.Assign(targets=[ast.Tuple(elts=targets)], value=ast.Call() as call):
                    names = [part.id for part in targets if isinstance(part, ast.Name)]
                    if name in names:
                        return names, in_one_line(source, call)
    return [], ""


def backward_before(case: Case) -> str | None:
    """The name of which backward() was called last before the failing line, in the same round."""
    found: list[tuple[int, str]] = [
        (each.lineno, each.func.value.id)
        for each in ast.walk(round_of(case))
        if isinstance(each, ast.Call) and isinstance(each.func, ast.Attribute) and each.func.attr == "backward"
        if isinstance(each.func.value, ast.Name) and each.lineno < case.site.line.lineno and not each.keywords
    ]
    if found:
        return max(found)[1]
    last = next(earlier(case), None) if case.site.line is case.site.statement else None
    tree = parsed(last.source) if last is not None else None
    match tree:
        case ast.Module(
            body=[ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="backward"), keywords=[]))]
        ):
            return name
    return None


def round_of(case: Case) -> ast.AST:
    """The loop or the function that holds the failing line, or its statement."""
    loops = (ast.For, ast.While, ast.FunctionDef)
    return next((each for each in case.parents if isinstance(each, loops)), case.site.statement)


def named_tensors(case: Case) -> dict[str, Any]:
    """The tensors that the failing code has names for."""
    scope = case.scope
    names = [*scope.locals, *scope.globals][:_MOST_NAMES]
    return {
        name: value for name in names if is_tensor_class(type(value := scope.name(name))) and not name.startswith("_")
    }


def is_behind(tensor: Any, nodes: set[Any]) -> bool:
    """Whether what made ``tensor`` is one of ``nodes``."""
    return base_attribute("grad_fn").__get__(tensor) in nodes


def has_other_gradients(case: Case, start: Start, through: str) -> bool:
    """Whether a leaf still gets a gradient if none flows through the tensor ``through``."""
    if any(isinstance(each, (ast.For, ast.While)) for each in case.parents):
        made = origin(case, through)  # in a loop it may be the one of the iteration before
        if made is not None and made.entry is None and through in names_within(made.value):
            if any(isinstance(each, ast.IfExp) for each in ast.walk(made.value)):
                return False
            others = ast.Tuple(
                [ast.Name(each, ast.Load()) for each in names_within(made.value) - {through}], ast.Load()
            )
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


def used_by(case: Case, start: Start, graph: Graph) -> RecordedStatement | None:
    """The statement whose backward pass used the graph, where only one can have been it."""
    if case.record is None:
        return None
    nodes = {*graph.nodes}
    named = {name: each for name, each in named_tensors(case).items() if is_behind(each, nodes)}
    owners = {name: each for name, each in named.items() if loss_of(node_of(each)) is not None}
    owners = owners or {(start.node.id if isinstance(start.node, ast.Name) else ""): start.tensors[0]}
    made = (_made_by(case.record, name, each) for name, each in owners.items())
    since = min(filter(None, made), default=0)
    leaves = [*graph.leaves()]
    found = [
        entry
        for entry in earlier(case)
        if entry.number > since
        and "retain_graph" not in entry.words
        and any(entry.ran_backward(leaf) for leaf in leaves)
    ]
    if len(found) > 1:
        found = [entry for entry in found if starts_at(start, entry)][-1:]
    return found[0] if len(found) == 1 else None


def _made_by(record: Record, name: str, tensor: Any) -> int:
    """The number of the statement that made ``tensor``, or of the last one before other code made it."""
    maker = record.maker(tensor)
    return maker[0].number if maker is not None else record.bound_outside(name)


def starts_at(start: Start, entry: RecordedStatement) -> bool:
    """Whether a statement, by its text, starts its backward pass at the same name."""
    if not isinstance(start.node, ast.Name):
        return False
    return re.search(rf"\b{start.node.id}[\s\\]*\.\s*backward|grad\(\s*{start.node.id}\b", entry.source) is not None
