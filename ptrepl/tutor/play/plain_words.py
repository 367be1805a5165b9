"""Is a line English rather than Python? Read by its form; nothing is run."""

from __future__ import annotations

import ast
import re
from collections.abc import Container

from ptrepl.tutor.names import tree_of

_WORDS = re.compile(r"[^\W\d_][\w'’-]*(?:[ ,;:.!?]+[\w'’-]+)*[ .,;:!?]*")


def is_plain_words(text: str, known: Container[str]) -> bool:
    """Whether ``text`` is words and no code: it does not parse, or is a word that no name of ``known`` is."""
    text = text.strip()
    if _WORDS.fullmatch(text) is None:
        return False
    tree = tree_of(text)
    if tree is None:
        return len(text.split()) > 1
    match tree.body:
        case [ast.Expr(value=ast.Name(id=name))]:
            return name not in known
        case [ast.Expr(value=ast.Compare(left=ast.Name(id=name)) | ast.BoolOp(values=[ast.Name(id=name), *_]))]:
            return name not in known
    return False
