"""Functions for matrices of a certain form: square ones, single ones, at least two dims."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ptrepl.engine.watch.facts import shape_text
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.trial import Candidate, tried
from ptrepl.explain.operands.invocation import invocation
from ptrepl.explain.rewrite import postfix, segment
from ptrepl.explain.rule import Finding, Rule


def _square(case: Case) -> Finding | None:
    call = invocation(case)
    matrix = call.argument(0, "A", "input", "a") if call is not None else None
    shape = case.shape(matrix) if matrix is not None else None
    if call is None or matrix is None or shape is None:
        return None
    name = case.called(matrix, "the matrix")
    if len(shape) < 2:
        return Finding(f"{name} is {shape_text(shape)}: {call.said} needs a matrix, a tensor with at least two dims.")
    if shape[-1] == shape[-2]:
        return None
    text = (
        f"{name} is {shape_text(shape)}, {shape[-2]} rows of {shape[-1]}: {call.said} needs a square matrix, with as "
        f"many rows as columns."
    )
    return Finding(text, tried(case, _general(case, call.name, matrix)))


def _general(case: Case, name: str, matrix: ast.expr) -> Iterator[Candidate]:
    """What there is for matrices that are not square."""
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
    return Finding(
        f"{case.called(left, 'A')} is {shape_text(one)} and {case.called(right, 'B')} is {shape_text(two)}: "
        f"{call.said}(A, B) finds X with A @ X = B, so B needs as many rows as A has, {one[0]}."
    )


def _turning(case: Case) -> Finding | None:
    """``x.t()`` of more than two dims, ``x.mT`` of fewer."""
    match case.node:
        case ast.Call(func=ast.Attribute(value=tensor, attr="t"), args=[]):
            said, others = ".t()", [".mT"]
        case ast.Attribute(value=tensor, attr="mT" | "mH" as name):
            said, others = f".{name}", []
        case _:
            return None
    shape = case.shape(tensor)
    if shape is None:
        return None
    have = f"{case.called(tensor, 'the tensor')} is {shape_text(shape)}"
    source = case.site.source
    if len(shape) > 2:
        text = (
            f"{have}: {said} turns matrices, tensors with two dims. .mT turns the last two dims and leaves the others."
        )
        return Finding(text, tried(case, [Candidate(postfix(source, tensor, each)) for each in others]))
    if len(shape) < 2:
        text = (
            f"{have}: {said} exchanges the last two dims, and there are not two. A vector has no row or column to turn."
        )
        return Finding(text)
    return None


def _dims(case: Case) -> Finding | None:
    """trace, diag, tril of a tensor with too few or too many dims."""
    call = invocation(case)
    shape = case.shape(call.args[0]) if call is not None and call.args else None
    if call is None or shape is None or call.name not in ("trace", "diag", "tril", "triu"):
        return None
    needs = {"trace": "a matrix, a tensor with two dims", "diag": "a vector or a matrix, one dim or two"}.get(
        call.name, "a matrix, a tensor with at least two dims"
    )
    return Finding(f"{case.called(call.args[0], 'the tensor')} is {shape_text(shape)}: {call.said} needs {needs}.")


RULES = (
    Rule(
        "square matrix",
        ("RuntimeError",),
        r"must be batches of square matrices|linalg\.\w+: The input tensor A must have at least 2 dimensions",
        _square,
        more="shapes/square-matrix",
    ),
    Rule(
        "system of equations",
        ("RuntimeError",),
        r"linalg\.solve: Incompatible shapes",
        _equation,
        more="shapes/solve",
    ),
    Rule(
        "turning a tensor",
        ("RuntimeError",),
        r"t\(\) expects a tensor with <= 2 dimensions|is only supported on matrices or batches of matrices",
        _turning,
        more="shapes/transpose",
    ),
    Rule(
        "dims of a matrix function",
        ("RuntimeError",),
        r"trace: expected a matrix|diag\(\): Supports 1D or 2D|tri[lu]: input tensor must have at least 2 dimensions",
        _dims,
        more="shapes/matrix-dims",
    ),
)
