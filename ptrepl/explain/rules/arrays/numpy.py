"""Tensors that NumPy cannot take: those that require grad, are on a GPU, or have a dtype that NumPy lacks."""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable, Iterator
from typing import Any

from ptrepl.engine.watch.facts import TensorFacts, read
from ptrepl.engine.watch.kinds import is_one, is_tensor_class
from ptrepl.engine.watch.summaries import is_numpy_array
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.trial import Candidate, tried, verified
from ptrepl.explain.operands.operand_text import operand_text
from ptrepl.explain.provenance.trained import is_trained
from ptrepl.explain.rewrite import operand, postfix, segment, spliced
from ptrepl.explain.rule import Finding, Rule
from ptrepl.explain.standins.torch_code import is_numpy_function
from ptrepl.texts.messages import gettext

_RENAMED = {"power": "pow", "absolute": "abs", "concatenate": "cat"}
_OTHERWISE = frozenset("std var median sort unique array asarray quantile cov random".split())
"""What torch does not have, or computes in another way."""
_MAKING = ("array", "asarray", "concatenate", "stack", "vstack", "hstack")


def _requires_grad(case: Case) -> Finding | None:
    """``x.numpy()`` of a tensor that requires grad."""
    found = _first(case, lambda facts: facts.requires_grad is True)
    if found is None:
        found = _called_on(case)
    if found is None:
        return _in_list(case)
    array = next(
        (each for each in case.operands() if is_numpy_array(case.real(each)) or is_numpy_array(case.value(each))), None
    )
    name = operand_text(case, found)
    if array is not None and isinstance(case.node, ast.BinOp):
        text = gettext(
            "{array} is a NumPy array. {tensor} requires grad: autograd records what is computed from it, and can "
            "record only operations on tensors. torch.from_numpy({array}) makes a tensor of the array.",
            array=operand_text(case, array),
            tensor=name,
        )
        source = case.site.source
        made = Candidate(spliced(source, case.node, {array: f"torch.from_numpy({segment(source, array)})"}))
        return Finding(text, tried(case, [made]))
    recorded = _with_torch(case, found)
    if recorded is not None and (offered := tried(case, [recorded])):
        text = gettext(
            "{name} requires grad: autograd records what is computed from it, and cannot record what NumPy computes. "
            "The functions of torch are recorded.",
            name=name,
        )
        return Finding(text, offered)
    if is_trained(case):
        kept = gettext(
            "{name} requires grad: autograd records what is computed from it, and cannot record what NumPy computes, "
            "so nothing before this line could be trained. The functions of torch are recorded.",
            name=name,
        )
        return Finding(kept)
    text = gettext(
        "{name} requires grad: autograd records what is computed from it, and cannot record what NumPy computes. "
        ".detach() gives the same numbers without the graph.",
        name=name,
    )
    return Finding(text, tried(case, _detached(case, found)))


def _with_torch(case: Case, found: ast.expr) -> Candidate | None:
    """The failing line with torch's functions for NumPy's: ``torch.mean(torch.square(out - y))``.

    None where one of those that stand around the tensor has no counterpart in torch that gives the same.
    """
    node, line, source = case.node, case.site.line, case.site.source
    if not isinstance(node, ast.Call) or not _has_counterpart(case, node):
        return None
    within = [each for each in ast.walk(line) if isinstance(each, ast.Call) and _is_of_numpy(case, each)]
    around = [each for each in within if any(inner is node for inner in ast.walk(each))]
    if not all(_has_counterpart(case, each) for each in around):
        return None
    beside = [each for each in within if each not in around and _has_counterpart(case, each) and _of_tensor(case, each)]
    names: dict[ast.expr | ast.stmt, str] = {each.func: _counterpart(each) for each in [*around, *beside]}
    outer = next((each for each in case.site.parents if _turns_into_tensor(case, each)), None)
    if isinstance(outer, ast.Call) and any(outer.args[0] is each for each in around):
        return Candidate(spliced(source, outer.args[0], names), of=outer)
    whole = max(around, key=lambda each: len(segment(source, each)))
    if beside and not all(any(each is inner for inner in ast.walk(whole)) for each in beside):
        return Candidate(spliced(source, line, names), replaces_line=True)
    return Candidate(spliced(source, whole, names), of=None if whole is node else whole)


def _is_of_numpy(case: Case, node: ast.Call) -> bool:
    return isinstance(node.func, ast.Attribute) and is_numpy_function(case.real(node.func))


def _counterpart(node: ast.Call) -> str:
    assert isinstance(node.func, ast.Attribute)
    return f"torch.{_RENAMED.get(node.func.attr, node.func.attr)}"


def _has_counterpart(case: Case, node: ast.Call) -> bool:
    """Whether torch has a function of that name that gives the same numbers."""
    if not _is_of_numpy(case, node) or not isinstance(node.func, ast.Attribute):
        return False
    name = _RENAMED.get(node.func.attr, node.func.attr)
    if name in _OTHERWISE or not hasattr(sys.modules["torch"], name):
        return False
    if node.func.attr in _MAKING and not is_trained(case):
        return False
    return name not in ("max", "min") or (len(node.args) == 1 and not node.keywords)


def _of_tensor(case: Case, node: ast.Call) -> bool:
    return any(case.facts(each) is not None for each in node.args)


def _turns_into_tensor(case: Case, node: ast.AST) -> bool:
    """``torch.from_numpy(…)`` and the like, of one argument."""
    torch = sys.modules["torch"]
    if not isinstance(node, ast.Call) or len(node.args) != 1 or node.keywords:
        return False
    return case.real(node.func) in (torch.from_numpy, torch.tensor, torch.as_tensor)


def _in_list(case: Case) -> Finding | None:
    """``np.log10(losses[0])`` of a list of losses."""
    node = case.node
    if not isinstance(node, ast.Call) or len(node.args) != 1 or not is_numpy_function(case.real(node.func)):
        return None
    held = _held(case, node.args[0])
    if type(held) is not list or not held or not all(is_tensor_class(type(each)) for each in held):
        return None
    facts = [read(each) for each in held]
    if not any(each.requires_grad is True for each in facts) or any(each.shape != () for each in facts):
        return None
    name = operand_text(case, node.args[0])
    text = gettext(
        "{name} is a list of tensors that require grad, and NumPy cannot record what it computes for autograd. "
        "item() gives the number in each.",
        name=name,
    )
    numbers = f"[each.item() for each in {segment(case.site.source, node.args[0])}]"  # not a sentence: code
    return Finding(
        text,
        verified(case, Candidate(spliced(case.site.source, node, {node.args[0]: numbers}), gives=gettext("an array"))),
    )


def _held(case: Case, node: ast.expr) -> Any:
    """The object of a name, or of a key of a dict: of a ``defaultdict`` too, without asking for a missing one."""
    match node:
        case ast.Subscript(value=base, slice=index):
            table, key = case.real(base), case.value(index)
            plain = is_one(type(table), (dict, sys.modules["collections"].defaultdict))
            return table.get(key) if plain and type(key) in (int, str) else None
    return case.real(node)


def _called_on(case: Case) -> ast.expr | None:
    """What ``.numpy()`` was called on, where that cannot be evaluated: by torch's message it is a tensor."""
    match case.node:
        case ast.Call(func=ast.Attribute(value=base, attr="numpy"), args=[]) if not case.inner_frames:
            return base if case.facts(base) is None else None
    return None


def _first(case: Case, is_it: Callable[[TensorFacts], bool]) -> ast.expr | None:
    return next((node for node, facts in case.tensors() if is_it(facts)), None)


def _detached(case: Case, found: ast.expr) -> Iterator[Candidate]:
    source, node = case.site.source, case.node
    assert node is not None
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and is_numpy_function(case.real(node.func)):
        name = node.func.attr
        if name in ("array", "asarray") and node.args == [found] and not node.keywords:
            yield Candidate(postfix(source, found, ".detach().numpy()"), gives=gettext("an array"))
            return
    every: dict[ast.expr | ast.stmt, str] = {
        each: postfix(source, each, ".detach()" if facts.device == "cpu" else ".detach().cpu()")
        for each, facts in case.tensors()
        if facts.requires_grad is True
    }
    yield Candidate(spliced(source, node, every), gives=gettext("an array"))


def _on_gpu(case: Case) -> Finding | None:
    found = _first(case, lambda facts: facts.device not in ("cpu", "meta"))
    facts = case.facts(found) if found is not None else None
    if found is None or facts is None:
        return None
    text = gettext(
        "{name} is on {device}, and NumPy computes only on the CPU: .cpu() copies it there.",
        name=operand_text(case, found),
        device=facts.device,
    )
    return Finding(text, tried(case, _after(case, found, ".cpu()")))


def _lacks_dtype(case: Case) -> Finding | None:
    found = _first(case, lambda facts: facts.dtype == "bfloat16")
    if found is None:
        return None
    text = gettext(
        "{name} has dtype bfloat16, which NumPy does not have. float32 can hold all its numbers.",
        name=operand_text(case, found),
    )
    return Finding(text, tried(case, _after(case, found, ".float()")))


def _after(case: Case, node: ast.expr, suffix: str) -> Iterator[Candidate]:
    source, failing = case.site.source, case.node
    assert failing is not None
    yield Candidate(spliced(source, failing, {node: postfix(source, node, suffix)}), gives=gettext("an array"))


_MORE = "arrays/numpy-and-gradients"


_WORDS = {"axis": "dim", "keepdims": "keepdim", "ddof": "correction"}


def _np_call(case: Case) -> Finding | None:
    node = case.node
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute) or not node.args:
        return None
    if not is_numpy_function(case.real(node.func)) or case.facts(node.args[0]) is None:
        return None
    text = gettext(
        "{name} is a tensor, and {function} calls its method .{method}() with NumPy's argument names, such as axis; "
        "PyTorch's name is dim.",
        name=operand_text(case, node.args[0]),
        function=case.text(node.func),
        method=node.func.attr,
    )
    return Finding(text, tried(case, _methods(case, node, node.func.attr)))


def _methods(case: Case, node: ast.Call, name: str) -> Iterator[Candidate]:
    source = case.site.source
    rest = [segment(source, each) for each in node.args[1:]]
    rest += [f"{_WORDS.get(each.arg or '', each.arg)}={segment(source, each.value)}" for each in node.keywords]
    if name in ("std", "var") and not any(each.arg == "ddof" for each in node.keywords):
        rest.append("correction=0")  # NumPy divides by n, PyTorch by n - 1
    asked = any("dim" in each for each in rest) or node.args[1:]
    # max over a dim gives the indices too; amax gives only the values, as NumPy does
    method = f"a{name}" if name in ("max", "min") and asked else name
    yield Candidate(f"{operand(source, node.args[0])}.{method}({', '.join(rest)})")


BEFORE = (
    "python.keyword",
    "autograd.no_gradient",
)

RULES = (
    Rule(
        "NumPy, autograd",
        ("RuntimeError",),
        r"Can't call numpy\(\) on Tensor that requires grad",
        _requires_grad,
        more=_MORE,
        lesson="autograd/detach",
        only_torch=False,
    ),
    Rule(
        "NumPy, GPU",
        ("TypeError",),
        r"can't convert (cuda|mps|xpu)\S* device type tensor to numpy",
        _on_gpu,
        more="arrays/numpy-and-gpu",
        only_torch=False,
    ),
    Rule(
        "NumPy, dtype",
        ("TypeError",),
        r"Got unsupported ScalarType BFloat16",
        _lacks_dtype,
        more="arrays/bfloat16",
        only_torch=False,
    ),
    Rule(
        "NumPy function",
        ("TypeError",),
        r"got an unexpected keyword argument 'axis'|argument 'dim' must be int, not NoneType|"
        r"received an invalid combination of arguments - got \(.*(ddof|axis)=",
        _np_call,
        more="arrays/numpy-functions",
        only_torch=False,
    ),
)
