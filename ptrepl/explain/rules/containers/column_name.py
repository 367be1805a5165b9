"""``houses["numrooms"]`` of a pandas table that has no such column."""

from __future__ import annotations

import ast
from typing import Any

from ptrepl.engine.watch.kinds import module_name, type_name
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.spelling import near
from ptrepl.explain.fixes.trial import Candidate, verified
from ptrepl.explain.operands.operand_text import operand_text
from ptrepl.explain.operands.state import listed
from ptrepl.explain.rewrite import segment, spliced
from ptrepl.explain.rule import Finding, Rule
from ptrepl.texts.messages import gettext, ngettext

_MOST_LISTED = 6
_MOST_COLUMNS = 2_000


def _missing(case: Case) -> Finding | None:
    match case.node:
        case ast.Subscript(value=value, slice=index) as node:
            table: Any = case.real(value)
        case _:
            return None
    if module_name(type(table)).partition(".")[0] != "pandas" or type_name(table) != "DataFrame":
        return None
    asked = _asked(case, index)
    if not asked or len(table.columns) > _MOST_COLUMNS:
        return None
    columns = [each for each in table.columns if type(each) is str]
    wrong = [each for each in asked if each not in columns]
    if len(columns) < len(table.columns) or len(wrong) != 1:
        return None
    name, (column,) = operand_text(case, value), wrong
    if not columns:
        return Finding(gettext("{name} has no columns.", name=name))
    text = ngettext(
        "{name} has no column {column}. It has the column {columns}.",
        "{name} has no column {column}. It has the columns {columns}.",
        len(columns),
        name=name,
        column=f'"{column}"',
        columns=listed(columns, _MOST_LISTED),
    )
    typed = next((each for each in ast.walk(index) if isinstance(each, ast.Constant) and each.value == column), None)
    close = _alike(column, columns) or near(column, columns, 0.6)
    if typed is None or not close:
        return Finding(text)
    source = case.site.source
    quote = segment(source, typed)[:1]
    instead = f"{quote}{close[0]}{quote}" if quote in "'\"" and quote not in close[0] else repr(close[0])
    return Finding(text, verified(case, Candidate(spliced(source, node, {typed: instead}))))


def _asked(case: Case, index: ast.expr) -> list[str]:
    """The names that the brackets hold, one or a list of them; empty where one is no text."""
    held = [case.value(each) for each in index.elts] if isinstance(index, ast.List) else [case.value(index)]
    return [each for each in held if type(each) is str] if all(type(each) is str for each in held) else []


def _alike(asked: str, columns: list[str]) -> list[str]:
    """``NumRooms`` for ``num_rooms``, where it is the only one."""
    found = [each for each in columns if _bare(each) == _bare(asked)]
    return found if len(found) == 1 else []


def _bare(name: str) -> str:
    return "".join(each for each in name.casefold() if each.isalnum())


BEFORE = (
    "containers.key",
    "containers.module_key",
    "data.collate",
    "data.sample_index",
    "data.worker",
    "modules.buffers",
    "optimizers.parameter_groups",
    "optimizers.scheduler",
    "python.positions",
    "saving.file_kind",
    "saving.optimizer_state",
)

RULES = (Rule("column", ("KeyError",), r".", _missing, more="data/columns", only_torch=False),)
