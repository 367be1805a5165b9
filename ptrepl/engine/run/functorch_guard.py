"""A switch of torch's that stays off as long as a traceback lives.

``Tensor.__repr__`` turns ``torch.func`` off with an object in a local variable. Where it raises, or Ctrl-C stops it,
its frame stands in the traceback, and every prompt keeps the last traceback: in the meantime ``torch.func.grad`` of
anything is 0, without an error.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from types import TracebackType

_cause, _context, _trace = (vars(BaseException)[name].__get__ for name in ("__cause__", "__context__", "__traceback__"))


def release_guards(error: BaseException) -> None:
    """Empty the frame of torch that holds the switch, in the tracebacks of ``error`` and of what led to it."""
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
