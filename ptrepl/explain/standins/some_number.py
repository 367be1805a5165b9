"""A number that was read out of a stand-in: of the right type, with a value that is not known."""

from __future__ import annotations

from typing import Any


class _SomeInt(int):
    pass


class _SomeFloat(float):
    pass


def some_number(value: Any) -> Any:
    """``value`` for calls that look at its type alone; what is neither int, bool nor float is given back."""
    if type(value) in (int, bool):
        return _SomeInt(value)
    return _SomeFloat(value) if type(value) is float else value


def holds_some_number(*values: Any) -> bool:
    """Whether there is one among ``values``, or in their lists, tuples, dicts and slices."""
    for value in values:
        if type(value) in (_SomeInt, _SomeFloat):
            return True
        if type(value) is slice:
            value = (value.start, value.stop, value.step)
        if (type(value) in (list, tuple) and holds_some_number(*value)) or (
            type(value) is dict and holds_some_number(*value.values())
        ):
            return True
    return False
