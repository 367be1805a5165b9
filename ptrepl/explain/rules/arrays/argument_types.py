"""Arguments of a type that a function of torch does not take, or too many, where no other rule knows more of it."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from typing import Any

from ptrepl.engine.watch.facts import shape_text
from ptrepl.engine.watch.kinds import is_tensor_class, type_name
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.trial import Candidate, tried
from ptrepl.explain.operands.call_form import failed_call
from ptrepl.explain.operands.invocation import FailedCall, invocation
from ptrepl.explain.operands.operand_text import is_written, operand_text
from ptrepl.explain.rewrite import operand, segment, spliced
from ptrepl.explain.rule import Finding, Rule
from ptrepl.explain.standins.torch_code import is_torch_function
from ptrepl.texts.messages import N_, gettext, ngettext

_MORE = "arrays/call-forms"
_INTEGERS = "tuple of ints"  # not a sentence: torch's name of a type
_WANTED = {
    "int": N_("{function} takes an integer for {argument}, and {given} is of type {type}."),
    "float": N_("{function} takes a number for {argument}, and {given} is of type {type}."),
    "Number": N_("{function} takes a number for {argument}, and {given} is of type {type}."),
    "bool": N_("{function} takes True or False for {argument}, and {given} is of type {type}."),
    "str": N_("{function} takes a string for {argument}, and {given} is of type {type}."),
    "Tensor": N_("{function} takes a tensor for {argument}, and {given} is of type {type}."),
    _INTEGERS: N_("{function} takes a tuple of integers for {argument}, and {given} is of type {type}."),
    "tuple of Tensors": N_("{function} takes a list of tensors for {argument}, and {given} is of type {type}."),
}


def _given(case: Case, call: FailedCall) -> ast.expr | None:
    """The expression of the argument that the message is about."""
    name, position = case.match["argument"], case.match["position"]
    if name in call.keywords:
        return call.keywords[name]
    at = int(position) - 1 + call.is_method if position else -1
    return call.args[at] if 0 <= at < len(call.args) else None


def _one_argument(case: Case) -> Finding | None:
    call = invocation(case)
    node = _given(case, call) if call is not None else None
    wanted = case.match["wanted"].removesuffix(" or None")
    if call is None or node is None or wanted not in _WANTED:
        return None
    value = case.held(node)
    if value is not None and type_name(value) != case.match["type"].rpartition(".")[2]:
        return None
    fields = {"function": call.said, "argument": case.match["argument"], "given": operand_text(case, node)}
    if wanted == "int" and type(value) is float:
        text = gettext(
            "{function} takes an integer for {argument}, and {given} is {value}, a float.", value=value, **fields
        )
        if is_written(node):
            text = gettext("{function} takes an integer for {argument}, and {given} is a float.", **fields)
        whole = value == int(value) or not isinstance(node, ast.Constant)
        return Finding(text, tried(case, _converted(case, node, "int")) if whole else ())
    if wanted in ("int", "float", "Number") and type(value) is str:
        text = gettext("{function} takes a number for {argument}, and {given} is a string.", **fields)
        return Finding(text, tried(case, _converted(case, node, "int" if wanted == "int" else "float")))
    if wanted == "int" and type(value) in (tuple, list, sys.modules["torch"].Size):
        text = gettext(
            "{function} takes one integer for {argument}, and {given} is {value}, with several.",
            value=shape_text(tuple(value)) if all(type(each) is int for each in value) else type_name(value),
            **fields,
        )
        if is_written(node):
            text = gettext("{function} takes one integer for {argument}, and {given} has several.", **fields)
        return Finding(text, tried(case, _one_of(case, node, value), most=1))
    if wanted == _INTEGERS and type(value) is int:
        text = gettext("{function} takes a tuple of integers for {argument}, and {given} is a single number.", **fields)
        single = Candidate(spliced(case.site.source, call.node, {node: f"({segment(case.site.source, node)},)"}))
        return Finding(text, tried(case, [single]) or tried(case, _padded(case, call, node)))
    if wanted == "int" and is_tensor_class(type(value)):
        text = gettext("{function} takes an integer for {argument}, and {given} is a tensor.", **fields)
        return Finding(text)
    text = gettext(_WANTED[wanted], type=case.match["type"], **fields)
    return Finding(text)


def _converted(case: Case, node: ast.expr, kind: str) -> Iterator[Candidate]:
    source, whole = case.site.source, case.node
    assert whole is not None
    if kind == "int" and isinstance(node, ast.Constant) and type(node.value) is float:
        yield Candidate(spliced(source, whole, {node: str(int(node.value))}))
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div) and kind == "int":
        yield Candidate(
            spliced(source, whole, {node: f"{operand(source, node.left)} // {operand(source, node.right)}"})
        )
    else:
        yield Candidate(spliced(source, whole, {node: f"{kind}({segment(source, node)})"}))


def _one_of(case: Case, node: ast.expr, value: Any) -> Iterator[Candidate]:
    """``torch.eye((3, 3))`` → ``torch.eye(3, 3)``; ``torch.randperm(x.shape)`` → ``torch.randperm(x.shape[0])``."""
    source, whole = case.site.source, case.node
    assert whole is not None
    if isinstance(node, (ast.Tuple, ast.List)):
        yield Candidate(spliced(source, whole, {node: ", ".join(segment(source, each) for each in node.elts)}))
    elif type(value) is sys.modules["torch"].Size and len(value) > 0:
        yield Candidate(spliced(source, whole, {node: f"{operand(source, node)}[0]"}))


def _padded(case: Case, call: FailedCall, node: ast.expr) -> Iterator[Candidate]:
    """``F.pad(image, 1)``: one number for each side of the last two dims of images, of the last one otherwise."""
    shape = case.shape(call.args[0]) if call.args else None
    if call.name == "pad" and shape is not None:
        one = segment(case.site.source, node)
        sides = ", ".join([one] * (4 if len(shape) > 2 else 2))
        yield Candidate(spliced(case.site.source, call.node, {node: f"({sides})"}))


def _sizes_of_normal(case: Case) -> Finding | None:
    """``torch.normal(0, 0.1, 784, 10)``, ``torch.normal(0, 1)``."""
    call = invocation(case)
    if call is None or call.name != "normal" or call.is_method:
        return None
    values = [case.held(each) for each in call.args]
    one = call.keywords.get("size")
    if len(values) == 2 and one is not None and type(case.held(one)) is int:
        text = gettext(
            "torch.normal takes the shape as a tuple, also where it is one number: ({size},).",
            size=operand_text(case, one),
        )
        single = f"({segment(case.site.source, one)},)"
        return Finding(text, tried(case, [Candidate(spliced(case.site.source, call.node, {one: single}))]))
    if len(values) < 2 or call.keywords or any(type(each) not in (int, float) for each in values[:2]):
        return None
    sizes = values[2:]
    if any(type(each) is not int for each in sizes):
        return None
    source = case.site.source
    if not sizes:
        return Finding(
            gettext(
                "torch.normal of two numbers, a mean and a deviation, also takes a shape: torch.normal(0, 1, (2, 3))."
            )
        )
    parts = [segment(source, each) for each in call.args[2:]]
    code = f"({', '.join(parts)}{',' if len(parts) == 1 else ''})"
    text = gettext("torch.normal takes the shape as one tuple, after the mean and the deviation: {shape}.", shape=code)
    first = [segment(source, each) for each in call.args[:2]]
    return Finding(text, tried(case, [Candidate(f"{call.said}({', '.join([*first, code])})")]))


def _some_argument(case: Case) -> Finding | None:
    """Where torch only lists the forms: a float among the sizes, a string or None among numbers."""
    call = invocation(case)
    if call is None:
        return None
    given = [*call.args[call.is_method :], *call.keywords.values()]
    values = [case.held(each) for each in given]
    source = case.site.source
    if call.name == "eye" and values and type(values[0]) in (tuple, list, sys.modules["torch"].Size):
        text = gettext(
            "torch.eye takes the number of rows, then that of columns, and no shape: {given} is one.",
            given=operand_text(case, given[0]),
        )
        return Finding(text, tried(case, _one_of(case, given[0], values[0]), most=1))
    floats = [each for each, value in zip(given, values, strict=True) if type(value) is float]
    forms = re.findall(r"^ \* \((.*)\)", case.message, re.MULTILINE)
    if floats and forms and all(each.startswith(_INTEGERS) for each in forms if "Dimname" not in each):
        text = gettext(
            "{size} is {value}, a float: the sizes of a tensor or a layer are integers.",
            size=operand_text(case, floats[0]),
            value=case.held(floats[0]),
        )
        if is_written(floats[0]):
            text = gettext(
                "{size} is a float: the sizes of a tensor or a layer are integers.", size=operand_text(case, floats[0])
            )
        if any(case.held(each) != int(case.held(each)) for each in floats):
            return Finding(text)
        texts: dict[ast.expr | ast.stmt, str] = {
            each: str(int(each.value)) if isinstance(each, ast.Constant) else f"int({segment(source, each)})"  # type: ignore[arg-type]
            for each in floats
        }
        return Finding(text, tried(case, [Candidate(spliced(source, call.node, texts))]))
    strings = [each for each, value in zip(given, values, strict=True) if type(value) is str]
    got = re.search(r"got \((.*?)\)", case.message)
    if strings and "str" not in "".join(forms) and (got is None or "str" in got[1]):
        text = gettext(
            "{given} is a string, and {function} takes numbers and tensors here.",
            given=operand_text(case, strings[0]),
            function=call.said,
        )
        converted: dict[ast.expr | ast.stmt, str] = {
            each: _as_number(source, each, case.held(each)) for each in strings
        }
        fixes = [Candidate(spliced(source, call.node, converted))] if all(converted.values()) else []
        return Finding(text, tried(case, fixes))
    nothing = [each for each in given if _is_none(case, each)]
    if nothing:
        return Finding(
            gettext(
                "{given} is None, and {function} takes no None there.",
                given=operand_text(case, nothing[0]),
                function=call.said,
            )
        )
    return None


def _as_number(source: str, node: ast.expr, value: str) -> str:
    """What reads the number in a string; "" where there is none in it."""
    try:
        float(value)
    except ValueError:
        return ""
    return value if isinstance(node, ast.Constant) else f"float({segment(source, node)})"


def _is_none(case: Case, node: ast.expr) -> bool:
    if isinstance(node, ast.Constant):
        return node.value is None
    return isinstance(node, ast.Name) and case.scope.locals.get(node.id, 0) is None


def _also_needs(case: Case) -> Finding | None:
    """``torch.roll(x)``, ``torch.manual_seed()``."""
    node = case.node
    if not isinstance(node, ast.Call) or case.inner_frames or any(isinstance(each, ast.Starred) for each in node.args):
        return None
    call, real = invocation(case), case.real(node.func)
    if call is None and not is_torch_function(real):
        return None
    names = [each.strip("'\" ") for each in case.match["names"].replace(" and ", ",").split(",")]
    said = call.said if call is not None else operand_text(case, node.func)
    return Finding(
        gettext("{function} also needs the argument {names}.", function=said, names=names[0])
        if len(names) == 1
        else gettext("{function} also needs the arguments {names}.", function=said, names=", ".join(names))
    )


_FORM = re.compile(r"^ *\* \((?P<parameters>[^\n]*)\)$", re.MULTILINE)
"""A line of torch's message: one way to call the function, ``* (int n, *, torch.dtype dtype = None)``."""


def _too_many(case: Case) -> Finding | None:
    """``torch.randperm(5, 3)``: more by position than any way to call it takes."""
    found = failed_call(case)
    if found is None or (isinstance(found[0].func, ast.Attribute) and case.facts(found[0].func.value) is not None):
        return None
    node = found[0]
    ways = [_by_position(match["parameters"]) for match in _FORM.finditer(case.message)]
    if not ways or any(way is None for way in ways):
        return None
    most = max((way for way in ways if way is not None), key=len)
    if not most or len(node.args) <= len(most):
        return None
    text = ngettext(
        "{function} takes at most one argument by position, {names}, and got {given}.",
        "{function} takes at most {count} arguments by position, {names}, and got {given}.",
        len(most),
        function=operand_text(case, node.func),
        names=", ".join(most),
        given=len(node.args),
    )
    return Finding(text)


def _by_position(parameters: str) -> list[str] | None:
    """The names of those that may be given by position; None where a shape may be given number by number."""
    names: list[str] = []
    for each in parameters.split(", "):
        kind, _, name = each.partition(" = ")[0].rpartition(" ")
        if each == "*":
            break
        if kind.startswith("tuple of"):
            return None
        names.append(name)
    return names


BEFORE = ("modules.own_arguments",)

RULES = (
    Rule(
        "missing argument",
        ("TypeError",),
        r"^\w+\(\) missing \d required positional arguments?: (?P<names>['\"].+)$",
        _also_needs,
        "arrays/missing-argument",
    ),
    Rule(
        "argument type",
        ("TypeError",),
        r"^\w+\(\): argument '(?P<argument>\w+)' (?:\(position (?P<position>\d+)\) )?must be (?P<wanted>[\w ]+), not "
        r"(?P<type>[\w.]+)$",
        _one_argument,
        _MORE,
    ),
    Rule("normal sizes", ("TypeError",), r"^normal\(\) received an invalid combination", _sizes_of_normal, _MORE),
    Rule("argument type", ("TypeError",), r"^\w+\(\) received an invalid combination", _some_argument, _MORE),
    Rule("argument count", ("TypeError",), r"^\w+\(\) received an invalid combination", _too_many, _MORE),
)
