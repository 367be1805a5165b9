"""How values are named in a sentence to the learner: short, and exact enough to tell two of them apart."""

from __future__ import annotations

from typing import Any

from ptrepl.texts.lists import every
from ptrepl.texts.messages import gettext
from ptrepl.tutor.format.faults import printable
from ptrepl.tutor.isolation.torch_api import is_tensor_value


def number(value: Any, digits: int = 4) -> str:
    """A Python number as a tensor would show it: ``9.0``, ``3.333``, ``1e-05``, ``True``, ``7``."""
    if isinstance(value, bool) or not isinstance(value, float):
        return str(value)
    text = f"{value:.{digits}g}"
    return text if any(mark in text for mark in ".einf") else f"{text}.0"


def numbers_text(value: Any, digits: int = 4) -> str:
    """Nested lists of numbers, each by ``number``."""
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(numbers_text(item, digits) for item in value)}]"
    return number(value, digits)


def two_values(one: Any, other: Any) -> tuple[str, str]:
    """Both as text, with as many digits as it takes for them to differ."""
    for digits in (4, 7, 17):
        texts = numbers_text(one, digits), numbers_text(other, digits)
        if texts[0] != texts[1]:
            break
    return texts


def named_fields(value: object) -> tuple[str, ...]:
    """The names of what stands in a tuple of torch's, such as ``values`` and ``indices`` of ``x.max(dim=1)``."""
    cls = type(value)
    if cls.__module__ != "torch.return_types" or not issubclass(cls, tuple):
        return ()
    known = [name for name in vars(cls) if not name.startswith(("_", "n_")) and name not in ("count", "index")]
    return tuple(known)


def noun_for(value: object) -> str:
    """What ``value`` is: ``a list``, ``an int``, ``None``.

    A whole noun phrase, which stands for the value in a sentence: "`m` is {kind}; this step wants a tensor." Article
    and noun are translated together; only the name of a class is a field.
    """
    if value is None:
        return "None"
    if is_tensor_value(value):
        return gettext("a tensor")
    cls = type(value)
    if cls.__module__ == "numpy" and cls.__name__ == "ndarray":
        return gettext("a NumPy array")
    if cls.__name__ in ("function", "builtin_function_or_method", "method"):
        return gettext("a function")
    if issubclass(cls, type):
        return gettext("a class")
    if cls is bytes:
        return gettext("a bytes object")
    if fields := named_fields(value):
        return gettext("a tuple of {names}", names=every(fields))
    name = printable(cls.__name__)
    return gettext("an {type}", type=name) if name[:1] in "aeiouAEIOU" else gettext("a {type}", type=name)
