"""Functions for matrices of a certain form: square ones, single ones, at least two dims."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ptrepl.engine.watch.facts import shape_text
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.trial import Candidate, tried
from ptrepl.explain.operands.invocation import FailedCall, invocation
from ptrepl.explain.rewrite import postfix, segment
from ptrepl.explain.rule import Finding, Rule
from ptrepl.texts.messages import N_, gettext

_AT_LEAST_TWO = N_("{tensor} is {shape}: {call} needs a matrix, a tensor with at least two dims.")
_NEEDS = {
    "trace": N_("{tensor} is {shape}: {call} needs a matrix, a tensor with two dims."),
    "diag": N_("{tensor} is {shape}: {call} needs a vector or a matrix, one dim or two."),
}


def _square(case: Case) -> Finding | None:
    call = invocation(case)
    matrix = call.argument(0, "A", "input", "a") if call is not None else None
    shape = case.shape(matrix) if matrix is not None else None
    if call is None or matrix is None or shape is None:
        return None
    name = case.called(matrix, gettext("The matrix"))
    if len(shape) < 2:
        return Finding(_needs(_AT_LEAST_TWO, name, shape, call))
    if shape[-1] == shape[-2]:
        return None
    text = gettext(
        "{matrix} is {shape}: {call} needs a square matrix, with as many rows as columns, and {rows} is not {columns}.",
        matrix=name,
        shape=shape_text(shape),
        call=call.said,
        rows=shape[-2],
        columns=shape[-1],
    )
    return Finding(text, tried(case, _general(case, call.name, matrix)))


def _general(case: Case, name: str, matrix: ast.expr) -> Iterator[Candidate]:
    """The function for matrices that are not square."""
    if name in ("linalg_inv", "inverse"):
        yield Candidate(f"torch.linalg.pinv({segment(case.site.source, matrix)})")


def _equation(case: Case) -> Finding | None:
    call = invocation(case)
    if call is None or call.name != "linalg_solve":
        return None
    left, right = call.argument(0, "A"), call.argument(1, "B")
    one, two = (case.shape(left), case.shape(right)) if left is not None and right is not None else (None, None)
    if left is None or right is None or not one or not two or len(one) != 2:
        return None
    text = gettext(
        "{left} is {left_shape} and {right} is {right_shape}: {call}(A, B) finds X with A @ X = B, so B needs as many "
        "rows as A has, {rows}.",
        left=case.called(left, "A"),
        left_shape=shape_text(one),
        right=case.called(right, "B"),
        right_shape=shape_text(two),
        call=call.said,
        rows=one[0],
    )
    return Finding(text)


def _transposing(case: Case) -> Finding | None:
    """``x.t()`` of more than two dims, ``x.mT`` of fewer."""
    match case.node:
        case ast.Call(func=ast.Attribute(value=tensor, attr="t"), args=[]):
            said, others = ".t()", [".mT"]
        case ast.Attribute(value=tensor, attr="mT" | "mH" as attribute):
            said, others = f".{attribute}", []
        case _:
            return None
    shape = case.shape(tensor)
    if shape is None:
        return None
    name, source = case.called(tensor, gettext("The tensor")), case.site.source
    if len(shape) > 2:
        text = gettext(
            "{tensor} is {shape}: {call} transposes matrices, tensors with two dims. .mT transposes the last two dims "
            "and leaves the others.",
            tensor=name,
            shape=shape_text(shape),
            call=said,
        )
        return Finding(text, tried(case, [Candidate(postfix(source, tensor, each)) for each in others]))
    if len(shape) < 2:
        text = gettext(
            "{tensor} is {shape}: {call} transposes the last two dims, and there are not two. A vector has no rows and "
            "columns to exchange.",
            tensor=name,
            shape=shape_text(shape),
            call=said,
        )
        return Finding(text)
    return None


def _dims(case: Case) -> Finding | None:
    """trace, diag, tril of a tensor with too few or too many dims."""
    call = invocation(case)
    shape = case.shape(call.args[0]) if call is not None and call.args else None
    if call is None or shape is None or call.name not in ("trace", "diag", "tril", "triu"):
        return None
    name = case.called(call.args[0], gettext("The tensor"))
    return Finding(_needs(_NEEDS.get(call.name, _AT_LEAST_TWO), name, shape, call))


def _needs(template: str, name: str, shape: tuple[int, ...], call: FailedCall) -> str:
    return gettext(template, tensor=name, shape=shape_text(shape), call=call.said)


RULES = (
    Rule(
        "square matrix",
        ("RuntimeError",),
        r"must be batches of square matrices|linalg\.\w+: The input tensor A must have at least 2 dimensions",
        _square,
        more="shapes/square-matrix",
    ),
    Rule(
        "linear system",
        ("RuntimeError",),
        r"linalg\.solve: Incompatible shapes",
        _equation,
        more="shapes/solve",
    ),
    Rule(
        "transpose",
        ("RuntimeError",),
        r"t\(\) expects a tensor with <= 2 dimensions|is only supported on matrices or batches of matrices",
        _transposing,
        more="shapes/transpose",
    ),
    Rule(
        "matrix dims",
        ("RuntimeError",),
        r"trace: expected a matrix|diag\(\): Supports 1D or 2D|tri[lu]: input tensor must have at least 2 dimensions",
        _dims,
        more="shapes/matrix-dims",
    ),
)
