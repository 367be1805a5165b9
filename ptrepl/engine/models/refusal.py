"""Why a layer refused what it was given: it is called once more, on zeros that take no memory.

On meta torch checks less, and says it in other words. So a layer of torch's own is called on the CPU, with parameters
and inputs that are all the same zero: what it refuses, it refuses before it computes.
"""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ptrepl.engine.models.dry_run import DryRun, twin_of
from ptrepl.engine.watch.kinds import Kind, kind_of, module_name
from ptrepl.engine.watch.parts import join_path

_FIRST = re.compile(r"[^\W\d]\w*")
_MOST_ELEMENTS = 1 << 24
"""Of the inputs: a layer that does not refuse them computes."""


@dataclass(frozen=True, slots=True)
class LayerCall:
    """``code``: ``net[0](input)``; ``names``: what it reads, to be run and dropped."""

    code: str
    names: dict[str, Any]


def call_of_layer(
    name: str, module: Any, found: DryRun, names: Mapping[str, Any], learner_module: str = "__main__"
) -> LayerCall | None:
    """The call of the layer that ``found`` stopped in. ``name``: what was written for ``module``, such as ``net.head``;
    ``names``: the namespace that it begins in.

    None where that layer is not one of torch's own, or where its call cannot be repeated.
    """
    torch = sys.modules["torch"]
    given, first = found.given, _FIRST.match(name)
    outer = names.get(first[0]) if first is not None else None
    if given is None or first is None or kind_of(outer, learner_module) is not Kind.MODULE:
        return None
    try:
        layer = torch.nn.Module.get_submodule(module, found.stopped_in)
        if not module_name(type(layer)).startswith("torch.nn."):
            return None
        parameters = [*inspect.signature(type(layer).forward).parameters][1:]
        inputs = {
            argument: torch.zeros((), dtype=getattr(torch, dtype)).expand(shape)
            for argument, (_, shape, dtype) in zip(parameters, given.shapes, strict=False)
        }
        if len(inputs) < len(given.shapes) or sum(each.numel() for each in inputs.values()) > _MOST_ELEMENTS:
            return None
        twin = twin_of(outer, _zeros_like, learner_module)
        torch.nn.Module.eval(twin)  # a layer that refuses nothing writes no statistics
    except Exception:  # what cannot be copied is not called again
        return None
    if first[0] in inputs:
        return None
    path = join_path(name, found.stopped_in) if found.stopped_in else name
    return LayerCall(f"{path}({', '.join(inputs)})", {first[0]: twin, **inputs})


def _zeros_like(tensor: Any) -> Any:
    torch = sys.modules["torch"]
    zeros = torch.zeros((), dtype=tensor.dtype).expand(tensor.shape)
    return torch.nn.Parameter(zeros, requires_grad=False) if isinstance(tensor, torch.nn.Parameter) else zeros
