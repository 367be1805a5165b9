"""Which parameter the argument at the cursor is for, and which of several signatures fits what is typed."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable

from ptrepl.shell.signature.call import Call
from ptrepl.shell.signature.parse import Parameter, Signature

_KEYWORD = re.compile(r"([^\W\d]\w*)\s*=(?!=)")
_FOR_TENSORS = frozenset({"input", "other", "tensor", "tensors", "mat2"})
_NOT_FOR_TENSORS = frozenset({"dim", "dims", "keepdim", "size", "shape", "dtype"})
_FAR, _NEAR = 2, 1


def current_parameter(signature: Signature, call: Call) -> int | None:
    """The index of the parameter that the last argument is for; None where there is none, or it cannot be known."""
    *before, last = call.arguments
    if keyword := _KEYWORD.match(last):
        return _by_name(signature, keyword[1])
    if any(_KEYWORD.match(each) or each.startswith("*") for each in before) or last.startswith("**"):
        return None
    return _by_place(signature, len(before), len(call.arguments))


def best_first(signatures: Iterable[Signature], call: Call, is_tensor: Callable[[str], bool]) -> list[Signature]:
    """Those that fit what is typed before those that do not, otherwise in the order given.

    ``is_tensor`` says of an argument's text whether a tensor is known to be its value.
    """
    return sorted(signatures, key=lambda signature: _misfit(signature, call, is_tensor))


def _by_name(signature: Signature, name: str) -> int | None:
    rest = None
    for place, parameter in enumerate(signature.parameters):
        if parameter.name == name and parameter.kind == "one":
            return place
        if parameter.kind == "keywords":
            rest = place
    return rest


def _by_place(signature: Signature, number: int, typed: int) -> int | None:
    """``number``: how many arguments stand before this one; ``typed``: how many there are by now."""
    places = _positional(signature)
    if not places:
        return None
    of_one = [place for place in places if signature.parameters[place].kind == "one"]
    leading = _optional_before_required([signature.parameters[place] for place in of_one])
    # arange(start=0, end, step=1): one argument is the end
    if leading and typed <= sum(not signature.parameters[place].optional for place in of_one):
        number += leading
    if number < len(places):
        return places[number]
    return places[-1] if signature.parameters[places[-1]].kind == "many" else None


def _positional(signature: Signature) -> list[int]:
    places: list[int] = []
    for place, parameter in enumerate(signature.parameters):
        if parameter.kind == "keywords" or parameter.text == "*":
            break
        if parameter.kind != "mark":
            places.append(place)
        if parameter.kind == "many":
            break
    return places


def _optional_before_required(parameters: list[Parameter]) -> int:
    leading = 0
    while leading < len(parameters) and parameters[leading].optional:
        leading += 1
    return leading if leading < len(parameters) else 0


def _misfit(signature: Signature, call: Call, is_tensor: Callable[[str], bool]) -> int:
    misfit = 0
    for number, argument in enumerate(call.arguments):
        if not argument and number == 0:
            continue
        so_far = Call(call.function, call.arguments[: number + 1])
        place = current_parameter(signature, so_far)
        if place is None:
            misfit += _FAR
        elif argument:
            misfit += _unlikely(signature.parameters[place].name, argument, is_tensor)
    return misfit


def _unlikely(name: str, argument: str, is_tensor: Callable[[str], bool]) -> int:
    if name in _FOR_TENSORS:
        return _NEAR if _is_literal(argument) else 0
    return _NEAR if name in _NOT_FOR_TENSORS and is_tensor(argument) else 0


def _is_literal(argument: str) -> bool:
    try:
        ast.literal_eval(argument)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return False
    return True
