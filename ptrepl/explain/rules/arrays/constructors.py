"""``torch.FloatTensor([1, 2], requires_grad=True)``: the old constructors, which take data or sizes alone."""

from __future__ import annotations

import ast

from ptrepl.explain.case import Case
from ptrepl.explain.fixes.trial import Candidate, tried
from ptrepl.explain.operands.operand_text import operand_text
from ptrepl.explain.rewrite import postfix, segment
from ptrepl.explain.rule import Finding, Rule
from ptrepl.texts.messages import gettext

_DTYPES = {
    "Tensor": "float32",
    "FloatTensor": "float32",
    "DoubleTensor": "float64",
    "HalfTensor": "float16",
    "LongTensor": "int64",
    "IntTensor": "int32",
    "ShortTensor": "int16",
    "CharTensor": "int8",
    "ByteTensor": "uint8",
    "BoolTensor": "bool",
}
_METHODS = {"float32": ".float()", "float64": ".double()", "int64": ".long()", "int32": ".int()", "bool": ".bool()"}


def _constructor(case: Case) -> tuple[ast.Call, str] | None:
    """The call of an old constructor, and its name."""
    match case.node:
        case ast.Call(func=ast.Attribute(attr=name) as func) as node if name in _DTYPES:
            return (node, name) if case.text(func) == f"torch.{name}" else None
    return None


def _keywords(case: Case) -> Finding | None:
    """``torch.Tensor([1, 2], dtype=torch.float32)``."""
    found = _constructor(case)
    if found is None or not found[0].keywords or len(found[0].args) != 1:
        return None
    node, name = found
    names = [each.arg for each in node.keywords]
    if not all(each in ("dtype", "requires_grad", "device") for each in names):
        return None
    source, data = case.site.source, segment(case.site.source, node.args[0])
    settings = [segment(source, each) for each in node.keywords]  # type: ignore[arg-type]
    if "dtype" not in names:
        settings.insert(0, f"dtype=torch.{_DTYPES[name]}")
    code = f"torch.tensor({data}, {', '.join(settings)})"
    text = gettext(
        "torch.{name} is an old constructor that takes data alone: it has no {argument}. torch.tensor has: {code}.",
        name=name,
        argument=str(names[0]),
        code=code,
    )
    return Finding(text, tried(case, [Candidate(code)]))


def _of_tensor(case: Case) -> Finding | None:
    """``torch.LongTensor(scores)`` of a tensor of floating point numbers."""
    found = _constructor(case)
    if found is None or len(found[0].args) != 1 or found[0].keywords:
        return None
    node, name = found
    facts, dtype = case.facts(node.args[0]), _DTYPES[name]
    if facts is None:
        return None
    way = _METHODS.get(dtype, f".to(torch.{dtype})")
    code = postfix(case.site.source, node.args[0], way)
    text = gettext(
        "{tensor} is a tensor already, of dtype {has}, and torch.{name} makes tensors from lists. {code} converts it.",
        tensor=operand_text(case, node.args[0]),
        has=facts.dtype,
        name=name,
        code=code,
    )
    return Finding(text, tried(case, [Candidate(code)]))


def _several(case: Case) -> Finding | None:
    """``torch.Tensor([1, 2], [3, 4])``."""
    found = _constructor(case)
    if found is None or found[0].keywords or len(found[0].args) < 2:
        return None
    node, name = found
    rows = [
        each for each in node.args if isinstance(each, (ast.List, ast.Tuple)) or type(case.real(each)) in (list, tuple)
    ]
    text = gettext(
        "torch.{name} takes all its data as one list, and got {count} arguments.", name=name, count=len(node.args)
    )
    if len(rows) < len(node.args):
        return Finding(text)
    data = ", ".join(segment(case.site.source, each) for each in rows)
    return Finding(text, tried(case, [Candidate(f"torch.tensor([{data}], dtype=torch.{_DTYPES[name]})")]))


def _bracketed(case: Case) -> Finding | None:
    """``torch.Tensor[3]``."""
    match case.node:
        case ast.Subscript(value=ast.Attribute(attr=name) as func) if case.text(func) == f"torch.{name}":
            return Finding(
                gettext(
                    "torch.{name} is a class, which has nothing to index. torch.tensor(…) with a small t and "
                    "parentheses makes a tensor of data.",
                    name=name,
                )
            )
    return None


BEFORE = ("arrays.keyword_only", "containers.wanted_tensor", "arrays.from_data", "python.keyword")

RULES = (
    Rule(
        "old constructor",
        ("TypeError",),
        r"^new\(\) received an invalid combination of arguments - got \([^\n]*=",
        _keywords,
        "arrays/capital-t",
    ),
    Rule(
        "old constructor",
        ("TypeError",),
        r"^new\(\) received an invalid combination of arguments - got \((?:list|tuple), ",
        _several,
        "arrays/capital-t",
    ),
    Rule("class brackets", ("TypeError",), r"^type '\w*Tensor' is not subscriptable", _bracketed, "arrays/capital-t"),
    Rule(
        "old constructor",
        ("TypeError",),
        r"^expected TensorOptions\(.*\(got TensorOptions\(",
        _of_tensor,
        "arrays/capital-t",
    ),
)
