"""A step that ``forward`` leaves out: a pooling layer that it does not call, or a result that it gives no name."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from typing import Any

from ptrepl.engine.watch.kinds import type_name
from ptrepl.explain.called_name import names_within
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.class_text import ClassText
from ptrepl.explain.fixes.layer_in_class import LayerAnew
from ptrepl.explain.fixes.trial import MOST_FIXES
from ptrepl.explain.operands.layers import Layer
from ptrepl.explain.provenance.origins import label
from ptrepl.explain.rewrite import in_a_sentence, segment
from ptrepl.explain.rule import Finding
from ptrepl.texts.messages import gettext

_FLATTENING = ("flatten", "view", "reshape")
_Texts = dict[ast.expr | ast.stmt, str]
_Runs = Callable[[_Texts], bool | None]


def dropped_result(
    case: Case, text: ClassText, body: ast.FunctionDef, layer: Layer, wants: int, runs: _Runs
) -> Finding | None:
    """``F.relu(self.fc1(x))`` as a line of its own, whose result no name holds."""
    name = layer.argument.id if isinstance(layer.argument, ast.Name) else ""
    lines = [
        each
        for each in body.body
        if isinstance(each, ast.Expr)
        and isinstance(each.value, ast.Call)
        and isinstance(each.value.func, ast.Attribute)
        and not each.value.func.attr.endswith("_")
        and name in names_within(each.value)
        and each.lineno < layer.argument.lineno  # type: ignore[union-attr]
    ]
    texts: _Texts = {each: f"{name} = {segment(text.source, each)}" for each in lines}
    if not texts:
        return None
    first, fits = lines[0], runs(texts)
    if fits is None:
        fits = len(lines) == 1 and (case.shape(first.value) or ())[-1:] == (wants,)
    if not fits:
        return None
    said = gettext(
        "`{statement}` computes a new tensor, which gets no name, and {name} stays as it was: write `{code}`.",
        statement=label(text.source, first),
        name=name,
        code=texts[first],
    )
    return Finding(said, text.anew(texts))


def pool_left_out(
    text: ClassText, body: ast.FunctionDef, modules: dict[str, Any], layer: Layer, runs: _Runs, anew: LayerAnew | None
) -> Finding | None:
    """``self.pool``, made and not called, or called once too few: with it, the layer gets what it was made for."""
    base = _flattened(body, layer)
    if base is None or layer.kind != "Linear":
        return None
    owner = body.args.args[0].arg
    spoken = {
        each.attr
        for method in text.node.body
        if isinstance(method, ast.FunctionDef) and method.name != "__init__"
        for each in ast.walk(method)
        if isinstance(each, ast.Attribute)
    }
    for name in sorted(_pools(modules), key=lambda each: each in spoken):
        path = f"{owner}.{name}"
        code = f"{path}({segment(text.source, base)})"
        fits = runs({base: code})
        if fits is None and name not in spoken:
            return Finding(gettext("{pool} is made in __init__ and not called.", pool=path))
        if not fits:
            continue
        fixes = text.anew({base: code})
        if name not in spoken:
            said = gettext(
                "{pool} is made in __init__ and not called. Before the flatten, {code} leaves the numbers that {layer} "
                "takes.",
                pool=path,
                code=in_a_sentence(code),
                layer=layer.path,
            )
            return Finding(said, fixes)
        said = gettext(
            "{layer} fits what {pool} makes of it once more: if that is missing here, write {code} before the flatten.",
            layer=layer.path,
            pool=path,
            code=in_a_sentence(code),
        )
        if anew is None:
            return Finding(said, fixes)
        other = gettext("If not, it was made for another size.")
        return Finding(f"{said} {other} {anew.said}", (*fixes, *anew.fixes)[:MOST_FIXES])
    return None


def _pools(modules: dict[str, Any]) -> Iterator[str]:
    for name, module in modules.items():
        if "Pool" in type_name(module):
            yield name


def _flattened(body: ast.FunctionDef, layer: Layer) -> ast.expr | None:
    """``x`` of ``x.flatten(1)``, the last of the method before the layer."""
    found = None
    for each in ast.walk(body):
        match each:
            case ast.Call(func=ast.Attribute(value=base, attr=name), args=args) if name in _FLATTENING:
                if each.lineno > getattr(layer.argument, "lineno", 0):
                    continue
                if isinstance(base, ast.Name) and base.id == "torch":
                    base = args[0] if args else base
                found = base if found is None or base.lineno >= found.lineno else found
    return found
