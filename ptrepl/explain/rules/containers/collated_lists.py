"""A list for each sample: a DataLoader makes a tensor for each place of it, not a row for each sample."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from ptrepl.engine.watch.facts import read, shape_text
from ptrepl.engine.watch.kinds import is_tensor_class, own_dict
from ptrepl.explain.case import Case, sizes
from ptrepl.explain.fixes.class_text import class_text
from ptrepl.explain.operands.loaders import collates_by_default
from ptrepl.explain.operands.operand_text import operand_text
from ptrepl.explain.rewrite import in_one_line, segment
from ptrepl.explain.rule import Finding, Rule
from ptrepl.explain.rules.containers.class_strings import part_returned
from ptrepl.explain.rules.data.last_batch import loader_of_loop
from ptrepl.texts.messages import gettext


def _collated(case: Case) -> Finding | None:
    found = next(_lists(case), None)
    loop = loader_of_loop(case)
    dataset: Any = own_dict(loop[1]).get("dataset") if loop is not None else None
    text = class_text(case, type(dataset)) if dataset is not None else None
    if found is None or loop is None or text is None or not collates_by_default(loop[1]):
        return None
    node, inside = found
    shape = sizes(read(inside[0]))
    part = part_returned(text, case, node)
    if part is None or shape is None or len(shape) != 1 or any(sizes(read(each)) != shape for each in inside):
        return None
    code = f"torch.tensor({segment(text.source, part)})"
    said = gettext(
        "{name} is a list of {count} tensors of shape {shape}: {cls}.__getitem__ gives {part}, a list, and the loader "
        "makes a tensor for each place of it. With {code} there it is one tensor, with a row for each sample.",
        name=operand_text(case, node),
        count=len(inside),
        shape=shape_text(shape),
        cls=text.node.name,
        part=in_one_line(text.source, part),
        code=code,
    )
    return Finding(said, text.anew({part: code}))


def _lists(case: Case) -> Iterator[tuple[ast.expr, list[Any]]]:
    """What holds nothing but tensors in the failing expression: the object of an attribute, or an argument."""
    match case.node:
        case ast.Attribute(value=value):
            parts = [value]
        case ast.Call(args=args, keywords=keywords):
            parts = [*args, *(each.value for each in keywords)]
        case ast.BinOp(left=left, right=right):
            parts = [left, right]
        case _:
            parts = []
    for each in parts:
        held: Any = case.real(each)
        if type(held) is list and len(held) > 1 and all(is_tensor_class(type(one)) for one in held):
            yield each, held


BEFORE = ("containers.class_strings",)

RULES = (
    Rule(
        "collated lists",
        ("TypeError", "AttributeError"),
        r"must be Tensor, not list|^'list' object has no attribute '(?:to|cuda|long|float)'",
        _collated,
        more="containers/lists-of-tensors",
    ),
)
