"""Values that do not fit the place they are assigned to, and ``expand`` to a shape that a tensor cannot take."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ptrepl.engine.watch.facts import shape_text
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.trial import Candidate, tried, verified
from ptrepl.explain.operands.invocation import invocation
from ptrepl.explain.rewrite import in_a_sentence, operand, postfix, segment, spliced
from ptrepl.explain.rule import Finding, Rule
from ptrepl.explain.rules.readings.fitted_shapes import reshaped
from ptrepl.explain.rules.shapes.broadcast import lined_up
from ptrepl.texts.messages import gettext


def _assignment(case: Case) -> tuple[ast.Assign, ast.Subscript] | None:
    """``x[...] = value`` where ``x[...]`` is the failing node."""
    node, line = case.node, case.maybe_site.line if case.maybe_site is not None else None
    match line:
        case ast.Assign(targets=[ast.Subscript() as target]) if target is node:
            return line, target
    return None


def _put(case: Case) -> Finding | None:
    found = _assignment(case)
    if found is None:
        return None
    line, target = found
    value = line.value
    place, given = case.shape(target), case.shape(value)
    if place is None or given is None:
        return None
    there, what = case.called(target, gettext("The place")), case.called(value, gettext("the value"))
    text = gettext(
        "{place} is {place_shape} and {value} is {value_shape}: an assigned value must have the shape of its place, or "
        "broadcast to it, as a single number does.",
        place=there,
        place_shape=shape_text(place),
        value=what,
        value_shape=shape_text(given),
    )
    if len(given) == 2 and given == place[::-1]:
        new = spliced(case.site.source, line, {value: postfix(case.site.source, value, ".T")})
        turned = gettext("The two dims are the other way round: .T swaps them.")
        return Finding(f"{text} {turned}", verified(case, Candidate(new, replaces_line=True)))
    if (odd := _every_second(case, line, target, place, given)) is not None:
        return Finding(f"{text} {odd.text}", odd.fixes)
    return Finding(text, tried(case, _puts(case, line, target, place, given)))


def _every_second(
    case: Case, line: ast.Assign, target: ast.Subscript, place: tuple[int, ...], given: tuple[int, ...]
) -> Finding | None:
    """``pe[:, 1::2] = torch.cos(…)`` of a table with an odd number of columns."""
    last = target.slice.elts[-1] if isinstance(target.slice, ast.Tuple) and target.slice.elts else target.slice
    whole = case.shape(target.value)
    if ast.unparse(last) != "1::2" or not whole or whole[-1] % 2 == 0 or given[:-1] != place[:-1]:
        return None
    if given[-1] != place[-1] + 1:
        return None
    source, value = case.site.source, line.value
    table = operand(source, target.value)
    cut = postfix(source, value, f"[{', '.join(':' for _ in given[1:])}, : {table}.size(-1) // 2]")
    text = gettext(
        "{table} has an odd number of columns, {columns}: every second one, from the second on, is one fewer than from "
        "the first on. {cut} leaves the last one out.",
        table=case.text(target.value),
        columns=whole[-1],
        cut=in_a_sentence(cut),
    )
    new = spliced(source, line, {value: cut})
    return Finding(text, verified(case, Candidate(new, replaces_line=True)))


def _puts(
    case: Case, line: ast.Assign, target: ast.Subscript, place: tuple[int, ...], given: tuple[int, ...]
) -> Iterator[Candidate]:
    source, value = case.site.source, line.value

    def written(where: str, what: str) -> Candidate:
        return Candidate(spliced(source, line, {target: where, value: what}), replaces_line=True, gives="")

    where, what = segment(source, target), segment(source, value)
    whole, index = case.shape(target.value), case.facts(target.slice)
    if index is not None and index.dtype == "bool" and given == whole:
        # the same mask picks the same elements out of the value
        yield written(where, postfix(source, value, f"[{segment(source, target.slice)}]"))
    if given and given[0] == 1 and given[1:] == place:
        yield written(where, postfix(source, value, ".squeeze(0)"))
    for suffix in reshaped(given, place):
        yield written(where, postfix(source, value, suffix))
    match target.slice:
        case ast.Tuple(elts=[ast.Slice(lower=None, upper=None, step=None), ast.Constant(value=int() as row)]) if (
            whole
            == (
                *place,
                *given,
            )
        ):
            yield written(postfix(source, target.value, f"[{row}]"), what)
        case ast.Constant(value=int() as column) if whole == (*given, *place):
            yield written(postfix(source, target.value, f"[:, {column}]"), what)


def _expanded(case: Case) -> Finding | None:
    call = invocation(case)
    if call is None or call.name not in ("expand", "expand_as", "broadcast_to"):
        return None
    shape = case.shape(call.args[0])
    if shape is None:
        return None
    name = case.called(call.args[0], gettext("The tensor"))
    if case.match["target"] is None:
        text = gettext(
            "{tensor} is {shape}, and {call} was given fewer sizes than the tensor has dims: it can add dims on the "
            "left, but not remove any.",
            tensor=name,
            shape=shape_text(shape),
            call=call.said,
        )
        return Finding(text)
    target = tuple(map(int, case.match["target"].split(",")))
    if len(shape) > len(target):
        return None
    pairs = enumerate(zip(reversed(shape), reversed(target), strict=False), 1)
    behind = next((behind for behind, (has, wants) in pairs if has not in (1, wants) and wants != -1), None)
    if behind is None:
        return None
    text = gettext(
        "{tensor} is {shape}, and {call} to {wanted} can only expand dims of size 1 and add dims on the left.",
        tensor=name,
        shape=shape_text(shape),
        call=call.said,
        wanted=shape_text(target),
    )
    text += " " + lined_up(shape, target, behind)
    source = case.site.source
    suffixes = [each for each in reshaped(shape, target) if "reshape" not in each or len(shape) == 1]
    inputs = [
        Candidate(spliced(source, call.node, {call.args[0]: postfix(source, call.args[0], each)})) for each in suffixes
    ]
    return Finding(text, tried(case, inputs))


RULES = (
    Rule(
        "assigned value",
        ("RuntimeError",),
        r"The expanded size of the tensor|shape mismatch: value tensor of shape|the number of sizes provided",
        _put,
        more="shapes/index-assignment",
    ),
    Rule(
        "expand",
        ("RuntimeError",),
        r"The expanded size of the tensor .*Target sizes: \[(?P<target>[^]]*)\]|the number of sizes provided",
        _expanded,
        more="shapes/expand",
    ),
)
