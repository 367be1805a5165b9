"""What Python's prompt keeps of the learner's besides their names: ``_``, and the last exception."""

from __future__ import annotations

import builtins
import sys
from collections.abc import Iterator
from types import TracebackType

_cause, _context, _trace = (vars(BaseException)[name].__get__ for name in ("__cause__", "__context__", "__traceback__"))


def release_guards(error: BaseException) -> None:
    """Turn ``torch.func`` on again after ``Tensor.__repr__`` raised, or Ctrl-C stopped it.

    It is turned off by an object in a local variable of ``torch._tensor_str._str``, whose frame stands in the traceback
    that every prompt keeps: until the next error ``torch.func.grad`` of anything would be 0. So that frame is emptied
    in the tracebacks of ``error`` and of what led to it.
    """
    torch = sys.modules.get("torch")
    holder = getattr(getattr(getattr(torch, "_tensor_str", None), "_str", None), "__code__", None)
    if holder is None:
        return
    for trace in _traces(error):
        if trace.tb_frame.f_code is holder:
            try:
                trace.tb_frame.clear()
            except RuntimeError:
                continue  # it is running still: an error that was kept while a tensor is being shown


def _traces(error: BaseException) -> Iterator[TracebackType]:
    seen: set[int] = set()
    left: list[BaseException | None] = [error]
    while left:
        each = left.pop()
        if each is None or id(each) in seen:
            continue
        seen.add(id(each))
        left += [_cause(each), _context(each)]
        trace: TracebackType | None = _trace(each)
        while trace is not None:
            yield trace
            trace = trace.tb_next


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
