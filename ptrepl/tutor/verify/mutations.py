"""The small mistakes: what can replace one statement or one expression. Pure."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

_OPERATORS: dict[type[ast.operator], tuple[type[ast.operator], ...]] = {
    ast.Add: (ast.Sub,),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Div, ast.Add),
    ast.Div: (ast.Mult,),
    ast.FloorDiv: (ast.Div,),
    ast.Mod: (ast.FloorDiv,),
    ast.Pow: (ast.Mult,),
    ast.MatMult: (ast.Mult,),
    ast.BitAnd: (ast.BitOr,),
    ast.BitOr: (ast.BitAnd,),
}
_COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.Gt),
    ast.LtE: (ast.Lt, ast.GtE),
    ast.Gt: (ast.GtE, ast.Lt),
    ast.GtE: (ast.Gt, ast.LtE),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
}
_NOT_SWAPPED = (ast.Add, ast.Mult, ast.BitAnd, ast.BitOr)
_TWINS = (
    "sum mean",
    "max min",
    "amax amin",
    "argmax argmin",
    "zeros ones",
    "zeros_like ones_like",
    "cat stack",
    "floor ceil",
    "all any",
    "randn rand",
    "exp log",
    "sin cos",
    "squeeze unsqueeze",
    "add sub",
    "add_ sub_",
    "mul div",
    "mul_ div_",
    "relu sigmoid",
    "le lt",
    "ge gt",
    "eq ne",
    "train eval",
    "float32 float64",
    "int64 int32",
    "float double",
    "long int",
    "hstack vstack",
    "reshape view",
)
_OTHER: dict[str, str] = {}
for _pair in _TWINS:
    _one, _two = _pair.split()
    _OTHER |= {_one: _two, _two: _one}
_OTHER |= {"bool": "uint8", "half": "float", "linspace": "logspace", "detach": "clone", "prod": "sum"}
_TURNED = ("T", "mT", "real", "imag")
_MODULES = ("torch", "nn", "F", "np", "optim")


def statements(node: ast.stmt) -> Iterator[Sequence[ast.stmt]]:
    """The statement left out; the body of a ``with`` or ``if`` alone; ``x = x + 1`` for ``x += 1``."""
    if not isinstance(node, (ast.Pass, ast.Import, ast.ImportFrom)):
        yield ()
    if isinstance(node, (ast.With, ast.If)):
        yield tuple(node.body)
    if isinstance(node, ast.AugAssign):
        target = node.target
        read = ast.parse(ast.unparse(target), mode="eval").body
        value = ast.copy_location(ast.BinOp(read, node.op, node.value), node)
        yield (ast.copy_location(ast.Assign([target], value), node),)
        for other in _OPERATORS.get(type(node.op), ()):
            yield (ast.copy_location(ast.AugAssign(target, other(), node.value), node),)


def expressions(node: ast.expr) -> Iterator[ast.expr]:
    """What a learner may write by mistake instead of ``node``."""
    match node:
        case ast.Constant():
            yield from _constant(node)
        case ast.BinOp(left, operator, right):
            for other in _OPERATORS.get(type(operator), ()):
                yield ast.BinOp(left, other(), right)
            if not isinstance(operator, _NOT_SWAPPED):
                yield ast.BinOp(right, operator, left)
        case ast.Compare(left, [operator], [right]):
            for comparison in _COMPARISONS.get(type(operator), ()):
                yield ast.Compare(left, [comparison()], [right])
        case ast.BoolOp(operator, values):
            yield ast.BoolOp(ast.Or() if isinstance(operator, ast.And) else ast.And(), values)
        case ast.UnaryOp(ast.USub() | ast.Not() | ast.Invert(), operand):
            yield operand
        case ast.Call():
            yield from _call(node)
        case ast.Attribute(value, name) if isinstance(node.ctx, ast.Load):
            if name in _TURNED:
                yield value
            if name in _OTHER:
                yield ast.Attribute(value, _OTHER[name], node.ctx)
        case ast.Slice():
            yield from _slice(node)
        case ast.List([_, _, *_] as items) | ast.Tuple([_, _, *_] as items) if isinstance(node.ctx, ast.Load):
            yield type(node)([*items[1:], items[0]], node.ctx)
            yield type(node)(items[:-1], node.ctx)


def _constant(node: ast.Constant) -> Iterator[ast.expr]:
    value = node.value
    if isinstance(value, bool):
        yield ast.Constant(not value)
    elif isinstance(value, int):
        yield ast.Constant(value + 1)
        yield ast.Constant(value - 1)
    elif isinstance(value, float):
        yield ast.Constant(value * 2 if value else 1.0)
        yield ast.Constant(value + 1)
        yield ast.Constant(-value if value else -1.0)


def _call(node: ast.Call) -> Iterator[ast.expr]:
    for keyword in node.keywords:
        if keyword.arg not in (None, "device"):
            yield ast.Call(node.func, node.args, [each for each in node.keywords if each is not keyword])
    for place in range(len(node.args) - 1):
        swapped = [*node.args]
        swapped[place : place + 2] = node.args[place + 1], node.args[place]
        yield ast.Call(node.func, swapped, node.keywords)
    if len(node.args) > 1:
        yield ast.Call(node.func, node.args[:-1], node.keywords)
    if isinstance(node.func, ast.Attribute) and not _is_of_a_module(node.func.value):
        yield node.func.value
    elif node.args and not isinstance(node.args[0], ast.Starred):
        yield node.args[0]


def _is_of_a_module(node: ast.expr) -> bool:
    while isinstance(node, ast.Attribute):
        node = node.value
    return isinstance(node, ast.Name) and node.id in _MODULES


def _slice(node: ast.Slice) -> Iterator[ast.expr]:
    if node.lower is not None:
        yield ast.Slice(None, node.upper, node.step)
    if node.upper is not None:
        yield ast.Slice(node.lower, None, node.step)
    if node.step is not None:
        yield ast.Slice(node.lower, node.upper, None)
