"""``user_emb(items)``: an index that a table has no row for, and that another table, named like it, has."""

from __future__ import annotations

import ast
import re
from typing import Any

from ptrepl.engine.watch.kinds import Kind, kind_of, own_dict, type_name
from ptrepl.explain.called_name import names_within
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.trial import Candidate, tried
from ptrepl.explain.operands.invocation import changed
from ptrepl.explain.operands.layers import Layer
from ptrepl.explain.rewrite import in_a_sentence
from ptrepl.explain.rule import Finding
from ptrepl.texts.messages import gettext

_MOST_NAMES = 500
_LEAST_LETTERS = 3


def other_table(case: Case, layer: Layer, most: int) -> Finding | None:
    """What to say where the one table that shares a word with the indices has a row ``most``; None elsewhere."""
    node = case.node
    if not isinstance(node, ast.Call) or layer.steps or not isinstance(layer.argument, (ast.Name, ast.Attribute)):
        return None
    tables: Any
    match node.func:
        case ast.Name(id=own):
            tables, before = {**case.names, **case.scope.locals}, ""
        case ast.Attribute(value=ast.Name(id=owner), attr=own):
            tables, before = own_dict(case.scope.locals.get(owner)).get("_modules"), f"{owner}."
        case _:
            return None
    words = _words(case.text(layer.argument))
    if type(tables) is not dict or words & _words(own):
        return None
    fits = [name for name, each in [*tables.items()][:_MOST_NAMES] if name != own and _has_row(each, most)]
    fits = [name for name in fits if words & _words(name)]
    if len(fits) != 1:
        return None
    code = changed(case, {node.func: f"{before}{fits[0]}"})
    text = gettext(
        "{table} has that row, and is named like its input: it was probably meant here, {code}.",
        table=f"{before}{fits[0]}",
        code=in_a_sentence(code),
    )
    return Finding(text, tried(case, [Candidate(code)]))


def unused_indices(case: Case) -> str:
    """A sentence, where ``forward`` was given integers that it does not use; "" elsewhere."""
    function = next((each for each in case.parents if isinstance(each, ast.FunctionDef)), None)
    if function is None or kind_of(case.scope.locals.get("self")) is not Kind.MODULE:
        return ""
    read_names = names_within(function)
    given = [each.arg for each in function.args.args[1:] if each.arg not in read_names]
    held = {name: case.facts(ast.Name(name, ast.Load())) for name in given}
    fits = [name for name, facts in held.items() if facts is not None and facts.dtype in ("int64", "int32")]
    if len(fits) != 1:
        return ""
    return gettext(
        "{name}, which {function} was given, is {dtype}, and is not used: it was probably meant here.",
        name=fits[0],
        function=function.name,
        dtype=getattr(held[fits[0]], "dtype", ""),
    )


def rows_for_all(case: Case, most: int) -> tuple[int, str]:
    """How many rows a table needs whose greatest index here is ``most``, and a sentence on that.

    It is the size of a vocabulary, where a name at the prompt has one.
    """
    sizes = {
        name: value
        for name, value in [*case.names.items()][:_MOST_NAMES]
        if type(value) is int and value > most and "vocab" in str(name).lower()
    }
    if len(sizes) == 1:
        [(name, value)] = sizes.items()
        return value, gettext("A table for the whole vocabulary has {name} rows, {count}.", name=name, count=value)
    return most + 1, gettext(
        "{number} is the greatest index here, and the table needs a row for each one that can come.", number=most
    )


def _has_row(value: Any, row: int) -> bool:
    if kind_of(value) is not Kind.MODULE or type_name(value) != "Embedding":
        return False
    rows = own_dict(value).get("num_embeddings")
    return type(rows) is int and row < rows


def _words(name: str) -> set[str]:
    """``item`` of ``item_emb`` and of ``items``."""
    found = re.split(r"[\W_]+", re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower())
    return {each.rstrip("s") for each in found if len(each) >= _LEAST_LETTERS} - _OF_TABLES


_OF_TABLES = {"emb", "embed", "embedding", "table", "self", "idx", "ids", "index", "indice", "batch", "token"}
"""Words that say nothing of what a table is for."""
