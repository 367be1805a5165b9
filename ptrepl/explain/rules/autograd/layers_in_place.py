"""Layers that were made with ``inplace=True``: which one overwrote the result that a backward pass needs."""

from __future__ import annotations

import ast
import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ptrepl.engine.watch.kinds import Kind, kind_of, own_dict, type_name
from ptrepl.explain.called_name import called_name
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.class_text import ClassText, class_text
from ptrepl.explain.provenance.carried import networks_in
from ptrepl.explain.provenance.origins import origin_at_prompt
from ptrepl.explain.rewrite import in_a_sentence, in_one_line, segment
from ptrepl.explain.rule import Finding
from ptrepl.texts.lists import every
from ptrepl.texts.messages import gettext, ngettext

_MOST_NAMES = 500
_MOST_SHOWN = 4
_OPERATIONS = {
    "CELU": "celu",
    "ELU": "elu",
    "Hardtanh": "hardtanh",
    "LeakyReLU": "leaky_relu",
    "ReLU": "relu",
    "ReLU6": "hardtanh",
    "Sigmoid": "sigmoid",
    "Softmax": "softmax",
    "Tanh": "tanh",
}
"""Layers whose backward pass needs their result, and the name of what they run."""


@dataclass(frozen=True, slots=True)
class _Layer:
    path: str
    module: Any
    owner: Any
    """The module that holds it."""


def overwriting_layers(case: Case, needs: str, called: str, *, result: bool) -> Finding | None:
    """What to say where layers of the networks at hand write into what they are given; None where none does.

    ``needs``: a sentence on what the backward pass of ``called`` needs. ``result``: whether that is its own result.
    """
    layers = [*_layers(case)]
    writing = [each for each in layers if _writes(each.module)]
    if not writing:
        return None
    after = [each for each in _after(layers, called) if _writes(each.module)] if result else []
    if len(after) == 1:
        [found] = after
        said = gettext(
            "{layer} ({type}) comes after it, was made with inplace=True, and overwrites it.",
            layer=found.path,
            type=type_name(found.module),
        )
        text, call = _made_by(case, found)
        if text is None or call is None:
            code = _at_prompt(case, found)
            leave = (
                gettext("Write {code} in its place.", code=code) if code else gettext("Leave inplace=True out of it.")
            )
            return Finding(f"{needs} {said} {leave}")
        code = _without(text.source, call)
        write = gettext(
            "In {cls}.__init__, write {code}.",
            cls=text.node.name,
            code=in_one_line(code, ast.parse(code, mode="eval").body),
        )
        return Finding(f"{needs} {said} {write}", text.anew({call: code}))
    paths = [each.path for each in writing]
    shown = every(paths) if len(paths) <= _MOST_SHOWN else f"{', '.join(paths[:_MOST_SHOWN])}, …"
    said = ngettext(
        "One layer was made with inplace=True, and writes into what it is given: {layers}. Leave inplace=True out of "
        "it, if nothing else in your code writes in place.",
        "Layers that were made with inplace=True write into what they are given: {layers}. Leave inplace=True out of "
        "them, if nothing else in your code writes in place.",
        len(paths),
        layers=shown,
    )
    return Finding(f"{needs} {said}")


def _writes(module: Any) -> bool:
    own = own_dict(module)
    dropout = type_name(module).endswith(("Dropout", "Dropout1d", "Dropout2d", "Dropout3d"))
    return own.get("inplace") is True and (not dropout or own.get("training") is True)


def _layers(case: Case) -> Iterator[_Layer]:
    """The layers of the networks at the prompt, and in the failing function, in the order in which they are held."""
    seen: list[Any] = []
    names = {**case.names, **case.scope.locals} if case.site.is_nested else case.names
    for name in [*names][:_MOST_NAMES]:
        if type(name) is not str or name.startswith("_") or kind_of(names[name]) is not Kind.MODULE:
            continue
        for path, module in networks_in(name, names[name]):
            inner = own_dict(module).get("_modules")
            for key, each in inner.items() if type(inner) is dict else ():
                if each is not None and not any(each is known for known in seen):
                    seen.append(each)
                    yield _Layer(f"{path}[{key}]" if key.isdigit() else f"{path}.{key}", each, module)


def _after(layers: list[_Layer], called: str) -> Iterator[_Layer]:
    """The layers that get what one of ``called`` gives: the next ones in their Sequential."""
    for before, after in itertools.pairwise(layers):
        same = before.owner is after.owner and type_name(before.owner) == "Sequential"
        if same and _OPERATIONS.get(type_name(before.module)) == called:
            yield after


def _made_by(case: Case, found: _Layer) -> tuple[ClassText | None, ast.Call | None]:
    """The class of the learner's that makes it, and its call, the only one of its kind there with ``inplace=True``."""
    for name in [*case.names][:_MOST_NAMES]:
        value = case.names[name]
        if kind_of(value) is not Kind.MODULE:
            continue
        for _, module in networks_in(str(name), value):
            text = class_text(case, type(module)) if not type(module).__module__.startswith("torch.") else None
            init = text.method("__init__") if text is not None else None
            calls = [
                each
                for each in (ast.walk(init) if init is not None else ())
                if isinstance(each, ast.Call) and called_name(each) == type_name(found.module) and _in_place(each)
            ]
            if calls and any(found.module is each for _, each in networks_in("", module)):
                return (text, calls[0]) if len(calls) == 1 else (None, None)
    return None, None


def _at_prompt(case: Case, found: _Layer) -> str:
    """The call without ``inplace=True``, where a statement of the prompt made the layer; "" elsewhere."""
    made = origin_at_prompt(case, re.split(r"[.\[]", found.path)[0])
    calls = [
        each
        for each in (ast.walk(made.value) if made is not None else ())
        if isinstance(each, ast.Call) and called_name(each) == type_name(found.module) and _in_place(each)
    ]
    return in_a_sentence(_without(made.source, calls[0])) if made is not None and len(calls) == 1 else ""


def _in_place(call: ast.Call) -> list[ast.keyword]:
    return [each for each in call.keywords if each.arg == "inplace" and ast.unparse(each.value) == "True"]


def _without(source: str, call: ast.Call) -> str:
    """``nn.Dropout(0.4)`` of ``nn.Dropout(0.4, inplace=True)``."""
    given = [segment(source, each) for each in call.args]
    given += [f"{each.arg}={segment(source, each.value)}" for each in call.keywords if each.arg != "inplace"]
    return f"{segment(source, call.func)}({', '.join(given)})"
