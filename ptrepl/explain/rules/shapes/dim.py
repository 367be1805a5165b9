"""A dim that the tensor does not have."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ptrepl.engine.explanation import Fix
from ptrepl.engine.watch.facts import shape_text
from ptrepl.engine.watch.kinds import Kind, kind_of, own_dict
from ptrepl.explain.called_name import called_name
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.retyped import retyped
from ptrepl.explain.fixes.trial import Candidate, tried, verified
from ptrepl.explain.operands.invocation import FailedCall, changed, invocation
from ptrepl.explain.operands.layers import failing_layer
from ptrepl.explain.provenance.origins import origin
from ptrepl.explain.provenance.passed_before import passed_before
from ptrepl.explain.rewrite import in_a_sentence, in_one_line, operand, postfix, segment, spliced
from ptrepl.explain.rule import Finding, Rule
from ptrepl.explain.rules.forward.layer_input import input_is
from ptrepl.explain.rules.forward.squeezed_in import squeezed_in
from ptrepl.explain.rules.readings.reduced_already import reduced_already
from ptrepl.texts.messages import gettext, ngettext

_EXCHANGING = ("transpose", "swapaxes", "swapdims")
_OVER_VALUES = frozenset(
    "argmax argmin softmax log_softmax softmin max min amax amin topk sort argsort median mode std var".split()
)
"""What compares the values along a dim: along one of size 1 there is nothing to compare."""
_OF_CLASSES = frozenset("argmax argmin softmax log_softmax softmin".split())
"""What compares the scores of classes, which are in the last dim: dim 0 is the batch."""
_REDUCING = frozenset("mean sum max min amax amin prod std var median logsumexp norm".split())
_DEEPEST = 3
_COLOURS = (1, 3, 4)
"""The channels of an image, and of one with transparency."""
_LAYERS = ("Softmax", "LogSoftmax", "Flatten", "Softmin", "Unflatten")


def _no_such_dim(case: Case) -> Finding | None:
    call = invocation(case)
    if call is None:
        return _in_a_layer(case)
    got, high = (int(case.match[name]) for name in ("got", "high"))
    shape = case.shape(call.args[0]) if call.args else None
    if shape is None or high not in (max(len(shape), 1) - 1, len(shape)):
        return None
    name = case.called(call.args[0], gettext("The tensor"))
    if high == len(shape) and shape:
        told = no_place_for_dim(name, shape, call, got)
        return Finding(told, tried(case, _other_dims(case, call, got, [high])) if got == high + 1 else ())
    told = " ".join([dims_are(name, shape), gettext("There is no dim {dim}.", dim=got)])
    if (already := reduced_already(case, call, got)) is not None:
        return Finding(f"{told} {already.text}", already.fixes)
    squeezed = _squeezed(case, call.args[0]) or squeezed_in(case, call.args[0])
    if squeezed is not None and got > 0:
        return Finding(f"{told} {squeezed.text}", squeezed.fixes)
    dims = [*range(high, -1, -1)] if shape else []
    if call.name in _OVER_VALUES:
        dims = [dim for dim in (dims[:1] if call.name in _OF_CLASSES else dims) if shape[dim] > 1]
        told = " ".join([told, *_one_value(call, shape)])
        one_dim = call.name in _OF_CLASSES and len(shape) == 1 and shape[0] > 1
        if one_dim and (rows := _rows(case, case.site.source, call.args[0], shape[0])):
            batch = gettext(
                "{rows} has {count} rows too, so dim 0 is the batch: {tensor} has one number for each example, and no "
                "scores of classes that {call} could compare.",
                rows=rows,
                count=shape[0],
                tensor=name,
                call=call.said,
            )
            return Finding(f"{told} {batch}")
        if one_dim and _may_be_a_batch(case, call.args[0], shape):
            return Finding(told)
    return Finding(told, tried(case, _other_dims(case, call, got, dims)))


def _rows(case: Case, source: str, node: ast.expr, count: int, depth: int = 0) -> str:
    """What a tensor with one dim was computed from that has ``count`` rows, which are a batch then; "" if nothing."""
    for each in ast.walk(node):
        if not isinstance(each, (ast.Name, ast.Call, ast.Attribute)):
            continue
        shape = case.shape(each)
        if shape is not None and len(shape) > 1 and shape[0] == count:
            return in_one_line(source, each)
        made = origin(case, each.id) if isinstance(each, ast.Name) and depth < _DEEPEST else None
        if made is not None and (found := _rows(case, made.source, made.value, count, depth + 1)):
            return found
    return ""


def _may_be_a_batch(case: Case, node: ast.expr, shape: tuple[int, ...]) -> bool:
    """Whether a tensor with one dim came as an argument, or stands beside another one of its length: ``== y``."""
    if case.site.is_nested and isinstance(node, ast.Name) and origin(case, node.id) is None:
        return True
    own = {id(each) for each in ast.walk(node)}
    others = [each for each in ast.walk(case.site.line) if isinstance(each, ast.Name) and id(each) not in own]
    return any(case.shape(each) == shape for each in others if isinstance(each.ctx, ast.Load))


def _one_value(call: FailedCall, shape: tuple[int, ...]) -> list[str]:
    """A sentence about ``pred.argmax(1)`` where the network gives one number for each example; [] of anything else."""
    if shape[-1:] != (1,):
        return []
    if len(shape) > 1:
        return [gettext("Its last dim has size 1, so {call} has nothing to compare along it.", call=call.said)]
    if call.name in ("argmax", "argmin"):
        return [
            gettext(
                "It has one value, so {call} could only give 0. One number for each example is no score for each "
                "class: compare the number itself with what it should be.",
                call=call.said,
            )
        ]
    if call.name == "softmax":
        return [
            gettext("It has one value, and softmax makes 1 of any single value: sigmoid makes a probability of it.")
        ]
    return [gettext("It has one value, so {call} has nothing to compare it with.", call=call.said)]


def _squeezed(case: Case, node: ast.expr) -> Finding | None:
    """What is said of ``scores = net(x).squeeze()`` with a batch of one sample; None where there is no such cause."""
    made = origin(case, node.id) if isinstance(node, ast.Name) else None
    source, value = (made.source, made.value) if made is not None else (case.site.source, node)
    match value:
        case ast.Call(func=ast.Attribute(value=base, attr="squeeze"), args=[], keywords=[]):
            pass
        case _:
            return None
    shape, after = case.shape(base), case.shape(node)
    if shape is None or after is None or len(shape) < 2 or shape[0] != 1:
        return None
    if tuple(size for size in shape if size != 1) != after:
        return None  # its input is another one now
    text = gettext(
        "squeeze() drops every dim of size 1, also dim 0 of {base}, which is {shape}: a batch of one sample loses its "
        "batch dim.",
        base=in_one_line(source, base),
        shape=shape_text(shape),
    )
    singles = [dim for dim, size in enumerate(shape) if dim and size == 1]
    if not singles:
        return Finding(text)
    kept = postfix(source, base, f".squeeze({singles[0] if len(singles) == 1 else tuple(singles)})")
    instead = gettext("{code} keeps it.", code=in_a_sentence(kept))
    if made is None:
        return Finding(f"{text} {instead}", tried(case, [Candidate(changed(case, {node: kept}))]))
    if made.entry is None:
        return Finding(f"{text} {instead}", verified(case, Candidate(kept, of=value, gives="")))
    real = case.real(node)
    fix = retyped(case, lambda each: each is real, {made.statement: spliced(source, made.statement, {value: kept})})
    return Finding(f"{text} {instead}", (fix,) if fix is not None else ())


def dims_are(name: str, shape: tuple[int, ...]) -> str:
    """A sentence: the shape of a tensor, and how its dims are numbered."""
    count, text = len(shape), shape_text(shape)
    match count:
        case 0:
            return gettext("{tensor} is {shape}: a single number, a tensor without dims.", tensor=name, shape=text)
        case 1:
            return gettext("{tensor} is {shape}: its one dim is dim 0, or -1.", tensor=name, shape=text)
        case 2:
            return gettext(
                "{tensor} is {shape}: its two dims are 0 and 1, or -2 and -1 from the end.", tensor=name, shape=text
            )
    return gettext(
        "{tensor} is {shape}: its {count} dims are numbered 0 to {last}, or -1 to {first} from the end.",
        tensor=name,
        shape=text,
        count=count,
        last=count - 1,
        first=-count,
    )


def no_place_for_dim(name: str, shape: tuple[int, ...], call: FailedCall, got: int) -> str:
    """``unsqueeze`` and ``stack``, which add a dim to tensors of ``shape``, at an index ``got`` that there is not."""
    return gettext(
        "{tensor} is {shape}. {call} adds a new dim, at an index from {first} to {last}: {index} is none of them.",
        tensor=name,
        shape=shape_text(shape),
        call=call.said,
        first=-len(shape) - 1,
        last=len(shape),
        index=got,
    )


def _other_dims(case: Case, call: FailedCall, got: int, dims: list[int]) -> Iterator[Candidate]:
    if passed_before(case):
        return  # the dim was right for what the function was given then
    for node in (*call.args[1:], *call.keywords.values()):
        if case.site.is_nested and call.name in _REDUCING and kind_of(case.scope.locals.get("self")) is Kind.MODULE:
            dims = [dim for dim in dims if dim]  # in a network dim 0 is the batch
        for each in [*node.elts] if isinstance(node, (ast.Tuple, ast.List)) else [node]:
            if type(value := case.value(each)) is int and value == got:
                taken = [case.value(other) for other in call.args[1:]] if call.name in _EXCHANGING else []
                for dim in [dim for dim in dims if dim not in taken][:2]:
                    yield Candidate(changed(case, {each: str(dim)}))
                return


def _in_a_layer(case: Case) -> Finding | None:
    """``nn.Softmax(dim=1)`` of one row without a batch."""
    layer = failing_layer(case, *_LAYERS)
    got = int(case.match["got"])
    if layer is None or int(case.match["high"]) != max(len(layer.shape), 1) - 1:
        return None
    dim = next((name for name in ("dim", "start_dim") if own_dict(layer.module).get(name) == got), None)
    if dim is None:
        return None
    told = [
        gettext("{layer} works on dim {dim} ({parameter}={dim}).", layer=layer.path, dim=got, parameter=dim),
        input_is(case, layer),
        _number_of_dims(len(layer.shape)),
        gettext("Most layers expect a batch in dim 0."),
    ]
    text = " ".join(told)
    if layer.argument is None or len(layer.shape) != 1 or got != 1 or (layer.shape == (1,) and layer.kind != "Flatten"):
        return Finding(text)
    source = case.site.source
    batch = changed(case, {layer.argument: postfix(source, layer.argument, ".unsqueeze(0)")})
    return Finding(text, tried(case, [Candidate(batch)]))


def _number_of_dims(count: int) -> str:
    if not count:
        return gettext("The input is a single number, a tensor without dims.")
    return ngettext(
        "The one dim of the input is dim 0, or -1.",
        "The {count} dims of the input are numbered 0 to {last}.",
        count,
        last=count - 1,
    )


def _with_batch(case: Case, call: FailedCall, shape: tuple[int, ...]) -> tuple[Fix, ...]:
    """``images.permute(2, 0, 1)`` of a batch of images: the same order behind the batch dim."""
    match call.args[1:]:
        case (ast.Tuple() | ast.List() as order,):
            given = order.elts
        case given_apart:
            given = [*given_apart]
    dims = [case.value(each) for each in given]
    if sorted(each for each in dims if type(each) is int) != list(range(len(shape) - 1)) or len(shape) != 4:
        return ()
    if dims[0] == 0 or (dims == [2, 0, 1] and shape[1] in _COLOURS and shape[3] not in _COLOURS):
        return ()  # the batch is counted already, or the channels are in place
    source = case.site.source
    if _is_shown(case):
        first = postfix(source, call.args[0], "[0]")
        return tried(case, [Candidate(spliced(source, call.node, {call.args[0]: first}))])
    new = ", ".join(["0", *(str(each + 1) for each in dims)])
    if len(call.args) == 2:
        return tried(case, [Candidate(spliced(source, call.node, {call.args[1]: f"({new})"}))])
    if not call.is_method:
        return ()
    return tried(case, [Candidate(f"{segment(source, call.node.func)}({new})")])


def _is_shown(case: Case) -> bool:
    """Whether it stands in ``plt.imshow(…)``, which takes one image."""
    return any(isinstance(each, ast.Call) and called_name(each) == "imshow" for each in case.parents)


def _permuted(case: Case) -> Finding | None:
    call = invocation(case)
    shape = case.shape(call.args[0]) if call is not None and call.name == "permute" and call.args else None
    if call is None or shape is None:
        return None
    name = case.called(call.args[0], gettext("The tensor"))
    text = gettext(
        "{tensor} is {shape}, and {call} puts all its dims into a new order: each of {dims} must stand in it exactly "
        "once.",
        tensor=name,
        shape=shape_text(shape),
        call=call.said,
        dims=", ".join(map(str, range(len(shape)))),
    )
    if (squeezed := _without_one(case, call, shape)) is not None:
        return squeezed
    if len(call.args) == 3 and len(shape) > 2:
        two = ", ".join(map(case.text, call.args[1:]))
        code = f"{operand(case.site.source, call.args[0])}.transpose({two})"
        swaps = gettext("transpose swaps two dims and leaves the others: {code}.", code=in_a_sentence(code))
        return Finding(f"{text} {swaps}", tried(case, [Candidate(code)]))
    return Finding(text, _with_batch(case, call, shape))


def _without_one(case: Case, call: FailedCall, shape: tuple[int, ...]) -> Finding | None:
    """``x.permute(2, 0, 1)`` of a map with a height of 1 that is still there."""
    last = call.args[-1]
    dims = [*last.elts] if isinstance(last, (ast.Tuple, ast.List)) else [*call.args[1:]]
    given = [case.value(each) for each in dims]
    ones = [dim for dim, size in enumerate(shape) if size == 1 and dim > 1]  # dim 1: grey images
    if len(ones) != 1 or sorted(each for each in given if type(each) is int) != list(range(len(shape) - 1)):
        return None
    source, tensor = case.site.source, call.args[0]
    squeezed = postfix(source, tensor, f".squeeze({ones[0]})")
    fixes = tried(case, [Candidate(spliced(source, call.node, {tensor: squeezed}))])
    if not fixes:
        return None
    text = gettext(
        "{tensor} is {shape}, with {count} dims, and {call} got an order of {given}. Dim {dim} has size 1: "
        "{squeezed} takes it away, and the order is one of the dims that are left.",
        tensor=case.called(tensor, gettext("The tensor")),
        shape=shape_text(shape),
        count=len(shape),
        call=call.said,
        given=len(given),
        dim=ones[0],
        squeezed=in_a_sentence(squeezed),
    )
    return Finding(text, fixes)


def _no_such_size(case: Case) -> Finding | None:
    """``x.shape[2]`` of a tensor with two dims."""
    match case.node:
        case ast.Subscript(
            value=ast.Attribute(value=tensor, attr="shape") | ast.Call(func=ast.Attribute(value=tensor, attr="size")),
            slice=index,
        ):
            shape = case.shape(tensor)
        case _:
            return None
    if shape is None:
        return None
    number = case.called(index, "")
    told = [
        dims_are(case.called(tensor, gettext("The tensor")), shape),
        gettext("Its shape has no item {index}.", index=number) if number else gettext("Its shape has no such item."),
    ]
    return Finding(" ".join(told))


def _no_dims(case: Case) -> Finding | None:
    """``x.sum().size(0)``."""
    call = invocation(case)
    if call is None or not call.args or case.shape(call.args[0]) != ():
        return None
    has = dims_are(case.called(call.args[0], gettext("The tensor")), ())
    no_dim = gettext("There is no dim {dim}.", dim=case.match["got"])
    return Finding(f"{has} {no_dim}")


RULES = (
    Rule(
        "dim",
        ("IndexError",),
        r"Dimension out of range \(expected to be in range of \[-?\d+, (?P<high>-?\d+)\], "
        r"but got (?P<got>-?\d+)\)",
        _no_such_dim,
        more="shapes/dims",
    ),
    Rule(
        "scalar dims",
        ("IndexError",),
        r"Dimension specified as (?P<got>-?\d+) but tensor has no dimensions",
        _no_dims,
        more="shapes/scalar-dims",
    ),
    Rule(
        "permute",
        ("RuntimeError",),
        r"number of dimensions in the tensor input does not match the length of the desired ordering|"
        r"permute\(\): duplicate dims are not allowed",
        _permuted,
        more="shapes/permute",
    ),
    Rule(
        "size",
        ("IndexError",),
        r"tuple index out of range",
        _no_such_size,
        more="shapes/shape-tuple",
    ),
)
