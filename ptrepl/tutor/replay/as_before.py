"""Does a variable hold just what it held? Read without running anything of the learner's."""

from __future__ import annotations

from typing import Any

from ptrepl.engine.watch.facts import read
from ptrepl.engine.watch.static_read import gradient
from ptrepl.tutor.isolation.torch_api import NoCopy, copy_of, method, own

_PLAIN = (bool, int, float, complex, str, bytes, type(None))


def holds_the_same(before: Any, after: Any) -> bool:
    """Whether two values are the same object, equal plain values, or plain tensors alike in all that is seen of them.

    A tensor of a graph is taken for another one: what it was computed from cannot be compared.
    """
    if before is after:
        return True
    if type(before) is not type(after):
        return False
    if type(before) in _PLAIN:
        return bool(before == after)
    if type(before) in (list, tuple):
        return len(before) == len(after) and all(map(holds_the_same, before, after))
    if type(before) is not own().Tensor:
        return False
    one, other = read(before), read(after)
    if one != other or one.grad_fn is not None:
        return False
    try:
        same = method("equal", copy_of(before), copy_of(after))
    except (NoCopy, RuntimeError):
        return False
    return bool(same) and (not one.requires_grad or holds_the_same(gradient(before), gradient(after)))
