"""``x.view(-1, 10 * 6 * 24)`` before several layers that take as many features, where x has a map of another size."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from math import prod
from typing import Any

from ptrepl.engine.record.record import one_line
from ptrepl.engine.watch.facts import shape_text
from ptrepl.engine.watch.kinds import Kind, kind_of, own_dict, type_name
from ptrepl.explain.called_name import called_name
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.class_text import class_text
from ptrepl.explain.fixes.following import Rest, following
from ptrepl.explain.fixes.layer_in_class import LayerAnew
from ptrepl.explain.rewrite import spliced
from ptrepl.explain.standins.calling import Failed, Unknown
from ptrepl.explain.standins.evaluate import Evaluator
from ptrepl.explain.standins.lookup import FrameScope
from ptrepl.explain.standins.standins import StandIns
from ptrepl.texts.lists import every
from ptrepl.texts.messages import gettext

_MOST_MODULES = 500


def made_for_map(case: Case, call: ast.Call, flat: str, was: int, shape: tuple[int, ...]) -> LayerAnew | None:
    """Each ``nn.Linear(was, …)`` of the class with the features of ``shape``, and the failing call written as ``flat``.

    None where they are not all made in ``__init__`` from a size that is written out, or where the rest of the method
    refuses what they give.
    """
    held = _owner(case, was)
    text = class_text(case, type(held)) if held is not None else None
    init = text.method("__init__") if text is not None else None
    if text is None or init is None or text.source != case.site.source:
        return None
    sizes = [*_written(case, init, was)]
    if not sizes or not _rest_runs(case, call, flat, held, was, prod(shape[1:])):
        return None
    number = " * ".join(str(size) for size in shape[1:] if size != 1) or "1"
    texts: dict[ast.expr | ast.stmt, str] = {size: number for _, size in sizes}
    lines = [*dict.fromkeys(one_line(spliced(text.source, layer, {size: number})) for layer, size in sizes)]
    said = gettext(
        "{flat} keeps the batch dim. Each row then has {number} = {count} features, for maps of {map}: in "
        "{cls}.__init__, write {code}.",
        flat=flat,
        number=number,
        count=prod(shape[1:]),
        map=shape_text(shape[1:]),
        cls=type_name(held),
        code=every(lines),
    )
    return LayerAnew(said, text.anew({call: flat, **texts}))


def made_for_other_features(case: Case, flat: str, was: int, number: int) -> str | None:
    """A sentence for a module whose layers take ``was`` features, where the flat map has another number."""
    if case.maybe_site is None or _owner(case, was) is None:
        return None
    return gettext(
        "{flat} keeps the batch dim and has {number} features for each row. The nn.Linear after it takes {was}: make "
        "it for {number}, or give the network an input of the size that it was made for.",
        flat=flat,
        number=number,
        was=was,
    )


def _owner(case: Case, was: int) -> Any:
    """The module in the names of the failing function that has an ``nn.Linear`` of that many features, or None."""
    held = [each for each in case.site.frame.f_locals.values() if kind_of(each) is Kind.MODULE]
    return next((each for each in held if _taking(each, was)), None) if case.site.is_nested else None


def _modules(module: Any) -> Iterator[Any]:
    pending = [module]
    for each in pending:
        inner = own_dict(each).get("_modules")
        for part in inner.values() if type(inner) is dict else ():
            if part is not None and len(pending) < _MOST_MODULES:
                pending.append(part)
                yield part


def _taking(module: Any, features: int) -> list[Any]:
    linear = sys.modules["torch"].nn.Linear
    found = [each for each in _modules(module) if type(each) is linear]
    return [each for each in found if own_dict(each).get("in_features") == features]


def _written(case: Case, init: ast.FunctionDef, was: int) -> Iterator[tuple[ast.Call, ast.expr]]:
    """The calls ``nn.Linear(10 * 6 * 24, …)`` and their first argument, where that is ``was`` in numbers alone."""
    for each in ast.walk(init):
        if isinstance(each, ast.Call) and called_name(each) == "Linear" and each.args:
            size = each.args[0]
            plain = all(isinstance(part, (ast.Constant, ast.BinOp, ast.operator)) for part in ast.walk(size))
            if plain and case.value(size) == was:
                yield each, size


def _rest_runs(case: Case, call: ast.Call, flat: str, held: Any, was: int, number: int) -> bool:
    """Whether the rest of the method takes ``flat`` where each of those layers takes ``number`` features."""
    site, torch = case.site, sys.modules["torch"]
    standins = StandIns()
    scope = FrameScope.of(site.frame)
    try:
        for layer in _taking(held, was):
            own = own_dict(layer)
            made = torch.nn.Linear(number, own["out_features"], bias=own["_parameters"].get("bias") is not None)
            standins.stand_for(layer, made)
        line = ast.parse(spliced(site.source, site.line, {call: flat})).body[0]
    except (SyntaxError, KeyError):
        return False
    try:
        Evaluator(scope, StandIns()).value(ast.parse(flat, mode="eval").body)
    except (Unknown, Failed):
        return False
    return Rest(Evaluator(scope, standins)).accepts(line, following(site))
