"""How Python's binary operators are written."""

from __future__ import annotations

import ast

from ptrepl.engine.operators import BINARY_OPERATORS

OPERATOR_SIGNS: dict[type[ast.AST], str] = {
    **{kind: each.sign for kind, each in BINARY_OPERATORS.items()},
    ast.LShift: "<<",
    ast.RShift: ">>",
}
