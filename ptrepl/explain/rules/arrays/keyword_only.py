"""A dtype or a device by position, and ``torch.randint`` without a shape: ``torch.zeros(3, torch.int64)``."""

from __future__ import annotations

import ast
import sys

from ptrepl.explain.case import Case
from ptrepl.explain.fixes.trial import Candidate, tried, verified
from ptrepl.explain.operands.call_form import failed_call
from ptrepl.explain.operands.operand_text import operand_text
from ptrepl.explain.rewrite import segment, spliced
from ptrepl.explain.rule import Finding, Rule
from ptrepl.texts.messages import gettext

_KEYWORDS = {"dtype": "dtype", "device": "device"}
"""The type of a value in torch → the keyword that takes it."""


def _by_position(case: Case) -> Finding | None:
    """``torch.zeros(3, torch.int64)``, ``torch.arange(0, 5, torch.float32)``, ``torch.rand(n, device)``."""
    found = failed_call(case)
    if found is None:
        return None
    node, _ = found
    torch = sys.modules["torch"]
    given = [(each, _keyword(case.real(each), torch)) for each in node.args]
    named = [(each, keyword) for each, keyword in given if keyword]
    if not named or any(each.arg in dict(named).values() for each in node.keywords):
        return None
    source = case.site.source
    texts: dict[ast.expr | ast.stmt, str] = {each: f"{keyword}={segment(source, each)}" for each, keyword in named}
    first, keyword = named[0]
    fields = {"function": operand_text(case, node.func), "code": f"{keyword}={operand_text(case, first)}"}
    if keyword == "dtype":
        text = gettext("{function} takes a dtype only by its name: {code}.", **fields)
    else:
        text = gettext("{function} takes a device only by its name: {code}.", **fields)
    last_named = all(keyword for _, keyword in given[len(given) - len(named) :])
    return Finding(text, tried(case, [Candidate(spliced(source, node, texts))]) if last_named else ())


def _keyword(value: object, torch: object) -> str:
    return next((word for name, word in _KEYWORDS.items() if type(value) is getattr(torch, name)), "")


def _device_by_name(case: Case) -> Finding | None:
    """``net.to_empty("cpu")``, whose device has to be named."""
    node = case.node
    if not isinstance(node, ast.Call) or len(node.args) != 1 or node.keywords:
        return None
    code = f"device={segment(case.site.source, node.args[0])}"
    text = gettext("{function} takes a device only by its name: {code}.", function=case.text(node.func), code=code)
    return Finding(text, verified(case, Candidate(spliced(case.site.source, node, {node.args[0]: code}))))


def _no_shape(case: Case) -> Finding | None:
    """``torch.randint(10)``, ``torch.randint(low=0, high=5)``, ``torch.randint(0, 10, size=4)``."""
    found = failed_call(case)
    if found is None or found[1] != "randint":
        return None
    node, source = found[0], case.site.source
    if "(position 2)" in case.message and not _are_bounds(case, node):
        return None
    keywords: dict[str, ast.expr] = {each.arg or "": each.value for each in node.keywords}
    size = keywords.get("size")
    if size is not None and type(case.value(size)) is int:
        text = gettext(
            "torch.randint takes the shape as a tuple, also where it is one number: ({size},).",
            size=operand_text(case, size),
        )
        return Finding(text, tried(case, [Candidate(spliced(source, node, {size: f"({segment(source, size)},)"}))]))
    bounds = {**dict(zip(("low", "high"), node.args, strict=False)), **keywords}
    if size is not None or len(node.args) > 2 or len(bounds) < len(node.args) + len(keywords):
        return None
    one = len(node.args) == 1 and "high" not in keywords
    high = bounds["low"] if one and "low" in bounds else bounds.get("high")
    if high is None or type(case.value(high)) is not int:
        return None
    low = None if one else bounds.get("low")
    last = _before(case, high)
    first = operand_text(case, low) if low is not None else "0"
    drawn = gettext("It draws integers from {low} to {high}.", low=first, high=last)
    written = ", ".join(segment(source, each) for each in (*node.args, *(each.value for each in node.keywords)))
    text = gettext(
        "torch.randint needs a shape too: how many numbers to draw. {call} draws one number, and (n,) in the place of "
        "() a vector of n.",
        call=f"torch.randint({' '.join(written.split())}, ())",
    )
    return Finding(f"{text} {drawn}")


def _before(case: Case, high: ast.expr) -> str:
    """The greatest integer below ``high``."""
    match high:
        case ast.Constant():
            return str(case.value(high) - 1)
        case ast.BinOp(left=left, op=ast.Add(), right=ast.Constant(value=1)):
            return operand_text(case, left)
    return f"{operand_text(case, high)} - 1"


def _are_bounds(case: Case, node: ast.Call) -> bool:
    """Whether ``torch.randint(0, 10)`` has a low and a high: as a high, 0 or 1 would leave nothing to draw."""
    first, last = (case.value(each) for each in node.args) if len(node.args) == 2 else (None, None)
    return type(first) is int and type(last) is int and first < 2 <= last


BEFORE = (
    "arrays.argument_types",
    "arrays.further_forms",
    "arrays.call_forms",
    "arrays.creation",
    "arrays.from_data",
    "arrays.missing_argument",
    "arrays.other_forms",
    "modules.class_slips",
    "modules.subclass",
    "python.called",
    "python.keyword",
)

_MORE = "arrays/call-forms"

RULES = (
    Rule("keyword only", ("TypeError",), r"^Module\.to_empty\(\) takes 1 positional", _device_by_name, _MORE),
    Rule(
        "keyword only",
        ("TypeError",),
        r"argument 'size' failed to unpack the object.*torch\.d(?:type|evice)|"
        r"^\w+\(\) received an invalid combination of arguments - got \([^)]*torch\.d(?:type|evice)",
        _by_position,
        _MORE,
    ),
    Rule(
        "no shape",
        ("TypeError",),
        r"^randint\(\)(?: missing 1 required positional arguments: \"size\"|"
        r": argument 'size' \(position 2\) must be tuple of ints, not int|"
        r" received an invalid combination of arguments - got \("
        r"(?:int|(?:int, )?int, size=int|(?:low=)?int, high=int)[,)])",
        _no_shape,
        _MORE,
    ),
)
