"""Lists of tensors for torch.tensor, torch.stack and NumPy, and what is not yet a list."""

from __future__ import annotations

import ast
from typing import Any

from ptrepl.engine.explanation import Fix
from ptrepl.engine.watch.facts import read, shape_text
from ptrepl.engine.watch.kinds import is_tensor_class, type_name
from ptrepl.explain.case import Case, sizes
from ptrepl.explain.fixes.trial import Candidate, tried, verified
from ptrepl.explain.operands.operand_text import operand_text
from ptrepl.explain.operands.outline import outline
from ptrepl.explain.operands.state import is_plain_dict
from ptrepl.explain.provenance.trained import is_trained
from ptrepl.explain.rewrite import operand, segment, spliced
from ptrepl.explain.rule import Finding, Rule
from ptrepl.explain.rules.containers.kept_losses import kept_losses
from ptrepl.texts.messages import gettext

_TYPED = {"LongTensor": "long", "IntTensor": "int", "FloatTensor": "float", "DoubleTensor": "double"}


def _list_of(case: Case, node: ast.expr) -> list[Any]:
    """The tensors in the list that ``node`` gives; [] where it gives none, or something else is in it."""
    held = case.held(node)
    if type(held) not in (list, tuple) or not held or not all(is_tensor_class(type(each)) for each in held):
        return []
    return [*held]


def _shapes(tensors: list[Any]) -> set[tuple[int, ...] | None]:
    return {sizes(read(each)) for each in tensors}


def _integers(case: Case) -> Finding | None:
    """``torch.tensor(maps, dtype=torch.long)`` and ``torch.LongTensor(maps)`` of a list of tensors."""
    match case.node:
        case ast.Call(args=[data, *_]) as node:
            tensors = _list_of(case, data)
        case _:
            return None
    word = case.text(node.func).rpartition(".")[2]
    if not tensors or word not in ("tensor", "as_tensor", *_TYPED):
        return None
    text = gettext(
        "{name} is a list of tensors, the first of shape {shape}; {function} takes numbers. torch.stack joins tensors "
        "of one shape along a new first dim.",
        name=operand_text(case, data),
        shape=shape_text(sizes(read(tensors[0])) or ()),
        function=operand_text(case, node.func),
    )
    source = case.site.source
    dtype = next((each.value for each in node.keywords if each.arg == "dtype"), None)
    suffix = f".to({segment(source, dtype)})" if dtype is not None else f".{_TYPED[word]}()" if word in _TYPED else ""
    stacked = Candidate(f"torch.stack({segment(source, data)}){suffix}")
    return Finding(text, tried(case, [stacked]) if len(_shapes(tensors)) == 1 else ())


def _no_list(case: Case) -> Finding | None:
    """``torch.stack(parts.values())``, ``torch.cat(x for x in rows)``."""
    match case.node:
        case ast.Call(args=[data, *_]) as node:
            kind = case.match.group("type") or case.match.group("other")
        case _:
            return None
    source, name, function = case.site.source, operand_text(case, data), operand_text(case, node.func)
    if kind == "dict":
        text = gettext(
            "{name} is a dict, and {function} takes a list: {name}.values() are its tensors.",
            name=name,
            function=function,
        )
        held: Any = case.real(data)
        tensors = [*held.values()] if is_plain_dict(held) else []
        new = f"list({operand(source, data)}.values())"
    elif kind in ("dict_values", "map", "generator", "zip", "filter", "set", "dict_keys", "range"):
        text = gettext(
            "{name} is of type {type}, whose items come one after the other, and {function} takes a list. list(…) "
            "makes one.",
            name=name,
            type=kind,
            function=function,
        )
        tensors = _values(case, data)
        inside = segment(source, data)
        new = (
            f"[{inside.removeprefix('(').removesuffix(')')}]"
            if isinstance(data, ast.GeneratorExp)
            else f"list({inside})"
        )
    else:
        return None
    joins = case.text(node.func).rpartition(".")[2] in ("stack", "cat", "concat", "vstack", "hstack")
    all_tensors = bool(tensors) and all(is_tensor_class(type(each)) for each in tensors)
    fits = (all_tensors and joins and (len(_shapes(tensors)) == 1)) or (
        kind == "generator" and isinstance(data, ast.GeneratorExp)
    )
    numbers = not joins and bool(tensors) and all(type(each) in (int, float, bool) for each in tensors)
    return Finding(text, verified(case, Candidate(spliced(source, node, {data: new}))) if fits or numbers else ())


def _values(case: Case, node: ast.expr) -> list[Any]:
    """What ``parts.values()`` of a plain dict gives."""
    match node:
        case ast.Call(func=ast.Attribute(value=owner, attr="values"), args=[]):
            held: Any = case.real(owner)
            return [*held.values()] if is_plain_dict(held) else []
    return []


def _element(case: Case) -> Finding | None:
    """``torch.stack(pairs)`` where each element is a tuple, a list of numbers or None."""
    match case.node:
        case ast.Call(args=[data, *_]) as node:
            held: Any = case.real(data)
        case _:
            return None
    at = int(case.match.group("index"))
    if type(held) not in (list, tuple) or at >= len(held) or type(held[at]) not in (tuple, list):
        return None
    element, source = held[at], case.site.source
    name, function = operand_text(case, data), operand_text(case, node.func)
    if element and is_tensor_class(type(element[0])) and all(type(each) is type(element) for each in held):
        text = gettext(
            "{name}[{at}] is a {type} with the shapes {parts}, and {function} joins tensors: take one part of each "
            "first.",
            name=name,
            at=at,
            type=type_name(element),
            parts=outline(element),
            function=function,
        )
        new = f"[each[0] for each in {operand(source, data)}]"  # not a sentence: Python
        firsts = [each[0] for each in held if each]
        fits = (
            len(firsts) == len(held)
            and all(is_tensor_class(type(each)) for each in firsts)
            and len(_shapes(firsts)) == 1
        )
        return Finding(text, verified(case, Candidate(spliced(source, node, {data: new}))) if fits else ())
    return None


def _to_numpy(case: Case) -> Finding | None:
    """``np.array(losses)``, ``plt.plot(losses)`` of a list of tensors that require grad."""
    node = case.node
    if not isinstance(node, ast.Call) or any(facts.requires_grad for _, facts in case.tensors()):
        return None
    for data in (*node.args, *(each.value for each in node.keywords)):
        tensors = _list_of(case, data)
        graph = next((each for each in tensors if read(each).requires_grad is True), None)
        if graph is not None:
            return _listed(case, node, data, tensors)
    return None


def _listed(case: Case, node: ast.Call, data: ast.expr, tensors: list[Any]) -> Finding:
    name, source = operand_text(case, data), case.site.source
    if is_trained(case):
        return _in_torch(case, node, data, tensors)
    text = gettext(
        "{name} is a list of tensors that require grad: autograd records what is computed from them, and NumPy, which "
        "{function} hands them to, is not recorded. .detach() gives the same numbers without the graph, and .item() "
        "the number of a tensor that has one.",
        name=name,
        function=operand_text(case, node.func),
    )
    kept = kept_losses(case, data, tensors)
    if kept is not None and kept.fixes:
        return Finding(f"{text} {kept.text}", kept.fixes)
    text = f"{text} {kept.text}" if kept is not None else text
    if len(_shapes(tensors)) > 1:
        return Finding(text)  # NumPy may refuse rows of several lengths, detached or not
    devices = {str(read(each).device) for each in tensors}
    if not isinstance(data, ast.ListComp) and len(devices) == 1:
        cpu = ".cpu()" if devices != {"cpu"} else ""
        array = f"torch.stack({segment(source, data)}).detach(){cpu}.numpy()"
        makes_array = (
            case.text(node.func).rpartition(".")[2] in ("array", "asarray")
            and len(node.args) == 1
            and not node.keywords
        )
        new = array if makes_array else spliced(source, node, {data: array})
        return Finding(text, verified(case, Candidate(new)))
    return Finding(text, _each_detached(case, node, data))


def _in_torch(case: Case, node: ast.Call, data: ast.expr, tensors: list[Any]) -> Finding:
    """The same with torch, where the gradients have to go through it."""
    text = gettext(
        "{name} is a list of tensors that require grad, and what NumPy computes is not recorded by autograd, so "
        "nothing before {function} could be trained. The functions of torch are recorded.",
        name=operand_text(case, data),
        function=operand_text(case, node.func),
    )
    new = _torch_form(case, node, data) if len(_shapes(tensors)) == 1 else ""
    return Finding(text, verified(case, Candidate(new)) if new else ())


def _torch_form(case: Case, node: ast.Call, data: ast.expr) -> str:
    """``torch.stack(parts).sum(0)`` of ``np.sum(parts, 0)``; "" where torch has no such function."""
    word, given = case.text(node.func).rpartition(".")[2], segment(case.site.source, data)
    axes = [each for each in node.args if each is not data] + [each.value for each in node.keywords]
    if len(axes) > 1 or any(each.arg not in ("axis", None) for each in node.keywords):
        return ""
    axis = segment(case.site.source, axes[0]) if axes else ""
    if word in ("array", "asarray", "stack"):
        return f"torch.stack({given}{f', dim={axis}' if axis else ''})"
    if word == "concatenate":
        return f"torch.cat({given}{f', dim={axis}' if axis else ''})"
    if word in ("vstack", "hstack") and not axis:
        return f"torch.{word}({given})"
    if word in ("max", "min"):
        return f"torch.stack({given}).a{word}({axis})"
    if word in ("sum", "mean", "prod"):
        return f"torch.stack({given}).{word}({axis})"
    if word in ("exp", "log", "log10", "log2", "sqrt", "abs", "square", "tanh") and not axis:
        return f"torch.{word}(torch.stack({given}))"
    return ""


def _each_detached(case: Case, node: ast.Call, data: ast.expr) -> tuple[Fix, ...]:
    source = case.site.source
    if isinstance(data, ast.ListComp):
        element = f"{operand(source, data.elt)}.detach()"
        new = spliced(source, node, {data.elt: element})
    else:
        made = f"[each.detach() for each in {operand(source, data)}]"  # not a sentence: Python
        new = spliced(source, node, {data: made})
    return verified(case, Candidate(new))


BEFORE = ("modules.subclass", "arrays.numpy", "containers.list_elements")

RULES = (
    Rule(
        "integer list",
        ("TypeError",),
        r"only integer tensors of a single element can be converted to an index",
        _integers,
        more="containers/lists-of-tensors",
    ),
    Rule(
        "no list",
        ("TypeError", "RuntimeError"),
        r"must be tuple of Tensors, not (?P<type>\w+)|Could not infer dtype of "
        r"(?P<other>dict_values|map|zip|filter|dict_keys)",
        _no_list,
        more="containers/lists-of-tensors",
    ),
    Rule(
        "list element",
        ("TypeError",),
        r"expected Tensor as element (?P<index>\d+) in argument 0, but got (?:tuple|list)",
        _element,
        more="containers/lists-of-tensors",
    ),
    Rule(
        "list for NumPy",
        ("RuntimeError",),
        r"Can't call numpy\(\) on Tensor that requires grad",
        _to_numpy,
        more="containers/lists-of-tensors",
        only_torch=False,
    ),
)
