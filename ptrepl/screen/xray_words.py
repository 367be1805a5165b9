"""Typed notes, counts and targets → the words of the x-ray, each a whole phrase. No other module has words for them."""

from __future__ import annotations

from typing import assert_never

from ptrepl.engine.outcome import GroupChange, Summary
from ptrepl.engine.watch.facts import shape_text
from ptrepl.engine.watch.kinds import Kind
from ptrepl.engine.watch.notes import (
    Accumulated,
    Changed,
    ChangedInPlace,
    Cleared,
    DeviceWas,
    DtypeWas,
    GradFnWas,
    GroupEvent,
    HasInf,
    HasNan,
    IsLeafWas,
    New,
    NotContiguous,
    Note,
    RequiresGrad,
    RequiresGradWas,
    SameObject,
    SettingWas,
    ShapeWas,
    SharesMemory,
    StridesWas,
)
from ptrepl.engine.watch.parts import Group
from ptrepl.engine.watch.summaries import Setting
from ptrepl.engine.watch.targets import Expression, Target, target_code

_LONGEST_LABEL = 32
"""Characters of an expression that labels its own line."""


def target_text(target: Target) -> str:
    """The label of a line. For an expression its source if that is short, else ``_``, the name of its value."""
    text = target_code(target)
    if isinstance(target, Expression) and (len(text) > _LONGEST_LABEL or "\n" in text):
        return "_"
    return text


def note_text(note: Note) -> str:
    """What follows the ``·``."""
    match note:
        case New():
            return "new"
        case ChangedInPlace():
            return "changed in place"
        case Changed():
            return "changed"
        case Accumulated():
            return "accumulated"
        case Cleared():
            return "cleared"
        case RequiresGrad():
            return "requires_grad"
        case NotContiguous():
            return "not contiguous"
        case HasNan():
            return "has nan"
        case HasInf():
            return "has inf"
        case SameObject(target):
            return f"same object as {target_text(target)}"
        case SharesMemory(target):
            return f"shares memory with {target_text(target)}"
        case ShapeWas(shape):
            return f"shape was {shape_text(shape) if isinstance(shape, tuple) else shape}"
        case StridesWas(strides):
            return f"strides were {shape_text(strides)}"
        case DtypeWas(dtype):
            return f"dtype was {dtype}"
        case DeviceWas(device):
            return f"device was {device}"
        case GradFnWas(grad_fn):
            return f"grad_fn was {grad_fn}"
        case IsLeafWas(is_leaf):
            return f"is_leaf was {is_leaf}"
        case RequiresGradWas(requires_grad):
            return f"requires_grad was {requires_grad}"
        case SettingWas(setting):
            return f"{setting.name} was {_setting_value(setting)}"
    assert_never(note)


def setting_text(setting: Setting) -> str:
    """``lr=0.1``"""
    return f"{setting.name}={_setting_value(setting)}"


def _setting_value(setting: Setting) -> str:
    rates = setting.value
    return ", ".join(f"{rate:g}" for rate in rates) if isinstance(rates, tuple) else str(rates)


def summary_texts(summary: Summary) -> list[str]:
    """What follows the type: how many tensors of which sort, for parameters how many values in all; the settings."""
    return [*_counts(summary), *map(setting_text, summary.settings)]


def _counts(summary: Summary) -> list[str]:
    counts, tensors = summary.counts, _tensors(summary)
    match summary.kind:
        case Kind.LOADER:
            return []
        case Kind.OPTIMIZER:
            return [_parameters(counts.parameters)]
        case Kind.MODULE:
            return [*_module(summary), *([tensors] if counts.tensors else [])]
        case Kind.TENSOR | Kind.MAPPING | Kind.SEQUENCE | Kind.RECORD:
            held = [tensors] if counts.tensors or not counts.modules else []
            return held + (_module(summary) if counts.modules else [])
    assert_never(summary.kind)


def _module(summary: Summary) -> list[str]:
    counts = summary.counts
    said = [_parameters(counts.parameters), "1 value" if counts.values == 1 else f"{counts.values} values"]
    if counts.uninitialized:
        said.append(f"{counts.uninitialized} not initialized yet")
    if counts.buffers:
        said.append("1 buffer" if counts.buffers == 1 else f"{counts.buffers} buffers")
    return said


def _parameters(number: int) -> str:
    return "1 parameter" if number == 1 else f"{number} parameters"


def _tensors(summary: Summary) -> str:
    number = summary.counts.tensors
    if summary.counts.truncated and summary.kind is not Kind.MODULE:
        return f"{number}+ tensors"
    return "1 tensor" if number == 1 else f"{number} tensors"


_GROUPS: dict[tuple[Group, type[GroupEvent]], str] = {
    (Group.TENSORS, New): "{count} of {total} tensors new:",
    (Group.TENSORS, ChangedInPlace): "{count} of {total} tensors changed in place:",
    (Group.TENSORS, Changed): "{count} of {total} tensors changed:",
    (Group.PARAMETERS, New): "{count} of {total} parameters new:",
    (Group.PARAMETERS, ChangedInPlace): "{count} of {total} parameters changed in place:",
    (Group.PARAMETERS, Changed): "{count} of {total} parameters changed:",
    (Group.BUFFERS, New): "{count} of {total} buffers new:",
    (Group.BUFFERS, ChangedInPlace): "{count} of {total} buffers changed in place:",
    (Group.BUFFERS, Changed): "{count} of {total} buffers changed:",
    (Group.STATE, New): "{count} of {total} state tensors new:",
    (Group.STATE, ChangedInPlace): "{count} of {total} state tensors changed in place:",
    (Group.STATE, Changed): "{count} of {total} state tensors changed:",
    (Group.GRADIENTS, New): "{count} of {total} gradients new:",
    (Group.GRADIENTS, ChangedInPlace): "{count} of {total} gradients changed in place:",
    (Group.GRADIENTS, Accumulated): "{count} of {total} gradients accumulated:",
    (Group.GRADIENTS, Cleared): "{count} of {total} gradients cleared:",
}


def group_text(change: GroupChange) -> str:
    """``2 of 2 parameters changed in place:``"""
    return _GROUPS[change.group, type(change.what)].format(count=len(change.members), total=change.total)
