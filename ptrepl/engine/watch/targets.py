"""What a line of the x-ray is about: a name, a gradient, a part of something, the value of an expression."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from ptrepl.engine.watch.parts import join_path


@dataclass(frozen=True, slots=True)
class Name:
    """What a name of the namespace stands for: ``w``."""

    name: str


@dataclass(frozen=True, slots=True)
class GradientOf:
    """The gradient of the tensor that ``name`` stands for: ``w.grad``."""

    name: str


@dataclass(frozen=True, slots=True)
class PartOf:
    """Something inside what ``name`` stands for: ``net[0].weight`` is the part ``0.weight`` of ``net``."""

    name: str
    path: str
    """As in ``parts.Part.path``."""


@dataclass(frozen=True, slots=True)
class Expression:
    """The value of an expression statement, which ``_`` stands for: shown because it was asked for."""

    source: str


Target: TypeAlias = Name | GradientOf | PartOf | Expression


def target_code(target: Target) -> str:
    """The Python code for it: ``w``, ``w.grad``, ``net[0].weight``, the expression itself."""
    if isinstance(target, Expression):
        return target.source
    name = target.name
    if isinstance(target, GradientOf):
        return f"{name}.grad"
    return name if isinstance(target, Name) else join_path(name, target.path)
