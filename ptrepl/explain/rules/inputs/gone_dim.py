"""An index too many, for a dim that was taken out before: by ``mean(1)``, by ``data[0]``, or by ``forward`` itself."""

from __future__ import annotations

import ast

from ptrepl.engine.explanation import Fix
from ptrepl.engine.watch.facts import shape_text
from ptrepl.engine.watch.kinds import Kind, kind_of, type_name
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.class_text import class_text
from ptrepl.explain.fixes.trial import Candidate, tried
from ptrepl.explain.operands.invocation import changed
from ptrepl.explain.provenance.origins import origin
from ptrepl.explain.provenance.reduced import reduced
from ptrepl.explain.rewrite import in_one_line, segment
from ptrepl.explain.rule import Finding, Rule
from ptrepl.texts.messages import gettext, ngettext


def _gone_dim(case: Case) -> Finding | None:
    """What is said of one index too many, for a dim that the tensor no longer has; None where that is not known."""
    match case.node:
        case ast.Subscript(value=base, slice=ast.Tuple(elts=elements)) as node:
            shape = case.shape(base)
        case _:
            return None
    plain = all(isinstance(each, ast.Slice) or type(case.value(each)) is int for each in elements)
    if not shape or len(elements) != len(shape) + 1 or not plain:
        return None
    gone = _taken_out(case, node, elements, shape)
    if gone is None:
        return None
    text = ngettext(
        "{tensor} is {shape}: it has one dim, and got {indices} indices.",
        "{tensor} is {shape}: it has {count} dims, and got {indices} indices.",
        len(shape),
        tensor=case.called(base, gettext("The tensor")),
        shape=shape_text(shape),
        indices=len(elements),
    )
    return Finding(f"{text} {gone.text}", gone.fixes)


def _taken_out(case: Case, node: ast.Subscript, elements: list[ast.expr], shape: tuple[int, ...]) -> Finding | None:
    if (lost := reduced(case, node.value, shape)) is not None:
        said = gettext(
            "`{statement}` leaves out dim {dim}; with keepdim=True it stays, with size 1.",
            statement=lost.label,
            dim=lost.dim,
        )
        at = elements[lost.dim] if lost.dim < len(elements) else None
        is_first = _is_whole(at) or (isinstance(at, ast.Constant) and at.value == 0)
        return Finding(said, _without(case, node, elements, lost.dim) if is_first else ())
    made = origin(case, node.value.id) if isinstance(node.value, ast.Name) else None
    value, source = (made.value, made.source) if made is not None else (node.value, case.site.source)
    if isinstance(value, ast.Call) and (taken := _taken_in_forward(case, value, elements)) is not None:
        place, part, cls = taken
        said = gettext(
            "{cls}.forward takes {index} itself, in `{part}`: what {call} gives has no dim left for it.",
            cls=cls,
            index=in_one_line(case.site.source, elements[place]),
            part=part,
            call=in_one_line(source, value),
        )
        return Finding(said, _without(case, node, elements, place))
    if made is not None and _is_one_index(value):
        assert isinstance(value, ast.Subscript)
        said = gettext(
            "`{statement}` has used one index already, of the first dim of {whole}.",
            statement=made.label,
            whole=in_one_line(source, value.value),
        )
        return Finding(said)
    return None


def _is_one_index(value: ast.expr) -> bool:
    """Whether it is ``data[0]``."""
    match value:
        case ast.Subscript(slice=ast.Constant(value=int() as number)) if type(number) is int:
            return True
        case ast.Subscript(slice=ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int()))):
            return True
    return False


def _taken_in_forward(case: Case, call: ast.Call, elements: list[ast.expr]) -> tuple[int, str, str] | None:
    """Which of the indices a ``return`` of the network's ``forward`` has taken already, where, and its class."""
    network = case.real(call.func)
    text = class_text(case, type(network)) if kind_of(network) is Kind.MODULE else None
    forward = text.method("forward") if text is not None else None
    for each in ast.walk(forward or ast.Pass()):
        if text is None or not isinstance(each, ast.Subscript) or not isinstance(each.slice, ast.Tuple):
            continue
        for at, part in enumerate(each.slice.elts):
            same = at < len(elements) and ast.dump(part) == ast.dump(elements[at])
            if same and not isinstance(part, ast.Slice):
                return at, in_one_line(text.source, each), type_name(network)
    return None


def _without(case: Case, node: ast.Subscript, elements: list[ast.expr], dim: int) -> tuple[Fix, ...]:
    """The tensor with one index fewer: the one that goes is ``:``, or picks what was picked already."""
    if not isinstance(node.ctx, ast.Load):
        return ()
    source, rest = case.site.source, [each for at, each in enumerate(elements) if at != dim]
    tensor = segment(source, node.value)
    code = tensor if all(map(_is_whole, rest)) else f"{tensor}[{', '.join(segment(source, each) for each in rest)}]"
    return tried(case, [Candidate(changed(case, {node: code}))])


def _is_whole(node: ast.expr | None) -> bool:
    """Whether it is ``:``."""
    return isinstance(node, ast.Slice) and not (node.lower or node.upper or node.step)


BEFORE = ("python.positions", "shapes.index")

RULES = (Rule("gone dim", ("IndexError",), r"^too many indices for tensor", _gone_dim, more="shapes/index"),)
