"""What a recurrent layer reads as features, and what a bidirectional one hands on: the dims that were mistaken."""

from __future__ import annotations

import ast

from ptrepl.engine.watch.facts import shape_text
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.trial import Candidate, tried
from ptrepl.explain.operands.module_call import module_call
from ptrepl.explain.operands.recurrent_call import bidirectional, recurrent_layer
from ptrepl.explain.rewrite import in_a_sentence, in_one_line, postfix, segment, spliced
from ptrepl.explain.rule import Finding, Rule
from ptrepl.texts.messages import gettext


def _features_elsewhere(case: Case) -> Finding | None:
    """``(16, 30, 5)`` for ``input_size=30``: the features are in dim 1, or 30 is the length."""
    call = recurrent_layer(case)
    size = call.number("input_size") if call is not None else None
    shape, node = (call.shape("input"), call.nodes.get("input")) if call is not None else (None, None)
    if call is None or node is None or shape is None or size is None or len(shape) != 3 or size == 1:
        return None
    if shape[1] != size or shape[-1] == size:
        return None
    code = postfix(case.site.source, node, ".transpose(1, 2)")
    return Finding(
        gettext(
            "{layer} reads the last dim as the features of one step, and was made for {size} (input_size={size}). "
            "{input} is {shape}: dim 1 has that size. If it holds the features, {code} puts them last; if it is the "
            "length of the sequences, input_size is {last}, the features of one step.",
            layer=call.path,
            size=size,
            input=call.called("input"),
            shape=shape_text(shape),
            code=in_a_sentence(code),
            last=shape[-1],
        )
    )


def _one_direction(case: Case) -> Finding | None:
    """``self.fc(h[-1])`` of a bidirectional layer, where ``fc`` takes the states of both directions."""
    call = module_call(case, "Linear", "input")
    shape, node = (call.shape("input"), call.nodes.get("input")) if call is not None else (None, None)
    match node:
        case ast.Subscript(value=state, slice=ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=1))):
            pass
        case _:
            return None
    if call is None or shape is None or call.number("in_features") != 2 * shape[-1]:
        return None
    whole, recurrent = case.shape(state), bidirectional(case, shape[-1])
    if whole is None or len(whole) != len(shape) + 1 or whole[0] % 2 or not recurrent or case.node is None:
        return None
    source = case.site.source
    base = segment(source, state)
    both = f"torch.cat([{base}[-2], {base}[-1]], {len(shape) - 1})"
    text = gettext(
        "{layer} takes {count} numbers, and {input} is {shape}. {recurrent} is bidirectional: {input} is the state of "
        "the backward direction alone, and the one before it that of the forward direction. Together they have "
        "{count}: {code}.",
        layer=call.path,
        count=2 * shape[-1],
        input=in_one_line(source, node),
        shape=shape_text(shape),
        recurrent=recurrent,
        code=both,
    )
    return Finding(text, tried(case, [Candidate(spliced(source, case.node, {node: both}))]))


BEFORE = ("inputs.left_over", "inputs.meant_instead", "shapes.layer")

RULES = (
    Rule(
        "recurrent features",
        ("RuntimeError",),
        r"input.size\(-1\) must be equal to input_size",
        _features_elsewhere,
        "modules/recurrent",
    ),
    Rule(
        "one direction",
        ("RuntimeError",),
        r"mat1 and mat2 shapes cannot be multiplied",
        _one_direction,
        "modules/recurrent",
    ),
)
