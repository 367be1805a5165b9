"""Branches of forward that are joined along the channels: one does not keep the size, or lacks the batch dim."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import Any

from ptrepl.engine.watch.kinds import Kind, is_tensor_class, kind_of
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.trial import Candidate, tried
from ptrepl.explain.operands.invocation import changed
from ptrepl.explain.operands.joined import JoinedTensor
from ptrepl.explain.rewrite import in_one_line, postfix
from ptrepl.explain.rule import Finding
from ptrepl.explain.rules.forward.kept_size import padding_that_keeps
from ptrepl.texts.messages import gettext


def branch_of_other_size(case: Case, parts: Sequence[JoinedTensor], dim: int) -> Finding | None:
    """``torch.cat([self.b1(x), self.b3(x)], dim=1)`` where a convolution of stride 1 has not the padding it needs."""
    held: Any = case.site.frame.f_locals.get("self")
    if kind_of(held) is not Kind.MODULE or dim != 1 or any(len(part.shape) not in (3, 4) for part in parts):
        return None
    largest = max(part.shape[2:] for part in parts)
    calls = [part.node for part in parts if part.shape[2:] != largest]
    if not all(isinstance(each, ast.Call) for each in calls):
        return None
    apart = {part.shape[2] - largest[0] for part in parts if part.shape[2:] != largest}
    if len(apart) != 1:
        return None
    return padding_that_keeps(case, held, [each for each in calls if isinstance(each, ast.Call)], apart.pop())


def one_for_the_batch(case: Case, parts: Sequence[JoinedTensor]) -> Finding | None:
    """``torch.cat([self.cls, x], dim=1)`` of a parameter with one row for the whole batch."""
    rows = {part.shape[0] for part in parts if part.shape}
    many = next((part for part in parts if part.shape and part.shape[0] == max(rows)), None)
    single = [part for part in parts if part.shape[:1] == (1,)]
    if len(rows) != 2 or 1 not in rows or many is None or many.node is None or len(single) != 1:
        return None
    node = single[0].node
    if not isinstance(node, ast.Attribute) or not is_tensor_class(type(case.real(node))) or len(many.shape) < 2:
        return None
    source = case.site.source
    count = f"{many.node.id}.size(0)" if isinstance(many.node, ast.Name) else str(many.shape[0])
    code = postfix(source, node, f".expand({', '.join([count, *('-1' for _ in many.shape[1:])])})")
    said = gettext(
        "{tensor} is there once, and {other} has a batch of {count}: {code} gives it to each example.",
        tensor=case.text(node),
        other=many.said,
        count=many.shape[0],
        code=in_one_line(code, ast.parse(code).body[0]),
    )
    return Finding(said, tried(case, [Candidate(changed(case, {node: code}))]))
