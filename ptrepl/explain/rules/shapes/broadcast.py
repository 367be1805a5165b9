"""Elementwise operations on shapes that cannot be broadcast."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from itertools import combinations
from math import prod

from ptrepl.engine.explanation import Fix
from ptrepl.engine.watch.facts import shape_text
from ptrepl.engine.watch.kinds import is_tensor_class, type_name
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.trial import Candidate, tried
from ptrepl.explain.moved_dims import same_but_for_dims
from ptrepl.explain.operands.invocation import changed, invocation
from ptrepl.explain.operands.losses import values
from ptrepl.explain.rewrite import in_a_sentence, operand, postfix, segment, spliced
from ptrepl.explain.rule import Finding, Rule
from ptrepl.explain.rules.data.last_batch import at_last_batch
from ptrepl.explain.rules.forward.earlier_line import made_too_small, one_for_each_class, one_place_more, widened_before
from ptrepl.explain.rules.forward.kept_size import size_not_kept
from ptrepl.explain.rules.forward.one_row import put_into_one_row
from ptrepl.explain.rules.forward.output_padding import other_size_than_given, smaller_than_given
from ptrepl.explain.rules.forward.short_table import batch_for_length, short_table
from ptrepl.explain.rules.modules.residual import without_projection
from ptrepl.explain.rules.readings.class_numbers import class_numbers
from ptrepl.explain.rules.readings.each_step import of_each_step
from ptrepl.explain.rules.readings.fitted_shapes import reshaped
from ptrepl.explain.rules.readings.mean_of_rows import mean_of_rows
from ptrepl.explain.rules.shapes.feature_maps import resized_maps
from ptrepl.explain.standins.bounds import broadcast
from ptrepl.explain.standins.torch_code import is_in_place
from ptrepl.texts.messages import gettext

_Operand = tuple[ast.expr, tuple[int, ...]]
_MORE = "shapes/broadcasting"


def _elementwise(case: Case) -> Finding | None:
    pair = _pair(case)
    if pair is None:
        return _told_by_torch(case)
    (left, one), (right, two) = pair
    behind = _last_clash(one, two)
    assert behind is not None
    first, second = case.called(left, gettext("The left side")), case.called(right, gettext("the right side"))
    if first == second:
        first, second = gettext("One side"), gettext("the other side")
    told = [
        gettext(
            "{left} is {left_shape} and {right} is {right_shape}.",
            left=first,
            left_shape=shape_text(one),
            right=second,
            right_shape=shape_text(two),
        ),
        lined_up(one, two, behind),
        gettext("Two sizes can be broadcast only if they are equal, or one of them is 1."),
    ]
    if (turned := batch_for_length(case, (left, one), (right, two))) is not None:
        return Finding(f"{told[0]} {turned.text}", turned.fixes)
    short = short_table(case, left, right)
    if short is not None:
        return Finding(f"{told[0]} {short}")
    classes = _class_indices(case, left, right, one, two)
    if classes is not None:
        return Finding(*classes(" ".join(told)))
    if (numbers := class_numbers(case, (left, one), (right, two))) is not None:
        return Finding(f"{told[0]} {numbers.text}", numbers.fixes)
    if isinstance(case.node, (ast.BinOp, ast.AugAssign)) and isinstance(case.node.op, ast.Add):
        if (sized := size_not_kept(case, (left, one), (right, two))) is not None:
            return Finding(f"{told[0]} {sized.text}", sized.fixes)
        resized = resized_maps(case, [(left, one), (right, two)])
        if resized is not None and one[:2] == two[:2]:
            return Finding(f"{told[0]} {resized.text}", resized.fixes)
        if (shortcut := without_projection(case, (left, one), (right, two))) is not None:
            return Finding(f"{told[0]} {shortcut.text}", shortcut.fixes)
    if (last := _of_last_batch(case, one, two)) is not None:
        return Finding(f"{told[0]} {last.text}", last.fixes)
    if (small := smaller_than_given(case, (left, one), (right, two))) is not None:
        return Finding(f"{told[0]} {small.text}", small.fixes)
    if (other := other_size_than_given(case, (left, one), (right, two))) is not None:
        return Finding(f"{told[0]} {other.text}", other.fixes)
    if (row := put_into_one_row(case, (left, one), (right, two))) is not None:
        return Finding(f"{told[0]} {row.text}", row.fixes)
    if (turned := _length_first(case, left, right, one, two)) is not None:
        return Finding(f"{told[0]} {turned.text}", turned.fixes)
    fixes = tried(case, _fitted(case, left, right, one, two))
    if fixes and (rows := mean_of_rows(case, (left, one), (right, two))):
        told.append(rows)
    before = _before(case, (left, one), (right, two)) if not fixes else None
    return (
        Finding(f"{' '.join(told)} {before.text}", before.fixes)
        if before is not None
        else Finding(" ".join(told), fixes)
    )


def _before(case: Case, left: _Operand, right: _Operand) -> Finding | None:
    """What a line before the failing one should have done."""
    if isinstance(case.node, ast.AugAssign) or case.too_long:
        return None
    for (node, shape), (_, wanted) in ((right, left), (left, right)):
        for suffix in reshaped(shape, wanted):
            if (found := widened_before(case, node, suffix)) is not None:
                return found
    known = one_for_each_class(case, left, right) or of_each_step(case, left, right)
    return known or one_place_more(case, left, right) or made_too_small(case, left, right)


def _of_last_batch(case: Case, one: tuple[int, ...], two: tuple[int, ...]) -> Finding | None:
    """Where one side has the rows of a last, smaller batch, and the other those of a full one."""
    if len(one) != len(two) or one[1:] != two[1:]:
        return None
    batch = at_last_batch(case, min(one[0], two[0]))
    if batch is None or batch.size != max(one[0], two[0]):
        return None
    text = gettext(
        "This is the last batch of {loader}: {samples} samples in batches of {size} leave {rows}. Make the other side "
        "for as many rows as the batch has, or leave this batch out, with drop_last=True in DataLoader.",
        loader=batch.loader,
        samples=batch.samples,
        size=batch.size,
        rows=batch.rows,
    )
    return Finding(text, batch.dropped(case))


def _length_first(
    case: Case, left: ast.expr, right: ast.expr, one: tuple[int, ...], two: tuple[int, ...]
) -> Finding | None:
    """Positions of (length, 1, features) that meet an input of (batch, length, features)."""
    for node, shape, wanted in ((right, two, one), (left, one, two)):
        if len(shape) == len(wanted) == 3 and shape[1] == 1 and (shape[0], shape[2]) == wanted[1:]:
            turned = postfix(case.site.source, node, ".transpose(0, 1)")
            text = gettext(
                "{positions} has the length in dim 0, where the other has the batch. {code} has it in dim 1.",
                positions=case.called(node, gettext("One side")),
                code=in_a_sentence(turned),
            )
            return Finding(text, tried(case, [Candidate(changed(case, {node: turned}))]))
    return None


def _class_indices(
    case: Case, left: ast.expr, right: ast.expr, one: tuple[int, ...], two: tuple[int, ...]
) -> Callable[[str], tuple[str, tuple[Fix, ...]]] | None:
    """What to say where scores of several classes meet one integer for each row; None where they do not."""
    (scores, shape), (labels, other) = (
        ((left, one), (right, two)) if len(one) > len(two) else ((right, two), (left, one))
    )
    facts, predicted = case.facts(labels), case.facts(scores)
    if len(shape) != 2 or shape[1] < 2 or other != shape[:1] or facts is None or facts.dtype != "int64":
        return None
    if predicted is not None and not str(predicted.dtype).startswith(("float", "bfloat")):
        return None  # the scores of a model are no integers
    fields = {
        "labels": case.called(labels, gettext("the target")),
        "scores": case.called(scores, gettext("the prediction")),
    }
    if isinstance(case.node, ast.Compare):
        best = postfix(case.site.source, scores, ".argmax(1)")
        said = gettext("{scores}.argmax(1) gives the index of the largest score in each row.", **fields)
        return lambda text: (f"{text} {said}", tried(case, [Candidate(changed(case, {scores: best}))]))
    is_loss = isinstance(case.node, ast.Call) and any("loss" in each.f_code.co_name for each in case.inner_frames)
    if is_loss or (isinstance(case.node, ast.BinOp) and isinstance(case.node.op, ast.Sub)):
        said = gettext(
            "{labels} holds one integer for each row. If those are class indices, F.cross_entropy({scores}, {labels}) "
            "is the loss that takes them.",
            **fields,
        )
        return lambda text: (f"{text} {said}", ())
    return None


def _told_by_torch(case: Case) -> Finding | None:
    """Where one side cannot be evaluated: torch's message has its size, and its a is the left side, its b the right."""
    match case.node:
        case ast.BinOp(left=left, op=op, right=right) | ast.AugAssign(target=left, op=op, value=right):
            if isinstance(op, ast.MatMult):
                return None
        case ast.Compare(left=left, comparators=[right]):
            pass
        case _:
            return None
    a, b = int(case.match["a"]), int(case.match["b"])
    told = []
    for node, size, otherwise in ((left, a, gettext("The left side")), (right, b, gettext("The right side"))):
        shape = case.shape(node)
        if shape is not None and size not in shape:
            return None
        if shape is not None:
            told.append(gettext("{name} is {shape}.", name=case.called(node, otherwise), shape=shape_text(shape)))
    if len(told) == 2:
        return None  # both are known, and yet it is not clear which dims clash
    sizes = gettext(
        "Lined up from the right, {left} has size {left_size} where {right} has size {right_size}.",
        left=case.called(left, gettext("the left side")),
        left_size=a,
        right=case.called(right, gettext("the right side")),
        right_size=b,
    )
    rule = gettext("Two sizes can be broadcast only if they are equal, or one of them is 1.")
    return Finding(" ".join([*told, sizes, rule]))


def lined_up(one: tuple[int, ...], two: tuple[int, ...], behind: int) -> str:
    """A sentence on the two sizes that clash. ``behind``: how far from the end they stand, 1 for the last dim."""
    sizes = one[-behind], two[-behind]
    if behind == 1:
        return gettext(
            "Lined up from the right, the last dims are {first} and {second}.", first=sizes[0], second=sizes[1]
        )
    return gettext(
        "Lined up from the right, dim {dim} has the sizes {first} and {second}.",
        dim=-behind,
        first=sizes[0],
        second=sizes[1],
    )


def _pair(case: Case) -> tuple[_Operand, _Operand] | None:
    """The two operands that torch's message is about, if they are beyond doubt."""
    if any(not type_name(module).endswith("Loss") for _, module in case.modules()):
        return None  # in a network it is not the input that clashes
    operands = [(node, shape) for node, _ in case.tensors() if (shape := case.shape(node)) is not None]
    clashing = [pair for pair in combinations(operands, 2) if _is_meant(case, pair[0][1], pair[1][1])]
    shapes = {frozenset((one, two)) for (_, one), (_, two) in clashing}
    return clashing[-1] if len(shapes) == 1 else None


def _is_meant(case: Case, one: tuple[int, ...], two: tuple[int, ...]) -> bool:
    """Whether these shapes clash in the dim and the sizes of torch's message."""
    behind = _last_clash(one, two)
    place = max(len(one), len(two)) - (behind or 0)
    sizes = {int(case.match["a"]), int(case.match["b"])}
    return behind is not None and {one[-behind], two[-behind]} == sizes and place == int(case.match["dim"])


def _last_clash(one: tuple[int, ...], two: tuple[int, ...]) -> int | None:
    """How far from the end the last two sizes stand that cannot be broadcast."""
    pairs = enumerate(zip(reversed(one), reversed(two), strict=False), 1)
    return next((behind for behind, sizes in pairs if len(set(sizes)) > 1 and 1 not in sizes), None)


def _fitted(
    case: Case, left: ast.expr, right: ast.expr, one: tuple[int, ...], two: tuple[int, ...]
) -> Iterator[Candidate]:
    source = case.site.source
    sides = [(right, two, one), (left, one, two)]
    if isinstance(case.node, ast.AugAssign) or _writes(case):
        sides = sides[:1]
    is_product = isinstance(case.node, ast.BinOp) and isinstance(case.node.op, ast.Mult)
    if is_product and len(one) == len(two) > 1 and not (_is_mask(case, left) or _is_mask(case, right)):
        yield Candidate(f"{operand(source, left)} @ {operand(source, right)}")
    if isinstance(case.node, ast.BinOp) and isinstance(case.node.op, ast.Sub) and same_but_for_dims(left, right):
        return  # place by place a tensor minus itself is zeros, and nobody means that
    for node, shape, wanted in sides:
        yield from _cut(case, node, shape, wanted)
        for suffix in reshaped(shape, wanted):
            yield Candidate(changed(case, {node: postfix(source, node, suffix)}))
            yield from _alike(case, node, shape, suffix)


def _is_mask(case: Case, node: ast.expr) -> bool:
    """Whether it is named a mask, or holds 0s and 1s alone: what it is multiplied with is kept or left out."""
    if "mask" in case.text(node).lower():
        return True
    found = values(case, node)
    if found is None or not found.numel() or not bool(((found == 0) | (found == 1)).all()):
        return False
    return bool((found == 0).any() and (found == 1).any())


def _cut(case: Case, node: ast.expr, shape: tuple[int, ...], wanted: tuple[int, ...]) -> Iterator[Candidate]:
    """``self.pe[:, : x.size(1)]``: as many rows of a table that a module keeps as the input has positions."""
    other = case.node.left if isinstance(case.node, ast.BinOp) and case.node.right is node else None
    if not isinstance(node, ast.Attribute) or not isinstance(other, ast.Name) or len(shape) != len(wanted) < 4:
        return
    clash = [at for at in range(len(shape)) if shape[at] != wanted[at] and 1 not in (shape[at], wanted[at])]
    if not is_tensor_class(type(case.real(node))) or len(clash) != 1 or shape[clash[0]] < wanted[clash[0]]:
        return
    if clash[0] == len(shape) - 1:
        return  # the features, not the positions
    rows = ", ".join([*(":" for _ in range(clash[0])), f": {other.id}.size({clash[0]})"])
    yield Candidate(changed(case, {node: f"{segment(case.site.source, node)}[{rows}]"}))


def _alike(case: Case, node: ast.expr, shape: tuple[int, ...], suffix: str) -> Iterator[Candidate]:
    """``(x - mean) / std``: where the next step of the line has an operand of the same shape, it needs the same."""
    line, source = case.site.line, case.site.source
    if not isinstance(line, (ast.Assign, ast.Return, ast.Expr)) or not isinstance(case.node, ast.BinOp):
        return
    others = [
        side
        for each in ast.walk(line)
        if isinstance(each, ast.BinOp) and each is not case.node
        for side in (each.left, each.right)
        if isinstance(side, (ast.Name, ast.Attribute)) and case.shape(side) == shape
    ]
    if others:
        texts: dict[ast.expr | ast.stmt, str] = {each: postfix(source, each, suffix) for each in (node, *others)}
        yield Candidate(spliced(source, line, texts), replaces_line=True)


def _writes(case: Case) -> bool:
    call = invocation(case)
    return call is not None and is_in_place(call.name)


def _too_large(case: Case) -> Finding | None:
    """``x += y`` where the result is larger than x."""
    call = invocation(case)
    match case.node:
        case ast.AugAssign(target=left, value=right):
            pass
        case ast.Call(func=ast.Attribute(value=left), args=[right, *_]) if call is not None and call.is_method:
            pass
        case _:
            return None
    one, two = case.shape(left), case.shape(right)
    if one is None or two is None or (whole := broadcast(one, two)) is None or whole == one:
        return None
    first, second = case.called(left, gettext("The left side")), case.called(right, gettext("the right side"))
    written_to = case.called(left, gettext("the left side"))
    told = [
        gettext(
            "{left} is {left_shape} and {right} is {right_shape}, so the result has shape {result_shape}.",
            left=first,
            left_shape=shape_text(one),
            right=second,
            right_shape=shape_text(two),
            result_shape=shape_text(whole),
        ),
        gettext(
            "An in-place operation writes it into {left}, which keeps its shape and has no room for it.",
            left=written_to,
        ),
    ]
    if len(one) == len(two) == 3 and one[0] == 1 < two[0] and set(two[1:]) == {1}:
        told.append(
            gettext(
                "{right} has a value for each of {count} channels, and {left} has one channel: make it with one value, "
                "as (0.5,) is.",
                right=second,
                count=two[0],
                left=written_to,
            )
        )
        return Finding(" ".join(told))
    if prod(one) == 1 and isinstance(case.node, ast.AugAssign) and isinstance(case.node.op, ast.Add):
        code = postfix(case.site.source, right, ".sum()")
        told.append(
            gettext(
                "If {left} is to stay one number, make one of {right} first, with sum() or mean(): {code}.",
                left=written_to,
                right=second,
                code=in_a_sentence(code),
            )
        )
        if any(isinstance(each, (ast.For, ast.While)) for each in case.parents):
            return Finding(" ".join(told))
    return Finding(" ".join(told), tried(case, _not_in_place(case, left, right)))


def _not_in_place(case: Case, left: ast.expr, right: ast.expr) -> Iterator[Candidate]:
    """``c = c + x`` for ``c += x``: a new tensor under the old name."""
    node, source = case.node, case.site.source
    if not isinstance(left, ast.Name):
        return
    is_alone = isinstance(case.site.line, ast.Expr)
    if isinstance(node, ast.AugAssign):
        new = ast.unparse(ast.BinOp(ast.Name(left.id), node.op, ast.Name("_")))[:-1]
        yield Candidate(f"{left.id} = {new}{operand(source, right)}")
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and is_alone:
        function = f"{left.id}.{node.func.attr.rstrip('_')}"
        yield Candidate(f"{left.id} = {changed(case, {node.func: function})}", replaces_line=True)


RULES = (
    Rule(
        "broadcast",
        ("RuntimeError",),
        r"The size of tensor a \((?P<a>\d+)\) must match the size of tensor b \((?P<b>\d+)\) "
        r"at non-singleton dimension (?P<dim>\d+)",
        _elementwise,
        more=_MORE,
        lesson="regression/column",
    ),
    Rule(
        "in-place broadcast",
        ("RuntimeError",),
        r"output with shape .* doesn't match the broadcast shape",
        _too_large,
        more="shapes/broadcasting-in-place",
        lesson="regression/column",
    ),
)
