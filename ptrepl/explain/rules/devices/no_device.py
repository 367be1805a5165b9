"""A device that this machine, or this build of PyTorch, does not have; and tensors on meta, which have no data."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from typing import Any

from ptrepl.engine.explanation import Fix
from ptrepl.engine.record.record import one_line
from ptrepl.engine.watch.kinds import Kind, is_a, is_module_class, kind_of, type_name
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.trial import Candidate, tried, verified
from ptrepl.explain.operands.operand_text import operand_text
from ptrepl.explain.provenance.origins import origin
from ptrepl.explain.rewrite import in_a_sentence, operand, segment, spliced
from ptrepl.explain.rule import Finding, Rule
from ptrepl.texts.messages import N_, gettext

_NOT_BUILT_IN = {
    "cuda": N_("This PyTorch was built without support for cuda, so it cannot compute on an NVIDIA GPU."),
    "xpu": N_("This PyTorch was built without support for xpu, so it cannot compute on an Intel GPU."),
    "mps": N_("This PyTorch was built without support for mps, so it cannot compute on the GPU of a Mac."),
}
_NOT_FOUND = {
    "cuda": N_("PyTorch finds no device cuda here, so it cannot compute on an NVIDIA GPU."),
    "xpu": N_("PyTorch finds no device xpu here, so it cannot compute on an Intel GPU."),
    "mps": N_("PyTorch finds no device mps here, so it cannot compute on the GPU of a Mac."),
}


def _absent(case: Case) -> Finding | None:
    if (asked := _not_asked(case)) is not None:
        return asked
    said = case.match.group(0)
    named = (name for name in _NOT_FOUND if re.search(name, said, re.IGNORECASE))
    kind = next(named, "cuda" if "NVIDIA" in said else None)
    if kind is None:
        return None
    sentences = _NOT_BUILT_IN if re.search("compiled|linked|backend|library", said) else _NOT_FOUND
    fixes = tried(case, _with_device(case, kind)) or _moved_network(case, kind)
    return Finding(_portable(case, gettext(sentences[kind])), fixes)


def _moved_network(case: Case, kind: str) -> tuple[Fix, ...]:
    """``Net().to(device)`` for ``Net().cuda()`` of a network of the learner's, which stand-ins do not make."""
    match case.node:
        case ast.Call(func=ast.Attribute(value=network, attr=method), args=[], keywords=[]) if method == kind:
            made: Any = case.real(network.func) if isinstance(network, ast.Call) else None
            known = kind_of(case.real(network)) is Kind.MODULE or (is_a(made, type) and is_module_class(made))
            if known and (_device(case) or kind).partition(":")[0] != kind:
                code = f"{operand(case.site.source, network)}.to(device)"
                return verified(case, Candidate(code))
    return ()


def _not_asked(case: Case) -> Finding | None:
    """``torch.device("cuda" if torch.cuda.is_available else "cpu")``: the function itself is always true."""
    texts: list[tuple[str, ast.stmt]] = [(case.site.source, case.site.line)]
    for name in dict.fromkeys(node.id for node in ast.walk(case.site.line) if isinstance(node, ast.Name)):
        made = origin(case, name)
        texts += [(made.source, made.statement)] if made is not None else []
    for source, statement in texts:
        for each in ast.walk(statement):
            match each:
                case ast.IfExp(test=ast.Attribute(attr="is_available") as test):
                    pass
                case _:
                    continue
            said = segment(source, test)
            text = gettext(
                "{function} is the function itself, which counts as true: it was not called. With parentheses, "
                "{function}(), it says whether there is such a device, and here there is none.",
                function=said,
            )
            line = one_line(spliced(source, statement, {test: f"{said}()"}))
            again = gettext("Write `{line}`.", line=line)
            return Finding(f"{text} {again}", _made_anew(case, statement, line))
    return None


def _made_anew(case: Case, statement: ast.stmt, line: str) -> tuple[Fix, ...]:
    """The line with the parentheses, and where it is not the failing one, that line behind it."""
    site = case.site
    if site.is_nested or site.line is not site.statement or not isinstance(statement, (ast.Assign, ast.Expr)):
        return ()
    code = line if statement is site.line else f"{line}\n{segment(site.source, site.line)}"
    return verified(case, Candidate(code, replaces_line=True, gives=""))


def _unknown(case: Case) -> Finding | None:
    written = case.match.group(1) or case.match.group(2)
    torch = sys.modules["torch"]
    if type(getattr(torch, written, None)) is torch.dtype:
        return _dtype(case, written)
    text = gettext(
        "PyTorch has no device {device}: a GPU is 'cuda', or 'mps' on a Mac, and 'cuda:1' is the second one.",
        device=repr(written),
    )
    return Finding(_portable(case, text), tried(case, _with_device(case, written)))


def _dtype(case: Case, written: str) -> Finding:
    """``t.to("float32")``."""
    text = gettext(
        "{text} is the name of a dtype, and a string here names a device, as 'cpu'. A dtype is written torch.{dtype}.",
        text=repr(written),
        dtype=written,
    )
    node = case.node
    given = [each for each in node.args if isinstance(each, ast.Constant)] if isinstance(node, ast.Call) else []
    if node is None or len(given) != 1 or given[0].value != written or not isinstance(node, ast.Call):
        return Finding(text)
    if not isinstance(node.func, ast.Attribute) or node.func.attr != "to":
        return Finding(text)
    return Finding(text, tried(case, [Candidate(spliced(case.site.source, node, {given[0]: f"torch.{written}"}))]))


def _portable(case: Case, text: str) -> str:
    """``text``, and a sentence on the name ``device`` if it can be used here."""
    known = _device(case)
    if not known or known not in ("cpu", _own_device()):
        return text
    more = gettext(
        "At this prompt the name device stands for {device}, the device that this machine has: write device instead.",
        device=known,
    )
    return f"{text} {more}"


def _own_device() -> str:
    """The accelerator of this machine, as the prompt's ``device`` names it; "" where it has none."""
    torch = sys.modules["torch"]
    found = torch.accelerator.current_accelerator() if torch.accelerator.is_available() else None
    return str(found) if found is not None else ""


def _device(case: Case) -> str | None:
    known = case.real(ast.Name("device")) if case.maybe_site is not None else None
    return str(known) if type(known) is sys.modules["torch"].device else None


def _with_device(case: Case, kind: str) -> Iterator[Candidate]:
    """The same call with ``device`` instead of the device that does not exist here."""
    node, known = case.node, _device(case)
    if known is None or known.startswith(kind) or not isinstance(node, ast.Call):
        return
    if case.real(node.func) is sys.modules["torch"].device:
        return  # it makes a device, and there is one already
    source = case.site.source
    given = [*node.args, *(each.value for each in node.keywords if each.arg == "device")]
    for each in given:
        value = case.value(each)
        if isinstance(each, (ast.Constant, ast.Subscript, ast.Attribute)) and type(value) is str:
            if not value.startswith(kind):
                continue
            yield Candidate(spliced(source, node, {each: "device"}), any_device=True)
    if isinstance(node.func, ast.Attribute) and node.func.attr == kind and not given:
        yield Candidate(f"{operand(source, node.func.value)}.to(device)", any_device=True)


def _no_accelerator(case: Case) -> Finding:
    """``x.pin_memory()``, ``torch.accelerator.synchronize()`` on a machine with a CPU alone."""
    match case.node:
        case ast.Call(func=ast.Attribute(attr="Generator") | ast.Name(id="Generator"), args=[seed], keywords=[]) if (
            type(case.value(seed)) is int
        ):
            function = case.node.func
            return _seed_as_device(case, function, seed)
    return Finding(
        gettext(
            "PyTorch finds no accelerator here, such as a GPU, and this needs one. In a program that runs on any "
            "machine it stands behind if torch.accelerator.is_available():, and is left out on the CPU."
        )
    )


def _seed_as_device(case: Case, function: ast.expr, seed: ast.expr) -> Finding:
    """``torch.Generator(7)``."""
    code = f"{case.text(function)}().manual_seed({case.text(seed)})"
    text = gettext(
        "What {function} takes is a device, and a number means that of a GPU. A seed is set behind it: {code}.",
        function=case.text(function),
        code=code,
    )
    return Finding(text, verified(case, Candidate(code)))


def _without_data(case: Case) -> Finding | None:
    found = next((node for node, facts in case.tensors() if facts.device == "meta"), None)
    if found is None:
        return _module_without_data(case)
    text = gettext(
        "{name} is on meta, where a tensor has a shape and a dtype, but no data: there is nothing to read, to copy or "
        "to compare. Make it with device='cpu' to have data.",
        name=operand_text(case, found),
    )
    return Finding(text)


def _module_without_data(case: Case) -> Finding | None:
    """``net.to("cpu")`` of a network that was made on meta."""
    node = case.node
    match node:
        case ast.Call(func=ast.Attribute(value=owner, attr="to" | "cpu" | "cuda" as word), args=given, keywords=named):
            module = case.real(owner)
        case _:
            return None
    if kind_of(module) is not Kind.MODULE:
        return None
    source = case.site.source
    target = next((each for each in [*given, *(each.value for each in named)]), None)
    device = segment(source, target) if target is not None and word == "to" else f'"{word}"'
    code = f"{segment(source, owner)}.to_empty(device={device})"
    text = gettext(
        "{name} ({type}) is on meta: its parameters have shapes and dtypes, but no data that could be moved. {code} "
        "gives them memory with whatever is in it: load a state dict or initialize the weights after that, or make "
        "the network on the CPU from the start.",
        name=operand_text(case, owner),
        type=type_name(module),
        code=in_a_sentence(code),
    )
    if word == "cuda" or len(given) + len(named) != (word == "to"):
        return Finding(text)
    return Finding(text, verified(case, Candidate(code)))


RULES = (
    Rule(
        "missing device",
        ("AssertionError", "RuntimeError", "NotImplementedError"),
        r"Torch not compiled with \w+ enabled|not linked with support for \w+ devices|"
        r"from the '(MPS|CUDA|XPU)' backend|"
        r"Found no NVIDIA driver|No CUDA GPUs are available|CUDA error: invalid device ordinal|"
        r"Cannot get CUDA generator without \w+ library",
        _absent,
        more="devices/cuda",
    ),
    Rule(
        "no accelerator",
        ("RuntimeError",),
        r"^Cannot access accelerator device when none is available",
        _no_accelerator,
        more="devices/cuda",
        lesson="devices/your-clock",
    ),
    Rule(
        "device name",
        ("RuntimeError",),
        r"device type at start of device string: (\w*)|Invalid device string: '([^']*)'",
        _unknown,
        more="devices/device-names",
    ),
    Rule(
        "meta tensor",
        ("NotImplementedError", "RuntimeError", "TypeError"),
        r"out of meta tensor|called on meta tensors|convert meta device type tensor",
        _without_data,
        more="devices/meta",
    ),
)
