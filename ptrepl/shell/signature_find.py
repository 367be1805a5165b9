"""The text before the cursor → how the function there is called. Looks things up as they lie; runs nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ptrepl.engine.kinds import is_tensor
from ptrepl.errors import UsageError
from ptrepl.shell.command_lookup import lookup
from ptrepl.shell.inspect_object import ways_to_call
from ptrepl.shell.signature_call import call_at
from ptrepl.shell.signature_fit import best_first, current_parameter
from ptrepl.shell.signature_parse import Signature, parse_signature

__all__ = ["Found", "SignatureFinder"]


@dataclass(frozen=True, slots=True)
class Found:
    """``signature``: the one that fits best of as many as there are ``ways``; ``current``: the argument's parameter."""

    signature: Signature
    current: int | None
    ways: int


class SignatureFinder:
    """Finds signatures among ``names``, which is asked for them each time and may wait until they are there."""

    def __init__(self, names: Callable[[], Mapping[str, Any]]) -> None:
        self._names = names
        self._last: tuple[str, list[Signature]] = ("", [])

    def __call__(self, before: str) -> Found | None:
        """What is called at the end of ``before``; None where nothing is, or nothing is known of it."""
        call = call_at(before)
        if call is None:
            self._last = ("", [])
            return None
        names = self._names()
        if self._last[0] != call.function:
            self._last = (call.function, _signatures(call.function, names))
        known = self._last[1]
        if not known:
            return None
        best = best_first(known, call, lambda argument: _is_known_tensor(argument, names))[0]
        return Found(best, current_parameter(best, call), len(known))


def _signatures(function: str, names: Mapping[str, Any]) -> list[Signature]:
    try:
        value = lookup(function, names)
    except UsageError:
        return []
    return [parsed for text in ways_to_call(value, function) if (parsed := parse_signature(text)) is not None]


def _is_known_tensor(argument: str, names: Mapping[str, Any]) -> bool:
    return argument.isidentifier() and argument in names and is_tensor(type(names[argument]))
