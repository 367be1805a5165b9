"""``model.fc`` of a network whose last layer has another name: ``model.classifier[-1]``."""

from __future__ import annotations

import ast
from typing import Any

from ptrepl.engine.watch.kinds import own_dict, type_name
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.in_loop import with_lines_changed
from ptrepl.explain.fixes.trial import Candidate, verified
from ptrepl.explain.operands.operand_text import operand_text
from ptrepl.explain.rewrite import segment, spliced
from ptrepl.explain.rule import Finding
from ptrepl.texts.messages import gettext

_HEADS = frozenset("fc classifier head heads last_linear linear _fc output_layer".split())
"""What networks of several libraries call their last layer."""


def head_by_another_name(case: Case, node: ast.Attribute, module: Any) -> Finding | None:
    """What to write in place of ``model.fc``; None where that is no name of a last layer, or there is no Linear."""
    function = next((each for each in case.parents if isinstance(each, ast.FunctionDef)), None)
    if node.attr not in _HEADS or ast.unparse(node.value) == "self":
        return None
    found = _last(module)
    if found is None:
        return None
    steps, layer = found
    source = case.site.source
    code = f"{segment(source, node.value)}{steps}"
    own = own_dict(layer)
    text = gettext(
        "{model} has no {name}: its last layer is {code}, nn.Linear({inputs}, {outputs}). Networks call it by several "
        "names.",
        model=operand_text(case, node.value),
        name=node.attr,
        code=code,
        inputs=own.get("in_features"),
        outputs=own.get("out_features"),
    )
    texts: dict[ast.expr | ast.stmt, str] = {
        each: code
        for each in ast.walk(function or case.site.line)
        if isinstance(each, ast.Attribute) and ast.dump(each.value) == ast.dump(node.value) and each.attr == node.attr
    }
    if function is None:
        return Finding(text, verified(case, Candidate(spliced(source, case.site.line, texts), replaces_line=True)))
    if function is not case.site.statement:
        return Finding(text)
    changed: dict[ast.stmt, str] = {}
    for line in function.body:
        inside = {part: new for part, new in texts.items() if any(part is each for each in ast.walk(line))}
        if inside:
            changed[line] = spliced(source, line, inside)
    return Finding(text, with_lines_changed(case, changed))


def _last(module: Any) -> tuple[str, Any] | None:
    """``.classifier[-1]`` and the layer, where the last part of a network is a Linear or ends in one."""
    steps, each = "", module
    while True:
        inner = own_dict(each).get("_modules")
        if type_name(each) == "Linear":
            return steps, each
        if type(inner) is not dict or not inner or (steps and type_name(each) != "Sequential"):
            return None
        name, below = [*inner.items()][-1]
        steps += "[-1]" if name.isdigit() else f".{name}"
        each = below
