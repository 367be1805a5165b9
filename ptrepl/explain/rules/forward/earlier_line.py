"""A sum or product that fails for a line before it: a mask without its dim, a table made with another size."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from math import prod
from typing import Any

from ptrepl.engine.watch.facts import read
from ptrepl.engine.watch.kinds import is_tensor_class
from ptrepl.explain.called_name import called_name
from ptrepl.explain.case import Case, sizes
from ptrepl.explain.fixes.following import Rest, following
from ptrepl.explain.fixes.in_loop import with_lines_changed
from ptrepl.explain.fixes.tensor_in_class import made_in_class
from ptrepl.explain.fixes.trial import Candidate, tried
from ptrepl.explain.operands.dtypes import is_float
from ptrepl.explain.provenance.just_before import assigned_just_before
from ptrepl.explain.provenance.origins import Origin, origin
from ptrepl.explain.rewrite import in_one_line, segment, spliced
from ptrepl.explain.rule import Finding
from ptrepl.explain.standins.calling import Failed, Unknown
from ptrepl.explain.standins.evaluate import Evaluator
from ptrepl.explain.standins.lookup import FrameScope
from ptrepl.explain.standins.standins import StandIns
from ptrepl.texts.messages import gettext

_MAKERS = ("eye", "ones", "zeros", "full", "rand", "randn", "empty", "arange")
_MOST_NAMES, _MOST_VALUES = 500, 100_000
_Side = tuple[ast.expr, tuple[int, ...]]


def widened_before(case: Case, node: ast.expr, suffix: str) -> Finding | None:
    """``mask = mask.unsqueeze(-1)`` before the line that failed, where the lines after it need it as well."""
    if not case.site.is_nested or not isinstance(node, ast.Name):
        return None
    read_later = any(
        isinstance(each, ast.Name) and each.id == node.id for line in following(case.site) for each in ast.walk(line)
    )
    code = f"{node.id} = {node.id}{suffix}"
    if not read_later or not _runs(case, code, [case.site.line, *following(case.site)]):
        return None
    said = gettext("Write `{code}` before this line, which the lines after it need as well.", code=code)
    line = segment(case.site.source, case.site.line)
    return Finding(said, with_lines_changed(case, {case.site.line: f"{code}\n{line}"}))


def made_too_small(case: Case, left: _Side, right: _Side) -> Finding | None:
    """``mask = torch.eye(n)`` in the function that failed, beside a tensor of another size along the same dims."""
    if not case.site.is_nested:
        return None
    for (node, shape), (other, wanted) in ((right, left), (left, right)):
        if not isinstance(node, ast.Name) or not isinstance(other, ast.Name) or len(shape) != len(wanted):
            continue
        made = assigned_just_before(case, node.id) or origin(case, node.id)
        differ = [dim for dim in range(len(shape)) if shape[dim] != wanted[dim]]
        if made is None or made.entry is not None or not isinstance(made.statement, ast.Assign):
            continue
        if len({shape[dim] for dim in differ}) != 1 or len({wanted[dim] for dim in differ}) != 1:
            continue
        was, size = shape[differ[0]], f"{other.id}.size({differ[0]})"
        code = _with_size(case, made, was, size)
        between = [*_between(case, made.statement)]
        if not code or not _runs(case, code, [*between, case.site.line, *following(case.site)]):
            continue
        said = gettext(
            "`{statement}` makes {name} for {was}. Of the size of {other} it is made by `{code}`.",
            statement=made.label,
            name=node.id,
            was=was,
            other=other.id,
            code=in_one_line(code, ast.parse(code).body[0]),
        )
        return Finding(said, with_lines_changed(case, {made.statement: code}))
    return None


def one_place_more(case: Case, left: _Side, right: _Side) -> Finding | None:
    """``x + self.pos`` of a table with a row for each patch, where a class token has been put before them."""
    for (node, shape), (_, wanted) in ((right, left), (left, right)):
        if len(shape) == len(wanted) == 3 and shape[2] == wanted[2] and wanted[1] == shape[1] + 1:
            made = made_in_class(case, node, 1, shape[1], wanted[1])
            if made is not None:
                return Finding(made.said, made.fixes)
    return None


def one_for_each_class(case: Case, left: _Side, right: _Side) -> Finding | None:
    """``alpha * loss`` of a weight for each class and a loss for each row, where the labels are at hand."""
    if not isinstance(case.node, ast.BinOp) or not isinstance(case.node.op, (ast.Mult, ast.Div)):
        return None
    for (node, shape), (_, wanted) in ((left, right), (right, left)):
        if not isinstance(node, (ast.Name, ast.Attribute)) or len(shape) != 1 or len(wanted) != 1:
            continue
        facts = case.facts(node)
        if facts is None or not is_float(str(facts.dtype)):
            continue
        names = case.scope.locals if case.site.is_nested else case.names
        labels = [
            name
            for name, value in [*names.items()][:_MOST_NAMES]
            if type(name) is str and not name.startswith("_") and _are_labels(value, wanted, shape[0])
        ]
        if len(labels) != 1:
            continue
        code = f"{segment(case.site.source, node)}[{labels[0]}]"
        said = gettext(
            "{code} has the number of {weights} for the class of each row.", code=code, weights=case.text(node)
        )
        return Finding(said, tried(case, [Candidate(spliced(case.site.source, case.site.node, {node: code}))]))
    return None


def _are_labels(value: object, shape: tuple[int, ...], classes: int) -> bool:
    if not is_tensor_class(type(value)):
        return False
    facts = read(value)
    if sizes(facts) != shape or facts.dtype != "int64" or facts.device != "cpu" or prod(shape) > _MOST_VALUES:
        return False
    plain: Any = value
    return bool(((plain >= 0) & (plain < classes)).all()) if shape[0] else False


def _with_size(case: Case, made: Origin, was: int, size: str) -> str:
    """The statement in which each size ``was`` of the one tensor that it makes has another text; "" if none has."""
    calls = [each for each in ast.walk(made.value) if isinstance(each, ast.Call) and called_name(each) in _MAKERS]
    if len(calls) != 1:
        return ""
    given = calls[0].args[:1] if called_name(calls[0]) in ("eye", "arange", "full") else calls[0].args
    given = [part for each in given for part in (each.elts if isinstance(each, (ast.Tuple, ast.List)) else [each])]
    texts: dict[ast.expr | ast.stmt, str] = {each: size for each in given if case.value(each) == was}
    return spliced(made.source, made.statement, texts) if texts else ""


def _between(case: Case, statement: ast.stmt) -> Iterator[ast.stmt]:
    """The statements of the block between one of it and the failing line."""
    block = getattr(getattr(case.site.line, "parent", None), "body", [])
    if isinstance(block, list) and statement in block and case.site.line in block:
        yield from block[block.index(statement) + 1 : block.index(case.site.line)]


def _runs(case: Case, code: str, rest: list[ast.stmt]) -> bool:
    """Whether the lines accept what ``code`` gives, the failing one among them, which has to run."""
    line = ast.parse(code).body[0]
    evaluator = Evaluator(FrameScope.of(case.site.frame), StandIns())
    followed = Rest(evaluator)
    if not followed.accepts(line, rest):
        return False
    return _settles(case, line)


def _settles(case: Case, line: ast.stmt) -> bool:
    """Whether the failing node itself runs with the new value: what is not known counts as no."""
    assert isinstance(line, ast.Assign)
    target = line.targets[0]
    if not isinstance(target, ast.Name) or not isinstance(case.site.node, ast.expr):
        return False
    standins = StandIns()
    scope = FrameScope.of(case.site.frame)
    try:
        value = Evaluator(scope, standins).value(line.value)
        known = {**scope.locals, target.id: standins.adopt(value)}
        Evaluator(FrameScope(known, scope.globals), standins).value(case.site.node)
    except (Unknown, Failed):
        return False
    return True
