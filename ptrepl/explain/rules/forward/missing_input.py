"""``model(x)`` where ``forward`` takes a further input: what is in reach for it, or what it is used for."""

from __future__ import annotations

import ast
import re
import types
from collections.abc import Iterator, Sequence
from typing import Any

from ptrepl.engine.watch.kinds import Kind, class_dict, is_tensor_class, kind_of, module_name, own_dict, type_name
from ptrepl.explain.called_name import names_within
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.class_text import class_text
from ptrepl.explain.fixes.trial import Candidate, tried, verified
from ptrepl.explain.rewrite import in_one_line, segment
from ptrepl.explain.rule import Finding, Rule
from ptrepl.texts.lists import every
from ptrepl.texts.messages import gettext, ngettext

_MORE = "modules/module-class"
_MOST_KEYS = 6


def _missing_inputs(case: Case) -> Finding | None:
    """``eye(left)`` where ``forward`` takes ``left`` and ``right``."""
    frame, node = case.inner("_call_impl"), case.node
    module: Any = frame.f_locals.get("self") if frame is not None else None
    if kind_of(module) is not Kind.MODULE or type_name(module) != case.match.group(1) or not isinstance(node, ast.Call):
        return None
    text = class_text(case, type(module))
    forward = text.method("forward") if text is not None else None
    if forward is not None and forward.args.args:
        parameters = [each.arg for each in (*forward.args.args[1:], *forward.args.kwonlyargs)]
    else:
        parameters = _of_torch(type(module))
    missing = re.findall(r"'(\w+)'", case.match.group(2))
    if not parameters or not {*missing} <= {*parameters}:
        return None
    if case.real(node.func) is not module:
        return _in_sequential(case, node, module, parameters, missing)
    keywords = [] if forward is None else [each.arg for each in forward.args.kwonlyargs]
    return _called(case, node, forward, parameters, missing, keywords)


def _called(
    case: Case,
    node: ast.Call,
    forward: ast.FunctionDef | None,
    parameters: Sequence[str],
    missing: Sequence[str],
    keywords: Sequence[str],
) -> Finding:
    name = case.called(node.func, gettext("the network"))
    said = ngettext(
        "Calling {name} runs forward(self, {parameters}), and {missing} is not given.",
        "Calling {name} runs forward(self, {parameters}), and {missing} are not given.",
        len(missing),
        name=name,
        parameters=", ".join(parameters),
        missing=every(missing),
    )
    found = _in_reach(case, missing)
    source = case.site.source
    if found:
        code = _with(source, node, parameters, dict(zip(missing, found, strict=True)), keywords)
        write = gettext("Write {call}.", call=in_one_line(code, ast.parse(code, mode="eval").body))
        same = [*found] == [*missing]
        fixes = tried(case, [Candidate(code)]) or (verified(case, Candidate(code)) if same else ())
        return Finding(f"{said} {write}" if fixes or case.too_long or same else said, fixes)
    if len(missing) == 1 and forward is not None:
        held = case.real(node.func)
        used = _used_as_index(forward, missing[0], held)
        if used is not None:
            container, values = used
            code = _with(source, node, parameters, {missing[0]: values[0]}, keywords)
            index = gettext(
                "forward takes one of {container} by it: {values}. Give one of these: {call}.",
                container=container,
                values=", ".join(values[:_MOST_KEYS]),
                call=in_one_line(code, ast.parse(code, mode="eval").body),
            )
            return Finding(f"{said} {index}")
    if not node.args and not node.keywords:
        itself = gettext("If the network itself is meant, write {name} without brackets behind it.", name=name)
        return Finding(f"{said} {itself}")
    if forward is None:
        given = ngettext("Give it in the call as well.", "Give them in the call as well.", len(missing))
        return Finding(f"{said} {given}")
    give = ngettext(
        "Give it in the call as well, or give {missing} a default value in forward.",
        "Give them in the call as well, or give {missing} default values in forward.",
        len(missing),
        missing=every(missing),
    )
    return Finding(f"{said} {give}")


def _with(source: str, node: ast.Call, parameters: Sequence[str], more: dict[str, str], keywords: Sequence[str]) -> str:
    """The call with a text for each missing parameter, in its place."""
    given = dict(zip(parameters, (segment(source, each) for each in node.args), strict=False))
    given |= {each.arg: f"{each.arg}={segment(source, each.value)}" for each in node.keywords if each.arg}
    given |= {name: f"{name}={text}" if name in keywords else text for name, text in more.items()}
    inner, named = [], False
    for each in parameters:
        if each in given:
            plain = given[each]
            named = named or plain.startswith(f"{each}=")
            inner.append(plain if not named or plain.startswith(f"{each}=") else f"{each}={plain}")
        else:
            named = True
    return f"{segment(source, node.func)}({', '.join(inner)})"


def _in_reach(case: Case, missing: Sequence[str]) -> list[str]:
    """The names that the parameters have here too, or those of a loop or a function that nothing uses yet; else []."""
    held = case.scope.locals
    names = held if case.site.is_nested else case.names
    if all(each in names for each in missing):
        return [*missing]
    unused = [*_unused(case)]
    return unused if len(unused) == len(missing) else []


def _unused(case: Case) -> Iterator[str]:
    """Tensors that the loop or the function around the call was given, and that its code does not read."""
    for parent in case.parents:
        match parent:
            case ast.For(target=target, body=body):
                bound = [each.id for each in ast.walk(target) if isinstance(each, ast.Name)]
            case ast.FunctionDef(args=given, body=body):
                bound = [each.arg for each in given.args]
            case _:
                continue
        read = {
            each.id
            for statement in body
            for each in ast.walk(statement)
            if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Load)
        }
        called = names_within(case.site.node)
        if called & {*bound}:
            labels = [each for each in bound if each not in read and not _LABEL.search(each)]
            yield from (each for each in labels if is_tensor_class(type(case.scope.locals.get(each))))
            return


_LABEL = re.compile(r"^_|^y|label|target|class", re.IGNORECASE)
"""Names of what goes into the loss, not into the network."""


def _used_as_index(forward: ast.FunctionDef, name: str, module: Any) -> tuple[str, list[str]] | None:
    """``self.heads`` of ``self.heads[task]``, and what can stand in the brackets, as code."""
    for each in ast.walk(forward):
        match each:
            case ast.Subscript(value=ast.Attribute(value=ast.Name(id="self"), attr=attribute), slice=ast.Name(id=used)):
                if used != name:
                    continue
                own = own_dict(module)
                modules = own.get("_modules")
                held = own.get(attribute, modules.get(attribute) if type(modules) is dict else None)
                inner = own_dict(held).get("_modules") if kind_of(held) is Kind.MODULE else None
                if type(inner) is dict and inner:
                    return f"self.{attribute}", [key if key.isdigit() else f'"{key}"' for key in inner]
                if type(held) in (list, tuple) and held:
                    return f"self.{attribute}", [str(number) for number in range(len(held))]
    return None


def _in_sequential(
    case: Case, node: ast.Call, module: Any, parameters: Sequence[str], missing: Sequence[str]
) -> Finding | None:
    """A layer of an nn.Sequential that takes several inputs."""
    network: Any = case.real(node.func)
    layers = own_dict(network).get("_modules") if type_name(network) == "Sequential" else None
    if type(layers) is not dict or not any(each is module for each in layers.values()):
        return None
    name, key = case.text(node.func), next(key for key, each in layers.items() if each is module)
    said = gettext(
        "{name} is an nn.Sequential, which hands one value from layer to layer, and {layer} ({type}) takes {count} "
        "inputs: {parameters}.",
        name=name,
        layer=f"{name}[{key}]" if key.isdigit() else f"{name}.{key}",
        type=type_name(module),
        count=len(parameters),
        parameters=every(parameters),
    )
    found = _in_reach(case, missing)
    if not found or [*map(ast.unparse, node.keywords)] or not all(isinstance(each, ast.Name) for each in node.args):
        loop = gettext("Call the layers in a loop over {name} instead, with all of them.", name=name)
        return Finding(f"{said} {loop}")
    given = ", ".join([*map(ast.unparse, node.args), *found])
    loop = gettext(
        "Call the layers in a loop instead: {loop}.",
        loop=f"for layer in {name}: {ast.unparse(node.args[0])} = layer({given})",  # not a sentence: code
    )
    return Finding(f"{said} {loop}")


def _of_torch(cls: type) -> list[str]:
    """The inputs that the ``forward`` of a module of torch must be given."""
    forward = class_dict(cls).get("forward")
    if not module_name(cls).startswith("torch.nn.") or not isinstance(forward, types.FunctionType):
        return []
    code, defaults = forward.__code__, len(forward.__defaults__ or ())
    return [*code.co_varnames[1 : code.co_argcount - defaults]]


RULES = (
    Rule(
        "forward arguments",
        ("TypeError",),
        r"(\w+)\.forward\(\) missing \d+ required (?:positional|keyword-only) arguments?: (.*)",
        _missing_inputs,
        more=_MORE,
    ),
)
