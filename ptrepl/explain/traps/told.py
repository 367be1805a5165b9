"""What a trap says of one place, and which place that is: each is told of once."""

from __future__ import annotations

import ast
from typing import NamedTuple

from ptrepl.explain.traps.reading.place import Place
from ptrepl.texts.messages import gettext


class Told(NamedTuple):
    """A sentence or two; ``at``: the place in the learner's code."""

    text: str
    at: str


def told_of(place: Place, text: str, node: ast.AST | None = None) -> Told:
    """``text`` of ``node`` at ``place``, with the line where it stands in a function."""
    if not place.function:
        return Told(text, place.source)
    line = getattr(node, "lineno", place.statement.lineno)
    where = gettext("That is line {line}, in {function}().", function=place.function, line=line)
    return Told(f"{text} {where}", f"{place.filename}:{line}")
