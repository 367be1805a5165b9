"""Tensors on different devices in one operation. The rule itself checks that devices fit: stand-ins are on the CPU."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from typing import Any

from ptrepl.engine.watch.facts import read
from ptrepl.engine.watch.kinds import is_tensor_class, own_dict, type_name
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.trial import Candidate, tried
from ptrepl.explain.operands.operand_text import operand_text
from ptrepl.explain.rewrite import postfix, spliced
from ptrepl.explain.rule import Finding, Rule
from ptrepl.texts.messages import gettext

_Places = list[tuple[ast.expr, str]]
_WITHOUT_DATA = ("meta",)
"""Devices on which nothing is computed, so that no tensor is moved there."""


def _devices(case: Case) -> Finding | None:
    places: _Places = [(node, facts.device) for node, facts in case.tensors() if isinstance(facts.device, str)]
    if any(device == "several" for _, device in places):
        return None
    return _layer(case, places) or _operands(case, places)


def _layer(case: Case, places: _Places) -> Finding | None:
    """A module on one device, its input on another one."""
    found = ((path, module, _device_of(module)) for path, module in case.modules())
    path, module, held = next((each for each in found if each[2] is not None), ("", None, None))
    node = next((node for node, device in places if device != held), None)
    if held is None or node is None:
        return None
    there = dict(places)[node]
    text = gettext(
        "{name} is on {device}, and the weights of {module} ({type}) are on {weights}: both must be on one device, "
        "and PyTorch moves neither by itself.",
        name=operand_text(case, node),
        device=there,
        module=path,
        type=type_name(module),
        weights=held,
    )
    if held in _WITHOUT_DATA:
        ways = gettext(
            "meta has shapes and dtypes, but no data. For numbers, to_empty(device=…) gives the network memory: load a "
            "state dict or initialize it after that. For shapes alone, move the input to meta."
        )
        return Finding(f"{text} {ways}")
    return Finding(_with_meta(text, {there, held}), tried(case, _moves(case, places, held)))


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
    text = gettext(
        "{one} is on {device} and {two} is on {other}: an operation needs all its tensors on one device, and PyTorch "
        "moves none by itself.",
        one=operand_text(case, first[0]),
        device=first[1],
        two=operand_text(case, other[0]),
        other=other[1],
    )
    away = sorted(devices - {"cpu"})
    fixes = tried(case, _moves(case, places, away[0])) if len(away) == 1 else ()
    return Finding(_with_meta(text, devices), fixes)


def _with_meta(text: str, devices: set[str]) -> str:
    if "meta" not in devices:
        return text
    meta = gettext("A tensor on meta has a shape and a dtype, but no data.")
    return f"{text} {meta}"


def _moves(case: Case, places: _Places, target: str) -> Iterator[Candidate]:
    source, node = case.site.source, case.node
    assert node is not None
    move = f".to({_written(case, target)})"
    texts: dict[ast.expr | ast.stmt, str] = {
        each: postfix(source, each, move) for each, device in places if device != target
    }
    from_meta = target != "meta" and any(device == "meta" for _, device in places)
    if target in _WITHOUT_DATA or from_meta or (isinstance(node, ast.AugAssign) and node.target in texts):
        return  # there is no data to move, and on meta nothing is computed; and x.to(device) += y is no statement
    yield Candidate(spliced(source, node, texts), any_device=True)


def _written(case: Case, target: str) -> str:
    """``device`` where that name stands for ``target``, else its name in quotes."""
    torch = sys.modules["torch"]
    known = case.real(ast.Name("device"))
    if type(known) is torch.device and target in (str(known), f"{known}:0"):
        return "device"
    return f'"{target}"'


BEFORE = ("dtypes.dtype",)

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
