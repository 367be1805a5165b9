"""How an operator of torch is called, where torch has written no documentation for it: from its own schema."""

from __future__ import annotations

import re
import sys
import types
from typing import Any

_SCHEMA = re.compile(r"aten::(\w+)(?:\.\w+)?\((.*)\) -> (.*)")


def schema_signatures(value: Any) -> list[str]:
    """``["relu(Tensor input) -> Tensor"]`` for ``torch.relu``; nothing for what is no operator of torch.

    Forms that write into one of their arguments are left out.
    """
    if not _is_operator(value):
        return []
    found = []
    for schema in sys.modules["torch"]._C._jit_get_schemas_for_operator(f"aten::{value.__name__}"):
        match = _SCHEMA.fullmatch(str(schema))
        if match is not None and "!" not in match[2]:
            name, parameters, returned = match.groups()
            found.append(f"{name}({_as_in_python(value, parameters)}) -> {returned}")
    return list(dict.fromkeys(found))


def _as_in_python(value: Any, parameters: str) -> str:
    if type(value) is types.MethodDescriptorType:
        return re.sub(r"^Tensor self(, )?", "", parameters)
    return re.sub(r"\bself\b", "input", parameters)


def _is_operator(value: Any) -> bool:
    torch = sys.modules.get("torch")
    if torch is None:
        return False
    if type(value) is types.MethodDescriptorType:
        return bool(value.__objclass__ is torch._C.TensorBase)
    return type(value) is types.BuiltinFunctionType and vars(torch).get(value.__name__) is value


def documented_elsewhere(value: Any) -> str:
    """``torch.nn.functional.relu`` for ``torch.relu``: where the same operator is explained; "" if nowhere."""
    functional = sys.modules.get("torch.nn.functional")
    if functional is None or not _is_operator(value):
        return ""
    same = vars(functional).get(value.__name__)
    return f"torch.nn.functional.{value.__name__}" if getattr(same, "__doc__", None) else ""
