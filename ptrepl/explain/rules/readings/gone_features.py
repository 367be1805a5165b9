"""A line before the layer took away, or merged, the dim with the features: ``o[:, :, -1]``, ``e.mean(dim=2)``."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from math import prod

from ptrepl.engine.explanation import Fix
from ptrepl.engine.watch.facts import base_attribute, read, shape_text
from ptrepl.engine.watch.kinds import is_tensor_class, type_name
from ptrepl.explain.called_name import names_within
from ptrepl.explain.case import Case, sizes
from ptrepl.explain.fixes.in_loop import with_lines_changed
from ptrepl.explain.fixes.layer_in_class import layer_anew
from ptrepl.explain.fixes.remake_network import rebuilt
from ptrepl.explain.fixes.trial import MOST_FIXES, Candidate, tried
from ptrepl.explain.operands.invocation import changed
from ptrepl.explain.operands.layers import Layer
from ptrepl.explain.provenance.origins import origin
from ptrepl.explain.rewrite import in_a_sentence, in_one_line, postfix, segment, spliced
from ptrepl.explain.rule import Finding
from ptrepl.texts.messages import gettext

_REDUCING = frozenset("max min sum mean prod median std var logsumexp norm amax amin".split())
_RESHAPING = ("view", "reshape", "flatten")
_MOST_STEPS = 5
_Shape = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Made:
    """``value`` made the input of the layer, in ``statement``; in the failing call itself where that is None."""

    value: ast.expr
    source: str
    statement: ast.stmt | None
    is_at_prompt: bool


def gone_features(case: Case, layer: Layer, wants: int) -> Finding | None:
    """What to say where the features that ``layer`` takes were there one step before its input; None elsewhere."""
    node = layer.argument
    if node is None or layer.kind != "Linear" or len(layer.shape) < 2:
        return None
    if (divided := _divided(case, layer, wants)) is not None:
        return divided
    made = _made(case, node)
    if made is None:
        return None
    return (
        _taken_away(case, layer, wants, made)
        or _merged(case, layer, wants, made)
        or (_added(case, layer, wants, made) if not made.is_at_prompt else None)
    )


def _made(case: Case, node: ast.expr) -> _Made | None:
    if not isinstance(node, ast.Name):
        return _Made(node, case.site.source, None, False)
    if (before := _assigned(case, node.id, case.site.line)) is not None:
        return _Made(before[1], case.site.source, before[0], False)
    found = origin(case, node.id)
    return _Made(found.value, found.source, found.statement, found.entry is not None) if found is not None else None


def _assigned(case: Case, name: str, line: ast.stmt) -> tuple[ast.stmt, ast.expr] | None:
    """The last assignment to ``name`` before ``line`` in its block, ``name, _ = …`` too; None where that is unsure."""
    block = getattr(getattr(line, "parent", None), "body", None)
    if line is case.site.statement or not isinstance(block, list) or line not in block:
        return None
    for each in reversed(block[: block.index(line)]):
        if any(part.id == name for part in _stored(each)):
            match each:
                case ast.Assign(targets=[ast.Name()], value=value):
                    return each, value
                case ast.Assign(targets=[ast.Tuple(elts=[ast.Name(id=first), *_])], value=value) if first == name:
                    return each, ast.Subscript(value, ast.Constant(0), ast.Load())
            return None
    return None


def _stored(statement: ast.stmt) -> list[ast.Name]:
    names = [each for each in ast.walk(statement) if isinstance(each, ast.Name)]
    return [each for each in names if isinstance(each.ctx, ast.Store)]


def _shape_then(case: Case, base: ast.expr, made: _Made) -> _Shape | None:
    """The shape that ``base`` had when ``made`` ran, also where its name has been given another value since."""
    if made.statement is None:
        return case.shape(base)
    if made.is_at_prompt:
        value = case.real_at_prompt(base)
        names = {each.id for each in _stored(made.statement)}
        if isinstance(base, ast.Name) and base.id in names and is_tensor_class(type(value)):
            value = base_attribute("_base").__get__(value)
            return sizes(read(value)) if is_tensor_class(type(value)) else None
        return None if names & names_within(base) or case.site.is_nested else case.shape(base)
    line: ast.stmt = made.statement
    for _ in range(_MOST_STEPS):
        block = getattr(getattr(line, "parent", None), "body", None)
        if not isinstance(block, list) or line not in block or case.site.line not in block:
            return case.shape(base)
        since = block[block.index(line) : block.index(case.site.line)]
        changed_since = {each.id for statement in since for each in _stored(statement)}
        if not changed_since & names_within(base):
            return case.shape(base)
        before = _assigned(case, base.id, line) if isinstance(base, ast.Name) else None
        if before is None:
            return None
        line, base = before
    return None


def _taken_away(case: Case, layer: Layer, wants: int, made: _Made) -> Finding | None:
    """``e.mean(dim=2)`` and ``o[:, :, -1]`` of (batch, length, features), which leave the length."""
    step = _step(made.value)
    if step is None:
        return None
    part, base, dim, place = step
    shape = _shape_then(case, base, made)
    if shape is None or len(shape) != 3 or len(layer.shape) != 2:
        return None
    dim %= 3
    if dim == 0 or shape[dim] != wants or shape[0] != layer.shape[0] or shape[3 - dim] != layer.shape[1]:
        return None
    other = 3 - dim
    if place is None:
        index = part.slice if isinstance(part, ast.Subscript) else None
        assert isinstance(index, ast.Tuple)
        number = segment(made.source, index.elts[dim])
        new = postfix(made.source, base, f"[:, {number}]" if other == 1 else f"[:, :, {number}]")
    else:
        new = spliced(made.source, part, {place: str(other)})
    text = gettext(
        "`{part}` takes away dim {dim} of {shape}, which has the {size} numbers that {layer} takes. {code} leaves "
        "them, and takes away dim {other}.",
        part=in_one_line(made.source, part),
        dim=dim,
        shape=shape_text(shape),
        size=wants,
        layer=layer.path,
        code=in_a_sentence(new),
        other=other,
    )
    return Finding(text, _written(case, layer, made, part, new))


def _step(value: ast.expr) -> tuple[ast.expr, ast.expr, int, ast.expr | None] | None:
    """The call or index that takes one dim away, its base, the dim, and where that is written; or None."""
    match value:
        case ast.Subscript(value=ast.Call() as inner, slice=ast.Constant(value=0)):
            return _step(inner)
        case ast.Attribute(value=ast.Call() as inner, attr="values"):
            return _step(inner)
        case ast.Subscript(value=base, slice=ast.Tuple(elts=[first, *_] as elts)) if len(elts) == 3 and _whole(first):
            numbers = [at for at, each in enumerate(elts) if _number(each) is not None]
            if len(numbers) == 1 and all(_whole(each) for at, each in enumerate(elts) if at != numbers[0]):
                return value, base, numbers[0], None
        case ast.Call(func=ast.Attribute(value=base, attr=name), args=given) if name in _REDUCING:
            if isinstance(base, ast.Name) and base.id == "torch":
                if not given:
                    return None
                base, given = given[0], given[1:]
            keywords = {each.arg: each.value for each in value.keywords}
            place = keywords.get("dim", given[0] if given else None)
            dim = _number(place) if place is not None else None
            if dim is not None and "keepdim" not in keywords and len(given) < 2:
                return value, base, dim, place
    return None


def _number(node: ast.expr) -> int | None:
    match node:
        case ast.Constant(value=int() as number) if type(number) is int:
            return number
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() as number)):
            return -number
    return None


def _whole(node: ast.expr) -> bool:
    return isinstance(node, ast.Slice) and node.lower is None and node.upper is None and node.step is None


def _merged(case: Case, layer: Layer, wants: int, made: _Made) -> Finding | None:
    """``self.emb(x).flatten(1)`` and ``h.view(32, 128)`` of a tensor whose last dim is what ``layer`` takes."""
    match made.value:
        case ast.Call(func=ast.Attribute(value=ast.Name(id="torch"), attr=name), args=[base, *_]) if name in _RESHAPING:
            pass
        case ast.Call(func=ast.Attribute(value=base, attr=name)) if name in _RESHAPING:
            pass
        case _:
            return None
    shape = _shape_then(case, base, made)
    if shape is not None and len(shape) == 3 and shape[1] == wants != shape[-1]:
        return _channels_merged(case, layer, made, base, shape)
    if shape is None or len(shape) != 3 or shape[-1] != wants or prod(shape) != prod(layer.shape):
        return None
    part = in_one_line(made.source, made.value)
    if layer.shape != (shape[0], shape[1] * wants):
        text = gettext(
            "`{part}` made that of {before}, whose last dim is what {layer} takes.",
            part=part,
            before=shape_text(shape),
            layer=layer.path,
        )
        return Finding(text)
    one = gettext(
        "`{part}` puts the {count} rows of {size} numbers of each example into one.",
        part=part,
        count=shape[1],
        size=wants,
    )
    if _is_recurrent(case, base, made):
        new = postfix(made.source, base, "[:, -1]")
        ways = gettext(
            "If {layer} is to take the last step, that is {code}; if it is to take all of them, it has to be made for "
            "{has}.",
            layer=layer.path,
            code=in_a_sentence(new),
            has=layer.shape[1],
        )
    else:
        new = postfix(made.source, base, ".mean(dim=1)")
        ways = gettext(
            "If {layer} is to take their mean, that is {code}; if it is to take all of them, it has to be made for "
            "{has}.",
            layer=layer.path,
            code=in_a_sentence(new),
            has=layer.shape[1],
        )
    text = f"{one} {ways}"
    anew = layer_anew(case, layer, "in_features", layer.shape[1])
    larger = anew.fixes if anew is not None else tuple(rebuilt(case, layer, "in_features", 0, layer.shape[1]))
    return Finding(text, (*_written(case, layer, made, made.value, new), *larger)[:MOST_FIXES])


def _channels_merged(case: Case, layer: Layer, made: _Made, base: ast.expr, shape: _Shape) -> Finding | None:
    """``self.conv(x).flatten(1)`` for a layer that takes as many numbers as there are channels."""
    has = prod(shape[1:])
    if layer.shape != (shape[0], has):
        return None
    new = postfix(made.source, base, ".mean(dim=2)")
    text = gettext(
        "`{part}` puts the numbers of all places of {before} into one row. {layer} takes as many as there are "
        "channels: if it is to take their mean over the places, that is {code}; if it is to take all, it has to be "
        "made for {has}.",
        part=in_one_line(made.source, made.value),
        before=shape_text(shape),
        layer=layer.path,
        code=in_a_sentence(new),
        has=has,
    )
    anew = layer_anew(case, layer, "in_features", has)
    larger = anew.fixes if anew is not None else tuple(rebuilt(case, layer, "in_features", 0, has))
    return Finding(text, (*_written(case, layer, made, made.value, new), *larger)[:MOST_FIXES])


def _is_recurrent(case: Case, base: ast.expr, made: _Made) -> bool:
    """Whether ``base`` has the outputs of an LSTM or its like: ``o, _ = self.lstm(x)``."""
    if not isinstance(base, ast.Name) or made.is_at_prompt:
        return False
    before = _assigned(case, base.id, made.statement or case.site.line)
    match before[1] if before is not None else None:
        case ast.Subscript(value=ast.Call(func=func), slice=ast.Constant(value=0)):
            return type_name(case.real(func)) in ("LSTM", "GRU", "RNN")
    return False


def _added(case: Case, layer: Layer, wants: int, made: _Made) -> Finding | None:
    """``h = self.a(x) + self.b(x)`` for a layer that takes the features of both, side by side."""
    match made.value:
        case ast.BinOp(left=left, op=ast.Add() | ast.Sub() | ast.Mult(), right=right) if wants == 2 * layer.shape[-1]:
            shapes = {_shape_then(case, left, made), _shape_then(case, right, made)}
        case _:
            return None
    if shapes != {layer.shape}:
        return None
    new = f"torch.cat([{segment(made.source, left)}, {segment(made.source, right)}], dim={len(layer.shape) - 1})"
    text = gettext(
        "`{part}` has as many numbers in each row as each of its sides, {has}. If {layer} is to take those of both, "
        "side by side, they are {code}; if not, it has to be made for {has}.",
        part=in_one_line(made.source, made.value),
        has=layer.shape[-1],
        layer=layer.path,
        code=in_a_sentence(new),
    )
    anew = layer_anew(case, layer, "in_features", layer.shape[-1])
    larger = anew.fixes if anew is not None else ()
    return Finding(text, (*_written(case, layer, made, made.value, new), *larger)[:MOST_FIXES])


def _divided(case: Case, layer: Layer, wants: int) -> Finding | None:
    """``mu, logvar = h.chunk(2, dim=0)``, which gives each half of the rows, with all of their numbers."""
    rows, has = layer.shape[0], layer.shape[-1]
    if not rows or not wants or has % wants or has == wants:
        return None
    function = next((each for each in case.parents if isinstance(each, ast.FunctionDef)), None)
    found = [each for each in ast.walk(function or ast.Pass()) if _divides_rows(each)]
    statement = next((each for each in _statements(function) if found and _holds(each, found[0])), None)
    if len(found) != 1 or statement is None:
        return None
    [call] = found
    assert isinstance(call, ast.Call)
    base = call.func.value if isinstance(call.func, ast.Attribute) else call
    base = call.args[0] if isinstance(base, ast.Name) and base.id == "torch" else base
    if _shape_then(case, base, _Made(call, case.site.source, statement, False)) != (rows * (has // wants), has):
        return None
    source = case.site.source
    place = next((each.value for each in call.keywords if each.arg == "dim"), None)
    new = spliced(source, call, {place: "-1"}) if place is not None else f"{segment(source, call)[:-1]}, dim=-1)"
    text = gettext(
        "`{call}` divides the rows, dim 0, and each part keeps all {has} numbers of its rows. {code} divides the "
        "numbers of each row.",
        call=in_one_line(source, call),
        has=has,
        code=in_a_sentence(new),
    )
    return Finding(text, with_lines_changed(case, {statement: spliced(source, statement, {call: new})}))


def _divides_rows(node: ast.AST) -> bool:
    match node:
        case ast.Call(func=ast.Attribute(value=base, attr="chunk"), args=args, keywords=keywords):
            given = len(args) - (isinstance(base, ast.Name) and base.id == "torch")
            dims = [each.value for each in keywords if each.arg == "dim"]
            return given == 1 and len(keywords) == len(dims) and all(_number(each) == 0 for each in dims)
    return False


def _statements(function: ast.FunctionDef | None) -> list[ast.stmt]:
    return [each for each in ast.walk(function) if isinstance(each, ast.Assign)] if function is not None else []


def _holds(statement: ast.stmt, node: ast.AST) -> bool:
    return any(each is node for each in ast.walk(statement))


def _written(case: Case, layer: Layer, made: _Made, part: ast.expr, new: str) -> tuple[Fix, ...]:
    if made.statement is None:
        return tried(case, [Candidate(changed(case, {part: new}))])
    if made.is_at_prompt:
        stored = {each.id for each in _stored(made.statement)}
        if layer.argument is None or part is not made.value or stored & names_within(part):
            return ()
        return tried(case, [Candidate(changed(case, {layer.argument: new}))])
    return with_lines_changed(case, {made.statement: spliced(made.source, made.statement, {part: new})})
