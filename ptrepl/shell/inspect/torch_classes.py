"""What ``torch.Tensor?`` says: the classes that every program meets and that PyTorch has written nothing on."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

from ptrepl.engine.watch.kinds import is_a, is_tensor_class
from ptrepl.texts.library import section, sections

_FILE = "classes"
_OF_ONE_DTYPE = "Tensor of one dtype"  # not a sentence: the heading of a section


def text_on_class(value: Any, languages: Sequence[str] = ()) -> str:
    """Our text on the class ``value``, or on that of the object ``value``; "" for all others, and for a tensor."""
    torch = sys.modules.get("torch")
    if torch is None:
        return ""
    cls = value if is_a(value, type) or _is_of_one_dtype(value) else type(value)
    if cls is not value and is_tensor_class(cls):
        return ""
    if _is_of_one_dtype(cls):
        return section(_FILE, _OF_ONE_DTYPE, languages)
    if cls is torch.autograd.Variable:
        return section(_FILE, "Variable", languages)
    names = (name for name in sections(_FILE) if vars(torch).get(name) is cls)
    return next((section(_FILE, name, languages) for name in names), "")


def _is_of_one_dtype(value: Any) -> bool:
    """Whether it is ``torch.FloatTensor`` or one of its like, which are no classes to Python."""
    torch = sys.modules["torch"]
    return type(value) is type(torch.FloatTensor)
