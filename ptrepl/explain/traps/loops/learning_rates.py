"""What a scheduler of torch's does to the learning rate, step by step: of the object, or of the call that makes it."""

from __future__ import annotations

import ast
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ptrepl.engine.watch.kinds import mro, own_dict, type_name
from ptrepl.explain.traps.observed import Noticed
from ptrepl.explain.traps.reading.place import Place

_PARAMETERS = {
    "StepLR": ("optimizer", "step_size", "gamma"),
    "MultiStepLR": ("optimizer", "milestones", "gamma"),
    "ExponentialLR": ("optimizer", "gamma"),
    "CosineAnnealingLR": ("optimizer", "T_max"),
}
_DEFAULTS = {"StepLR": {"gamma": 0.1}, "MultiStepLR": {"gamma": 0.1}}


@dataclass(frozen=True, slots=True)
class Schedule:
    """``StepLR(opt, step_size=5)``: the name of the class, and the numbers that it was made with."""

    name: str
    numbers: Mapping[str, Any]
    steps: int | None = None
    """How often the scheduler was stepped; None where there is only the call that makes it."""

    @property
    def period(self) -> int | None:
        """``T_max`` of a cosine."""
        period = self.numbers.get("T_max") if self.name == "CosineAnnealingLR" else None
        return period if type(period) is int else None

    @property
    def milestones(self) -> list[int]:
        """Those of a MultiStepLR; none where they are not known."""
        found = self.numbers.get("milestones") if self.name == "MultiStepLR" else None
        return found if type(found) is list and all(type(each) is int for each in found) else []

    def left_after(self, steps: int) -> float | None:
        """The part of the learning rate that is left after so many steps; None where that is not known."""
        gamma = self.numbers.get("gamma")
        if type(gamma) is not float or not 0 < gamma < 1:
            return None
        size = self.numbers.get("step_size")
        if self.name == "ExponentialLR":
            return float(gamma**steps)
        if self.name == "StepLR" and type(size) is int and size > 0:
            return float(gamma ** (steps // size))
        if self.milestones:
            return float(gamma ** sum(each <= steps for each in self.milestones))
        return None


def scheduler_named(place: Place, owner: ast.expr) -> Any:
    """The scheduler of torch's own that ``owner`` names; None for all else."""
    found = place.reader.real(owner)
    return found if sys.modules["torch"].optim.lr_scheduler.LRScheduler in mro(type(found)) else None


def schedule_of(noticed: Noticed, place: Place, owner: ast.expr) -> Schedule | None:
    """What the scheduler under this name does; None where it is none, or one whose numbers are not known."""
    scheduler = scheduler_named(place, owner)
    if scheduler is not None:
        held = dict(own_dict(scheduler))
        name, steps = type_name(scheduler), held.get("last_epoch")
        own = type(scheduler) is getattr(sys.modules["torch"].optim.lr_scheduler, name, None)
        if not own or type(steps) is not int or name not in _PARAMETERS:
            return None
        if "milestones" in held:
            held["milestones"] = sorted(held["milestones"].elements())
        return Schedule(name, held, steps)
    made = noticed.definition(place, owner.id) if isinstance(owner, ast.Name) else None
    where, call = made if made is not None else (place, None)
    if not isinstance(call, ast.Call):
        return None
    cls = where.reader.real(call.func)
    name = cls.__name__ if type(cls) is type else ""
    if name not in _PARAMETERS or cls is not getattr(sys.modules["torch"].optim.lr_scheduler, name):
        return None
    given = dict(zip(_PARAMETERS[name], call.args, strict=False))
    given |= {str(each.arg): each.value for each in call.keywords}
    numbers = {key: where.reader.known(value) for key, value in given.items() if key != "optimizer"}
    return Schedule(name, {**_DEFAULTS.get(name, {}), **numbers})
