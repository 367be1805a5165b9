"""torch.load onto a device that is not there."""

from __future__ import annotations

import ast

from ptrepl.engine.explanation import Fix
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.trial import Candidate, verified
from ptrepl.explain.operands.library_frame import locals_of
from ptrepl.explain.operands.operand_text import operand_text
from ptrepl.explain.rewrite import segment, spliced
from ptrepl.explain.rule import Finding, Rule
from ptrepl.texts.messages import gettext


def _elsewhere(case: Case) -> Finding | None:
    match case.node:
        case ast.Call(args=[argument, *_]) as node if locals_of(case, "load", "torch/serialization.py"):
            name = operand_text(case, argument)
        case _:
            return None
    given = next((each.value for each in node.keywords if each.arg == "map_location"), None)
    if given is not None:
        if case.message.startswith("Attempting"):
            text = gettext(
                "map_location={device} asks torch.load to put the tensors on a GPU, and PyTorch finds none here. "
                'map_location="cpu" puts them on the CPU.',
                device=operand_text(case, given),
            )
        else:
            text = gettext(
                'map_location={device} names no device. Devices are called "cpu", "cuda" or "cuda:0".',
                device=operand_text(case, given),
            )
        return Finding(text, _on_cpu(case, node, given))
    if not case.message.startswith("Attempting"):
        return None
    text = gettext(
        "The tensors in {name} were on a GPU when they were saved, and torch.load puts them where they were. PyTorch "
        'finds no such GPU here: map_location="cpu" puts them on the CPU.',
        name=name,
    )
    return Finding(text, _on_cpu(case, node, given))


def _on_cpu(case: Case, node: ast.Call, given: ast.expr | None) -> tuple[Fix, ...]:
    source = case.site.source
    if given is not None:
        return verified(case, Candidate(spliced(source, node, {given: '"cpu"'})))
    first = node.args[0]
    return verified(case, Candidate(spliced(source, node, {first: f'{segment(source, first)}, map_location="cpu"'})))


BEFORE = ("modules.subclass", "devices.no_device", "data.split")

RULES = (
    Rule(
        "location",
        ("RuntimeError", "TypeError"),
        r"Attempting to deserialize object on|don't know how to restore data location of|^'int' object is not callable",
        _elsewhere,
        more="saving/devices",
    ),
)
