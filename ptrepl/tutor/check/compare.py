"""Is it what the step wants? Rung by rung, and the first rung that fails gives the sentence.

A tensor, then shape, dtype, device type, requires_grad, leaf, values, the smallest and the largest of them, what they
were drawn from. Shape comes before values because comparing broadcasts: (2, 1) and (2,) compare as equal. A rung that
the check does not state is not looked at.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from ptrepl.engine.watch.facts import TensorFacts, Unreadable, read, shape_text, torch_functions_off
from ptrepl.tutor.check.drawn import other_draw
from ptrepl.tutor.check.wording import noun_for, numbers_text, two_values
from ptrepl.tutor.isolation.torch_api import NoCopy, copy_of, is_tensor_value, method, own

_SHORT = 8
"""Elements up to which a sentence shows all of them."""
_COARSE = {"float16": 1e-2, "bfloat16": 2e-2, "float8_e4m3fn": 0.1, "float8_e5m2": 0.2}


@dataclass(frozen=True, slots=True)
class Wants:
    """What a check states about a tensor; None is left open. ``value`` is a CPU tensor.

    ``min``, ``max``: the smallest and the largest of its values, for numbers drawn at random. ``drawn_from``: all that
    may come, each of which does, in no order.
    """

    value: Any = None
    shape: tuple[int, ...] | None = None
    dtype: str | None = None
    device: str | None = None
    requires_grad: bool | None = None
    leaf: bool | None = None
    min: float | None = None
    max: float | None = None
    drawn_from: tuple[float, ...] | None = None
    rtol: float = 1e-4
    atol: float = 1e-6


def compare(label: str, value: object, wants: Wants) -> str | None:
    """The sentence of the first rung that ``value`` fails, None where it passes. Never raises for what a value is."""
    if not is_tensor_value(value):
        return _not_a_tensor(label, value)
    facts = read(value)
    shape = wants.shape if wants.value is None else tuple(wants.value.shape)
    if shape is not None and facts.shape != shape:
        return _other_shape(label, value, facts, shape, wants)
    if wants.dtype is not None and facts.dtype != wants.dtype:
        return f"{label} is dtype {facts.dtype}; this step wants {wants.dtype}."
    if wants.device is not None and str(facts.device).partition(":")[0] != wants.device.partition(":")[0]:
        return f"{label} is on the device {facts.device}; this step wants {wants.device}."
    if wants.requires_grad is not None and facts.requires_grad is not wants.requires_grad:
        return _other_grad(label, facts.requires_grad)
    if wants.leaf is not None and facts.is_leaf is not wants.leaf:
        return _other_leaf(label, facts)
    if wants.value is not None and (told := _other_values(label, value, wants)):
        return told
    if told := _other_range(label, value, wants):
        return told
    return None if wants.drawn_from is None else other_draw(label, value, wants.drawn_from)


def _not_a_tensor(label: str, value: Any) -> str:
    if type(value) in (tuple, list) and len(value) == 1 and is_tensor_value(value[0]):
        return (
            f"{label} is {noun_for(value)} with one tensor in it; this step wants the tensor itself, which is at [0]."
        )
    return f"{label} is {noun_for(value)}; this step wants a tensor."


def _other_shape(label: str, value: Any, facts: TensorFacts, shape: tuple[int, ...], wants: Wants) -> str:
    if isinstance(facts.shape, Unreadable):
        return f"{label} has no shape that can be read; this step wants {shape_text(shape)}."
    is_shape, wants_shape = shape_text(facts.shape), shape_text(shape)
    if wants.value is not None and method("numel", value) == method("numel", wants.value):
        try:
            flat = method("reshape", copy_of(value), (-1,))
            if same_values(flat, method("reshape", wants.value, (-1,)), wants.rtol, wants.atol):
                return f"{label} holds the right values, but in shape {is_shape}; this step wants {wants_shape}."
        except (NoCopy, RuntimeError):
            pass  # the shape alone is wrong enough
    return f"{label} is shape {is_shape}; this step wants {wants_shape}."


def _other_grad(label: str, requires_grad: object) -> str:
    if requires_grad:
        return f"{label} requires grad; this step wants it with requires_grad=False."
    return f"{label} does not require grad; this step wants it with requires_grad=True."


def _other_leaf(label: str, facts: TensorFacts) -> str:
    if facts.is_leaf:
        return f"{label} is a leaf; this step wants a tensor that was computed, with a grad_fn."
    return f"{label} is not a leaf, it was made by {facts.grad_fn}; this step wants a leaf."


def _other_values(label: str, value: Any, wants: Wants) -> str | None:
    try:
        copy = copy_of(value)
    except NoCopy as error:
        return f"The values of {label} cannot be read: {error}. This step wants {_brief(wants.value)}."
    rtol = max(wants.rtol, _COARSE.get(str(read(value).dtype), 0.0))
    close = _close(copy, wants.value, rtol, wants.atol)
    if bool(method("all", close)):
        return None
    if method("numel", copy) <= _SHORT:
        is_text, wants_text = two_values(method("tolist", copy), method("tolist", wants.value))
        return f"{label} is {is_text}; this step wants {wants_text}."
    off = method("nonzero", method("logical_not", close))
    place = tuple(method("tolist", off)[0])
    is_text, wants_text = two_values(method("item", copy[place]), method("item", wants.value[place]))
    at = f"[{', '.join(map(str, place))}]"
    count, total = len(off), method("numel", copy)
    return f"{label} has {is_text} at {at}, where this step wants {wants_text}; {count} of {total} values differ."


def _other_range(label: str, value: Any, wants: Wants) -> str | None:
    if wants.min is None and wants.max is None:
        return None
    found = range_of(value)
    if found is None:
        return f"{label} has no smallest and no largest value; this step wants some."
    for is_there, wanted, way in ((found[0], wants.min, "down"), (found[1], wants.max, "up")):
        if wanted is not None and not math.isclose(is_there, wanted, rel_tol=wants.rtol, abs_tol=wants.atol):
            is_text, wants_text = two_values(is_there, wanted)
            return f"{label} goes {way} to {is_text}; this step wants it to go {way} to {wants_text}."
    return None


def range_of(value: Any) -> tuple[float, float] | None:
    """The smallest and the largest value of a tensor; None where it has none, or none that can be read."""
    if method("is_complex", value):
        return None
    try:
        wide = method("to", copy_of(value), own().float64 if method("is_floating_point", value) else own().int64)
        return method("item", method("amin", wide)), method("item", method("amax", wide))
    except (NoCopy, RuntimeError):  # no elements, or none that can be read
        return None


def _brief(tensor: Any) -> str:
    if method("numel", tensor) <= _SHORT:
        return numbers_text(method("tolist", tensor))
    return f"values of shape {shape_text(tuple(tensor.shape))}"


def same_values(one: Any, other: Any, rtol: float = 1e-4, atol: float = 1e-6) -> bool:
    """Whether two CPU tensors agree in shape and, within the tolerance, in values; the dtypes may differ."""
    return tuple(one.shape) == tuple(other.shape) and bool(method("all", _close(one, other, rtol, atol)))


def _close(one: Any, other: Any, rtol: float, atol: float) -> Any:
    """Elementwise; the shapes are equal. ``nan`` agrees with ``nan``."""
    mine = own()
    with torch_functions_off(), mine.no_grad():
        if method("is_complex", one) or method("is_complex", other):
            wide = mine.complex128
        elif method("is_floating_point", one) or method("is_floating_point", other):
            wide = mine.float64
        else:
            wide = mine.int64
        pair = method("to", one, wide), method("to", other, wide)
        if wide is mine.int64:
            return method("eq", *pair)
        return method("isclose", *pair, rtol=rtol, atol=atol, equal_nan=True)
