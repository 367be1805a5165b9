"""Calls in another form: a tuple written as numbers, an equation in parts, a setting among the sizes."""

from __future__ import annotations

import ast
import sys

from ptrepl.engine.watch.facts import shape_text
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.trial import Candidate, tried
from ptrepl.explain.operands.call_form import failed_call
from ptrepl.explain.operands.dtypes import conversion, is_float
from ptrepl.explain.operands.invocation import invocation
from ptrepl.explain.operands.operand_text import operand_text
from ptrepl.explain.rewrite import postfix, segment, spliced
from ptrepl.explain.rule import Finding, Rule
from ptrepl.texts.messages import gettext

_WITH_TUPLES = ("tile", "reshape", "permute", "broadcast_to", "flip", "movedim")
_MORE = "arrays/call-forms"


def _one_tuple(case: Case) -> Finding | None:
    """``torch.reshape(x, 2, 3)``, ``torch.permute(x, 0, 2, 1)``."""
    call = invocation(case)
    if call is None or call.is_method or call.name not in _WITH_TUPLES or len(call.args) < 3 or call.keywords:
        return None
    numbers = call.args[1:]
    if any(type(case.value(each)) is not int for each in numbers):
        return None
    source = case.site.source
    code = f"({', '.join(segment(source, each) for each in numbers)})"
    text = gettext(
        "{function} takes the numbers after the tensor as one tuple: {code}. The method of a tensor takes them either "
        "way.",
        function=call.said,
        code=code,
    )
    first = segment(source, call.args[0])
    return Finding(text, tried(case, [Candidate(f"{call.said}({first}, {code})")]))


def _equation(case: Case) -> Finding | None:
    """``torch.einsum("bqd,bkd", "->bqk", q, k)``."""
    found = failed_call(case)
    if found is None or found[1] != "einsum" or len(found[0].args) < 2:
        return None
    node, source = found[0], case.site.source
    parts = []
    for each in node.args:
        if not isinstance(each, ast.Constant) or type(each.value) is not str:
            break
        parts.append(each.value)
    if len(parts) < 2:
        return None
    joined = "".join(parts) if "->" in "".join(parts) else "->".join([",".join(parts[:-1]), parts[-1]])
    rest = [segment(source, each) for each in node.args[len(parts) :]]
    code = f'{segment(source, node.func)}("{joined}", {", ".join(rest)})'
    text = gettext('The whole equation of einsum is one string, "{equation}".', equation=joined)
    return Finding(text, tried(case, [Candidate(code)]))


def _grid(case: Case) -> Finding | None:
    """``torch.meshgrid(10, 10)``."""
    found = failed_call(case)
    if found is None or found[1] != "meshgrid" or not found[0].args:
        return None
    node, source = found[0], case.site.source
    if any(type(case.value(each)) is not int for each in node.args):
        return None
    texts: dict[ast.expr | ast.stmt, str] = {each: f"torch.arange({segment(source, each)})" for each in node.args}
    text = gettext(
        "meshgrid takes a tensor of positions for each dim: torch.arange({size}) are the first {size}.",
        size=segment(source, node.args[0]),
    )
    grid = spliced(source, node, texts)
    if not node.keywords:
        grid = f'{grid[:-1]}, indexing="ij")'
    return Finding(text, tried(case, [Candidate(grid)]))


def _start_after_end(case: Case) -> Finding | None:
    call = invocation(case)
    start = call.argument(1, "start_dim") if call is not None else None
    end = call.argument(2, "end_dim") if call is not None else None
    tensor = call.argument(0, "input") if call is not None else None
    shape = case.shape(tensor) if tensor is not None else None
    if call is None or start is None or tensor is None or shape is None:
        return None
    if end is None:
        return None
    text = gettext(
        "{tensor} is {shape}: {call} joins the dims from start_dim to end_dim, and {start} comes after {end}.",
        tensor=operand_text(case, tensor),
        shape=shape_text(shape),
        call=call.said,
        start=operand_text(case, start),
        end=operand_text(case, end),
    )
    source = case.site.source
    texts: dict[ast.expr | ast.stmt, str] = {start: segment(source, end), end: segment(source, start)}
    return Finding(text, tried(case, [Candidate(spliced(source, call.node, texts))]))


def _compared(case: Case) -> Finding | None:
    """``torch.allclose(a, b)`` of two dtypes."""
    call = invocation(case)
    if call is None or call.name not in ("allclose", "isclose") or len(call.args) < 2:
        return None
    one, two = case.facts(call.args[0]), case.facts(call.args[1])
    if one is None or two is None or one.dtype == two.dtype:
        return None
    text = gettext(
        "{left} is {left_dtype} and {right} is {right_dtype}: {call} compares tensors of one dtype.",
        left=operand_text(case, call.args[0]),
        left_dtype=one.dtype,
        right=operand_text(case, call.args[1]),
        right_dtype=two.dtype,
        call=call.said,
    )
    at, dtype = (1, one.dtype) if is_float(str(one.dtype)) else (0, two.dtype)
    source, node = case.site.source, call.args[at]
    new = spliced(source, call.node, {node: postfix(source, node, conversion(str(dtype)))})
    return Finding(text, tried(case, [Candidate(new)]))


def _rows(case: Case) -> Finding | None:
    """``torch.cdist(points, center)`` with one point of one dim."""
    call = invocation(case)
    if call is None or call.name != "cdist":
        return None
    source = case.site.source
    for node in call.args:
        shape = case.shape(node)
        if shape is not None and len(shape) == 1:
            text = gettext(
                "{name} is {shape}: torch.cdist takes the distances between rows, and one point is one row, (1, "
                "{size}).",
                name=operand_text(case, node),
                shape=shape_text(shape),
                size=shape[0],
            )
            row = spliced(source, call.node, {node: postfix(source, node, ".unsqueeze(0)")})
            return Finding(text, tried(case, [Candidate(row)]))
    return None


def _decimals(case: Case) -> Finding | None:
    """``x.round(2)``."""
    found = failed_call(case)
    if found is None or found[1] != "round" or not found[0].args:
        return None
    node, source = found[0], case.site.source
    last = node.args[-1]
    if type(case.value(last)) is not int:
        return None
    text = gettext("round takes the number of decimals by its name: decimals={number}.", number=segment(source, last))
    return Finding(text, tried(case, [Candidate(spliced(source, node, {last: f"decimals={segment(source, last)}"}))]))


def _type(case: Case) -> Finding | None:
    """``x.type("torch.float32")``."""
    match case.node:
        case ast.Call(func=ast.Attribute(value=tensor, attr="type"), args=[given]) if case.facts(tensor) is not None:
            name = str(case.value(given)).removeprefix("torch.")
        case _:
            return None
    if type(getattr(sys.modules["torch"], name, None)) is not sys.modules["torch"].dtype:
        return None
    code = postfix(case.site.source, tensor, f".to(torch.{name})")
    text = gettext(
        "{given} is no name of a type here. A dtype is written without quotes: {code}.",
        given=operand_text(case, given),
        code=code,
    )
    return Finding(text, tried(case, [Candidate(code)]))


def _condition(case: Case) -> Finding | None:
    """``torch.where(mask, x, 0.)`` with a mask of floats."""
    call = invocation(case)
    node = call.args[0] if call is not None and call.name == "where" and call.args else None
    facts = case.facts(node) if node is not None else None
    if call is None or node is None or facts is None or facts.dtype == "bool":
        return None
    text = gettext(
        "{name} is {dtype}: the condition of {call} is a bool tensor. .bool() is True where it is not 0.",
        name=operand_text(case, node),
        dtype=facts.dtype,
        call=call.said,
    )
    source = case.site.source
    return Finding(text, tried(case, [Candidate(spliced(source, call.node, {node: postfix(source, node, ".bool()")}))]))


def _among_sizes(case: Case) -> Finding | None:
    """``torch.rand(3, 4, device)``, ``torch.zeros((3, 4), device)``, ``torch.zeros("3", 2)``."""
    found = failed_call(case)
    if found is None or found[1] not in ("rand", "randn", "zeros", "ones", "empty", "full", "arange", "randint", "eye"):
        return None
    node, source, torch = found[0], case.site.source, sys.modules["torch"]
    for each in node.args:
        value = case.held(each)
        word = "device" if type(value) is torch.device else "dtype" if type(value) is torch.dtype else ""
        if word and each is node.args[-1]:
            named = f"{word}={segment(source, each)}"
            text = gettext(
                "{given} has to be given by its name: {named}. By position {function} takes only numbers.",
                given=operand_text(case, each),
                named=named,
                function=operand_text(case, node.func),
            )
            return Finding(text, tried(case, [Candidate(spliced(source, node, {each: named}))]))
        if type(value) is str and value.isdigit():
            text = gettext("{given} is a string, and a size is an integer.", given=operand_text(case, each))
            new = value if isinstance(each, ast.Constant) else f"int({segment(source, each)})"
            return Finding(text, tried(case, [Candidate(spliced(source, node, {each: new}))]))
    return None


BEFORE = (
    "arrays.call_forms",
    "arrays.missing_argument",
    "dtypes.dtype",
    "shapes.join",
    "containers.list_elements",
    "arrays.from_data",
    "modules.own_arguments",
)

RULES = (
    Rule(
        "one tuple",
        ("TypeError",),
        r"^\w+\(\) takes \d positional arguments? but \d+ (?:was|were) given",
        _one_tuple,
        _MORE,
    ),
    Rule(
        "equation parts",
        ("TypeError",),
        r"^expected Tensor as element 0 in argument 1, but got str",
        _equation,
        "shapes/einsum",
    ),
    Rule("grid", ("TypeError",), r"^expected Tensor as element 0 in argument 0, but got int", _grid, _MORE),
    Rule("flatten", ("RuntimeError",), r"^flatten\(\) has invalid args: start_dim", _start_after_end, _MORE),
    Rule(
        "compared dtypes",
        ("RuntimeError",),
        r"^(?:Bool|Byte|Char|Short|Int|Long|Half|Float|Double|BFloat16) did not match",
        _compared,
        "dtypes/matrix-product",
    ),
    Rule("decimals", ("TypeError",), r"^round\(\) takes", _decimals, _MORE),
    Rule("type name", ("ValueError",), r"^invalid type: '", _type, _MORE),
    Rule(
        "condition", ("RuntimeError",), r"^where expected condition to be a boolean tensor", _condition, "shapes/mask"
    ),
    Rule(
        "named setting",
        ("TypeError",),
        r"must be tuple of ints,but got torch\.(?:device|dtype)|^\w+\(\) takes \d positional arguments? but \d+ "
        r"(?:was|were) given|must be tuple of ints,but got str|^\w+\(\) received an invalid combination of arguments "
        r"- got \([^\n=]*(?:torch\.d|str)",
        _among_sizes,
        _MORE,
    ),
    Rule("point rows", ("RuntimeError",), r"^cdist only supports at least 2D tensors", _rows, _MORE),
)
