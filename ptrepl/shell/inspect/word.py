"""A word that somebody asks about, and the name by which ``obj?`` finds what it means."""

from __future__ import annotations

import builtins
import types
from collections.abc import Callable, Mapping
from typing import Any

from ptrepl.engine.run.session import Session
from ptrepl.errors import UsageError
from ptrepl.shell.inspect.lookup import lookup
from ptrepl.shell.interrupts import interruptible

_HOMES = ("", "torch.", "torch.Tensor.", "torch.nn.", "torch.nn.functional.", "torch.optim.", "torch.linalg.")
"""In what a word is looked for, the learner's own names first."""
_NOTHING = object()
_REMOVED = "torch._linalg_utils"
"""Where the functions are that only say that they have moved to torch.linalg."""


def finder(session: Session) -> Callable[[str], str]:
    """``name_of_word`` in a session, which waits for torch when it is asked."""

    def find(word: str) -> str:
        with interruptible():
            session.ready()
        return name_of_word(word, session.namespace)

    return find


def name_of_word(word: str, namespace: Mapping[str, Any]) -> str:
    """``torch.zeros_like`` of ``zeros_like``; "" of a word that names nothing. Nothing runs."""
    first = word.partition(".")[0]
    for home in _HOMES:
        if not home and first not in namespace:
            continue  # what Python has by itself comes after what torch has
        if (found := _found(home + word, namespace)) is _NOTHING:
            continue
        moved = f"torch.linalg.{word}"
        gone = bool(home) and isinstance(found, types.FunctionType) and found.__module__ == _REMOVED
        return moved if gone and _found(moved, namespace) is not _NOTHING else home + word
    return word if hasattr(builtins, word) else ""


def _found(text: str, namespace: Mapping[str, Any]) -> Any:
    try:
        return lookup(text, namespace)
    except UsageError:
        return _NOTHING
