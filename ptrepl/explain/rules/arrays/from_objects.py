"""NumPy arrays and pandas tables of which no tensor can be made as they are: objects, strings, negative strides."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ptrepl.explain.case import Case
from ptrepl.explain.fixes.trial import Candidate, tried
from ptrepl.explain.operands.operand_text import operand_text
from ptrepl.explain.rewrite import postfix, spliced
from ptrepl.explain.rule import Finding, Rule
from ptrepl.texts.messages import N_, gettext

_KINDS = {
    "object_": N_(
        "{name} holds Python objects: its dtype is object. That comes from rows of different lengths or columns of "
        "different types."
    ),
    "str_": N_("{name} holds strings, and a tensor holds only numbers."),
    "datetime64": N_("{name} holds dates, and a tensor holds only numbers."),
    "timedelta64": N_("{name} holds time differences, and a tensor holds only numbers."),
    "longdouble": N_("{name} holds numbers with more bits than any dtype of PyTorch has."),
}


def _data(case: Case) -> ast.expr | None:
    match case.node:
        case ast.Call(args=[data, *_]):
            return data
    return None


def _kind(case: Case) -> Finding | None:
    node, sentence = _data(case), _KINDS.get(case.match.group(1))
    if node is None or sentence is None:
        return None
    numbers = case.match.group(1) in ("object_", "longdouble")
    text = gettext(sentence, name=operand_text(case, node))
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
    text = gettext(
        "{name} has negative strides: [::-1] and flip do not copy in NumPy, and a tensor cannot have negative strides. "
        ".copy() makes an array in the new order.",
        name=operand_text(case, node),
    )
    return Finding(text, tried(case, [Candidate(spliced(source, whole, {node: postfix(source, node, ".copy()")}))]))


def _pandas(case: Case) -> Finding | None:
    match case.node:
        case ast.Call(args=[node, *_]):
            pass
        case _:
            return None
    name = operand_text(case, node)
    if "Series" in case.match.groups():
        text = gettext(
            "{name} is a pandas Series, whose entries have labels. {name}.to_numpy() gives the numbers as an array, "
            "which torch.tensor takes.",
            name=name,
        )
        return Finding(text)
    text = gettext(
        "{name} is a pandas DataFrame, a table whose columns have names. {name}.to_numpy() gives its numbers as an "
        "array, which torch.tensor takes. Leave out columns of strings first.",
        name=name,
    )
    return Finding(text)


_MORE = "arrays/array-dtypes"

RULES = (
    Rule("array dtype", ("TypeError",), r"can't convert np.ndarray of type numpy\.(\w+)", _kind, more=_MORE),
    Rule(
        "negative strides",
        ("ValueError",),
        r"At least one stride in the given numpy array is negative",
        _backwards,
        more="arrays/negative-strides",
    ),
    Rule(
        "pandas table",
        ("ValueError", "TypeError"),
        r"could not determine the shape of object type '(DataFrame|Series)'|must be Tensor, not (DataFrame|Series)",
        _pandas,
        more=_MORE,
    ),
)
