"""Images that ``forward`` flattens before a layer that needs their dims: the line belongs after that layer."""

from __future__ import annotations

import ast
import types
from collections.abc import Iterator
from typing import Any

from ptrepl.engine.explanation import Fix
from ptrepl.engine.watch.facts import shape_text
from ptrepl.engine.watch.kinds import class_dict, type_name
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.class_text import ClassText, class_text
from ptrepl.explain.operands.layers import failing_layer
from ptrepl.explain.outer_call import outermost_call
from ptrepl.explain.provenance.origins import label
from ptrepl.explain.rewrite import segment
from ptrepl.explain.rule import Finding, Rule
from ptrepl.explain.standins.calling import Failed, Unknown
from ptrepl.explain.standins.evaluate import Evaluator
from ptrepl.explain.standins.standins import StandIns
from ptrepl.texts.messages import gettext

_LAYERS = ("Conv1d", "Conv2d", "Conv3d", "_BatchNorm", "MaxPool1d", "MaxPool2d", "AvgPool1d", "AvgPool2d")
_FLATTENS = ("view", "reshape", "flatten")


def _flattened_early(case: Case) -> Finding | None:
    layer = failing_layer(case, *_LAYERS)
    if layer is None or layer.steps or len(layer.shape) != 2 or not isinstance(layer.argument, ast.Name):
        return None
    held = case.site.frame.f_locals.get("self")
    text = class_text(case, type(held)) if held is not None else None
    forward = text.method(case.site.frame.f_code.co_name) if text is not None else None
    if text is None or forward is None or text.source != case.site.source:
        return None
    at = next((index for index, each in enumerate(forward.body) if each.lineno == case.site.line.lineno), 0)
    before = next((each for each in reversed(forward.body[:at]) if _binds(each, layer.argument.id)), None)
    if before is None or not _flattens(before):
        return None
    text_said = gettext(
        "{layer} takes its input with all its dims, and `{statement}` in {cls}.{method} has put each example into one "
        "row before: {input} is {shape}.",
        layer=layer.path,
        statement=label(text.source, before),
        cls=type_name(held),
        method=forward.name,
        input=layer.argument.id,
        shape=shape_text(layer.shape),
    )
    later, fixes = next(_moved(case, text, forward, (forward.body.index(before), at), held), (None, ()))
    if later is None:
        return Finding(text_said)
    place = gettext("It belongs after `{statement}`.", statement=label(text.source, later))
    return Finding(f"{text_said} {place}", fixes)


def _binds(node: ast.stmt, name: str) -> bool:
    return any(
        isinstance(each, ast.Name) and each.id == name and isinstance(each.ctx, ast.Store) for each in ast.walk(node)
    )


def _flattens(node: ast.stmt) -> bool:
    match node:
        case ast.Assign(targets=[ast.Name()], value=ast.Call(func=ast.Attribute(attr=name))) if name in _FLATTENS:
            return True
    return False


def _moved(
    case: Case, text: ClassText, forward: ast.FunctionDef, places: tuple[int, int], held: Any
) -> Iterator[tuple[ast.stmt, tuple[Fix, ...]]]:
    """The first line after which the other may stand so that the whole call goes through, and the class so.

    ``places``: of the line that flattens, and of the one that failed.
    """
    outer, old = outermost_call(case), class_dict(type(held)).get(forward.name)
    at, source = places[0], text.source
    if outer is None or not isinstance(outer.node, ast.Call) or type(old) is not types.FunctionType:
        return
    for end in range(places[1], len(forward.body)):
        if isinstance(forward.body[end], ast.Return):
            return
        part = forward.body[at : end + 1]
        texts: dict[ast.expr | ast.stmt, str] = {
            each: segment(source, new) for each, new in zip(part, [*part[1:], part[0]], strict=True)
        }
        fixes = text.anew(texts)
        for fix in fixes:
            standins = StandIns()
            standins.anew = {old.__code__: _method(fix.code, forward.name)}
            try:
                Evaluator(outer.scope, standins).value(outer.node)
            except (Unknown, Failed):
                continue
            yield forward.body[end], fixes


def _method(code: str, name: str) -> ast.FunctionDef:
    cls = ast.parse(code).body[0]
    assert isinstance(cls, ast.ClassDef)
    return next(each for each in cls.body if isinstance(each, ast.FunctionDef) and each.name == name)


BEFORE = ("inputs.one_example", "shapes.conv", "shapes.layer")

RULES = (
    Rule(
        "flattened early",
        ("RuntimeError", "ValueError"),
        r"^[Ee]xpected \dD.* input (?:to|\(got)",
        _flattened_early,
        more="modules/layer-dims",
    ),
)
