"""A tuple, a dict or the pair of torch.max used as if it were one tensor."""

from __future__ import annotations

import ast
from typing import Any

from ptrepl.engine.explanation import Fix
from ptrepl.engine.watch.facts import read, shape_text
from ptrepl.engine.watch.kinds import is_a, is_tensor_class, module_name
from ptrepl.explain.case import Case, sizes
from ptrepl.explain.fixes.spelling import of_tensors, renamed
from ptrepl.explain.fixes.trial import Candidate, tried, verified
from ptrepl.explain.operands.operand_text import operand_text
from ptrepl.explain.operands.outline import outline
from ptrepl.explain.operands.state import is_plain_dict, listed
from ptrepl.explain.provenance.graph import is_intact
from ptrepl.explain.rewrite import postfix, segment, spliced
from ptrepl.explain.rule import Finding, Rule
from ptrepl.texts.messages import gettext

_ONE_NUMBER = ("item", "backward", "__float__", "tolist")


_FLOATING_POINT = ("mean", "std", "var", "norm", "softmax", "log_softmax", "exp", "log", "sqrt", "sigmoid", "tanh")


def _is_pair(value: Any) -> bool:
    """Whether ``value`` is what torch.max, torch.sort and the like return: values and indices."""
    return module_name(type(value)) == "torch.return_types" and is_a(value, tuple) and tuple.__len__(value) == 2


def cut_of_pair(case: Case, node: ast.Attribute) -> Finding | None:
    """``x.sort()[:3].mean()``: a slice of the pair of values and indices, not of the values."""
    match node.value:
        case ast.Subscript(value=pair, slice=ast.Slice()) as cut:
            held = case.value(pair) if case.real(pair) is None else case.real(pair)
        case _:
            return None
    if module_name(type(held)) != "torch.return_types":
        return None
    text = gettext(
        "{name} is a pair, values and indices, and {cut} is a part of the pair: {name}.values has the values.",
        name=operand_text(case, pair),
        cut=operand_text(case, cut),
    )
    source = case.site.source
    new = spliced(source, node, {pair: postfix(source, pair, ".values")})
    return Finding(text, verified(case, renamed(case, node, new)))


def _attribute(case: Case) -> Finding | None:
    """``torch.max(x, 1).shape``."""
    node = case.node
    if not isinstance(node, ast.Attribute) or node.attr not in of_tensors():
        return None
    kind = case.match.group("kind")
    text = gettext(
        "{name} is a pair, since {function} over a dim returns both: .values, and .indices, where they were found.",
        name=operand_text(case, node.value),
        function=f"torch.{kind}",
    )
    if kind not in ("max", "min", "sort", "topk", "median", "mode", "kthvalue", "cummax", "cummin"):
        return None
    source = case.site.source
    if node.attr in _ONE_NUMBER:
        return Finding(text)
    texts = [postfix(source, node.value, f".{part}.{node.attr}") for part in ("values", "indices")]
    if node.attr in _FLOATING_POINT:
        texts = texts[:1]  # indices are integers
    return Finding(text, verified(case, *(renamed(case, node, each) for each in texts)))


def _compared(case: Case) -> Finding | None:
    """``(pred == labels).float()`` where pred is a pair, a tuple or a list."""
    node = case.node
    match node:
        case ast.Attribute(value=ast.Compare(left=left, ops=[ast.Eq() | ast.NotEq()], comparators=[right])):
            compare = node.value
        case _:
            return None
    for side, other in ((left, right), (right, left)):
        held, facts = case.held(side), case.facts(other)
        if facts is None or held is None or is_tensor_class(type(held)):
            continue
        shape = sizes(facts)
        source = case.site.source
        fields = {"name": operand_text(case, side), "other": operand_text(case, other), "parts": outline(held)}
        if _is_pair(held):
            text = gettext(
                "{name} is a pair, values and indices, since torch.max and the like over a dim return both. Comparing "
                "it with the tensor {other} gives one plain False, not a tensor.",
                **fields,
            )
            values, indices = tuple.__iter__(held)
            part = "indices" if str(facts.dtype).startswith(("int", "uint")) else "values"
            fits = _broadcast(sizes(read(indices if part == "indices" else values)), shape)
            new = spliced(source, node, {side: postfix(source, side, f".{part}")})
            return Finding(text, verified(case, renamed(case, node, new)) if fits else ())
        if type(held) in (list, tuple):
            text = gettext(
                "{name} is a {type}. Comparing it with the tensor {other} gives one plain False, not a tensor.",
                type=type(held).__name__,
                **fields,
            )
            numbers = held and all(type(each) in (int, float, bool) for each in held)
            new = spliced(source, node, {side: f"torch.tensor({segment(source, side)})"})
            return Finding(text, tried(case, [renamed(case, node, new)]) if numbers and compare is not None else ())
    return None


def _broadcast(one: tuple[int, ...] | None, two: tuple[int, ...] | None) -> bool:
    """Whether the two shapes are one, or a size 1 in either stands for each size of the other: (5, 2) and (5, 1)."""
    if one is None or two is None or len(one) != len(two):
        return False
    return all(first == second or 1 in (first, second) for first, second in zip(one, two, strict=True))


def _of_dict(case: Case) -> Finding | None:
    """``out.logits`` and ``out.argmax(1)`` of a dict."""
    node = case.node
    if not isinstance(node, ast.Attribute):
        return None
    held: Any = case.real(node.value)
    if not is_plain_dict(held) or not held:
        return None
    name, source = operand_text(case, node.value), case.site.source
    if node.attr in held:
        text = gettext(
            '{name} is a dict: what it holds is taken out by its key, {name}["{key}"].', name=name, key=node.attr
        )
        return Finding(text, verified(case, Candidate(postfix(source, node.value, f'["{node.attr}"]'))))
    keys = [key for key, each in held.items() if type(key) is str and is_tensor_class(type(each))]
    if not keys or node.attr not in of_tensors():
        return None
    text = gettext(
        "{name} is a dict with the keys {keys}, and only tensors have {attribute}: take one out by its key.",
        name=name,
        keys=listed([str(key) for key in held], 6),
        attribute=node.attr,
    )
    texts = [postfix(source, node.value, f'["{key}"].{node.attr}') for key in keys]
    return Finding(text, _tried_attribute(case, node, texts))


def _tried_attribute(case: Case, node: ast.Attribute, texts: list[str]) -> tuple[Fix, ...]:
    whole = next((each for each in case.parents[:1] if isinstance(each, ast.Call) and each.func is node), node)
    source = case.site.source
    return tried(
        case,
        [Candidate(spliced(source, whole, {node: text}) if whole is not node else text, of=whole) for text in texts],
    )


def _indexed(case: Case) -> Finding | None:
    """``rows[:, 0]`` of a list of tensors, ``lstm(x)[:, -1]`` of what an LSTM returns."""
    match case.node:
        case ast.Subscript(value=value, slice=ast.Tuple()) as node:
            pass
        case _:
            return None
    held = case.held(value)
    if type(held) not in (list, tuple) or not held:
        return None
    name, source = operand_text(case, value), case.site.source
    if not any(is_tensor_class(type(each)) for each in held):
        return _of_nested(case, node, held)
    text = gettext(
        "{name} is a {type} with the shapes {parts}. An index with a comma works on one tensor.",
        name=name,
        type=type(held).__name__,
        parts=outline(held),
    )
    first = Candidate(spliced(source, node, {value: postfix(source, value, "[0]")}))
    stacked = Candidate(spliced(source, node, {value: f"torch.stack({segment(source, value)})"}))
    return Finding(text, tried(case, [stacked] if type(held) is list else [first]))


def _of_nested(case: Case, node: ast.Subscript, held: Any) -> Finding | None:
    """``rows[i, 0]`` and ``rows[:, 0]`` of a list of lists."""
    if not all(type(each) in (list, tuple) for each in held) or not isinstance(node.slice, ast.Tuple):
        return None
    source, indices = case.site.source, node.slice.elts
    name, rest = segment(source, node.value), "".join(f"[{segment(source, each)}]" for each in indices[1:])
    text = gettext(
        "{name} is a {type} of lists, and takes one index at a time: a comma in the brackets is for tensors and "
        "arrays.",
        name=operand_text(case, node.value),
        type=type(held).__name__,
    )
    first, whole = indices[0], ast.Slice(None, None, None)
    if ast.dump(first) == ast.dump(whole) and not isinstance(indices[1], ast.Slice):
        return Finding(text, verified(case, Candidate(f"[row{rest} for row in {name}]")))  # not a sentence: Python
    if any(isinstance(each, ast.Slice) for each in indices[:-1]):
        return Finding(text)
    return Finding(text, verified(case, Candidate(f"{name}[{segment(source, first)}]{rest}")))


def _computed(case: Case) -> Finding | None:
    """``out + 1`` of a tuple or a dict."""
    node = case.node
    if not isinstance(node, ast.BinOp):
        return None
    for side, other in ((node.left, node.right), (node.right, node.left)):
        held = case.held(side)
        if type(held) is list and case.facts(other) is None:
            return _list_computed(case, node, side, held)
        known = case.facts(other) is not None or type(case.value(other)) in (int, float) or _is_pair(case.held(other))
        if not (is_a(held, tuple) or is_plain_dict(held)) or not known:
            continue
        inside = [*held.values()] if is_plain_dict(held) else [*tuple.__iter__(held)]
        if not any(is_tensor_class(type(each)) for each in inside):
            continue
        text = gettext(
            "{name} is a {type} with the shapes {parts}. Arithmetic works on one tensor: take it out first.",
            name=operand_text(case, side),
            type=gettext("dict") if is_plain_dict(held) else gettext("tuple"),
            parts=outline(held),
        )
        source = case.site.source
        if _is_pair(held):
            text = gettext(
                "{name} is a pair, values and indices, since torch.max and the like over a dim return both: [0] takes "
                "the values.",
                name=operand_text(case, side),
            )
            return Finding(text, _values_alone(case, node))
        if is_plain_dict(held):
            taken = [f'["{key}"]' for key, each in held.items() if type(key) is str and is_tensor_class(type(each))]
        else:
            taken = ["[0]"] if is_tensor_class(type(inside[0])) else []
        return Finding(
            text, tried(case, [Candidate(spliced(source, node, {side: postfix(source, side, each)})) for each in taken])
        )
    return None


def _values_alone(case: Case, node: ast.BinOp) -> tuple[Fix, ...]:
    """``(x - x.min(dim=0)) / …``: the values of each pair in the line."""
    source, line = case.site.source, case.site.line
    sides = [
        side
        for each in ast.walk(line)
        if isinstance(each, ast.BinOp)
        for side in (each.left, each.right)
        if isinstance(side, (ast.Name, ast.Call)) and _is_pair(case.held(side))
    ]
    texts: dict[ast.expr | ast.stmt, str] = {each: postfix(source, each, "[0]") for each in sides}
    whole = spliced(source, line, texts)
    mine: dict[ast.expr | ast.stmt, str] = {
        each: postfix(source, each, "[0]") for each in sides if each in (node.left, node.right)
    }
    alone = Candidate(spliced(source, node, mine))
    new = Candidate(whole, replaces_line=True) if len(sides) > len(mine) else alone
    return tried(case, [new]) or verified(case, *([new] if all(isinstance(each, ast.Name) for each in sides) else []))


def _list_computed(case: Case, node: ast.BinOp, side: ast.expr, inside: list[Any]) -> Finding | None:
    """``rows * 0.5`` of a list."""
    tensors = bool(inside) and all(is_tensor_class(type(each)) for each in inside)
    if not tensors and not (inside and all(type(each) in (int, float, bool) for each in inside)):
        return None
    source = case.site.source
    text = gettext(
        "{name} is a Python list, which has no elementwise arithmetic. Make a tensor of it first.",
        name=operand_text(case, side),
    )
    function = "stack" if tensors else "tensor"
    made = f"torch.{function}({segment(source, side)})"
    return Finding(text, tried(case, [Candidate(spliced(source, node, {side: made}))]))


def _list_attribute(case: Case) -> Finding | None:
    """``losses.mean()`` of a list of tensors of one shape."""
    node = case.node
    if not isinstance(node, ast.Attribute) or node.attr not in of_tensors():
        return None
    held: Any = case.real(node.value)
    if type(held) is not list or len(held) < 2 or not all(is_tensor_class(type(each)) for each in held):
        return None
    shapes = {sizes(read(each)) for each in held}
    if len(shapes) != 1:
        return None
    source = case.site.source
    text = gettext(
        "{name} is a list of {count} tensors of shape {shape}, and only tensors have {attribute}. torch.stack makes "
        "one tensor of them.",
        name=operand_text(case, node.value),
        count=len(held),
        shape=shape_text(sizes(read(held[0])) or ()),
        attribute=node.attr,
    )
    together = f"torch.stack({segment(source, node.value)})"
    if node.attr == "backward" and shapes == {()}:
        one = gettext("backward() starts at one number: their sum() or their mean().")
        call = case.parents[0] if case.parents else None
        if not isinstance(call, ast.Call) or call.args or call.keywords or not all(map(is_intact, held)):
            return Finding(f"{text} {one}")
        ways = [Candidate(f"{together}{way}.backward()", of=call) for way in (".sum()", ".mean()")]
        return Finding(f"{text} {one}", verified(case, *ways))
    first = postfix(source, node.value, f"[0].{node.attr}")
    return Finding(
        text,
        tried(case, [renamed(case, node, f"{together}.{node.attr}")]) or tried(case, [renamed(case, node, first)]),
    )


def _one_number(case: Case) -> Finding | None:
    """``best, index = torch.max(scores)``: without a dim it gives one number."""
    line = case.site.line
    match line:
        case ast.Assign(
            targets=[ast.Tuple(elts=[_, _])], value=ast.Call(func=function, args=args, keywords=[]) as call
        ):
            pass
        case _:
            return None
    word = function.attr if isinstance(function, ast.Attribute) else ""
    is_method = isinstance(function, ast.Attribute) and case.facts(function.value) is not None
    tensor = function.value if is_method and isinstance(function, ast.Attribute) else args[0] if args else None
    shape = case.shape(tensor) if tensor is not None else None
    if word not in ("max", "min", "median", "mode") or not shape or len(args) != (0 if is_method else 1):
        return None
    source = case.site.source
    last = segment(source, call)[:-1]
    texts = [f"{last}{'' if is_method else ', '}dim={dim})" for dim in (range(len(shape)) if len(shape) < 3 else (-1,))]
    text = gettext(
        "{call} without a dim is one number, the one of the whole tensor. With a dim it gives two tensors, the values "
        "and their indices along that dim.",
        call=operand_text(case, call),
    )
    ways = [Candidate(spliced(source, line, {call: each}), replaces_line=True) for each in texts[::-1]]
    return Finding(text, verified(case, *ways))


BEFORE = ("arrays.growing", "modules.subclass", "containers.wanted_tensor")

RULES = (
    Rule(
        "one number",
        ("TypeError",),
        r"iteration over a 0-d tensor",
        _one_number,
        more="containers/values-and-indices",
    ),
    Rule(
        "pair attribute",
        ("AttributeError",),
        r"^'torch\.return_types\.(?P<kind>\w+)' object has no attribute",
        _attribute,
        more="containers/values-and-indices",
    ),
    Rule(
        "pair compared",
        ("AttributeError",),
        r"^'bool' object has no attribute",
        _compared,
        more="containers/values-and-indices",
    ),
    Rule(
        "dict attribute",
        ("AttributeError",),
        r"^'(?:collections\.OrderedDict|dict)' object has no attribute",
        _of_dict,
        more="containers/dicts",
    ),
    Rule(
        "list attribute",
        ("AttributeError",),
        r"^'list' object has no attribute",
        _list_attribute,
        more="containers/lists-of-tensors",
    ),
    Rule(
        "index pair",
        ("TypeError",),
        r"^(?:list|tuple) indices must be integers or slices, not tuple",
        _indexed,
        more="containers/tensor-wanted",
    ),
    Rule(
        "arithmetic",
        ("TypeError",),
        r"^can only concatenate tuple|^unsupported operand type\(s\) for .+: 'torch\.return_types\.\w+' and |"
        r"^unsupported operand type\(s\) for .+: 'list' and "
        r"'(?:int|float)'|^unsupported operand type\(s\) for "
        r".+'(?:tuple|dict|collections.OrderedDict|torch.return_types"
        r"\.\w+)'|^can't multiply sequence by non-int",
        _computed,
        more="containers/tensor-wanted",
    ),
)
