"""The text before the cursor → how the function there is called. Looks things up as they lie; runs nothing."""

from __future__ import annotations

import re
import types
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ptrepl.engine.watch.kinds import is_tensor_class
from ptrepl.errors import UsageError
from ptrepl.shell.complete.infer import KnownNames
from ptrepl.shell.complete.known import InstanceOf, KnownObject
from ptrepl.shell.complete.local_names import read_locals
from ptrepl.shell.complete.tokens import read_code
from ptrepl.shell.inspect.lookup import lookup
from ptrepl.shell.inspect.object import ways_to_call
from ptrepl.shell.inspect.signature import instance_signatures
from ptrepl.shell.inspect.text import class_name
from ptrepl.shell.signature.call import call_at
from ptrepl.shell.signature.fit import best_first, current_parameter
from ptrepl.shell.signature.parse import Signature, parse_signature


@dataclass(frozen=True, slots=True)
class FoundSignature:
    """``signature``: the one that fits best of as many as there are ``ways``; ``current``: the argument's parameter."""

    signature: Signature
    current: int | None
    ways: int


class SignatureFinder:
    """Finds signatures among ``names``, which is asked for them each time and may wait until they are there."""

    def __init__(self, names: Callable[[], Mapping[str, Any]]) -> None:
        self._names = names

    def __call__(self, before: str) -> FoundSignature | None:
        """What is called at the end of ``before``; None where nothing is, or nothing is known of it."""
        call = call_at(before)
        if call is None:
            return None
        names = self._names()
        # half a millisecond, in a thread: what is kept of the last look-up would be wrong once the name is given anew
        known = _signatures(call.function, names, before)
        if not known:
            return None
        best = best_first(known, call, lambda argument: _is_known_tensor(argument, names))[0]
        return FoundSignature(best, current_parameter(best, call), len(known))


def _signatures(function: str, names: Mapping[str, Any], before: str) -> list[Signature]:
    try:
        texts = ways_to_call(lookup(function, names), function)
    except UsageError:
        texts = _inferred(function, names, before)
    return [parsed for text in texts if (parsed := parse_signature(text)) is not None]


def _inferred(function: str, names: Mapping[str, Any], before: str) -> tuple[str, ...]:
    """Of what nobody has made yet, as the ``view`` of ``torch.ones(3)``, or what the input itself binds."""
    known = KnownNames(names, read_locals(read_code(before))).known(function)
    name = re.search(r"\w+$", function)
    if isinstance(known, KnownObject):
        is_method = known.bound and type(known.value) is types.FunctionType
        value = types.MethodType(known.value, known) if is_method else known.value
        return ways_to_call(value, name[0] if name else class_name(type(value)))
    if isinstance(known, InstanceOf):
        return tuple(instance_signatures(known.cls, name[0] if name else class_name(known.cls)))
    return ()


def _is_known_tensor(argument: str, names: Mapping[str, Any]) -> bool:
    return argument.isidentifier() and argument in names and is_tensor_class(type(names[argument]))
