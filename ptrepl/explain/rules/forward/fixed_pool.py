"""``nn.AvgPool2d(8)`` before the last layer, which leaves one place only of images of the size it was chosen for."""

from __future__ import annotations

import ast
from math import isqrt
from typing import Any

from ptrepl.engine.watch.kinds import own_dict
from ptrepl.explain.called_name import called_name
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.class_text import ClassText, class_text
from ptrepl.explain.operands.layers import Layer
from ptrepl.explain.provenance.origins import origin
from ptrepl.explain.rewrite import in_a_sentence, in_one_line, segment, spliced
from ptrepl.explain.rule import Finding
from ptrepl.texts.messages import gettext

_LINES_BETWEEN = 3
_MOST_MODULES = 500
_POOLS = {"AvgPool2d": "nn.AdaptiveAvgPool2d(1)", "avg_pool2d": "F.adaptive_avg_pool2d"}


def fixed_pool(case: Case, layer: Layer, size: int) -> Finding | None:
    """What to say where ``layer`` takes a number for each channel, and a pooling before it left more places of each.

    None where the class has no such pooling just before the failing line, or the numbers do not fit that.
    """
    numbers = layer.shape[-1] if len(layer.shape) == 2 else 0
    places = numbers // size if size > 1 and numbers % size == 0 else 0
    side = isqrt(places)
    function = next((each for each in case.parents if isinstance(each, ast.FunctionDef)), None)
    held = case.site.frame.f_locals.get("self")
    text = class_text(case, type(held))
    if not _has_channels(held, size):
        return None
    if side < 2 or side * side != places or function is None or text is None or text.source != case.site.source:
        return None
    before = [each for each in function.body if (each.end_lineno or 0) < case.site.line.lineno][-_LINES_BETWEEN:]
    calls = [each for line in reversed(before) for each in ast.walk(line) if isinstance(each, ast.Call)]
    for call in calls:
        found = _of_function(text, call) or _of_layer(text, held, call)
        if found is not None:
            was, new, texts = found
            said = gettext(
                "{layer} takes one number for each of {size} channels, and {pool} leaves {side} x {side} places of "
                "each from an input of this size. {adaptive} in its place leaves one, whatever the size.",
                layer=layer.path,
                size=size,
                pool=was,
                side=side,
                adaptive=new,
            )
            return Finding(said, text.anew(texts))
    return None


def pooled_as_before(case: Case, layer: Layer, size: int) -> Finding | None:
    """What to say where the network took other images before, whose maps were smaller or larger; None elsewhere.

    ``self.classifier`` takes ``size`` numbers, those of channels times places, and got the places of another image.
    """
    held = case.site.frame.f_locals.get("self")
    text = class_text(case, type(held))
    if layer.kind != "Linear" or len(layer.shape) != 2 or text is None or text.source != case.site.source:
        return None
    base, channels = _flattened(case, layer), _last_channels(held)
    if base is None or not channels or size % channels or layer.shape[-1] % channels:
        return None
    was, now = isqrt(size // channels), isqrt(layer.shape[-1] // channels)
    if was * was * channels != size or now * now * channels != layer.shape[-1] or was == now:
        return None
    function = "F" if "F" in case.names else "nn.functional"
    code = f"{function}.adaptive_avg_pool2d({segment(text.source, base)}, {was})"
    said = gettext(
        "This image leaves {now} x {now} places of {channels} channels, and the ones before left {was} x {was}, for "
        "which {layer} was made. In {cls}.forward, flatten {code} in place of {base}: it leaves {was} x {was} of an "
        "image of any size.",
        now=now,
        was=was,
        channels=channels,
        layer=layer.path,
        cls=text.node.name,
        code=code,
        base=in_one_line(text.source, base),
    )
    return Finding(said, text.anew({base: code}))


def _flattened(case: Case, layer: Layer) -> ast.expr | None:
    """``x`` of ``x.flatten(1)``, which ``layer`` is given, at once or by the name that has it."""
    node = layer.argument
    made = origin(case, node.id) if isinstance(node, ast.Name) else None
    node = made.value if made is not None and made.entry is None else node
    match node:
        case ast.Call(func=ast.Attribute(value=ast.Name(id="torch"), attr="flatten"), args=[base, *_]):
            return base
        case ast.Call(func=ast.Attribute(value=base, attr="flatten" | "view" | "reshape")):
            return base
    return None


def _last_channels(network: Any) -> int:
    """The channels that the last convolution of a network gives; 0 where it has none."""
    found, pending = 0, [network]
    while pending:
        own = own_dict(pending.pop(0))
        if type(own.get("out_channels")) is int:
            found = own["out_channels"]
        inner = own.get("_modules")
        if type(inner) is dict and len(pending) < _MOST_MODULES:
            pending = [*(module for module in inner.values() if module is not None), *pending]
    return found


def _has_channels(network: Any, size: int) -> bool:
    """Whether a convolution or a batch norm in it gives so many channels."""
    pending = [network]
    for each in pending:
        own = own_dict(each)
        if size in (own.get("out_channels"), own.get("num_features")):
            return True
        inner = own.get("_modules")
        if type(inner) is dict and len(pending) < _MOST_MODULES:
            pending += [module for module in inner.values() if module is not None]
    return False


def _of_function(text: ClassText, call: ast.Call) -> tuple[str, str, dict[ast.expr | ast.stmt, str]] | None:
    """``F.avg_pool2d(out, 8)``."""
    if called_name(call) != "avg_pool2d" or not call.args:
        return None
    new = f"{_POOLS['avg_pool2d']}({segment(text.source, call.args[0])}, 1)"
    same = _same(text, call)
    return (in_one_line(text.source, call), new, {same: new}) if same is not None else None


def _of_layer(text: ClassText, held: object, call: ast.Call) -> tuple[str, str, dict[ast.expr | ast.stmt, str]] | None:
    """``self.pool(out)`` of a ``self.pool = nn.AvgPool2d(8)``."""
    match call.func:
        case ast.Attribute(value=ast.Name(id="self"), attr=name):
            modules = own_dict(held).get("_modules")
        case _:
            return None
    if type(modules) is not dict or type(modules.get(name)).__name__ != "AvgPool2d":
        return None
    init = text.method("__init__")
    made = [
        each
        for each in ast.walk(init or ast.Pass())
        if isinstance(each, ast.Assign) and ast.unparse(each.targets[0]) == f"self.{name}"
    ]
    if len(made) != 1 or not isinstance(made[0].value, ast.Call) or called_name(made[0].value) != "AvgPool2d":
        return None
    new = _POOLS["AvgPool2d"]
    code = spliced(text.source, made[0], {made[0].value: new})
    return (
        f"self.{name} ({in_one_line(text.source, made[0].value)})",
        in_a_sentence(code),
        {made[0].value: new},
    )


def _same(text: ClassText, call: ast.Call) -> ast.Call | None:
    """The same call in the tree of the class."""
    place = call.lineno, call.col_offset, call.end_col_offset
    calls = (each for each in ast.walk(text.node) if isinstance(each, ast.Call))
    return next((each for each in calls if (each.lineno, each.col_offset, each.end_col_offset) == place), None)
