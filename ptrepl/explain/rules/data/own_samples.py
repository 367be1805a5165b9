"""Samples with objects of the learner's own classes: their own method makes a tensor of one, in ``__getitem__``."""

from __future__ import annotations

import ast
import types
from typing import Any

from ptrepl.engine.explanation import Fix
from ptrepl.engine.watch.kinds import class_dict, mro, own_dict, type_name
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.class_text import class_text
from ptrepl.explain.fixes.trial import Candidate, verified
from ptrepl.explain.operands.loaders import loader_calls
from ptrepl.explain.operands.samples import Batch, Oddity
from ptrepl.explain.provenance.origins import origin_at_prompt
from ptrepl.explain.rewrite import in_a_sentence, in_one_line, postfix, segment, spliced
from ptrepl.explain.rule import Finding
from ptrepl.texts.messages import gettext

_TRANSFORMS = ("transform", "transforms")
_CONVERTERS = ("to_tensor", "as_tensor", "tensor", "to_torch", "to_numpy", "as_numpy", "numpy", "to_array", "as_array")


def tensors_of_objects(case: Case, batch: Batch, odd: Oddity) -> Finding | None:
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
    name = part.id if isinstance(part, ast.Name) else ""
    if item is not None and name and sum(_stores(each, name) for each in ast.walk(item)) > 1:
        return _as_transform(case, batch, odd, method, name, item) or Finding(said)
    new = postfix(text.source, part, f".{method}()")
    line = gettext(
        "In __getitem__ of {dataset} write {code}: {method}() is what {cls} has for it.",
        dataset=text.node.name,
        code=in_a_sentence(spliced(text.source, returned[0], {part: new})),
        method=f"{in_one_line(text.source, part)}.{method}",
        cls=type_name(odd.other),
    )
    return Finding(line, text.anew({part: new}))


def _stores(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Store)


def _as_transform(
    case: Case, batch: Batch, odd: Oddity, method: str, name: str, item: ast.FunctionDef
) -> Finding | None:
    """``Scans(transform=Scan.to_tensor)``, where ``__getitem__`` has ``scan = self.transform(scan)`` and it is None."""
    held, dataset, cls = own_dict(batch.dataset), type_name(batch.dataset), type_name(odd.other)
    attribute = next((each for each in _TRANSFORMS if each in held), "")
    applied = f"{name} = self.{attribute}({name})"  # not a sentence: Python
    if not attribute or held[attribute] is not None or case.names.get(cls) is not type(odd.other):
        return None
    if not any(isinstance(each, ast.Assign) and ast.unparse(each) == applied for each in ast.walk(item)):
        return None
    init = class_dict(type(batch.dataset)).get("__init__")
    if (
        not isinstance(init, types.FunctionType)
        or attribute not in init.__code__.co_varnames[: init.__code__.co_argcount]
    ):
        return None
    given = f"{attribute}={cls}.{method}"
    said = gettext(
        "{code} makes one: {attribute} of {dataset} is None, and {method} of {cls} gives a tensor of each.",
        code=f"{dataset}({given})",
        attribute=attribute,
        dataset=dataset,
        method=method,
        cls=cls,
    )
    return Finding(said, _made_with(case, dataset, attribute, given))


def _made_with(case: Case, dataset: str, attribute: str, given: str) -> tuple[Fix, ...]:
    """The line that made the dataset, with one more argument; then the loader and the failing line again."""
    calls = [*loader_calls(case)]
    if len(calls) != 1 or case.site.is_nested or case.site.line is not case.site.statement:
        return ()
    source, statement, call = calls[0]
    lines, first = [], call.args[0]
    if isinstance(first, ast.Name) and (made := origin_at_prompt(case, first.id)) is not None and made.is_alone:
        lines = [_with_argument(made.source, made.statement, made.value, dataset, attribute, given)]
        lines.append(segment(source, statement))
    else:
        lines = [_with_argument(source, statement, first, dataset, attribute, given)]
    if not all(lines):
        return ()
    if statement is not case.site.statement:
        lines.append(segment(case.site.source, case.site.line))
    return verified(case, Candidate("\n".join(lines), replaces_line=True))


def _with_argument(source: str, statement: ast.stmt, made: ast.expr, cls: str, attribute: str, given: str) -> str:
    match made:
        case ast.Call(func=ast.Name(id=name), args=args, keywords=keywords) if name == cls:
            if any(each.arg in (attribute, None) for each in keywords):
                return ""
            text = segment(source, made)
            comma = ", " if args or keywords else ""
            return spliced(source, statement, {made: f"{text[:-1].rstrip().rstrip(',')}{comma}{given})"})
    return ""


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
