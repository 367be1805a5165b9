"""A slice of a table of positions, or of a mask, that asks for more rows than there are."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from ptrepl.engine.watch.facts import shape_text
from ptrepl.engine.watch.kinds import Kind, kind_of, own_dict
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.trial import Candidate, tried
from ptrepl.explain.operands.invocation import changed
from ptrepl.explain.rewrite import segment
from ptrepl.explain.rule import Finding
from ptrepl.texts.messages import gettext

_MOST_MODULES = 2_000
_Operand = tuple[ast.expr, tuple[int, ...]]


def batch_for_length(case: Case, left: _Operand, right: _Operand) -> Finding | None:
    """``x + self.pe[:x.size(0)]`` of positions of shape (length, 1, features), where dim 0 of x is the batch.

    As many rows of the table are asked for as the batch has, and there are enough for the length.
    """
    for (part, _), (other, shape) in ((left, right), (right, left)):
        match part:
            case ast.Subscript(value=ast.Attribute() as table, slice=index):
                rows = index.elts[0] if isinstance(index, ast.Tuple) and index.elts else index
            case _:
                continue
        held = case.shape(table)
        flat = held is not None and len(held) == 2 and len(shape) == 3
        if flat and isinstance(other, ast.Name) and _is_up_to_size(rows, other.id) and held is not None:
            if held[1] != shape[2] or max(shape[:2]) > held[0]:
                continue
            return _in_two_orders(case, part, table, other.id)
        if not isinstance(other, ast.Name) or held is None or len(held) != 3 or len(shape) != 3 or held[1] != 1:
            continue
        if not _is_up_to_size(rows, other.id) or held[2] != shape[2] or not shape[1] <= held[0] < shape[0]:
            continue
        code = f"{segment(case.site.source, table)}[:{other.id}.size(1)].transpose(0, 1)"
        fields = {"input": other.id, "shape": shape_text(shape), "table": case.text(table), "rows": held[0]}
        if {*_batch_first(case)} == {True}:
            said = gettext(
                "Dim 0 of {input} is the batch here ({batch} examples of length {length}), since the network has a "
                "layer with batch_first=True. {table} has its positions in dim 0: {code} has one for each of the "
                "{length}, in dim 1.",
                **fields,
                batch=shape[0],
                length=shape[1],
                code=code,
            )
            return Finding(said, tried(case, [Candidate(changed(case, {part: code}))]))
        return Finding(
            gettext(
                "{table} has {rows} positions, in dim 0. If {input} is (batch, length, features), {input}.size(0) is "
                "the batch: {code} has a position for each of the {length}. If {input} is (length, batch, features), "
                "the length of {batch} is more than there are: make {table} larger.",
                **fields,
                batch=shape[0],
                length=shape[1],
                code=code,
            )
        )
    return None


def _in_two_orders(case: Case, part: ast.Subscript, table: ast.expr, name: str) -> Finding:
    """Positions of shape (length, features) for an input whose dim 0 is the batch, or the length."""
    first = f"{segment(case.site.source, table)}[:{name}.size(1)]"
    if {*_batch_first(case)} == {True}:
        text = gettext(
            "Dim 0 of {input} is the batch, since the network has a layer with batch_first=True: {code} has a position "
            "for each step.",
            input=name,
            code=first,
        )
        return Finding(text, tried(case, [Candidate(changed(case, {part: first}))]))
    return Finding(
        gettext(
            "If {input} is (batch, length, features), {input}.size(0) is the batch: {code} has a position for each "
            "step. If {input} is (length, batch, features), {other} has the steps in dim 0.",
            input=name,
            code=first,
            other=f"{segment(case.site.source, part)}.unsqueeze(1)",
        )
    )


def short_table(case: Case, left: ast.expr, right: ast.expr) -> str | None:
    """``self.tril[:T, :T]`` of a table with fewer rows than T; None where no slice asks for more than there is."""
    for part in [node for side in (left, right) for node in ast.walk(side)]:
        match part:
            case ast.Subscript(value=ast.Attribute() as table, slice=index):
                pass
            case _:
                continue
        shape = case.shape(table)
        slices = [*index.elts] if isinstance(index, ast.Tuple) else [index]
        for dim, each in enumerate(slices):
            if not isinstance(each, ast.Slice) or each.upper is None or each.lower is not None:
                continue
            asked = case.value(each.upper)
            if shape and dim < len(shape) and type(asked) is int and asked > shape[dim]:
                fields = {
                    "table": case.text(table),
                    "shape": shape_text(shape),
                    "slice": case.text(part),
                    "asked": asked,
                    "most": shape[dim],
                }
                given = _of_that_length(case, asked)
                if not given:
                    return gettext(
                        "{table} is {shape}, and {slice} asks for {asked}: a slice ends where the tensor does. Make "
                        "{table} for {asked}, or let no more than {most} reach this line.",
                        **fields,
                    )
                return gettext(
                    "{table} is {shape}, and {slice} asks for {asked}: a slice ends where the tensor does. Give the "
                    "network at most {most} positions, such as the last ones, {input}[:, -{most}:], or make it with a "
                    "larger {table}.",
                    **fields,
                    input=given,
                )
    return None


def _of_that_length(case: Case, asked: int) -> str:
    """The first input of the failing method, if it has that length in dim 1; ""."""
    function = next((node for node in case.parents if isinstance(node, ast.FunctionDef)), None)
    given = [each.arg for each in function.args.args if each.arg != "self"] if function is not None else []
    shape = case.shape(ast.Name(given[0], ast.Load())) if given else None
    return given[0] if shape is not None and len(shape) > 1 and shape[1] == asked else ""


def _is_up_to_size(node: ast.expr, name: str) -> bool:
    """Whether it is ``:x.size(0)``, ``:x.shape[0]`` or ``:len(x)``."""
    if not isinstance(node, ast.Slice) or node.lower is not None or node.upper is None:
        return False
    return ast.unparse(node.upper) in (f"{name}.size(0)", f"{name}.shape[0]", f"len({name})", f"{name}.size()[0]")


def _batch_first(case: Case) -> Iterator[bool]:
    """The ``batch_first`` of each layer of the networks at the prompt that has such a setting."""
    pending: list[Any] = [each for each in case.names.values() if kind_of(each) is Kind.MODULE]
    pending += [each for each in case.site.frame.f_locals.values() if kind_of(each) is Kind.MODULE]
    for each in pending:
        own = own_dict(each)
        if type(own.get("batch_first")) is bool:
            yield own["batch_first"]
        inner = own.get("_modules")
        if type(inner) is dict and len(pending) < _MOST_MODULES:
            pending += [part for part in inner.values() if part is not None]
