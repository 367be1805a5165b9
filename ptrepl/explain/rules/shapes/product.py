"""Matrix products whose dims do not meet."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from ptrepl.engine.watch.facts import shape_text
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.trial import Candidate, tried
from ptrepl.explain.operands.invocation import changed, invocation
from ptrepl.explain.rewrite import operand, postfix
from ptrepl.explain.rule import Finding, Rule

_FACTORS = {
    **dict.fromkeys(("matmul", "linalg_matmul", "mm", "mv", "bmm", "dot", "vdot", "inner", "outer", "ger"), (0, 1)),
    **dict.fromkeys(("addmm", "addmv", "baddbmm", "addbmm"), (1, 2)),
}
"""Where the two factors stand among the arguments."""
_NAMES = (("input", "self"), ("other", "mat2", "vec", "vec2", "tensor"))


@dataclass(frozen=True, slots=True)
class Factors:
    """A product of two tensors, as the learner wrote it."""

    left: ast.expr
    right: ast.expr
    one: tuple[int, ...]
    """The shape of the left factor."""
    two: tuple[int, ...]
    said: str
    """``@``, ``torch.mm``, ``.matmul``."""
    name: str
    """``matmul`` for every ``@``."""
    first: str
    """What a sentence calls the left factor."""
    second: str


def factors(case: Case) -> Factors | None:
    """The two factors of the failing product; None where it is none, or their shapes cannot be told."""
    said, name = "@", "matmul"
    match case.node:
        case ast.BinOp(left=left, op=ast.MatMult(), right=right):
            pass
        case ast.AugAssign(target=left, op=ast.MatMult(), value=right):
            said = "@="
        case _:
            call = invocation(case)
            if call is None or call.name not in _FACTORS:
                return None
            given = [call.argument(at, *names) for at, names in zip(_FACTORS[call.name], _NAMES, strict=True)]
            if given[0] is None or given[1] is None:
                return None
            (left, right), said, name = given, call.said, call.name  # type: ignore[assignment]
    one, two = case.shape(left), case.shape(right)
    if one is None or two is None:
        return None
    first, second = case.called(left, "the left side"), case.called(right, "the right side")
    return Factors(left, right, one, two, said, name, first, second)


def _product(case: Case) -> Finding | None:
    found = factors(case)
    if found is None or not found.one or not found.two or found.name in ("inner", "outer", "ger"):
        return None
    one, two, first, second = found.one, found.two, found.first, found.second
    inner = two[-2] if len(two) > 1 else two[0]
    if one[-1] == inner:
        return _batches(case, found)
    have = f"{first} is {shape_text(one)} and {second} is {shape_text(two)}"
    if len(one) == len(two) == 1:
        text = f"{have}: {found.said} of two vectors needs them to be equally long, and {one[0]} is not {two[0]}."
    elif len(two) == 1:
        text = (
            f"{have}: {found.said} needs the last dim of the left ({one[-1]}) to equal the length of the vector "
            f"({inner})."
        )
    else:
        which = "first" if len(two) == 2 else "second to last"
        text = (
            f"{have}: {found.said} needs the last dim of the left ({one[-1]}) to equal the {which} of the right "
            f"({inner})."
        )
    return Finding(text, tried(case, _turned(case, found)))


def _batches(case: Case, found: Factors) -> Finding | None:
    """Stacks of matrices, of which there are not equally many."""
    many, others = found.one[:-2], found.two[:-2]
    if not many or not others or many == others:
        return None
    have = f"{found.first} is {shape_text(found.one)} and {found.second} is {shape_text(found.two)}"
    stacks = f"they are stacks of {shape_text(many)} and of {shape_text(others)} matrices"
    if found.name == "matmul":
        return Finding(f"{have}: {stacks}, and {found.said} needs stacks of one size, or of size 1 where they differ.")
    return Finding(f"{have}: {stacks}, and {found.said} needs stacks of one size.")


def _turned(case: Case, found: Factors) -> Iterator[Candidate]:
    source = case.site.source
    left, right, one, two = found.left, found.right, found.one, found.two
    turn_right, turn_left = (".T" if len(shape) < 3 else ".mT" for shape in (two, one))
    if len(two) > 1:
        yield Candidate(changed(case, {right: postfix(source, right, turn_right)}))
    if isinstance(case.node, ast.AugAssign):
        return  # what stands on the left is written to
    if len(one) > 1:
        yield Candidate(changed(case, {left: postfix(source, left, turn_left)}))
    yield Candidate(changed(case, {left: operand(source, right), right: operand(source, left)}))


BEFORE = (
    "broadcast",
    "layer",
)

RULES = (
    Rule(
        "matrix product",
        ("RuntimeError",),
        r"mat1 and mat2 shapes cannot be multiplied|size mismatch, got input|inconsistent tensor size|"
        r"Expected size for first two dimensions of batch2 tensor|The size of tensor a",
        _product,
        more="shapes/matrix-product",
    ),
)
