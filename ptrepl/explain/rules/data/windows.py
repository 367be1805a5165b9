"""A dataset of windows of a series whose ``__len__`` counts the series: the last windows run over its end."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from ptrepl.engine.watch.kinds import type_name
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.class_text import ClassText, class_text
from ptrepl.explain.rewrite import operand, segment
from ptrepl.explain.rule import Finding
from ptrepl.texts.messages import gettext


def windows_past_the_end(case: Case, dataset: Any) -> Finding | None:
    """``return self.s[i : i + self.w], self.s[i + self.w]`` with ``return len(self.s)``: what ``__len__`` is to return.

    None where the dataset takes its samples in another way, or does not count too many.
    """
    text = class_text(case, type(dataset)) if dataset is not None else None
    item, length = (text.method("__getitem__"), text.method("__len__")) if text is not None else (None, None)
    if text is None or item is None or length is None or len(item.args.args) != 2:
        return None
    match length.body:
        case [ast.Return(value=ast.Call(func=ast.Name(id="len"), args=[series]) as counted)]:
            pass
        case _:
            return None
    needs = [*_needs(text, item, ast.dump(series))]
    if not needs or len({width for width, _ in needs}) != 1:
        return None
    width, more = needs[0][0], max(more for _, more in needs)
    name = segment(text.source, series)
    code = f"len({name}) - {width}" + (f" - {more}" if more > 0 else f" + {-more}" if more else "")
    said = gettext(
        "The windows run over the end of {name}: __len__ of {cls} counts all of {name}, and a whole window begins only "
        "at the first {code} places. Write return {code} in __len__.",
        name=name,
        cls=type_name(dataset),
        code=code,
    )
    return Finding(said, text.anew({counted: code}, gettext("then make {cls} again", cls=type_name(dataset))))


def _needs(text: ClassText, item: ast.FunctionDef, series: str) -> Iterator[tuple[str, int]]:
    """For each window or value that is taken from the series: its width, and how much more than it has to follow."""
    index = item.args.args[1].arg
    for each in ast.walk(item):
        match each:
            case ast.Subscript(value=value, slice=ast.Slice(upper=ast.BinOp() as last)) if ast.dump(value) == series:
                found = _offset(text, last, index)
                if found is not None:
                    yield found[0], found[1] - 1
            case ast.Subscript(value=value, slice=ast.BinOp() as place) if ast.dump(value) == series:
                found = _offset(text, place, index)
                if found is not None:
                    yield found


def _offset(text: ClassText, node: ast.expr, index: str) -> tuple[str, int] | None:
    """``("self.w", 1)`` of ``i + self.w + 1``."""
    parts = _summands(node)
    own = [each for each in parts if isinstance(each, ast.Name) and each.id == index]
    numbers = [each.value for each in parts if isinstance(each, ast.Constant) and type(each.value) is int]
    rest = [each for each in parts if each not in own and not isinstance(each, ast.Constant)]
    if len(own) != 1 or len(rest) != 1 or len(numbers) + 2 != len(parts):
        return None
    return operand(text.source, rest[0]), sum(numbers)


def _summands(node: ast.expr) -> list[ast.expr]:
    match node:
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return [*_summands(left), *_summands(right)]
    return [node]
