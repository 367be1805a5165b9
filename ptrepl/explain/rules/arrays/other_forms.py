"""Calls written as in NumPy or for lists: brackets, the order of dims, a list for several numbers."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from typing import Any

from ptrepl.engine.watch.kinds import is_tensor_class
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.trial import Candidate, tried
from ptrepl.explain.operands.call_form import failed_call
from ptrepl.explain.operands.operand_text import operand_text
from ptrepl.explain.provenance.passed_before import passed_before
from ptrepl.explain.rewrite import in_a_sentence, operand, segment, spliced
from ptrepl.explain.rule import Finding, Rule
from ptrepl.explain.standins.torch_code import is_torch_function
from ptrepl.texts.messages import gettext


def _swapped(case: Case) -> Finding | None:
    """``torch.full_like(2.5, x)``."""
    found = failed_call(case)
    if found is None or found[1] != "full_like" or len(found[0].args) != 2:
        return None
    node, source = found[0], case.site.source
    first, second = node.args
    if type(case.value(first)) not in (int, float, bool) or case.facts(second) is None:
        return None
    text = gettext("torch.full_like takes the tensor first and the value second.")
    texts: dict[ast.expr | ast.stmt, str] = {first: segment(source, second), second: segment(source, first)}
    return Finding(text, tried(case, [Candidate(spliced(source, node, texts))]))


def _steps(case: Case) -> Finding | None:
    found = failed_call(case)
    if found is None or found[1] not in ("linspace", "logspace") or len(found[0].args) != 2 or found[0].keywords:
        return None
    text = gettext(
        "{function} also takes how many numbers to make: {function}(start, end, steps).",
        function=operand_text(case, found[0].func),
    )
    return Finding(text)


def _separate(case: Case) -> Finding | None:
    """``torch.arange([0, 10, 2])``."""
    found = failed_call(case)
    if found is None or found[1] not in ("arange", "linspace", "logspace", "range") or len(found[0].args) != 1:
        return None
    node, given, source = found[0], found[0].args[0], case.site.source
    if not isinstance(given, (ast.List, ast.Tuple)) or not given.elts:
        return None
    function = operand_text(case, node.func)
    parts = [segment(source, each) for each in given.elts]
    if len(parts) > 3:
        text = gettext(
            "{function} computes its numbers from a start, an end and a step. torch.tensor makes a tensor of numbers "
            "that you write.",
            function=function,
        )
        return Finding(text, tried(case, [Candidate(spliced(source, node, {node.func: "torch.tensor"}))]))
    text = gettext(
        "{function} takes its numbers one by one, not as a list: {function}({numbers}).",
        function=function,
        numbers=", ".join(parts),
    )
    settings = [f"{each.arg}={segment(source, each.value)}" for each in node.keywords]
    new = f"{segment(source, node.func)}({', '.join([*parts, *settings])})"
    return Finding(text, tried(case, [Candidate(new)]))


def _brackets(case: Case) -> Finding | None:
    """``torch.arange[0, 10]``."""
    node = case.node
    if not isinstance(node, ast.Subscript):
        return None
    real = case.real(node.value)
    if real is None or not is_torch_function(real):
        return None
    source, index = case.site.source, node.slice
    inner = ", ".join(segment(source, each) for each in index.elts) if isinstance(index, ast.Tuple) else None
    inner = segment(source, index) if inner is None and not isinstance(index, ast.Slice) else inner
    function = operand_text(case, node.value)
    text = gettext("{function} is a function: its arguments go into parentheses, {function}(…).", function=function)
    return Finding(text, tried(case, [Candidate(f"{function}({inner})")]) if inner is not None else ())


def _capital(case: Case) -> Finding | None:
    """``torch.Tensor(2.0)``."""
    node = case.node
    if not isinstance(node, ast.Call) or case.real(node.func) is not sys.modules["torch"].Tensor:
        return None
    text = gettext(
        "torch.Tensor with a capital T is the type of all tensors. torch.tensor with a small t makes a tensor of data."
    )
    return Finding(text, tried(case, [Candidate(spliced(case.site.source, node, {node.func: "torch.tensor"}))]))


def _order_in_one(case: Case, node: ast.Call, order: ast.expr) -> Finding | None:
    """``x.transpose((0, 3, 1, 2))``, NumPy's transpose, which is permute of a tensor."""
    dims, source = case.value(order), case.site.source
    tensor = node.func.value if isinstance(node.func, ast.Attribute) and len(node.args) == 1 else node.args[0]
    shape = case.shape(tensor)
    if type(dims) not in (list, tuple) or shape is None or not all(type(each) is int for each in dims):
        return None
    if sorted(each % len(shape) for each in dims) != [*range(len(shape))]:
        return None
    inner = ", ".join(segment(source, each) for each in order.elts) if isinstance(order, ast.Tuple | ast.List) else ""
    code = f"{operand(source, tensor)}.permute({inner or segment(source, order)})"
    text = gettext(
        "transpose of a tensor swaps two dims; NumPy's takes all of them in their new order. Of a tensor that is "
        "permute: {code}.",
        code=in_a_sentence(code),
    )
    if case.site.is_nested and passed_before(case):  # an array has no permute
        before = gettext("The arrays that this function was given before have no permute.")
        return Finding(f"{text} {before}")
    return Finding(text, tried(case, [Candidate(code)]))


def _order_of_dims(case: Case) -> Finding | None:
    """``x.transpose(0, 3, 1, 2)``, ``x.transpose()``."""
    found = failed_call(case)
    if found is None or found[1] not in ("transpose", "swapaxes"):
        return None
    node, source = found[0], case.site.source
    is_method = isinstance(node.func, ast.Attribute) and case.facts(node.func.value) is not None
    dims = node.args if is_method else node.args[1:]
    if len(dims) == 1 and not node.keywords and (listed := _order_in_one(case, node, dims[0])) is not None:
        return listed
    if len(dims) > 2 and isinstance(node.func, ast.Attribute):
        text = gettext("transpose swaps two dims. permute takes all dims in their new order.")
        whole = segment(source, node.func)
        new = spliced(source, node, {node.func: f"{whole.rpartition('.')[0]}.permute"})
        return Finding(text, tried(case, [Candidate(new)]) if is_method else ())
    if is_method and not node.args and not node.keywords and isinstance(node.func, ast.Attribute):
        tensor = node.func.value
        text = gettext("transpose needs the two dims to swap. Of a matrix, .T is the transpose.")
        shape = case.shape(tensor)
        fixes = [Candidate(f"{operand(source, tensor)}.T")] if shape is not None and len(shape) == 2 else []
        return Finding(text, tried(case, fixes))
    return None


def _one_branch(case: Case) -> Finding | None:
    """``torch.where(x > 0, 1)``."""
    found = failed_call(case)
    if found is None or found[1] != "where" or len(found[0].args) != 2 or found[0].keywords:
        return None
    return Finding(
        gettext(
            "torch.where takes a condition and two values: one where it is True, one where it is False. With the "
            "condition alone it gives the places where that is True."
        )
    )


def _written_list(case: Case) -> Finding | None:
    """``rain[1] = [-1, -1, -1]``."""
    match case.parents[:1], case.node:
        case (ast.Assign(value=value) as statement,), ast.Subscript():
            pass
        case _:
            return None
    if isinstance(value, ast.Constant) and type(value.value) is str:
        return _written_text(case, statement, value)
    held: Any = case.value(value)
    if type(held) not in (list, tuple):
        return None
    if held and all(is_tensor_class(type(each)) for each in held):
        return _written_tensors(case, statement, value)
    text = gettext(
        "{value} is a list. A part of a tensor takes a number or a tensor: torch.tensor makes one of the list.",
        value=operand_text(case, value),
    )
    new = spliced(case.site.source, statement, {value: f"torch.tensor({segment(case.site.source, value)})"})
    return Finding(text, tried(case, [Candidate(new, replaces_line=True)]))


def _written_tensors(case: Case, statement: ast.Assign, value: ast.expr) -> Finding:
    """``rows[0] = [head(x), head(y)]``: torch.tensor of the list would lose the graph of what is in it."""
    text = gettext(
        "{value} is a list of tensors. A part of a tensor takes a number or a tensor: torch.stack joins tensors of one "
        "shape along a new first dim, torch.cat along the first dim that they have.",
        value=operand_text(case, value),
    )
    source = case.site.source
    joined = [f"{name}({segment(source, value)})" for name in ("torch.stack", "torch.cat")]
    ways = [Candidate(spliced(source, statement, {value: each}), replaces_line=True) for each in joined]
    return Finding(text, tried(case, ways))


def _written_text(case: Case, statement: ast.Assign, value: ast.Constant) -> Finding:
    """``rain[1] = "4"``."""
    text = gettext(
        "{value} is a string. A part of a tensor takes a number or a tensor: write it without quotation marks.",
        value=case.text(value),
    )
    new = spliced(case.site.source, statement, {value: str(value.value).strip()})
    return Finding(text, tried(case, [Candidate(new, replaces_line=True)]))


def _ends(case: Case) -> Finding | None:
    """``torch.arange(2000, 4, 2025)``, ``torch.randint(7, 1, (3,))``."""
    found = failed_call(case)
    if found is None:
        return None
    node, name = found
    numbers = [case.value(each) for each in node.args]
    if name in ("arange", "range") and len(numbers) in (2, 3) and all(type(each) in (int, float) for each in numbers):
        start, end, step = (*numbers, 1)[:3]
        text = gettext(
            "{function} goes from {start} to {end}, and a step of {step} leads the other way.",
            function=operand_text(case, node.func),
            start=start,
            end=end,
            step=step,
        )
        return Finding(text)
    if name != "randint" or len(numbers) < 2 or any(type(each) is not int for each in numbers[:2]):
        return None
    low, high = numbers[:2]
    text = gettext(
        "{function} takes the smallest number first, and then the end, which is left out: {low} is not below {high}.",
        function=operand_text(case, node.func),
        low=low,
        high=high,
    )
    source = case.site.source
    texts: dict[ast.expr | ast.stmt, str] = {
        node.args[0]: segment(source, node.args[1]),
        node.args[1]: segment(source, node.args[0]),
    }
    return Finding(text, tried(case, [Candidate(spliced(source, node, texts))] if low > high else []))


def _missing_comma(case: Case) -> Finding | None:
    """``[[3, 4, 5] [6, 7, 8]]``: Python takes the second list as an index of the first."""
    node = case.node
    if not isinstance(node, ast.Subscript) or not isinstance(node.value, (ast.List, ast.Tuple, ast.Subscript)):
        return None
    first: ast.expr = node.value
    while isinstance(first, ast.Subscript):
        first = first.value
    if not isinstance(first, (ast.List, ast.Tuple)):
        return None
    source = case.site.source
    lists = list(_lists(source, node))
    text = gettext("A comma is missing between {first} and {second}.", first=lists[0], second=lists[1])
    if not isinstance(case.parents[0] if case.parents else None, (ast.List, ast.Tuple)):
        return Finding(text)
    return Finding(text, tried(case, _with_comma(case, node, ", ".join(lists))))


def _lists(source: str, node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Subscript):
        yield from _lists(source, node.value)
        index = node.slice
        parts = index.elts if isinstance(index, ast.Tuple) else [index]
        yield "[" + ", ".join(segment(source, each) for each in parts) + "]"
    else:
        yield segment(source, node)


def _with_comma(case: Case, node: ast.expr, text: str) -> Iterator[Candidate]:
    holder: Any = next((each for each in reversed(case.parents) if isinstance(each, ast.expr)), None)
    if holder is not None:
        yield Candidate(spliced(case.site.source, holder, {node: text}), of=holder)


_MORE = "arrays/call-forms"

BEFORE = (
    "arrays.argument_types",
    "python.plain_slips",
    "containers.wanted_tensor",
    "modules.subclass",
    "python.called",
    "shapes.join",
    "python.keyword",
    "python.scalar",
    "containers.parts",
    "data.dataset",
)

RULES = (
    Rule("swapped arguments", ("TypeError",), r"full_like\(\): argument 'input'", _swapped, _MORE),
    Rule("missing steps", ("TypeError",), r"(lin|log)space\(\) received an invalid", _steps, _MORE),
    Rule(
        "separate numbers",
        ("TypeError",),
        r"(arange|linspace|logspace|range)\(\):? .*(must be Number, not (list|tuple)|got \((list|tuple)\))",
        _separate,
        _MORE,
    ),
    Rule(
        "function brackets",
        ("TypeError",),
        r"'(builtin_function_or_method|function)' object is not subscriptable",
        _brackets,
        _MORE,
    ),
    Rule("capital letter", ("TypeError",), r"new\(\): data must be a sequence", _capital, "arrays/capital-t"),
    Rule(
        "dim order",
        ("TypeError",),
        r"(transpose|swapaxes)\(\)(?: takes \d positional| missing \d required| received an invalid|"
        r": argument 'dim0' .* must be int, not (?:tuple|list))",
        _order_of_dims,
        "shapes/permute",
    ),
    Rule("two values", ("TypeError",), r"where\(\) received an invalid combination", _one_branch, _MORE),
    Rule("assigned list", ("TypeError",), r"can't assign a (list|tuple|str) to a torch", _written_list, _MORE),
    Rule(
        "ends",
        ("RuntimeError",),
        r"inconsistent with step sign|random_ expects 'from' to be less than 'to'",
        _ends,
        _MORE,
    ),
    Rule(
        "missing comma",
        ("TypeError",),
        r"(list|tuple) indices must be integers or slices, not (tuple|list)",
        _missing_comma,
        "arrays/nested-lists",
        only_torch=False,
    ),
)
