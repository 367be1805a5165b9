"""A device that this machine, or this build of PyTorch, does not have; and tensors on meta, which have no numbers."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator

from ptrepl.explain.case import Case
from ptrepl.explain.fixes.trial import Candidate, tried
from ptrepl.explain.rewrite import operand, spliced
from ptrepl.explain.rule import Finding, Rule

_NAMES = {"cuda": "an NVIDIA GPU", "xpu": "an Intel GPU", "mps": "the GPU of a Mac"}


def _absent(case: Case) -> Finding | None:
    said = case.match.group(0)
    kind = next((name for name in _NAMES if re.search(name, said, re.IGNORECASE)), "cuda" if "NVIDIA" in said else None)
    if kind is None:
        return None
    if re.search("compiled|linked|backend|library", said):
        text = f"This PyTorch was built without support for {kind}, so it cannot compute on {_NAMES[kind]}."
    else:
        text = f"PyTorch finds no device {kind} here, so it cannot compute on {_NAMES[kind]}."
    return Finding(text + _portable(case), tried(case, _with_device(case, kind)))


def _unknown(case: Case) -> Finding | None:
    written = case.match.group(1) or case.match.group(2)
    text = f"PyTorch knows no device {written!r}: a GPU is 'cuda', or 'mps' on a Mac, and 'cuda:1' is the second one."
    return Finding(text + _portable(case), tried(case, _with_device(case, written)))


def _portable(case: Case) -> str:
    """A sentence on the name ``device``, after a blank, if it can be used here."""
    known = _device(case)
    return f" The name device stands for {known} here: with it, a line runs on every machine." if known else ""


def _device(case: Case) -> str | None:
    known = case.real(ast.Name("device")) if case.maybe_site is not None else None
    return str(known) if type(known) is sys.modules["torch"].device else None


def _with_device(case: Case, kind: str) -> Iterator[Candidate]:
    """The same call with ``device`` for the device that is not there."""
    node, known = case.node, _device(case)
    if known is None or known.startswith(kind) or not isinstance(node, ast.Call):
        return
    if case.real(node.func) is sys.modules["torch"].device:
        return  # it makes a device, and there is one already
    source = case.site.source
    given = [*node.args, *(each.value for each in node.keywords if each.arg == "device")]
    for each in given:
        if isinstance(each, ast.Constant) and isinstance(each.value, str) and each.value.startswith(kind):
            yield Candidate(spliced(source, node, {each: "device"}), any_device=True)
    if isinstance(node.func, ast.Attribute) and node.func.attr == kind and not given:
        yield Candidate(f"{operand(source, node.func.value)}.to(device)", any_device=True)


def _without_numbers(case: Case) -> Finding | None:
    found = next((node for node, facts in case.tensors() if facts.device == "meta"), None)
    if found is None:
        return None
    return Finding(
        f"{case.called(found, 'This tensor')} is on meta, where a tensor has a shape and a dtype, but no numbers: "
        "there is nothing to read, to copy or to compare. Make it with device='cpu' to have numbers."
    )


RULES = (
    Rule(
        "device not here",
        ("AssertionError", "RuntimeError", "NotImplementedError"),
        r"Torch not compiled with \w+ enabled|not linked with support for \w+ devices|"
        r"from the '(MPS|CUDA|XPU)' backend|"
        r"Found no NVIDIA driver|No CUDA GPUs are available|CUDA error: invalid device ordinal|"
        r"Cannot get CUDA generator without \w+ library",
        _absent,
        more="devices/cuda",
    ),
    Rule(
        "name of a device",
        ("RuntimeError",),
        r"device type at start of device string: (\w*)|Invalid device string: '([^']*)'",
        _unknown,
        more="devices/device-names",
    ),
    Rule(
        "no numbers on meta",
        ("NotImplementedError", "RuntimeError", "TypeError"),
        r"out of meta tensor|called on meta tensors|convert meta device type tensor",
        _without_numbers,
        more="devices/meta",
    ),
)
