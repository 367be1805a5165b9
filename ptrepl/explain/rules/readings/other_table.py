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
from ptrepl.explain.operands.losses import values
from ptrepl.explain.operands.numbered import network_made_with
from ptrepl.explain.rewrite import in_a_sentence, postfix
from ptrepl.explain.rule import Finding
from ptrepl.texts.messages import gettext

_MOST_NAMES = 500
_LEAST_LETTERS = 3
_MOST_INDICES = 100_000


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


def exchanged_tables(case: Case, layer: Layer, rows: int, found: tuple[int, int]) -> str:
    """A sentence, where each of two tables of one line has the rows that the other is asked for; "" elsewhere."""
    if layer.argument is None:
        return ""
    fits = []
    for each in ast.walk(case.site.line):
        match each:
            case ast.Call(func=table, args=[given], keywords=[]) if given is not layer.argument:
                held = values(case, given) if _has_row(case.real(table), found[1]) else None
                if held is not None and held.numel() and int(held.min()) >= 0 and int(held.max()) < rows:
                    fits.append((table, given))
    if len(fits) != 1:
        return ""
    [(table, given)] = fits
    return gettext(
        "{other} has that row, and {table} has the rows that {given} asks for: the two inputs were probably meant the "
        "other way round.",
        other=case.text(table),
        table=layer.path,
        given=case.text(given),
    )


def own_column(case: Case, layer: Layer, rows: int, most: int) -> str:
    """A sentence, where one column of a table of indices is beyond, and another table at hand has it; "" elsewhere."""
    if layer.argument is None or case.site.is_nested:
        return ""
    held = values(case, layer.argument)
    if held is None or held.dim() != 2 or held.is_floating_point() or not held.numel():
        return ""
    fits = [column for column in range(held.shape[1]) if int(held[:, column].max()) < rows]
    others = [each for each in [*case.names.values()][:_MOST_NAMES] if _has_row(each, most)]
    if len(fits) != 1 or held.shape[1] != 2 or not others:
        return ""
    name = case.text(layer.argument)
    return gettext(
        "Only column {beyond} of {input} goes beyond: if its two columns are the indices of two tables, this one takes "
        "{code}.",
        beyond=1 - fits[0],
        input=name,
        code=f"{name}[:, {fits[0]}]",
    )


def as_many_as_rows(case: Case, layer: Layer, rows: int, argument: str) -> str:
    """A sentence, where there are as many different indices as rows, and they are no numbers 0, 1, 2; "" elsewhere."""
    held: Any = layer.given
    if case.site.is_nested or held.device.type != "cpu" or held.numel() > _MOST_INDICES:
        return ""
    different = held.unique()
    if different.numel() != rows or rows < 2 or int(different[0]) < 0 or int(different[-1]) < 2 * rows:
        return ""
    return gettext(
        "{input} has {count} different numbers, as many as the table has rows: if each is to have its row, "
        "torch.unique({input}, return_inverse=True)[1] gives them the numbers 0 to {last}.",
        input=argument,
        count=rows,
        last=rows - 1,
    )


def outside_of(case: Case, rows: int, most: int) -> str:
    """A sentence, where the table was made for a dict that numbers all of its rows from 0 on; "" elsewhere."""
    made = network_made_with(case, rows)
    held = case.names.get(made.counts) if made is not None and made.counts else None
    if made is None or type(held) is not dict or len(held) != rows or set(map(type, held.values())) != {int}:
        return ""
    if min(held.values()) != 0 or max(held.values()) != rows - 1:
        return ""
    return gettext(
        "The table has a row for each entry of {dict}, which gives the numbers 0 to {last}: {number} does not come "
        "from there.",
        dict=made.counts,
        last=rows - 1,
        number=most,
    )


def one_hot_rows(case: Case, node: ast.expr, layer: Layer | None) -> Finding | None:
    """A 1 in each row, and as many columns as the table has rows: the places of the 1 are the indices."""
    rows, held = layer.number("num_embeddings") if layer is not None else None, values(case, node)
    if held is None or held.dim() < 2 or held.shape[-1] != rows or not bool(((held == 0) | (held == 1)).all()):
        return None
    if not bool((held.sum(-1) == 1).all()):
        return None
    code = postfix(case.site.source, node, ".argmax(dim=-1)")
    text = gettext(
        "{input} is one-hot, with {count} columns, as many as the table has rows: {code} gives the indices.",
        input=case.called(node, gettext("The input")),
        count=rows,
        code=in_a_sentence(code),
    )
    return Finding(text, tried(case, [Candidate(changed(case, {node: code}))]))


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
