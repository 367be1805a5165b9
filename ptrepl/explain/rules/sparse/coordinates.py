"""The indices of a sparse tensor: one row a dim, one column a number, in one tensor, each place once."""

from __future__ import annotations

import ast

from ptrepl.explain.case import Case
from ptrepl.explain.fixes.trial import Candidate, verified
from ptrepl.explain.operands.invocation import FailedCall, changed, invocation
from ptrepl.explain.operands.operand_text import operand_text
from ptrepl.explain.rewrite import postfix, segment
from ptrepl.explain.rule import Finding, Rule
from ptrepl.texts.messages import gettext

_MORE = "sparse/coordinates"


def _uncoalesced(case: Case) -> Finding | None:
    """``adjacency.indices()`` of a tensor whose places may come several times."""
    match case.node:
        case ast.Call(func=ast.Attribute(value=base, attr="indices" | "values" as name)):
            new = f"{postfix(case.site.source, base, '.coalesce()')}.{name}()"
            text = gettext(
                "{name} may hold several numbers for one place. coalesce() adds those up and sorts the places; "
                "indices() and values() are there after it.",
                name=operand_text(case, base),
            )
            return Finding(text, verified(case, Candidate(new)))
    return None


def _given(case: Case) -> tuple[FailedCall, ast.expr] | None:
    """The call that makes a sparse tensor, and its indices."""
    call = invocation(case)
    indices = call.argument(0, "indices") if call is not None and call.name == "sparse_coo_tensor" else None
    return None if call is None or indices is None else (call, indices)


def _one_row_each(case: Case) -> Finding | None:
    """Indices of shape (numbers, dims), as ``nonzero`` gives them."""
    found = _given(case)
    shape = case.shape(found[1]) if found is not None else None
    values = found[0].argument(1, "values") if found is not None else None
    numbers = case.shape(values) if values is not None else None
    if found is None or shape is None or len(shape) != 2 or not numbers:
        return None
    call, indices = found
    size = call.argument(2, "size")
    dims = len(case.value(size) or ()) if size is not None else None
    name = operand_text(case, indices)
    text = gettext(
        "{indices} is {shape}: torch.sparse_coo_tensor takes one row for each dim and one column for each number, and "
        "values has {count}.",
        indices=name,
        shape=shape,
        count=numbers[0],
    )
    turned = shape[0] == numbers[0] and (dims is None or shape[1] + len(numbers) - 1 == dims)
    if not turned:
        return Finding(text)
    new = changed(case, {indices: postfix(case.site.source, indices, ".t()")})
    return Finding(text, verified(case, Candidate(new)))


def _stacked(case: Case) -> Finding | None:
    """``torch.sparse_coo_tensor((rows, columns), …)``, as SciPy has it."""
    found = _given(case)
    if found is None:
        return None
    indices = found[1]
    if not isinstance(indices, (ast.Tuple, ast.List)) or not indices.elts:
        return None
    shapes = [case.shape(each) for each in indices.elts]
    if any(shape is None or len(shape) != 1 for shape in shapes) or len({*shapes}) != 1:
        return None
    source = case.site.source
    rows = ", ".join(segment(source, each) for each in indices.elts)
    text = gettext(
        "{indices} holds several tensors, and the indices are one: a row for each dim. torch.stack makes it of them.",
        indices=operand_text(case, indices),
    )
    new = changed(case, {indices: f"torch.stack([{rows}])"})
    return Finding(text, verified(case, Candidate(new)))


BEFORE = ("dtypes.number_as_text", "python.positions")

RULES = (
    Rule(
        "uncoalesced",
        ("RuntimeError",),
        r"^Cannot get (?:indices|values) on an uncoalesced tensor",
        _uncoalesced,
        _MORE,
    ),
    Rule(
        "sparse indices",
        ("RuntimeError",),
        r"^'len\(size\) == sparse_dim \+ dense_dim' is not satisfied|^indices and values must have same nnz",
        _one_row_each,
        _MORE,
    ),
    Rule(
        "several indices",
        ("TypeError", "ValueError"),
        r"^only integer tensors of a single element can be converted to an index|^only one element tensors can be",
        _stacked,
        _MORE,
    ),
)
