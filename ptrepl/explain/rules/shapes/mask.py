"""Masks of another shape than the tensor that they pick from, and indices that do not pair up."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import islice

from ptrepl.engine.explanation import Fix
from ptrepl.engine.watch.facts import shape_text
from ptrepl.explain.called_name import called_name
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.following import following
from ptrepl.explain.fixes.trial import Candidate, tried, verified
from ptrepl.explain.operands.losses import values
from ptrepl.explain.provenance.origins import origin
from ptrepl.explain.rewrite import in_a_sentence, in_one_line, postfix, segment
from ptrepl.explain.rule import Finding, Rule
from ptrepl.explain.rules.shapes.index_parts import instead
from ptrepl.explain.standins.bounds import broadcast
from ptrepl.texts.messages import gettext

_MOST_FOLLOWING = 8
_MOST_LINES = 20


def _mask(case: Case) -> Finding | None:
    match case.node:
        case ast.Subscript(value=base, slice=index):
            shape = case.shape(base)
        case _:
            return None
    if not shape:
        return None
    elements = [*index.elts] if isinstance(index, ast.Tuple) else [index]
    if (bytes_found := _byte_index(case, elements)) is not None:
        return bytes_found
    masks = [(each, facts) for each in elements if (facts := case.facts(each)) is not None and facts.dtype == "bool"]
    if len(masks) != 1 or any(not isinstance(each, ast.Slice) for each in elements if each is not masks[0][0]):
        return None
    node = masks[0][0]
    sizes, at = case.shape(node), elements.index(node)
    if not sizes or shape[at : at + len(sizes)] == sizes:
        return None
    names = {
        "mask": case.called(node, gettext("The mask")),
        "mask_shape": shape_text(sizes),
        "tensor": case.called(base, gettext("the tensor")),
        "tensor_shape": shape_text(shape),
    }
    if len(sizes) == 1 and at < len(shape):
        text = gettext(
            "{mask} is {mask_shape} and {tensor} is {tensor_shape}: a mask has a True or False for each index of the "
            "dim that it picks from, and dim {dim} has {size}, not {mask_size}.",
            dim=at,
            size=shape[at],
            mask_size=sizes[0],
            **names,
        )
    else:
        text = gettext(
            "{mask} is {mask_shape} and {tensor} is {tensor_shape}: a mask needs the same sizes as the dims that it "
            "picks from.",
            **names,
        )
    if (later := _shaped_later(case, base, sizes)) is not None:
        return Finding(f"{text} {later.text}", later.fixes)
    return Finding(text, tried(case, _other_masks(case, base, node, shape, sizes)))


def _byte_index(case: Case, elements: list[ast.expr]) -> Finding | None:
    """``q[rows, actions]`` with actions of uint8, which torch reads as a mask."""
    found = [each for each in elements if (facts := case.facts(each)) is not None and facts.dtype == "uint8"]
    beside = [
        each for each in elements if (facts := case.facts(each)) is not None and facts.dtype in ("int64", "int32")
    ]
    if len(found) != 1 or not (beside or _holds_positions(case, found[0])):
        return None
    text = gettext(
        "{index} is uint8, and a uint8 tensor in the brackets is read as a mask, not as positions. Positions are "
        "int64: {code}.",
        index=case.called(found[0], gettext("The index")),
        code=in_a_sentence(postfix(case.site.source, found[0], ".long()")),
    )
    long = postfix(case.site.source, found[0], ".long()")
    way, most = instead(case, {found[0]: long}), values(case, found[0])
    shape = case.shape(case.node.value) if isinstance(case.node, ast.Subscript) else None
    at = elements.index(found[0])
    if most is None or not most.numel() or not shape or at >= len(shape) or int(most.max()) >= shape[at]:
        return Finding(text)
    return Finding(text, tried(case, [way]) or verified(case, way))


def _holds_positions(case: Case, node: ast.expr) -> bool:
    """Whether it holds numbers other than 0 and 1, so that it is no mask."""
    found = values(case, node)
    return found is not None and bool((found > 1).any())


def _shaped_later(case: Case, base: ast.expr, sizes: tuple[int, ...]) -> Finding | None:
    """``loss[pos] = 0`` before ``loss = loss.view(n, -1)``, which would give it the shape of the mask."""
    site, source = case.site, case.site.source
    if not isinstance(base, ast.Name):
        return None
    for statement in islice(following(site), _MOST_FOLLOWING):
        match statement:
            case ast.Assign(
                targets=[ast.Name(id=name)],
                value=ast.Call(func=ast.Attribute(value=ast.Name(id=of), attr="view" | "reshape")) as call,
            ) if name == of == base.id:
                if case.shape(call) != sizes:
                    return None
                text = gettext(
                    "`{statement}`, which comes after this line, would give {tensor} the shape {shape} of the mask: it "
                    "has to come first.",
                    statement=in_one_line(source, statement),
                    tensor=base.id,
                    shape=shape_text(sizes),
                )
                return Finding(text, _swapped(case, statement))
            case _ if any(isinstance(each, ast.Name) and each.id == base.id for each in ast.walk(statement)):
                return None
    return None


def _swapped(case: Case, later: ast.stmt) -> tuple[Fix, ...]:
    """The function with the failing line and the next one in the other order; () where it does more than define."""
    function, line, source = case.site.statement, case.site.line, case.site.source
    if not isinstance(function, ast.FunctionDef) or function.decorator_list:
        return ()
    if any(not isinstance(each, ast.Constant) for each in function.args.defaults):
        return ()
    lines = source.splitlines(keepends=True)
    first, second = line.lineno - 1, later.lineno - 1
    if second != first + 1 or later.end_lineno != later.lineno or not lines[second].endswith("\n"):
        return ()
    lines[first], lines[second] = lines[second], lines[first]
    new = "".join(lines[function.lineno - 1 : function.end_lineno]).rstrip("\n")
    return (Fix(new, gettext("then call it again")),) if new.count("\n") < _MOST_LINES else ()


def _other_masks(
    case: Case, base: ast.expr, mask: ast.expr, shape: tuple[int, ...], sizes: tuple[int, ...]
) -> Iterator[Candidate]:
    source = case.site.source
    assert isinstance(case.node, ast.Subscript)
    index = case.node.slice
    text = segment(source, mask)
    if len(sizes) == 1 and shape.count(sizes[0]) == 1:
        dim = shape.index(sizes[0])
        yield instead(case, {index: ", ".join([*(":" for _ in range(dim)), text])})
    if len(sizes) == 2 and sizes[::-1] == shape[:2]:
        yield instead(case, {mask: postfix(source, mask, ".T")})
    if len(sizes) == len(shape) and 1 in sizes and broadcast(sizes, shape) == shape:
        kept = [dim for dim, size in enumerate(sizes) if size != 1 or shape[dim] == 1]
        if len(kept) == 1:
            picked = postfix(source, mask, ".flatten()")
            yield instead(case, {index: ", ".join([*(":" for _ in range(kept[0])), picked])})
        yield instead(case, {mask: postfix(source, mask, f".expand_as({segment(source, base)})")})


def _pairs(case: Case) -> Finding | None:
    """``x[[0, 1], [0, 1, 2]]``: indices of several dims are taken in pairs."""
    match case.node:
        case ast.Subscript(value=base, slice=ast.Tuple(elts=[first, second])):
            shape = case.shape(base)
        case _:
            return None
    many = [_count(case, each) for each in (first, second)]
    if not shape or many[0] is None or many[1] is None or many[0] == many[1]:
        return None
    one, two = case.called(first, gettext("The first index")), case.called(second, gettext("the second index"))
    lengths = gettext(
        "{first} has length {first_length} and {second} has length {second_length}.",
        first=one,
        first_length=many[0],
        second=two,
        second_length=many[1],
    )
    pairs = gettext(
        "Two indices are taken in pairs, one row and one column for each element, so they must be equally long."
    )
    if _counts(case, first) or _counts(case, second) or not isinstance(case.node.ctx, ast.Load):
        return Finding(f"{lengths} {pairs}")  # one of each row: the other index has another number of rows
    apart = gettext("To pick rows and then columns, use two brackets.")
    text = f"{lengths} {pairs} {apart}"
    source = case.site.source
    return Finding(
        text, tried(case, [Candidate(f"{postfix(source, base, f'[{case.text(first)}]')}[:, {case.text(second)}]")])
    )


def _counts(case: Case, node: ast.expr) -> bool:
    """Whether it is ``torch.arange(n)``, the number of each row."""
    made = origin(case, node.id) if isinstance(node, ast.Name) else None
    value = made.value if made is not None else node
    return isinstance(value, ast.Call) and called_name(value) in ("arange", "range")


def _count(case: Case, node: ast.expr) -> int | None:
    shape = case.shape(node)
    if shape is not None:
        return shape[0] if len(shape) == 1 else None
    value = case.value(node)
    return len(value) if type(value) is list else None


RULES = (
    Rule(
        "mask",
        ("IndexError",),
        r"The shape of the mask|too many indices for tensor of dimension",
        _mask,
        more="shapes/mask",
        lesson="indexing/masks",
    ),
    Rule(
        "index pairs",
        ("IndexError",),
        r"indexing tensors could not be broadcast together",
        _pairs,
        more="shapes/index-lists",
        lesson="indexing/by-list",
    ),
)
