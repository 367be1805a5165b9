"""Copies of the learner's objects to try things on: of the same shape, strides and dtype, without their contents.

A tensor of up to ``MOST_BYTES`` becomes zeros on the CPU, or, where its values may be indices, a copy; a larger one has
no data at all and is on ``meta``. Whatever runs on a stand-in leaves the learner's own tensors alone.
"""

from __future__ import annotations

import ast
import copy
import sys
import types
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ptrepl.engine.watch.facts import base_attribute
from ptrepl.engine.watch.kinds import Kind, is_one, kind_of, own_dict
from ptrepl.engine.watch.memory import span
from ptrepl.engine.watch.summaries import is_numpy_array
from ptrepl.explain.standins.torch_code import is_torch_class
from ptrepl.explain.standins.untouched import (
    holds_only_torch,
    in_no_dispatch_mode,
    modules_are_untouched,
    patched_functions,
)

MOST_BYTES = 1 << 20
_MOST_ITEMS = 256
_MOST_COPIED = 1 << 14
_PLAIN = (int, float, complex, bool, str, bytes, type(None), type(Ellipsis), slice, range)


class NoStandIn(Exception):
    """There can be no stand-in without running the learner's code or guessing."""


@dataclass(slots=True)
class Work:
    """How many expressions were evaluated so far on the stand-ins that share it, parts of others among them.

    What is given up after so much work, and not after so many seconds, ends the same on a busy machine. One expression
    takes some 0.1 ms; ``bounds`` keeps a single call of torch small.
    """

    done: int = 0


def is_plain(value: Any) -> bool:
    """Whether ``value`` is of an immutable built-in type, or a dtype, a device or a layout of torch."""
    torch = sys.modules["torch"]
    described = (torch.dtype, torch.device, torch.layout, torch.memory_format)
    return any(type(value) is cls for cls in _PLAIN) or any(type(value) is cls for cls in described)


class StandIns:
    """Gives the stand-in of each of the learner's objects: the same one each time, so that two names may share it.

    With ``x = torch.rand(2, 3, device="cuda")``, ``StandIns().of(x)`` is zeros of shape (2, 3) on the CPU, and
    ``devices`` is {"cuda:0"} then. Of a list or a layer of torch.nn the stand-in is made of stand-ins; for an object of
    the learner's own class ``of`` raises ``NoStandIn``. ``exact``: copy floating point values too, where a result
    depends on them. ``one_device``: tensors on ``meta`` get stand-ins on the CPU as well. ``strict``: a loss that would
    only warn of shapes that broadcast counts as failed, as does a column beside a row.
    """

    def __init__(
        self, *, exact: bool = False, one_device: bool = False, strict: bool = False, work: Work | None = None
    ) -> None:
        self._exact, self._one_device = exact, one_device
        self.strict = strict
        """Whether pairing a column with a row, or a loss of two shapes, counts as failed: nobody means it."""
        self.anew: Mapping[types.CodeType, ast.FunctionDef] = {}
        """Functions of the learner's that are followed as they would be after a fix."""
        self.work = work or Work()
        """What has been evaluated on them."""
        self.trusted = in_no_dispatch_mode()
        """False: the learner's dispatch mode would see every operation, so that none may run."""
        self.modules_trusted = modules_are_untouched()
        """False: a call of any module would run the learner's code."""
        self.patched = patched_functions()
        """Functions in torch.nn.functional that the learner replaced: what reaches them is not called."""
        self._made: dict[int, Any] = {}
        self._kept: list[Any] = []  # an id belongs to one tensor only while that lives
        self.devices: set[str] = set()
        """Devices of the tensors asked for, without scalars on the CPU: torch combines those with every device."""
        self.guessed = False
        """Whether an index tensor among them lacks the learner's values, so that indices may be out of range."""
        self.steps = 0
        """How many statements of the learner's functions were followed."""
        self.attributes_read: set[str] = set()
        """Names of attributes in those functions, of whatever object."""
        self.attributes_set: set[str] = set()
        self.blank = False
        """Whether some stand-in has zeros, or no data, instead of the learner's values."""

    def of(self, value: Any) -> Any:
        """What stands in for ``value``: itself if it is plain. Raises NoStandIn."""
        if is_plain(value):
            return value
        if id(value) in self._made:
            return self._made[id(value)]
        if not self.trusted:
            raise NoStandIn
        made = self._make(value)
        self._made[id(value)] = made
        self._kept.append(value)
        return made

    def stand_for(self, value: Any, made: Any) -> None:
        """Let ``made`` stand in for ``value``: a layer with another size for the learner's."""
        self._made[id(value)] = made
        self._kept.append(value)

    def adopt(self, value: Any) -> Any:
        """Take a value that was made of stand-ins for one of them."""
        self._made[id(value)] = value
        self._kept.append(value)
        return value

    def is_stand_in(self, value: Any) -> bool:
        """Whether ``value`` was adopted: it has the shape of something of the learner's, and not its values."""
        return self._made.get(id(value)) is value

    def _make(self, value: Any) -> Any:
        kind, torch = kind_of(value), sys.modules["torch"]
        if kind is Kind.TENSOR:
            return self._tensor(value)
        if type(value) is torch.Size:
            return value
        if is_numpy_array(value):
            return self._array(value)
        if is_one(type(value), (list, tuple)) and len(value) <= _MOST_ITEMS:
            return type(value)(self.of(each) for each in value)
        if type(value) is dict and len(value) <= _MOST_ITEMS and all(type(key) is str for key in value):
            return {key: self.of(each) for key, each in value.items()}
        if kind is Kind.MODULE and is_torch_class(type(value)):
            return self._module(value)
        raise NoStandIn

    def _tensor(self, tensor: Any) -> Any:
        torch = sys.modules["torch"]
        parameter = torch.nn.Parameter
        if not is_one(type(tensor), (torch.Tensor, parameter)):
            raise NoStandIn

        def fact(name: str) -> Any:
            return base_attribute(name).__get__(tensor)

        if fact("layout") is not torch.strided or fact("is_nested") or tensor.is_quantized or tensor.is_inference():
            raise NoStandIn
        shape, strides, dtype, device = tuple(fact("shape")), tensor.stride(), fact("dtype"), str(fact("device"))
        if shape or device != "cpu":
            self.devices.add(device)
        small = span(shape, strides) * dtype.itemsize <= MOST_BYTES
        where = "cpu" if small and (device != "meta" or self._one_device) else "meta"
        made = torch.empty_strided(shape, strides, dtype=dtype, device=where)
        if where == "cpu":
            self._fill(made, tensor)
        else:
            self.blank = True
        if fact("requires_grad"):
            made.requires_grad_()
            if not fact("is_leaf"):
                made = made.clone()
                if made.stride() != strides:
                    raise NoStandIn
        if type(tensor) is parameter and fact("is_leaf"):
            return parameter(made, requires_grad=fact("requires_grad"))
        return made

    def _fill(self, made: Any, tensor: Any) -> None:
        copied = self._exact or not (tensor.dtype.is_floating_point or tensor.dtype.is_complex)
        if copied and tensor.numel() <= _MOST_COPIED and tensor.device.type == "cpu" and 0 not in tensor.stride():
            made.copy_(tensor.detach())
        elif made.numel():
            self.blank = True
            # through the storage: elements may share their memory, which zero_ refuses
            made.untyped_storage().fill_(0)

    def _array(self, array: Any) -> Any:
        few = array.dtype.kind == "O" and array.size <= _MOST_ITEMS
        if few and all(type(each) in (int, float, bool) for each in array.ravel().tolist()):
            return array.copy()
        if array.dtype.kind not in "biufc" or array.nbytes > MOST_BYTES:
            raise NoStandIn
        self.blank = True
        # torch refuses an array with negative strides
        reversed_dims = tuple(slice(None, None, -1 if stride < 0 else 1) for stride in array.strides)
        return sys.modules["numpy"].zeros(array.shape, array.dtype)[reversed_dims]

    def _module(self, module: Any) -> Any:
        if not self.modules_trusted or not holds_only_torch(module):
            raise NoStandIn
        made = copy.copy(module)
        names = own_dict(made)
        for part in ("_parameters", "_buffers", "_modules"):
            held = own_dict(module).get(part)
            if type(held) is not dict or len(held) > _MOST_ITEMS:
                raise NoStandIn
            names[part] = {name: self.of(each) for name, each in held.items()}
        if "_flat_weights" in names:  # a recurrent layer has its parameters in a list as well
            names["_flat_weights"] = [names["_parameters"].get(name) for name in names["_flat_weights_names"]]
        return made
