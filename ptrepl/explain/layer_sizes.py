"""How many features or channels a module takes, and how many it gives."""

from __future__ import annotations

from typing import Any

from ptrepl.engine.watch.kinds import own_dict, type_name

_TAKES = ("in_features", "in_channels", "input_size")
_GIVES = ("out_features", "out_channels")
_MOST_PARTS = 200
_RECURRENT = ("LSTM", "GRU", "RNN")


def features_taken(module: Any) -> int | None:
    """The features or channels that a layer takes; of an nn.Sequential, its first layer that has some."""
    return next((found for each in _parts(module) if (found := _number(each, _TAKES)) is not None), None)


def features_given(module: Any) -> int | None:
    """The features or channels that a layer gives; of an nn.Sequential, its last layer that has some."""
    return next((found for each in reversed(_parts(module)) if (found := _number(each, _GIVES)) is not None), None)


def last_with_features(module: Any) -> Any:
    """The last layer of an nn.Sequential that gives features; the module itself where it is one; else None."""
    return next((each for each in reversed(_parts(module)) if _number(each, _GIVES) is not None), None)


def works_like(module: Any, other: Any) -> bool:
    """Whether both begin with a layer of one class, as two ``nn.Linear`` do."""
    one, two = (next((each for each in _parts(part) if _number(each, _TAKES)), None) for part in (module, other))
    return one is not None and two is not None and type_name(one) == type_name(two)


def _parts(module: Any) -> list[Any]:
    """The layers of an nn.Sequential, also of those in it, in their order; else the module alone."""
    if type_name(module) != "Sequential":
        return [module]
    inner = own_dict(module).get("_modules")
    held = [*inner.values()][:_MOST_PARTS] if type(inner) is dict else []
    return [part for each in held for part in ([each] if type_name(each) != "Sequential" else _parts(each))]


def _number(module: Any, names: tuple[str, ...]) -> int | None:
    own = own_dict(module)
    if type_name(module) in _RECURRENT and names is _GIVES:
        hidden, two = own.get("hidden_size"), own.get("bidirectional")
        return hidden * (2 if two is True else 1) if type(hidden) is int else None
    found = next((own[each] for each in names if each in own), None)
    return found if type(found) is int else None
