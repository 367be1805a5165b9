"""Samples with objects of the learner's own classes: their own method makes a tensor of one, in ``__getitem__``."""

from __future__ import annotations

import ast
import types
from typing import Any

from ptrepl.engine.watch.kinds import class_dict, mro, type_name
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.class_text import class_text
from ptrepl.explain.operands.samples import Batch, Oddity
from ptrepl.explain.rewrite import in_one_line, postfix, spliced
from ptrepl.explain.rule import Finding
from ptrepl.texts.messages import gettext

_CONVERTERS = ("to_tensor", "as_tensor", "tensor", "to_torch", "to_numpy", "as_numpy", "numpy", "to_array", "as_array")


def converted(case: Case, batch: Batch, odd: Oddity) -> Finding | None:
    """``return img.to_tensor(), label``; None where the class of the object has no such method."""
    method = _converter(case, odd.other)
    if not method:
        return None
    said = gettext("{method}() of {cls} makes one.", method=f".{method}", cls=type_name(odd.other))
    text = class_text(case, type(batch.dataset))
    item = text.method("__getitem__") if text is not None else None
    returned = [each for each in ast.walk(item) if isinstance(each, ast.Return)] if item is not None else []
    part = _part(returned[0].value, odd.path) if len(returned) == 1 else None
    if text is None or part is None:
        return Finding(said)
    new = postfix(text.source, part, f".{method}()")
    line = gettext(
        "In __getitem__ of {dataset} write {code}: {method}() is what {cls} has for it.",
        dataset=text.node.name,
        code=" ".join(spliced(text.source, returned[0], {part: new}).split()),
        method=f"{in_one_line(text.source, part)}.{method}",
        cls=type_name(odd.other),
    )
    return Finding(line, text.anew({part: new}))


def _converter(case: Case, value: Any) -> str:
    """A method of the learner's that is called without arguments and, by its name, gives a tensor or an array."""
    for base in mro(type(value)):
        for name in _CONVERTERS:
            held = class_dict(base).get(name)
            if not isinstance(held, types.FunctionType) or not case.learner_files(held.__code__.co_filename):
                continue
            if held.__code__.co_argcount - len(held.__defaults__ or ()) == 1 and not held.__code__.co_kwonlyargcount:
                return name
    return ""


def _part(value: ast.expr | None, path: str) -> ast.expr | None:
    """The expression at ``path`` of what is returned: ``[0]`` of a tuple, ``["image"]`` of a dict, or all of it."""
    if not path or value is None:
        return value
    try:
        index = ast.literal_eval(path)
    except (SyntaxError, ValueError):
        return None
    match value, index:
        case ast.Tuple(elts=elts) | ast.List(elts=elts), [int() as at] if at < len(elts):
            return elts[at]
        case ast.Dict(keys=keys, values=values), [str() as key]:
            found = [each for name, each in zip(keys, values, strict=True) if getattr(name, "value", None) == key]
            return found[0] if len(found) == 1 else None
    return None
