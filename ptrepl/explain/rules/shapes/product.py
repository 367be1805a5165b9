"""Matrix products of factors whose inner dims or batch dims differ."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice

from ptrepl.engine.explanation import Fix
from ptrepl.engine.watch.facts import shape_text
from ptrepl.engine.watch.kinds import is_tensor_class
from ptrepl.explain.called_name import called_name
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.tensor_in_class import made_in_class
from ptrepl.explain.fixes.trial import Candidate, tried
from ptrepl.explain.operands.invocation import changed, invocation
from ptrepl.explain.own_sites import own_sites
from ptrepl.explain.provenance.origins import origin
from ptrepl.explain.provenance.passed_before import passed_before
from ptrepl.explain.rewrite import operand, postfix, spliced
from ptrepl.explain.rule import Finding, Rule
from ptrepl.texts.messages import N_, gettext

_FACTORS = {
    **dict.fromkeys(("matmul", "linalg_matmul", "mm", "mv", "bmm", "dot", "vdot", "inner", "outer", "ger"), (0, 1)),
    **dict.fromkeys(("addmm", "addmv", "baddbmm", "addbmm"), (1, 2)),
}
"""Where the two factors stand among the arguments."""
_VECTORS = N_(
    "{left} is {left_shape} and {right} is {right_shape}: {call} of two vectors needs them to be equally long, and "
    "{left_size} is not {right_size}."
)
_SIZES = {
    1: N_(
        "{left} is {left_shape} and {right} is {right_shape}: {call} needs the last dim of the left ({left_size}) to "
        "equal the length of the vector ({right_size})."
    ),
    2: N_(
        "{left} is {left_shape} and {right} is {right_shape}: {call} needs the last dim of the left ({left_size}) to "
        "equal the first of the right ({right_size})."
    ),
    3: N_(
        "{left} is {left_shape} and {right} is {right_shape}: {call} needs the last dim of the left ({left_size}) to "
        "equal the second to last of the right ({right_size})."
    ),
}
"""What is said of sizes that differ, by the number of dims on the right; 3 for all larger ones."""
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
    """The name of the left factor at the beginning of a sentence."""
    second: str
    """The name of the right factor inside a sentence."""

    @property
    def fields(self) -> dict[str, str]:
        """The fields of a sentence about the product: both factors, their shapes, and the call."""
        return {
            "left": self.first,
            "left_shape": shape_text(self.one),
            "right": self.second,
            "right_shape": shape_text(self.two),
            "call": self.said,
        }


def factors(case: Case) -> Factors | None:
    """The two factors of the failing product; None where it is none, or their shapes are not known."""
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
    first, second = case.called(left, gettext("The left side")), case.called(right, gettext("the right side"))
    return Factors(left, right, one, two, said, name, first, second)


def _product(case: Case) -> Finding | None:
    found = factors(case)
    if found is None:
        return _told_by_torch(case)
    if not found.one or not found.two or found.name in ("inner", "outer", "ger"):
        return None
    one, two = found.one, found.two
    inner = two[-2] if len(two) > 1 else two[0]
    if one[-1] == inner:
        return _batches(case, found)
    template = _VECTORS if len(one) == len(two) == 1 else _SIZES[min(len(two), 3)]
    text = gettext(template, left_size=one[-1], right_size=inner, **found.fields)
    if passed_before(case):
        return Finding(text, _in_call(case, found))
    turned = tried(case, _transposed(case, found))
    made = made_in_class(case, found.right, 0, inner, one[-1]) if not turned and len(two) <= 2 else None
    return Finding(f"{text} {made.said}", made.fixes) if made is not None else Finding(text, turned)


def _in_call(case: Case, found: Factors) -> tuple[Fix, ...]:
    """``to_image(styles.T, weight)``: the function worked before, so what it is given now lies the wrong way round."""
    sites = [*islice(own_sites(case), 3)]
    if len(sites) != 2 or sites[1].is_nested or not isinstance(sites[1].node, ast.Call):
        return ()
    call, outer = sites[1].node, replace(case, maybe_site=sites[1])
    names = {each.id for each in (found.left, found.right) if isinstance(each, ast.Name)}
    code = sites[0].frame.f_code
    parameters = code.co_varnames[: code.co_argcount]
    parameters = parameters[1:] if parameters[:1] == ("self",) else parameters
    changed_ones = []
    for name, given in zip(parameters, call.args, strict=False):
        shape = outer.shape(given) if name in names else None
        if shape is not None and len(shape) == 2:
            changed_ones.append(
                Candidate(spliced(outer.site.source, call, {given: postfix(outer.site.source, given, ".T")}))
            )
    fixes = tried(outer, changed_ones)
    return fixes if len(fixes) == 1 else ()


def _told_by_torch(case: Case) -> Finding | None:
    """``net(x) @ w`` where one factor cannot be evaluated: torch's message has the sizes that differ."""
    sizes = re.search(r"\(\d+x(\d+) and (\d+)x\d+\)", case.message)
    if sizes is None or not isinstance(case.node, ast.BinOp) or not isinstance(case.node.op, ast.MatMult):
        return None
    left, right = case.node.left, case.node.right
    one, two = case.shape(left), case.shape(right)
    ends, begins = int(sizes[1]), int(sizes[2])
    # with a matrix on the left and a batch on the right torch multiplies the other way round
    if one is not None and two is None and one[-1:] == (ends,):
        given = gettext("{name} is {shape}.", name=case.called(left, gettext("The left side")), shape=shape_text(one))
    elif one is None and two is not None and len(two) == 2 and two[0] == begins:
        given = gettext("{name} is {shape}.", name=case.called(right, gettext("The right side")), shape=shape_text(two))
    else:
        return None
    needs = gettext(
        "@ needs the last dim of {left} ({left_size}) to equal the first of {right} ({right_size}).",
        left=case.called(left, gettext("the left side")),
        left_size=ends,
        right=case.called(right, gettext("the right side")),
        right_size=begins,
    )
    return Finding(f"{given} {needs}")


def _batches(case: Case, found: Factors) -> Finding | None:
    """Batches of matrices whose batch dims differ."""
    many, others = found.one[:-2], found.two[:-2]
    if not many or not others or many == others:
        return None
    batches = {"left_batch": shape_text(many), "right_batch": shape_text(others)}
    if found.name == "matmul":
        text = gettext(
            "{left} is {left_shape} and {right} is {right_shape}: the batch dims are {left_batch} and {right_batch}, "
            "and {call} needs them to be equal, or of size 1 where they differ.",
            **batches,
            **found.fields,
        )
    else:
        text = gettext(
            "{left} is {left_shape} and {right} is {right_shape}: the batch dims are {left_batch} and {right_batch}, "
            "and {call} needs them to be equal.",
            **batches,
            **found.fields,
        )
    return Finding(text, tried(case, _with_heads_first(case, found)))


def _with_heads_first(case: Case, found: Factors) -> Iterator[Candidate]:
    """``q.transpose(1, 2)`` of (batch, length, heads, size), where the other side has (batch, heads) in front."""
    for node, shape, other in ((found.left, found.one, found.two), (found.right, found.two, found.one)):
        if len(shape) == len(other) == 4 and shape[:1] == other[:1] and shape[2] == other[1] != shape[1]:
            yield Candidate(changed(case, {node: postfix(case.site.source, node, ".transpose(1, 2)")}))


def _row_for_each(case: Case, found: Factors) -> Candidate | None:
    """One row for each matrix of a batch, ``weights`` (3, 5) with ``enc`` (3, 5, 8), as a batch of single rows.

    Without that dim every row would be multiplied with every matrix. None where the shapes are others, or where what
    has two dims is a parameter, whose rows are none of the batch's.
    """
    source, left, right, one, two = case.site.source, found.left, found.right, found.one, found.two
    flat = left if len(one) == 2 else right
    facts = case.facts(flat)
    if isinstance(case.node, ast.AugAssign) or facts is None or (facts.is_leaf and facts.requires_grad):
        return None
    texts: dict[ast.expr | ast.stmt, str] = {}
    if len(one) == 2 and len(two) == 3 and one[0] == two[0] and one[1] in two[1:]:
        texts[left] = postfix(source, left, ".unsqueeze(1)")
        if one[1] != two[1]:
            texts[right] = postfix(source, right, ".mT")
    elif len(one) == 3 and len(two) == 2 and one[0] == two[0] and two[1] in one[1:]:
        texts[right] = postfix(source, right, ".unsqueeze(2)")
        if two[1] != one[2]:
            texts[left] = postfix(source, left, ".mT")
    if texts and found.name in ("mm", "mv"):  # they take no batches
        return Candidate(f"{texts.get(left, operand(source, left))} @ {texts.get(right, operand(source, right))}")
    return Candidate(changed(case, texts)) if texts else None


def _transposed(case: Case, found: Factors) -> Iterator[Candidate]:
    source = case.site.source
    if (rows := _row_for_each(case, found)) is not None:
        yield rows
        return
    left, right, one, two = found.left, found.right, found.one, found.two
    if len(one) == 2 and (facts := case.facts(right)) is not None and facts.is_leaf and facts.requires_grad:
        # a weight: its rows are for the features, and a turned input has the batch there
        if len(two) > 1:
            yield Candidate(changed(case, {right: postfix(source, right, ".T")}))
        return
    transpose_right, transpose_left = (".T" if len(shape) < 3 else ".mT" for shape in (two, one))
    match right:
        case ast.Call(func=ast.Attribute(value=base, attr="transpose" as word), args=[_, _]) if len(two) > 2:
            yield Candidate(changed(case, {right: postfix(source, base, f".{word}(-2, -1)")}))
            return
    if len(two) > 1:
        yield Candidate(changed(case, {right: postfix(source, right, transpose_right)}))
        if len(one) == len(two) > 2 and one[:-2] == two[:-2] and one[-1] == two[-1]:
            return  # scores of each row with each row: the other product compares the features with each other
    if isinstance(case.node, ast.AugAssign):
        return  # what stands on the left is written to
    if len(one) == len(two) == 2 and two[0] == two[1] == one[0] != one[1]:
        # as an adjacency matrix with a row of features for each node
        yield Candidate(changed(case, {left: operand(source, right), right: operand(source, left)}))
        return
    if _are_shares(case, left):
        return
    if len(one) > 1 and not (len(one) == 2 and len(two) > 2 and one[-1] in two[:-2]):
        yield Candidate(changed(case, {left: postfix(source, left, transpose_left)}))
    yield Candidate(changed(case, {left: operand(source, right), right: operand(source, left)}))


def _are_shares(case: Case, node: ast.expr) -> bool:
    """Whether softmax made it: its rows are the shares of what stands on the right, and turned they are none."""
    made = origin(case, node.id) if isinstance(node, ast.Name) else None
    value = made.value if made is not None else node
    return any(isinstance(each, ast.Call) and called_name(each) == "softmax" for each in ast.walk(value))


_DIMS_OF_TWO_VECTORS = N_("{call} takes two vectors (one dim each).")
_TAKES = {
    "mm": (2, 2, N_("{call} takes two matrices (two dims each).")),
    "addmm": (2, 2, N_("{call} takes two matrices (two dims each) after the tensor that is added to their product.")),
    "mv": (2, 1, N_("{call} takes a matrix (two dims) and a vector (one dim).")),
    "bmm": (3, 3, N_("{call} takes two batches of matrices (three dims each).")),
    "dot": (1, 1, _DIMS_OF_TWO_VECTORS),
    "vdot": (1, 1, _DIMS_OF_TWO_VECTORS),
    "outer": (1, 1, _DIMS_OF_TWO_VECTORS),
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
    rows = _row_for_each(case, found)
    if rows is not None and (fixes := tried(case, [rows])):
        flat, dim = (found.first, 1) if len(found.one) == 2 else (found.second, 2)
        each = gettext(
            "If {flat} has one row for each matrix of the batch, .unsqueeze({dim}) makes a matrix of each row.",
            flat=flat,
            dim=dim,
        )
        return Finding(f"{gettext(takes, call=found.said)} {shapes} {each}", fixes)
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
            if len(found.one) == 2 and 1 not in found.one:
                yield Candidate(f"({left} * {right}).sum(1)")
            yield Candidate(f"({left} * {right}).sum()")
        for node, shape in ((found.left, found.one), (found.right, found.two)):
            if len(shape) == 2 and 1 in shape:
                yield Candidate(changed(case, {node: postfix(source, node, ".flatten()")}))
        return
    if (rows := _row_for_each(case, found)) is not None:
        yield rows
        return
    if len(found.one) != 2 or len(found.two) < 3 or found.one[0] != found.two[0]:  # else rows of the batch are mixed
        yield Candidate(f"{left} @ {right}")
    if found.name == "bmm" and found.one == found.two:
        return  # each row with its own partner, perhaps, and not with every other one
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


BEFORE = (
    "shapes.broadcast",
    "shapes.layer",
)

RULES = (
    Rule(
        "matrix product",
        ("RuntimeError",),
        r"mat1 and mat2 shapes cannot be multiplied|size mismatch, got input|inconsistent tensor size|"
        r"Expected size for first two dimensions of batch2 tensor|The size of tensor a|"
        r"^a and b must have same reduction dim",
        _product,
        more="shapes/matrix-product",
    ),
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
