"""The check word ``again``: the learner's lines on other data, so that only what computes comes out right."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ptrepl.engine.watch.static_read import gradient
from ptrepl.texts.lists import every
from ptrepl.texts.messages import gettext
from ptrepl.tutor.check.look import Look, spelled, wants_of
from ptrepl.tutor.check.rerun import rerun
from ptrepl.tutor.isolation.torch_api import is_tensor_value


def again(look: Look, given: Mapping[str, Any], gives: Mapping[str, Any], **wants: Any) -> None:
    """The lines of the step make the values of ``gives`` where the names of ``given`` hold other ones.

    They run once more, beside the session: on copies of what else they read. Where that cannot be, or where they fail
    on those values, nothing is asked: it is not known then what they are worth. To be asked last. What the step's
    own lines change in place has to be among ``given``; gradients begin as None.
    """
    names = rerun(look, given)
    if names is None:
        return
    shown = every([f"`{name}`" for name in given])
    for name, wanted in gives.items():
        root, _, attribute = name.partition(".")
        if root not in names:
            continue
        value = names[root]
        if attribute == "grad":
            value = gradient(value) if is_tensor_value(value) else None
        elif attribute:
            value = _attribute_of(value, attribute)
            if value is None:
                continue
        look.about = root
        label = gettext("With other values in {names}, `{name}`", names=shown, name=spelled(name))
        expected = wants_of(wanted, wants)
        if is_tensor_value(value) and expected.value.shape:
            look.compare(label, value, expected, name)
        else:
            look.number(label, value, expected, name)


def _attribute_of(value: Any, path: str) -> Any:
    """The value of ``0.weight`` of a module; None where it has none."""
    for attribute in path.split("."):
        value = getattr(value, attribute, None)
    return value
