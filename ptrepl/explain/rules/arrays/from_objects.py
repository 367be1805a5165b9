"""Arrays and tables that no tensor can be made of as they are: of objects, of text, read backwards, pandas' own."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ptrepl.explain.case import Case
from ptrepl.explain.fixes.trial import Candidate, tried
from ptrepl.explain.rewrite import postfix, spliced
from ptrepl.explain.rule import Finding, Rule

_KINDS = {
    "object_": "{name} holds Python objects, of dtype object. That comes of rows that have different lengths, and of "
    "columns of different kinds.",
    "str_": "{name} holds text, and a tensor holds numbers alone.",
    "datetime64": "{name} holds dates, and a tensor holds numbers alone.",
    "timedelta64": "{name} holds spans of time, and a tensor holds numbers alone.",
    "longdouble": "{name} holds numbers of more bits than any of PyTorch's dtypes has.",
}


def _data(case: Case) -> ast.expr | None:
    match case.node:
        case ast.Call(args=[data, *_]):
            return data
    return None


def _kind(case: Case) -> Finding | None:
    node, what = _data(case), _KINDS.get(case.match.group(1))
    if node is None or what is None:
        return None
    numbers = case.match.group(1) in ("object_", "longdouble")
    text = what.format(name=case.called(node, "The array"))
    return Finding(text, tried(case, _as_numbers(case, node)) if numbers else ())


def _as_numbers(case: Case, node: ast.expr) -> Iterator[Candidate]:
    source, whole = case.site.source, case.node
    assert whole is not None
    yield Candidate(spliced(source, whole, {node: postfix(source, node, '.astype("float32")')}))


def _backwards(case: Case) -> Finding | None:
    node = _data(case)
    if node is None:
        return None
    source, whole = case.site.source, case.node
    assert whole is not None
    text = (
        f"{case.called(node, 'The array')} is read backwards: [::-1] and flip copy nothing in NumPy, and a tensor "
        "cannot step back through its memory. A copy stands in the new order."
    )
    return Finding(text, tried(case, [Candidate(spliced(source, whole, {node: postfix(source, node, ".copy()")}))]))


def _pandas(case: Case) -> Finding | None:
    match case.node:
        case ast.Call(args=[node, *_]):
            pass
        case _:
            return None
    name = case.called(node, "What it got")
    if "Series" in case.match.group(0):
        return Finding(
            f"{name} is a Series of pandas, whose entries have labels. {name}.to_numpy() gives the numbers as an "
            "array, which torch.tensor takes."
        )
    return Finding(
        f"{name} is a DataFrame of pandas, a table with names. {name}.to_numpy() gives its numbers as an array, which "
        "torch.tensor takes. Columns that hold text have to be left out before."
    )


_MORE = "arrays/array-dtypes"

RULES = (
    Rule("kind of array", ("TypeError",), r"can't convert np.ndarray of type numpy\.(\w+)", _kind, more=_MORE),
    Rule(
        "array read backwards",
        ("ValueError",),
        r"At least one stride in the given numpy array is negative",
        _backwards,
        more="arrays/negative-strides",
    ),
    Rule(
        "table of pandas",
        ("ValueError", "TypeError"),
        r"could not determine the shape of object type '(DataFrame|Series)'|must be Tensor, not (DataFrame|Series)",
        _pandas,
        more=_MORE,
    ),
)
