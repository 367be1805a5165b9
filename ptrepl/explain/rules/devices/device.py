"""Tensors on different devices in one operation. Fixes are checked by rule: a stand-in has no device but the CPU."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from typing import Any

from ptrepl.engine.watch.facts import read
from ptrepl.engine.watch.kinds import is_tensor_class, own_dict, type_name
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.trial import Candidate, tried
from ptrepl.explain.operands.sides import sides
from ptrepl.explain.rewrite import postfix, spliced
from ptrepl.explain.rule import Finding, Rule

_Places = list[tuple[ast.expr, str]]


def _devices(case: Case) -> Finding | None:
    places: _Places = [(node, facts.device) for node, facts in case.tensors() if isinstance(facts.device, str)]
    if any(device == "several" for _, device in places):
        return None
    return _layer(case, places) or _operands(case, places)


def _layer(case: Case, places: _Places) -> Finding | None:
    """A network on one device, its input on another one."""
    found = ((path, module, _device_of(module)) for path, module in case.modules())
    path, module, held = next((each for each in found if each[2] is not None), ("", None, None))
    node = next((node for node, device in places if device != held), None)
    if held is None or node is None:
        return None
    there = dict(places)[node]
    text = (
        f"{case.called(node, 'The input')} is on {there}, and the weights of {path} ({type_name(module)}) are on "
        f"{held}: both must be on one device, and PyTorch moves neither by itself.{_of_meta({there, held})}"
    )
    return Finding(text, tried(case, _moves(case, places, held)))


def _device_of(module: Any) -> str | None:
    parameters = own_dict(module).get("_parameters")
    for each in parameters.values() if type(parameters) is dict else ():
        if is_tensor_class(type(each)):
            device = read(each).device
            return device if isinstance(device, str) else None
    return None


def _operands(case: Case, places: _Places) -> Finding | None:
    devices = {device for _, device in places}
    if len(devices) < 2:
        return None
    first = places[0]
    other = next(each for each in places if each[1] != first[1])
    one, two = sides(case, first[0], other[0])
    text = (
        f"{one} is on {first[1]} and {two} is on {other[1]}: an operation needs all its tensors on one device, and "
        f"PyTorch moves none by itself.{_of_meta(devices)}"
    )
    away = sorted(devices - {"cpu"})
    return Finding(text, tried(case, _moves(case, places, away[0])) if len(away) == 1 else ())


def _of_meta(devices: set[str]) -> str:
    return " A tensor on meta has a shape and a dtype, but no numbers." if "meta" in devices else ""


def _moves(case: Case, places: _Places, target: str) -> Iterator[Candidate]:
    source, node = case.site.source, case.node
    assert node is not None
    move = f".to({_written(case, target)})"
    texts: dict[ast.expr | ast.stmt, str] = {
        each: postfix(source, each, move) for each, device in places if device != target
    }
    from_meta = target != "meta" and any(device == "meta" for _, device in places)
    if from_meta or (isinstance(node, ast.AugAssign) and node.target in texts):
        return  # there are no numbers to move; and x.to(device) += y is no statement
    yield Candidate(spliced(source, node, texts), any_device=True)


def _written(case: Case, target: str) -> str:
    """``device`` where that name stands for ``target``, else its name in quotes."""
    torch = sys.modules["torch"]
    known = case.real(ast.Name("device"))
    if type(known) is torch.device and target in (str(known), f"{known}:0"):
        return "device"
    return f'"{target}"'


RULES = (
    Rule(
        "devices",
        ("RuntimeError",),
        r"Expected all tensors to be on the same device|is not on the expected device|"
        r"indices should be either on .* or on the same device|to be on the same device, but |"
        r"Input type \([\w.:]+\) and (?:weight|bias) type \([\w.:]+\) should be the same",
        _devices,
        more="devices/one-device",
    ),
)
