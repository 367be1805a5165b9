"""``model(images.double())``: the call that gave a network its input in another dtype than that of its weights."""

from __future__ import annotations

import ast
from dataclasses import replace
from itertools import islice
from typing import Any

from ptrepl.engine.watch.kinds import Kind, kind_of
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.trial import Candidate, verified
from ptrepl.explain.operands.operand_text import operand_text
from ptrepl.explain.own_sites import own_sites
from ptrepl.explain.rewrite import in_a_sentence, in_one_line, segment, spliced
from ptrepl.explain.rule import Finding
from ptrepl.texts.messages import gettext

_CONVERTING = frozenset("double half bfloat16 float long int short byte bool to type".split())
_MOST_SITES = 20


def converted_by_caller(case: Case, given: Any, weights: str) -> Finding | None:
    """What to say where a call of the network converts its input from ``weights``, the right dtype; None elsewhere.

    ``given``: the tensor that reached the layer.
    """
    for site in islice(own_sites(case), 1, _MOST_SITES):
        call = site.node
        if not isinstance(call, ast.Call):
            return None
        outer = replace(case, maybe_site=site)
        for node in call.args:
            match node:
                case ast.Call(func=ast.Attribute(value=base, attr=word)) if word in _CONVERTING:
                    facts = outer.facts(base)
                case _:
                    continue
            if facts is None or facts.dtype != weights or kind_of(outer.real(call.func)) is not Kind.MODULE:
                continue
            source = site.source
            code = spliced(source, call, {node: segment(source, base)})
            text = gettext(
                "{code} makes it so, and {tensor} is {dtype} without that: {call}.",
                code=in_one_line(source, node),
                tensor=operand_text(outer, base),
                dtype=weights,
                call=in_a_sentence(code),
            )
            return Finding(text, verified(outer, Candidate(code)))
    return None
