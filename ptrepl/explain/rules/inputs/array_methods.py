"""A method of tensors that was called on a NumPy array: ``spec.unsqueeze(0)``, ``signal.size()``."""

from __future__ import annotations

import ast
from typing import Any

from ptrepl.engine.record.record import one_line
from ptrepl.engine.watch.facts import shape_text
from ptrepl.engine.watch.summaries import is_numpy_array
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.trial import Candidate, tried, verified
from ptrepl.explain.operands.callers import call_that_gave
from ptrepl.explain.operands.operand_text import operand_text
from ptrepl.explain.rewrite import in_one_line, operand, segment, spliced
from ptrepl.explain.rule import Finding, Rule
from ptrepl.explain.standins.torch_code import tensor_method
from ptrepl.texts.messages import gettext

_LEFT_OFF = ("detach", "cpu", "numpy")
_OF_DTYPES = ("float", "double", "half", "to", "type", "long", "int", "bool")


def _no_method(case: Case) -> Finding | None:
    node = case.node
    if not isinstance(node, ast.Attribute) or not tensor_method(node.attr):
        return None
    array: Any = _array(case, node.value)
    if array is None:
        return None
    name = operand_text(case, node.value)
    if node.attr in _LEFT_OFF:
        return _already(case, node, name)
    said = gettext("{name} is a NumPy array, and only tensors have {method}().", name=name, method=node.attr)
    return _made(case, node.value, array, said, node.attr)


def _size(case: Case) -> Finding | None:
    """``signal.size()``: of an array the size is a number."""
    match case.node:
        case ast.Call(func=ast.Attribute(value=base, attr="size"), args=args, keywords=[]) as call:
            array: Any = _array(case, base)
        case _:
            return None
    if array is None:
        return None
    name = operand_text(case, base)
    said = gettext(
        "{name} is a NumPy array: its size is a number, {count}, and no method. Its shape is {shape}.",
        name=name,
        count=array.size,
        shape=shape_text(tuple(array.shape)),
    )
    if _gave(case, base) is not None:
        return _made(case, base, array, said, "size")
    index = f"[{segment(case.site.source, args[0])}]" if len(args) == 1 else ""
    code = f"{operand(case.site.source, base)}.shape{index}"
    instead = gettext("{code} is what size gives of a tensor.", code=code)
    known = not args or (type(at := case.value(args[0])) is int and -array.ndim <= at < array.ndim)
    return Finding(f"{said} {instead}", verified(case, Candidate(code, of=call)) if known else ())


def _array(case: Case, node: ast.expr) -> Any:
    for found in (case.real(node), case.value(node)):
        if is_numpy_array(found):
            return found if found.dtype.kind in "fiub" else None
    return None


def _already(case: Case, node: ast.Attribute, name: str) -> Finding | None:
    """``output.detach().numpy()`` of what is an array: nothing of it is needed."""
    whole: ast.expr = node
    left = []
    for parent in case.parents:
        match parent:
            case ast.Call(func=func, args=[], keywords=[]) if func is whole and isinstance(func, ast.Attribute):
                left.append(f".{func.attr}()")
                whole = parent
            case ast.Attribute(value=value, attr=attr) if value is whole and attr in _LEFT_OFF:
                whole = parent
            case _:
                break
    if not isinstance(whole, ast.Call):
        return None
    text = gettext("{name} is a NumPy array already: leave {calls} off.", name=name, calls="".join(left))
    return Finding(text, tried(case, [Candidate(segment(case.site.source, node.value), of=whole)]))


def _gave(case: Case, base: ast.expr) -> tuple[Case, ast.Call] | None:
    """The call at the prompt that gave the array to the function which takes it for a tensor."""
    gave = call_that_gave(case, base.id) if isinstance(base, ast.Name) else None
    call = gave[0].node if gave is not None else None
    return (gave[0], call) if gave is not None and isinstance(call, ast.Call) else None


def _made(case: Case, base: ast.expr, array: Any, said: str, method: str) -> Finding:
    """With the tensor of the array in its place, or in the call that gave it."""
    gave = _gave(case, base)
    if gave is None:
        tensor = _tensor(segment(case.site.source, base), array, method)
        whole = case.parents[0] if case.parents else None
        if not isinstance(whole, ast.Call) or whole.func is not case.node:
            return Finding(said)
        if method == "to" and array.dtype == "float64" and "float" not in case.text(whole):
            tensor += ".float()"
        if method.endswith("_") and isinstance(base, ast.Name):  # in place: it is the name that has to be a tensor
            first = gettext("Make a tensor of it first: {code}.", code=f"{base.id} = {tensor}")
            return Finding(f"{said} {first}")
        code = spliced(case.site.source, whole, {base: tensor})
        makes = gettext("Make a tensor of it first: {code}.", code=one_line(code))
        return Finding(f"{said} {makes}", tried(case, [Candidate(code, of=whole)]))
    outer, call = gave
    source = outer.site.source
    texts: dict[ast.expr | ast.stmt, str] = {}
    for each in call.args:
        given = _array(outer, each)
        if given is not None:
            texts[each] = _tensor(segment(source, each), given, method)
    called = spliced(source, call, texts)
    function = in_one_line(source, call.func)
    fixes = tried(outer, [Candidate(called)]) if texts else ()
    if not fixes:
        makes = gettext(
            "torch.from_numpy makes a tensor of an array; {function} works with tensors.", function=function
        )
        return Finding(f"{said} {makes}")
    makes = gettext("{function} works with tensors: {code}.", function=function, code=one_line(called))
    return Finding(f"{said} {makes}", fixes)


def _tensor(text: str, array: Any, method: str) -> str:
    """The text of the tensor; of NumPy's float64 the float32 that layers have."""
    return f"torch.from_numpy({text})" + (".float()" if array.dtype == "float64" and method not in _OF_DTYPES else "")


BEFORE = (
    "arrays.from_data",
    "data.split",
    "modules.class_slips",
    "modules.subclass",
    "optimizers.optimizer_numbers",
    "optimizers.scheduler_settings",
    "python.attribute",
    "python.called",
    "saving.location",
)

RULES = (
    Rule(
        "array method",
        ("AttributeError",),
        r"^'numpy\.ndarray' object has no attribute",
        _no_method,
        more="arrays/tensor-from-data",
    ),
    Rule("array size", ("TypeError",), r"^'int' object is not callable", _size, more="arrays/tensor-from-data"),
)
