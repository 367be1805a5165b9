"""A method such as ``init_hidden`` that makes the state of a recurrent layer for another number of layers."""

from __future__ import annotations

import ast
from typing import Any, TypeGuard

from ptrepl.engine.record.record import one_line
from ptrepl.engine.watch.kinds import Kind, is_tensor_class, kind_of
from ptrepl.explain.called_name import called_name
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.class_text import class_text
from ptrepl.explain.operands.module_call import ModuleCall
from ptrepl.explain.rewrite import segment, spliced
from ptrepl.explain.rule import Finding
from ptrepl.texts.lists import every
from ptrepl.texts.messages import gettext

_MOST_NUMBERS = 1 << 20
_MAKERS = ("zeros", "ones", "randn", "rand")


def made_for_other_layers(case: Case, layer: str, shape: tuple[int, ...], wanted: tuple[int, ...]) -> str:
    """A sentence: what to write in the one method that makes states of ``shape``, in numbers; "" where none does."""
    if len(shape) != 3 or shape[1:] != wanted[1:] or shape[0] == wanted[0] or not case.site.is_nested:
        return ""
    held = next((each for each in case.site.frame.f_locals.values() if kind_of(each) is Kind.MODULE), None)
    text = class_text(case, type(held)) if held is not None else None
    methods = [each for each in text.node.body if isinstance(each, ast.FunctionDef)] if text is not None else []
    made = [(method, each) for method in methods for each in ast.walk(method) if _makes(each, shape[0])]
    if text is None or not made or len({method.name for method, _ in made}) != 1:
        return ""
    lines = [
        one_line(spliced(text.source, call, {call.args[0]: str(wanted[0])}))
        for _, call in made
        if isinstance(call, ast.Call)
    ]
    where = gettext(
        "{cls}.{method} makes it: write {code} there.",
        cls=text.node.name,
        method=made[0][0].name,
        code=every([*dict.fromkeys(lines)]),
    )
    if shape[0] != 2 * wanted[0]:
        return where
    both = gettext("If {layer} is meant to have two directions, make it with bidirectional=True instead.", layer=layer)
    return f"{where} {both}"


def _makes(node: ast.AST, layers: int) -> bool:
    """Whether it is ``torch.zeros(2, …, …)``."""
    match node:
        case ast.Call(args=[ast.Constant(value=number), _, _]) if called_name(node) in _MAKERS:
            return type(number) is int and number == layers
    return False


def made_for_batch(call: ModuleCall, was: int, batch: int) -> Finding | None:
    """The class with its states made for the batch of the input, where ``forward`` makes them for ``was`` examples.

    Where they are zeros that another place makes, without them: a layer begins with zeros by itself. None elsewhere.
    """
    case, given, state = call.case, call.nodes.get("input"), call.nodes.get("hx")
    held = case.site.frame.f_locals.get("self")
    text = class_text(case, type(held)) if kind_of(held) is Kind.MODULE else None
    function = next((each for each in case.parents if isinstance(each, ast.FunctionDef)), None)
    if text is None or text.source != case.site.source or function is None or state is None:
        return None
    if not isinstance(given, ast.Name):
        return None
    size = f"{given.id}.size({0 if call.flag('batch_first') else 1})"
    texts: dict[ast.expr | ast.stmt, str] = {}
    lines: list[str] = []
    for line in function.body:
        sizes = [each.args[1] for each in ast.walk(line) if _makes_any(each) and case.value(each.args[1]) == was]
        if sizes and not any(isinstance(each, ast.Constant) for each in sizes):
            texts |= dict.fromkeys(sizes, size)
            lines.append(one_line(spliced(text.source, line, dict.fromkeys(sizes, size))))
    if texts:
        said = gettext(
            "The batch is {size}: in {cls}.{method}, write {lines}.",
            size=size,
            cls=text.node.name,
            method=function.name,
            lines=every(lines),
        )
        return Finding(said, text.anew(texts))
    stored = {ast.unparse(each) for each in ast.walk(function) if isinstance(getattr(each, "ctx", None), ast.Store)}
    if ast.unparse(state) in stored or not _is_zero(call.given.get("hx")) or not isinstance(case.node, ast.Call):
        return None
    code = f"{segment(text.source, case.node.func)}({segment(text.source, given)})"
    said = gettext(
        "These are zeros, with which {layer} begins where it is given no state: {code} does for every batch.",
        layer=call.path,
        code=code,
    )
    place = case.node.lineno, case.node.col_offset
    same = next((each for each in ast.walk(text.node) if isinstance(each, ast.Call) and _at(each) == place), None)
    return Finding(said, text.anew({same: code}) if same is not None else ())


def _at(node: ast.Call) -> tuple[int, int]:
    return node.lineno, node.col_offset


def _makes_any(node: ast.AST) -> TypeGuard[ast.Call]:
    """Whether it is ``torch.zeros(…, …, …)``."""
    return isinstance(node, ast.Call) and called_name(node) in _MAKERS and len(node.args) == 3


def _is_zero(state: Any) -> bool:
    """Whether all numbers of a state, or of both of a pair, are 0."""
    parts = state if type(state) in (tuple, list) else (state,)
    tensors = [each.detach() for each in parts if is_tensor_class(type(each))]
    small = len(tensors) == len(parts) and all(each.numel() <= _MOST_NUMBERS and not each.is_meta for each in tensors)
    return small and bool(tensors) and not any(bool(each.count_nonzero()) for each in tensors)
