"""What the learner wrote for each operation of a graph: ``w + 1`` for a node ``AddBackward0`` that has no name.

The expression that a name was given is laid beside the nodes behind it. Only where every operation, every operand and
every name below a place agree is it said what was written there.
"""

from __future__ import annotations

import ast
from dataclasses import replace

from ptrepl.engine.graphs.graph import AutogradGraph, GraphNode, Operand
from ptrepl.engine.operator_signs import OPERATOR_SIGNS

_LONGEST = 40
_MODULES = frozenset(("torch", "F"))


def with_source(graph: AutogradGraph, sources: dict[str, str]) -> AutogradGraph:
    """The graph with ``written`` filled in. ``sources``: name of a result → the statement that made it."""
    texts: dict[int, str] = {}
    for place, node in enumerate(graph.nodes):
        for name in node.names:
            value = _value_of(sources.get(name, ""), name)
            if node.leaf is None and value is not None:
                texts.update(_matched(graph, place, value))
    nodes = tuple(
        replace(node, written=texts[place]) if place in texts else node for place, node in enumerate(graph.nodes)
    )
    return replace(graph, nodes=nodes)


def _value_of(source: str, name: str) -> ast.expr | None:
    try:
        [statement] = ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    match statement:
        case ast.Assign(targets=[ast.Name(id=target)], value=value) if target == name:
            return value
    return None


def _matched(graph: AutogradGraph, place: int, value: ast.expr) -> dict[int, str]:
    """For ``place`` and the operations below it the text; {} where something does not agree."""
    found: dict[int, str] = {}
    pending: list[tuple[ast.expr, Operand | None]] = [(value, Operand(place))]
    first = True
    while pending:
        expression, operand = pending.pop()
        if operand is None:
            if not _may_lack_gradient(expression):
                return {}
            continue
        if operand.node is None:
            return {}
        node = graph.nodes[operand.node]
        if isinstance(expression, ast.Name) and not first:
            if expression.id not in node.names:
                return {}
            continue
        first = False
        parts = _operands(node, expression)
        if parts is None:
            return {}
        text = ast.unparse(expression)
        if len(text) <= _LONGEST:
            found[operand.node] = text
        pending += parts
    return found


def _may_lack_gradient(expression: ast.expr) -> bool:
    """Whether it is a name, or numbers alone: what stands for an input without a node."""
    return all(
        isinstance(each, ast.Name | ast.Constant | ast.UnaryOp | ast.USub | ast.expr_context | ast.Attribute)
        for each in ast.walk(expression)
    )


def _operands(node: GraphNode, expression: ast.expr) -> list[tuple[ast.expr, Operand | None]] | None:
    """Each operand that is written, beside the input of the node that it is; None where they do not agree."""
    inputs = list(node.inputs)
    match expression:
        case ast.BinOp(left=left, op=op, right=right) if OPERATOR_SIGNS.get(type(op)) == node.operation:
            written = [left, right]
            if _is_number(left):  # 2 * w is computed as w * 2, and 1 - w from w alone
                written.reverse()
            if len(inputs) == 1 and _is_number(written[1]):
                inputs.append(None)
            return list(zip(written, inputs, strict=True)) if len(inputs) == 2 else None
        case ast.UnaryOp(op=ast.USub(), operand=operand) if node.class_name == "NegBackward0":
            return [(operand, inputs[0])]
        case ast.Call(func=ast.Attribute(value=value, attr=name), args=arguments) if name == node.operation:
            if isinstance(value, ast.Name) and value.id in _MODULES:
                if not arguments:
                    return None
                value, *arguments = arguments
            if all(map(_is_number, arguments)) and len(inputs) == 1:
                return [(value, inputs[0])]
    return None


def _is_number(expression: ast.expr) -> bool:
    if isinstance(expression, ast.UnaryOp):
        expression = expression.operand
    return isinstance(expression, ast.Constant)
