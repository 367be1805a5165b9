"""The one thing of torch's that we replace: the module that ``torch.utils`` asks for weak references.

We remember tensors by weak references, so that none is kept alive, and ``torch.utils.swap_tensors`` refuses a tensor
that has any; ``nn.Module.to`` and ``load_state_dict`` call it for some parameters. The learner's code must not fail
because we look on, and no other way is sound: a weak reference of torch's own is refused too (``_swap_tensor_impl``
counts them), an ``id`` is given again once its tensor is gone, and dropping ours while a statement runs would leave
nothing to tell a new tensor from the old one by. What is asked is a question about Python objects alone; a plain
reference to one stays right through a swap, which changes what is in the object.
"""

from __future__ import annotations

import sys
import weakref
from typing import Any


class _Weakrefs:
    """Module ``weakref`` without references such as ours."""

    def __getattr__(self, name: str) -> Any:
        return getattr(weakref, name)

    def getweakrefs(self, tensor: Any) -> list[Any]:
        # a plain reference of the learner's is the very same object as ours; one with a callback is another
        found = weakref.getweakrefs(tensor)
        return [each for each in found if type(each) is not weakref.ref or getattr(each, "__callback__", None)]


_weakrefs = _Weakrefs()


def allow_swaps() -> None:
    """Let ``torch.utils.swap_tensors`` work on tensors that we remember. A torch that asks otherwise is left alone."""
    utils = sys.modules["torch"].utils
    if getattr(utils, "weakref", None) is weakref:
        utils.weakref = _weakrefs


def take_back_swaps() -> None:
    """Undo ``allow_swaps``."""
    utils = sys.modules.get("torch.utils")
    if getattr(utils, "weakref", None) is _weakrefs:
        utils.weakref = weakref  # type: ignore[union-attr]
