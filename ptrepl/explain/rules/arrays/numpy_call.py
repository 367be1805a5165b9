"""NumPy's functions on a tensor: they call its method of the same name, with NumPy's argument names."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ptrepl.explain.case import Case
from ptrepl.explain.fixes.trial import Candidate, tried
from ptrepl.explain.operands.operand_text import operand_text
from ptrepl.explain.rewrite import operand, segment
from ptrepl.explain.rule import Finding, Rule
from ptrepl.explain.standins.torch_code import is_numpy_function
from ptrepl.texts.messages import gettext

_WORDS = {"axis": "dim", "keepdims": "keepdim", "ddof": "correction"}


def _np_call(case: Case) -> Finding | None:
    node = case.node
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute) or not node.args:
        return None
    if not is_numpy_function(case.real(node.func)) or case.facts(node.args[0]) is None:
        return None
    text = gettext(
        "{name} is a tensor, and {function} calls its method .{method}() with NumPy's argument names, such as axis; "
        "PyTorch's name is dim.",
        name=operand_text(case, node.args[0]),
        function=case.text(node.func),
        method=node.func.attr,
    )
    return Finding(text, tried(case, _methods(case, node, node.func.attr)))


def _methods(case: Case, node: ast.Call, name: str) -> Iterator[Candidate]:
    source = case.site.source
    rest = [segment(source, each) for each in node.args[1:]]
    rest += [f"{_WORDS.get(each.arg or '', each.arg)}={segment(source, each.value)}" for each in node.keywords]
    if name in ("std", "var") and not any(each.arg == "ddof" for each in node.keywords):
        rest.append("correction=0")  # NumPy divides by n, PyTorch by n - 1
    asked = any("dim" in each for each in rest) or node.args[1:]
    # max over a dim gives the indices too; amax gives only the values, as NumPy does
    method = f"a{name}" if name in ("max", "min") and asked else name
    yield Candidate(f"{operand(source, node.args[0])}.{method}({', '.join(rest)})")


BEFORE = (
    "keyword",
    "no_gradient",
)

RULES = (
    Rule(
        "NumPy function",
        ("TypeError",),
        r"got an unexpected keyword argument 'axis'|argument 'dim' must be int, not NoneType|"
        r"received an invalid combination of arguments - got \(.*(ddof|axis)=",
        _np_call,
        more="arrays/numpy-functions",
        only_torch=False,
    ),
)
