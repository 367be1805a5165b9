"""A loss of two lists of tensors: it takes one pair at a time."""

from __future__ import annotations

import ast

from ptrepl.engine.watch.facts import read
from ptrepl.engine.watch.kinds import is_tensor_class
from ptrepl.explain.case import Case, sizes
from ptrepl.explain.fixes.trial import Candidate, verified
from ptrepl.explain.operands.outline import outline
from ptrepl.explain.rewrite import in_a_sentence, in_one_line, segment
from ptrepl.explain.rule import Finding
from ptrepl.texts.messages import gettext


def lists_of_pairs(case: Case) -> Finding | None:
    """``F.l1_loss(features(a), features(b))`` where both are lists of tensors of the same shapes; None elsewhere."""
    node = case.node
    if not isinstance(node, ast.Call) or len(node.args) != 2 or node.keywords:
        return None
    one, two = (_shapes(case, each) for each in node.args)
    if one is None or one != two or len(one) < 2:
        return None
    source = case.site.source
    function, first, second = (segment(source, each) for each in (node.func, *node.args))
    code = f"sum({function}(p, q) for p, q in zip({first}, {second}))"  # not a sentence: code
    said = gettext(
        "{first} and {second} are lists of {count} tensors, {parts}, and {function} takes one pair at a time: {code} "
        "adds up what it gives for each.",
        first=in_one_line(source, node.args[0]),
        second=in_one_line(source, node.args[1]),
        count=len(one),
        parts=outline(case.held(node.args[0])),
        function=in_one_line(source, node.func),
        code=in_a_sentence(code),
    )
    return Finding(said, verified(case, Candidate(code, gives="")))


def _shapes(case: Case, node: ast.expr) -> list[tuple[int, ...] | None] | None:
    value = case.held(node)
    if type(value) not in (list, tuple) or not all(is_tensor_class(type(each)) for each in value):
        return None
    return [sizes(read(each)) for each in value]
