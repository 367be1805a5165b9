"""An autoencoder whose transposed convolutions come back to a smaller image than it was given."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from ptrepl.engine.watch.facts import shape_text
from ptrepl.engine.watch.kinds import Kind, kind_of, own_dict
from ptrepl.explain.called_name import called_name
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.class_text import class_text
from ptrepl.explain.provenance.origins import origin
from ptrepl.explain.rewrite import in_one_line, segment, spliced
from ptrepl.explain.rule import Finding
from ptrepl.texts.lists import every
from ptrepl.texts.messages import gettext

_MOST_MODULES = 500
_Side = tuple[ast.expr, tuple[int, ...]]


def smaller_than_given(case: Case, left: _Side, right: _Side) -> Finding | None:
    """What to say where one side of a loss is what a network made of the other, a few pixels smaller.

    None unless all its transposed convolutions double the size exactly with another ``output_padding``, and the result
    has the size of the input then.
    """
    for (node, shape), (_, wanted) in ((left, right), (right, left)):
        network = _network(case, node)
        if network is None or len(shape) != 4 or len(wanted) != 4:
            continue
        layers = [*_transposed(network)]
        if not layers or not _comes_back(layers, shape[-1], wanted[-1]) or shape[-2] != shape[-1]:
            continue
        text = class_text(case, type(network))
        init = text.method("__init__") if text is not None else None
        if text is None or init is None:
            continue
        made = [each for each in ast.walk(init) if isinstance(each, ast.Call)]
        calls = [each for each in made if called_name(each) == "ConvTranspose2d"]
        if len(calls) != len(layers) or any(each.arg == "output_padding" for call in calls for each in call.keywords):
            continue
        texts: dict[ast.expr | ast.stmt, str] = {}
        for call, layer in zip(sorted(calls, key=lambda each: (each.lineno, each.col_offset)), layers, strict=True):
            if (more := _missing(layer)) and len(call.args) < 6:
                last = max((*call.args, *(key.value for key in call.keywords)), key=_end)
                texts[call] = spliced(text.source, call, {last: f"{segment(text.source, last)}, output_padding={more}"})
        if not texts:
            continue
        codes = every([*dict.fromkeys(in_one_line(code, ast.parse(code).body[0]) for code in texts.values())])
        said = gettext(
            "A convolution with stride 2 makes 14 of 28 and of 27 alike, and nn.ConvTranspose2d comes back to the "
            "smaller one unless output_padding says otherwise. In {cls}.__init__, write {codes}: then the result is "
            "{shape}.",
            cls=text.node.name,
            codes=codes,
            shape=shape_text(wanted),
        )
        return Finding(said, text.anew(texts))
    return None


def _end(node: ast.expr) -> tuple[int, int]:
    return node.end_lineno or 0, node.end_col_offset or 0


def _network(case: Case, node: ast.expr) -> Any:
    """The learner's network that gave ``node``: that of ``ae(x)``, also where a name was given its result."""
    made = origin(case, node.id) if isinstance(node, ast.Name) else None
    call = made.value if made is not None else node
    held = case.real(call.func) if isinstance(call, ast.Call) else None
    return held if kind_of(held) is Kind.MODULE else None


def _transposed(network: Any) -> Iterator[Any]:
    pending = [network]
    for each in pending:
        if type(each).__name__ == "ConvTranspose2d":
            yield each
        inner = own_dict(each).get("_modules")
        if type(inner) is dict and len(pending) < _MOST_MODULES:
            pending += [module for module in inner.values() if kind_of(module) is Kind.MODULE]


def _numbers(layer: Any) -> tuple[int, int, int, int] | None:
    """Stride, kernel size, padding and output padding, where both sides have the same."""
    own = own_dict(layer)
    found = []
    for name in ("stride", "kernel_size", "padding", "output_padding"):
        value = own.get(name)
        if type(value) is not tuple or len({*value}) != 1 or own.get("dilation") != (1, 1):
            return None
        found.append(int(value[0]))
    return found[0], found[1], found[2], found[3]


def _missing(layer: Any) -> int:
    """The output padding with which the size is multiplied by the stride exactly; 0 where it is, or cannot be."""
    numbers = _numbers(layer)
    if numbers is None:
        return 0
    stride, kernel, padding, given = numbers
    needs = stride - kernel + 2 * padding
    return needs if given == 0 and 0 < needs < stride else 0


def _comes_back(layers: list[Any], now: int, wanted: int) -> bool:
    """Whether the image is ``wanted`` large, not ``now``, where each layer multiplies its size by its stride."""
    size = now
    for each in reversed(layers):
        numbers = _numbers(each)
        if numbers is None:
            return False
        stride, kernel, padding, given = numbers
        size, rest = divmod(size - given - kernel + 2 * padding, stride)
        size += 1
        if rest:
            return False
    for each in layers:
        numbers = _numbers(each)
        assert numbers is not None
        stride, kernel, padding, given = numbers
        size = (size - 1) * stride - 2 * padding + kernel + (given or _missing(each))
    return now < wanted == size
