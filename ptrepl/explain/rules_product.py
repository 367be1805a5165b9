"""Matrix products whose dims do not meet."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ptrepl.explain.case import Case
from ptrepl.explain.rewrite import operand, postfix, spliced
from ptrepl.explain.table import Row, Told
from ptrepl.explain.trial import Candidate, tried
from ptrepl.explain.wording import shape_text

__all__ = ["ROWS"]


def _sides(case: Case) -> tuple[ast.expr, ast.expr] | None:
    """The two factors of the failing product."""
    match case.node:
        case (
            ast.BinOp(left=left, op=ast.MatMult(), right=right)
            | ast.AugAssign(target=left, op=ast.MatMult(), value=right)
        ):
            return left, right
        case ast.Call(args=[left, right, *_], keywords=[]):
            return left, right
        case ast.Call(func=ast.Attribute(value=left), args=[right], keywords=[]):
            return left, right
    return None


def _product(case: Case) -> Told | None:
    sides = _sides(case)
    if sides is None:
        return None
    left, right = sides
    one, two = case.shape(left), case.shape(right)
    if one is None or two is None or not one or not two:
        return None
    first, second = case.called(left, "the left side"), case.called(right, "the right side")
    inner = two[-2] if len(two) > 1 else two[0]
    if one[-1] == inner:
        return None
    which = "first" if len(two) < 3 else "second to last"
    text = (
        f"{first} is {shape_text(one)} and {second} is {shape_text(two)}: @ needs the last dim of the left ({one[-1]}) "
        f"to equal the {which} of the right ({inner})."
    )
    return Told(text, tried(case, _turned(case, left, right, one, two)))


def _turned(
    case: Case, left: ast.expr, right: ast.expr, one: tuple[int, ...], two: tuple[int, ...]
) -> Iterator[Candidate]:
    source, node = case.site.source, case.node  # type: ignore[union-attr]
    assert node is not None
    turn_right, turn_left = (".T" if len(shape) < 3 else ".mT" for shape in (two, one))
    if len(two) > 1:
        yield Candidate(spliced(source, node, {right: postfix(source, right, turn_right)}))
    if len(one) > 1:
        yield Candidate(spliced(source, node, {left: postfix(source, left, turn_left)}))
    yield Candidate(spliced(source, node, {left: operand(source, right), right: operand(source, left)}))


ROWS = (
    Row(
        "matrix product",
        ("RuntimeError",),
        r"mat1 and mat2 shapes cannot be multiplied|size mismatch, got input|inconsistent tensor size|"
        r"Expected size for first two dimensions of batch2 tensor",
        _product,
        more="A product of matrices takes each row of the left and each column of the right, multiplies them number by "
        "number and adds up. So a row must be as long as a column: (n, k) @ (k, m) gives (n, m). Read the two shapes "
        "side by side: the two numbers in the middle must be the same.",
    ),
)
