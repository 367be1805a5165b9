"""Writing into a tensor that ``expand`` made: many of its elements lie in one place of the memory."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ptrepl.engine.watch.facts import shape_text
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.trial import Candidate, tried, verified
from ptrepl.explain.operands.operand_text import operand_text
from ptrepl.explain.provenance.origins import origin
from ptrepl.explain.rewrite import in_a_sentence, postfix, segment
from ptrepl.explain.rule import Finding, Rule
from ptrepl.texts.messages import gettext

_EXPANDING = ("expand", "expand_as", "broadcast_to", "broadcast_tensors")


def _written(case: Case) -> Finding | None:
    node = _target(case)
    shape = case.shape(node) if node is not None else None
    if node is None or shape is None:
        return None
    name = operand_text(case, node)
    text = gettext(
        "{name} is {shape}, and several of its elements are one place in memory, as after expand(), which does not "
        "copy. An in-place operation cannot write into it. {name}.clone() has a place for each.",
        name=name,
        shape=shape_text(shape),
    )
    made = origin(case, node.id) if isinstance(node, ast.Name) else None
    if made is not None and _expands(made.value):
        own = gettext("Make it with {code}.", code=in_a_sentence(postfix(made.source, made.value, ".clone()")))
        text = f"{text} {own}"
    return Finding(text, tried(case, _copied(case, node)))


def _target(case: Case) -> ast.expr | None:
    """The tensor that is written to."""
    match case.node:
        case ast.AugAssign(target=target):
            pass
        case ast.Call(func=ast.Attribute(value=target, attr=attr)) if attr.endswith("_"):
            pass
        case ast.Subscript(ctx=ast.Store()) as target:
            pass
        case _:
            return None
    while isinstance(target, ast.Subscript):
        target = target.value
    return target


def _expands(value: ast.expr) -> bool:
    match value:
        case ast.Call(func=ast.Attribute(attr=name)):
            return name in _EXPANDING
    return False


def _copied(case: Case, node: ast.expr) -> Iterator[Candidate]:
    """``grid = grid + 1`` for ``grid += 1``: a new tensor, which has a place for each element."""
    match case.node:
        case ast.AugAssign(target=ast.Name(id=name), op=op, value=value):
            sign = ast.unparse(ast.BinOp(ast.Name("a"), op, ast.Name("b")))[1:-1].strip()
            yield Candidate(f"{name} = {name} {sign} {segment(case.site.source, value)}", gives="")
        case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=attr)) as call:
            source = case.site.source
            rest = segment(source, call)[len(segment(source, call.func)) :]
            if isinstance(case.site.line, ast.Expr):
                yield Candidate(f"{name} = {name}.clone().{attr}{rest}", replaces_line=True, gives="")


def _through_itself(case: Case) -> Finding | None:
    """``mask[mask] = …``: the index is read while it is written."""
    match case.site.line:
        case ast.Assign(
            targets=[ast.Subscript(value=ast.Name(id=name), slice=ast.Name(id=index) as node)], value=value
        ) if name == index:
            facts = case.facts(node)
        case _:
            return None
    if facts is None or facts.dtype not in ("bool", "int64", "int32"):
        return None
    code = f"{name}[{name}.clone()] = {segment(case.site.source, value)}"
    text = gettext(
        "{name} is the index and is written to at once, so torch would read what it has just changed. A copy as the "
        "index stays as it is: {name}[{name}.clone()] = …",
        name=name,
    )
    return Finding(text, verified(case, Candidate(code, replaces_line=True, gives="")))


RULES = (
    Rule(
        "own index",
        ("RuntimeError",),
        r"some elements of the input tensor and the written-to tensor refer to a single memory location",
        _through_itself,
        more="shapes/index-assignment",
    ),
    Rule(
        "expanded tensor",
        ("RuntimeError",),
        r"more than one element of the written-to tensor refers to a single memory location",
        _written,
        more="shapes/expand",
    ),
)
