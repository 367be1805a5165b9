"""A tensor without elements that was joined to another one, so that nothing came to it."""

from __future__ import annotations

import ast

from ptrepl.engine.watch.facts import shape_text
from ptrepl.explain.case import Case
from ptrepl.explain.operands.joined import CAT
from ptrepl.explain.operands.operand_text import operand_text
from ptrepl.explain.provenance.origins import origin, source_and_value
from ptrepl.texts.messages import gettext


def empty_part(case: Case, given: ast.expr | None) -> str:
    """Sentences on a part of ``torch.cat([x, part])`` that has no elements, and where it came from; "" if none has."""
    match source_and_value(case, given)[1] if given is not None else None:
        case ast.Call(func=ast.Attribute(attr=name), args=[ast.List(elts=parts) | ast.Tuple(elts=parts), *_]) if (
            name in CAT
        ):
            pass
        case _:
            return ""
    for part in parts:
        shape = case.shape(part)
        if shape is not None and 0 in shape:
            return " ".join(filter(None, (_is_empty(case, part, shape), _made_by(case, part))))
    return ""


def _is_empty(case: Case, part: ast.expr, shape: tuple[int, ...]) -> str:
    return gettext("{name} is {shape}: it has no elements.", name=operand_text(case, part), shape=shape_text(shape))


def _made_by(case: Case, part: ast.expr) -> str:
    made = origin(case, part.id) if isinstance(part, ast.Name) else None
    if made is None:
        return ""
    match made.value:
        case ast.Call(func=ast.Attribute(attr="repeat"), args=[*_, ast.Constant(value=0)]):
            return gettext(
                "It comes from `{statement}`: repeat takes a count for each dim, and 0 leaves nothing of one. 1 leaves "
                "a dim as it is.",
                statement=made.label,
            )
    return gettext("It comes from `{statement}`.", statement=made.label)
