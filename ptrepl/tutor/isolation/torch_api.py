"""References to torch of our own, and copies of tensors made with them.

A learner may rebind ``torch.tensor`` or ``torch.allclose``, set a default device, or subclass Tensor; none of that
may change what a check sees. Methods are taken from ``torch._C.TensorBase``, whose dictionary Python cannot write to.
"""

from __future__ import annotations

import functools
import sys
from dataclasses import dataclass
from typing import Any

from ptrepl.engine.watch.facts import base_attribute, read, torch_functions_off
from ptrepl.engine.watch.memory import span
from ptrepl.texts.messages import gettext

MOST_ELEMENTS = 10**8
"""Elements; a tensor of more is not copied to be compared."""


@dataclass(frozen=True, slots=True)
class Own:
    """What checks need of torch, as it was when the lesson began."""

    torch: Any
    Tensor: Any
    Module: Any
    functional_call: Any
    tensor: Any
    no_grad: Any
    cpu: Any
    strided: Any
    int64: Any
    float64: Any
    complex128: Any


class NoCopy(Exception):
    """The values of a tensor cannot be read; the message is a sentence that says why."""


@functools.cache
def own() -> Own:
    """Our references. To be called once before the first line of the learner's runs."""
    import torch

    return Own(
        torch=torch,
        Tensor=torch.Tensor,
        Module=torch.nn.Module,
        functional_call=torch.func.functional_call,
        tensor=torch.tensor,
        no_grad=torch.no_grad,
        cpu=torch.device("cpu"),
        strided=torch.strided,
        int64=torch.int64,
        float64=torch.float64,
        complex128=torch.complex128,
    )


def is_tensor_value(value: object) -> bool:
    """Whether ``value`` is a tensor, by its type alone: no property of the learner's is asked."""
    return issubclass(type(value), own().Tensor)


def is_module_value(value: object) -> bool:
    """Whether ``value`` is an ``nn.Module``, by its type alone."""
    return issubclass(type(value), own().Module)


def method(name: str, tensor: Any, *arguments: Any, **keywords: Any) -> Any:
    """``tensor.name(…)`` of torch itself, past any override."""
    with torch_functions_off():
        return base_attribute(name)(tensor, *arguments, **keywords)


def copy_of(tensor: Any, most: int = MOST_ELEMENTS) -> Any:
    """A dense, detached copy on the CPU with the dtype of ``tensor``. Raises NoCopy where it has no values."""
    mine = own()
    facts = read(tensor)
    if facts.device == "meta":
        raise NoCopy(gettext("A tensor on the device meta has a shape and no values."))
    if method("numel", tensor) > most:
        raise NoCopy(gettext("There are more than {most} of them.", most=format(most, ",")))
    if base_attribute("is_nested").__get__(tensor):
        raise NoCopy(gettext("It is a nested tensor, with rows of different lengths."))
    try:
        with torch_functions_off(), mine.no_grad():
            _refuse_short_storage(tensor)
            plain = method("detach", tensor)
            if base_attribute("layout").__get__(plain) is not mine.strided:
                plain = method("to_dense", plain)
            if base_attribute("is_quantized").__get__(plain):
                plain = method("dequantize", plain)
            plain = method("to", plain, mine.cpu, copy=True)
            plain = method("resolve_neg", method("resolve_conj", plain))
            plain = method("as_subclass", plain, mine.Tensor)
            if type(plain) is not mine.Tensor:  # a FakeTensor stays one: it answers every operation itself
                raise NoCopy(gettext("A {type} has a shape and no values.", type=type(plain).__name__))
            return plain
    except NoCopy:
        raise
    except Exception as error:
        said = next(iter(str(error).strip().splitlines()), type(error).__name__)
        raise NoCopy(gettext("PyTorch says: {error}.", error=said.rstrip("."))) from None


def _refuse_short_storage(tensor: Any) -> None:
    """A storage that was resized to less than the shape needs ends the process when it is read."""
    if base_attribute("layout").__get__(tensor) is not own().strided or base_attribute("is_nested").__get__(tensor):
        return
    sizes, strides = tuple(method("size", tensor)), tuple(method("stride", tensor))
    if 0 in sizes:
        return
    end = method("storage_offset", tensor) + span(sizes, strides)
    if end * method("element_size", tensor) > method("untyped_storage", tensor).nbytes():
        raise NoCopy(gettext("Its storage is smaller than its shape needs."))


def tensor_from(value: Any) -> Any:
    """A CPU tensor of what an author or learner wrote: a number, nested lists, a NumPy array, a column of pandas or a
    tensor.

    Python floats become float64, so that no digit of what was written is lost. Raises what ``torch.tensor`` raises,
    and NoCopy.
    """
    mine = own()
    if is_tensor_value(value):
        return copy_of(value)
    if _is_column(value):  # torch would ask for the rows 0, 1, 2 …, by their names
        value = value.to_numpy()
    if isinstance(value, (list, tuple)) and any(map(is_tensor_value, value)):
        value = [method("tolist", copy_of(item)) if is_tensor_value(item) else item for item in value]
    with torch_functions_off():
        made = mine.tensor(value, device=mine.cpu)
        if base_attribute("is_floating_point")(made):
            made = mine.tensor(value, device=mine.cpu, dtype=mine.float64)
        return made


def _is_column(value: Any) -> bool:
    pandas = sys.modules.get("pandas")
    return pandas is not None and type(value) is pandas.Series
