"""``json.dump`` of something that holds a tensor."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import islice
from typing import Any

from ptrepl.engine.watch.facts import read
from ptrepl.engine.watch.kinds import is_one, is_tensor_class
from ptrepl.explain.case import Case
from ptrepl.explain.operands.operand_text import operand_text
from ptrepl.explain.rule import Finding, Rule
from ptrepl.texts.messages import gettext

_MOST_PARTS = 10_000


def _no_json(case: Case) -> Finding | None:
    """``json.dumps(history)``, where one of the values is a tensor."""
    match case.node:
        case ast.Call(func=ast.Attribute(attr="dump" | "dumps") | ast.Name(id="dump" | "dumps"), args=[given, *_]):
            pass
        case _:
            return None
    found = next(_tensors(case, given), None)
    if found is None:
        return None
    name, shape = found
    text = gettext("{name} is a tensor of shape {shape}, and JSON has no tensors.", name=name, shape=shape)
    if shape in ("()", "(1,)"):
        instead = gettext("{name}.item() is its number: keep that instead.", name=name)
    else:
        instead = gettext("{name}.tolist() is the list of its numbers: keep that instead.", name=name)
    return Finding(f"{text} {instead}")


def _tensors(case: Case, given: ast.expr) -> Iterator[tuple[str, str]]:
    """Each tensor in what ``given`` is: what to call it, and its shape."""
    match given:
        case ast.Dict(values=parts) | ast.List(elts=parts) | ast.Tuple(elts=parts):
            for part in parts:
                yield from _tensors(case, part)
        case ast.Name() | ast.Attribute() | ast.Subscript():
            yield from ((f"{operand_text(case, given)}{path}", shape) for path, shape in _inside(case.real(given)))
        case _ if (facts := case.facts(given)) is not None:
            yield operand_text(case, given), facts.text("shape")


def _inside(value: Any) -> Iterator[tuple[str, str]]:
    """Each tensor in lists and dicts: its path, ``[0]['loss']``, and its shape."""
    pending = [("", value)]
    for path, each in islice(_parts(pending), _MOST_PARTS):
        if is_tensor_class(type(each)):
            yield path, read(each).text("shape")


def _parts(pending: list[tuple[str, Any]]) -> Iterator[tuple[str, Any]]:
    for path, each in pending:
        yield path, each
        if len(pending) > _MOST_PARTS:
            continue
        if type(each) is dict:
            pending += [
                (f"{path}[{key!r}]", part)
                for key, part in islice(each.items(), _MOST_PARTS)
                if is_one(type(key), (str, int))
            ]
        elif is_one(type(each), (list, tuple)):
            pending += [(f"{path}[{index}]", part) for index, part in enumerate(each[:_MOST_PARTS])]


RULES = (
    Rule(
        "JSON",
        ("TypeError",),
        r"^Object of type (?:Tensor|Parameter) is not JSON serializable",
        _no_json,
        "saving/json",
        only_torch=False,
    ),
)
