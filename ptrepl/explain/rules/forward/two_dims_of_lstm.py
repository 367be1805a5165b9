"""``out[:, -1, :]`` of what a recurrent layer gave for an input of two dims: one sequence, without a batch."""

from __future__ import annotations

import ast

from ptrepl.engine.watch.facts import shape_text
from ptrepl.engine.watch.kinds import Kind, kind_of, type_name
from ptrepl.explain.case import Case
from ptrepl.explain.rewrite import in_a_sentence, in_one_line, postfix
from ptrepl.texts.messages import gettext

_RECURRENT = ("RNN", "LSTM", "GRU")


def given_without_batch(case: Case, base: ast.expr, shape: tuple[int, ...]) -> str:
    """What to say where ``base`` is the output of such a layer for one sequence; "" elsewhere."""
    call = _call(case, base) if isinstance(base, ast.Name) else None
    if call is None or not call.args or len(shape) != 2:
        return ""
    layer, given = case.real(call.func), case.shape(call.args[0])
    if kind_of(layer) is not Kind.MODULE or type_name(layer) not in _RECURRENT or given is None or len(given) != 2:
        return ""
    source = case.site.source
    one, many = (postfix(source, call.args[0], f".unsqueeze({dim})") for dim in (0, 1))
    return gettext(
        "{layer} was given {input}, {shape}: it reads two dims as one sequence, (length, features), without a batch. "
        "{one} makes a batch of this one sequence; if the rows are examples, {many} makes {count} sequences of one "
        "step, with batch_first=True.",
        layer=case.text(call.func),
        input=in_one_line(source, call.args[0]),
        shape=shape_text(given),
        one=in_a_sentence(one),
        many=in_a_sentence(many),
        count=given[0],
    )


def _call(case: Case, base: ast.Name) -> ast.Call | None:
    """The call in ``out, _ = self.lstm(x)`` before the failing line, in its block."""
    line = case.site.line
    block = getattr(getattr(line, "parent", None), "body", [])
    before = block[: block.index(line)] if isinstance(block, list) and line in block and case.site.is_nested else []
    for each in reversed(before):
        match each:
            case ast.Assign(targets=[ast.Tuple(elts=[ast.Name(id=name), *_])], value=ast.Call() as call):
                if name == base.id:
                    return call
        if any(
            isinstance(part, ast.Name) and part.id == base.id and isinstance(part.ctx, ast.Store)
            for part in ast.walk(each)
        ):
            return None
    return None
