"""The trap of ``tp / tp + fp``: the division comes before the sum, and cancels."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ptrepl.explain.traps.observed import Noticed
from ptrepl.explain.traps.told import Told, told_of
from ptrepl.texts.messages import gettext

_NAMES = (ast.Name, ast.Attribute, ast.Subscript, ast.Call)


def quotient_without_brackets(noticed: Noticed) -> Iterator[Told]:
    """``precision = tp / tp + fp``, which is ``1 + fp``."""
    for place in noticed.places:
        for node in place.nodes():
            match node:
                case ast.BinOp(left=ast.BinOp(left=above, op=ast.Div(), right=below), op=ast.Add(), right=added) if (
                    isinstance(below, _NAMES) and isinstance(added, _NAMES)
                ):
                    pass
                case _:
                    continue
            if not any(ast.dump(each) == ast.dump(below) for each in _factors(above)):
                continue
            text = gettext(
                "In {code} the division comes first: {below} is divided by itself, and {added} is added after. Write "
                "{instead}.",
                code=place.text(node),
                below=place.text(below),
                added=place.text(added),
                instead=f"{place.text(above)} / ({place.text(below)} + {place.text(added)})",
            )
            yield told_of(place, text, node)
            return


def _factors(node: ast.expr) -> Iterator[ast.expr]:
    match node:
        case ast.BinOp(left=left, op=ast.Mult(), right=right):
            yield from _factors(left)
            yield from _factors(right)
        case _:
            yield node
