"""What ``torch.tensor`` cannot make a tensor of: rows of different lengths, tensors in a list, text, two rows."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from typing import Any

from ptrepl.engine.watch.facts import shape_text
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.trial import Candidate, tried
from ptrepl.explain.rewrite import segment, spliced
from ptrepl.explain.rule import Finding, Rule
from ptrepl.explain.standins.lookup import NotReadable

_MOST = 1 << 14


def _data(case: Case) -> ast.expr | None:
    """What the tensor was to be made of."""
    match case.node:
        case ast.Call(args=[data, *_]):
            return data
        case ast.Call(keywords=keywords):
            return next((each.value for each in keywords if each.arg == "data"), None)
    return None


def _held(case: Case, node: ast.expr) -> Any:
    """The plain list that ``node`` gives; None for anything else. What is in it may be the learner's: look only."""
    try:
        found = case.scope.real(node)
    except NotReadable:
        found = case.value(node)
    return found if type(found) in (list, tuple) and len(found) <= _MOST else None


def _lengths(case: Case) -> Finding | None:
    """``torch.tensor([[1, 2, 3], [4, 5]])``."""
    node = _data(case)
    rows = _held(case, node) if node is not None else None
    found = _odd_one(rows) if rows is not None else None
    if found is None:
        return None
    first, place, length = found
    whole = "A tensor is a block of numbers without holes, so all rows are equally long."
    if len(place) == 1:
        return Finding(f"Row 0 has {first} entries and row {place[0]} has {length}. {whole}")
    at = "".join(f"[{each}]" for each in place)
    start = "".join(f"[{each}]" for each in (*place[:-1], 0))
    return Finding(f"The part {start} has {first} entries and the part {at} has {length}. {whole}")


def _odd_one(rows: Any, place: tuple[int, ...] = ()) -> tuple[int, tuple[int, ...], int] | None:
    """(length of the first row, place of the first row of another length, its length), the outermost dim first."""
    lists = [each for each in rows if type(each) in (list, tuple)]
    if not lists or len(lists) < len(rows) or len(place) > 8:
        return None
    for index, each in enumerate(lists):
        if len(each) != len(lists[0]):
            return len(lists[0]), (*place, index), len(each)
    found = (_odd_one(each, (*place, index)) for index, each in enumerate(lists))
    return next((each for each in found if each is not None), None)


def _mixed(case: Case) -> Finding | None:
    """``torch.tensor([1, [2, 3]])``."""
    node = _data(case)
    rows = _held(case, node) if node is not None else None
    if rows is None:
        return None
    number = next((each for each in rows if type(each) in (int, float, bool)), None)
    if number is None or not any(type(each) in (list, tuple) for each in rows):
        return None
    return Finding(
        f"Some entries of the list are lists, and {number} beside them is a single number. In a tensor all entries "
        "on one level have the same shape."
    )


def _tensors(case: Case) -> Finding | None:
    """``torch.tensor([x, y])``: a list of tensors with several elements."""
    node = _data(case)
    if node is None:
        return None
    facts = [case.facts(each) for each in node.elts] if isinstance(node, (ast.List, ast.Tuple)) else []
    shape = next((each.shape for each in facts if each is not None), None)
    if not isinstance(shape, tuple):
        held = _held(case, node)
        value = case.value(node)
        if held is None or type(value) not in (list, tuple) or not value or not hasattr(value[0], "shape"):
            return None
        shape = tuple(value[0].shape)
    name = case.called(node, "The list")
    text = (
        f"{name} holds tensors, the first of shape {shape_text(shape)}; torch.tensor takes numbers. torch.stack puts "
        "tensors of one shape on top of each other, in a new first dim, and torch.cat puts one after the other."
    )
    return Finding(text, tried(case, _joined(case, node)))


def _joined(case: Case, node: ast.expr) -> Iterator[Candidate]:
    text = segment(case.site.source, node)
    yield Candidate(f"torch.stack({text})")
    yield Candidate(f"torch.cat({text})")


def _not_numbers(case: Case) -> Finding | None:
    """Text, None, a dict."""
    node = _data(case)
    if node is None:
        return None
    value = case.real(node)
    value = case.value(node) if value is None else value
    held = value if type(value) in (list, tuple) else [value]
    words = [each for each in held if type(each) is str]
    if words:
        text = f"{words[0][:20]!r} is text, and a tensor holds numbers alone."
        return Finding(text, tried(case, _numbers(case, node)) if held is value else ())
    what = {
        "NoneType": "None stands for nothing at all, and a tensor holds numbers alone.",
        "dict": "A dict has names for its values, and a tensor has places: make a list of the values first.",
        "set": "The entries of a set have no order, and those of a tensor do: make a list of them first.",
        "generator": "This gives its values one by one, when asked: make a list of them first.",
    }.get(case.match.group(1) or "")
    return None if what is None else Finding(what)


def _numbers(case: Case, node: ast.expr) -> Iterator[Candidate]:
    source, whole = case.site.source, case.node
    assert whole is not None
    yield Candidate(spliced(source, whole, {node: f"[float(text) for text in {segment(source, node)}]"}))


def _two(case: Case) -> Finding | None:
    """``torch.tensor([1, 2], [3, 4])``."""
    node = case.node
    if not isinstance(node, ast.Call) or len(node.args) < 2:
        return None
    source, first, last = case.site.source, node.args[0], node.args[-1]
    if type(case.real(last)) is sys.modules["torch"].dtype:
        text = f"{case.text(last)} needs its name before it: what comes after the numbers is given as name=value."
        return Finding(text, tried(case, [Candidate(spliced(source, node, {last: f"dtype={case.text(last)}"}))]))
    text = (
        "torch.tensor takes one thing: a number, or one list with everything in it. Rows stand in a list of their own."
    )
    return Finding(text, tried(case, _in_one(source, first, last, node)))


def _in_one(source: str, first: ast.expr, last: ast.expr, node: ast.Call) -> Iterator[Candidate]:
    yield Candidate(spliced(source, node, {first: f"[{segment(source, first)}", last: f"{segment(source, last)}]"}))


_MORE = "arrays/nested-lists"
_CALL = "creation/write-down"

BEFORE = ("scalar",)

RULES = (
    Rule(
        "rows of different lengths",
        ("ValueError",),
        r"expected sequence of length \d+ at dim",
        _lengths,
        more=_MORE,
        lesson=_CALL,
    ),
    Rule(
        "numbers beside lists",
        ("TypeError",),
        r"'(list|tuple)' object cannot be interpreted as an integer|must be real number, not (list|tuple)|"
        r"not a sequence",
        _mixed,
        more=_MORE,
        lesson=_CALL,
    ),
    Rule(
        "tensors in a list",
        ("ValueError",),
        r"only one element tensors can be converted to Python scalars",
        _tensors,
        more=_MORE,
        lesson=_CALL,
    ),
    Rule(
        "no numbers",
        ("TypeError", "ValueError", "RuntimeError"),
        r"invalid data type 'str'|too many dimensions 'str'|Could not infer dtype of (NoneType|dict|set|generator)",
        _not_numbers,
        more=_MORE,
        lesson=_CALL,
    ),
    Rule("two things", ("TypeError",), r"tensor\(\) takes 1 positional argument but", _two, more=_MORE, lesson=_CALL),
)
