"""How a node of Python's syntax is written: by what keyword or sign."""

from __future__ import annotations

import ast

KEYWORDS: dict[type[ast.AST], str] = {
    ast.For: "for",
    ast.comprehension: "for",
    ast.While: "while",
    ast.With: "with",
    ast.If: "if",
    ast.IfExp: "if",
    ast.Lambda: "lambda",
    ast.FunctionDef: "def",
    ast.ClassDef: "class",
    ast.Subscript: "[]",
}
"""Those that a lesson asks for, or forbids: blocks, functions and an index."""
