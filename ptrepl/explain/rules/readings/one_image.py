"""An image without a batch dim, whose rows a network that flattens takes for examples."""

from __future__ import annotations

import ast
from math import prod

from ptrepl.engine.watch.facts import shape_text
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.trial import Candidate, tried
from ptrepl.explain.operands.layers import Layer
from ptrepl.explain.operands.operand_text import operand_text
from ptrepl.explain.outer_call import outermost_call
from ptrepl.explain.rewrite import in_a_sentence, postfix, spliced
from ptrepl.explain.rule import Finding
from ptrepl.texts.messages import gettext


def one_image(case: Case, layer: Layer, size: int) -> Finding | None:
    """What to say where the whole input has as many numbers as the layer takes, and goes through as a batch of one."""
    outer = outermost_call(case) if case.site.is_nested else None
    call = outer.node if outer is not None else None
    if outer is None or outer is case or not isinstance(call, ast.Call) or not call.args:
        return None
    given = call.args[0]
    shape = outer.shape(given)
    if shape is None or len(shape) not in (2, 3) or prod(shape) != size or len(layer.shape) != 2:
        return None
    batch = postfix(outer.site.source, given, ".unsqueeze(0)")
    code = spliced(outer.site.source, call, {given: batch})
    fixes = tried(outer, [Candidate(code)])
    if not fixes:
        return None
    text = gettext(
        "{input} is {shape}, as many numbers as {layer} takes: if it is one example, {code} makes a batch of it.",
        input=operand_text(outer, given),
        shape=shape_text(shape),
        layer=layer.path,
        code=in_a_sentence(code),
    )
    return Finding(text, fixes)
