"""The check word ``minibatches``: that no step of a training went through all rows at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ptrepl.texts.lists import every
from ptrepl.texts.messages import gettext
from ptrepl.tutor.check.compare import same_values
from ptrepl.tutor.check.look import Look
from ptrepl.tutor.check.modules import module_state
from ptrepl.tutor.check.rerun import rerun
from ptrepl.tutor.check.verdict import Miss
from ptrepl.tutor.isolation.guard import random_state, set_random_state
from ptrepl.tutor.isolation.torch_api import NoCopy, copy_of, is_module_value, is_tensor_value, method, own

_TOLERANCE = 1e-4
"""Float32 adds rows in another order to other last digits, far below what a minibatch changes on noisy data."""


def minibatches(look: Look, *names: str, of: Mapping[str, Any]) -> None:
    """What the lines of the step train, ``names``, depends on the order of the rows of the data ``of``.

    They run twice more, beside the session: on the data that the author gives, noisy ones, and on the same rows in
    another order. A step with all rows at once is the same in any order; what a few rows give is not. Both begin with
    the same random numbers, so that a module begins with the same parameters. Where the lines cannot run there,
    nothing is asked.
    """
    count = min(len(value) for value in of.values())
    order = method("flip", own().torch.arange(count), (0,))
    results, before = [], random_state()
    for rows in (of, {name: value[method("to", order, value.device)] for name, value in of.items()}):
        set_random_state(before)
        found = rerun(look, rows)
        values = _tensors(found, names) if found is not None else [None]
        if not all(map(is_tensor_value, values)):
            return
        try:
            results.append([copy_of(value) for value in values])
        except NoCopy:
            return
    pairs = list(zip(*results, strict=True))
    if any(bool(method("any", method("isnan", one))) for one, _ in pairs):
        return
    if not all(same_values(one, other, _TOLERANCE, _TOLERANCE) for one, other in pairs):
        return
    look.about = names[0]
    look.see("all rows")
    raise Miss(
        gettext(
            "{names} would be the same with the rows in another order, so each step takes all of them at once. This "
            "step wants minibatches.",
            names=every([f"`{name}`" for name in names]),
        ),
        names[0],
    )


def _tensors(found: Mapping[str, Any], names: Iterable[str]) -> list[Any]:
    """What stands under the names; of a module, its parameters."""
    values: list[Any] = []
    for name in names:
        value = found.get(name)
        values += module_state(value, name).parameters.values() if is_module_value(value) else [value]
    return values
