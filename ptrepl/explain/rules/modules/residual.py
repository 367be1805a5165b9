"""The sum of a residual block: its input has other channels than what its layers make of it."""

from __future__ import annotations

import ast
import re
from typing import Any

from ptrepl.engine.explanation import Fix
from ptrepl.engine.watch.kinds import Kind, kind_of, own_dict
from ptrepl.explain.called_name import called_name
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.class_text import class_text
from ptrepl.explain.operands.construction import constructed
from ptrepl.explain.own_sizes import own_size, takes_sizes
from ptrepl.explain.rewrite import end_position, in_a_sentence, segment, spliced
from ptrepl.explain.rule import Finding
from ptrepl.texts.messages import gettext

_Side = tuple[ast.expr, tuple[int, ...]]


def without_projection(case: Case, left: _Side, right: _Side) -> Finding | None:
    """What brings the input of forward to the shape of ``out`` in ``out + residual``; None for other sums."""
    frame = case.site.frame
    held = frame.f_locals.get("self")
    given = _given_to_forward(case, held)
    found = [
        (skip, main)
        for skip, main in ((left, right), (right, left))
        if given is not None and _real(case, skip) is given
    ]
    if len(found) != 1:
        return _without_stride(case, left, right) if held is not None else None
    (skip, before), (_, after) = found[0]
    layer = _layer(before, after)
    if layer is None:
        return None
    name = case.called(skip, gettext("One side"))
    named = _in_names(case, held, layer)
    optional = _optional_layer(case, held, name)
    if named is None and optional is None:
        return Finding(
            gettext(
                "{input} is what forward was given, and the layers made another shape of it. For the sum they have to "
                "keep the shape, or {input} needs a layer that makes the same of it. __init__ is the place for that, "
                "with the sizes that the object is made with.",
                input=name,
            )
        )
    text = gettext(
        "{input} is what forward was given, and the layers made another shape of it. For the sum they have to keep the "
        "shape, or {input} needs a layer that makes the same of it: {layer}.",
        input=name,
        layer=layer if optional is not None else named,
    )
    if optional is not None:
        attribute, fixes = optional[0], _given_layer(case, held, optional[1], layer)
        none = gettext("self.{attribute} is the place for it, and it is None here.", attribute=attribute)
        return Finding(f"{text} {none}", fixes)
    if len(before) != 4:
        return Finding(text)  # a layer that does not come back to the size is as likely
    written = gettext(
        "In __init__, write self.shortcut = {layer}, and add self.shortcut({input}) in the place of {input}.",
        layer=named,
        input=name,
    )
    return Finding(f"{text} {written}")


def _without_stride(case: Case, left: _Side, right: _Side) -> Finding | None:
    """``out + self.shortcut(x)``, where the layers before ``out`` have a stride and the shortcut has none."""
    held = case.site.frame.f_locals.get("self")
    text = class_text(case, type(held)) if kind_of(held) is Kind.MODULE else None
    init = text.method("__init__") if text is not None else None
    for (side, own), (_, other) in ((left, right), (right, left)):
        match side:
            case ast.Call(func=ast.Attribute(value=ast.Name(id="self"), attr=name)):
                layer = case.real(side.func)
            case _:
                continue
        one = _layer(own, other)
        stride = re.search(r"stride=(\d)", one or "")
        if text is None or init is None or stride is None or own[1] != other[1] or not _is_plain(layer):
            continue
        given = own_size(text.source, init, held, "stride", int(stride[1]))
        made = [each.value for each in _assigns(init) if ast.unparse(each.targets[0]) == f"self.{name}"]
        calls = [each for each in made if isinstance(each, ast.Call) and called_name(each) == "Conv2d"]
        if given is None or len(calls) != 1 or any(word.arg == "stride" for word in calls[0].keywords):
            continue
        if len(calls[0].args) > 3:
            continue
        last = max((*calls[0].args, *(word.value for word in calls[0].keywords)), key=end_position)
        texts: dict[ast.expr | ast.stmt, str] = {last: f"{segment(text.source, last)}, stride={given}"}
        code = in_a_sentence(spliced(text.source, calls[0], texts))
        said = gettext(
            "The layers on the other side have a stride of {stride}, and self.{name} has none, so it keeps the height "
            "and width. In {cls}.__init__, write {code}.",
            stride=stride[1],
            name=name,
            cls=text.node.name,
            code=code,
        )
        return Finding(said, text.anew(texts))
    return None


def _is_plain(layer: Any) -> bool:
    """A convolution that moves by one place."""
    return type(layer).__name__ == "Conv2d" and own_dict(layer).get("stride") == (1, 1)


def _in_names(case: Case, held: Any, layer: str) -> str | None:
    """``nn.Conv2d(in_planes, planes, 1)``: with what ``__init__`` has for those numbers; None where it takes sizes and
    does not show which one each of them is."""
    text = class_text(case, type(held))
    init = text.method("__init__") if text is not None else None
    kind, *sizes, stride = re.fullmatch(r"(.*)\((\d+), (\d+).*?(?:stride=(\d+))?\)", layer).groups()  # type: ignore[union-attr]
    if text is None or init is None:
        return None
    if not takes_sizes(init):
        return layer
    what = "features" if kind.endswith("Linear") else "channels"
    words = [f"in_{what}", f"out_{what}"]
    said = [own_size(text.source, init, held, word, int(size)) for word, size in zip(words, sizes, strict=True)]
    names = _arguments(case, held, init)
    said = [one or names.get(size) for one, size in zip(said, sizes, strict=True)]
    steps = own_size(text.source, init, held, "stride", int(stride)) or names.get(stride) if stride else ""
    if None in said or steps is None:
        return None
    rest = "" if what == "features" else f", 1, stride={steps}" if steps else ", 1"
    return f"{kind}({', '.join(str(each) for each in said)}{rest})"


def _arguments(case: Case, held: Any, init: ast.FunctionDef) -> dict[str, str]:
    """The arguments of ``__init__`` by their numbers, those that no other one has."""
    built = constructed(case, held, init)
    names: dict[str, list[str]] = {}
    for name, value in built.values.items() if built is not None else ():
        if type(value) is int:
            names.setdefault(str(value), []).append(name)
    return {number: found[0] for number, found in names.items() if len(found) == 1}


def _given_to_forward(case: Case, held: Any) -> Any:
    """The first argument that this forward was called with; None where it is not known."""
    frame = case.site.frame
    caller = frame.f_back
    if kind_of(held) is not Kind.MODULE or frame.f_code.co_name != "forward" or caller is None:
        return None
    given = caller.f_locals.get("args") if caller.f_locals.get("self") is held else None
    return given[0] if type(given) is tuple and given else None


def _real(case: Case, side: _Side) -> Any:
    return case.real(side[0]) if isinstance(side[0], ast.Name) else None


def _layer(before: tuple[int, ...], after: tuple[int, ...]) -> str | None:
    """``nn.Conv2d(64, 128, 1, stride=2)``, ``nn.Linear(10, 20)``: the layer that makes one shape of the other."""
    if len(before) != len(after) or before[0] != after[0]:
        return None
    if len(before) == 4:
        strides = {-(-one // two) for one, two in zip(before[2:], after[2:], strict=True)}
        stride = strides.pop() if len(strides) == 1 else 0
        if stride not in (1, 2, 3, 4) or any(
            -(-one // stride) != two for one, two in zip(before[2:], after[2:], strict=True)
        ):
            return None
        return f"nn.Conv2d({before[1]}, {after[1]}, 1{f', stride={stride}' if stride > 1 else ''})"
    if before[1:-1] != after[1:-1] or before[-1] == after[-1]:
        return None
    return f"nn.Linear({before[-1]}, {after[-1]})"


def _optional_layer(case: Case, held: Any, name: str) -> tuple[str, str] | None:
    """``if self.downsample is not None: residual = self.downsample(x)``: the attribute, and the argument it is."""
    text = class_text(case, type(held))
    forward = text.method("forward") if text is not None else None
    init = text.method("__init__") if text is not None else None
    if text is None or forward is None or init is None:
        return None
    for each in ast.walk(forward):
        if not isinstance(each, ast.If) or name not in {ast.unparse(one.targets[0]) for one in _assigns(each)}:
            continue
        for test in ast.walk(each.test):
            match test:
                case ast.Attribute(value=ast.Name(id="self"), attr=attribute):
                    own = own_dict(held)
                    if own.get(attribute, own.get("_modules", {}).get(attribute, 0)) is not None:
                        return None
                    sets = [one for one in _assigns(init) if ast.unparse(one.targets[0]) == f"self.{attribute}"]
                    if len(sets) == 1 and isinstance(sets[0].value, ast.Name):
                        return attribute, sets[0].value.id
    return None


def _assigns(tree: ast.AST) -> list[ast.Assign]:
    return [each for each in ast.walk(tree) if isinstance(each, ast.Assign)]


def _given_layer(case: Case, held: Any, parameter: str, layer: str) -> tuple[Fix, ...]:
    """The statement that made the block, with the layer as one more argument."""
    text = class_text(case, type(held))
    init = text.method("__init__") if text is not None else None
    built = constructed(case, held, init) if init is not None else None
    if built is None or not isinstance(built.made.value, ast.Call) or built.values.get(parameter) is not None:
        return ()
    if parameter in built.given:
        return (Fix(built.anew(parameter, layer)),)
    return (Fix(built.with_more(f"{parameter}={layer}")),)
