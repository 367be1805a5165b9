"""What Python's prompt keeps besides the learner's names: ``_``, and the last exception."""

from __future__ import annotations

import builtins
import sys

from ptrepl.engine.run.functorch_guard import release_guards


def remember_exception(error: BaseException) -> None:
    """Put the exception where ``pdb.pm()`` and ``traceback.print_last()`` look for it."""
    release_guards(error)
    sys.last_type, sys.last_value, sys.last_traceback = type(error), error, error.__traceback__
    if sys.version_info >= (3, 12):
        sys.last_exc = error


def forget() -> None:
    """Let go of both. A traceback keeps every local of the failed call alive."""
    builtins.__dict__.pop("_", None)
    for name in ("last_type", "last_value", "last_traceback", "last_exc"):
        if hasattr(sys, name):
            delattr(sys, name)
