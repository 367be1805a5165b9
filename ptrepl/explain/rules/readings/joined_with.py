"""A layer made for the features of two tensors, of which it was given one: the skip of a U-Net, a second branch."""

from __future__ import annotations

import ast

from ptrepl.engine.watch.facts import read, shape_text
from ptrepl.engine.watch.kinds import Kind, is_tensor_class, kind_of
from ptrepl.explain.called_name import names_within
from ptrepl.explain.case import Case, sizes
from ptrepl.explain.fixes.trial import Candidate, tried
from ptrepl.explain.operands.invocation import changed
from ptrepl.explain.operands.layers import Layer
from ptrepl.explain.rewrite import in_a_sentence, segment
from ptrepl.explain.rule import Finding
from ptrepl.texts.messages import gettext


def joined_with(case: Case, layer: Layer, wants: int, dim: int) -> Finding | None:
    """What to say in ``forward`` where one tensor of its own has the features that are lacking; None elsewhere.

    ``dim``: of the features, counted from the front.
    """
    node, shape = layer.argument, layer.shape
    held = case.site.frame.f_locals
    if node is None or layer.steps or not case.site.is_nested or kind_of(held.get("self")) is not Kind.MODULE:
        return None
    lacking = wants - shape[dim]
    wanted = (*shape[:dim], lacking, *shape[dim + 1 :])
    function = next((each for each in case.parents if isinstance(each, ast.FunctionDef)), None)
    given = names_within(node)
    names = {
        each.id
        for each in ast.walk(function or ast.Pass())
        if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store) and each.lineno < case.site.line.lineno
    }
    fits = [name for name in sorted(names - given) if _has_shape(held.get(name), wanted)]
    if lacking < 1 or len(fits) != 1:
        return None
    [name] = fits
    joined = f"torch.cat([{segment(case.site.source, node)}, {name}], dim={dim})"
    code = changed(case, {node: joined})
    text = gettext(
        "{name}, {shape}, has the other {count}: if the two are to be joined, write {code}; if not, {layer} "
        "has to be made for {has}.",
        layer=layer.path,
        has=shape[dim],
        name=name,
        shape=shape_text(wanted),
        count=lacking,
        code=in_a_sentence(code),
    )
    return Finding(text, tried(case, [Candidate(code)]))


def _has_shape(value: object, shape: tuple[int, ...]) -> bool:
    return is_tensor_class(type(value)) and sizes(read(value)) == shape
