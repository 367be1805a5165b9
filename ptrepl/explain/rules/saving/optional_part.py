"""A part of a saved network that ``__init__`` makes only where an option says so: ``if predict_normals:``."""

from __future__ import annotations

import ast
from typing import Any

from ptrepl.explain.case import Case
from ptrepl.explain.fixes.class_text import class_text
from ptrepl.texts.messages import gettext


def optional_part(case: Case, module: Any, keys: list[str]) -> str:
    """A sentence on the option with which ``module`` would have the part that ``keys`` belong to; "" elsewhere."""
    tops = {each.partition(".")[0] for each in keys}
    text = class_text(case, type(module)) if len(tops) == 1 else None
    init = text.method("__init__") if text is not None else None
    if text is None or init is None:
        return ""
    [part] = tops
    parameters = {each.arg for each in (*init.args.args[1:], *init.args.kwonlyargs)}
    for each in init.body:
        match each:
            case ast.If(test=ast.Name(id=option), body=body) if option in parameters:
                pass
            case _:
                continue
        owner = init.args.args[0].arg
        made = [one for line in body for one in ast.walk(line) if isinstance(one, ast.Assign)]
        if any(ast.unparse(one.targets[0]) == f"{owner}.{part}" for one in made):
            return gettext(
                "{cls} makes {part} where {option} is true: made as {call} it has what was saved.",
                cls=text.node.name,
                part=part,
                option=option,
                call=f"{text.node.name}({'…, ' if len(parameters) > 1 else ''}{option}=True)",
            )
    return ""
