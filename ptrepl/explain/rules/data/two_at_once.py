"""A loop that means to go through two loaders or lists at once, without ``zip``."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from ptrepl.engine.watch.facts import read
from ptrepl.engine.watch.kinds import is_tensor_class
from ptrepl.explain.case import Case, sizes
from ptrepl.explain.fixes.trial import Candidate, verified
from ptrepl.explain.operands.loaders import is_loader
from ptrepl.explain.operands.operand_text import operand_text
from ptrepl.explain.rewrite import segment, spliced
from ptrepl.explain.rule import Finding
from ptrepl.texts.messages import gettext


def two_at_once(case: Case, parts_of: Callable[[Case, Any], int | None]) -> Finding | None:
    """``for (a, b), (c, d) in loader`` and ``for x, y in inputs, targets``; ``parts_of``: how many a batch has."""
    line = case.site.line
    if not isinstance(line, ast.For) or not any(each is case.node for each in ast.walk(line.target)):
        return None
    source = case.site.source
    match line.target, line.iter:
        case ast.Tuple(elts=targets), ast.Tuple(elts=looped) if len(targets) == len(looped) > 1:
            lengths = [_length(case.real(each)) for each in looped]
            if None in lengths or len({*lengths} - {0}) > 1 or lengths[0] == len(targets):
                return None
            code = f"zip({', '.join(segment(source, each) for each in looped)})"
            text = gettext(
                "The loop goes through a tuple of {count} things: the first round gets all of {first}, not an item of "
                "each. {code} gives one of each in every round.",
                count=len(looped),
                first=operand_text(case, looped[0]),
                code=code,
            )
        case ast.Tuple(elts=[ast.Tuple(elts=first), *others]), ast.Name() as loader if others:
            same = all(isinstance(each, ast.Tuple) and len(each.elts) == len(first) for each in others)
            held = case.real(loader)
            if not same or not is_loader(held) or parts_of(case, held) != len(first):
                return None
            code = f"zip({', '.join([loader.id] * (1 + len(others)))})"
            text = gettext(
                "{loader} gives one batch each round, and the loop takes {count} apart. {code} gives {count} batches "
                "each round, which a loader with shuffle=True draws independently.",
                loader=loader.id,
                count=1 + len(others),
                code=code,
            )
        case _:
            return None
    return Finding(text, verified(case, Candidate(spliced(source, line, {line.iter: code}), replaces_line=True)))


def _length(value: Any) -> int | None:
    """How many items a list or a tensor has, 0 of a loader; None of what may have any number."""
    if is_loader(value):
        return 0
    if is_tensor_class(type(value)):
        return (sizes(read(value)) or (None,))[0]
    return len(value) if type(value) in (list, tuple) else None
