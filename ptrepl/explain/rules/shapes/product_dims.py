"""Products that take a certain number of dims: mm two matrices, dot two vectors, ``@`` no single numbers."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ptrepl.engine.watch.kinds import is_tensor_class
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.trial import Candidate, tried
from ptrepl.explain.operands.invocation import changed
from ptrepl.explain.rewrite import operand, postfix
from ptrepl.explain.rule import Finding, Rule
from ptrepl.explain.rules.shapes.product import Factors, factors
from ptrepl.texts.messages import N_, gettext

_VECTORS = N_("{call} takes two vectors (one dim each).")
_TAKES = {
    "mm": (2, 2, N_("{call} takes two matrices (two dims each).")),
    "addmm": (2, 2, N_("{call} takes two matrices (two dims each) after the tensor that is added to their product.")),
    "mv": (2, 1, N_("{call} takes a matrix (two dims) and a vector (one dim).")),
    "bmm": (3, 3, N_("{call} takes two batches of matrices (three dims each).")),
    "dot": (1, 1, _VECTORS),
    "vdot": (1, 1, _VECTORS),
    "outer": (1, 1, _VECTORS),
}
"""How many dims each takes, and how to say it."""


def _dims(case: Case) -> Finding | None:
    found = factors(case)
    if found is None or found.name not in _TAKES:
        return None
    one, two, takes = _TAKES[found.name]
    if (len(found.one), len(found.two)) == (one, two):
        return None
    shapes = gettext("{left} is {left_shape} and {right} is {right_shape}.", **found.fields)
    return Finding(f"{gettext(takes, call=found.said)} {shapes}", tried(case, _other_products(case, found)))


def _other_products(case: Case, found: Factors) -> Iterator[Candidate]:
    source = case.site.source
    left, right = operand(source, found.left), operand(source, found.right)
    if found.name in ("outer", "addmm"):
        return
    if found.name in ("dot", "vdot"):
        if found.one[::-1] == found.two and len(found.one) == 2:
            yield Candidate(f"{left} @ {right}")
        if found.one == found.two:
            yield Candidate(f"({left} * {right}).sum()")
        for node, shape in ((found.left, found.one), (found.right, found.two)):
            if len(shape) == 2 and 1 in shape:
                yield Candidate(changed(case, {node: postfix(source, node, ".flatten()")}))
        return
    yield Candidate(f"{left} @ {right}")
    if found.one and found.two and found.one[-1] != found.two[0]:
        yield Candidate(f"{left} @ {postfix(source, found.right, '.T' if len(found.two) == 2 else '.mT')}")


def _numbers(case: Case) -> Finding | None:
    """A single number beside ``@``: a tensor without dims, or a Python number."""
    match case.node:
        case (
            ast.BinOp(left=left, op=ast.MatMult(), right=right)
            | ast.AugAssign(target=left, op=ast.MatMult(), value=right)
        ):
            pass
        case _:
            found = factors(case)
            if found is None or found.name != "matmul":
                return None
            left, right = found.left, found.right
    for number, other in ((right, left), (left, right)):
        if not _is_number(case, number) or case.shape(other) is None:
            continue
        source = case.site.source
        name = case.called(number, gettext("One side"))
        text = gettext(
            "{number} is a single number, without rows or columns: a matrix product needs at least one dim on both "
            "sides. To multiply each element by a number, write *.",
            number=name,
        )
        if isinstance(case.node, ast.AugAssign):
            product = f"{operand(source, left)} *= {operand(source, right)}"
        else:
            product = f"{operand(source, left)} * {operand(source, right)}"
        return Finding(text, tried(case, [Candidate(product)]))
    return None


def _is_number(case: Case, node: ast.expr) -> bool:
    value = case.value(node)
    return type(value) in (int, float) or (is_tensor_class(type(value)) and case.shape(node) == ())


BEFORE = ("layer",)

RULES = (
    Rule(
        "product dims",
        ("RuntimeError",),
        r"must be a matrix|matrix @ vector expected|1D tensors expected|must be a 3D tensor|Expected 1-D argument",
        _dims,
        more="shapes/product-dims",
    ),
    Rule(
        "scalar product",
        ("RuntimeError", "TypeError"),
        r"both arguments to matmul need to be at least 1D|"
        r"unsupported operand type\(s\) for @=?: '(Tensor|Parameter|int|float)' and '(Tensor|Parameter|int|float)'",
        _numbers,
        more="shapes/product-with-scalar",
    ),
)
