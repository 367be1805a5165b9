"""``copy.deepcopy`` of what holds a tensor that was computed: only leaves are copied."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from ptrepl.engine.explanation import Fix
from ptrepl.engine.watch.facts import read
from ptrepl.engine.watch.kinds import Kind, is_tensor_class, kind_of, own_dict, type_name
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.trial import Candidate, tried, verified
from ptrepl.explain.operands.operand_text import operand_text
from ptrepl.explain.rewrite import in_a_sentence, postfix, segment, spliced
from ptrepl.explain.rule import Finding, Rule
from ptrepl.texts.lists import every
from ptrepl.texts.messages import gettext

_MOST_PARTS = 2_000
_MOST_NAMED = 3
_DEEPEST = 4


def _computed(case: Case) -> Finding | None:
    node = case.node
    if not isinstance(node, ast.Call) or len(node.args) != 1:
        return None
    [given], source = node.args, case.site.source
    held: Any = case.real(given)
    if is_tensor_class(type(held)):
        code = postfix(source, given, ".detach().clone()")
        text = gettext(
            "{name} was computed (grad_fn={grad_fn}), and copy.deepcopy copies only leaves: tensors that no operation "
            "made. {code} copies its values.",
            name=operand_text(case, given),
            grad_fn=read(held).grad_fn,
            code=in_a_sentence(code),
        )
        return Finding(text, tried(case, [Candidate(code)]))
    found = [*_results(segment(source, given), held)]
    if not found:
        return None
    paths = [path for path, _, _ in found[:_MOST_NAMED]]
    fields = {"name": operand_text(case, given), "paths": every(paths)}
    if any(_is_weight_norm(owner) for _, owner, _ in found):
        text = gettext(
            "In {name}, {paths} is computed anew by weight_norm in every call, and copy.deepcopy copies only leaves. "
            "nn.utils.parametrizations.weight_norm does the same and can be copied.",
            **fields,
        )
        return Finding(text)
    if len(found) > 1:
        text = gettext(
            "{name} holds tensors that were computed, with the graph that made them: {paths}. copy.deepcopy copies "
            "only leaves, tensors that no operation made: keep .detach() of each.",
            **fields,
        )
        return Finding(text)
    path, owner, name = found[0]
    text = gettext(
        "{paths} was computed, and it keeps the graph that made it (grad_fn={grad_fn}). copy.deepcopy copies only "
        "leaves, tensors that no operation made: {paths}.detach() has the values alone.",
        grad_fn=read(_of(owner, name)).grad_fn,
        **fields,
    )
    return Finding(text, _detached(case, path))


def _detached(case: Case, path: str) -> tuple[Fix, ...]:
    """The attribute without its graph, then the failing statement again."""
    site = case.site
    if site.is_nested or site.line is not site.statement or "(" in path:
        return ()
    code = f"{path} = {path}.detach()\n{segment(site.source, site.line)}"
    return verified(case, Candidate(code, replaces_line=True, gives=""))


def _results(path: str, held: Any, depth: int = 0) -> Iterator[tuple[str, Any, Any]]:
    """The tensors with a grad_fn in a module, list, tuple or dict: path, owner, and name or place."""
    pairs: list[tuple[str, Any, Any]] = []
    if kind_of(held) is Kind.MODULE:
        own = own_dict(held)
        parts = [own, *(own.get(each) for each in ("_modules", "_buffers", "_parameters"))]
        for names in parts:
            for name, each in [*names.items()][:_MOST_PARTS] if type(names) is dict else ():
                if type(name) is str and not name.startswith("_"):
                    pairs.append((f"{path}[{name}]" if name.isdigit() else f"{path}.{name}", name, each))
    elif type(held) in (list, tuple):
        pairs = [(f"{path}[{at}]", at, each) for at, each in enumerate(held[:_MOST_PARTS])]
    elif type(held) is dict:
        pairs = [(f'{path}["{key}"]', key, each) for key, each in [*held.items()][:_MOST_PARTS] if type(key) is str]
    for inner, name, each in pairs:
        if is_tensor_class(type(each)):
            facts = read(each)
            if facts.grad_fn and facts.is_leaf is False:
                yield inner, held, name
        elif depth < _DEEPEST:
            yield from _results(inner, each, depth + 1)


def _of(owner: Any, name: Any) -> Any:
    if kind_of(owner) is not Kind.MODULE:
        return owner[name]
    own = own_dict(owner)
    return next(each[name] for each in (own, own.get("_buffers"), own.get("_parameters")) if each and name in each)


def _is_weight_norm(owner: Any) -> bool:
    hooks = own_dict(owner).get("_forward_pre_hooks") if kind_of(owner) is Kind.MODULE else None
    return hooks is not None and any(type_name(each) == "WeightNorm" for each in hooks.values())


def _method(case: Case) -> Finding | None:
    """``model.deepcopy()``."""
    node = case.node
    if not isinstance(node, ast.Attribute) or node.attr != "deepcopy":
        return None
    call, source = case.parents[0] if case.parents else None, case.site.source
    if not isinstance(call, ast.Call) or call.func is not node or call.args or call.keywords:
        return None
    code = f"copy.deepcopy({segment(source, node.value)})"
    text = gettext(
        "deepcopy is no method: it is a function of Python's module copy, which is imported first: {code}.", code=code
    )
    site = case.site
    if site.is_nested or site.line is not site.statement:
        return Finding(text)
    line = spliced(source, site.statement, {call: code})
    return Finding(text, (Fix(line if "copy" in case.names else f"import copy\n{line}"),))


def _cloned(case: Case) -> Finding | None:
    """``twin = net.clone()``."""
    node, source = case.node, case.site.source
    if not isinstance(node, ast.Attribute) or node.attr not in ("clone", "copy"):
        return None
    call = case.parents[0] if case.parents else None
    if not isinstance(call, ast.Call) or call.func is not node or call.args or call.keywords:
        return None
    if kind_of(case.real(node.value)) is not Kind.MODULE:
        return None
    name = segment(source, node.value)
    text = gettext(
        "{module} is a module, and modules have no {method}. copy.deepcopy({module}), of Python's module copy, makes "
        "another one with the same numbers in memory of its own.",
        module=name,
        method=node.attr,
    )
    site = case.site
    if site.is_nested or site.line is not site.statement:
        return Finding(text)
    line = spliced(source, site.statement, {call: f"copy.deepcopy({name})"})
    return Finding(text, (Fix(line if "copy" in case.names else f"import copy\n{line}"),))


BEFORE = (
    "inputs.array_methods",
    "modules.class_slips",
    "modules.network_call",
    "modules.subclass",
    "optimizers.optimizer_numbers",
    "python.attribute",
    "python.own_objects",
    "sequences.two_states",
)

RULES = (
    Rule(
        "copy method",
        ("AttributeError",),
        r" has no attribute 'deepcopy'$",
        _method,
        "python/attributes",
        only_torch=False,
    ),
    Rule(
        "copied module",
        ("AttributeError",),
        r" has no attribute '(?:clone|copy)'",
        _cloned,
        "python/attributes",
        only_torch=False,
    ),
    Rule(
        "copied result",
        ("RuntimeError",),
        r"^Only Tensors created explicitly by the user",
        _computed,
        "autograd/no-graph",
        only_torch=False,
    ),
)
