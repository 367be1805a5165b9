"""Is a tensor what the step wants? One question after another; the first that fails gives the sentence.

Is it a tensor, then shape, dtype, device type, requires_grad, leaf, values, the smallest and the largest of them, what
they were drawn from, and around which mean. Shape comes before values because comparing broadcasts: (2, 1) and (2,)
compare as equal. What the check does not state is not looked at.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any

from ptrepl.engine.watch.facts import TensorFacts, Unreadable, read, shape_text, torch_functions_off
from ptrepl.texts.messages import gettext, ngettext
from ptrepl.tutor.check.drawn import other_draw, other_mean, too_flat
from ptrepl.tutor.check.likeness import likeness
from ptrepl.tutor.check.wording import named_fields, noun_for, numbers_text, two_values
from ptrepl.tutor.isolation.torch_api import NoCopy, copy_of, is_tensor_value, method, own

_SHORT = 8
"""Elements up to which a sentence shows all of them."""
_COARSE = {"float16": 1e-2, "bfloat16": 2e-2, "float8_e4m3fn": 0.1, "float8_e5m2": 0.2}


@dataclass(frozen=True, slots=True)
class Wants:
    """What a check states about a tensor; None is left open. ``value`` is a CPU tensor.

    ``min``, ``max``: the smallest and the largest of its values, for numbers drawn at random. ``drawn_from``: all that
    may come, each of which does, in no order and equally likely. ``mean``, ``spread``: the mean and the standard
    deviation of what draws them, from which they stray no further than chance allows. ``normal``: they lie around the
    mean as normal numbers do, not evenly.
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
    mean: float | None = None
    spread: float | None = None
    normal: bool | None = None
    elsewhere: Callable[[], Iterable[tuple[Any, Any]]] | None = None
    """Of what a function gives: values for other inputs, beside those that are wanted there; both are tensors."""
    rtol: float = 1e-4
    atol: float = 1e-6


def compare(label: str, value: object, wants: Wants) -> str | None:
    """The sentence about the first thing that is not as wanted; None where all is. Never raises for what a value is."""
    if not is_tensor_value(value):
        return _not_a_tensor(label, value, wants)
    facts = read(value)
    shape = wants.shape if wants.value is None else tuple(wants.value.shape)
    if shape is not None and facts.shape != shape:
        return _other_shape(label, value, facts, shape, wants)
    if wants.dtype is not None and facts.dtype != wants.dtype:
        return gettext(
            "{name} is dtype {dtype}; this step wants {wanted}.", name=label, dtype=facts.dtype, wanted=wants.dtype
        )
    if wants.device is not None and str(facts.device).partition(":")[0] != wants.device.partition(":")[0]:
        return gettext(
            "{name} is on the device {device}; this step wants {wanted}.",
            name=label,
            device=facts.device,
            wanted=wants.device,
        )
    if wants.requires_grad is not None and facts.requires_grad is not wants.requires_grad:
        return _other_grad(label, facts.requires_grad)
    if wants.leaf is not None and facts.is_leaf is not wants.leaf:
        return _other_leaf(label, facts)
    if wants.value is not None and (message := _other_values(label, value, wants)):
        return message
    if message := _other_range(label, value, wants):
        return message
    if wants.drawn_from is not None and (message := other_draw(label, value, wants.drawn_from)):
        return message
    if message := other_mean(label, value, wants.mean, wants.spread):
        return message
    return too_flat(label, value) if wants.normal else None


def _not_a_tensor(label: str, value: Any, wants: Wants) -> str:
    if type(value) is own().torch.Size:
        return gettext("{name} is only the shape of a tensor; this step wants the tensor itself.", name=label)
    shape = wants.shape if wants.value is None else tuple(wants.value.shape)
    alone = type(value) in (tuple, list) and len(value) == 1 and is_tensor_value(value[0])
    if alone and (shape is None or read(value[0]).shape == shape):
        return gettext(
            "{name} is {kind} with one tensor in it; this step wants the tensor itself, which is at [0].",
            name=label,
            kind=noun_for(value),
        )
    told = gettext("{name} is {kind}; this step wants a tensor.", name=label, kind=noun_for(value))
    return " ".join((told, *_way_to_a_tensor(value)))


def _way_to_a_tensor(value: Any) -> tuple[str, ...]:
    """What makes a tensor of an array, of a list of numbers, or of a list of tensors of one shape."""
    if fields := named_fields(value):
        return (gettext("Write {code} behind it to take out the first of them.", code=f".{fields[0]}"),)
    if (type(value).__module__, type(value).__name__) == ("numpy", "ndarray"):
        return (gettext("torch.from_numpy makes one of an array."),)
    if type(value) is range or (type(value) in (list, tuple) and value and _all_numbers(value, 3)):
        return (gettext("torch.tensor makes one of it."),)
    if type(value) in (list, tuple) and value and all(map(is_tensor_value, value)):
        shapes = [read(each).shape for each in value]
        if all(shape == shapes[0] for shape in shapes):
            return (gettext("torch.stack makes one of the tensors in it."),)
    return ()


def _all_numbers(items: Any, deepest: int) -> bool:
    """Whether a list holds numbers, or lists of them that are equally long."""
    if all(type(each) in (bool, int, float) for each in items):
        return True
    nested = all(type(each) in (list, tuple) and len(each) == len(items[0]) for each in items)
    return nested and deepest > 0 and all(_all_numbers(each, deepest - 1) for each in items)


def _other_shape(label: str, value: Any, facts: TensorFacts, shape: tuple[int, ...], wants: Wants) -> str:
    if isinstance(facts.shape, Unreadable):
        return gettext(
            "{name} has no shape that can be read; this step wants {wanted}.", name=label, wanted=shape_text(shape)
        )
    fields = {"name": label, "shape": shape_text(facts.shape), "wanted": shape_text(shape)}
    if wants.value is not None and method("numel", value) == method("numel", wants.value):
        try:
            if all(_same_flat(*pair, wants) for pair in ((value, wants.value), *_pairs(wants))):
                return gettext(
                    "{name} holds the right values, but in shape {shape}; this step wants {wanted}.", **fields
                )
        except (NoCopy, RuntimeError):
            pass  # the shape alone is wrong enough
    told = gettext("{name} is shape {shape}; this step wants {wanted}.", **fields)
    if wants.value is None:
        if len(facts.shape) != len(shape) and math.prod(shape) == method("numel", value):
            as_many = gettext("It holds as many numbers as it should, laid out in another way.")
            return f"{told} {as_many}"
        return told
    return " ".join((told, *_like(value, wants)))


def _same_flat(value: Any, wanted: Any, wants: Wants) -> bool:
    """Whether both hold the same numbers in the same order, whatever their shapes are. Raises NoCopy."""
    one, other = (method("reshape", copy_of(each), (-1,)) for each in (value, wanted))
    return len(one) == len(other) and same_values(one, other, wants.rtol, wants.atol)


def _pairs(wants: Wants) -> Iterable[tuple[Any, Any]]:
    return () if wants.elsewhere is None else wants.elsewhere()


def _like(value: Any, wants: Wants, rtol: float | None = None) -> list[str]:
    """What the values have in common with those that are wanted, in a sentence; nothing where that cannot be told."""
    try:
        same = partial(same_values, rtol=rtol or wants.rtol, atol=wants.atol)
        copies = ((copy_of(one), copy_of(other)) for one, other in _pairs(wants))
        found = likeness(copy_of(value), wants.value, same, copies)
    except (NoCopy, RuntimeError):
        return []
    return [found] if found else []


def _other_grad(label: str, requires_grad: object) -> str:
    if requires_grad:
        return gettext("{name} requires grad; this step wants it with requires_grad=False.", name=label)
    return gettext("{name} does not require grad; this step wants it with requires_grad=True.", name=label)


def _other_leaf(label: str, facts: TensorFacts) -> str:
    if facts.is_leaf:
        return gettext("{name} is a leaf; this step wants a tensor that was computed, with a grad_fn.", name=label)
    return gettext(
        "{name} is not a leaf, it was made by {grad_fn}; this step wants a leaf.", name=label, grad_fn=facts.grad_fn
    )


def _other_values(label: str, value: Any, wants: Wants) -> str | None:
    try:
        copy = copy_of(value)
    except NoCopy as error:
        return f"{unreadable(label, error)} {_brief(wants.value)}"
    rtol = max(wants.rtol, _COARSE.get(str(read(value).dtype), 0.0))
    close = _close(copy, wants.value, rtol, wants.atol)
    if bool(method("all", close)):
        return None
    if method("numel", copy) <= _SHORT:
        is_text, wants_text = two_values(method("tolist", copy), method("tolist", wants.value))
        told = gettext("{name} is {value}; this step wants {wanted}.", name=label, value=is_text, wanted=wants_text)
        return " ".join((told, *_like(value, wants, rtol)))
    off = method("nonzero", method("logical_not", close))
    place = tuple(method("tolist", off)[0])
    is_text, wants_text = two_values(method("item", copy[place]), method("item", wants.value[place]))
    told = ngettext(
        "{name} has {value} at {index}, where this step wants {wanted}; {count} of {total} values differs.",
        "{name} has {value} at {index}, where this step wants {wanted}; {count} of {total} values differ.",
        len(off),
        name=label,
        value=is_text,
        index=list(place),
        wanted=wants_text,
        total=method("numel", copy),
    )
    return " ".join((told, *_like(value, wants, rtol)))


def _other_range(label: str, value: Any, wants: Wants) -> str | None:
    if wants.min is None and wants.max is None:
        return None
    found = range_of(value)
    if found is None:
        return gettext("{name} has no smallest and no largest value; this step wants both.", name=label)
    smallest, largest = found
    if wants.min is not None and not _near(smallest, wants.min, wants):
        is_text, wants_text = two_values(smallest, wants.min)
        return gettext(
            "The smallest value of {name} is {value}; this step wants {wanted}.",
            name=label,
            value=is_text,
            wanted=wants_text,
        )
    if wants.max is not None and not _near(largest, wants.max, wants):
        is_text, wants_text = two_values(largest, wants.max)
        return gettext(
            "The largest value of {name} is {value}; this step wants {wanted}.",
            name=label,
            value=is_text,
            wanted=wants_text,
        )
    return None


def _near(one: float, other: float, wants: Wants) -> bool:
    return math.isclose(one, other, rel_tol=wants.rtol, abs_tol=wants.atol)


def range_of(value: Any) -> tuple[float, float] | None:
    """The smallest and the largest value of a tensor; None where it has none, or none that can be read."""
    if method("is_complex", value):
        return None
    try:
        wide = method("to", copy_of(value), own().float64 if method("is_floating_point", value) else own().int64)
        return method("item", method("amin", wide)), method("item", method("amax", wide))
    except (NoCopy, RuntimeError):  # no elements, or none that can be read
        return None


def unreadable(label: str, error: NoCopy) -> str:
    """Two sentences: that the values cannot be read, and why."""
    return " ".join((gettext("The values of {name} cannot be read.", name=label), str(error)))


def _brief(tensor: Any) -> str:
    """The sentence that says what is wanted, all of it only where it is short."""
    if method("numel", tensor) <= _SHORT:
        return gettext("This step wants {values}.", values=numbers_text(method("tolist", tensor)))
    return gettext("This step wants values of shape {shape}.", shape=shape_text(tuple(tensor.shape)))


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


def is_cleared(gradient: Any) -> bool:
    """Whether a gradient counts as cleared: None, or zero everywhere."""
    if gradient is None:
        return True
    try:
        return not bool(method("any", copy_of(gradient)))
    except NoCopy:
        return True
