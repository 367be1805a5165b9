"""One row of numbers for a layer: a whole batch that ``x.flatten()`` put into it, or columns that were joined."""

from __future__ import annotations

import ast

from ptrepl.engine.explanation import Fix
from ptrepl.engine.watch.facts import base_attribute, read
from ptrepl.engine.watch.kinds import is_tensor_class
from ptrepl.explain.called_name import names_within
from ptrepl.explain.case import Case, sizes
from ptrepl.explain.fixes.in_loop import with_lines_changed
from ptrepl.explain.fixes.trial import Candidate, tried
from ptrepl.explain.operands.invocation import changed
from ptrepl.explain.operands.joined import CAT
from ptrepl.explain.operands.layers import Layer
from ptrepl.explain.provenance.just_before import assigned_just_before
from ptrepl.explain.provenance.origins import Origin, origin
from ptrepl.explain.rewrite import in_a_sentence, in_one_line, postfix, segment, spliced
from ptrepl.explain.rule import Finding
from ptrepl.texts.messages import gettext


def put_into_a_row(case: Case, layer: Layer, size: int) -> Finding | None:
    """What to say of a layer that takes rows of ``size`` and was given one dim of several times as many; or None."""
    node, count = layer.argument, layer.shape[0] if len(layer.shape) == 1 else 0
    if node is None or size < 2 or count <= size or count % size:
        return None
    made = (assigned_just_before(case, node.id) or origin(case, node.id)) if isinstance(node, ast.Name) else None
    value, source = (made.value, made.source) if made is not None else (node, case.site.source)
    if (base := _whole(value)) is not None and _has_rows(case, node, base, made):
        flat = postfix(source, base, ".flatten(1)")
        text = gettext(
            "{whole} puts the numbers of all examples into one row: {flat} keeps a row for each.",
            whole=in_one_line(source, value),
            flat=in_a_sentence(flat),
        )
        return Finding(text, _written(case, made, node, value, flat))
    if (columns := _columns(case, value, size)) is not None:
        stacked = f"torch.stack({segment(source, columns)}, dim=1)"
        text = gettext(
            "{joined} puts them one behind the other. As the columns of a table, with {size} numbers in each row, they "
            "are {stacked}.",
            joined=in_one_line(source, value),
            size=size,
            stacked=in_a_sentence(stacked),
        )
        return Finding(text, _written(case, made, node, value, stacked))
    return None


def _has_rows(case: Case, node: ast.expr, base: ast.expr, made: Origin | None) -> bool:
    """Whether what was flattened had rows, also where its name holds the flat view of it by now."""
    shape = case.shape(base)
    if made is not None and isinstance(base, ast.Name) and base.id == made.name:
        real = case.real(node)
        whole = base_attribute("_base").__get__(real) if is_tensor_class(type(real)) else None
        shape = sizes(read(whole)) if whole is not None else None
        if shape is None:
            return case.site.is_nested
    return shape is not None and len(shape) > 1


def _whole(value: ast.expr) -> ast.expr | None:
    """``x`` of ``x.flatten()``, ``x.view(-1)`` and ``torch.flatten(x)``."""
    match value:
        case ast.Call(func=ast.Attribute(value=ast.Name(id="torch"), attr="flatten" | "ravel"), args=[base]):
            return base
        case ast.Call(func=ast.Attribute(value=base, attr="flatten" | "ravel"), args=[], keywords=[]):
            return base
        case ast.Call(func=ast.Attribute(value=base, attr="view" | "reshape"), args=[only]) if (
            ast.unparse(only) == "-1"
        ):
            return base
    return None


def _columns(case: Case, value: ast.expr, size: int) -> ast.expr | None:
    """``[x, t]`` of ``torch.cat([x, t])``, as many vectors as a row has numbers, all equally long."""
    match value:
        case ast.Call(
            func=ast.Attribute(value=ast.Name(id="torch"), attr=name), args=[ast.List() | ast.Tuple() as parts]
        ) if name in CAT and len(parts.elts) == size and not value.keywords:
            shapes = {case.shape(each) for each in parts.elts}
            shape = shapes.pop() if len(shapes) == 1 else None
            return parts if shape is not None and len(shape) == 1 else None
    return None


def _written(case: Case, made: Origin | None, node: ast.expr, value: ast.expr, new: str) -> tuple[Fix, ...]:
    if made is None:
        return tried(case, [Candidate(changed(case, {node: new}))])
    if made.entry is not None:
        names = names_within(value)
        return () if made.name in names else tried(case, [Candidate(changed(case, {node: new}))])
    return with_lines_changed(case, {made.statement: spliced(made.source, made.statement, {value: new})})
