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
    GotShapes,
    GradFnWas,
    GroupEvent,
    HasInf,
    HasNan,
    HasValue,
    Inference,
    IsLeafWas,
    New,
    NewParts,
    NoLongerIn,
    NotContiguous,
    Note,
    NotRegistered,
    RequiresGrad,
    RequiresGradWas,
    SameAsBefore,
    SameObject,
    SettingWas,
    ShapeWas,
    SharesMemory,
    StridesWas,
    Switched,
    TotalValues,
    Unregistered,
)
from ptrepl.engine.watch.parts import MOST_SHAPES, Group
from ptrepl.engine.watch.summaries import Setting
from ptrepl.engine.watch.targets import Expression, Target, target_code
from ptrepl.screen.names import shown_name
from ptrepl.texts.messages import N_, gettext, ngettext

_LONGEST_LABEL = 32
"""Characters of an expression that labels its own line."""


def target_text(target: Target) -> str:
    """The label of a line. For an expression its source if that is short, else ``_``, the name of its value."""
    text = target_code(target)
    if isinstance(target, Expression) and (len(text) > _LONGEST_LABEL or "\n" in text):
        return "_"
    return shown_name(text)


def note_text(note: Note) -> str:
    """What follows the ``·``."""
    match note:
        case New():
            return gettext("new")
        case ChangedInPlace():
            return gettext("changed in place")
        case Changed():
            return gettext("changed")
        case Accumulated():
            return gettext("accumulated")
        case Cleared():
            return gettext("cleared")
        case RequiresGrad():
            return "requires_grad"
        case NotContiguous():
            return gettext("not contiguous")
        case HasNan():
            return gettext("has nan")
        case HasInf():
            return gettext("has inf")
        case SameAsBefore():
            return gettext("the same tensor as before")
        case NotRegistered():
            return gettext("not registered")
        case Switched(training):
            return gettext("training mode") if training else gettext("eval mode")
        case Inference():
            return gettext("inference")
        case GotShapes():
            return gettext("got its shape")
        case NoLongerIn(target):
            return gettext("no longer in {name}", name=target_text(target))
        case HasValue(value):
            return gettext("value {value}", value=value)
        case TotalValues(count):
            return ngettext("{count} value in all", "{count} values in all", count)
        case NewParts(parts):
            return gettext("new: {parts}", parts=_parts_text(parts))
        case Unregistered((what, container, count)):
            return _unregistered(what, container, count)
        case SameObject(target):
            return gettext("same object as {name}", name=target_text(target))
        case SharesMemory(target):
            return gettext("shares memory with {name}", name=target_text(target))
        case ShapeWas(shape):
            return gettext("shape was {shape}", shape=shape_text(shape) if isinstance(shape, tuple) else shape)
        case StridesWas(strides):
            return gettext("strides were {strides}", strides=shape_text(strides))
        case DtypeWas(dtype):
            return gettext("dtype was {dtype}", dtype=dtype)
        case DeviceWas(device):
            return gettext("device was {device}", device=device)
        case GradFnWas(grad_fn):
            return gettext("grad_fn was {grad_fn}", grad_fn=grad_fn)
        case IsLeafWas(is_leaf):
            return gettext("is_leaf was {is_leaf}", is_leaf=is_leaf)
        case RequiresGradWas(requires_grad):
            return gettext("requires_grad was {requires_grad}", requires_grad=requires_grad)
        case SettingWas(setting):
            return gettext("{setting} was {value}", setting=setting.name, value=_setting_value(setting))
    assert_never(note)


def _parts_text(parts: tuple[tuple[str, str, str], ...]) -> str:
    told = [f"{path} {shape} {dtype}" for path, shape, dtype in parts[:MOST_SHAPES]]
    return ", ".join([*told, "…"] if len(parts) > MOST_SHAPES else told)


def _unregistered(what: str, container: str, count: int) -> str:
    if what == "layer":
        return ngettext(
            "{count} layer in a {container} is not registered",
            "{count} layers in a {container} are not registered",
            count,
            container=container,
        )
    return ngettext(
        "{count} parameter in a {container} is not registered",
        "{count} parameters in a {container} are not registered",
        count,
        container=container,
    )


def setting_text(setting: Setting) -> str:
    """``lr=0.1``"""
    return f"{setting.name}={_setting_value(setting)}"


def _setting_value(setting: Setting) -> str:
    rates = setting.value
    if isinstance(rates, tuple):
        return ", ".join(f"{rate:g}" for rate in rates)
    return f"{rates:g}" if isinstance(rates, float) else str(rates)


def summary_texts(summary: Summary) -> list[str]:
    """What follows the type: how many tensors of which sort, for parameters how many values in all; the settings."""
    told = any(isinstance(note, SettingWas) for note in summary.notes)
    # a module is in training mode from the start: only that it is not, or is again, is worth a word
    settings = [setting for setting in summary.settings if told or setting != Setting("training", True)]
    return [*_counts(summary), *map(setting_text, settings)]


def _counts(summary: Summary) -> list[str]:
    counts, tensors = summary.counts, _tensors(summary)
    match summary.kind:
        case Kind.LOADER:
            return []
        case Kind.OPTIMIZER:
            return [_parameters(counts.parameters)]
        case Kind.MODULE:
            return [*_module(summary), *(tensors if counts.tensors else [])]
        case Kind.DESCRIBED:
            return tensors if counts.tensors else []
        case Kind.TENSOR | Kind.MAPPING | Kind.SEQUENCE | Kind.RECORD:
            held = tensors if counts.tensors or not (counts.modules or summary.settings) else []
            return held + (_module(summary) if counts.modules else [])
    assert_never(summary.kind)


def _module(summary: Summary) -> list[str]:
    counts = summary.counts
    said = []
    if counts.parameters or counts.unregistered:
        said.append(_parameters(counts.parameters))
    if counts.parameters:
        said.append(ngettext("{count} value", "{count} values", counts.values))
    if counts.uninitialized:
        said.append(gettext("{count} not initialized yet", count=counts.uninitialized))
    if counts.buffers:
        said.append(ngettext("{count} buffer", "{count} buffers", counts.buffers))
    return said


def _parameters(number: int) -> str:
    return ngettext("{count} parameter", "{count} parameters", number)


def _tensors(summary: Summary) -> list[str]:
    """``2 tensors``, and the shapes of the first ones: ``(64, 1, 28, 28) float32, (64,) int64``."""
    number, shapes = summary.counts.tensors, summary.counts.shapes
    if summary.counts.truncated and summary.kind is not Kind.MODULE:
        said = [gettext("{count}+ tensors", count=number)]
    else:
        said = [ngettext("{count} tensor", "{count} tensors", number)]
    if not shapes or summary.kind is Kind.MODULE:
        return said
    told = [f"{shape} {dtype}" for shape, dtype in shapes[:MOST_SHAPES]]
    return [*said, ", ".join([*told, "…"] if number > len(told) else told)]


_GROUPS: dict[tuple[Group, type[GroupEvent]], str] = {
    (Group.TENSORS, New): N_("{count} of {total} tensors new:"),
    (Group.TENSORS, ChangedInPlace): N_("{count} of {total} tensors changed in place:"),
    (Group.TENSORS, Changed): N_("{count} of {total} tensors changed:"),
    (Group.PARAMETERS, New): N_("{count} of {total} parameters new:"),
    (Group.PARAMETERS, ChangedInPlace): N_("{count} of {total} parameters changed in place:"),
    (Group.PARAMETERS, Changed): N_("{count} of {total} parameters changed:"),
    (Group.BUFFERS, New): N_("{count} of {total} buffers new:"),
    (Group.BUFFERS, ChangedInPlace): N_("{count} of {total} buffers changed in place:"),
    (Group.BUFFERS, Changed): N_("{count} of {total} buffers changed:"),
    (Group.STATE, New): N_("{count} of {total} state tensors new:"),
    (Group.STATE, ChangedInPlace): N_("{count} of {total} state tensors changed in place:"),
    (Group.STATE, Changed): N_("{count} of {total} state tensors changed:"),
    (Group.PARAMETERS, GotShapes): N_("{count} of {total} parameters got their shapes:"),
    (Group.BUFFERS, GotShapes): N_("{count} of {total} buffers got their shapes:"),
    (Group.TENSORS, GotShapes): N_("{count} of {total} tensors got their shapes:"),
    (Group.STATE, GotShapes): N_("{count} of {total} state tensors got their shapes:"),
    (Group.GRADIENTS, New): N_("{count} of {total} gradients new:"),
    (Group.GRADIENTS, ChangedInPlace): N_("{count} of {total} gradients changed in place:"),
    (Group.GRADIENTS, Accumulated): N_("{count} of {total} gradients accumulated:"),
    (Group.GRADIENTS, Cleared): N_("{count} of {total} gradients cleared:"),
}


def group_text(change: GroupChange) -> str:
    """``2 of 2 parameters changed in place:``"""
    if isinstance(change.what, NoLongerIn):
        return gettext(
            "{count} of {total} parameters are no longer in {name}:",
            count=len(change.members),
            total=change.total,
            name=target_text(change.what.value),
        )
    if isinstance(change.what, Switched):
        said = N_("{count} of {total} modules set to eval mode:")
        if change.what.value:
            said = N_("{count} of {total} modules set to training mode:")
        return gettext(said, count=len(change.members), total=change.total)
    return gettext(_GROUPS[change.group, type(change.what)], count=len(change.members), total=change.total)
