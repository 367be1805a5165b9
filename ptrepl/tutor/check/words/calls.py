"""The check word ``calls``: for steps whose point is how something is written. Reads the syntax of what was typed."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ptrepl.engine.operator_signs import OPERATOR_SIGNS
from ptrepl.texts.lists import either
from ptrepl.texts.messages import gettext
from ptrepl.tutor.check.look import Look
from ptrepl.tutor.check.verdict import Miss
from ptrepl.tutor.keywords import KEYWORDS
from ptrepl.tutor.names import parse_python
from ptrepl.tutor.program_slice import program_slice

_PRELOADED = {"nn": "torch.nn", "F": "torch.nn.functional", "np": "numpy", "pd": "pandas"}


def calls(look: Look, *names: str, never: bool = False) -> None:
    """What was typed in the step uses one of ``names``; with ``never``, what made the present values uses none.

    A name is a function (``cat``; ``torch.cat`` for this one alone), an attribute (``.data``), an argument (``dim=``),
    an operator (``@``, ``+=``) or a keyword (``for``, in comprehensions too).
    """
    tree = _parsed(look.last.source)
    if never and look.about:
        tree = program_slice(tree, frozenset({look.about}), blocks=True)
    used = ways(tree)
    found = sorted(used.intersection(names))
    look.see((never, tuple(found)))
    if never and found:
        message = gettext("This step is about how the code is written: do not use `{name}`.", name=found[0])
        raise Miss(message, look.about)
    if not never and not found:
        wanted = either([f"`{name}`" for name in names])
        raise Miss(gettext("This step is about how the code is written: use {names}.", names=wanted), look.about)


def ways(tree: ast.Module) -> frozenset[str]:
    """Each function called, by its last name and by its full one; each attribute, argument, operator and keyword."""
    known = _aliases(tree)
    found: set[str] = set()
    for node in ast.walk(tree):
        if type(node) in KEYWORDS:
            found.add(KEYWORDS[type(node)])
        if isinstance(node, ast.BinOp):
            found.add(OPERATOR_SIGNS.get(type(node.op), ""))
        elif isinstance(node, ast.Attribute):
            found.add(f".{node.attr}")
        elif isinstance(node, ast.keyword) and node.arg:
            found.add(f"{node.arg}=")
        elif isinstance(node, ast.AugAssign):
            found |= {OPERATOR_SIGNS.get(type(node.op), ""), f"{OPERATOR_SIGNS.get(type(node.op), '')}="}
        for called in _called(node):
            dotted = _dotted(called, known)
            found |= {dotted, dotted.rpartition(".")[2]}
    return frozenset(found - {""})


def _called(node: ast.AST) -> Iterator[ast.expr]:
    if isinstance(node, ast.Call):
        yield node.func
    elif isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        yield from node.decorator_list


def _dotted(node: ast.expr, known: dict[str, str]) -> str:
    if isinstance(node, ast.Name):
        return known.get(node.id, node.id)
    return f"{_dotted(node.value, known)}.{node.attr}" if isinstance(node, ast.Attribute) else "?"


def _aliases(tree: ast.Module) -> dict[str, str]:
    known = dict(_PRELOADED)
    for node in ast.walk(tree):
        match node:
            case ast.Import(names):
                known.update((each.asname, each.name) for each in names if each.asname)
            case ast.ImportFrom(module, names, 0):
                known.update((each.asname or each.name, f"{module}.{each.name}") for each in names)
            case ast.Assign(targets=[ast.Name(alias)], value=ast.Attribute() as value):
                known[alias] = _dotted(value, known)
    return known


def _parsed(source: str) -> ast.Module:
    try:
        return parse_python(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ast.Module([], [])
