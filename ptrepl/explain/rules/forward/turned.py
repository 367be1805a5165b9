"""The learner's own transpose before a layer that wanted the dims as they were: ``x = x.permute(0, 2, 1)``."""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable
from dataclasses import dataclass

from ptrepl.engine.explanation import Fix
from ptrepl.engine.watch.facts import shape_text
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.in_loop import loop_at_prompt
from ptrepl.explain.fixes.trial import Candidate, tried
from ptrepl.explain.operands.callers import argument_at_prompt
from ptrepl.explain.operands.layers import Layer
from ptrepl.explain.provenance.just_before import assigned_just_before
from ptrepl.explain.provenance.origins import Origin, origin
from ptrepl.explain.rewrite import in_one_line, postfix, segment, spliced
from ptrepl.explain.rule import Finding
from ptrepl.explain.standins.calling import Failed, Unknown
from ptrepl.explain.standins.evaluate import Evaluator
from ptrepl.explain.standins.lookup import FrameScope
from ptrepl.explain.standins.run_statement import is_definition
from ptrepl.explain.standins.standins import StandIns
from ptrepl.texts.messages import gettext

_METHODS = ("transpose", "permute", "swapaxes", "swapdims", "movedim", "moveaxis", "t")
_ATTRIBUTES = ("T", "mT")
_KEEPS_DIMS = ("contiguous", "float", "double", "half", "clone", "detach", "to", "cuda", "cpu")
_MOST_LINES = 20
_Shape = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Turn:
    """``x.transpose(1, 2)``: ``base`` is ``x``; ``order[i]`` says which dim of the base became dim i."""

    node: ast.expr
    base: ast.expr
    order: _Shape

    def before(self, shape: _Shape) -> _Shape:
        """The shape of the base, where the result has ``shape``."""
        return tuple(shape[self.order.index(dim)] for dim in range(len(shape)))

    @property
    def back(self) -> str:
        """What undoes it: ``.permute(0, 2, 1)``."""
        return f".permute({', '.join(str(self.order.index(dim)) for dim in range(len(self.order)))})"


def turned_before(case: Case, layer: Layer, fits: Callable[[_Shape], bool]) -> Finding | None:
    """What to say where a transpose of the learner's gave ``layer`` its input, and it takes what was there before.

    ``fits``: whether the layer takes an input of that shape. None where there is no such transpose, or where its
    result is needed in another place as well.
    """
    if layer.argument is None:
        return None
    found = _of_expression(case, case, layer.argument, layer.shape, fits, layer.path)
    if found is not None or not case.site.is_nested:
        return found
    passed = argument_at_prompt(case, layer.given)
    if passed is None:
        return None
    outer, given = passed
    return _of_expression(case, outer, given, layer.shape, fits, layer.path)


def _of_expression(
    case: Case, at: Case, node: ast.expr, shape: _Shape, fits: Callable[[_Shape], bool], layer: str
) -> Finding | None:
    """``at``: the case of the call that gave ``node``, the failing one or that of the network at the prompt."""
    turn = _turn_in(at, node, len(shape))
    if turn is not None:
        if not fits(turn.before(shape)):
            return None
        whole = spliced(at.site.source, at.site.node, {turn.node: segment(at.site.source, turn.base)})
        fixes = tried(at, [Candidate(whole)])
        if fixes and len(later := _turned_later(at, turn, whole, shape)) == 1:
            both = gettext(
                "`{turned}` made that of {before}, which is what {layer} takes. It gets that without it, and with it "
                "behind {layer}.",
                turned=in_one_line(at.site.source, turn.node),
                before=shape_text(turn.before(shape)),
                layer=layer,
            )
            return Finding(both, (*fixes, *later))
        return Finding(_said(in_one_line(at.site.source, turn.node), turn, shape, layer), fixes) if fixes else None
    made = assigned_just_before(at, node.id) or origin(at, node.id) if isinstance(node, ast.Name) else None
    turn = _turn_in(at, made.value, len(shape)) if made is not None else None
    if made is None or turn is None or not isinstance(made.statement, ast.Assign) or not fits(turn.before(shape)):
        return None
    back = postfix(at.site.source, node, turn.back)
    undone = tried(at, [Candidate(spliced(at.site.source, at.site.node, {node: back}))])
    if not undone and not at.too_long:
        return None
    at.too_long.clear()  # what undoes it is not what to write
    text = _said(made.label, turn, shape, layer)
    if made.entry is not None:  # it has run: the name holds the result
        base = segment(made.source, turn.base)
        if isinstance(turn.base, ast.Name) and base != made.name:
            straight = spliced(at.site.source, at.site.node, {node: base})
            return Finding(text, tried(at, [Candidate(straight)]) or undone)
        again = gettext(
            "{name} is transposed already now: {code} turns it back.",
            name=made.name,
            code=f"{made.name} = {made.name}{turn.back}",
        )
        return Finding(f"{text} {again}", undone)
    return Finding(text, _left_out(at, made, turn)) if _is_for_this_alone(at, made) else None


def _turned_later(at: Case, turn: _Turn, whole: str, shape: _Shape) -> tuple[Fix, ...]:
    """``self.norm(x).transpose(1, 2)`` for ``self.norm(x.transpose(1, 2))``, of a layer that keeps the shape."""
    text, base = segment(at.site.source, turn.node), segment(at.site.source, turn.base)
    try:
        result = Evaluator(at.scope, StandIns()).value(ast.parse(whole, mode="eval").body)
    except (Unknown, Failed, SyntaxError):
        return ()
    if not text.startswith(base) or len(shape) < 3 or tuple(result.shape) != turn.before(shape):
        return ()
    return tried(at, [Candidate(whole + text[len(base) :])])


def _said(statement: str, turn: _Turn, shape: _Shape, layer: str) -> str:
    return gettext(
        "`{statement}` made that of {before}, which is what {layer} takes: leave it out.",
        statement=statement,
        before=shape_text(turn.before(shape)),
        layer=layer,
    )


def _is_for_this_alone(case: Case, made: Origin) -> bool:
    """Whether nothing but the failing line reads what the statement gave."""
    inside = next((each for each in case.parents if isinstance(each, ast.FunctionDef)), case.site.statement)
    line, first, last = case.site.line, made.statement.lineno, made.statement.end_lineno or 0
    bound_again = getattr(line, "targets", None) or [getattr(line, "target", None)]
    ends = any(isinstance(each, ast.Name) and each.id == made.name for each in bound_again)
    loops = [each for each in case.parents if isinstance(each, (ast.For, ast.While)) and each in made.parents]
    if loops and not _binds(loops[0], made.name):
        return False  # the next round reads it as well
    for each in ast.walk(inside):
        if not isinstance(each, ast.Name) or each.id != made.name or not isinstance(each.ctx, ast.Load):
            continue
        in_line = line.lineno <= each.lineno <= (line.end_lineno or line.lineno)
        if each.lineno > last and not in_line and not (ends and each.lineno > line.lineno):
            return False
        if loops and loops[0].lineno < each.lineno < first:
            return False
    return True


def _binds(loop: ast.AST, name: str) -> bool:
    target = loop.target if isinstance(loop, ast.For) else None
    return target is not None and any(isinstance(each, ast.Name) and each.id == name for each in ast.walk(target))


def _left_out(case: Case, made: Origin, turn: _Turn) -> tuple[Fix, ...]:
    """The function or the loop that failed, without the transpose: without its whole line where nothing is left."""
    site, whole = case.site, case.site.statement
    if not is_definition(whole) and whole is not loop_at_prompt(case):
        return ()
    text = segment(site.source, turn.base)
    value = spliced(site.source, made.value, {turn.node: text}) if turn.node is not made.value else text
    line = made.statement
    code = spliced(site.source, whole, {made.value: value})
    if value == made.name:
        lines = site.source.splitlines()
        begins = lines[line.lineno - 1][: line.col_offset].strip() == ""
        ends = lines[(line.end_lineno or line.lineno) - 1][line.end_col_offset or 0 :].strip()
        if not begins or (ends and not ends.startswith("#")):
            return ()
        first = whole.lineno - 1
        kept = lines[first : line.lineno - 1] + lines[line.end_lineno or line.lineno : whole.end_lineno]
        code = "\n".join(kept)
    try:
        ast.parse(code)
    except SyntaxError:
        return ()
    return (Fix(code),) if code.count("\n") < _MOST_LINES else ()


def _turn_in(case: Case, node: ast.expr, dims: int) -> _Turn | None:
    """The transpose in ``x.transpose(1, 2).contiguous()``, of a tensor with so many dims."""
    inner = node
    while True:
        match inner:
            case ast.Call(func=ast.Attribute(value=base, attr=name)) if name in _KEEPS_DIMS:
                inner = base
                continue
            case ast.Call(func=ast.Attribute(value=ast.Name(id="torch"), attr=name), args=[base, *given]):
                call = f"_.{name}({', '.join(map(ast.unparse, given))})" if name in _METHODS else ""
            case ast.Call(func=ast.Attribute(value=base, attr=name), args=given, keywords=[]) if name in _METHODS:
                call = f"_.{name}({', '.join(map(ast.unparse, given))})"
            case ast.Attribute(value=base, attr=name) if name in _ATTRIBUTES:
                call = f"_.{name}"
            case _:
                return None
        order = _order(case, call, dims) if call else None
        return _Turn(inner, base, order) if order is not None else None


def _order(case: Case, call: str, dims: int) -> _Shape | None:
    """Which dim comes where, by what it does to a tensor whose sizes are 2, 3, 4 …"""
    sizes = tuple(range(2, 2 + dims))
    scope = FrameScope({**case.scope.locals, "_": sys.modules["torch"].empty(sizes, device="meta")}, case.names)
    try:
        result = Evaluator(scope, StandIns()).value(ast.parse(call, mode="eval").body)
        order = tuple(size - 2 for size in result.shape)
    except (Unknown, Failed, SyntaxError, AttributeError):
        return None
    return order if sorted(order) == [*range(dims)] and order != tuple(range(dims)) else None
