"""A function that is given its input and computes with another tensor, which is left over at the prompt."""

from __future__ import annotations

import ast
import dis
import types

from ptrepl.engine.watch.kinds import is_tensor_class
from ptrepl.explain.case import Case
from ptrepl.explain.rewrite import segment, spliced
from ptrepl.explain.rule import Finding, Rule
from ptrepl.texts.messages import gettext


def _left_over(case: Case) -> Finding | None:
    """``def forward(self, input): return self.layers(x)``."""
    site, node = case.site, case.node
    if not site.is_nested or not isinstance(node, ast.Call) or len(node.args) != 1 or node.keywords:
        return None
    (given,) = node.args
    unused = _unused_tensors(site.frame)
    if not isinstance(given, ast.Name) or given.id in site.frame.f_locals or len(unused) != 1:
        return None
    if not is_tensor_class(type(site.frame.f_globals.get(given.id))):
        return None
    said = gettext(
        "{function} is given {parameter}, and {name} is another tensor, left over at the prompt. Write {code}.",
        function=site.frame.f_code.co_name,
        parameter=unused[0],
        name=given.id,
        code=spliced(site.source, node, {given: unused[0]}) if "\n" not in segment(site.source, node) else unused[0],
    )
    return Finding(said)


def _unused_tensors(frame: types.FrameType) -> list[str]:
    """The parameters that hold a tensor and that the code never reads."""
    code = frame.f_code
    parameters = code.co_varnames[: code.co_argcount]
    read = {each.argval for each in dis.get_instructions(code) if each.opname.startswith("LOAD_")}
    return [each for each in parameters if each not in read and is_tensor_class(type(frame.f_locals.get(each)))]


BEFORE = ("inputs.meant_instead", "sequences.masks", "shapes.layer", "shapes.product")

RULES = (
    Rule(
        "left-over input",
        ("RuntimeError",),
        r"mat1 and mat2 shapes cannot be multiplied",
        _left_over,
        more="modules/layer-input",
    ),
)
