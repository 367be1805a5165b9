"""``torch.tensor(frame.values)`` of a pandas table whose columns have several dtypes: NumPy's one for all is object."""

from __future__ import annotations

import ast
from typing import Any

from ptrepl.engine.watch.kinds import module_name, type_name
from ptrepl.explain.case import Case
from ptrepl.explain.fixes.trial import Candidate, verified
from ptrepl.explain.operands.operand_text import operand_text
from ptrepl.explain.rewrite import postfix, spliced
from ptrepl.explain.rule import Finding, Rule
from ptrepl.texts.messages import gettext, ngettext

_NUMBERS = "biuf"
_MOST_COLUMNS = 2_000


def _several(case: Case) -> Finding | None:
    match case.node:
        case ast.Call(args=[data, *_]) as node:
            table = _table(case, data)
        case _:
            return None
    if table is None:
        return None
    name = operand_text(case, data)
    other = [column for column, kind in table.items() if kind[0] not in _NUMBERS]
    if other:
        text = ngettext(
            "{name} has dtype object, since the column {columns} holds no numbers ({kinds}). Leave it out, or make "
            "numbers of it first.",
            "{name} has dtype object, since the columns {columns} hold no numbers ({kinds}). Leave them out, or make "
            "numbers of them first.",
            len(other),
            name=name,
            columns=", ".join(f'"{column}"' for column in other[:4]),
            kinds=", ".join(dict.fromkeys(table[column][1] for column in other)),
        )
        return Finding(text)
    kinds = sorted({kind[1] for kind in table.values()})
    if len(kinds) < 2:
        return None
    text = gettext(
        "The columns of {name} have the dtypes {kinds}. An array has one dtype for all of them, and NumPy takes object "
        'here. .astype("float32") makes numbers of all.',
        name=name,
        kinds=", ".join(kinds),
    )
    source = case.site.source
    new = Candidate(spliced(source, node, {data: postfix(source, data, '.astype("float32")')}))
    return Finding(text, verified(case, new))


def _table(case: Case, node: ast.expr) -> dict[str, tuple[str, str]] | None:
    """The columns that ``frame[["a", "b"]].values`` holds, each with the letter and the name of its dtype."""
    match node:
        case (
            ast.Attribute(value=held, attr="values")
            | ast.Call(func=ast.Attribute(value=held, attr="to_numpy"), args=[])
        ):
            pass
        case _:
            return None
    chosen: list[str] | None = None
    if isinstance(held, ast.Subscript) and isinstance(held.slice, ast.List):
        if not all(isinstance(each, ast.Constant) and type(each.value) is str for each in held.slice.elts):
            return None
        chosen = [str(each.value) for each in held.slice.elts if isinstance(each, ast.Constant)]
        held = held.value
    frame: Any = case.real(held)
    if module_name(type(frame)).partition(".")[0] != "pandas" or type_name(frame) != "DataFrame":
        return None
    if len(frame.columns) > _MOST_COLUMNS:
        return None
    found = {str(column): (getattr(kind, "kind", "O"), str(kind)) for column, kind in frame.dtypes.items()}
    if chosen is not None and not set(chosen) <= found.keys():
        return None
    return found if chosen is None else {column: found[column] for column in chosen}


BEFORE = ("arrays.from_data",)

RULES = (
    Rule(
        "object columns",
        ("TypeError",),
        r"can't convert np.ndarray of type numpy\.object_",
        _several,
        more="arrays/array-dtypes",
    ),
)
