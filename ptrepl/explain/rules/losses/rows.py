"""A network that gave another number of rows than it was given: who mixed them up?"""

from __future__ import annotations

import ast
import itertools
import math
from typing import Any, TypeGuard

from ptrepl.engine.watch.facts import read
from ptrepl.engine.watch.kinds import Kind, is_a, is_module_class, is_tensor_class, kind_of, own_dict, type_name
from ptrepl.explain.case import Case, sizes
from ptrepl.explain.fixes.class_text import class_text
from ptrepl.explain.layer_sizes import features_taken
from ptrepl.explain.operands.losses import LossCall
from ptrepl.explain.provenance.ignored_argument import ignored_argument, never_reads
from ptrepl.explain.provenance.origins import origin
from ptrepl.explain.rewrite import in_a_sentence, in_one_line, spliced
from ptrepl.texts.messages import gettext

_SEQUENCES = ("LSTM", "GRU", "RNN")


def rows_kept(case: Case, loss: LossCall, rows: int) -> str:
    """A sentence: what has the rows that the network gives; "" where the prediction is not a network of a tensor."""
    call: ast.expr | None = loss.input
    source = case.site.source
    if isinstance(call, ast.Name):
        made = origin(case, call.id)
        call, source = (made.value, made.source) if made is not None else (None, "")
    if not isinstance(call, ast.Call) or not call.args or _network(case, call.func) is None:
        return ""
    given = _shape_given(case, call.args[0])
    if not given or given[0] != rows:
        return ""
    data = in_one_line(source, call.args[0])
    return gettext("{network} gives a row for each row of {input}.", network=ast.unparse(call.func), input=data)


def rows_changed(case: Case, loss: LossCall, gave: int, wanted: int) -> str:
    """What to say where the network was given as many rows as the target has, and gave others; "" elsewhere."""
    call: ast.expr | None = loss.input
    source = case.site.source
    if isinstance(call, ast.Name):
        made = origin(case, call.id)
        call, source = (made.value, made.source) if made is not None else (None, "")
    if not isinstance(call, ast.Call) or not call.args:
        return ""
    held = _network(case, call.func)
    given = _shape_given(case, call.args[0])
    if given and given[0] == gave and (batch := _batch_not_read(case, call, given, wanted)):
        return gettext(
            "This loop never reads {batch}, which has {count} rows: {call} computes with all rows of {input}. Write "
            "{code}.",
            batch=batch,
            count=wanted,
            call=in_one_line(source, call),
            input=in_one_line(source, call.args[0]),
            code=in_a_sentence(spliced(source, call, {call.args[0]: batch})),
        )
    if not given or given[0] != wanted:
        return ""
    ignored = ignored_argument(case, call, call.args[0].id) if isinstance(call.args[0], ast.Name) else None
    if ignored is not None and ignored.call is call:
        return never_reads(ignored)
    if held is None:
        return ""
    network, data = in_one_line(source, call.func), in_one_line(source, call.args[0])
    said = gettext(
        "{network} was given {input} with {wanted} rows, and gave {gave}.",
        network=network,
        input=data,
        wanted=wanted,
        gave=gave,
    )
    text = class_text(case, held if is_a(held, type) else type(held))
    forward = text.method("forward") if text is not None else None
    slip = _unpacked_length_first(forward, text.source, given, gave) if text is not None and forward is not None else ""
    slip = slip or (
        _joined_rows(forward, text.source, wanted, gave, _taken(held, forward, given))
        if text is not None and forward is not None
        else ""
    )
    if slip:
        return f"{said} {slip}"
    first = _length_first(held, given, gave)
    if first is not None:
        why = gettext(
            "Its layer {layer} (nn.{type}) reads dim 0 as the length, and dim 1, {gave}, as the batch, since it was "
            "not made with batch_first=True.",
            layer=first[0],
            type=first[1],
            gave=gave,
        )
        return f"{said} {why}"
    found = [each for each in ast.walk(forward) if _infers_rows(each)] if forward is not None else []
    if text is None or len(found) != 1:
        return said
    view = found[0]
    assert isinstance(view, ast.Call)
    assert isinstance(view.func, ast.Attribute)
    if (
        gave % wanted == 0
        and math.isqrt(gave // wanted) ** 2 == gave // wanted
        and (pool := _pooled_before(forward, view)) is not None
    ):
        why = gettext(
            "{view} in {cls}.forward makes {times} rows of each example, since {pool} leaves more than one place of "
            "an image of this size. {adaptive} in its place leaves one, whatever the size.",
            view=in_one_line(text.source, view),
            cls=text.node.name,
            times=gave // wanted,
            pool=in_one_line(text.source, pool),
            adaptive=f"F.adaptive_avg_pool2d({in_one_line(text.source, pool.args[0])}, 1)",
        )
        return f"{said} {why}"
    why = gettext(
        "{view} in {cls}.forward makes rows of that length whatever the image is. {flat} keeps one row for each "
        "example; then the layer after it shows how many features that is.",
        view=in_one_line(text.source, view),
        cls=text.node.name,
        flat=f"{in_one_line(text.source, view.func.value)}.flatten(1)",
    )
    return f"{said} {why}"


def _batch_not_read(case: Case, call: ast.Call, given: tuple[int, ...], wanted: int) -> str:
    """The variable of the loop around, a batch of ``wanted`` rows, that no line of it reads; "" where there is none."""
    loop = next((each for each in case.parents if isinstance(each, ast.For)), None)
    if loop is None or len(call.args) != 1 or not isinstance(call.args[0], ast.Name):
        return ""
    names = [each.id for each in ast.walk(loop.target) if isinstance(each, ast.Name)]
    inside = [each.id for line in loop.body for each in ast.walk(line) if isinstance(each, ast.Name)]
    held = case.site.frame.f_locals
    found = [
        name
        for name in names
        if name not in inside
        and is_tensor_class(type(held.get(name)))
        and sizes(read(held[name])) == (wanted, *given[1:])
    ]
    return found[0] if len(found) == 1 else ""


def _pooled_before(forward: ast.FunctionDef | None, view: ast.Call) -> ast.Call | None:
    """``F.avg_pool2d(out, 8)`` in the statement just before ``out.view(-1, …)``, whose result it flattens."""
    body = forward.body if forward is not None else []
    for before, line in itertools.pairwise(body):
        if not any(each is view for each in ast.walk(line)) or not isinstance(view.func, ast.Attribute):
            continue
        match before:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call(func=func, args=[_, _, *_]) as pool):
                is_base = isinstance(view.func.value, ast.Name) and view.func.value.id == name
                return pool if is_base and ast.unparse(func).endswith("F.avg_pool2d") else None
    return None


def _network(case: Case, function: ast.expr) -> Any:
    """The network that was called, or the class, where it was made in the same line: ``Net()(x)``; None of others."""
    real = case.real(function)
    if kind_of(real) is Kind.MODULE:
        return real
    made: Any = case.real(function.func) if isinstance(function, ast.Call) else None
    return made if is_a(made, type) and is_module_class(made) else None


def _shape_given(case: Case, node: ast.expr) -> tuple[int, ...] | None:
    """The shape of the input; of a list of tensors, that of each, where they are equal."""
    real: Any = case.real(node)
    if type(real) in (list, tuple) and real and all(is_tensor_class(type(each)) for each in real):
        shapes = {sizes(read(each)) for each in real}
        return shapes.pop() if len(shapes) == 1 else None
    return case.shape(node)


def _unpacked_length_first(forward: ast.FunctionDef, source: str, given: tuple[int, ...], gave: int) -> str:
    """``pad_packed_sequence(packed)`` after ``pack_padded_sequence(x, lengths, batch_first=True)``; "" without one."""
    packed = [each for each in ast.walk(forward) if _calls(each, "pack_padded_sequence")]
    padded = [each for each in ast.walk(forward) if _calls(each, "pad_packed_sequence")]
    if len(given) < 2 or given[1] != gave or len(padded) != 1 or not all(_is_batch_first(each) for each in packed):
        return ""
    if not packed or _is_batch_first(padded[0]):
        return ""
    text = in_one_line(source, padded[0])
    return gettext(
        "pack_padded_sequence was given batch_first=True in forward, and pad_packed_sequence was not: it puts the "
        "length, {gave}, in dim 0. Write {code}.",
        gave=gave,
        code=f"{text[:-1]}, batch_first=True)",
    )


def _calls(node: ast.AST, word: str) -> TypeGuard[ast.Call]:
    return isinstance(node, ast.Call) and word == getattr(node.func, "attr", getattr(node.func, "id", ""))


def _is_batch_first(call: ast.AST) -> bool:
    given = [each.value for each in getattr(call, "keywords", ()) if each.arg == "batch_first"]
    return bool(given) and isinstance(given[0], ast.Constant) and given[0].value is True


def _taken(held: Any, forward: ast.FunctionDef, given: tuple[int, ...]) -> set[str]:
    """The inputs of ``forward``, where a layer takes as many features as they have: joined they would not fit it."""
    own = own_dict(held).get("_modules")
    takes = {features_taken(each) for each in own.values()} if type(own) is dict else set()
    fits = len(given) == 2 and given[1] in takes
    return {each.arg for each in forward.args.args[1:]} if fits else set()


def _joined_rows(forward: ast.FunctionDef, source: str, wanted: int, gave: int, taken: set[str]) -> str:
    """``torch.cat([a, b])`` in forward, which puts the rows of both below each other; "" without one."""
    found = [each for each in ast.walk(forward) if _calls(each, "cat")]
    if len(found) != 1 or gave % wanted or gave == wanted or not found[0].args:
        return ""
    call = found[0]
    given = [*call.args[1:], *(each.value for each in call.keywords)]
    if len(given) > 1 or any(not isinstance(each, ast.Constant) or each.value != 0 for each in given):
        return ""
    parts = call.args[0]
    if isinstance(parts, (ast.List, ast.Tuple)) and len(parts.elts) != gave // wanted:
        return ""
    if isinstance(parts, (ast.List, ast.Tuple)) and all(ast.unparse(each) in taken for each in parts.elts):
        return gettext(
            "In forward, {cat} puts the parts below each other, as more rows: {wanted} rows become {gave}, and each of "
            "them needs a target.",
            cat=in_one_line(source, call),
            wanted=wanted,
            gave=gave,
        )
    return gettext(
        "In forward, {cat} puts the parts below each other, as more rows: {wanted} rows become {gave}. To put the "
        "features of each row side by side, join along dim 1: {code}.",
        cat=in_one_line(source, call),
        wanted=wanted,
        gave=gave,
        code=f"{in_one_line(source, call.func)}({in_one_line(source, parts)}, dim=1)",
    )


def _length_first(held: Any, given: tuple[int, ...], gave: int) -> tuple[str, str] | None:
    """The name and the class of a layer of the network that takes the length in dim 0, where that explains the rows."""
    if len(given) < 2 or given[1] != gave:
        return None
    own = own_dict(held).get("_modules")
    for name, each in own.items() if type(own) is dict else ():
        if type_name(each) in _SEQUENCES and own_dict(each).get("batch_first") is False:
            return name, type_name(each)
    return None


def _infers_rows(node: ast.AST) -> bool:
    """``x.view(-1, 400)``."""
    match node:
        case ast.Call(func=ast.Attribute(attr="view" | "reshape"), args=[first, *rest]) if rest:
            return isinstance(first, ast.UnaryOp) and ast.unparse(first) == "-1"
    return False
