"""An array of NumPy's, a list or a number where only a tensor will do."""

from __future__ import annotations

import ast
import re

from ptrepl.engine.explanation import Fix
from ptrepl.engine.watch.kinds import type_name
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.trial import Candidate, tried
from ptrepl.explain.rewrite import segment, spliced
from ptrepl.explain.rule import Finding, Rule
from ptrepl.explain.standins.standins import is_array

_NUMBERS = (int, float, bool)


def _kind(case: Case, node: ast.expr) -> str:
    """``array``, ``list``, ``number``, or ""."""
    real = case.real(node)
    value = case.value(node) if real is None else real
    if is_array(value):
        return "array"
    if type(value) in (list, tuple):
        return "list"
    return "number" if type(value) in _NUMBERS else ""


def _operator(case: Case) -> Finding | None:
    """``array * tensor``, ``tensor + [1, 2]``."""
    match case.node:
        case ast.BinOp(left=left, right=right) | ast.AugAssign(target=left, value=right):
            pair = [left, right]
        case ast.Compare(left=left, comparators=[right]):
            pair = [left, right]
        case ast.Subscript() as target:
            return _assigned(case, target)
        case _:
            return None
    tensor = next((each for each in pair if case.facts(each) is not None), None)
    other = next((each for each in pair if each is not tensor), None)
    if tensor is None or other is None:
        return None
    kind = _kind(case, other)
    one, two = case.called(tensor, "one side"), case.called(other, "the other side")
    if kind == "array":
        text = (
            f"{two} is an array of NumPy's and {one} is a tensor: the two do not mix here. Make a tensor of the array."
        )
    elif kind == "list":
        text = f"{two} is a list and {one} is a tensor: a list of Python's does not compute. Make a tensor of it."
    else:
        return None
    return Finding(text, _made(case, [other]))


def _assigned(case: Case, target: ast.Subscript) -> Finding | None:
    """``x[0] = array``."""
    match case.parents[:1]:
        case (ast.Assign(value=value) as statement,) if _kind(case, value) == "array":
            source = case.site.source
            name = case.called(value, "The right side")
            text = f"{name} is an array of NumPy's, and a tensor takes tensors and numbers. Make a tensor of the array."
            new = spliced(source, statement, {value: f"torch.from_numpy({segment(source, value)})"})
            return Finding(text, tried(case, [Candidate(new, replaces_line=True)]))
    return None


def _argument(case: Case) -> Finding | None:
    """``torch.exp(array)``, ``net([1., 2.])``."""
    node = case.node
    if not isinstance(node, ast.Call) or ("object" in case.message and case.inner() is None):
        return None
    wrong = [each for each in case.operands() if _kind(case, each) == "array"]
    parts = [*node.args, *(each.value for each in node.keywords)]
    wrong += (
        [each for each in parts if _kind(case, each) == "list"]
        if re.search("not list|'list' object", case.message)
        else []
    )
    wrong += (
        [each for each in parts if _kind(case, each) == "number"][:1]
        if re.search("not (float|int)", case.message)
        else []
    )
    if not wrong:
        return None
    name, function = case.called(wrong[0], "The argument"), case.called(node.func, "the function")
    kind = {"array": "an array of NumPy's", "list": "a list", "number": "a number of Python's"}[_kind(case, wrong[0])]
    text = f"{name} is {kind}, and {function} computes with tensors. Make a tensor of it first."
    return Finding(text, _made(case, wrong))


def _made(case: Case, wrong: list[ast.expr]) -> tuple[Fix, ...]:
    """The same with tensors; of dtype float32 where their own does not fit, as for a layer."""
    if isinstance(case.node, ast.AugAssign):
        return ()
    plain, single = (Candidate(_converted(case, wrong, suffix)) for suffix in ("", ".float()"))
    double = any(_is_double(case, each) for each in wrong)
    return tried(case, [plain, single]) if double else tried(case, [plain]) or tried(case, [single])


def _is_double(case: Case, node: ast.expr) -> bool:
    value = case.value(node)
    return is_array(value) and str(value.dtype) == "float64"


def _converted(case: Case, wrong: list[ast.expr], suffix: str) -> str:
    source, node = case.site.source, case.node
    assert node is not None
    texts: dict[ast.expr | ast.stmt, str] = {}
    for each in wrong:
        function = "torch.from_numpy" if _kind(case, each) == "array" else "torch.tensor"
        texts[each] = f"{function}({segment(source, each)}){suffix}"
    return spliced(source, node, texts)


def _not_an_array(case: Case) -> Finding | None:
    """``torch.from_numpy`` of something else."""
    match case.node:
        case ast.Call(args=[value]) as node:
            pass
        case _:
            return None
    source = case.site.source
    name, text = case.called(value, "What it got"), segment(source, value)
    if case.facts(value) is not None:
        return Finding(f"{name} is a tensor already: there is nothing to convert.", tried(case, [Candidate(text)]))
    kind = _kind(case, value)
    if kind in ("list", "number"):
        which = "a list" if kind == "list" else "a number of Python's"
        told = f"{name} is {which}, and from_numpy takes an array of NumPy's. torch.tensor takes lists and numbers."
        return Finding(told, tried(case, [Candidate(spliced(source, node, {node.func: "torch.tensor"}))]))
    if case.match.group(1) in ("DataFrame", "Series"):
        return Finding(
            f"{name} is a {case.match.group(1)} of pandas, and from_numpy takes an array of NumPy's. .to_numpy() "
            "gives its numbers as one."
        )
    real = case.real(value)
    return (
        None
        if real is None
        else Finding(f"{name} is of type {type_name(real)}, and from_numpy takes an array of NumPy's.")
    )


_MORE = "arrays/tensor-from-data"

BEFORE = (
    "attribute",
    "called",
    "join_list",
    "scalar",
)

RULES = (
    Rule(
        "array or list instead of a tensor",
        ("TypeError",),
        r"unsupported operand type\(s\) for .+: '(numpy.ndarray|list|Tensor|Parameter)' and "
        r"'(numpy.ndarray|list|Tensor|Parameter)'|Concatenation operation is not implemented for NumPy arrays|"
        r"not supported between instances of '(Tensor|Parameter|numpy.ndarray)' and|can only concatenate list|"
        r"only integer tensors of a single element|can't assign a numpy.ndarray to a",
        _operator,
        more=_MORE,
        lesson="creation/live-and-saved",
        only_torch=False,
    ),
    Rule(
        "array or list instead of a tensor",
        ("TypeError", "AttributeError"),
        r"must be Tensor, not (numpy.ndarray|list|float|int)|expected Tensor as element \d+ in argument 0, but got "
        r"numpy.ndarray|must be tuple of Tensors, not numpy.ndarray|'int' object is not callable|"
        r"'(list|float)' object has no attribute 'size'|invalid combination of arguments - got \(numpy.ndarray",
        _argument,
        more=_MORE,
        lesson="creation/live-and-saved",
    ),
    Rule(
        "from_numpy",
        ("TypeError",),
        r"expected np.ndarray \(got (\w+)",
        _not_an_array,
        more=_MORE,
        lesson="creation/one-memory",
    ),
)
