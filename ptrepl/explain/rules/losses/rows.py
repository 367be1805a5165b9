"""A network that gave another number of rows than it was given: who mixed them up?"""

from __future__ import annotations

import ast
from typing import Any

from ptrepl.engine.watch.kinds import Kind, kind_of, own_dict, type_name
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.class_text import class_text
from ptrepl.explain.operands.losses import LossCall
from ptrepl.explain.operands.operand_text import operand_text
from ptrepl.explain.provenance.origins import origin
from ptrepl.explain.rewrite import in_one_line
from ptrepl.texts.messages import gettext

_SEQUENCES = ("LSTM", "GRU", "RNN")


def rows_changed(case: Case, loss: LossCall, gave: int, wanted: int) -> str:
    """What to say where the network was given as many rows as the target has, and gave others; "" elsewhere."""
    call: ast.expr | None = loss.input
    if isinstance(call, ast.Name):
        made = origin(case, call.id)
        call = made.value if made is not None else None
    if not isinstance(call, ast.Call) or not call.args or kind_of(case.real(call.func)) is not Kind.MODULE:
        return ""
    given = case.shape(call.args[0])
    if not given or given[0] != wanted:
        return ""
    network, data = operand_text(case, call.func), operand_text(case, call.args[0])
    said = gettext(
        "{network} was given {input} with {wanted} rows, and gave {gave}.",
        network=network,
        input=data,
        wanted=wanted,
        gave=gave,
    )
    held = case.real(call.func)
    first = _length_first(held, given, gave)
    if first is not None:
        why = gettext(
            "Its layer {layer} (nn.{type}) reads dim 0 as the length, and dim 1, {gave}, as the batch, since it was "
            "not made with batch_first=True.",
            layer=first[0],
            type=first[1],
            gave=gave,
        )
        return f"{said} {why}"
    text = class_text(case, type(held))
    forward = text.method("forward") if text is not None else None
    found = [each for each in ast.walk(forward) if _infers_rows(each)] if forward is not None else []
    if text is None or len(found) != 1:
        return said
    view = found[0]
    assert isinstance(view, ast.Call)
    assert isinstance(view.func, ast.Attribute)
    why = gettext(
        "{view} in {cls}.forward makes rows of that length whatever the image is. {flat} keeps one row for each "
        "example; then the layer after it shows how many features that is.",
        view=in_one_line(text.source, view),
        cls=type_name(held),
        flat=f"{in_one_line(text.source, view.func.value)}.flatten(1)",
    )
    return f"{said} {why}"


def _length_first(held: Any, given: tuple[int, ...], gave: int) -> tuple[str, str] | None:
    """The name and the class of a layer of the network that takes the length in dim 0, where that explains the rows."""
    if len(given) < 2 or given[1] != gave:
        return None
    own = own_dict(held).get("_modules")
    for name, each in own.items() if type(own) is dict else ():
        if type_name(each) in _SEQUENCES and own_dict(each).get("batch_first") is False:
            return name, type_name(each)
    return None


def _infers_rows(node: ast.AST) -> bool:
    """``x.view(-1, 400)``."""
    match node:
        case ast.Call(func=ast.Attribute(attr="view" | "reshape"), args=[first, *rest]) if rest:
            return isinstance(first, ast.UnaryOp) and ast.unparse(first) == "-1"
    return False
