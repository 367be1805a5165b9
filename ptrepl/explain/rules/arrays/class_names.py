"""An array of strings: the names of classes, or numbers that nobody has read yet."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import Any

from ptrepl.engine.explanation import Fix
from ptrepl.engine.watch.kinds import module_name, type_name
from ptrepl.engine.watch.summaries import is_numpy_array
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.trial import Candidate, verified
from ptrepl.explain.operands.invocation import changed
from ptrepl.explain.operands.operand_text import operand_text
from ptrepl.explain.rewrite import in_a_sentence, segment, spliced
from ptrepl.explain.rule import Finding
from ptrepl.texts.messages import gettext

_MOST_READ = 10_000
_COLUMNS = ("Series", "StringArray", "ArrowStringArray", "NumpyExtensionArray")
_MOST_NAMES = 3_000
_MOST_CLASSES = 10_000


def names_or_numbers(case: Case, node: ast.expr, said: str) -> Finding | None:
    """``np.array(["cat", "dog"])``: names that need numbers, or numbers as text. ``said``: a sentence on that."""
    if (numbers_as_text := _of_digits(case, node)) is not None:
        return Finding(f"{said} {numbers_as_text[0]}", numbers_as_text[1])
    array = case.real(node)
    if not is_numpy_array(array) or array.dtype.kind != "U" or array.ndim != 1 or not array.size:
        return None
    try:
        array[:_MOST_READ].astype("float32")
    except ValueError:
        pass
    else:
        code = f'{segment(case.site.source, node)}.astype("float32")'
        numbers = gettext("These are numbers as text: {code} reads them.", code=code)
        return Finding(f"{said} {numbers}", verified(case, Candidate(changed(case, {node: code}))))
    code = f"classes, indices = np.unique({segment(case.site.source, node)}, return_inverse=True)"
    numbers = gettext("If these are the names of classes, this gives each of them its index: `{code}`.", code=code)
    site, free = case.site, not {"classes", "indices"} & case.names.keys()
    if not free or "np" not in case.names or site.is_nested or site.line is not site.statement:
        return Finding(f"{said} {numbers}")
    line = spliced(site.source, site.line, {node: "indices"})
    return Finding(f"{said} {numbers}", verified(case, Candidate(f"{code}\n{line}", replaces_line=True, gives="")))


def of_strings(case: Case, node: ast.expr) -> Finding | None:
    """``torch.LongTensor(y[:9])`` of a column of strings, ``torch.tensor(frame["kind"].values)``; None elsewhere."""
    column = node
    while isinstance(column, ast.Subscript) and isinstance(column.slice, ast.Slice):
        column = column.value
    match column:
        case ast.Call(func=ast.Attribute(value=ast.Name() as array, attr="tolist"), args=[]):
            node = array if column is node else node
            column = array
    strings = _strings(case, column)
    if not strings:
        return None
    name = operand_text(case, column)
    text = gettext(
        "{name} holds strings such as {string}, and a tensor holds only numbers.", name=name, string=repr(strings[0])
    )
    if (known := by_known_classes(case, node, strings, one=False)) is not None:
        return Finding(f"{text} {known.text}", known.fixes)
    words = segment(case.site.source, column)
    if all(_is_number(each) for each in strings):
        code = f"{words}.astype(float)"
        reads = gettext("These are numbers as text: {code} reads them.", code=in_a_sentence(code))
        return Finding(f"{text} {reads}", verified(case, Candidate(changed(case, {column: code}))))
    read = sum(map(_is_number, strings))
    if 2 * read > len(strings):
        odd = next(each for each in strings if not _is_number(each))
        some = gettext(
            'Most of these are numbers as text, but not {string}: pd.to_numeric({name}, errors="coerce") reads the '
            "numbers and makes nan of the others.",
            name=name,
            string=repr(odd),
        )
        return Finding(f"{text} {some}")
    code = f"classes = sorted(set({words}))"
    line = (
        f"torch.tensor([classes.index(each) for each in {segment(case.site.source, node)}])"  # not a sentence: Python
    )
    numbers = gettext(
        "If these are the names of classes, give each its number: {code}, then {line}.",
        code=in_a_sentence(code),
        line=in_a_sentence(line),
    )
    site, few = case.site, len(set(strings)) < len(strings)
    match site.line:
        case ast.Assign(targets=[ast.Name(id=target)], value=value) if value is case.node and few:
            if not site.is_nested and site.line is site.statement and "classes" not in case.names:
                return Finding(f"{text} {numbers}", (Fix(f"{code}\n{target} = {line}"),))
    return Finding(f"{text} {numbers}")


def _strings(case: Case, node: ast.expr) -> list[str]:
    """The strings of an array, or of a column of a pandas table; [] where it is none of those, or holds others too."""
    held: Any
    match node:
        case (
            ast.Attribute(value=base, attr="values")
            | ast.Call(func=ast.Attribute(value=base, attr="to_numpy" | "tolist"), args=[])
        ):
            return _strings(case, base)
        case ast.Subscript(value=table, slice=ast.Constant(value=str() as key)):
            frame = case.real(table)
            is_frame = module_name(type(frame)).partition(".")[0] == "pandas" and type_name(frame) == "DataFrame"
            held = frame[key] if is_frame and list(frame.columns).count(key) == 1 else None
        case _:
            held = case.real(node)
    is_pandas = module_name(type(held)).partition(".")[0] == "pandas" and type_name(held) in _COLUMNS
    if not (is_pandas or (is_numpy_array(held) and held.dtype.kind in "UO")) or len(held.shape) != 1:
        return []
    found = held[:_MOST_READ].tolist()
    return found if all(type(each) is str for each in found) else []


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _of_digits(case: Case, node: ast.expr) -> tuple[str, tuple[Fix, ...]] | None:
    """``np.array(rows[1])`` of a list of whole numbers as text."""
    match node:
        case ast.Call(func=ast.Attribute(attr="array" | "asarray"), args=[given], keywords=[]):
            held = case.real(given)
        case _:
            return None
    if type(held) not in (list, tuple) or not held:
        return None
    if not all(type(each) is str and each.strip().lstrip("-").isdecimal() for each in held):
        return None
    code = f"{segment(case.site.source, node)}.astype(int)"
    said = gettext("These are numbers as text: {code} reads them.", code=code)
    return said, verified(case, Candidate(changed(case, {node: code})))


def by_known_classes(case: Case, node: ast.expr, strings: Sequence[str], *, one: bool) -> Finding | None:
    """``torch.tensor(batch["label"])`` of class names that one list, or one dict of numbers, in reach has all of.

    ``one``: ``node`` is a single name, not a list of them.
    """
    found: list[tuple[str, str]] = []
    given = case.real(node)
    for name, held in [*dict(case.scope.locals).items(), *case.names.items()][:_MOST_NAMES]:
        if held is given or type(name) is not str or name.startswith("_") or any(name == each for each, _ in found):
            continue
        if type(held) in (list, tuple) and 1 < len(held) <= _MOST_CLASSES and all(type(each) is str for each in held):
            if len({*held}) == len(held) and {*strings} <= {*held}:
                found.append((name, f"{name}.index(each)"))
        elif type(held) is dict and all(type(held.get(each)) is int for each in strings):
            found.append((name, f"{name}[each]"))
    if len(found) != 1 or not isinstance(case.node, ast.Call):
        return None
    name, number = found[0]
    words = in_a_sentence(segment(case.site.source, node))
    code = f"torch.tensor([{number} for each in {words}])"  # not a sentence: Python
    if one:
        code = f"torch.tensor({number.replace('each', words)})"
        text = gettext("{classes} has a number for this name: {code}.", classes=name, code=code)
        return Finding(text, verified(case, Candidate(code)))
    text = gettext("{classes} has a number for each of these names: {code}.", classes=name, code=code)
    return Finding(text, verified(case, Candidate(code)))
