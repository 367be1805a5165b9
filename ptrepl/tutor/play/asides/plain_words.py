"""Is a line English rather than Python? Read by its form; nothing is run."""

from __future__ import annotations

import ast
import re
from collections.abc import Container, Sequence

from ptrepl.engine.outcome import Outcome
from ptrepl.texts.messages import gettext
from ptrepl.tutor.names import tree_of

_WORDS = re.compile(r"[^\W\d_][\w'’-]*(?:[ ,;:.!?]+[\w'’-]+)*[ .,;:!?]*")
_WORDY = (
    *(ast.Name, ast.Compare, ast.BoolOp, ast.UnaryOp, ast.Tuple, ast.Constant, ast.expr_context),
    *(ast.And, ast.Or, ast.Not, ast.Is, ast.IsNot, ast.In, ast.NotIn),
)
"""What English words may be in Python: ``no, it is random``."""


def is_plain_words(text: str, known: Container[str]) -> bool:
    """Whether ``text`` is words and no code: it does not parse, or is a word that no name of ``known`` is."""
    text = text.strip()
    if _WORDS.fullmatch(text) is None:
        return False
    tree = tree_of(text)
    if tree is None:
        return len(text.split()) > 1
    match tree.body:
        case [ast.Expr(value=value)]:
            return _first_name(value) not in known and all(isinstance(node, _WORDY) for node in ast.walk(value))
    return False


def words_where_enter_goes_on(outcomes: Sequence[Outcome], namespace: Container[str], *, shown: bool) -> str:
    """What to say of words where nothing is asked, ``ok`` or ``twenty four``; "" for anything else.

    ``shown``: Enter runs the code that is shown.
    """
    last = outcomes[-1]
    if last.error is None or last.error.type_name not in ("NameError", "SyntaxError") or last.explanation is not None:
        return ""
    if not is_plain_words(last.source, namespace):
        return ""
    if shown:
        return gettext("What you type is run as Python. Press Enter to run the code that is shown.")
    return gettext("What you type is run as Python. Press Enter to go on.")


def _first_name(value: ast.expr) -> str:
    return next((node.id for node in ast.walk(value) if isinstance(node, ast.Name)), "")
