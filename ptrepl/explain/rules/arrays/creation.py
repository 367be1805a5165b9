"""What ``torch.tensor`` cannot make a tensor of: rows of different lengths, tensors in a list, strings, two lists."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from typing import Any

from ptrepl.engine.explanation import Fix
from ptrepl.engine.watch.facts import shape_text
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.trial import Candidate, tried, verified
from ptrepl.explain.operands.operand_text import operand_text
from ptrepl.explain.rewrite import segment, spliced
from ptrepl.explain.rule import Finding, Rule
from ptrepl.explain.rules.arrays.class_names import by_known_classes, of_strings
from ptrepl.explain.rules.containers.which_part import array_in
from ptrepl.explain.standins.lookup import NotReadable
from ptrepl.texts.messages import N_, gettext

_MOST_STRINGS = 100_000
_MOST = 1 << 14
_DTYPES = {"FloatTensor": "float32", "DoubleTensor": "float64", "IntTensor": "int32"}
_PADDING = ("pad_sequence", "rnn_utils.pad_sequence", "nn.utils.rnn.pad_sequence", "torch.nn.utils.rnn.pad_sequence")
_NO_NUMBERS = {
    "NoneType": N_("None is not a number, and a tensor holds only numbers."),
    "dict": N_("A dict has keys, and a tensor has only positions: make a list of the values first."),
    "set": N_("The entries of a set have no order, and those of a tensor do: make a list of them first."),
    "generator": N_("A generator gives its values one by one: make a list of them first."),
}


def _data(case: Case) -> ast.expr | None:
    """The data argument of the call."""
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
    if len(place) == 1:
        text = gettext(
            "Row 0 has length {first} and row {row} has length {length}. All rows of a tensor have the same length.",
            first=first,
            row=place[0],
            length=length,
        )
        assert node is not None
        padded = _padded(case, node, rows)
        return Finding(text if padded is None else f"{text} {padded.text}", padded.fixes if padded is not None else ())
    text = gettext(
        "The row at {start} has length {first} and the row at {place} has length {length}. "
        "All rows of a tensor have the same length.",
        start="".join(f"[{each}]" for each in (*place[:-1], 0)),
        first=first,
        place="".join(f"[{each}]" for each in place),
        length=length,
    )
    return Finding(text)


def _padded(case: Case, node: ast.expr, rows: Any) -> Finding | None:
    """Sequences of different lengths, such as those of tokens, are padded; None for a table that was written down."""
    if isinstance(node, (ast.List, ast.Tuple)) or not all(type(row) in (list, tuple) and row for row in rows):
        return None
    if not all(type(each) in (int, float, bool) for row in rows for each in row):
        return None
    lengths = [len(row) for row in rows]
    usual = max(set(lengths), key=lengths.count)
    if len(rows) > 3 and lengths.count(usual) == len(rows) - 1:
        odd = next(at for at, each in enumerate(lengths) if each != usual)
        text = gettext("Only row {row} has another length than {usual}.", row=odd, usual=usual)
        return Finding(text if odd else "")
    source, whole = case.site.source, case.node
    assert isinstance(whole, ast.Call)
    dtype = next((f", dtype={segment(source, each.value)}" for each in whole.keywords if each.arg == "dtype"), "")
    word = case.text(whole.func).rpartition(".")[2]
    dtype = f", dtype=torch.{_DTYPES[word]}" if word in _DTYPES else dtype
    function = next((each for each in _PADDING if _reaches(case, each)), "")
    if not function or any(each.arg not in ("dtype", "data") for each in whole.keywords):
        return None
    rows_of = f"[torch.tensor(row{dtype}) for row in {segment(source, node)}]"  # not a sentence: Python
    text = gettext("If they are sequences, pad_sequence fills the shorter ones up with zeros.")
    return Finding(text, verified(case, Candidate(f"{function}({rows_of}, batch_first=True)")))


def _reaches(case: Case, path: str) -> bool:
    found: Any = case.real(ast.parse(path, mode="eval").body)
    return getattr(found, "__name__", "") == "pad_sequence"


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
    text = gettext(
        "Some entries of the list are lists, and {number} beside them is a single number. In a tensor all entries "
        "at one level have the same shape.",
        number=number,
    )
    return Finding(text)


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
    text = gettext(
        "{name} holds tensors, the first of shape {shape}; torch.tensor takes numbers. torch.stack joins tensors of "
        "one shape along a new first dim, torch.cat along the first dim that they have.",
        name=operand_text(case, node),
        shape=shape_text(shape),
    )
    return Finding(text, tried(case, _joined(case, node)))


def _joined(case: Case, node: ast.expr) -> Iterator[Candidate]:
    """What torch.tensor would have made of the numbers, a new first dim; where the shapes differ, one after another."""
    text = segment(case.site.source, node)
    stacked = Candidate(f"torch.stack({text})")
    yield stacked
    if not tried(case, [stacked]):
        yield Candidate(f"torch.cat({text})")


def _not_numbers(case: Case) -> Finding | None:
    """Strings, None, a dict."""
    node = _data(case)
    if node is None:
        return None
    value = case.real(node)
    value = case.value(node) if value is None else value
    labels = _array_of_strings(case, node) if value is None else None
    if labels is None and type(value) not in (str, list, tuple) and (column := of_strings(case, node)) is not None:
        return column
    value = value if labels is None else case.real(labels).tolist()
    held = value if type(value) in (list, tuple) else [value]
    if (nested := _rows_of_strings(case, node, held)) is not None:
        return nested
    if (part := array_in(case, node)) is not None:
        return part
    strings = [each for each in held if type(each) is str]
    if strings:
        text = gettext("{string} is a string, and a tensor holds only numbers.", string=repr(strings[0][:20]))
        fixes = tried(case, _numbers(case, node)) if held is value else ()
        if len(strings) == len(held) and (known := by_known_classes(case, node, strings, one=held is not value)):
            return Finding(f"{text} {known.text}", known.fixes)
        if not fixes and len(strings) == len(held) > 1 and (isinstance(node, ast.Name) or labels is not None):
            return _as_class_indices(case, text, node if labels is None else labels, strings)
        return Finding(text, fixes)
    named = held is value and not isinstance(node, (ast.List, ast.Tuple))
    if case.match.group(1) == "NoneType" and named and (place := _none_in(held)):
        text = gettext(
            "{name}{place} is None, and a tensor holds only numbers. Where a number is missing, leave the row out, or "
            'write float("nan").',
            name=operand_text(case, node),
            place="".join(f"[{each}]" for each in place),
        )
        return Finding(text)
    sentence = _NO_NUMBERS.get(case.match.group(1) or "")
    return None if sentence is None else Finding(gettext(sentence))


def _none_in(rows: Any, place: tuple[int, ...] = ()) -> tuple[int, ...]:
    """Where the first None is in a list of lists; () where there is none."""
    for at, each in enumerate(rows[:_MOST]):
        if each is None:
            return (*place, at)
        if type(each) in (list, tuple) and len(place) < 8 and (found := _none_in(each, (*place, at))):
            return found
    return ()


def _array_of_strings(case: Case, node: ast.expr) -> ast.Name | None:
    """``labels`` of ``labels.tolist()``, where that is an array of strings with one dim."""
    match node:
        case ast.Call(func=ast.Attribute(value=ast.Name() as array, attr="tolist"), args=[]):
            held = case.real(array)
            numpy = sys.modules.get("numpy")
            if numpy is not None and type(held) is numpy.ndarray and held.dtype.kind == "U" and held.ndim == 1:
                return array if held.size <= _MOST_STRINGS else None
    return None


def _as_class_indices(case: Case, text: str, node: ast.expr, strings: list[str]) -> Finding:
    """Names of classes get numbers; what differs in every place may be a text of several words."""
    if len(set(strings)) == len(strings) and any(" " in each for each in strings):
        return Finding(text)
    name, line = segment(case.site.source, node), case.site.line
    code = f"torch.tensor([classes.index(each) for each in {name}])"  # not a sentence: Python
    as_indices = gettext(
        "If {name} has the names of classes, give each its number: classes = sorted(set({name})), then {code}.",
        name=name,
        code=code,
    )
    alone = line is case.site.statement and not case.site.is_nested and "classes" not in case.names
    match line:
        case ast.Assign(targets=[ast.Name() as target], value=value) if value is case.node and alone:
            if len(set(strings)) < len(strings):
                lines = f"classes = sorted(set({name}))\n{target.id} = {code}"  # not a sentence: Python
                return Finding(f"{text} {as_indices}", (Fix(lines),))
    return Finding(f"{text} {as_indices}")


def _rows_of_strings(case: Case, node: ast.expr, rows: Any) -> Finding | None:
    """``torch.tensor([["1.5", "2"], ["3.1", "4"]])``: rows as a file of text has them."""
    if not rows or not all(type(row) in (list, tuple) and row for row in rows):
        return None
    string = next((each for row in rows for each in row if type(each) is str), None)
    if string is None:
        return None
    text = gettext("{string} is a string, and a tensor holds only numbers.", string=repr(string[:20]))
    if not all(_is_number(each) for row in rows for each in row):
        return Finding(text)
    source, whole = case.site.source, case.node
    assert whole is not None
    converted = f"[[float(text) for text in row] for row in {segment(source, node)}]"  # not a sentence: Python
    new = Candidate(spliced(source, whole, {node: converted}))
    return Finding(text, tried(case, [new]) or verified(case, new))


def _is_number(value: Any) -> bool:
    if type(value) is not str:
        return type(value) in (int, float)
    try:
        float(value)
    except ValueError:
        return False
    return True


def _numbers(case: Case, node: ast.expr) -> Iterator[Candidate]:
    source, whole = case.site.source, case.node
    assert whole is not None
    converted = f"[float(text) for text in {segment(source, node)}]"  # not a sentence: Python
    yield Candidate(spliced(source, whole, {node: converted}))


def _two(case: Case) -> Finding | None:
    """``torch.tensor([1, 2], [3, 4])``."""
    node = case.node
    if not isinstance(node, ast.Call) or len(node.args) < 2:
        return None
    source, first, last = case.site.source, node.args[0], node.args[-1]
    if type(case.real(last)) is sys.modules["torch"].dtype:
        text = gettext(
            "{dtype} has to be given as dtype={dtype}: after the data, torch.tensor takes keyword arguments only.",
            dtype=case.text(last),
        )
        return Finding(text, tried(case, [Candidate(spliced(source, node, {last: f"dtype={case.text(last)}"}))]))
    if isinstance(last, ast.Constant) and type(last.value) is bool and len(node.args) == 2:
        text = gettext(
            "After the data torch.tensor takes arguments by name only, such as requires_grad={value}.", value=last.value
        )
        new = spliced(source, node, {last: f"requires_grad={last.value}"})
        return Finding(text, tried(case, [Candidate(new)]))
    text = gettext(
        "torch.tensor takes one positional argument: a number, or one list with everything in it. Put everything "
        "into one list."
    )
    return Finding(text, tried(case, _in_one(source, first, last, node)))


def _in_one(source: str, first: ast.expr, last: ast.expr, node: ast.Call) -> Iterator[Candidate]:
    yield Candidate(spliced(source, node, {first: f"[{segment(source, first)}", last: f"{segment(source, last)}]"}))


_MORE = "arrays/nested-lists"
_CALL = "creation/write-down"

BEFORE = ("python.scalar", "arrays.call_forms")

RULES = (
    Rule(
        "ragged rows",
        ("ValueError",),
        r"expected sequence of length \d+ at dim",
        _lengths,
        more=_MORE,
        lesson=_CALL,
    ),
    Rule(
        "mixed entries",
        ("TypeError",),
        r"'(list|tuple)' object cannot be interpreted as an integer|must be real number, not (list|tuple)|"
        r"not a sequence",
        _mixed,
        more=_MORE,
        lesson=_CALL,
    ),
    Rule(
        "tensor list",
        ("ValueError",),
        r"only one element tensors can be converted to Python scalars",
        _tensors,
        more=_MORE,
        lesson=_CALL,
    ),
    Rule(
        "not numeric",
        ("TypeError", "ValueError", "RuntimeError"),
        r"invalid data type 'str'|too many dimensions 'str'|Could not infer dtype of (NoneType|dict|set|generator)",
        _not_numbers,
        more=_MORE,
        lesson=_CALL,
    ),
    Rule(
        "positional arguments",
        ("TypeError",),
        r"tensor\(\) takes 1 positional argument but",
        _two,
        more=_MORE,
        lesson=_CALL,
    ),
)
