"""A dict that was taken apart like a tuple, which gives its keys: the same with its values."""

from __future__ import annotations

import ast
from typing import Any

from ptrepl.engine.explanation import Fix
from ptrepl.engine.watch.kinds import own_dict
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.class_text import class_text
from ptrepl.explain.operands.loaders import collates_by_default, is_loader
from ptrepl.explain.operands.state import is_plain_dict
from ptrepl.explain.provenance.origins import earlier, parsed
from ptrepl.explain.rewrite import segment, spliced
from ptrepl.texts.messages import gettext

_MOST_LINES = 12


def keys_for_values(case: Case, node: ast.expr, value: str) -> tuple[str, tuple[Fix, ...]] | None:
    """What is said of a name that holds a key of a dict, and the fix; None where that is not where it comes from."""
    if not isinstance(node, ast.Name):
        return None
    for each in case.parents:
        if isinstance(each, ast.For) and isinstance(each.target, ast.Tuple) and _holds(each.target, node.id):
            return _in_loop(case, each, each.target, node.id, value)
    for entry in earlier(case):
        if node.id in entry.bound:
            tree = parsed(entry.source)
            first = tree.body[0] if tree is not None and len(tree.body) == 1 else None
            return _assigned(case, entry.source, first, node.id, value)
    return None


def _holds(target: ast.Tuple, name: str) -> bool:
    return any(isinstance(each, ast.Name) and each.id == name for each in target.elts)


def _in_loop(case: Case, loop: ast.For, target: ast.Tuple, name: str, value: str) -> tuple[str, tuple[Fix, ...]] | None:
    loader = case.real(loop.iter)
    keys = _keys_of_sample(case, own_dict(loader).get("dataset")) if is_loader(loader) else None
    if keys is None or value not in keys or not collates_by_default(loader) or len(keys) != len(target.elts):
        return None
    source = case.site.source
    names = [segment(source, each) for each in target.elts]
    values = ", ".join(f'batch["{key}"]' for key in keys)
    text = gettext(
        "A batch of {loader} is a dict, and a dict that is taken apart gives its keys: {name} is {key}. The loop goes "
        "over whole batches, for batch in {loader}, and then takes out the values: {values}.",
        loader=case.text(loop.iter),
        name=name,
        key=f'"{value}"',
        values=values,
    )
    first = loop.body[0]
    if "batch" in names or first.lineno == loop.lineno:
        return text, ()
    taken = f"{', '.join(names)} = {values}\n{' ' * first.col_offset}{segment(source, first)}"
    code = spliced(source, case.site.statement, {target: "batch", first: taken})
    fits = not case.site.is_nested and code.count("\n") < _MOST_LINES
    return text, (Fix(code, ""),) if fits else ()


def _assigned(
    case: Case, source: str, statement: ast.stmt | None, name: str, value: str
) -> tuple[str, tuple[Fix, ...]] | None:
    match statement:
        case ast.Assign(targets=[ast.Tuple() as target], value=given) if _holds(target, name):
            held = case.real(given)
        case _:
            return None
    if not is_plain_dict(held) or value not in held or not isinstance(given, ast.Name):
        return None
    text = gettext(
        "{dict} is a dict, and a dict that is taken apart gives its keys: {name} is {key}. {dict}.values() gives its "
        "values.",
        dict=given.id,
        name=name,
        key=f'"{value}"',
    )
    line = case.site.line
    if case.site.is_nested or line is not case.site.statement:
        return text, ()
    again = spliced(source, statement, {given: f"{given.id}.values()"})
    return text, (Fix(f"{again}\n{segment(case.site.source, line)}", ""),)


def _keys_of_sample(case: Case, dataset: object) -> list[str] | None:
    """The keys of a sample, where that is a dict: of a list of dicts, or of the one that __getitem__ writes out."""
    if type(dataset) in (list, tuple):
        first: Any = dataset[0] if dataset else {}  # type: ignore[index]
        return [each for each in first if type(each) is str] if is_plain_dict(first) else None
    text = class_text(case, type(dataset))
    method = text.method("__getitem__") if text is not None else None
    returns = [each.value for each in ast.walk(method) if isinstance(each, ast.Return)] if method is not None else []
    if len(returns) != 1 or not isinstance(returns[0], ast.Dict):
        return None
    keys = [each.value for each in returns[0].keys if isinstance(each, ast.Constant) and isinstance(each.value, str)]
    return keys if len(keys) == len(returns[0].keys) else None
