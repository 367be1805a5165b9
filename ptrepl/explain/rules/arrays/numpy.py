"""Tensors that NumPy cannot take: with a history, on a GPU, of a dtype that it lacks."""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable, Iterator

from ptrepl.engine.watch.facts import TensorFacts
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.trial import Candidate, tried
from ptrepl.explain.rewrite import postfix, segment, spliced
from ptrepl.explain.rule import Finding, Rule
from ptrepl.explain.standins.standins import is_array
from ptrepl.explain.standins.torch_code import is_numpy_function

_MAKING = ("array", "asarray", "concatenate", "stack", "vstack", "hstack")


def _history(case: Case) -> Finding | None:
    """``x.numpy()`` of a tensor that requires grad."""
    found = _first(case, lambda facts: facts.requires_grad is True)
    if found is None:
        return None
    array = next((each for each in case.operands() if is_array(case.real(each)) or is_array(case.value(each))), None)
    name = case.called(found, "the tensor")
    if array is not None and isinstance(case.node, ast.BinOp):
        text = (
            f"{case.called(array, 'the other side')} is an array of NumPy's. PyTorch follows what is computed from "
            f"{name}, and only tensors can be followed: make one of the array."
        )
        source = case.site.source
        made = Candidate(spliced(source, case.node, {array: f"torch.from_numpy({segment(source, array)})"}))
        return Finding(text, tried(case, [made]))
    text = (
        f"{name} requires grad: PyTorch follows what is computed from it, and NumPy cannot be followed. .detach() "
        "gives the same numbers without the history."
    )
    return Finding(text, tried(case, _without_history(case, found)))


def _first(case: Case, is_it: Callable[[TensorFacts], bool]) -> ast.expr | None:
    return next((node for node, facts in case.tensors() if is_it(facts)), None)


def _without_history(case: Case, found: ast.expr) -> Iterator[Candidate]:
    source, node = case.site.source, case.node
    assert node is not None
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and is_numpy_function(case.real(node.func)):
        name = node.func.attr
        if name in ("array", "asarray") and node.args == [found] and not node.keywords:
            yield Candidate(postfix(source, found, ".detach().numpy()"), gives="an array")
            return
        if name not in _MAKING and hasattr(sys.modules["torch"], name):
            yield Candidate(spliced(source, node, {node.func: f"torch.{name}"}))
            return
    every: dict[ast.expr | ast.stmt, str] = {
        each: postfix(source, each, ".detach()" if facts.device == "cpu" else ".detach().cpu()")
        for each, facts in case.tensors()
        if facts.requires_grad is True
    }
    yield Candidate(spliced(source, node, every), gives="an array")


def _on_gpu(case: Case) -> Finding | None:
    found = _first(case, lambda facts: facts.device not in ("cpu", "meta"))
    facts = case.facts(found) if found is not None else None
    if found is None or facts is None:
        return None
    name = case.called(found, "The tensor")
    text = f"{name} is on {facts.device}, and NumPy computes on the CPU alone: .cpu() copies it."
    return Finding(text, tried(case, _after(case, found, ".cpu()")))


def _lacks_dtype(case: Case) -> Finding | None:
    found = _first(case, lambda facts: facts.dtype == "bfloat16")
    if found is None:
        return None
    name = case.called(found, "The tensor")
    text = f"{name} is bfloat16, a dtype that NumPy does not have. float32 holds all its numbers."
    return Finding(text, tried(case, _after(case, found, ".float()")))


def _after(case: Case, node: ast.expr, suffix: str) -> Iterator[Candidate]:
    source, failing = case.site.source, case.node
    assert failing is not None
    yield Candidate(spliced(source, failing, {node: postfix(source, node, suffix)}), gives="an array")


_MORE = "arrays/numpy-and-gradients"

RULES = (
    Rule(
        "NumPy and gradients",
        ("RuntimeError",),
        r"Can't call numpy\(\) on Tensor that requires grad",
        _history,
        more=_MORE,
        lesson="autograd/detach",
        only_torch=False,
    ),
    Rule(
        "NumPy and the GPU",
        ("TypeError",),
        r"can't convert (cuda|mps|xpu)\S* device type tensor to numpy",
        _on_gpu,
        more="arrays/numpy-and-gpu",
        only_torch=False,
    ),
    Rule(
        "dtype that NumPy lacks",
        ("TypeError",),
        r"Got unsupported ScalarType BFloat16",
        _lacks_dtype,
        more="arrays/bfloat16",
        only_torch=False,
    ),
)
