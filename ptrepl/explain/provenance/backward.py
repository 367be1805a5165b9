"""The tensors that a failing ``backward`` or ``autograd.grad`` started from, and the expressions that gave them."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import Any

from ptrepl.engine.watch.kinds import is_tensor_class
from ptrepl.explain.case import Case
from ptrepl.explain.provenance.graph import Graph, behind
from ptrepl.explain.provenance.origins import earlier, parsed
from ptrepl.explain.rewrite import in_one_line
from ptrepl.texts.messages import gettext


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
