"""A network made again with one layer changed: the statement that the learner typed, tried on stand-ins."""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable, Iterator
from typing import Any

from ptrepl.engine.explanation import Fix
from ptrepl.engine.watch.facts import shape_text
from ptrepl.engine.watch.kinds import is_tensor_class, own_dict, type_name
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.made_again import optimizers_again
from ptrepl.explain.operands.layers import Layer
from ptrepl.explain.provenance.gathered import has_gathered
from ptrepl.explain.provenance.origins import earlier, parsed
from ptrepl.explain.rewrite import segment, spliced
from ptrepl.explain.standins.calling import Failed, Unknown
from ptrepl.explain.standins.evaluate import Evaluator
from ptrepl.explain.standins.lookup import FrameScope, NotReadable
from ptrepl.explain.standins.standins import StandIns
from ptrepl.texts.messages import gettext

_CONSTANT = (ast.Constant, ast.BinOp, ast.operator)
_Change = Callable[[str, ast.Call], dict[ast.expr | ast.stmt, str]]


def rebuilt(case: Case, layer: Layer, parameter: str, position: int, number: int, *, before: str = "") -> Iterator[Fix]:
    """The statement that made the network, in which ``layer`` is given ``number`` for one parameter.

    ``before``: a layer to put in front of it. Nothing where the statement is not known, or where the failing call still
    fails with what it makes.
    """
    was = layer.number(parameter)
    if before and not layer.steps:
        return

    def change(source: str, call: ast.Call) -> dict[ast.expr | ast.stmt, str]:
        given = {each.arg: each.value for each in call.keywords}.get(parameter)
        node = call.args[position] if given is None and position < len(call.args) else given
        if before and was == number:  # only the layer before it is missing
            return {call: with_layer_before(source, call, before, segment(source, call))}
        if node is None or not all(isinstance(each, _CONSTANT) for each in ast.walk(node)) or _plain(node) != was:
            return {}
        text = spliced(source, call, {node: str(number)})
        return {call: with_layer_before(source, call, before, text) if before else text}

    if (placed := _assigned(case, layer)) is not None:
        source, statement, call = placed
        if not before and (texts := change(source, call)):
            yield Fix(spliced(source, statement, texts))
        return
    yield from _tried(case, layer, change)


def _plain(node: ast.expr) -> Any:
    """The number that ``8 * 14 * 14`` is."""
    try:
        return Evaluator(FrameScope({}, {}), StandIns()).value(node)
    except (Unknown, Failed):
        return None


def with_layer_before(source: str, call: ast.Call, before: str, text: str) -> str:
    """``before`` and ``text``, in lines of their own where ``call`` begins one."""
    start = source.encode().splitlines()[call.lineno - 1][: call.col_offset].decode()
    return f"{before}, {text}" if start.strip() else f"{before},\n{start}{text}"


def _assigned(case: Case, layer: Layer) -> tuple[str, ast.Assign, ast.Call] | None:
    """``model.fc = nn.Linear(2048, 5)`` at the prompt, which put the layer, or the Sequential with it, in its place."""
    scope = FrameScope(case.names, case.names)
    for entry in earlier(case):
        tree = parsed(entry.source)
        match tree.body if tree is not None else None:
            case [ast.Assign(targets=[ast.Attribute() | ast.Subscript() as target], value=ast.Call() as call) as found]:
                pass
            case _:
                continue
        try:
            held = scope.real(target)
        except NotReadable:
            continue
        if held is layer.module:
            return entry.source, found, call
        inner = own_dict(held).get("_modules") if type_name(held) == "Sequential" else None
        parts = [*inner.values()] if type(inner) is dict else []
        at = next((number for number, each in enumerate(parts) if each is layer.module), None)
        if at is not None and len(call.args) == len(parts) and isinstance(part := call.args[at], ast.Call):
            return entry.source, found, part
    return None


def _tried(case: Case, layer: Layer, change: _Change) -> Iterator[Fix]:
    node, site = case.node, case.site
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
        return
    name = node.func.id
    statement, source = _statement(case, name)
    if statement is None or case.real(node.func) is not case.names.get(name):
        return
    if has_gathered(case, name, _number(case, name)):
        return  # what it has learned would be lost
    call = layer_call(case, statement.value, layer)
    texts = change(source, call) if call is not None else {}
    if not texts:
        return
    code = spliced(source, statement, texts)
    try:
        made = ast.parse(code).body[0]
        assert isinstance(made, ast.Assign)
        standins = StandIns()
        network = standins.adopt(Evaluator(FrameScope(case.names, case.names), standins).value(made.value))
        scope = FrameScope.of(site.frame)
        result = Evaluator(FrameScope(scope.locals, scope.globals, {name: network}), standins, root=node).value(node)
    except (Unknown, Failed, SyntaxError):
        return
    optimizers = optimizers_again(case, case.names.get(name))
    if not is_tensor_class(type(result)) or optimizers:
        yield Fix("\n".join([code, *optimizers]))
        return
    code_called = case.called(node, gettext("the result"))
    yield Fix(code, gettext("{result} has shape {shape}", result=code_called, shape=shape_text(tuple(result.shape))))


def _number(case: Case, name: str) -> int:
    """The number of the statement of the session that made ``name``; 0 if not known."""
    found = case.record.made(name) if case.record is not None else None
    return found[0].number if found is not None else 0


def _statement(case: Case, name: str) -> tuple[ast.Assign | None, str]:
    """The statement at the prompt that made ``name``, and the text that it stands in."""
    found = case.record.made(name) if case.record is not None else None
    if found is None:
        return None, ""
    try:
        body = ast.parse(found[0].source).body
    except SyntaxError:
        return None, ""
    match body:
        case [ast.Assign(targets=[ast.Name(id=target)]) as statement] if target == name:
            return statement, found[0].source
    return None, ""


def layer_call(case: Case, node: ast.expr, layer: Layer) -> ast.Call | None:
    """The call in ``node`` that makes the layer."""
    scope = FrameScope(case.names, case.names)
    for step in layer.steps:
        if not isinstance(node, ast.Call) or not step.isdigit() or node.keywords:
            return None
        if any(isinstance(each, ast.Starred) for each in node.args) or int(step) >= len(node.args):
            return None
        if _class(scope, node) is not sys.modules["torch"].nn.Sequential:
            return None
        node = node.args[int(step)]
    if not isinstance(node, ast.Call):
        return None
    made = _class(scope, node)
    return node if isinstance(made, type) and made is type(layer.module) else None


def _class(scope: FrameScope, node: ast.Call) -> object:
    return scope.real_or_none(node.func)
