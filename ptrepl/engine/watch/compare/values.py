"""What is worth knowing of the contents of a tensor: nan, inf, the number itself where there is one alone."""

from __future__ import annotations

import struct
import sys
from typing import Any

from ptrepl.engine.watch.contents import in_dispatch_mode, without_overrides
from ptrepl.engine.watch.facts import base_attribute
from ptrepl.engine.watch.fingerprint import Seen
from ptrepl.engine.watch.notes import HasInf, HasNan, HasValue, NotContiguous, Note

_MOST_DIGITS = 17
"""They tell each float64 from its neighbours."""


def value_notes(tensor: Any, seen: Seen) -> list[Note]:
    """``NotContiguous``, ``HasNan``, ``HasInf``, ``HasValue``. Call inside ``torch_functions_off()``."""
    notes: list[Note] = []
    torch = sys.modules["torch"]
    try:
        if not base_attribute("is_contiguous")(tensor):
            notes.append(NotContiguous())
    except Exception:
        pass  # sparse and nested tensors have no such notion
    if not seen.readable or in_dispatch_mode() or not seen.is_there():
        return notes
    try:
        contents = without_overrides(tensor).detach()
        if seen.facts.shape == ():
            return notes + _notes_of_number(contents)
        if not (contents.is_floating_point() or contents.is_complex()):
            return notes
        if not bool(torch.isfinite(contents).all()):
            if bool(torch.isnan(contents).any()):
                notes.append(HasNan())
            if bool(torch.isinf(contents).any()):
                notes.append(HasInf())
    except Exception:
        pass  # float8 and its kin have no isnan on the CPU
    return notes


def _notes_of_number(tensor: Any) -> list[Note]:
    number = tensor.item()
    notes: list[Note] = []
    if type(number) is float or type(number) is complex:
        if number != number:
            notes.append(HasNan())
        if abs(number) == float("inf"):
            notes.append(HasInf())
    return [*notes, HasValue(_text(number, tensor.dtype))]


def number_text(tensor: Any) -> str:
    """The number in a tensor of one: of a floating point one the fewest digits that no other of its dtype has.

    >>> number_text(torch.tensor(0.1))
    '0.1'
    """
    return _text(tensor.item(), tensor.dtype)


def _text(number: Any, dtype: Any) -> str:
    if type(number) is not float:
        return str(number)
    if number != number or number in (float("inf"), float("-inf")):
        return str(number)
    for digits in range(1, _MOST_DIGITS):
        text = f"{number:.{digits}g}"
        if _rounded(float(text), dtype) == number:
            return repr(float(text))
    return repr(number)


def _rounded(number: float, dtype: Any) -> float:
    """``number`` as a tensor of ``dtype`` holds it."""
    torch = sys.modules["torch"]
    formats = {torch.float32: "f", torch.float16: "e"}
    try:
        if dtype in formats:
            found: float = struct.unpack(formats[dtype], struct.pack(formats[dtype], number))[0]
            return found
    except OverflowError:  # rounded up, it is past the largest one
        return number
    if dtype is torch.bfloat16:
        bits = int.from_bytes(struct.pack(">f", number), "big")
        rounded = (bits + 0x7FFF + (bits >> 16 & 1)) & 0xFFFF0000
        return float(struct.unpack(">f", rounded.to_bytes(4, "big"))[0])
    return number
