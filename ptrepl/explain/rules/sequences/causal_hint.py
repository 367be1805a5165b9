"""``is_causal=True`` for nn.MultiheadAttention, which is a hint on a mask that has to be given all the same."""

from __future__ import annotations

from ptrepl.explain.case import Case
from ptrepl.explain.operands.module_call import module_call
from ptrepl.explain.rule import Finding, Rule
from ptrepl.texts.messages import gettext


def _without_mask(case: Case) -> Finding | None:
    call = module_call(case, "MultiheadAttention", "query")
    shape = call.shape("query") if call is not None else None
    if call is None or shape is None or len(shape) < 2:
        return None
    length = shape[-2] if len(shape) == 2 or call.flag("batch_first") else shape[0]
    return Finding(
        gettext(
            "For {layer}, is_causal=True only says that the mask is the causal one; the mask itself has to be given "
            "too: attn_mask=nn.Transformer.generate_square_subsequent_mask({length}) for this length. Only "
            "F.scaled_dot_product_attention makes it by itself.",
            layer=call.path,
            length=length,
        )
    )


RULES = (
    Rule(
        "causal hint",
        ("RuntimeError",),
        r"Need attn_mask if specifying the is_causal",
        _without_mask,
        "modules/attention",
    ),
)
