"""A colour image for a network of grey ones, or one with transparency: the image may be what is to change."""

from __future__ import annotations

import ast

from ptrepl.explain.case import Case
from ptrepl.explain.fixes.trial import Candidate, tried
from ptrepl.explain.operands.invocation import changed
from ptrepl.explain.operands.layers import Layer
from ptrepl.explain.outer_call import outermost_call
from ptrepl.explain.rewrite import in_a_sentence, postfix
from ptrepl.explain.rule import Finding
from ptrepl.texts.messages import ngettext

ALPHA = 4
"""The channels of an image with transparency: the fourth is no colour."""
_AS_MADE = {(1, 3): ".mean(dim=1, keepdim=True)", (3, ALPHA): "[:, :3]", (3, 1): ".expand(-1, 3, -1, -1)"}
"""By the channels that a network takes, and those of the image."""


def other_image(case: Case, layer: Layer, channels: int, has: int) -> str:
    """A sentence, where a network was given a colour image for a grey one, or the other way round; "" elsewhere."""
    outer = outermost_call(case)
    given = outer.node.args[0] if outer is not None and isinstance(outer.node, ast.Call) else None
    if outer is None or given is None or not case.site.is_nested or outer.real(given) is not layer.given:
        return ""
    if (suffix := _AS_MADE.get((channels, has), "")) and len(layer.shape) == 4:
        return _said(postfix(outer.site.source, given, suffix), channels)
    return ""


def image_at_prompt(case: Case, layer: Layer, channels: int) -> Finding | None:
    """The same where the failing line calls the network: with the image in as many channels as it takes."""
    match case.node:
        case ast.Call(args=[image], keywords=[]) if not case.site.is_nested and case.real(image) is layer.given:
            facts = case.facts(image)
        case _:
            return None
    suffix = _AS_MADE.get((channels, layer.shape[1]), "") if len(layer.shape) == 4 else ""
    if facts is None or facts.grad_fn is not None or not suffix or layer.shape[1] < channels:
        return None
    new = postfix(case.site.source, image, suffix)
    return Finding(_said(new, channels), tried(case, [Candidate(changed(case, {image: new}))]))


def _said(code: str, channels: int) -> str:
    return ngettext(
        "{code} makes images of one channel of them; or the network is made for theirs.",
        "{code} makes images of {count} channels of them; or the network is made for theirs.",
        channels,
        code=in_a_sentence(code),
    )
