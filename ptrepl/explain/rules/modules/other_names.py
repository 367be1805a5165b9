"""Layers that forward calls by other names than ``__init__`` gave them, and heads that were replaced before."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from typing import Any

from ptrepl.engine.explanation import Fix
from ptrepl.engine.watch.kinds import Kind, kind_of, module_name, own_dict, type_name
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.class_text import ClassText, class_text
from ptrepl.explain.fixes.spelling import near
from ptrepl.explain.fixes.trial import Candidate, tried, verified
from ptrepl.explain.operands.operand_text import operand_text
from ptrepl.explain.provenance.origins import earlier, origin_at_prompt
from ptrepl.explain.rewrite import in_a_sentence, segment, spliced
from ptrepl.explain.rule import Finding
from ptrepl.texts.lists import every
from ptrepl.texts.messages import gettext

_MOST_NAMES = 3_000
_NUMBER = re.compile(r"\d+$")
_SIZES = ("in_features", "out_features", "in_channels", "out_channels")
_ACTIVATIONS = {"relu": "nn.ReLU()", "sigmoid": "nn.Sigmoid()", "tanh": "nn.Tanh()", "gelu": "nn.GELU()"}
_MAKE_NOTHING_ANEW = ("ReLU", "Dropout", "Sigmoid", "Tanh", "Softmax", "Flatten", "GELU", "Identity", "LogSoftmax")


def other_names(case: Case) -> Finding | None:
    """``self.fc1(x)`` where ``__init__`` made ``self.conv1``, which nothing calls."""
    node, error = case.node, case.error
    if not isinstance(node, ast.Attribute) or not isinstance(error, AttributeError):
        return None
    held: Any = error.obj
    if kind_of(held) is not Kind.MODULE or not isinstance(node.value, ast.Name) or node.value.id != "self":
        return None
    text = class_text(case, type(held))
    forward = text.method("forward") if text is not None else None
    layers = own_dict(held).get("_modules")
    if text is None or forward is None or type(layers) is not dict:
        return None
    called = dict.fromkeys(name for name in _called(forward))
    missing = [name for name in called if name not in layers and not _is_known(text, held, name)]
    everywhere = {each.attr for each in _attributes(text.node)} - {each.attr for each in _stored(text.node)}
    unused = [name for name in layers if name not in everywhere]
    pairs = _pairs(missing, unused, layers)
    if node.attr not in pairs or not _accepts(case, node, pairs):
        return None
    said = gettext(
        "{cls}.forward calls {missing}, and {cls}.__init__ makes {made}, which nothing calls: one of the two has the "
        "wrong names.",
        cls=text.node.name,
        missing=every([f"self.{each}" for each in pairs]),
        made=every([f"self.{each}" for each in pairs.values()]),
    )
    if len(pairs) == 1 and near(node.attr, pairs.values(), 0.6):
        said = gettext(
            "{module} has no attribute {name}. It has {other}.",
            module=text.node.name,
            name=node.attr,
            other=pairs[node.attr],
        )
    texts: dict[ast.expr | ast.stmt, str] = {
        each: f"self.{pairs[each.attr]}" for each in _attributes(forward) if each.attr in pairs
    }
    return Finding(said, text.anew(texts))


def activation_not_made(case: Case) -> Finding | None:
    """``self.relu(x)`` of a class whose ``__init__`` makes none."""
    node, error = case.node, case.error
    if not isinstance(node, ast.Attribute) or not isinstance(error, AttributeError) or not _is_own(node):
        return None
    text = class_text(case, type(error.obj)) if kind_of(error.obj) is Kind.MODULE else None
    init = text.method("__init__") if text is not None else None
    layer = _ACTIVATIONS.get(node.attr)
    if text is None or init is None or layer is None or not isinstance(case.parents[0], ast.Call):
        return None
    line = f"self.{node.attr} = {layer}"
    said = gettext("{cls}.__init__ makes no {name}. Write {line} there.", cls=text.node.name, name=node.attr, line=line)
    calls = [each for each in init.body if isinstance(each, ast.Expr) and "__init__" in ast.unparse(each)]
    if len(calls) != 1 or calls[0].lineno == init.lineno:
        return Finding(said)
    first = segment(text.source, calls[0])
    return Finding(said, text.anew({calls[0]: f"{first}\n{' ' * calls[0].col_offset}{line}"}))


def _accepts(case: Case, node: ast.Attribute, pairs: Mapping[str, str]) -> bool:
    """Whether the layer takes what the failing line hands it, and the line takes what it gives."""
    call = case.parents[0] if case.parents else None
    if not isinstance(call, ast.Call) or call.func is not node:
        return False
    texts: dict[ast.expr | ast.stmt, str] = {
        each: f"self.{pairs[each.attr]}" for each in _attributes(call) if each.attr in pairs
    }
    text = spliced(case.site.source, call, texts)
    return bool(tried(case, [Candidate(text, of=call)]))


def _called(function: ast.FunctionDef) -> list[str]:
    """The attributes of self that are called like layers, in the order of the text."""
    found = [
        each.func
        for each in ast.walk(function)
        if isinstance(each, ast.Call) and isinstance(each.func, ast.Attribute) and _is_own(each.func)
    ]
    return [each.attr for each in sorted(found, key=lambda each: (each.lineno, -each.col_offset))]


def _attributes(tree: ast.AST) -> list[ast.Attribute]:
    return [each for each in ast.walk(tree) if isinstance(each, ast.Attribute) and _is_own(each)]


def _stored(tree: ast.AST) -> list[ast.Attribute]:
    """Those that are only assigned to."""
    own = _attributes(tree)
    loaded = {each.attr for each in own if isinstance(each.ctx, ast.Load)}
    return [each for each in own if isinstance(each.ctx, ast.Store) and each.attr not in loaded]


def _is_own(node: ast.Attribute) -> bool:
    return isinstance(node.value, ast.Name) and node.value.id == "self"


def _is_known(text: ClassText, held: Any, name: str) -> bool:
    return text.method(name) is not None or name in own_dict(held) or hasattr(type(held), name)


def _pairs(missing: list[str], unused: list[str], layers: Mapping[str, Any]) -> dict[str, str]:
    """Each missing name with the layer that it stands for; {} where that is not beyond doubt."""
    if not missing or len(missing) != len(unused):
        return {}
    if len(missing) == 1:
        return {} if type_name(layers[unused[0]]).startswith(_MAKE_NOTHING_ANEW) else {missing[0]: unused[0]}
    numbers = [_NUMBER.findall(each) for each in missing]
    if not all(numbers) or sorted(numbers) != sorted(_NUMBER.findall(each) for each in unused):
        return {}
    by_number = {_NUMBER.findall(each)[0]: each for each in unused}
    return {each: by_number[_NUMBER.findall(each)[0]] for each in missing} if len(by_number) == len(missing) else {}


def size_of_a_container(case: Case) -> Finding | None:
    """``net.fc.in_features`` of an nn.Sequential, which holds the layer that has it."""
    node, error = case.node, case.error
    if not isinstance(node, ast.Attribute) or not isinstance(error, AttributeError) or node.attr not in _SIZES:
        return None
    held: Any = error.obj
    layers = own_dict(held).get("_modules") if type_name(held) == "Sequential" else None
    if type(layers) is not dict:
        return None
    fits = [name for name, each in layers.items() if node.attr in own_dict(each)]
    if not fits or not all(each.isdigit() for each in fits):
        return None
    path = operand_text(case, node.value)
    chosen = fits[0] if node.attr.startswith("in_") else fits[-1]
    code = f"{path}[{chosen}].{node.attr}"
    said = gettext(
        "{path} is an nn.Sequential, and a layer in it has {attribute}: {code} is {size}.",
        path=path,
        attribute=node.attr,
        code=code,
        size=own_dict(layers[chosen])[node.attr],
    )
    if (before := _ran_before(case, node.value)) is not None:
        return Finding(f"{said} {before.text}", before.fixes)
    return Finding(said, _taken(case, node, code))


def _ran_before(case: Case, path: ast.expr) -> Finding | None:
    """What to say where the statement at the prompt ran once already, and put the nn.Sequential there itself."""
    from ptrepl.explain.own_sites import own_sites

    sites = [*own_sites(case)]
    site = sites[-1] if sites else None
    if site is None or site.is_nested:
        return None
    whole = in_a_sentence(segment(site.source, site.statement))
    entry = next((each for each in earlier(case) if in_a_sentence(each.source) == whole), None)
    if entry is None or not _assigns(case.site.statement if case.site.is_nested else site.statement, path):
        return None
    text = gettext(
        "`{statement}` ran before and put it in the place of the layer. To begin again, make the network anew first.",
        statement=entry.label,
    )
    owner = case.real(path.value) if isinstance(path, ast.Attribute) else None
    name = next((name for name, held in [*case.names.items()][:_MOST_NAMES] if held is owner), "")
    made = origin_at_prompt(case, name) if owner is not None and name else None
    if made is None or not made.is_alone or not isinstance(made.value, ast.Call):
        return Finding(text)
    return Finding(text, (Fix(f"{segment(made.source, made.statement)}\n{segment(site.source, site.statement)}"),))


def _assigns(tree: ast.AST, path: ast.expr) -> bool:
    name = ast.unparse(path)
    targets = [target for each in ast.walk(tree) if isinstance(each, ast.Assign) for target in each.targets]
    return any(ast.unparse(each) == name for each in targets)


def _taken(case: Case, node: ast.Attribute, code: str) -> tuple[Fix, ...]:
    site = case.site
    if site.is_nested:
        return ()
    return (Fix(spliced(site.source, site.statement, {node: code})),)


def without_parameters(case: Case, node: ast.Attribute, module: Any) -> Finding | None:
    """``for layer in net: layer.weight.requires_grad = False``, where one of the layers is a ReLU."""
    match case.site.line:
        case ast.Assign(targets=[ast.Attribute(value=ast.Attribute() as held, attr="requires_grad")], value=value):
            pass
        case _:
            return None
    if held is not node or module_name(type(module)).partition(".")[0] != "torch":
        return None
    name = segment(case.site.source, node.value)
    text = gettext(
        "{name} is a {type}, which has no parameters, so no {attribute}. requires_grad_() of a module takes in all "
        "that it has.",
        name=operand_text(case, node.value),
        type=type_name(module),
        attribute=node.attr,
    )
    code = f"{name}.requires_grad_({segment(case.site.source, value)})"
    return Finding(text, verified(case, Candidate(code, replaces_line=True)))
