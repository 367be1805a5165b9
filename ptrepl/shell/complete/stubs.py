"""What torch's stubs say that its built-in functions return. Searched as text: parsing them would take a second."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Collection
from functools import lru_cache

_FUNCTIONS, _TENSOR = "_VariableFunctions.pyi", "__init__.pyi"
_RETURNS = re.compile(r"\)\s*->\s*([^:]+):")


@lru_cache(maxsize=2)
def _stub(file: str) -> str:
    """The text of a stub, of its class ``TensorBase`` alone where it has one; "" where torch came without stubs."""
    origin = sys.modules["torch"].__file__ or ""
    try:
        with open(os.path.join(os.path.dirname(origin), "_C", file), encoding="utf-8") as lines:
            text = lines.read()
    except OSError:
        return ""
    start = text.find("\nclass TensorBase")
    return text if file == _FUNCTIONS else text[start : text.find("\nclass ", start + 1)]


@lru_cache(maxsize=512)
def _overloads(name: str, of_tensor: bool) -> tuple[tuple[str, str], ...]:
    text, found, at = _stub(_TENSOR if of_tensor else _FUNCTIONS), [], 0
    opening = f"\n{'    ' if of_tensor else ''}def {name}("
    while (at := text.find(opening, at)) >= 0:
        match = _RETURNS.search(text, at)
        if match is None:
            break
        found.append((text[at + len(opening) : match.start()], match[1].strip()))
        at = match.end()
    return tuple(found)


def returned_types(name: str, of_tensor: bool, keywords: Collection[str] = ()) -> list[str]:
    """The annotation of what ``torch.name`` or ``Tensor.name`` returns, by overload.

    Those that take all of ``keywords`` come first.
    """

    def lacks(parameters: str) -> int:
        return sum(re.search(rf"\b{re.escape(keyword)}:", parameters) is None for keyword in keywords)

    return [returned for _, returned in sorted(_overloads(name, of_tensor), key=lambda each: lacks(each[0]))]


@lru_cache(maxsize=512)
def attribute_type(name: str) -> str:
    """The annotation of an attribute of tensors, "" where the stubs have none."""
    match = re.search(rf"\n    {re.escape(name)}: ([^\n#=]+)", _stub(_TENSOR))
    if match is not None:
        return match[1].strip()
    found = returned_types(name, of_tensor=True)
    return found[0] if found else ""
