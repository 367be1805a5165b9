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
from ptrepl.explain.rewrite import end_position, in_a_sentence, in_one_line, segment, spliced
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
                last = max((*call.args, *(key.value for key in call.keywords)), key=end_position)
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


def other_size_than_given(case: Case, left: _Side, right: _Side) -> Finding | None:
    """What to say where one side of a loss is what a network made of the other, with other last dims."""
    for (node, shape), (given, wanted) in ((left, right), (right, left)):
        network, made = _network(case, node), origin(case, node.id) if isinstance(node, ast.Name) else None
        call = made.value if made is not None else node
        if network is None or not isinstance(call, ast.Call) or [*map(ast.dump, call.args)] != [ast.dump(given)]:
            continue
        if len(shape) != len(wanted) or len(shape) < 3 or shape[:2] != wanted[:2]:
            continue
        times, name = _times(network), in_one_line(case.site.source, given)
        spatial = [*zip(shape[2:], wanted[2:], strict=True)]
        if times < 2 or not all(now == was if was % times == 0 else now % times == 0 for now, was in spatial):
            continue
        off = next(was for _, was in spatial if was % times)
        said = gettext(
            "The layers make {name} smaller and larger again by {times}: what comes back has a multiple of {times}, "
            "and {size} is none.",
            name=name,
            times=times,
            size=off,
        )
        if (last := _with_output_size(case, network)) is not None:
            return Finding(f"{said} {last.text}", last.fixes)
        more = [-was % times for _, was in reversed(spatial)]
        pads = ", ".join(f"0, {each}" for each in more[: max(at for at, each in enumerate(more, 1) if each)])
        pad = gettext(
            "Pad it first: {code} adds zeros at the end, so that it is divisible.",
            code=f"{name} = F.pad({name}, ({pads}))",
        )
        return Finding(f"{said} {pad}")
    return None


def _times(network: Any) -> int:
    """By how much the convolutions and pools of a network make an image smaller in all; 0 where that is not known."""
    found = 1
    pending = [network]
    for each in pending:
        own, kind = own_dict(each), type(each).__name__
        if kind.startswith(("Conv", "MaxPool", "AvgPool")) and not kind.startswith("ConvTranspose"):
            stride = own.get("stride")
            sizes = {*stride} if type(stride) is tuple else {stride}
            if len(sizes) != 1 or type(number := sizes.pop()) is not int:
                return 0
            found *= number
        inner = own.get("_modules")
        if type(inner) is dict and len(pending) < _MOST_MODULES:
            pending += [module for module in inner.values() if kind_of(module) is Kind.MODULE]
    return found


def _with_output_size(case: Case, network: Any) -> Finding | None:
    """``return self.dec(self.enc(x))`` of a transposed convolution, which takes the size that is wanted."""
    text = class_text(case, type(network))
    forward = text.method("forward") if text is not None else None
    match forward.body[-1] if forward is not None else None:
        case ast.Return(value=ast.Call(func=ast.Attribute(value=ast.Name(id="self"), attr=name), args=[_]) as call):
            pass
        case _:
            return None
    held = own_dict(network).get("_modules", {}).get(name)
    assert forward is not None
    stored = {each.id for each in ast.walk(forward) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)}
    if not type(held).__name__.startswith("ConvTranspose") or len(forward.args.args) != 2 or call.keywords:
        return None
    given = forward.args.args[1].arg
    if text is None or given in stored:
        return None
    inner = segment(text.source, call.args[0])
    size = f"output_size={given}.shape[2:]"
    code = spliced(text.source, call, {call.args[0]: f"{inner}, {size}"})
    said = gettext(
        "A transposed convolution takes the size that it is to come back to: in {cls}.forward, write {code}.",
        cls=text.node.name,
        code=in_a_sentence(code),
    )
    return Finding(said, text.anew({call: code}))


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
