"""Tensors that the failing code computed from another one just before, and that nothing reads."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from ptrepl.engine.watch.facts import read
from ptrepl.engine.watch.kinds import is_tensor_class
from ptrepl.explain.case import Case, sizes
from ptrepl.explain.provenance.origins import earlier, label, parsed


@dataclass(frozen=True, slots=True)
class Unused:
    """A name that is assigned and not read. ``label``: the assignment, in one short line."""

    name: str
    shape: tuple[int, ...]
    label: str


def unused_of(case: Case, node: ast.expr) -> Iterator[Unused]:
    """What was computed from the tensor ``node``, a plain name, above the failing line, and is not read there.

    In a loop or a function nothing of it reads the name; at the prompt it is the statement right before.
    """
    if not isinstance(node, ast.Name):
        return
    site = case.site
    inside = next((each for each in site.parents if isinstance(each, (ast.FunctionDef, ast.Lambda))), site.statement)
    if isinstance(inside, ast.FunctionDef) is not site.is_nested:
        return
    texts = [(site.source, each) for each in ast.walk(inside) if isinstance(each, ast.Assign)]
    texts = [(source, each) for source, each in texts if (each.end_lineno or 0) < site.node.lineno]
    last = next(earlier(case), None)
    if site.line is site.statement and not site.is_nested and last is not None:
        tree = parsed(last.source)
        body = tree.body if tree is not None else []
        texts = [(last.source, each) for each in body if isinstance(each, ast.Assign)]
    read_names = {each.id for each in ast.walk(inside) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Load)}
    for source, statement in texts:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if name not in read_names and name != node.id:
                held = site.frame.f_locals.get(name)
                computed = any(isinstance(each, ast.Name) and each.id == node.id for each in ast.walk(value))
                if computed and is_tensor_class(type(held)) and (shape := sizes(read(held))) is not None:
                    yield Unused(name, shape, label(source, statement))
