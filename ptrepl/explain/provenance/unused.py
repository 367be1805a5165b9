"""Tensors that the failing code computed from another one just before, and that nothing reads."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from ptrepl.engine.watch.facts import read
from ptrepl.engine.watch.kinds import Kind, is_tensor_class, kind_of
from ptrepl.explain.case import Case, sizes
from ptrepl.explain.provenance.origins import earlier, label, parsed

_MOST_BEFORE = 3


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


def unread_outputs(case: Case) -> Iterator[Unused]:
    """What a network gave above the failing line, with a graph, and nothing reads: ``out = net(x)``.

    In a loop or a function nothing of it reads the name; at the prompt none of the few statements since then.
    """
    site = case.site
    inside = next((each for each in site.parents if isinstance(each, (ast.FunctionDef, ast.Lambda))), site.statement)
    if isinstance(inside, ast.FunctionDef) is not site.is_nested:
        return
    texts: list[tuple[str, ast.AST]] = [(site.source, inside)]
    if site.line is site.statement and not site.is_nested:
        for entry in islice(earlier(case), _MOST_BEFORE):
            before = parsed(entry.source)
            texts += [(entry.source, before)] if before is not None else []
    seen: set[str] = set()
    for source, tree in texts:
        names = [each for each in ast.walk(tree) if isinstance(each, ast.Name)]
        seen |= {each.id for each in names if isinstance(each.ctx, ast.Load)}
        for statement in ast.walk(tree):
            match statement:
                case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call(func=func)) if name not in seen:
                    held = site.frame.f_locals.get(name)
                    if kind_of(case.real(func)) is not Kind.MODULE or not is_tensor_class(type(held)):
                        continue
                    facts = read(held)
                    if facts.requires_grad is True and facts.is_leaf is False and (shape := sizes(facts)) is not None:
                        yield Unused(name, shape, label(source, statement))
