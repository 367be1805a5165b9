"""Methods of lists on a tensor: ``x.append(1)``, ``len`` and ``for`` over a tensor without dims."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator

from ptrepl.engine.explanation import Fix
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.trial import Candidate, tried, verified
from ptrepl.explain.operands.operand_text import operand_text
from ptrepl.explain.rewrite import postfix, segment, spliced
from ptrepl.explain.rule import Finding, Rule
from ptrepl.explain.standins.torch_code import tensor_method
from ptrepl.texts.messages import gettext

_MORE = "arrays/growing"


def _append(case: Case) -> Finding | None:
    node = case.node
    if not isinstance(node, ast.Attribute) or case.facts(node.value) is None:
        return None
    tensor = operand_text(case, node.value)
    text = gettext(
        "A tensor keeps its size, so it has no .{method}(). torch.cat makes a new tensor of several; a Python list can "
        "collect them first.",
        method=node.attr,
        tensor=tensor,
    )
    return Finding(text, tried(case, _joined(case, node)))


def _joined(case: Case, node: ast.Attribute) -> Iterator[Candidate]:
    match case.parents[:2]:
        case (ast.Call(args=[given], keywords=[]), ast.Expr()) if node.attr in ("append", "extend"):
            source = case.site.source
            facts = case.facts(given)
            if facts is None or not isinstance(node.value, ast.Name):
                return
            name, other = node.value.id, segment(source, given)
            if facts.shape == ():
                other = postfix(source, given, ".unsqueeze(0)")
            yield Candidate(f"{name} = torch.cat([{name}, {other}])", replaces_line=True)


def _in_place(case: Case) -> Finding | None:
    """``x.grad.zero()``: the method that changes the tensor in place ends in _."""
    node = case.node
    if not isinstance(node, ast.Attribute) or case.facts(node.value) is None or tensor_method(f"{node.attr}_") is None:
        return None
    if node.attr == "copy":
        return None  # NumPy's, which is clone and not copy_
    text = gettext(
        "A tensor has no .{name}(). There is .{name}_(): the _ says that it changes the tensor in place.",
        name=node.attr,
    )
    return Finding(text, _called_in_place(case, node))


def _called_in_place(case: Case, node: ast.Attribute) -> tuple[Fix, ...]:
    match case.parents[:1]:
        case (ast.Call() as call,) if call.func is node:
            new = spliced(case.site.source, call, {node: f"{segment(case.site.source, node)}_"})
            return tried(case, [Candidate(new, of=call)])
    return ()


def _no_dims(case: Case) -> Finding | None:
    """``len(x)`` and ``for each in x`` of a tensor without dims."""
    node = case.node
    match node:
        case ast.Call(args=[tensor]):
            pass
        case ast.GeneratorExp(generators=[first, *_]) | ast.ListComp(generators=[first, *_]):
            tensor = first.iter
        case _:
            loop = next(
                (each for each in (node, *case.parents) if isinstance(each, (ast.For, ast.comprehension))), None
            )
            if loop is None:
                return None
            tensor = loop.iter
    if isinstance(tensor, ast.Call) and len(tensor.args) == 1 and case.facts(tensor) is None:
        tensor = tensor.args[0]
    if case.shape(tensor) != ():
        return None
    name = operand_text(case, tensor)
    match node:
        case ast.Call(func=ast.Attribute(value=held, attr="extend") as func) if type(case.real(held)) is list:
            text = gettext(
                "extend goes through {name} to add each element of it, and {name} is one number. append adds it.",
                name=name,
            )
            append = f"{segment(case.site.source, func.value)}.append"
            return Finding(text, verified(case, Candidate(spliced(case.site.source, node, {func: append}))))
    if isinstance(node, ast.Call) and "len" in case.message:
        text = gettext("{name} has no dims: it is one number, and has no length. numel() counts it: 1.", name=name)
        return Finding(text)
    if isinstance(tensor, ast.Name) and _asks_for_variable(case, tensor.id):
        return Finding(
            gettext(
                "{name} has no dims: it is one number, and there is nothing to go through. type({name}) is never "
                "Variable: since PyTorch 0.4 what Variable makes is a torch.Tensor. isinstance({name}, torch.Tensor) "
                "asks for one.",
                name=name,
            )
        )
    match tensor:
        case ast.Call(func=ast.Attribute(attr="squeeze"), args=[], keywords=[]):
            text = gettext(
                "{name} has no dims: squeeze() removes every dim of size 1, so the last one too where there is one "
                "entry alone. squeeze(-1) removes that one and no other.",
                name=name,
            )
            last = spliced(case.site.source, tensor, {tensor: f"{segment(case.site.source, tensor.func)}(-1)"})
            return Finding(text, verified(case, Candidate(last, of=tensor)))
    facts = case.facts(tensor)
    if facts is not None and str(facts.dtype).startswith("int"):
        text = gettext(
            "{name} has no dims: it is one number, and there is nothing to go through. To count up to it: "
            "range({name}).",
            name=name,
        )
        return Finding(text)
    return Finding(gettext("{name} has no dims: it is one number, and there is nothing to go through.", name=name))


def _asks_for_variable(case: Case, name: str) -> bool:
    """Whether the function compares ``type(name)`` with ``torch.autograd.Variable``, as code for PyTorch 0.3 does."""
    function = next((each for each in case.parents if isinstance(each, ast.FunctionDef)), None)
    for each in ast.walk(function) if function is not None else ():
        match each:
            case ast.Compare(
                left=ast.Call(func=ast.Name(id="type"), args=[ast.Name(id=asked)]), comparators=[other]
            ) if asked == name and case.real(other) is sys.modules["torch"].autograd.Variable:
                return True
    return False


BEFORE = ("modules.subclass", "python.attribute")

RULES = (
    Rule(
        "list method",
        ("AttributeError",),
        r"'(Tensor|Parameter)' object has no attribute '(append|extend|insert|pop|remove)'",
        _append,
        _MORE,
    ),
    Rule(
        "in-place method",
        ("AttributeError",),
        r"'(Tensor|Parameter)' object has no attribute '\w+'",
        _in_place,
        "dtypes/in-place",
    ),
    Rule(
        "no dims",
        ("TypeError",),
        r"iteration over a 0-d tensor|len\(\) of a 0-d tensor",
        _no_dims,
        "shapes/scalar-dims",
    ),
)
